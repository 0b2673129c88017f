"""Metrics of scikit-learn for `tests/integration/metrics.rs`: python make_metrics.py > metrics.json"""

import json

import numpy as np
import sklearn
from sklearn import metrics as m

random = np.random.default_rng(21)
UNDEFINED_IS_ZERO = {"zero_division": 0.0}


def classes(scores, wanted):
    answers = scores.argmax(axis=1)
    case = {"scores": scores.tolist(), "wanted": wanted.tolist()}
    case["accuracy"] = m.accuracy_score(wanted, answers)
    case["top_2"] = m.top_k_accuracy_score(wanted, scores, k=2, labels=range(scores.shape[1]))
    case["counts"] = m.confusion_matrix(wanted, answers, labels=range(scores.shape[1])).tolist()
    for name in ["precision", "recall", "f1"]:
        score = getattr(m, f"{name}_score")
        labels = list(range(scores.shape[1]))
        case[name] = score(wanted, answers, labels=labels, average=None, **UNDEFINED_IS_ZERO).tolist()
        case[f"macro_{name}"] = score(wanted, answers, average="macro", **UNDEFINED_IS_ZERO)
    return case


def values(predictions, targets):
    case = {"predictions": predictions.tolist(), "targets": targets.tolist()}
    case["mean_absolute_error"] = m.mean_absolute_error(targets, predictions)
    case["root_mean_squared_error"] = m.root_mean_squared_error(targets, predictions)
    case["r_squared"] = m.r2_score(targets, predictions)
    return case


def answers(scores, targets):
    case = {"scores": scores.tolist(), "targets": targets.tolist()}
    case["roc_auc"] = m.roc_auc_score(targets.ravel(), scores.ravel())
    case["average_precision"] = m.average_precision_score(targets.ravel(), scores.ravel())
    case["accuracy"] = m.accuracy_score(targets.ravel(), scores.ravel() > 0)
    return case


scores = random.random((40, 4))
# Class 3 is never the answer, then in neither targets nor answers; class 2 has no samples.
never = scores * [1, 1, 1, 0]
targets = random.normal(size=(30, 2)) * [1, 10] + [0, 1000]
constant = np.column_stack([targets[:, 0], np.full(30, 2.0)])
exact = np.column_stack([targets[:, 0] + 1, np.full(30, 2.0)])
out = {
    "origin": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}",
    "classes": [
        classes(scores, random.integers(0, 4, 40)),
        classes(never, random.integers(0, 4, 40)),
        classes(never, random.integers(0, 3, 40)),
        classes(scores, random.choice([0, 1, 3], 40)),
    ],
    "values": [
        values(targets + random.normal(size=(30, 2)), targets),
        values(targets, constant),
        values(exact, constant),
    ],
}
raw, yes = random.normal(size=(30, 2)), random.integers(0, 2, (30, 2))
out["answers"] = [
    answers(raw + yes, yes),
    # With many equal scores, and few yes.
    answers(np.round(raw), yes * random.integers(0, 2, (30, 2))),
    answers(np.zeros((30, 2)), yes),
]
print(json.dumps(out))
