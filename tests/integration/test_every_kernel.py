# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What each kernel gives, whichever tier and page reader it allows, and whatever huge pages it makes.

`make check-kernels` runs these on all its kernels. They need no privilege beyond what the tier needs.
"""
import json
import os
import pathlib

import harness
import pytest

# The last line is what the kernel itself says of x's and y's pages at the end.
PROGRAM = """
import os
import numpy as np

def present(array):
    size = os.sysconf("SC_PAGESIZE")
    first, end = array.ctypes.data // size, (array.ctypes.data + array.nbytes + size - 1) // size
    with open("/proc/self/pagemap", "rb", buffering=0) as file:
        file.seek(8 * first)
        words = np.frombuffer(file.read(8 * (end - first)), np.uint64)
    return int((words >> np.uint64(63)).sum())

x = np.zeros((3000, 3001))
x.sum()
x[1500, 7] = 1
y = np.ones((1000, 1001))
print(present(x), present(y))
"""
# numpy asks for huge pages otherwise: those of a mode of the kernel are enough here.
SMALL_PAGES = dict(os.environ, NUMPY_MADVISE_HUGEPAGE="0")
ONES = "import numpy as np; y = np.ones((1000, 1001))"
ZEROS = ("zero", "zero_huge")
WAITING = f"{ONES}; print('READY', flush=True); input()"
STATIC = harness.OUT / "static/pagewatch"
# tests/faults/huge_fill.c: 4 of its 8 huge pages are touched.
WHOLE = 0x200000000000


def row_of(report, name):
    rows = [row for process in report["processes"] for row in process["arrays"]
            if row["name"] == name]
    assert len(rows) == 1, [row["name"] for process in report["processes"]
                            for row in process["arrays"]]
    return rows[0]


@pytest.fixture(name="numpy_report", scope="module")
def report_of_numpy(tmp_path_factory):
    report, done = harness.run_json(tmp_path_factory.mktemp("numpy"), [],
                                    [harness.PYTHON, "-c", PROGRAM], env=SMALL_PAGES)
    assert done.returncode == 0, done.stderr
    return report, [int(word) for word in done.stdout.split()]


def test_a_program_of_numpy(numpy_report):
    report, present = numpy_report
    assert report["complete"], report["incomplete_reasons"]
    for name, pages in zip("xy", present):
        row = row_of(report, f"__main__.{name}")
        assert row["resident_pages"] + sum(row["states"][zero] for zero in ZEROS) == pages
    x, y = row_of(report, "__main__.x"), row_of(report, "__main__.y")
    assert y["interior_resident_pages"] == y["interior_pages"]
    if harness.thp_mode() != "always":
        assert x["interior_resident_pages"] == 1
        assert y["states"]["anon"] == y["pages"]
        # The allocator's header is in the first page.
        assert (x["states"]["zero"], x["states"]["anon"]) == (x["pages"] - 2, 2)


def test_what_was_touched(numpy_report):
    report, _ = numpy_report
    row = row_of(report, "__main__.x")
    if report["tier"] == "scan":
        assert row["ledger"] is None and row["touch"] is None
        return
    if harness.thp_mode() != "always":
        # Each page was read; two were written, and are resident.
        assert row["touch"]["pages_touched"] == row["pages"]
        assert (row["ledger"]["touched"], row["ledger"]["unfaulted"]) == (2, 0)
        assert row["touch"]["pages_written"] == (2 if report["backend"] == "tp_btf" else None)


@pytest.mark.parametrize("expected, status", [("interior_resident == 100%", 0),
                                              ("interior_resident == 0", 1)])
def test_check(expected, status):
    done = harness.pagewatch("check", "-e", f"__main__.y: {expected}", "--", harness.PYTHON, "-c", ONES)
    assert done.returncode == status, done.stderr


@pytest.mark.parametrize("parent", [
    ["sh", "-c", f'{harness.PYTHON} -c "{ONES}"; true'],
    [harness.PYTHON, "-c", "import subprocess, sys; subprocess.run(sys.argv[1:], check=True)",
     harness.PYTHON, "-c", ONES]], ids=["shell", "subprocess"])
def test_a_child_by_vfork_and_its_array(tmp_path, parent):
    report, done = harness.run_json(tmp_path, ["--children"], parent)
    assert done.returncode == 0, done.stderr
    assert report["complete"], report["incomplete_reasons"]
    assert len(report["processes"]) == 2
    row = row_of(report, "__main__.y")
    assert row["interior_resident_pages"] == row["interior_pages"]


def test_huge_pages(tmp_path):
    if harness.thp_mode() not in ("always", "madvise"):
        pytest.skip("no transparent huge pages here")
    size = pathlib.Path("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size").read_text(encoding="ascii")
    huge, page = int(size), os.sysconf("SC_PAGESIZE")
    report, done = harness.run_json(
        tmp_path, ["--array", f"whole={WHOLE:#x}+{8 * huge}"],
        [harness.fault_program(tmp_path, "huge_fill"), str(huge)])
    assert done.returncode == 0, done.stderr
    row = row_of(report, "whole")
    assert row["resident_pages"] == 4 * huge // page
    # A reader that cannot tell all huge pages calls some of them small.
    assert row["states"]["anon_huge"] == 4 * huge // page or "anon_huge" in report["merged"]
    if report["tier"] == "faults":
        ledger = row["ledger"]
        assert ledger["touched"] == 4
        filled = 4 * (huge // page - 1)
        assert (ledger["huge_fill"], ledger["unexplained_pages"]) in ((filled, 0), (None, filled))


def test_probe_says_what_a_report_is_made_of(numpy_report):
    report, _ = numpy_report
    done = harness.pagewatch("probe", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert [told[key] for key in ("tier", "backend", "page_reader")] == [
        report[key] for key in ("tier", "backend", "page_reader")]


def counts_of(row):
    """What a row says, but for threads and times."""
    touch = row["touch"] and {key: count for key, count in row["touch"].items() if key.startswith("pages_")}
    return row["states"], row["ledger"], touch


@pytest.fixture(name="static")
def static_program(monkeypatch):
    assert STATIC.exists(), f"{STATIC} is missing: make static"
    monkeypatch.setattr(harness, "PROGRAM", STATIC)


def test_run_by_the_static_program(numpy_report, static, tmp_path):
    """It says what the other program said of the same program."""
    report, _ = numpy_report
    same, done = harness.run_json(tmp_path, [], [harness.PYTHON, "-c", PROGRAM], env=SMALL_PAGES)
    assert done.returncode == 0, done.stderr
    assert same["complete"], same["incomplete_reasons"]
    for key in ("tier", "backend", "call_hooks", "page_reader", "missing", "merged"):
        assert same[key] == report[key]
    # Which pages are parts of huge ones depends on the address.
    if harness.thp_mode() != "always":
        for name in ("__main__.x", "__main__.y"):
            assert counts_of(row_of(same, name)) == counts_of(row_of(report, name))


def test_snap_by_the_static_program(static, opened):
    target = harness.Target([harness.PYTHON, "-c", WAITING])
    opened.append(target)
    row = row_of(harness.snap(target.ready().pid), "__main__.y")
    assert row["interior_resident_pages"] == row["interior_pages"]
    assert target.end() == 0


def test_check_by_the_static_program(static):
    done = harness.pagewatch("check", "-e", "__main__.y: interior_resident == 100%", "-e",
                             "__main__.y: interior_resident == 0", "--", harness.PYTHON, "-c", ONES)
    assert done.returncode == 1
    # The other one is that the command exits with 0.
    assert "\n2 hold, 1 failed, 0 unknown" in done.stdout + done.stderr
