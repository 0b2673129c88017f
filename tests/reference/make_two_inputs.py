"""Records a network with two inputs, tokens and numbers, from PyTorch.

pip install torch numpy safetensors
"""

import numpy as np
import torch
from safetensors.torch import save_file

import recording
from torch_recording import draw, drawn, origin, recorded

SAMPLES, STEPS, VOCABULARY, FEATURES, UNITS, NUMBERS, HIDDEN, OUTPUTS = 4, 5, 7, 3, 4, 3, 5, 2


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.block = torch.nn.ModuleDict({
            "text": torch.nn.ModuleDict({
                "embedding": torch.nn.Embedding(VOCABULARY, FEATURES),
                "lstm": torch.nn.LSTM(FEATURES, UNITS, batch_first=True),
            }),
            "numbers": torch.nn.ModuleDict({"dense": torch.nn.Linear(NUMBERS, HIDDEN)}),
        })
        self.head = torch.nn.Linear(UNITS + HIDDEN, OUTPUTS)

    def forward(self, tokens, numbers):
        text = self.block["text"]
        last = text["lstm"](text["embedding"](tokens))[0][:, -1]
        hidden = torch.tanh(self.block["numbers"]["dense"](numbers))
        return self.head(torch.cat([last, hidden], dim=1))


def network(dtype, generator):
    return drawn(Network(), dtype, generator)


def case(precision):
    dtype, generator = getattr(torch, precision), np.random.default_rng(0)
    made = network(dtype, generator)
    tokens, numbers = generator.integers(VOCABULARY, size=(SAMPLES, STEPS)), draw(generator, SAMPLES, NUMBERS)
    numbers_in = torch.tensor(numbers, dtype=dtype, requires_grad=True)
    output = made(torch.tensor(tokens), numbers_in)
    # The elements of a pair: those of the first part, then those of the second.
    return recorded(np.concatenate([tokens, numbers], axis=1), output, made.named_parameters(), generator)


recording.write("two_inputs.json", {"origin": origin("make_two_inputs.py"), "f64": case("float64"), "f32": case("float32")})
made = network(torch.float32, np.random.default_rng(0))
save_file(made.state_dict(), recording.FOLDER / "weights_torch_two_inputs.safetensors")
