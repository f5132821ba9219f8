# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""snap --pfn against the kernel's own words and counts of mappings."""
import os
import struct

import harness
import pytest

PAGE = os.sysconf("SC_PAGESIZE")
CODE = """
import mmap, os, sys
import numpy as np
x = np.zeros(512 * 3001)
x[512 * 7 - 2:512 * 1016 - 2] = 1
shared = mmap.mmap(-1, 211 * 4096)
shared[:] = b"s" * len(shared)
child = os.fork()
if not child:
    sys.stdin.readline()
    os._exit(0)
x[512 * 7 - 2:512 * 108 - 2] = 2
print("READY", flush=True)
sys.stdin.readline()
"""


def words(pid, start, end):
    """The kernel's word of each page; the frames of those present, by address."""
    with open(f"/proc/{pid}/pagemap", "rb", buffering=0) as file:
        data = os.pread(file.fileno(), (end - start) // PAGE * 8, start // PAGE * 8)
    return [(start + index * PAGE, word) for index, word in
            enumerate(struct.unpack(f"{len(data) // 8}Q", data))]


def counted(pid, start, end):
    """(runs, exclusive pages) by definition, the shared zero page left out by kpageflags."""
    runs, exclusive, last = 0, 0, None
    with open("/proc/kpageflags", "rb", buffering=0) as flags:
        for address, word in words(pid, start // PAGE * PAGE, (end + PAGE - 1) // PAGE * PAGE):
            frame = word & (1 << 55) - 1
            if not word >> 63:
                continue
            flag, = struct.unpack("Q", os.pread(flags.fileno(), 8, frame * 8))
            if flag >> 24 & 1:  # KPF_ZERO_PAGE
                continue
            exclusive += word >> 56 & 1
            runs += last != (address - PAGE, frame - 1)
            last = (address, frame)
    return runs, exclusive


@pytest.mark.root
def test_frames(opened):
    target = harness.Target([harness.PYTHON, "-c", CODE.replace("4096", str(PAGE))])
    opened.append(target)
    target.until("READY")
    process = harness.process_of(harness.snap(target.pid, "--pfn"), target.pid)
    x = harness.array_of(process, "__main__.x")
    start, end = int(x["start"], 16), int(x["end"], 16)
    assert (x["pfn_runs"], x["exclusive_pages"]) == counted(target.pid, start, end)
    # 1009 pages were written before the fork, 101 of them again behind it.
    assert x["interior_resident_pages"] == 1009 and x["exclusive_pages"] == 101
    for region in process["regions"]:
        if region["kind"] not in ("anon", "heap", "stack", "file", "shmem"):
            continue
        runs, exclusive = counted(target.pid, int(region["start"], 16), int(region["end"], 16))
        assert region["pfn_runs"] == runs, region
        # Who else maps a file changes: pagewatch itself does while it looks.
        assert region["kind"] == "file" or region["exclusive_pages"] == exclusive, region
    done = harness.pagewatch("snap", "--pfn", "-p", target.pid)
    assert "physical memory: " in done.stdout and "101 pages exclusive" in done.stdout
    target.go()
    target.go()


def test_frames_need_root(unprivileged, opened):
    target = harness.Target([harness.PYTHON, "-c", "print('READY', flush=True); input()"],
                            **unprivileged.popen_options())
    opened.append(target)
    target.until("READY")
    done = unprivileged.run("snap", "--pfn", "-p", target.pid)
    assert done.returncode == 3
    assert done.stderr == ("pagewatch: the kernel hides page frame numbers: --pfn needs root, or "
                           "CAP_SYS_ADMIN\n")
