# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Two lanes over tests of our own: each test runs once, side by side, and one alone."""
import os
import shutil
import subprocess
import xml.etree.ElementTree

import harness
import pytest
from test_make_check import load_check

# Two tests that wait for each other, in two files: no lane can have both.
PAIR = """
import os

def test_meets_the_other():
    os.open({mine!r}, os.O_WRONLY)
    os.open({others!r}, os.O_RDONLY)
"""
WAITED_FOR = """
import os, pathlib, time
import lanes, pytest

def somebody_waits():
    room = os.stat(lanes.machine_lock("room").path).st_ino
    return any("->" in line and line.split()[6].endswith(f":{{room}}") for line in open("/proc/locks"))

def until(is_so):
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
"""
# It ends once the other lane waits for it, or has not waited.
ALONE = WAITED_FOR + """
@pytest.mark.alone
def test_alone():
    pathlib.Path({begun!r}).touch()
    until(lambda: somebody_waits() or os.path.exists({beside!r}))
    assert not os.path.exists({beside!r})
"""
BESIDE = WAITED_FOR + """
def test_until_one_wants_to_be_alone():
    until(lambda: somebody_waits() or os.path.exists({begun!r}))

def test_beside():
    pathlib.Path({beside!r}).touch()
"""


class Suite:
    """Tests in a folder with our conftest, and locks of its own."""

    def __init__(self, folder, **sources):
        self.tests = folder / "tests" / "integration"
        self.tests.mkdir(parents=True)
        for name in ("conftest.py", "harness.py", "lanes.py"):
            shutil.copy(harness.ROOT / "tests/integration" / name, self.tests)
        for name, source in sources.items():
            (self.tests / f"test_{name}.py").write_text(source, encoding="utf-8")
        self.folder = folder
        (folder / "lanes").mkdir()

    def play(self, *arguments):
        """Runs both lanes; the names of the tests that each has run."""
        environment = {**os.environ, "O": str(harness.OUT), "TMPDIR": str(self.folder),
                       "PAGEWATCH_TEST_LANES": str(self.folder / "lanes")}
        lanes = [subprocess.Popen(
            [harness.PYTHON, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull,
             "--rootdir", self.folder, f"--basetemp={self.folder / name}",
             f"--junit-xml={self.folder / name}.xml", *arguments, self.tests], env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) for name in ("a", "b")]
        said = [lane.communicate(timeout=harness.DEADLINE)[0] for lane in lanes]
        assert {lane.returncode for lane in lanes} <= {0, 5}, said  # 5: it had no test
        return [[f"{case.get('classname').split('.')[-1]}::{case.get('name')}" for case in
                 xml.etree.ElementTree.parse(self.folder / f"{name}.xml").iter("testcase")]
                for name in ("a", "b")]


def test_each_test_runs_once_side_by_side(tmp_path):
    ends = [str(tmp_path / name) for name in ("there", "back")]
    for path in ends:
        os.mkfifo(path)
    many = "import pytest\n@pytest.mark.parametrize('n', range(3))\ndef test_it(n): pass\n"
    suite = Suite(tmp_path, one=PAIR.format(mine=ends[0], others=ends[1]),
                  two=PAIR.replace("O_WRONLY", "O_RDWR").format(mine=ends[1], others=ends[0]),
                  **{f"many{n}": many for n in range(7)})
    first, second = suite.play()
    names = [f"test_many{n}::test_it[{m}]" for n in range(7) for m in range(3)]
    assert sorted(first + second) == sorted(names + ["test_one::test_meets_the_other",
                                                     "test_two::test_meets_the_other"])
    for name in {test.split("::")[0] for test in first}:
        assert not any(test.startswith(f"{name}::") for test in second)
    check = load_check()
    lanes = [check.Suite(name, tmp_path) for name in check.LANES]
    lanes[0].results, lanes[1].results = first, second
    assert compared(check, lanes, tmp_path) == (1, [])


def compared(check, lanes, folder):
    told = check.Suite("told", folder)
    check.compare_lanes(told, lanes, folder)
    return told.passed, told.failed


@pytest.mark.parametrize("first, second, wrong", [
    (["t::a"], ["t::b"], []),
    (["t::a"], [], ["t::b: results from 0 lanes"]),
    (["t::a", "t::b"], ["t::b"], ["t::b: results from 2 lanes"]),
    (["t::a", "t::c"], ["t::b"], ["t::c: results from 1 lanes"]),
])
def test_a_test_that_is_lost_or_run_twice_is_a_failure(first, second, wrong, tmp_path):
    check = load_check()
    (tmp_path / "lanes").mkdir()
    for number in (1, 2):
        (tmp_path / f"lanes/collected-{number}.json").write_text('["t::a", "t::b"]')
    lanes = [check.Suite(name, tmp_path) for name in check.LANES]
    lanes[0].results, lanes[1].results = first, second
    assert compared(check, lanes, tmp_path) == (0 if wrong else 1, wrong)


def test_one_is_alone(tmp_path):
    """The other lane's next test waits at the door."""
    words = {name: str(tmp_path / name) for name in ("begun", "beside")}
    suite = Suite(tmp_path, alone=ALONE.format(**words), beside=BESIDE.format(**words))
    ran = suite.play()
    assert sorted(ran[0] + ran[1]) == ["test_alone::test_alone", "test_beside::test_beside",
                                       "test_beside::test_until_one_wants_to_be_alone"]
