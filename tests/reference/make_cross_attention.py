"""Records attention from one sequence to another from PyTorch's `MultiheadAttention`.

pip install torch numpy safetensors
"""

import numpy as np
import torch
from safetensors.torch import save_file

import recording

SAMPLES = 3
# Steps of both sequences, features and heads; whether there are biases.
CASES = {
    "single": (1, 1, 3, 1, True),
    "longer": (3, 7, 12, 3, True),
    "shorter": (9, 2, 6, 2, True),
    "narrow": (5, 3, 3, 3, True),
    "without_bias": (4, 5, 8, 4, False),
}


def draw(generator, *shape):
    """Multiples of 1/64, the same in both precisions."""
    return np.round(generator.normal(size=shape) * 32) / 64


class Network(torch.nn.Module):
    def __init__(self, name):
        super().__init__()
        _, _, features, heads, bias = CASES[name]
        self.attention = torch.nn.MultiheadAttention(features, heads, bias=bias, batch_first=True)

    def forward(self, x, z):
        return self.attention(x, z, z, need_weights=False)[0]


def network(name, dtype, generator):
    made = Network(name).to(dtype)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.copy_(torch.tensor(draw(generator, *parameter.shape), dtype=dtype))
    return made


def cases(precision):
    dtype = getattr(torch, precision)
    found = {}
    for seed, (name, (queries, keys, features, *_)) in enumerate(CASES.items()):
        generator = np.random.default_rng(seed)
        made = network(name, dtype, generator)
        x, z = draw(generator, SAMPLES, queries, features), draw(generator, SAMPLES, keys, features)
        output = made(torch.tensor(x, dtype=dtype), torch.tensor(z, dtype=dtype))
        grad_output = draw(generator, *output.shape)
        (output * torch.tensor(grad_output, dtype=dtype)).sum().backward()
        tensors = dict(made.named_parameters())
        found[name] = {
            # The elements of a pair: those of the first sequence, then those of the second.
            "input": np.concatenate([x, z], axis=1),
            "grad_output": grad_output,
            "output": output.detach().numpy(),
            "parameters": {name: parameter.detach().numpy() for name, parameter in tensors.items()},
            "gradient": {name: parameter.grad.numpy() for name, parameter in tensors.items()},
        }
    return found


origin = "PyTorch {}, NumPy {}, made by make_cross_attention.py".format(torch.__version__.split("+")[0], np.__version__)
recording.write("cross_attention.json", {"origin": origin, "f64": cases("float64"), "f32": cases("float32")})
made = network("longer", torch.float32, np.random.default_rng(list(CASES).index("longer")))
save_file(made.state_dict(), recording.FOLDER / "weights_torch_cross_attention.safetensors")
