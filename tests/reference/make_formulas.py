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


def attention(x, p):
    heads = [x @ p[name].T for name in ("query", "key", "value")]
    parts = [torch.split(head, 2, -1) for head in heads]
    attended = [functional.scaled_dot_product_attention(*part) for part in zip(*parts)]
    return torch.cat(attended, -1) @ p["out"].T


def elman(x, p):
    """The same as `torch.nn.RNN` with a state that starts at 0."""
    rnn = torch.nn.RNN(2, 3, batch_first=True, dtype=x.dtype)
    weights = {"weight_ih_l0": p["input"], "weight_hh_l0": p["state"], "bias_ih_l0": p["bias"], "bias_hh_l0": 0 * p["bias"]}
    return torch.func.functional_call(rnn, weights, (x,))[1][0]


def mixer(x, p):
    tokens = x + p["second"] @ functional.gelu(p["first"] @ x)
    return tokens + functional.gelu(functional.layer_norm(tokens, (3,)) @ p["up"].T) @ p["down"].T


# The shape of the input, the shapes of the parameters, and the function of the input and of them.
SHAPED = {
    "centers": (
        (4,),
        {"centers": (5, 4), "width": (5,)},
        lambda x, p: torch.exp(-functional.softplus(p["width"]) * torch.cdist(x, p["centers"]).square()),
    ),
    "bilinear": (
        (7,),
        {"weight": (2, 12), "bias": (2,)},
        lambda x, p: functional.bilinear(x[:, :3], x[:, 3:], p["weight"].reshape(2, 3, 4), p["bias"]),
    ),
    "channels": (
        (4, 2, 3),
        {"down": (2, 4), "up": (4, 2)},
        lambda x, p: x * torch.sigmoid(functional.relu(x.mean((2, 3)) @ p["down"].T) @ p["up"].T)[:, :, None, None],
    ),
    "attention": ((5, 4), {"query": (4, 4), "key": (4, 4), "value": (4, 4), "out": (4, 4)}, attention),
    "tokens": (
        (3, 4),
        {"scale": (4,), "bias": (4,)},
        lambda x, p: functional.layer_norm(x, (4,), p["scale"], p["bias"], 1e-3),
    ),
    "elman": ((5, 2), {"input": (3, 2), "state": (3, 3), "bias": (3,)}, elman),
    "mixer": ((4, 3), {"first": (5, 4), "second": (4, 5), "up": (6, 3), "down": (3, 6)}, mixer),
    "temperature": ((4,), {"temperature": (1,)}, lambda x, p: torch.log_softmax(x / (1 + p["temperature"].square()), -1)),
    "single_head": (
        (5, 4),
        {"query": (3, 4), "key": (3, 4), "value": (4, 4)},
        lambda x, p: x + functional.scaled_dot_product_attention(*(x @ p[name].T for name in ("query", "key", "value"))),
    ),
}


def mixture(p, t):
    logits, means, deviations = torch.split(p, 3, -1)
    distribution = torch.distributions
    components = distribution.Normal(means, functional.softplus(deviations) + 0.25)
    mixed = distribution.MixtureSameFamily(distribution.Categorical(logits=logits), components)
    return -mixed.log_prob(t[:, 0]).mean()


def triplet(p, t):
    anchor, positive, negative = torch.split(p, 3, -1)
    return functional.triplet_margin_loss(anchor, positive, negative, margin=1.5, eps=0.0) + 0 * t.sum()


def divergence(p, t):
    normal = torch.distributions.Normal
    ours, theirs = [normal(x[:, :3], torch.exp(x[:, 3:])) for x in (p, t)]
    return torch.distributions.kl_divergence(ours, theirs).sum(-1).mean()


# The numbers of elements of prediction and target, and the function.
SHAPED_LOSSES = {"mixture": (9, 1, mixture), "triplet": (9, 1, triplet), "gaussians": (6, 6, divergence)}


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


def record_loss(p, t, function, dtype):
    argument = leaf(p, dtype)
    loss = function(argument, torch.tensor(t, dtype=dtype))
    loss.backward()
    return {"prediction": p, "target": t, "loss": loss.item(), "gradient": argument.grad.numpy()}


def losses(dtype):
    found = {}
    for seed, (name, (kind, function)) in enumerate(LOSSES.items()):
        generator = np.random.default_rng(seed)
        p, t = draw(generator, SAMPLES, FEATURES), target(kind, generator)
        found[name] = record_loss(p, t, function, dtype)
    for seed, (name, (predicted, compared, function)) in enumerate(SHAPED_LOSSES.items()):
        generator = np.random.default_rng(seed)
        p, t = draw(generator, SAMPLES, predicted), draw(generator, SAMPLES, compared)
        found[name] = record_loss(p, t, function, dtype)
    return found


def record_layer(seed, shape, shapes, function, dtype):
    generator = np.random.default_rng(seed)
    x = draw(generator, SAMPLES, *shape)
    parameters = {key: draw(generator, *of) for key, of in shapes.items()}
    argument = leaf(x, dtype)
    leaves = {key: leaf(value, dtype) for key, value in parameters.items()}
    output = function(argument, leaves)
    grad_output = draw(generator, *output.shape)
    output.backward(torch.tensor(grad_output, dtype=dtype))
    flat = lambda values: values.reshape(SAMPLES, -1)
    return {
        "parameters": parameters,
        "input": flat(x),
        "output": flat(output.detach().numpy()),
        "grad_output": flat(grad_output),
        "grad_input": flat(argument.grad.numpy()),
        "gradient": {key: value.grad.numpy() for key, value in leaves.items()},
    }


def layers(dtype):
    found = {}
    for seed, (name, (shapes, function)) in enumerate(LAYERS.items()):
        found[name] = record_layer(seed, (FEATURES,), shapes, function, dtype)
    for seed, (name, (shape, shapes, function)) in enumerate(SHAPED.items()):
        found[name] = record_layer(seed, shape, shapes, function, dtype)
    return found


def record():
    assert math.isclose(float(functional.mish(torch.tensor(1.0))), 0.865098, rel_tol=1e-5)
    parts = {"activations": activations, "losses": losses, "layers": layers}
    content = {"origin": f"PyTorch {torch.__version__.split('+')[0]}"}
    for short, dtype in (("f64", torch.float64),):
        content[short] = {name: part(dtype) for name, part in parts.items()}
    recording.write("formulas.json", content)


record()
