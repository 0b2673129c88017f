"""Writes the tables of `src/dataset/included/` and `datasets.json` for `tests/integration/datasets.rs`: python make_datasets.py

A table begins with the number of decimals of each feature, a byte each. A record follows for each sample: its features and its
target as integers of three bytes, the lowest first. A feature is the integer divided by the power of ten of its decimals.
"""

import numpy as np
import sklearn
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

from recording import FOLDER, write

TABLES = FOLDER.parent.parent / "src" / "dataset" / "included"


def decimals(column):
    """The fewest decimals that give all values of a column, bit for bit."""
    return next(d for d in range(8) if (np.round(column * 10**d) / 10**d == column).all())


def table(name, bunch):
    features, target = bunch.data.astype(np.float64), bunch.target
    places = np.array([decimals(column) for column in features.T])
    integers = np.round(features * 10.0**places).astype(np.int64)
    records = np.column_stack([integers, target.astype(np.int64)])
    assert (records[:, -1] == target).all() and records.min() >= 0
    # What an f32 holds exactly, so that the quotient of two of them is the nearest to the decimal.
    assert records.max() < 1 << 24
    lowest = records.astype("<u4").view(np.uint8).reshape(*records.shape, 4)[:, :, :3]
    (TABLES / f"{name}.bin").write_bytes(places.astype(np.uint8).tobytes() + lowest.tobytes())
    classes = [str(word) for word in bunch.get("target_names", [])]
    positions = np.arange(1, len(records) + 1)
    return {
        "samples": len(records),
        "classes": classes,
        "counts": np.bincount(target).tolist() if classes else [],
        "features": [str(word) for word in bunch.feature_names],
        "decimals": places.tolist(),
        # The columns of features, then that of targets, as integers: their sums, and those of products with positions from 1.
        "sums": records.sum(axis=0).tolist(),
        "weighted": (records * positions[:, None]).sum(axis=0).tolist(),
        "means": features.mean(axis=0).tolist(),
    }


tables = {
    "iris": load_iris(),
    "wine": load_wine(),
    "breast_cancer": load_breast_cancer(),
    # Unscaled, as the features were measured.
    "diabetes": load_diabetes(scaled=False),
}
origin = f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}"
write("datasets.json", {"origin": origin, **{name: table(name, bunch) for name, bunch in tables.items()}})
