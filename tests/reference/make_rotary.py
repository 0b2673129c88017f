"""Records self-attention with rotary positions from PyTorch. Pairs of neighboring elements are complex numbers, which turn.

pip install torch numpy
"""

import numpy as np
import torch

import recording
from torch_recording import draw, drawn, origin, recorded

SAMPLES = 2
# Steps, features and heads; whether a step sees no later ones; whether there are biases.
CASES = {
    "full": (7, 12, 3, False, True),
    "causal": (19, 6, 1, True, True),
    "narrow": (5, 6, 3, True, True),
    "without_bias": (3, 20, 1, False, False),
    "single": (1, 2, 1, False, True),
}


def turned(x):
    """Turns [samples, heads, steps, elements]."""
    steps, width = x.shape[2:]
    frequencies = 10000.0 ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    angles = torch.outer(torch.arange(steps, dtype=torch.float64), frequencies)
    turns = torch.polar(torch.ones_like(angles), angles)
    pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)).contiguous())
    return torch.view_as_real(pairs * turns.to(pairs.dtype)).flatten(-2)


def attend(attention, heads, causal, x):
    projected = torch.nn.functional.linear(x, attention.in_proj_weight, attention.in_proj_bias)
    query, key, value = [part.unflatten(-1, (heads, -1)).transpose(1, 2) for part in projected.chunk(3, dim=-1)]
    of_heads = torch.nn.functional.scaled_dot_product_attention(turned(query), turned(key), value, is_causal=causal)
    return attention.out_proj(of_heads.transpose(1, 2).flatten(-2))


def cases(precision):
    dtype = getattr(torch, precision)
    found = {}
    for seed, (name, (steps, features, heads, causal, bias)) in enumerate(CASES.items()):
        generator = np.random.default_rng(seed)
        attention = drawn(torch.nn.MultiheadAttention(features, heads, bias=bias, batch_first=True), dtype, generator)
        x = draw(generator, SAMPLES, steps, features)
        output = attend(attention, heads, causal, torch.tensor(x, dtype=dtype))
        found[name] = recorded(x, output, {f"attention.{name}": parameter for name, parameter in attention.named_parameters()}, generator)
    return found


recording.write("rotary.json", {"origin": origin("make_rotary.py"), "f64": cases("float64"), "f32": cases("float32")})
