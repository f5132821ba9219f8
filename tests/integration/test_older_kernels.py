# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What kernels lack that are older than this one: each feature is hidden, the facts stay right.

PAGEWATCH_TEST_HIDES names what pagewatch is to take for missing.
"""
import os
import subprocess

import harness
import pytest

pytestmark = pytest.mark.root

# More of them than the kernel side has room for processes.
ENDED_WITHOUT_EXEC = 1511


def hidden(*features):
    return dict(os.environ, PAGEWATCH_TEST_HIDES=",".join(features))


@pytest.mark.parametrize("features", [(), ("sched/sched_prepare_exec",)],
                         ids=["announced", "not announced"])
def test_children_that_execute_in_borrowed_memory(tmp_path, backend, features):
    """Before 6.10 no tracepoint announces an exec, and that of a vfork child ends no mm."""
    program = tmp_path / "borrowers"
    subprocess.run(["gcc", "-O1", "-o", program, harness.ROOT / "tests/faults/borrowers.c"],
                   check=True)
    report, done = harness.run_json(
        tmp_path, ["--backend", backend, "--children", "--array", "w=0x2000000000+4132864"],
        [program, str(ENDED_WITHOUT_EXEC), harness.WORKLOAD, "write"], env=hidden(*features))
    assert done.returncode == 0, done.stderr
    assert report["complete"], report["incomplete_reasons"]
    assert [process["comm"] for process in report["processes"]] == ["borrowers"] + 3 * ["workload"]
    touched = [harness.array_of(process, "w")["touch"]["pages_touched"]
               for process in report["processes"] if process["comm"] == "workload"]
    assert touched == 3 * [525]
