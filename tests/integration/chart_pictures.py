# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Pictures of --png, --svg and --pdf as pixels of half a point, with what the heatmaps of them must be."""
import re
import subprocess
import xml.etree.ElementTree

import harness
import numpy
from PIL import Image

WIDTH, CELLS, CELL, HEIGHT = 1440, 64, 10, 22
LEFT = 1392 - CELLS * CELL  # of the heatmaps
PAPER, ABSENT, ZERO, RESIDENT, TOUCHED = 0xffffff, 0xebebeb, 0x009e73, 0x56b4e9, 0xe69f00
ALARM = 0xb34700
RECTANGLE = re.compile(r"M ([\d.]+) ([\d.]+) L ([\d.]+) \2 L \3 ([\d.]+) L \1 \4 Z M \1 \2 ")
FILL = re.compile(r"fill:rgb\(([\d.]+)%,([\d.]+)%,([\d.]+)%\)")
SVG = "{http://www.w3.org/2000/svg}"


class Picture:
    """Colours, by line from the top."""

    def __init__(self, pixels):
        self.pixels = pixels
        assert pixels.shape[1] == WIDTH

    @classmethod
    def of_image(cls, image):
        parts = numpy.asarray(image.convert("RGB")).astype(int)
        return cls(parts @ [1 << 16, 1 << 8, 1])

    def strips(self):
        """The tops of heatmaps: where a line has nothing else than what they are made of, for 22 lines."""
        parts = numpy.isin(self.pixels[:, LEFT:LEFT + CELLS * CELL], [ABSENT, ZERO, RESIDENT, TOUCHED])
        whole = [bool(line) for line in parts.all(axis=1)]
        tops = [y for y in range(1, len(whole)) if whole[y] and not whole[y - 1]]
        assert all(whole[y:y + HEIGHT + 1] == [True] * HEIGHT + [False] for y in tops)
        return tops

    def cells(self, top):
        """Each as its colours from the bottom up; all columns of a cell are alike."""
        strip = self.pixels[top:top + HEIGHT, LEFT:LEFT + CELLS * CELL][::-1]
        cells = strip.reshape(HEIGHT, CELLS, CELL)
        assert (cells == cells[:, :, :1]).all()
        return [tuple(int(ink) for ink in cells[:, cell, 0]) for cell in range(CELLS)]


def png(path):
    return Picture.of_image(Image.open(path))


def pdf(path):
    """As poppler draws it."""
    subprocess.run(["pdftoppm", "-r", "144", "-png", "-singlefile", path, path.with_suffix(".page")], check=True,
                   timeout=harness.DEADLINE)
    return Picture.of_image(Image.open(path.with_suffix(".page.png")))


def svg(path):
    """Its boxes alone, in their order."""
    root = xml.etree.ElementTree.parse(path).getroot()
    height = round(2 * float(root.get("height").removesuffix("pt")))
    pixels = numpy.full((height, WIDTH), PAPER)
    for shape in root.iter(SVG + "path"):
        fill, box = FILL.search(shape.get("style")), RECTANGLE.fullmatch(shape.get("d"))
        if fill and box:
            left, top, right, bottom = (round(2 * float(edge)) for edge in box.groups())
            red, green, blue = (round(float(part) * 2.55) for part in fill.groups())
            pixels[top:bottom, left:right] = red << 16 | green << 8 | blue
    return Picture(pixels)


READERS = {"png": png, "svg": svg, "pdf": pdf}


def words_of(path):
    """Of a PDF: (middle in half points, left edge in points, word)."""
    done = subprocess.run(["pdftotext", "-bbox", path, "-"], stdout=subprocess.PIPE, check=True,
                          timeout=harness.DEADLINE)
    root = xml.etree.ElementTree.fromstring(done.stdout)
    return [(float(word.get("yMin")) + float(word.get("yMax")), float(word.get("xMin")), word.text)
            for word in root.iter("{http://www.w3.org/1999/xhtml}word")]


def text_of(path):
    done = subprocess.run(["pdftotext", "-layout", path, "-"], stdout=subprocess.PIPE, check=True, text=True,
                          timeout=harness.DEADLINE)
    return done.stdout


def line_at(words, top):
    """What stands left of a heatmap."""
    return " ".join(word for middle, left, word in sorted(words, key=lambda one: one[1])
                    if top <= middle < top + HEIGHT + 4 and left < LEFT / 2)


def cell_of(heat, number):
    """A cell of JSON as colours from the bottom up; a heatmap of fewer cells is stretched."""
    at = number * heat["cells"] // CELLS
    pages, resident, zero, touched = (heat[key][at] for key in ("pages", "resident", "zero", "touched"))
    blue = max(resident * HEIGHT // pages, 1 if resident else 0)
    green = max((resident + zero) * HEIGHT // pages, 1 if resident + zero else 0)
    if zero and green == blue:
        # One page shows, and what is not there shows as well.
        blue, green = (blue, green + 1) if green + 1 < HEIGHT else (blue - 1, green)
    return tuple([TOUCHED if touched else RESIDENT] * blue + [ZERO] * (green - blue) + [ABSENT] * (HEIGHT - green))


def cells_of(heat):
    return [cell_of(heat, number) for number in range(CELLS)]


def size(count):
    """As format_bytes() has it."""
    if count < 1024:
        return f"{count} B"
    for power, unit in enumerate(["KiB", "MiB", "GiB", "TiB"], 1):
        tenths = (count * 10 + 1024 ** power // 2) // 1024 ** power
        if tenths < 10240:
            break
    return f"{tenths // 10}.{tenths % 10} {unit}"
