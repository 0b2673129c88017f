"""Recomputes in PyTorch what make_keras.py recorded, and records what PyTorch does differently. README.md tells how to
run it.

The differences are in gradient descent, where the velocity does not contain the learning rate, and in Adam, where
epsilon is added after the bias is corrected.
"""

import torch

import by_hand
import numpy as np
from recording import TOLERANCE, agree, read, write

ORIGIN = f"PyTorch {torch.__version__}, made by make_torch.py"
PRECISIONS = {"f64": torch.float64, "f32": torch.float32}

torch.manual_seed(41)


def tensor(name, value, learned=False):
    # From double precision, as a reader of the file would do it.
    return torch.tensor(value, dtype=torch.float64).to(PRECISIONS[name]).requires_grad_(learned)


def compare(what, name, *pairs):
    for index, (computed, recorded) in enumerate(pairs):
        computed = computed.detach().tolist() if isinstance(computed, torch.Tensor) else computed
        agree(f"{what} {name} value {index}", computed, recorded, TOLERANCE[name])


# What Keras recorded.


def layers(name, cases):
    case = cases["dense"]
    x, weight, bias = (tensor(name, case[key], learned=True) for key in ("input", "weight", "bias"))
    output = torch.nn.functional.linear(x, weight, bias)
    output.backward(tensor(name, case["grad_output"]))
    pairs = [(output, "output"), (x.grad, "grad_input"), (weight.grad, "grad_weight"), (bias.grad, "grad_bias")]
    compare("dense", name, *((value, case[key]) for value, key in pairs))

    for kind in ("sigmoid", "tanh", "relu"):
        x = tensor(name, cases[kind]["input"], learned=True)
        output = getattr(torch, kind)(x)
        output.sum().backward()
        compare(kind, name, (output, cases[kind]["output"]), (x.grad, cases[kind]["derivative"]))

    case = cases["softmax"]
    x = tensor(name, case["input"], learned=True)
    output = torch.softmax(x, dim=-1)
    output.backward(tensor(name, case["grad_output"]))
    compare("softmax", name, (output, case["output"]), (x.grad, case["grad_input"]))


def losses(name, cases):
    for case in cases["cross_entropy_from_logits"]:
        logits = tensor(name, case["logits"], learned=True)
        loss = torch.nn.functional.cross_entropy(logits, torch.tensor(case["label"]))
        loss.backward()
        compare(case["name"], name, (loss, case["loss"]), (logits.grad, case["grad_logits"]))
    for case in cases["mean_squared_error"]:
        prediction = tensor(name, case["prediction"], learned=True)
        loss = torch.nn.functional.mse_loss(prediction, tensor(name, case["target"]))
        loss.backward()
        compare(case["name"], name, (loss, case["loss"]), (prediction.grad, case["grad_prediction"]))
    for case in cases["mean_squared_error_of_softmax"]:
        logits = tensor(name, case["logits"], learned=True)
        loss = torch.nn.functional.mse_loss(torch.softmax(logits, dim=-1), tensor(name, case["target"]))
        loss.backward()
        compare(case["name"], name, (loss, case["loss"]), (logits.grad, case["grad_logits"]))


def classifier(parameters, x):
    (w1, b1), (w2, b2), (w3, b3) = parameters
    return torch.relu(torch.tanh(x @ w1.T + b1) @ w2.T + b2) @ w3.T + b3


def regressor(parameters, x):
    (w1, b1), (w2, b2) = parameters
    return torch.sigmoid(x @ w1.T + b1) @ w2.T + b2


def learned(name, case):
    return [[tensor(name, layer[key], learned=True) for key in ("weight", "bias")] for layer in case["parameters"]]


def gradient(parameters):
    return [{"weight": weight.grad.tolist(), "bias": bias.grad.tolist()} for weight, bias in parameters]


def networks(name, cases):
    case = cases["classifier"]
    parameters = learned(name, case)
    logits = classifier(parameters, tensor(name, case["input"]))
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(case["label"]))
    loss.backward()
    answers = [(logits, case["logits"]), (torch.softmax(logits, dim=-1), case["probabilities"]), (loss, case["loss"])]
    compare("classifier", name, *answers, (gradient(parameters), case["gradient"]))

    case = cases["regressor"]
    parameters = learned(name, case)
    prediction = regressor(parameters, tensor(name, case["input"]))
    loss = torch.nn.functional.mse_loss(prediction, tensor(name, case["target"]))
    loss.backward()
    compare("regressor", name, (prediction, case["prediction"]), (loss, case["loss"]), (gradient(parameters), case["gradient"]))


# Gradient descent.


def descend(name, network, case, make_optimizer):
    parameters = learned(name, network)
    x, label = tensor(name, network["input"]), torch.tensor(network["label"])
    optimizer = make_optimizer([value for pair in parameters for value in pair])
    recorded, step = [], 0
    for part in case["learning_rates"]:
        for group in optimizer.param_groups:
            group["lr"] = part["rate"]
        for _ in range(part["steps"]):
            step += 1
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(classifier(parameters, x), label).backward()
            optimizer.step()
            if step in (1, 10, 100):
                loss = torch.nn.functional.cross_entropy(classifier(parameters, x), label).item()
                values = [{"weight": weight.tolist(), "bias": bias.tolist()} for weight, bias in parameters]
                recorded.append({"step": step, "loss": loss, "parameters": values})
    return recorded


def by_hand_of(network):
    """The start, and the loss with its gradient, written out."""
    arrays = [{key: np.asarray(value) for key, value in layer.items()} for layer in network["parameters"]]
    activations = ["tanh", "relu", None]

    def loss_and_gradient(parameters):
        inputs, pre_activations, logits = by_hand.forward(parameters, activations, np.asarray(network["input"]))
        # No unit comes so near to the kink, in any step, that rounding could decide on which side it is.
        assert np.abs(pre_activations[1]).min() > 1e-4
        loss, grad = by_hand.cross_entropy(logits, np.asarray(network["label"]))
        return loss, by_hand.backward(parameters, activations, inputs, pre_activations, grad)

    return arrays, loss_and_gradient


def descend_by_hand(network, case, rule, *settings):
    return rule(*by_hand_of(network), case["learning_rates"], *settings, "torch", [1, 10, 100])


def descend_by_rule(network, case, rule):
    return by_hand.descend(*by_hand_of(network), case["learning_rates"], rule, case["decay"], [1, 10, 100])


def sgd(name, network, keras_cases):
    """The two forms agree as long as the learning rate stays, and differ afterwards. Gives PyTorch's where they differ."""
    cases = []
    for case in keras_cases:
        momentum, nesterov = case["momentum"], case["nesterov"]
        recorded = descend(
            name, network, case, lambda flat: torch.optim.SGD(flat, lr=1.0, momentum=momentum, nesterov=nesterov)
        )
        if len(case["learning_rates"]) == 1:
            agree(case["name"], recorded, case["after"], TOLERANCE[name])
            continue
        agree(case["name"], recorded[:2], case["after"][:2], TOLERANCE[name])
        distance = abs(recorded[2]["parameters"][0]["weight"][0][0] - case["after"][2]["parameters"][0]["weight"][0][0])
        assert distance > 1e-3, "the forms must be told apart"
        expected = descend_by_hand(network, case, by_hand.sgd, momentum, nesterov)
        agree(case["name"], recorded, expected, TOLERANCE[name])
        cases.append({**case, "form": "torch", "after": recorded})
    return cases


# Adam.


def adam(name, network, keras_cases):
    """The same cases with PyTorch's place of epsilon, and with its own default of it."""
    cases = []
    defaults = torch.optim.Adam([torch.zeros(1, requires_grad=True)]).defaults
    assert (defaults["lr"], defaults["betas"], defaults["eps"]) == (0.001, (0.9, 0.999), 1e-8)
    for case in keras_cases:
        epsilon = defaults["eps"] if case["name"] == "defaults" else case["epsilon"]
        case = {**case, "epsilon": epsilon}
        betas = (case["beta1"], case["beta2"])
        recorded = descend(name, network, case, lambda flat: torch.optim.Adam(flat, lr=1.0, betas=betas, eps=epsilon))
        agree(case["name"], recorded, descend_by_hand(network, case, by_hand.adam, *betas, epsilon), TOLERANCE[name])
        if case["name"] == "large_epsilon":
            first = [run[0]["parameters"][0]["weight"][0][0] for run in (recorded, case["after"])]
            assert abs(first[0] - first[1]) > 1e-3, "the forms must be told apart"
        cases.append({**case, "form": "torch", "after": recorded})
    return cases


# The other optimizers.

# What PyTorch has as defaults, or what it alone has, and the learning rates where those of Keras lead too near to the kink.
OF_TORCH = {
    "adagrad_defaults": {"initial": 0.0, "epsilon": 1e-10, "rate": 0.128},
    "adagrad": {"rate_decay": 0.125},
    "rms_prop_defaults": {"rho": 0.99, "epsilon": 1e-8},
    "rms_prop_both": {"rate": 0.0122},
    "adadelta_defaults": {"rho": 0.9, "epsilon": 1e-6},
    "adam_w_defaults": {"epsilon": 1e-8, "decay": {"form": "decoupled", "lambda": 0.01}},
    "adamax_defaults": {"epsilon": 1e-8},
    "nadam_defaults": {"epsilon": 1e-8, "momentum_decay": 0.004, "rate": 0.0176},
    "nadam": {"momentum_decay": 0.25},
}
CLASSES = {"Sgd": torch.optim.SGD, "RmsProp": torch.optim.RMSprop, "Nadam": torch.optim.NAdam}
TORCH_NAMES = {"epsilon": "eps", "initial": "initial_accumulator_value", "rate_decay": "lr_decay"}


def torch_settings(case):
    """The settings of a case by the names of PyTorch."""
    given = {TORCH_NAMES.get(key, key): case[key] for key in case if key in (*TORCH_NAMES, "rho", "momentum", "centered")}
    given.update({key: case[key] for key in ("amsgrad", "momentum_decay") if key in case})
    if "beta1" in case:
        given["betas"] = (case["beta1"], case["beta2"])
    if case["optimizer"] == "RmsProp":
        given["alpha"] = given.pop("rho")
    return given


def optimizers(name, network, keras_cases):
    """The same cases in PyTorch's forms, and with its own defaults; decay is coupled, but that of AdamW."""
    # Also the type of numbers in which NAdam keeps its product.
    torch.set_default_dtype(PRECISIONS[name])
    cases = []
    for case in keras_cases:
        own = dict(OF_TORCH.get(case["name"], {}))
        rate = own.pop("rate", None)
        case = {**case, "form": "torch", **own}
        case["learning_rates"] = [{"steps": 100, "rate": rate}] if rate else case["learning_rates"]
        if case["optimizer"] != "AdamW" and case["decay"]["form"] == "decoupled":
            case["decay"] = {"form": "coupled", "lambda": 0.0625}
        kind = CLASSES.get(case["optimizer"]) or getattr(torch.optim, case["optimizer"])
        given, decay = torch_settings(case), case["decay"]["lambda"]
        if case["name"].endswith("defaults"):
            defaults = kind([torch.zeros(1, requires_grad=True)]).defaults
            assert all(defaults[key] == value for key, value in {**given, "weight_decay": decay}.items()), case["name"]

        def make(flat):
            groups = [{"params": flat[::2], "weight_decay": decay}, {"params": flat[1::2], "weight_decay": 0.0}]
            return kind(groups, lr=1.0, **given)

        recorded = descend(name, network, case, make)
        rule = by_hand.rule(case)
        agree(case["name"], recorded, descend_by_rule(network, case, rule), TOLERANCE[name])
        cases.append({**case, "after": recorded})
    torch.set_default_dtype(torch.float32)
    return cases


# Schedules: the rate at each step, from a largest rate of 1.

STEPS = 60


def rates_of(make):
    parameter = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([parameter], lr=1.0)
    schedule = make(optimizer)
    rates = []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


def schedules(keras_cases):
    kinds, cases = torch.optim.lr_scheduler, []
    same = {
        "exponential": lambda optimizer: kinds.ExponentialLR(optimizer, 0.9),
        "steps": lambda optimizer: kinds.StepLR(optimizer, 7, 0.5),
        # Cosine annealing goes on up after its end; the recorded case ends there.
        "cosine": lambda optimizer: kinds.LambdaLR(optimizer, cosine_until(50)),
    }
    for case in keras_cases:
        if case["name"] in same:
            agree(case["name"], rates_of(same[case["name"]]), case["factors"], TOLERANCE["f64"])
    for title, settings in {
        "one_cycle_defaults": {"steps": STEPS, "rise": 0.3, "first_divisor": 25.0, "last_divisor": 1e4},
        "one_cycle": {"steps": STEPS, "rise": 0.45, "first_divisor": 10.0, "last_divisor": 50.0},
    }.items():

        def make(optimizer):
            return kinds.OneCycleLR(
                optimizer,
                max_lr=1.0,
                total_steps=STEPS + 1,
                pct_start=settings["rise"],
                div_factor=settings["first_divisor"],
                final_div_factor=settings["last_divisor"],
                cycle_momentum=False,
            )

        cases.append({"name": title, **settings, "steps": STEPS + 1, "factors": rates_of(make)})
    return cases


def cosine_until(end):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, end)
    rates = [1.0]
    for _ in range(end):
        optimizer.step()
        schedule.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return lambda step: rates[min(step, end)]


def main():
    recorded = {file: read(f"{file}.json") for file in ("layers", "losses", "networks", "sgd", "adam", "optimizers")}
    for name in PRECISIONS:
        layers(name, recorded["layers"][name])
        losses(name, recorded["losses"][name])
        networks(name, recorded["networks"][name])
    different, adams, others = (
        {name: make(name, recorded["networks"][name]["classifier"], recorded[file][name]) for name in PRECISIONS}
        for file, make in {"sgd": sgd, "adam": adam, "optimizers": optimizers}.items()
    )
    # In single precision the forms were compared, but the values add nothing to those in double precision.
    write("sgd_torch.json", {"origin": ORIGIN, "f64": different["f64"]})
    write("adam_torch.json", {"origin": ORIGIN, **adams})
    write("optimizers_torch.json", {"origin": ORIGIN, **others})
    write("schedules_torch.json", {"origin": ORIGIN, "schedules": schedules(read("schedules.json")["schedules"])})


if __name__ == "__main__":
    main()
