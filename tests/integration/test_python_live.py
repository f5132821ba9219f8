# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A Python that makes, changes and drops arrays while pagewatch looks."""
import mmap
import os
import re
import signal
import statistics
import subprocess
import time

import harness
import pytest
import test_python

LONG_VENVS = [pytest.param(venv, marks=pytest.mark.long) for venv in test_python.venvs()]


@pytest.fixture(scope="module", params=[test_python.DEBIAN, *LONG_VENVS],
                ids=test_python.name_of)
def python(request, tmp_path_factory):
    """Debian's interpreter; those of the pyenv root in the long suite alone."""
    return test_python.interpreter_of(request.param, tmp_path_factory)


# Each kind of array has a dtype of its own, and a shape that follows a rule.
MUTATOR = """
import random, sys, threading
import numpy as np
print("READY", flush=True)
sys.stdin.readline()
class Holder: pass
listed, keyed, held = [None] * 500, {}, Holder()
grown = [np.zeros(7, "c16") for _ in range(50)]
def pairs(n):
    listed[n * 7 % 500] = np.zeros((n, n + 1), "f8")
def cubes(n):
    keyed[n % 97] = np.zeros((n, 2 * n, 3), "i2")
    if n == 7: keyed.clear()
def views(n):
    setattr(held, f"x{n % 31}", np.zeros((n, n + 5), "f4")[::-1, ::-1].T)
    if n == 9: held.__dict__.clear()
def resized(n):
    grown[n % 50].resize(7 * n, refcheck=False)
def queued(n):
    listed.append(np.zeros((n, 1, 2, n), "u1")) if len(listed) < 900 else listed.__delitem__(
        slice(500, None))
def churn(step, chance):
    while not stop:
        step(chance.randrange(1, 40))
stop = False
threads = [threading.Thread(target=churn, args=(step, random.Random(seed)))
           for seed, step in enumerate([pairs, cubes, views, resized, queued])]
for thread in threads: thread.start()
print("STARTED", flush=True)
sys.stdin.readline()
stop = True
for thread in threads: thread.join()
"""


def is_whole(row):
    """Whether an array of the mutator is one that it could have made."""
    shape, strides, span = row["shape"], row["strides"], int(row["end"], 16) - int(row["start"], 16)
    if row["dtype"] == "float64":
        n = shape[0]
        return (shape == [n, n + 1] and strides == [8 * (n + 1), 8] and span == 8 * n * (n + 1)
                and row["owndata"])
    if row["dtype"] == "int16":
        n = shape[0]
        return (shape == [n, 2 * n, 3] and strides == [12 * n, 6, 2] and span == 12 * n * n
                and row["owndata"])
    if row["dtype"] == "complex128":
        return len(shape) == 1 and shape[0] % 7 == 0 and strides == [16] and \
            span == 16 * shape[0] == row["nbytes"]
    if row["dtype"] == "uint8":
        n = shape[0]
        return shape == [n, 1, 2, n] and strides == [2 * n, 2 * n, n, 1] and span == 2 * n * n
    return row["dtype"] == "float32" and any(
        is_whole_view(row, n, [shape, strides]) for n in (min(shape), min(shape) - 5))


def is_whole_view(row, n, fields):
    """The owner, its view with both axes reversed, or the transposed view of that.

    numpy writes the axes of a transposed array one after the other. Nothing refers to it before
    that is done, but its object is there, even for a look at a stopped target: without a name.
    """
    made = [[n, n + 5], [4 * (n + 5), 4]]
    turned = [[n + 5, n], [-4, -4 * (n + 5)]]
    if row["owndata"]:
        return fields == made
    return fields in ([[n, n + 5], [-4 * (n + 5), -4]], turned) or row["name"] == "<unnamed>" and \
        all(now in (was, will) for field, first, last in zip(fields, made, turned)
            for now, was, will in zip(field, first, last))


@pytest.mark.root
@pytest.mark.parametrize("freeze", [False, True], ids=["running", "frozen"])
def test_never_torn(freeze, python, opened):
    """Arrays that come, go and grow under the look: none is reported that never was."""
    target = test_python.start(opened, python, "-c", MUTATOR)
    # Not by their names: an array that is replaced during the look has none any more.
    own = {row["start"] for row in test_python.rows_of(target)}
    target.go()
    target.until("STARTED")
    kinds = dict.fromkeys(("float64", "int16", "complex128", "uint8", "float32"), 0)
    for _ in range(20):
        # On a busy machine pagewatch itself may stand still for longer than the watchdog waits.
        snapshot = harness.snap(target.pid, "--min-size", "0K",
                                *["--freeze", "--max-hold", "none"] * freeze)
        process = harness.process_of(snapshot, target.pid)
        # Frozen, it is one point in time: nothing can have changed.
        assert process["names_missing"] is None or not freeze, process["names_missing"]
        for row in process["arrays"]:
            if row["start"] in own:
                continue
            assert is_whole(row), row
            kinds[row["dtype"]] += 1
    assert min(kinds.values()) >= 40, kinds
    target.go()
    assert target.process.wait(harness.DEADLINE) == 0


# The bytes of each array follow from its name: whatever is called something else is a wrong name.
CHURN = """
import collections, functools, random, sys, time
import numpy as np
pause = float(sys.argv[1])
chance = random.Random(5)
class Holder: pass
keyed, held, stack, queue = {}, Holder(), [], collections.deque()
recent = collections.OrderedDict()
def keys(i):
    if chance.random() < .6: keyed[f"k{i}"] = np.zeros(3000 + i, "u1")
    else: keyed.pop(f"k{i}", None)
def attributes(i):
    if chance.random() < .6: setattr(held, f"a{i}", np.zeros(4000 + i, "u1"))
    else: held.__dict__.pop(f"a{i}", None)
def positions(i):
    if chance.random() < .6 and len(stack) < 200: stack.append(np.zeros(5000 + len(stack), "u1"))
    elif stack: stack.pop()
def least_recent(i):
    recent[i] = np.zeros(6000 + i, "u1")
    recent.move_to_end(i)
    if len(recent) > 50: recent.popitem(last=False)
def called(i):
    local = np.zeros(7000 + i % 100, "u1")
    def inner(also=np.zeros(7100 + i % 100, "u1")):
        other = np.zeros(7200 + i % 100, "u1")
        del other
    inner()
def boxed(i):
    keyed[i] = [np.zeros(8000 + i, "u1"), {i: (np.zeros(8500 + i, "u1"),)}]
    keyed.pop(chance.randrange(200), None)
print("READY", flush=True)
while True:
    chance.choice([keys, attributes, positions, least_recent, called, boxed])(chance.randrange(200))
    if pause: time.sleep(pause)
"""

CHURN_RULES = [
    (r"__main__\.keyed\['k(\d+)'\]", 3000), (r"__main__\.held\.a(\d+)", 4000),
    (r"__main__\.stack\[(\d+)\]", 5000), (r"__main__\.recent\[(\d+)\]", 6000),
    (r"__main__\.keyed\[(\d+)\]\[0\]", 8000),
    (r"__main__\.keyed\[(?P<i>\d+)\]\[1\]\[(?P=i)\]\[0\]", 8500),
]
CHURN_LOCALS = {"local": 7000, "also": 7100, "other": 7200}


def check_churn_name(name, size):
    """Whether a rule tells how large an array of this name is: it must be so."""
    for pattern, base in CHURN_RULES:
        match = re.fullmatch(pattern, name)
        if match:
            assert size == base + int(match[1]), f"{name} has {size} bytes"
            return True
    match = re.fullmatch(r"__main__\.called\(\):(\w+)|__main__\..*:(\w+)", name)
    variable = match and (match[1] or match[2])
    if variable in CHURN_LOCALS:
        assert CHURN_LOCALS[variable] <= size < CHURN_LOCALS[variable] + 100, f"{name}: {size} bytes"
    return False


@pytest.mark.root
@pytest.mark.parametrize("pause, snapshots", [(0, 10), (0.0002, 15)], ids=["storm", "busy"])
def test_names_of_a_busy_target(pause, snapshots, python, opened):
    """While keys come and go, a name leads to the array that is described, or is not given."""
    target = test_python.start(opened, python, "-c", CHURN, pause)
    named = rows = 0
    for _ in range(snapshots):
        process = harness.process_of(harness.snap(target.pid, "--min-size", "1K"), target.pid)
        for row in process["arrays"]:
            if row["source"] == "python" and row["dtype"] == "uint8":
                rows += 1
                for name in (row["name"], *row["aliases"]):
                    named += check_churn_name(name, row["nbytes"])
    print(f"{named} names of {rows} arrays")
    assert rows > 500 and (not pause or named > 500)


LATE = """
import sys
import numpy as np
print("READY", flush=True)
sys.stdin.readline()
late = np.zeros(4_000_037)
late[:1_000_003] = 1
print("DONE", flush=True)
sys.stdin.readline()
"""


@pytest.mark.root
def test_array_newer_than_the_scan(opened):
    """Made between the scan of the page tables and the look for names: its pages are right."""
    target = test_python.start(opened, harness.PYTHON, "-c", LATE)
    watch = harness.Watch(target.pid, "--backend", "none", until=None)
    opened.append(watch)
    assert watch.phases.until("attached")
    watch.process.send_signal(signal.SIGUSR1)
    watch.phases.go()
    assert watch.phases.until("scanned")
    target.go()
    target.until("DONE")
    watch.phases.leave()
    process = harness.process_of(watch.next(), target.pid)
    late = harness.array_of(process, "__main__.late")
    first, last = int(late["start"], 16), int(late["start"], 16) + 8 * 1_000_003 - 1
    assert late["resident_pages"] >= last // 4096 - first // 4096 + 1
    again = harness.array_of(harness.process_of(watch.snapshot(), target.pid), "__main__.late")
    assert {key: late[key] for key in ("start", "end", "pages", "states", "id")} == \
        {key: again[key] for key in ("start", "end", "pages", "states", "id")}
    # The regions are of the same scan: one of them holds the array.
    assert any(int(region["start"], 16) <= first and last < int(region["end"], 16)
               for region in process["regions"])


HIDDEN = """
import ctypes, sys
import numpy as np
class Hidden(np.ndarray):
    pass
arrays = [np.zeros(1009 + i).view(Hidden) for i in range(23)]
for array in arrays: array.note = "has a dict"
del array
# What ndarray knows of its subclasses: tp_subclasses, the same in every version.
ctypes.c_void_p.from_address(id(np.ndarray) + 360).value = None
print("READY", flush=True)
sys.stdin.readline()
import os
os._exit(0)
"""


@pytest.mark.root
def test_subclass_that_ndarray_does_not_know(python, opened):
    """Its objects lie in pools that need not be swept; met by the walk, all pools are."""
    target = test_python.start(opened, python, "-c", HIDDEN)
    names = {row["name"] for row in test_python.rows_of(target)}
    assert {f"__main__.arrays[{index}]" for index in range(23)} <= names


DEBUG = """
import sys
import numpy as np
class Sub(np.ndarray):
    pass
arrays = [np.zeros(1009 + i) for i in range(23)] + [np.zeros(7).view(Sub) for i in range(29)]
print("READY", flush=True)
sys.stdin.readline()
"""


@pytest.mark.root
@pytest.mark.parametrize("allocator", ["pymalloc", "pymalloc_debug"])
def test_allocators(allocator, python, opened):
    """The debug hooks put words of their own around each block."""
    target = harness.Target([python, "-c", DEBUG], env=dict(os.environ, PYTHONMALLOC=allocator))
    opened.append(target)
    target.until("READY")
    names = {row["name"] for row in test_python.rows_of(target)}
    missing = {f"__main__.arrays[{index}]" for index in range(52)} - names
    assert not missing


STEPS = """
import mmap, os, sys
import numpy as np
book = mmap.mmap(os.open(sys.argv[1], os.O_RDWR), 8)
steps = np.frombuffer(book, dtype="u8")
box = [None] * 1000
print("READY", flush=True)
while True:
    for i in range(1000):
        box[i] = np.zeros((i % 31, 7))
    steps[0] += 1
"""

SECONDS = 0.5
PAIRS = 15


@pytest.mark.alone
@pytest.mark.long
@pytest.mark.root
def test_throughput_is_unchanged(python, opened, tmp_path):
    """Steps of a busy target beside looks without pause and without looks, in turns.

    Were the target stopped during a look, it would lose the share of the time that looks take:
    all of it here. It may lose what two programs on neighbouring cores cost each other, and a
    look holds no lock that the target needs but to map memory. So the bound is taken from the
    same run: the loss beside a program of the same CPU use that does not look at it (the same
    pagewatch, looking at a process that sleeps), and as much noise as there is between windows.
    """
    book = tmp_path / "steps"
    book.write_bytes(bytes(8))
    target = test_python.start(opened, python, "-c", STEPS, book)
    asleep = test_python.start(opened, harness.PYTHON, "-c", test_python.LAZY)
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(target.pid, cores[1:])
    with open(book, "rb") as file, mmap.mmap(file.fileno(), 8, prot=mmap.PROT_READ) as steps:
        def rate(pid):
            start, before = time.monotonic(), int.from_bytes(steps[:8], "little")
            while time.monotonic() - start < SECONDS:
                subprocess.run([harness.PROGRAM, "snap", "-p", str(pid), "--min-size", "0K"],
                               stdout=subprocess.DEVNULL, check=True)
            return (int.from_bytes(steps[:8], "little") - before) / (time.monotonic() - start)
        turns = [(rate(target.pid), rate(asleep.pid)) for _ in range(PAIRS)]
    ratios = [looked_at / beside for looked_at, beside in turns]
    beside = [rate for _, rate in turns]
    noise = [abs(a / b - 1) for a, b in zip(beside, beside[1:])]
    print(f"ratios {sorted(ratios)}, noise {statistics.median(noise)}")
    assert statistics.median(ratios) > 1 - max(0.05, statistics.median(noise))
