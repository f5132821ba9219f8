# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What is a Python and what only looks like one: the name of a program decides nothing."""
import os
import shutil
import subprocess
import sysconfig

import books
import harness
import pytest

pytestmark = pytest.mark.root

GO = """
package main

import "fmt"

var grid [5_000_011]float64

func main() {
	kept := make([]float64, 1_000_003)
	for i := range kept {
		kept[i] = 1
	}
	grid[1_000_003] = 2
	fmt.Println("READY")
	fmt.Scanln()
	fmt.Println(kept[7] + grid[7])
}
"""
RUST = """
static mut GRID: [f64; 5_000_011] = [0.0; 5_000_011];

fn main() {
    let kept = vec![1.0f64; 1_000_003];
    unsafe { GRID[1_000_003] = 2.0 };
    println!("READY {}", kept[7]);
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let grid = std::ptr::addr_of!(GRID);
    println!("{}", unsafe { (*grid)[kept.len()] });
}
"""
ARRAYS = ("import numpy as np; x = np.zeros((997, 1009)); x[100] = 1; "
          "y = np.ones(300_007); print('READY', flush=True)")


def report_of(opened, argv, **options):
    """(pid, its row) once it has said READY; the text report is made as well."""
    target = harness.Target(argv, **options)
    opened.append(target)
    target.until("READY")
    snapshot = harness.snap(target.pid, "--min-size", "1K")
    books.check_invariants(snapshot)
    assert snapshot["complete"]
    text = harness.pagewatch("snap", "-p", target.pid)
    assert (text.returncode, text.stderr) == (0, "")
    # The scan tier knows no touch: no room is lost on it.
    heading, = [line for line in text.stdout.splitlines() if line.startswith("NAME ")]
    assert not {"READ", "WRITTEN", "FAULTS"} & set(heading.split())
    return target, harness.process_of(snapshot, target.pid)


def python_rows(process):
    return {row["name"]: row for row in process["arrays"] if row["source"] == "python"}


def is_no_python(process):
    assert python_rows(process) == {}
    assert process["names_missing"] is None
    assert process["runtime"] is None or "Python" not in process["runtime"]


def has_the_arrays(process):
    rows = python_rows(process)
    assert rows["__main__.y"]["resident_pages"] == rows["__main__.y"]["pages"]
    assert rows["__main__.x"]["shape"] == [997, 1009]
    assert 3 <= rows["__main__.x"]["resident_pages"] <= 4
    assert process["names_missing"] is None


@pytest.mark.parametrize("name", ["python3", "python", "python3.11", "libpython3.11.so.1.0"])
def test_a_program_of_that_name(name, opened, tmp_path):
    """A shell that is called python is a shell."""
    shutil.copy(shutil.which("bash"), tmp_path / name)
    _, process = report_of(opened, [tmp_path / name, "-c", "echo READY; read line"])
    assert process["comm"] == name[:15]
    is_no_python(process)


def test_a_script_of_that_name(opened, tmp_path):
    script = tmp_path / "python3"
    script.write_text("#!/bin/sh\necho READY\nread line\n")
    script.chmod(0o755)
    _, process = report_of(opened, [script])
    assert process["comm"] == "python3"
    is_no_python(process)


def test_a_python_of_another_name(opened, tmp_path):
    """A copy of the interpreter under a name that tells nothing."""
    shutil.copy(os.path.realpath(harness.PYTHON), tmp_path / "solver")
    _, process = report_of(opened, [tmp_path / "solver", "-c",
                                    f"import sys; {ARRAYS}; sys.stdin.readline()"])
    assert process["comm"] == "solver"
    has_the_arrays(process)


def test_a_python_that_calls_itself_otherwise(opened):
    """PR_SET_NAME and argv[0], as daemons do."""
    code = ("import ctypes, sys; ctypes.CDLL(None).prctl(15, b'worker [7]', 0, 0, 0); "
            f"{ARRAYS}; sys.stdin.readline()")
    target = harness.Target(["not-a-python", "-c", code], executable=harness.PYTHON)
    opened.append(target)
    target.until("READY")
    process = harness.process_of(harness.snap(target.pid, "--min-size", "1K"), target.pid)
    assert process["comm"] == "worker [7]"
    has_the_arrays(process)


def test_a_python_inside_another_program(opened):
    """gdb has a Python of its own, by libpython; its arrays have names too."""
    if not shutil.which("gdb"):
        pytest.skip("no gdb here")
    statement = f"python import sys; {ARRAYS}; sys.stdin.readline()"
    _, process = report_of(opened, ["gdb", "-nx", "-q", "-batch", "-ex", statement])
    assert process["comm"] == "gdb"
    has_the_arrays(process)


def test_an_embedded_python(opened, tmp_path):
    """A C program that calls Py_Initialize, against libpython."""
    include = sysconfig.get_path("include")
    if not os.path.exists(f"{include}/Python.h"):
        pytest.skip("no Python.h here")
    (tmp_path / "main.c").write_text(
        "#include <Python.h>\n"
        "int main(void) {\n"
        "\tPy_InitializeEx(0);\n"
        f"\tif (PyRun_SimpleString(\"{ARRAYS}\")) return 1;\n"
        "\tgetchar();\n"
        "\treturn Py_FinalizeEx();\n"
        "}\n")
    subprocess.run(["gcc", "-o", tmp_path / "solver", tmp_path / "main.c", f"-I{include}",
                    f"-lpython{sysconfig.get_python_version()}"], check=True)
    _, process = report_of(opened, [tmp_path / "solver"])
    has_the_arrays(process)


def test_a_python_before_its_first_array(opened):
    """A Python without numpy has no arrays, and nothing is missing."""
    _, process = report_of(opened, [harness.PYTHON, "-S", "-c",
                                    "import sys; print('READY', flush=True); sys.stdin.readline()"])
    assert process["runtime"].startswith("CPython") and "numpy" not in process["runtime"]
    assert python_rows(process) == {} and process["names_missing"] is None


@pytest.mark.long
@pytest.mark.parametrize("language", ["go", "rust"])
def test_compiled_programs(language, opened, tmp_path):
    """A static array of 38 MiB of which one page was written, and a live one on the heap."""
    compiler = {"go": "go", "rust": "rustc"}[language]
    if not shutil.which(compiler):
        pytest.skip(f"no {compiler} here")
    source = tmp_path / {"go": "python.go", "rust": "python.rs"}[language]
    source.write_text({"go": GO, "rust": RUST}[language])
    argv = {"go": ["go", "build", "-o", tmp_path / "python", source],
            "rust": ["rustc", "-g", "-o", tmp_path / "python", source]}[language]
    built = subprocess.run(argv, cwd=tmp_path, check=False, capture_output=True, text=True,
                           env={**os.environ, "GOCACHE": str(tmp_path / "cache"),
                                "GO111MODULE": "off"})
    if built.returncode:
        pytest.skip(f"{compiler} does not build here: {built.stderr.strip().splitlines()[-1]}")
    _, process = report_of(opened, [tmp_path / "python"])
    is_no_python(process)
    grid, = [row for row in process["arrays"]
             if row["source"] == "elf" and row["nbytes"] == 8 * 5_000_011]
    assert "grid" in grid["name"].lower()
    # Its first and last page may have neighbours in them.
    assert grid["interior_resident_pages"] == 1
