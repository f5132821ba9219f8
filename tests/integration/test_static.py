# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""make static: one file that needs no library of the machine, and what it lacks."""
import json
import shutil
import subprocess

import harness
import pytest

STATIC = harness.OUT / "static/pagewatch"
# The row lies on 9 pages; the allocator's header is on one more.
PROGRAM = "import numpy as np; x = np.zeros((4000, 4000)); x[7] = 1; y = np.ones((1000, 1000))"
MIB = 1 << 20


@pytest.fixture(scope="module")
def static():
    assert STATIC.exists(), f"{STATIC} is missing: make static"
    return STATIC


def features(program):
    done = subprocess.run([program, "probe", "--json"], stdout=subprocess.PIPE, check=True)
    return {row["name"]: row for row in json.loads(done.stdout)["features"]}


def test_it_is_one_file(static):
    headers = subprocess.run(["readelf", "-lW", static], stdout=subprocess.PIPE, text=True,
                             check=True).stdout
    assert "LOAD" in headers and "INTERP" not in headers and "DYNAMIC" not in headers
    assert static.stat().st_size < 10 * MIB


@pytest.mark.root
def test_it_draws_where_nothing_else_is(static, tmp_path):
    """In an empty folder as root: every renderer writes what the other program writes."""
    root = tmp_path / "root"
    root.mkdir()
    shutil.copy(static, root / "pagewatch")
    recorded = root / "run.pw"
    done = harness.pagewatch("record", "-q", "-o", recorded, "--", harness.PYTHON, "-c", PROGRAM)
    assert done.returncode == 0, done.stderr
    names = ("html", "perfetto", "firefox", "png", "svg", "pdf")
    # Fonts, the cache of them and locales are files of the machine.
    for folder in ("etc/fonts", "usr/share/fonts", "usr/share/fontconfig", "usr/lib/locale/C.utf8"):
        shutil.copytree(f"/{folder}", root / folder, symlinks=True)
    (root / "var/cache/fontconfig").mkdir(parents=True)
    outputs = [word for name in names for word in (f"--{name}", f"/out.{name}")]
    done = subprocess.run(["/usr/sbin/chroot", root, "/pagewatch", "report", "/run.pw", *outputs],
                          env={"LC_ALL": "C.UTF-8"}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "__main__.y" in done.stdout and "█" in done.stdout
    dynamic = [word for name in names for word in (f"--{name}", tmp_path / f"out.{name}")]
    assert harness.pagewatch("report", recorded, *dynamic).stdout == done.stdout
    for name in names:
        assert (root / f"out.{name}").read_bytes() == (tmp_path / f"out.{name}").read_bytes(), name


@pytest.mark.root
def test_it_counts_as_the_other_does(static, tmp_path):
    """Faults, names and users: `nobody` is in /etc/passwd."""
    report = tmp_path / "report.json"
    tmp_path.chmod(0o755)
    done = subprocess.run([static, "run", "-q", "-u", "nobody", "--json", "-o", report, "--",
                           harness.PYTHON, "-c", PROGRAM], stderr=subprocess.PIPE, text=True,
                          check=False)
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(report.read_text())
    array, = [row for row in told["processes"][0]["arrays"] if row["name"] == "__main__.x"]
    assert told["tier"] == "faults" and array["states"]["anon"] == array["ledger"]["touched"] == 10


def test_probe_says_what_it_lacks(static):
    """And the other program says when cairo is missing."""
    mine, others = features(static), features(harness.PROGRAM)
    assert mine["cairo"]["works"] and not mine["all users"]["works"]
    assert others["cairo"]["works"] and others["all users"]["works"]
    assert "/etc/passwd" in mine["all users"]["needed_for"]
