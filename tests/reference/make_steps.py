"""Records a network that acts on each step of a sequence, with losses of a class for each step, from PyTorch.

pip install torch numpy safetensors
"""

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

import recording

SAMPLES, FEATURES, CLASSES = 3, 3, 4
# The numbers of steps.
LENGTHS = (5, 1, 7)
# Of the losses.
SMOOTHED, WEIGHTS = 0.1, [1.0, 0.25, 3.0, 0.5]


def draw(generator, *shape):
    """Multiples of 1/64, the same in both precisions."""
    return np.round(generator.normal(size=shape) * 32) / 64


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = nn.ModuleDict(
            {
                "norm": nn.LayerNorm(FEATURES),
                "wide": nn.Linear(FEATURES, 4 * FEATURES),
                "narrow": nn.Linear(4 * FEATURES, FEATURES),
            }
        )
        self.mixed = nn.Linear(FEATURES, FEATURES, bias=False)
        self.rms = nn.RMSNorm(FEATURES, eps=1e-6)
        self.head = nn.Linear(FEATURES, CLASSES)

    def forward(self, x):
        block = self.block
        x = x + block["narrow"](nn.functional.gelu(block["wide"](block["norm"](x))))
        return self.head(self.rms(self.mixed(x.softmax(-1))))


def network(dtype, generator):
    made = Network().to(dtype)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.copy_(torch.tensor(draw(generator, *parameter.shape), dtype=dtype))
    return made


def losses(logits, labels):
    """Means over the samples and their steps; the classes are the second axis."""
    logits = logits.transpose(1, 2)
    entropy = nn.functional.cross_entropy
    weights = torch.tensor(WEIGHTS, dtype=logits.dtype)
    return {
        "plain": entropy(logits, labels),
        "smoothed": entropy(logits, labels, label_smoothing=SMOOTHED),
        "weighted": entropy(logits, labels, weight=weights, reduction="sum") / labels.numel(),
    }


def case(steps, precision):
    dtype, generator = getattr(torch, precision), np.random.default_rng(steps)
    made = network(dtype, generator)
    x = draw(generator, SAMPLES, steps, FEATURES)
    labels = generator.integers(0, CLASSES, size=(SAMPLES, steps))
    recorded = {
        "input": x,
        "label": labels.tolist(),
        "parameters": {name: parameter.detach().numpy().copy() for name, parameter in made.named_parameters()},
        "output": made(torch.tensor(x, dtype=dtype)).softmax(-1).detach().numpy(),
    }
    for name in losses(torch.zeros(1, 1, CLASSES), torch.zeros(1, 1, dtype=torch.long)):
        made.zero_grad()
        loss = losses(made(torch.tensor(x, dtype=dtype)), torch.tensor(labels))[name]
        loss.backward()
        gradient = {name: parameter.grad.numpy().copy() for name, parameter in made.named_parameters()}
        recorded[name] = {"loss": loss.item(), "gradient": gradient}
    recorded["perplexity"] = float(np.exp(recorded["plain"]["loss"]))
    return recorded


origin = "PyTorch {}, NumPy {}, made by make_steps.py".format(torch.__version__.split("+")[0], np.__version__)
cases = {name: [case(steps, precision) for steps in LENGTHS] for name, precision in [("f64", "float64"), ("f32", "float32")]}
recording.write("steps.json", {"origin": origin, **cases})
made = network(torch.float32, np.random.default_rng(LENGTHS[0]))
save_file(made.state_dict(), recording.FOLDER / "weights_torch_steps.safetensors")
