# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Pythons newer than this machine's (suites.py), and large numbers of arrays on each one that is here."""
import subprocess

import harness
import pytest
import suites
import test_python
import test_python_names
import test_python_versions

pytestmark = [pytest.mark.long, pytest.mark.root]

NEWER = [(suite, version) for suite, versions in suites.PYTHONS.items() for version in versions]
ARRAYS = 5003
SEEDS = [1, 2, 3]

APART = """
import os, sys, _interpreters
other = _interpreters.create()
_interpreters.exec(other, "kept = bytearray(1 << 20)")
"""


def name_of(pair):
    return "-".join(pair)


@pytest.fixture(scope="module", params=NEWER, ids=name_of)
def newer(request):
    try:
        python = suites.python_of(*request.param, [test_python.TRUTH, test_python_names.NAMES,
                                                   test_python_names.HOLDERS])
    except suites.Missing as why:
        pytest.skip(f"no Python {request.param[1]} of {request.param[0]}: {why}")
    return python


@pytest.fixture
def many(monkeypatch):
    monkeypatch.setattr(test_python, "ARRAYS", ARRAYS)


def tell(target):
    """The versions, for who reads the log: they are what the suite has today."""
    assert len(target.books["arrays"]) == ARRAYS
    print(f"CPython {target.books['python']}, numpy {target.books['numpy']}: {ARRAYS} arrays")


@pytest.mark.parametrize("seed", SEEDS)
def test_newer(seed, newer, opened, many):
    test_python.test_truth(seed, newer, opened)
    tell(opened[0])


def test_names_of_newer(newer, opened):
    """Layouts of C code that no header tells: of caches, contexts, dtypes; and what classes answer."""
    test_python_names.test_names_evaluate(1, newer, opened)
    test_python_names.test_holders(newer, opened)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("python", [test_python.DEBIAN, *test_python.venvs()], indirect=True,
                         ids=test_python.name_of)
def test_many(seed, python, opened, many):
    test_python.test_truth(seed, python, opened)
    tell(opened[0])


@pytest.fixture(scope="module")
def python(request, tmp_path_factory):
    return test_python.interpreter_of(request.param, tmp_path_factory)


@pytest.mark.parametrize("pair", NEWER, ids=name_of)
def test_tables(pair):
    """Rows and word lists are those of the headers; what moves, the target tells itself."""
    try:
        include = suites.include_of(*pair)
    except suites.Missing as why:
        pytest.skip(f"no Python {pair[1]} of {pair[0]}: {why}")
    done = subprocess.run([test_python_versions.LAYOUT, "--check", include],
                          stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0 and done.stdout.endswith(": the same\n"), done.stdout


@pytest.mark.parametrize("allocator", ["debug", "malloc", "malloc_debug"])
def test_allocators(allocator, newer, opened, tmp_path):
    python = test_python_versions.wrapper(tmp_path, "python", "env", f"PYTHONMALLOC={allocator}",
                                          newer)
    row, arrays = test_python_versions.snapshot_of(test_python_versions.started(
        opened, test_python_versions.FAMILY + test_python_versions.WAIT, python))
    assert test_python_versions.is_family(arrays)
    assert (row["names_missing"] is None) == (allocator == "debug")


def test_interpreter_with_its_own_allocator(newer, opened):
    """As concurrent.interpreters (3.14) makes them: that they are not swept is said."""
    pid = test_python_versions.started(
        opened, test_python_versions.FAMILY + APART + test_python_versions.WAIT, newer)
    row, arrays = test_python_versions.snapshot_of(pid)
    assert test_python_versions.is_family(arrays)
    assert "other interpreters, which have their own allocators" in row["names_missing"]


def test_without_the_gil(opened):
    """A free-threaded CPython is known for what it is, and refused in one sentence."""
    try:
        python = suites.python_without_gil()
    except suites.Missing as why:
        pytest.skip(f"no CPython without the GIL: {why}")
    pid = test_python_versions.started(
        opened, test_python_versions.FAMILY + test_python_versions.WAIT, python)
    row, arrays = test_python_versions.snapshot_of(pid)
    assert not arrays and "it has no GIL (free-threaded)" in row["names_missing"]
    assert row["names_missing"].startswith("CPython 3.13.")
    assert harness.pagewatch("snap", "-p", pid).returncode == 0
