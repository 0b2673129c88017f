"""Records LeNet-5 of PyTorch and of Keras with the same weights, which neither has trained, for
`tests/integration/weights_elsewhere.rs`. README.md tells how to run it.

    make_lenet.py torch   writes weights_lenet.safetensors and weights_lenet_torch.json
    make_lenet.py keras   gives these weights to Keras, checks that they come back unchanged, and writes weights_lenet_keras.json
"""

import os
import sys

import numpy as np

from recording import FOLDER, TOLERANCE, agree, read, write

SEED = 43
WEIGHTS = FOLDER / "weights_lenet.safetensors"
# Multiples of 1/32, the same in every precision. 29 is prime, so no two rows and no two columns are equal.
IMAGE, ROW, COLUMN = np.indices((3, 28, 28))
IMAGES = ((7 + 5 * IMAGE) * ROW**2 + 11 * COLUMN**2 + 13 * ROW * COLUMN + 3 * IMAGE) % 29 / 32


def make_torch():
    import torch
    from safetensors.torch import save_file
    from torch import nn
    from torch.nn.functional import max_pool2d, relu

    class LeNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
            self.fc1, self.fc2, self.fc3 = nn.Linear(256, 120), nn.Linear(120, 84), nn.Linear(84, 10)

        def forward(self, x):
            x = max_pool2d(relu(self.conv1(x)), 2)
            x = max_pool2d(relu(self.conv2(x)), 2).flatten(1)
            return self.fc3(relu(self.fc2(relu(self.fc1(x)))))

    torch.manual_seed(SEED)
    network = LeNet()
    for parameter in network.parameters():
        # He's form, so that logits are about as large as pixels; biases that show in the logits.
        nn.init.kaiming_normal_(parameter) if parameter.ndim > 1 else nn.init.normal_(parameter, std=0.5)
    # Half precision makes the file half as large, and every library widens it to the same weights.
    save_file(network.half().state_dict(), WEIGHTS)
    logits = {}
    for name, dtype in (("f64", torch.float64), ("f32", torch.float32)):
        with torch.no_grad():
            logits[name] = network.to(dtype)(torch.tensor(IMAGES[:, None], dtype=dtype)).numpy()
    agree("precisions", logits["f32"], logits["f64"], TOLERANCE["f32"])
    origin = f"PyTorch {torch.__version__}, made by make_lenet.py"
    write("weights_lenet_torch.json", {"origin": origin, "inputs": IMAGES, "logits": logits})


def tensors_of(model):
    """The weights of a `Sequential` of Keras under the names and in the shapes of PyTorch."""
    import keras

    tensors, flattened = {}, None
    for layer in model.layers:
        if isinstance(layer, keras.layers.Flatten):
            # Rows, columns and channels, with the channels last; PyTorch and typenet have them first.
            flattened = layer.input.shape[1:]
        elif layer.weights:
            kernel, bias = map(keras.ops.convert_to_numpy, (layer.kernel, layer.bias))
            if isinstance(layer, keras.layers.Conv2D):
                # [rows, columns, inputs, outputs]
                kernel = kernel.transpose(3, 2, 0, 1)
            elif flattened is not None:
                kernel = kernel.reshape(*flattened, -1).transpose(3, 2, 0, 1).reshape(len(bias), -1)
                flattened = None
            else:
                kernel = kernel.T
            tensors |= {f"{layer.name}.weight": np.ascontiguousarray(kernel), f"{layer.name}.bias": bias}
    return tensors


def make_keras():
    os.environ["KERAS_BACKEND"] = "jax"
    import jax

    jax.config.update("jax_enable_x64", True)
    import keras
    from keras.src.backend.common import dtypes
    from safetensors.numpy import load_file

    # As in `make_keras.py`: Keras would round some results to single precision.
    dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"

    torch = read("weights_lenet_torch.json")
    weights = load_file(WEIGHTS)
    logits = {}
    for name, dtype in (("f64", "float64"), ("f32", "float32")):
        keras.config.set_floatx(dtype)
        keras.config.set_dtype_policy(dtype)
        layers = keras.layers
        model = keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                layers.Conv2D(6, 5, activation="relu", name="conv1"),
                layers.MaxPooling2D(2),
                layers.Conv2D(16, 5, activation="relu", name="conv2"),
                layers.MaxPooling2D(2),
                layers.Flatten(),
                layers.Dense(120, activation="relu", name="fc1"),
                layers.Dense(84, activation="relu", name="fc2"),
                layers.Dense(10, name="fc3"),
            ]
        )
        # The other way round than in `tensors_of`, written out for each layer.
        for layer in ("conv1", "conv2", "fc1", "fc2", "fc3"):
            weight, bias = weights[f"{layer}.weight"], weights[f"{layer}.bias"]
            if weight.ndim == 4:
                kernel = np.moveaxis(weight, (0, 1), (3, 2))
            elif layer == "fc1":
                kernel = np.array([[unit[channel * 16 + place] for unit in weight] for place in range(16) for channel in range(16)])
            else:
                kernel = weight.T
            model.get_layer(layer).set_weights([kernel, bias])
        back = {tensor: value.astype(np.float16) for tensor, value in tensors_of(model).items()}
        assert back.keys() == weights.keys()
        assert all(back[tensor].shape == weights[tensor].shape for tensor in back)
        assert all(back[tensor].tobytes() == weights[tensor].tobytes() for tensor in back)
        logits[name] = keras.ops.convert_to_numpy(model(np.array(torch["inputs"], dtype)[..., None]))
        assert logits[name].dtype == dtype
        agree(name, logits[name], torch["logits"][name], TOLERANCE[name])
    origin = f"Keras {keras.__version__} on JAX {jax.__version__}, made by make_lenet.py"
    write("weights_lenet_keras.json", {"origin": origin, "logits": logits})


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["torch"]:
            make_torch()
        case ["keras"]:
            make_keras()
        case _:
            sys.exit(__doc__)
