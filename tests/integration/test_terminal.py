# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A reader that stands still does not hold pagewatch."""
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

ENDS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(name="target")
def writing_target(opened):
    target = harness.Target([harness.WORKLOAD, "--wait", "write"])
    opened.append(target)
    return target.ready()


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
