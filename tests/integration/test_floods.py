# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Targets that make mapping calls as fast as they can: they run on, and so do we."""

import pytest

import harness

pytestmark = pytest.mark.root


def test_a_growing_block_gets_its_signals(tmp_path):
    """A traced target's signals wait for pagewatch: with a backlog without end they came 28 s late.

    One second is what a machine under load may make of a delay that is a few milliseconds.
    """
    program = harness.fault_program(tmp_path, "mremap_flood")
    done = harness.pagewatch("run", "-o", "/dev/null", "--", program)
    assert done.returncode == 0, done.stderr
    word, late = done.stdout.split()
    assert word == "late" and int(late) < 1000


def test_failing_calls_cost_no_more_each_time(tmp_path):
    """100,000 refused MADV_REMOVE took 6.5 minutes: each was kept, and looked through by the next."""
    # In a ring of the default size most of the calls would be lost, and cost nothing.
    done = harness.pagewatch("run", "--ring-bytes", "256M", "-o", "/dev/null", "--",
                             harness.fault_program(tmp_path, "failing_calls"),
                             timeout=60)
    assert done.returncode == 0, done.stderr
