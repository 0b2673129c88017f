import keras
from safetensors.numpy import load_file


def build():
    x = inputs = keras.Input((6, 6, 2))
    x1 = x
    x = keras.layers.ZeroPadding2D(1)(x)
    x = keras.layers.Conv2D(4, 3, strides=1, padding="valid", dilation_rate=1, groups=1, use_bias=True, name="block-conv")(x)
    x = keras.layers.Activation("tanh", name="block-tanh")(x)
    x2 = x
    x = x1
    x = keras.layers.Conv2D(4, 1, strides=1, padding="valid", dilation_rate=1, groups=1, use_bias=True, name="block-shortcut")(x)
    x = keras.layers.Add(name="block")([x2, x])
    x = keras.layers.BatchNormalization(epsilon=1e-5, momentum=1 - 0.1, name="blocks-0-norm")(x)
    x3 = x
    x = keras.layers.ZeroPadding2D(1)(x)
    x = keras.layers.Conv2D(4, 3, strides=1, padding="valid", dilation_rate=1, groups=1, use_bias=True, name="blocks-0-inner-conv")(x)
    x = keras.layers.Activation("relu", name="blocks-0-inner-relu")(x)
    x4 = x
    x = x3
    x = keras.layers.Add(name="blocks-0-inner")([x4, x])
    x = keras.layers.BatchNormalization(epsilon=1e-5, momentum=1 - 0.1, name="blocks-1-norm")(x)
    x5 = x
    x = keras.layers.ZeroPadding2D(1)(x)
    x = keras.layers.Conv2D(4, 3, strides=1, padding="valid", dilation_rate=1, groups=1, use_bias=True, name="blocks-1-inner-conv")(x)
    x = keras.layers.Activation("relu", name="blocks-1-inner-relu")(x)
    x6 = x
    x = x5
    x = keras.layers.Add(name="blocks-1-inner")([x6, x])
    x7 = x
    x = x7
    x = keras.layers.Conv2D(2, 1, strides=1, padding="valid", dilation_rate=1, groups=1, use_bias=True, name="paths-small-conv2d")(x)
    x8 = x
    x = x7
    x = keras.layers.ZeroPadding2D(1)(x)
    x = keras.layers.Conv2D(3, 3, strides=1, padding="valid", dilation_rate=1, groups=1, use_bias=True, name="paths-large-conv2d")(x)
    x = keras.layers.Activation("silu", name="paths-large-silu")(x)
    x9 = x
    x = x7
    x10 = x
    x = keras.layers.Concatenate(name="paths")([x8, x9, x10])
    x = keras.layers.GlobalAveragePooling2D(name="global_avg_pool2d")(x)
    x11 = x
    x = x11
    x = keras.layers.Dense(3, use_bias=True, name="sums-a-dense")(x)
    x = keras.layers.Activation("gelu", name="sums-a-gelu")(x)
    x12 = x
    x = x11
    x = keras.layers.Dense(3, use_bias=True, name="sums-b-dense")(x)
    x13 = x
    x = keras.layers.Add(name="sums")([x12, x13])
    x = keras.layers.Activation("softmax", name="softmax")(x)
    return keras.Model(inputs, x, name="Connected")


def load(model, path):
    """Copies the weights of a file that typenet has saved."""
    t = load_file(path)
    model.get_layer("block-conv").set_weights([t["block.conv.weight"].transpose(2, 3, 1, 0), t["block.conv.bias"]])
    model.get_layer("block-shortcut").set_weights([t["block.shortcut.weight"].transpose(2, 3, 1, 0), t["block.shortcut.bias"]])
    model.get_layer("blocks-0-norm").set_weights([t["blocks.0.norm.weight"], t["blocks.0.norm.bias"], t["blocks.0.norm.running_mean"], t["blocks.0.norm.running_var"]])
    model.get_layer("blocks-0-inner-conv").set_weights([t["blocks.0.inner.conv.weight"].transpose(2, 3, 1, 0), t["blocks.0.inner.conv.bias"]])
    model.get_layer("blocks-1-norm").set_weights([t["blocks.1.norm.weight"], t["blocks.1.norm.bias"], t["blocks.1.norm.running_mean"], t["blocks.1.norm.running_var"]])
    model.get_layer("blocks-1-inner-conv").set_weights([t["blocks.1.inner.conv.weight"].transpose(2, 3, 1, 0), t["blocks.1.inner.conv.bias"]])
    model.get_layer("paths-small-conv2d").set_weights([t["paths.small.conv2d.weight"].transpose(2, 3, 1, 0), t["paths.small.conv2d.bias"]])
    model.get_layer("paths-large-conv2d").set_weights([t["paths.large.conv2d.weight"].transpose(2, 3, 1, 0), t["paths.large.conv2d.bias"]])
    model.get_layer("sums-a-dense").set_weights([t["sums.a.dense.weight"].T, t["sums.a.dense.bias"]])
    model.get_layer("sums-b-dense").set_weights([t["sums.b.dense.weight"].T, t["sums.b.dense.bias"]])
