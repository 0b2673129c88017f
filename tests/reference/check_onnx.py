"""Compares ONNX models that the library wrote with its predictions.

    python check_onnx.py FOLDER

FOLDER has the models and samples that the ignored test `onnx_export::models_for_onnxruntime` writes. The script needs
`pip install onnx onnxruntime numpy`. It fails if `onnx.checker` refuses a model or a prediction of onnxruntime differs by more than
1e-6 of its size, or of 1 if that is more; it prints the largest difference for each network. onnxruntime has no double precision for
some operators; the evaluator of the package `onnx` computes these models.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx.reference import ReferenceEvaluator
from onnxruntime.capi.onnxruntime_pybind11_state import NotImplemented, RuntimeException

TOLERANCE = 1e-6

onnxruntime.set_default_logger_severity(3)


def split(numbers, parts):
    """The arrays of a batch that are the parts of its samples."""
    samples = np.array(numbers).reshape(-1, sum(length for length, _ in parts))
    return np.split(samples, np.cumsum([length for length, _ in parts])[:-1], axis=1)


def compare(path):
    """The largest difference for a model, and what computed it."""
    model, case = onnx.load(path), json.loads(path.with_suffix(".json").read_text())
    onnx.checker.check_model(model, full_check=True)
    kind = np.float64 if case["scalar"] == "f64" else np.float32
    inputs = {}
    for value, part, (_, is_tokens) in zip(model.graph.input, split(case["inputs"], case["input_parts"]), case["input_parts"]):
        batch, *sizes = value.type.tensor_type.shape.dim
        assert batch.dim_param == "batch", f"{path.name}: the first axis is no batch"
        sizes = [size.dim_value for size in sizes]
        inputs[value.name] = part.reshape(-1, *sizes).astype(np.int64 if is_tokens else kind)
    try:
        outputs, by = onnxruntime.InferenceSession(model.SerializeToString()).run(None, inputs), "onnxruntime"
    except (NotImplemented, RuntimeException):
        if kind == np.float32:
            raise
        outputs, by = ReferenceEvaluator(model).run(None, inputs), "onnx"
    largest = 0.0
    for output, expected in zip(outputs, split(case["outputs"], case["output_parts"]), strict=True):
        assert output.dtype == kind, f"{path.name}: {output.dtype}"
        output = output.reshape(expected.shape).astype(np.float64)
        largest = max(largest, np.max(np.abs(output - expected) / np.maximum(1, np.abs(expected))))
    return largest, by


wrong = []
for path in sorted(Path(sys.argv[1]).glob("*.onnx")):
    try:
        largest, by = compare(path)
        print(f"{path.stem}: {largest:.1e} ({by})")
        if not largest <= TOLERANCE:
            wrong.append(path.stem)
    except Exception as error:
        wrong.append(path.stem)
        print(f"{path.stem}: {type(error).__name__}: {error}")
if wrong:
    sys.exit(f"{len(wrong)} models differ: {', '.join(wrong)}")
