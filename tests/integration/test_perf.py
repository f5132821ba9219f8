# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The pages that pagewatch calls touched are those that perf saw faults on."""
import re
import shutil
import subprocess

import books
import harness
import pytest

pytestmark = pytest.mark.root

# Nothing ends in these, so that perf's whole history is one life.
SCENARIOS = ["write", "read_write", "read_only", "read_call", "mlock", "threads", "madv_free"]
ARENA = (0x2000000000, 0x2000000000 + (1 << 30))


def perf_pages(tmp_path, name, page_size):
    """The pages of the arena that `perf record` saw faults on, and how many faults."""
    data = tmp_path / "perf.data"
    subprocess.run(["perf", "record", "-q", "-e", "page-faults", "-c", "1", "-d", "-m", "4M", "-o",
                    data, "--", harness.WORKLOAD, name], stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, check=True, timeout=harness.DEADLINE)
    script = subprocess.run(["perf", "script", "-i", data, "-F", "addr"], text=True, check=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, timeout=harness.DEADLINE)
    assert "LOST" not in script.stderr
    addresses = [int(word, 16) for word in re.findall(r"^\s*([0-9a-f]+)\s*$", script.stdout,
                                                      re.MULTILINE)]
    inside = [address for address in addresses if ARENA[0] <= address < ARENA[1]]
    return {address // page_size * page_size for address in inside}, len(inside)


@pytest.mark.parametrize("name", SCENARIOS)
def test_touched_pages_equal_perf(name, backend, tmp_path):
    if not shutil.which("perf"):
        pytest.skip("no perf here")
    snapshot, done = harness.run_json(tmp_path, ["--pages", "--backend", backend],
                                      [harness.WORKLOAD, name])
    assert done.returncode == 0, done.stderr
    process = snapshot["processes"][0]
    touched = {address for address, page in books.printed_pages(process).items()
               if ARENA[0] <= address < ARENA[1] and (page.read or page.written)}
    pages, faults = perf_pages(tmp_path, name, process["page_size"])
    assert touched == pages
    assert touched and faults >= len(touched)
