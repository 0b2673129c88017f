"""Records connectionist temporal classification from PyTorch: the loss of each sample, their default mean, where each is divided
by its number of labels first, and the gradient of their plain mean with respect to the logits.

pip install torch numpy
"""

import numpy as np
import torch
from torch import nn

import recording

# Steps and classes; for each sample, its number of steps and its labels.
CASES = {
    "plain": (7, 4, [(7, [1, 2, 3]), (7, [2, 2, 1]), (7, []), (7, [3])]),
    "padded": (6, 3, [(6, [1, 2, 1]), (4, [2, 2]), (3, [1, 1]), (1, [2]), (5, [])]),
    "full": (4, 5, [(4, [1, 2, 3, 4]), (4, [4, 4, 1]), (4, [2, 3, 2, 3])]),
    "long": (40, 8, [(40, [1 + (3 * k) % 7 for k in range(15)]), (33, [5] * 12)]),
    "single": (1, 2, [(1, [1]), (1, [])]),
}


def draw(generator, *shape):
    """Multiples of 1/64, the same in both precisions."""
    return np.round(generator.normal(size=shape) * 96) / 64


def case(dtype, seed, steps, classes, samples):
    generator = np.random.default_rng(seed)
    logits = draw(generator, len(samples), steps, classes)
    z = torch.tensor(logits, dtype=dtype, requires_grad=True)
    lengths, labels = zip(*samples)
    # The steps first, and the labels of one sample after the other.
    arguments = [
        z.log_softmax(-1).transpose(0, 1),
        torch.tensor([label for of_sample in labels for label in of_sample], dtype=torch.long),
        torch.tensor(lengths),
        torch.tensor([len(of_sample) for of_sample in labels]),
    ]
    losses = nn.CTCLoss(reduction="none")(*arguments)
    mean = nn.CTCLoss()(*arguments).item()
    losses.mean().backward()
    recorded = {"logits": logits, "steps": list(lengths), "labels": list(labels)}
    return recorded | {"losses": losses.detach().numpy(), "mean": mean, "gradient": z.grad.numpy()}


def cases(dtype):
    return {name: case(dtype, seed, *sizes) for seed, (name, sizes) in enumerate(CASES.items())}


origin = f"PyTorch {torch.__version__.split('+')[0]}, NumPy {np.__version__}, made by make_ctc.py"
recording.write("ctc.json", {"origin": origin, "f64": cases(torch.float64), "f32": cases(torch.float32)})
