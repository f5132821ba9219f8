# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Which rows a report has: --min-size, --filter, --sort and --top, in text as in JSON."""
import json
import mmap
import os
import re
import subprocess

import books
import harness
import pytest

MIB = 1 << 20
# A large block beside many arrays of which none is as large.
PROGRAM = """
import ctypes, sys
import numpy as np
small = [np.ones(200_000) for _ in range(30)]
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
ctypes.memset(libc.malloc(ctypes.c_size_t(96 << 20)), 1, 96 << 20)
large = np.ones(3_000_000)
alone = {'a[0]': np.ones(300_000)}
print("READY", flush=True)
sys.stdin.readline()
"""
VIEWS = [
    [], ["--min-size", "0K"], ["--min-size", "5M"], ["--top", "5"], ["--sort", "resident"],
    ["--sort", "resident", "--top", "5"], ["--sort", "name", "--top", "41"],
    ["--filter", "__main__.small*"], ["--filter", "*.so*", "--sort", "span"],
    ["--filter", "*.so*", "--min-size", "0K", "--top", "3"], ["--filter", "nothing"],
    ["--sort", "touched"], ["--sort", "span", "--top", "1"],
]
ORDER = {
    "resident": lambda row: -row["resident_pages"],
    "span": lambda row: int(row["start"], 16) - int(row["end"], 16),
}


@pytest.fixture(name="target", scope="module")
def still_python():
    target = harness.Target([harness.PYTHON, "-c", PROGRAM])
    try:
        target.until("READY")
        yield target
    finally:
        target.close()


def text_rows(target, *options):
    """{name: indent} of the rows in order, and the lines; of all rows, as in JSON."""
    done = harness.pagewatch("snap", "-p", target.pid, "--detail", *options,
                             env={"COLUMNS": "900", "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    first, = [at for at, line in enumerate(lines) if line.startswith("NAME ")]
    last, = [at for at, line in enumerate(lines) if line.startswith("total ")]
    rows = []
    for line in lines[first + 1:last]:
        found = re.match(r"( *)(\S.*?)  +[\d.]+ (?:[KMGT]i)?B", line)
        if found:
            rows.append((found[2], len(found[1])))
    return rows, lines


def is_cut(text, name):
    """Whether the text is the name, or what is left of it when it is cut."""
    return re.fullmatch(re.sub(r"(\\\.){2,}", ".*", re.escape(text)), name) is not None


def name_of(row):
    return row.get("name") or row.get("path") or f"anon {int(row['start'], 16):x}"


@pytest.mark.parametrize("options", VIEWS, ids=" ".join)
def test_json_and_text_have_the_same_rows(target, options):
    snapshot = harness.snap(target.pid, *options)
    books.check_invariants(snapshot)
    process = harness.process_of(snapshot, target.pid)
    text, lines = text_rows(target, *options)
    names = [name for name, _ in text if not name.startswith("(")]
    arrays = [name_of(row) for row in process["arrays"]]
    every = arrays + [name_of(row) for row in process["regions"]]
    assert all(any(is_cut(name, full) for full in every) for name in names)
    assert all(any(is_cut(name, full) for name in names) for full in arrays)
    # What the text tells by an array alone lies in it.
    bounds = [(int(row["start"], 16), int(row["end"], 16)) for row in process["arrays"]]
    for row in process["regions"]:
        start, end = int(row["start"], 16), int(row["end"], 16)
        assert any(is_cut(name, name_of(row)) for name in names) or any(
            first - mmap.PAGESIZE < start and end < last + mmap.PAGESIZE for first, last in bounds)
    more = [int(name[1:].split()[0].replace(",", "")) for name, _ in text if name.endswith("more)")]
    assert sum(more) <= process["regions_rest"]["count"]
    left = process["arrays_left_out"]
    options_said = "not shown (--min-size, --filter, --top)"
    said = [line for line in lines if line.endswith(options_said)]
    assert said == [f"{left} array{'s' * (left != 1)} {options_said}"] * bool(left)
    for kind in ("regions", "arrays"):
        key = ORDER.get(options[1]) if options[:1] == ["--sort"] else None
        if key:
            assert process[kind] == sorted(process[kind], key=key)
    if "--top" in options:
        assert len(names) <= int(options[-1])


@pytest.mark.parametrize("order", [["--sort", "resident"], []], ids=["sorted", "top"])
def test_the_largest_comes_first(target, order):
    """--top alone means the N largest, not the N lowest addresses."""
    rows, _ = text_rows(target, *order, "--top", "5")
    process = harness.process_of(harness.snap(target.pid, *order, "--top", "5"), target.pid)
    assert process["regions"][0]["resident_pages"] * mmap.PAGESIZE >= 96 * MIB
    assert rows[0][0] == name_of(process["regions"][0])


def test_the_first_by_address_if_asked_for(target):
    rows, _ = text_rows(target, "--sort", "address", "--top", "3")
    every, _ = text_rows(target)
    assert rows[:3] == every[:3]


def test_arrays_stand_under_the_region_that_has_them(target):
    """... and a region beside the array that has all of it has no row."""
    rows, _ = text_rows(target, "--sort", "resident")
    small = [at for at, (name, _) in enumerate(rows) if name.startswith("__main__.small")]
    assert len(small) == 30
    assert all(rows[at][1] == 2 for at in small)
    above = next(rows[at] for at in range(small[0], -1, -1) if not rows[at][1])
    assert above[0].startswith("anon") and not above[1]
    process = harness.process_of(harness.snap(target.pid), target.pid)
    home, = [row for row in process["regions"] if name_of(row) == above[0]]
    for row in process["arrays"]:
        if row["name"].startswith("__main__.small"):
            assert int(home["start"], 16) <= int(row["start"], 16) < int(home["end"], 16)


def test_a_short_report(target):
    """Nobody chose rows: the largest come first, 15 at most, and all fits on a screen."""
    for columns in ("40", "80", "120", "200"):
        done = harness.pagewatch("snap", "-p", target.pid,
                                 env={"COLUMNS": columns, "LC_ALL": "C.UTF-8"})
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert len(lines) < 24 or columns == "40"
        assert all(len(line) <= int(columns) for line in lines)
        first = next(at for at, line in enumerate(lines) if line.startswith("NAME "))
        last = next(at for at, line in enumerate(lines) if line.startswith("total "))
        rows = [line for line in lines[first + 1:last] if line[0] not in " ("]
        assert len(rows) == 15
        assert re.match(r"__m[^ ]*\.large  ", rows[0])
        assert "not shown (--detail, --filter, --top)" in " ".join(lines)


def test_reserved_memory_is_not_lazy(opened):
    """Nobody can touch it. glibc reserves 64 MiB for each thread that allocates."""
    target = harness.Target([harness.PYTHON, "-c", "import mmap, sys\n"
                             "lazy = mmap.mmap(-1, 211 << 20, mmap.MAP_PRIVATE)\n"
                             "reserved = mmap.mmap(-1, 307 << 20, mmap.MAP_PRIVATE, prot=0)\n"
                             "print('READY', flush=True); sys.stdin.readline()"])
    opened.append(target)
    target.ready()
    done = harness.pagewatch("snap", "-p", target.pid, "--no-python", env={"COLUMNS": "100"})
    assert done.returncode == 0, done.stderr
    assert re.search(r"^anon [0-9a-f]+ +211\.0 MiB +0 B lazy ", done.stdout, re.MULTILINE)
    assert "307.0 MiB" not in done.stdout


def test_brackets_are_literal(target):
    """As in expectations."""
    for pattern, names in (("__main__.alone['a[0]']", 1), ("__main__.small[1]", 1),
                           ("__main__.small[1?]", 10), ("__main__.small[[]1]", 0)):
        process = harness.process_of(harness.snap(target.pid, "--filter", pattern), target.pid)
        assert len(process["arrays"]) == names, pattern
        assert not process["regions"]


def test_one_array_is_no_arrays(target):
    rows = harness.process_of(harness.snap(target.pid), target.pid)["arrays"]
    top = str(len(rows) - 1)
    _, lines = text_rows(target, "--filter", "__main__.*", "--top", top)
    assert "1 array not shown (--min-size, --filter, --top)" in lines
    _, lines = text_rows(target, "--filter", "nothing")
    assert f"{len(rows)} arrays not shown (--min-size, --filter, --top)" in lines


MANY = """
import numpy as np, sys
xs = [np.ones((13, 101)) for _ in range(int(sys.argv[1]))]
print("READY", flush=True)
sys.stdin.readline()
"""

# A child's peak begins with that of who started it: a small process does.
PEAK = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:])
usage = os.wait4(child.pid, 0)
print(usage[1], usage[2].ru_maxrss, file=sys.stderr)
os._exit(0)
"""


# Of a JSON report that is whole before it is written, a row takes 20 KB, and 35 KB with details.
@pytest.mark.parametrize("options, count, most_mib", [([], 20_011, 128), (["--detail"], 5_003, 64)],
                         ids=["counts", "details"])
def test_many_rows_cost_little(options, count, most_mib, opened, tmp_path):
    """A report is written as it is made, details too, and has what was asked for."""
    target = harness.Target([harness.PYTHON, "-c", MANY, count])
    opened.append(target)
    target.until("READY")
    path = tmp_path / "report.json"
    with path.open("wb") as out:
        done = subprocess.run([harness.PYTHON, "-S", "-c", PEAK, harness.PROGRAM, "watch", "-p",
                               str(target.pid), "--json", "--min-size", "4K", "-n", "1",
                               "--interval", "10ms", *options],
                              stdout=out, stderr=subprocess.PIPE, text=True, check=True)
    status, peak_kib = (int(word) for word in done.stderr.split())
    assert status == 0
    assert peak_kib < most_mib << 10
    process = json.loads(path.read_text())["processes"][0]
    rows = [row for row in process["arrays"] if row["name"].startswith("__main__.xs[")]
    assert len(rows) == count
    for key in ("heat", "index_ranges", "interior", "grid"):
        assert (key in rows[7]) == bool(options)
    if not options:
        sizes = [len(json.dumps({**row, "name": "", "path": "", "aliases": []},
                                separators=(",", ":")))
                 for row in process["arrays"] + process["regions"]]
        # 1 KB, and what the page cache has.
        assert max(sizes) < 1024 + 75
