# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Huge pages of the pool (hugetlb): calls end the lives of whole ones, as the kernel rounds."""
import os
import pathlib
import re

import pytest

import harness
import lanes

pytestmark = pytest.mark.root

PAGE = os.sysconf("SC_PAGESIZE")
BASE, OTHER, COUNT = 0x200000000000, 0x210000000000, 3
SURPLUS = pathlib.Path("/proc/sys/vm/nr_overcommit_hugepages")


@pytest.fixture(scope="module")
def huge():
    """The size of the default huge page; six of them can be had."""
    found = re.search(r"Hugepagesize:\s+(\d+) kB", pathlib.Path("/proc/meminfo").read_text())
    if not found or not SURPLUS.exists():
        pytest.skip("this kernel has no huge pages of a pool")
    with lanes.machine_lock("huge-pool").held():
        before = SURPLUS.read_text()
        SURPLUS.write_text("6")
        yield int(found.group(1)) * 1024
        SURPLUS.write_text(before)


@pytest.fixture(scope="module")
def program(tmp_path_factory, huge):
    return harness.fault_program(tmp_path_factory.mktemp("pool"), "pool_calls", f"-DPAGE={PAGE}ul",
                                 f"-DHUGE={huge}ul")


# What is done, the (touched, huge_fill, unfaulted) of each huge page at BASE and of one at
# OTHER in pages, the lives that ended.
def cases(pages):
    one, none = (1, pages - 1, 0), (0, 0, 0)
    return {
        "drop": ((none, one, one, none), [("dontneed", 1)]),
        "remove": ((one, none, one, none), [("remove", 1)]),
        "refused": ((one, one, one, none), []),
        "move": ((none, none, one, one), []),
        "map": ((one, one, one, one), [("mmap", pages)]),
        "map a file": ((one, one, one, one), [("mmap", pages)]),
    }


@pytest.mark.parametrize("what", cases(1))
def test_whole_huge_pages(tmp_path, program, huge, what):
    seen, lives = cases(huge // PAGE)[what]
    marks = [BASE + i * huge for i in range(COUNT)] + [OTHER]
    options = [word for i, start in enumerate(marks)
               for word in ("--array", f"a{i}={start:#x}+{huge}")]
    snapshot, done = harness.run_json(tmp_path, [*options, "--retired", "100"], [program, what])
    assert done.returncode == 0, done.stderr
    assert snapshot["complete"], snapshot["incomplete_reasons"]
    process = snapshot["processes"][0]
    rows = [harness.array_of(process, f"a{i}")["ledger"] for i in range(len(marks))]
    assert tuple((row["touched"], row["huge_fill"], row["unfaulted"]) for row in rows) == seen
    ended = [(life["how"], life["touch"]["pages_touched"]) for life in process["retired"]
             if BASE <= int(life["start"], 16) < OTHER + huge and life["touch"]["pages_touched"]]
    assert ended == lives
