# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Real programs as targets: sessions fed line by line, venvs, and what the kernel says of a row."""
import json
import os
import signal
import tempfile
from collections import Counter

import harness
import kernel_pages
import pytest
import test_python

REQUIREMENTS = harness.ROOT / "tests/requirements-programs"
HUGE_SIZE = "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size"
MARK = "the statement is done"


class Session:
    """`python -i`: statements go over stdin one by one, as they would be typed."""

    def __init__(self, python, *options, **popen):
        self.errors = tempfile.TemporaryFile()
        self.target = harness.Target([python, "-i", "-q", "-u", *options], stderr=self.errors,
                                     **popen)
        self.pid = self.target.pid

    def run(self, statement):
        """One statement of one line; returns the lines that it printed."""
        assert "\n" not in statement
        self.target.process.stdin.write(f"{statement}\nprint({MARK!r})\n".encode())
        self.target.process.stdin.flush()
        printed = []
        while (line := self.target.lines.next()) != MARK:
            assert line is not None, self.said()
            printed.append(line)
        assert "Traceback" not in self.said(), self.said()
        return printed

    def block(self, code):
        """Statements of many lines, as the body of __main__."""
        return self.run(f"exec(compile({code!r}, '<stdin>', 'exec'))")

    def ask(self, expression):
        """The value of an expression, as JSON carries it."""
        line, = self.run(f"print(__import__('json').dumps({expression}))")
        return json.loads(line)

    def said(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    def process(self, min_size="32K"):
        """Its row of one snapshot."""
        return process_of(self.pid, min_size)

    def close(self):
        self.target.close()
        self.errors.close()


class Family(harness.Target):
    """A target with children: none of them outlives it, however the test ends."""

    def __init__(self, argv):
        super().__init__(argv, start_new_session=True)

    def close(self):
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        super().close()


def process_of(pid, min_size="32K"):
    snapshot = harness.snap(pid, "--min-size", min_size)
    assert snapshot["complete"], snapshot["incomplete_reasons"]
    process = harness.process_of(snapshot, pid)
    assert process["names_missing"] is None
    return process


def named(process, name):
    """The row of that name, and of no other."""
    return harness.array_of(process, name)


def at(process, address, nbytes):
    """The rows whose memory begins at an address of the target and that are so long."""
    return [row for row in process["arrays"]
            if int(row["data"], 16) == address and row["nbytes"] == nbytes]


def kernel_states(pid, first, last, page_size):
    """Counts of states by PAGEMAP_SCAN over whole pages; a page of a file is "file", on tmpfs too."""
    states = Counter()
    for start, end, categories in kernel_pages.scan(pid, first, last):
        huge = "_huge" if categories & kernel_pages.HUGE else ""
        if categories & kernel_pages.PFNZERO:
            state = "zero" + huge
        elif not categories & kernel_pages.PRESENT:
            state = "swapped"
        elif categories & kernel_pages.FILE:
            state = "file"
        else:
            state = "anon" + huge
        states[state] += (end - start) // page_size
    states["absent"] = (last - first) // page_size - sum(states.values())
    return states


def check_row(pid, process, row):
    """A contiguous array's pages, state by state, as the kernel tells them; returns its states."""
    size = process["page_size"]
    start, end = int(row["start"], 16), int(row["end"], 16)
    first, last = start // size * size, -(-end // size) * size
    kernel = kernel_states(pid, first, last, size)
    printed = Counter(row["states"])
    printed["file"] += printed.pop("shmem")
    assert +printed == +kernel, row["name"]
    assert row["pages"] == (last - first) // size, row["name"]
    assert row["resident_pages"] == sum(
        kernel[state] for state in ("anon", "anon_huge", "file")), row["name"]
    inside = kernel_states(pid, -(-start // size) * size, max(end // size * size,
                                                            -(-start // size) * size), size)
    assert row["interior_resident_pages"] == sum(
        inside[state] for state in ("anon", "anon_huge", "file")), row["name"]
    return kernel


def venv(name, factory):
    """The interpreter with what requirements-programs/NAME.txt pins."""
    python, why_not = test_python.shared_venv(factory, REQUIREMENTS / f"{name}.txt",
                                              name.split("-", maxsplit=1)[0])
    if not python:
        pytest.skip(f"{name}: {why_not}")
    return python


def written_alone(pid, process, row, written):
    """Resident pages are those with a written byte, or lie in a huge page that has one."""
    size = process["page_size"]
    huge = int(open(HUGE_SIZE, encoding="ascii").read()) if os.path.exists(HUGE_SIZE) else size
    first = int(row["start"], 16) // size * size
    last = -(-int(row["end"], 16) // size) * size
    pages = {address // size * size for address in written}
    chunks = {address // huge for address in written}
    resident = set()
    for start, end, categories in kernel_pages.scan(pid, first, last):
        if categories & kernel_pages.PFNZERO or not categories & kernel_pages.PRESENT:
            continue
        run = range(start, end, size)
        if categories & kernel_pages.HUGE:
            assert {address // huge for address in run} <= chunks, row["name"]
        else:
            assert set(run) <= pages, row["name"]
        resident.update(run)
    assert pages <= resident, row["name"]
    assert row["resident_pages"] == len(resident), row["name"]
