# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""html_target.py KIND: arrays for a page of --html; READY, then a line from stdin for each step."""
import ctypes
import mmap
import os
import sys

import numpy

HOSTILE = {
    "tag": "<img src=x onerror=\"window.hostile=1\">",
    "end": "</script><script>window.hostile=1</script>",
    "comment": "<!--<script>",
    "line": "a\u2028window.hostile=1\u2029b",
    "right": "\u05d0\u05d1\u05d2 abc \u0627\u0644",
    "turn": "\u202egnp.exe",
    "quote": "'\"`${window.hostile=1}\\",
}
TIB = 1 << 40
NORESERVE = 0x4000  # asm-generic/mman.h; Python has a name for it from 3.13 on


def say(word):
    print(word, os.getpid(), flush=True)
    sys.stdin.readline()


def some():
    return {"matrix": numpy.zeros((1000, 1024)), "ones": numpy.ones(1 << 17),
            "cube": numpy.zeros((64, 128, 128))[:, ::2, :], "skips": numpy.ones((50, 4096))[::5, :9]}


def hostile():
    ctypes.CDLL(None).prctl(15, b"<b>\xff&\"", 0, 0, 0)  # PR_SET_NAME
    return {"names": {name: numpy.ones(1 << 18) for name in HOSTILE.values()}}


def many():
    return {"names": {f"array {i}": numpy.ones(1024) for i in range(10000)}}


def shapes():
    """Of many strides; the last one has elements that overlap."""
    cube = numpy.ones((12, 40, 50))
    return {"c": cube, "fortran": numpy.ones((40, 300), order="F"), "turned": cube.transpose(2, 0, 1),
            "backwards": cube[::-1, :, ::-1], "columns": numpy.ones((90, 700))[:, 3:40],
            "gaps": numpy.ones((60, 2000))[::3, 5::7], "one": numpy.ones(9000, dtype="i2")[::-2],
            "records": numpy.ones(3000, dtype="i4,f8,S3"), "unit": numpy.ones((1, 5000, 1)),
            "windows": numpy.lib.stride_tricks.as_strided(cube, (100, 100), (8, 16))}


def large():
    """Spans of 1 TiB: one nearly empty, one with a page here and there."""
    maps = [mmap.mmap(-1, TIB, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | NORESERVE)
            for _ in range(2)]
    arrays = [numpy.frombuffer(each, dtype=numpy.uint8) for each in maps]
    arrays[1][::TIB // 20000] = 1
    return {"empty": arrays[0], "sparse": arrays[1]}


if __name__ == "__main__":
    names = {"some": some, "hostile": hostile, "many": many, "large": large,
             "shapes": shapes}[sys.argv[1]]()
    say("READY")
    if sys.argv[1] == "some":
        names["matrix"][100:300] = 1
        say("DONE")
        names["ones"][:] = 2
        names["matrix"][:50] = 1
        del names["cube"]
        say("DONE")
