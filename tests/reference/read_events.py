"""Lets TensorBoard read what the ignored test of `tests/integration/tensor_board.rs` writes: python read_events.py FOLDER

Compares every scalar, the last histogram of each tensor, the graph and the image with what the test expects. Needs `pip install
tensorboard`.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

folder = Path(sys.argv[1])
expected = json.loads((folder / "expected.json").read_text())
# All events, instead of a sample of them.
sizes = {kind: 0 for kind in ["scalars", "histograms", "compressedHistograms", "images", "tensors"]}
runs = {run: EventAccumulator(str(folder / "run" / run), sizes).Reload() for run in ["train", "validation"]}

compared = 0
for run in runs:
    for tag, values in expected[run].items():
        read = [[event.step, event.value] for event in runs[run].Scalars(tag)]
        assert read == values, (run, tag, read, values)
        compared += len(values)
assert set(runs["validation"].Tags()["scalars"]) == set(expected["validation"])
for tag in ["gradient_norm", "samples_per_second"]:
    assert [event.step for event in runs["train"].Scalars(tag)] == [3, 6, 9, 12, 15, 18]

train = runs["train"]
for tag, (count, smallest, largest, total) in expected["histograms"].items():
    events = train.Histograms(tag)
    assert [event.step for event in events] == [6, 12, 18], (tag, events)
    last = events[-1].histogram_value
    assert (last.num, last.min, last.max) == (count, smallest, largest), (tag, last)
    assert abs(last.sum - total) < 1e-9 and sum(last.bucket) == count, (tag, last)
    gradient = train.Histograms(tag.replace("weights/", "gradients/"))
    assert [event.step for event in gradient] == [6, 12, 18] and gradient[-1].histogram_value.num == count

nodes = {node.name: list(node.input) for node in train.Graph().node}
assert nodes["residual/add"] == ["residual/relu", "tanh"], nodes
image = train.Images("picture")[0]
assert (image.step, image.width, image.height) == (18, 12, 9)
[text] = train.Tensors("architecture")[0].tensor_proto.string_val
assert "output: Dense<4, 2>" in text.decode()
print(f"TensorBoard {version('tensorboard')} reads {compared} scalars and {len(expected['histograms'])} histograms of tensors")
