# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Which file is the program: under any name, wherever it is mapped, and whatever is there now."""
import shutil
import subprocess

import harness
import pytest

ARRAYS = """
import sys
x = bytearray(3_000_017)
print("READY", flush=True); sys.stdin.readline()
"""


@pytest.fixture
def snap_of(opened):
    def snap(*argv, **options):
        target = harness.Target(argv, **options)
        opened.append(target)
        target.ready()
        return harness.process_of(harness.snap(target.pid), target.pid)
    return snap


def names(process):
    return [row["name"] for row in process["arrays"] if row["source"] == "python"]


def test_an_interpreter_under_another_name(tmp_path, snap_of):
    """Without numpy, whose files would tell that there is one."""
    program = shutil.copy(harness.PYTHON, tmp_path / "server")
    process = snap_of(program, "-c", ARRAYS)
    assert process["runtime"] == snap_of(harness.PYTHON, "-c", ARRAYS)["runtime"]
    assert names(process) == ["__main__.x"]


@pytest.mark.parametrize("data", [__file__, harness.PYTHON])
def test_a_program_that_is_not_mapped_lowest(data, tmp_path, snap_of):
    """Below it there is a file that is only read, even an interpreter."""
    program = shutil.copy(harness.PYTHON, tmp_path / "server")
    process = snap_of(program, "-c", f"""
import ctypes
mmap = ctypes.CDLL(None).mmap
mmap.restype = ctypes.c_void_p
file = open({data!r}, "rb")
# A private mapping of a file (MAP_FIXED_NOREPLACE), at the default of vm.mmap_min_addr.
assert mmap(ctypes.c_void_p(0x10000), ctypes.c_size_t(4096), 1, 0x100002, file.fileno(),
            ctypes.c_size_t(0)) == 0x10000
{ARRAYS}""")
    assert process["runtime"].startswith("CPython 3.")
    assert names(process) == ["__main__.x"]


@pytest.mark.root
def test_a_program_with_a_newline_in_its_path(tmp_path):
    """maps writes it \\012; the stop before the end is in the program itself."""
    folder = tmp_path / "a\nb \\012c\n"
    folder.mkdir()
    program = shutil.copy(harness.PYTHON, folder / "python3")
    report, done = harness.run_json(tmp_path, [], [program, "-c", "x = bytearray(3_000_017)"])
    assert done.returncode == 0, done.stderr
    assert report["processes"][0]["names_missing"] is None
    assert names(report["processes"][0]) == ["__main__.x"]


@pytest.fixture
def site(tmp_path):
    """A folder with a numpy in it, which nobody else has mapped."""
    code = "import numpy; print(numpy.__path__[0])"
    numpy = subprocess.run([harness.PYTHON, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    shutil.copytree(numpy.stdout.strip(), tmp_path / "site" / "numpy")
    (tmp_path / "site/numpy-1.24.2.dist-info").mkdir()
    return tmp_path / "site"


@pytest.mark.parametrize("how", ["deleted", "covered"])
@pytest.mark.root
def test_a_numpy_that_was_upgraded(how, site, opened):
    """The folder of the mapped file tells of the new one; a mount may hide the old one."""
    target = harness.Target([harness.PYTHON, "-c", f"""
import sys; sys.path.insert(0, {str(site)!r})
import numpy
print("READY", flush=True); sys.stdin.readline()
"""])
    opened.append(target)
    target.ready()
    process = harness.process_of(harness.snap(target.pid), target.pid)
    assert process["runtime"].endswith(", numpy 1.24.2")
    (site / "numpy-1.24.2.dist-info").rename(site / "numpy-2.0.1.dist-info")
    core, = (site / "numpy").glob("*core/_multiarray_umath*.so")
    if how == "deleted":
        core.unlink()
        shutil.copy(harness.PYTHON, core)
    else:
        subprocess.run(["mount", "--bind", harness.PYTHON, core], check=True)
    try:
        process = harness.process_of(harness.snap(target.pid), target.pid)
    finally:
        if how == "covered":
            subprocess.run(["umount", core], check=True)
    assert process["runtime"].endswith(", numpy")
