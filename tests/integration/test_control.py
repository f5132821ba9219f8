# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Programs that are hard to stop and to let go: each ends as it would have without pagewatch."""
import json
import pathlib
import signal
import subprocess
import time

import harness
import pytest

pytestmark = pytest.mark.root

LIBRARY = harness.OUT / "libpagewatch.so.1"


def test_check_ends_while_threads_stand(opened):
    """Threads that have just reached a checkpoint when the last one is judged run on."""
    target = harness.Target([harness.CONTROL, "checkpoints", LIBRARY, "7"])
    opened.append(target)
    target.until("READY")
    for _ in range(5):
        done = harness.pagewatch("check", "-p", target.pid, "-e",
                                 'at "loop": process: resident > 0')
        assert done.returncode == 0, done.stderr
        target.go()
        assert target.lines.next(10) == "ALIVE"
    target.process.stdin.close()
    assert target.process.wait(harness.DEADLINE) == 0


@pytest.mark.parametrize("backend", ["tp_btf", "none"])
def test_another_thread_becomes_the_program(backend, tmp_path):
    """The program that a thread executes is stopped at its end as any other is."""
    report, done = harness.run_json(
        tmp_path, ["--backend", backend, "--array", "a=0x2000000000+4132864"],
        [harness.CONTROL, "exec_thread", harness.CONTROL, "late"])
    assert done.returncode == 0, done.stderr
    array = harness.array_of(report["processes"][0], "a")
    assert array["resident_pages"] == 1009


@pytest.mark.parametrize("children", [[], ["--children"]])
@pytest.mark.parametrize("backend", ["tp_btf", "none"])
@pytest.mark.parametrize("name", ["vfork_exit", "clone_vm"])
def test_a_child_in_borrowed_memory(name, backend, children):
    """It passes the stop point of the process whose memory it borrows, and is not stopped there."""
    done = harness.pagewatch("run", "--backend", backend, *children, "-o", "/dev/null", "--",
                             harness.CONTROL, name)
    assert (done.returncode, done.stdout) == (5, "CHILD 7\n"), done.stderr


@pytest.mark.parametrize("backend", ["tp_btf", "none"])
def test_a_stop_point_that_a_borrower_passes(backend):
    """posix_spawn's child calls execve in its parent's memory, where the parent is to stop."""
    done = harness.pagewatch("run", "--backend", backend, "--at", "libc.so.6:execve", "-o",
                             "/dev/null", "--", harness.CONTROL, "spawn")
    assert (done.returncode, done.stdout) == (5, "CHILD 3\n"), done.stderr


@pytest.mark.parametrize("backend", ["tp_btf", "none"])
@pytest.mark.parametrize("stopped", [False, True])
def test_a_command_is_not_held_for_longer(stopped, backend, tmp_path, opened):
    """pagewatch stands at its last look, or is stopped there: the guardian lets the command go."""
    phases = harness.Phases()
    opened.append(phases)
    path = tmp_path / "report.json"
    with subprocess.Popen([harness.PROGRAM, "run", "--backend", backend, "--max-hold", "300ms",
                           "--json", "-o", path, "--", harness.WORKLOAD, "write"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, pass_fds=phases.fds(),
                          env=phases.environment()) as process:
        phases.started()
        assert phases.until("stopped")
        if stopped:
            process.send_signal(signal.SIGSTOP)
        guardian, = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        end = time.monotonic() + harness.DEADLINE
        while harness.state_letter(guardian) not in ("Z", None):
            assert time.monotonic() < end, "the guardian never ends: its command is held"
        process.send_signal(signal.SIGCONT)
        phases.leave()
        assert process.wait(harness.DEADLINE) == 0, process.stderr.read()
    report = json.loads(path.read_text())
    assert report["max_hold_ns"] == 300000000
    assert not report["complete"] and report["losses"]["overdue"] == 1


def test_stopped_over_a_process_with_checkpoints(opened):
    """A thread that stands for pagewatch, which cannot serve it, goes on when that is killed."""
    target = harness.Target([harness.CONTROL, "checkpoints", LIBRARY, "3"])
    opened.append(target)
    target.until("READY")
    phases = harness.Phases()
    opened.append(phases)
    with subprocess.Popen([harness.PROGRAM, "check", "-p", str(target.pid), "--max-hold", "300ms",
                           "-e", 'at "never": process: resident > 0'], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=phases.fds(),
                          env=phases.environment()) as process:
        phases.started()
        assert phases.until("checkpoint")
        process.send_signal(signal.SIGSTOP)
        assert process.wait(harness.DEADLINE) == -signal.SIGKILL
    target.go()
    assert target.lines.next(10) == "ALIVE"
