"""Records transformer encoders from PyTorch's `TransformerEncoder`, with normalization before or after each block.

pip install torch numpy safetensors
"""

import numpy as np
import torch
from safetensors.torch import save_file

import recording
from torch_recording import draw, drawn, origin, recorded

SAMPLES = 2
# Steps, features, heads, features between the two products, layers, activation, whether normalization comes before the blocks.
CASES = {
    "before": (7, 6, 3, 10, 2, "gelu", True),
    "after": (5, 4, 2, 9, 1, "relu", False),
}


def network(name, dtype, generator):
    _, features, heads, hidden, layers, activation, is_before = CASES[name]
    layer = torch.nn.TransformerEncoderLayer(
        features, heads, hidden, dropout=0.0, activation=activation, batch_first=True, norm_first=is_before
    )
    norm = torch.nn.LayerNorm(features) if is_before else None
    return drawn(torch.nn.TransformerEncoder(layer, layers, norm, enable_nested_tensor=False), dtype, generator)


def cases(precision):
    dtype = getattr(torch, precision)
    found = {}
    for seed, (name, (steps, features, *_)) in enumerate(CASES.items()):
        generator = np.random.default_rng(seed)
        made = network(name, dtype, generator)
        x = draw(generator, SAMPLES, steps, features)
        output = made(torch.tensor(x, dtype=dtype))
        found[name] = recorded(x, output, made.named_parameters(), generator)
    return found


recording.write("transformer.json", {"origin": origin("make_transformer.py"), "f64": cases("float64"), "f32": cases("float32")})
made = network("before", torch.float32, np.random.default_rng(0))
save_file(made.state_dict(), recording.FOLDER / "weights_torch_transformer.safetensors")
