# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""diff: what changed between two moments, in the array's own indices."""
import json
import os
import re

import harness
import pytest

pytestmark = pytest.mark.root

PAGE = os.sysconf("SC_PAGESIZE")
ROWS = 1009
# Each row of the array is a page. argv: rows that are written at once, then rows for each line.
PROGRAM = f"""
import mmap, sys
import numpy as np
memory = mmap.mmap(-1, {ROWS * PAGE}, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
memory.madvise(mmap.MADV_NOHUGEPAGE)
a = np.frombuffer(memory, np.uint8).reshape({ROWS}, {PAGE})
still = np.ones(1 << 21, np.uint8)
late = None
a[0:13] = 1
print("READY", flush=True)
sys.stdin.readline()
a[101:304] = 1
read = int(a[500:507].sum())
memory.madvise(mmap.MADV_DONTNEED, 0, 5 * {PAGE})
late = np.ones(3 << 20, np.uint8)
print("DONE", flush=True)
sys.stdin.readline()
"""

# Between its two checkpoints the program maps some libraries.
IMPORTS = f"""
import ctypes
at = ctypes.CDLL({str(harness.OUT / 'libpagewatch.so.1')!r}).pagewatch_checkpoint
at(b"before")
import numpy
"""


@pytest.fixture
def recording(tmp_path, opened):
    """A file with two moments, and what watch said at each."""
    def make(name):
        path = tmp_path / name
        target = harness.Target([harness.PYTHON, "-c", PROGRAM])
        opened.append(target)
        target.until("READY")
        watch = harness.Watch(target.pid, "--record", path)
        opened.append(watch)
        reports = [watch.snapshot()]
        target.go()
        target.until("DONE")
        reports.append(watch.snapshot())
        assert watch.stop() == 0
        return path, reports
    return make


def diff(*arguments, status):
    done = harness.pagewatch("diff", *arguments)
    assert done.returncode == status and not done.stderr, done.stderr
    return done.stdout


def row(found, name):
    return next(row for row in found["processes"][0]["arrays"] if row["name"] == name)


def changes(row):
    """What changed: bytes, and the elements in numpy's words."""
    return {key: (change["bytes"], change["index_ranges"]["text"])
            for key, change in row["changes"].items() if change["bytes"]}


def expect_arrays(found):
    names = [row["name"] for row in found["processes"][0]["arrays"]]
    # The mapping, its view in bytes and its view in rows show the same memory.
    assert names == ["__main__.late", "__main__.a", "__main__.a.base", "__main__.memory"]
    a, late = row(found, "__main__.a"), row(found, "__main__.late")
    assert changes(a) == {
        "became_resident": (203 * PAGE, "a[101:304, :]"),
        "became_zero": (7 * PAGE, "a[500:507, :]"),
        "left": (5 * PAGE, "a[0:5, :]"),
    }
    assert (a["resident_bytes_before"], a["resident_bytes_after"]) == (13 * PAGE, 211 * PAGE)
    assert a["before"] and a["after"] and not a["elsewhere"]
    assert not late["before"] and late["after"]
    assert late["resident_bytes_after"] == late["nbytes"] == 3 << 20


def rss(report):
    """What smaps' Rss would be."""
    return report["processes"][0]["rss_pages"] * PAGE


def expect_mappings(found):
    """All of them together are the change of RSS."""
    process = found["processes"][0]
    change = sum(mapping["resident_bytes_after"] - mapping["resident_bytes_before"]
                 for mapping in process["mappings"])
    assert change == process["after"]["rss_bytes"] - process["before"]["rss_bytes"] > 0


def test_moments_of_one_recording(recording):
    path, reports = recording("one.pw")
    found = json.loads(diff(path, "--json", status=1))
    assert found["known"] and found["differs"]
    assert [found[when]["moment"] for when in ("before", "after")] == [1, 2]
    expect_arrays(found)
    expect_mappings(found)
    process = found["processes"][0]
    assert [process[when]["rss_bytes"] for when in ("before", "after")] == \
        [rss(report) for report in reports]
    # In the other direction the same bytes change, the other way.
    back = json.loads(diff(path, "--json", "--before", "last", "--after", "first", status=1))
    assert changes(row(back, "__main__.a")) == {
        "became_resident": (5 * PAGE, "a[0:5, :]"),
        "left": (210 * PAGE, "a[101:304, :], a[500:507, :]"),
    }
    assert not row(back, "__main__.late")["after"]


def test_the_same_moment_does_not_differ(recording):
    path, _reports = recording("one.pw")
    for moment in "1", "2", "peak":
        text = diff(path, "--before", moment, "--after", moment, status=0)
        assert "Both are the same moment.\n" in text
        assert "unchanged: " in text


def test_two_runs(recording):
    """The arrays lie elsewhere; what counts is the distance from their start."""
    one, _reports = recording("one.pw")
    two, _reports = recording("two.pw")
    found = json.loads(diff(one, two, "--json", "--before", "1", "--filter", "*.a", status=1))
    assert [found[when]["file"] for when in ("before", "after")] == [str(one), str(two)]
    process = found["processes"][0]
    assert process["before"]["pid"] != process["after"]["pid"]
    assert changes(row(found, "__main__.a"))["became_resident"][0] == 203 * PAGE
    found = json.loads(diff(one, two, "--json", "--filter", "__main__*", status=0))
    assert found["processes"][0]["arrays"] == [] and found["processes"][0]["arrays_same"] == 5


NAMES = f"""
import ctypes
at = ctypes.CDLL({str(harness.OUT / 'libpagewatch.so.1')!r}).pagewatch_checkpoint
for name in "last", "1", "peak", "first", "plain", "checkpoint:odd":
    assert at(name.encode()) == 1
"""


def test_names_that_look_like_other_words(tmp_path):
    """A checkpoint can have any name."""
    path = tmp_path / "one.pw"
    done = harness.pagewatch("record", "-q", "-o", path, *harness.NEVER, "--", harness.PYTHON, "-c", NAMES)
    assert done.returncode == 0 and not done.stderr, done.stderr
    for words, number in (("first", 1), ("1", 1), ("last", 7), ("plain", 5), ("checkpoint:last", 1),
                          ("checkpoint:1", 2), ("checkpoint:peak", 3), ("checkpoint:first", 4),
                          ("checkpoint:plain", 5), ("checkpoint:checkpoint:odd", 6)):
        found = json.loads(diff(path, "--json", "--before", words, "--after", words, status=0))
        assert [found[when]["moment"] for when in ("before", "after")] == [number, number], words
        shown = harness.pagewatch("report", path, "--json", "--moment", words)
        everything = harness.pagewatch("report", path, "--json", "--moment", "all")
        assert shown.stdout == everything.stdout.splitlines(keepends=True)[number - 1]
    done = harness.pagewatch("report", path, "--moment", "checkpoint:2")
    assert done.returncode == 2 and "has 7 moments, but no moment 'checkpoint:2'" in done.stderr


def test_text(recording, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    path, _reports = recording("one.pw")
    assert "Nothing differs." in diff(path, "--filter", "nowhere*", status=0)
    lines = diff(path, "--filter", "__main__.*", status=1).splitlines()
    assert re.fullmatch(rf"before {path}: moment 1 of 2 \(asked\), [0-9.]+ s after the start", lines[0])
    assert re.fullmatch(rf"after  {path}: moment 2 of 2 \(asked\), [0-9.]+ s after the start", lines[1])
    assert re.fullmatch(r"python3 \([0-9]+\): RSS [0-9.]+ MiB -> [0-9.]+ MiB, \+[0-9.]+ MiB", lines[3])
    assert lines[4:11] == [
        "    BEFORE      AFTER      CHANGE  ARRAY",
        "       0 B    3.0 MiB    +3.0 MiB  __main__.late (new)",
        "  52.0 KiB  844.0 KiB  +792.0 KiB  __main__.a",
        "  became resident: 812.0 KiB, a[101:304, :]",
        "  became zero pages: 28.0 KiB, a[500:507, :]",
        "  left memory: 20.0 KiB, a[0:5, :]",
        "  52.0 KiB  844.0 KiB  +792.0 KiB  __main__.a.base",
    ]
    assert lines[-1] == "unchanged: 1 array"
    top = diff(path, "--filter", "__main__.*", "--top", "1", status=1).splitlines()
    assert top[4:] == [*lines[4:6], "(3 more)", "unchanged: 1 array"]


IN_BYTES = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20}


def size_of(words):
    number, unit = words.split()
    return float(number) * IN_BYTES[unit]


def mapping_lines(text):
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.endswith("MAPPINGS (with the arrays in them)"))
    found = [re.fullmatch(r" *([0-9.]+ [KMG]?i?B) +([0-9.]+ [KMG]?i?B) +([-+]?[0-9.]+ [KMG]?i?B)  (.+)", line)
             for line in lines[start + 1:]]
    return [row.groups() for row in found if row]


def test_mappings_have_a_bound_and_add_up(tmp_path):
    path = tmp_path / "one.pw"
    done = harness.pagewatch("record", "-q", "-o", path, *harness.NEVER, "--", harness.PYTHON, "-c",
                             IMPORTS)
    assert done.returncode == 0 and not done.stderr, done.stderr
    everything = mapping_lines(diff(path, "--top", "1000", status=1))
    short = mapping_lines(diff(path, status=1))
    assert len(everything) > 6
    assert short[:5] == everything[:5]
    assert [row[3] for row in short[5:]] == [f"({len(everything) - 5} more)"]
    for column in range(3):
        # Each of the lines is rounded to a tenth.
        slack = 0.05 * (1 << 20) * 5 + 0.05 * (1 << 10) * len(everything)
        total, rest = (sum(size_of(row[column]) for row in rows) for rows in (everything[5:], short[5:]))
        assert abs(total - rest) <= slack


def test_a_narrow_terminal_keeps_the_names(recording, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    path, _reports = recording("one.pw")
    lines = diff(path, "--filter", "__main__.*", status=1).splitlines()
    at = lines.index("     AFTER      CHANGE  ARRAY")
    assert lines[at + 1:at + 4] == ["   3.0 MiB    +3.0 MiB  __main__.late", "  new",
                                    " 844.0 KiB  +792.0 KiB  __main__.a"]
    assert max(map(len, lines)) <= 40


@pytest.mark.parametrize("arguments, status, words", [
    ([], 2, "no recording given"),
    (["A", "A", "A"], 2, "unexpected argument"),
    (["A", "--before", "3"], 2, "has 2 moments, but no moment '3'"),
    (["A", "--before", "0"], 2, "has 2 moments, but no moment '0'"),
    (["A", "--after", "loaded\x1b"], 2, r"has 2 moments, but no moment 'loaded\x1b'"),
    (["/etc/passwd"], 3, "/etc/passwd"),
    (["/nowhere"], 3, "/nowhere"),
])
def test_one_line_says_what_is_wrong(recording, arguments, status, words):
    path, _reports = recording("one.pw")
    done = harness.pagewatch("diff", *(path if word == "A" else word for word in arguments))
    assert done.returncode == status and not done.stdout
    assert words in done.stderr.splitlines()[0]
