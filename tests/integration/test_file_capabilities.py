# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The installed program with file capabilities, for users who are not root."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import capable
import harness
import pytest
import test_capabilities
import test_library

pytestmark = pytest.mark.root

# Group of user 65534; the user of another one may not run the program.
GROUP = "nogroup"
OTHER = 65533
STATIC = """
#include <stdio.h>
static double lazy[1 << 20];
int main(void) { lazy[4096] = 1; puts("READY"); fflush(stdout); return getchar() == lazy[1]; }
"""


def bits(status, field):
    return int(re.search(rf"^{field}:\s+(\w+)$", status, re.MULTILINE)[1], 16)


@pytest.fixture(name="installed", scope="module")
def installed_program(tmp_path_factory):
    """What `make install FILE_CAPS=1` makes."""
    folder = tmp_path_factory.mktemp("installed")
    test_library.make("install", "FILE_CAPS=1", f"FILE_CAPS_GROUP={GROUP}", f"DESTDIR={folder}")
    for above in (folder, *folder.parents):
        if above.stat().st_uid == os.geteuid() and str(above) not in ("/", "/tmp"):
            above.chmod(0o755)
    return folder / "usr/local/bin/pagewatch"


@pytest.fixture(name="user", scope="module")
def user_of_it(installed, tmp_path_factory):
    one = capable.Capable(tmp_path_factory.mktemp("user"))
    one.program = installed
    return one


def test_who_may_run_it(installed):
    status = installed.stat()
    assert status.st_mode & 0o7777 == 0o750 and status.st_uid == 0
    assert installed.group() == GROUP
    told = subprocess.run(["/usr/sbin/getcap", installed], capture_output=True, text=True, check=True)
    assert set(told.stdout.split()[1].removesuffix("=ep").split(",")) == {
        f"cap_{name}" for name in capable.DOCUMENTED}
    with pytest.raises(PermissionError):
        subprocess.run([installed, "--version"], check=False, user=OTHER, group=OTHER,
                       extra_groups=[], cwd="/")


def test_no_such_group(tmp_path):
    with pytest.raises(AssertionError, match="no group no-such-group: groupadd --system"):
        test_library.make("install", "FILE_CAPS=1", "FILE_CAPS_GROUP=no-such-group",
                          f"DESTDIR={tmp_path}")
    assert not (tmp_path / "usr/local/bin/pagewatch").exists()


def test_command(user):
    """Counted as by root; the command has nothing of what pagewatch has."""
    asked = ("run", "--array", test_capabilities.WRITE, "--", user.workload, "write")
    root, _ = user.report(None, *asked)
    ours, said = user.report((), *asked)
    assert said == ""
    assert test_capabilities.command_facts(ours) == test_capabilities.command_facts(root)
    done = user.run((), "run", "-o", "/dev/null", "--", "cat", "/proc/self/status")
    assert done.returncode == 0, done.stderr
    assert [bits(done.stdout, f"Cap{name}") for name in ("Inh", "Prm", "Eff", "Amb")] == [0] * 4
    assert bits(done.stdout, "NoNewPrivs") == 0
    # A container may have a filter of its own.
    assert bits(done.stdout, "Seccomp") == bits(pathlib.Path("/proc/self/status").read_text(), "Seccomp")


def test_heap_of_a_command(user):
    report, said = user.report((), "run", "--heap", "--", harness.PYTHON, "-c",
                               "x = bytearray(9 << 20)")
    process, = report["processes"]
    assert any(row["name"].startswith("malloc(9437") for row in process["arrays"]) and said == ""
    assert report["self"]["bpf_bytes"] > 1 << 20


def test_ambient_capabilities_are_not_for_the_command(tmp_path_factory):
    """Those that pagewatch needs; others go on to it."""
    user = capable.Capable(tmp_path_factory.mktemp("ambient"))
    done = user.run((*capable.DOCUMENTED, "net_raw"), "run", "-o", "/dev/null", "--", "cat",
                    "/proc/self/status")
    assert done.returncode == 0, done.stderr
    assert [bits(done.stdout, f"Cap{name}") for name in ("Prm", "Eff", "Amb")] == [1 << 13] * 3


def test_while_it_watches(user, opened):
    """CAP_DAC_READ_SEARCH rests, and no exec could give more."""
    target = harness.Target([user.workload, "--wait", "write"])
    opened.append(target)
    target.ready().done()
    process = subprocess.Popen(user.argv((), "watch", "-p", target.pid, "--json", "--interval",
                                         "10ms"), stdout=subprocess.PIPE, cwd="/")
    lines = harness.Lines(process.stdout)
    for _ in range(2):
        snapshot = json.loads(lines.next())
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    process.terminate()
    process.wait(harness.DEADLINE)
    process.stdout.close()
    assert snapshot["tier"] == "faults" and snapshot["complete"]
    assert bits(status, "NoNewPrivs") == 1 and bits(status, "Seccomp") == 2
    assert bits(status, "CapPrm") == 1 << 2 | 1 << 19 | 1 << 38 | 1 << 39
    assert bits(status, "CapEff") == 1 << 19 | 1 << 38 | 1 << 39


def test_process_of_root(user, opened, tmp_path):
    """Also where its program lies in a folder that is closed to the user."""
    (tmp_path / "program.c").write_text(STATIC)
    program = tmp_path / "program"
    subprocess.run(["gcc", "-g", "-o", program, tmp_path / "program.c"], check=True)
    tmp_path.chmod(0o700)
    target = harness.Target([program])
    opened.append(target)
    target.until("READY")
    for command in (["snap"], ["watch", "-n", "1", "--interval", "10ms"]):
        asked = (command[0], "-p", target.pid, *command[1:])
        root, _ = user.report(None, *asked)
        ours, said = user.report((), *asked)
        assert said == "" and test_capabilities.facts(ours) == test_capabilities.facts(root)
        assert harness.array_of(ours["processes"][0], "lazy")["pages"] >= 2048


@pytest.fixture(name="secret")
def secret_folder(tmp_path):
    """What root alone may read: a recording, and expectations."""
    tmp_path.chmod(0o755)
    secret = tmp_path / "secret"
    secret.mkdir(0o700)
    done = harness.pagewatch("record", "-o", secret / "recording", "--", "true")
    assert done.returncode == 0, done.stderr
    (secret / "claims").write_text("a word that nobody may see: here\n")
    os.chmod(secret / "claims", 0o600)
    return secret


def test_files_that_the_user_names(user, secret):
    """They are opened as the user could open them."""
    for words in (["report", secret / "recording"], ["report", "--moments", secret / "recording"],
                  ["diff", secret / "recording"], ["check", "-f", secret / "claims", "--", "true"],
                  ["run", "-o", secret / "new", "--", "true"],
                  ["run", "--html", secret / "new", "--", "true"],
                  ["record", "-o", secret / "new", "--", "true"]):
        done = user.run((), *words)
        assert done.returncode and "Permission denied" in done.stderr, (words, done.stderr)
        assert "nobody may see" not in done.stderr
    assert sorted(path.name for path in secret.iterdir()) == ["claims", "recording"]


def test_a_command_that_only_root_finds(user, secret):
    """PATH is searched with the user's rights."""
    shutil.copy("/bin/true", secret / "hidden-program")
    done = user.run((), "run", "-o", "/dev/null", "--", "hidden-program",
                    env=dict(os.environ, PATH=f"{secret}:/bin"))
    assert done.returncode in (126, 127)
