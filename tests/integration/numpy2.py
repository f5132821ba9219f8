# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Venvs with what a file pins; `python3 numpy2.py` makes that of the new numpy."""
import subprocess
import sys

import harness
import lanes

REQUIREMENTS = harness.ROOT / "tests/requirements-numpy2.txt"
AS_BUILD_USER = harness.ROOT / "tests/tools/as-build-user"
VENV = harness.OUT / "venv-numpy2"
PYTHON = str(VENV / "bin/python")


def make_venv(venv=VENV, requirements=REQUIREMENTS):
    """A venv, made by the build user; why not, in words, or None."""
    with lanes.machine_lock(venv.name).held():
        return make_locked(venv, requirements)


def make_locked(venv, requirements):
    done = venv / "made-for"
    if done.exists() and done.read_text() == requirements.read_text():
        return None
    for argv in ([harness.PYTHON, "-m", "venv", "--clear", venv],
                 [venv / "bin/python", "-m", "pip", "install", "-q", "--no-cache-dir",
                  "--disable-pip-version-check", "-r", requirements],
                 ["cp", requirements, done]):
        ran = subprocess.run([AS_BUILD_USER, *argv], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             check=False, timeout=600)
        if ran.returncode:
            return f"{' '.join(map(str, argv[:4]))}: {ran.stdout.strip().splitlines()[-1]}"
    return None


if __name__ == "__main__":
    sys.exit(make_venv())
