# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""report --side-by-side: the ranks of a job in one table, by the names of their arrays."""
import json
import os
import re

import harness
import pytest

pytestmark = pytest.mark.root

PAGE = os.sysconf("SC_PAGESIZE")
# argv: pages of `grid` to write, and whether this rank has `extra`.
PROGRAM = f"""
import mmap, sys
import numpy as np
def pages(count, written):
    memory = mmap.mmap(-1, count * {PAGE}, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_NOHUGEPAGE)
    memory[:written * {PAGE}] = b"x" * (written * {PAGE})
    return memory
grid = pages(1009, int(sys.argv[1]))
even = pages(701, 503)
if sys.argv[2] == "extra":
    extra = pages(311, 307)
"""
RANKS = [("0", "13", "extra"), ("2", "13", "no"), ("10", "211", "extra")]


@pytest.fixture(name="job")
def fixture_job(tmp_path):
    """The files as a shell lists them."""
    for rank, *words in RANKS:
        done = harness.pagewatch("record", "-q", "-o", tmp_path / "job-%r.pw", "--no-peaks",
                                 *harness.NEVER, "--", harness.PYTHON, "-c", PROGRAM, *words,
                                 env=dict(os.environ, PMI_RANK=rank))
        assert done.returncode == 0 and not done.stderr, done.stderr
    files = sorted(tmp_path.glob("job-*.pw"))
    assert [file.name for file in files] == ["job-0.pw", "job-10.pw", "job-2.pw"]
    return files


def report(*arguments, status=0, **environment):
    done = harness.pagewatch("report", "--side-by-side", *arguments,
                             env=dict(os.environ, LC_ALL="C.UTF-8", **environment))
    assert done.returncode == status, done.stderr
    return done.stderr if status else done.stdout


def rss_of(file):
    done = harness.pagewatch("report", file, "--json")
    return json.loads(done.stdout)["processes"][0]["rss_pages"] * PAGE


def test_json(job):
    found = json.loads(report("--json", "--filter", "__main__.*", *job))
    assert found["kind"] == "side_by_side"
    columns = found["columns"]
    # By rank, whatever the order of the files.
    assert [(column["rank"], column["file"]) for column in columns] == [
        ("0", str(job[0])), ("2", str(job[2])), ("10", str(job[1]))]
    assert {(column["moment"], column["moments"], column["reason"], column["checkpoint"],
             column["comm"], column["complete"], column["names_known"])
            for column in columns} == {(1, 1, "end", None, "python3", True, True)}
    rss = [column["rss_bytes"] for column in columns]
    assert rss == [rss_of(job[0]), rss_of(job[2]), rss_of(job[1])]
    median = sorted(rss)[1]
    assert found["rss"] == {"least_bytes": min(rss), "most_bytes": max(rss), "stands_out": max(
        range(3), key=lambda column: abs(rss[column] - median))}
    # What differs most comes first; one that is missing counts as nothing.
    assert found["arrays"] == [
        {"name": "__main__.extra", "resident_bytes": [307 * PAGE, None, 307 * PAGE],
         "least_bytes": 307 * PAGE, "most_bytes": 307 * PAGE, "stands_out": 1},
        {"name": "__main__.grid", "resident_bytes": [13 * PAGE, 13 * PAGE, 211 * PAGE],
         "least_bytes": 13 * PAGE, "most_bytes": 211 * PAGE, "stands_out": 2},
        {"name": "__main__.even", "resident_bytes": [503 * PAGE] * 3,
         "least_bytes": 503 * PAGE, "most_bytes": 503 * PAGE, "stands_out": None}]
    assert found["arrays_more"] == 0
    top = json.loads(report("--json", "--filter", "__main__.*", "--top", "1", *job))
    assert top["arrays"] == found["arrays"][:1] and top["arrays_more"] == 2


def test_text(job):
    text = report("--filter", "__main__.*", *job, COLUMNS="180")
    lines = text.splitlines()
    for line, rank, file in zip(lines, ("0", "2", "10"), (job[0], job[2], job[1])):
        assert re.fullmatch(rf"rank {rank}: {file}, moment 1 of 1 \(end\), python3 \(\d+\), "
                            r"RSS [0-9.]+ MiB", line)
    assert lines[3:8] == [
        "",
        "    LEAST      MOST OUT         0         2        10  ARRAY",
        "  1.2 MiB   1.2 MiB   2   1.2 MiB         -   1.2 MiB  __main__.extra",
        " 52.0 KiB 844.0 KiB  10  52.0 KiB  52.0 KiB 844.0 KiB  __main__.grid",
        "  2.0 MiB   2.0 MiB       2.0 MiB   2.0 MiB   2.0 MiB  __main__.even"]
    assert re.fullmatch(r"( +[0-9.]+ MiB){2} +(0|2|10)( +[0-9.]+ MiB){3}  RSS of all", lines[8])
    assert lines[9:] == ["Resident bytes. OUT: the column that is farthest from the median. "
                         "-: no such array; ?: not known."]


def test_columns_that_do_not_fit(job):
    """They are counted, and their values are in LEAST, MOST and OUT."""
    lines = report("--filter", "__main__.*", "--top", "2", *job, COLUMNS="70").splitlines()
    table = lines[lines.index("    LEAST      MOST OUT         0         2  ARRAY") + 1:]
    assert table[:2] == [
        "  1.2 MiB   1.2 MiB   2   1.2 MiB         -  __main__.extra",
        " 52.0 KiB 844.0 KiB  10  52.0 KiB  52.0 KiB  __main__.grid"]
    assert table[3:5] == ["(1 more)", "1 more column does not fit; LEAST, MOST and OUT count all. A "
                          "wider"]


WORKERS = """
import mmap, os, sys
def pages(written):
    memory = mmap.mmap(-1, 101 * 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_NOHUGEPAGE)
    memory[:written * 4096] = b"x" * (written * 4096)
    return memory
print("READY", flush=True)
sys.stdin.readline()
for number in range(2):
    if not os.fork():
        part = pages(11 + number)
        # A child has file pages only once it uses them; without the types of Python it has no names.
        if sys.argv[1]:
            exec(sys.argv[1])
        os.write(1, b"DONE\\n")
        sys.stdin.readline()
        os._exit(0)
part = pages(17)
os.write(1, b"DONE\\n")
sys.stdin.readline()
"""


PARTS = ["--filter", "__main__.part", "--min-size", "4K"]


def recorded(opened, path, code):
    """A recording of a process and its two workers, and the report beside it."""
    target = harness.Target([harness.PYTHON, "-c", WORKERS, code])
    opened.append(target)
    target.until("READY")
    watch = harness.Watch(target.pid, "--children", "--min-size", "4K", "--record", path)
    opened.append(watch)
    target.go()
    for _ in range(3):
        target.until("DONE")
    snapshot = watch.snapshot()
    assert watch.stop() == 0
    return snapshot


def test_workers_of_one_recording(tmp_path, opened):
    """Without ranks the columns have numbers, in the order of the recording."""
    snapshot = recorded(opened, tmp_path / "a.pw", "def used(): pass")
    found = json.loads(report("--json", *PARTS, tmp_path / "a.pw"))
    assert [column["pid"] for column in found["columns"]] == [
        process["pid"] for process in snapshot["processes"]]
    assert {column["rank"] for column in found["columns"]} == {None}
    row, = found["arrays"]
    assert sorted(row["resident_bytes"]) == [11 * PAGE, 12 * PAGE, 17 * PAGE]
    assert row["resident_bytes"][row["stands_out"]] == 17 * PAGE
    assert "   LEAST     MOST OUT        1        2        3  ARRAY\n" in report(*PARTS, tmp_path / "a.pw",
                                                                         COLUMNS="120")


def test_what_is_not_known(tmp_path, opened):
    """A process whose arrays could not be found may have one of that name: it does not stand out."""
    snapshot = recorded(opened, tmp_path / "a.pw", "")
    known = [process["names_missing"] is None for process in snapshot["processes"]]
    assert known == [True, False, False]
    found = json.loads(report("--json", *PARTS, tmp_path / "a.pw"))
    assert [column["names_known"] for column in found["columns"]] == known
    row, = found["arrays"]
    assert (row["resident_bytes"], row["stands_out"]) == ([17 * PAGE, None, None], None)
    assert "68.0 KiB 68.0 KiB     68.0 KiB        ?        ?  __main__.part\n" in \
        report(*PARTS, tmp_path / "a.pw", COLUMNS="120")


def test_misuse(job, tmp_path):
    assert "a table of one moment" in report("--moment", "all", *job, status=2)
    assert "a table of one moment" in report("--html", tmp_path / "x", job[0], status=2)
    assert "takes no --sort" in report("--sort", "name", *job, status=2)
    assert f"{job[0]} has 1 moments, but no moment '2'" in report("--moment", "2", *job, status=2)
    assert "cannot read" in report(*job, tmp_path / "none.pw", status=4)
