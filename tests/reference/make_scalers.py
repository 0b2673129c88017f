"""Scalers of scikit-learn for `tests/integration/scalers.rs`: python make_scalers.py"""

import warnings

import numpy as np
import scipy
import sklearn
from recording import write
from sklearn.datasets import load_digits
from sklearn.preprocessing import MinMaxScaler, QuantileTransformer

random = np.random.default_rng(23)
warnings.filterwarnings("ignore", "n_quantiles")


def samples():
    """Normal, log-normal, whole numbers with many ties, a constant, and ties at both ends."""
    count = 41
    columns = [
        random.normal(3, 2, count),
        np.exp(3 * random.normal(size=count)),
        random.integers(0, 6, count),
        np.full(count, 7.25),
        np.clip(random.normal(size=count), -0.5, 0.5),
    ]
    return np.stack(columns, axis=1).astype(np.float64)


def probes(fitted):
    """Samples, the middle between them, ties, and numbers far and just outside."""
    least, largest = fitted.min(axis=0), fitted.max(axis=0)
    outside = [least - 1, largest + 1, least - 1e6, largest + 1e6, least - 1e-5, largest + 1e-5]
    inside = [least, largest, (least + largest) / 2, np.median(fitted, axis=0), np.full(fitted.shape[1], 3.0)]
    between = (fitted[:10] + fitted[10:20]) / 2
    return np.concatenate([fitted[:10], between, inside, outside])


def min_max():
    fitted = samples()
    asked = probes(fitted)
    cases = []
    for low, high in [(0.0, 1.0), (-1.0, 1.0), (0.1, 0.7)]:
        scaler = MinMaxScaler((low, high)).fit(fitted)
        answers = scaler.transform(asked)
        back = scaler.inverse_transform(answers)
        cases.append({"low": low, "high": high, "answers": answers, "back": back})
    return {"samples": fitted, "asked": asked, "cases": cases}


def quantiles():
    fitted = samples()
    asked = probes(fitted)
    parts = np.array([-0.5, 0.0, 1e-9, 1e-4, 0.1, 0.25, 0.5, 0.6, 0.987, 1 - 1e-9, 1.0, 3.0])
    numbers = np.array([-40.0, -5.5, -5.2, -5.19, -2.0, -0.3, 0.0, 0.7, 2.0, 5.19, 5.2, 40.0])
    cases = []
    # 1000 are more than there are samples, 41 as many; 5, 9 and 21 meet samples, 7 and 12 do not.
    for count in [1000, 41, 21, 12, 9, 7, 5, 2]:
        for output in ["uniform", "normal"]:
            scaler = QuantileTransformer(n_quantiles=count, output_distribution=output, subsample=None).fit(fitted)
            inverse = np.repeat((parts if output == "uniform" else numbers)[:, None], fitted.shape[1], axis=1)
            cases.append(
                {
                    "count": count,
                    "output": output,
                    "quantiles": scaler.quantiles_.T,
                    "answers": scaler.transform(asked),
                    "inverse": inverse,
                    "back": scaler.inverse_transform(inverse),
                }
            )
    return {"samples": fitted, "asked": asked, "cases": cases}


def digits():
    """Sums over all digits of the answers, and of their squares, for each feature."""
    fitted = load_digits().data
    recorded = {}
    for name, scaler in {
        "min_max": MinMaxScaler(),
        "uniform": QuantileTransformer(n_quantiles=1000, subsample=None),
        "normal": QuantileTransformer(n_quantiles=1000, subsample=None, output_distribution="normal"),
    }.items():
        answers = scaler.fit_transform(fitted)
        recorded[name] = {"sums": answers.sum(axis=0), "squares": (answers**2).sum(axis=0)}
    return recorded


def main():
    origin = f"scikit-learn {sklearn.__version__}, SciPy {scipy.__version__}, NumPy {np.__version__}, made by make_scalers.py"
    write("scalers.json", {"origin": origin, "min_max": min_max(), "quantiles": quantiles(), "digits": digits()})


if __name__ == "__main__":
    main()
