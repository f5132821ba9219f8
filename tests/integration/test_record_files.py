# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The files of recordings: their names, and what was there before."""
import os
import platform
import subprocess

import harness
import pytest
# preloaded is the fixture shim.
from test_no_memory import fail_at, judge, preloaded  # pylint: disable=unused-import
from test_record import SPARSE, moments_in, python, report, rows

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


@pytest.mark.parametrize("variable", ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "SLURM_PROCID", None])
def test_ranks(variable, tmp_path):
    environment = {**os.environ, **({variable: "3"} if variable else {"PMI_RANK": "../x"})}
    assert harness.pagewatch("record", "-o", tmp_path / "%r", "--", "/bin/true",
                             env=environment).returncode == 0
    assert os.listdir(tmp_path) == ["3" if variable else "0"]


@pytest.mark.parametrize("typed,said", [
    ("-", "a recording needs the name of a file"), ("x%", "after % stands p, h, r or %"),
    ("a/%x", "after % stands p, h, r or %"), ("%p/x", "%p can only be in the last part"),
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


def test_an_allocation_of_a_report_fails(shim, tmp_path):
    path = tmp_path / "a.pw"
    assert harness.pagewatch("record", "-o", path, "--", "/bin/true").returncode == 0
    whole = report(path, "--json")
    for number in range(1, 2000, 31):
        done, _ = fail_at(number, ["report", path, "--json"], 0, shim)
        judge(done, ["report"], {0, 4}, True)
        assert done.returncode or done.stdout == whole, done
