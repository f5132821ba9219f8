# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""live_target.py rest|busy: 16 GiB are resident; busy: faults at full speed besides.

The 16 GiB are 1 GiB of shared memory that is mapped 16 times, so that a small machine has them.
"""
import mmap
import os
import sys

import numpy as np

GIB = 1 << 30
PAGE = mmap.PAGESIZE

memory = os.memfd_create("bench")
os.ftruncate(memory, GIB)
fields = [np.frombuffer(mmap.mmap(memory, GIB, mmap.MAP_SHARED | mmap.MAP_POPULATE), dtype="u1")
          for _ in range(16)]
print("READY", os.getpid(), flush=True)
if sys.argv[1] == "busy":
    apart = mmap.mmap(-1, GIB, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    apart.madvise(mmap.MADV_NOHUGEPAGE)
    grid = np.frombuffer(apart, dtype="u1")
    while True:
        for first in range(0, GIB, 16 << 20):
            grid[first:first + (16 << 20):PAGE] = 1
        apart.madvise(mmap.MADV_DONTNEED)
else:
    sys.stdin.readline()
