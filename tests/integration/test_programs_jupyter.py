# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A Jupyter kernel: the arrays of the cells have the names that the user gave them.

IPython keeps each result in Out, _N and the underscores: a variable of the user's goes before
all these, and what no variable holds any more says which cell's result it is.
"""
import json
import re

import harness
import programs
import pytest

pytestmark = [pytest.mark.root, pytest.mark.long]

TARGET = harness.ROOT / "tests/integration/jupyter_target.py"
# Where IPython keeps results, the last one under several names.
CACHED = re.compile(r"__main__\.(_+|_\d+|Out\[\d+\]|_oh\[\d+\])$")


class Kernel:
    """A kernel and the front end that feeds it."""

    def __init__(self, python):
        self.target = harness.Target([python, TARGET])
        self.target.until("READY")
        self.pid = int(self.cell("import os; print(os.getpid())")[0])
        self.cell("import numpy as np")

    def cell(self, code):
        self.target.process.stdin.write((json.dumps(code) + "\n").encode())
        self.target.process.stdin.flush()
        said = json.loads(self.target.lines.next())
        assert not any(line.startswith("ERROR") for line in said), said
        return said

    def address(self, expression):
        return int(self.cell(f"print({expression}.__array_interface__['data'][0])")[0])

    def row(self, address, nbytes):
        """The one row there, checked against the kernel."""
        process = programs.process_of(self.pid, "64K")
        rows = programs.at(process, address, nbytes)
        assert len(rows) == 1
        programs.check_row(self.pid, process, rows[0])
        return rows[0]

    def close(self):
        self.target.process.stdin.close()
        self.target.process.wait(harness.DEADLINE)
        self.target.process.stdout.close()


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    kernel = Kernel(programs.venv("3.12-newest", tmp_path_factory))
    yield kernel
    kernel.close()


def test_variables_of_cells(kernel):
    """Plain variables, containers, closures and views; lazy ones stay so."""
    kernel.cell("x = np.zeros((3001, 1009))\nx[100:200] = 1")
    kernel.cell("parts = {'w': np.ones(500_009), 'lazy': np.zeros(600_011)}")
    kernel.cell("def f():\n    kept = np.ones(300_007)\n    return lambda: kept\ng = f()")
    kernel.cell("part = x[500:700]")
    for name, nbytes in (("x", 8 * 3001 * 1009), ("parts['w']", 8 * 500_009),
                         ("parts['lazy']", 8 * 600_011), ("part", 8 * 200 * 1009)):
        row = kernel.row(kernel.address(name), nbytes)
        assert row["name"] == f"__main__.{name}"
    row = kernel.row(kernel.address("parts['lazy']"), 8 * 600_011)
    assert row["interior_resident_pages"] == 0
    row = kernel.row(kernel.address("g()"), 8 * 300_007)
    assert row["name"].startswith("__main__.g") and row["resident_pages"] == row["pages"]


def test_the_user_s_name_wins(kernel):
    """A result that has a variable too is the variable."""
    kernel.cell("y = np.ones(200_003)\ny")
    row = kernel.row(kernel.address("y"), 8 * 200_003)
    assert row["name"] == "__main__.y"
    # Two results later it is in ___, which is older than y in the namespace.
    kernel.cell("1")
    kernel.cell("2")
    row = kernel.row(kernel.address("y"), 8 * 200_003)
    assert row["name"] == "__main__.y"


def test_a_result_without_a_variable(kernel):
    """The cell's number stands in its name: that is the one to look for in the notebook."""
    kernel.cell("np.ones(400_009)")
    number = int(kernel.cell("print(max(Out))")[0])
    row = kernel.row(kernel.address(f"Out[{number}]"), 8 * 400_009)
    assert row["resident_pages"] == row["pages"]
    assert CACHED.match(row["name"]), row["name"]
    for _ in range(4):
        kernel.cell("0")
    row = kernel.row(kernel.address(f"Out[{number}]"), 8 * 400_009)
    assert row["name"] in (f"__main__._{number}", f"__main__.Out[{number}]",
                           f"__main__._oh[{number}]")


def test_deleted_but_cached(kernel):
    """del z frees nothing while Out has it: the row stays, under the cache's name."""
    kernel.cell("import weakref\nz = np.ones(700_001)\ngone = weakref.ref(z)\nz")
    number = int(kernel.cell("print(max(Out))")[0])
    address = kernel.address("z")
    assert kernel.row(address, 8 * 700_001)["name"] == "__main__.z"
    kernel.cell("del z")
    assert CACHED.match(kernel.row(address, 8 * 700_001)["name"])
    kernel.cell("%reset -f out")
    process = programs.process_of(kernel.pid, "64K")
    # Some versions of IPython keep it in a table of their own: the kernel knows.
    lives = kernel.cell("print(gone() is not None)")[0].strip() == "True"
    assert bool(programs.at(process, address, 8 * 700_001)) == lives, number
