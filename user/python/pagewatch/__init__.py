# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Which pages of an array are resident, read from the page tables; no root, touches no page.

    r = pagewatch.residency(numpy.zeros((10000, 10000)))
    r.interior_resident     # 0
    r                       # <Residency of ndarray: 1 of 195,313 pages resident, ... |▁·····|>

Counts are pages. Interior pages lie wholly inside the array: malloc's header makes the first
page of a large array resident, whatever the program does.
"""
from ._library import version as _version
from ._marks import Mark, checkpoint, mark
from ._residency import Delta, Pages, Residency, residency, watch

__version__ = _version()
__all__ = ["Delta", "Mark", "Pages", "Residency", "checkpoint", "mark", "residency", "watch"]
