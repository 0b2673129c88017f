"""Records pooling of images and sequences, borders and enlargements of images from PyTorch, and from Keras where the padding is
"same".

pip install torch keras numpy
"""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch
from torch.nn import functional

import recording

SAMPLES = 2


def draw(generator, *shape):
    """Multiples of 1/64, the same in both precisions."""
    return np.round(generator.normal(size=shape) * 64) / 64


def ties(generator, *shape):
    """Few different values, so that many windows have several maxima."""
    return np.round(generator.normal(size=shape))


def average_same(kernel, stride):
    """The average without padding, as Keras computes it on TensorFlow and JAX. On PyTorch it repeats the edges of the image where
    the padding is not symmetric."""
    pool = {1: functional.avg_pool1d, 2: functional.avg_pool2d}[len(kernel)]

    def average(x):
        border = []
        for size, window, step in reversed(list(zip(x.shape[2:], kernel, stride))):
            missing = max(0, (-(-size // step) - 1) * step + window - size)
            border += [missing // 2, missing - missing // 2]
        sums, counts = [
            pool(functional.pad(values, border), kernel, stride) for values in (x, torch.ones_like(x))
        ]
        return sums / counts

    return average


def keras_pool(function, **settings):
    return lambda x: function(x, padding="same", data_format="channels_first", **settings)


def steps_first(function):
    """A function of sequences whose features come first, for sequences whose steps do."""
    return lambda x: function(x.transpose(1, 2)).transpose(1, 2)


def max_causal(kernel, stride, dilation):
    """The maximum of the steps up to this one."""

    def maximum(x):
        before = functional.pad(x, ((kernel - 1) * dilation, 0), value=-torch.inf)
        return functional.max_pool1d(before, kernel, stride, 0, dilation)

    return steps_first(maximum)


def average_causal(kernel, stride):
    """The average of the steps up to this one."""

    def average(x):
        before = [functional.pad(values, (kernel - 1, 0)) for values in (x, torch.ones_like(x))]
        sums, counts = [functional.avg_pool1d(values, kernel, stride) for values in before]
        return sums / counts

    return steps_first(average)


# An image or a sequence, and what becomes of it.
CASES = {
    "max_plain": (draw, (2, 6, 7), lambda x: functional.max_pool2d(x, 2)),
    "max_ties": (ties, (3, 6, 7), lambda x: functional.max_pool2d(x, 3, 2, 1)),
    "max_rectangular": (draw, (1, 7, 6), lambda x: functional.max_pool2d(x, (2, 3))),
    "max_overlapping": (ties, (2, 5, 8), lambda x: functional.max_pool2d(x, (3, 2), (1, 2), (1, 0))),
    "max_dilated": (draw, (2, 9, 8), lambda x: functional.max_pool2d(x, (2, 3), 1, 1, (4, 2))),
    "max_same": (draw, (2, 7, 5), keras_pool(keras.ops.max_pool, pool_size=(2, 3), strides=(2, 1))),
    "max_same_padded": (draw, (1, 8, 5), keras_pool(keras.ops.max_pool, pool_size=3, strides=2)),
    "avg_plain": (draw, (2, 6, 7), lambda x: functional.avg_pool2d(x, 2)),
    "avg_padded": (draw, (3, 6, 7), lambda x: functional.avg_pool2d(x, 3, 2, 1)),
    "avg_inside": (draw, (3, 6, 7), lambda x: functional.avg_pool2d(x, 3, 2, 1, count_include_pad=False)),
    "avg_divisor": (draw, (1, 7, 6), lambda x: functional.avg_pool2d(x, (2, 3), 1, (1, 0), divisor_override=5)),
    "avg_rectangular": (draw, (2, 5, 8), lambda x: functional.avg_pool2d(x, (3, 2), (1, 2), (1, 1))),
    "avg_same": (draw, (2, 7, 5), average_same((2, 3), (2, 1))),
    "avg_same_padded": (draw, (1, 8, 5), average_same((3, 3), (2, 2))),
    "global_avg": (draw, (3, 5, 7), lambda x: functional.adaptive_avg_pool2d(x, 1).flatten(1)),
    "global_max": (ties, (3, 5, 7), lambda x: functional.max_pool2d(x, (5, 7)).flatten(1)),
    "zeros": (draw, (2, 3, 4), lambda x: functional.pad(x, (2, 1, 0, 3))),
    "reflect": (draw, (2, 3, 4), lambda x: functional.pad(x, (3, 1, 2, 0), mode="reflect")),
    "replicate": (draw, (2, 3, 4), lambda x: functional.pad(x, (5, 1, 2, 4), mode="replicate")),
    "circular": (draw, (2, 3, 4), lambda x: functional.pad(x, (4, 1, 2, 3), mode="circular")),
    "nearest": (draw, (2, 3, 4), lambda x: functional.interpolate(x, scale_factor=(2, 3), mode="nearest")),
    "bilinear": (draw, (2, 3, 4), lambda x: functional.interpolate(x, scale_factor=2, mode="bilinear")),
    "bilinear_rectangular": (draw, (1, 1, 5), lambda x: functional.interpolate(x, scale_factor=(3, 4), mode="bilinear")),
    "steps_max": (draw, (7, 3), steps_first(lambda x: functional.max_pool1d(x, 2))),
    "steps_max_ties": (ties, (9, 4), steps_first(lambda x: functional.max_pool1d(x, 3, 2, 1))),
    "steps_max_dilated": (draw, (11, 2), steps_first(lambda x: functional.max_pool1d(x, 3, 1, 1, 4))),
    "steps_max_single": (ties, (12, 1), steps_first(lambda x: functional.max_pool1d(x, 3, 2, 1))),
    "steps_max_same": (draw, (8, 3), lambda x: keras.ops.max_pool(x, 3, 2, "same", "channels_last")),
    "steps_max_causal": (ties, (8, 3), max_causal(3, 1, 2)),
    "steps_avg": (draw, (7, 3), steps_first(lambda x: functional.avg_pool1d(x, 2))),
    "steps_avg_padded": (draw, (9, 4), steps_first(lambda x: functional.avg_pool1d(x, 3, 2, 1))),
    "steps_avg_inside": (
        draw, (9, 4), steps_first(lambda x: functional.avg_pool1d(x, 3, 2, 1, count_include_pad=False))
    ),
    "steps_avg_single": (draw, (12, 1), steps_first(lambda x: functional.avg_pool1d(x, 4, 3, 2))),
    "steps_avg_same": (draw, (8, 3), steps_first(average_same((4,), (3,)))),
    "steps_avg_causal": (draw, (8, 3), average_causal(3, 2)),
    "steps_global_avg": (draw, (6, 5), lambda x: functional.adaptive_avg_pool1d(x.transpose(1, 2), 1).flatten(1)),
    "steps_global_max": (ties, (6, 5), lambda x: functional.max_pool1d(x.transpose(1, 2), 6).flatten(1)),
    "max_same_pairs": (ties, (2, 7, 5), keras_pool(keras.ops.max_pool, pool_size=2, strides=2)),
    "max_up": (draw, (2, 5, 7), lambda x: functional.max_pool2d(x, 2, ceil_mode=True)),
    "max_up_padded": (ties, (2, 6, 8), lambda x: functional.max_pool2d(x, 3, 2, 1, ceil_mode=True)),
    "max_up_one_less": (draw, (2, 4, 6), lambda x: functional.max_pool2d(x, (2, 3), (3, 2), 1, ceil_mode=True)),
    "max_up_dilated": (draw, (1, 8, 9), lambda x: functional.max_pool2d(x, 3, (3, 2), 1, (2, 3), ceil_mode=True)),
    "max_up_larger": (draw, (2, 2, 3), lambda x: functional.max_pool2d(x, (3, 5), (2, 4), ceil_mode=True)),
    "avg_up": (draw, (2, 5, 7), lambda x: functional.avg_pool2d(x, 2, ceil_mode=True)),
    "avg_up_padded": (draw, (2, 6, 8), lambda x: functional.avg_pool2d(x, 3, 2, 1, True)),
    "avg_up_one_less": (draw, (2, 4, 6), lambda x: functional.avg_pool2d(x, (2, 3), (3, 2), 1, True)),
    "avg_up_inside": (draw, (2, 6, 8), lambda x: functional.avg_pool2d(x, 3, 2, 1, True, False)),
    "avg_up_divisor": (draw, (1, 6, 9), lambda x: functional.avg_pool2d(x, 4, 3, (0, 2), True, divisor_override=5)),
    "steps_max_up": (ties, (8, 3), steps_first(lambda x: functional.max_pool1d(x, 3, 2, 1, 2, ceil_mode=True))),
    "steps_max_up_single": (draw, (9, 1), steps_first(lambda x: functional.max_pool1d(x, 2, ceil_mode=True))),
    "steps_avg_up": (draw, (8, 3), steps_first(lambda x: functional.avg_pool1d(x, 4, 3, 2, True))),
    "steps_avg_up_inside": (draw, (8, 3), steps_first(lambda x: functional.avg_pool1d(x, 4, 3, 2, True, False))),
}


def cases(precision):
    dtype = getattr(torch, precision)
    recorded = {}
    for seed, (name, (numbers, image, function)) in enumerate(CASES.items()):
        generator = np.random.default_rng(seed)
        drawn = numbers(generator, SAMPLES, *image)
        x = torch.tensor(drawn, dtype=dtype, requires_grad=True)
        output = function(x)
        grad_output = draw(generator, *output.shape)
        (output * torch.tensor(grad_output, dtype=dtype)).sum().backward()
        recorded[name] = {
            "input": drawn, "grad_output": grad_output, "output": output.detach().numpy(), "grad_input": x.grad.numpy(),
        }
    return recorded


def agree_with_keras(tolerance):
    """The layers of Keras that PyTorch has too give the same values."""
    x = draw(np.random.default_rng(100), SAMPLES, 2, 4, 6)
    image = torch.tensor(x)
    first = dict(data_format="channels_first", dtype="float64")
    for name, layer, expected in [
        ("max", keras.layers.MaxPooling2D((2, 3), **first), functional.max_pool2d(image, (2, 3))),
        ("avg", keras.layers.AveragePooling2D(2, strides=1, **first), functional.avg_pool2d(image, 2, 1)),
        ("global_avg", keras.layers.GlobalAveragePooling2D(**first), image.mean((2, 3))),
        ("global_max", keras.layers.GlobalMaxPooling2D(**first), image.amax((2, 3))),
        ("zeros", keras.layers.ZeroPadding2D(((0, 3), (2, 1)), **first), functional.pad(image, (2, 1, 0, 3))),
        ("nearest", keras.layers.UpSampling2D((2, 3), **first), functional.interpolate(image, scale_factor=(2, 3))),
        (
            "bilinear",
            keras.layers.UpSampling2D(2, interpolation="bilinear", **first),
            functional.interpolate(image, scale_factor=2, mode="bilinear"),
        ),
    ]:
        recording.agree(name, layer(image).detach().numpy(), expected.numpy(), tolerance)
    steps, last = image.flatten(2).transpose(1, 2), dict(dtype="float64")
    for name, layer, expected in [
        ("steps max", keras.layers.MaxPooling1D(3, 2, **last), steps_first(lambda x: functional.max_pool1d(x, 3, 2))(steps)),
        ("steps avg", keras.layers.AveragePooling1D(4, **last), steps_first(lambda x: functional.avg_pool1d(x, 4))(steps)),
        ("steps global avg", keras.layers.GlobalAveragePooling1D(**last), steps.mean(1)),
        ("steps global max", keras.layers.GlobalMaxPooling1D(**last), steps.amax(1)),
    ]:
        recording.agree(name, layer(steps).detach().numpy(), expected.numpy(), tolerance)


agree_with_keras(recording.TOLERANCE["f32"])
versions = torch.__version__.split("+")[0], keras.__version__, np.__version__
origin = "PyTorch {}, Keras {} on PyTorch, NumPy {}, made by make_windows.py".format(*versions)
recording.write("windows.json", {"origin": origin, "f64": cases("float64"), "f32": cases("float32")})
