# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""python_truth.py SEED COUNT: random nests of holders of arrays, and what Python itself says of them.

Prints READY with a list of every array made, then evaluates the names that it is told.
Runs on Python 3.8 and later with numpy 1.24 and later, and knows nothing of pagewatch.
"""
import collections
import functools
import json
import random
import sys
import threading
import types

import numpy as np

try:
    from numpy.lib.array_utils import byte_bounds
except ImportError:
    byte_bounds = np.byte_bounds

SEED, COUNT = int(sys.argv[1]), int(sys.argv[2])
chance = random.Random(SEED)
made = []


class Plain:
    """Attributes share their keys."""


class Slots:
    __slots__ = ("first", "second")


class SomeDict(dict):
    pass


class SomeList(list):
    pass


class SubArray(np.ndarray):
    pass


def new_array():
    """Some array or other; views keep their owner alive."""
    dtype = chance.choice(["f8", "f4", "i8", "i2", "u1", "c16", "?", "M8[s]", "S7", "U5", ">f8",
                           [("a", "i4"), ("b", "f8")]])
    shape = chance.choice([(), (1,), (chance.randrange(200),), (7, 11), (3, 5, 2), (0, 4)])
    array = np.zeros(shape, dtype=dtype)
    form = chance.randrange(9)
    if form == 0:
        array = array.T
    elif form == 1 and array.ndim:
        array = array[::-1]
    elif form == 2:
        array = np.broadcast_to(array, (3, *array.shape))
    elif form == 3:
        array = array.view(SubArray)
        array.note = "an attribute"
    elif form == 4 and array.ndim == 2:
        array = array[1::2, ::3]
    elif form == 5:
        array.flags.writeable = False
    made.append(array)
    return array


def closure_over(value):
    return lambda: value


def generate(value):
    kept = value
    yield 1
    del kept


async def wait_with(value):
    await types.coroutine(generate)(value)


def started(generator):
    next(generator)
    return generator


def awaited(coroutine):
    coroutine.send(None)
    return coroutine


def with_attribute(holder, value):
    name = chance.choice(["grid", "field", "caf\u00e9", "x"])
    setattr(holder, name, value)
    return holder


def with_slot(value):
    holder = Slots()
    holder.second = value
    return holder


HOLDERS = [
    lambda value: [None, value],
    lambda value: (value, 1),
    lambda value: {"key": value},
    lambda value: {chance.randrange(-2**40, 2**40): value},
    lambda value: {"it's": {"inner": value}},
    lambda value: {(1, 2): value},
    lambda value: with_attribute(Plain(), value),
    lambda value: with_attribute(types.SimpleNamespace(), value),
    with_slot,
    closure_over,
    lambda value: started(generate(value)),
    lambda value: awaited(wait_with(value)),
    lambda value: SomeDict(key=value),
    lambda value: SomeList([value]),
    lambda value: functools.partial(print, value),
    lambda value: (lambda default=value: default),
    lambda value: with_attribute(Plain(), value).__getattribute__,
    lambda value: collections.OrderedDict(a=value),
    lambda value: type("Made", (), {"shared": value}),
    lambda value: collections.deque([0, value]),
]


def nest(value):
    for _ in range(chance.randrange(1, 4)):
        value = chance.choice(HOLDERS)(value)
    return value


def in_thread(ready, done):
    of_thread = new_array()
    ready.set()
    done.wait()
    del of_thread


def facts(array):
    low, high = byte_bounds(array) if array.size else (array.__array_interface__["data"][0],) * 2
    base = array.base
    return {"object": id(array), "data": array.__array_interface__["data"][0], "start": low,
            "end": high, "shape": array.shape, "strides": array.strides,
            "nbytes": array.nbytes, "owndata": bool(array.flags.owndata),
            "writeable": bool(array.flags.writeable), "kind": array.dtype.kind,
            "base": id(base) if isinstance(base, np.ndarray) else 0}


def check_names(names):
    """[[name, object id]]: those that are expressions, evaluated; what is wrong."""
    wrong, right = [], 0
    for name, address in names:
        if not name.startswith("__main__.") or "<" in name or ":" in name or "{}" in name:
            continue
        try:
            value = eval(name[len("__main__."):], globals())
        except Exception as error:  # any: it is then no name
            wrong.append(f"{name}: {error}")
            continue
        if id(value) == address:
            right += 1
        else:
            wrong.append(f"{name}: another object")
    return {"wrong": wrong, "right": right}


def main():
    of_frame = new_array()
    ready, done = threading.Event(), threading.Event()
    thread = threading.Thread(target=in_thread, args=(ready, done))
    thread.start()
    ready.wait()
    for index in range(COUNT - 2):
        globals()[f"v{index}"] = nest(new_array())
    print(json.dumps({"pid": 0, "numpy": np.__version__, "python": sys.version.split()[0],
                      "arrays": [facts(array) for array in made]}))
    made.clear()
    print("READY", flush=True)
    sys.stdout.flush()
    for line in sys.stdin:
        if line.strip() == "end":
            break
        print(json.dumps(check_names(json.loads(line))), flush=True)
    done.set()
    thread.join()
    return of_frame is None


main()
