"""Records activations with settings, and those whose derivative is a function of the input, from PyTorch."""

import math

import numpy as np
import torch
from torch.nn import functional

import recording

INPUTS = [-700, -50, -10, -2.5, -1, -0.5, -1e-10, -0.0, 0.0, 1e-10, 0.25, 1, 3, 10, 50, 700]

# Of SELU.
ALPHA, LAMBDA = 1.6732632423543772, 1.0507009873554805

# Name, PyTorch's function, and the formulas written out.
KINDS = {
    "leaky_relu": (
        lambda x: functional.leaky_relu(x, 0.25),
        lambda x: x if x > 0 else 0.25 * x,
        lambda x: 1 if x > 0 else 0.25,
    ),
    "elu": (
        lambda x: functional.elu(x, 0.75),
        lambda x: x if x > 0 else 0.75 * math.expm1(x),
        lambda x: 1 if x > 0 else 0.75 * math.exp(x),
    ),
    "gelu": (
        functional.gelu,
        lambda x: x * math.erfc(-x / math.sqrt(2)) / 2,
        lambda x: math.erfc(-x / math.sqrt(2)) / 2 + x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi),
    ),
    "gelu_tanh": (
        lambda x: functional.gelu(x, approximate="tanh"),
        lambda x: x * (1 + tanh_of(x)) / 2,
        lambda x: (1 + tanh_of(x)) / 2
        + x * (1 - tanh_of(x) ** 2) * math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x) / 2,
    ),
    "selu": (
        functional.selu,
        lambda x: LAMBDA * (x if x > 0 else ALPHA * math.expm1(x)),
        lambda x: LAMBDA * (1 if x > 0 else ALPHA * math.exp(x)),
    ),
    "softsign": (functional.softsign, lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2),
    "hard_sigmoid": (
        # Not `hardsigmoid`, whose derivative is 1/6 in single precision in double precision too.
        lambda x: functional.relu6(x + 3) / 6,
        lambda x: max(0, min(1, x / 6 + 0.5)),
        lambda x: 1 / 6 if -3 < x < 3 else 0,
    ),
    "hard_tanh": (functional.hardtanh, lambda x: max(-1, min(1, x)), lambda x: 1 if -1 < x < 1 else 0),
    "hard_silu": (
        functional.hardswish,
        lambda x: x * max(0, min(1, x / 6 + 0.5)),
        lambda x: 0 if x <= -3 else 1 if x >= 3 else x / 3 + 0.5,
    ),
    "silu": (functional.silu, lambda x: x * logistic(x), lambda x: logistic(x) * (1 + x * (1 - logistic(x)))),
    "softplus": (
        lambda x: functional.softplus(x, beta=1.5, threshold=1000),
        lambda x: (max(0, 1.5 * x) + math.log1p(math.exp(-abs(1.5 * x)))) / 1.5,
        lambda x: logistic(1.5 * x),
    ),
}


def tanh_of(x):
    return math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))


def logistic(x):
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def cases(precision):
    kinds = {}
    for kind, (function, value, slope) in KINDS.items():
        x = torch.tensor(INPUTS, dtype=getattr(torch, precision), requires_grad=True)
        output = function(x)
        output.sum().backward()
        case = {"input": x.detach().numpy(), "output": output.detach().numpy(), "derivative": x.grad.numpy()}
        name = {"float64": "f64", "float32": "f32"}[precision]
        by_hand = {"output": [value(v) for v in INPUTS], "derivative": [slope(v) for v in INPUTS]}
        for key, wanted in by_hand.items():
            recording.agree(f"{kind}.{key}", case[key], wanted, recording.TOLERANCE[name])
        kinds[kind] = case
    return kinds


origin = f"PyTorch {torch.__version__.split('+')[0]}, NumPy {np.__version__}, made by make_activations.py"
recording.write("activations.json", {"origin": origin, "f64": cases("float64"), "f32": cases("float32")})
