"""Records truncated backpropagation through time from PyTorch: an LSTM that learns from three windows of longer sequences, each of
which begins at the detached state in which the one before ended.

pip install torch numpy
"""

import numpy as np
import torch

import recording

WINDOWS, SAMPLES, STEPS, FEATURES, UNITS, OUTPUTS = 3, 3, 4, 2, 5, 2
RATE = 0.5


def draw(generator, *shape):
    """Multiples of 1/64, the same in both precisions."""
    return np.round(generator.normal(size=shape) * 32) / 64


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(FEATURES, UNITS, batch_first=True)
        self.output = torch.nn.Linear(UNITS, OUTPUTS)

    def forward(self, x, state):
        x, state = self.lstm(x, state)
        return self.output(x), state


def tensors(network):
    return {name: parameter.detach().numpy().copy() for name, parameter in network.named_parameters()}


def case(precision):
    dtype, generator = getattr(torch, precision), np.random.default_rng(37)
    network = Network().to(dtype)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.tensor(draw(generator, *parameter.shape), dtype=dtype))
    before = tensors(network)
    x = draw(generator, WINDOWS, SAMPLES, STEPS, FEATURES)
    targets = draw(generator, WINDOWS, SAMPLES, STEPS, OUTPUTS)
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
    state, losses = None, []
    for window, target in zip(x, targets):
        output, state = network(torch.tensor(window, dtype=dtype), state)
        state = tuple(part.detach() for part in state)
        loss = torch.nn.functional.mse_loss(output, torch.tensor(target, dtype=dtype))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    hidden, cell = (part.numpy()[0] for part in state)
    after = {"losses": losses, "hidden": hidden, "cell": cell, "trained": tensors(network)}
    return {"input": x, "target": targets, "parameters": before, **after}


origin = f"PyTorch {torch.__version__}, made by make_carried.py"
recording.write("carried.json", {"origin": origin, "f64": case("float64"), "f32": case("float32")})
