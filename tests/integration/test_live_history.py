# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The live view's moments: back, forward, and to now again."""
import os
import re
import signal

import pytest

import test_live

# Nothing is looked at before it is asked for.
ASKED = "--interval 86400 --filter '*.x'"


def ask(live, pattern):
    """One more moment, which has this on the screen."""
    os.kill(live.screen.job(), signal.SIGUSR1)
    return live.screen.until_text(pattern)


@pytest.fixture(name="three")
def three_moments(opened):
    """x has 4 KiB, 3.8 MiB, and all of its 7.6 MiB."""
    live = test_live.Live(opened, steps=["x[:500] = 1", "x[:] = 1"], options=ASKED)
    live.start()
    live.screen.until_text(r"__main__.x +7.6M +4.0K")
    for resident in ("3.8M", "7.6M"):
        live.target.go()
        live.target.until("READY")
        ask(live, rf"__main__.x +7.6M +{resident}")
    return live


def test_back_and_to_now(three):
    screen = three.screen
    assert "PAST" not in screen.text()
    screen.keys("[")
    screen.until_text(r"PAST -\d.* \(2 of 3\)", r"__main__.x +7.6M +3.8M +\+\d", r"^\[ \] step  F now")
    screen.keys(",")
    lines = screen.until_text(r"PAST .*\(1 of 3\)", r"__main__.x +7.6M +4.0K")
    # Nothing is known of what came before it.
    assert not re.search(r"__main__.x +7.6M +4.0K +\+", "\n".join(lines))
    screen.keys("[")
    screen.until_text(r"^this is the first moment")
    screen.keys(".")
    screen.until_text(r"PAST .*\(2 of 3\)", r"__main__.x +7.6M +3.8M")
    screen.keys("F")
    lines = screen.until_text(r"__main__.x +7.6M +7.6M +\+\d", r"^q quit")
    assert "PAST" not in lines[0]
    # By steps, too, and not beyond.
    screen.keys("{")
    screen.until_text(r"\(1 of 3\)")
    screen.keys("]", "]", "]")
    screen.until_text(r"__main__.x +7.6M +7.6M +\+\d", r"^q quit")


def test_new_moments_leave_the_past_on_the_screen(three):
    three.screen.keys("[")
    three.screen.until_text(r"\(2 of 3\)")
    ask(three, r"\(2 of 4\)")
    three.screen.until_text(r"__main__.x +7.6M +3.8M")


def test_an_opened_row(three):
    screen = three.screen
    screen.keys("/")
    screen.type("__main__.x")
    screen.keys("Enter", "Enter")
    screen.until_text(r"^q back", r"1,95\d|7.6M")
    screen.keys("[", "[")
    screen.until_text(r"PAST .*\(1 of 3\)", r"^\[ \] step  F now", r"^__main__.x")
    screen.keys("q")
    screen.until_text(r"\(1 of 3\)", r"^NAME ", r"__main__.x +7.6M +4.0K")


def test_memory_has_a_limit(opened):
    live = test_live.Live(opened, steps=["x[:500] = 1", "x[:] = 1"],
                          options=ASKED + " --history 0")
    live.start()
    live.screen.until_text(r"__main__.x +7.6M +4.0K")
    for resident in ("3.8M", "7.6M"):
        live.target.go()
        live.target.until("READY")
        ask(live, rf"__main__.x +7.6M +{resident}")
    live.screen.keys("[")
    lines = live.screen.until_text(r"^no earlier moment is kept; 2 were thinned out \(--history\)")
    assert "PAST" not in lines[0]
