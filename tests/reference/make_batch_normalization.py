"""Records small networks with a batch normalization from PyTorch: a batch in training, and the same in inference after it.

pip install torch numpy
"""

import numpy as np
import torch

import recording

SAMPLES = 9


def draw(generator, *shape):
    """Multiples of 1/64, the same in both precisions."""
    return np.round(generator.normal(size=shape) * 64) / 64


# The shape of a sample, whether it is a sequence (steps first here, and channels first in PyTorch), the layer before the
# normalization, and the normalization.
CASES = {
    "vectors": ((5,), False, lambda: torch.nn.Linear(5, 7), lambda: torch.nn.BatchNorm1d(7, eps=1e-3, momentum=0.25)),
    "images": ((2, 4, 5), False, lambda: torch.nn.Conv2d(2, 3, 2), lambda: torch.nn.BatchNorm2d(3)),
    "sequences": ((6, 2), True, lambda: torch.nn.Conv1d(2, 17, 2), lambda: torch.nn.BatchNorm1d(17, eps=0.25)),
}


def cases(precision):
    dtype = getattr(torch, precision)
    found = {}
    for seed, (name, (shape, is_sequence, layer, norm)) in enumerate(CASES.items()):
        generator = np.random.default_rng(seed)
        network = torch.nn.Sequential()
        network.add_module("layer", layer())
        network.add_module("norm", norm())
        network.to(dtype)
        tensors = {key: value for key, value in network.state_dict().items() if "num_batches" not in key}
        for key, value in tensors.items():
            drawn = draw(generator, *value.shape)
            value.copy_(torch.tensor(np.abs(drawn) + 0.5 if "var" in key else drawn))
        parameters = {key: value.numpy().copy() for key, value in tensors.items()}
        x = draw(generator, SAMPLES, *shape)
        order = (lambda value: value.transpose(1, 2)) if is_sequence else (lambda value: value)
        output = order(network(order(torch.tensor(x, dtype=dtype))))
        grad_output = draw(generator, *output.shape)
        (output * torch.tensor(grad_output, dtype=dtype)).sum().backward()
        gradients = {key: value.grad.numpy() for key, value in network.named_parameters()}
        # The changes of the running statistics.
        changes = {key: tensors[key].numpy() - parameters[key] for key in tensors if "running" in key}
        network.eval()
        inference = order(network(order(torch.tensor(x, dtype=dtype))))
        found[name] = {
            "parameters": parameters, "input": x, "grad_output": grad_output, "output": output.detach().numpy(),
            "gradients": gradients | changes, "inference": inference.detach().numpy(),
        }
    return found


origin = "PyTorch {}, NumPy {}, made by make_batch_normalization.py".format(torch.__version__.split("+")[0], np.__version__)
recording.write("batch_normalization.json", {"origin": origin, "f64": cases("float64"), "f32": cases("float32")})
