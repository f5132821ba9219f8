# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Machines that lack something: one clear line, the documented status, what still works works."""
import json
import subprocess

import books
import harness
import pytest

pytestmark = pytest.mark.root


@pytest.fixture
def private_mounts():
    """What is mounted for a test must be seen by nobody else."""
    done = subprocess.run(["unshare", "--mount", "true"], capture_output=True, text=True,
                          check=False)
    if done.returncode:
        pytest.skip(f"no private mounts here: {done.stderr.strip()}")

WRITE = "w=0x2000000000+4132864"	# scenario "write": 525 of 1,009 pages


@pytest.fixture
def target(opened):
    one = harness.Target([harness.WORKLOAD, "--wait", "write"])
    opened.append(one)
    return one.ready().done()


def without(mount_over, *arguments):
    """pagewatch in a mount namespace in which an empty folder or file hides something."""
    script = f'{mount_over} && exec "$@"'
    return subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", harness.PROGRAM,
                           *[str(word) for word in arguments]], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                          timeout=harness.DEADLINE)


def one_line(done):
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("pagewatch: "), done.stderr
    return lines[0]


NO_BTF = "mount -t tmpfs none /sys/kernel/btf"


@pytest.mark.parametrize("backend", ["tp_btf", "perf"])
def test_no_btf(backend, target, private_mounts):
    done = without(NO_BTF, "watch", "-p", target.pid, "-n", "1", "--backend", backend)
    assert done.returncode == 3 and not done.stdout
    assert "BTF" in one_line(done)


def test_no_btf_still_scans(target, private_mounts):
    done = without(NO_BTF, "watch", "-p", target.pid, "-n", "1", "--interval", "10ms", "--json",
                   "--array", WRITE)
    assert done.returncode == 0, done.stderr
    assert "BTF" in one_line(done)
    snapshot = json.loads(done.stdout)
    books.check_invariants(snapshot)
    assert snapshot["tier"] == "scan" and snapshot["backend"] == "none"
    row = harness.array_of(harness.process_of(snapshot, target.pid), "w")
    assert row["resident_pages"] == 525


def test_unreadable_pagemap(target, tmp_path, private_mounts):
    empty = tmp_path / "empty"
    empty.touch()
    done = without(f"mount --bind {empty} /proc/{target.pid}/pagemap", "snap", "-p", target.pid)
    if done.returncode == 32:
        pytest.skip(f"this kernel hides nothing below /proc/PID: {done.stderr.strip()}")
    assert done.returncode == 3 and not done.stdout
    one_line(done)


@pytest.mark.parametrize("lost", ["bpf,-sys_admin", "perfmon,-sys_admin"])
def test_root_without_a_capability(lost, target):
    argv = ["setpriv", f"--bounding-set=-{lost}", f"--inh-caps=-{lost}", harness.PROGRAM]
    done = subprocess.run([*argv, "watch", "-p", str(target.pid), "-n", "1", "--backend",
                           "tp_btf"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False, timeout=harness.DEADLINE)
    assert done.returncode == 3 and not done.stdout
    assert "root" in one_line(done)


def in_pid_namespace(*argv):
    """Runs it as the first process of a pid namespace with a /proc of its own."""
    return subprocess.run(["unshare", "--pid", "--fork", "--mount-proc", "--kill-child",
                           *[str(word) for word in argv]], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False, timeout=harness.DEADLINE)


def test_run_in_a_pid_namespace(backend, tmp_path, private_mounts):
    """As in a container: the pid that the program knows is not the kernel's."""
    path = tmp_path / "report.json"
    done = in_pid_namespace(harness.PROGRAM, "run", "--json", "-o", path, "--backend", backend,
                            "--array", WRITE, "--", harness.WORKLOAD, "write")
    assert done.returncode == 0, done.stderr
    snapshot = json.loads(path.read_text())
    process, = snapshot["processes"]
    assert process["pid"] < 10
    row = harness.array_of(process, "w")
    assert row["ledger"]["touched"] == row["touch"]["pages_touched"] == 525
    assert row["touch"]["first_threads"] == [process["pid"]]


def test_watch_in_a_pid_namespace(tmp_path, private_mounts):
    """The pid given is the one that holds inside."""
    script = ('mkfifo "$2/in" && exec 4<> "$2/in" && { "$3" --wait write < "$2/in" & } && '
              'exec "$1" watch -p $! --json --interval 10ms -n 1 --array ' + WRITE)
    done = in_pid_namespace("sh", "-c", script, "sh", harness.PROGRAM, tmp_path, harness.WORKLOAD)
    assert done.returncode == 0, done.stderr
    line, = [text for text in done.stdout.splitlines() if text.startswith("{")]
    snapshot = json.loads(line)
    books.check_invariants(snapshot)
    process, = snapshot["processes"]
    assert snapshot["tier"] == "faults" and process["comm"] == "workload"
    assert process["pid"] < 10
