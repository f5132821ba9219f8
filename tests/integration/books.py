# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What the books of a test program say pagewatch must print, page by page and summed."""
from collections import Counter

RESIDENT = ("anon", "anon_huge", "file", "shmem")
ZERO = ("zero", "zero_huge")
STATES = ("absent", "zero", "zero_huge", "anon", "anon_huge", "file", "shmem", "swapped", "guard")
LEDGER = ("touched", "before", "huge_fill", "unfaulted")


class Page:
    """One page: state, cause (None unless resident), read and write bits."""
    __slots__ = ("state", "cause", "read", "written")

    def __init__(self, state="absent", cause=None, read=False, written=False):
        self.state, self.cause, self.read, self.written = state, cause, read, written

    def key(self, tells_writes):
        """What is compared: without read and write where the backend cannot tell them apart."""
        if tells_writes:
            return (self.state, self.cause, self.read, self.written)
        return (self.state, self.cause, self.read or self.written)


def merge(state, merged):
    """The state as a page reader prints it that cannot tell huge pages apart."""
    if state in merged:
        return {"anon_huge": "anon", "zero_huge": "zero"}[state]
    return state


def expected_pages(book, merged=(), attached=True):
    """{page address: Page} of a book, as seen from READY on, or from the first instruction."""
    pages = {}
    for run in book["runs"]:
        bits = set(run["bits"]) | (set() if attached else set(run["early"]))
        cause = None
        if run["state"] in RESIDENT:
            if bits:
                cause = "touched"
            elif run["before"] and (attached or book["name"].startswith("child.")):
                cause = "before"
            elif run["huge"]:
                cause = "unexplained" if "anon_huge" in merged else "huge_fill"
            else:
                cause = "unfaulted"
        page = Page(merge(run["state"], merged), cause, "r" in bits, "w" in bits)
        size = book["page_size"]
        start = int(run["start"], 16)
        for index in range(run["pages"]):
            pages[start + index * size] = page
    return pages


def printed_pages(process):
    """{page address: Page} of the "pages" list of a process in the JSON."""
    pages = {}
    for run in process["pages"]:
        # A backend that tells no writes from reads says "touched" alone.
        read = run["touched"] if run["read"] is None else run["read"]
        page = Page(run["state"], run["cause"], bool(read), bool(run["written"]))
        start = int(run["start"], 16)
        for index in range(run["pages"]):
            address = start + index * process["page_size"]
            assert address not in pages, f"page {address:#x} is listed twice"
            pages[address] = page
    return pages


def differing(expected, printed, tells_writes):
    """["address: expected, printed"] of the pages that are not the same."""
    nothing = Page()
    lines = []
    for address, page in sorted(expected.items()):
        want = page.key(tells_writes)
        got = printed.get(address, nothing).key(tells_writes)
        if want != got:
            lines.append(f"{address:#x}: expected {want}, printed {got}")
    return lines


def expected_row(pages, start, end, page_size, tells_writes):
    """The counts of a row over [start, end), as docs/OUTPUT.md defines them."""
    first, last = start // page_size * page_size, -(-end // page_size) * page_size
    inside_first, inside_last = -(-start // page_size) * page_size, end // page_size * page_size
    covered = {address: pages.get(address, Page()) for address in range(first, last, page_size)}
    interior = [page for address, page in covered.items()
                if inside_first <= address < inside_last]
    states = Counter(page.state for page in covered.values())
    ledger = Counter(page.cause for page in covered.values() if page.cause)
    touched = [page for page in covered.values() if page.read or page.written]
    return {
        "pages": len(covered),
        "range_pages": len(covered),
        "edge_pages": len(covered) - len(interior),
        "interior_pages": len(interior),
        "states": {state: states[state] for state in STATES},
        "resident_pages": sum(states[state] for state in RESIDENT),
        "interior_resident_pages": sum(page.state in RESIDENT for page in interior),
        "ledger": expected_ledger(ledger),
        "touch": {
            "pages_read": sum(page.read for page in touched) if tells_writes else None,
            "pages_written": sum(page.written for page in touched) if tells_writes else None,
            "pages_touched": len(touched),
            "zero_read": sum(page.state in ZERO for page in touched),
            "gone": sum(page.state not in RESIDENT + ZERO for page in touched),
        },
    }


def expected_ledger(causes):
    """The causes by pages; what one reader cannot tell apart stands in one count."""
    open_pages = causes["unexplained"] and sum(causes[cause] for cause in
                                               ("unexplained", "huge_fill", "unfaulted"))
    counts = {cause: causes[cause] for cause in LEDGER}
    if open_pages:
        counts["huge_fill"] = counts["unfaulted"] = None
    return {**counts, "unexplained_pages": open_pages}


def check_row(row, expected):
    """Every expected count of an array row, and that its heat adds up to them."""
    for name in ("pages", "range_pages", "edge_pages", "interior_pages", "states",
                 "resident_pages", "interior_resident_pages", "ledger"):
        assert row[name] == expected[name], f"{row['name']}: {name}"
    for name, count in expected["touch"].items():
        assert row["touch"][name] == count, f"{row['name']}: touch.{name}"
    heat = row["heat"]
    assert heat["cells"] == min(64, row["pages"])
    cells = heat["cells"]
    bounds = [index * row["pages"] // cells for index in range(cells + 1)]
    assert heat["pages"] == [bounds[i + 1] - bounds[i] for i in range(cells)]
    assert sum(heat["resident"]) == expected["resident_pages"]
    assert sum(heat["zero"]) == expected["states"]["zero"] + expected["states"]["zero_huge"]
    assert sum(heat["touched"]) == expected["touch"]["pages_touched"]


def check_invariants(snapshot):
    """What holds in every snapshot: states sum to pages, the ledger to resident, rows to totals."""
    for process in snapshot["processes"]:
        sums = Counter()
        rest = process["regions_rest"]
        for row in [process["totals"], rest, *process["regions"], *process["arrays"]]:
            assert sum(row["states"].values()) == row["pages"]
            assert sum(row["states"][state] for state in RESIDENT) == row["resident_pages"]
            if snapshot["tier"] == "scan":
                assert row["ledger"] is None and row["touch"] is None
                continue
            touch = row["touch"]
            assert sum(row["ledger"][name] or 0 for name in row["ledger"]) == row["resident_pages"]
            assert touch["pages_touched"] == \
                row["ledger"]["touched"] + touch["zero_read"] + touch["gone"]
        for region in process["regions"]:
            span = int(region["end"], 16) - int(region["start"], 16)
            assert span == region["pages"] * process["page_size"]
            sums["pages"] += region["pages"]
            sums["resident_pages"] += region["resident_pages"]
            if region["kind"] != "hugetlb":
                sums["rss"] += region["resident_pages"]
        for name in ("pages", "resident_pages"):
            sums[name] += rest[name]
        sums["rss"] += rest["rss_pages"]
        assert sums["pages"] == process["totals"]["pages"]
        assert sums["resident_pages"] == process["totals"]["resident_pages"]
        assert sums["rss"] == process["rss_pages"]


def retired_touched(process, first, last):
    """{how: touched pages} of the lives in [first, last) that ended."""
    ended = Counter()
    for life in process["retired"]:
        if life["start"] is None:
            continue
        start = int(life["start"], 16)
        if first <= start < last and life["touch"]["pages_touched"]:
            ended[life["how"]] += life["touch"]["pages_touched"]
    return dict(ended)
