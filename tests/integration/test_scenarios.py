# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Every scenario of tests/workload, in both backends and with both page readers: exact."""
import json
import subprocess

import books
import harness
import pytest

SCENARIOS = {}
if harness.WORKLOAD.exists():
    for line in subprocess.run([harness.WORKLOAD, "--list"], stdout=subprocess.PIPE, text=True,
                               check=True).stdout.splitlines():
        SCENARIOS[json.loads(line)["scenario"]] = json.loads(line)

# What the machine must have: a fixture that sees to it.
NEEDS = {"swap": "swap_space", "hugetlb": "huge_pool"}

# Behind the arrays of the scenarios (workload.h: SLOT) lies nothing.
ARENA = (0x2000000000, 0x2000000000 + (64 << 30))

pytestmark = pytest.mark.root


def playable(name, request):
    """A scenario on a machine that has what it needs."""
    scenario = SCENARIOS[name]
    for needed, fixture in NEEDS.items():
        if scenario[needed]:
            request.getfixturevalue(fixture)
    return scenario


def mark_options(scenario):
    return [word for array in scenario["arrays"]
            for word in ("--array", f"{array['name']}={array['start']:#x}+{array['bytes']}")]


def check_books(snapshot, told, scenario, attached):
    """Compares the whole report with the books of the program."""
    assert snapshot["complete"], snapshot["incomplete_reasons"]
    books.check_invariants(snapshot)
    tells_writes = snapshot["backend"] == "tp_btf"
    # What lies in the pool is huge whatever the reader can tell.
    merged = [] if scenario["hugetlb"] else snapshot["merged"]
    wrong = []
    for book in told["books"]:
        book["page_size"] = told["page_size"]
        pid = told["child"] if book["name"].startswith("child.") else told["pid"]
        expected = books.expected_pages(book, merged, attached)
        printed = books.printed_pages(harness.process_of(snapshot, pid))
        wrong += books.differing(expected, printed, tells_writes)
    assert not wrong, f"{len(wrong)} pages differ:\n" + "\n".join(wrong[:10])

    pages = {}
    for book in told["books"]:
        if not book["name"].startswith("child."):
            pages.update(books.expected_pages(book, merged, attached))
    process = harness.process_of(snapshot, told["pid"])
    for array in scenario["arrays"]:
        books.check_row(harness.array_of(process, array["name"]),
                        books.expected_row(pages, array["start"], array["start"] + array["bytes"],
                                           process["page_size"], tells_writes))
    return process


def skip_if_told(told):
    if told["skip"]:
        pytest.skip(told["skip"])


def check_ended(process, told, scenario, attached):
    want = {how: counts["now" if attached else "all"] for how, counts in told["ended"].items()}
    want = {how: count for how, count in want.items() if count}
    if told["scenario"] == "exec_after" and scenario["new_image"]:
        # Of the image before it the second one's books know nothing: run_exec wrote these.
        want["exec"] = 101
    low = min(ARENA[0], *[int(book["start"], 16) for book in told["books"]])
    high = max([int(book["start"], 16) + book["pages"] * told["page_size"]
                for book in told["books"]])
    got = books.retired_touched(process, low, high)
    if told["scenario"] == "short_lived":
        # More lives than are listed: the rest is one record without a range.
        rest = [life for life in process["retired"] if life["start"] is None]
        got["munmap"] = got.get("munmap", 0) + sum(l["touch"]["pages_touched"] for l in rest)
    assert got == want


@pytest.mark.parametrize("name", SCENARIOS)
def test_attached(name, backend, reader, request, opened):
    """Attached while the program stands at READY; looked at while it stands at DONE."""
    scenario = playable(name, request)
    if scenario["ends_early"]:
        pytest.skip("ends before it can be looked at: test_ends_early has it")
    target = harness.Target([harness.WORKLOAD, "--wait", name])
    opened.append(target)
    target.ready()
    children = ["--children"] if scenario["child"] else []
    watch = harness.Watch(target.pid, "--pages", "--detail", "--backend", backend, "--page-reader", reader,
                          *children, *mark_options(scenario))
    opened.append(watch)
    before = harness.process_of(watch.snapshot(), target.pid)
    target.done()
    told = target.books
    skip_if_told(told)
    snapshot = watch.snapshot()
    process = check_books(snapshot, told, scenario, attached=True)
    check_ended(process, told, scenario, attached=True)
    if not scenario["new_image"]:
        trapped = target.done_faults - target.ready_faults - told["populated"]
        if scenario["one_thread"]:
            # The program's own books explain every fault that the kernel charged it with.
            assert process["faults"] - before["faults"] == trapped
    if told["stray"] and backend == "tp_btf":
        # The software event fires after the VMA lookup, the tracepoint before it.
        assert process["stray_faults"] == told["stray"]
    assert target.end() == 0
    assert watch.wait() == 0


@pytest.mark.parametrize("name", SCENARIOS)
def test_run(name, tmp_path, request, backends):
    """Watched from the first instruction; the last snapshot is taken at exit."""
    scenario = playable(name, request)
    if backends["tp_btf"]:
        pytest.skip(f"no backend tp_btf here: {backends['tp_btf']}")
    children = ["--children"] if scenario["child"] else []
    snapshot, done = harness.run_json(tmp_path, ["--pages", "--detail", *children, *mark_options(scenario)],
                                      [harness.WORKLOAD, name])
    told = json.loads([text for text in done.stdout.splitlines() if text.startswith("{")][0])
    skip_if_told(told)
    assert done.returncode == (7 if scenario["ends_early"] else 0), done.stderr
    check_books(snapshot, told, scenario, attached=False)


def test_ends_early(backend, opened):
    """A target that ends before it is looked at again: its touches are told as ended lives."""
    scenario = SCENARIOS["exit_early"]
    target = harness.Target([harness.WORKLOAD, "--wait", "exit_early"])
    opened.append(target)
    target.ready()
    watch = harness.Watch(target.pid, "--backend", backend, *mark_options(scenario))
    opened.append(watch)
    watch.snapshot()
    target.done(ends=True)
    assert target.process.wait(harness.DEADLINE) == 7
    last = harness.process_of(watch.next(), target.pid)
    assert last["exited"]
    touched = sum(life["touch"]["pages_touched"] for life in last["retired"]
                  if life["how"] == "exit")
    # The program's own stack and text are touched as well: at least its books.
    assert touched >= target.books["faults"]
    assert watch.wait() == 0
