# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Pictures: each cell of --png, --svg and --pdf is that of the JSON of the same moment, and so is the curve."""
import json
import os
import re
import subprocess

import chart_pictures as pictures
import harness
import pytest
from test_record import report

KINDS = sorted(pictures.READERS)
PROGRAM = """
import ctypes, mmap
import numpy as np
at = ctypes.CDLL({library!r}).pagewatch_checkpoint
names = {{"zero": np.zeros(1 << 21), "page": np.zeros(1 << 22), "small": np.ones(5 * 512)}}
names["zero"][: 1 << 20].sum()
names["zero"][512 * 700: 512 * 900: 512] = 1
names["page"][999 * 512] = 1
at(b"it's \\xff\\n</svg>")
names["ones"] = np.ones(1 << 20)
m = mmap.mmap(-1, 1 << 22, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE)
names["populated"] = np.frombuffer(m, "f8")
names["half"] = np.zeros((1000, 1024))
names["half"][::2] = 1
at(b"filled")
names["page"] = names["small"] = None
"""
VIEW = ("--min-size", "0", "--filter", "__main__.names*")


def row_names(moment):
    return [row["name"] for row in moment["processes"][0]["arrays"]]


@pytest.fixture(name="recorded", scope="module")
def recording(tmp_path_factory):
    """A recording, and the JSON of its moments."""
    path = tmp_path_factory.mktemp("chart") / "a.pw"
    library = str(harness.OUT / "libpagewatch.so.1")
    done = harness.pagewatch("record", "-q", "-o", path, *harness.NEVER, "--no-peaks", "--min-size", 0, "--",
                             harness.PYTHON, "-c", PROGRAM.format(library=library))
    assert (done.returncode, done.stderr) == (0, "")
    lines = report(path, "--json", "--detail", "--moment", "all", *VIEW)
    return path, [json.loads(line) for line in lines.splitlines()]


def draw(recorded, directory, *options, kinds=KINDS):
    """Pictures of a recording: by kind, the path."""
    paths = {kind: directory / f"picture.{kind}" for kind in kinds}
    report(recorded[0], *(word for kind in kinds for word in (f"--{kind}", paths[kind])), "-o", "/dev/null",
           *options)
    return paths


def check_rows(paths, process):
    """Each heatmap is that of a row with the name and the sizes beside it, and no row has two."""
    words = pictures.words_of(paths["pdf"])
    rows = [*process["arrays"], *process["regions"]]
    shown = {kind: pictures.READERS[kind](path) for kind, path in paths.items()}
    tops = shown["png"].strips()
    assert all(picture.strips() == tops for picture in shown.values())
    found = []
    for top in tops:
        line = pictures.line_at(words, top)
        cells = {kind: picture.cells(top) for kind, picture in shown.items()}
        assert all(drawn == cells["png"] for drawn in cells.values()), line
        fits = [at for at, row in enumerate(rows) if at not in found and is_row(line, row, process["page_size"])
                and pictures.cells_of(row["heat"]) == cells["png"]]
        assert fits, line
        found.append(fits[0])
    return [rows[at] for at in found]


def is_row(line, row, page_size):
    span = int(row["end"], 16) - int(row["start"], 16)
    if not line.endswith(f" {pictures.size(span)} {pictures.size(row['resident_pages'] * page_size)}"):
        return False
    # A long one is cut.
    return "name" not in row or ".." in line or any(line.startswith(f"{name} ")
                                                    for name in [row["name"], *row["aliases"]])


@pytest.mark.root
@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_cells_are_those_of_the_json(recorded, tmp_path, number):
    process = recorded[1][number - 1]["processes"][0]
    paths = draw(recorded, tmp_path, "--moment", number, *VIEW)
    rows = check_rows(paths, process)
    assert sorted(row["name"] for row in rows) == sorted(row_names(recorded[1][number - 1]))
    inks = {ink for row in rows for cell in pictures.cells_of(row["heat"]) for ink in cell}
    # All that a cell can have is in them, in part and whole.
    if number == 2:
        assert inks == {pictures.ABSENT, pictures.ZERO, pictures.RESIDENT, pictures.TOUCHED}
        assert {row["heat"]["cells"] for row in rows} >= {64} and any(row["heat"]["cells"] < 64 for row in rows)
        cells = [cell for row in rows for cell in pictures.cells_of(row["heat"])]
        assert len({cell.count(pictures.ABSENT) for cell in cells}) > 4


@pytest.mark.root
def test_all_rows_of_a_process(recorded, tmp_path):
    process = json.loads(report(recorded[0], "--json", "--detail", "--top", 40))["processes"][0]
    # As the text: those that say most.
    assert len(check_rows(draw(recorded, tmp_path), process)) <= 15
    rows = check_rows(draw(recorded, tmp_path, "--detail"), process)
    assert {row["name"] for row in rows if "name" in row} == {row["name"] for row in process["arrays"]}
    # A region within a shown array has no line of its own.
    left = [row for row in process["regions"] if row not in rows]
    assert all(any(int(one["start"], 16) <= int(row["start"], 16) and int(row["end"], 16) <= int(one["end"], 16) + 4096
                   for one in process["arrays"]) for row in left)


def curve_of(path):
    """The line's points: (x, y) from 0 to 1 in the box of the axes."""
    line, = re.findall(r'stroke:rgb\(0%,44\.705882%,69\.803922%\)[^"]*" d="([^"]*)"', path.read_text())
    points = [tuple(map(float, point)) for point in re.findall(r"[ML] ([\d.]+) ([\d.]+)", line)]
    top = min(y for _, y in points)
    return [((x - 86) / (696 - 86), 1 - (y - top) / 90) for x, y in points]


@pytest.mark.root
def test_the_curve_is_that_of_the_moments(recorded, tmp_path):
    moments = recorded[1]
    paths = draw(recorded, tmp_path)
    values = [one["processes"][0]["rss_pages"] * 4096 for one in moments]
    times = [one["since_start_ns"] for one in moments]
    points = curve_of(paths["svg"])
    assert len(points) == len(moments) == 3
    for (x, y), time, value in zip(points, times, values):
        # Cairo writes eighths of a thousandth at most.
        assert abs(x - (time - times[0]) / (times[-1] - times[0])) < 1e-4 and abs(y - value / max(values)) < 1e-4
    text = text_of_lines(paths["pdf"])
    peak = values.index(max(values))
    assert f"peak {pictures.size(values[peak])} at {times[peak] / 1e9 - 0.0005:.3f} s" in text
    assert "at 3 moments" in text and pictures.size(max(values) // 2) in text
    assert r"it's \xff\x0a</svg>" in text and "filled" in text
    assert f"{times[0] / 1e9 - 0.0005:.3f} s" in text and f"{times[-1] / 1e9 - 0.0005:.3f} s" in text


def text_of_lines(path):
    return re.sub(r" +", " ", pictures.text_of(path))


@pytest.mark.root
def test_the_picture_says_what_it_is_of(recorded, tmp_path):
    moment = recorded[1][1]
    process = moment["processes"][0]
    text = text_of_lines(draw(recorded, tmp_path, "--moment", 2, kinds=["pdf"])["pdf"])
    assert f"python3 ({process['pid']}) RSS {pictures.size(process['rss_pages'] * 4096)}" in text
    assert f"{process['exe']}, {process['runtime']}" in text
    date = moment["time"].replace("T", " ")[:19]
    assert f"pagewatch {moment['version']}; {date} UTC; moment 2 of 3 (checkpoint filled)" in text
    assert "faults tier" in text and os.uname().release in text
    assert "the rows above are of the black line" in text and "INCOMPLETE" not in text


@pytest.mark.root
def test_the_same_moments_give_the_same_bytes(recorded, tmp_path):
    (tmp_path / "again").mkdir()
    first, second = draw(recorded, tmp_path), draw(recorded, tmp_path / "again")
    for kind in KINDS:
        assert first[kind].read_bytes() == second[kind].read_bytes(), kind


def options_of(directory):
    return [word for kind in KINDS for word in (f"--{kind}", directory / f"picture.{kind}")]


def test_snap_draws(page_target, tmp_path):
    process, = harness.snap(page_target("some").pid, "--detail", *options_of(tmp_path), "--min-size", 0,
                            "--top", 40)["processes"]
    check_rows({kind: tmp_path / f"picture.{kind}" for kind in KINDS}, process)


@pytest.mark.root
def test_run_and_watch_draw(page_target, tmp_path):
    ran, done = harness.run_json(tmp_path, [*options_of(tmp_path), "--detail", "--top", "40"],
                                 [harness.PYTHON, "-c", "import numpy; a = numpy.ones(1 << 20)"])
    assert done.returncode == 0
    check_rows({kind: tmp_path / f"picture.{kind}" for kind in KINDS}, ran["processes"][0])
    target = page_target("some")
    done = harness.pagewatch("-p", target.pid, "-n", 1, "--interval", "1ms", "--json", "--detail", "--top", 40,
                             *options_of(tmp_path))
    assert done.returncode == 0
    check_rows({kind: tmp_path / f"picture.{kind}" for kind in KINDS}, json.loads(done.stdout)["processes"][0])


def test_names_are_text(page_target, tmp_path):
    """An escaped name is drawn as its signs: nothing of it is markup, moves the pen or turns the line."""
    process, = harness.snap(page_target("hostile").pid, *options_of(tmp_path), "--filter", "__main__.names*",
                            "--min-size", 0)["processes"]
    text = text_of_lines(tmp_path / "picture.pdf")
    assert f"{process['comm']} ({process['pid']})" in text
    for part in ("<img src=x", r"\u202egnp.exe", r"a\u2028window", "</script><script>", "<!--<script>"):
        assert part in text
    root = (tmp_path / "picture.svg").read_text()
    assert set(re.findall(r"<([a-zA-Z!/?][a-z]*)", root)) <= {
        "?xml", "svg", "/svg", "defs", "/defs", "g", "/g", "symbol", "/symbol", "path", "use", "rect", "clip", "/clip"}
    assert "http" not in root.replace("http://www.w3.org/", "") and "hostile" not in root


def test_what_has_no_room_is_counted(page_target, tmp_path):
    process, = harness.snap(page_target("many").pid, *options_of(tmp_path), "--min-size", 0,
                            "--filter", "__main__.*", "--top", 41)["processes"]
    text = text_of_lines(tmp_path / "picture.pdf")
    assert len(pictures.png(tmp_path / "picture.png").strips()) == 40
    # JSON has one row more; with the filter each is an array.
    assert len(process["arrays"]) == 41 and not process["regions"]
    left = int(re.search(r"([\d,]+) arrays not shown", text).group(1).replace(",", ""))
    assert left == process["arrays_left_out"] + 1 and re.search(r"\([\d,]+ more\)", text)


@pytest.mark.root
def test_many_processes(tmp_path):
    script = ("import os, sys\npids = []\n"
              "for i in range(9):\n    pid = os.fork()\n    if not pid:\n        sys.stdin.readline()\n        os._exit(0)\n"
              "print('READY', flush=True)\nsys.stdin.readline()\n")
    target = harness.Target([harness.PYTHON, "-c", script])
    try:
        target.until("READY")
        pids = [target.pid, *harness.children(target.pid)]
        assert len(pids) == 10
        done = harness.pagewatch("snap", *(word for pid in pids for word in ("-p", pid)), *options_of(tmp_path),
                                 "-o", "/dev/null")
        assert (done.returncode, done.stderr) == (0, "")
    finally:
        target.close()
    text = text_of_lines(tmp_path / "picture.pdf")
    assert "2 more processes" in text
    assert [f"python3 ({pid})" in text for pid in pids].count(True) == 8


@pytest.mark.root
def test_losses_are_told(tmp_path):
    ran, done = harness.run_json(tmp_path, [*options_of(tmp_path), "--chunk-slots", "64"],
                                 [harness.PYTHON, "-c", "import numpy; a = numpy.ones(1 << 24)"])
    assert done.returncode == 0 and not ran["complete"]
    text = text_of_lines(tmp_path / "picture.pdf").replace("\n", " ")
    for reason in ran["incomplete_reasons"]:
        assert f"INCOMPLETE: {reason}" in re.sub(r" +", " ", text)
    for kind in ("png", "pdf"):
        assert (pictures.READERS[kind](tmp_path / f"picture.{kind}").pixels[48:80] == pictures.ALARM).any(), kind


@pytest.mark.parametrize("kind", KINDS)
def test_the_old_picture_stays_until_the_new_one_is_whole(page_target, tmp_path, kind):
    picture, target = tmp_path / "picture", page_target("some")
    picture.write_text("old")
    done = harness.pagewatch("snap", "-p", 1 << 22, f"--{kind}", picture)
    assert done.returncode != 0 and picture.read_text() == "old"
    done = harness.pagewatch("snap", "-p", target.pid, f"--{kind}", "/dev/full")
    assert (done.returncode, done.stderr) == (4, "pagewatch: cannot write /dev/full: No space left on device\n")
    # A machine without cairo, as far as the loader is concerned.
    (tmp_path / "libcairo.so.2").write_text("")
    done = harness.pagewatch("snap", "-p", target.pid, f"--{kind}", picture,
                             env={**os.environ, "LD_LIBRARY_PATH": str(tmp_path)})
    first, last = done.stderr.splitlines()
    assert done.returncode == 4 and picture.read_text() == "old"
    assert first.startswith("pagewatch: pictures need cairo (Debian's libcairo2): ")
    assert last == f"pagewatch: cannot write {picture}: No such file or directory"


def test_only_pictures_need_cairo():
    """Linked, it would be loaded at each start, and by each user of the library."""
    for name in ("pagewatch", "libpagewatch.so.1"):
        done = subprocess.run(["readelf", "-d", harness.OUT / name], stdout=subprocess.PIPE, text=True, check=True)
        needed = re.findall(r"\(NEEDED\).*\[(.*)\]", done.stdout)
        assert needed and not [one for one in needed if "cairo" in one or "X11" in one]
