# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Calls that did a part of what they were asked for, and then failed."""
import os

import pytest

import harness

pytestmark = pytest.mark.root

PAGE = os.sysconf("SC_PAGESIZE")
OLD, NEW, PAGES, WRITTEN_FROM, HOLE = 0x200000000000, 0x210000000000, 32, 20, 2


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return harness.fault_program(tmp_path_factory.mktemp("partial"), "partial_calls",
                                 f"-DPAGE={PAGE}ul")


def run(tmp_path, options, command):
    """The report, how many pages the program has moved, and whether others stayed behind them."""
    snapshot, done = harness.run_json(
        tmp_path, [*options, "--array", f"old={OLD:#x}+{PAGES * PAGE}",
                   "--array", f"new={NEW:#x}+{PAGES * PAGE}"], command)
    assert done.returncode == 0, done.stderr
    moved, stayed = map(int, done.stdout.split())
    return snapshot, moved, stayed


def causes(snapshot, name):
    return harness.causes_of(snapshot["processes"][0], name)


@pytest.mark.parametrize("backend,reader", [("tp_btf", "auto"), ("perf", "auto"), ("tp_btf", "read")])
def test_the_moved_part_is_moved(tmp_path, program, backend, reader):
    """Its old place was shown as touched, its new one as there without a fault."""
    snapshot, moved, stayed = run(tmp_path, ["--backend", backend, "--page-reader", reader], [program])
    assert snapshot["complete"], snapshot["incomplete_reasons"]
    assert causes(snapshot, "old") == (PAGES - moved, moved, 0)
    there = moved + stayed * (PAGES - max(moved, WRITTEN_FROM))
    assert causes(snapshot, "new") == (there, 0, 0)


def test_what_lies_under_a_hole_stays(tmp_path, program):
    """Between mappings that are moved there is nothing: what is there at the new place lives on."""
    snapshot, moved, stayed = run(tmp_path, [], [program, "hole"])
    assert snapshot["complete"], snapshot["incomplete_reasons"]
    assert causes(snapshot, "old") == ((0, PAGES, 0) if moved else (PAGES - HOLE, 0, 0))
    assert causes(snapshot, "new") == (
        PAGES if moved else stayed * (PAGES - WRITTEN_FROM), 0, 0)


def test_mmap_calls_in_part(tmp_path, program):
    snapshot, moved, stayed = run(tmp_path, ["--mappings", "--min-size", str(PAGE)], [program])
    rows = {(int(row["start"], 16), int(row["end"], 16))
            for row in snapshot["processes"][0]["arrays"] if row["source"] == "mapping"}
    expected = {(OLD + moved * PAGE, OLD + PAGES * PAGE)}
    if moved:
        expected |= {(OLD, OLD + moved * PAGE), (NEW, NEW + moved * PAGE)}
    # Older kernels clear the new place before they fail: nothing tells so, and its row stays.
    if stayed or not moved:
        expected |= {(NEW + moved * PAGE, NEW + PAGES * PAGE)}
    assert {row for row in rows if OLD <= row[0] < NEW + PAGES * PAGE} == expected


def test_where_it_cannot_be_told_the_report_is_not_complete(tmp_path, program):
    """With MREMAP_DONTUNMAP the old mappings stay, and do not tell what was moved."""
    snapshot, moved, _ = run(tmp_path, [], [program, "dontunmap"])
    assert not moved or not snapshot["complete"]
    assert snapshot["losses"]["unsure_pages"] >= moved
