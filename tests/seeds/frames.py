# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Contiguous in virtual memory, and in physical memory: small pages and a huge one."""
import mmap

import numpy as np
import point

HUGE = 512 * point.PAGE  # where pages are 4 KiB


def runs(address, nbytes):
    row = point.rows("--pfn", a=(address, nbytes))["a"]
    if row["resident_pages"] != nbytes // point.PAGE:
        raise SystemExit("not all resident")
    return row["pfn_runs"]


memory = mmap.mmap(-1, 1009 * point.PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
memory.madvise(mmap.MADV_NOHUGEPAGE)
x = np.frombuffer(memory, "u1")
# Not in the order of addresses, as a program would: 331 and 1,009 have no common divisor.
for page in range(1009):
    x[page * 331 % 1009 * point.PAGE] = 1
point.number("runs_of_small_pages", runs(x.ctypes.data, x.nbytes))
point.at("small")

large = mmap.mmap(-1, 3 * HUGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
large.madvise(mmap.MADV_HUGEPAGE)
whole = np.frombuffer(large, "u1")
offset = -whole.ctypes.data % HUGE
h = whole[offset:offset + HUGE]
h[0] = 1
point.at("huge")
point.number("runs_of_a_huge_page", runs(h.ctypes.data, h.nbytes))
