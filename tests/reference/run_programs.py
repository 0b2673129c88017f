"""Runs the programs that typenet has written for Keras and PyTorch, with the weights that it has saved, and compares the predictions.
README.md tells how to run it.

    run_programs.py FOLDER    reads what the ignored test of tests/integration/programs.rs has written there
"""

import importlib.util
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy as np

TOLERANCE = 1e-6


def program(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def of_torch(module, name, inputs, weights):
    import torch

    (network,) = [value for key, value in vars(module).items() if key.lower() == name]
    network = network().eval()
    module.load(network, weights)
    with torch.no_grad():
        return network(torch.tensor(inputs)).numpy()


def of_keras(module, name, inputs, weights):
    import keras

    model = module.build()
    module.load(model, weights)
    if inputs.ndim == 4:
        inputs = np.moveaxis(inputs, 1, -1)
    return keras.ops.convert_to_numpy(model(keras.ops.convert_to_tensor(inputs), training=False))


def main(folder):
    for path in sorted(folder.glob("*.json")):
        recorded = json.loads(path.read_text())
        inputs = np.array(recorded["inputs"])
        inputs = inputs.astype("float32") if inputs.dtype == "float64" else inputs
        for library, run in (("torch", of_torch), ("keras", of_keras)):
            module = program(folder / f"{path.stem}_{library}.py")
            found = run(module, path.stem, inputs, folder / f"{path.stem}.safetensors")
            difference = np.abs(found - np.array(recorded["predictions"])).max()
            assert difference < TOLERANCE, f"{path.stem} in {library}: {difference}"
            print(f"{path.stem} in {library}: at most {difference:.1e}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
