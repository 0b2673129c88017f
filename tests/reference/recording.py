"""Writes recorded values as JSON, and compares two computations of the same values."""

import json
import math
from pathlib import Path

FOLDER = Path(__file__).parent

# Largest difference between two computations, relative to the value, or absolute for values below one.
TOLERANCE = {"f64": 1e-12, "f32": 1e-5}


def write(name, content):
    (FOLDER / name).write_text(text(content, "") + "\n")
    print(f"wrote {name}")


def read(name):
    return json.loads((FOLDER / name).read_text())


def is_nest(value):
    return isinstance(value, (dict, list, tuple)) or getattr(value, "shape", ()) != ()


def text(value, indent):
    """JSON, with a line for each row of numbers. Numbers have the fewest digits that read back as the same bits."""
    deeper = indent + " "
    if getattr(value, "shape", ()) != ():
        value = list(value)
    if isinstance(value, dict):
        items = [f"{json.dumps(key)}: {text(item, deeper)}" for key, item in value.items()]
        if any(is_nest(item) for item in value.values()):
            return "{\n" + ",\n".join(deeper + item for item in items) + f"\n{indent}}}"
        return "{" + ", ".join(items) + "}"
    if isinstance(value, (list, tuple)):
        items = [text(item, deeper) for item in value]
        if any(is_nest(item) for item in value):
            return "[\n" + ",\n".join(deeper + item for item in items) + f"\n{indent}]"
        return "[" + ", ".join(items) + "]"
    if value is None or isinstance(value, (str, bool, int)):
        return json.dumps(value)
    assert math.isfinite(float(value)), "a recorded number is not finite"
    # Also right for single precision, whose shortest digits `json` does not know.
    return str(value)


def agree(what, one, other, tolerance):
    """Fails unless two nests of dictionaries, lists and arrays hold the same numbers up to the tolerance."""
    if isinstance(one, dict):
        for key in one.keys() | other.keys():
            agree(f"{what}.{key}", one[key], other[key], tolerance)
    elif hasattr(one, "__len__") and not isinstance(one, str):
        assert len(one) == len(other), f"{what}: {len(one)} and {len(other)} values"
        for index, (a, b) in enumerate(zip(one, other)):
            agree(f"{what}[{index}]", a, b, tolerance)
    else:
        a, b = float(one), float(other)
        assert abs(a - b) <= tolerance * max(1.0, abs(b)), f"{what}: {a!r} and {b!r}"
