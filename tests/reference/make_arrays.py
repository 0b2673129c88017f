"""Arrays of NumPy for `tests/integration/npy.rs`: python make_arrays.py

`python make_arrays.py check FOLDER` reads the arrays that the ignored test `npy::archives::written_for_numpy` writes to a folder.
"""

import io
import sys
import zipfile
from pathlib import Path

import numpy as np

from recording import FOLDER

SIZES = (4, 2, 3)
counted = np.arange(24).reshape(SIZES)


def file(array, version):
    contents = io.BytesIO()
    np.lib.format.write_array(contents, array, version=version)
    return contents.getvalue()


def make():
    arrays = {}
    for kind in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"]:
        for order in "<>":
            for layout in "CF":
                # Values that need the sign, more than one byte where there is one, and a fraction.
                values = counted % 3 == 0 if kind == "b1" else counted
                if kind[0] in "fi":
                    values = values - 10
                if kind in ["f4", "f8", "i4", "i8", "u4", "u8"]:
                    values = values * 70_001
                if kind[0] == "f":
                    values = values / 4
                name = f"{kind}_{'little' if order == '<' else 'big'}_{layout.lower()}"
                arrays[name] = np.array(values, dtype=order + kind, order=layout)
                assert (arrays[name] == values).all()
    with zipfile.ZipFile(FOLDER / "arrays.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        for index, (name, array) in enumerate(arrays.items()):
            # A fixed date, so that the file is the same each time.
            entry = zipfile.ZipInfo(f"{name}.npy")
            entry.compress_type = zipfile.ZIP_STORED if index % 2 else zipfile.ZIP_DEFLATED
            archive.writestr(entry, file(array, [(1, 0), (2, 0), (3, 0)][index % 3]))
    np.save(FOLDER / "array_inputs.npy", (counted / 4).astype("<f4"))
    np.save(FOLDER / "array_labels.npy", np.array([2, 0, 1, 2]))


def check(folder):
    np.testing.assert_array_equal(np.load(folder / "inputs.npy"), (counted / 4).astype("<f4"), strict=True)
    np.testing.assert_array_equal(np.load(folder / "labels.npy"), np.array([2, 0, 1, 2]), strict=True)
    with np.load(folder / "arrays.npz") as archive:
        assert archive.files == ["x", "y", "steps"]
        np.testing.assert_array_equal(archive["x"], (counted / 4).astype("<f8"), strict=True)
        np.testing.assert_array_equal(archive["y"], np.array([2, 0, 1, 2]), strict=True)
        np.testing.assert_array_equal(archive["steps"], np.array([[0, 1], [2, 2]]), strict=True)
    print("NumPy", np.__version__, "reads all arrays")


if sys.argv[1:2] == ["check"]:
    check(Path(sys.argv[2]))
else:
    make()
