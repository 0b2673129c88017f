"""What the scripts that record modules of PyTorch have in common."""

import numpy as np
import torch


def draw(generator, *shape):
    """Multiples of 1/64, the same in both precisions."""
    return np.round(generator.normal(size=shape) * 32) / 64


def drawn(module, dtype, generator):
    """The module with parameters of this precision, each drawn."""
    module = module.to(dtype)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.tensor(draw(generator, *parameter.shape), dtype=dtype))
    return module


def recorded(given, output, parameters, generator):
    """The output for what was given, and the gradient of its sum with drawn weights."""
    parameters, grad_output = dict(parameters), draw(generator, *output.shape)
    (output * torch.tensor(grad_output, dtype=output.dtype)).sum().backward()
    return {
        "input": given,
        "grad_output": grad_output,
        "output": output.detach().numpy(),
        "parameters": {name: parameter.detach().numpy() for name, parameter in parameters.items()},
        "gradient": {name: parameter.grad.numpy() for name, parameter in parameters.items()},
    }


def origin(script):
    return "PyTorch {}, NumPy {}, made by {}".format(torch.__version__.split("+")[0], np.__version__, script)
