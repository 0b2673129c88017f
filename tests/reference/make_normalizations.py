"""Records root mean square and group normalization, and the parametric ReLU, from PyTorch.

pip install torch numpy
"""

import numpy as np
import torch
from torch.nn import functional

import recording

SAMPLES = 2


def draw(generator, *shape):
    """Multiples of 1/64, the same in both precisions."""
    return np.round(generator.normal(size=shape) * 64) / 64


def root_mean_square(shape, epsilon):
    return lambda x, weight: functional.rms_norm(x, shape, weight, epsilon)


def groups(count, epsilon):
    return lambda x, weight, bias: functional.group_norm(x, count, weight, bias, epsilon)


# The shape of a sample, that of the weight, whether there is a bias, and the function.
CASES = {
    "rms_vector": ((7,), (7,), False, root_mean_square((7,), 1e-6)),
    "rms_image": ((2, 3, 4), (2, 3, 4), False, root_mean_square((2, 3, 4), 0.25)),
    "one_group": ((4, 3, 5), (4,), True, groups(1, 1e-5)),
    "two_groups": ((6, 5, 7), (6,), True, groups(2, 1e-3)),
    "instances": ((3, 4, 6), (3,), True, groups(3, 1e-5)),
    "one_position": ((8, 1, 1), (8,), True, groups(2, 0.1)),
    "slopes_of_elements": ((21,), (21,), False, functional.prelu),
    "slopes_of_channels": ((3, 5, 7), (3,), False, functional.prelu),
}


def cases(precision):
    dtype = getattr(torch, precision)
    found = {}
    for seed, (name, (shape, weight_shape, has_bias, function)) in enumerate(CASES.items()):
        generator = np.random.default_rng(seed)
        x, weight = draw(generator, SAMPLES, *shape), draw(generator, *weight_shape)
        bias = [draw(generator, *weight_shape)] if has_bias else []
        grad_output = draw(generator, *x.shape)
        arguments = [torch.tensor(value, dtype=dtype).requires_grad_() for value in (x, weight, *bias)]
        output = function(*arguments)
        (output * torch.tensor(grad_output, dtype=dtype)).sum().backward()
        gradients = [argument.grad.numpy() for argument in arguments]
        found[name] = {
            "input": x, "weight": weight, "bias": bias[0] if bias else np.empty(0), "grad_output": grad_output,
            "output": output.detach().numpy(), "grad_input": gradients[0], "grad_weight": gradients[1],
            "grad_bias": gradients[2] if bias else np.empty(0),
        }
    return found


origin = "PyTorch {}, NumPy {}, made by make_normalizations.py".format(torch.__version__.split("+")[0], np.__version__)
recording.write("normalizations.json", {"origin": origin, "f64": cases("float64"), "f32": cases("float32")})
