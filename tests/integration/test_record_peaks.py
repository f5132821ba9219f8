# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""record takes moments at the same peaks of RSS as run."""
import contextlib
import json
import re
import signal
import sqlite3
import subprocess

import harness
import pytest
from test_peaks import CHECKPOINTS, LOCALS, MIB, PAGE, PROGRAM, Run, at_the_peak, miss_a_peak

pytestmark = pytest.mark.root


class Record(Run):
    """`pagewatch record` of one, without moments of an interval."""
    WORDS = ["record", *harness.NEVER, "-o"]

    def reported(self):
        """Its moments."""
        return moments_of(self.report)


def report_of(path, *options):
    done = harness.pagewatch("report", path, *options)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout


def moments_of(path):
    return [json.loads(line)
            for line in report_of(path, "--json", "--moment", "all").splitlines()]


@pytest.fixture(name="start")
def fixture_start(tmp_path, opened):
    def start(*options, command=PROGRAM):
        run = Record(tmp_path, options, command)
        opened.append(run)
        return run
    return start


@pytest.mark.parametrize("backend", ["tp_btf", "none"])
def test_locals_of_main_in_a_recording(backend, start):
    """The same moment as that of run; report and diff say the same of it."""
    run = start("--backend", backend, command=[harness.PYTHON, "-c", LOCALS])
    x_data = at_the_peak(run)
    peak, end = run.end()
    assert (peak["reason"], end["reason"]) == ("peak", "end")
    x, y = (harness.array_of(peak["processes"][0], f"__main__.main():{name}") for name in "xy")
    assert (x["resident_pages"], x["pages"]) == (4100, 8210)
    assert (y["resident_pages"], y["pages"]) == (6008, 6008)
    assert {row["name"] for row in end["processes"][0]["arrays"]} == {"__main__.kept"}
    assert json.loads(report_of(run.report, "--json", "--moment", "peak")) == peak
    done = harness.pagewatch("diff", run.report, "--before", "peak", "--json")
    rows = {row["name"]: (row["resident_bytes_before"], row["resident_bytes_after"])
            for row in json.loads(done.stdout)["processes"][0]["arrays"]}
    # Without malloc's header, of the bytes of the arrays.
    assert rows == {"__main__.main():x": (4099 * PAGE + PAGE - x_data % PAGE, 0),
                    "__main__.main():y": (6007 * PAGE, 0), "__main__.kept": (0, 1009 * PAGE)}
    with contextlib.closing(sqlite3.connect(run.report)) as db:
        assert db.execute("SELECT reason FROM moment").fetchall() == [("peak",), ("end",)]
        assert db.execute("SELECT moment, resident_pages FROM peak").fetchall() == [
            (1, peak["processes"][0]["rss_pages"])]


def rss_of(pid):
    """In pages, of a process that stands still."""
    return sum(mapping.rss for mapping in harness.smaps(pid)[0].values()) // (PAGE >> 10)


def test_a_running_process_is_recorded_at_peaks(tmp_path, opened):
    """What it had at first is none."""
    target = harness.Target(PROGRAM)
    opened.append(target)
    target.until("READY")

    def grow(line):
        target.process.stdin.write(line.encode() + b"\n")
        target.process.stdin.flush()
        assert target.lines.next() == "+"

    grow("40")
    phases = harness.Phases()
    opened.append(phases)
    process = subprocess.Popen([harness.PROGRAM, "record", "-q", "-p", str(target.pid), *harness.NEVER,
                                "-o", tmp_path / "a.pw"], stderr=subprocess.PIPE,
                               pass_fds=phases.fds(), env=phases.environment())
    phases.started()
    for _ in range(3):
        assert phases.until("poll")
        phases.go()
    assert phases.until("poll") and "snapshot" not in phases.seen[phases.seen.index("baseline"):]
    grow("17")
    phases.go()
    assert phases.until("snapshot")
    high = rss_of(target.pid)
    phases.go()
    assert phases.until("poll")
    grow("-")
    process.send_signal(signal.SIGINT)
    phases.leave()
    assert process.communicate(timeout=harness.DEADLINE) == (None, b"") and process.returncode == 0
    peak, asked = moments_of(tmp_path / "a.pw")
    assert (peak["reason"], asked["reason"]) == ("peak", "asked")
    assert peak["processes"][0]["rss_pages"] == high
    assert asked["processes"][0]["rss_pages"] == rss_of(target.pid) == high - 17 * MIB


def test_a_peak_that_was_over(start):
    """Its moment is none of a peak, and is not called one."""
    run = start()
    miss_a_peak(run)
    moments = run.end()
    assert [moment["reason"] for moment in moments] == ["peak", "missed_peak", "end"]
    peak, missed, _ = [moment["processes"][0]["rss_pages"] for moment in moments]
    assert missed <= peak + MIB
    found = report_of(run.report, "--moments").splitlines()
    assert [line.split()[-1] for line in found[1:]] == ["peak", "missed_peak", "end"]
    with sqlite3.connect(run.report) as database:
        assert database.execute("SELECT moment FROM peak").fetchall() == [(1,)]


def test_no_peaks_in_a_recording(start):
    run = start("--no-peaks")
    assert run.phases.until("launched")
    run.phases.go()
    assert run.lines.next() == "READY"
    run.grow("40")
    run.say("end")
    assert not run.phases.until("poll") and "snapshot" in run.phases.seen
    assert run.process.wait(harness.DEADLINE) == 0
    assert [moment["reason"] for moment in run.reported()] == ["end"]


def test_the_list_of_moments(tmp_path):
    path = tmp_path / "a.pw"
    done = harness.pagewatch("record", "-q", "-o", path, "--no-peaks", *harness.NEVER, "--",
                             harness.PYTHON, "-c", CHECKPOINTS)
    assert done.returncode == 0 and not done.stderr, done.stderr
    moments = moments_of(path)
    rss = [moment["processes"][0]["rss_pages"] * PAGE for moment in moments]
    found = json.loads(report_of(path, "--moments", "--json"))
    assert (found["kind"], found["file"]) == ("moments", str(path))
    assert [(row["moment"], row["reason"], row["checkpoint"], row["processes"], row["complete"])
            for row in found["moments"]] == [
        (1, "checkpoint", "kept", 1, True), (2, "checkpoint", "gone\\xff", 1, True),
        (3, "end", None, 1, True)]
    assert [row["rss_bytes"] for row in found["moments"]] == rss
    assert [row["since_start_ns"] for row in found["moments"]] == [
        moment["since_start_ns"] for moment in moments]
    heading, *lines = report_of(path, "--moments").splitlines()
    assert heading == "MOMENT         TIME   RESIDENT  WHY"
    for line, number, why in zip(lines, range(1, 4), ["checkpoint kept", r"checkpoint gone\\xff",
                                                      "end"]):
        assert re.fullmatch(rf" +{number} +[0-9.]+ s +[0-9.]+ MiB  {why}", line), line
    both = report_of(path, path, "--moments")
    assert both == f"== {path}\n" + "\n".join([heading, *lines]) + f"\n== {path}\n" + \
        "\n".join([heading, *lines]) + "\n"
    done = harness.pagewatch("report", path, "--moments", "--side-by-side")
    assert done.returncode == 2 and "--moments is a list" in done.stderr
