import torch
from safetensors.torch import load_file
from torch import nn


class Pictures(nn.Module):
    def __init__(self):
        super().__init__()
        self.pad = nn.ZeroPad2d((0, 0, 1, 1))
        self.first = nn.Conv2d(2, 4, (3, 2), (2, 1), 0, 1, groups=2, bias=True)
        self.batch_norm = nn.BatchNorm2d(4, 1e-5, 0.1)
        self.relu = nn.ReLU()
        self.max_pool2d = nn.MaxPool2d(2, 1, 0, dilation=1)
        self.conv2d = nn.Conv2d(4, 6, 3, 1, "same", 1, groups=1, bias=False)
        self.hard_silu = nn.Hardswish()
        self.p_relu = nn.PReLU(6)
        self.upsample = nn.Upsample(scale_factor=(2, 1), mode="nearest")
        self.avg_pool2d = nn.AvgPool2d(3, 2, 0)
        self.group_norm = nn.GroupNorm(3, 6, 1e-5)
        self.conv_transpose2d = nn.ConvTranspose2d(6, 2, 2, 2, 0, 0, groups=1, bias=True, dilation=1)
        self.flatten = nn.Flatten()
        self.layer_norm = nn.LayerNorm(48, 1e-5)
        self.output = nn.Linear(48, 3, bias=True)

    def forward(self, x):
        x = self.pad(x)
        x = self.first(x)
        x = self.batch_norm(x)
        x = self.relu(x)
        x = self.max_pool2d(x)
        x = self.conv2d(x)
        x = self.hard_silu(x)
        x = self.p_relu(x)
        x = self.upsample(x)
        x = self.avg_pool2d(x)
        x = self.group_norm(x)
        x = self.conv_transpose2d(x)
        x = self.flatten(x)
        x = self.layer_norm(x)
        x = self.output(x)
        return x


def load(model, path):
    """Copies the weights of a file that typenet has saved."""
    tensors = load_file(path)
    model.load_state_dict({name: tensor for name, tensor in tensors.items() if "/" not in name})
