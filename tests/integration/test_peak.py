# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The most pages that were touched, and resident, at one time, of memory that is gone at the end."""
import os

import pytest

import harness

pytestmark = pytest.mark.root

FIRST, SECOND, APART = 4001, 2003, 5003
# Pages of the last round that are touched at its peak, and at its end.
ROUNDS = {
    "munmap": (FIRST, SECOND),
    "dontneed": (FIRST, SECOND),
    "kept": (FIRST + SECOND, FIRST + SECOND),
    "refused": (FIRST + SECOND, FIRST + SECOND),
    "moved": (FIRST + SECOND, SECOND),
    "apart": (APART, SECOND),
    "threads": (FIRST, SECOND),
}
# VmHWM and ru_maxrss are sums of two counters (file, anonymous) of which each CPU keeps a part back:
# 32 pages, or twice as many as CPUs.
LAG = 2 * max(32, 2 * os.cpu_count()) * os.cpu_count()


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return harness.fault_program(tmp_path_factory.mktemp("peaks"), "peaks", "-pthread", "-Wl,-z,now")


@pytest.mark.parametrize("backend", ["tp_btf", "perf"])
@pytest.mark.parametrize("way", ROUNDS)
def test_the_books_agree(tmp_path, program, way, backend):
    snapshot, done = harness.run_json(tmp_path, ["--backend", backend], [program, way])
    assert done.returncode == 0 and snapshot["complete"], done.stderr
    process = snapshot["processes"][0]
    at_peak, at_end = ROUNDS[way]
    everything_else = process["totals"]["touch"]["pages_touched"] - at_end
    assert process["touched_peak_pages"] == everything_else + at_peak
    assert abs(process["rss_peak_pages"] - int(done.stdout)) <= LAG
    assert process["rss_peak_pages"] + LAG >= process["touched_peak_pages"]


def test_a_loss_makes_it_unknown(program):
    expected = "process: peak_touched <= 1T"
    done = harness.pagewatch("check", "-e", expected, "--", program, "munmap")
    assert done.returncode == 0, done.stderr
    done = harness.pagewatch("check", "--chunk-slots", "4096", "-e", expected, "--", program, "apart")
    assert done.returncode == 3 and "touches were lost" in done.stderr


LOCALS = """
import numpy as np
def main():
    a = np.ones(1 << 21)
    return ((a - a.mean()) ** 2).sum()
"""


@pytest.fixture
def small_pages(monkeypatch):
    """A huge page is touched once: without them each page of an array is."""
    monkeypatch.setenv("NUMPY_MADVISE_HUGEPAGE", "0")


@pytest.mark.parametrize("metric", ["peak_touched", "peak_resident"])
def test_arrays_that_are_locals(metric, small_pages):
    """The array and a temporary of its size, 32 MiB together, are gone at the end."""
    for limit, status in ("16MiB", 1), ("32MiB", 1), ("128MiB", 0):
        for _ in range(10 if limit == "16MiB" else 1):
            done = harness.pagewatch("check", "-e", f"process: {metric} <= {limit}", "--",
                                     harness.PYTHON, "-c", LOCALS + "main()")
            assert done.returncode == status, done.stderr


def test_the_end_alone_shows_nothing(small_pages):
    done = harness.pagewatch("check", "-e", "process: touched <= 32MiB", "--",
                             harness.PYTHON, "-c", LOCALS + "main()")
    assert done.returncode == 0, done.stderr


def test_the_text_says_it(tmp_path, program):
    done = harness.pagewatch("run", "--detail", "--", program, "munmap")
    assert "touched at one time: at most 15." in done.stderr + done.stdout
