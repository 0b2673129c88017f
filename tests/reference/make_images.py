"""Records convolutions of images and the normalization of layers from PyTorch, and from Keras where the padding is "same".

pip install torch keras numpy
"""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch
from torch.nn import functional

import recording

# Channels, rows and columns; filters; rows and columns of the kernel; stride; padding; a name.
CONVOLUTIONS = {
    "plain": ((1, 5, 5), 2, 3, 1, 0),
    "one_by_one": ((3, 4, 5), 4, 1, 1, 0),
    "padded": ((2, 4, 3), 3, 3, 1, 1),
    "strided": ((2, 7, 6), 3, 3, 2, 0),
    "strided_and_padded": ((3, 5, 8), 2, 4, 3, 2),
    "whole_image": ((2, 3, 3), 5, 3, 1, 0),
    "same": ((2, 5, 4), 3, 3, 1, "same"),
    "same_even_kernel": ((1, 5, 6), 2, 4, 1, "same"),
    "same_strided": ((2, 7, 6), 3, 3, 2, "same"),
    "same_strided_even": ((3, 5, 8), 2, 2, 3, "same"),
}
SAMPLES = 2


def draw(generator, *shape):
    """Multiples of 1/64, the same in both precisions."""
    return np.round(generator.normal(size=shape) * 64) / 64


def rows_before(size, kernel, stride, padding):
    """What surrounds an axis, before and behind it."""
    if padding != "same":
        return padding, padding
    missing = max(0, (-(-size // stride) - 1) * stride + kernel - size)
    return missing // 2, missing - missing // 2


def by_hand(x, weight, bias, stride, padding):
    kernel = weight.shape[-1]
    surround = [rows_before(size, kernel, stride, padding) for size in x.shape[2:]]
    x = np.pad(x, [(0, 0), (0, 0), *surround])
    height, width = [(size - kernel) // stride + 1 for size in x.shape[2:]]
    output = np.empty((len(x), len(weight), height, width))
    for row in range(height):
        for column in range(width):
            window = x[:, :, row * stride :, column * stride :][:, :, :kernel, :kernel]
            output[:, :, row, column] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3))) + bias
    return output


def convolve(x, weight, bias, stride, padding):
    if padding != "same":
        return functional.conv2d(x, weight, bias, stride=stride, padding=padding)
    return keras.ops.conv(
        x, weight.permute(2, 3, 1, 0), strides=stride, padding="same", data_format="channels_first"
    ) + bias.reshape(1, -1, 1, 1)


def record(x, parameters, function, grad_output):
    """The output of a function, and the gradients of its arguments for that of its output."""
    arguments = [value.clone().requires_grad_() for value in (x, *parameters)]
    output = function(*arguments)
    (output * grad_output).sum().backward()
    return [value.detach().numpy() for value in (output, *[argument.grad for argument in arguments])]


def cases(precision, tolerance):
    dtype = getattr(torch, precision)
    convolutions, normalizations = {}, {}
    for seed, (name, (image, filters, kernel, stride, padding)) in enumerate(CONVOLUTIONS.items()):
        generator = np.random.default_rng(seed)
        drawn = draw(generator, SAMPLES, *image), draw(generator, filters, image[0], kernel, kernel), draw(generator, filters)
        expected = by_hand(*drawn, stride, padding)
        grad_output = draw(generator, *expected.shape)
        x, weight, bias, gradient = [torch.tensor(value, dtype=dtype) for value in (*drawn, grad_output)]
        output, grad_input, grad_weight, grad_bias = record(
            x, (weight, bias), lambda *a, s=stride, p=padding: convolve(*a, s, p), gradient
        )
        recording.agree(name, output, expected, tolerance)
        convolutions[name] = {
            "input": drawn[0], "weight": drawn[1], "bias": drawn[2], "grad_output": grad_output, "output": output,
            "grad_input": grad_input, "grad_weight": grad_weight, "grad_bias": grad_bias,
        }
    for name, shape, epsilon in [("vector", (7,), 1e-5), ("image", (2, 3, 4), 0.25), ("constant", (4,), 1e-3)]:
        generator = np.random.default_rng(len(shape))
        x = draw(generator, SAMPLES, *shape)
        if name == "constant":
            # A sample of equal elements, whose variance is 0, and one whose mean is far larger than its deviation.
            x[0], x[1] = 1.5, x[1] + 1024
        drawn = x, draw(generator, *shape), draw(generator, *shape)
        axes = tuple(range(1, x.ndim))
        deviation = np.sqrt(x.var(axis=axes, keepdims=True) + epsilon)
        expected = (x - x.mean(axis=axes, keepdims=True)) / deviation * drawn[1] + drawn[2]
        grad_output = draw(generator, *x.shape)
        values, weight, bias, gradient = [torch.tensor(value, dtype=dtype) for value in (*drawn, grad_output)]
        output, grad_input, grad_weight, grad_bias = record(
            values, (weight, bias), lambda v, w, b, s=shape, e=epsilon: functional.layer_norm(v, s, w, b, e), gradient
        )
        if precision == "float64":
            recording.agree(name, output, expected, tolerance)
        normalizations[name] = {
            "input": x, "weight": drawn[1], "bias": drawn[2], "grad_output": grad_output, "output": output,
            "grad_input": grad_input, "grad_weight": grad_weight, "grad_bias": grad_bias,
        }
    return {"convolutions": convolutions, "normalizations": normalizations}


versions = torch.__version__.split("+")[0], keras.__version__, np.__version__
origin = "PyTorch {}, Keras {} on PyTorch, NumPy {}, made by make_images.py".format(*versions)
f64, f32 = (cases(f"float{name[1:]}", recording.TOLERANCE[name]) for name in ("f64", "f32"))
recording.write("images.json", {"origin": origin, "f64": f64, "f32": f32})
