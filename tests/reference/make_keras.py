"""Records layers, losses, networks, gradient descent, Adam, other optimizers and schedules of Keras on JAX. README.md tells how to run it."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
import keras
import numpy as np
from keras.src.backend.common import dtypes

import by_hand
from recording import TOLERANCE, agree, write

# Keras on JAX takes results down to single precision wherever it promotes types (in `tanh`, for one), even with
# "float64" as its default. This entry of its table does that. `check` would tell if it no longer did all.
assert dtypes.BIT64_TO_BIT32_DTYPE["float64"] == "float32"
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"

ORIGIN = f"Keras {keras.__version__} on JAX {jax.__version__}, NumPy {np.__version__}, made by make_keras.py"
PRECISIONS = {"f64": np.float64, "f32": np.float32}

# Inputs and parameters are multiples of 1/64, so they are the same numbers in both precisions and short in a file.
GRID = 64


def draw(rng, *shape, scale=1.0):
    return np.round(rng.normal(scale=scale, size=shape) * GRID) / GRID


def double(value):
    """Arrays of any precision in nested lists and dictionaries, as double precision arrays."""
    if isinstance(value, dict):
        return {key: double(item) for key, item in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [double(item) for item in value]
    return np.asarray(value, dtype=np.float64)


def in_precision(name, value):
    """The same nest, in the given precision."""
    if isinstance(value, dict):
        return {key: in_precision(name, item) for key, item in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [in_precision(name, item) for item in value]
    array = np.asarray(value)
    return array if array.dtype.kind in "iU" else array.astype(PRECISIONS[name])


def number(value):
    """An array without dimensions as a number of the same precision."""
    return np.asarray(value)[()]


def check(what, name, result, expected):
    """Fails unless Keras computed in the given precision all through, and agrees with the formulas written out."""
    for leaf in jax.tree.leaves(result):
        if isinstance(leaf, int):
            continue
        assert np.asarray(leaf).dtype == PRECISIONS[name], f"{what}: {np.asarray(leaf).dtype} instead of {name}"
    agree(what, result, expected, TOLERANCE[name])


# Layers.

EXTREMES = [-700.0, -50.0, -10.0, -2.5, -1.0, -0.5, -1e-10, -0.0, 0.0, 1e-10, 0.25, 1.0, 3.0, 10.0, 50.0, 700.0]

SOFTMAX_ROWS = [
    [0.5, -1.25, 2.0, 0.0, 1.0],
    [0.0, 0.0, -0.0, 0.0, 0.0],
    [-700.0, -700.0, -700.0, -700.0, -700.0],
    [700.0, -700.0, 0.0, 1.0, -1.0],
    [50.0, -50.0, 50.0, 0.0, 1e-10],
    [1000.0, 1000.0, 999.0, -1000.0, 0.0],
    [1e-10, -1e-10, 0.0, -0.0, 2e-10],
]


def dense(name):
    rng = np.random.default_rng(11)
    case = {
        "input": draw(rng, 5, 3),
        "weight": draw(rng, 4, 3),
        "bias": draw(rng, 4),
        "grad_output": draw(rng, 5, 4),
    }
    x, weight, bias, grad_output = in_precision(name, case).values()
    layer = keras.layers.Dense(4)
    layer.build((None, 3))

    def call(kernel, bias, x):
        return layer.stateless_call([kernel, bias], [], x)[0]

    output, pull_back = jax.vjp(call, jnp.asarray(weight.T), jnp.asarray(bias), jnp.asarray(x))
    grad_kernel, grad_bias, grad_input = pull_back(jnp.asarray(grad_output))
    result = {
        "output": np.asarray(output),
        "grad_input": np.asarray(grad_input),
        "grad_weight": np.asarray(grad_kernel).T,
        "grad_bias": np.asarray(grad_bias),
    }
    expected = {
        "output": case["input"] @ case["weight"].T + case["bias"],
        "grad_input": case["grad_output"] @ case["weight"],
        "grad_weight": case["grad_output"].T @ case["input"],
        "grad_bias": case["grad_output"].sum(axis=0),
    }
    check("dense", name, result, expected)
    return {**in_precision(name, case), **result}


def activation(name, kind):
    x = np.asarray(EXTREMES, dtype=PRECISIONS[name])
    output, pull_back = jax.vjp(getattr(keras.activations, kind), jnp.asarray(x))
    (derivative,) = pull_back(jnp.ones_like(output))
    result = {"output": np.asarray(output), "derivative": np.asarray(derivative)}
    function, slope = by_hand.ACTIVATIONS[kind]
    y = function(double(x))
    check(kind, name, result, {"output": y, "derivative": slope(double(x), y)})
    return {"input": x, **result}


def softmax(name):
    x = np.asarray(SOFTMAX_ROWS, dtype=PRECISIONS[name])
    grad_output = draw(np.random.default_rng(12), *x.shape).astype(PRECISIONS[name])
    output, pull_back = jax.vjp(keras.activations.softmax, jnp.asarray(x))
    (grad_input,) = pull_back(jnp.asarray(grad_output))
    result = {"output": np.asarray(output), "grad_input": np.asarray(grad_input)}
    expected = {
        "output": by_hand.softmax(double(x)),
        "grad_input": by_hand.softmax_backward(double(x), double(grad_output)),
    }
    check("softmax", name, result, expected)
    return {"input": x, "grad_output": grad_output, **result}


def layers(name):
    activations = {kind: activation(name, kind) for kind in by_hand.ACTIVATIONS}
    return {"dense": dense(name), **activations, "softmax": softmax(name)}


# Losses.


def cross_entropy_cases():
    rng = np.random.default_rng(21)
    return {
        "ordinary": (draw(rng, 6, 4, scale=2.0), [0, 3, 1, 2, 2, 0]),
        "one_sample": (draw(rng, 1, 3), [1]),
        "two_classes": (draw(rng, 5, 2), [0, 1, 1, 0, 1]),
        "equal_logits": (np.full((3, 4), -0.0), [0, 1, 3]),
        "confident": (np.asarray([[30.0, 0.0, -5.0], [-20.0, 15.0, 0.0], [0.0, 40.0, 0.0]]), [0, 1, 1]),
        "extreme": (
            np.asarray([[50.0, -50.0, 0.0], [-700.0, 700.0, 1e-10], [1000.0, -1000.0, 999.0], [-700.0, -700.0, -701.0]]),
            [1, 1, 2, 2],
        ),
        "huge": (np.asarray([[1e30, -1e30, 0.0], [-1e30, 1e30, 1e30]]), [1, 2]),
    }


def gradient_of(loss, target, x):
    value, grad = jax.value_and_grad(lambda x: loss(target, x))(jnp.asarray(x))
    return number(value), np.asarray(grad)


def cross_entropy(name):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    cases = []
    for title, (logits, labels) in cross_entropy_cases().items():
        logits = logits.astype(PRECISIONS[name])
        value, grad = gradient_of(loss, np.asarray(labels), logits)
        expected = by_hand.cross_entropy(double(logits), np.asarray(labels))
        check(title, name, [value, grad], list(expected))
        cases.append({"name": title, "logits": logits, "label": labels, "loss": value, "grad_logits": grad})
    return cases


def mean_squared_error(name):
    rng = np.random.default_rng(22)
    cases = []
    for title, shape in {"ordinary": (5, 3), "one_value": (1, 1), "one_output": (4, 1)}.items():
        prediction, target = in_precision(name, draw(rng, *shape)), in_precision(name, draw(rng, *shape))
        value, grad = gradient_of(keras.losses.MeanSquaredError(), target, prediction)
        expected = by_hand.mean_squared_error(double(prediction), double(target))
        check(title, name, [value, grad], list(expected))
        cases.append({"name": title, "prediction": prediction, "target": target, "loss": value, "grad_prediction": grad})
    return cases


def mean_squared_error_of_softmax(name):
    rng = np.random.default_rng(23)
    mean_squared_error = keras.losses.MeanSquaredError()

    def loss(target, logits):
        return mean_squared_error(target, keras.activations.softmax(logits))

    cases = []
    for title, logits, target in [
        ("one_hot", draw(rng, 4, 3, scale=2.0), np.eye(3)[[0, 2, 1, 2]]),
        ("probabilities", draw(rng, 2, 4), np.asarray([[0.125, 0.25, 0.5, 0.125], [0.0, 0.75, 0.25, 0.0]])),
        ("extreme", np.asarray([[50.0, -50.0, 0.0], [-700.0, 700.0, 699.0]]), np.eye(3)[[1, 2]]),
    ]:
        logits, target = in_precision(name, logits), in_precision(name, target)
        value, grad = gradient_of(loss, target, logits)
        expected, grad_probabilities = by_hand.mean_squared_error(by_hand.softmax(double(logits)), double(target))
        expected_grad = by_hand.softmax_backward(double(logits), grad_probabilities)
        check(title, name, [value, grad], [expected, expected_grad])
        cases.append({"name": title, "logits": logits, "target": target, "loss": value, "grad_logits": grad})
    return cases


def losses(name):
    return {
        "cross_entropy_from_logits": cross_entropy(name),
        "mean_squared_error": mean_squared_error(name),
        "mean_squared_error_of_softmax": mean_squared_error_of_softmax(name),
    }


# Networks.


class Network:
    """Dense layers, each with an activation or none, trained on one batch."""

    def __init__(self, name, seed, sizes, activations, loss, loss_by_hand, target):
        rng = np.random.default_rng(seed)
        self.activations, self.loss, self.loss_by_hand = activations, loss, loss_by_hand
        self.input = draw(rng, 7, sizes[0]).astype(PRECISIONS[name])
        self.target = target(rng)
        self.parameters = [
            in_precision(name, {"weight": draw(rng, outputs, inputs, scale=0.5), "bias": draw(rng, outputs, scale=0.25)})
            for inputs, outputs in zip(sizes, sizes[1:])
        ]
        self.model = keras.Sequential(
            [keras.Input((sizes[0],))]
            + [keras.layers.Dense(size, activation=kind) for size, kind in zip(sizes[1:], activations)]
        )
        for variable, value in zip(self.model.trainable_variables, to_variables(self.parameters)):
            variable.assign(value)

    def loss_of(self, variables):
        output = self.model.stateless_call(variables, [], jnp.asarray(self.input))[0]
        return self.loss(jnp.asarray(self.target), output), output

    def value_and_gradient(self):
        variables = [variable.value for variable in self.model.trainable_variables]
        (value, output), gradient = jax.value_and_grad(self.loss_of, has_aux=True)(variables)
        return number(value), np.asarray(output), gradient

    def by_hand(self, parameters):
        inputs, pre_activations, output = by_hand.forward(parameters, self.activations, double(self.input))
        for z, kind in zip(pre_activations, self.activations):
            # No unit comes so near to the kink, in any step, that rounding could decide on which side it is.
            assert kind != "relu" or np.abs(z).min() > 1e-4
        value, grad = self.loss_by_hand(output, np.asarray(self.target))
        gradient = by_hand.backward(parameters, self.activations, inputs, pre_activations, grad)
        return value, gradient, output, pre_activations


def to_variables(parameters):
    return [array for layer in parameters for array in (layer["weight"].T, layer["bias"])]


def from_variables(variables):
    pairs = zip(variables[::2], variables[1::2])
    return [{"weight": np.asarray(kernel).T, "bias": np.asarray(bias)} for kernel, bias in pairs]


def classifier(name):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    # The softmax is part of the loss.
    activations = ["tanh", "relu", None]
    return Network(name, 141, [6, 5, 4, 3], activations, loss, by_hand.cross_entropy, lambda rng: [0, 2, 1, 1, 0, 2, 2])


def regressor(name):
    loss = keras.losses.MeanSquaredError()

    def target(rng):
        return draw(rng, 7, 2).astype(PRECISIONS[name])

    return Network(name, 33, [4, 3, 2], ["sigmoid", None], loss, by_hand.mean_squared_error, target)


def record_network(name, network):
    value, output, gradient = network.value_and_gradient()
    expected, expected_gradient, expected_output, pre_activations = network.by_hand(double(network.parameters))
    gradient = from_variables(gradient)
    check("network", name, [value, output, gradient], [expected, expected_output, expected_gradient])
    for z, kind in zip(pre_activations, network.activations):
        # Each unit is active for some samples and not for others.
        assert kind != "relu" or ((z > 0).any(axis=0) & (z < 0).any(axis=0)).all()
    return {"input": network.input, "parameters": network.parameters}, output, {"loss": value, "gradient": gradient}


def networks(name):
    head = ["Dense<6, 5>", "Tanh", "Dense<5, 4>", "Relu", "Dense<4, 3>", "Softmax"]
    network = classifier(name)
    given, logits, result = record_network(name, network)
    probabilities = np.asarray(keras.activations.softmax(logits))
    answers = {"logits": logits, "probabilities": probabilities}
    classes = {"layers": head, **given, "label": network.target, **answers, **result}
    network = regressor(name)
    given, prediction, result = record_network(name, network)
    values = {"layers": ["Dense<4, 3>", "Sigmoid", "Dense<3, 2>"], **given, "target": network.target}
    return {"classifier": classes, "regressor": {**values, "prediction": prediction, **result}}


# Gradient descent.

CONSTANT = [{"steps": 100, "rate": 0.1}]
CHANGING = [{"steps": 50, "rate": 0.1}, {"steps": 50, "rate": 0.01}]
RECORD_AFTER = [1, 10, 100]

SGD_CASES = {
    "plain": (0.0, False, CONSTANT),
    "momentum": (0.9, False, CONSTANT),
    "nesterov": (0.9, True, CONSTANT),
    "momentum_changing_rate": (0.9, False, CHANGING),
    "nesterov_changing_rate": (0.9, True, CHANGING),
}


def descend(network, optimizer, learning_rates):
    variables = network.model.trainable_variables
    optimizer.build(variables)
    # All of the step in the precision under test, the learning rate too.
    assert keras.backend.standardize_dtype(optimizer.learning_rate.dtype) == keras.config.floatx()
    value_and_grad = jax.jit(jax.value_and_grad(network.loss_of, has_aux=True))
    recorded, step = [], 0
    for part in learning_rates:
        optimizer.learning_rate = part["rate"]
        for _ in range(part["steps"]):
            step += 1
            _, gradient = value_and_grad([variable.value for variable in variables])
            optimizer.apply(gradient, variables)
            if step in RECORD_AFTER:
                values = [variable.value for variable in variables]
                (loss, _), _ = value_and_grad(values)
                recorded.append({"step": step, "loss": number(loss), "parameters": from_variables(values)})
    return recorded


def sgd(name):
    cases = []
    for title, (momentum, nesterov, learning_rates) in SGD_CASES.items():
        network = classifier(name)
        optimizer = keras.optimizers.SGD(learning_rates[0]["rate"], momentum=momentum, nesterov=nesterov)
        recorded = descend(network, optimizer, learning_rates)
        settings = (learning_rates, momentum, nesterov, "keras", RECORD_AFTER)
        expected = by_hand.sgd(double(network.parameters), network.by_hand, *settings)
        check(title, name, recorded, expected)
        case = {"name": title, "form": "keras", "momentum": momentum, "nesterov": nesterov}
        cases.append({**case, "learning_rates": learning_rates, "after": recorded})
    return cases


# Adam.

# beta1, beta2, epsilon, learning rates: chosen so that no unit comes near to the kink. The large epsilon weighs as much
# as the moments do.
ADAM_CASES = {
    "defaults": (0.9, 0.999, 1e-7, [{"steps": 100, "rate": 0.02}]),
    "large_epsilon": (0.9, 0.999, 0.1, [{"steps": 100, "rate": 0.05}]),
    "other_betas": (0.8, 0.7, 0.01, [{"steps": 100, "rate": 0.046}]),
    "no_first_moment": (0.0, 0.9, 0.01, [{"steps": 100, "rate": 0.008}]),
    "changing_rate": (0.9, 0.99, 1e-3, [{"steps": 50, "rate": 0.025}, {"steps": 50, "rate": 0.00625}]),
}


def adam(name):
    cases = []
    for title, (beta1, beta2, epsilon, learning_rates) in ADAM_CASES.items():
        network = classifier(name)
        optimizer = keras.optimizers.Adam(learning_rates[0]["rate"], beta_1=beta1, beta_2=beta2, epsilon=epsilon)
        recorded = descend(network, optimizer, learning_rates)
        settings = (learning_rates, beta1, beta2, epsilon, "keras", RECORD_AFTER)
        expected = by_hand.adam(double(network.parameters), network.by_hand, *settings)
        check(title, name, recorded, expected)
        case = {"name": title, "form": "keras", "beta1": beta1, "beta2": beta2, "epsilon": epsilon}
        cases.append({**case, "learning_rates": learning_rates, "after": recorded})
    # What this library calls the defaults of Keras.
    defaults = keras.optimizers.Adam().get_config()
    settings = [defaults[key] for key in ("learning_rate", "beta_1", "beta_2", "epsilon")]
    assert np.allclose(settings, [0.001, *ADAM_CASES["defaults"][:3]], rtol=1e-7, atol=0), settings
    return cases


# The other optimizers. "defaults" are those of Keras but for the learning rate.

NO_DECAY = {"form": "none", "lambda": 0.0}
DECOUPLED = {"form": "decoupled", "lambda": 0.5}
RMS_PROP = {"rho": 0.9, "momentum": 0.0, "epsilon": 1e-7, "centered": False}
ADAMS = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7}
ADAM = {**ADAMS, "amsgrad": False}

def changing(rate):
    return [{"steps": 50, "rate": rate}, {"steps": 50, "rate": rate / 4}]


# Optimizer, learning rates (or one for all steps; chosen so that no unit comes near to the kink), settings, decay.
OPTIMIZER_CASES = {
    "sgd_decay": ("Sgd", 0.11, {"momentum": 0.9}, {"form": "decoupled", "lambda": 0.05}),
    "adagrad_defaults": ("Adagrad", 0.062, {"initial": 0.1, "epsilon": 1e-7, "rate_decay": 0.0}, NO_DECAY),
    "adagrad": ("Adagrad", 0.005, {"initial": 0.0, "epsilon": 1e-3, "rate_decay": 0.0}, DECOUPLED),
    "rms_prop_defaults": ("RmsProp", 0.011, RMS_PROP, NO_DECAY),
    "rms_prop_centered": ("RmsProp", 0.0068, {**RMS_PROP, "centered": True, "epsilon": 1e-2}, NO_DECAY),
    "rms_prop_momentum": ("RmsProp", changing(0.0008), {**RMS_PROP, "momentum": 0.5, "epsilon": 1e-2}, DECOUPLED),
    "rms_prop_both": ("RmsProp", 0.013, {"rho": 0.7, "momentum": 0.5, "epsilon": 0.0625, "centered": True}, NO_DECAY),
    "adadelta_defaults": ("Adadelta", 0.1, {"rho": 0.95, "epsilon": 1e-7}, NO_DECAY),
    "adadelta": ("Adadelta", 0.55, {"rho": 0.7, "epsilon": 1e-3}, DECOUPLED),
    "amsgrad": ("Adam", changing(0.022), {"beta1": 0.9, "beta2": 0.9, "epsilon": 1e-3, "amsgrad": True}, NO_DECAY),
    "adam_w_defaults": ("AdamW", 0.017, ADAM, {"form": "decoupled", "lambda": 0.004}),
    "adam_w": ("AdamW", changing(0.0068), ADAM, DECOUPLED),
    "adamax_defaults": ("Adamax", 0.007, ADAMS, NO_DECAY),
    "adamax": ("Adamax", changing(0.0044), {"beta1": 0.8, "beta2": 0.9, "epsilon": 0.01}, DECOUPLED),
    "nadam_defaults": ("Nadam", 0.0188, {**ADAMS, "momentum_decay": 1.0}, NO_DECAY),
    "nadam": ("Nadam", changing(0.0016), {"beta1": 0.8, "beta2": 0.9, "epsilon": 0.01, "momentum_decay": 1.0}, DECOUPLED),
}

# How Keras calls the settings, and which are not of its constructors.
KERAS_NAMES = {"beta1": "beta_1", "beta2": "beta_2", "initial": "initial_accumulator_value"}
NOT_OF_KERAS = {"momentum_decay", "rate_decay"}


def optimizers(name):
    cases = []
    for title, (kind, rates, settings, decay) in OPTIMIZER_CASES.items():
        learning_rates = rates if isinstance(rates, list) else [{"steps": 100, "rate": rates}]
        network = classifier(name)
        make = {"Sgd": keras.optimizers.SGD, "RmsProp": keras.optimizers.RMSprop}.get(kind) or getattr(keras.optimizers, kind)
        given = {KERAS_NAMES.get(key, key): value for key, value in settings.items() if key not in NOT_OF_KERAS}
        if title.endswith("defaults"):
            defaults = make().get_config()
            assert all(np.isclose(defaults[key], value, rtol=1e-6) for key, value in given.items()), title
            assert (defaults["weight_decay"] or 0) == decay["lambda"], title
        optimizer = make(learning_rates[0]["rate"], weight_decay=decay["lambda"] or None, **given)
        optimizer.exclude_from_weight_decay(var_names=["bias"])
        recorded = descend(network, optimizer, learning_rates)
        case = {"name": title, "optimizer": kind, "form": "keras", **settings, "decay": decay}
        start, rule = double(network.parameters), by_hand.rule(case)
        expected = by_hand.descend(start, network.by_hand, learning_rates, rule, decay, RECORD_AFTER)
        check(title, name, recorded, expected)
        cases.append({**case, "learning_rates": learning_rates, "after": recorded})
    return cases


# Schedules: the rate at each step, from a rate of 1 or as said.

STEPS = 60


def schedules():
    kinds = keras.optimizers.schedules
    cases = []

    def record(title, settings, schedule):
        factors = [float(schedule(step)) for step in range(STEPS)]
        cases.append({"name": title, **settings, "factors": factors})

    record("inverse_time", {"every": 8, "decay": 0.5}, kinds.InverseTimeDecay(1.0, 8, 0.5))
    record("exponential", {"beta": 0.9}, kinds.ExponentialDecay(1.0, 1, 0.9))
    record("steps", {"every": 7, "beta": 0.5}, kinds.ExponentialDecay(1.0, 7, 0.5, staircase=True))
    record("cosine", {"steps": 50, "floor": 0.0, "warm_up": 0, "first": 0.0}, kinds.CosineDecay(1.0, 50))
    warm = kinds.CosineDecay(0.125, 40, alpha=0.25, warmup_target=1.0, warmup_steps=10)
    record("cosine_warm_up", {"steps": 40, "floor": 0.25, "warm_up": 10, "first": 0.125}, warm)
    return cases


# Losses of epochs for plateaus: falling, staying within 1e-4, rising, noise.
LOSSES = [2.0, 1.5, 1.2, 1.2, 1.19995, 1.3, 1.4, 1.1, 1.1, 1.1, 1.1, 1.09, 1.2, 1.2, 1.2, 1.2, 1.0, 0.5, 0.6, 0.7, 0.8]
LOSSES += [0.9, 0.49995, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.4, 0.4]
PLATEAU_CASES = {
    "patience": {"factor": 0.5, "patience": 3, "min_delta": 1e-4, "cooldown": 0, "min_rate": 0.0},
    "cooldown": {"factor": 0.5, "patience": 2, "min_delta": 1e-4, "cooldown": 3, "min_rate": 0.0},
    "min_rate": {"factor": 0.25, "patience": 1, "min_delta": 0.0, "cooldown": 1, "min_rate": 0.01},
    "min_delta": {"factor": 0.5, "patience": 2, "min_delta": 0.25, "cooldown": 0, "min_rate": 0.0},
    "no_cooldown": {"factor": 0.5, "patience": 2, "min_delta": 1e-4, "cooldown": 0, "min_rate": 0.0},
    "cooldown_of_one": {"factor": 0.5, "patience": 2, "min_delta": 1e-4, "cooldown": 1, "min_rate": 0.0},
    "cooldown_of_two": {"factor": 0.5, "patience": 2, "min_delta": 1e-4, "cooldown": 2, "min_rate": 0.0},
}


def plateaus():
    cases = []
    for title, settings in PLATEAU_CASES.items():
        names = {"min_rate": "min_lr"}
        callback = keras.callbacks.ReduceLROnPlateau(
            monitor="loss", **{names.get(key, key): value for key, value in settings.items()}
        )
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(1.0), "mse")
        callback.set_model(model)
        callback.on_train_begin()
        rates = []
        for epoch, loss in enumerate(LOSSES):
            callback.on_epoch_end(epoch, {"loss": loss})
            rates.append(float(np.asarray(model.optimizer.learning_rate.value)))
        cases.append({"name": title, **settings, "losses": LOSSES, "rates": rates})
    return cases


def main():
    made = {"layers": layers, "losses": losses, "networks": networks, "sgd": sgd, "adam": adam, "optimizers": optimizers}
    for file, make in made.items():
        content = {"origin": ORIGIN}
        for name, dtype in PRECISIONS.items():
            # The default precision, and that of layers, which would stay at the first default.
            keras.config.set_floatx(np.dtype(dtype).name)
            keras.config.set_dtype_policy(np.dtype(dtype).name)
            content[name] = make(name)
        write(f"{file}.json", content)
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    write("schedules.json", {"origin": ORIGIN, "schedules": schedules(), "plateaus": plateaus()})


if __name__ == "__main__":
    main()
