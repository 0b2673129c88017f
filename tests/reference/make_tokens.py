"""Records embeddings with learned and fixed positions before a recurrent layer, from PyTorch.

pip install torch numpy safetensors
"""

import numpy as np
import torch
from safetensors.torch import save_file

import recording
from torch_recording import draw, drawn, origin, recorded

SAMPLES, STEPS, VOCABULARY, FEATURES, UNITS = 4, 5, 7, 3, 2


def sines(dtype):
    """The formula of section 3.5 of "Attention is all you need"."""
    position = torch.arange(STEPS, dtype=torch.float64)[:, None]
    feature = torch.arange(FEATURES)[None, :]
    angle = position / 10000.0 ** ((feature // 2 * 2).to(torch.float64) / FEATURES)
    return torch.where(feature % 2 == 0, angle.sin(), angle.cos()).to(dtype)


class Network(torch.nn.Module):
    def __init__(self, learned):
        super().__init__()
        self.letters = torch.nn.Embedding(VOCABULARY, FEATURES)
        self.positions = torch.nn.Embedding(STEPS, FEATURES) if learned else None
        self.gru = torch.nn.GRU(FEATURES, UNITS, batch_first=True)

    def forward(self, tokens):
        x = self.letters(tokens)
        positions = self.positions.weight if self.positions is not None else sines(x.dtype)
        return self.gru(x + positions)[0]


def network(learned, dtype, generator):
    return drawn(Network(learned), dtype, generator)


def cases(precision):
    dtype = getattr(torch, precision)
    found = {}
    for seed, kind in enumerate(["learned", "sine"]):
        generator = np.random.default_rng(seed)
        made = network(kind == "learned", dtype, generator)
        tokens = generator.integers(VOCABULARY, size=(SAMPLES, STEPS))
        output = made(torch.tensor(tokens))
        found[kind] = recorded(tokens, output, made.named_parameters(), generator)
    return found


recording.write("tokens.json", {"origin": origin("make_tokens.py"), "f64": cases("float64"), "f32": cases("float32")})
made = network(True, torch.float32, np.random.default_rng(0))
save_file(made.state_dict(), recording.FOLDER / "weights_torch_tokens.safetensors")
