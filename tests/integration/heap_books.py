# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What tests/workload/heap logged, played back: the blocks that live, and what is left of others."""
import pathlib

MIN = 65536


def events_of(log, pid):
    lines = pathlib.Path(f"{log}.{pid}").read_text().splitlines()
    events = []
    for line in lines:
        sequence, call, address, nbytes, tid = line.split()
        events.append((int(sequence), call, int(address), int(nbytes), int(tid)))
    return sorted(events)


def without(parts, start, end):
    """Parts of ranges that lie outside [start, end)."""
    left = []
    for low, high in parts:
        if low < min(high, start):
            left.append((low, min(high, start)))
        if max(low, end) < high:
            left.append((max(low, end), high))
    return left


def play(events, page=4096):
    """(live, freed): {address: (bytes, call, thread)}, and sorted parts with a whole page."""
    live, freed = {}, []
    for _, call, address, nbytes, tid in events:
        if call == "free":
            block = live.pop(address, None)
            if block:
                freed.append((address, address + block[0]))
        elif nbytes >= MIN:
            assert address not in live, f"two live blocks at {address:#x}"
            live[address] = (nbytes, call, tid)
            freed = without(freed, address, address + nbytes)
    whole = [(low, high) for low, high in freed if -(-low // page) < high // page]
    return live, sorted(whole)


def rows_of(process):
    """The same, as pagewatch printed it."""
    rows = [row for row in process["arrays"] if row["source"] == "heap"]
    live = {int(row["start"], 16): (row["nbytes"], row["allocated_by"], row["thread"])
            for row in rows if not row["freed"]}
    freed = sorted((int(row["start"], 16), int(row["end"], 16)) for row in rows if row["freed"])
    assert len(live) + len(freed) == len(rows), "two live rows at one address"
    assert len({row["id"] for row in process["arrays"]}) == len(process["arrays"])
    return live, freed
