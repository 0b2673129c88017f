"""Records convolutions with rectangular kernels, dilation and groups, transposed ones, and those of sequences, from PyTorch, and
from Keras where the padding is "same" or "causal"; and weights of networks of such layers as PyTorch writes them.

pip install torch keras numpy safetensors
"""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch
from safetensors.torch import save_file
from torch.nn import functional

import recording

SAMPLES = 2

# Channels, rows and columns; filters; kernel; stride; padding; dilation; groups.
CONVOLUTIONS = {
    "rectangular": ((2, 6, 7), 3, (3, 5), (1, 1), (0, 0), (1, 1), 1),
    "pairs": ((3, 7, 9), 2, (2, 3), (2, 1), (1, 2), (1, 1), 1),
    "dilated": ((2, 9, 8), 3, (3, 3), (1, 1), (0, 0), (2, 2), 1),
    "dilated_pairs": ((3, 9, 11), 2, (3, 2), (2, 1), (2, 1), (2, 5), 1),
    "grouped": ((4, 5, 6), 6, (3, 3), (1, 1), (1, 1), (1, 1), 2),
    "depthwise": ((5, 7, 6), 5, (3, 3), (2, 2), (1, 1), (1, 1), 5),
    "depthwise_twice": ((3, 6, 5), 6, (2, 3), (1, 1), (0, 1), (2, 1), 3),
    "same_pairs": ((2, 7, 8), 3, (3, 4), (2, 3), "same", (1, 1), 1),
    "same_dilated": ((2, 8, 7), 3, (3, 2), (1, 1), "same", (2, 3), 1),
    "same_depthwise": ((4, 6, 7), 4, (3, 3), (2, 2), "same", (1, 1), 4),
}
# Channels, rows and columns; output channels; kernel; stride; padding; output padding; dilation; groups.
TRANSPOSED = {
    "plain": ((2, 3, 4), 3, (3, 3), (1, 1), (0, 0), (0, 0), (1, 1), 1),
    "strided": ((3, 4, 3), 2, (2, 2), (2, 2), (0, 0), (0, 0), (1, 1), 1),
    "padded": ((2, 4, 5), 3, (3, 4), (2, 2), (1, 1), (0, 0), (1, 1), 1),
    "output_padding": ((2, 3, 4), 3, (3, 3), (2, 3), (1, 0), (1, 2), (1, 1), 1),
    "dilated": ((2, 4, 3), 2, (3, 2), (1, 2), (1, 2), (0, 0), (2, 3), 1),
    "grouped": ((4, 3, 3), 6, (3, 3), (2, 2), (1, 1), (1, 1), (1, 1), 2),
    "depthwise": ((3, 4, 4), 3, (4, 4), (2, 2), (1, 1), (0, 0), (1, 1), 3),
    "gaps": ((2, 3, 3), 2, (1, 2), (3, 3), (0, 0), (0, 1), (1, 1), 1),
    "same": ((2, 4, 3), 3, (3, 3), (2, 2), "same", (0, 0), (1, 1), 1),
    "same_even": ((2, 3, 4), 2, (4, 2), (2, 1), "same", (0, 0), (1, 1), 1),
}
# Steps and features; filters; kernel; stride; padding; dilation; groups.
SEQUENCES = {
    "plain": ((7, 3), 4, 3, 1, 0, 1, 1),
    "padded": ((6, 2), 5, 4, 2, 3, 1, 1),
    "dilated": ((11, 3), 2, 3, 1, 1, 4, 1),
    "grouped": ((6, 4), 6, 3, 1, 1, 1, 2),
    "depthwise": ((8, 5), 5, 3, 2, 0, 2, 5),
    "same": ((7, 2), 3, 4, 2, "same", 1, 1),
    "causal": ((6, 3), 4, 3, 1, "causal", 2, 1),
    "causal_strided": ((8, 2), 3, 2, 3, "causal", 1, 1),
}


def draw(generator, *shape):
    """Multiples of 1/64, the same in both precisions."""
    return np.round(generator.normal(size=shape) * 64) / 64


def around(size, span, stride, padding):
    """The padding before and behind an axis."""
    if padding != "same":
        return padding, padding
    missing = max(0, (-(-size // stride) - 1) * stride + span - size)
    return missing // 2, missing - missing // 2


def spans(kernel, dilation):
    return [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]


def of_axes(padding):
    return (padding, padding) if padding == "same" else padding


def by_hand(x, weight, bias, stride, padding, dilation, groups):
    kernel = weight.shape[2:]
    span = spans(kernel, dilation)
    surround = [around(*axis) for axis in zip(x.shape[2:], span, stride, of_axes(padding))]
    x = np.pad(x, [(0, 0), (0, 0), *surround])
    sizes = [(size - s) // step + 1 for size, s, step in zip(x.shape[2:], span, stride)]
    output = np.empty((len(x), len(weight), *sizes))
    channels, filters = x.shape[1] // groups, len(weight) // groups
    for filter in range(len(weight)):
        group = x[:, filter // filters * channels :][:, :channels]
        for row, column in np.ndindex(*sizes):
            window = group[:, :, row * stride[0] :, column * stride[1] :][:, :, : span[0] : dilation[0], : span[1] : dilation[1]]
            output[:, filter, row, column] = np.tensordot(window, weight[filter], axes=((1, 2, 3), (0, 1, 2))) + bias[filter]
    return output


def transposed_by_hand(x, weight, bias, stride, padding, more, dilation, groups):
    span = spans(weight.shape[2:], dilation)
    full = [(size - 1) * step + s + m for size, step, s, m in zip(x.shape[2:], stride, span, more)]
    if padding == "same":
        # What remains is the image whose strided convolution with the padding "same" has the size of x.
        kept = [size * step for size, step in zip(x.shape[2:], stride)]
        full = [max(f, k) for f, k in zip(full, kept)]
        before = [around(k, s, step, "same")[0] for k, s, step in zip(kept, span, stride)]
    else:
        kept, before = [f - 2 * p for f, p in zip(full, padding)], padding
    inputs, outputs = x.shape[1] // groups, weight.shape[1]
    output = np.zeros((len(x), outputs * groups, *full))
    for channel in range(x.shape[1]):
        for row, column in np.ndindex(*x.shape[2:]):
            piece = x[:, channel, row, column][:, None, None, None] * weight[channel]
            target = output[:, channel // inputs * outputs :][:, :outputs, row * stride[0] :, column * stride[1] :]
            target[:, :, : span[0] : dilation[0], : span[1] : dilation[1]] += piece
    rows, columns = [slice(b, b + k) for b, k in zip(before, kept)]
    return output[:, :, rows, columns] + bias[:, None, None]


def convolve(x, weight, bias, stride, padding, dilation, groups):
    if padding != "same":
        return functional.conv2d(x, weight, bias, stride, padding, dilation, groups)
    kernel = weight.permute(2, 3, 1, 0)
    return keras.ops.conv(
        x, kernel, strides=stride, padding="same", dilation_rate=dilation, data_format="channels_first"
    ) + bias.reshape(1, -1, 1, 1)


def transpose(x, weight, bias, stride, padding, more, dilation, groups):
    if padding != "same":
        return functional.conv_transpose2d(x, weight, bias, stride, padding, more, groups, dilation)
    kernel = weight.permute(2, 3, 1, 0)
    return keras.ops.conv_transpose(
        x, kernel, strides=stride, padding="same", dilation_rate=dilation, data_format="channels_first"
    ) + bias.reshape(1, -1, 1, 1)


def sequence_by_hand(x, weight, bias, stride, padding, dilation, groups):
    """As an image of one row, with the features outermost."""
    x, span = x.transpose(0, 2, 1), (weight.shape[2] - 1) * dilation + 1
    if padding == "causal":
        x, padding = np.pad(x, [(0, 0), (0, 0), (span - 1, 0)]), 0
    before, behind = around(x.shape[2], span, stride, padding)
    x = np.pad(x, [(0, 0), (0, 0), (before, behind)])
    output = by_hand(x[:, :, None], weight[:, :, None], bias, (1, stride), (0, 0), (1, dilation), groups)
    return output[:, :, 0].transpose(0, 2, 1)


def convolve_sequence(x, weight, bias, stride, padding, dilation, groups):
    if padding in ("same", "causal"):
        # Keras takes no strides with dilation; the order of its kernels is [steps, features, filters].
        layer = keras.layers.Conv1D(
            len(weight), weight.shape[2], strides=stride, padding=padding, dilation_rate=dilation, dtype=str(x.dtype)[6:]
        )
        layer.build(x.shape)
        return layer.stateless_call([weight.permute(2, 1, 0), bias], [], x)[0]
    return functional.conv1d(x.permute(0, 2, 1), weight, bias, stride, padding, dilation, groups).permute(0, 2, 1)


def record(case, dtype, function):
    """The output of a function, and the gradients of its arguments for that of its output."""
    values = {name: torch.tensor(value, dtype=dtype) for name, value in case.items()}
    arguments = [values[name].requires_grad_() for name in ("input", "weight", "bias")]
    output = function(*arguments)
    (output * values["grad_output"]).sum().backward()
    gradients = {f"grad_{name}": argument.grad.numpy() for name, argument in zip(("input", "weight", "bias"), arguments)}
    return {**case, "output": output.detach().numpy(), **gradients}


def cases(precision, tolerance):
    dtype = getattr(torch, precision)
    recorded = {"convolutions": {}, "transposed": {}, "sequences": {}}
    kinds = (
        ("convolutions", CONVOLUTIONS, by_hand, convolve),
        ("transposed", TRANSPOSED, transposed_by_hand, transpose),
        ("sequences", SEQUENCES, sequence_by_hand, convolve_sequence),
    )
    for kind, table, hand, function in kinds:
        for seed, (name, (image, outputs, kernel, *settings)) in enumerate(table.items()):
            generator = np.random.default_rng(seed)
            groups = settings[-1]
            channels = (outputs, image[kind == "sequences"] // groups)
            if kind == "transposed":
                channels = image[0], outputs // groups
            kernel = (kernel,) if kind == "sequences" else kernel
            case = {
                "input": draw(generator, SAMPLES, *image),
                "weight": draw(generator, *channels, *kernel),
                "bias": draw(generator, outputs),
            }
            expected = hand(*case.values(), *settings)
            case["grad_output"] = draw(generator, *expected.shape)
            found = record(case, dtype, lambda *a, s=settings, f=function: f(*a, *s))
            recording.agree(f"{kind}.{name}", found["output"], expected, tolerance)
            recorded[kind][name] = found
    return recorded


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.grouped = torch.nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), groups=2)
        self.depthwise = torch.nn.Conv2d(6, 6, 3, padding=2, dilation=2, groups=6)
        self.up = torch.nn.ConvTranspose2d(6, 4, 3, stride=2, padding=1, output_padding=1, groups=2)
        self.output = torch.nn.Linear(4 * 6 * 10, 3)

    def forward(self, x):
        x = torch.tanh(self.depthwise(torch.relu(self.grouped(x))))
        return torch.softmax(self.output(torch.tanh(self.up(x)).flatten(1)), dim=-1)


class SequenceNetwork(torch.nn.Module):
    """Takes and gives steps first."""

    def __init__(self):
        super().__init__()
        self.first = torch.nn.Conv1d(3, 4, 3, dilation=2)
        self.depthwise = torch.nn.Conv1d(4, 8, 2, groups=4)

    def forward(self, x):
        x = torch.tanh(self.first(functional.pad(x.permute(0, 2, 1), (4, 0))))
        return self.depthwise(x).permute(0, 2, 1)


class WithoutBias(torch.nn.Module):
    """A layer of each kind. The rows of the images are steps of a sequence."""

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(2, 4, 3, padding=1, groups=2, bias=False)
        self.up = torch.nn.ConvTranspose2d(4, 3, 2, stride=2, bias=False)
        self.steps = torch.nn.Conv1d(8, 5, 4, stride=3, bias=False)
        self.output = torch.nn.Linear(45, 3, bias=False)

    def forward(self, x):
        x = torch.tanh(self.up(torch.tanh(self.conv(x))))
        x = torch.tanh(self.steps(x.flatten(1, 2).permute(0, 2, 1)).permute(0, 2, 1))
        return torch.softmax(self.output(x.flatten(1)), dim=-1)


def weights(network, name, *shape):
    torch.manual_seed(43)
    network = network()
    file = recording.FOLDER / f"weights_torch_{name}.safetensors"
    save_file(network.state_dict(), file)
    file.chmod(0o644)
    inputs = draw(np.random.default_rng(43), 3, *shape)
    with torch.no_grad():
        predictions = network.double()(torch.tensor(inputs)).numpy()
    recording.write(f"weights_torch_{name}.json", {"origin": origin, "inputs": inputs, "predictions": predictions})


def initializers():
    """The inputs and outputs that both libraries count for a weight, as [outputs, inputs / groups, rows, columns]."""
    counted = []
    for shape in ((6, 2, 3, 5), (8, 1, 3, 3), (4, 3, 2, 2)):
        inputs, outputs = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
        from keras.src.initializers.random_initializers import compute_fans

        theirs = compute_fans((*shape[2:], shape[1], shape[0]))
        assert theirs == (inputs, outputs), f"{shape}: {theirs} and {(inputs, outputs)}"
        counted.append({"shape": shape, "inputs": inputs, "outputs": outputs})
    return counted


versions = torch.__version__.split("+")[0], keras.__version__, np.__version__
origin = "PyTorch {}, Keras {} on PyTorch, NumPy {}, made by make_convolutions.py".format(*versions)
f64, f32 = (cases(f"float{name[1:]}", recording.TOLERANCE[name]) for name in ("f64", "f32"))
recording.write("convolutions.json", {"origin": origin, "fans": initializers(), "f64": f64, "f32": f32})
weights(Network, "convolutions", 4, 6, 6)
weights(SequenceNetwork, "sequences", 7, 3)
weights(WithoutBias, "without_bias", 2, 5, 4)
