# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The kernel's table over a long time: places are used again, and no touch is lost on the way."""
import subprocess

import pytest

import harness

pytestmark = pytest.mark.root


@pytest.fixture(name="program")
def fixture_program(tmp_path):
    def build(name):
        path = tmp_path / name
        subprocess.run(["gcc", "-O1", "-Wall", "-Werror", "-pthread", "-o", path,
                        harness.ROOT / f"tests/faults/{name}.c"], check=True)
        return path
    return build


def report(directory, options, command):
    snapshot, done = harness.run_json(directory, options, command)
    assert done.returncode == 0, done.stderr
    assert snapshot["complete"] and not any(snapshot["losses"].values()), snapshot["losses"]
    process, = snapshot["processes"]
    return process


def touched_and_ended(process):
    return sum(life["touch"]["pages_touched"] for life in process["retired"])


def check_new_addresses(directory, options, program, count):
    options = [*options, "--array", "kept=0x600000000000+262144"]
    loader = touched_and_ended(report(directory, options, [program, "0"]))
    process = report(directory, options, [program, str(count)])
    assert harness.array_of(process, "kept")["touch"]["pages_touched"] == 37
    assert touched_and_ended(process) - loader == count
    assert process["faults"] >= count + 37


def test_ever_new_addresses(program, backend, tmp_path):
    """A table of 64 places serves 20,000 chunks, one at a time."""
    check_new_addresses(tmp_path, ["--backend", backend, "--chunk-slots", "64"],
                        program("new_addresses"), 20000)


@pytest.mark.long
def test_ever_new_addresses_at_the_default_size(program, tmp_path):
    check_new_addresses(tmp_path, ["--ring-bytes", "64M"], program("new_addresses"), 1200000)


def test_chunks_end_under_other_threads(program, backend, tmp_path):
    """Each page's life has one write, whichever thread ends or begins the chunk around it."""
    options = ["--backend", backend, "--ring-bytes", "64M", "--array",
               "shared=0x200000000000+6291456"]
    loader = touched_and_ended(report(tmp_path, options, [program("shared_chunks"), "2"]))
    process = report(tmp_path, options, [program("shared_chunks"), "20000"])
    assert harness.array_of(process, "shared")["touch"]["pages_touched"] == 4 * 3
    assert touched_and_ended(process) - loader == 4 * (20001 - 3)
    assert process["faults"] >= 4 * 20001
