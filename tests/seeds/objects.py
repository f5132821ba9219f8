# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""CPython's allocator and the C library's: who holds what, and what goes back when."""
import sys

import numpy as np
import point


def in_heap(size):
    """Whether a bytes object of this size, header included, lies in malloc's heap."""
    made = b"x" * (size - sys.getsizeof(b""))
    if sys.getsizeof(made) != size:
        raise SystemExit("bytes have changed")
    held.append(made)
    return point.in_heap(id(made))


held = []
# Down from 600 bytes: the first that is in an arena of pymalloc, which is mapped, not in the heap.
point.number("largest_object_of_pymalloc", next(s for s in range(600, 0, -1) if not in_heap(s)))

small = np.zeros(40)
point.number("small_array_object_is_in_the_heap", point.in_heap(id(small)))
point.number("its_320_bytes_of_data_are_in_the_heap", point.in_heap(small.ctypes.data))

# 400 bytes each; then all but every 2,003rd are freed: every arena of 1 MiB keeps one.
many = [bytes(367) for _ in range(300_007)]
point.at("filled")
many[:] = many[::2003]
point.at("one left in each arena")
many.clear()
point.at("none left")

x = np.zeros(5_000_011)
x[:] = 1
point.mark("block", x.ctypes.data, x.nbytes)
y = x
del x
point.at("one name deleted")
del y
point.at("both deleted")

# What the text says malloc(3) calls: the heap is what brk(2) moves.
small, large = np.empty(8_009), np.empty(5_000_011)
point.number("64_kb_are_in_the_heap", point.in_heap(small.ctypes.data))
point.number("40_mb_are_in_the_heap", point.in_heap(large.ctypes.data))
