# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A large grid of which a run uses a small part."""
import numpy as np


def empty_grid(rows, columns):
    """Costs memory only where it is written."""
    cells = np.zeros(rows * columns)
    return cells.reshape(rows, columns)


def stamp(grid, row, value):
    grid[row] = value


def total(grid):
    return float(grid.sum())
