# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A screen of a terminal as SVG. Blocks are boxes, so that no font leaves gaps between them."""
import re
from xml.sax.saxutils import escape

WIDTH, HEIGHT, MARGIN = 8, 17, 12
PAPER, INK = "#16181b", "#e6e6e6"
BASIC = ["#16181b", "#d55e00", "#009e73", "#e69f00", "#0072b2", "#cc79a7", "#56b4e9", "#e6e6e6",
         "#5c5c5c", "#ff9a57", "#3fcf9f", "#f0e442", "#56b4e9", "#e3a7c8", "#9cd3f4", "#ffffff"]
PLAIN = {"ink": None, "paper": None, "bold": False, "dim": False, "reverse": False, "under": False}
SHADES = {"░": 0.3, "▒": 0.5, "▓": 0.75}


def indexed(number):
    """One of a terminal's 256 colours."""
    if number < 16:
        return BASIC[number]
    if number >= 232:
        return "#" + f"{8 + 10 * (number - 232):02x}" * 3
    parts = [(number - 16) // 36, (number - 16) // 6 % 6, (number - 16) % 6]
    return "#" + "".join(f"{55 + 40 * part if part else 0:02x}" for part in parts)


def styled(style, codes):
    """What SGR codes make of a style."""
    codes, style = [int(code or 0) for code in codes.split(";")], dict(style)
    while codes:
        code = codes.pop(0)
        if code == 0:
            style = dict(PLAIN)
        elif code in (38, 48):
            kind = codes.pop(0)
            colour = indexed(codes.pop(0)) if kind == 5 else "#" + "".join(f"{codes.pop(0):02x}" for _ in range(3))
            style["ink" if code == 38 else "paper"] = colour
        elif code in (39, 49):
            style["ink" if code == 39 else "paper"] = None
        elif code // 10 in (3, 4, 9, 10):
            style["ink" if code // 10 in (3, 9) else "paper"] = BASIC[code % 10 + (8 if code >= 90 else 0)]
        else:
            for name, on, offs in (("bold", 1, (22,)), ("dim", 2, (22,)), ("under", 4, (24,)), ("reverse", 7, (27,))):
                if code == on or code in offs:
                    style[name] = code == on
    return style


def cells_of(lines):
    """Of each line: [(letter, style)]; tmux tells attributes where they change, also from line to line."""
    style, rows = dict(PLAIN), []
    for line in lines:
        row = []
        for codes, letter in re.findall(r"\033\[([\d;]*)m|([^\033])", line):
            if letter:
                row.append((letter, style))
            else:
                style = styled(style, codes)
        rows.append(row)
    return rows


def colours(style):
    ink, paper = style["ink"] or INK, style["paper"] or PAPER
    return (paper, ink) if style["reverse"] else (ink, paper)


def runs(row, kind):
    """(first column, letters, style) of neighbours of one kind."""
    found = []
    for column, (letter, style) in enumerate(row):
        if found and found[-1][2:] == (style, kind(letter)) and found[-1][0] + len(found[-1][1]) == column:
            found[-1] = (found[-1][0], found[-1][1] + letter, style, kind(letter))
        else:
            found.append((column, letter, style, kind(letter)))
    return [run[:3] for run in found]


def box(x, y, width, height, colour, more=""):
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{colour}"{more}/>'


def block(letter, x, y, width, colour):
    """A run of one block element; heatmaps below each other do not touch."""
    whole = HEIGHT - 1
    if letter in SHADES:
        return box(x, y + 1, width, whole, colour, f' fill-opacity="{SHADES[letter]}"')
    eighths = ord(letter) - 0x2580
    high = whole * eighths / 8 if eighths else whole / 2
    return box(x, y + 1 if not eighths else y + HEIGHT - high, width, high, colour)


def is_block(letter):
    return "\u2580" <= letter <= "\u2588" or letter in SHADES


def draw_row(row, y):
    shapes = []
    for column, letters, style in runs(row, lambda letter: True):
        paper = colours(style)[1]
        if paper != PAPER:
            shapes.append(box(MARGIN + column * WIDTH, y, len(letters) * WIDTH, HEIGHT, paper))
    for column, letters, style in runs(row, lambda letter: letter if is_block(letter) else letter == " "):
        ink, x = colours(style)[0], MARGIN + column * WIDTH
        if is_block(letters[0]):
            shapes.append(block(letters[0], x, y, len(letters) * WIDTH, ink))
        elif letters.strip():
            more = (' font-weight="bold"' if style["bold"] else "") + (' fill-opacity="0.65"' if style["dim"] else "")
            shapes.append(f'<text x="{x}" y="{y + 13}" textLength="{len(letters) * WIDTH}" fill="{ink}"{more}>'
                          f"{escape(letters)}</text>")
    return shapes


def svg(lines, columns):
    """lines: as tmux captures them with attributes."""
    width, height = columns * WIDTH + 2 * MARGIN, len(lines) * HEIGHT + 2 * MARGIN
    shapes = [shape for number, row in enumerate(cells_of(lines))
              for shape in draw_row(row, MARGIN + number * HEIGHT)]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"',
        ' font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="13" shape-rendering="crispEdges">',
        box(0, 0, width, height, PAPER, ' rx="8"'), *shapes, "</svg>", ""])
