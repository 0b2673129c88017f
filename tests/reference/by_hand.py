"""The same layers, losses, networks and update rules written out in NumPy, in double precision.

Every recorded value is compared with these before it is written. Weights are [outputs, inputs].
"""

import numpy as np


def sigmoid(x):
    # The exponent is never positive, so nothing overflows.
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def softmax(logits):
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# Each activation with its derivative, the latter in terms of input x and output y.
ACTIVATIONS = {
    "sigmoid": (sigmoid, lambda x, y: y * (1 - y)),
    "tanh": (np.tanh, lambda x, y: 1 - y * y),
    "relu": (lambda x: np.maximum(x, 0), lambda x, y: np.where(x > 0, 1.0, 0.0)),
}


def softmax_backward(logits, grad_output):
    y = softmax(logits)
    return y * (grad_output - (y * grad_output).sum(axis=-1, keepdims=True))


def cross_entropy(logits, labels):
    """Mean over the batch of -log softmax(logits)[label], and its gradient by the logits."""
    rows = np.arange(len(labels))
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_normalizer = np.log(np.exp(shifted).sum(axis=-1))
    grad = softmax(logits)
    grad[rows, labels] -= 1
    return (log_normalizer - shifted[rows, labels]).mean(), grad / len(labels)


def mean_squared_error(prediction, target):
    """Mean over batch and outputs, and its gradient by the prediction."""
    difference = prediction - target
    return (difference**2).mean(), 2 * difference / difference.size


def forward(parameters, activations, x):
    """The input of each dense layer, its pre-activation, and the output of the last."""
    inputs, pre_activations = [], []
    for layer, activation in zip(parameters, activations):
        inputs.append(x)
        pre_activations.append(x @ layer["weight"].T + layer["bias"])
        x = ACTIVATIONS[activation][0](pre_activations[-1]) if activation else pre_activations[-1]
    return inputs, pre_activations, x


def backward(parameters, activations, inputs, pre_activations, grad):
    """The gradient of every parameter, from the gradient by the output of the last layer."""
    gradient = []
    for layer, activation, x, z in reversed(list(zip(parameters, activations, inputs, pre_activations))):
        if activation:
            function, derivative = ACTIVATIONS[activation]
            grad = grad * derivative(z, function(z))
        gradient.insert(0, {"weight": grad.T @ x, "bias": grad.sum(axis=0)})
        grad = grad @ layer["weight"]
    return gradient


def sgd(parameters, loss_and_gradient, learning_rates, momentum, nesterov, form, record_after):
    """Gradient descent. The forms differ in what the velocity contains, and so only where the learning rate changes."""
    parameters = [{key: value.copy() for key, value in layer.items()} for layer in parameters]
    velocity = [{key: np.zeros_like(value) for key, value in layer.items()} for layer in parameters]
    recorded = []
    rates = [part["rate"] for part in learning_rates for _ in range(part["steps"])]
    for step, rate in enumerate(rates, start=1):
        _, gradient, *_ = loss_and_gradient(parameters)
        for theta, v, g in zip(parameters, velocity, gradient):
            for key in theta:
                if form == "keras":
                    v[key] = momentum * v[key] + rate * g[key]
                    theta[key] -= momentum * v[key] + rate * g[key] if nesterov else v[key]
                else:
                    v[key] = momentum * v[key] + g[key]
                    theta[key] -= rate * (g[key] + momentum * v[key] if nesterov else v[key])
        if step in record_after:
            copy = [{key: value.copy() for key, value in layer.items()} for layer in parameters]
            recorded.append({"step": step, "loss": loss_and_gradient(copy)[0], "parameters": copy})
    return recorded


def adam(parameters, loss_and_gradient, learning_rates, beta1, beta2, epsilon, form, record_after):
    """Adam. The forms differ in whether epsilon is added before or after the bias of the second moment is corrected."""
    parameters = [{key: value.copy() for key, value in layer.items()} for layer in parameters]
    first, second = ([{key: np.zeros_like(value) for key, value in layer.items()} for layer in parameters] for _ in "mv")
    recorded = []
    rates = [part["rate"] for part in learning_rates for _ in range(part["steps"])]
    for step, rate in enumerate(rates, start=1):
        _, gradient, *_ = loss_and_gradient(parameters)
        for theta, m, v, g in zip(parameters, first, second, gradient):
            for key in theta:
                m[key] = beta1 * m[key] + (1 - beta1) * g[key]
                v[key] = beta2 * v[key] + (1 - beta2) * g[key] ** 2
                mean = m[key] / (1 - beta1**step)
                if form == "keras":
                    root = (np.sqrt(v[key]) + epsilon) / np.sqrt(1 - beta2**step)
                else:
                    root = np.sqrt(v[key] / (1 - beta2**step)) + epsilon
                theta[key] -= rate * mean / root
        if step in record_after:
            copy = [{key: value.copy() for key, value in layer.items()} for layer in parameters]
            recorded.append({"step": step, "loss": loss_and_gradient(copy)[0], "parameters": copy})
    return recorded
