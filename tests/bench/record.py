# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What a recording takes on the disk: for a touch, for a chunk, for a moment in which nothing is new."""
import contextlib
import os
import sqlite3
import subprocess
import tempfile

from tools import PAGEWATCH, find

PYTHON = "/usr/bin/python3"
# Touches a page per STEP of SIZE bytes.
TOUCHES = """
import mmap, sys
size, step = int(sys.argv[1]), int(sys.argv[2])
m = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
m.madvise(mmap.MADV_NOHUGEPAGE)
for i in range(0, size, step):
    m[i] = 1
"""
DENSE = [PYTHON, "-c", TOUCHES, str(256 << 20), str(4 << 10)]
SPARSE = [PYTHON, "-c", TOUCHES, str(8 << 30), str(2 << 20)]
MOMENTS = 100


def number(path, query):
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchone()[0]


def recorded(directory, command):
    path = os.path.join(directory, "run.pw")
    subprocess.run([PAGEWATCH, "record", "--no-peaks", "-o", path, "--interval", "1000", "--", *command], check=True)
    taken = number(path, "SELECT sum(pgsize) FROM dbstat WHERE name = 'chunk_touch'")
    return taken, number(path, "SELECT sum(pages) FROM chunk_touch"), \
        number(path, "SELECT count(*) FROM chunk_touch")


def perf_bytes(directory, command):
    """Of perf's file for a sample of each fault with its address."""
    path = os.path.join(directory, "perf.data")
    subprocess.run([find("perf", "linux-perf"), "record", "-q", "-e", "page-faults", "-c", "1", "-d",
                    "-o", path, "--", *command], check=True, stderr=subprocess.DEVNULL)
    return os.path.getsize(path)


def still_moment(directory):
    """Bytes of a moment of a process that stands still."""
    sizes = []
    with subprocess.Popen([PYTHON, "-c", "input()"], stdin=subprocess.PIPE) as target:
        for moments in (1, MOMENTS + 1):
            path = os.path.join(directory, f"still-{moments}.pw")
            subprocess.run([PAGEWATCH, "record", "-p", str(target.pid), "-n", str(moments), "--interval",
                            "5ms", "-o", path], check=True)
            sizes.append(os.path.getsize(path))
        target.communicate(b"\n")
    return (sizes[1] - sizes[0]) / MOMENTS


def measure(_rounds):
    with tempfile.TemporaryDirectory() as directory:
        dense, touches, _ = recorded(directory, DENSE)
        perf = perf_bytes(directory, DENSE)
        sparse, _, chunks = recorded(directory, SPARSE)
        return {"record": {"bytes_per_touch": dense / touches, "perf_bytes_per_touch": perf / touches,
                           "bytes_per_chunk": sparse / chunks,
                           "bytes_per_moment": still_moment(directory)}}
