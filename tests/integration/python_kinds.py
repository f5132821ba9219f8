# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Owners of memory that are no ndarrays, slots, threads that run one function: and where they lie.

Prints what it has made as {"buffers": {name: [address, bytes, items, dtype, writeable]}, "objects":
{name: id}, "owners": {view: owner}, "threads": [...]}, then READY. Knows nothing of pagewatch.
"""
import array
import ctypes
import json
import mmap
import sys
import tempfile
import threading
from multiprocessing import shared_memory

import numpy as np

UNIT = 1 << 16
CALLS = 3


class Base:
    __slots__ = ("first", "__hidden")

    def __init__(self):
        self.first = np.zeros(3)
        self.__hidden = np.zeros(5)


class Derived(Base):
    __slots__ = ("third", "__dict__")


class Bytes(bytearray):
    __slots__ = ("beside",)


slots = Derived()
slots.third = np.zeros(7)
slots.free = np.zeros(11)

grown = bytearray(3 * UNIT)
grown.extend(b"more")
of_class = Bytes(2 * UNIT)
of_class.beside = np.zeros(13)
doubles = array.array("d", range(UNIT))
shorts = array.array("h", [7] * UNIT)
anonymous = mmap.mmap(-1, 5 * UNIT)
file = tempfile.TemporaryFile()
file.truncate(4 * UNIT)
of_file = mmap.mmap(file.fileno(), 4 * UNIT)
read_only = mmap.mmap(file.fileno(), 2 * UNIT, access=mmap.ACCESS_READ)
shared = shared_memory.SharedMemory(create=True, size=3 * UNIT)
of_bytes = b"x" * (2 * UNIT + 7)
text = "y" * (UNIT + 3)
wide = "\u1234" * UNIT
widest = "\U0001f600" * UNIT
empty = bytearray()
closed = mmap.mmap(-1, UNIT)
closed.close()

view_of_grown = np.frombuffer(grown, "u1")
part_of_grown = view_of_grown[UNIT:]
view_of_doubles = np.frombuffer(doubles)
view_of_anonymous = np.frombuffer(anonymous, "i4")
through_memoryview = np.asarray(memoryview(memoryview(grown)[UNIT:]))
mapped = np.memmap(file, dtype="f4", mode="r+", shape=(UNIT,))
in_shared = np.ndarray((128, 128), "f8", buffer=shared.buf)
view_of_bytes = np.frombuffer(of_bytes, "u1")


def address_of(buffer):
    return ctypes.addressof(ctypes.c_char.from_buffer(buffer))


def address_of_read_only(buffer):
    return np.frombuffer(buffer, "u1").__array_interface__["data"][0]


def row(address, count, item, dtype, writeable=True):
    return [address, count * item, count, dtype, writeable]


def str_data(value, item):
    """Characters stand at the end of the object, with one more of zeros."""
    return id(value) + sys.getsizeof(value) - (len(value) + 1) * item


buffers = {
    "grown": row(address_of(grown), len(grown), 1, "bytearray"),
    "of_class": row(address_of(of_class), len(of_class), 1, "bytearray"),
    "doubles": row(doubles.buffer_info()[0], UNIT, 8, "array 'd'"),
    "shorts": row(shorts.buffer_info()[0], UNIT, 2, "array 'h'"),
    "anonymous": row(address_of(anonymous), 5 * UNIT, 1, "mmap"),
    "of_file": row(address_of(of_file), 4 * UNIT, 1, "mmap"),
    "read_only": row(address_of_read_only(read_only), 2 * UNIT, 1, "mmap", False),
    "shared._mmap": row(address_of(shared.buf), len(shared.buf), 1, "mmap"),
    "mapped.base": row(mapped.__array_interface__["data"][0], 4 * UNIT, 1, "mmap"),
    "of_bytes": row(address_of_read_only(of_bytes), len(of_bytes), 1, "bytes", False),
    "text": row(str_data(text, 1), len(text), 1, "str", False),
    "wide": row(str_data(wide, 2), len(wide), 2, "str", False),
    "widest": row(str_data(widest, 4), len(widest), 4, "str", False),
}
objects = {
    "slots.first": id(slots.first), "slots._Base__hidden": id(slots._Base__hidden),
    "slots.third": id(slots.third), "slots.free": id(slots.free), "of_class.beside": id(of_class.beside),
}
owners = {
    "view_of_grown": "grown", "part_of_grown": "grown", "view_of_doubles": "doubles",
    "view_of_anonymous": "anonymous", "through_memoryview": "grown", "mapped": "mapped.base",
    "in_shared": "shared._mmap", "view_of_bytes": "of_bytes",
}

arrived, leave = threading.Semaphore(0), threading.Event()
threads = []


def several(depth, found):
    local = np.zeros(depth + 17)
    found.append(id(local))
    if depth:
        return several(depth - 1, found)
    arrived.release()
    leave.wait()
    return local


def alone(found):
    only = np.zeros(19)
    found.append(id(only))
    several(0, found)
    return only


for function, arguments in [(several, (CALLS - 1,)), (several, (CALLS - 1,)), (alone, ())]:
    locals_found = []
    thread = threading.Thread(target=function, args=(*arguments, locals_found))
    thread.start()
    arrived.acquire()
    number = thread.native_id if sys.version_info >= (3, 11) else thread.ident
    threads.append([function.__name__, number, locals_found])

print(json.dumps({"buffers": buffers, "objects": objects, "owners": owners, "threads": threads,
                  "shared": shared.name}))
print("READY", flush=True)
sys.stdin.readline()
leave.set()
del in_shared
shared.close()
shared.unlink()
