# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Static arrays of compiled programs, by their symbols."""
import subprocess

import harness
import pytest

SOURCE = """
#include <stdio.h>
#include <stddef.h>
#define PAGES(n) ((size_t)(n) * 4096)
__attribute__((aligned(4096))) char lazy_grid[PAGES(10007)];
__attribute__((aligned(4096))) static double field[PAGES(503) / 8] = { 1 };
static char small[PAGES(3)];
const char table[PAGES(401)] = { 1 };
int main(void)
{
	size_t i;

	for (i = 0; i < 17; i++)
		*(volatile char *)&lazy_grid[PAGES(601 * i) + 4095] = 1;
	for (i = 0; i < 503; i++)
		*(volatile char *)((char *)field + PAGES(i)) = 1;
	*(volatile char *)small = table[PAGES(200)];
	puts("READY");
	fflush(stdout);
	getchar();
	return 0;
}
"""

BUILDS = {"pie": ["-pie", "-fPIE"], "no-pie": ["-no-pie", "-fno-pie"],
          "dynsym only": ["-pie", "-fPIE", "-rdynamic", "-s"]}


@pytest.mark.parametrize("build", BUILDS)
def test_static_arrays(build, tmp_path, opened):
    source, program = tmp_path / "static.c", tmp_path / "static"
    source.write_text(SOURCE)
    subprocess.run(["gcc", "-O0", *BUILDS[build], "-o", program, source], check=True)
    target = harness.Target([program])
    opened.append(target)
    target.until("READY")
    process = harness.process_of(harness.snap(target.pid), target.pid)
    rows = {row["name"]: row for row in process["arrays"]}
    # A stripped program keeps the names that it exports; constants are no arrays of ours.
    names = {"lazy_grid"} if build == "dynsym only" else {"lazy_grid", "field"}
    assert set(rows) == names
    grid = rows["lazy_grid"]
    assert grid["source"] == "elf" and grid["nbytes"] == 10007 * 4096
    assert grid["pages"] == 10007 and grid["resident_pages"] == 17
    if build != "dynsym only":
        field = rows["field"]
        assert field["nbytes"] == 503 * 4096
        assert field["pages"] == field["resident_pages"] == field["states"]["anon"] == 503
    assert target.end() == 0
