# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Pythons of all kinds: each is read in full, or refused in one sentence; never half, never silently."""
import glob
import json
import os
import pathlib
import shutil
import subprocess

import harness
import pytest
import test_python

LAYOUT = harness.ROOT / "tests/tools/python-layout"
WORDS = ("only arrays that have names are found",)
FAMILY = """
import os, sys
import numpy as np
lazy = np.zeros((3001, 1009))
held = [np.ones(50021)]
"""
WAIT = """
print("READY", os.getpid(), flush=True)
sys.stdin.readline()
"""


def wrapper(folder, name, *words):
    """A program that runs its arguments behind these words."""
    path = folder / name
    path.write_text(f"#!/bin/sh\nexec {' '.join(map(str, words))} \"$@\"\n")
    path.chmod(0o755)
    return path


def snapshot_of(pid, *options):
    """The process's row, and its Python arrays by name."""
    row = harness.process_of(harness.snap(pid, "--min-size", "100K", *options), pid)
    return row, {array["name"]: array for array in row["arrays"] if array["source"] == "python"}


def is_family(arrays, prefix="__main__"):
    lazy, held = arrays[f"{prefix}.lazy"], arrays[f"{prefix}.held[0]"]
    assert lazy["shape"] == [3001, 1009] and lazy["interior_resident_pages"] == 0
    assert held["shape"] == [50021] and held["resident_pages"] == held["pages"]
    return True


def started(opened, code, python=harness.PYTHON, *options):
    target = harness.Target([python, *options, "-c", code])
    opened.append(target)
    line = target.until("READY").split()
    return int(line[1]) if len(line) > 1 else target.pid


def test_tables_are_the_headers():
    """The committed rows and word lists are what the headers of the pyenv root say."""
    if not glob.glob(str(test_python.PYENV / "3.*/include/python3.*")):
        pytest.skip("no CPython 3.8+ under the pyenv root")
    done = subprocess.run([LAYOUT, "--check"], stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert lines and all(line.endswith(": the same") for line in lines)


@pytest.mark.root
@pytest.mark.parametrize("words", [["PYTHONMALLOC=debug"], ["PYTHONDEVMODE=1"]], ids=" ".join)
def test_debug_allocator(words, opened, tmp_path, monkeypatch):
    """Debug hooks put 16 bytes before each object: all arrays are found all the same."""
    monkeypatch.setattr(test_python, "ARRAYS", 307)
    test_python.test_truth(3, wrapper(tmp_path, "python", "env", *words, harness.PYTHON), opened)


@pytest.mark.root
def test_debug_build(opened, monkeypatch):
    found = glob.glob("/usr/bin/python3.[0-9]*d")
    if not found:
        pytest.skip("no python3-dbg here")
    monkeypatch.setattr(test_python, "ARRAYS", 307)
    test_python.test_truth(4, found[0], opened)


@pytest.mark.root
@pytest.mark.parametrize("allocator", ["malloc", "malloc_debug"])
def test_another_allocator(allocator, opened, tmp_path):
    """No pools: what names lead to is found, with right fields, and the rest is spoken of."""
    python = wrapper(tmp_path, "python", "env", f"PYTHONMALLOC={allocator}", harness.PYTHON)
    target = test_python.start(opened, python, "-B", test_python.TRUTH, 5, 307)
    row = harness.process_of(harness.snap(target.pid, "--min-size", "0K"), target.pid)
    assert row["names_missing"].startswith("arrays may be missing: ")
    assert row["names_missing"].endswith(WORDS)
    by_object = {int(array["object"], 16): array for array in row["arrays"]}
    by_id = {array["id"]: array for array in row["arrays"]}
    assert len(by_object) == len(row["arrays"])
    told = target.books["arrays"]
    met = [fact for fact in told if fact["object"] in by_object]
    for fact in met:
        test_python.check_fields(by_object[fact["object"]], fact, by_id)
    assert len(told) == 307 and len(met) >= 307 - 307 // 50
    assert all(by_object[fact["object"]]["name"] != "<unnamed>" for fact in met)


def test_pypy(opened):
    if not shutil.which("pypy3"):
        pytest.skip("no pypy3 here")
    pid = started(opened, "import os, sys" + WAIT, "pypy3")
    row, arrays = snapshot_of(pid)
    assert row["runtime"].startswith("PyPy 3.") and not arrays
    assert row["names_missing"] == f"{row['runtime']}: only CPython's arrays can be found"
    done = harness.pagewatch("snap", "-p", pid)
    assert done.returncode == 0 and row["names_missing"] in done.stdout


FORGED = {
    "np.__version__ = '3.0.0.dev0'": "this version of numpy is unknown",
    "np.__version__ = 'x'": "this version of numpy is unknown",
    "np.__version__ = 1": "this version of numpy is unknown",
    "del np.__version__": "this version of numpy is unknown",
    "np.__version__ = '1.0' if np.__version__ > '2' else '2.0'": "its dtype objects have an unknown layout",
    "np.ndarray = dict": "numpy.ndarray has an unknown layout",
    "np.ndarray = type('ndarray', (), {})": "numpy.ndarray has an unknown layout",
}


@pytest.mark.root
@pytest.mark.parametrize("line", FORGED)
def test_unknown_numpy(line, opened):
    row, arrays = snapshot_of(started(opened, FAMILY + line + WAIT))
    assert FORGED[line] in row["names_missing"] and not arrays


@pytest.mark.root
def test_class_in_the_place_of_ndarray(opened):
    """A program may put a class of its own there: numpy's is still found."""
    row, arrays = snapshot_of(started(opened, FAMILY + "np.ndarray = type('Own', (np.ndarray,), {})"
                                      + WAIT))
    assert row["names_missing"] is None and is_family(arrays)


INNER = """
import os, sys
import _xxsubinterpreters as interpreters
other = interpreters.create(isolated=False)
interpreters.run_string(other, """ + repr(FAMILY + "class G: pass\ng = G()\ng.grid = [held[0][::2]]") + ")"


@pytest.mark.root
def test_subinterpreter(opened):
    """numpy is imported by another interpreter than the main one: its arrays have names all the same."""
    row, arrays = snapshot_of(started(opened, INNER + WAIT, harness.PYTHON, "-W", "ignore"))
    assert row["names_missing"] is None and is_family(arrays, "<interpreter 1>.__main__")
    view = arrays["<interpreter 1>.__main__.g.grid[0]"]
    assert view["shape"] == [25011]
    assert view["owner"] == arrays["<interpreter 1>.__main__.held[0]"]["id"]


@pytest.mark.root
def test_empty_subinterpreter(opened):
    """One that knows nothing of numpy changes nothing: the newest comes first in the list."""
    code = FAMILY + "import _xxsubinterpreters as interpreters\ninterpreters.create(isolated=False)"
    row, arrays = snapshot_of(started(opened, code + WAIT, harness.PYTHON, "-W", "ignore"))
    assert row["names_missing"] is None and is_family(arrays)


EMBEDDER = """
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv)
{
	void *python = dlopen(argv[argc - 2], RTLD_NOW | RTLD_GLOBAL);
	void (*initialize)(void) = (void (*)(void))dlsym(python, "Py_Initialize");
	int (*run)(const char *) = (int (*)(const char *))dlsym(python, "PyRun_SimpleString");

	initialize();
	if (run(argv[argc - 1]))
		return 1;
	puts("READY");
	fflush(stdout);
	getchar();
	return 0;
}
"""


@pytest.mark.root
def test_embedded(opened, tmp_path):
    """No frame runs: the program is in C, and has loaded Python as a library."""
    libraries = glob.glob("/usr/lib/*/libpython3.*.so.1.0")
    if not libraries:
        pytest.skip("no libpython3 here")
    source, program = tmp_path / "embed.c", tmp_path / "embed"
    source.write_text(EMBEDDER)
    subprocess.run(["gcc", "-o", program, source], check=True)
    target = harness.Target([program, libraries[0], FAMILY])
    opened.append(target)
    target.until("READY")
    row, arrays = snapshot_of(target.pid)
    assert row["names_missing"] is None and is_family(arrays)
    assert target.end() == 0


CHILD = """
print("READY", os.getpid(), flush=True)
os.read(0, 1)
os._exit(0)
"""
FORKS = {
    "os.fork": "if os.fork():\n    os.wait()\n    sys.exit()\n" + CHILD,
    "multiprocessing": """
import multiprocessing
def child():
    print("READY", os.getpid(), flush=True)
    os.read(int(os.environ["FD"]), 1)
os.environ["FD"] = str(os.dup(0))
child = multiprocessing.get_context("fork").Process(target=child)
child.start()
child.join()
""",
}


@pytest.mark.root
@pytest.mark.parametrize("how", FORKS)
def test_forked(how, opened):
    row, arrays = snapshot_of(started(opened, FAMILY + FORKS[how]))
    assert row["names_missing"] is None and is_family(arrays)


@pytest.mark.root
def test_forked_behind_its_back(opened):
    """fork(2) by C code: its threads have the numbers of the parent's, and that is said."""
    fork = "import ctypes\nif ctypes.CDLL(None).fork():\n    os.wait()\n    sys.exit()\n" + CHILD
    row, arrays = snapshot_of(started(opened, FAMILY + fork))
    assert "none of its threads has an id that Python knows" in row["names_missing"] and not arrays


SPAWN = """
import multiprocessing, os, sys
import numpy as np
def child(fd):
    global lazy, held
    lazy, held = np.zeros((3001, 1009)), [np.ones(50021)]
    print("READY", os.getpid(), flush=True)
    sys.stdin = os.fdopen(os.open(fd, os.O_RDONLY))
    sys.stdin.readline()
if __name__ == "__main__":
    spawned = multiprocessing.get_context("spawn").Process(target=child, args=(sys.argv[1],))
    spawned.start()
    spawned.join()
"""


@pytest.mark.root
def test_spawned(opened, tmp_path):
    """The globals of the script are no module's there; they call themselves __mp_main__."""
    script, fifo = tmp_path / "spawn.py", tmp_path / "fifo"
    script.write_text(SPAWN)
    os.mkfifo(fifo)
    target = harness.Target([harness.PYTHON, script, fifo])
    opened.append(target)
    pid = int(target.until("READY").split()[1])
    row, arrays = snapshot_of(pid)
    assert row["names_missing"] is None
    assert is_family(arrays, "__mp_main__")
    fifo.write_text("\n")
    assert target.process.wait(harness.DEADLINE) == 0


def own_copy(folder):
    """The interpreter in a place of its own."""
    path = folder / pathlib.Path(os.path.realpath(harness.PYTHON)).name
    shutil.copy(harness.PYTHON, path)
    return path


@pytest.mark.root
@pytest.mark.parametrize("after", ["deleted", "replaced"])
def test_program_is_gone(after, opened, tmp_path):
    """Upgraded while it runs: root reads the file that is mapped."""
    python = own_copy(tmp_path)
    pid = started(opened, FAMILY + WAIT, python)
    python.unlink()
    if after == "replaced":
        python.write_text("another program\n")
    row, arrays = snapshot_of(pid)
    assert row["names_missing"] is None and is_family(arrays)
    assert len(row["runtime"].split(",")[0].split(".")) == 3, "its version, to the patch level"


def test_program_is_gone_without_privilege(unprivileged, opened, tmp_path):
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and str(folder) not in ("/", "/tmp"):
            folder.chmod(0o755)
    python = own_copy(tmp_path)
    target = harness.Target([python, "-c", FAMILY + WAIT], **unprivileged.popen_options())
    opened.append(target)
    target.until("READY")
    python.unlink()
    done = unprivileged.run("snap", "-p", target.pid, "--json")
    assert done.returncode == 0, done.stderr
    row = harness.process_of(json.loads(done.stdout), target.pid)
    assert row["names_missing"].endswith(
        ": its program was deleted or replaced, and only root can read it")


@pytest.mark.root
def test_pid_namespace(opened):
    """Its threads have other numbers there than here."""
    done = subprocess.run(["unshare", "--fork", "--pid", "true"], stderr=subprocess.PIPE,
                          text=True, check=False)
    if done.returncode:
        pytest.skip("no pid namespaces here")
    target = harness.Target(["unshare", "--fork", "--pid", "--kill-child", harness.PYTHON, "-c",
                             FAMILY + WAIT])
    opened.append(target)
    assert target.until("READY").split()[1] == "1"
    children = pathlib.Path(f"/proc/{target.pid}/task/{target.pid}/children").read_text()
    row, arrays = snapshot_of(int(children))
    assert row["names_missing"] is None and is_family(arrays)


@pytest.mark.root
def test_venv_of_links(opened, tmp_path):
    subprocess.run([harness.PYTHON, "-m", "venv", "--without-pip", "--system-site-packages",
                    tmp_path / "venv"], check=True)
    python = tmp_path / "venv/bin/python"
    assert python.is_symlink()
    row, arrays = snapshot_of(started(opened, FAMILY + WAIT, python))
    assert row["names_missing"] is None and is_family(arrays)
