# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""An array before and after fork(), and one in memory that is shared between processes."""
import os
from multiprocessing import shared_memory

import numpy as np
import point

WORDS = point.PAGE // 8


def in_child(work):
    """Runs it in a forked child; its failure is ours."""
    pid = os.fork()
    if not pid:
        work()
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        raise SystemExit("the child failed")


def exclusive(name, array):
    row = point.rows("--pfn", a=(array.ctypes.data, array.nbytes))["a"]
    point.number(name, row["exclusive_pages"])


# Its data begins two words behind the beginning of a page: element 510 is the first of page 1.
x = np.zeros(10_007 * WORDS)
x[WORDS - 2:WORDS * 102 - 2] = 1
exclusive("pages_of_its_own_before_fork", x)


def child():
    point.at("child born")
    exclusive("pages_of_the_childs_own", x)
    x[WORDS - 2:WORDS * 14 - 2] = 2
    point.at("child wrote")
    exclusive("pages_of_the_childs_own_after_13_writes", x)


in_child(child)
point.number("parents_values_changed", (x == 2).any())
point.at("parent")

shared = shared_memory.SharedMemory(create=True, size=4_001 * point.PAGE)
try:
    s = np.frombuffer(shared.buf, count=4_001 * WORDS)
    point.at("shared made")
    s[:WORDS * 211] = 1
    point.at("shared written")

    def reader():
        other = shared_memory.SharedMemory(shared.name)
        global r
        r = np.frombuffer(other.buf, count=4_001 * WORDS)
        point.number("same_address_in_both", r.ctypes.data == s.ctypes.data)
        point.at("attached")
        point.number("sum_in_the_reader", r[:WORDS * 211].sum() / WORDS)
        point.at("read")
        exclusive("pages_of_the_readers_own", r)
        r[WORDS * 3000] = 7

    in_child(reader)
    point.number("readers_value_in_the_owner", s[WORDS * 3000])
    point.at("before the sum")
    s.sum()
    point.at("summed")
finally:
    shared.unlink()
# The arrays still hold the buffer: no tidying.
os._exit(0)
