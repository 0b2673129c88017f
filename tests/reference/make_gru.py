"""Records gated recurrent units that reset the state before the product, from Keras on JAX: two layers, the second of which
reads backwards.

pip install jax keras numpy
"""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
import keras
import numpy as np
from keras.src.backend.common import dtypes

import recording

# Keras computes in single precision otherwise; `make_keras.py` tells why.
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"

NAMES = ["first", "second"]
# Samples, steps, features, units of the first layer and of the second.
CASES = {"short": (3, 5, 2, 4, 3), "single": (1, 1, 1, 1, 1), "long": (2, 13, 3, 17, 5)}


def draw(generator, *shape):
    """Multiples of 1/64, the same in both precisions."""
    return np.round(generator.normal(size=shape) * 32) / 64


def here(gates):
    """The gates of the last axis in the order r, z, n, and outermost; Keras has z, r, n."""
    z, r, n = np.split(np.asarray(gates), 3, axis=-1)
    return np.concatenate([r, z, n], axis=-1).T


def named(name, kernel, recurrent_kernel, bias, other_bias):
    """The tensors of a layer by their names here."""
    units = len(recurrent_kernel)
    states = here(recurrent_kernel)
    tensors = {
        "weight_ih_l0": here(kernel),
        "weight_hh_l0": states[: 2 * units],
        "weight_rh_l0": states[2 * units :],
        "bias_ih_l0": here(bias),
        "bias_hh_l0": here(other_bias),
    }
    return {f"{name}.{key}": tensor for key, tensor in tensors.items()}


def case(dtype, generator, samples, steps, features, *units):
    keras.config.set_floatx(dtype)
    x = draw(generator, samples, steps, features)
    layers, parameters, weights, inputs = [], {}, [], features
    for name, count in zip(NAMES, units):
        is_second = name == "second"
        layer = keras.layers.GRU(count, reset_after=False, return_sequences=True, go_backwards=is_second, dtype=dtype)
        layer.build((samples, steps, inputs))
        shapes = [weight.shape for weight in layer.weights]
        kernel, recurrent_kernel, *biases = [draw(generator, *shape) for shape in [*shapes, shapes[2]]]
        parameters |= named(name, kernel, recurrent_kernel, *biases)
        # Keras has the sum of the biases.
        weights.append([jnp.asarray(value, dtype) for value in [kernel, recurrent_kernel, sum(biases)]])
        layers.append(layer)
        inputs = count
    grad_output = draw(generator, samples, steps, inputs)

    def forward(weights):
        value = jnp.asarray(x, dtype)
        for layer, of_layer in zip(layers, weights):
            value, _ = layer.stateless_call(of_layer, layer.non_trainable_variables, value)
            # Keras gives the outputs in the order of reading.
            value = jnp.flip(value, 1) if layer.go_backwards else value
        return value

    gradients = jax.grad(lambda weights: (forward(weights) * jnp.asarray(grad_output, dtype)).sum())(weights)
    gradient = {}
    for name, (kernel, recurrent_kernel, bias) in zip(NAMES, gradients):
        gradient |= named(name, kernel, recurrent_kernel, bias, bias)
    output = np.asarray(forward(weights))
    return {"input": x, "grad_output": grad_output, "output": output, "parameters": parameters, "gradient": gradient}


def cases(dtype):
    return {name: case(dtype, np.random.default_rng(seed), *sizes) for seed, (name, sizes) in enumerate(CASES.items())}


origin = f"Keras {keras.__version__} on JAX {jax.__version__}, made by make_gru.py"
recording.write("gru.json", {"origin": origin, "f64": cases("float64"), "f32": cases("float32")})
