"""Writes `src/dataset/included/digits.bin`: the 8x8 digits of scikit-learn, in the same order.

Run from the root of the repository, with scikit-learn installed:

    python scripts/digits.py

The file consists of 1,797 records of 65 bytes: 64 pixels from 0 to 16, row by row from the top left, then the digit, 0 to 9.
The tests of `src/dataset/included/digits.rs` contain the numbers that this script prints.
"""

from pathlib import Path

import numpy
import sklearn
from sklearn.datasets import load_digits

data, target = load_digits(return_X_y=True)
assert data.shape == (1797, 64) and data.min() == 0 and data.max() == 16
records = numpy.column_stack([data, target]).astype(numpy.uint8)
assert (records[:, :64] == data).all() and (records[:, 64] == target).all()
Path("src/dataset/included/digits.bin").write_bytes(records.tobytes())

positions = numpy.arange(1, data.size + 1)
print("scikit-learn", sklearn.__version__)
print("samples per class", numpy.bincount(target).tolist())
print("sum of all pixels", int(data.sum()))
print("sum of pixel times position, from 1, over the flat data", int((data.ravel() * positions).sum()))
print("sum of label times sample, from 0", int((target * numpy.arange(1797)).sum()))
print("first sample", data[0].astype(int).tolist(), "label", int(target[0]))
