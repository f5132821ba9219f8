# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""--freeze: the target stands still for a look, loses nothing by it, and is never left standing."""
import ctypes
import json
import os
import pathlib
import signal
import subprocess
import time

import harness
import pytest

SIGNALS = harness.SIGNALS
LIBC = ctypes.CDLL(None, use_errno=True)
PTRACE_SEIZE = 0x4206


def count_of(target):
    target.go()
    _, count, interrupted = target.until("COUNT").split()
    assert target.process.wait(harness.DEADLINE) == 0
    return int(count), int(interrupted)


def wait_for_state(pid, letter):
    end = time.monotonic() + harness.DEADLINE
    while harness.state_letter(pid) != letter:
        assert time.monotonic() < end, f"process {pid} is never {letter}"


def threads_of(pid):
    return [int(path.name) for path in pathlib.Path(f"/proc/{pid}/task").iterdir()]


def start(opened, threads):
    target = harness.Target([SIGNALS, threads])
    opened.append(target)
    target.until("READY")
    return target


def test_no_signal_is_lost(opened):
    """Queued signals, each of them, and no call is interrupted that was not without us."""
    target = start(opened, 4)
    sent = 0
    for _ in range(10):
        with subprocess.Popen([harness.PROGRAM, "snap", "--freeze", "-p", str(target.pid)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as snap:
            while snap.poll() is None:
                try:
                    os.kill(target.pid, signal.SIGRTMIN)
                    sent += 1
                except BlockingIOError:  # the queue is full
                    pass
            assert snap.returncode == 0 and snap.stderr.read() == b""
    assert sent > 100
    assert count_of(target) == (sent, 0)


def test_a_stopped_process_stays_stopped(opened):
    target = start(opened, 3)
    os.kill(target.pid, signal.SIGSTOP)
    wait_for_state(target.pid, "T")
    for _ in range(3):
        done = harness.pagewatch("snap", "--freeze", "-p", target.pid)
        assert done.returncode == 0 and done.stderr == ""
        wait_for_state(target.pid, "T")
        for tid in threads_of(target.pid):
            wait_for_state(tid, "T")
    # What it is told now it reads only when it is continued.
    target.go()
    assert harness.state_letter(target.pid) == "T"
    os.kill(target.pid, signal.SIGCONT)
    assert target.until("COUNT") == "COUNT 0 0"
    assert target.process.wait(harness.DEADLINE) == 0


def held_watch(target, opened, *options, **popen):
    watch = harness.Watch(target.pid, "--freeze", *options, until=None, **popen)
    opened.append(watch)
    return watch


@pytest.mark.root
@pytest.mark.parametrize("backend_name", ["none", "auto"])
def test_killed_while_it_stands(backend_name, opened):
    """All threads stand still during the look; when pagewatch is killed there, they run on."""
    target = start(opened, 5)
    watch = held_watch(target, opened, "--backend", backend_name)
    assert watch.phases.until("attached")
    watch.process.send_signal(signal.SIGUSR1)
    watch.phases.go()
    assert watch.phases.until("scanned")
    assert [harness.state_letter(tid) for tid in threads_of(target.pid)] == ["t"] * 6
    watch.process.kill()
    watch.process.wait()
    assert count_of(target) == (0, 0)


def test_released_after_each_look(opened):
    target = start(opened, 5)
    watch = held_watch(target, opened, "--backend", "none")
    assert watch.phases.until("attached")
    watch.phases.leave()
    for _ in range(5):
        assert harness.process_of(watch.snapshot(), target.pid)["frozen"]
        assert not {harness.state_letter(tid) for tid in threads_of(target.pid)} & {"t", "T"}
    assert count_of(target) == (0, 0)
    assert watch.wait() == 0


@pytest.mark.root
def test_another_debugger(opened):
    """It cannot be had: one line, and the report all the same."""
    target = start(opened, 1)
    assert LIBC.ptrace(PTRACE_SEIZE, target.pid, None, None) == 0
    done = harness.pagewatch("snap", "--freeze", "-p", target.pid, "--json")
    assert done.returncode == 0
    assert not harness.process_of(json.loads(done.stdout), target.pid)["frozen"]
    line, = done.stderr.splitlines()
    assert f"cannot stop process {target.pid}: another debugger holds it" in line
    assert harness.state_letter(target.pid) not in ("t", "T")
    assert count_of(target) == (0, 0)


VFORK = """
import ctypes, os, signal, sys
libc = ctypes.CDLL(None)
print("READY", flush=True)
CLONE_VFORK, SYS_CLONE = 0x4000, {"x86_64": 56, "aarch64": 220}[os.uname().machine]
if libc.syscall(SYS_CLONE, CLONE_VFORK | signal.SIGCHLD, 0, 0, 0, 0) == 0:
    os.write(1, b"CHILD\\n")
    os.read(0, 1)
    os._exit(0)
print("DONE", flush=True)
os.read(0, 1)
"""


def test_a_thread_that_cannot_stop(opened):
    """A parent in vfork wakes for no stop: it is not waited for, and not stopped later either."""
    target = harness.Target([harness.PYTHON, "-c", VFORK])
    opened.append(target)
    target.until("CHILD")
    watch = held_watch(target, opened, "--backend", "none", "--no-python")
    assert watch.phases.until("attached")
    watch.phases.leave()
    assert not harness.process_of(watch.snapshot(), target.pid)["frozen"]
    target.go()
    target.until("DONE")
    assert harness.process_of(watch.snapshot(), target.pid)["frozen"]
    assert harness.state_letter(target.pid) not in ("t", "T")
    target.go()
    assert target.process.wait(harness.DEADLINE) == 0
    assert watch.wait() == 0
    lines = watch.process.stderr.read().decode().splitlines()
    assert len([line for line in lines if "sleeps and cannot be woken" in line]) == 1, lines


@pytest.mark.root
def test_run_freezes_the_children(tmp_path):
    """When one process of several ends, the others stand still for its last snapshot too."""
    script = ("import os, subprocess, sys\n"
              f"child = subprocess.Popen(['{SIGNALS}', '3'], stdin=subprocess.PIPE,"
              " stdout=subprocess.PIPE)\n"
              "child.stdout.readline()\n"
              "subprocess.run(['/bin/true'])\n"
              "told, _ = child.communicate(b'\\n')\n"
              "sys.exit(told != b'COUNT 0 0\\n')\n")
    snapshot, done = harness.run_json(tmp_path, ["--freeze", "--children"],
                                      [harness.PYTHON, "-c", script])
    assert done.returncode == 0 and done.stderr == ""
    assert [process["frozen"] for process in snapshot["processes"]] == [True] * 3


@pytest.mark.root
def test_a_terminal_stops_us_only_when_the_process_runs(opened):
    target = start(opened, 3)
    # As a shell's job: the kernel stops nobody whose process group has no parent in the session.
    watch = held_watch(target, opened, "--backend", "none", preexec_fn=os.setpgrp)
    assert watch.phases.until("attached")
    watch.process.send_signal(signal.SIGUSR1)
    watch.phases.go()
    assert watch.phases.until("scanned")
    watch.process.send_signal(signal.SIGTSTP)
    watch.phases.leave()
    wait_for_state(watch.process.pid, "T")
    assert not {harness.state_letter(tid) for tid in threads_of(target.pid)} & {"t", "T"}
    watch.process.send_signal(signal.SIGCONT)
    assert count_of(target) == (0, 0)
    assert watch.wait() == 0


@pytest.mark.root
@pytest.mark.parametrize("stopped", [False, True])
def test_nobody_is_held_for_longer(stopped, opened):
    """pagewatch stands at a test point, or is stopped, with the process frozen: it is killed."""
    target = start(opened, 3)
    watch = held_watch(target, opened, "--backend", "none", "--max-hold", "300ms")
    assert watch.phases.until("attached")
    watch.process.send_signal(signal.SIGUSR1)
    watch.phases.go()
    assert watch.phases.until("scanned")
    if stopped:
        watch.process.send_signal(signal.SIGSTOP)
    assert watch.wait() == -signal.SIGKILL
    assert count_of(target) == (0, 0)
    line, = watch.process.stderr.read().decode().splitlines()
    assert line == f"pagewatch: killed by the watchdog: process {target.pid} has stood still for 300 ms"
