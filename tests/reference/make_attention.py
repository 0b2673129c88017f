"""Records self-attention from PyTorch's `MultiheadAttention`.

pip install torch numpy safetensors
"""

import numpy as np
import torch
from safetensors.torch import save_file

import recording
from torch_recording import draw, drawn, origin, recorded

SAMPLES = 2
# Steps, features and heads; whether a step sees no later ones; whether there are biases.
CASES = {
    "single": (1, 3, 1, False, True),
    "full": (7, 12, 3, False, True),
    "causal": (13, 6, 3, True, True),
    "wide": (5, 9, 1, True, True),
    "narrow": (5, 3, 3, False, True),
    "without_bias": (7, 8, 4, True, False),
    "residual": (7, 6, 2, True, True),
}


class Network(torch.nn.Module):
    def __init__(self, name):
        super().__init__()
        _, features, heads, self.causal, bias = CASES[name]
        self.is_block = name == "residual"
        attention = torch.nn.MultiheadAttention(features, heads, bias=bias, batch_first=True)
        if self.is_block:
            self.block = torch.nn.ModuleDict({"norm": torch.nn.LayerNorm(features), "attention": attention})
        else:
            self.attention = attention

    def attend(self, attention, x):
        steps = x.shape[1]
        mask = torch.triu(torch.ones(steps, steps, dtype=torch.bool), 1) if self.causal else None
        return attention(x, x, x, need_weights=False, attn_mask=mask, is_causal=self.causal)[0]

    def forward(self, x):
        if self.is_block:
            return x + self.attend(self.block["attention"], self.block["norm"](x))
        return self.attend(self.attention, x)


def network(name, dtype, generator):
    return drawn(Network(name), dtype, generator)


def cases(precision):
    dtype = getattr(torch, precision)
    found = {}
    for seed, (name, (steps, features, *_)) in enumerate(CASES.items()):
        generator = np.random.default_rng(seed)
        made = network(name, dtype, generator)
        x = draw(generator, SAMPLES, steps, features)
        output = made(torch.tensor(x, dtype=dtype))
        found[name] = recorded(x, output, made.named_parameters(), generator)
    return found


recording.write("attention.json", {"origin": origin("make_attention.py"), "f64": cases("float64"), "f32": cases("float32")})
made = network("causal", torch.float32, np.random.default_rng(list(CASES).index("causal")))
save_file(made.state_dict(), recording.FOLDER / "weights_torch_attention.safetensors")
