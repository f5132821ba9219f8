# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What `make check-kernels` makes of a mirror, a cache and a kernel that are not as they should be."""
import os
import subprocess
import sys

import harness
import pytest

sys.path.insert(0, str(harness.ROOT / "tests/vm"))
import archive  # noqa: E402
import cache  # noqa: E402
import expected  # noqa: E402

# A port that nobody listens to.
NO_MIRROR = "http://127.0.0.1:9/debian"


def test_a_mirror_that_does_not_answer_is_one_line(tmp_path):
    environment = dict(os.environ, XDG_CACHE_HOME=str(tmp_path), DEBIAN_MIRROR=NO_MIRROR,
                       DEBIAN_SECURITY_MIRROR=NO_MIRROR)
    done = subprocess.run([harness.PYTHON, "-B", harness.ROOT / "tests/tools/check-kernels"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, env=environment, timeout=harness.DEADLINE, check=False)
    assert done.returncode == 1, done.stderr
    line, = done.stderr.splitlines()
    assert line.startswith("check-kernels: no packages of ") and NO_MIRROR in line


def test_a_run_that_does_not_exist():
    done = subprocess.run([harness.PYTHON, "-B", harness.ROOT / "tests/tools/check-kernels"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, env=dict(os.environ, KERNELS="6.1 2.4"), check=False,
                          timeout=harness.DEADLINE)
    assert done.returncode == 1
    assert done.stderr.startswith("check-kernels: no run 2.4; there are: 5.10 6.1 ")


def test_half_of_a_folder_is_not_used(tmp_path):
    stored = cache.Cache(tmp_path / "stored")

    def half(folder):
        (folder / "half").touch()
        raise archive.Missing("the mirror went away")

    def whole(folder):
        assert not list(folder.iterdir())
        (folder / "whole").touch()

    with pytest.raises(archive.Missing):
        stored.made("6.1", "key", half)
    folder = stored.made("6.1", "key", whole)
    assert [path.name for path in folder.iterdir()] == ["whole"]
    assert stored.made("6.1", "key", half) == folder


def test_older_versions_go_unless_a_run_uses_them(tmp_path):
    stored = cache.Cache(tmp_path / "stored")
    old, new, other = [stored.made(name, key, lambda folder: None)
                       for name, key in (("6.1", "old"), ("6.1", "new"), ("6.12", "old"))]
    with stored.held("use"):
        stored.forget_others([new])
    assert old.exists()
    stored.forget_others([new])
    assert not old.exists() and new.exists() and other.exists()


def test_a_cache_where_others_can_write(tmp_path):
    tmp_path.chmod(0o777)
    with pytest.raises(archive.Missing, match="others can write there"):
        cache.Cache(tmp_path)


def test_an_unexpected_yes_or_no():
    run = expected.load()[0]
    probe = {**dict(zip(expected.TIER, run.tier)),
             "capabilities": run.capabilities,
             "features": [{"group": "kernel side", "name": name, "works": works}
                          for name, works in run.features.items()]}
    probe["features"].append({"group": "program", "name": "cairo", "works": True})
    assert run.differences(probe) == []
    first, second = probe["features"][:2]
    first["works"] = not first["works"]
    second["name"] = "a new one"
    probe["tier"] = "no tier"
    assert len(run.differences(probe)) == 4


def test_each_row_names_tests_that_are_there():
    for run in expected.load():
        for test in run.tests:
            assert (harness.ROOT / "tests/integration" / test.split("::")[0]).exists()


def test_runs_of_a_kernel_leave_out_different_tests():
    """What CI does not run, on the kernel whose tests are split, is what the other run leaves out."""
    runs = {run.name: run for run in expected.load()}
    assert [name for name, run in runs.items() if not run.ci] == ["6.12-arm64-16k-read"]
    assert runs["6.12-arm64-16k"].selection() == ("-k", "not tp_btf and not perf-read-")
    assert runs["6.12-arm64-16k-read"].selection() == ("-k", "not tp_btf and not perf-scan-")
    assert runs["6.1"].selection() == ()
