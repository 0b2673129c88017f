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


def descend(parameters, loss_and_gradient, learning_rates, rule, decay, record_after):
    """Any other optimizer. A rule maps gradient, memory (a dictionary), rate and step from 1 to what is subtracted. Weights
    decay, biases do not: `coupled` adds to the gradient, `decoupled` shrinks the weight before the step."""
    parameters = [{key: value.copy() for key, value in layer.items()} for layer in parameters]
    memory = [{key: {} for key in layer} for layer in parameters]
    recorded = []
    rates = [part["rate"] for part in learning_rates for _ in range(part["steps"])]
    for step, rate in enumerate(rates, start=1):
        _, gradient, *_ = loss_and_gradient(parameters)
        for theta, remembered, g in zip(parameters, memory, gradient):
            for key in theta:
                g_key = g[key]
                if key == "weight" and decay["form"] == "coupled":
                    g_key = g_key + decay["lambda"] * theta[key]
                if key == "weight" and decay["form"] == "decoupled":
                    theta[key] *= 1 - rate * decay["lambda"]
                theta[key] -= rule(g_key, remembered[key], rate, step)
        if step in record_after:
            copy = [{key: value.copy() for key, value in layer.items()} for layer in parameters]
            recorded.append({"step": step, "loss": loss_and_gradient(copy)[0], "parameters": copy})
    return recorded


def rule(settings):
    """The update rule of a case: `optimizer`, `form` ("keras" or "torch") and the settings by name."""
    keras = settings["form"] == "keras"
    get = settings.get
    epsilon = get("epsilon")

    def move(memory, name, share, towards):
        memory[name] = memory.get(name, 0.0) * share + (1 - share) * towards
        return memory[name]

    def add(memory, name, share, addend):
        memory[name] = memory.get(name, 0.0) * share + addend
        return memory[name]

    def root(square):
        return np.sqrt(square + epsilon) if keras else np.sqrt(square) + epsilon

    def sgd(g, memory, rate, step):
        if not settings["momentum"]:
            return rate * g
        return add(memory, "v", settings["momentum"], rate * g) if keras else rate * add(memory, "v", settings["momentum"], g)

    def adagrad(g, memory, rate, step):
        total = settings["initial"] + add(memory, "sum", 1.0, g**2)
        return rate / (1 + settings["rate_decay"] * (step - 1)) * g / root(total)

    def rms_prop(g, memory, rate, step):
        square = move(memory, "v", settings["rho"], g**2)
        if settings["centered"]:
            square = square - move(memory, "m", settings["rho"], g) ** 2
        d = g / root(square)
        if not settings["momentum"]:
            return rate * d
        return add(memory, "u", settings["momentum"], rate * d) if keras else rate * add(memory, "u", settings["momentum"], d)

    def adadelta(g, memory, rate, step):
        square = move(memory, "v", settings["rho"], g**2)
        delta = g * np.sqrt(memory.get("u", 0.0) + epsilon) / np.sqrt(square + epsilon)
        move(memory, "u", settings["rho"], delta**2)
        return rate * delta

    def adam(g, memory, rate, step):
        m, v = move(memory, "m", get("beta1"), g), move(memory, "v", get("beta2"), g**2)
        if settings["amsgrad"]:
            v = memory["largest"] = np.maximum(memory.get("largest", 0.0), v)
        correction = np.sqrt(1 - get("beta2") ** step)
        denominator = (np.sqrt(v) + epsilon) / correction if keras else np.sqrt(v) / correction + epsilon
        return rate * m / (1 - get("beta1") ** step) / denominator

    def adamax(g, memory, rate, step):
        m, u = move(memory, "m", get("beta1"), g), memory.get("u", 0.0) * get("beta2")
        u = memory["u"] = np.maximum(u, np.abs(g) + (0 if keras else epsilon))
        return rate / (1 - get("beta1") ** step) * m / (u + (epsilon if keras else 0))

    def nadam(g, memory, rate, step):
        m, v = move(memory, "m", get("beta1"), g), move(memory, "v", get("beta2"), g**2)
        mu, following = (get("beta1") * (1 - 0.5 * 0.96 ** (get("momentum_decay") * t)) for t in (step, step + 1))
        product = memory["product"] = memory.get("product", 1.0) * mu
        ahead = (1 - mu) * g / (1 - product) + following * m / (1 - product * following)
        return rate * ahead / (np.sqrt(v / (1 - get("beta2") ** step)) + epsilon)

    rules = {"Sgd": sgd, "Adagrad": adagrad, "RmsProp": rms_prop, "Adadelta": adadelta, "Adam": adam, "AdamW": adam}
    return {**rules, "Adamax": adamax, "Nadam": nadam}[settings["optimizer"]]
