# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The kernel's table over a long time: places are used again, and no touch is lost on the way."""
import resource

import pytest

import harness

pytestmark = pytest.mark.root


@pytest.fixture(name="program")
def fixture_program(tmp_path):
    return lambda name, *options: harness.fault_program(tmp_path, name, "-pthread", *options)


def report(directory, options, command):
    snapshot, done = harness.run_json(directory, options, command)
    assert done.returncode == 0, done.stderr
    assert snapshot["complete"] and not any(snapshot["losses"].values()), snapshot["losses"]
    process, = snapshot["processes"]
    return process


def touched_and_ended(process):
    """Of a static program: ld.so unmaps its cache, in which it has touched a page or, where a border
    of the kernel's fault-around happens to lie in it, two."""
    return sum(life["touch"]["pages_touched"] for life in process["retired"])


def check_new_addresses(directory, options, program, count):
    options = [*options, "--array", "kept=0x600000000000+262144"]
    process = report(directory, options, [program, str(count)])
    assert harness.array_of(process, "kept")["touch"]["pages_touched"] == 37
    assert touched_and_ended(process) == count
    assert process["faults"] >= count + 37


def test_ever_new_addresses(program, backend, tmp_path):
    """A table of 64 places serves 20,000 chunks, one at a time."""
    check_new_addresses(tmp_path, ["--backend", backend, "--chunk-slots", "64"],
                        program("new_addresses", "-static"), 20000)


@pytest.mark.long
def test_ever_new_addresses_at_the_default_size(program, tmp_path):
    check_new_addresses(tmp_path, ["--ring-bytes", "64M"], program("new_addresses", "-static"),
                        1200000)


def test_chunks_end_under_other_threads(program, backend, tmp_path):
    """Each page's life has one write, whichever thread ends or begins the chunk around it."""
    options = ["--backend", backend, "--ring-bytes", "64M", "--array",
               "shared=0x200000000000+6291456"]
    process = report(tmp_path, options, [program("shared_chunks", "-static"), "20000"])
    assert harness.array_of(process, "shared")["touch"]["pages_touched"] == 4 * 3
    assert touched_and_ended(process) == 4 * (20001 - 3)
    assert process["faults"] >= 4 * 20001


def watch_unclosed(program, backend, opened, chunks, rounds):
    """pagewatch stands still while all of it happens: nothing is closed for it in time."""
    target = harness.Target([program("unclosed"), str(chunks), str(rounds)])
    snapshot = harness.watch_standing_still(
        opened, target, "--backend", backend, "--ring-bytes", "64M", "--array",
        f"all=0x200000000000+{chunks << 21}")
    assert target.end() == 0
    return snapshot, harness.process_of(snapshot, target.pid)


@pytest.mark.parametrize("rounds", [1, 5])
def test_touches_right_after_a_call_that_ends_many_lives(program, backend, opened, rounds):
    snapshot, process = watch_unclosed(program, backend, opened, 4500, rounds)
    assert snapshot["complete"] and not any(snapshot["losses"].values()), snapshot["losses"]
    row = harness.array_of(process, "all")
    assert row["resident_pages"] == row["touch"]["pages_touched"] == 4500
    lives = [life for life in process["retired"] if life["how"] == "dontneed"]
    assert [life["touch"]["pages_touched"] for life in lives] == [4500] * rounds
    assert process["faults"] >= (rounds + 1) * 4500
    # Nothing of an old life stays, not even when it began.
    assert row["touch"]["first_ns"] >= lives[-1]["retired_ns"]


def test_too_many_calls_that_end_many_lives(program, opened):
    """The kernel side remembers 64 of them: what comes after is a loss, and not one of the table."""
    snapshot, _ = watch_unclosed(program, "auto", opened, 4001, 66)
    losses = snapshot["losses"]
    assert losses["stray_touches"] == 2 and losses["chunks"] == 0, losses
    assert snapshot["complete"] is False


@pytest.mark.timed
def test_the_end_costs_no_more_than_its_chunks(program, tmp_path):
    """Of more chunks than the table has places for. CPU time: 269,000 system calls took 7 s of it."""
    snapshot, done = harness.run_json(
        tmp_path, ["--array", f"all=0x200000000000+{128000 << 21}"],
        [program("unclosed"), "128000", "0"])
    assert done.returncode == 0, done.stderr
    assert snapshot["complete"], snapshot["losses"]
    row = harness.array_of(snapshot["processes"][0], "all")
    assert row["touch"]["pages_touched"] == 128000
    assert snapshot["self"]["cpu_ns"] < 3_000_000_000


def test_many_processes_at_a_time(program, tmp_path):
    """Also from a shell's usual soft limit of descriptors."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    snapshot, done = harness.run_json(
        tmp_path, ["--children"], [program("many_children"), "50", "600"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (1024, most)))
    assert done.returncode == 0, done.stderr
    assert snapshot["complete"], snapshot["losses"]
    assert len(snapshot["processes"]) + snapshot["processes_rest"]["processes"] == 1 + 50 + 600


def test_more_processes_than_were_asked_for(program, tmp_path):
    """Those that have ended are not counted: the command and three of the ten that live are watched."""
    snapshot, done = harness.run_json(tmp_path, ["--children", "--processes", "4"],
                                      [program("many_children"), "3", "10"])
    assert done.returncode == 0, done.stderr
    assert snapshot["losses"]["processes"] == 7 and snapshot["complete"] is False
    assert snapshot["losses"]["chunks"] == 0
    assert len(snapshot["processes"]) == 1 + 3 + 3
