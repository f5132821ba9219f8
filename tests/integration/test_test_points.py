# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""PAGEWATCH_TEST_POINTS holds pagewatch only for those who could hold it anyway."""
import os
import pwd
import shutil
import subprocess

import harness
import pytest

root = pytest.mark.root


def snap(program, out, waits, **popen):
    """`snap` of the process that starts it, with test points on two descriptors."""
    return subprocess.run([program, "snap", "-p", str(os.getpid()), "-o", "/dev/null"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          pass_fds=(out, waits), timeout=harness.DEADLINE, text=True, check=False,
                          env=dict(os.environ, PAGEWATCH_TEST_POINTS=f"{out},{waits}"), **popen)


def heard(pipe):
    """What came out of a pipe that nobody writes to any more."""
    os.close(pipe[1])
    with os.fdopen(pipe[0], "rb") as file:
        return file.read()


def let_go(pipe):
    """The first hold finds the end of the file, and there is no second."""
    os.close(pipe[1])
    return pipe[0]


def test_own_pipes_hear_a_phase():
    out, waits = os.pipe(), os.pipe()
    done = snap(harness.PROGRAM, out[1], let_go(waits))
    assert done.returncode == 0, done.stderr
    assert heard(out) == b"opened\n"


@root
def test_pipes_of_another_user_hold_nothing():
    """As they would come through sudo from a user who keeps his environment."""
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    out, waits = os.pipe(), os.pipe()
    os.seteuid(0)
    done = snap(harness.PROGRAM, out[1], let_go(waits))
    assert done.returncode == 0, done.stderr
    assert heard(out) == b""


def test_only_pipes(tmp_path):
    waits = os.pipe()
    with open(tmp_path / "victim", "wb") as file:
        done = snap(harness.PROGRAM, file.fileno(), let_go(waits))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "victim").read_bytes() == b""


@root
@pytest.mark.parametrize("privilege", ["setuid", "capability"])
def test_a_program_with_more_rights_than_its_user(privilege, unprivileged):
    program = unprivileged.directory / f"pagewatch-{privilege}"
    shutil.copy(harness.PROGRAM, program)
    os.chmod(program, 0o4755 if privilege == "setuid" else 0o755)
    if privilege == "capability":
        subprocess.run(["/sbin/setcap", "cap_sys_ptrace,cap_dac_read_search+ep", program], check=True)
    os.seteuid(pwd.getpwnam(unprivileged.user).pw_uid)
    out, waits = os.pipe(), os.pipe()
    os.seteuid(0)
    done = snap(program, out[1], let_go(waits), **unprivileged.popen_options())
    assert heard(out) == b""
    if privilege == "setuid":
        assert done.returncode == 3
        assert done.stderr == ("pagewatch: refuses to be setuid or setgid: give it capabilities "
                               "(make install FILE_CAPS=1)\n")
    else:
        # Root's process is in reach: the program does have more rights.
        assert done.returncode == 0, done.stderr
