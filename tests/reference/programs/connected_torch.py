import torch
from safetensors.torch import load_file
from torch import nn


class Connected(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = nn.ModuleDict({
            "conv": nn.Conv2d(2, 4, 3, 1, 1, 1, groups=1, bias=True),
            "tanh": nn.Tanh(),
            "shortcut": nn.Conv2d(2, 4, 1, 1, 0, 1, groups=1, bias=True),
        })
        self.blocks = nn.ModuleList(nn.ModuleDict({
            "norm": nn.BatchNorm2d(4, 1e-5, 0.1),
            "inner": nn.ModuleDict({
                "conv": nn.Conv2d(4, 4, 3, 1, 1, 1, groups=1, bias=True),
                "relu": nn.ReLU(),
            }),
        }) for _ in range(2))
        self.paths = nn.ModuleDict({
            "small": nn.ModuleDict({
                "conv2d": nn.Conv2d(4, 2, 1, 1, 0, 1, groups=1, bias=True),
            }),
            "large": nn.ModuleDict({
                "conv2d": nn.Conv2d(4, 3, 3, 1, 1, 1, groups=1, bias=True),
                "silu": nn.SiLU(),
            }),
            "same": nn.ModuleDict(),
        })
        self.sums = nn.ModuleDict({
            "a": nn.ModuleDict({
                "dense": nn.Linear(9, 3, bias=True),
                "gelu": nn.GELU(),
            }),
            "b": nn.ModuleDict({
                "dense": nn.Linear(9, 3, bias=True),
            }),
        })
        self.softmax = nn.Softmax(-1)

    def forward(self, x):
        x1 = x
        x = self.block["conv"](x)
        x = self.block["tanh"](x)
        x2 = x
        x = x1
        x = self.block["shortcut"](x)
        x = x2 + x
        for block3 in self.blocks:
            x = block3["norm"](x)
            x4 = x
            x = block3["inner"]["conv"](x)
            x = block3["inner"]["relu"](x)
            x5 = x
            x = x4
            x = x5 + x
        x6 = x
        x = x6
        x = self.paths["small"]["conv2d"](x)
        x7 = x
        x = x6
        x = self.paths["large"]["conv2d"](x)
        x = self.paths["large"]["silu"](x)
        x8 = x
        x = x6
        x9 = x
        x = torch.cat([x7, x8, x9], 1)
        x = x.mean((2, 3))
        x10 = x
        x = x10
        x = self.sums["a"]["dense"](x)
        x = self.sums["a"]["gelu"](x)
        x11 = x
        x = x10
        x = self.sums["b"]["dense"](x)
        x12 = x
        x = x11 + x12
        x = self.softmax(x)
        return x


def load(model, path):
    """Copies the weights of a file that typenet has saved."""
    tensors = load_file(path)
    model.load_state_dict({name: tensor for name, tensor in tensors.items() if "/" not in name})
