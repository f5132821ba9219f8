# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""An allocation that fails, or a descriptor that is not there, wherever it may be: no crash, always
a line and a documented status, and the target goes on."""
import json
import os
import resource
import subprocess

import harness
import pytest

NUMPY = ("import numpy; a = numpy.zeros(3 << 18); b = a.reshape(1024, 768)[:, ::2]; b[7] = 1; "
         "print('READY', flush=True); input()")
ENDS = "import numpy; a = numpy.zeros(3 << 18); a[7] = 1"


@pytest.fixture(scope="module", name="shim")
def preloaded(tmp_path_factory):
    path = tmp_path_factory.mktemp("no_memory") / "no_memory.so"
    source = harness.ROOT / "tests/faults/no_memory.c"
    subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-fno-builtin", "-o", path, source], check=True)
    return path


@pytest.fixture(name="target")
def small_target(opened):
    target = harness.Target([harness.WORKLOAD, "--wait", "write"])
    opened.append(target)
    return target.ready()


@pytest.fixture(name="arrays")
def numpy_target(opened):
    target = harness.Target([harness.PYTHON, "-c", NUMPY])
    opened.append(target)
    target.until("READY")
    return target


# The statuses that the man page has for a failure, and whether the report is JSON.
COMMANDS = {
    "snap": (["snap", "-p", "{pid}", "--detail"], {0, 3, 4}, False),
    "snap-json": (["snap", "-p", "{pid}", "--json", "--pages"], {0, 3, 4}, True),
    "watch": (["watch", "-p", "{pid}", "--backend", "none", "-n", "2", "--interval", "1ms"],
              {0, 3, 4}, False),
    "check": (["check", "-p", "{pid}", "-e", "process: resident > 0"], {0, 3, 4}, False),
    "run": (["run", "--backend", "none", "--", "/bin/sh", "-c", "exit 0"], {0, 125}, False),
    "run-python": (["run", "--backend", "none", "--json", "--", harness.PYTHON, "-c", ENDS],
                   {0, 125}, True),
    "check-run": (["check", "--backend", "none", "-e", "process: resident > 0", "--", "/bin/true"],
                  {0, 3, 4}, False),
    "probe": (["probe"], {0, 4}, False),
}
TRACED = {"watch-faults": (["watch", "-p", "{pid}", "-n", "2", "--interval", "1ms"], {0, 3, 4}, False),
          "run-faults": (["run", "--children", "--", "/bin/sh", "-c", "/bin/true; exit 0"],
                         {0, 125}, False)}


def fail_at(number, command, pid, shim):
    """(the finished process, whether the allocation was reached)"""
    heard, told = os.pipe()
    words = [str(word).format(pid=pid) for word in command]
    try:
        done = harness.pagewatch(*words, pass_fds=(told,), env=dict(
            os.environ, LD_PRELOAD=str(shim), FAIL_AT=str(number), FAIL_TOLD=str(told)))
    finally:
        os.close(told)
    with os.fdopen(heard, "rb") as file:
        return done, bool(file.read())


def judge(done, command, statuses, is_json):
    assert done.returncode in statuses, (done.returncode, done.stderr)
    if done.returncode:
        # A check that cannot tell says why in its report.
        lines = done.stderr.splitlines()
        assert any(line.startswith("pagewatch: ") for line in lines) or (
            "unknown" in done.stdout + done.stderr), done
    elif is_json and command[0] == "snap":
        json.loads(done.stdout)
    # A text report is whole, or not there at all.
    if command[0] == "snap" and not is_json:
        assert bool(done.stdout) == (not done.returncode), done
        assert not done.stdout or "absent\n" in done.stdout, done


def unharmed(pid):
    status = open(f"/proc/{pid}/status", encoding="ascii").read()
    assert "\nTracerPid:\t0\n" in status and "\nState:\tS" in status


def walk(numbers, entry, target, shim):
    command, statuses, is_json = entry
    for number in numbers:
        done, reached = fail_at(number, command, target.pid, shim)
        try:
            judge(done, command, statuses, is_json)
        except AssertionError as error:
            raise AssertionError(f"allocation {number}: {error}") from error
        unharmed(target.pid)
        # Some numbers are reached in the guardian alone, which cannot tell.
        if not reached and number > 100:
            break


# The others take a second a run or more: they are in the long suite.
QUICK = ["snap", "snap-json", "watch", "check", "run", "check-run"]


@pytest.mark.parametrize("name", QUICK)
def test_some_allocation_fails(name, shim, target):
    """A step that is prime: the long suite has all of them."""
    walk(range(1, 2001, 11), COMMANDS[name], target, shim)


# Where the text renderer has no memory for its stream, and where the engine has none.
@pytest.mark.parametrize("name", ["snap", "check", "run"])
def test_the_last_allocations_fail(name, shim, target):
    walk(range(130, 200), COMMANDS[name], target, shim)


def test_some_allocation_fails_in_a_trace(shim, target, tmp_path):
    done = harness.pagewatch("-p", target.pid, "--backend", "none", "-n", "2", "--interval", "1ms",
                             "-o", "/dev/null", "--record", tmp_path / "a.pw")
    assert done.returncode == 0
    command = ["report", tmp_path / "a.pw", "-o", "/dev/null", "--perfetto", tmp_path / "a", "--firefox", tmp_path / "b"]
    walk(range(1, 20000, 53), (command, {0, 4}, False), target, shim)
    assert json.loads((tmp_path / "b").read_text())["counters"]


@pytest.mark.long
@pytest.mark.parametrize("name", COMMANDS)
def test_each_allocation_fails(name, shim, target, arrays):
    walk(range(1, 2001), COMMANDS[name], target, shim)
    walk(range(1, 2001), COMMANDS[name], arrays, shim)


@pytest.mark.root
@pytest.mark.parametrize("name", TRACED)
def test_some_allocation_fails_in_the_faults_tier(name, shim, target):
    walk(range(7, 2000, 997), TRACED[name], target, shim)


@pytest.mark.root
@pytest.mark.long
@pytest.mark.parametrize("name", TRACED)
def test_each_allocation_fails_in_the_faults_tier(name, shim, target):
    walk(range(1, 2001), TRACED[name], target, shim)


@pytest.mark.parametrize("name", [*QUICK, "probe", *TRACED])
def test_few_descriptors(name, target):
    command, statuses, is_json = {**COMMANDS, **TRACED}[name]
    words = [str(word).format(pid=target.pid) for word in command]
    for count in (3, 5, 7, 11, 13, 17, 31):
        done = harness.pagewatch(*words, preexec_fn=lambda limit=count: resource.setrlimit(
            resource.RLIMIT_NOFILE, (limit, limit)))
        # The dynamic loader needs some as well: it says so itself, with 127.
        if count > 4 or done.returncode != 127:
            judge(done, command, statuses, is_json)
        unharmed(target.pid)
