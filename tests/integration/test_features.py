# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Features of the kernel side, one of them hidden: it costs one fact, and the rest stays exact."""
import json
import os
import signal
import subprocess

import books
import harness
import heap_books
import pytest
from test_scenarios import SCENARIOS, check_books, check_ended, mark_options

pytestmark = pytest.mark.root

PAGE = os.sysconf("SC_PAGESIZE")
BASE, PAGES, HALF = 0x200000000000, 64, 32
HEAP = harness.OUT / "tests/heap"

HELPERS = ("bpf_find_vma", "bpf_task_pt_regs", "bpf_for_each_map_elem", "task storage")
TRACEPOINTS = ("sched/sched_prepare_exec", "huge_memory/mm_collapse_huge_page")
# Calls, and a scenario that uses each.
CALLS = {"mmap": "reuse", "munmap": "reuse", "mremap": "mremap_move", "brk": "brk",
         "madvise": "dontneed", "process_madvise": "process_madvise", "shmat": "sysv",
         "shmdt": "sysv"}
# Others, what file_calls does with each, and the pages that are touched and still there.
FILE_CALLS = {"fallocate": "punch", "ftruncate": "truncate", "remap_file_pages": "remap",
              "io_destroy": "ring"}


def play(tmp_path, name, *features, options=(), env=None):
    """The report on a scenario, and the program's books."""
    report, done = harness.run_json(tmp_path, ["--pages", "--detail", *options,
                                               *mark_options(SCENARIOS[name])],
                                    [harness.WORKLOAD, name], env=env or harness.hidden(*features))
    assert done.returncode == 0, done.stderr
    told = json.loads([line for line in done.stdout.splitlines() if line.startswith("{")][0])
    if told["skip"]:
        pytest.skip(told["skip"])
    return report, told


def check_exact(report, told, name):
    process = check_books(report, told, SCENARIOS[name], attached=False)
    check_ended(process, told, SCENARIOS[name], attached=False)


def check_states(report, told):
    """What the page tables say does not depend on what the kernel traces."""
    printed = books.printed_pages(report["processes"][0])
    for book in told["books"]:
        book["page_size"] = told["page_size"]
        for address, page in books.expected_pages(book, report["merged"], False).items():
            assert printed.get(address, books.Page()).state == page.state, hex(address)


def check_untraced(report, call):
    assert len(report["missing"]) == 1
    assert report["missing"][0].startswith(f"this kernel does not trace {call}: ")
    losses = dict(report["losses"])
    assert losses.pop("untraced_calls") == 1
    assert set(losses.values()) == {0}
    assert not report["complete"]
    assert report["incomplete_reasons"] == ["1 mapping call cannot be traced by this kernel"]
    word = {"madvise": "dontneed", "process_madvise": "dontneed"}.get(call, call)
    assert word not in {life["how"] for life in report["processes"][0]["retired"]}


# Touches 100 pages, unmaps them, and touches 10 of a mapping at the same place; then a child ends.
SMALL = r"""
static int sys(int number, int a, int b, int c, int d, int e)
{
	int ret;
	register int fifth __asm__("edi") = e;
	__asm__ volatile ("int $0x80" : "=a"(ret)
			  : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "r"(fifth) : "memory");
	return ret;
}
void exit(int status) { for (;;) sys(252, status, 0, 0, 0, 0); }
static void fill(int pages)
{
	volatile char *at = (char *)sys(192, 0x20000000, 100 * 4096, 3, 0x32, -1);
	for (int i = 0; i < pages; i++) at[i * 4096] = 1;
}
void _start(void)
{
	fill(100);
	sys(91, 0x20000000, 100 * 4096, 0, 0, 0);
	fill(10);
	int child = sys(2, 0, 0, 0, 0, 0);
	if (child) sys(7, child, 0, 0, 0, 0);
	exit(0);
}
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="32-bit programs of x86")
def test_calls_of_a_32_bit_program(tmp_path):
    """No tracepoint of system calls shows them, so the first 100 pages have no end."""
    program = tmp_path / "small"
    subprocess.run(["gcc", "-m32", "-O1", "-fno-builtin", "-fno-pie", "-no-pie", "-static", "-nostdlib", "-o",
                    program, "-x", "c", "-"], input=SMALL.encode(), check=True)
    report, done = harness.run_json(tmp_path, ["--children"], [program])
    assert done.returncode == 0, done.stderr
    assert [process["complete"] for process in report["processes"]] == [False, False]
    assert {kind: count for kind, count in report["losses"].items() if count} == {"programs_32_bit": 2}
    assert report["incomplete_reasons"] == \
        ["2 32-bit programs were watched, whose mapping calls the kernel does not trace"]
    done = harness.pagewatch("check", "-e", "process: touched <= 1GiB", "--", program)
    assert done.returncode == 3 and "the mapping calls of 32-bit programs are not traced" in done.stderr


# These have books of their own kind, or want a pool or swap space (test_scenarios); others use their calls.
OF_THEIR_OWN = {"short_lived", "fork", "exit_early", "hugetlb", "swapped"}


@pytest.mark.parametrize("name", sorted(set(SCENARIOS) - OF_THEIR_OWN))
def test_calls_seen_by_the_tracepoint_of_all_system_calls(tmp_path, name):
    """As without the right to open perf events."""
    report, told = play(tmp_path, name, "syscall tracepoints")
    assert report["call_hooks"] == "tp_btf" and report["missing"] == []
    check_exact(report, told, name)


@pytest.mark.parametrize("call", FILE_CALLS)
def test_a_call_on_a_file_seen_so(tmp_path, file_calls, call):
    command = ["--pages", "--array", f"a={BASE:#x}+{PAGES * PAGE}", "--retired", "1000"]
    reports = []
    for features in ["syscall tracepoints"], []:
        report, done = harness.run_json(tmp_path, command, [file_calls, FILE_CALLS[call]],
                                        env=harness.hidden(*features))
        assert done.returncode == 0, done.stderr
        lives = [(life["how"], life["touch"]) for life in report["processes"][0]["retired"]
                 if life["start"] == hex(BASE)]
        row = harness.array_of(report["processes"][0], "a")
        reports.append((report["losses"], lives, row["touch"]["pages_touched"]))
    assert reports[0] == reports[1]


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="32-bit programs of x86")
def test_calls_of_a_32_bit_program_have_other_numbers(tmp_path):
    """Its number of wait4 is our io_destroy's: none of them is taken for a call of ours."""
    program = tmp_path / "small"
    subprocess.run(["gcc", "-m32", "-O1", "-fno-builtin", "-fno-pie", "-no-pie", "-static", "-nostdlib", "-o",
                    program, "-x", "c", "-"], input=SMALL.encode(), check=True)
    report, done = harness.run_json(tmp_path, ["--retired", "100"], [program],
                                    env=harness.hidden("syscall tracepoints"))
    assert done.returncode == 0, done.stderr
    assert {kind: count for kind, count in report["losses"].items() if count} == {"programs_32_bit": 1}
    assert {life["how"] for life in report["processes"][0]["retired"]} <= {"exec"}


@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_is_not_traced(tmp_path, call):
    report, told = play(tmp_path, CALLS[call], call, options=["--retired", "1000"])
    assert report["tier"] == "faults"
    check_untraced(report, call)
    check_states(report, told)


@pytest.fixture(scope="module")
def file_calls(tmp_path_factory):
    return harness.fault_program(tmp_path_factory.mktemp("file"), "file_calls", f"-DPAGE={PAGE}ul")


@pytest.mark.parametrize("call", FILE_CALLS)
def test_a_call_on_a_file_that_is_not_traced(tmp_path, file_calls, call):
    report, done = harness.run_json(
        tmp_path, ["--array", f"a={BASE:#x}+{PAGES * PAGE}", "--retired", "1000"],
        [file_calls, FILE_CALLS[call]], env=harness.hidden(call))
    assert done.returncode == 0, done.stderr
    check_untraced(report, call)
    if call != "io_destroy":
        row = harness.array_of(report["processes"][0], "a")
        assert row["touch"]["pages_touched"] == PAGES


def test_a_call_that_does_not_exist_is_no_loss(tmp_path):
    """A kernel without remap_file_pages has no tracepoint of it, and nothing to trace."""
    denied = harness.fault_program(tmp_path, "denied")
    path = tmp_path / "report.json"
    done = subprocess.run(
        [denied, "remap_file_pages", harness.PROGRAM, "run", "--json", "-o", path, "--", "/bin/true"],
        env=harness.hidden("syscalls/sys_enter_remap_file_pages", "syscalls/sys_exit_remap_file_pages"),
        check=False, timeout=harness.DEADLINE)
    report = json.loads(path.read_text())
    assert done.returncode == 0 and report["tier"] == "faults"
    assert report["complete"] and report["missing"] == []


@pytest.mark.parametrize("backend", ["tp_btf", "perf"])
@pytest.mark.parametrize("name", ["write", "dontneed", "mremap_move", "reuse"])
def test_without_any_of_the_others(tmp_path, name, backend):
    """What a scenario does not use may be missing: its report is exact."""
    report, told = play(tmp_path, name, *HELPERS, *TRACEPOINTS, options=["--backend", backend])
    assert report["backend"] == backend
    assert len(report["missing"]) == 3
    check_exact(report, told, name)


# By the numbers of the kernel's interface (linux/bpf.h).
LACKS = {"bpf_find_vma": ("LACKS_HELPER", 180), "bpf_task_pt_regs": ("LACKS_HELPER", 175),
         "bpf_for_each_map_elem": ("LACKS_HELPER", 164), "task storage": ("LACKS_MAP", 29)}
BPF_LOOP = ("LACKS_HELPER", 181)


@pytest.fixture(scope="module")
def older(tmp_path_factory):
    """The environment of a pagewatch to which the kernel refuses a helper or a type of map."""
    library = tmp_path_factory.mktemp("older") / "older_kernel.so"
    subprocess.run(["gcc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library,
                    harness.ROOT / "tests/faults/older_kernel.c"], check=True)
    return lambda variable, number: dict(os.environ, LD_PRELOAD=str(library),
                                         **{variable: str(number)})


@pytest.mark.parametrize("backend", ["tp_btf", "perf"])
@pytest.mark.parametrize("feature", LACKS)
def test_a_load_that_the_kernel_refuses_is_tried_without_what_it_lacks(tmp_path, older, feature,
                                                                      backend):
    """Whatever is asked for is tried only after a refusal: so what is missing tells that there was one."""
    options = ["--heap", "--children", "--backend", backend]
    report, told = play(tmp_path, "write", options=options, env=older(*LACKS[feature]))
    hidden, _ = play(tmp_path, "write", feature, options=options)
    assert report["backend"] == backend
    assert len(report["missing"]) == 1 and report["missing"] == hidden["missing"]
    check_exact(report, told, "write")


@pytest.mark.parametrize("program", ["fault_user", "enter_call"])
def test_runs_that_the_kernel_left_out(tmp_path, older, program):
    """It does so where it preempts a program; here a library says so in its name."""
    report, done = harness.run_json(tmp_path, [], ["/bin/true"], env=older("SKIPS", program))
    assert done.returncode == 0, done.stderr
    assert {kind: count for kind, count in report["losses"].items() if count} == {"skipped_runs": 3}
    assert not report["complete"] and report["incomplete_reasons"] == [
        "3 runs of a counting program were left out by the kernel: it was at work on that CPU"]
    done = harness.pagewatch("check", "-e", "process: touched <= 1GiB", "--", "/bin/true",
                             env=older("SKIPS", program))
    assert done.returncode == 3 and "the kernel left out some counting" in done.stderr


def test_what_the_kernel_side_cannot_do_without(tmp_path, older):
    """A refusal that no missing feature explains leaves the page tables, and one line."""
    report, done = harness.run_json(tmp_path, [], ["/bin/true"], env=older(*BPF_LOOP))
    assert report["tier"] == "scan" and report["missing"] == []
    line, = done.stderr.splitlines()
    assert "the kernel refuses the BPF programs" in line and "reading page tables only" in line


def test_without_collapses(tmp_path):
    report, told = play(tmp_path, "write", "huge_memory/mm_collapse_huge_page")
    assert report["processes"][0]["collapses"] is None
    assert report["missing"] == [
        "this kernel does not trace khugepaged: how many huge pages it made is unknown"]
    check_exact(report, told, "write")
    report, _ = play(tmp_path, "write")
    assert report["processes"][0]["collapses"] == 0 and report["missing"] == []


def test_without_find_vma(tmp_path):
    """shmat and shmdt name no length: each is a loss."""
    report, told = play(tmp_path, "sysv", "bpf_find_vma", options=["--retired", "1000"])
    assert len(report["missing"]) == 1 and "bpf_find_vma" in report["missing"][0]
    assert report["losses"]["events"] == 3 and not report["complete"]
    assert not {"shmat", "shmdt"} & {life["how"] for life in report["processes"][0]["retired"]}
    check_states(report, told)


def test_without_the_arguments_of_a_call_that_failed(tmp_path):
    """How far a refused MADV_DONTNEED got is unknown: the pages around it are counted."""
    report, told = play(tmp_path, "refused")
    assert report["complete"]
    report, told = play(tmp_path, "refused", "bpf_task_pt_regs")
    assert len(report["missing"]) == 1 and "bpf_task_pt_regs" in report["missing"][0]
    assert report["losses"]["unsure_pages"] > 0 and not report["complete"]
    check_states(report, told)


def test_without_the_blocks_that_a_child_inherits(opened, tmp_path):
    log = tmp_path / "log"
    target = harness.Target([HEAP, "--wait", log, "forking"])
    opened.append(target)
    target.ready()
    watch = harness.Watch(target.pid, "--heap", "--children", hides="bpf_for_each_map_elem")
    opened.append(watch)
    target.go()
    child = int(target.until("CHILD").split()[1])
    target.until("DONE")
    snapshot = watch.snapshot()
    os.kill(child, signal.SIGKILL)
    assert len(snapshot["missing"]) == 1 and "in the child" in snapshot["missing"][0]
    assert snapshot["losses"]["heap_blocks"] == 1 and not snapshot["complete"]
    live, _ = heap_books.play(heap_books.events_of(log, target.pid))
    assert heap_books.rows_of(harness.process_of(snapshot, target.pid))[0] == live
    assert watch.stop() == 0
    assert target.end() == 0


def test_without_task_storage(tmp_path):
    """Where no exec is announced either, children by vfork are not followed, and that is counted."""
    program = harness.fault_program(tmp_path, "borrowers")
    report, done = harness.run_json(
        tmp_path, ["--children"], [program, "2", harness.WORKLOAD, "write"],
        env=harness.hidden("task storage", "sched/sched_prepare_exec"))
    assert done.returncode == 0, done.stderr
    assert len(report["missing"]) == 2
    assert report["losses"]["children"] >= 5 and not report["complete"]
    assert report["processes"][0]["comm"] == "borrowers"


def test_an_exec_that_is_not_announced_is_said_with_children_only(tmp_path):
    report, told = play(tmp_path, "write", "sched/sched_prepare_exec")
    assert report["missing"] == []
    check_exact(report, told, "write")
    report, told = play(tmp_path, "write", "sched/sched_prepare_exec", options=["--children"])
    assert len(report["missing"]) == 1 and "announce" in report["missing"][0]
    check_exact(report, told, "write")


def test_the_text_and_the_verdict():
    done = harness.pagewatch("check", "-e", "process: touched > 0", "-e", "process: resident > 0",
                             "--", "/bin/true", env=harness.hidden("munmap"))
    text = " ".join(done.stderr.split())
    assert done.returncode != 0
    assert "unknown process: touched > 0" in text
    assert "ok process: resident > 0" in text
    done = harness.pagewatch("run", "--", "/bin/true", env=harness.hidden("munmap"))
    text = " ".join(done.stderr.split())
    assert "this kernel does not trace munmap: the lives that it ends are not seen" in text
    assert "INCOMPLETE: 1 mapping call cannot be traced by this kernel" in text
