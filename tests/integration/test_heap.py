# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Heap blocks, live and freed, against the books of the programs that asked for them."""
import os
import pathlib
import re
import signal
import subprocess

import books
import harness
import heap_books
import pytest

pytestmark = pytest.mark.root

HEAP = harness.OUT / "tests/heap"
SCENARIOS = ["all", "mapped", *[pytest.param(name, marks=pytest.mark.long) for name in
                       ("calls", "resizing", "failing", "other_thread", "reuse")]]
SCENARIOS_ATTACHED = [*SCENARIOS, "untouched"]
RANDOM_SEEDS = 3
ALLOCATORS = {"jemalloc": "libjemalloc.so", "mimalloc": "libmimalloc.so",
              "tcmalloc": "libtcmalloc_minimal.so"}


def allocator_library(name):
    """Its soname as the dynamic linker knows it: the number differs between distributions."""
    known = subprocess.run(["/sbin/ldconfig", "-p"], stdout=subprocess.PIPE, text=True,
                           check=True).stdout
    found = re.search(rf"^\t({re.escape(ALLOCATORS[name])}\.\d+) ", known, re.MULTILINE)
    assert found, f"{name} is not installed (make deps)"
    return found.group(1)


def heap_watch(target, *options):
    """Attached: what the target does from now on is seen."""
    return harness.Watch(target.pid, "--heap", *options)


def played(opened, tmp_path, *words, options=(), **popen):
    """A target that has played its scenario under watch: (process row, log, target)."""
    log = tmp_path / "log"
    target = harness.Target([HEAP, "--wait", log, *words], **popen)
    opened.append(target)
    target.ready()
    watch = heap_watch(target, *options)
    opened.append(watch)
    target.done()
    snapshot = watch.snapshot()
    assert snapshot["complete"], snapshot["incomplete_reasons"]
    books.check_invariants(snapshot)
    assert watch.stop() == 0
    return harness.process_of(snapshot, target.pid), log, target


def check(process, log, freed=True):
    events = heap_books.events_of(log, process["pid"])
    live, left = heap_books.play(events)
    got_live, got_left = heap_books.rows_of(process)
    assert got_live == live
    if freed:
        assert got_left == left
    return live, left


@pytest.mark.parametrize("scenario", SCENARIOS_ATTACHED)
def test_attached(scenario, backend, opened, tmp_path):
    process, log, target = played(opened, tmp_path, scenario, options=["--backend", backend])
    live, left = check(process, log, freed=scenario != "mapped")
    assert live or scenario == "failing"
    assert left or scenario in ("failing", "mapped", "untouched")
    if scenario == "mapped":
        # Given back by munmap, and none of it left although other pages lie there now.
        assert not heap_books.rows_of(process)[1]
    assert "before the watch" in process["names_missing"]
    assert target.end() == 0


@pytest.mark.parametrize("scenario", [*SCENARIOS, "exec"])
def test_run(scenario, tmp_path):
    log = tmp_path / "log"
    report, done = harness.run_json(tmp_path, ["--heap"], [HEAP, log, scenario])
    assert done.returncode == 0, done.stderr
    assert report["complete"], report["incomplete_reasons"]
    process = report["processes"][0]
    check(process, log, freed=scenario != "mapped")
    assert process["names_missing"] is None


def test_exec_watched(opened, tmp_path):
    process, log, target = played(opened, tmp_path, "exec")
    check(process, log)
    assert target.end() == 0


def test_fork(opened, tmp_path):
    """The child has its parent's blocks, and neither ends the other's."""
    log = tmp_path / "log"
    target = harness.Target([HEAP, "--wait", log, "forking"])
    opened.append(target)
    target.ready()
    watch = heap_watch(target, "--children")
    opened.append(watch)
    target.go()
    child = int(target.until("CHILD").split()[1])
    target.until("DONE")
    snapshot = watch.snapshot()
    try:
        assert snapshot["complete"], snapshot["incomplete_reasons"]
        for pid in (target.pid, child):
            live, _ = check(harness.process_of(snapshot, pid), log)
            assert len(live) == 3
    finally:
        os.kill(child, signal.SIGKILL)
    assert watch.stop() == 0
    assert target.end() == 0


def test_fork_not_followed(opened, tmp_path):
    process, log, target = played(opened, tmp_path, "forking")
    live, _ = check(process, log)
    assert len(live) == 3
    for path in tmp_path.glob("log.*"):
        if path.suffix != f".{target.pid}":
            os.kill(int(path.suffix[1:]), signal.SIGKILL)
    assert target.end() == 0


def random_run(seed, operations, threads, opened, tmp_path, *options):
    process, log, target = played(opened, tmp_path, "random", seed, operations, threads,
                                  options=options)
    live, _ = check(process, log)
    assert live
    assert target.end() == 0


@pytest.mark.parametrize("seed", range(RANDOM_SEEDS))
def test_random_threads(seed, opened, tmp_path):
    random_run(seed, 401, 8, opened, tmp_path, "--backend", "perf" if seed == 2 else "tp_btf")


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
def test_random_threads_long(seed, opened, tmp_path):
    random_run(seed, 4001, 8, opened, tmp_path, "--backend", "perf" if seed % 5 == 0 else "tp_btf")


@pytest.mark.parametrize("scenario", ["all", "random"])
@pytest.mark.parametrize("allocator", ALLOCATORS)
def test_allocators(allocator, scenario, opened, tmp_path):
    """Preloaded ones: every live block, and no freed one where a live one lies."""
    library = allocator_library(allocator)
    environment = dict(os.environ, LD_PRELOAD=library)
    words = [scenario, 5, 211, 8] if scenario == "random" else [scenario]
    process, log, target = played(opened, tmp_path, *words, env=environment)
    assert library in pathlib.Path(f"/proc/{target.pid}/maps").read_text()
    live, _ = check(process, log, freed=False)
    assert live
    _, freed = heap_books.rows_of(process)
    ranges = sorted([(start, start + block[0]) for start, block in live.items()] + freed)
    assert all(low[1] <= high[0] for low, high in zip(ranges, ranges[1:]))
    assert target.end() == 0


def test_full_table(opened, tmp_path):
    log = tmp_path / "log"
    target = harness.Target([HEAP, "--wait", log, "calls"])
    opened.append(target)
    target.ready()
    watch = heap_watch(target, "--heap-blocks", 4)
    opened.append(watch)
    target.done()
    snapshot = watch.snapshot()
    process = harness.process_of(snapshot, target.pid)
    wanted, _ = heap_books.play(heap_books.events_of(log, target.pid))
    live, _ = heap_books.rows_of(process)
    assert snapshot["complete"] is False and process["complete"] is False
    # The one that was freed again had a place or not.
    assert snapshot["losses"]["heap_blocks"] in (len(wanted) - 4, len(wanted) + 1 - 4)
    assert "--heap-blocks" in " ".join(snapshot["incomplete_reasons"])
    assert len(live) == 4 and live.items() <= wanted.items()
    assert target.end() == 0


def test_limit(opened, tmp_path):
    log = tmp_path / "log"
    target = harness.Target([HEAP, "--wait", log, "calls"])
    opened.append(target)
    target.ready()
    watch = harness.Watch(target.pid, "--heap=200003")
    opened.append(watch)
    target.done()
    live, _ = heap_books.rows_of(harness.process_of(watch.snapshot(), target.pid))
    assert sorted(block[0] for block in live.values()) == [300007]
    assert target.end() == 0


@pytest.mark.parametrize("options", [[], ["--min-size", "200003"]])
def test_small_blocks_are_small_rows(options, tmp_path):
    """--min-size leaves them out as it does regions; without it --heap alone says which there are."""
    mark = ["--array", "mark=0x10000000+4096"]
    report, done = harness.run_json(tmp_path, ["--heap", *mark, *options],
                                    [HEAP, tmp_path / "log", "calls"])
    assert done.returncode == 0, done.stderr
    process = report["processes"][0]
    wanted, _ = heap_books.play(heap_books.events_of(tmp_path / "log", process["pid"]))
    small = [block for block in wanted.values() if block[0] < 200003]
    assert small and len(small) < len(wanted)
    live, freed = heap_books.rows_of(process)
    if options:
        assert sorted(block[0] for block in live.values()) == [300007] and not freed
        assert process["arrays_left_out"] >= len(small)
    else:
        assert live == wanted and process["arrays_left_out"] == 0
    assert harness.array_of(process, "mark")["start"] == "0x10000000"


@pytest.mark.parametrize("phase", [pytest.param("baseline", marks=pytest.mark.long), "snapshot"])
def test_killed(phase, backend, opened, tmp_path):
    """The probes go with pagewatch; the program plays on, and its allocator is as it was."""
    log = tmp_path / "log"
    target = harness.Target([HEAP, "--wait", log, "random", 3, 211, 8])
    opened.append(target)
    target.ready()
    before = code_of(target.pid)
    watch = harness.Watch(target.pid, "--heap", "--backend", backend, until=None)
    opened.append(watch)
    if phase == "snapshot":
        assert watch.phases.until("baseline")
        assert code_of(target.pid) != before
        watch.process.send_signal(signal.SIGUSR1)
        watch.phases.go()
    assert watch.phases.until(phase)
    watch.process.kill()
    target.done()
    watch.process.wait()
    assert code_of(target.pid) == before
    assert target.end() == 0


def code_of(pid):
    """libc's code as it is in the memory of a process."""
    for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
        if "/libc.so.6" in line and " r-xp " in line:
            start, end = (int(word, 16) for word in line.split()[0].split("-"))
            with open(f"/proc/{pid}/mem", "rb") as memory:
                memory.seek(start)
                return memory.read(end - start)
    raise AssertionError("no libc")


NUMPY = """
import sys, numpy as np
print("READY", flush=True); sys.stdin.readline()
x = np.zeros((3001, 3001))
y = np.ones(12007)
z = np.ones(12011)
t = np.ones(12037)
gone = np.ones(9000011)
del gone, z
print("READY", flush=True); sys.stdin.readline()
"""


def numpy_rows(process):
    return {row["name"].split("#")[0]: row for row in process["arrays"] if row["source"] == "heap"}


def test_numpy(opened):
    """Under watch; glibc's own thresholds: 96 kB from the heap, 72 MB by mmap."""
    target = harness.Target([harness.PYTHON, "-c", NUMPY])
    opened.append(target)
    target.until("READY")
    watch = heap_watch(target)
    opened.append(watch)
    target.go()
    target.until("READY")
    rows = numpy_rows(harness.process_of(watch.snapshot(), target.pid))
    x = rows[f"calloc({3001 * 3001 * 8})"]
    assert x["nbytes"] == 3001 * 3001 * 8 and x["freed"] is False
    assert x["resident_pages"] == x["edge_pages"] - 1 == 1
    assert rows[f"malloc({12007 * 8})"]["freed"] is False
    freed = rows[f"malloc({12011 * 8})"]
    assert freed["freed"] is True and freed["resident_pages"] == freed["pages"]
    assert f"malloc({9000011 * 8})" not in rows
    assert target.end() == 0


def test_numpy_run(tmp_path):
    code = "import numpy as np; x = np.zeros((3001, 3001)); y = np.ones(1200007); del y"
    report, done = harness.run_json(tmp_path, ["--heap=1M"], [harness.PYTHON, "-c", code])
    assert done.returncode == 0, done.stderr
    process = report["processes"][0]
    assert process["names_missing"] is None
    rows = numpy_rows(process)
    assert rows[f"calloc({3001 * 3001 * 8})"]["freed"] is False
    assert f"malloc({1200007 * 8})" not in rows


def test_not_for_snap():
    for option in ("--heap", "--mappings"):
        done = harness.pagewatch("snap", "-p", os.getpid(), option)
        assert done.returncode == 2 and "use watch or run" in done.stderr


def test_says_so_without_faults(opened):
    target = harness.Target([HEAP, "--wait", "/dev/null", "calls"])
    opened.append(target)
    target.ready()
    watch = harness.Watch(target.pid, "--heap", "--mappings", "--backend", "none", until="opened")
    opened.append(watch)
    process = harness.process_of(watch.snapshot(), target.pid)
    assert "faults tier" in process["names_missing"]


def test_an_allocator_that_is_loaded_late(opened, tmp_path):
    """It was looked for when the number of mappings had changed; here it has not."""
    source = harness.ROOT / "tests/faults/late_allocator.c"
    library, program = tmp_path / "liblate.so", tmp_path / "late_allocator"
    subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-fno-builtin", "-DLIBRARY", "-o", library,
                    source], check=True)
    subprocess.run(["gcc", "-O1", "-Wall", "-Werror", "-o", program, source, "-ldl"], check=True)
    target = harness.Target([program, library])
    opened.append(target)
    assert target.lines.next() == "READY"
    watch = harness.Watch(target.pid, "--heap")
    opened.append(watch)
    watch.snapshot()
    target.go()
    assert target.lines.next() == "LOADED"
    watch.snapshot()
    target.go()
    assert target.lines.next() == "ALLOCATED"
    process = harness.process_of(watch.snapshot(), target.pid)
    assert [row["name"] for row in process["arrays"] if row["source"] == "heap"] == [
        "malloc(5000000)#1"]
    assert target.end() == 0
    assert watch.wait() == 0
