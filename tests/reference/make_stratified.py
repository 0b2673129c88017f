"""Sizes of scikit-learn's stratified splits for `tests/integration/stratified.rs`: python make_stratified.py"""

import numpy as np
import sklearn
from sklearn.model_selection import train_test_split
from sklearn.utils.extmath import _approximate_mode

from recording import write


def case(counts, first):
    """How many samples of each class are among the `first` ones. Classes with equal remainders are drawn at random."""
    labels = np.repeat(np.arange(len(counts)), counts)
    chosen = _approximate_mode(np.asarray(counts), first, 0).astype(int).tolist()
    second = len(labels) - first
    # What the public function refuses: classes of one sample, and parts with fewer samples than classes.
    if min(counts) > 1 and min(first, second) >= len(counts):
        train, _ = train_test_split(labels, train_size=first, stratify=labels, random_state=0)
        split = np.bincount(train, minlength=len(counts)).tolist()
        assert sorted(zip(counts, split)) == sorted(zip(counts, chosen))
    return {"counts": counts, "first": first, "chosen": chosen}


random = np.random.default_rng(47)
cases = [case([3] * 10, 15), case([5] * 10, 35), case([5] * 10, 45), case([18, 2], 16), case([1] * 4, 2)]
for classes in [2, 3, 4, 7, 10]:
    for largest in [2, 5, 40, 1000]:
        counts = random.integers(1, largest + 1, classes).tolist()
        samples = sum(counts)
        cases += [case(counts, int(min(max(round(share * samples), 1), samples - 1))) for share in [0.2, 0.5, 0.85]]
write("stratified.json", {"origin": f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}", "cases": cases})
