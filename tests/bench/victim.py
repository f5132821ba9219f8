# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What a process that maps and unmaps pays for being looked at ten times a second.

A look holds the process's mmap lock by the window, and both calls wait for it. The process
does one cycle a millisecond, so that it is the lock that is measured and not our own ring.
"""
import os
import statistics
import time

from measure import say
from tools import BenchError, Pagewatch, Subject

CYCLES = 2000
GAP_US = 1000
LOOKS_A_SECOND = 10
GIB = 1 << 30
PAGE = os.sysconf("SC_PAGESIZE")
# What else the process has touched: bytes, and a page every so many bytes.
LAYOUTS = {"dense_2gib": (2 * GIB, PAGE), "sparse_64gib": (64 * GIB, 512 * PAGE)}


class PagewatchOften(Pagewatch):
    options = (f"--interval={1000 // LOOKS_A_SECOND}ms",)


def churn(target):
    """Median, 99th percentile and longest, in us."""
    return [ns / 1e3 for ns in target.ask(f"churn {CYCLES} {GAP_US}")]


def churn_watched(target):
    with PagewatchOften(target) as tool:
        looks, begin_ns = tool.process.lines.qsize(), time.monotonic_ns()
        values = churn(target)
        looks = tool.process.lines.qsize() - looks
        seconds = (time.monotonic_ns() - begin_ns) / 1e9
        if tool.counted() < CYCLES:
            raise BenchError("pagewatch missed the touches of the churn")
    # A look at the sparse one may take longer than the interval on a slow machine.
    if looks < seconds * LOOKS_A_SECOND / 4:
        raise BenchError(f"{looks} looks in {seconds:.1f} s: not {LOOKS_A_SECOND} a second")
    return values


def measure(rounds):
    result = {}
    for name, (size, step) in LAYOUTS.items():
        with Subject() as target:
            target.ask(f"keep {size} {step}")
            seen = {"none": [], "pagewatch": []}
            for number in range(rounds):
                seen["none"].append(churn(target))
                seen["pagewatch"].append(churn_watched(target))
                say(f"victim: {name}, round {number + 1} of {rounds}")
        result[name] = {tool: {key: statistics.median(values) for key, values in
                               zip(("p50", "p99", "longest"), zip(*rows))}
                        for tool, rows in seen.items()}
    return {"victim_us": result}
