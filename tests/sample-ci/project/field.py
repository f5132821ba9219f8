# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Fields on a square grid."""
import numpy as np


def new_field(side):
    """A cold field. 5,003 x 5,003 cells are 200 MB that nobody pays for until they warm up."""
    n = (side, side)
    return np.zeros(n)


def heat(field, rows, columns, degrees):
    """Warms a rectangle."""
    field[rows, columns] += degrees
