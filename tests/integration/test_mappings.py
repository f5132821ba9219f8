# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A row for each mmap call, whatever the kernel made of it, against the program's books."""
import json
import os
import re
import signal

import harness
import pytest

pytestmark = pytest.mark.root

TARGET = harness.ROOT / "tests/integration/mapping_target.py"


def rows_of(process, books):
    """[start, end, start of the whole, bytes of the whole] in pages of the rows in the arena."""
    low, high = books["arena"]
    rows = []
    for row in process["arrays"]:
        start, end = int(row["start"], 16), int(row["end"], 16)
        if row["source"] != "mapping" or start < low or end > high:
            continue
        name = re.fullmatch(r"mmap\((\d+)\)#\d+(?:\+0x([0-9a-f]+))?", row["name"])
        assert name, row["name"]
        assert row["allocated_by"] == "mmap" and row["freed"] is False
        assert row["thread"] == books.get("mapper", books["pid"])
        rows.append([(start - low) // books["page"], (end - low) // books["page"],
                     (start - int(name[2] or "0", 16) - low) // books["page"],
                     int(name[1]) // books["page"]])
    assert len({row["id"] for row in process["arrays"]}) == len(process["arrays"])
    return sorted(rows)


def play(opened, seed, operations, *options):
    target = harness.Target([harness.PYTHON, TARGET, seed, operations])
    opened.append(target)
    target.ready()
    watch = harness.Watch(target.pid, "--mappings", "--no-python", "--min-size", "64K", *options)
    opened.append(watch)
    target.go()
    return target, watch


def check(process, books):
    want = [list(part) for part in books["parts"]]
    assert rows_of(process, books) == want


@pytest.mark.parametrize("seed", range(3))
def test_random(seed, opened):
    target, watch = play(opened, seed, 1009)
    target.until("DONE")
    snapshot = watch.snapshot()
    assert snapshot["complete"], snapshot["incomplete_reasons"]
    process = harness.process_of(snapshot, target.pid)
    check(process, target.books)
    assert "before the watch" in process["names_missing"]
    assert watch.stop() == 0


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 150))
def test_random_long(seed, opened):
    test_random(seed, opened)


def test_an_mremap_that_keeps_the_size(opened):
    """It leaves a part of a call a part; one that changes the size makes the part the whole."""
    target, watch = play(opened, "same size", 0)
    target.until("DONE")
    process = harness.process_of(watch.snapshot(), target.pid)
    check(process, target.books)
    assert rows_of(process, target.books) == [
        [1009, 1059, 1009, 101], [2003, 2041, 1940, 101], [4001, 4062, 4001, 61]]
    assert watch.stop() == 0


def test_merged(opened):
    """One VMA, two rows."""
    target, watch = play(opened, "merged", 0)
    target.until("DONE")
    process = harness.process_of(watch.snapshot(), target.pid)
    check(process, target.books)
    low = target.books["arena"][0]
    page = target.books["page"]
    assert any(int(region["start"], 16) <= low + 11 * page and
               int(region["end"], 16) >= low + 215 * page for region in process["regions"])
    assert watch.stop() == 0


def test_fork(opened):
    target, watch = play(opened, "fork", 0, "--children")
    told = {}
    while len(told) < 2:
        line = target.lines.next()
        if line.startswith("{"):
            books = json.loads(line)
            told[books["pid"]] = books
    target.until("DONE")
    snapshot = watch.snapshot()
    child = next(pid for pid in told if pid != target.pid)
    try:
        check(harness.process_of(snapshot, target.pid), told[target.pid])
        process = harness.process_of(snapshot, child)
        parents = [row for row in process["arrays"] if row["thread"] == target.pid]
        assert len(parents) >= 3
        for row in process["arrays"]:
            row["thread"] = child
        check(process, told[child])
    finally:
        os.kill(child, signal.SIGKILL)
    assert watch.stop() == 0


def test_run_drops_the_old_image(tmp_path):
    """exec: the shell's mappings are none of the new program's."""
    report, done = harness.run_json(tmp_path, ["--mappings", "--min-size", "64K"], [
        "/bin/sh", "-c", "exec /bin/true"])
    assert done.returncode == 0, done.stderr
    process = report["processes"][0]
    rows = [row for row in process["arrays"] if row["source"] == "mapping"]
    assert rows and process["comm"] == "true" and process["names_missing"] is None
    regions = [(int(region["start"], 16), int(region["end"], 16)) for region in process["regions"]]
    for row in rows:
        start = int(row["start"], 16)
        assert any(low <= start < high for low, high in regions), row["name"]
