import torch
from safetensors.torch import load_file
from torch import nn


class Perceptron(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(5, 4, bias=True)
        self.leaky_relu = nn.LeakyReLU(0.2)
        self.dropout = nn.Dropout(0.5)
        self.output = nn.Linear(4, 3, bias=False)
        self.softmax = nn.Softmax(-1)

    def forward(self, x):
        x = self.hidden(x)
        x = self.leaky_relu(x)
        x = self.dropout(x)
        x = self.output(x)
        x = self.softmax(x)
        return x


def load(model, path):
    """Copies the weights of a file that typenet has saved."""
    tensors = load_file(path)
    model.load_state_dict({name: tensor for name, tensor in tensors.items() if "/" not in name})
