# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""However the live view ends or stops, the terminal is as it was before."""
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time

import pytest

import harness
import screens
import test_live


class Before:
    """A terminal with something on it, before the live view is started there."""

    def __init__(self, opened, **options):
        self.live = test_live.Live(opened, **options)
        self.screen = self.live.screen
        self.modes = self.screen.run("stty -a")
        self.screen.enter("clear; seq 5")
        self.screen.until(lambda lines: "5" in lines and lines[5].startswith("$"))
        self.screen.type(self.live.command())
        # Without blanks: where a line is wrapped at one, it is not on the screen.
        typed = self.live.command().replace(" ", "")
        self.lines = self.screen.until(
            lambda lines: typed in "".join(lines).replace(" ", ""))
        self.lines = [line for line in self.lines if line]
        self.screen.keys("Enter")
        self.screen.until(lambda lines: lines[0].startswith("python3 (") and "quit" in lines[-1])
        self.job = self.screen.job()
        assert self.screen.alternate()

    def is_back(self):
        """What the shell and pagewatch have said since, once there is a prompt again."""
        lines = self.screen.until(lambda lines: self.lines == [line for line in lines if line][
            :len(self.lines)] and [line for line in lines if line][-1] == "$")
        assert not self.screen.alternate()
        said = [line for line in lines if line][len(self.lines):-1]
        self.screen.enter("echo status $?")
        self.status = int(re.search(r"status (\d+)$", "\n".join(self.screen.until_text(
            r"^status \d+$")), re.MULTILINE)[1])
        assert self.screen.run("stty -a") == self.modes
        assert self.screen.tell("display-message", "-p", "#{cursor_flag}#{mouse_any_flag}"
                                "#{keypad_cursor_flag}#{keypad_flag}") == ["1000"]
        return said


@pytest.mark.parametrize("key", ["q", "F10", "C-c"])
def test_keys_that_end(key, opened):
    before = Before(opened)
    before.screen.keys("Down", "?", "j", "q", "x", "y", "z", key)
    assert before.is_back() == []
    assert before.status == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_that_end(number, opened):
    before = Before(opened)
    os.kill(before.job, number)
    assert before.is_back() == []
    assert before.status == 0


@pytest.mark.parametrize("number", [signal.SIGQUIT, signal.SIGABRT, signal.SIGSEGV,
                                    signal.SIGALRM])
def test_signals_that_kill(number, opened):
    before = Before(opened)
    os.kill(before.job, number)
    said = before.is_back()
    # Only the shell says something.
    assert len(said) <= 2 and not re.search("pagewatch: ", "\n".join(said))
    assert before.status == 128 + number


def test_the_targets_end(opened):
    before = Before(opened)
    before.live.target.process.kill()
    assert before.is_back() == [f"pagewatch: process {before.live.target.pid} ended"]
    assert before.status == 0


def test_keys_are_not_echoed(opened):
    before = Before(opened, options="--interval 86400")
    before.screen.type("zzzz")
    before.screen.keys("q")
    assert before.is_back() == []


def stopped(before):
    """The screen and its modes as they are while it is stopped; how many lines were said."""
    said = before.screen.until(lambda lines: "Stopped" in "\n".join(lines) and
                               [line for line in lines if line][-1] == "$")
    assert [line for line in said if line][:len(before.lines)] == before.lines
    assert not before.screen.alternate()
    before.screen.enter("stty -a > /dev/shm/modes.$$; cat /dev/shm/modes.$$; rm /dev/shm/modes.$$")
    before.screen.until(lambda lines: [line for line in lines if line][-1] == "$" and
                        before.modes[-1] in lines)
    shown = [line for line in before.screen.capture() if line]
    start = shown.index(before.modes[0])
    assert shown[start:start + len(before.modes)] == before.modes


@pytest.mark.parametrize("how", ["key", "signal"])
def test_a_stop(how, opened):
    before = Before(opened, rows=50)
    for _ in range(2):
        if how == "key":
            before.screen.keys("C-z")
        else:
            os.kill(before.job, signal.SIGTSTP)
        stopped(before)
        before.screen.enter("fg")
        before.screen.until(lambda lines: lines[0].startswith("python3 (") and
                            "quit" in lines[-1] and "NAME" in lines[1])
        assert before.screen.alternate()
        before.screen.keys("Down")
        before.screen.until(lambda lines: before.screen.cursor_row() == 3)
        before.screen.keys("Up")
        before.screen.until(lambda lines: before.screen.cursor_row() == 2)
    before.screen.keys("q")
    before.screen.until(lambda lines: [line for line in lines if line][-1] == "$")
    assert before.screen.run("stty -a") == before.modes


def test_another_size_meanwhile(opened):
    before = Before(opened, rows=24)
    before.screen.keys("C-z")
    before.screen.until_text("Stopped")
    before.screen.size(60, 30)
    before.screen.enter("fg")
    before.screen.until(lambda lines: len(lines) == 30 and "quit" in lines[-1] and
                        lines[0].startswith("python3 ("))


def test_a_stop_that_nobody_handles(opened):
    """SIGSTOP leaves the screen as it is; fg takes the terminal again."""
    before = Before(opened)
    os.kill(before.job, signal.SIGSTOP)
    before.screen.until_text("Stopped")
    before.screen.enter("fg")
    before.screen.until(lambda lines: lines[0].startswith("python3 (") and "quit" in lines[-1] and
                        "NAME" in lines[1] and "Stopped" not in "\n".join(lines))
    before.screen.keys("q")
    before.screen.until(lambda lines: [line for line in lines if line][-1] == "$")
    assert before.screen.run("stty -a") == before.modes


class Terminal:
    """The live view on a terminal that is nobody's, and that only we read."""

    def __init__(self, opened, target):
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (24, 80))
        self.before = termios.tcgetattr(slave)
        self.watch = subprocess.Popen(
            [str(harness.PROGRAM), "-p", str(target.pid), "--backend", "none", "--interval",
             "10ms"], stdin=slave, stdout=slave, stderr=subprocess.PIPE,
            env={**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8"})
        self.slave = slave
        opened.append(self)

    def until(self, text):
        seen = b""
        while text not in seen:
            seen += os.read(self.master, 65536)
        return seen

    def close(self):
        self.watch.kill()
        self.watch.wait()
        self.watch.stderr.close()
        for fd in (self.master, self.slave):
            if fd >= 0:
                os.close(fd)
        self.master = self.slave = -1


@pytest.fixture(name="target")
def waiting_target(opened):
    target = harness.Target([harness.WORKLOAD, "--wait", "write"])
    opened.append(target)
    return target.ready()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP],
                         ids=lambda number: number.name)
def test_nobody_reads(number, target, opened):
    """It stands in a write; a signal ends it, and its modes are as before."""
    terminal = Terminal(opened, target)
    terminal.until(b"quit")
    # Each draws all anew, some KiB, until there is no room.
    end = time.monotonic() + harness.DEADLINE
    while select.select([], [terminal.slave], [], 0)[1]:
        assert time.monotonic() < end, "it is never full"
        terminal.watch.send_signal(signal.SIGWINCH)
    terminal.watch.send_signal(signal.SIGWINCH)
    terminal.watch.send_signal(number)
    # 0: it was not in a write just then.
    assert terminal.watch.wait(harness.DEADLINE) in (-number, 0)
    assert termios.tcgetattr(terminal.slave) == terminal.before


def test_the_terminal_goes(target, opened):
    """Without a session nobody sends SIGHUP: the end of the input ends it."""
    terminal = Terminal(opened, target)
    terminal.until(b"quit")
    os.close(terminal.slave)
    os.close(terminal.master)
    terminal.slave = terminal.master = -1
    assert terminal.watch.wait(harness.DEADLINE) == 0
    assert terminal.watch.stderr.read() == b""
