# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""cachestat and mincore by themselves: what the page cache has of a file. Shares no code with pagewatch."""
import ctypes
import mmap
import os
import typing

PAGE = mmap.PAGESIZE
CACHESTAT = 451
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.mmap.restype = ctypes.c_void_p
LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                      ctypes.c_int64]
LIBC.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
LIBC.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]


class Range(ctypes.Structure):
    _fields_ = [("offset", ctypes.c_uint64), ("bytes", ctypes.c_uint64)]


class Stat(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in
                ("cached", "dirty", "writeback", "evicted", "recently_evicted")]


class Counts(typing.NamedTuple):
    """Pages of a part of a file."""
    cached: int
    dirty: int
    evicted: int


def checked(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def cachestat(descriptor, offset, count):
    """Counts of `count` bytes from offset."""
    asked, stat = Range(offset, count), Stat()
    checked(LIBC.syscall(CACHESTAT, descriptor, ctypes.byref(asked), ctypes.byref(stat), 0))
    return Counts(stat.cached, stat.dirty, stat.evicted)


def mincore(descriptor, offset, count):
    """Pages of `count` bytes from offset that are in memory."""
    place = LIBC.mmap(None, count, mmap.PROT_READ, mmap.MAP_SHARED, descriptor, offset)
    assert place != ctypes.c_void_p(-1).value, os.strerror(ctypes.get_errno())
    there = (ctypes.c_ubyte * -(-count // PAGE))()
    try:
        checked(LIBC.mincore(place, count, there))
    finally:
        LIBC.munmap(place, count)
    return sum(byte & 1 for byte in there)
