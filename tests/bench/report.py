# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The figures as a table with their limits, on the terminal and in docs/PERFORMANCE.md."""
import os
import re

BEGIN, END = "<!-- begin: make bench -->", "<!-- end: make bench -->"

TOOL_NAMES = {
    "none": "nothing",
    "empty_tp_btf": "an empty tp_btf program",
    "pagewatch_tp_btf": "**pagewatch** (tp_btf)",
    "pagewatch_perf": "**pagewatch** (perf)",
    "pagewatch_all_calls": "**pagewatch** (tp_btf, mapping calls too)",
    "perf_record": "perf record -e page-faults -c 1 -d",
    "bpftrace": "bpftrace, count per 2 MiB",
}

LAYOUT_NAMES = {
    "sparse_64gib": "64 GiB, a page in each 2 MiB",
    "sparse_1tib": "1 TiB, a page in each GiB",
    "single_1tib": "1 TiB, one page",
    "dense_4gib": "4 GiB, every page",
}

VICTIM_NAMES = {
    "dense_2gib": "a process with 2 GiB, every page",
    "sparse_64gib": "with 64 GiB, a page in each 2 MiB",
}

# Limits: what, where in the figures, at most, unit.
LIMITS = (
    ("fault of the target, tp_btf: slower by", ("fault_slower_percent", "pagewatch_tp_btf"), 8, "%"),
    ("the same, added over an empty program", ("fault_added_over_empty", "pagewatch_tp_btf"), 1.6,
     "x"),
    ("fault of the target, perf backend: slower by", ("fault_slower_percent", "pagewatch_perf"),
     20, "%"),
    ("munmap of 1 TiB, one touched page: more by", ("munmap_1tib_added_us",), 50, "us"),
    ("scan of 1 TiB sparse over a bare loop", ("scans", "sparse_1tib", "over_bare_scan"), 1.2, "x"),
    ("scan of 64 GiB sparse over a bare loop", ("scans", "sparse_64gib", "over_bare_scan"), 1.2,
     "x"),
    ("map, touch and unmap, 2 GiB looked at 10 times a second: 99th percentile",
     ("victim_us", "dense_2gib", "pagewatch", "p99"), 1000, "us"),
    ("the same, 64 GiB sparse", ("victim_us", "sparse_64gib", "pagewatch", "p99"), 1000, "us"),
    ("memory a page, touched densely", ("bytes_per_touched_page",), 0.6, "B"),
    ("memory a chunk, touched sparsely", ("bytes_per_touched_chunk",), 320, "B"),
    ("start to faults counted", ("attach_ms", "pagewatch"), 100, "ms"),
    ("the same, 1 TiB mapped and 1 GiB touched", ("attach_ms", "pagewatch_large"), 100, "ms"),
    ("names of 10 arrays", ("python_scan_ms", "10"), 5, "ms"),
    ("names of 1,000 arrays", ("python_scan_ms", "1000"), 10, "ms"),
    ("names of 100,000 arrays", ("python_scan_ms", "100000"), 400, "ms"),
    ("check -- true, all of it", ("check_ms", "true"), 50, "ms"),
    ("a checkpoint, with its scan", ("checkpoint_ms", "pagewatch"), 5, "ms"),
    ("run of a command that does nothing, over start to faults counted",
     ("run_nothing_over_start",), 2, "x"),
    ("the same command, held from its exec to its end", ("run_held_ms",), 5, "ms"),
    ("run --children of 100 forks: over 1.5 times the bare command", ("forks_excess_ms",), 1000,
     "ms"),
    ("run --no-peaks of 100,000 sparse chunks: over the bare command and a bare scan",
     ("sparse_run_excess_ms",), 200, "ms"),
    ("file: a sparse GGUF of 10 GiB with 1,000 tensors", ("file_ms",), 30, "ms"),
    ("a page of 10,000 arrays (--html): an array", ("html", "bytes_per_array"), 500, "B"),
    ("the same, from the start of its load to all that is in sight", ("html", "drawn_ms"), 1000,
     "ms"),
    ("a recording: a touch of a chunk of which all was touched", ("record", "bytes_per_touch"), 0.5, "B"),
    ("a recording: a chunk of which one page was touched", ("record", "bytes_per_chunk"), 48, "B"),
    ("live view, 16 GiB at rest, 10 looks a second: of a core", ("live_percent", "rest"), 2, "%"),
    ("the same, the process faults all the time; from the tenth second on", ("live_percent", "busy"), 2,
     "%"),
    ("run of the numpy program: over 1.15 times the bare one", ("numpy_excess_ms",), 100, "ms"),
)


def number(value):
    magnitude = abs(value)
    if magnitude >= 1000:
        return f"{value:,.0f}"
    if magnitude >= 100:
        return f"{value:.0f}"
    if magnitude >= 10:
        return f"{value:.1f}"
    return f"{value:.3f}" if magnitude < 0.1 else f"{value:.2f}"


def median(value):
    return value["median"] if isinstance(value, dict) else value


def spread(value, unit=""):
    """Median, and the quartiles where there are any."""
    text = number(median(value)) + unit
    if isinstance(value, dict):
        text += f" ({number(value['low'])}..{number(value['high'])})"
    return text


def verdicts(figures):
    """Each limit with what was measured; met is None where this part did not run."""
    result = []
    for what, path, limit, unit in LIMITS:
        value = figures
        for key in path:
            value = value.get(key) if value else None
        result.append({"what": what, "value": value, "limit": limit, "unit": unit,
                       "met": None if value is None else median(value) <= limit})
    return result


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows] + [""]


def limit_table(figures):
    words = {True: "met", False: "**missed**", None: "not measured"}
    return table(("limit", "measured (quartiles)", "at most", "verdict"),
                 [(row["what"],
                   "-" if row["value"] is None else spread(row["value"], " " + row["unit"]),
                   f"{row['limit']} {row['unit']}", words[row["met"]])
                  for row in verdicts(figures)])


def fault_table(figures):
    rows = []
    for name, text in TOOL_NAMES.items():
        cells = [text, number(figures["fault_ns"][name])]
        for key, unit in (("fault_added_ns", ""), ("fault_slower_percent", " %"),
                          ("bystander_fault_slower_percent", " %"),
                          ("bystander_getppid_added_ns", "")):
            cells.append("" if name == "none" else spread(figures[key][name], unit))
        rows.append(cells)
    return table(("attached to the target", "target, ns a fault", "added, ns", "slower",
                  "a bystander's fault", "a bystander's getppid, ns more"), rows)


def scan_table(figures):
    rows = []
    for name, text in LAYOUT_NAMES.items():
        layout = figures["scans"][name]
        rows.append([text, *(number(layout["ms"][key]["median"])
                             for key in ("bare_scan", "pagewatch", "pread", "smaps")),
                     spread(layout["over_bare_scan"])])
    return table(("ms", "bare PAGEMAP_SCAN", "**pagewatch**", "pagemap pread", "cat smaps",
                  "pagewatch / bare scan"), rows)


def victim_table(figures):
    rows = []
    for name, text in VICTIM_NAMES.items():
        layout = figures["victim_us"][name]
        rows.append([text, *(f"{number(layout['none'][key])} / {number(layout['pagewatch'][key])}"
                             for key in ("p50", "p99", "longest"))])
    return table(("map, touch, unmap a page, us: alone / watched at 10 Hz", "median",
                  "99th percentile", "longest"), rows)


def other_table(figures):
    rows = []
    if "attach_ms" in figures:
        for key, text in (("attach_ms", "start to faults counted"),
                          ("attach_best_ms", "the same, best round"),
                          ("detach_ms", "signal to ended")):
            rows.append([text + ", ms", "", number(figures[key]["pagewatch"]),
                         f"bpftrace {number(figures[key]['bpftrace'])}"])
    if "munmap_1tib_ms" in figures:
        values = figures["munmap_1tib_ms"]
        rows.append(["munmap of 1 TiB with one touched page, us", number(values["none"] * 1e3),
                     number(values["pagewatch"] * 1e3), ""])
    if "memory" in figures:
        held = figures["memory"]
        rows.append([f"memory a page, {held['dense']['pages']:,} touched densely, bytes", "",
                     number(figures["bytes_per_touched_page"]), "perf.data: 88"])
        rows.append([f"memory a chunk, one page touched in {held['sparse']['pages']:,}, bytes", "",
                     number(figures["bytes_per_touched_chunk"]), ""])
        rows.append(["the constant: kernel, user side, MiB", "",
                     f"{held['few']['bpf_bytes'] / 2**20:.1f}, "
                     f"{held['few']['rss_bytes'] / 2**20:.1f}", ""])
    if "forks_ms" in figures:
        for key, text in (("forks_ms", "run --children of 100 forks, ms"),
                          ("sparse_run_ms", "run --no-peaks of 100,000 sparse chunks, ms")):
            rows.append([text, number(median(figures[key]["none"])),
                         number(median(figures[key]["pagewatch"])), ""])
        rows.append(["the same, with moments at peaks of RSS, ms", "",
                     number(median(figures["sparse_peaks_ms"])), ""])
        rows.append(["run of a command that does nothing, ms", "",
                     number(median(figures["run_nothing_ms"])), ""])
    if "html" in figures:
        page = figures["html"]
        rows.append([f"page of {page['arrays']:,} arrays, bytes an array", "",
                     number(page["bytes_per_array"]), f"JSON {number(page['json_bytes_per_array'])}"])
        rows.append(["the same, written; first paint; drawn, ms", "",
                     ", ".join(number(page[key]) for key in ("written_ms", "painted_ms", "drawn_ms")), ""])
    if "record" in figures:
        record = figures["record"]
        rows.append(["recording, bytes a touch, all pages of a chunk", "",
                     f"{record['bytes_per_touch']:.2f}",
                     f"perf record {number(record['perf_bytes_per_touch'])}"])
        rows.append(["recording, bytes: a chunk of one touch; a moment without news", "",
                     f"{number(record['bytes_per_chunk'])}, {number(record['bytes_per_moment'])}", ""])
    if "numpy_ms" in figures:
        values = figures["numpy_ms"]
        rows.append(["the numpy program, end to end, ms", number(values["none"]),
                     number(values["pagewatch_run"]),
                     f"perf record {number(values['perf_record'])}, "
                     f"memray {number(values['memray'])}"])
        values = figures["numpy_output_bytes"]
        rows.append(["the same: what is on the disk then, KiB", "",
                     f"record {number(values['pagewatch_record'] / 1024)}",
                     f"perf record {number(values['perf_record'] / 1024)}, "
                     f"memray {number(values['memray'] / 1024)}"])
    return table(("", "nothing", "**pagewatch**", "others"), rows) if rows else []


def render(figures):
    machine = figures["machine"]
    lines = [f"{machine['date']} · Linux {machine['kernel']} {machine['machine']} · "
             f"{machine['cpu']}, {machine['cpus']} CPUs, {machine['ram_gib']} GiB · "
             f"THP {machine['thp']} · {machine['versions']}. A thread of ours that never waits "
             f"had {number(machine['cpu_share_percent'])} % of a CPU.", ""]
    lines += limit_table(figures)
    if "fault_ns" in figures:
        lines += fault_table(figures)
    if "scans" in figures:
        lines += scan_table(figures)
    if "victim_us" in figures:
        lines += victim_table(figures)
    return "\n".join(lines + other_table(figures)).rstrip() + "\n"


def plain(text):
    """For a terminal: columns aligned, no marks."""
    lines, block = [], []

    def flush():
        if not block:
            return
        widths = [max(len(row[i]) for row in block) for i in range(len(block[0]))]
        for row in block:
            lines.append("  ".join(
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths))).rstrip())
        block.clear()

    for line in text.replace("**", "").splitlines():
        if re.match(r"\|-+", line):
            continue
        if line.startswith("|"):
            block.append([cell.strip() for cell in line.strip("|").split("|")])
        else:
            flush()
            lines.append(line)
    flush()
    return "\n".join(lines)


def update_document(path, text):
    """Between the two marks of an existing file; what is written around them stays."""
    with open(path, encoding="utf-8") as file:
        old = file.read()
    before, mark, rest = old.partition(BEGIN + "\n")
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError(f"{os.path.basename(path)} has lost its marks")
    # In place: the file keeps its owner.
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + BEGIN + "\n" + text + END + after)
