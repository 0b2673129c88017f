"""Trains a convolutional network in Keras and a perceptron in PyTorch on handwritten digits, writes the former as `.keras` and the
latter as ONNX, and records what both predict for test images. README.md tells how to run it.

    make_trained.py           writes trained_cnn.keras, trained_mlp.onnx and trained.json beside itself
    make_trained.py FOLDER    writes them there
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch
from keras import layers
from sklearn.datasets import load_digits
from torch import nn

from recording import FOLDER, text

SEED = 43
TEST = 300
RECORDED = 12


def data():
    digits = load_digits()
    order = np.random.default_rng(SEED).permutation(len(digits.target))
    inputs, targets = (digits.data / 16).astype("float32")[order], digits.target[order].astype("int64")
    return (inputs[TEST:], targets[TEST:]), (inputs[:TEST], targets[:TEST])


def cnn(folder, train, test):
    keras.utils.set_random_seed(SEED)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(8, 3, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy")
    model.fit(train[0].reshape(-1, 8, 8, 1), train[1], batch_size=32, epochs=4, verbose=0)
    model.optimizer = None
    model.save(folder / "trained_cnn.keras")
    return model.predict(test[0].reshape(-1, 8, 8, 1), verbose=0)


def mlp(folder, train, test):
    torch.manual_seed(SEED)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10), nn.Softmax(1))
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    inputs, targets = map(torch.tensor, train)
    for _ in range(12):
        for batch in torch.randperm(len(targets)).split(32):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model[:-1](inputs[batch]), targets[batch]).backward()
            optimizer.step()
    model.eval()
    # The exporter that needs no further package.
    torch.onnx.export(model, torch.zeros(1, 64), folder / "trained_mlp.onnx", dynamo=False, input_names=["image"], output_names=["digit"])
    with torch.no_grad():
        return model(torch.tensor(test[0])).numpy()


def main(folder):
    train, test = data()
    recorded = {
        "origin": f"Keras {keras.__version__} on {keras.backend.backend()} and PyTorch {torch.__version__}, made by make_trained.py",
        "inputs": test[0][:RECORDED],
    }
    for network in (cnn, mlp):
        predictions = network(folder, train, test)
        accuracy = float((predictions.argmax(1) == test[1]).mean())
        print(f"{network.__name__}: accuracy {accuracy:.3f} on {TEST} images")
        recorded[network.__name__] = {"accuracy": accuracy, "predictions": predictions[:RECORDED]}
    (folder / "trained.json").write_text(text(recorded, "") + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
