import keras
from safetensors.numpy import load_file


def build():
    x = inputs = keras.Input((9, 8, 2))
    x = keras.layers.ZeroPadding2D(((1, 1), (0, 0)), name="pad")(x)
    x = keras.layers.Conv2D(4, (3, 2), strides=(2, 1), padding="valid", dilation_rate=1, groups=2, use_bias=True, name="first")(x)
    x = keras.layers.BatchNormalization(epsilon=1e-5, momentum=1 - 0.1, name="batch_norm")(x)
    x = keras.layers.Activation("relu", name="relu")(x)
    x = keras.layers.MaxPooling2D(2, strides=1, padding="valid", name="max_pool2d")(x)
    x = keras.layers.Conv2D(6, 3, strides=1, padding="same", dilation_rate=1, groups=1, use_bias=False, name="conv2d")(x)
    x = keras.layers.Activation("hard_silu", name="hard_silu")(x)
    x = keras.layers.PReLU(shared_axes=[1, 2], name="p_relu")(x)
    x = keras.layers.UpSampling2D((2, 1), interpolation="nearest", name="upsample")(x)
    x = keras.layers.AveragePooling2D(3, strides=2, padding="valid", name="avg_pool2d")(x)
    x = keras.layers.GroupNormalization(3, epsilon=1e-5, name="group_norm")(x)
    x = keras.layers.Conv2DTranspose(2, 2, strides=2, padding="valid", use_bias=True, name="conv_transpose2d")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    x = keras.layers.LayerNormalization(epsilon=1e-5, name="layer_norm")(x)
    x = keras.layers.Dense(3, use_bias=True, name="output")(x)
    return keras.Model(inputs, x, name="Pictures")


def load(model, path):
    """Copies the weights of a file that typenet has saved."""
    t = load_file(path)
    model.get_layer("first").set_weights([t["first.weight"].transpose(2, 3, 1, 0), t["first.bias"]])
    model.get_layer("batch_norm").set_weights([t["batch_norm.weight"], t["batch_norm.bias"], t["batch_norm.running_mean"], t["batch_norm.running_var"]])
    model.get_layer("conv2d").set_weights([t["conv2d.weight"].transpose(2, 3, 1, 0)])
    model.get_layer("p_relu").set_weights([t["p_relu.weight"].reshape(1, 1, -1)])
    model.get_layer("group_norm").set_weights([t["group_norm.weight"], t["group_norm.bias"]])
    model.get_layer("conv_transpose2d").set_weights([t["conv_transpose2d.weight"].transpose(2, 3, 1, 0), t["conv_transpose2d.bias"]])
    model.get_layer("layer_norm").set_weights([t["layer_norm.weight"].reshape(2, 6, 4).transpose(1, 2, 0).reshape(-1), t["layer_norm.bias"].reshape(2, 6, 4).transpose(1, 2, 0).reshape(-1)])
    model.get_layer("output").set_weights([t["output.weight"].T.reshape(2, 6, 4, 3).transpose(1, 2, 0, 3).reshape(-1, 3), t["output.bias"]])
