import keras
import numpy as np
from safetensors.numpy import load_file


def build():
    x = inputs = keras.Input((6,), dtype="int32")
    x = keras.layers.Embedding(9, 4, name="embedding")(x)
    x = keras.layers.Conv1D(5, 3, strides=1, padding="causal", dilation_rate=2, groups=1, use_bias=True, name="conv1d")(x)
    x = keras.activations.gelu(x, approximate=True)
    x = keras.layers.LSTM(4, return_sequences=True, name="lstm")(x)
    x1 = x
    x = x1
    x = keras.layers.GRU(2, return_sequences=True, name="both-ahead-gru")(x)
    x2 = x
    x = x1
    x = keras.layers.GRU(2, return_sequences=True, go_backwards=True, name="both-back-gru")(x)
    x = keras.ops.flip(x, 1)
    x3 = x
    x = keras.layers.Concatenate(name="both")([x2, x3])
    x = keras.layers.MultiHeadAttention(2, 2, use_bias=True, name="self_attention")(x, x, use_causal_mask=True)
    x = keras.layers.RMSNormalization(epsilon=1e-6, name="rms_norm")(x)
    x = keras.layers.SimpleRNN(3, return_sequences=True, go_backwards=True, name="rnn")(x)
    x = keras.ops.flip(x, 1)
    x = keras.layers.LayerNormalization(epsilon=1e-4, name="layer_norm")(x)
    x = x[:, -1]
    x = keras.layers.Dense(2, use_bias=True, name="dense")(x)
    return keras.Model(inputs, x, name="Steps")


def load(model, path):
    """Copies the weights of a file that typenet has saved."""
    t = load_file(path)
    model.get_layer("embedding").set_weights([t["embedding.weight"]])
    model.get_layer("conv1d").set_weights([t["conv1d.weight"].transpose(2, 1, 0), t["conv1d.bias"]])
    model.get_layer("lstm").set_weights([t["lstm.weight_ih_l0"].T, t["lstm.weight_hh_l0"].T, t["lstm.bias_ih_l0"] + t["lstm.bias_hh_l0"]])
    model.get_layer("both-ahead-gru").set_weights([t["both.ahead.gru.weight_ih_l0"][np.r_[2:4, :2, 4:6]].T, t["both.ahead.gru.weight_hh_l0"][np.r_[2:4, :2, 4:6]].T, np.stack([t["both.ahead.gru.bias_ih_l0"][np.r_[2:4, :2, 4:6]], t["both.ahead.gru.bias_hh_l0"][np.r_[2:4, :2, 4:6]]])])
    model.get_layer("both-back-gru").set_weights([t["both.back.gru.weight_ih_l0"][np.r_[2:4, :2, 4:6]].T, t["both.back.gru.weight_hh_l0"][np.r_[2:4, :2, 4:6]].T, np.stack([t["both.back.gru.bias_ih_l0"][np.r_[2:4, :2, 4:6]], t["both.back.gru.bias_hh_l0"][np.r_[2:4, :2, 4:6]]])])
    model.get_layer("self_attention").set_weights([t["self_attention.in_proj_weight"][0:4].T.reshape(4, 2, 2), t["self_attention.in_proj_bias"][0:4].reshape(2, 2), t["self_attention.in_proj_weight"][4:8].T.reshape(4, 2, 2), t["self_attention.in_proj_bias"][4:8].reshape(2, 2), t["self_attention.in_proj_weight"][8:12].T.reshape(4, 2, 2), t["self_attention.in_proj_bias"][8:12].reshape(2, 2), t["self_attention.out_proj.weight"].T.reshape(2, 2, 4), t["self_attention.out_proj.bias"]])
    model.get_layer("rms_norm").set_weights([t["rms_norm.weight"]])
    model.get_layer("rnn").set_weights([t["rnn.weight_ih_l0"].T, t["rnn.weight_hh_l0"].T, t["rnn.bias_ih_l0"] + t["rnn.bias_hh_l0"]])
    model.get_layer("layer_norm").set_weights([t["layer_norm.weight"], t["layer_norm.bias"]])
    model.get_layer("dense").set_weights([t["dense.weight"].T, t["dense.bias"]])
