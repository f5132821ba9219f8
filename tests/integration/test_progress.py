# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What takes long says so on a terminal, in one line that is gone at the end; and --quiet.

The second after which it is said is a millisecond here. pagewatch stands in a phase until that is
over, so that the next step writes the line.
"""
import json
import os
import pty
import re
import subprocess
import termios
import time

import harness
import pytest

MONOTONIC_COARSE = 6  # linux/time.h
ERASE = b"\r\x1b[K"
LINE = rb"\r\x1b\[Kpagewatch: [a-z]+( [a-zA-Z]+)*( \d+ %)? \(\d+ s\)"


def wait_a_tick():
    """pagewatch reads a clock that goes on with the ticks of the kernel. No timer waits on it."""
    begin = time.clock_gettime(MONOTONIC_COARSE)
    while time.clock_gettime(MONOTONIC_COARSE) < begin + 0.002:
        time.sleep(0.001)


class Slow:
    """pagewatch with a terminal for stderr; it took its time in a phase, or has much to do."""

    def __init__(self, phase, *arguments, term="xterm", stdout=subprocess.PIPE):
        self.phases = harness.Phases()
        self.master, self.slave = pty.openpty()
        termios.tcsetwinsize(self.slave, (24, 80))
        self.process = subprocess.Popen(
            [str(word) for word in (harness.PROGRAM, *arguments)], stdin=subprocess.DEVNULL,
            stdout=self.slave if stdout is None else stdout, stderr=self.slave,
            pass_fds=self.phases.fds(),
            env=dict(self.phases.environment(), TERM=term, PAGEWATCH_TEST_LIMITS="progress=1"))
        self.phases.started()
        if phase:
            assert self.phases.until(phase)
            wait_a_tick()

    def end(self):
        """(what stdout had, what the terminal got)"""
        self.phases.leave()
        printed, _ = self.process.communicate(timeout=harness.DEADLINE)
        os.close(self.slave)
        self.slave = -1
        seen = b""
        try:
            while more := os.read(self.master, 65536):
                seen += more
        except OSError:  # Linux: nobody has the other side any more
            pass
        return printed, seen

    def close(self):
        self.phases.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for fd in (self.master, self.slave):
            if fd >= 0:
                os.close(fd)


@pytest.fixture(name="slow")
def fixture_slow(opened):
    def start(*arguments, **options):
        opened.append(Slow(*arguments, **options))
        return opened[-1]
    return start


@pytest.fixture(name="target")
def waiting_target(opened):
    opened.append(harness.Target([harness.WORKLOAD, "--wait", "write"]))
    return opened[-1].ready()


def test_a_line_that_is_erased(slow, target):
    printed, seen = slow("walked", "snap", "-p", target.pid, "--json").end()
    assert json.loads(printed)["processes"]
    assert re.fullmatch(rb"(" + LINE + rb")+" + re.escape(ERASE), seen), seen
    assert re.search(rb"pagewatch: (reading page tables \d+ %|looking for arrays) \(0 s\)", seen)


def test_a_report_takes_its_place(slow, target):
    """On one terminal nothing of the line is between the report's."""
    _, seen = slow("walked", "snap", "-p", target.pid, stdout=None).end()
    lines, report = seen.rsplit(ERASE, 1)
    assert re.fullmatch(rb"(" + LINE + rb")+", lines), seen
    assert b"NAME " in report and re.search(rb"\n\S*total ", report)


def test_a_message_takes_its_place(slow, target):
    _, seen = slow("walked", "snap", "-p", target.pid, "--json", "--symbol", "no_such").end()
    assert re.search(LINE + re.escape(ERASE) + rb"pagewatch: --symbol no_such is not", seen), seen


@pytest.mark.parametrize("options, term", [(["--quiet"], "xterm"), (["-q"], "xterm"), ([], "dumb")])
def test_none(options, term, slow, target):
    printed, seen = slow("walked", "snap", "-p", target.pid, "--json", *options, term=term).end()
    assert json.loads(printed)["processes"] and not seen


def test_none_in_a_pipe(target):
    done = harness.pagewatch("snap", "-p", target.pid,
                             env={"TERM": "xterm", "PAGEWATCH_TEST_LIMITS": "progress=1"})
    assert done.returncode == 0 and not done.stderr and "\x1b" not in done.stdout


def test_a_terminal_that_takes_nothing(slow, target):
    """As after Ctrl-S: pagewatch does not wait for it."""
    stopped = slow("walked", "snap", "-p", target.pid, "--json")
    termios.tcflow(stopped.slave, termios.TCOOFF)
    stopped.phases.leave()
    printed, _ = stopped.process.communicate(timeout=harness.DEADLINE)
    assert json.loads(printed)["processes"] and stopped.process.returncode == 0


@pytest.mark.root
def test_below_what_a_command_wrote(slow, tmp_path):
    """Its last line had no end, and is still there."""
    report = tmp_path / "report"
    _, seen = slow("walked", "run", "-o", report, "--", "/bin/sh", "-c", "printf half",
                   stdout=None).end()
    assert seen.startswith(b"half\r\npagewatch: "), seen
    assert seen.endswith(ERASE) and report.read_text()


@pytest.fixture(name="recording", scope="module")
def fixture_recording(tmp_path_factory):
    """Two moments of 3,000 arrays: to read them takes many ticks."""
    file = tmp_path_factory.mktemp("progress") / "recording"
    target = harness.Target([harness.PYTHON, "-c",
                             "import numpy as np, sys\nmany = [np.ones(3) for _ in range(3000)]\n"
                             "print('READY', flush=True); sys.stdin.readline()"])
    target.ready()
    done = harness.pagewatch("record", "-o", file, "-p", target.pid, "-n", "2", "--interval", "10ms",
                             "--min-size", "0", "--backend", "none")
    assert done.returncode == 0, done.stderr
    target.close()
    return file


@pytest.mark.parametrize("command, words", [
    (["report", "--moment", "all", "--json"], b"reading the recording|writing the report"),
    (["report", "-o", "/dev/null", "--html", "page.html"], b"writing the HTML file"),
    (["report", "-o", "/dev/null", "--perfetto", "trace"], b"reading the moments"),
    (["report", "-o", "/dev/null", "--png", "page.png"], b"reading the moments"),
    (["diff", "--before", "peak", "--after", "1"], b"looking for the peak"),
], ids=["report", "html", "trace", "picture", "diff"])
def test_of_a_recording(command, words, slow, recording, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command, *options = command
    _, seen = slow(None, command, recording, *options).end()
    assert re.fullmatch(rb"(" + LINE + rb"|" + re.escape(ERASE) + rb")+", seen), seen
    assert re.search(rb"pagewatch: (" + words + rb") ", seen) and seen.endswith(ERASE)


def test_none_in_the_background(opened, target, tmp_path):
    """A job that another one of the same terminal stands before."""
    phases = harness.Phases()
    opened.append(phases)
    pid, master = pty.fork()
    if not pid:
        for fd in phases.fds():
            os.set_inheritable(fd, True)
        os.environ.update(phases.environment(), TERM="xterm", PAGEWATCH_TEST_LIMITS="progress=1")
        os.execv("/bin/sh", ["sh", "-c", "set -m; \"$@\" & wait", "sh", str(harness.PROGRAM),
                             "snap", "-p", str(target.pid), "-o", str(tmp_path / "report")])
    phases.started()
    assert phases.until("walked")
    wait_a_tick()
    phases.leave()
    seen = b""
    try:
        while more := os.read(master, 65536):
            seen += more
    except OSError:
        pass
    os.close(master)
    assert os.waitpid(pid, 0)[1] == 0
    assert b"pagewatch: " not in seen and (tmp_path / "report").read_text()


@pytest.mark.root
@pytest.mark.parametrize("options, says", [([], True), (["-q"], False)])
def test_notes(options, says, target, tmp_path):
    done = harness.pagewatch("run", *options, "-o", tmp_path / "report", "--", "true",
                             env=dict(os.environ, SUDO_UID="0"))
    assert done.returncode == 0
    assert bool(re.fullmatch("pagewatch: running /.*true\n", done.stderr)) == says
    assert says or not done.stderr
    watch = harness.Watch(target.pid, *options)
    target.go()
    target.end()
    assert (f"pagewatch: process {target.pid} ended\n" in watch.errors()) == says
    watch.close()


def test_quiet_is_not_silent(target):
    done = harness.pagewatch("snap", "-q", "-p", target.pid, "--symbol", "no_such")
    assert done.returncode == 3 and "pagewatch: --symbol no_such is not" in done.stderr
    done = harness.pagewatch("check", "-q", "-p", target.pid, "-e", "process: resident == 0")
    assert done.returncode == 1 and "FAILED" in done.stdout
    done = harness.pagewatch("snap", "-q", "-p", "99999999")
    assert done.returncode == 3 and len(done.stderr.splitlines()) == 1
    done = harness.pagewatch("snap", "-q", "-v", "-p", target.pid)
    assert done.returncode == 2 and "exclude each other" in done.stderr
