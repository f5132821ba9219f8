# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Where malloc puts an array's data, by its size and by what was freed before; what del gives back."""
import ctypes
import gc

import point

libc = ctypes.CDLL("libc.so.6")
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
held = []


class Mallinfo(ctypes.Structure):
    """struct mallinfo2"""
    _fields_ = [(name, ctypes.c_size_t) for name in
                ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks",
                 "fordblks", "keepcost")]


libc.mallinfo2.restype = Mallinfo


def data_of_malloc(nbytes):
    held.append(libc.malloc(nbytes))
    return held[-1]


def data_of_numpy(nbytes):
    held.append(np.empty(nbytes, "u1"))
    return held[-1].ctypes.data


def heap_grows(allocate, nbytes):
    """Keeps what it allocates. What lies free in the heap is used up first: it says nothing."""
    while libc.mallinfo2().keepcost >= 50_000:
        data_of_malloc(40_000)
    while True:
        before = libc.mallinfo2().arena
        if not point.in_heap(allocate(nbytes)):
            return False
        if libc.mallinfo2().arena != before:
            return True


def boundary(allocate):
    """The fewest bytes that get a mapping of their own, by bisection; nothing is freed meanwhile."""
    low, high = 60_000, 40 << 20
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if heap_grows(allocate, middle) else (low, middle)
    return high


point.number("boundary_before_numpy", boundary(data_of_malloc))
import numpy as np  # noqa: E402 (it frees something large while it is imported)
first = boundary(data_of_malloc)
point.number("boundary_after_import", first)
point.number("boundary_of_numpy_is_higher_by", boundary(data_of_numpy) - first)


def make(name, count):
    """An array of random doubles, its data marked."""
    array = np.random.uniform(0, 1, size=count)
    point.mark(name, array.ctypes.data, array.nbytes)
    return array


for name, count in (("10**4", 10**4), ("10**5", 10**5), ("10**5 again", 10**5)):
    x = make(name, count)
    point.at(f"made {name}")
    del x
    gc.collect()
    point.at(f"deleted {name}")

point.number("boundary_afterwards", boundary(data_of_malloc))

# Written and given back, twice; above 32 MiB is what the boundary never reaches.
for name, count in (("16 MiB", 2 << 20), ("33 MiB", 33 << 17)):
    for turn in ("first", "second", "third"):
        x = np.zeros(count)
        point.at(f"{turn} zeros of {name}")
        x[:] = 1
        del x
