# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Lives that end by calls that name no addresses: of files, and of rings for asynchronous I/O."""
import os
import subprocess

import pytest

import harness

pytestmark = pytest.mark.root

PAGE = os.sysconf("SC_PAGESIZE")
BASE, OTHER, PAGES, HALF, RING = 0x200000000000, 0x210000000000, 64, 32, 61


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return harness.fault_program(tmp_path_factory.mktemp("file"), "file_calls", f"-DPAGE={PAGE}ul")


def run(tmp_path, options, command):
    snapshot, done = harness.run_json(
        tmp_path, [*options, "--array", f"a={BASE:#x}+{PAGES * PAGE}",
                   "--array", f"b={OTHER:#x}+{PAGES * PAGE}", "--retired", "100"], command)
    assert done.returncode == 0, done.stderr
    return snapshot, done


def ended(process):
    return [(int(life["start"], 16), life["how"], life["touch"]["pages_touched"])
            for life in process["retired"]
            if life["how"] not in ("mmap", "munmap", "mremap", "brk", "exit")]


BACKENDS = [("tp_btf", "auto"), ("perf", "auto"), ("tp_btf", "read")]

# What is done, the causes of the 64 pages, the lives that ended.
CASES = {
    "punch": ((HALF, HALF, 0), [(BASE, "fallocate", HALF)]),
    # The pages are the process's own copies: a hole in the file leaves them, its end does not.
    "private punch": ((PAGES, 0, 0), []),
    "truncate": ((HALF, HALF, 0), [(BASE + HALF * PAGE, "ftruncate", HALF)]),
    "private truncate": ((HALF, HALF, 0), [(BASE + HALF * PAGE, "ftruncate", HALF)]),
    "refused": ((PAGES, 0, 0), []),
    "grow": ((PAGES, 0, 0), []),
    "remap": ((HALF, HALF, 0), [(BASE, "remap_file_pages", HALF)]),
}


@pytest.mark.parametrize("what,backend,reader",
                         [(what, "tp_btf", "auto") for what in CASES] +
                         [(what, *pair) for what in ("punch", "private truncate")
                          for pair in BACKENDS[1:]])
def test_pages_of_a_file(tmp_path, program, what, backend, reader):
    seen, lives = CASES[what]
    snapshot, _ = run(tmp_path, ["--backend", backend, "--page-reader", reader], [program, what])
    process = snapshot["processes"][0]
    assert snapshot["complete"], snapshot["incomplete_reasons"]
    assert harness.causes_of(process, "a") == seen
    assert ended(process) == lives


def test_every_mapping_of_the_file(tmp_path, program):
    snapshot, _ = run(tmp_path, [], [program, "twice punch"])
    process = snapshot["processes"][0]
    assert snapshot["complete"], snapshot["incomplete_reasons"]
    for name in "ab":
        assert harness.causes_of(process, name) == (HALF, HALF, 0)
    assert sorted(ended(process)) == [(BASE, "fallocate", HALF), (OTHER, "fallocate", HALF)]


def test_a_hole_that_a_followed_child_makes(tmp_path, program):
    """Its parent's pages are gone, too."""
    snapshot, _ = run(tmp_path, ["--children"], [program, "child"])
    assert snapshot["complete"], snapshot["incomplete_reasons"]
    assert harness.causes_of(snapshot["processes"][0], "a") == (HALF, HALF, 0)
    assert ended(snapshot["processes"][0]) == [(BASE, "fallocate", HALF)]


def test_the_ring_of_asynchronous_input_and_output(tmp_path, program):
    snapshot, done = run(tmp_path, ["--min-size", str(PAGE)], [program, "ring"])
    start = int(done.stdout, 16)
    process = snapshot["processes"][0]
    region, = [row for row in process["regions"]
               if int(row["start"], 16) <= start < int(row["end"], 16)]
    assert snapshot["complete"], snapshot["incomplete_reasons"]
    assert region["ledger"]["touched"] + RING <= region["resident_pages"]
    assert [life[:2] for life in ended(process)] == [(start, "io_destroy")]


def test_a_file_that_is_mapped_by_way_of_another(tmp_path, program):
    """Where the mappings of a file cannot be found, its touched pages are counted as unsure."""
    for name in ("lower", "upper", "work", "both"):
        (tmp_path / name).mkdir()
    options = ",".join(f"{name}dir={tmp_path / name}" for name in ("lower", "upper", "work"))
    done = subprocess.run(["mount", "-t", "overlay", "-o", options, "overlay", tmp_path / "both"],
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no overlay file system: {done.stderr.strip()}")
    try:
        snapshot, _ = run(tmp_path, [], [program, "punch", tmp_path / "both/file"])
    finally:
        subprocess.run(["umount", tmp_path / "both"], check=True)
    touched = harness.causes_of(snapshot["processes"][0], "a")[0]
    assert touched == HALF or snapshot["losses"]["unsure_pages"] >= HALF
