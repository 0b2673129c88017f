"""Losses with weights, of Keras on TensorFlow, for `tests/integration/weighting.rs`: `python make_weighted.py`."""

import keras
import numpy as np
import tensorflow as tf
from recording import TOLERANCE, agree, write

keras.config.set_floatx("float64")
random = np.random.default_rng(23)
# Multiples of 1/64, one of the weights 0.
logits = np.round(random.normal(size=(7, 3)) * 128) / 64
labels = random.integers(0, 3, 7)
targets = np.round(random.normal(size=(7, 3)) * 64) / 64
weights = np.array([1.0, 0.5, 2.0, 0.0, 0.25, 3.0, 1.0])
class_weights = np.array([0.5, 4.0, 1.25])


def measured(loss, wanted, sample_weight):
    values = tf.Variable(logits)
    with tf.GradientTape() as tape:
        value = loss(wanted, values, sample_weight=sample_weight)
    gradient = tape.gradient(value, values)
    # By hand: the weighted losses of the samples, divided by their number.
    each = np.array([float(loss(wanted[i : i + 1], logits[i : i + 1])) for i in range(len(logits))])
    agree("loss", float(value), (each * sample_weight).mean(), TOLERANCE["f64"])
    return {"loss": float(value), "gradient": gradient.numpy().tolist()}


def of_class_weights():
    """`class_weight` as `fit` takes it, on a model that answers with the logits."""
    inputs = keras.Input((3,), dtype="float64")
    model = keras.Model(inputs, keras.layers.Dense(3, kernel_initializer="identity")(inputs))
    model.compile(keras.optimizers.SGD(0.0), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return float(model.train_on_batch(logits, labels, class_weight=dict(enumerate(class_weights))))


cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
classes = measured(cross_entropy, labels, class_weights[labels])
agree("class_weight", of_class_weights(), classes["loss"], 1e-6)
write(
    "weighted.json",
    {
        "origin": f"Keras {keras.__version__} on TensorFlow {tf.__version__}, made by make_weighted.py",
        "logits": logits.tolist(),
        "labels": labels.tolist(),
        "targets": targets.tolist(),
        "weights": weights.tolist(),
        "class_weights": class_weights.tolist(),
        "cross_entropy_of_weighted_samples": measured(cross_entropy, labels, weights),
        "mean_squared_error_of_weighted_samples": measured(keras.losses.MeanSquaredError(), targets, weights),
        "cross_entropy_of_weighted_classes": classes,
    },
)
