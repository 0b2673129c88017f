import keras
from safetensors.numpy import load_file


def build():
    x = inputs = keras.Input((5,))
    x = keras.layers.Dense(4, use_bias=True, name="hidden")(x)
    x = keras.layers.LeakyReLU(negative_slope=0.2, name="leaky_relu")(x)
    x = keras.layers.Dropout(0.5, name="dropout")(x)
    x = keras.layers.Dense(3, use_bias=False, name="output")(x)
    x = keras.layers.Activation("softmax", name="softmax")(x)
    return keras.Model(inputs, x, name="Perceptron")


def load(model, path):
    """Copies the weights of a file that typenet has saved."""
    t = load_file(path)
    model.get_layer("hidden").set_weights([t["hidden.weight"].T, t["hidden.bias"]])
    model.get_layer("output").set_weights([t["output.weight"].T])
