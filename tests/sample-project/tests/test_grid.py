# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Laziness as a test: the array, not the process, is measured."""
import pagewatch
import pytest
from grid import empty_grid, stamp, total


@pytest.fixture
def grid():
    return empty_grid(4001, 4001)


def test_new_grid_costs_nothing(grid):
    assert pagewatch.residency(grid).interior_resident == 0


def test_total_costs_nothing(lazy, grid):
    lazy(grid, name="grid")
    assert total(grid) == 0.0


# A row may lie in two huge pages; numpy 2.2 and later ask for them.
@pytest.mark.pagewatch(allow="4MiB")
def test_stamp_costs_a_row(lazy, grid):
    lazy(grid, name="grid")
    with pagewatch.watch(grid[7]) as row:
        stamp(grid, 7, 1.0)
    assert row.after.interior_resident == row.after.interior_pages
    assert total(grid) == 4001.0
