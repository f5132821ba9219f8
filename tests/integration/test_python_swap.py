# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A Python of which parts are in swap space: what cannot be read is said, and stays there."""
import ctypes
import errno
import mmap
import os
import re

import harness
import kernel_pages
import pytest

pytestmark = pytest.mark.root

PROCESS_MADVISE, MADV_PAGEOUT = 440, 21
POOL = 16 << 10  # of CPython 3.10 and later (Include/internal/pycore_obmalloc.h)

TARGET = """
import sys
import numpy as np
kept = [np.zeros(1009 + i) for i in range(2011)]
wide = np.ones(1_000_003)
print("READY", np.ndarray.__basicsize__, *map(id, kept), flush=True)
sys.stdin.readline()
print(sum(array.sum() for array in kept), len(repr([vars(sys), vars(np), globals()])))
print("AWAKE", flush=True)
sys.stdin.readline()
"""


class Span(ctypes.Structure):
    _fields_ = [("address", ctypes.c_size_t), ("bytes", ctypes.c_size_t)]


def swap_out(pid, ranges):
    """MADV_PAGEOUT of ranges (start, end) in another process."""
    libc = ctypes.CDLL(None, use_errno=True)
    fd = os.pidfd_open(pid)
    try:
        for start, end in ranges:
            span = Span(start, end - start)
            done = libc.syscall(PROCESS_MADVISE, fd, ctypes.byref(span), ctypes.c_size_t(1),
                                MADV_PAGEOUT, 0)
            if done < 0 and ctypes.get_errno() in (errno.ENOSYS, errno.EINVAL):
                pytest.skip(f"no MADV_PAGEOUT by process_madvise (v5.10): errno "
                            f"{ctypes.get_errno()}")
            assert done == end - start
    finally:
        os.close(fd)


def writable(pid):
    """Private memory of a process that it can write."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
        for line in file:
            span, rights, *_ = line.split()
            if rights == "rw-p":
                start, end = span.split("-")
                yield int(start, 16), int(end, 16)


def swapped_kilobytes(pid):
    return sum(vma.swap for vma in harness.smaps(pid)[0].values())


def look(target):
    """(names of the test's arrays, names_missing); nothing comes back from swap space for it.

    The target stands still, or what it does itself behind its line brings pages back meanwhile.
    """
    assert harness.state_letter(target.pid) == "T"
    before = swapped_kilobytes(target.pid)
    process = harness.process_of(harness.snap(target.pid, "--min-size", "4K"), target.pid)
    assert swapped_kilobytes(target.pid) == before
    return {row["name"] for row in process["arrays"] if row["name"].startswith("__main__.")}, \
        process["names_missing"]


def awake(target):
    """It reads all that it has, and stands still again."""
    target.go_on()
    target.go()
    target.until("AWAKE")
    target.stand_still()


SWAPPED = r"arrays or names may be missing: ([1-9]\d*) pages that lead to them are swapped out"
ALL = {f"__main__.kept[{index}]" for index in range(2011)} | {"__main__.wide"}


@pytest.fixture
def target(opened, swap_space):
    python = harness.Target([harness.PYTHON, "-c", TARGET])
    opened.append(python)
    python.object_bytes, *python.objects = map(int, python.until("READY").split()[1:])
    python.stand_still()
    assert look(python) == (ALL, None)
    return python


def test_interpreter(target):
    swap_out(target.pid, writable(target.pid))
    assert swapped_kilobytes(target.pid) > 0
    names, missing = look(target)
    assert not names
    assert re.fullmatch(r"CPython .* cannot be read: [^;]+; " + SWAPPED, missing)
    done = harness.pagewatch("check", "-p", target.pid, "-e", "__main__.wide: resident == 0")
    assert done.returncode == 3, done.stdout
    assert "swapped out" in done.stdout
    awake(target)
    # Its names are back; that other objects still are out is said.
    names, missing = look(target)
    assert names == ALL
    assert re.fullmatch(SWAPPED, missing)


def page_of(address, page=mmap.PAGESIZE):
    return address // page * page


def test_objects(target):
    """Pages with some arrays' objects: each counts once, though many ask for it."""
    start, end = page_of(min(target.objects[700:1100])), page_of(max(target.objects[700:1100]))
    swap_out(target.pid, [(start, end)])
    gone = {at for low, high, categories in kernel_pages.scan(target.pid, start, end)
            if categories & kernel_pages.SWAPPED for at in range(low, high, mmap.PAGESIZE)}
    # Where the page is gone on which its pool begins, nothing of the pool is found.
    there = {f"__main__.kept[{index}]" for index, at in enumerate(target.objects)
             if not {page_of(at), page_of(at + target.object_bytes - 1), page_of(at, POOL)} & gone}
    assert len(there) < 2011
    names, missing = look(target)
    assert names == there | {"__main__.wide"}
    count = int(re.fullmatch(SWAPPED, missing)[1])
    # Objects of other sizes lie between them: their pages need not be asked for.
    assert len({page_of(at) for at in target.objects} & gone) <= count <= len(gone)
    awake(target)
    assert look(target) == (ALL, None)
