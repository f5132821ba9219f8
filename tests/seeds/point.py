# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""For the scripts beside it: checkpoints, marks, numbers, and what pagewatch says of ourselves.

Imports no numpy, so that a script decides when that happens. tests/seeds/claims.py sets the
environment: PAGEWATCH (the program), PAGEWATCH_LIBRARY, SEED_NUMBERS (a file), SEED_BUILT.
"""
import ctypes
import json
import os
import subprocess

_library = ctypes.CDLL(os.environ["PAGEWATCH_LIBRARY"])
_library.pagewatch_mark.argtypes = [ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t]
_library.pagewatch_checkpoint.argtypes = [ctypes.c_char_p]

PAGE = os.sysconf("SC_PAGESIZE")


class _Region(ctypes.Structure):
    _fields_ = [("start", ctypes.c_uint64), ("end", ctypes.c_uint64), ("kind", ctypes.c_uint32),
                ("flags", ctypes.c_uint32), ("path", ctypes.c_char_p)]


_VISIT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(_Region))
_library.pagewatch_snapshot.argtypes = [ctypes.c_int, _VISIT, ctypes.c_void_p, ctypes.c_void_p,
                                        ctypes.c_size_t]


def at(name):
    """A checkpoint; without a watcher a script proves nothing."""
    if _library.pagewatch_checkpoint(name.encode()) != 1:
        raise SystemExit(f"no watcher at checkpoint '{name}'")


def mark(name, address, nbytes):
    """Names a range; it keeps the name when the memory is given back."""
    if _library.pagewatch_mark(name.encode(), address, nbytes):
        raise SystemExit(f"no mark '{name}'")


def number(name, value):
    """A number that the claims are compared with."""
    with open(os.environ["SEED_NUMBERS"], "a", encoding="ascii") as file:
        print(json.dumps([name, int(value)]), file=file)


def region_of(address):
    """(start, end, "heap" or another kind) of the mapping that an address is in, or None."""
    found = []

    def visit(_, region):
        r = region.contents
        if r.start <= address < r.end:
            found.append((r.start, r.end, ("anon", "heap", "stack", "file", "shmem")[r.kind]))
        return 0

    if _library.pagewatch_snapshot(0, _VISIT(visit), None, None, 0):
        raise SystemExit("no snapshot of ourselves")
    return found[0] if found else None


def in_heap(address):
    return region_of(address)[2] == "heap"


def rows(*options, **ranges):
    """{name: row} of ranges of ourselves (address, bytes), by `pagewatch snap`."""
    words = [word for name, (address, nbytes) in ranges.items()
             for word in ("--array", f"{name}={address:#x}+{nbytes}")]
    done = subprocess.run([os.environ["PAGEWATCH"], "snap", "-p", str(os.getpid()), "--json",
                           "--no-python", *options, *words], stdout=subprocess.PIPE, check=True)
    process, = json.loads(done.stdout)["processes"]
    return {row["name"]: row for row in process["arrays"]}


def status_kib(key):
    """A line of /proc/self/status in KiB, such as VmHWM."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(key + ":"))


def forget_peak():
    """VmHWM begins anew, at what is resident now."""
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
