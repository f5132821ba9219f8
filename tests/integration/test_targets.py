# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Which processes are watched, and why one is not."""
import json
import os
import signal
import subprocess

import harness
import pytest


@pytest.fixture(name="two")
def two_targets(opened):
    pair = [harness.Target([harness.WORKLOAD, "--wait", "write"]) for _ in range(2)]
    opened.extend(pair)
    for target in pair:
        target.ready()
    return pair


def pids_of(report):
    return sorted(row["pid"] for row in report["processes"])


def dashes(targets):
    return [word for target in targets for word in ("-p", target.pid)]


@pytest.mark.parametrize("command", [
    ["snap"], ["watch", "-n", "1", "--interval", "10ms"],
    ["watch", "-n", "1", "--interval", "10ms", "--backend", "none"],
])
def test_each_pid_is_watched(command, two):
    pids = dashes(two)
    done = harness.pagewatch(*command, *pids, *pids, "--json")
    assert done.returncode == 0, done.stderr
    assert pids_of(json.loads(done.stdout)) == sorted(target.pid for target in two)


@pytest.mark.root
def test_a_parent_and_its_child(opened):
    """The child is found as a child first, and was asked for all the same."""
    code = ("import subprocess; child = subprocess.Popen(['sleep', '1000']); "
            "print('READY', child.pid, flush=True); input(); child.kill()")
    parent = harness.Target([harness.PYTHON, "-c", code])
    opened.append(parent)
    child = int(parent.until("READY").split()[1])
    done = harness.pagewatch("watch", "-p", parent.pid, "-p", child, "--children", "--json",
                             "-n", "1", "--interval", "10ms")
    assert done.returncode == 0, done.stderr
    assert pids_of(json.loads(done.stdout)) == sorted((parent.pid, child))
    assert parent.end() == 0


def test_the_watch_ends_with_the_last(two, opened):
    watch = harness.Watch(two[0].pid, "-p", two[1].pid)
    opened.append(watch)
    assert pids_of(watch.snapshot()) == sorted(target.pid for target in two)
    two[0].process.kill()
    two[0].process.wait()
    report = watch.snapshot()
    assert two[1].pid in pids_of(report)
    two[1].process.kill()
    two[1].process.wait()
    assert watch.wait() == 0
    said = watch.process.stderr.read().decode().splitlines()[-1]
    assert said == f"pagewatch: processes {two[0].pid} and {two[1].pid} ended"


@pytest.mark.root
def test_an_end_that_a_report_has_shown_is_not_reported_again(two, opened):
    """It ends while it is read; there was a report before."""
    watch = harness.Watch(two[0].pid, until=None)
    opened.append(watch)
    for phase in ("baseline", "snapshot"):
        assert watch.phases.until(phase)
        watch.process.send_signal(signal.SIGUSR1)
        watch.phases.go()
    assert watch.phases.until("window")
    assert not watch.next()["processes"][0]["exited"]
    two[0].process.kill()
    two[0].process.wait()
    watch.phases.leave()
    assert watch.next()["processes"][0]["exited"]
    assert watch.lines.next() is None and watch.wait() == 0


def test_check_takes_several_as_they_are(two):
    done = harness.pagewatch("check", *dashes(two), "-e", "process: resident > 0")
    assert done.returncode == 0, done.stderr
    done = harness.pagewatch("check", *dashes(two), "-e", 'at "x": process: resident > 0')
    assert done.returncode == 2
    assert "one -p" in done.stderr


def test_one_that_cannot_be_watched_is_told(two):
    done = harness.pagewatch("snap", "-p", two[0].pid, "-p", 99999999)
    assert done.returncode == 3
    assert done.stderr == "pagewatch: no process 99999999\n" and not done.stdout


@pytest.mark.root
def test_an_exec_while_it_is_attached(opened):
    """The image that began meanwhile is watched from its beginning."""
    code = ("import os; print('READY', flush=True); input(); "
            "os.execv('/bin/sh', ['sh', '-c', 'echo STARTED; exec cat'])")
    target = harness.Target([harness.PYTHON, "-c", code])
    opened.append(target)
    target.until("READY")
    watch = harness.Watch(target.pid, until=None)
    opened.append(watch)
    assert watch.phases.until("attached")
    target.go()
    target.until("STARTED")
    # The answer of cat: the image is whole, and has touched pages.
    target.go()
    assert target.until("") == ""
    watch.phases.leave()
    report = watch.snapshot()
    process = harness.process_of(report, target.pid)
    assert report["complete"] and process["comm"] == "cat"
    ledger = process["totals"]["ledger"]
    assert ledger["before"] == 0 and ledger["touched"] > 0


INHERITING = """
import ctypes, mmap, os
block = mmap.mmap(-1, 300 * mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
block.madvise(mmap.MADV_NOHUGEPAGE)
block.write(b"x" * len(block))
print("READY", ctypes.addressof(ctypes.c_char.from_buffer(block)), len(block), flush=True)
input()
until, end = os.pipe()
child = os.fork()
if child:
    print("FORKED", child, flush=True)
    input()
else:
    os.close(end)
    os.read(until, 1)
    os._exit(0)
"""


@pytest.mark.root
def test_a_child_that_is_known_before_its_parent(opened):
    """It was born when the kernel side knew the parent and the engine did not."""
    parent = harness.Target([harness.PYTHON, "-c", INHERITING])
    opened.append(parent)
    start, length = [int(word) for word in parent.until("READY").split()[1:]]
    watch = harness.Watch(parent.pid, "--children", "--array", f"block={start:#x}+{length:#x}",
                          until=None)
    opened.append(watch)
    assert watch.phases.until("added")
    parent.go()
    child = int(parent.until("FORKED").split()[1])
    watch.phases.leave()
    report = watch.snapshot()
    assert report["complete"]
    row = harness.array_of(harness.process_of(report, child), "block")
    assert row["ledger"]["before"] == 300 and row["ledger"]["unfaulted"] == 0
    assert parent.end() == 0


@pytest.fixture(name="watched_chain")
def fixture_watched_chain(tmp_path, opened):
    """It has begun: (exec_chain WORD, what watches it)."""
    program = harness.fault_program(tmp_path, "exec_chain")

    def watched(word, hidden, *options):
        target = harness.Target([program, word])
        opened.append(target)
        target.ready()
        watch = harness.Watch(target.pid, *options, hides=hidden)
        opened.append(watch)
        return target, watch
    return watched


ANNOUNCED = pytest.mark.parametrize("hidden", ["", "sched/sched_prepare_exec"],
                                    ids=["announced", "not announced"])


@pytest.mark.root
@ANNOUNCED
def test_reports_of_a_process_that_keeps_executing_programs(watched_chain, hidden):
    """Also one that comes while the old memory is gone, and the new image not known yet."""
    target, watch = watched_chain("2000", hidden, "--interval", "1ms")
    target.go()
    exited = False
    while not exited:
        row, = watch.next()["processes"]
        assert row["pid"] == target.pid
        exited = row["exited"]
    assert target.process.wait(harness.DEADLINE) == 0
    assert watch.lines.next() is None and watch.wait() == 0


@pytest.mark.root
@ANNOUNCED
def test_an_image_whose_memory_goes_after_the_exec(watched_chain, hidden):
    """Another process goes on in it, or reads it. Its lives are those of the process."""
    target, watch = watched_chain("shared", hidden)
    target.go()
    target.until("LEFT")
    assert pids_of(watch.snapshot()) == [target.pid] * 2
    target.go()
    target.until("DONE")
    row, = watch.snapshot()["processes"]
    life, = [life for life in row["retired"] if life["start"] == "0x200000000000"]
    assert not row["exited"] and life["how"] == "exec"
    assert life["touch"]["pages_touched"] == 300


@pytest.mark.root
@ANNOUNCED
def test_an_image_that_is_read_while_it_executes_another(watched_chain, hidden):
    """Who reads /proc/PID/cmdline has the memory for a moment, and can be the one that ends it."""
    target, watch = watched_chain("500", hidden)
    watch.snapshot()
    target.go()
    with open(f"/proc/{target.pid}/cmdline", "rb", buffering=0) as cmdline:
        while target.process.poll() is None:
            cmdline.seek(0)
            cmdline.read()
    report = watch.next()
    row, = report["processes"]
    lives = [life for life in row["retired"] if life["start"] == "0x200000000000"]
    assert report["complete"] and row["exited"]
    assert [life["touch"]["pages_touched"] for life in lives] == 501 * [100]
    assert watch.lines.next() is None and watch.wait() == 0


@pytest.fixture(name="zombie")
def ended_child():
    process = subprocess.Popen(["/bin/true"], stdout=subprocess.DEVNULL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    yield process.pid
    process.wait()


def kernel_thread():
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and int(open(f"/proc/{name}/stat", encoding="latin-1").read()
                                      .rsplit(")", 1)[1].split()[6]) & 0x200000:
                return name
        except OSError:
            continue
    return None


COMMANDS = [["snap"], ["watch", "--backend", "none"], ["watch"]]


@pytest.mark.root
@pytest.mark.parametrize("command", COMMANDS)
def test_why_not(command, zombie, unprivileged):
    def said(run, pid):
        done = run(*command, "-p", pid)
        assert done.returncode == 3
        return done.stderr.splitlines()[-1].removeprefix("pagewatch: ")

    thread = kernel_thread()
    for run in (harness.pagewatch, unprivileged.run):
        assert said(run, zombie) == (
            f"process {zombie} has ended: it is a zombie until its parent waits for it")
        if thread:
            assert said(run, thread) == (
                f"process {thread} is a kernel thread: it has no memory of its own")
    for pid in (1, os.getpid()):
        owner = "root" if os.stat(f"/proc/{pid}").st_uid == 0 else None
        assert owner is None or said(unprivileged.run, pid) == (
            f"not allowed to read process {pid}: it belongs to {owner} (try sudo)")


@pytest.mark.root
def test_one_that_protects_itself(unprivileged, opened):
    """Its user is ours, and it is not to be looked at all the same."""
    code = ("import ctypes; ctypes.CDLL(None).prctl(4, 0, 0, 0, 0); print('READY', flush=True); "
            "input()")
    target = harness.Target([harness.PYTHON, "-c", code], **unprivileged.popen_options())
    opened.append(target)
    target.until("READY")
    done = unprivileged.run("snap", "-p", target.pid)
    assert done.returncode == 3
    assert done.stderr == (f"pagewatch: not allowed to read process {target.pid}: it is "
                           "protected, or has more privileges than pagewatch (try sudo)\n")
