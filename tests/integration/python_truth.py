# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""python_truth.py SEED COUNT: random nests of holders of arrays, and what Python itself says of them.

Prints READY with a list of every array made, and which of them no name leads to; then evaluates
the names that it is told.
Runs on Python 3.8 and later with numpy 1.24 and later, and knows nothing of pagewatch.
"""
import collections
import contextvars
import dataclasses
import enum
import functools
import itertools
import json
import random
import sys
import threading
import types
import weakref

import numpy as np

try:
    from numpy.lib.array_utils import byte_bounds
except ImportError:
    byte_bounds = np.byte_bounds

SEED, COUNT = int(sys.argv[1]), int(sys.argv[2])
chance = random.Random(SEED)
made = []
nameless = set()  # ids of arrays that only something without a name in Python holds
kept = types.ModuleType("kept")  # a module of the user's
sys.modules["kept"] = kept


class Plain:
    """Attributes share their keys."""


class Slots:
    __slots__ = ("first", "second")


class MoreSlots(Slots):
    __slots__ = ("third", "__mangled")

    def __init__(self, value):
        self.__mangled = value


class SlotsAndDict(Slots):
    pass


class SomeDict(dict):
    __slots__ = ("beside",)


class SomeList(list):
    __slots__ = ("beside",)


class SomeText(str):
    pass


class SomeInt(int):
    pass


class SomeFloat(float):
    pass


class SomeBytes(bytearray):
    pass


class SomeError(Exception):
    pass


class Described:
    """Answers for itself only where nobody asks a class."""

    def __init__(self, value):
        self.inner = value

    def __get__(self, instance, owner):
        return 7


@dataclasses.dataclass
class Data:
    content: object


Pair = collections.namedtuple("Pair", "left right")


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


async def outer_of(value):
    await wait_with(value)


async def generate_async(value):
    kept_here = value
    yield 1
    del kept_here


def started_async(generator):
    try:
        generator.asend(None).send(None)
    except StopIteration:
        return generator


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


def beside(holder, value):
    holder.beside = value
    return holder


def raised(value):
    def raiser(of_raiser):
        raise SomeError(1)

    try:
        raiser(value)
    except SomeError as error:
        return error


def in_context(value):
    context = contextvars.Context()
    context.run(contextvars.ContextVar("made").set, value)
    return context


def cached(value):
    box = [value]
    function = functools.lru_cache(maxsize=None)(lambda key: box.pop())
    function("key")
    return function


def weakly(value):
    """The strong reference is another module's."""
    holder = with_attribute(Plain(), value)
    vars(kept).setdefault("holders", []).append(holder)
    return weakref.ref(holder)


def in_module(value):
    module = types.ModuleType("made")
    module.inside = value
    return module


def frame_of(value):
    return sys._getframe() if value is not None else None


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
    MoreSlots,
    lambda value: with_attribute(SlotsAndDict(), value),
    lambda value: beside(SomeDict(), value),
    lambda value: beside(SomeList(), value),
    lambda value: started_async(generate_async(value)),
    lambda value: awaited(outer_of(value)),
    lambda value: collections.defaultdict(list, key=value),
    lambda value: collections.ChainMap({}, {"key": value}),
    Data,
    lambda value: Pair(1, value),
    lambda value: enum.Enum("Made", {"ONE": Data(value)}),
    lambda value: types.MappingProxyType({"key": value}),
    lambda value: type("Made", (), {"of": property(closure_over(value))}),
    lambda value: type("Made", (), {"of": staticmethod(lambda default=value: default)}),
    lambda value: type("Made", (), {"of": classmethod(lambda cls, default=value: default)}),
    lambda value: type("Made", (), {"of": Described(value)}),
    lambda value: type("Made", (), {"shared": value})(),
    lambda value: [value].append,
    SomeError,
    raised,
    lambda value: collections.OrderedDict(first={"key": value}),
    in_context,
    lambda value: contextvars.ContextVar("made", default=value),
    lambda value: itertools.chain([value]),
    lambda value: map(print, [value]),
    lambda value: zip([value]),
    lambda value: iter((value,)),
    cached,
    weakly,
    in_module,
    frame_of,
    lambda value: {Data: value},
    lambda value: {1.5: value},
    lambda value: frozenset({with_attribute(Plain(), value)}),
    lambda value: with_attribute(SomeText("some"), value),
    lambda value: with_attribute(SomeInt(2**70), value),
    lambda value: with_attribute(SomeFloat(0.5), value),
    lambda value: with_attribute(SomeBytes(b"some"), value),
]

# Of an array alone; the first has no name to give, and the others lose the object.
NAMELESS = [np.nditer, np.broadcast, lambda value: value.flat]


def nest(value):
    if chance.randrange(50) == 0 and value.size:
        nameless.add(id(value))
        return chance.choice(NAMELESS)(value)
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
        module, _, rest = name.partition(".")
        if module not in ("__main__", "kept") or "<" in name or ":" in name or "{}" in name:
            continue
        try:
            value = eval(rest, vars(sys.modules[module]))
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
                      "nameless": sorted(nameless),
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
