"""Records self-attention from PyTorch's `MultiheadAttention`.

pip install torch numpy safetensors
"""

import numpy as np
import torch
from safetensors.torch import save_file

import recording

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


def draw(generator, *shape):
    """Multiples of 1/64, the same in both precisions."""
    return np.round(generator.normal(size=shape) * 32) / 64


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
    made = Network(name).to(dtype)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.copy_(torch.tensor(draw(generator, *parameter.shape), dtype=dtype))
    return made


def cases(precision):
    dtype = getattr(torch, precision)
    found = {}
    for seed, (name, (steps, features, *_)) in enumerate(CASES.items()):
        generator = np.random.default_rng(seed)
        made = network(name, dtype, generator)
        x = draw(generator, SAMPLES, steps, features)
        output = made(torch.tensor(x, dtype=dtype))
        grad_output = draw(generator, *output.shape)
        (output * torch.tensor(grad_output, dtype=dtype)).sum().backward()
        tensors = dict(made.named_parameters())
        found[name] = {
            "input": x,
            "grad_output": grad_output,
            "output": output.detach().numpy(),
            "parameters": {name: parameter.detach().numpy() for name, parameter in tensors.items()},
            "gradient": {name: parameter.grad.numpy() for name, parameter in tensors.items()},
        }
    return found


origin = "PyTorch {}, NumPy {}, made by make_attention.py".format(torch.__version__.split("+")[0], np.__version__)
recording.write("attention.json", {"origin": origin, "f64": cases("float64"), "f32": cases("float32")})
made = network("causal", torch.float32, np.random.default_rng(list(CASES).index("causal")))
save_file(made.state_dict(), recording.FOLDER / "weights_torch_attention.safetensors")
