"""Writes small networks of PyTorch and Keras as safetensors, with what they answer, for `tests/integration/weights_elsewhere.rs`; and
answers with a file of typenet's. README.md tells how to run it.

    make_weights.py torch         writes weights_torch_*.safetensors and weights_torch.json
    make_weights.py images        writes weights_torch_images.safetensors and weights_torch_images.json
    make_weights.py keras         writes weights_keras.safetensors and weights_keras.json
    make_weights.py check FOLDER  loads typenet.safetensors in FOLDER into PyTorch and compares with typenet.json there
"""

import json
import sys
from pathlib import Path

import numpy as np

from recording import FOLDER, TOLERANCE, agree, write

SEED = 43
SIZES = {"hidden": (5, 7), "middle": (7, 6), "output": (6, 3)}
INPUTS = np.round(np.random.default_rng(SEED).normal(size=(4, 5)) * 64) / 64


def torch_network():
    import torch

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            for name, sizes in SIZES.items():
                setattr(self, name, torch.nn.Linear(*sizes))

        def forward(self, x):
            x = torch.relu(self.middle(torch.tanh(self.hidden(x))))
            return torch.softmax(self.output(x), dim=-1)

    return Network()


def answers(network):
    """In double precision, whatever the network was in."""
    import torch

    with torch.no_grad():
        return network.double()(torch.tensor(INPUTS)).tolist()


def make_torch():
    import torch
    from safetensors.torch import save_file

    cases = []
    for kind in ("float32", "float64", "bfloat16", "float16"):
        torch.manual_seed(SEED)
        network = torch_network().to(getattr(torch, kind))
        file = f"weights_torch_{kind}.safetensors"
        # As most programs write it: the metadata are those of the library `transformers`.
        save_file(network.state_dict(), FOLDER / file, metadata={"format": "pt"})
        cases.append({"file": file, "answers": answers(network)})
    origin = f"PyTorch {torch.__version__}, made by make_weights.py"
    write("weights_torch.json", {"origin": origin, "inputs": INPUTS, "cases": cases})


def make_images():
    import torch
    from safetensors.torch import save_file

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first = torch.nn.Conv2d(2, 5, 3, stride=2, padding=1)
            self.second = torch.nn.Conv2d(5, 3, 2)
            self.output = torch.nn.Linear(24, 4)

        def forward(self, x):
            x = torch.tanh(self.second(torch.relu(self.first(x))))
            return torch.softmax(self.output(x.flatten(1)), dim=-1)

    torch.manual_seed(SEED)
    network = Network()
    save_file(network.state_dict(), FOLDER / "weights_torch_images.safetensors")
    images = np.round(np.random.default_rng(SEED).normal(size=(3, 2, 6, 9)) * 64) / 64
    with torch.no_grad():
        predictions = network.double()(torch.tensor(images)).numpy()
    origin = f"PyTorch {torch.__version__}, made by make_weights.py"
    write("weights_torch_images.json", {"origin": origin, "inputs": images, "predictions": predictions})


def make_keras():
    import keras
    from safetensors.numpy import save_file

    keras.utils.set_random_seed(SEED)
    activations = {"hidden": "tanh", "middle": "relu", "output": "softmax"}
    layers = [
        keras.layers.Dense(outputs, activation=activations[name], bias_initializer="random_normal", name=name)
        for name, (_, outputs) in SIZES.items()
    ]
    network = keras.Sequential(layers)
    # The kernels of Keras are [inputs, outputs]. The copy puts the numbers in the order of the transposed shape.
    predictions = keras.ops.convert_to_numpy(network(INPUTS.astype("float32")))
    tensors = {}
    for layer in layers:
        kernel, bias = map(keras.ops.convert_to_numpy, (layer.kernel, layer.bias))
        tensors |= {f"{layer.name}.weight": np.ascontiguousarray(kernel.T), f"{layer.name}.bias": bias}
    save_file(tensors, FOLDER / "weights_keras.safetensors")
    origin = f"Keras {keras.__version__} on {keras.backend.backend()}, made by make_weights.py"
    case = {"file": "weights_keras.safetensors", "answers": predictions}
    write("weights_keras.json", {"origin": origin, "inputs": INPUTS, "cases": [case]})


def check(folder):
    from safetensors import safe_open
    from safetensors.torch import load_file

    file = folder / "typenet.safetensors"
    network = torch_network()
    # What has a slash in its name belongs to the scaler.
    network.load_state_dict({name: value for name, value in load_file(file).items() if "/" not in name}, strict=True)
    recorded = json.loads((folder / "typenet.json").read_text())
    agree("answers", answers(network), recorded["answers"], TOLERANCE["f32"])
    with safe_open(file, framework="pt") as opened:
        print(opened.metadata()["typenet"])
        print({name: opened.get_tensor(name).tolist() for name in opened.keys() if "/" in name})
    print(f"{len(recorded['answers'])} answers agree")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["torch"]:
            make_torch()
        case ["images"]:
            make_images()
        case ["keras"]:
            make_keras()
        case ["check", folder]:
            check(Path(folder))
        case _:
            sys.exit(__doc__)
