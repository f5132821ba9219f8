# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Recordings: what report says is what watch printed, and no finished moment is lost."""
import contextlib
import json
import os
import signal
import sqlite3
import subprocess

import harness
import pytest

pytestmark = pytest.mark.root

DETAILS = ["--detail", "--pages"]
# Waits for a line before each part, and touches one more page in each of 100 chunks. The chunks are
# whole: no chunk is shared with other memory.
SPARSE = """
import mmap, sys
chunk, pages = 2 << 20, 100
m = mmap.mmap(-1, (pages + 1) * chunk, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
m.madvise(mmap.MADV_NOHUGEPAGE)
print("READY", flush=True)
for part in range(int(sys.argv[1])):
    sys.stdin.readline()
    for i in range(pages):
        m[i * chunk + part * 4096] = 1
    print("DONE", flush=True)
sys.stdin.readline()
"""
NUMPY = """
import numpy as np, sys
a, b = np.zeros((1000, 1024)), np.ones(1 << 18)
print("READY", flush=True)
sys.stdin.readline()
a[:500] = 1
print("DONE", flush=True)
sys.stdin.readline()
"""


def python(program, *arguments):
    return harness.Target([harness.PYTHON, "-c", program, *arguments])


def report(*arguments):
    done = harness.pagewatch("report", *arguments)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout


def rows(path, query):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return db.execute(query).fetchall()


def moments_in(path):
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    return rows(path, "SELECT count(*) FROM moment")[0][0]


def shown(watch):
    """Asks for a report; returns its line as it came."""
    watch.process.send_signal(signal.SIGUSR1)
    line = watch.lines.next()
    assert line is not None, watch.errors()
    return line + "\n"


@pytest.fixture
def small_disk(tmp_path):
    """A folder with room for 1 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1M", "none", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("program,arguments", [(NUMPY, []), (SPARSE, ["1"])],
                         ids=["numpy", "sparse"])
def test_the_lines_of_watch(program, arguments, tmp_path, opened, backend):
    target = python(program, *arguments)
    opened.append(target)
    target.ready()
    path = tmp_path / "a.pw"
    watch = harness.Watch(target.pid, *DETAILS, "--backend", backend, "--record", path)
    opened.append(watch)
    lines = [shown(watch), shown(watch)]
    target.done()
    lines += [shown(watch), shown(watch)]
    assert target.end() == 0
    lines += [line + "\n" for line in iter(watch.lines.next, None)]
    assert watch.wait() == 0 and len(lines) == 5
    assert report(path, "--json", *DETAILS, "--moment", "all") == "".join(lines)
    assert report(path, "--json", *DETAILS) == lines[-1]
    assert report("--json", *DETAILS, "--moment=2", path) == lines[1]
    assert os.listdir(tmp_path) == ["a.pw"]


def test_the_text_of_watch(tmp_path, opened):
    target = python(NUMPY)
    opened.append(target)
    target.ready()
    path = tmp_path / "a.pw"
    environment = dict(os.environ, COLUMNS="97", LC_ALL="C.UTF-8")
    watched = harness.pagewatch("-p", target.pid, "-n", 3, "--interval", "50ms", "--record", path,
                                "--detail", "--top", "4", env=environment)
    assert watched.returncode == 0, watched.stderr
    again = harness.pagewatch("report", path, "--moment", "all", "--detail", "--top", "4",
                              env=environment)
    assert watched.stdout.count("pagewatch itself") == 3 and again.stdout == watched.stdout


def test_two_processes_and_files(tmp_path, opened):
    targets = [python(NUMPY).ready() for _ in range(2)]
    opened.extend(targets)
    watch = harness.Watch(targets[0].pid, "-p", targets[1].pid, "--record", tmp_path / "a.pw")
    opened.append(watch)
    lines = [shown(watch)]
    targets[1].done()
    lines.append(shown(watch))
    targets[0].done()
    assert targets[0].end() == 0
    lines.append(shown(watch))
    assert report(tmp_path / "a.pw", "--json", "--moment", "all") == "".join(lines)
    pids = {target.pid for target in targets}
    assert {row[0] for row in rows(tmp_path / "a.pw", "SELECT pid FROM process")} == pids
    both = [tmp_path / "a.pw", tmp_path / "a.pw"]
    files = json.loads(report(*both, "--json", "--moment", "2"))
    assert files == [{"file": str(tmp_path / "a.pw"), "snapshots": [json.loads(lines[1])]}] * 2
    text = report(*both, "--moment", "3")
    assert text.count(f"== {tmp_path}/a.pw, moment 3 of 3\n") == 2


FORKS = """
import mmap, os, sys
m = mmap.mmap(-1, 1009 * 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
m.madvise(mmap.MADV_NOHUGEPAGE)
m[0] = 1
print("READY", flush=True)
sys.stdin.readline()
child = os.fork()
if not child:
    m[4096] = m[8192] = 1
    print("DONE", flush=True)
sys.stdin.readline()
if child:
    os.waitpid(child, 0)
"""


def test_a_forked_child(tmp_path, opened, backend):
    """All that it has from its parent is from before, wherever that lies."""
    target = python(FORKS)
    opened.append(target)
    target.ready()
    path = tmp_path / "a.pw"
    watch = harness.Watch(target.pid, "--children", *DETAILS, "--backend", backend, "--record", path)
    opened.append(watch)
    lines = [shown(watch)]
    target.done()
    lines.append(shown(watch))
    assert len(json.loads(lines[1])["processes"]) == 2
    assert report(path, "--json", *DETAILS, "--moment", "all") == "".join(lines)


def test_a_command_and_the_views(tmp_path):
    path = tmp_path / "a.pw"
    program = "import numpy as np\na = np.zeros((1000, 1024)); a[:500] = 1\nraise SystemExit(7)"
    done = harness.pagewatch("record", "-q", "-o", path, *harness.NEVER, "--no-peaks", "--",
                             harness.PYTHON, "-c", program)
    assert done.returncode == 7 and not done.stderr, done.stderr
    snapshot = json.loads(report(path, "--json"))
    assert snapshot["reason"] == "end"
    process = snapshot["processes"][0]
    array = harness.array_of(process, "__main__.a")
    found = rows(path, "SELECT pid, name, dtype, shape, pages, resident_pages, resident_bytes, "
                       "touched_pages, first_ns FROM array_over_time WHERE name = '__main__.a'")
    assert found == [(process["pid"], "__main__.a", "float64", "1000,1024", array["pages"],
                      array["resident_pages"], array["resident_pages"] * 4096,
                      array["touch"]["pages_touched"], array["touch"]["first_ns"])]
    assert rows(path, "SELECT name, seconds FROM array_first_touch WHERE name = '__main__.a'") == \
        [("__main__.a", array["touch"]["first_ns"] / 1e9)]
    assert rows(path, "SELECT resident_pages, moment FROM peak") == [(process["rss_pages"], 1)]
    assert ("__main__.a",) in rows(path, "SELECT name FROM resident_at_peak")
    assert sorted(rows(path, "SELECT how, pages_touched FROM lives WHERE count = 1")) == \
        sorted((life["how"], life["touch"]["pages_touched"]) for life in process["retired"]
               if life["count"] == 1)
    assert rows(path, "SELECT sum(stop - start) FROM page_run_over_time WHERE state IN "
                      "('anon', 'anon_huge', 'file', 'shmem')") == [(process["rss_pages"] * 4096,)]
    assert rows(path, "SELECT count(*) FROM mapping_over_time")[0][0] == \
        process["regions_rest"]["count"] + len(process["regions"])
    assert rows(path, "SELECT sum(pages) FROM chunk_touch_over_time")[0][0] == \
        process["totals"]["touch"]["pages_touched"] + process["stray_faults"]
    assert rows(path, "PRAGMA user_version") == [(2,)]
    assert rows(path, "PRAGMA application_id") == [(0x70616765,)]
    shell = subprocess.run(["sqlite3", path, "SELECT name FROM array_over_time"],
                           stdout=subprocess.PIPE, text=True, check=True)
    assert "__main__.a\n" in shell.stdout


def test_checkpoints(tmp_path):
    path = tmp_path / "a.pw"
    library = harness.OUT / "libpagewatch.so.1"
    program = f"""
import ctypes
import numpy as np
at = ctypes.CDLL({str(library)!r}).pagewatch_checkpoint
a = np.zeros((1000, 1024))
assert at("it's \\u00e4".encode()) == 1
a[:] = 1
assert at(b"filled") == 1
"""
    done = harness.pagewatch("record", "-q", "-o", path, *harness.NEVER, "--no-peaks", "--",
                             harness.PYTHON, "-c", program)
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert rows(path, "SELECT m.id, reason, name, process FROM moment m "
                      "LEFT JOIN checkpoint c ON c.moment = m.id") == \
        [(1, "checkpoint", "it's \u00e4", 1), (2, "checkpoint", "filled", 1), (3, "end", None, None)]
    found = rows(path, "SELECT resident_pages FROM array_over_time WHERE name = '__main__.a'")
    assert [row[0] for row in found] == [1, 2001, 2001]
    second = json.loads(report(path, "--json", "--moment", "2"))
    assert (second["reason"], second["checkpoint"]) == ("checkpoint", "filled")
    assert harness.array_of(second["processes"][0], "__main__.a")["resident_pages"] == 2001


def test_killed_beside_a_command(tmp_path, opened):
    """The command goes on, and the file has what was recorded."""
    phases = harness.Phases()
    opened.append(phases)
    command = [harness.PYTHON, "-c", SPARSE, "1"]
    process = subprocess.Popen([harness.PROGRAM, "record", "-o", tmp_path / "a.pw", "--interval",
                                "20ms", "--", *command], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, pass_fds=phases.fds(),
                               env=phases.environment())
    phases.started()
    assert phases.until("naming") and phases.go() is None
    assert phases.until("recording") and phases.go() is None
    assert phases.until("recorded")
    process.kill()
    process.wait()
    lines = harness.Lines(process.stdout)
    assert lines.next() == "READY"
    process.stdin.write(b"\n\n")
    process.stdin.close()
    assert lines.next() == "DONE" and lines.next() is None
    process.stdout.close()
    assert moments_in(tmp_path / "a.pw") == 2
    assert report(tmp_path / "a.pw", "--json", "--moment", "all").count("\n") == 2


def test_asked_after_the_last_look(tmp_path, opened):
    """The command's last look belongs to the last moment, however long its exit takes."""
    phases = harness.Phases()
    opened.append(phases)
    process = subprocess.Popen([harness.PROGRAM, "record", "-o", tmp_path / "a.pw", "--no-peaks",
                                *harness.NEVER, "--", "/bin/true"], pass_fds=phases.fds(),
                               env=phases.environment())
    phases.started()
    assert phases.until("snapshot")
    process.send_signal(signal.SIGUSR1)
    phases.leave()
    assert process.wait() == 0
    moment, = map(json.loads, report(tmp_path / "a.pw", "--json", "--moment", "all").splitlines())
    assert moment["reason"] == "end" and moment["processes"][0]["rss_pages"] > 0


def test_a_page_of_a_recording(tmp_path):
    path, page = tmp_path / "a.pw", tmp_path / "a.html"
    assert harness.pagewatch("record", "-o", path, "--", "/bin/true").returncode == 0
    with_page = report(path, "--html", page)
    assert with_page == report(path) and page.read_text().startswith("<!")
    assert harness.pagewatch("report", path, path, "--html", page).returncode == 2


# Where the third moment stands when pagewatch is killed, and how many the file then has: its
# transaction has begun, its rows are written, it is committed. The first gets its name after that.
PHASES = {"record": 2, "recording": 2, "recorded": 3, "naming": 0}


@pytest.mark.parametrize("phase", PHASES)
def test_killed(phase, tmp_path, opened):
    """What was printed is in the file."""
    target = python(SPARSE, "1")
    opened.append(target)
    target.ready()
    path = tmp_path / "a.pw"
    watch = harness.Watch(target.pid, "--record", path, until=None)
    opened.append(watch)
    assert watch.phases.until("baseline")
    lines = []
    for stop in [] if phase == "naming" else ["naming", "recorded"]:
        watch.process.send_signal(signal.SIGUSR1)
        if not lines:
            watch.phases.go()
        assert watch.phases.until(stop)
        watch.phases.go()
        lines.append(watch.lines.next() + "\n")
    watch.process.send_signal(signal.SIGUSR1)
    if phase == "naming":
        watch.phases.go()
    assert watch.phases.until(phase)
    watch.process.kill()
    watch.process.wait()
    if phase == "naming":
        assert not path.exists()
        return
    again = report(path, "--json", "--moment", "all")
    assert again.startswith("".join(lines)) and again.count("\n") == PHASES[phase]
    assert moments_in(path) == PHASES[phase]


def test_full_disk(small_disk, opened):
    target = python(SPARSE, "1")
    opened.append(target)
    target.ready()
    path = small_disk / "a.pw"
    watch = harness.Watch(target.pid, "--record", path, "--mappings")
    opened.append(watch)
    (small_disk / "filler").write_bytes(b"x" * (600 << 10))
    lines = [shown(watch)]
    with contextlib.suppress(OSError), open(small_disk / "more", "wb", buffering=0) as more:
        while True:
            more.write(b"x" * 4096)
    target.done()
    watch.process.send_signal(signal.SIGUSR1)
    assert watch.lines.next() is None
    assert watch.wait() == 4
    assert watch.process.stderr.read().decode() == \
        f"pagewatch: cannot write the recording {path}: No space left on device; " \
        "it has the 1 moments before\n"
    assert report(path, "--json", "--moment", "all") == "".join(lines)
    assert moments_in(path) == 1


def test_full_disk_under_a_command(small_disk):
    """The command is none the worse."""
    (small_disk / "filler").write_bytes(b"x" * (1000 << 10))
    done = harness.pagewatch("record", "-o", small_disk / "a.pw", "--", "/bin/echo", "whole")
    assert done.returncode == 125 and len(done.stderr.splitlines()) == 1
    assert "No space left on device" in done.stderr
    assert os.listdir(small_disk) == ["filler"]


def test_read_only_folder(small_disk):
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    for arguments, status in ((["record", "-o", small_disk / "a.pw", "--", "/bin/echo"], 125),
                              (["record", "-o", small_disk / "a.pw", "-p", os.getpid()], 4),
                              (["-p", os.getpid(), "--record", small_disk / "a.pw"], 4)):
        done = harness.pagewatch(*arguments)
        assert done.returncode == status and not done.stdout
        assert done.stderr == f"pagewatch: cannot write the recording {small_disk}/a.pw: " \
                              "Read-only file system\n"


def test_read_in_a_read_only_folder(small_disk):
    assert harness.pagewatch("record", "-o", small_disk / "a.pw", "--",
                             "/bin/true").returncode == 0
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert json.loads(report(small_disk / "a.pw", "--json"))["kind"] == "snapshot"
