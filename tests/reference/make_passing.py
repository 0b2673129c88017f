"""Records layers that pass elements on from PyTorch: the identity, other shapes of the same elements, and dropout.

pip install torch numpy
"""

import numpy as np
import torch
from torch import nn

import recording

# The input of a sample, and the layer. Rates are multiples of 1/8, which typenet does not round.
LAYERS = {
    "identity": ((2, 3, 5), nn.Identity()),
    "image": ((30,), nn.Unflatten(1, (2, 3, 5))),
    "other_image": ((2, 3, 5), nn.Sequential(nn.Flatten(), nn.Unflatten(1, (5, 2, 3)))),
    "vector": ((2, 3, 5), nn.Flatten()),
    "sequence": ((2, 3, 5), nn.Sequential(nn.Flatten(), nn.Unflatten(1, (6, 5)))),
    "elements": ((3, 5, 2), nn.Dropout(0.375)),
    "half": ((17,), nn.Dropout(0.5)),
    "channels": ((5, 3, 2), nn.Dropout2d(0.375)),
}


def passes(layer, x, grad_output):
    x = x.clone().requires_grad_()
    output = layer(x)
    output.backward(grad_output)
    return output.detach(), x.grad


def cases(dtype):
    recorded = {}
    for seed, (name, (shape, layer)) in enumerate(LAYERS.items()):
        generator = np.random.default_rng(seed)
        # Odd multiples of 1/64: none is 0, and they are the same in both precisions.
        draw = lambda shape: torch.tensor((2 * np.round(generator.normal(size=shape) * 32) + 1) / 64, dtype=dtype)
        x = draw((1, *shape))
        grad_output = draw(tuple(layer.eval()(x).shape))
        output, grad_input = passes(layer, x, grad_output)
        case = {"input": x, "grad_output": grad_output, "output": output, "grad_input": grad_input}
        if isinstance(layer, (nn.Dropout, nn.Dropout2d)):
            # Which elements are dropped is random. What the others become is not: repeated until each was kept once.
            torch.manual_seed(seed)
            layer.train()
            kept, grad_kept = torch.zeros_like(x), torch.zeros_like(x)
            while (kept == 0).any():
                output, grad_input = passes(layer, x, grad_output)
                assert torch.equal(output == 0, grad_input == 0)
                kept, grad_kept = torch.where(output == 0, kept, output), torch.where(output == 0, grad_kept, grad_input)
            case |= {"kept": kept, "grad_kept": grad_kept}
        recorded[name] = {key: value.flatten().numpy() for key, value in case.items()}
    return recorded


versions = torch.__version__.split("+")[0], np.__version__
origin = "PyTorch {}, NumPy {}, made by make_passing.py".format(*versions)
recording.write("passing.json", {"origin": origin, "f64": cases(torch.float64), "f32": cases(torch.float32)})
