# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What a page of --html is: its size, the time to write it, and to show it in a browser."""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from tools import PAGEWATCH, ROOT, BenchError, find

sys.path.insert(0, os.path.join(ROOT, "tests/integration"))
TARGET = os.path.join(ROOT, "tests/integration/html_target.py")


def written(pid, *options):
    """Milliseconds of a snap with all rows."""
    start_ns = time.monotonic_ns()
    subprocess.run([PAGEWATCH, "snap", "-p", pid, "--min-size", "0", *options], check=True)
    return (time.monotonic_ns() - start_ns) / 1e6


def shown(path, rounds):
    """Milliseconds from the start of the load to the first paint, and to all of it."""
    find("chromedriver", "chromium-driver")
    import browser  # pylint: disable=import-outside-toplevel
    chromium = browser.Browser()
    paints, drawn = [], []
    try:
        for _ in range(rounds):
            chromium.open(path)
            paints.append(chromium.run("performance.getEntriesByType('paint')[0].startTime"))
            drawn.append(chromium.run("performance.getEntriesByName('drawn')[0].startTime"))
    finally:
        chromium.close()
    return statistics.median(paints), statistics.median(drawn)


def measure(rounds):
    with tempfile.TemporaryDirectory() as directory, subprocess.Popen(
            ["/usr/bin/python3", TARGET, "many"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True) as target:
        ready = target.stdout.readline().split()
        if ready[:1] != ["READY"]:
            raise BenchError("the program of the page did not start")
        page, report = os.path.join(directory, "page.html"), os.path.join(directory, "report.json")
        plain = [written(ready[1], "--json", "-o", report) for _ in range(rounds)]
        both = [written(ready[1], "--json", "-o", report, "--html", page) for _ in range(rounds)]
        target.stdin.close()
        with open(report, encoding="utf-8") as file:
            arrays = len(json.load(file)["processes"][0]["arrays"])
        painted, drawn = shown(page, rounds)
        return {"html": {"arrays": arrays, "bytes_per_array": os.path.getsize(page) / arrays,
                         "json_bytes_per_array": os.path.getsize(report) / arrays,
                         "written_ms": statistics.median(both) - statistics.median(plain),
                         "painted_ms": painted, "drawn_ms": drawn}}
