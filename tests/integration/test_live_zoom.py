# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A row that is opened, in a real terminal."""
import re

import pytest

import screens
import test_live
import test_live_ends

# A page of x is the first half of a row, or the second one, but for the 16 bytes in front of it.
CREATE = """
x = np.zeros((2048, 1024))
x[512:1024] = 1
y = np.zeros(1 << 20)
"""


def opened_row(opened, name="x", options="", create=CREATE, steps=(), **terminal):
    """The live view of a target with this row opened."""
    live = test_live.Live(opened, create=create, steps=steps, options=options, **terminal)
    screen = live.start()
    screen.keys("/")
    screen.type(f"__main__.{name}")
    screen.keys("Enter", "Enter")
    screen.until(lambda lines: re.match(rf"__main__\.{re.escape(name)} ", lines[1]) and
                 lines[-1].startswith("q back"))
    return live


# What is pressed, and what is to be seen then. All of x has 13 lines of 157 or 158 rows.
KEYS = {
    "nothing": ([], [r"^__main__.x +16M float64 2048x1024 +\[0:2048, 0:1024\]  cell 158x13$",
                     r"^\[0:157, 0:12\] at [0-9a-f]+-[0-9a-f]+ +157 pages: 156 absent, 1 anon$",
                     r"^resident: x\[512:1024, :\]", r"^by touch  █ resident  ░ zero page  w swapped out",
                     r"· absent$", r"^▁▂▃▄▅▆▇█ share resident$"]),
    "arrows": (["Down", "Right", "Down", "Left", "Right", "Up"], [r"^\[157:315, 12:25\] at "]),
    "letters": (["j", "l", "j", "h", "l", "k"], [r"^\[157:315, 12:25\] at "]),
    "End": (["End"], [r"^\[1890:2048, 1011:1024\] at "]),
    "G g": (["G", "g"], [r"^\[0:157, 0:12\] at "]),
    "nearer": (["+"], [r"\[0:1024, 0:1024\]  cell 79x13$"]),
    "farther": (["+", "+", "-"], [r"\[0:1024, 0:1024\]  cell 79x13$"]),
    "pages": (["+"] * 9, [r"\[0:13, 0:1024\]  cell 1x13$", r"^\[0, 0:12\] at .* +1 page: anon$"]),
    "PgDn": (["+"] * 9 + ["PageDown"], [r"\[13:26, 0:1024\]  cell 1x13$", r"^\[13, 0:12\] at "]),
    "PgUp": (["+"] * 9 + ["C-f", "C-f", "C-b"], [r"\[13:26, 0:1024\]  cell 1x13$"]),
    "colour": (["c"], [r"^by state  █ anon  █ huge  █ file  █ shared  ░ zero page"]),
    "help": (["?", "PageDown"], [r"^ c +colour by touch", r"^Columns$"]),
    "help on the first line": (["?", "PageDown", "PageDown"], [r"^First line$", r"^ cost +the share of one core"]),
    "help back": (["?", "q"], [r"^\[0:157, 0:12\] at "]),
    "messages": (["m"], [r"^Messages$"]),
    "pause": (["p"], [r"^python3 .*PAUSED", r"^\[0:157, 0:12\] at "]),
}


def test_all_of_the_legend(opened):
    """Of the colours of ages there are most: at 120 columns they leave no room for the rest of one line."""
    screen = test_live.Live(opened, columns=120, rows=40, options="--backend tp_btf").start()
    screen.keys("Down", "Enter", "c", "c")
    screen.until_text(r"^by age  █ under 1s .* █ older ", r"▁▂▃▄▅▆▇█ share resident$")


@pytest.mark.parametrize("which", KEYS)
def test_keys(which, opened):
    pressed, patterns = KEYS[which]
    screen = opened_row(opened).screen
    screen.keys(*pressed) if pressed else None
    screen.until_text(*patterns)


@pytest.mark.parametrize("keys", [["q"], ["Escape"], ["Left"], ["l", "h", "h"]],
                         ids=lambda keys: " ".join(keys))
def test_back_to_the_row(keys, opened):
    screen = opened_row(opened).screen
    screen.keys(*keys)
    screen.until(lambda lines: lines[1].startswith("NAME") and
                 "__main__.x" in screen.cursor_line())


def test_pages_of_a_mapping(opened):
    """One dimension has no rows and columns."""
    screen = opened_row(opened, name="y").screen
    screen.until_text(r"page 0:2049  cell 2 pages$", r"^y?\[0:1022\] page 0:2 at ")
    screen.keys("+", "End")
    screen.until_text(r"cell 1 page$", r"page 2048 at ")


def test_the_mouse(opened):
    screen = test_live.Live(opened, create=CREATE, options="--filter '*.x'").start()
    screen.until_text(r"__main__.x ")
    for _ in range(2):
        test_live.mouse(screen, 0, 3, 3)
        test_live.mouse(screen, 3, 3, 3)
    screen.until_text(r"\[0:2048, 0:1024\]")
    test_live.mouse(screen, 0, 8, 5)
    test_live.mouse(screen, 3, 8, 5)
    screen.until_text(r"^\[472:630, 102:115\] at ")
    test_live.mouse(screen, 64, 8, 5)
    screen.until_text(r"\[236:1260, 0:1024\]  cell 79x13$")
    test_live.mouse(screen, 65, 8, 5)
    screen.until_text(r"\[0:2048, 0:1024\]  cell 158x13$")


@pytest.mark.parametrize("keys", [[], ["+", "+", "End"], ["c"]], ids=["all", "a part", "states"])
def test_resize(keys, opened):
    screen = opened_row(opened).screen
    screen.keys(*keys) if keys else None
    for columns, rows in test_live.SIZES:
        screen.size(columns, rows)
        lines = screen.until(lambda lines: len(lines) == rows and
                             lines[-1].startswith("q back  ? help") and
                             lines[1].startswith("__main__.x") and
                             "python3"[:columns] in lines[0])
        assert all(screens.columns_of(line) <= columns for line in lines)


def test_touches(opened):
    """What the kernel counted: the thread, its time, and the causes."""
    live = opened_row(opened, options="--backend auto --interval 50ms",
                      steps=["import threading; t = threading.Thread(target=lambda: x[1024:].fill(1))"
                             "; t.start(); t.join()"])
    screen = live.screen
    live.target.go()
    screen.until_text(r"resident: 2,04\d touched, [0-9,]+ from before the watch$", r"█ touched  █ not touched")
    screen.keys("c", "c", "c", "End")
    lines = screen.until(lambda lines: "1011:1024] at" in " ".join(lines) and
                         re.search(r"█ thread \d+  █ not touched", " ".join(lines)))
    text = " ".join(lines)
    # The cursor's text is wrapped anywhere.
    thread = re.search(r"first touch of the 2.0M around it at [0-9.]+ s by thread (\d+)", text)[1]
    assert f"█ thread {thread} " in text and int(thread) != live.target.pid


def test_an_array_that_goes_away(opened):
    live = opened_row(opened, steps=["del x"], options="--interval 50ms")
    live.target.go()
    lines = live.screen.until_text(r"^closed, as it is gone: __main__.x$", r"^NAME ")
    assert "__main__.x " not in "\n".join(lines[:-2])


def test_the_targets_end(opened):
    before = test_live_ends.Before(opened)
    before.screen.keys("/")
    before.screen.type("__main__.x")
    before.screen.keys("Enter", "Enter")
    before.screen.until(lambda lines: lines[-1].startswith("q back"))
    before.live.target.process.kill()
    assert before.is_back() == [f"pagewatch: process {before.live.target.pid} ended"]
    assert before.status == 0


@pytest.mark.parametrize("row", range(7))
def test_hostile_names(row, opened):
    live = test_live.Live(opened, create=test_live.NAMES, columns=100, rows=30)
    live.screen.enter(f"clear; {live.command()} --filter '__main__*'")
    live.screen.until(lambda lines: sum(" 1.0M 4.0K " in line for line in lines[3:]) == 7)
    live.screen.keys(*["Down"] * (row + 1), "Enter")
    lines = live.screen.until(lambda lines: lines[-1].startswith("q back") and
                              lines[1].startswith("__main__"))
    assert lines[0].startswith("\\x1b[2J中 (")
    assert all(screens.columns_of(line) <= 100 for line in lines)
    assert " 1.0M float64 131072 " in lines[1]


@pytest.mark.parametrize("term,locale,options,full,absent,legend", [
    ("linux", "C.UTF-8", "", "#", ".", "# resident  z zero page"),
    ("tmux-256color", "C", "", "#", ".", "# resident  z zero page"),
    ("tmux-256color", "C.UTF-8", "--signs braille", "⣿", "·", "█ resident  ░ zero page"),
    ("tmux-256color", "C.UTF-8", "--color never", "U", "·", "U resident  ░ zero page"),
    ("vt100", "C", "", "U", ".", "U resident  z zero page"),
], ids=["linux", "no UTF-8", "braille", "no colour", "vt100"])
def test_signs(term, locale, options, full, absent, legend, opened):
    screen = opened_row(opened, options=options, term=term, LC_ALL=locale).screen
    lines = screen.until_text(rf"^{full * 80}$", rf"^{re.escape(absent) * 80}$", f"^by touch  {legend}")
    assert "\n".join(lines).isascii() == (absent == ".")
