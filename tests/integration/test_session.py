# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What is kept of processes that come and go during a watch."""
import subprocess

import harness
import pytest

pytestmark = pytest.mark.root


@pytest.fixture(scope="module", name="program")
def compiled(tmp_path_factory):
    path = tmp_path_factory.mktemp("session") / "children"
    source = harness.ROOT / "tests/faults/children.c"
    subprocess.run(["gcc", "-O1", "-D_GNU_SOURCE", "-o", path, source], check=True)
    return path


def ended(process):
    """Pages touched in the lives that a call of the program ended: the large ones."""
    return [life["touch"]["pages_touched"] for life in process["retired"]
            if life["how"] == "munmap" and life["touch"]["pages_touched"] >= 100]


@pytest.mark.parametrize("who, expected", [
    ("", [[1000, 300]]),
    ("c", [[1000, 300], []]),
    ("kc", [[1000, 300], [], [500]]),
    ("ckck", [[1000, 300], [], [], [500], [500]]),
])
def test_each_keeps_its_own_lives(program, who, expected, backend, tmp_path):
    """Looking at a child that ends takes nothing of its parent's, nor of others that ended."""
    report, done = harness.run_json(tmp_path, ["--children", "--backend", backend],
                                    [program, "family", who])
    assert done.returncode == 0, done.stderr
    assert report["complete"], report["incomplete_reasons"]
    assert sorted(ended(process) for process in report["processes"]) == sorted(expected)


def test_a_chain_of_execs_keeps_all_lives(program, backend, tmp_path):
    report, done = harness.run_json(tmp_path, ["--backend", backend], [program, "chain", "3"])
    assert done.returncode == 0, done.stderr
    assert [ended(process) for process in report["processes"]] == [[300, 200, 100]]
