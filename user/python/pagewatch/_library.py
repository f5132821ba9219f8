# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""libpagewatch by ctypes: its structs and functions, as user/lib/pagewatch.h documents them."""
from __future__ import annotations

import ctypes
import errno
import os
import pathlib
from ctypes import POINTER, c_char_p, c_int, c_size_t, c_ssize_t, c_uint64, c_void_p
from typing import Tuple

SONAME = "libpagewatch.so.1"

STATES = ("absent", "zero", "zero_huge", "anon", "anon_huge", "file", "shmem", "swapped", "guard")


class PagesStruct(ctypes.Structure):
    _fields_ = [*((name, c_uint64) for name in ("pages", "resident", *STATES)),
                ("reserved", c_uint64 * 5)]


class ResidencyStruct(ctypes.Structure):
    _fields_ = [("page_bytes", c_uint64), ("range_pages", c_uint64), ("unreadable", c_uint64),
                ("merged", c_uint64), ("all", PagesStruct), ("interior", PagesStruct)]


class ArrayStruct(ctypes.Structure):
    _fields_ = [("data", c_uint64), ("item_bytes", c_uint64), ("ndim", c_uint64),
                ("shape", POINTER(ctypes.c_int64)), ("strides", POINTER(ctypes.c_int64))]


def _load() -> ctypes.CDLL:
    """The copy in the wheel (make install: a link to the installed one), else the system's."""
    beside = pathlib.Path(__file__).with_name(SONAME)
    try:
        return ctypes.CDLL(str(beside) if beside.exists() else SONAME)
    except OSError as error:
        raise ImportError(f"pagewatch: cannot load {SONAME}: {error}") from error


_lib = _load()
_lib.pagewatch_version.restype = c_char_p
_lib.pagewatch_version.argtypes = []
_lib.pagewatch_look_array.argtypes = [c_int, POINTER(ArrayStruct), c_size_t, POINTER(c_void_p)]
_lib.pagewatch_look_residency.argtypes = [c_void_p, POINTER(ResidencyStruct), c_size_t]
_lib.pagewatch_look_heat.argtypes = [c_void_p, c_size_t, *[POINTER(c_uint64)] * 3]
_lib.pagewatch_look_heat.restype = c_ssize_t
_lib.pagewatch_look_free.argtypes = [c_void_p]
_lib.pagewatch_look_free.restype = None
_lib.pagewatch_mark.argtypes = [c_char_p, c_void_p, c_size_t]
_lib.pagewatch_unmark.argtypes = [c_char_p]
_lib.pagewatch_checkpoint.argtypes = [c_char_p]

Heat = Tuple[Tuple[int, int, int], ...]


def version() -> str:
    text: bytes = _lib.pagewatch_version()
    return text.decode()


def _check(result: int, what: str) -> int:
    """Returns a count; raises an exception for a negative errno."""
    if result >= 0:
        return result
    code = -result
    if code == errno.E2BIG:
        raise ValueError(f"{what}: its elements are in more than a million separate places")
    if code in (errno.EINVAL, errno.ENAMETOOLONG):
        raise ValueError(f"{what}: {os.strerror(code)}")
    raise OSError(code, f"{what}: {os.strerror(code)}")


def look(array: ArrayStruct, cells: int) -> Tuple[ResidencyStruct, Heat]:
    """The counts of an array and its heatmap (pages, resident, zero), both of one moment."""
    handle = c_void_p()
    counts = ResidencyStruct()
    rows = [(c_uint64 * cells)() for _ in range(3)]
    _check(_lib.pagewatch_look_array(0, ctypes.byref(array), ctypes.sizeof(array),
                                     ctypes.byref(handle)), "residency")
    try:
        _check(_lib.pagewatch_look_residency(handle, ctypes.byref(counts), ctypes.sizeof(counts)),
               "residency")
        there = _check(_lib.pagewatch_look_heat(handle, cells, *rows), "residency")
    finally:
        _lib.pagewatch_look_free(handle)
    return counts, tuple(zip(*(row[:there] for row in rows)))


def encode_name(name: str) -> bytes:
    if not isinstance(name, str):
        raise TypeError(f"a name is a str, not {type(name).__name__}")
    encoded = name.encode()
    if b"\0" in encoded:
        raise ValueError("a name must not contain NUL")
    return encoded


def mark(name: str, start: int, size: int) -> None:
    _check(_lib.pagewatch_mark(encode_name(name), start, size), "mark")


def unmark(name: str) -> bool:
    """Whether there was one."""
    result: int = _lib.pagewatch_unmark(encode_name(name))
    if result != -errno.ENOENT:
        _check(result, "unmark")
    return result == 0


def checkpoint(name: str) -> bool:
    return _check(_lib.pagewatch_checkpoint(encode_name(name)), "checkpoint") == 1
