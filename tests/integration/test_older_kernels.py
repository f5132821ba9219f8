# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What kernels lack that are older than this one: each feature is hidden, the facts stay right.

PAGEWATCH_TEST_HIDES names what pagewatch is to take for missing.
"""
import json
import os
import pathlib
import re
import subprocess

import harness
import pytest

pytestmark = pytest.mark.root

# More of them than the kernel side has room for processes.
ENDED_WITHOUT_EXEC = 1511


@pytest.mark.parametrize("features", [(), ("sched/sched_prepare_exec",)],
                         ids=["announced", "not announced"])
def test_children_that_execute_in_borrowed_memory(tmp_path, backend, features):
    """Before 6.10 no tracepoint announces an exec, and that of a vfork child ends no mm."""
    program = harness.fault_program(tmp_path, "borrowers")
    report, done = harness.run_json(
        tmp_path, ["--backend", backend, "--children", "--array", "w=0x2000000000+4132864"],
        [program, str(ENDED_WITHOUT_EXEC), harness.WORKLOAD, "write"], env=harness.hidden(*features))
    assert done.returncode == 0, done.stderr
    assert report["complete"], report["incomplete_reasons"]
    assert [process["comm"] for process in report["processes"]] == ["borrowers"] + 3 * ["workload"]
    touched = [harness.array_of(process, "w")["touch"]["pages_touched"]
               for process in report["processes"] if process["comm"] == "workload"]
    assert touched == 3 * [525]


def relocations(*features):
    """Where libbpf found what the programs read; and the number of each type of the kernel."""
    done = harness.pagewatch("run", "-v", "-v", "-o", "/dev/null", "--", "true",
                             env=harness.hidden(*features))
    lines = re.findall(r"prog '(\w+)': (relo #\d+): matching candidate #\d+ (<\w+>) \[(\d+)\] (.*)",
                       done.stderr)
    return ([(program, relocation, kind, place) for program, relocation, kind, _, place in lines],
            {re.match(r"struct \w+", place)[0]: int(number) for *_, number, place in lines})


def test_types_of_the_kernel_are_found_at_once():
    """The small file of types leads to the same places as all types of the kernel, however read."""
    places, numbers = relocations("kernel types")
    assert len(places) > 50
    few, few_numbers = relocations()
    assert few == places
    assert max(few_numbers.values()) < 1000 < max(numbers.values())
    assert relocations("mapped types") == (few, few_numbers)


def test_all_types_of_the_kernel_are_read_once():
    """By us, also to find what programs attach to. libbpf reads them only where that is hidden."""
    def is_read_by_libbpf(*features):
        done = harness.pagewatch("run", "-v", "-v", "-o", "/dev/null", "--", "true",
                                 env=harness.hidden(*features))
        return "loading kernel BTF" in done.stderr

    assert not is_read_by_libbpf()
    assert not is_read_by_libbpf("syscall tracepoints")
    assert is_read_by_libbpf("kernel types")


HUGE = pathlib.Path("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size")


@pytest.fixture
def huge_bytes():
    if harness.thp_mode() not in ("always", "madvise"):
        pytest.skip("no transparent huge pages here")
    return int(HUGE.read_text(encoding="ascii"))


def ledger(row):
    causes = row["ledger"]
    return tuple(causes[name] for name in ("touched", "huge_fill", "unfaulted",
                                           "unexplained_pages"))


def test_the_read_reader_tells_what_huge_pages_filled(tmp_path, reader, huge_bytes):
    """smaps counts the huge pages of a VMA, kpageflags says which they are; or both are null."""
    program = harness.fault_program(tmp_path, "huge_fill")
    pages = huge_bytes // os.sysconf("SC_PAGESIZE")
    arrays = []
    for name, start, count in (("whole", 0x2000, 8), ("mixed", 0x2100, 2), ("split", 0x2200, 2)):
        arrays += ["--array", f"{name}={start << 32:#x}+{count * huge_bytes}"]
    report, done = harness.run_json(tmp_path, ["--page-reader", reader, "--pages", *arrays],
                                    [program, str(huge_bytes)])
    assert done.returncode == 0 and report["complete"], done.stderr
    whole, mixed, split = [harness.array_of(report["processes"][0], name)
                           for name in ("whole", "mixed", "split")]
    assert ledger(whole) == (4, 4 * (pages - 1), 0, 0)
    assert whole["states"]["anon_huge"] == 4 * pages
    assert ledger(mixed) == (1 + pages, pages - 1, 0, 0)
    assert mixed["states"]["anon_huge"] == mixed["states"]["anon"] == pages
    open_pages = 2 * (pages - 1)
    if reader == "scan":
        assert ledger(split) == (2, pages - 1, pages - 1, 0)
        assert report["merged"] == []
        return
    # Two blocks could be the one huge page that the VMA has.
    assert ledger(split) == (2, None, None, open_pages)
    assert report["merged"] == ["anon_huge"]
    start, end = 0x220000000000, 0x220000000000 + 2 * huge_bytes
    assert sum(run["pages"] for run in report["processes"][0]["pages"]
               if run["cause"] == "unexplained" and start <= int(run["start"], 16) < end) == open_pages
    done = harness.pagewatch("check", "--page-reader", reader, *arrays, "-e", "split: huge_fill == 0",
                             "-e", f"whole: huge_fill == {4 * (pages - 1)}", "--", program,
                             str(huge_bytes))
    assert done.returncode != 0
    assert "unknown split: huge_fill == 0" in " ".join(done.stderr.split())
    assert "ok whole: huge_fill ==" in " ".join(done.stderr.split())
    done = harness.pagewatch("run", "--page-reader", reader, "--", program, str(huge_bytes))
    text = " ".join(done.stderr.split())
    assert "filled by huge pages or never faulted" in text
    assert "this page reader could not distinguish all huge pages" in text


@pytest.mark.parametrize("who", ["root", "nobody"])
def test_zero_pages_where_move_pages_does_not_exist(tmp_path, opened, unprivileged, who):
    """Kernels without CONFIG_NUMA have no move_pages; frames tell as root, else the VMA's Rss."""
    denied = harness.fault_program(unprivileged.directory, "denied")
    popen = unprivileged.popen_options() if who == "nobody" else {}
    target = harness.Target([unprivileged.workload, "--wait", "read_only"], **popen)
    opened.append(target)
    target.ready().done()
    done = subprocess.run([denied, "move_pages", unprivileged.program, "snap", "-p",
                           str(target.pid), "--json", "--page-reader", "read"],
                          stdout=subprocess.PIPE, check=True, timeout=harness.DEADLINE, **popen)
    # By PAGEMAP_SCAN, or before 6.7 by move_pages.
    seen, truth = json.loads(done.stdout), harness.snap(target.pid)
    assert seen["page_reader"] == "read"
    assert seen["complete"] and truth["complete"]
    for got, true in zip(seen["processes"][0]["regions"], truth["processes"][0]["regions"],
                         strict=True):
        assert (got["start"], got["states"]) == (true["start"], true["states"])
    assert seen["processes"][0]["totals"]["states"]["zero"] > 0


def test_a_reader_that_is_not_there_is_refused_before_the_command_runs(tmp_path):
    denied = harness.fault_program(tmp_path, "denied")
    for command in (["run"], ["check", "-e", "process: resident > 0"]):
        done = subprocess.run([denied, "pagemap_scan", harness.PROGRAM, *command, "--page-reader",
                               "scan", "--", "/bin/sh", "-c", f"touch {tmp_path}/ran"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              check=False, timeout=harness.DEADLINE)
        assert not (tmp_path / "ran").exists()
        assert "--page-reader=scan needs PAGEMAP_SCAN (Linux 6.7)" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    report = subprocess.run([denied, "pagemap_scan", harness.PROGRAM, "run", "--json", "--",
                             "/bin/true"], stderr=subprocess.PIPE, check=True,
                            timeout=harness.DEADLINE).stderr
    assert json.loads(report)["page_reader"] == "read"
