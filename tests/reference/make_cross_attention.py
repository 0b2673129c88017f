"""Records attention from one sequence to another from PyTorch's `MultiheadAttention`.

pip install torch numpy safetensors
"""

import numpy as np
import torch
from safetensors.torch import save_file

import recording
from torch_recording import draw, drawn, origin, recorded

SAMPLES = 3
# Steps of both sequences, features and heads; whether there are biases.
CASES = {
    "single": (1, 1, 3, 1, True),
    "longer": (3, 7, 12, 3, True),
    "shorter": (9, 2, 6, 2, True),
    "narrow": (5, 3, 3, 3, True),
    "without_bias": (4, 5, 8, 4, False),
}


class Network(torch.nn.Module):
    def __init__(self, name):
        super().__init__()
        _, _, features, heads, bias = CASES[name]
        self.attention = torch.nn.MultiheadAttention(features, heads, bias=bias, batch_first=True)

    def forward(self, x, z):
        return self.attention(x, z, z, need_weights=False)[0]


def network(name, dtype, generator):
    return drawn(Network(name), dtype, generator)


def cases(precision):
    dtype = getattr(torch, precision)
    found = {}
    for seed, (name, (queries, keys, features, *_)) in enumerate(CASES.items()):
        generator = np.random.default_rng(seed)
        made = network(name, dtype, generator)
        x, z = draw(generator, SAMPLES, queries, features), draw(generator, SAMPLES, keys, features)
        output = made(torch.tensor(x, dtype=dtype), torch.tensor(z, dtype=dtype))
        # The elements of a pair: those of the first sequence, then those of the second.
        found[name] = recorded(np.concatenate([x, z], axis=1), output, made.named_parameters(), generator)
    return found


recording.write("cross_attention.json", {"origin": origin("make_cross_attention.py"), "f64": cases("float64"), "f32": cases("float32")})
made = network("longer", torch.float32, np.random.default_rng(list(CASES).index("longer")))
save_file(made.state_dict(), recording.FOLDER / "weights_torch_cross_attention.safetensors")
