# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Programs of many threads, tasks and processes: each worker's arrays, in the row of its own process."""
import harness
import programs
import pytest

pytestmark = pytest.mark.root

TARGET = harness.ROOT / "tests/integration/parallel_target.py"
WORKERS = range(4)
SHARED_PAGES = 101


@pytest.fixture(params=["debian", pytest.param("3.12-newest", marks=pytest.mark.long)])
def python(request, tmp_path_factory):
    if request.param == "debian":
        return harness.PYTHON
    return programs.venv(request.param, tmp_path_factory)


def snapshot_of(opened, python, *arguments):
    """({name: [pid, address, bytes]} as the target tells, {pid: its row})"""
    target = programs.Family([python, TARGET, *arguments])
    opened.append(target)
    target.until("READY")
    snapshot = harness.snap(target.pid, "--children", "--min-size", "64K")
    assert snapshot["complete"]
    processes = {row["pid"]: row for row in snapshot["processes"]}
    assert all(row["names_missing"] is None for row in processes.values())
    return target, target.books, processes


def row_at(processes, told, root):
    """The one array of what a worker tells of, checked against the kernel."""
    pid, address, nbytes = told
    # A shared block is a row too: the mmap behind it, which the array shows.
    rows = [row for row in programs.at(processes[pid], address, nbytes) if row["dtype"] != "mmap"]
    assert len(rows) == 1, told
    assert rows[0]["name"].startswith(root) or \
        any(name.startswith(root) for name in rows[0]["aliases"]), rows[0]["name"]
    programs.check_row(pid, processes[pid], rows[0])
    return rows[0]


def first_elements(told, count):
    """Where the allocator's header and the first elements of an array of float64 lie."""
    return [told[1] - 1, *range(told[1], told[1] + 8 * count, 8)]


def check_mine(processes, told, root, count):
    row = row_at(processes, told, root)
    programs.written_alone(told[0], processes[told[0]], row, first_elements(told, count))


def pages_of_kernel(process, row):
    """Indexes of the pages of a row that begins with a page and that this process has mapped."""
    size = process["page_size"]
    start, end = int(row["start"], 16), int(row["end"], 16)
    assert start % size == 0
    return {(address - start) // size
            for first, last, _ in programs.kernel_pages.scan(process["pid"], start, end)
            for address in range(first, last, size)}


def test_threads(python, opened):
    """Each worker's locals, while all of them stand in the same function."""
    target, told, processes = snapshot_of(opened, python, "threads")
    for index in WORKERS:
        check_mine(processes, told[f"mine{index}"], "__main__.thread_work()", 1000 * index)
        row = row_at(processes, told[f"product{index}"], "__main__.thread_work()")
        assert row["resident_pages"] == row["pages"]
        assert row["shape"] == [211, 211]
    assert target.end() == 0


@pytest.mark.parametrize("method, module", [("fork", "__main__"), ("spawn", "__mp_main__")])
def test_processes(method, module, python, opened):
    """Each child's own array, and the pages of the shared block that each has mapped itself."""
    target, told, processes = snapshot_of(opened, python, method)
    parent = processes[target.pid]
    block = row_at(processes, told["shared"], "__main__.processes()")
    assert pages_of_kernel(parent, block) == {13}
    assert block["states"]["shmem"] == block["resident_pages"] == 1
    memory, = [row for row in parent["arrays"] if row["id"] == block["owner"]]
    assert memory["dtype"] == "mmap" and memory["states"] == block["states"]
    inherited = row_at(processes, told["inherited"], "__main__.processes()")
    assert inherited["resident_pages"] == inherited["pages"]
    pids = {told[f"mine{index}"][0] for index in WORKERS}
    assert len(pids) == 4 and pids < set(processes)
    for index in WORKERS:
        check_mine(processes, told[f"mine{index}"], f"{module}.child()", 1000 * index)
        process = processes[told[f"shared{index}"][0]]
        row = row_at(processes, told[f"shared{index}"], f"{module}.child()")
        wrote = set(range(index, SHARED_PAGES, 4))
        assert pages_of_kernel(process, row) == wrote
        assert row["states"]["shmem"] == row["resident_pages"] == len(wrote)
        assert row["pages"] == SHARED_PAGES
        # A fork child has the parent's arrays too, the same pages at the same place.
        copies = programs.at(process, *told["inherited"][1:])
        if method == "spawn":
            assert copies == []
        else:
            assert [row["name"] for row in copies] == [inherited["name"]]
            assert copies[0]["resident_pages"] == copies[0]["pages"]
    assert target.end() == 0


def test_pool(python, opened):
    """Whose pages are these: each worker of a pool has its globals in a row of its own."""
    target, told, processes = snapshot_of(opened, python, "pool")
    kept = {pid: [row["nbytes"] for row in process["arrays"] if row["name"] == "__main__.kept"]
            for pid, process in processes.items()}
    assert kept == {target.pid: [], **{pid: [nbytes] for pid, _, nbytes in told.values()}}
    for index in WORKERS:
        row = row_at(processes, told[f"kept{index}"], "__main__.kept")
        assert row["resident_pages"] == row["pages"]
    assert target.end() == 0


def test_without_children(opened):
    """Children are watched when asked."""
    target = programs.Family([harness.PYTHON, TARGET, "fork"])
    opened.append(target)
    target.until("READY")
    assert [row["pid"] for row in harness.snap(target.pid)["processes"]] == [target.pid]
    assert target.end() == 0


def test_asyncio(python, opened, tmp_path):
    """Buffers of coroutines that wait: reached through the loop, not through any frame."""
    target, told, processes = snapshot_of(opened, python, "asyncio", tmp_path / "socket")
    cache = row_at(processes, told["cache"], "__main__.serve()")
    assert cache["resident_pages"] == cache["pages"]
    for index in WORKERS:
        row = row_at(processes, told[f"buffer{index}"], "")
        assert row["name"] != "<unnamed>" and "buffer" in row["name"]
        programs.written_alone(target.pid, processes[target.pid], row,
                               first_elements(told[f"buffer{index}"], 5000))
    assert target.end() == 0


BLAS = """
import json, os, sys
import numpy as np
a, b = np.ones((1009, 1009)), np.ones((1009, 1009))
print("READY", flush=True)
sys.stdin.readline()
c = a @ b
print(json.dumps({"c": [os.getpid(), c.ctypes.data, c.nbytes], "one": c[5, 7],
                  "threads": [int(t) for t in os.listdir("/proc/self/task")]}))
print("DONE", flush=True)
sys.stdin.readline()
"""


def test_matmul(python, backend, opened):
    """What BLAS and its threads write of a product while it is watched: every page, once."""
    target = harness.Target([python, "-c", BLAS])
    opened.append(target)
    target.until("READY")
    watch = harness.Watch(target.pid, "--min-size", "64K", "--backend", backend)
    opened.append(watch)
    target.done()
    process = harness.process_of(watch.snapshot(), target.pid)
    told = target.books
    assert told["one"] == 1009.0
    row, = programs.at(process, *told["c"][1:])
    assert row["name"] == "__main__.c"
    programs.check_row(target.pid, process, row)
    assert row["resident_pages"] == row["pages"]
    ledger = row["ledger"]
    assert ledger["before"] == 0 and ledger["unfaulted"] == 0
    assert ledger["touched"] + ledger["huge_fill"] == row["pages"]
    assert row["touch"]["pages_touched"] == ledger["touched"]
    if ledger["huge_fill"] == 0 and backend == "tp_btf":
        assert row["touch"]["pages_written"] == row["pages"]
    assert set(row["touch"]["first_threads"]) <= set(told["threads"])
    for name in ("a", "b"):
        known = programs.named(process, f"__main__.{name}")
        assert known["ledger"]["before"] == known["resident_pages"] == known["pages"]
    assert target.end() == 0
