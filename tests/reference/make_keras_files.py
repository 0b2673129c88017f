"""Writes small models of Keras in its three formats, with their predictions, for `tests/integration/keras_files.rs`.
README.md tells how to run it."""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
from keras import layers

from recording import FOLDER, write

SEED = 43
FORMATS = {
    "images": (".keras", ".h5"),
    "sequences": (".weights.h5", ".h5"),
    "both_ways": (".weights.h5", ".h5"),
    "named": (".keras", ".weights.h5", ".h5"),
}


def images():
    x = inputs = keras.Input((6, 5, 2))
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    x = layers.BatchNormalization(epsilon=1e-5)(x)
    x = layers.Conv2D(4, (3, 2), groups=2, activation="tanh")(x)
    x = layers.DepthwiseConv2D(2, depth_multiplier=2)(x)
    x = layers.PReLU(shared_axes=[1, 2])(x)
    x = layers.Conv2DTranspose(3, 2, strides=2)(x)
    x = layers.GroupNormalization(1, epsilon=1e-5)(x)
    x = layers.Flatten()(x)
    x = layers.LayerNormalization(epsilon=1e-5)(x)
    x = layers.Dense(5, activation="tanh")(x)
    x = layers.Dense(3, activation="softmax")(x)
    return keras.Model(inputs, x)


def sequences():
    x = inputs = keras.Input((7,), dtype="int32")
    x = layers.Embedding(11, 6)(x)
    x = layers.Conv1D(5, 3, padding="causal", activation="tanh")(x)
    x = layers.LSTM(4, return_sequences=True)(x)
    x = layers.GRU(4, return_sequences=True)(x)
    x = layers.GRU(6, return_sequences=True, reset_after=False)(x)
    x = layers.MultiHeadAttention(2, 3)(x, x)
    x = layers.RMSNormalization(epsilon=1e-6)(x)
    x = layers.SimpleRNN(3, return_sequences=True)(x)
    x = layers.Dense(4)(x)
    x = layers.GlobalAveragePooling1D()(x)
    x = layers.Dense(2, use_bias=False)(x)
    return keras.Model(inputs, x)


def both_ways():
    x = inputs = keras.Input((4, 3))
    x = layers.Bidirectional(layers.LSTM(2, return_sequences=True))(x)
    x = layers.Flatten()(x)
    x = layers.Dense(2)(x)
    return keras.Model(inputs, x)


def named():
    return keras.Sequential(
        [keras.Input((3,)), layers.Dense(4, activation="tanh", name="hidden"), layers.Dense(2, name="output")]
    )


def random_weights(model, generator):
    """No zeros and ones, of which many initial weights are."""
    weights = []
    for weight in model.weights:
        values = generator.normal(size=weight.shape) * 0.5
        if weight.name == "moving_variance":
            values = np.abs(values) + 0.5
        weights.append(values.astype("float32"))
    model.set_weights(weights)


def main():
    cases = {}
    for build in (images, sequences, both_ways, named):
        keras.utils.set_random_seed(SEED)
        keras.backend.clear_session()
        generator = np.random.default_rng(SEED)
        model, name = build(), build.__name__
        random_weights(model, generator)
        shape = (3, *model.input_shape[1:])
        if name == "sequences":
            inputs = generator.integers(11, size=shape)
        else:
            inputs = np.round(generator.normal(size=shape) * 64) / 64
        predictions = keras.ops.convert_to_numpy(model(keras.ops.convert_to_tensor(inputs.astype(model.inputs[0].dtype))))
        files = [f"keras_{name}{ending}" for ending in FORMATS[name]]
        for file in files:
            if file.endswith(".weights.h5"):
                model.save_weights(FOLDER / file)
            else:
                model.save(FOLDER / file)
        if name == "images":
            inputs = np.moveaxis(inputs, -1, 1)
        cases[name] = {"files": files, "inputs": inputs, "predictions": predictions}
    origin = f"Keras {keras.__version__} on {keras.backend.backend()}, made by make_keras_files.py"
    write("keras_files.json", {"origin": origin, **cases})


if __name__ == "__main__":
    main()
