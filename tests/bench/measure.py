# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What is measured. Each function returns keys of bench.json.

A figure is the median over rounds. Within a round the machine may be taken away from us for
milliseconds (a virtual machine is not told), so that what is short is done many times in
cycles of less than a millisecond, and the round counts its best cycle, the same for all.
Differences and ratios are taken within a round, between neighbours in time.
"""
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import time

from tools import (BENCH, OUT, PAGEWATCH, ROOT, TOOLS, BenchError, Bpftrace, Pagewatch, Subject,
                   find)

CYCLE_PAGES = 512
CYCLES = 60
CALLS = 2000
TIB = 1 << 40
GIB = 1 << 30
PAGE = os.sysconf("SC_PAGESIZE")
CHUNK = 512 * PAGE
DENSE_PAGES = 2 << 20
HEAVY = ("perf_record", "bpftrace")		# their start takes seconds
# Two more times in each round: their ratio has a limit.
OFTEN = 2 * ["empty_tp_btf", "pagewatch_tp_btf"]


def say(text):
    print(f"  {text}", file=sys.stderr, flush=True)


def spread(values):
    """Median and quartiles."""
    if len(values) < 2:
        return {"median": values[0], "low": values[0], "high": values[0], "rounds": 1}
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return {"median": middle, "low": low, "high": high, "rounds": len(values)}


def visit(target, bystander):
    """One look at the pair of processes, whatever is attached at the moment."""
    return {"target": min(target.ask(f"faults {CYCLE_PAGES} {CYCLES}")),
            "bystander": min(bystander.ask(f"faults {CYCLE_PAGES} {CYCLES}")),
            "getppid": min(bystander.ask(f"getppid {CALLS} {CYCLES}"))}


def visit_under(name, target, bystander):
    with TOOLS[name](target) as tool:
        seen = visit(target, bystander)
        counted = tool.counted()
    # perf record loses samples when its buffer is full and says so; half must be there.
    if counted is not None and counted < CYCLES * CYCLE_PAGES / 2:
        raise BenchError(f"{name} counted {counted} of {CYCLES * CYCLE_PAGES} faults")
    return seen


def faults(rounds):
    """Fault and syscall cost of the target and of a bystander under each tool."""
    names = [name for name in TOOLS if name != "none"] + OFTEN
    seen = {name: [] for name in names}
    with Subject() as target, Subject() as bystander:
        before = visit(target, bystander)
        for number in range(rounds):
            for name in names[number % len(names):] + names[:number % len(names)]:
                # The slow ones need no third digit: a third of the rounds, at least five.
                if name in HEAVY and number >= 5 and number % 3:
                    continue
                under = visit_under(name, target, bystander)
                after = visit(target, bystander)
                seen[name].append((between(before, after), under))
                before = after
            say(f"faults: round {number + 1} of {rounds}")
    return faults_result(seen)


def between(before, after):
    """What there would have been without the tool: the machine drifts from one visit to the next."""
    return {kind: (before[kind] + after[kind]) / 2 for kind in before}


def ratio_of_medians(above, below):
    """With quartiles, from rounds that are drawn again and again.

    Of a few ns in 1,400 each round has a rough figure only: the median of their ratios says nothing.
    """
    dice = random.Random(0)

    def drawn(values):
        return statistics.median(dice.choices(values, k=len(values)))

    ratios = [drawn(above) / max(drawn(below), 0.1) for _ in range(1000)]
    return spread(ratios) | {"median": statistics.median(above) / statistics.median(below),
                             "rounds": len(below)}


def faults_result(seen):
    def medians(kind):
        result = {"none": statistics.median(bare[kind] for pairs in seen.values()
                                            for bare, _ in pairs)}
        for name, pairs in seen.items():
            result[name] = statistics.median(under[kind] for _, under in pairs)
        return result

    def added(name, kind):
        return [under[kind] - bare[kind] for bare, under in seen[name]]

    def slower(name, kind):
        return spread([100 * (under[kind] / bare[kind] - 1) for bare, under in seen[name]])

    empty = added("empty_tp_btf", "target")
    getppid = medians("getppid")
    return {
        "fault_ns": medians("target"),
        "fault_added_ns": {name: spread(added(name, "target")) for name in seen},
        "fault_slower_percent": {name: slower(name, "target") for name in seen},
        "fault_added_over_empty": {
            name: ratio_of_medians(added(name, "target"), empty)
            for name in ("pagewatch_tp_btf", "pagewatch_perf")},
        "bystander_fault_ns": medians("bystander"),
        "bystander_fault_slower_percent": {name: slower(name, "bystander") for name in seen},
        "bystander_ns": {"none": getppid["none"], "pagewatch": getppid["pagewatch_tp_btf"]},
        "bystander_getppid_ns": getppid,
        "bystander_getppid_added_ns": {name: spread(added(name, "getppid")) for name in seen},
    }


def munmap(rounds):
    """Unmapping 1 TiB with one touched page in it, watched and not."""
    pairs = []
    request = f"munmap {TIB} 30"
    with Subject() as target:
        for number in range(rounds):
            before = min(target.ask(request))
            with Pagewatch(target) as tool:
                under = min(target.ask(request))
                if tool.counted() < 30:
                    raise BenchError("pagewatch missed the touches before munmap")
            pairs.append((before / 1e6, under / 1e6))
            say(f"munmap: round {number + 1} of {rounds}")
    return {"munmap_1tib_ms": {"none": statistics.median(none for none, _ in pairs),
                               "pagewatch": statistics.median(under for _, under in pairs)},
            "munmap_1tib_added_us": spread([1e3 * (under - none) for none, under in pairs])}


def scans(rounds):
    """Scan and count in process against bare loops over the same ranges."""
    done = subprocess.run([os.path.join(BENCH, "scan_cost"), str(rounds)],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"scan_cost: {done.stderr.strip()}")
    layouts = {}
    for line in done.stdout.splitlines():
        layout = json.loads(line)
        milliseconds = layout.pop("ms")
        layout["ms"] = {name: spread([values[name] for values in milliseconds])
                        for name in milliseconds[0]}
        layout["over_bare_scan"] = spread([values["pagewatch"] / values["bare_scan"]
                                           for values in milliseconds])
        layouts[layout["layout"]] = layout
        say(f"scan: {layout['layout']}")
    sparse, dense = layouts["sparse_1tib"]["ms"], layouts["dense_4gib"]
    return {"sparse_ms": {name: sparse[name]["median"]
                          for name in ("bare_scan", "pagewatch", "pread")},
            "dense_pages_per_s": {name: dense["pages"] / dense["ms"][name]["median"] * 1e3
                                  for name in ("bare_scan", "pagewatch", "pread")},
            "scans": layouts}


def attach_once(tool, target):
    """Start to faults counted, and signal to ended, in ms; and the proof that it counted."""
    if isinstance(tool, Pagewatch):
        tool.start_to_attached()
    else:
        tool.start()
    target.ask(f"faults {CYCLE_PAGES} 1")
    if isinstance(tool, Pagewatch):
        tool.go_on()
        counted = tool.counted()
        begin_ns = time.monotonic_ns()
        tool.stop()
    else:
        begin_ns = time.monotonic_ns()
        counted = tool.counted()
    ended_ns = time.monotonic_ns()
    if counted < CYCLE_PAGES:
        raise BenchError(f"{tool.process.name} counted {counted} of {CYCLE_PAGES} faults that "
                         "came after it was attached")
    return (tool.attached_ns - tool.started_ns) / 1e6, (ended_ns - begin_ns) / 1e6


def attach(rounds):
    """Attach and detach, on a small target and on one with 1 TiB mapped and 1 GiB touched."""
    seen = {"pagewatch": [], "bpftrace": [], "pagewatch_large": []}
    with Subject() as small, Subject() as large:
        large.ask(f"keep {TIB} {GIB}")
        large.ask(f"keep {GIB} {PAGE}")
        for number in range(rounds):
            for name, kind, target in (("pagewatch", Pagewatch, small),
                                       ("bpftrace", Bpftrace, small),
                                       ("pagewatch_large", Pagewatch, large)):
                tool = kind(target)
                try:
                    seen[name].append(attach_once(tool, target))
                finally:
                    if tool.process:
                        tool.process.abandon()
            say(f"attach: round {number + 1} of {rounds}")
    attached = {name: [pair[0] for pair in pairs] for name, pairs in seen.items()}
    return {"attach_ms": {name: statistics.median(values) for name, values in attached.items()},
            "attach_best_ms": {name: min(values) for name, values in attached.items()},
            "detach_ms": {name: statistics.median(pair[1] for pair in pairs)
                          for name, pairs in seen.items()}}


def held_by_pagewatch(request):
    """Bytes of kernel and user side after the target did as told, and how many pages."""
    with Subject() as target, Pagewatch(target) as tool:
        pages = int(target.ask(request)[0])
        if tool.counted() < pages:
            raise BenchError("pagewatch missed touches")
        bpf = tool.snapshot()["self"]["bpf_bytes"]
        return {"pages": pages, "bpf_bytes": bpf, "rss_bytes": tool.rss_bytes()}


def memory():
    """Bytes a touched page, densely; a touched chunk, sparsely; and the constant.

    Touched by reading: to pagewatch it is the same, and needs no memory of the machine.
    """
    few = held_by_pagewatch(f"look {CHUNK} {CHUNK}")
    say("memory: few pages")
    dense = held_by_pagewatch(f"look {DENSE_PAGES * PAGE} {PAGE}")
    say(f"memory: {dense['pages']} pages")
    sparse = held_by_pagewatch(f"look {64 * GIB} {CHUNK}")
    say(f"memory: {sparse['pages']} chunks")

    def growth(held):
        more = held["bpf_bytes"] + held["rss_bytes"] - few["bpf_bytes"] - few["rss_bytes"]
        return more / (held["pages"] - few["pages"])

    return {"bytes_per_touched_page": growth(dense), "bytes_per_touched_chunk": growth(sparse),
            "constant_bytes": few["bpf_bytes"] + few["rss_bytes"],
            "memory": {"few": few, "dense": dense, "sparse": sparse}}


def venv_python():
    """The virtual environment with the pinned memray; Debian's numpy shows through."""
    venv = os.path.join(OUT, "venv-bench")
    wanted = os.path.join(ROOT, "tests/bench/requirements.txt")
    stamp = os.path.join(venv, "requirements.txt")
    python = os.path.join(venv, "bin/python3")
    as_user = os.path.join(ROOT, "tests/tools/as-build-user")
    with open(wanted, encoding="utf-8") as file:
        content = file.read()
    with contextlib.suppress(OSError), open(stamp, encoding="utf-8") as file:
        if file.read() == content:
            return python
    for argv in (["/usr/bin/python3", "-m", "venv", "--clear", "--system-site-packages", venv],
                 [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                  "--only-binary=:all:", "-r", wanted],
                 ["cp", wanted, stamp]):
        done = subprocess.run([as_user, *argv], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False)
        if done.returncode:
            raise BenchError(f"cannot make {venv}: {done.stderr.strip()}")
    return python


def numpy_program(rounds):
    """A whole numpy program, bare and under what tells of its memory."""
    python = venv_python()
    script = os.path.join(ROOT, "tests/bench/lazy_numpy.py")
    output = os.path.join(BENCH, "numpy.out")
    commands = {
        "none": [],
        "pagewatch_run": [PAGEWATCH, "run", "-o", output, "--"],
        "perf_record": [find("perf", "linux-perf"), "record", "-q", "-e", "page-faults", "-c",
                        "1", "-d", "-o", output, "--"],
        "memray": [python, "-B", "-m", "memray", "run", "-q", "-f", "-o", output],
    }
    seen = {name: [] for name in commands}
    written = {}
    for number in range(rounds):
        for name, prefix in commands.items():
            program = [script] if name == "memray" else [python, "-B", script]
            start_ns = time.monotonic_ns()
            done = subprocess.run([*prefix, *program], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, check=False)
            seen[name].append((time.monotonic_ns() - start_ns) / 1e6)
            if done.returncode:
                raise BenchError(f"numpy program under {name}: {done.stderr.strip()}")
            if name != "none":
                written[name] = os.path.getsize(output)
                os.unlink(output)
        say(f"numpy: round {number + 1} of {rounds}")
    subprocess.run([PAGEWATCH, "record", "-q", "-o", output, "--", python, "-B", script], check=True)
    written["pagewatch_record"] = os.path.getsize(output)
    os.unlink(output)
    return {"numpy_ms": {name: statistics.median(values) for name, values in seen.items()},
            "numpy_slower_percent": {
                name: spread([100 * (under / bare - 1)
                              for under, bare in zip(values, seen["none"])])
                for name, values in seen.items() if name != "none"},
            "numpy_excess_ms": spread([under - 1.15 * bare for under, bare in
                                       zip(seen["pagewatch_run"], seen["none"])]),
            "numpy_output_bytes": written}


PYTHON_ARRAYS = """
import sys
import numpy as np
keep = [np.zeros(130) for _ in range(int(sys.argv[1]))]
print("READY", flush=True)
sys.stdin.readline()
"""


def python_names(rounds):
    """Milliseconds of a look for the arrays of a Python that holds so many, in process."""
    found = {}
    for count in (10, 1000, 100000):
        with subprocess.Popen(["/usr/bin/python3", "-c", PYTHON_ARRAYS, str(count)],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as target:
            target.stdout.readline()
            done = subprocess.run([os.path.join(BENCH, "python_cost"), str(target.pid),
                                   str(rounds)], capture_output=True, text=True, check=False)
            target.stdin.close()
        looks = json.loads(done.stdout) if done.returncode == 0 else []
        if not looks or any(look["arrays"] != count for look in looks):
            raise BenchError(f"python_cost found other arrays than {count}: {done.stdout}")
        found[str(count)] = statistics.median(look["ms"] for look in looks)
        say(f"python: {count} arrays")
    return {"python_scan_ms": found}
