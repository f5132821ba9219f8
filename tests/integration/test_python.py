# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Arrays of a running Python: all found, no field wrong, names that lead to them."""
import json
import os
import pathlib
import re
import subprocess

import harness
import lanes
import pytest

TRUTH = harness.ROOT / "tests/integration/python_truth.py"
PYENV = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv")) / "versions"
REQUIREMENTS = harness.ROOT / "tests/requirements-python"
ARRAYS = 600
MANY = 5003

KINDS = {"f": "float", "i": "int", "u": "uint", "c": "complex", "b": "bool", "M": "datetime64",
         "S": "bytes", "U": "str", "V": "void"}


def venvs():
    """(name, requirement file, interpreter) of each one that is pinned."""
    found = []
    for path in sorted(REQUIREMENTS.glob("*.txt")):
        minor = re.match(r"3\.\d+", path.name)[0]
        found.append((path.stem, path, minor))
    return found


def interpreter(minor):
    for path in sorted(PYENV.glob(f"{minor}.*/bin/python3")):
        return path
    return None


def shared_venv(factory, path, minor):
    """(the interpreter of a venv with what the file pins, or None, then why there is none).

    It is made once for all tests of a run.
    """
    return lanes.made_once(lanes.shared(factory) / f"venv-{path.parent.name}-{path.stem}",
                           lambda folder: make_venv(folder, minor, path))


def make_venv(folder, minor, *requirements):
    python = interpreter(minor)
    if not python:
        return None, f"no CPython {minor} under the pyenv root"
    # The interpreter's own pip: to install one in the venv takes as long as the rest.
    for argv in ([python, "-m", "venv", "--clear", "--without-pip", folder],
                 [python, "-m", "pip", "install", "-q", "--disable-pip-version-check",
                  "--ignore-installed", "--prefix", folder,
                  *(word for path in requirements for word in ("-r", path))]):
        done = subprocess.run([str(word) for word in argv], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, timeout=600)
        if done.returncode:
            return None, done.stderr.strip().splitlines()[-1]
    return str(folder / "bin/python"), None


DEBIAN = ("debian", None, None)
# The oldest, the newest, and both numpys in between; the others in the long suite.
QUICK = ("3.8-", "3.11-numpy2", "3.12-numpy2", "3.13-")
QUICK_VENVS = [venv if venv[0].startswith(QUICK) else pytest.param(venv, marks=pytest.mark.long)
               for venv in venvs()]
LONG_VENVS = [pytest.param(venv, marks=pytest.mark.long) for venv in venvs()]


def name_of(param):
    return param[0]


@pytest.fixture(scope="module", params=[DEBIAN, *QUICK_VENVS], ids=name_of)
def python(request, tmp_path_factory):
    """An interpreter with numpy: Debian's, and those of the pyenv root, which may be root's alone."""
    return interpreter_of(request.param, tmp_path_factory)


@pytest.fixture(scope="module", params=[DEBIAN, *LONG_VENVS], ids=name_of)
def some_python(request, tmp_path_factory):
    """The same, all but Debian's in the long suite alone."""
    return interpreter_of(request.param, tmp_path_factory)


def interpreter_of(param, tmp_path_factory):
    name, path, minor = param
    if not path:
        return harness.PYTHON
    found, why_not = shared_venv(tmp_path_factory, path, minor)
    if not found:
        pytest.skip(f"{name}: {why_not}")
    return found


def start(opened, python, *arguments):
    target = harness.Target([python, *arguments])
    opened.append(target)
    target.until("READY")
    return target


def rows_of(target, *options):
    process = harness.process_of(harness.snap(target.pid, "--min-size", "0K", *options),
                                 target.pid)
    assert process["names_missing"] is None
    return process["arrays"]


def check_fields(row, fact, by_id):
    assert int(row["start"], 16) == fact["start"] and int(row["end"], 16) == fact["end"]
    assert int(row["data"], 16) == fact["data"]
    assert row["shape"] == fact["shape"] and row["strides"] == fact["strides"]
    assert row["nbytes"] == fact["nbytes"]
    assert row["owndata"] == fact["owndata"] and row["writeable"] == fact["writeable"]
    assert KINDS[fact["kind"]] in row["dtype"]
    if fact["base"] and row["owner"]:
        assert by_id[row["owner"]] != row


def check_truth(opened, python, seed, count):
    """Every array that the target has made, each field of it, and each name that is an expression."""
    target = start(opened, python, "-B", TRUTH, seed, count)
    told = target.books
    rows = rows_of(target)
    by_object = {int(row["object"], 16): row for row in rows}
    by_id = {row["id"]: row for row in rows}
    assert len(by_object) == len(by_id) == len(rows)
    missing = [fact for fact in told["arrays"] if fact["object"] not in by_object]
    assert not missing, f"{len(missing)} of {len(told['arrays'])} arrays not found: {missing[:3]}"
    for fact in told["arrays"]:
        check_fields(by_object[fact["object"]], fact, by_id)
    ours = [by_object[fact["object"]] for fact in told["arrays"]]
    unnamed = {int(row["object"], 16) for row in ours if row["name"] == "<unnamed>"}
    names = [[row["name"], int(row["object"], 16)] for row in ours]
    target.process.stdin.write((json.dumps(names) + "\n").encode())
    target.process.stdin.flush()
    checked = json.loads(target.lines.next())
    assert not checked["wrong"], checked["wrong"][:5]
    assert checked["right"] > count // 4
    assert unnamed <= set(told["nameless"]), sorted(unnamed - set(told["nameless"]))
    locals_found = {row["name"] for row in ours if "()" in row["name"]}
    assert "__main__.main():of_frame" in locals_found
    assert "__main__.in_thread():of_thread" in locals_found


@pytest.mark.root
@pytest.mark.parametrize("seed", [1, 2])
def test_truth(seed, python, opened):
    check_truth(opened, python, seed, ARRAYS)


@pytest.mark.root
def test_truth_of_many(some_python, opened):
    check_truth(opened, some_python, 3, MANY)


LAZY = """
import sys
import numpy as np
lazy = np.zeros((3001, 1009))
hole = np.ones(5_000_011)
print("READY", flush=True)
sys.stdin.readline()
"""


@pytest.mark.root
def test_reading_touches_nothing(python, opened):
    """A look into its memory makes no page of the target resident."""
    target = start(opened, python, "-c", LAZY)
    target.stand_still()
    before, own = harness.smaps(target.pid)
    row, = [row for row in rows_of(target) if row["name"] == "__main__.lazy"]
    assert row["interior_resident_pages"] == 0
    rows_of(target)
    after, own_again = harness.smaps(target.pid)
    assert {key: vma.rss for key, vma in before.items()} == \
        {key: vma.rss for key, vma in after.items()}
    ignored = ("Referenced",)
    assert [line for line in own if not line.startswith(ignored)] == \
        [line for line in own_again if not line.startswith(ignored)]
    target.go_on()


@pytest.mark.root
def test_run_names_the_arrays(python, tmp_path):
    """At Py_FinalizeEx the arrays are still there, and have their names."""
    snapshot, done = harness.run_json(tmp_path, [], [python, "-c", LAZY.replace(
        "sys.stdin.readline()", "hole[0] = 2")])
    assert done.returncode == 0, done.stderr
    process, = snapshot["processes"]
    names = {row["name"]: row for row in process["arrays"]}
    assert names["__main__.lazy"]["interior_resident_pages"] == 0
    assert names["__main__.hole"]["resident_pages"] == names["__main__.hole"]["pages"]
    assert names["__main__.hole"]["dtype"] == "float64"


def test_no_python_option(opened):
    target = start(opened, harness.PYTHON, "-c", LAZY)
    process = harness.process_of(harness.snap(target.pid, "--no-python"), target.pid)
    assert process["arrays"] == []


def test_names_without_privilege(unprivileged, opened):
    """One's own Python needs no root."""
    target = harness.Target([harness.PYTHON, "-c", LAZY], **unprivileged.popen_options())
    opened.append(target)
    target.until("READY")
    done = unprivileged.run("snap", "-p", target.pid, "--json")
    assert done.returncode == 0, done.stderr
    process = harness.process_of(json.loads(done.stdout), target.pid)
    assert process["names_missing"] is None
    assert {"__main__.lazy", "__main__.hole"} <= {row["name"] for row in process["arrays"]}


STRIDED = """
import sys
import numpy as np
x = np.zeros((2003, 4096))
rows = x[::3]
column = x[:, 512:520]
corner = x[5:7, ::-1]
planes = np.broadcast_to(x[11], (5, 4096))
rows[...] = 1
print("READY", flush=True)
sys.stdin.readline()
"""


def test_strided_views_count_their_own_pages(opened):
    """A row of x is eight pages; x itself begins 16 bytes behind a page's start."""
    target = start(opened, harness.PYTHON, "-c", STRIDED)
    process = harness.process_of(harness.snap(target.pid, "--min-size", "1K"), target.pid)
    rows = {row["name"]: row for row in process["arrays"]}
    x = rows["__main__.x"]
    first = int(x["data"], 16)
    assert first % 4096 == 16 and x["pages"] == 2003 * 8 + 1

    def pages(offsets):
        return {(first + offset) // 4096 for low, high in offsets
                for offset in (*range(low, high, 4096), high - 1)}

    written = pages((row * 32768, (row + 1) * 32768) for row in range(0, 2003, 3))
    assert rows["__main__.rows"]["pages"] == len(written)
    assert rows["__main__.rows"]["resident_pages"] == len(written)
    column = pages((row * 32768 + 4096, row * 32768 + 4160) for row in range(2003))
    assert rows["__main__.column"]["pages"] == len(column) == 2003
    assert rows["__main__.column"]["resident_pages"] == len(column & written)
    corner = pages([(5 * 32768, 7 * 32768)])
    assert rows["__main__.corner"]["pages"] == len(corner)
    plane = pages([(11 * 32768, 12 * 32768)])
    assert rows["__main__.planes"]["pages"] == len(plane)
    for name in ("rows", "column", "corner", "planes"):
        assert rows[f"__main__.{name}"]["owner"] == x["id"]
