import torch
from safetensors.torch import load_file
from torch import nn


class Steps(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(9, 4)
        self.conv1d = nn.Conv1d(4, 5, 3, 1, 0, 2, 1, bias=True)
        self.gelu_tanh = nn.GELU(approximate="tanh")
        self.lstm = nn.LSTM(5, 4, batch_first=True)
        self.both = nn.ModuleDict({
            "ahead": nn.ModuleDict({
                "gru": nn.GRU(4, 2, batch_first=True),
            }),
            "back": nn.ModuleDict({
                "gru": nn.GRU(4, 2, batch_first=True),
            }),
        })
        self.self_attention = nn.MultiheadAttention(4, 2, bias=True, batch_first=True)
        self.rms_norm = nn.RMSNorm(4, 1e-6)
        self.rnn = nn.RNN(4, 3, batch_first=True)
        self.layer_norm = nn.LayerNorm(3, 1e-4)
        self.dense = nn.Linear(3, 2, bias=True)

    def forward(self, x):
        x = self.embedding(x.long())
        x = self.conv1d(nn.functional.pad(x.mT, (4, 0))).mT
        x = self.gelu_tanh(x)
        x = self.lstm(x)[0]
        x1 = x
        x = x1
        x = self.both["ahead"]["gru"](x)[0]
        x2 = x
        x = x1
        x = self.both["back"]["gru"](x.flip(1))[0].flip(1)
        x3 = x
        x = torch.cat([x2, x3], -1)
        x = self.self_attention(x, x, x, need_weights=False, attn_mask=nn.Transformer.generate_square_subsequent_mask(x.shape[1]), is_causal=True)[0]
        x = self.rms_norm(x)
        x = self.rnn(x.flip(1))[0].flip(1)
        x = self.layer_norm(x)
        x = x[:, -1]
        x = self.dense(x)
        return x


def load(model, path):
    """Copies the weights of a file that typenet has saved."""
    tensors = load_file(path)
    model.load_state_dict({name: tensor for name, tensor in tensors.items() if "/" not in name})
