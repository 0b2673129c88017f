"""Records activations, losses and layers that typenet's tests write as formulas, from PyTorch.

pip install torch numpy
"""

import math

import numpy as np
import torch
from torch.nn import functional

import recording

SAMPLES = 3
FEATURES = 4


def draw(generator, *shape):
    """Multiples of 1/64, the same in both precisions."""
    return np.round(generator.normal(size=shape) * 64) / 64


ACTIVATIONS = {
    "mish": functional.mish,
    "snake": lambda x: x + torch.sin(1.5 * x).square() / 1.5,
    "celu": lambda x: functional.celu(x, 0.75),
    "log_sigmoid": functional.logsigmoid,
    "tanh_shrink": functional.tanhshrink,
    "gelu": functional.gelu,
    "sinc_like": lambda x: torch.cos(x) * torch.exp(-x.square()),
}


def focal(p, t):
    probability = torch.softmax(p, -1)
    return -(t * (1 - probability).square() * torch.log_softmax(p, -1)).sum(-1).mean()


def dice(p, t):
    p = torch.sigmoid(p)
    return (1 - (2 * (p * t).sum(-1) + 1) / (p.sum(-1) + t.sum(-1) + 1)).mean()


def quantile(p, t):
    return torch.maximum(0.8 * (t - p), -0.2 * (t - p)).mean()


def contrastive(p, t):
    """The first target is 1 for a pair that belongs together."""
    distance = torch.linalg.vector_norm(p, dim=-1)
    same = t.mean(-1)
    return (same * distance.square() + (1 - same) * functional.relu(1.5 - distance).square()).mean()


def tweedie(p, t):
    """The deviance of power 1.5 without terms of the target alone, of the logarithm of the mean."""
    return (2 * (torch.exp(0.5 * p) / 0.5 - t * torch.exp(-0.5 * p) / -0.5)).mean()


# Targets: "real", "positive", "distribution" or "unit".
LOSSES = {
    "poisson": ("positive", lambda p, t: functional.poisson_nll_loss(p, t, log_input=True)),
    "cosine": ("real", lambda p, t: (1 - functional.cosine_similarity(p, t, dim=-1)).mean()),
    "smooth_l1": ("real", lambda p, t: functional.smooth_l1_loss(p, t, beta=0.5)),
    "log_cosh": ("real", lambda p, t: torch.log(torch.cosh(p - t)).mean()),
    "cross_entropy": ("distribution", functional.cross_entropy),
    "kl": ("distribution", lambda p, t: functional.kl_div(torch.log_softmax(p, -1), t, reduction="batchmean")),
    "binary": ("unit", functional.binary_cross_entropy_with_logits),
    "focal": ("distribution", focal),
    "dice": ("unit", dice),
    "quantile": ("real", quantile),
    "contrastive": ("unit", contrastive),
    "tweedie": ("positive", tweedie),
}

# The shapes of the parameters, and the function of the input and of them.
LAYERS = {
    "glu": (
        {"value": (5, 4), "gate": (5, 4), "bias": (5,)},
        lambda x, p: functional.glu(torch.cat([functional.linear(x, p["value"], p["bias"]), functional.linear(x, p["gate"])], -1)),
    ),
    "swiglu": (
        {"value": (5, 4), "gate": (5, 4), "down": (4, 5)},
        lambda x, p: functional.linear(
            functional.silu(functional.linear(x, p["gate"])) * functional.linear(x, p["value"]), p["down"]
        ),
    ),
    "layer_norm": (
        {"scale": (4,), "bias": (4,)},
        lambda x, p: functional.layer_norm(x, (4,), p["scale"], p["bias"], 1e-3),
    ),
    "excitation": (
        {"down": (2, 4), "up": (4, 2)},
        lambda x, p: x * torch.sigmoid(functional.linear(functional.relu(functional.linear(x, p["down"])), p["up"])),
    ),
    "highway": (
        {"weight": (4, 4), "bias": (4,), "gate": (4, 4), "gate_bias": (4,)},
        lambda x, p: torch.lerp(
            x,
            torch.tanh(functional.linear(x, p["weight"], p["bias"])),
            torch.sigmoid(functional.linear(x, p["gate"], p["gate_bias"])),
        ),
    ),
    "radial": (
        {"centre": (4,), "width": (4,)},
        lambda x, p: torch.exp(-functional.softplus(p["width"]) * (x - p["centre"]).square()),
    ),
    "tied": (
        {"weight": (3, 4), "hidden": (3,), "bias": (4,)},
        lambda x, p: functional.linear(torch.tanh(functional.linear(x, p["weight"], p["hidden"])), p["weight"].T, p["bias"]),
    ),
    "attentive": (
        {"weight": (4, 4), "direction": (4,)},
        lambda x, p: torch.softmax(functional.linear(x, p["weight"]) / 2, -1)
        * (x * p["direction"]).sum(-1, keepdim=True),
    ),
}


def leaf(value, dtype):
    return torch.tensor(value, dtype=dtype).requires_grad_()


def activations(dtype):
    x = np.concatenate([np.arange(-24, 25) / 4, [-40.0, 40.0]])
    found = {"input": x}
    for name, function in ACTIVATIONS.items():
        argument = leaf(x, dtype)
        output = function(argument)
        output.sum().backward()
        found[name] = {"output": output.detach().numpy(), "derivative": argument.grad.numpy()}
    return found


def target(kind, generator):
    t = draw(generator, SAMPLES, FEATURES)
    if kind == "positive":
        return np.abs(t)
    if kind == "unit":
        return np.round(np.abs(np.sin(t)) * 64) / 64
    if kind == "distribution":
        parts = np.sort(np.round(generator.uniform(size=(SAMPLES, FEATURES - 1)) * 64) / 64, axis=-1)
        return np.diff(parts, axis=-1, prepend=0.0, append=1.0)
    # No prediction is equal to its target, where the derivative of an absolute value is a convention.
    return t + 1 / 128


def losses(dtype):
    found = {}
    for seed, (name, (kind, function)) in enumerate(LOSSES.items()):
        generator = np.random.default_rng(seed)
        p, t = draw(generator, SAMPLES, FEATURES), target(kind, generator)
        argument = leaf(p, dtype)
        loss = function(argument, torch.tensor(t, dtype=dtype))
        loss.backward()
        found[name] = {"prediction": p, "target": t, "loss": loss.item(), "gradient": argument.grad.numpy()}
    return found


def layers(dtype):
    found = {}
    for seed, (name, (shapes, function)) in enumerate(LAYERS.items()):
        generator = np.random.default_rng(seed)
        x = draw(generator, SAMPLES, FEATURES)
        parameters = {key: draw(generator, *shape) for key, shape in shapes.items()}
        argument = leaf(x, dtype)
        leaves = {key: leaf(value, dtype) for key, value in parameters.items()}
        output = function(argument, leaves)
        grad_output = draw(generator, *output.shape)
        output.backward(torch.tensor(grad_output, dtype=dtype))
        found[name] = {
            "parameters": parameters,
            "input": x,
            "output": output.detach().numpy(),
            "grad_output": grad_output,
            "grad_input": argument.grad.numpy(),
            "gradient": {key: value.grad.numpy() for key, value in leaves.items()},
        }
    return found


def record():
    assert math.isclose(float(functional.mish(torch.tensor(1.0))), 0.865098, rel_tol=1e-5)
    parts = {"activations": activations, "losses": losses, "layers": layers}
    content = {"origin": f"PyTorch {torch.__version__.split('+')[0]}"}
    for short, dtype in (("f64", torch.float64),):
        content[short] = {name: part(dtype) for name, part in parts.items()}
    recording.write("formulas.json", content)


record()
