# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A terminal gets its cursor back; a reader that stands still does not hold pagewatch."""
import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import time

import pytest

import harness

HIDE, SHOW = b"\033[?25l", b"\033[?25h"
ENDS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]

# Leads a session on a terminal, as a shell does: a job of it can be stopped by Ctrl-Z. Says by
# wait statuses what became of it.
SHELL = """
import fcntl, os, signal, subprocess, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
job = subprocess.Popen(sys.argv[2:], process_group=0)
os.tcsetpgrp(0, job.pid)
said = os.fdopen(int(sys.argv[1]), "w", buffering=1)
print("JOB", job.pid, file=said)
while True:
    status = os.waitpid(job.pid, os.WUNTRACED | os.WCONTINUED)[1]
    print("STATUS", status, file=said)
    if not os.WIFSTOPPED(status) and not os.WIFCONTINUED(status):
        break
"""


class Job:
    """A command in the foreground of a terminal of its own."""

    def __init__(self, *arguments):
        self.master, slave = pty.openpty()
        reader, writer = os.pipe()
        self.shell = subprocess.Popen(
            [sys.executable, "-c", SHELL, str(writer), str(harness.PROGRAM),
             *[str(word) for word in arguments]], stdin=slave, stdout=slave, stderr=slave,
            pass_fds=[writer], start_new_session=True, env={**os.environ, "TERM": "xterm"})
        os.close(slave)
        os.close(writer)
        self.said = os.fdopen(reader)
        self.words = harness.Lines(self.said)
        self.pid = int(self.words.next().split()[1])
        self.seen = b""

    def status(self):
        return int(self.words.next().removeprefix("STATUS "))

    def read_some(self):
        assert select.select([self.master], [], [], harness.DEADLINE)[0], self.seen
        try:
            self.seen += os.read(self.master, 4096)
            return True
        except OSError:  # nobody has the terminal open any more
            return False

    def until(self, text):
        """Reads on until the terminal was sent text; forgets what came up to it."""
        while text not in self.seen:
            assert self.read_some(), self.seen
        self.seen = self.seen.split(text, 1)[1]

    def rest(self):
        """All that is left, of a job that writes no more."""
        while select.select([self.master], [], [], 0)[0] and self.read_some():
            pass
        return self.seen

    def close(self):
        self.shell.kill()
        self.shell.wait(harness.DEADLINE)
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.close(self.master)
        self.said.close()


@pytest.fixture(name="target")
def writing_target(opened):
    target = harness.Target([harness.WORKLOAD, "--wait", "write"])
    opened.append(target)
    return target.ready()


@pytest.fixture(name="live")
def live_view(target, opened):
    job = Job("-p", target.pid, "--backend", "none", "--interval", "50ms")
    opened.append(job)
    job.until(HIDE)
    job.until(b"resident:")
    return job


def cursor_is_back(text):
    return SHOW in text and HIDE not in text.rsplit(SHOW, 1)[1]


@pytest.mark.parametrize("number", [*ENDS, signal.SIGQUIT, signal.SIGABRT, signal.SIGSEGV],
                         ids=lambda number: number.name)
def test_each_end_shows_the_cursor(number, live):
    os.kill(live.pid, number)
    status = live.status()
    if number in ENDS:
        assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0
    else:
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == number
    assert cursor_is_back(live.rest())


def test_the_targets_end_shows_the_cursor(live, target):
    target.done().go()
    assert live.status() == 0
    assert cursor_is_back(live.rest())


def test_a_stop_shows_the_cursor(live):
    os.write(live.master, b"\x1a")  # Ctrl-Z
    status = live.status()
    assert os.WIFSTOPPED(status) and os.WSTOPSIG(status) == signal.SIGTSTP
    assert cursor_is_back(live.rest())
    live.seen = b""
    os.killpg(live.pid, signal.SIGCONT)
    assert os.WIFCONTINUED(live.status())
    live.until(HIDE)
    live.until(b"resident:")
    os.write(live.master, b"\x1a")
    assert os.WIFSTOPPED(live.status())
    assert cursor_is_back(live.rest())
    os.killpg(live.pid, signal.SIGCONT)
    assert os.WIFCONTINUED(live.status())
    live.until(HIDE)
    os.write(live.master, b"\x03")  # Ctrl-C
    assert live.status() == 0
    assert cursor_is_back(live.rest())


# A report longer than the pipe of Unread.
LONG = ["--json", "--detail", "--pages"]


class Unread:
    """A pipe or terminal that nobody reads."""

    def __init__(self, terminal):
        self.reader, self.writer = pty.openpty() if terminal else os.pipe()
        if not terminal:
            fcntl.fcntl(self.writer, fcntl.F_SETPIPE_SZ, 4096)

    def until_full(self):
        deadline = time.monotonic() + harness.DEADLINE
        while select.select([], [self.writer], [], 0)[1]:
            assert time.monotonic() < deadline, "it never fills"

    def close(self):
        os.close(self.reader)
        os.close(self.writer)


@pytest.mark.parametrize("number", ENDS, ids=lambda number: number.name)
@pytest.mark.parametrize("command,terminal", [
    (["watch", "--backend", "none", *LONG, "--interval", "10ms"], False),
    (["watch", "--backend", "none", "--interval", "10ms"], True),
    (["snap", *LONG], False),
    (["check", *["-e", "process: resident > 0"] * 100, "--format", "json"], False),
], ids=["watch", "terminal", "snap", "check"])
def test_nobody_reads(command, terminal, number, target, opened):
    unread = Unread(terminal)
    opened.append(unread)
    watch = subprocess.Popen([str(harness.PROGRAM), *command, "-p", str(target.pid)],
                             stdin=subprocess.DEVNULL, stdout=unread.writer,
                             stderr=subprocess.PIPE)
    try:
        unread.until_full()
        watch.send_signal(number)
        errors = watch.communicate(timeout=harness.DEADLINE)[1]
    finally:
        watch.kill()
        watch.wait()
    # A terminal that is full may have a whole report, and no one begun.
    assert watch.returncode == -number or (terminal and watch.returncode == 0)
    assert errors == (b"pagewatch: cannot write the report: nobody reads it, and a signal asked "
                      b"us to end\n") or (terminal and not errors)


@pytest.mark.parametrize("number", ENDS, ids=lambda number: number.name)
def test_nobody_reads_run(number, opened):
    """The report and the messages go to the same pipe: nobody can be told."""
    unread = Unread(False)
    opened.append(unread)
    run = subprocess.Popen([str(harness.PROGRAM), "run", "--backend", "none", *LONG, "--",
                            str(harness.WORKLOAD), "write"], stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=unread.writer)
    try:
        unread.until_full()
        run.send_signal(number)
        assert run.wait(harness.DEADLINE) == -number
    finally:
        run.kill()
        run.wait()
