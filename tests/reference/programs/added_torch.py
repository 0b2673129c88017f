import torch
from safetensors.torch import load_file
from torch import nn


class Added(nn.Module):
    def __init__(self):
        super().__init__()
        self.position_embedding = nn.Embedding(4, 3)
        self.dense = nn.Linear(3, 2, bias=True)
        self.max_pool1d = nn.MaxPool1d(2, 2, 1, dilation=1)
        self.flatten = nn.Flatten()

    def forward(self, x):
        x = x + self.position_embedding.weight
        x = self.dense(x)
        x = self.max_pool1d(x.mT).mT
        x = self.flatten(x)
        return x


def load(model, path):
    """Copies the weights of a file that typenet has saved."""
    tensors = load_file(path)
    model.load_state_dict({name: tensor for name, tensor in tensors.items() if "/" not in name})
