# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The live view in a real terminal: keys, sizes, names, colours."""
import os
import re
import signal

import pytest

import harness
import screens

HERE = harness.ROOT / "tests/integration"
ARRAYS = """
x = np.zeros((1000, 1000))
y = np.ones((1000, 1000))
class Model: pass
model = Model()
model.layers = [np.zeros(1 << 18) for i in range(3)]
"""


class Live:
    """A target and a shell in a terminal, in which its live view runs."""

    def __init__(self, opened, create=ARRAYS, steps=(), options="", **terminal):
        self.target = harness.Target([harness.PYTHON, HERE / "live_target.py", create, *steps])
        opened.append(self.target)
        self.target.ready()
        self.screen = screens.Screen(**terminal)
        opened.append(self.screen)
        # In the order of their making, for keys that move by rows.
        self.options = options if "--sort" in options else f"--sort address {options}"

    def command(self):
        return f"{harness.PROGRAM} -p {self.target.pid} --backend none {self.options}"

    def start(self):
        self.screen.enter(f"clear; {self.command()}")
        self.screen.until(lambda lines: lines[0].startswith("python3 (") and "quit" in lines[-1])
        return self.screen


@pytest.fixture(name="live")
def live_view(opened):
    return Live(opened).start()


def names(lines):
    """Of the rows of the list: the first words, without signs."""
    return [re.sub(r"^[ ▾▸]*", "", line).split("  ")[0].split(" ")[0]
            for line in lines[2:-2] if line.strip()]


def test_rows(live):
    lines = live.until_text(r" __main__.x +7.6M +4.0K .* ▁·+$", r" __main__.y +7.6M +7.6M .* █+$",
                            r"^▾ Arrays \(5\)", r"^▸ Libraries \(")
    assert re.match(r"python3 \(\d+\)  RSS \d+M  .*page tables only", lines[0])
    assert lines[1].split() == ["NAME", "SPAN", "RES", "CHANGE/s", "FSHW", "PAGES"]
    assert lines[-1].split()[:4] == ["q", "quit", "?", "help"]


# What is pressed, and what is to be seen then. The view is as it begins each time.
KEYS = {
    "help": (["?"], r"^Keys$"),
    "h": (["h"], r"^Keys$"),
    "F1": (["F1"], r"^Keys$"),
    "help scrolls": (["?", "End"], r"resident, and not touched since"),
    "help back": (["?", "q"], r"^NAME "),
    "help back by Escape": (["?", "Escape"], r"^NAME "),
    "sort": ([">"], r"^Sort by$"),
    "F6": (["F6"], r"^Sort by$"),
    "search": (["/", "l", "i", "b"], r"^Search: lib$"),
    "F3": (["F3"], r"^Search:$"),
    "erase": (["/", "l", "i", "b", "BSpace"], r"^Search: li$"),
    "filter": (["\\", "y", "e"], r"^Filter: ye$"),
    "F4": (["F4"], r"^Filter:$"),
    "filter stays": (["\\", "x", "Enter"], r"^python3 .*only x"),
    "pause": (["p"], r"^python3 .*PAUSED"),
    "messages": (["m"], r"^Messages$"),
    "fold": (["Space"], r"^▸ Arrays"),
    "fold by Enter": (["Enter"], r"^▸ Arrays"),
    "fold by Left": (["Left"], r"^▸ Arrays"),
    "open by Right": (["Left", "Right"], r"^▾ Arrays"),
    "flat": (["t"], r"^libc.so.6 r-x "),
    "F5": (["F5"], r"^libc.so.6 r-x "),
    "fold by -": (["-"], r"^▸ Arrays"),
    "open by +": (["-", "+"], r"^▾ Arrays"),
    "nothing to open": (["Down", "+"], r"^this row holds no other: Enter opens it$"),
    "nothing to fold": (["Down", "Space"], r"^this row holds no other: Enter opens it$"),
    "colours": (["c"], r"^c changes the colours of a row that is open: Enter opens one$"),
    "unused": (["z"], r"^z does nothing here: \? lists the keys$"),
    "unused F2": (["F2"], r"^F2 does nothing here: \? lists the keys$"),
    "unused in help": (["?", "z"], r"^z does nothing here$"),
    "unused in the sort menu": ([">", "z"], r"^z does nothing here$"),
    "of the list": (["Down", "Enter", "/"], r"^that is a key of the list: q goes back to it$"),
    "farthest": (["Down", "Enter", "-"], r"^no farther: all of it is shown$"),
    "nothing searched": (["n"], r"^nothing was searched: / does$"),
    "now": (["p", "F"], r"^this is the last moment$"),
    "not found": (["/", "z", "z", "Enter"], r"^not found: zz$"),
}


@pytest.mark.parametrize("which", KEYS)
def test_keys(which, opened):
    pressed, pattern = KEYS[which]
    screen = Live(opened, columns=80, rows=24, options="--sort resident").start()
    screen.keys(*pressed)
    screen.until_text(pattern)


@pytest.mark.parametrize("pressed,row", [
    (["Down"], 3), (["j", "j"], 4), (["j", "Up"], 2), (["j", "j", "k"], 3), (["PageDown"], 12),
    (["C-f"], 12), (["f"], 12), (["End"], 12), (["G"], 12), (["End", "Home"], 2),
    (["End", "g"], 2), (["End", "PageUp"], 2), (["End", "b"], 2), (["End", "C-b"], 2),
], ids=lambda value: " ".join(value) if isinstance(value, list) else None)
def test_moving(pressed, row, opened):
    screen = Live(opened, rows=40, options="--filter '__main__*'").start()
    # Five arrays and their group.
    screen.keys(*pressed)
    screen.until(lambda lines: screen.cursor_row() == min(row, 7))


def test_sorting(live):
    live.keys(">", "Down", "Down", "Down", "Down", "Enter")
    live.until(lambda lines: names(lines)[4:6] == ["__main__.x", "__main__.y"])
    live.keys("I")
    live.until(lambda lines: names(lines)[1:3] == ["__main__.y", "__main__.x"])


def test_the_largest_is_first(opened):
    """Without --sort, as in htop; y has all of its pages, and does not have the lowest address."""
    live = Live(opened)
    live.options = ""
    screen = live.start()
    screen.until(lambda lines: names(lines)[1:2] == ["__main__.y"])


def test_search_opens_what_is_folded(live):
    def on(name):
        live.until(lambda lines: name in live.cursor_line())
    live.keys("/")
    live.type("libc.so")
    live.keys("Enter")
    on("libc.so.6 r--")
    live.keys("n")
    on("libc.so.6 r-x")
    live.keys("n", "n", "n")
    on("libc.so.6 rw-")
    # Once around, and back.
    live.keys("n")
    on("libc.so.6 r--")
    live.keys("N")
    on("libc.so.6 rw-")


def mouse(screen, button, column, row):
    """As a terminal sends it: button, column and row, from 33 on; 3 is a button that is let go."""
    screen.type(f"\033[M{chr(32 + button)}{chr(33 + column)}{chr(33 + row)}")


def test_the_mouse(live):
    def at(button, column, row):
        mouse(live, button, column, row)
        if button < 64:  # a wheel is not let go
            mouse(live, 3, column, row)
    at(0, 3, 4)
    live.until(lambda lines: live.cursor_row() == 4)
    at(0, 3, 2)
    live.until(lambda lines: live.cursor_row() == 2)
    at(65, 3, 3)
    live.until(lambda lines: live.cursor_row() == 5)
    at(64, 3, 3)
    live.until(lambda lines: live.cursor_row() == 2)
    at(0, 26, 1)  # a title
    live.until(lambda lines: names(lines)[1:3] == ["__main__.y", "__main__.x"])


@pytest.mark.parametrize("button", [0, 1, 2])
def test_a_button_is_let_go(button, opened):
    """What comes alone, and is no key, stops nothing."""
    live = Live(opened, steps=["x[:500] = 1"], options="--interval 50ms --filter '*.x'")
    screen = live.start()
    screen.until_text(r"x +7.6M +4.0K ")
    mouse(screen, button, 3, 3)
    if button == 0:
        screen.until(lambda lines: screen.cursor_row() == 3)
    mouse(screen, 3, 3, 3)
    live.target.go()
    screen.until_text(r"x +7.6M +3.8M ")


def test_many_of_the_mouse_at_once(live):
    """More than ncurses keeps, in one write, in the order in which they came."""
    click = "\033[M ${0}\033[M#${0}".format
    # Never twice at one place, and not where the cursor is at first.
    live.type((click("%") + click("&")) * 2 + "\033[Ma$%" * 2 + "\033[M`$%" + click("$"))
    live.until(lambda lines: live.cursor_row() == 3)


PAGES = {"list": [], "help": ["?"], "sort": [">"], "messages": ["m"], "search": ["/"],
         "filter": ["\\"]}
SIZES = [(40, 15), (300, 80), (80, 24), (41, 16), (120, 40), (200, 50), (20, 5), (80, 24)]


@pytest.mark.parametrize("page", PAGES)
def test_resize(page, opened):
    screen = Live(opened).start()
    screen.keys(*PAGES[page]) if PAGES[page] else None
    foot = screen.until({"list": lambda lines: "quit" in lines[-1],
                         "search": lambda lines: "Search" in lines[-1],
                         "filter": lambda lines: "Filter" in lines[-1],
                         "sort": lambda lines: "choose" in lines[-1]}.get(
                             page, lambda lines: "back" in lines[-1]))[-1].split()[0]
    for columns, rows in SIZES:
        screen.size(columns, rows)
        lines = screen.until(lambda lines: len(lines) == rows and
                             lines[-1].startswith(foot[:columns]) and "python3"[:columns] in lines[0])
        assert all(screens.columns_of(line) <= columns for line in lines)


def test_growth_and_pause(opened):
    live = Live(opened, steps=["x[:500] = 1", "x[:] = 1"], options="--interval 50ms --filter '*.x'")
    screen = live.start()
    screen.until_text(r"x +7.6M +4.0K ")
    live.target.go()
    screen.until_text(r"x +7.6M +3.8M .*█+.*·+$")
    screen.until_text(r"x +7.6M +3.8M +0 ")
    screen.keys("p")
    screen.until_text("PAUSED")
    live.target.go()
    assert live.target.until("READY")
    screen.keys("j", "?", "q")
    screen.until(lambda lines: lines[1].startswith("NAME") and screen.cursor_row() == 3)
    assert re.search(r"x +7.6M +3.8M ", screen.text())
    screen.keys("p")
    screen.until_text(r"x +7.6M +7.6M ")
    assert "PAUSED" not in screen.text()


def test_a_signal_asks_for_a_look(opened):
    live = Live(opened, steps=["x[:500] = 1"], options="--interval 86400 --filter '*.x'")
    screen = live.start()
    screen.until_text(r"x +7.6M +4.0K ")
    live.target.go()
    live.target.until("READY")
    os.kill(screen.job(), signal.SIGUSR1)
    screen.until_text(r"x +7.6M +3.8M ")


def test_ten_thousand_arrays(opened):
    live = Live(opened, create="a = [np.zeros(1024) for i in range(10000)]",
                options="--min-size 4K --interval 10ms", columns=120, rows=40)
    screen = live.start()
    screen.until_text(r"^▾ Arrays \(100\d\d\)")
    screen.keys("/")
    screen.type("a[7777]")
    screen.keys("Enter")
    screen.until(lambda lines: "a[7777]" in screen.cursor_line())
    screen.keys("\\")
    screen.type("a[123")
    screen.until(lambda lines: "a[7777]" not in "\n".join(lines) and
                 sum("a[123" in line for line in lines[3:-2]) == 11)
    # It slows itself down, and says so.
    screen.keys("Enter")
    os.kill(screen.job(), signal.SIGUSR1)
    screen.until(lambda lines: re.search(r"every [0-9.]+s, cost [0-9.]+%$", lines[0]))


NAMES = """
names = {"\\033[2J\\033[H": np.zeros(1 << 17), "a\\nb\\tc\\rd": np.zeros(1 << 17),
         "\\u202ereversed": np.zeros(1 << 17), "e\\u0301\\u0302": np.zeros(1 << 17),
         "\\u200bnothing": np.zeros(1 << 17)}
中文名字 = np.zeros(1 << 17)
שלום = np.zeros(1 << 17)
open("/proc/self/comm", "w").write("\\033[2J\\u4e2d")
"""


def test_hostile_names(opened):
    """Nothing steers the terminal, and all heatmaps begin at one column."""
    live = Live(opened, create=NAMES)
    live.screen.size(100, 30)
    live.screen.enter(f"clear; {live.command()} --filter '__main__*'")

    def of_arrays(lines):
        return [line for line in lines[3:] if " 1.0M 4.0K " in line]
    lines = live.screen.until(lambda lines: len(of_arrays(lines)) == 7 and
                              all(re.search("[▁-█·]$", row) for row in of_arrays(lines)))
    assert lines[0].startswith("\\x1b[2J中 (")
    rows = of_arrays(lines)
    for name in ("__main__.中文名字 ", "__main__.שלום ", "['e\u0301\u0302'] "):
        assert name in "\n".join(rows)
    starts = {screens.columns_of(re.split(r"[▁-█·]", row)[0]) for row in rows}
    assert starts == {screens.columns_of(lines[1].split("PAGES")[0])}


@pytest.mark.parametrize("term,environment,options,colors", [
    ("tmux-256color", {}, "", r"38;5;74"),
    ("screen", {}, "", r"\[3[0-7]m"),
    ("tmux-256color", {"NO_COLOR": "1"}, "", None),
    ("tmux-256color", {}, "--color never", None),
    ("vt100", {}, "", None),
    ("xterm-mono", {}, "", None),
], ids=["256", "8", "NO_COLOR", "never", "vt100", "xterm-mono"])
def test_colors(term, environment, options, colors, opened):
    live = Live(opened, options=options, term=term, **environment)
    screen = live.start()
    screen.until_text(r"__main__.y .*█")
    found = re.findall(r"\033\[[0-9;]*m", screen.colored())
    colored = [code for code in found if re.search(r"\[(.*;)?(3[0-7]|38;[0-9;]+|9[0-7])(;.*)?m", code)]
    if colors:
        assert any(re.search(colors, code) for code in colored), found
    else:
        assert not colored


@pytest.mark.parametrize("term,locale,options,full,absent", [
    ("linux", "C.UTF-8", "", "#", "."),
    ("tmux-256color", "C", "", "#", "."),
    ("tmux-256color", "C.UTF-8", "--signs ascii", "#", "."),
    ("tmux-256color", "C.UTF-8", "--signs braille", "⣿", "·"),
    ("tmux-256color", "C.UTF-8", "", "█", "·"),
], ids=["linux", "no UTF-8", "ascii", "braille", "blocks"])
def test_signs(term, locale, options, full, absent, opened):
    live = Live(opened, options=options, term=term, LC_ALL=locale)
    screen = live.start()
    text = "\n".join(screen.until_text(rf"__main__.y .* {re.escape(full)}+$",
                                       rf"__main__.x .* \S{re.escape(absent)}+$"))
    assert text.isascii() == (full == "#")
    screen.keys("?", "End")
    page = "\n".join(screen.until_text(r"resident, and not touched since"))
    assert page.isascii() == (full == "#")


@pytest.mark.parametrize("words", ["-n 1", "--json -n 1", "-n 1 --detail", "-n 1 | cat",
                                   "-n 1 < /dev/null", "-o /dev/stdout -n 1"])
def test_plain_reports(words, opened):
    """What was printed is there afterwards."""
    live = Live(opened, columns=100, rows=50)
    printed = "\n".join(live.screen.run(f"{live.command()} --filter '*.x' {words}"))
    assert '"pagewatch/1"' in printed if "--json" in words else "RESIDENT" in printed


@pytest.mark.parametrize("term", ["dumb", "nobody-knows-it"])
def test_a_terminal_that_cannot(term, opened):
    """One report follows another, with nothing that steers."""
    live = Live(opened, options="--interval 10ms --filter '*.x'", term=term, rows=70)
    live.screen.enter(f"clear; {live.command()}")
    live.screen.until(lambda lines: sum("__main__.x" in line for line in lines) >= 3)
    assert not live.screen.alternate()
    live.screen.keys("C-c")
    live.screen.until(lambda lines: [line for line in lines if line][-1].endswith("$"))
