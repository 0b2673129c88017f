"""Records two recurrent layers of each kind, the second of which reads backwards, from PyTorch.

pip install torch numpy safetensors
"""

import numpy as np
import torch
from safetensors.torch import save_file

import recording
from torch_recording import draw, drawn, origin, recorded

SAMPLES, STEPS, FEATURES, UNITS, OUTPUTS = 3, 5, 2, 4, 3
KINDS = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
# The last step of the first layer.
LAST = "last"
BIDIRECTIONAL = "bidirectional"


class Last(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.LSTM(FEATURES, OUTPUTS, batch_first=True)

    def forward(self, x):
        return self.first(x)[0][:, -1]


class Bidirectional(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.both = torch.nn.GRU(FEATURES, OUTPUTS, batch_first=True, bidirectional=True)

    def forward(self, x):
        return self.both(x)[0]


class Network(torch.nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.first = KINDS[kind](FEATURES, UNITS, batch_first=True)
        self.second = KINDS[kind](UNITS, OUTPUTS, batch_first=True)

    def forward(self, x):
        x, _ = self.first(x)
        x, _ = self.second(x.flip(1))
        return x.flip(1)


def named(name):
    """The name here, where the directions of one module are two layers."""
    path, _, tensor = name.rpartition(".")
    reverse = tensor.endswith("_reverse")
    direction = "back" if reverse else "ahead"
    return f"both.{direction}.gru.{tensor.removesuffix('_reverse')}" if path == "both" else name


def network(kind, dtype, generator):
    return drawn({LAST: Last, BIDIRECTIONAL: Bidirectional}.get(kind, lambda: Network(kind))(), dtype, generator)


def cases(precision):
    dtype = getattr(torch, precision)
    found = {}
    for seed, kind in enumerate([*KINDS, LAST, BIDIRECTIONAL]):
        generator = np.random.default_rng(seed)
        made = network(kind, dtype, generator)
        x = draw(generator, SAMPLES, STEPS, FEATURES)
        output = made(torch.tensor(x, dtype=dtype))
        found[kind] = recorded(x, output, {named(name): parameter for name, parameter in made.named_parameters()}, generator)
    return found


recording.write("recurrent.json", {"origin": origin("make_recurrent.py"), "f64": cases("float64"), "f32": cases("float32")})
for seed, kind in enumerate(KINDS):
    made = network(kind, torch.float32, np.random.default_rng(seed))
    save_file(made.state_dict(), recording.FOLDER / f"weights_torch_{kind}.safetensors")
