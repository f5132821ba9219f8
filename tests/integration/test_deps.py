# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""make deps where a package is missing: what is lost is named, and only what the build needs is an error."""
import subprocess

import harness
import pytest

pytestmark = pytest.mark.root

TOOL = harness.ROOT / "tests/tools/install-deps"
# Nothing is installed, and apt has all but what a test takes away.
FAKES = {
    "dpkg-query": "exit 1",
    "apt-cache": 'shift; for name; do case " $GONE " in *" $name "*) ;; *) '
                 'printf "%s:\\n  Candidate: 1\\n" "$name" ;; esac; done',
    "apt-get": 'echo "$@" >>"$SAID"; [ "${@: -1}" = update ] || '
               'printf "dlstatus:1:50:x\\npmstatus:gcc:99.5:x\\n" >&3',
}


def install(tmp_path, *arguments, gone=""):
    for name, text in FAKES.items():
        (tmp_path / name).write_text(f"#!/bin/bash\n{text}\n")
        (tmp_path / name).chmod(0o755)
    said = tmp_path / "said"
    done = subprocess.run([TOOL, *arguments], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL,
                          env={"PATH": f"{tmp_path}:/usr/sbin:/usr/bin:/sbin:/bin", "GONE": gone,
                               "SAID": str(said)})
    return done, said.read_text().split("\n")


def test_what_is_lost(tmp_path):
    done, said = install(tmp_path, gone="libmimalloc2.0 libmimalloc3 fish libtcmalloc-minimal4")
    assert done.returncode == 0
    assert [line for line in done.stderr.splitlines() if "lost" in line] == [
        "pagewatch: this Debian has no package libmimalloc2.0|libmimalloc3; lost: --heap with mimalloc",
        "pagewatch: this Debian has no package fish; lost: tests of completion in fish"]
    words = said[1].split()
    assert "libtcmalloc-minimal4t64" in words and "zsh" in words and "fish" not in words


def test_what_the_build_needs(tmp_path):
    done, said = install(tmp_path, gone="clang")
    assert done.returncode == 1 and said[1:] == [""]
    assert done.stderr == "pagewatch: this Debian has no package clang, and the build needs it\n"


def test_the_demo_needs_no_more(tmp_path):
    """Nothing of the tests; and how far it is is told."""
    done, said = install(tmp_path, "demo")
    assert done.returncode == 0
    assert not {"tmux", "pypy3", "nodejs", "scdoc"} & set(said[1].split())
    assert "python3-numpy" in said[1].split()
    assert done.stderr == ("pagewatch: downloading packages, 50 %\n"
                           "pagewatch: installing packages, 99 %\n")
