# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Calls and touches that come while the pages are scanned: each page is as the scan saw it."""
import json
import os

import pytest

import harness

BASE = 0x200000000000
PAGE = os.sysconf("SC_PAGESIZE")
PAGES = 2048

pytestmark = pytest.mark.root


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return harness.fault_program(tmp_path_factory.mktemp("late"), "late_calls", f"-DPAGE={PAGE}ul")


class Target(harness.Target):
    def do(self, *calls):
        for call in calls:
            self.process.stdin.write(f"{call}\n".encode())
            self.process.stdin.flush()
            assert self.lines.next() == "DID 0", call


def counts(snapshot, pid):
    """(resident, touched and there, before, unfaulted, gone) of the array; the lives that ended."""
    assert snapshot["complete"], snapshot["incomplete_reasons"]
    process = harness.process_of(snapshot, pid)
    row = harness.array_of(process, "a")
    ledger = row["ledger"]
    assert ledger["huge_fill"] == 0
    return ((row["resident_pages"], ledger["touched"], ledger["before"], ledger["unfaulted"],
             row["touch"]["gone"]),
            [(life["how"], life["touch"]["pages_touched"]) for life in process["retired"]
             if life["touch"]["pages_touched"]])


# Before the watch, before the report, at its start, once the pages were read; this report, and
# the next one, with the lives that it tells of.
CASES = {
    "dropped after it was seen":
        ((), ("write 0 31",), (), ("drop 0 31",),
         (31, 31, 0, 0, 0), [], (0, 0, 0, 0, 0), [("dontneed", 31)]),
    "dropped and written again":
        ((), ("write 0 31",), (), ("drop 0 31", "write 0 7"),
         (31, 31, 0, 0, 0), [], (7, 7, 0, 0, 0), [("dontneed", 31)]),
    "dropped before it was seen, written after":
        ((), ("write 0 31",), ("drop 0 31",), ("write 0 7",),
         (0, 0, 0, 0, 0), [], (7, 7, 0, 0, 0), [("dontneed", 31)]),
    "written after it was seen absent":
        ((), ("write 0 31",), (), ("write 31 11",),
         (31, 31, 0, 0, 0), [], (42, 42, 0, 0, 0), []),
    "written before it was seen":
        ((), ("write 0 31",), ("write 31 11",), (),
         (42, 42, 0, 0, 0), [], (42, 42, 0, 0, 0), []),
    "moved before it was seen":
        ((), ("write 0 31",), ("move 0 31 613",), (),
         (31, 31, 0, 0, 0), [], (31, 31, 0, 0, 0), []),
    "moved after it was seen":
        ((), ("write 0 31",), (), ("move 0 31 613",),
         (31, 31, 0, 0, 0), [], (31, 31, 0, 0, 0), []),
    "moved back and forth":
        ((), ("write 0 31",), ("move 0 31 613", "map 0 31"), ("move 613 31 0",),
         (31, 31, 0, 0, 0), [], (31, 31, 0, 0, 0), []),
    "pages of before, moved":
        (("write 0 31",), (), ("move 0 31 613",), (),
         (31, 0, 31, 0, 0), [], (31, 0, 31, 0, 0), []),
    "replaced and populated after it was seen":
        ((), ("write 0 31",), (), ("map 0 31", "populate 0 31"),
         (31, 31, 0, 0, 0), [], (31, 0, 0, 31, 0), [("mmap", 31)]),
    "two lives in the scan":
        ((), ("write 0 31",), ("drop 0 31", "write 0 13"), ("drop 0 13", "write 0 5"),
         (13, 13, 0, 0, 0), [], (5, 5, 0, 0, 0), [("dontneed", 31), ("dontneed", 13)]),
}


ALSO = ["dropped and written again", "moved back and forth"]


@pytest.mark.parametrize("backend,reader,case",
                         [("tp_btf", "auto", case) for case in CASES] +
                         [(backend, reader, case) for case in ALSO
                          for backend, reader in (("perf", "auto"), ("tp_btf", "read"))],
                         indirect=["backend"])
def test_late(case, program, backend, reader, opened):
    early, first, begun, walked, seen, ended, next_seen, next_ended = CASES[case]
    target = Target([program]).ready()
    opened.append(target)
    target.do(*early)
    watch = harness.Watch(target.pid, "--backend", backend, "--page-reader", reader,
                          "--array", f"a={BASE:#x}+{PAGES * PAGE}", "--retired", "10", until=None)
    opened.append(watch)
    assert watch.phases.until("baseline")
    target.do(*first)
    watch.process.send_signal(harness.signal.SIGUSR1)
    watch.phases.go()
    assert watch.phases.until("window")
    target.do(*begun)
    watch.phases.go()
    assert watch.phases.until("walked")
    target.do(*walked)
    watch.phases.leave()
    assert counts(watch.next(), target.pid) == (seen, ended)
    assert counts(watch.snapshot(), target.pid) == (next_seen, next_ended)
    assert watch.stop() == 0
