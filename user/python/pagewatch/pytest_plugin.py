# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""pytest: the fixture `lazy` and the mark `pagewatch`.

    def test_grid(lazy):
        grid = lazy(make_grid())
        use(grid)
    # fails if a page inside grid has become resident

The check runs after the test function has returned, but as part of the test: it fails, or is
expected to fail, like an assert at the end. The locals are gone by then, so lazy() holds the
array.
"""
from __future__ import annotations

import os
import re
import sys
from fractions import Fraction
from typing import Any, List, NamedTuple, TypeVar, Union

import pytest

from ._residency import Residency, residency

Allow = Union[int, str]
T = TypeVar("T")

_UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_AMOUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(%|KiB|MiB|GiB|K|M|G)")


def allowed_pages(allow: Allow, measured: Residency) -> Fraction:
    """A limit in pages: a count, "5%" of the interior pages, or a size such as "64KiB"."""
    if isinstance(allow, int) and not isinstance(allow, bool) and allow >= 0:
        return Fraction(allow)
    match = _AMOUNT.fullmatch(allow) if isinstance(allow, str) else None
    if not match:
        raise ValueError(f"allow={allow!r}: a count of pages, a percentage such as '5%', or a size "
                         "such as '64KiB'")
    amount = Fraction(match[1])
    if match[2] == "%":
        return amount * measured.interior_pages / 100
    return amount * _UNITS[match[2]] / measured.page_bytes


class _Expected(NamedTuple):
    name: str
    place: str
    obj: Any
    allow: Allow


class Lazy:
    """The value of the fixture `lazy`: call it with an array that must stay lazy."""

    def __init__(self, allow: Allow) -> None:
        self._allow = allow
        self._expected: List[_Expected] = []

    def __call__(self, obj: T, name: str = "", allow: Union[Allow, None] = None) -> T:
        """Returns obj. At the end of the test at most `allow` of its interior pages may be resident
        (default 0, or the mark pagewatch(allow=...))."""
        frame = sys._getframe(1)  # pylint: disable=protected-access
        place = f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"
        limit = self._allow if allow is None else allow
        measured = residency(obj)
        allowed_pages(limit, measured)
        if not measured.interior_pages:
            raise ValueError(f"lazy() at {place}: {measured.label} is too small to tell: no page "
                             "lies wholly inside it")
        self._expected.append(_Expected(name or measured.label, place, obj, limit))
        return obj

    def failures(self) -> List[str]:
        """A paragraph for each array that is no longer lazy."""
        found = []
        for one in self._expected:
            now = residency(one.obj)
            limit = allowed_pages(one.allow, now)
            if now.interior_resident <= limit and now.complete:
                continue
            why = (f"{now.interior_resident:,} of {now.interior_pages:,} interior pages are "
                   f"resident, allowed: {one.allow}")
            if not now.complete:
                why = f"cannot tell: {now.unreadable:,} pages could not be read"
            found.append(f"{one.name} is not lazy (lazy() at {one.place}): {why}\n"
                         f"  {now!r}")
        return found


_LAZY = pytest.StashKey[Lazy]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "pagewatch(allow=0): how much of the interior of an array given to the fixture "
        "`lazy` may be resident at the end of the test: pages, '5%' or '64KiB'")


@pytest.fixture
def lazy(request: pytest.FixtureRequest) -> Lazy:
    """lazy(x) returns x and fails the test if a page inside x is resident at its end."""
    mark = request.node.get_closest_marker("pagewatch")
    allow: Allow = 0
    if mark:
        if mark.args or set(mark.kwargs) - {"allow"}:
            raise pytest.UsageError("the mark pagewatch takes only allow=...")
        allow = mark.kwargs.get("allow", 0)
    made = Lazy(allow)
    request.node.stash[_LAZY] = made
    return made


@pytest.hookimpl(trylast=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Behind pytest's own, which runs the test: not reached when that has failed."""
    made = item.stash.get(_LAZY, None)
    failures = made.failures() if made else []
    if failures:
        pytest.fail("\n".join(failures), pytrace=False)
