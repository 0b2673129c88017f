"""Writes small models as ONNX, with what onnxruntime answers, for `tests/integration/onnx_models.rs`.

It needs `pip install torch onnx onnxruntime onnxscript`.
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


class ImagesNet(torch.nn.Module):
    """Normalizations and activations that are written differently in each version of the operators."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.stem = nn.Conv2d(2, 4, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.wide = nn.Conv2d(4, 6, 3, padding=1, groups=2, bias=False)
        self.groups = nn.GroupNorm(3, 6)
        self.output = nn.Linear(6, 3)

    def forward(self, x):
        functional = torch.nn.functional
        x = functional.silu(self.norm(self.stem(x)))
        x = functional.hardswish(self.groups(self.wide(functional.pad(x, (1, 0, 1, 0), mode="reflect"))))
        x = functional.interpolate(x, scale_factor=2, mode="bilinear")
        x = functional.adaptive_avg_pool2d(functional.avg_pool2d(x, 2), 1)
        return torch.softmax(self.output(torch.flatten(x, 1)), dim=-1)


class StepsNet(torch.nn.Module):
    """What a transformer has beside attention, and recurrent layers in one and in both directions."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.letters = nn.Embedding(8, 4)
        self.convolution = nn.Conv1d(4, 4, 3, padding=1)
        self.norm = nn.LayerNorm(4)
        self.wide = nn.Linear(4, 6)
        self.narrow = nn.Linear(6, 4)
        self.both = nn.LSTM(4, 3, batch_first=True, bidirectional=True)
        self.last = nn.GRU(6, 3, batch_first=True)
        self.output = nn.Linear(3, 2)

    def forward(self, x):
        x = self.convolution(self.letters(x).transpose(1, 2)).transpose(1, 2)
        x = x + self.narrow(torch.nn.functional.gelu(self.wide(self.norm(x))))
        states, _ = self.last(self.both(x)[0])
        return self.output(states[:, -1])


class TransformerNet(torch.nn.Module):
    """A classifier of texts, of two layers whose normalizations stand in either place."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.letters = nn.Embedding(8, 4)
        self.positions = nn.Parameter(torch.zeros(5, 4))
        self.first = nn.TransformerEncoderLayer(4, 2, 6, batch_first=True)
        self.second = nn.TransformerEncoderLayer(4, 2, 6, batch_first=True, activation="gelu", norm_first=True)
        self.output = nn.Linear(4, 2)

    def forward(self, x):
        mask = torch.nn.Transformer.generate_square_subsequent_mask(5)
        x = self.first(self.letters(x) + self.positions)
        x = self.second(x, src_mask=mask, is_causal=True)
        return self.output(x.mean(dim=1))


class HeadsNet(torch.nn.Module):
    """Attention with weights that are given too, and attention that is written out, with the projections by themselves."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.attention = nn.MultiheadAttention(6, 3, batch_first=True, bias=False)
        self.query, self.key, self.value = nn.Linear(6, 6), nn.Linear(6, 6, bias=False), nn.Linear(6, 6)
        self.output = nn.Linear(6, 6)

    def forward(self, x):
        x = x + self.attention(x, x, x)[0]
        batch, steps, features = x.shape
        query, key, value = (
            projected.view(batch, steps, 2, features // 2).transpose(1, 2)
            for projected in (self.query(x), self.key(x), self.value(x))
        )
        # Another scale than that of the library.
        scores = query @ key.transpose(-2, -1) / 2
        later = torch.triu(torch.ones(steps, steps, dtype=torch.bool), diagonal=1)
        weights = torch.softmax(scores.masked_fill(later, float("-inf")), dim=-1)
        return self.output((weights @ value).transpose(1, 2).reshape(batch, steps, features))


def draw_parameters(network):
    torch.manual_seed(SEED)
    for parameter in network.parameters():
        parameter.data = (torch.round(torch.randn(parameter.shape) * 24) / 64).to(parameter.dtype)
    for name, buffer in network.named_buffers():
        if buffer.is_floating_point():
            buffer.data = (torch.round(torch.rand(buffer.shape) * 32 + 16) / 64).to(buffer.dtype)


def exported_by_dynamo(network, sample, opset):
    """The same by the newer exporter, which reads the program in another way."""
    draw_parameters(network)
    batch = ({0: torch.export.Dim("batch")},)
    program = torch.onnx.export(
        network.eval(), sample, dynamo=True, opset_version=opset, input_names=["x"], output_names=["y"], dynamic_shapes=batch
    )
    model = program.model_proto
    del model.graph.value_info[:]
    del model.graph.metadata_props[:]
    return model


def exported(network, sample, opset=OPSET):
    """The model in inference, with any size of the batch. The layers stay as they are written."""
    draw_parameters(network)
    file = io.BytesIO()
    torch.onnx.export(
        network.eval(),
        sample,
        file,
        dynamo=False,
        opset_version=opset,
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


def record(name, model, inputs, half=None, exact=None):
    # No descriptions of where in the source a node stands.
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    onnx.checker.check_model(model, full_check=True)
    data = model.SerializeToString(deterministic=True)
    (FOLDER / f"onnx_{name}.onnx").write_bytes(data)
    session = onnxruntime.InferenceSession(data)
    (outputs,) = session.run(None, {"x": inputs if half is None else half})
    if exact is not None:
        largest = np.abs(outputs.astype(np.float64) - exact).max()
        print(f"computed in half precision, its outputs differ from those in single precision by {largest:.2e}")
        outputs = exact
    print(f"onnx_{name}.onnx: {len(data)} bytes, {[node.op_type for node in model.graph.node]}")
    return {"file": f"onnx_{name}.onnx", "inputs": inputs, "outputs": outputs}


cases = [
    record("mlp", exported(Mlp(), torch.zeros(1, 5)), draw(3, 5)),
    record("residual", exported(ResidualNet(), torch.zeros(1, 1, 6, 6)), draw(2, 1, 6, 6)),
    record("tokens", exported(TokensNet(), torch.zeros(1, 5, dtype=torch.long)), RNG.integers(0, 8, size=(3, 5))),
    record("images", image_model(), draw(2, 5, 4, 2)),
]
onnx.save(model_with_an_unknown_operator(), FOLDER.parent / "ui" / "onnx" / "unknown_operator.onnx")
# The versions that PyTorch has written by default, or still writes.
for opset in (13, 17):
    cases.append(record(f"images_{opset}", exported(ImagesNet(), torch.zeros(1, 2, 7, 5), opset), draw(2, 2, 7, 5)))
    cases.append(record(f"steps_{opset}", exported(StepsNet(), torch.zeros(1, 5, dtype=torch.long), opset), RNG.integers(0, 8, size=(3, 5))))
# Half precision holds these weights and inputs without rounding. The library widens them, so it is compared with PyTorch in single precision.
for name, network, inputs in [("images", ImagesNet(), draw(2, 2, 7, 5)), ("steps", StepsNet(), RNG.integers(0, 8, size=(3, 5)))]:
    sample = torch.from_numpy(inputs)
    half = sample.half() if sample.is_floating_point() else sample
    model = exported(network.half(), half[:1], 17)
    with torch.no_grad():
        exact = network.float()(sample).numpy()
    cases.append(record(f"{name}_half", model, inputs, half.numpy(), exact))
text, steps = RNG.integers(0, 8, size=(3, 5)), draw(2, 4, 6)
cases.append(record("transformer", exported(TransformerNet(), torch.zeros(1, 5, dtype=torch.long), 17), text))
cases.append(record("transformer_dynamo", exported_by_dynamo(TransformerNet(), torch.zeros(2, 5, dtype=torch.long), 18), text))
cases.append(record("transformer_23", exported_by_dynamo(TransformerNet(), torch.zeros(2, 5, dtype=torch.long), 23), text))
cases.append(record("heads", exported(HeadsNet(), torch.zeros(1, 4, 6), 17), steps))
origin = f"onnxruntime {onnxruntime.__version__} with onnx {onnx.__version__} and PyTorch {torch.__version__}, made by make_onnx.py"
write("onnx.json", {"origin": origin, "cases": {case["file"]: {key: case[key] for key in ("inputs", "outputs")} for case in cases}})
