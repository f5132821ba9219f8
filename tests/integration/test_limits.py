# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Limits of the kernel side, lowered until a small program reaches them."""
import os
import subprocess

import harness
import pytest
from test_features import check_exact, check_states, play

pytestmark = pytest.mark.root

PAGE = os.sysconf("SC_PAGESIZE")
BASE, OTHER, THIRD, PAGES, HALF = 0x200000000000, 0x210000000000, 0x220000000000, 64, 32
CHUNK, GIB = 2 << 20, 1 << 30
CHUNKS = 40


@pytest.fixture
def lowered(monkeypatch):
    def lower(**limits):
        monkeypatch.setenv("PAGEWATCH_TEST_LIMITS",
                           ",".join(f"{name}={value}" for name, value in limits.items()))
    return lower


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    directory = tmp_path_factory.mktemp("limits")
    return lambda name: harness.fault_program(directory, name, f"-DPAGE={PAGE}ul")


def lost(report):
    return {kind: count for kind, count in report["losses"].items() if count}


@pytest.mark.parametrize("name", ["dontneed", "reuse", "mremap_move", "refused"])
def test_chunks_that_user_space_takes_one_by_one(tmp_path, lowered, name):
    """One call closes one chunk; all others are left to user space, which takes one at a time."""
    lowered(chunks_a_call=1, taken=1)
    report, told = play(tmp_path, name)
    check_exact(report, told, name)


def dropped(opened, program, rounds):
    """The report on CHUNKS chunks that one call drops, rounds times, while pagewatch stands still."""
    target = harness.Target([program("unclosed"), str(CHUNKS), str(rounds)])
    snapshot = harness.watch_standing_still(opened, target, "--array",
                                            f"all={BASE:#x}+{CHUNKS * CHUNK}")
    assert target.end() == 0
    return snapshot, harness.process_of(snapshot, target.pid)


def closed_by(snapshot, process):
    """How many chunks the kernel side closed itself: the lives of the others were put aside."""
    assert len(process["retired"]) > 0 and snapshot["tier"] == "faults"
    return sum(life["touch"]["pages_touched"] for life in process["retired"]
               if life["how"] == "dontneed")


def test_touches_of_what_is_left_to_user_space(opened, program, lowered):
    lowered(chunks_a_call=1)
    snapshot, process = dropped(opened, program, 1)
    assert snapshot["complete"] and not lost(snapshot)
    assert closed_by(snapshot, process) == CHUNKS
    assert harness.array_of(process, "all")["touch"]["pages_touched"] == CHUNKS


def test_no_room_for_bits_that_are_put_aside(opened, program, lowered):
    """The first chunk was closed by the call; of the others, eight find room."""
    lowered(chunks_a_call=1, late=8)
    snapshot, process = dropped(opened, program, 1)
    assert lost(snapshot) == {"stray_touches": CHUNKS - 1 - 8}
    assert closed_by(snapshot, process) == 1 + 8
    assert harness.array_of(process, "all")["touch"]["pages_touched"] == CHUNKS


def test_too_many_ranges_that_wait(opened, program, lowered):
    lowered(chunks_a_call=1, unclosed_ranges=2)
    snapshot, _ = dropped(opened, program, 5)
    assert lost(snapshot) == {"stray_touches": 5 - 2}


def test_too_many_ranges_of_one_call(tmp_path, lowered):
    lowered(iovecs=1)
    report, told = play(tmp_path, "process_madvise")
    assert lost(report) == {"events": 1}
    check_states(report, told)


@pytest.mark.parametrize("limit", ["hole_mappings", "hole_ranges"])
def test_too_many_mappings_of_a_file(tmp_path, program, lowered, limit):
    """One of three is found. The pages that the hole has in the others are counted."""
    lowered(**{limit: 1})
    options = [word for name, start in (("a", BASE), ("b", OTHER), ("c", THIRD))
               for word in ("--array", f"{name}={start:#x}+{PAGES * PAGE}")]
    report, done = harness.run_json(tmp_path, options, [program("file_calls"), "thrice punch"])
    assert done.returncode == 0, done.stderr
    assert lost(report) == {"unsure_pages": 2 * HALF}
    rows = [harness.array_of(report["processes"][0], name) for name in "abc"]
    assert sorted(row["ledger"]["touched"] for row in rows) == [HALF, PAGES, PAGES]
    assert {row["resident_pages"] for row in rows} == {PAGES}


def test_too_many_mappings_before_a_refusal(tmp_path, lowered):
    """munmap has cut a hole into the range: its second mapping is one step too many."""
    lowered(refusal_steps=1)
    report, told = play(tmp_path, "refused")
    assert set(lost(report)) == {"unsure_pages"}
    check_states(report, told)


def test_too_many_moved_pages(tmp_path, program, lowered):
    options = ["--array", f"old={BASE:#x}+{32 * PAGE}", "--array", f"new={OTHER:#x}+{32 * PAGE}"]
    report, done = harness.run_json(tmp_path, options, [program("partial_calls")])
    if not int(done.stdout.split()[0]):
        pytest.skip("this kernel moves no part of several mappings")
    assert report["complete"]
    lowered(moved_steps=1)
    report, done = harness.run_json(tmp_path, options, [program("partial_calls")])
    assert set(lost(report)) == {"unsure_pages"}


def test_too_many_threads_in_an_allocator(opened, tmp_path, lowered):
    """The block of the second one is counted, and not known."""
    source, library = harness.ROOT / "tests/faults/slow_allocator.c", tmp_path / "libslow.so"
    subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-fno-builtin", "-DLIBRARY", "-o", library,
                    source], check=True)
    target = harness.Target([harness.fault_program(tmp_path, "slow_allocator"), library])
    opened.append(target)
    target.ready()
    lowered(heap_calls=1)
    watch = harness.Watch(target.pid, "--heap=1M")
    opened.append(watch)
    target.done()
    snapshot = watch.snapshot()
    assert lost(snapshot) == {"heap_blocks": 1}
    rows = harness.process_of(snapshot, target.pid)["arrays"]
    assert [row["name"] for row in rows if row["source"] == "heap"] == ["malloc(5000001)#1"]
    assert target.end() == 0


def test_too_many_sets(tmp_path, program, lowered):
    """A page in each chunk of 40 GiB, where there is room for fewer GiB."""
    lowered(sets=16)
    chunks = 40 * GIB // CHUNK
    report, done = harness.run_json(tmp_path, ["--array", f"all={BASE:#x}+{40 * GIB}"],
                                    [program("unclosed"), str(chunks), "0"])
    assert done.returncode == 0, done.stderr
    touch = harness.array_of(report["processes"][0], "all")["touch"]
    assert set(lost(report)) == {"sets"}
    # No option makes more room: none is named.
    reason, = report["incomplete_reasons"]
    assert reason.endswith("found no room in the table of GiB with touched pages")
    assert 0 < touch["pages_touched"] < 16 * (GIB // CHUNK)
    # Of each GiB all or none.
    assert touch["pages_touched"] % (GIB // CHUNK) == 0
    assert chunks - touch["pages_touched"] <= report["losses"]["sets"]
