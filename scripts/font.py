"""Writes `src/plot/dejavu_sans.ttf`, the font of pictures: a subset of DejaVu Sans.

Run from the root of the repository, with fonttools installed and the path of DejaVuSans.ttf, version 2.37:

    python scripts/font.py path/to/DejaVuSans.ttf
"""

import sys

from fontTools import subset

CHARACTERS = [
    (0x20, 0x7E),  # ASCII
    (0xA0, 0x17F),  # Latin
    (0x370, 0x3FF),  # Greek
    (0x400, 0x45F),  # Cyrillic
    (0x2010, 0x2015),  # dashes
    (0x2018, 0x201E),  # quotation marks
    (0x2020, 0x2022),
    (0x2026, 0x2026),
    (0x2030, 0x2030),
    (0x2032, 0x2033),  # primes
    (0x2070, 0x208E),  # superscripts and subscripts
    (0x20AC, 0x20AC),
    (0x2190, 0x2199),  # arrows
    (0x2200, 0x2265),  # mathematics
    (0x2713, 0x2717),
    (0x25A0, 0x25FF),  # shapes
    (0xFFFD, 0xFFFD),
]

options = subset.Options()
options.hinting = False
options.layout_features = []
options.notdef_outline = True
options.recalc_timestamp = False
options.drop_tables += ["GPOS", "GSUB", "GDEF", "FFTM", "gasp", "MATH"]
font = subset.load_font(sys.argv[1], options)
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=[code for low, high in CHARACTERS for code in range(low, high + 1)])
subsetter.subset(font)
subset.save_font(font, "src/plot/dejavu_sans.ttf", options)
