# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Maps parts of a file and stands still: cached_target.py FILE|memfd PAGES, then a line each of stdin.

"map OFFSET PAGES shared|private": maps pages and prints the address. "touch ADDRESS" reads a byte,
"write ADDRESS" writes one, "out ADDRESS PAGES" has them paged out. Each line is answered.
"""
import ctypes
import mmap
import os
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.mmap.restype = ctypes.c_void_p
LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                      ctypes.c_int64]
LIBC.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
PAGE = mmap.PAGESIZE
RANDOM, PAGEOUT = 1, 21


def open_file(name, flags):
    if name == "memfd":
        return os.memfd_create("cached", int(flags))
    return os.open(name, int(flags))


def place_of(descriptor, offset, pages, how):
    shared = how == "shared"
    writes = os.O_ACCMODE & LIBC.fcntl(descriptor, 3) != os.O_RDONLY or not shared
    place = LIBC.mmap(None, pages * PAGE, 3 if writes else 1, 1 if shared else 2, descriptor, offset * PAGE)
    # No pages around the one that is touched, and no reading ahead.
    LIBC.madvise(place, pages * PAGE, RANDOM)
    return place


def main():
    descriptor = open_file(*sys.argv[1:3])
    print("READY", os.getpid(), descriptor, flush=True)
    for line in sys.stdin:
        what, *words = line.split()
        if what == "map":
            print(place_of(descriptor, int(words[0]), int(words[1]), words[2]), flush=True)
            continue
        place = int(words[0])
        if what == "touch":
            ctypes.string_at(place, 1)
        elif what == "write":
            ctypes.memset(place, 7, 1)
        elif what == "out":
            LIBC.madvise(place, int(words[1]) * PAGE, PAGEOUT)
        print("did", flush=True)


if __name__ == "__main__":
    main()
