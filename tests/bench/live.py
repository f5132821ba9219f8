# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Which share of a core the live view takes, in a terminal, at ten looks a second."""
import os
import subprocess
import sys
import time

from tools import PAGEWATCH, ROOT, BenchError, find

sys.path.insert(0, os.path.join(ROOT, "tests/integration"))

PYTHON = "/usr/bin/python3"
TARGET = os.path.join(ROOT, "tests/bench/live_target.py")
# The first looks are ahead of their share, which is then paid back; and each 30 s everything is scanned.
SETTLE_SECONDS = 10
WINDOW_SECONDS = 60


def cpu_seconds(pid):
    """Of all its threads (the kernel's number of a process's clock)."""
    return time.clock_gettime((~pid << 3) | 2)


def watched(pid):
    """Percent of a core."""
    find("tmux", "tmux")
    import screens  # pylint: disable=import-outside-toplevel
    screen = screens.Screen(columns=120, rows=40)
    try:
        screen.enter(f"clear; {PAGEWATCH} -p {pid} --interval 0.1")
        # What is not seen was not drawn.
        screen.until_text(r"^python3 \(.* RSS 16\.?\d?G .* cost ")
        view = screen.job()
        time.sleep(SETTLE_SECONDS)
        start, cpu = time.monotonic(), cpu_seconds(view)
        time.sleep(WINDOW_SECONDS)
        share = (cpu_seconds(view) - cpu) / (time.monotonic() - start)
        screen.keys("q")
        screen.until(lambda lines: "$" in lines[0])
    finally:
        screen.close()
    return 100 * share


def share_of_core(kind):
    """Of the live view of one of the programs."""
    with subprocess.Popen([PYTHON, TARGET, kind], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as target:
        try:
            ready = target.stdout.readline().split()
            if ready[:1] != ["READY"]:
                raise BenchError("the program of the live view did not start")
            return watched(int(ready[1]))
        finally:
            target.kill()


def measure():
    return {"live_percent": {kind: share_of_core(kind) for kind in ("rest", "busy")}}
