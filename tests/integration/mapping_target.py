# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""mapping_target.py SEED OPERATIONS: maps in an arena of its own, prints its books as JSON.

READY, a line; plays; the books; DONE, a line. With SEED "fork" a child goes its own way; "merged"
and "same size" play one thing.
"""
import ctypes
import json
import mmap
import os
import random
import signal
import sys

PAGE = mmap.PAGESIZE
ARENA, PAGES = 0x3000000000, 40009
PRIVATE = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
FIXED, NORESERVE, MAYMOVE, REMAP_FIXED = 0x10, 0x4000, 1, 2
LIBC = ctypes.CDLL(None, use_errno=True)
for name in ("mmap", "mremap"):
    getattr(LIBC, name).restype = ctypes.c_void_p
FAILED = ctypes.c_void_p(-1).value


def call(function, *words):
    return getattr(LIBC, function)(*[ctypes.c_long(word) for word in words])


class Books:
    """Parts [start, end, start of the whole, bytes of the whole] in pages, disjoint."""

    def __init__(self):
        self.parts = []

    def cut(self, start, end):
        """What lies in [start, end) is taken out, and returned."""
        taken, left = [], []
        for low, high, whole, count in self.parts:
            if max(low, start) < min(high, end):
                taken.append([max(low, start), min(high, end), whole, count])
            for part in ([low, min(high, start)], [max(low, end), high]):
                if part[0] < part[1]:
                    left.append([*part, whole, count])
        self.parts = left
        return sorted(taken)

    def map(self, start, count):
        assert call("mmap", ARENA + start * PAGE, count * PAGE, 3, PRIVATE | FIXED | NORESERVE,
                    -1, 0) == ARENA + start * PAGE
        self.cut(start, start + count)
        self.parts.append([start, start + count, start, count])

    def unmap(self, start, count):
        assert call("munmap", ARENA + start * PAGE, count * PAGE) == 0
        self.cut(start, start + count)

    def fail(self, start, count):
        """An address that is no page's: EINVAL."""
        assert call("munmap", ARENA + start * PAGE + 8, count * PAGE) == -1
        assert call("mmap", ARENA + start * PAGE + 8, count * PAGE, 3, PRIVATE | FIXED, -1,
                    0) == FAILED

    def remap(self, part, count, to):
        """mremap of one part, which is one VMA or lies in one; to None: where it is, or fail."""
        start, end = part[:2]
        flags = MAYMOVE | REMAP_FIXED if to is not None else 0
        got = call("mremap", ARENA + start * PAGE, (end - start) * PAGE, count * PAGE, flags,
                   ARENA + (to or 0) * PAGE)
        if got == FAILED:
            return
        to = start if to is None else to
        self.cut(to, to + count)
        self.cut(start, end)
        low, high, whole, size = part
        whole, high = whole + to - low, to + count
        # The kernel does nothing in place, or moves the VMA: a first part is still a part.
        resized = whole == to and count != end - start
        self.parts.append([to, high, whole, count if resized else size])


def one(books, rng):
    start, count = rng.randrange(PAGES - 700), rng.randrange(16, 600)
    kind = rng.randrange(8)
    if kind < 3:
        books.map(start, count)
    elif kind == 3:
        books.unmap(start, count)
    elif kind == 4:
        books.fail(start, count)
    elif books.parts:
        part = rng.choice(books.parts)
        length = part[1] - part[0]
        to = start if kind > 5 else None
        count = rng.randrange(1, length + 1) if kind != 6 else min(length + count, 690)
        if to is None or to + count <= part[0] or to >= part[1]:
            books.remap(part, count, to)


def tell(books):
    print(json.dumps({"arena": [ARENA, ARENA + PAGES * PAGE], "page": PAGE, "pid": os.getpid(),
                      "parts": sorted(books.parts)}), flush=True)


def forked(books):
    books.map(11, 101)
    books.map(112, 103)
    heard, says = os.pipe()
    child = os.fork()
    if not child:
        books.unmap(31, 41)
        books.map(1009, 107)
        tell(books)
        os.write(says, b"x")
        os.close(heard)
        signal.pause()
    os.read(heard, 1)
    books.unmap(120, 13)


def same_size(books):
    """The first part of a call, in place, moved, and grown; the part behind a hole, moved."""
    books.map(11, 101)
    books.unmap(61, 13)
    first, last = sorted(books.parts)
    books.remap(first, 50, None)
    books.remap(first, 50, 1009)
    books.remap(last, 38, 2003)
    books.map(3001, 103)
    books.unmap(3051, 53)
    books.remap(books.parts[-1], 61, 4001)


def main():
    books = Books()
    assert call("mmap", ARENA, PAGES * PAGE, 0, PRIVATE | FIXED | NORESERVE, -1, 0) == ARENA
    print("READY", flush=True)
    sys.stdin.readline()
    if sys.argv[1] == "fork":
        forked(books)
    elif sys.argv[1] == "same size":
        same_size(books)
    elif sys.argv[1] == "merged":
        books.map(11, 101)
        books.map(112, 103)
    else:
        rng = random.Random(int(sys.argv[1]))
        for _ in range(int(sys.argv[2])):
            one(books, rng)
    tell(books)
    print("DONE", flush=True)
    sys.stdin.readline()


main()
