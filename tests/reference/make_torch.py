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
        optimizer.param_groups[0]["lr"] = part["rate"]
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


def descend_by_hand(network, case, rule, *settings):
    arrays = [{key: np.asarray(value) for key, value in layer.items()} for layer in network["parameters"]]
    activations = ["tanh", "relu", None]

    def loss_and_gradient(parameters):
        inputs, pre_activations, logits = by_hand.forward(parameters, activations, np.asarray(network["input"]))
        # No unit comes so near to the kink, in any step, that rounding could decide on which side it is.
        assert np.abs(pre_activations[1]).min() > 1e-4
        loss, grad = by_hand.cross_entropy(logits, np.asarray(network["label"]))
        return loss, by_hand.backward(parameters, activations, inputs, pre_activations, grad)

    return rule(arrays, loss_and_gradient, case["learning_rates"], *settings, "torch", [1, 10, 100])


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


def main():
    recorded = {file: read(f"{file}.json") for file in ("layers", "losses", "networks", "sgd", "adam")}
    for name in PRECISIONS:
        layers(name, recorded["layers"][name])
        losses(name, recorded["losses"][name])
        networks(name, recorded["networks"][name])
    different, adams = (
        {name: make(name, recorded["networks"][name]["classifier"], recorded[file][name]) for name in PRECISIONS}
        for file, make in {"sgd": sgd, "adam": adam}.items()
    )
    # In single precision the forms were compared, but the values add nothing to those in double precision.
    write("sgd_torch.json", {"origin": ORIGIN, "f64": different["f64"]})
    write("adam_torch.json", {"origin": ORIGIN, **adams})


if __name__ == "__main__":
    main()
