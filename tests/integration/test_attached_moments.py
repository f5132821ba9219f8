# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Moments at the checkpoints of a process that runs already: record -p, watch, the live view."""
import contextlib
import json
import os
import pathlib
import pty
import re
import signal
import sqlite3
import subprocess
import threading

import harness
import pytest
import test_checkpoints
import test_record

pytestmark = pytest.mark.root

# A line is the name of a checkpoint, and the pages to touch before it.
small_disk = test_record.small_disk
PROGRAM = test_checkpoints.BEGIN + """
print("READY", flush=True)
for line in sys.stdin:
    name, first, end = line.split()
    touch(int(first), int(end))
    print("AT", at(name), flush=True)
"""
STEPS = [("made", 7, 18), ("it's", 100, 113), ("made", 200, 217)]
# Of __main__.x, with the page that has malloc's header.
RESIDENT = [12, 25, 42]


def started(opened, code=PROGRAM):
    target = harness.Target([harness.PYTHON, "-c", code])
    opened.append(target)
    target.until("READY")
    return target


def step(target, name, first, end):
    target.process.stdin.write(f"{name} {first} {end}\n".encode())
    target.process.stdin.flush()


class Record:
    """`pagewatch record -p`, once it is attached."""

    def __init__(self, opened, pid, path, *options):
        self.phases = harness.Phases()
        opened.append(self.phases)
        self.process = subprocess.Popen([harness.PROGRAM, "record", "-q", "-p", str(pid),
                                         *harness.NEVER, "--no-peaks", "-o", path, *options],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        pass_fds=self.phases.fds(),
                                        env=self.phases.environment())
        self.phases.started()
        assert self.phases.until("checkpoints")

    def end(self):
        """Its status, and what it said."""
        self.process.send_signal(signal.SIGINT)
        said = self.process.communicate(timeout=harness.DEADLINE)[1].decode()
        return self.process.returncode, said


def moments_of(path):
    done = harness.pagewatch("report", path, "--json", "--moment", "all")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def resident(moment):
    return harness.array_of(moment["processes"][0], "__main__.x")["resident_pages"]


def tracer_of(pid):
    return int(re.search(r"TracerPid:\t(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def test_record(tmp_path, opened):
    target = started(opened)
    record = Record(opened, target.pid, tmp_path / "a.pw")
    record.phases.leave()
    for words in STEPS:
        step(target, *words)
        # To the library nobody listens: the stop is at its probe.
        assert target.until("AT") == "AT 0"
    assert record.end() == (0, "")
    *found, last = moments_of(tmp_path / "a.pw")
    assert [(moment["reason"], moment["checkpoint"], resident(moment)) for moment in found] == [
        ("checkpoint", name, pages) for (name, _, _), pages in zip(STEPS, RESIDENT)]
    assert (last["reason"], resident(last)) == ("asked", 42)
    with contextlib.closing(sqlite3.connect(tmp_path / "a.pw")) as db:
        assert db.execute("SELECT moment, name FROM checkpoint").fetchall() == [
            (1, "made"), (2, "it's"), (3, "made")]
    done = harness.pagewatch("diff", tmp_path / "a.pw", "--before", "it's", "--after", "made",
                             "--filter", "__main__.x")
    assert done.returncode == 1 and "+68.0 KiB  __main__.x" in done.stdout
    # Nothing of it is left.
    assert tracer_of(target.pid) == 0
    step(target, "later", 300, 301)
    assert target.until("AT") == "AT 0"


def test_watch_and_its_recording(tmp_path, opened):
    target = started(opened)
    watch = harness.Watch(target.pid, "--record", tmp_path / "a.pw", until="checkpoints")
    opened.append(watch)
    lines = []
    for words, pages in zip(STEPS, RESIDENT):
        step(target, *words)
        assert target.until("AT") == "AT 0"
        lines.append(watch.lines.next())
        moment = json.loads(lines[-1])
        assert (moment["reason"], moment["checkpoint"]) == ("checkpoint", words[0])
        assert resident(moment) == pages
    assert watch.stop() == 0
    done = harness.pagewatch("report", tmp_path / "a.pw", "--json", "--moment", "all")
    assert done.stdout.splitlines() == lines


def test_count_and_text(opened):
    """-n counts them, too."""
    target = started(opened)
    phases = harness.Phases()
    opened.append(phases)
    process = subprocess.Popen([harness.PROGRAM, "-p", str(target.pid), *harness.NEVER, "-n", "2"],
                               stdout=subprocess.PIPE, pass_fds=phases.fds(),
                               env=phases.environment())
    phases.started()
    assert phases.until("checkpoints")
    phases.leave()
    for words in STEPS:
        step(target, *words)
        assert target.until("AT") == "AT 0"
    text = process.communicate(timeout=harness.DEADLINE)[0].decode()
    assert process.returncode == 0 and text.count(f"python3 ({target.pid})") == 2


@pytest.mark.parametrize("options", [[], ["--freeze"]], ids=["runs on", "frozen"])
def test_threads_at_once(options, tmp_path, opened):
    """All wait for their moment; with --freeze the others stand still meanwhile."""
    target = started(opened, test_checkpoints.ATTACHED_THREADS)
    record = Record(opened, target.pid, tmp_path / "a.pw", *options)
    record.phases.leave()
    target.go()
    assert target.until("AT")
    assert record.end() == (0, "")
    *found, last = moments_of(tmp_path / "a.pw")
    assert sorted(moment["checkpoint"] for moment in found) == sorted(f"t{i}" for i in range(17))
    assert last["reason"] == "asked"
    assert {moment["processes"][0]["frozen"] for moment in [*found, last]} == {bool(options)}


@pytest.mark.parametrize("phase", ["checkpoints", "snapshot"])
def test_killed(phase, tmp_path, opened):
    target = started(opened)
    record = Record(opened, target.pid, tmp_path / "a.pw")
    if phase == "snapshot":
        step(target, "made", 1, 6)
        record.phases.go()
        assert record.phases.until(phase)
    record.process.kill()
    record.process.communicate()
    if phase == "checkpoints":
        step(target, "made", 1, 6)
    assert target.until("AT") == "AT 0"
    step(target, "again", 9, 10)
    assert target.until("AT") == "AT 0"


def test_pagewatch_is_stopped(opened):
    """As by Ctrl-Z. Nobody answers at a checkpoint, so pagewatch is killed, and the process goes on."""
    target = started(opened)
    watch = harness.Watch(target.pid, "--max-hold", "500ms", until="checkpoints")
    opened.append(watch)
    os.kill(watch.process.pid, signal.SIGSTOP)
    step(target, *STEPS[0])
    assert target.until("AT") == "AT 0"
    assert watch.wait() == -signal.SIGKILL
    assert tracer_of(target.pid) == 0
    step(target, *STEPS[1])
    assert target.until("AT") == "AT 0"


def test_only_who_has_checkpoints_is_traced(opened):
    for code, traced in ((PROGRAM, True), ("import sys; print('READY', flush=True); input()", False)):
        target = started(opened, code)
        watch = harness.Watch(target.pid, until="checkpoints")
        opened.append(watch)
        assert (tracer_of(target.pid) == watch.process.pid) == traced
        assert watch.snapshot()["complete"]
        assert watch.stop() == 0
        assert tracer_of(target.pid) == 0


DEBUGGER = """
import ctypes, sys
SEIZE = 0x4206
assert ctypes.CDLL(None).ptrace(SEIZE, int(sys.argv[1]), None, None) == 0
print("READY", flush=True)
sys.stdin.readline()
"""


def test_a_debugger_holds_it(tmp_path, opened):
    """It is recorded without checkpoints, and one line says so."""
    target = started(opened)
    debugger = harness.Target([harness.PYTHON, "-c", DEBUGGER, target.pid])
    opened.append(debugger)
    debugger.until("READY")
    record = Record(opened, target.pid, tmp_path / "a.pw")
    record.phases.leave()
    step(target, *STEPS[0])
    assert target.until("AT") == "AT 0"
    assert record.end() == (0, f"pagewatch: cannot see the checkpoints of process {target.pid}: "
                               "another debugger holds it\n")
    moment, = moments_of(tmp_path / "a.pw")
    assert (moment["reason"], resident(moment)) == ("asked", 12)


MANY = test_checkpoints.BEGIN + """
print("READY", flush=True)
sys.stdin.readline()
for _ in range(500):
    at("one of many")
print("AT the end", flush=True)
sys.stdin.readline()
"""


def test_nobody_reads_the_reports(opened):
    """pagewatch waits for its reader and serves no stop: the target waits as long as --max-hold says."""
    target = started(opened, MANY)
    phases = harness.Phases()
    opened.append(phases)
    process = subprocess.Popen([harness.PROGRAM, "-p", str(target.pid), *harness.NEVER, "--json", "--max-hold",
                                "300ms"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               pass_fds=phases.fds(), env=phases.environment())
    phases.started()
    assert phases.until("checkpoints")
    phases.leave()
    target.go()
    assert target.until("AT")
    said = process.communicate(timeout=harness.DEADLINE)[1].decode()
    assert (process.returncode, said) == (-signal.SIGKILL, "pagewatch: killed by the watchdog: process "
                                          f"{target.pid} has stood still for 300 ms\n")


def test_a_full_disk(small_disk, opened):
    """The recording ends; the target is let go and passes its other checkpoints."""
    target = started(opened, MANY)
    (small_disk / "filler").write_bytes(b"x" * (800 << 10))
    record = Record(opened, target.pid, small_disk / "a.pw")
    record.phases.leave()
    target.go()
    assert target.until("AT")
    said = record.process.communicate(timeout=harness.DEADLINE)[1].decode()
    assert record.process.returncode == 4
    assert re.fullmatch(r"pagewatch: cannot write the recording .*: No space left on device; "
                        r"it has the [0-9]+ moments before\n", said)
    assert 0 < len(moments_of(small_disk / "a.pw")) < 500


def test_many_beside_the_live_view(tmp_path, opened):
    """A screen costs no more than a screen: most go on at once, and are counted."""
    target = started(opened, MANY)
    phases = harness.Phases()
    opened.append(phases)
    ours, theirs = pty.openpty()
    process = subprocess.Popen([harness.PROGRAM, "-p", str(target.pid), *harness.NEVER, "--record",
                                tmp_path / "a.pw"], stdin=theirs, stdout=theirs,
                               stderr=subprocess.PIPE, pass_fds=phases.fds(),
                               env=dict(phases.environment(), TERM="xterm-256color"))
    os.close(theirs)
    phases.started()

    def drain():
        with contextlib.suppress(OSError):  # EIO: nobody has the terminal any more
            while os.read(ours, 1 << 16):
                pass

    reader = threading.Thread(target=drain)
    reader.start()
    assert phases.until("checkpoints")
    phases.leave()
    target.go()
    assert target.until("AT")
    os.write(ours, b"q")
    said = process.communicate(timeout=harness.DEADLINE)[1].decode()
    reader.join()
    os.close(ours)
    assert process.returncode == 0
    passed = int(re.fullmatch(r"pagewatch: (\d+) checkpoints have no moment: they came too soon "
                              r"after a look\n", said)[1])
    looks = [moment["reason"] for moment in moments_of(tmp_path / "a.pw")]
    assert looks[0] == "asked" and set(looks[1:]) <= {"checkpoint"}
    assert passed + len(looks) - 1 == 500 and passed > 0
