# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""python_names.py SEED: arrays under keys and attributes of all kinds; evaluates the names it is told.

Prints {"exact": {name: id}, "marked": {id: pattern}, "others": [id]}, then READY: names that must be just so, what must
stand for a name that Python has not, and arrays that have some name. Then answers each line, a JSON list of [name, id],
with what is wrong. Knows nothing of pagewatch.
"""
import json
import random
import sys
import types
import weakref

import numpy as np

chance = random.Random(int(sys.argv[1]))
exact, marked, others = {}, {}, []


def new():
    return np.zeros(chance.randrange(3_000, 4_000), "u1")


def named(name):
    """An array that has to be called so."""
    array = new()
    exact[f"__main__.{name}"] = id(array)
    return array


def unnamed(pattern):
    """An array for which Python has no name: the pattern of what stands for it."""
    array = new()
    marked[id(array)] = rf"__main__\.{pattern}"
    return array


def other():
    """An array that has some name, which Python evaluates."""
    array = new()
    others.append(id(array))
    return array


class Point:
    def __init__(self, x):
        self.x = x


class Odd(str):
    """Equal to itself alone."""

    def __hash__(self):
        return 7

    def __eq__(self, other_one):
        return self is other_one


class OddPair(tuple):
    __hash__ = tuple.__hash__

    def __eq__(self, other_one):
        return self is other_one


class Text(str):
    """Compares as any str, as the next one does."""


class Pair(tuple):
    pass


# Keys: what repr() says of them.
KEYS = ["C:\\temp\\new.npy", "plain\\x0a", "plain\n", "a", "a\0b", "it's \"q\"", "it's", 'say "q"', "tab\t\r\x7f", "",
        "x" * 300 + "1", "x" * 300 + "2", "y" * 1000, "caf\u00e9", "\u65e5\u672c", "\U0001f600", "a: b", "a]b", "*?[",
        0, -1, 2**30, -2**59, True + 1, None, b"k", b"it's \\ \x00\xff", (), (1,), ("a", 2), ("a\\n",), tuple(range(9)),
        tuple(range(10, 70)), ((((("deep",),),),),), (1.5, None, b"x", True)]
keys = {key: named(f"keys[{key!r}]") for key in KEYS}
texts = {Text("of a class"): named("texts['of a class']"), Pair((1, 2)): named("texts[(1, 2)]")}
truths = {True: named("truths[True]"), False: named("truths[False]")}
floats = {key: named(f"floats[{key!r}]")
          for key in (1.5, -0.1, 1e16, 1e15, 1e-5, 0.0001, 123456789.125, 5e-324, 0.1 + 0.2, -0.0, 1e300)}
strange = {key: other() for key in ("\ud800", "a\udfffb", "\u202e", "\u200b\xa0\u3000", "\x80\x9f", "\ue000",
                                    "\U000e0001", 2**62, 2**70, -2**200, 10**250, float("inf"), float("-inf"))}
ALPHABET = "ab'\"\\\n\t\0\x1b\x7f\x80\xa0\xe9\u0301\u200b\u202e\u2028\ud800\udfff\ufeff\uffff\U0001f600\U000e0001\U0010ffff"
random_keys = {key: other() for key in {"".join(chance.choices(ALPHABET, k=chance.randrange(1, 60))) for _ in range(200)}}
AT = "at 0x[0-9a-f]+>"
marks = {key: unnamed(rf"marks\[<{mark} {AT}\]") for key, mark in (
    ("z" * 5000 + "1", r"'z{40}\.\.\.'"), ("z" * 5000 + "2", r"'z{40}\.\.\.'"), ("w" * 1001, r"'w{40}\.\.\.'"),
    (b"b" * 1001, "bytes"), (2**1000, "int"), (float("nan"), "float"), (Point(1), "Point"), (Point, "type"),
    (Odd("odd"), "'odd'"), (OddPair((1, 2)), "OddPair"), (tuple(range(65)), "tuple"), (("w" * 999, "w" * 999), "tuple"),
    (frozenset((1,)), "frozenset"), ((1, Point(2)), "tuple"))}
path = [{"p" * 700: {"q" * 700: {
    letter * 700: unnamed(rf"path\[0\]\['p{{700}}'\]\['q{{700}}'\]\['{letter}+<\.\.\. {AT}") for letter in "rs"}}}]

# Attributes, and what is none.
free = types.SimpleNamespace()
for attribute in ("plain", "caf\u00e9", "\u03b1\u03b2", "\u0434", "\u65e5\u672c", "_x1", "print"):
    setattr(free, attribute, named(f"free.{attribute}"))
for attribute in ("not one", "class", "None", "1st", "a.b", "it's", "", "a\0b", "new\nline", "a-b", "k" * 300 + " "):
    setattr(free, attribute, named(f"free.__dict__[{attribute!r}]"))
for attribute in ("\ufb01", "\u00b5", "\ud800", "e\u0301", "\u200b", "\u00aa"):  # to the parser others, or none
    setattr(free, attribute, other())
free.__dict__[5] = named("free.__dict__[5]")
globals()["not one"] = named("__dict__['not one']")
globals()["lambda"] = named("__dict__['lambda']")
odd_module = types.ModuleType("odd name")
sys.modules["odd name"] = odd_module
odd_module.x = new()
exact["sys.modules['odd name'].x"] = id(odd_module.x)
of_class = type("Made", (), {"or": named("of_class.__dict__['or']"), "shared": named("of_class.shared")})
del odd_module


# Classes that answer for themselves.
class Covered:
    def __init__(self, value):
        self.__dict__["v"] = value

    v = property(lambda self: self.__dict__["v"][:0])


class Fallback:
    """Asked only for what is not there."""

    def __getattr__(self, name):
        raise AttributeError(name)


class Opaque:
    def __getattribute__(self, name):
        return object.__getattribute__(self, name)[:0]


class Hidden:
    """Its __dict__ is not what it has."""
    __dict__ = property(lambda self: {})


class Base:
    __slots__ = ("a", "b", "__mangled")

    def __init__(self, mangled):
        self.__mangled = mangled


class Derived(Base):
    __slots__ = ("a",)
    b = 7


class Beside(dict):
    def __getitem__(self, key):
        return dict.__getitem__(self, key)[:5]


class Listed(list):
    def __getitem__(self, key):
        return list.__getitem__(self, key)[:5]


class Plainly(dict):
    def __missing__(self, key):
        return 0


class Referring(weakref.ref):
    def __call__(self):
        return None


class Meta(type):
    m = property(lambda cls: 0)


covered, fallback = Covered(named("covered.__dict__['v']")), Fallback()
fallback.w = named("fallback.w")
opaque, hidden = Opaque(), Hidden()
object.__setattr__(opaque, "u", unnamed("opaque.<attribute 'u'>"))
object.__setattr__(hidden, "t", named("hidden.t"))
object.__setattr__(hidden, "n t", unnamed("hidden.<attribute 'n t'>"))
derived = Derived(named("derived._Base__mangled"))
derived.a = named("derived.a")
Base.a.__set__(derived, unnamed(r"derived.<slot Base\.a>"))
Base.b.__set__(derived, unnamed(r"derived.<slot Base\.b>"))
beside, listed = Beside(w=unnamed("beside.<item 'w'>")), Listed([0, unnamed("listed.<item 1>")])
plainly = Plainly(w=named("plainly['w']"))
with_meta = Meta("with_meta", (), {"m": named("with_meta.__dict__['m']"), "n": named("with_meta.n")})
in_set = {Point(unnamed(r"in_set\{<0x[0-9a-f]+>\}\.x")), Point(unnamed(r"in_set\{<0x[0-9a-f]+>\}\.x"))}
if hasattr(types, "CellType"):
    cell = types.CellType(named("cell.cell_contents"))
    of_cell = types.CellType(types.CellType(named("of_cell.cell_contents.cell_contents")))


def in_a_frame():
    """A variable that functions share is in a cell; what is merely a cell is one."""
    shared, free_cell = unnamed(r"in_a_frame\(\):shared"), None
    if hasattr(types, "CellType"):
        free_cell = types.CellType(unnamed(r"in_a_frame\(\):free_cell\.cell_contents"))

    def inner():
        return shared
    serve()
    return inner, free_cell


def wrong_of(names):
    wrong = []
    for name, address in names:
        rest = name[len("__main__."):] if name.startswith("__main__.") else name
        if rest.startswith("__dict__"):
            rest = f"sys.modules['__main__'].{rest}"
        try:
            value = eval(rest, vars(sys.modules["__main__"]))
        except Exception as error:  # any: it is then no name
            wrong.append(f"{name!r}: {type(error).__name__} {error}")
            continue
        if id(value) != address:
            wrong.append(f"{name!r}: another object")
    return wrong


def serve():
    print(json.dumps({"exact": exact, "marked": marked, "others": others}))
    print("READY", flush=True)
    for line in sys.stdin:
        if line.strip() == "end":
            break
        print(json.dumps(wrong_of(json.loads(line))), flush=True)


in_a_frame()
