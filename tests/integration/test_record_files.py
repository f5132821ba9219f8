# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The files of recordings: their names, and what was there before."""
import json
import os
import pathlib
import platform
import pty
import resource
import signal
import subprocess
import time

import harness
import pytest
# preloaded is the fixture shim.
from test_no_memory import fail_at, judge, preloaded  # pylint: disable=unused-import
from test_record import NUMPY, SPARSE, moments_in, python, report, rows, shown

pytestmark = pytest.mark.root


def test_the_names_of_files(tmp_path):
    environment = dict(os.environ, PMI_RANK="12")
    done = harness.pagewatch("record", "-o", tmp_path / "%%-%h-%r-%p.pw", "--", "/bin/true",
                             env=environment)
    assert done.returncode == 0, done.stderr
    name, = os.listdir(tmp_path)
    pid = rows(tmp_path / name, "SELECT pid FROM process")[0][0]
    assert name == f"%-{platform.node()}-12-{pid}.pw"
    assert rows(tmp_path / name, "SELECT host, rank FROM recording") == [(platform.node(), "12")]


@pytest.mark.parametrize("options", [[], ["--no-peaks", "-q"]], ids=["said", "quiet"])
def test_what_reads_it_is_said(options, tmp_path):
    """The name is the one that was made of what was typed."""
    done = harness.pagewatch("record", *options, *harness.NEVER, "-o", "b%r.pw", "--", "/bin/true",
                             cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "" if options else
                                              "pagewatch: 1 moment recorded; pagewatch report b0.pw shows it\n")


def test_moments_are_counted_at_the_end(tmp_path, opened):
    target = python(SPARSE, "1")
    opened.append(target)
    target.ready()
    done = harness.pagewatch("record", "-p", target.pid, "-n", "3", "--interval", "1ms", "-o", "a.pw",
                             cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "pagewatch: 3 moments recorded; pagewatch report a.pw "
                                                 "shows them\n")


@pytest.mark.parametrize("variable", ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "SLURM_PROCID", None])
def test_ranks(variable, tmp_path):
    environment = {**os.environ, **({variable: "3"} if variable else {"PMI_RANK": "../x"})}
    assert harness.pagewatch("record", "-o", tmp_path / "%r", "--", "/bin/true",
                             env=environment).returncode == 0
    assert os.listdir(tmp_path) == ["3" if variable else "0"]


@pytest.mark.parametrize("typed,said", [
    ("-", "a recording needs the name of a file"), ("x%", "% must be followed by p, h, r or %"),
    ("a/%x", "% must be followed by p, h, r or %"), ("%p/x", "%p can only be in the last part"),
    ("a/", "a recording needs the name of a file"),
])
def test_names_that_are_none(typed, said):
    for arguments in (["record", "-o", typed, "--", "true"], ["-p", "1", "--record", typed]):
        done = harness.pagewatch(*arguments)
        assert done.returncode == 2 and said in done.stderr


def test_refusals_leave_what_was_there(tmp_path):
    old = tmp_path / "old"
    old.write_text("precious")
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    gone = subprocess.Popen(["/bin/true"])
    gone.wait()
    for arguments, status in ((["record", "-o", old, "-p", gone.pid], 3),
                              (["-p", gone.pid, "--record", old], 3),
                              (["record", "-o", old, "--", "/no/such"], 127),
                              (["record", "-o", fifo, "--", "/bin/true"], 125),
                              (["record", "-o", tmp_path, "--", "/bin/true"], 125),
                              (["record", "-o", old], 2),
                              (["record", "--", "/bin/true"], 2)):
        done = harness.pagewatch(*arguments)
        assert done.returncode == status and len(done.stderr.splitlines()) == 1, done.stderr
    assert old.read_text() == "precious" and sorted(os.listdir(tmp_path)) == ["fifo", "old"]
    link = tmp_path / "link"
    link.symlink_to(old)
    assert harness.pagewatch("record", "-o", link, "--", "/bin/true").returncode == 0
    assert link.is_symlink() and moments_in(old) == 1


def test_an_allocation_fails(shim, tmp_path, opened):
    """There is no file, or one with whole moments; a report of it is whole."""
    target = python(SPARSE, "1")
    opened.append(target)
    target.ready()
    path = tmp_path / "a.pw"
    command = ["watch", "-p", "{pid}", "--backend", "none", "-n", "2", "--interval", "1ms", "-o",
               "/dev/null", "--record", path]
    counts = set()
    for number in [*range(1, 2000, 61), *range(2000, 9000, 499)]:
        done, _ = fail_at(number, command, target.pid, shim)
        judge(done, command, {0, 3, 4}, False)
        counts.add(moments_in(path) if path.exists() else 0)
        assert os.listdir(tmp_path) in ([], ["a.pw"])
        path.unlink(missing_ok=True)
    assert {0, 2} <= counts


@pytest.mark.parametrize("options", [[], ["--side-by-side"], ["--moments"]],
                         ids=["report", "side by side", "moments"])
def test_an_allocation_of_a_report_fails(options, shim, tmp_path):
    path = tmp_path / "a.pw"
    assert harness.pagewatch("record", "-o", path, "--", "/bin/true").returncode == 0
    command = ["report", path, "--json", *options]
    whole = report(*command[1:])
    for number in range(1, 2000, 31):
        done, _ = fail_at(number, command, 0, shim)
        judge(done, ["report"], {0, 4}, True)
        assert done.returncode or done.stdout == whole, done


def test_few_descriptors(tmp_path, opened):
    target = python(SPARSE, "1")
    opened.append(target)
    target.ready()
    path = tmp_path / "a.pw"
    command = ["record", "-p", target.pid, "--backend", "none", "-n", "1", "--interval", "1ms", "-o",
               path]
    for count in (5, 7, 9, 11, 13, 15, 17, 31):
        done = harness.pagewatch(*command, preexec_fn=lambda limit=count: resource.setrlimit(
            resource.RLIMIT_NOFILE, (limit, limit)))
        judge(done, command, {0, 3, 4}, False)
        assert os.listdir(tmp_path) == ([] if done.returncode else ["a.pw"])
        path.unlink(missing_ok=True)
    assert done.returncode == 0


def test_the_end_of_a_recording_is_asked_for(tmp_path, opened):
    """One who ends it wants to know what there was then."""
    target = python(SPARSE, "1")
    opened.append(target)
    target.ready()
    path = tmp_path / "a.pw"
    phases = harness.Phases()
    opened.append(phases)
    process = subprocess.Popen([harness.PROGRAM, "record", "-q", "-p", str(target.pid), *harness.NEVER, "-o",
                                path], pass_fds=phases.fds(), env=phases.environment(),
                               stderr=subprocess.PIPE)
    phases.started()
    assert phases.until("baseline")
    target.done()
    process.send_signal(signal.SIGINT)
    phases.leave()
    assert process.communicate(timeout=harness.DEADLINE) == (None, b"") and process.returncode == 0
    snapshot = json.loads(report(path, "--json", "--moment", "all"))
    assert snapshot["reason"] == "asked"
    assert snapshot["processes"][0]["totals"]["touch"]["pages_touched"] >= 100


def test_beside_the_live_view(tmp_path, opened):
    target = python(SPARSE, "1")
    opened.append(target)
    target.ready()
    path = tmp_path / "a.pw"
    ours, theirs = pty.openpty()
    process = subprocess.Popen([harness.PROGRAM, "-p", str(target.pid), *harness.NEVER, "--record",
                                path], stdin=theirs, stdout=theirs, stderr=subprocess.PIPE,
                               env=dict(os.environ, TERM="xterm-256color"))
    os.close(theirs)
    # Its first bytes are the screen with the first moment, which was recorded before.
    os.write(ours, b"q")
    try:
        while os.read(ours, 1 << 16):
            pass
    except OSError:  # EIO: nobody has the terminal any more
        pass
    assert process.communicate(timeout=harness.DEADLINE) == (None, b"") and process.returncode == 0
    os.close(ours)
    snapshots = report(path, "--json", "--moment", "all").splitlines()
    assert len(snapshots) == 1 and json.loads(snapshots[0])["processes"][0]["pid"] == target.pid


STORM = "for i in $(seq 200); do /bin/true & done; wait"


@pytest.mark.alone
def test_children_do_not_wait_for_a_moment_each(tmp_path):
    """Moments take half of the time at most. Held behind one each, children took 30 times as long."""
    took = []
    for interval in "3600s", "1ms":
        start = time.monotonic()
        done = harness.pagewatch("record", "-q", "-o", tmp_path / "a.pw", "--children", "--interval", interval,
                                 "--", "bash", "-c", STORM)
        took.append(time.monotonic() - start)
        assert done.returncode == 0 and not done.stderr, done.stderr
    assert moments_in(tmp_path / "a.pw") > 1
    assert took[1] < 5 * took[0]


def test_a_temporary_that_is_left_blocks_no_name(tmp_path):
    """In a container the next pagewatch may have the pid of one that was killed."""
    done = harness.pagewatch("record", "-q", "-o", "a.pw", "--", "/bin/true", cwd=tmp_path, preexec_fn=lambda:
                             pathlib.Path(tmp_path, f".a.pw.pagewatch-{os.getpid()}").touch())
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert moments_in(tmp_path / "a.pw") == 1 and len(os.listdir(tmp_path)) == 2


def test_another_recording_takes_the_name(tmp_path, opened):
    target = python(NUMPY)
    opened.append(target)
    target.ready()
    path = tmp_path / "a.pw"
    watch = harness.Watch(target.pid, "--record", path)
    opened.append(watch)
    shown(watch)
    assert harness.pagewatch("record", "-o", path, "--", "/bin/true").returncode == 0
    watch.process.send_signal(signal.SIGUSR1)
    assert watch.wait() == 4
    said = watch.process.stderr.read().decode()
    assert said.endswith(f"{path}: another file has its name now, and its moments are gone\n")
    assert moments_in(path) == 1
