# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What only C code holds for a Python: arrays of objects, caches, context variables; and what they are called.

Prints {"names": {name: id}, "unnamed": [id]}, then READY. Names without angle brackets, outside of threads, are
evaluated here as well. Knows nothing of pagewatch.
"""
import contextvars
import functools
import json
import sys
import threading

import numpy as np

names, unnamed = {}, []
length = 0


def named(name):
    global length
    length += 1
    array = np.zeros(3_000 + length, "u1")
    if name:
        names[f"__main__.{name}"] = id(array)
    else:
        unnamed.append(id(array))
    return array


# Arrays of objects.
flat = np.empty(3, object)
flat[0], flat[1], flat[2] = named("flat[0]"), [named("flat[1][0]")], {"k": named("flat[2]['k']")}
cube = np.empty((2, 3, 4), object)
for index in ((0, 0, 0), (1, 2, 3), (1, 0, 2)):
    cube[index] = named("cube[{}, {}, {}]".format(*index))
turned = np.empty((5, 7), object, order="F")
turned[4, 6], turned[1, 5] = named("turned[4, 6]"), named("turned[1, 5]")
backwards = np.empty(6, object)[::-2]
backwards[0], backwards[2] = named("backwards[0]"), named("backwards[2]")
single = np.empty((), object)
single[()] = named("single[()]")
nothing = np.empty((3, 0), object)
wide = np.empty(70_000, object)
wide[::100] = "text"
wide[4_000] = named("wide[4000]")
wide[8_000] = named("wide[8000]")
wide[69_999] = named("")  # behind too many that hold nothing
record = np.zeros(3, [("i", "i4"), ("o", "O"), ("inner", [("p", "f8"), ("q q", "O")])])
record["o"][1], record["inner"]["q q"][2] = named("record['o'][1]"), named("record['inner']['q q'][2]")
titled = np.zeros((2, 2), [(("a title", "name"), "O")])
titled["name"][1, 0] = named("titled['name'][1, 0]")
packed = np.zeros(2, np.dtype([("b", "u1"), ("o", "O")]))  # its references lie at odd addresses
packed["o"][1] = named("packed['o'][1]")
plain = np.zeros(2, [("a", "i4"), ("b", "f8")])
within = np.zeros(2, [("o", "O", (2,))])
within["o"][1, 1] = named("")  # an array within a record


# Caches: their results, and nothing else, can be had by calls alone.
@functools.lru_cache(maxsize=None)
def unbounded(key):
    return named(f"unbounded.<cached {key!r}>")


@functools.lru_cache(maxsize=128)
def bounded(*arguments):
    key = arguments[0] if len(arguments) == 1 and type(arguments[0]) in (int, str) else arguments
    return named(f"bounded.<cached {key!r}>")


@functools.lru_cache(maxsize=4)
def small(key):
    return (named(f"small.<cached {key!r}>[0]"),)


@functools.lru_cache(maxsize=0)
def none(key):
    return key


for key in range(4):
    unbounded(key)
    bounded(key)
bounded("it's")
bounded(1, "two")
bounded(1.5)
for key in range(9):
    small(key)
    if key < 5:
        del names[f"__main__.small.<cached {key}>[0]"]
none(1)

# Context variables, in the thread that evaluates this and in another.
variable = contextvars.ContextVar("variable")
variable.set(named("variable.get()"))
many = [contextvars.ContextVar(f"v{number}") for number in range(100)]
for number, one in enumerate(many):
    one.set([number, named(f"many[{number}].get()[1]")])
with_default = contextvars.ContextVar("with_default", default=named("with_default.<default>"))
del one, number
never = contextvars.ContextVar("never")
past = contextvars.ContextVar("past")
past.set(named("past.get()"))
token = past.set([0])
past.reset(token)
del token
ready, done = threading.Event(), threading.Event()


def in_thread():
    number = threading.get_native_id() if sys.version_info >= (3, 11) else threading.get_ident()
    variable.set([named(f"variable.get()@{number}[0]")])
    never.set(named(f"never.get()@{number}"))
    ready.set()
    done.wait()


thread = threading.Thread(target=in_thread)
thread.start()
ready.wait()
for name, address in names.items():
    if "<" not in name and "@" not in name:
        assert id(eval(name[len("__main__."):])) == address, name
print(json.dumps({"names": names, "unnamed": unnamed}))
print("READY", flush=True)
sys.stdin.readline()
done.set()
thread.join()
