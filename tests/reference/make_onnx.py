"""Writes small models as ONNX, with what onnxruntime answers, for `tests/integration/onnx_models.rs`.

It needs `pip install torch onnx onnxruntime`.
"""

import io

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

from recording import FOLDER, write

SEED = 43
OPSET = 20
RNG = np.random.default_rng(SEED)


def draw(*sizes):
    """Multiples of 1/64, so that the numbers are short."""
    return (np.round(RNG.normal(size=sizes) * 32) / 64).astype(np.float32)


class Mlp(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = torch.nn.Linear(5, 7)
        self.middle = torch.nn.Linear(7, 6, bias=False)
        self.output = torch.nn.Linear(6, 3)

    def forward(self, x):
        x = torch.nn.functional.elu(self.middle(torch.tanh(self.hidden(x))), 0.5)
        return torch.softmax(self.output(x), dim=-1)


class ResidualNet(torch.nn.Module):
    """A stem, a residual block with and one without a shortcut, and a head."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.stem = nn.Conv2d(1, 4, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.block = nn.Sequential(nn.Conv2d(4, 4, 3, padding="same"), nn.GELU(), nn.Conv2d(4, 4, 1))
        self.halved = nn.Sequential(nn.Conv2d(4, 6, 3, stride=2, padding=1), nn.SiLU(), nn.Conv2d(6, 6, 3, padding=1, groups=2))
        self.shortcut = nn.Conv2d(4, 6, 1, stride=2, bias=False)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        self.output = nn.Linear(24, 3)

    def forward(self, x):
        x = torch.relu(self.norm(self.stem(x)))
        x = x + self.block(x)
        x = self.halved(x) + self.shortcut(x)
        x = self.pool(x)
        return torch.softmax(self.output(x.view(x.size(0), -1)), dim=-1)


class TokensNet(torch.nn.Module):
    """A classifier of texts."""

    def __init__(self):
        super().__init__()
        self.letters = torch.nn.Embedding(8, 3)
        self.lstm = torch.nn.LSTM(3, 4, batch_first=True)
        self.norm = torch.nn.LayerNorm(4)
        self.output = torch.nn.Linear(4, 2)

    def forward(self, x):
        states, _ = self.lstm(self.letters(x))
        return self.output(self.norm(states[:, -1]))


def exported(network, sample):
    """The model in inference, with any size of the batch. The layers stay as they are written."""
    torch.manual_seed(SEED)
    for parameter in network.parameters():
        parameter.data = torch.round(torch.randn(parameter.shape) * 24) / 64
    for name, buffer in network.named_buffers():
        if buffer.is_floating_point():
            buffer.data = torch.round(torch.rand(buffer.shape) * 32 + 16) / 64
    file = io.BytesIO()
    torch.onnx.export(
        network.eval(),
        sample,
        file,
        dynamo=False,
        opset_version=OPSET,
        input_names=["x"],
        output_names=["y"],
        dynamic_axes={"x": {0: "batch"}},
        # So that batch normalization is not folded into the convolution before it.
        training=torch.onnx.TrainingMode.PRESERVE,
    )
    return onnx.load_from_string(file.getvalue())


def image_model():
    """Images with channels last, as from TensorFlow: what torch does not write."""
    weights = {
        "filters": draw(6, 1, 2, 3),
        "up": draw(6, 3, 2, 2),
        "up_bias": draw(3),
        "wide": draw(2, 3, 1, 1),
        "wide_bias": draw(2, 1, 1),
        "slope": draw(2, 1, 1),
        "kernel": draw(20, 4),
        "bias": draw(4),
        "shape": np.array([-1, 20], dtype=np.int64),
    }
    node = helper.make_node
    nodes = [
        node("Transpose", ["x"], ["first"], perm=[0, 3, 1, 2]),
        node("Conv", ["first", "filters"], ["a"], "depthwise", group=2, auto_pad="SAME_UPPER", strides=[2, 1]),
        node("LeakyRelu", ["a"], ["b"], alpha=0.25),
        node("ConvTranspose", ["b", "up", "up_bias"], ["c"], "enlarge", strides=[2, 2], pads=[0, 1, 0, 1]),
        # Two branches, concatenated along the channels.
        node("Conv", ["c", "wide"], ["d"], "wide"),
        node("Add", ["d", "wide_bias"], ["e"]),
        node("PRelu", ["e", "slope"], ["f"], "slopes"),
        node("AveragePool", ["c"], ["g"], kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1]),
        node("Concat", ["f", "g"], ["h"], "joined", axis=1),
        node("MaxPool", ["h"], ["i"], kernel_shape=[4, 4], strides=[4, 4], ceil_mode=1),
        node("Transpose", ["i"], ["last"], perm=[0, 2, 3, 1]),
        # The elements are in another order than ours.
        node("Reshape", ["last", "shape"], ["flat"]),
        node("MatMul", ["flat", "kernel"], ["j"], "scores"),
        node("Add", ["bias", "j"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "images",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 5, 4, 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 4])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])


def model_with_an_unknown_operator():
    """For `tests/ui/onnx`: typenet has no layer for the second node."""
    node = helper.make_node
    graph = helper.make_graph(
        [node("Gemm", ["x", "weight"], ["a"], "hidden"), node("Mish", ["a"], ["y"], "gate")],
        "unknown",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 5])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 2])],
        [numpy_helper.from_array(draw(5, 2), "weight")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])


def record(name, model, inputs):
    # No descriptions of where in the source a node stands.
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    onnx.checker.check_model(model, full_check=True)
    data = model.SerializeToString(deterministic=True)
    (FOLDER / f"onnx_{name}.onnx").write_bytes(data)
    session = onnxruntime.InferenceSession(data)
    (outputs,) = session.run(None, {"x": inputs})
    print(f"onnx_{name}.onnx: {len(data)} bytes, {[node.op_type for node in model.graph.node]}")
    return {"file": f"onnx_{name}.onnx", "inputs": inputs, "outputs": outputs}


cases = [
    record("mlp", exported(Mlp(), torch.zeros(1, 5)), draw(3, 5)),
    record("residual", exported(ResidualNet(), torch.zeros(1, 1, 6, 6)), draw(2, 1, 6, 6)),
    record("tokens", exported(TokensNet(), torch.zeros(1, 5, dtype=torch.long)), RNG.integers(0, 8, size=(3, 5))),
    record("images", image_model(), draw(2, 5, 4, 2)),
]
onnx.save(model_with_an_unknown_operator(), FOLDER.parent / "ui" / "onnx" / "unknown_operator.onnx")
origin = f"onnxruntime {onnxruntime.__version__} with onnx {onnx.__version__} and PyTorch {torch.__version__}, made by make_onnx.py"
write("onnx.json", {"origin": origin, "cases": {case["file"]: {key: case[key] for key in ("inputs", "outputs")} for case in cases}})
