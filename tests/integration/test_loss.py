# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Tables and rings made too small: what is lost is counted and said, the rest stays right."""
import json

import books
import harness
import pytest

pytestmark = pytest.mark.root

# One page in each of many chunks: more than the smallest tables hold.
SPARSE = """
import mmap, sys
chunks, step = int(sys.argv[1]), 2 << 20
memory = mmap.mmap(-1, chunks * step, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)
print("READY", flush=True)
sys.stdin.readline()
for i in range(chunks):
    memory[i * step] = 1
print("DONE", flush=True)
sys.stdin.readline()
"""
CHUNKS = 40009
# All of them end by one call, which is too much for the kernel side alone.
ENDED_AT_ONCE = SPARSE + """
memory.madvise(mmap.MADV_DONTNEED)
memory[7 * step] = 1
print("DONE", flush=True)
sys.stdin.readline()
"""


def region_of_chunks(snapshot):
    rows = [row for row in snapshot["processes"][0]["regions"]
            if int(row["end"], 16) - int(row["start"], 16) == CHUNKS << 21]
    assert len(rows) == 1
    return rows[0]


def check_loss(snapshot, what):
    assert snapshot["losses"][what] > 0
    assert snapshot["complete"] is False
    assert snapshot["incomplete_reasons"]
    books.check_invariants(snapshot)


def test_full_table(backend, opened):
    target = harness.Target([harness.PYTHON, "-c", SPARSE, CHUNKS])
    opened.append(target)
    target.ready()
    watch = harness.Watch(target.pid, "--backend", backend, "--chunk-slots", "64")
    opened.append(watch)
    start = harness.process_of(watch.snapshot(), target.pid)["totals"]["resident_pages"]
    target.done()
    snapshot = watch.snapshot()
    check_loss(snapshot, "chunks")
    process = harness.process_of(snapshot, target.pid)
    assert process["complete"] is False
    totals = process["totals"]
    # The page tables lose nothing, and no touch is invented for what the tables lost.
    assert totals["resident_pages"] >= start + CHUNKS
    assert totals["touch"]["pages_touched"] + snapshot["losses"]["chunks"] >= CHUNKS
    assert totals["touch"]["pages_touched"] < CHUNKS
    assert target.end() == 0


def test_large_table_loses_nothing(backend, opened):
    """The same without a limit: all that the test above loses is there."""
    target = harness.Target([harness.PYTHON, "-c", SPARSE, CHUNKS])
    opened.append(target)
    target.ready()
    watch = harness.Watch(target.pid, "--backend", backend)
    opened.append(watch)
    target.done()
    snapshot = watch.snapshot()
    assert snapshot["complete"] and not any(snapshot["losses"].values())
    totals = harness.process_of(snapshot, target.pid)["totals"]
    assert totals["touch"]["pages_touched"] >= CHUNKS


def test_one_call_ends_more_than_the_table_holds(backend, opened):
    target = harness.Target([harness.PYTHON, "-c", ENDED_AT_ONCE, CHUNKS])
    opened.append(target)
    target.ready()
    watch = harness.Watch(target.pid, "--backend", backend)
    opened.append(watch)
    target.done()
    assert region_of_chunks(watch.snapshot())["touch"]["pages_touched"] == CHUNKS
    target.done()
    snapshot = watch.snapshot()
    assert snapshot["complete"], snapshot["incomplete_reasons"]
    assert region_of_chunks(snapshot)["touch"]["pages_touched"] == 1
    assert target.end() == 0


def test_full_ring(backend, opened):
    """pagewatch stands still while 10,000 mappings come and go: the ring overflows for sure."""
    target = harness.Target([harness.WORKLOAD, "--wait", "short_lived"])
    snapshot = harness.watch_standing_still(opened, target, "--backend", backend, "--ring-bytes",
                                            "4K", "--array", "long=0x2000000000+413696")
    check_loss(snapshot, "events")
    process = harness.process_of(snapshot, target.pid)
    assert process["complete"] is False
    # Closing records were lost, not the bits of what still lives.
    row = harness.array_of(process, "long")
    assert row["resident_pages"] == 44 and row["touch"]["pages_touched"] == 44
    assert target.end() == 0


def test_losses_reach_the_reader_of_text(opened, tmp_path):
    report = tmp_path / "report"
    done = harness.pagewatch("run", "-o", report, "--chunk-slots", "64", "--", harness.PYTHON,
                             "-c", SPARSE.replace("sys.stdin.readline()", "0"), str(CHUNKS))
    assert done.returncode == 0, done.stderr
    assert "INCOMPLETE" in report.read_text()
    assert done.stderr.count("incomplete") == 1 and done.stderr.count("\n") == 1


def test_a_loss_reads_alike_in_report_and_verdict(tmp_path):
    """Of ten pages written after a refused call nobody can tell: neither report nor check does."""
    program = harness.fault_program(tmp_path, "unsure")
    snapshot, done = harness.run_json(tmp_path, ["--symbol", "grid"], [program])
    assert done.returncode == 0
    unsure = snapshot["losses"]["unsure_pages"]
    path = tmp_path / "check.json"
    done = harness.pagewatch("check", "--format", "json", "-o", path, "-e", "grid: interior_touched == 10", "-e",
                             "grid: interior_resident == 10", "--symbol", "grid", "--", program)
    report = json.loads(path.read_text())
    touched, resident = (item["verdict"] for item in report["expectations"])
    assert resident == "holds"
    assert (snapshot["complete"], touched, done.returncode) == (
        (False, "unknown", 3) if unsure else (True, "holds", 0))
    assert bool(snapshot["incomplete_reasons"]) == bool(unsure)
    if unsure:
        assert unsure == 10 and report["expectations"][0]["findings"][0]["clauses"][0]["unknown"]
