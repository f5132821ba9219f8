# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Random mapping, moving and touching against the program's own books, page by page."""
import json

import books
import harness
import pytest

pytestmark = pytest.mark.root

OPERATIONS = 600
SEEDS = list(range(1, 9))
LONG_SEEDS = [pytest.param(seed, marks=pytest.mark.long) for seed in range(100, 200)]


def check(snapshot, path, attached):
    told = json.loads(path.read_text())
    assert snapshot["complete"], snapshot["incomplete_reasons"]
    books.check_invariants(snapshot)
    process = harness.process_of(snapshot, told["pid"])
    tells_writes = snapshot["backend"] == "tp_btf"
    book = told["books"][0]
    book["page_size"] = told["page_size"]
    expected = books.expected_pages(book, snapshot["merged"], attached)
    wrong = books.differing(expected, books.printed_pages(process), tells_writes)
    assert not wrong, f"{len(wrong)} of {len(expected)} pages differ:\n" + "\n".join(wrong[:20])
    # A run that touches nothing would prove nothing.
    assert sum(page.read or page.written for page in expected.values()) > len(expected) // 50
    return told, process


@pytest.mark.parametrize("seed", SEEDS + LONG_SEEDS)
def test_run(seed, backend, tmp_path):
    path = tmp_path / "books.json"
    snapshot, done = harness.run_json(tmp_path, ["--pages", "--backend", backend],
                                      [harness.RANDOM, seed, OPERATIONS, path])
    assert done.returncode == 0, done.stderr
    check(snapshot, path, attached=False)


@pytest.mark.parametrize("seed", SEEDS[:4] + LONG_SEEDS)
def test_attached(seed, backend, reader, tmp_path, opened):
    path = tmp_path / "books.json"
    target = harness.Target([harness.RANDOM, "--wait", seed, OPERATIONS, path])
    opened.append(target)
    target.ready()
    watch = harness.Watch(target.pid, "--pages", "--backend", backend, "--page-reader", reader)
    opened.append(watch)
    target.done()
    told, process = check(watch.snapshot(), path, attached=True)
    book = told["books"][0]
    start = int(book["start"], 16)
    ended = books.retired_touched(process, start, start + book["pages"] * told["page_size"])
    want = {how: counts["now"] for how, counts in told["ended"].items() if counts["now"]}
    assert sum(ended.values()) <= sum(want.values())
    if len(process["retired"]) < 1000:
        assert {how: count for how, count in ended.items() if count} == want
    assert target.end() == 0
    assert watch.wait() == 0
