# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A command that cannot be stopped before it gives its arrays back: the report says why."""
import os
import subprocess

import harness
import pytest

LAZY = "import numpy as np; x = np.zeros((3001, 1009)); print('lived')"
ABSENT = ["-e", "gone: interior_resident == 0 unless absent"]
BEGIN = "the command did not stop before its end: "
TAKEN = BEGIN + "another program's breakpoint or uprobe stands where pagewatch would stop it"
MISSED = BEGIN + "it ended by a signal or by _exit"
NO_PLACE = BEGIN + "it has no function to stop it at"


def reason_of(done):
    """The words behind "unknown", in one line."""
    text = " ".join(done.stderr.split())
    assert done.returncode == 3 and "unknown" in text, done.stderr
    return text


@pytest.fixture(name="broken_into")
def fixture_broken_into(tmp_path):
    """A Python that has somebody else's breakpoint where it would be stopped."""
    shim = tmp_path / "other_breakpoint.so"
    subprocess.run(["gcc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", shim,
                    harness.ROOT / "tests/faults/other_breakpoint.c"], check=True)
    return ["/usr/bin/env", f"LD_PRELOAD={shim}", "STAND_IN=Py_FinalizeEx", harness.PYTHON, "-c",
            LAZY]


def test_a_breakpoint_of_somebody_else(broken_into):
    done = harness.pagewatch("check", *ABSENT, "--", *broken_into)
    assert done.stdout == "lived\n"
    assert TAKEN in reason_of(done)


@pytest.mark.root
def test_the_report_says_it_before_anything_else(broken_into, tmp_path):
    """What is left of a Python after its end reads oddly: that is no reason."""
    snapshot, done = harness.run_json(tmp_path, [], broken_into)
    assert (done.stdout, done.returncode) == ("lived\n", 0)
    process, = snapshot["processes"]
    assert process["arrays"] == []
    assert process["names_missing"].startswith(TAKEN)


def test_an_end_by_another_way():
    done = harness.pagewatch("check", *ABSENT, "--", harness.PYTHON, "-c",
                             LAZY + "; import os; os._exit(0)")
    assert MISSED in reason_of(done)


def test_no_function_to_stop_at(tmp_path):
    """A program without symbols and libraries."""
    program = tmp_path / "static"
    subprocess.run(["gcc", "-O1", "-static", "-s", "-o", program, "-x", "c", "-"],
                   input=b"int main(void) { return 0; }", check=True)
    done = harness.pagewatch("check", *ABSENT, "--", program)
    assert NO_PLACE in reason_of(done)


# exit_group(7) of the 32-bit kernel interface: no C library is needed.
CODE = r"""
char table[4 << 20];
void exit(int status) { for (;;) __asm__ volatile ("int $0x80" : : "a"(252), "b"(status)); }
void _start(void) { for (int i = 0; i < 101; i++) ((volatile char *)table)[i * 4096] = 1; exit(7); }
"""


@pytest.mark.root
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="32-bit programs of x86")
def test_a_32_bit_program(tmp_path):
    """Its registers have another layout; it must not meet the breakpoint unawares."""
    program = tmp_path / "small"
    subprocess.run(["gcc", "-m32", "-O1", "-g", "-fno-builtin", "-fno-pie", "-no-pie", "-static", "-nostdlib", "-o",
                    program, "-x", "c", "-"], input=CODE.encode(), check=True)
    snapshot, done = harness.run_json(tmp_path, [], [program])
    assert done.returncode == 7, done.stderr
    process, = snapshot["processes"]
    assert process["names_missing"] is None
    table, = process["arrays"]
    assert (table["name"], table["resident_pages"]) == ("table", 101)


@pytest.mark.root
def test_a_static_program_without_malloc(tmp_path):
    """It has the function in which a loader would tell of libraries, and nobody calls it."""
    program = tmp_path / "static"
    subprocess.run(["gcc", "-O1", "-static", "-o", program, "-x", "c", "-"],
                   input=b"int main(void) { return 0; }", check=True)
    subprocess.run(["objcopy", "--redefine-sym", "malloc=other", program], check=True)
    snapshot, done = harness.run_json(tmp_path, ["--heap"], [program])
    assert done.returncode == 0, done.stderr
    assert snapshot["processes"][0]["names_missing"] == \
        "heap blocks: none of its mapped files has a known malloc"


def test_in_time():
    done = harness.pagewatch("check", *ABSENT, "--", harness.PYTHON, "-c", LAZY)
    assert done.returncode == 0, done.stderr
