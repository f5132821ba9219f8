# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Counts of an array's pages, their heatmap, and the difference that a block of code makes."""
from __future__ import annotations

import html
from typing import Any, NamedTuple, Optional, Tuple, Type

from . import _library
from ._address import layout_of

CELLS = 64
LEVELS = "▁▂▃▄▅▆▇█"
ZERO, ABSENT = "░", "·"


class Pages(NamedTuple):
    """Counts of pages; absent to guard are a partition of pages. In a Delta they are signed."""
    pages: int
    resident: int  # anon + anon_huge + file + shmem: what costs memory
    absent: int
    zero: int  # on the shared zero page, which costs nothing
    zero_huge: int
    anon: int
    anon_huge: int
    file: int
    shmem: int
    swapped: int
    guard: int


class _Counts:
    """The metrics of `pagewatch check`, for both Residency and Delta."""

    def __init__(self, label: str, page_bytes: int, every: Pages, interior: Pages) -> None:
        self.label = label
        self.page_bytes = page_bytes
        self.all = every
        self.interior = interior

    @property
    def pages(self) -> int:
        """Pages that the elements touch."""
        return self.all.pages

    @property
    def resident(self) -> int:
        return self.all.resident

    @property
    def zero(self) -> int:
        """Pages on the zero page, small or huge."""
        return self.all.zero + self.all.zero_huge

    @property
    def huge(self) -> int:
        """The part of resident that is mapped by huge pages."""
        return self.all.anon_huge

    @property
    def swapped(self) -> int:
        return self.all.swapped

    @property
    def absent(self) -> int:
        return self.all.absent

    @property
    def interior_pages(self) -> int:
        """Pages that lie wholly inside the array."""
        return self.interior.pages

    @property
    def interior_resident(self) -> int:
        return self.interior.resident

    @property
    def interior_zero(self) -> int:
        return self.interior.zero + self.interior.zero_huge

    @property
    def interior_huge(self) -> int:
        return self.interior.anon_huge

    @property
    def interior_swapped(self) -> int:
        return self.interior.swapped

    @property
    def interior_absent(self) -> int:
        return self.interior.absent


class Residency(_Counts):
    """One array at one moment."""

    def __init__(self, label: str, counts: _library.ResidencyStruct, cells: _library.Heat) -> None:
        super().__init__(label, counts.page_bytes, _pages(counts.all), _pages(counts.interior))
        self.range_pages: int = counts.range_pages  # from the first to the last, gaps included
        self.unreadable: int = counts.unreadable
        self.merged: Tuple[str, ...] = tuple(name for bit, name in enumerate(_library.STATES)
                                             if counts.merged >> bit & 1)
        self.cells = cells  # (pages, resident, zero) of equal parts of the range

    @property
    def complete(self) -> bool:
        """Whether the state of every page could be read."""
        return not self.unreadable

    @property
    def heat(self) -> str:
        """The range from left to right; a cell is as full as its pages are resident."""
        return "".join(_glyph(*cell) for cell in self.cells)

    def __repr__(self) -> str:
        rest = "".join(f", {count:,} {state}" for state, count in
                       (("zero", self.zero), ("swapped", self.swapped), ("absent", self.absent))
                       if count)
        lost = "" if self.complete else f", INCOMPLETE: {self.unreadable:,} unreadable"
        return (f"<Residency of {self.label}: {self.resident:,} of {self.pages:,} pages resident, "
                f"{self.interior_resident:,} of {self.interior_pages:,} interior{rest}{lost} "
                f"|{self.heat}|>")

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th>{name}</th><td>{count:,}</td><td>{size(count * self.page_bytes)}"
                       "</td></tr>" for name, count in
                       (("pages", self.pages), ("resident", self.resident),
                        ("interior resident", self.interior_resident), ("huge", self.huge),
                        ("zero", self.zero), ("swapped", self.swapped), ("absent", self.absent)))
        lost = "" if self.complete else f"<p>INCOMPLETE: {self.unreadable:,} pages unreadable</p>"
        return (f"<div><b>{html.escape(self.label)}</b><pre>{html.escape(self.heat)}</pre>"
                f"<table>{rows}</table>{lost}</div>")


class Delta(_Counts):
    """What changed between two Residencies of one array; counts are signed."""

    def __init__(self, before: Residency, after: Residency) -> None:
        super().__init__(after.label, after.page_bytes,
                         Pages(*(b - a for a, b in zip(before.all, after.all))),
                         Pages(*(b - a for a, b in zip(before.interior, after.interior))))
        self.heat = after.heat

    def __repr__(self) -> str:
        sign = "-" if self.resident < 0 else "+"
        return (f"<Delta of {self.label}: {self.resident:+,} pages resident "
                f"({sign}{size(abs(self.resident) * self.page_bytes)}), {self.zero:+,} zero, "
                f"{self.absent:+,} absent |{self.heat}|>")


class watch:  # pylint: disable=invalid-name
    """with watch(x) as w: ...   Then w.delta is what the block changed; inside it, so far."""

    def __init__(self, obj: Any) -> None:
        self._obj = obj
        self.before: Optional[Residency] = None
        self.after: Optional[Residency] = None

    def __enter__(self) -> watch:
        self.after = None
        self.before = residency(self._obj)
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: object, trace: object) -> None:
        self.after = residency(self._obj)

    @property
    def delta(self) -> Delta:
        if self.before is None:
            raise RuntimeError("watch has not begun: use it in a with statement")
        return Delta(self.before, self.after or residency(self._obj))


def _pages(counts: _library.PagesStruct) -> Pages:
    return Pages(*(getattr(counts, name) for name in Pages._fields))


def _glyph(pages: int, resident: int, zero: int) -> str:
    """One resident page is visible, and only a full cell looks full."""
    if resident:
        return LEVELS[-1] if resident >= pages else LEVELS[resident * (len(LEVELS) - 1) // pages]
    return ZERO if zero else ABSENT


def size(count: int) -> str:
    """Bytes, readable."""
    value, unit = float(count), "B"
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024 or unit == "GiB":
            break
        value /= 1024
    return f"{count} B" if unit == "B" else f"{value:,.1f} {unit}"


def residency(obj: Any) -> Residency:
    """The pages of any object that says where its memory is; TypeError if it does not.

    The memory is not read. A non-contiguous view counts the pages that its elements touch.
    """
    counts, cells = _library.look(layout_of(obj).struct(), CELLS)
    return Residency(type(obj).__name__, counts, cells)
