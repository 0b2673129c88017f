"""Records what initializers of Keras or PyTorch draw: python make_initializers.py keras, or torch. README.md tells how to
run it."""

import sys

import numpy as np
from recording import write

FAN_IN, FAN_OUT = 300, 100
GAIN, MEAN, DEVIATION = 1.5, 0.25, 0.5
# The deviation of a standard normal distribution that is cut at two deviations.
CUT = 0.87962566103423978

VARIANCES = {
    "GlorotUniform": 2 / (FAN_IN + FAN_OUT),
    "GlorotNormal": 2 / (FAN_IN + FAN_OUT),
    "HeUniform": 2 / FAN_IN,
    "HeNormal": 2 / FAN_IN,
    "LeCunUniform": 1 / FAN_IN,
    "LeCunNormal": 1 / FAN_IN,
    "TruncatedNormal": (CUT * DEVIATION) ** 2,
    # Rows of length gain: the mean square of their numbers.
    "Orthogonal": GAIN**2 / FAN_IN,
}


def from_keras():
    import keras

    keras.config.set_floatx("float64")
    names = {"LeCunUniform": "LecunUniform", "LeCunNormal": "LecunNormal"}
    settings = {"TruncatedNormal": {"mean": MEAN, "stddev": DEVIATION}, "Orthogonal": {"gain": GAIN}}

    def draw(scheme):
        make = getattr(keras.initializers, names.get(scheme, scheme))
        weight = make(seed=41, **settings.get(scheme, {}))((FAN_IN, FAN_OUT))
        return np.asarray(weight, dtype=np.float64).T

    return f"Keras {keras.__version__} on {keras.backend.backend()}", draw


def from_torch():
    import torch

    torch.manual_seed(41)
    init, cut = torch.nn.init, {"a": MEAN - 2 * DEVIATION, "b": MEAN + 2 * DEVIATION}
    fill = {
        "GlorotUniform": init.xavier_uniform_,
        "GlorotNormal": init.xavier_normal_,
        "HeUniform": lambda weight: init.kaiming_uniform_(weight, nonlinearity="relu"),
        "HeNormal": lambda weight: init.kaiming_normal_(weight, nonlinearity="relu"),
        # PyTorch has LeCun's forms under the name of He's, with the gain 1.
        "LeCunUniform": lambda weight: init.kaiming_uniform_(weight, nonlinearity="linear"),
        "LeCunNormal": lambda weight: init.kaiming_normal_(weight, nonlinearity="linear"),
        "TruncatedNormal": lambda weight: init.trunc_normal_(weight, MEAN, DEVIATION, **cut),
        "Orthogonal": lambda weight: init.orthogonal_(weight, GAIN),
    }

    def draw(scheme):
        weight = torch.empty(FAN_OUT, FAN_IN, dtype=torch.float64)
        return fill[scheme](weight).numpy()

    return f"PyTorch {torch.__version__}", draw


def case(scheme, variance, weight, cuts_all):
    assert weight.shape == (FAN_OUT, FAN_IN)
    mean = MEAN if scheme == "TruncatedNormal" else 0.0
    # Keras cuts its normal distributions at two standard deviations of the uncut one, and widens them before to make up
    # for the loss of variance, except for the one that has the cut in its name.
    truncated = scheme == "TruncatedNormal" or (cuts_all and scheme.endswith("Normal"))
    bound = np.sqrt(3 * variance) if scheme.endswith("Uniform") else 2 * np.sqrt(variance) / CUT if truncated else None
    sample = {"count": weight.size, "mean": weight.mean(), "std": weight.std(), "min": weight.min(), "max": weight.max()}
    assert abs(sample["std"] / np.sqrt(variance) - 1) < 0.02, scheme
    assert abs(sample["mean"] - mean) < 5 * np.sqrt(variance / weight.size), scheme
    if bound is not None:
        low, high = mean - sample["min"], sample["max"] - mean
        assert 0.98 * bound < low <= bound and 0.98 * bound < high <= bound, scheme
    if scheme == "Orthogonal":
        assert np.abs(weight @ weight.T - GAIN**2 * np.eye(FAN_OUT)).max() < 1e-12
    settings = {
        "TruncatedNormal": {"mean": MEAN, "deviation": DEVIATION},
        "Orthogonal": {"gain": GAIN},
    }.get(scheme, {})
    described = {"scheme": scheme, "fan_in": FAN_IN, "fan_out": FAN_OUT, **settings, "std": np.sqrt(variance)}
    return {**described, "bound": bound, "truncated_normal": truncated, "sample": sample}


def main():
    library = sys.argv[1]
    origin, draw = {"keras": from_keras, "torch": from_torch}[library]()
    cases = [case(scheme, variance, draw(scheme), library == "keras") for scheme, variance in VARIANCES.items()]
    file = {"keras": "initializers.json", "torch": "initializers_torch.json"}[library]
    write(file, {"origin": f"{origin}, made by make_initializers.py", "cases": cases})


if __name__ == "__main__":
    main()
