"""Records losses of PyTorch that make_keras.py has not, and hinge losses whose values scikit-learn agrees with."""

import math

import numpy as np
import sklearn
import torch
from sklearn.metrics import hinge_loss
from torch import nn

import recording

# Two samples of three outputs; multiples of 1/64, or far out.
SCORES = [[0.5, -1.25, 2.0], [-0.015625, 3.0, -0.75]]
WANTED = [[0.5, -0.25, -1.0], [1.0, 0.0, -0.75]]
PROBABILITIES = [[1.0, 0.0, 0.25], [0.0, 1.0, 0.75]]
SIGNS = [[1.0, -1.0, -1.0], [-1.0, 1.0, 1.0]]
FAR = [[700.0, -700.0, 50.0], [-50.0, 0.0, 1e-10]]
LABELS = [2, 0]


def hinge(scores, signs):
    return torch.clamp(1 - signs * scores, min=0).mean()


def categorical_hinge(scores, labels):
    rows = torch.arange(len(labels))
    others = scores.clone()
    others[rows, labels] = -math.inf
    return torch.clamp(1 + others.max(dim=1).values - scores[rows, labels], min=0).mean()


# Kind, setting, loss, scores, targets.
CASES = [
    ("absolute_error", None, nn.L1Loss(), SCORES, WANTED),
    ("huber", 1.0, nn.HuberLoss(), SCORES, WANTED),
    ("huber", 0.25, nn.HuberLoss(delta=0.25), SCORES, WANTED),
    ("huber", 3.0, nn.HuberLoss(delta=3.0), FAR, WANTED),
    ("binary_cross_entropy", None, nn.BCEWithLogitsLoss(), SCORES, PROBABILITIES),
    ("binary_cross_entropy", None, nn.BCEWithLogitsLoss(), FAR, PROBABILITIES),
    ("label_smoothing", 0.0, nn.CrossEntropyLoss(label_smoothing=0.0), SCORES, LABELS),
    ("label_smoothing", 0.1, nn.CrossEntropyLoss(label_smoothing=0.1), SCORES, LABELS),
    ("label_smoothing", 0.75, nn.CrossEntropyLoss(label_smoothing=0.75), FAR, LABELS),
    ("hinge", None, hinge, SCORES, SIGNS),
    ("hinge", None, hinge, FAR, SIGNS),
    ("categorical_hinge", None, categorical_hinge, SCORES, LABELS),
    ("categorical_hinge", None, categorical_hinge, FAR, LABELS),
]


def check(kind, setting, value, scores, targets):
    """Compares with scikit-learn, or with the formula written out."""
    pairs = [pair for row in zip(scores, targets) for pair in zip(*row)] if isinstance(targets[0], list) else []
    logistic = lambda z: 1 / (1 + math.exp(-z)) if z > -700 else math.exp(z)
    if kind == "hinge":
        wanted = hinge_loss([t for _, t in pairs], [z for z, _ in pairs])
    elif kind == "categorical_hinge":
        wanted = hinge_loss(targets, scores, labels=[0, 1, 2])
    elif kind == "absolute_error":
        wanted = np.mean([abs(z - t) for z, t in pairs])
    elif kind == "huber":
        parts = [(abs(z - t), setting) for z, t in pairs]
        wanted = np.mean([d * d / 2 if d <= s else s * (d - s / 2) for d, s in parts])
    elif kind == "binary_cross_entropy":
        wanted = np.mean([max(z, 0) - z * t + math.log1p(math.exp(-abs(z))) for z, t in pairs])
    else:
        wanted = 0.0
        for row, label in zip(scores, targets):
            total = max(row) + math.log(sum(math.exp(z - max(row)) for z in row))
            spread = [setting / 3 + (1 - setting) * (k == label) for k in range(3)]
            wanted += sum(q * (total - z) for q, z in zip(spread, row)) / len(scores)
    recording.agree(f"{kind} {setting}", value, wanted, 1e-12)


def cases(precision):
    recorded = []
    for kind, setting, loss, scores, targets in CASES:
        dtype = getattr(torch, precision)
        z = torch.tensor(scores, dtype=dtype, requires_grad=True)
        t = torch.tensor(targets, dtype=dtype if isinstance(targets[0], list) else torch.int64)
        value = loss(z, t)
        value.backward()
        if precision == "float64":
            check(kind, setting, value.item(), scores, targets)
        case = {"name": kind, "setting": setting, "scores": z.detach().numpy(), "target": targets}
        recorded.append(case | {"loss": value.detach().numpy()[()], "gradient": z.grad.numpy()})
    return recorded


versions = f"PyTorch {torch.__version__.split('+')[0]}, scikit-learn {sklearn.__version__}, NumPy {np.__version__}"
origin = f"{versions}, made by make_losses.py"
recording.write("losses_torch.json", {"origin": origin, "f64": cases("float64"), "f32": cases("float32")})
