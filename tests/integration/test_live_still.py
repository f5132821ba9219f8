# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The live view of a process in which nothing happens: it is not scanned, and what happens is seen."""
import os
import re
import signal
import subprocess
import threading

import pytest

import harness
import test_live
import test_random

SEEDS = range(1, 7)
# By the kernel's number, which mmap does not name.
POPULATE_WRITE = 23
CREATE = """
import ctypes, mmap
size = 8 << 20
m = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
m.madvise(mmap.MADV_NOHUGEPAGE)
x = np.frombuffer(m, dtype="u1")
y = np.zeros(1000)
mprotect = ctypes.CDLL(None, use_errno=True).mprotect
"""
# Looked at ten times a second; a fault's page is taken for settled after a millisecond.
LIMITS = "PAGEWATCH_TEST_LIMITS=fault-ms=1"


class Still(test_live.Live):
    def __init__(self, opened, *steps, options="--interval 0.1", limits=LIMITS, columns=120):
        super().__init__(opened, create=CREATE, steps=steps, columns=columns, rows=30,
                         options=f"--min-size 4M --sort resident {options}")
        self.limits = limits

    def command(self):
        return f"{self.limits} {harness.PROGRAM} -p {self.target.pid} {self.options}"

    def step(self):
        self.target.go()
        self.target.until("READY")

    def ask(self):
        """One more moment."""
        os.kill(self.screen.job(), signal.SIGUSR1)


def still(screen):
    screen.until_text(r"^python3 .* scan \d+s old, cost ")


# What a process does, and what its array's line has then.
CHANGES = {
    "writes": ("x[:1 << 20] = 1", r"__main__.x +8.0M +1.0M"),
    "reads": ("x.sum()", r"__main__.x +8.0M +0 "),
    "populates": (f"m.madvise({POPULATE_WRITE}, 0, 2 << 20)", r"__main__.x +8.0M +2.0M"),
}


@pytest.mark.parametrize("which", CHANGES)
def test_a_change_is_seen_at_once(which, opened):
    step, pattern = CHANGES[which]
    live = Still(opened, step, "m.madvise(mmap.MADV_DONTNEED)")
    screen = live.start()
    screen.until_text(r"__main__.x +8.0M +0 ")
    still(screen)
    live.step()
    screen.until_text(pattern)
    still(screen)
    live.step()
    screen.until_text(r"__main__.x +8.0M +0 ")


def test_mappings_are_read_each_time(opened):
    """mprotect gives no sign but the mapping itself."""
    live = Still(opened, "mprotect(ctypes.c_void_p(x.ctypes.data), 4 << 20, 1)",
                 options="--interval 0.1 --no-python")
    screen = live.start()
    screen.until_text(r"anon [0-9a-f]+ +8.0M +0 ")
    still(screen)
    live.step()
    screen.until(lambda lines: len([line for line in lines if re.search(r"anon \w+ +4.0M +0 ", line)]) == 2)


def read_pages(pid, count):
    """Through /proc: the kernel maps the zero page, and counts neither a fault nor RSS."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
        ranges = [[int(word, 16) for word in line.split()[0].split("-")] for line in maps]
    (start,) = [start for start, end in ranges if end - start == 8 << 20]
    with open(f"/proc/{pid}/mem", "rb") as memory:
        memory.seek(start)
        assert memory.read(count << 12) == bytes(count << 12)


def test_a_whole_scan_compares(opened):
    """What changes a page without any sign is found by the next scan of everything, and is said."""
    live = Still(opened, options="--interval 86400",
                 limits="PAGEWATCH_TEST_LIMITS=fault-ms=1,whole-ms=1")
    screen = live.start()
    screen.until_text(r"__main__.x +8.0M +0 ")
    live.ask()
    screen.until(lambda lines: screen.keys("[") or "PAST" in lines[0])
    screen.keys("Up")  # what is said of steps goes
    for number in (3, 4):
        live.ask()
        lines = screen.until_text(rf"PAST .* of {number}\)")
        assert "changed" not in "\n".join(lines)
    read_pages(live.target.pid, 12)
    live.ask()
    screen.until_text(rf"^pagewatch: process {live.target.pid}: 12 pages had changed without a fault "
                      r"or a call; they were shown as they were before")


def test_a_recording_has_scanned_moments(opened, tmp_path):
    live = Still(opened, options=f"--interval 0.1 --record {tmp_path}/r.pw")
    screen = live.start()
    for _ in range(30):
        live.ask()
    lines = screen.until_text(r"^python3 .* cost \d")
    assert "scan" not in lines[0]


# All reports but the first are made of parts, as the live view's moments are.
PARTS = "whole-scans"


def random_target(opened, how, seed, path, operations=test_random.OPERATIONS):
    target = harness.Target([harness.RANDOM, how, seed, operations, path])
    opened.append(target)
    return target.ready()


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_are_exact(seed, backend, tmp_path, opened):
    """Against the books of a program that maps, moves and touches at random."""
    path = tmp_path / "books.json"
    target = random_target(opened, "--wait", seed, path)
    watch = harness.Watch(target.pid, "--pages", "--backend", backend, hides=PARTS)
    opened.append(watch)
    first = watch.snapshot()
    target.done()
    parts, _ = test_random.check(watch.snapshot(), path, attached=True)
    test_random.check(watch.snapshot(), path, attached=True)
    assert first["processes"][0]["pid"] == parts["pid"]
    assert target.end() == 0
    assert watch.wait() == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_of_a_busy_process(seed, tmp_path, opened):
    """Each look scans everything, and compares it with what the parts would have been."""
    target = random_target(opened, "--plain", seed, tmp_path / "books.json", 6000)
    environment = {**os.environ, "PAGEWATCH_TEST_HIDES": PARTS,
                   "PAGEWATCH_TEST_LIMITS": "whole-ms=1"}
    with subprocess.Popen([harness.PROGRAM, "-p", str(target.pid), "--json", "--interval", "2ms"],
                          env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as watch:
        lines = harness.Lines(watch.stdout)
        looks = [lines.next()]
        reader = threading.Thread(target=lambda: looks.extend(iter(lines.next, None)))
        reader.start()
        target.done()
        assert target.end() == 0
        assert watch.wait(harness.DEADLINE) == 0
        reader.join()
        assert "changed" not in watch.stderr.read().decode()
    assert len(looks) > 5
