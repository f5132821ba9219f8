# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Questions that people asked about files and shared memory that are in memory, as small programs."""
import contextlib
import os
import signal

import harness
import pytest
from cached_rows import PAGE, counts_of, snap_of

pytestmark = pytest.mark.root

MEMMAP = """
import numpy as np, sys
np.ones(7_000_003, "f4").tofile("data")
m = np.memmap("data", "f4", "r")
print("READY", flush=True); sys.stdin.readline()
"""


def numpy_target(opened, tmp_path, source):
    target = harness.Target([harness.PYTHON, "-c", source], cwd=tmp_path)
    opened.append(target)
    target.ready()
    return target


def test_a_memmap_that_nobody_read(opened, tmp_path):
    target = numpy_target(opened, tmp_path, MEMMAP)
    row = harness.array_of(snap_of(target), "__main__.m")
    assert (row["pages"], row["resident_pages"]) == (6836, 0)
    assert counts_of(row)[::3] == (6836, None)
    assert row["explain"].startswith("not mapped here; all 6,836 pages are in the page cache")
    text = harness.pagewatch("snap", "-p", target.pid).stdout
    assert "not mapped here; all 6,836 pages are in the page cache" in " ".join(text.split())
    for claim, status in (("__main__.m: cached == 6836 and swapped == 0", 0), ("__main__.m: cached < 90%", 1),
                          ("__main__.m: interior_cached == 6835", 0), ("process: cached >= 6836", 0)):
        done = harness.pagewatch("check", "-p", target.pid, "-e", claim)
        assert done.returncode == status, done.stdout + done.stderr


def test_a_memmap_that_was_read_in_part(opened, tmp_path):
    """numpy#21292: half of it is read, all of it was written; "reading leaks"."""
    target = numpy_target(opened, tmp_path, """
import numpy as np, os, sys
np.lib.format.open_memmap("a.npy", "w+", "f4", (10007, 1009))[:] = 1
f = os.open("a.npy", os.O_RDWR); os.fsync(f); os.close(f)
m = np.load("a.npy", mmap_mode="r"); s = 0.0
for i in range(5003): s += m[i].astype("f8").sum()
print("READY", flush=True); sys.stdin.readline()
""")
    row = harness.array_of(snap_of(target), "__main__.m")
    assert row["pages"] == -(-(128 + 10007 * 1009 * 4) // PAGE) == 9861
    assert counts_of(row) == (9861, 0, 0, None)
    read = -(-(128 + 5003 * 1009 * 4) // PAGE)
    assert read <= row["resident_pages"] < read + 512
    assert "all 9,861 pages are in the page cache, clean: the kernel drops them" in row["explain"]


def test_shared_memory_that_the_children_filled(opened, tmp_path):
    """psutil#2071: the parent maps none of it, and it is in memory all the same."""
    target = numpy_target(opened, tmp_path, """
import os, sys, numpy as np
from multiprocessing import resource_tracker, shared_memory as S
s = S.SharedMemory(create=True, size=61_000_003); a = np.frombuffer(s.buf, "u1")
s.unlink()
kids = []
for k in range(3):
    r, w = os.pipe()
    if os.fork() == 0:
        a[k * 20_000_003:][:20_000_003] = k + 1
        os.write(w, b"x"); sys.stdin.close(); os.close(w)
        import time; time.sleep(600); os._exit(0)
    os.read(r, 1)
print("READY", flush=True); sys.stdin.readline()
""")
    kids = harness.children(target.pid)
    try:
        row = harness.array_of(snap_of(target), "__main__.a")
        cached = -(-3 * 20_000_003 // PAGE)
        assert (row["pages"], row["resident_pages"]) == (14893, 0)
        assert counts_of(row) == (cached, None, 0, None)
        assert row["explain"] == f"not mapped here; {cached:,} of 14,893 pages are in the page cache"
    finally:
        for kid in kids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(kid, signal.SIGKILL)


def test_anonymous_memory_has_no_cache(opened, tmp_path):
    target = numpy_target(opened, tmp_path, "import numpy as np, sys\nx = np.ones(1_000_003)\n"
                                            'print("READY", flush=True); sys.stdin.readline()')
    row = harness.array_of(snap_of(target), "__main__.x")
    assert counts_of(row) == (None, None, 0, None)
    done = harness.pagewatch("check", "-p", target.pid, "-e", "__main__.x: cached == 0")
    assert (done.returncode, "none of its pages is of a file or shared" in done.stdout) == (3, True)
