# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A second opinion on page states that shares no code with pagewatch: PAGEMAP_SCAN by ioctl."""
import ctypes
import fcntl
import os

PAGEMAP_SCAN = 0xC0606610
FILE, PRESENT, SWAPPED, PFNZERO, HUGE, GUARD = (1 << bit for bit in (2, 3, 4, 5, 6, 8))
MASK = FILE | PRESENT | SWAPPED | PFNZERO | HUGE
ROOM = 4096


class Region(ctypes.Structure):
    _fields_ = [("start", ctypes.c_uint64), ("end", ctypes.c_uint64),
                ("categories", ctypes.c_uint64)]


class Argument(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in (
        "size", "flags", "start", "end", "walk_end", "vec", "vec_len", "max_pages",
        "category_inverted", "category_mask", "category_anyof_mask", "return_mask")]


def scan(pid, start, end, mask=MASK):
    """[(start, end, categories)] of the pages of [start, end) that are not absent."""
    regions = (Region * ROOM)()
    found = []
    fd = os.open(f"/proc/{pid}/pagemap", os.O_RDONLY | os.O_CLOEXEC)
    try:
        while start < end:
            argument = Argument(ctypes.sizeof(Argument), 0, start, end, 0,
                                ctypes.addressof(regions), ROOM, 0, 0, 0, mask, mask)
            count = fcntl.ioctl(fd, PAGEMAP_SCAN, argument)
            found += [(regions[i].start, regions[i].end, regions[i].categories)
                      for i in range(count)]
            start = argument.walk_end
    finally:
        os.close(fd)
    return found


def anonymous_states(pid, start, end, page_size):
    """{address: state} of the pages of private anonymous memory that are not absent."""
    states = {}
    for first, last, categories in scan(pid, start, end):
        huge = "_huge" if categories & HUGE else ""
        if categories & PFNZERO:
            state = "zero" + huge
        elif categories & PRESENT:
            state = "anon" + huge
        else:
            state = "swapped"
        for address in range(first, last, page_size):
            states[address] = state
    return states
