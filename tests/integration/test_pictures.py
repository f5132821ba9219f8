# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The pictures of README.md: they are there, `make pictures` makes them, and an SVG has a screen's text and colours."""
import re
import subprocess
import xml.etree.ElementTree

import chart_pictures
import harness
import pytest
import terminal_picture
from PIL import Image

FOLDER = harness.ROOT / "docs/pictures"
SVG = "{http://www.w3.org/2000/svg}"


def test_readme_shows_each_picture():
    shown = re.findall(r"\(docs/pictures/([\w.]+)\)", (harness.ROOT / "README.md").read_text())
    assert set(shown) == {path.name for path in FOLDER.iterdir()} == {"live.svg", "zoom.svg", "page.png", "run.png"}
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 1 << 19


def shapes_of(lines):
    root = xml.etree.ElementTree.fromstring(terminal_picture.svg(lines, 20))
    return [(shape.tag.removeprefix(SVG), shape.attrib, shape.text) for shape in root][1:]


def test_a_screen_keeps_its_text_and_colours():
    lines = [
        "\033[1mab\033[0m  <\033[7m&\033[0m",
        "\033[38;5;214m█▄\033[0m·\033[38;2;1;2;3mx\033[48;5;16m \033[0m"]
    shapes = shapes_of(lines)
    assert [text for kind, _, text in shapes if kind == "text"] == ["ab", "<", "&", "·", "x"]
    bold, less, amp, _, blue = [at for kind, at, _ in shapes if kind == "text"]
    assert bold["font-weight"] == "bold" and (bold["x"], bold["y"]) == ("12", "25") and less["x"] == str(12 + 4 * 8)
    assert amp["fill"] == terminal_picture.PAPER and blue["fill"] == "#010203" and blue["y"] == "42"
    boxes = [[at[key] for key in ("x", "y", "width", "height", "fill")] for kind, at, _ in shapes if kind == "rect"]
    assert boxes == [["52", "12", "8", "17", terminal_picture.INK],
                     ["44", "29", "8", "17", "#000000"],
                     ["12", "30", "8", "16", "#ffaf00"], ["20", "38", "8", "8", "#ffaf00"]]


@pytest.mark.root
def test_the_pictures_are_made(tmp_path):
    done = subprocess.run([harness.ROOT / "tests/tools/pictures", tmp_path], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, timeout=2 * harness.DEADLINE)
    assert done.returncode == 0, done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in FOLDER.iterdir()}
    for name in ("live", "zoom"):
        root = xml.etree.ElementTree.parse(tmp_path / f"{name}.svg").getroot()
        text = " ".join(shape.text for shape in root.iter(SVG + "text"))
        assert "__main__.history" in text and "python3 (" in text
        assert {at.get("fill") for at in root.iter(SVG + "rect")} > {terminal_picture.PAPER, terminal_picture.INK}
    assert len(chart_pictures.png(tmp_path / "run.png").strips()) == 6
    page = Image.open(tmp_path / "page.png").convert("RGB")
    assert (0xe6, 0x9f, 0) in {colour for _, colour in page.getcolors(1 << 20)}
