# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What is kept of processes that come and go during a watch."""
import json

import harness
import pytest

pytestmark = pytest.mark.root


@pytest.fixture(scope="module", name="program")
def compiled(tmp_path_factory):
    return harness.fault_program(tmp_path_factory.mktemp("session"), "children", "-D_GNU_SOURCE")


def ended(process):
    """Pages touched in the lives that a call of the program ended: the large ones."""
    return [life["touch"]["pages_touched"] for life in process["retired"]
            if life["how"] == "munmap" and life["touch"]["pages_touched"] >= 100]


@pytest.mark.parametrize("who, expected", [
    ("", [[1000, 300]]),
    ("c", [[1000, 300], []]),
    ("kc", [[1000, 300], [], [500]]),
    ("ckck", [[1000, 300], [], [], [500], [500]]),
])
def test_each_keeps_its_own_lives(program, who, expected, backend, tmp_path):
    """Looking at a child that ends takes nothing of its parent's, nor of others that ended."""
    report, done = harness.run_json(tmp_path, ["--children", "--backend", backend],
                                    [program, "family", who])
    assert done.returncode == 0, done.stderr
    assert report["complete"], report["incomplete_reasons"]
    assert sorted(ended(process) for process in report["processes"]) == sorted(expected)


def test_a_chain_of_execs_keeps_all_lives(program, backend, tmp_path):
    report, done = harness.run_json(tmp_path, ["--backend", backend], [program, "chain", "3"])
    assert done.returncode == 0, done.stderr
    assert [ended(process) for process in report["processes"]] == [[300, 200, 100]]


def watched_to_its_end(target, *options):
    """Reports of a watch with --children; the target goes on once it is attached."""
    watch = harness.Watch(target.pid, "--children", "--interval", "20ms", *options)
    first = watch.snapshot()
    target.go()
    try:
        reports, errors = watch.process.communicate(timeout=harness.DEADLINE)
        assert watch.process.returncode == 0, errors
        return [first] + [json.loads(line) for line in reports.splitlines()]
    finally:
        watch.close()


SHELL = "echo READY; read line; i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done"


@pytest.mark.parametrize("name", ["fork", "shell"])
def test_children_that_end_at_any_moment(name, program, opened):
    """A process is looked at while it is being reaped: that ends nothing but its own row."""
    command = [program, "fork", "3000", "wait"] if name == "fork" else ["/bin/sh", "-c", SHELL]
    target = harness.Target(command)
    opened.append(target)
    target.until("READY")
    reports = watched_to_its_end(target)
    assert target.process.wait(harness.DEADLINE) == 0
    # The last one may have nothing left to tell: the process ended while the one before was made.
    assert len(reports) > 1
    for report in reports[:-1]:
        assert sum(row["pid"] == target.pid for row in report["processes"]) == 1
    assert reports[-1]["losses"]["children"] == 0


CROWD = 1100


def test_more_children_than_the_table_holds(program, opened):
    """What finds no room is counted, and the others are watched."""
    target = harness.Target([program, "crowd", CROWD])
    opened.append(target)
    target.until("DONE")
    done = harness.pagewatch("watch", "-p", target.pid, "--children", "--json", "-n", "1",
                             "--interval", "100ms", "--no-python")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert len(report["processes"]) + report["losses"]["processes"] == 1 + CROWD


def test_a_report_costs_each_child_little(program, opened):
    """Each of them walked the whole chunk table: 1,000 to 1,300 ms of CPU time a report, 90 without."""
    target = harness.Target([program, "crowd", "500"])
    opened.append(target)
    target.until("DONE")
    watch = harness.Watch(target.pid, "--children", "--no-python")
    opened.append(watch)
    before, after = watch.snapshot(), watch.snapshot()
    assert len(after["processes"]) == 501 and after["complete"]
    assert after["self"]["cpu_ns"] - before["self"]["cpu_ns"] < 500_000_000


KEPT = 100


@pytest.mark.parametrize("backend", ["auto", "none"])
def test_the_largest_are_kept_the_rest_is_summed(program, backend, tmp_path):
    count = 230
    report, done = harness.run_json(tmp_path, ["--children", "--backend", backend],
                                    [program, "sizes", count])
    assert done.returncode == 0 and report["complete"], report["incomplete_reasons"]
    parent, *children = report["processes"]
    rest = report["processes_rest"]
    assert len(children) == KEPT and rest["processes"] == rest["looked_at"] == count - KEPT
    # The n-th has 16 n pages and one, beside what each one has of its parent's.
    extra = sorted(max(region["states"]["anon"] for region in child["regions"])
                   for child in children)
    assert extra == [16 * n + 1 for n in range(count - KEPT, count)]
    shared = parent["rss_pages"]
    block = sum(16 * n + 1 for n in range(count - KEPT))
    assert block < rest["resident_pages"] < block + (count - KEPT) * shared * 2
    assert (rest["faults"] is None) == (backend == "none")
    if backend == "auto":
        assert rest["faults"] > block
    assert report["self"]["cpu_ns"] < count * 10_000_000


def test_a_verdict_is_on_each_process(program):
    """check keeps every process: none is known as a sum alone."""
    done = harness.pagewatch("check", "--children", "-e", "process: resident > 0", "--format",
                             "json", "-o", "-", "--", program, "sizes", "120")
    findings = json.loads(done.stdout)["expectations"][0]["findings"]
    assert done.returncode == 0 and len(findings) == 121


def test_a_watch_of_many_short_ones(program, opened):
    """Every child is told of: by a row, in the sum, or as one without room."""
    count = 1500
    target = harness.Target([program, "fork", count, "wait"])
    opened.append(target)
    target.until("READY")
    watch = harness.Watch(target.pid, "--children", "--no-python")
    opened.append(watch)
    watch.snapshot()
    target.go()
    last, = [json.loads(line) for line in
             watch.process.communicate(timeout=harness.DEADLINE)[0].splitlines()]
    children = [row for row in last["processes"] if row["pid"] != target.pid]
    assert len(children) == KEPT
    assert last["processes_rest"]["processes"] + KEPT + last["losses"]["processes"] == count


def test_a_loss_is_its_process_s_own(tmp_path):
    """Doubt about pages of a child makes nothing of its parent doubtful."""
    unsure = harness.fault_program(tmp_path, "unsure")
    report, done = harness.run_json(tmp_path, ["--children"], ["/bin/sh", "-c", f"{unsure}; :"])
    assert done.returncode == 0
    complete = {row["comm"]: row["complete"] for row in report["processes"]}
    assert report["losses"]["unsure_pages"] == 10 and not report["complete"]
    assert complete == {"sh": True, "unsure": False}
    path = tmp_path / "check.json"
    done = harness.pagewatch("check", "--children", "--format", "json", "-o", path, "-e",
                             "process: touched > 0", "--", "/bin/sh", "-c", f"{unsure}; :")
    verdicts = sorted(finding["verdict"] for finding in
                      json.loads(path.read_text())["expectations"][0]["findings"])
    assert verdicts == ["holds", "unknown"]
