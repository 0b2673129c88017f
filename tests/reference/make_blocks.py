"""Records a network with a shortcut, repeated blocks and joined branches from PyTorch, with the names of its `state_dict`.

pip install torch numpy
"""

import numpy as np
import torch
from torch import nn

import recording

SAMPLES = 3


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.hidden = nn.Conv2d(channels, 3, 3, padding=1)
        self.back = nn.Conv2d(3, channels, 1)

    def forward(self, x):
        return self.back(torch.tanh(self.hidden(x))) + x


class Repetition(nn.Module):
    def __init__(self):
        super().__init__()
        self.residual = Residual(2)

    def forward(self, x):
        return torch.sigmoid(self.residual(x))


class Projected(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(2, 4, 3, stride=2, padding=1)
        self.shortcut = nn.Conv2d(2, 4, 1, stride=2)

    def forward(self, x):
        return self.conv2d(x) + self.shortcut(x)


class Branch(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return torch.tanh(self.layer(x))


class Joined(nn.Module):
    def __init__(self, left, right):
        super().__init__()
        self.left, self.right = Branch(left), Branch(right)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.deep = nn.ModuleList([Repetition() for _ in range(3)])
        self.halved = Projected()
        self.joined = Joined(nn.Conv2d(4, 2, 1), nn.Conv2d(4, 3, 3, padding=1))
        self.added = Joined(nn.Linear(9 * 3 * 2, 2), nn.Linear(9 * 3 * 2, 2))

    def forward(self, x):
        for repetition in self.deep:
            x = repetition(x)
        x = self.halved(x)
        x = torch.cat([self.joined.left(x), x, self.joined.right(x)], dim=1)
        x = x.flatten(1)
        return self.added.left(x) + self.added.right(x)


def cases(dtype):
    generator = np.random.default_rng(37)

    def draw(*shape):
        # Multiples of 1/64, the same in both precisions.
        return np.round(generator.normal(size=shape) * 32) / 64

    network = Network().to(dtype)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.tensor(draw(*parameter.shape)))
    x = torch.tensor(draw(SAMPLES, 2, 6, 4), dtype=dtype, requires_grad=True)
    grad_output = torch.tensor(draw(SAMPLES, 2), dtype=dtype)
    output = network(x)
    (output * grad_output).sum().backward()
    rows = lambda tensor: tensor.detach().reshape(len(tensor), -1).numpy()
    return {
        "input": rows(x),
        "grad_output": grad_output.numpy(),
        "output": rows(output),
        "parameters": {name: rows(value) for name, value in network.named_parameters()},
        "gradients": {name: rows(value.grad) for name, value in network.named_parameters()},
    }


versions = torch.__version__.split("+")[0], np.__version__
origin = "PyTorch {}, NumPy {}, made by make_blocks.py".format(*versions)
recording.write("blocks.json", {"origin": origin, "f64": cases(torch.float64), "f32": cases(torch.float32)})
