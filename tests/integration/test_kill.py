# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""pagewatch killed, or its target killed, in each phase: nobody is left standing."""
import ctypes
import os
import signal
import subprocess

import harness
import pytest

pytestmark = pytest.mark.root

PR_SET_CHILD_SUBREAPER = 36
LIBRARY = harness.OUT / "libpagewatch.so.1"
WATCH_PHASES = ["opened", "attached", "baseline", "snapshot"]
RUN_PHASES = ["opened", "launched", "stopped", "snapshot", "released", "report"]
# One that ends in C's exit, one that never gets there, and Python, stopped at Py_FinalizeEx.
COMMANDS = {
    "exit": ([harness.WORKLOAD, "write"], 0),
    "_exit": ([harness.WORKLOAD, "exit_early"], 7),
    "python": ([harness.PYTHON, "-c", "import sys; print('READY', flush=True); sys.exit(5)"], 5),
    "signal": (["/bin/sh", "-c", "echo READY; kill -TERM $$"], -signal.SIGTERM),
}


@pytest.fixture(scope="module", autouse=True)
def subreaper():
    """A command whose pagewatch was killed becomes our child: its status is seen."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    yield
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


# In both a guardian starts the command, and stops it by a breakpoint.
TIERS = {"faults": [], "scan": ["--backend", "none"]}


class Run:
    """`pagewatch run` with a phases; the command tells its end by the end of its stdout."""

    def __init__(self, command, *options):
        self.phases = harness.Phases()
        self.process = subprocess.Popen(
            [harness.PROGRAM, "run", "-o", "/dev/null", *options, "--", *command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            pass_fds=self.phases.fds(), env=self.phases.environment())
        self.phases.started()
        self.guardian = None

    def child(self):
        """The command's process id, as long as pagewatch lives."""
        pids = harness.children(self.process.pid)
        assert len(pids) <= 1
        if not pids:
            return None
        self.guardian = pids[0]
        pids = harness.children(self.guardian)
        assert len(pids) <= 1
        return pids[0] if pids else None

    def close(self):
        self.phases.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(harness.DEADLINE)
        self.process.stdout.close()
        self.process.stderr.close()


@pytest.mark.parametrize("phase", WATCH_PHASES)
def test_watch_killed(phase, backend, opened):
    target = harness.Target([harness.WORKLOAD, "--wait", "write"])
    opened.append(target)
    target.ready()
    watch = harness.Watch(target.pid, "--backend", backend, until=None)
    opened.append(watch)
    if phase == "snapshot":
        assert watch.phases.until("baseline")
        watch.process.send_signal(signal.SIGUSR1)
        watch.phases.go()
    assert watch.phases.until(phase)
    watch.process.kill()
    watch.process.wait()
    assert harness.state_letter(target.pid) not in ("t", "T")
    target.done()
    assert target.books["faults"] == 525
    assert target.end() == 0


@pytest.mark.parametrize("phase", WATCH_PHASES)
def test_target_of_watch_killed(phase, opened):
    target = harness.Target([harness.WORKLOAD, "--wait", "write"])
    opened.append(target)
    target.ready()
    watch = harness.Watch(target.pid, until=None)
    opened.append(watch)
    if phase == "snapshot":
        assert watch.phases.until("baseline")
        watch.process.send_signal(signal.SIGUSR1)
        watch.phases.go()
    assert watch.phases.until(phase)
    target.process.kill()
    target.process.wait()
    watch.phases.leave()
    # "snapshot" is announced before the first report is out: whether it still comes out is a
    # matter of what was read by then, and both ends are right.
    assert watch.wait() in ((0, 3) if phase == "snapshot" else (3,))
    lines = watch.process.stderr.read().decode().splitlines()
    assert len(lines) == 1, lines


# Those of `check -p` (a first look comes before it arms), and how it ends when its process was
# killed there. At the checkpoint it is a matter of what was read by then: both ends are right.
CHECKED_PHASES = {"baseline": (3,), "snapshot": (3,), "armed": (3,), "checkpoint": (0, 3)}


class Check:
    """`pagewatch check -p` of a process whose three threads run through a checkpoint all the time."""

    def __init__(self, opened, phase):
        self.target = harness.Target([harness.CONTROL, "checkpoints", LIBRARY, "3"])
        opened.append(self.target)
        self.target.until("READY")
        self.phases = harness.Phases()
        opened.append(self.phases)
        self.process = subprocess.Popen(
            [harness.PROGRAM, "check", "-p", str(self.target.pid), "-e",
             'at "loop": process: resident > 0'],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            pass_fds=self.phases.fds(), env=self.phases.environment())
        opened.append(self)
        self.phases.started()
        assert self.phases.until(phase), self.phases.seen

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.mark.parametrize("phase", CHECKED_PHASES)
def test_check_killed(phase, opened):
    check = Check(opened, phase)
    check.process.kill()
    check.process.wait()
    check.target.go()
    assert check.target.lines.next(10) == "ALIVE"
    check.target.process.stdin.close()
    assert check.target.process.wait(harness.DEADLINE) == 0


@pytest.mark.parametrize("phase", CHECKED_PHASES)
def test_target_of_check_killed(phase, opened):
    check = Check(opened, phase)
    # Its end is told to its tracer first: we wait for it when pagewatch goes on.
    check.target.process.kill()
    check.phases.leave()
    output, errors = check.process.communicate(timeout=harness.DEADLINE)
    assert check.target.process.wait() == -signal.SIGKILL
    assert check.process.returncode in CHECKED_PHASES[phase], (output, errors)
    assert len(errors.decode().splitlines()) <= 1, errors


class Frozen:
    """A watch with --freeze whose target stands still: its page tables were read."""

    def __init__(self, opened, backend):
        self.target = harness.Target([harness.WORKLOAD, "--wait", "write"])
        opened.append(self.target)
        self.target.ready()
        self.watch = harness.Watch(self.target.pid, "--freeze", "--backend", backend, until=None)
        opened.append(self.watch)
        assert self.watch.phases.until("baseline")
        self.watch.process.send_signal(signal.SIGUSR1)
        self.watch.phases.go()
        assert self.watch.phases.until("scanned")
        assert harness.state_letter(self.target.pid) == "t"


def test_freezing_watch_killed(backend, opened):
    frozen = Frozen(opened, backend)
    frozen.watch.process.kill()
    frozen.watch.process.wait()
    frozen.target.done()
    assert frozen.target.end() == 0


def test_frozen_target_killed(backend, opened):
    frozen = Frozen(opened, backend)
    frozen.target.process.kill()
    frozen.watch.phases.leave()
    assert frozen.watch.wait() in (0, 3)
    lines = frozen.watch.process.stderr.read().decode().splitlines()
    assert len(lines) == 1, lines


def reap(pid):
    """The status of an orphan that has come to us, as Popen tells it."""
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("phase", RUN_PHASES)
def test_run_killed(phase, name, tier, opened):
    command, status = COMMANDS[name]
    run = Run(command, *TIERS[tier])
    opened.append(run)
    if not run.phases.until(phase):
        # A command that a signal ends never stands at exit; all others reach every phase.
        assert name == "signal" and phase in ("stopped", "snapshot", "released"), run.phases.seen
        return
    child = run.child()
    run.process.kill()
    run.process.wait()
    if child is None:
        assert phase in ("opened", "report")
        return
    guardian_status = reap(run.guardian)
    # Its stdout ends when it does; were it left stopped, this would run into the deadline.
    lines = harness.Lines(run.process.stdout)
    while lines.next() is not None:
        assert harness.state_letter(child) not in ("t", "T")
    # A command that was never let go ends itself: it must not run unwatched.
    expected = 125 if phase == "launched" else status
    try:
        assert reap(child) == expected
    except ChildProcessError:
        # It ended before its guardian was through with letting it go.
        assert guardian_status == expected


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", ["exit", "_exit", "python"])
@pytest.mark.parametrize("phase", ["launched", "stopped", "snapshot", "released"])
def test_guardian_killed(phase, name, tier, opened):
    """The breakpoint that it leaves behind would kill the command: pagewatch takes it out."""
    command, status = COMMANDS[name]
    run = Run(command, *TIERS[tier])
    opened.append(run)
    assert run.phases.until(phase)
    run.child()
    os.kill(run.guardian, signal.SIGKILL)
    run.phases.leave()
    assert run.process.wait(harness.DEADLINE) == status, run.process.stderr.read()
    lines = run.process.stderr.read().decode().splitlines()
    assert len(lines) <= 1, lines


# Each tells its own end, and the command that of its child.
CHILDREN = {
    "executed": "import subprocess, sys; sys.exit(subprocess.call([sys.argv[1], '--wait', 'write']))",
    "forked": "import os, sys; pid = os.fork(); pid or (print('READY', flush=True), input()); "
              "sys.exit(pid and os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))",
}


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", CHILDREN)
def test_guardian_killed_while_children_live(name, tier, opened):
    """The breakpoints in them are taken out as well."""
    phases = harness.Phases()
    opened.append(phases)
    with subprocess.Popen([harness.PROGRAM, "run", "--children", "-o", "/dev/null", *TIERS[tier],
                           "--", harness.PYTHON, "-c", CHILDREN[name], harness.WORKLOAD],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          pass_fds=phases.fds(), env=phases.environment()) as process:
        phases.started()
        assert phases.until("launched")
        guardian, = harness.children(process.pid)
        phases.leave()
        lines = harness.Lines(process.stdout)
        while not lines.next().startswith("READY"):
            pass
        os.kill(guardian, signal.SIGKILL)
        # pagewatch has said so once the breakpoints are out.
        assert "was killed" in harness.Lines(process.stderr).next()
        process.communicate(b"\n\n", harness.DEADLINE)
        assert process.returncode == 0


@pytest.mark.parametrize("tier", TIERS)
def test_the_guardian_is_waited_for(tier):
    """It would come to us, and stay a zombie where nobody waits for orphans."""
    def guardians():
        names = [open(f"/proc/{pid}/comm", encoding="ascii").read() for pid in harness.children(os.getpid())]
        return names.count("pw-guardian\n")

    before = guardians()
    done = harness.pagewatch("run", *TIERS[tier], "-o", "/dev/null", "--", "/bin/true")
    assert done.returncode == 0, done.stderr
    assert guardians() == before


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("phase", ["launched", "stopped", "snapshot", "released"])
def test_command_killed(phase, tier, opened):
    run = Run([harness.WORKLOAD, "write"], *TIERS[tier])
    opened.append(run)
    assert run.phases.until(phase)
    child = run.child()
    os.kill(child, signal.SIGKILL)
    run.phases.leave()
    assert run.process.wait(harness.DEADLINE) == (125 if phase == "launched" else 137)
    lines = run.process.stderr.read().decode().splitlines()
    assert len(lines) <= 1, lines
