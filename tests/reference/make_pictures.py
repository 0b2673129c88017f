"""Images for `tests/integration/images.rs`: python make_pictures.py"""

import numpy as np
import PIL
from PIL import Image

from recording import FOLDER, write

HEIGHT, WIDTH = 9, 12
SMALLER, LARGER, MIXED = (4, 5), (13, 17), (20, 3)
pictures = FOLDER / "pictures"
pictures.mkdir(exist_ok=True)

row, column = np.mgrid[0:HEIGHT, 0:WIDTH]
red = (row * 25 + column * 3) % 256
green = (200 - row * 11 + column * 4) % 256
blue = (row * column * 2 + 10) % 256
colours = np.stack([red, green, blue], axis=-1).astype(np.uint8)
opacity = np.full((HEIGHT, WIDTH, 1), 255, np.uint8)
grey = Image.fromarray(red.astype(np.uint8))
rgb = Image.fromarray(colours)
clear = opacity.copy()
clear[3, 4] = 128

grey.save(pictures / "grey.png")
rgb.save(pictures / "colours.png")
Image.fromarray(np.concatenate([colours, opacity], axis=-1)).save(pictures / "opaque.png")
Image.fromarray(np.concatenate([colours, clear], axis=-1)).save(pictures / "transparent.png")
rgb.quantize(16).save(pictures / "palette.png", bits=4)
Image.fromarray((red * 200).astype(np.uint16)).save(pictures / "words.png")
grey.save(pictures / "grey.jpg", quality=95)
rgb.save(pictures / "colours.jpg", quality=95, subsampling=0)
rgb.save(pictures / "progressive.jpg", quality=90, subsampling=2, progressive=True)


def planes(name):
    """The values of an image, as channels, rows and columns."""
    image = Image.open(pictures / name)
    if image.mode == "P":
        image = image.convert("RGB")
    values = np.asarray(image).astype(np.float64) / (65535 if image.mode.startswith("I") else 255)
    return values[None] if values.ndim == 2 else values.transpose(2, 0, 1)


def resized(values, size):
    # In floats, so that Pillow does not round to bytes after each axis.
    channels = [Image.fromarray(channel.astype(np.float32)).resize(size[::-1], Image.Resampling.BILINEAR) for channel in values]
    return np.stack([np.asarray(channel) for channel in channels])


cases = {path.name: {"values": planes(path.name)} for path in sorted(pictures.iterdir())}
for size in [SMALLER, LARGER, MIXED]:
    cases["colours.png"][f"{size[0]}x{size[1]}"] = resized(planes("colours.png"), size)
cases["words.png"]["4x5"] = resized(planes("words.png"), SMALLER)
write("pictures.json", {"origin": f"Pillow {PIL.__version__}, NumPy {np.__version__}", "pictures": cases})
