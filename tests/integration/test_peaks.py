# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What run sees before the end: peaks of RSS, checkpoints, an interval; and what that costs.

pagewatch stands before it reads RSS ("poll") and at each moment ("snapshot"), so the command is where
a test wants it.
"""
import json
import os
import signal
import subprocess

import harness
import kernel_pages
import pytest

pytestmark = pytest.mark.root

PROGRAM = [harness.PYTHON, harness.ROOT / "tests/integration/peak_target.py"]
LIBRARY = harness.OUT / "libpagewatch.so.1"
PAGE = 4096
MIB = (1 << 20) // PAGE


class Run:
    """`pagewatch run --json --moments` of a command that says READY."""
    WORDS = ["run", "--json", "--moments", "-o"]

    def __init__(self, directory, options, command):
        self.report = directory / "report"
        self.phases = harness.Phases()
        argv = [harness.PROGRAM, *self.WORDS, self.report, *options, "--", *command]
        self.process = subprocess.Popen([str(word) for word in argv], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        pass_fds=self.phases.fds(),
                                        env=self.phases.environment())
        self.phases.started()
        self.lines = harness.Lines(self.process.stdout)

    def say(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def grow(self, line):
        """The command did what the line says."""
        self.say(line)
        assert self.lines.next() == "+"

    def ready(self):
        """pagewatch stands at a poll; the command says READY. Returns the line."""
        assert self.phases.until("poll")
        line = self.lines.next()
        assert line.startswith("READY")
        return line

    def moment(self):
        """Lets a moment be taken; pagewatch stands at its end."""
        self.phases.go()
        assert self.phases.until("snapshot"), self.errors()

    def errors(self):
        return self.process.stderr.read().decode()

    def end(self, line="end"):
        """The report."""
        self.say(line)
        self.phases.leave()
        self.process.stdin.close()
        self.process.wait(harness.DEADLINE)
        return self.reported()

    def reported(self):
        return json.loads(self.report.read_text())

    def close(self):
        self.phases.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(harness.DEADLINE)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()


@pytest.fixture(name="start")
def fixture_start(tmp_path, opened):
    def start(*options, command=PROGRAM):
        run = Run(tmp_path, options, command)
        opened.append(run)
        return run
    return start


LOCALS = """
import numpy as np, os, sys
def main():
    x = np.zeros(8209 * 4096, np.uint8)
    x[:4099 * 4096] = 1
    y = np.ones(6007 * 4096, np.uint8)
    print("READY", os.getpid(), x.ctypes.data, y.ctypes.data, flush=True)
    sys.stdin.readline()
main()
kept = np.ones(1009 * 4096, np.uint8)
"""


def resident_of(pid, data, pages):
    """Resident pages of an array of whole pages that begins behind malloc's header, as the kernel says."""
    start = data // PAGE * PAGE
    states = kernel_pages.anonymous_states(pid, start, start + (pages + 1) * PAGE, PAGE)
    return sum(state.startswith("anon") for state in states.values())


def at_the_peak(run):
    """A moment of LOCALS is taken, in which the kernel counts the same pages; where x begins."""
    _, pid, x_data, y_data = run.ready().split()
    run.moment()
    assert resident_of(int(pid), int(x_data), 8209) == 4100
    assert resident_of(int(pid), int(y_data), 6007) == 6008
    return int(x_data)


@pytest.mark.parametrize("backend", ["tp_btf", "none"])
def test_locals_of_main(backend, start):
    """At the end nothing of them is left; at the peak each has exactly its pages."""
    run = start("--backend", backend, command=[harness.PYTHON, "-c", LOCALS])
    at_the_peak(run)
    report = run.end()
    assert report["reason"] == "end" and report["peak"]["reason"] == "peak"
    assert report["moments"] == [report["peak"]]
    peak, = report["peak"]["processes"]
    end, = report["processes"]
    x, y = (harness.array_of(peak, f"__main__.main():{name}") for name in "xy")
    assert (x["resident_pages"], x["pages"]) == (4100, 8210)
    assert (y["resident_pages"], y["pages"]) == (6008, 6008)
    assert {row["name"] for row in end["arrays"]} == {"__main__.kept"}
    assert harness.array_of(end, "__main__.kept")["resident_pages"] == 1010
    assert not peak["frozen"]
    sampling = report["sampling"]
    assert sampling["taken"] == {"asked": 0, "interval": 0, "peak": 1, "checkpoint": 0}
    assert sampling["failed"] == sampling["missed"] == 0
    assert sampling["polls"] > 0 and sampling["poll_cpu_ns"] > 0
    assert 0 < sampling["longest_ns"] <= sampling["moments_ns"]


def test_frozen_if_asked(start):
    run = start("--freeze")
    run.ready()
    run.grow("40")
    run.moment()
    assert run.end()["moments"][0]["processes"][0]["frozen"]


def goes_on(run, mib):
    """RSS grows by 2 MiB for each poll: it never stands still. No moment is taken."""
    before = len(run.phases.seen)
    for _ in range(mib // 2):
        run.grow("2")
        run.phases.go()
        assert run.phases.until("poll")
    assert "snapshot" not in run.phases.seen[before:]


def test_a_step_is_16_mib_and_a_twentieth(start):
    run = start()
    run.ready()
    run.grow("48")
    run.moment()
    goes_on(run, 14)
    run.grow("3")
    run.moment()
    run.grow("400")
    run.moment()
    # More than 16 MiB, less than a twentieth.
    goes_on(run, 20)
    report = run.end()
    first, second, third = (row["processes"][0]["rss_pages"] for row in report["moments"])
    assert second - first == 17 * MIB and third - second == 400 * MIB
    assert report["sampling"]["highest_rss_pages"] - third == 20 * MIB


def test_where_a_ramp_ends(start):
    """A step is in the middle of it. What stands still then is the peak, to the page."""
    run = start()
    run.ready()
    run.grow("48")
    run.moment()
    goes_on(run, 14)
    # Two polls in a row; more, if the rest after the step is not over.
    for _ in range(1000):
        run.phases.go()
        if run.phases.hear() == "snapshot":
            break
    assert run.phases.seen[-1] == "snapshot"
    # It stood still: there is nothing new.
    before = len(run.phases.seen)
    for _ in range(5):
        run.phases.go()
        assert run.phases.until("poll")
    assert "snapshot" not in run.phases.seen[before:]
    report = run.end()
    first, second = (row["processes"][0]["rss_pages"] for row in report["moments"])
    assert second - first == 14 * MIB
    assert report["peak"] == report["moments"][1]
    assert report["sampling"]["highest_rss_pages"] == second
    assert {row["reason"] for row in report["moments"]} == {"peak"}


def test_the_last_32_with_the_highest(start):
    run = start()
    run.ready()
    for _ in range(19):
        run.grow("17")
        run.moment()
    for i in range(17):
        run.grow(str(20 + 2 * i))
        run.moment()
    report = run.end()
    assert report["sampling"]["taken"]["peak"] == 36
    assert report["sampling"]["dropped"]["peak"] == 4
    grown = [row["processes"][0]["rss_pages"] for row in report["moments"]]
    assert len(grown) == 32 and grown == sorted(grown)
    assert {row["reason"] for row in report["moments"]} == {"peak"}


def miss_a_peak(run):
    """A moment at a peak is taken; another is due, and RSS falls before its pages are read."""
    run.ready()
    run.grow("40")
    run.moment()
    run.grow("40")
    run.phases.go()
    assert run.phases.until("peak")
    run.grow("-")


def test_a_peak_that_is_over(start):
    """RSS had fallen before its pages were read: counted, and not shown as a peak."""
    run = start()
    miss_a_peak(run)
    run.phases.go()
    assert run.phases.until("poll")
    report = run.end()
    assert report["sampling"]["missed"] == 1
    assert len(report["moments"]) == 1
    highest = report["sampling"]["highest_rss_pages"]
    assert highest - report["moments"][0]["processes"][0]["rss_pages"] == 40 * MIB


@pytest.mark.parametrize("phase", ["peak", "walked", "scanned"])
@pytest.mark.parametrize("backend", ["tp_btf", "none"])
def test_killed_while_it_is_looked_at(phase, backend, start):
    run = start("--backend", backend)
    run.ready()
    run.grow("40")
    run.phases.go()
    assert run.phases.until(phase)
    guardian, = harness.children(run.process.pid)
    command, = harness.children(guardian)
    os.kill(command, signal.SIGKILL)
    run.phases.leave()
    assert run.process.wait(harness.DEADLINE) == 128 + signal.SIGKILL, run.errors()
    report = json.loads(run.report.read_text())
    sampling = report["sampling"]
    assert sampling["taken"]["peak"] + sampling["failed"] == 1
    assert len(report["moments"]) == sampling["taken"]["peak"]
    for moment in report["moments"]:
        assert moment["processes"][0]["rss_pages"] > 40 * MIB


def test_two_children_are_one_sum(start):
    """Neither has a step of its own."""
    run = start("--children", command=[*PROGRAM, "2"])
    run.ready()
    run.moment()
    run.grow("0 10")
    run.grow("1 10")
    run.moment()
    report = run.end()
    first, second = report["moments"]
    assert len(first["processes"]) == len(second["processes"]) == 3
    grown = [sum(row["resident_pages"] for row in process["regions"]
                 if row["path"].startswith("/memfd:grown")) for process in second["processes"]]
    assert sorted(grown) == [0, 10 * MIB, 10 * MIB]
    assert report["sampling"]["taken"]["peak"] == 2


CHECKPOINTS = f"""
import ctypes
pagewatch = ctypes.CDLL({str(LIBRARY)!r})
kept = b"x" * (11 << 20)
assert pagewatch.pagewatch_checkpoint(b"kept")
del kept
assert pagewatch.pagewatch_checkpoint(b"gone\\xff")
"""


def test_checkpoints_by_name(tmp_path):
    report, done = harness.run_json(tmp_path, ["--moments", "--no-peaks"],
                                    [harness.PYTHON, "-c", CHECKPOINTS])
    assert done.returncode == 0, done.stderr
    assert [(row["reason"], row["checkpoint"]) for row in report["moments"]] == [
        ("checkpoint", "kept"), ("checkpoint", "gone\\xff")]
    assert report["peak"] == report["moments"][0]
    assert report["peak"]["processes"][0]["rss_pages"] > report["processes"][0]["rss_pages"]
    sampling = report["sampling"]
    assert sampling["taken"]["checkpoint"] == 2
    assert sampling["polls"] == 0 and sampling["highest_rss_pages"] is None
    done = harness.pagewatch("run", "--no-peaks", "--", harness.PYTHON, "-c", CHECKPOINTS)
    assert " were resident " in done.stderr and "MOMENT" not in done.stderr
    # Nobody asked for them: one object, with the peak.
    report, _ = harness.run_json(tmp_path, ["--no-peaks"], [harness.PYTHON, "-c", CHECKPOINTS])
    assert "moments" not in report and report["peak"]["checkpoint"] == "kept"


LATER = f"""
import ctypes, os, signal
pagewatch = ctypes.CDLL({str(LIBRARY)!r})
kept = b"x" * (40 << 20)
child = os.fork()
if not child:
    signal.pause()
assert pagewatch.pagewatch_checkpoint(b"kept")
del kept
os.kill(child, 9)
os.wait()
for turn in range(3):
    child = os.fork()
    if not child:
        later = b"x" * (30 << 20)
        os._exit(0)
    os.wait()
"""


@pytest.mark.parametrize("backend", ["tp_btf", "none"])
def test_what_children_had_later_hides_nothing(backend, tmp_path):
    """The end has each child as it was at its own end: together they have more than the peak."""
    report, done = harness.run_json(tmp_path, ["--children", "--no-peaks", "--backend", backend],
                                    [harness.PYTHON, "-c", LATER])
    assert done.returncode == 0, done.stderr
    assert report["peak"]["checkpoint"] == "kept"
    # All processes that are known then: without BPF children are known from their end on.
    assert len(report["peak"]["processes"]) == (2 if backend == "tp_btf" else 1)
    assert sum(process["rss_pages"] for process in report["processes"]) > \
        report["peak"]["processes"][0]["rss_pages"]


def test_at_an_interval(start):
    run = start("--interval", "1ms", "--no-peaks")
    assert run.phases.until("launched")
    for _ in range(3):
        run.moment()
    run.phases.leave()
    assert run.lines.next() == "READY"
    report = run.end()
    assert {row["reason"] for row in report["moments"]} == {"interval"}
    assert report["sampling"]["taken"]["interval"] >= 3
    assert "poll" not in run.phases.seen


def test_when_asked(start):
    run = start("--no-peaks")
    assert run.phases.until("launched")
    run.phases.go()
    assert run.lines.next() == "READY"
    run.process.send_signal(signal.SIGUSR1)
    assert run.phases.until("snapshot")
    assert [row["reason"] for row in run.end()["moments"]] == ["asked"]


def test_nothing_before_the_end(tmp_path):
    report, _ = harness.run_json(tmp_path, ["--no-peaks"], ["/bin/true"])
    assert report["peak"] is None and "moments" not in report
    assert set(report["sampling"]["taken"].values()) == {0}
