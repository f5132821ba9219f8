# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The pytest plugin, in runs of pytest of its own."""
import mmap
from fractions import Fraction
from types import SimpleNamespace

import pytest
from pagewatch.pytest_plugin import allowed_pages

PAGE = mmap.PAGESIZE
HEAD = f"""
import mmap
import pagewatch
import pytest
PAGE = {PAGE}

def make(written=0, pages=101):
    mapping = mmap.mmap(-1, pages * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mapping, "madvise"):
        mapping.madvise(mmap.MADV_NOHUGEPAGE)
    for page in range(written):
        mapping[page * PAGE] = 1
    return mapping
"""


@pytest.fixture
def run(pytester):
    def run_it(text, *arguments):
        pytester.makepyfile(HEAD + text)
        return pytester.runpytest("-p", "no:cacheprovider", *arguments)
    return run_it


def test_lazy_holds(run):
    run("""
def test_it(lazy):
    mapping = lazy(make())
    assert isinstance(mapping, mmap.mmap)
    assert not any(mapping[::PAGE])
""").assert_outcomes(passed=1)


def test_lazy_fails_as_part_of_the_test(run):
    result = run("""
def test_it(lazy):
    mapping = lazy(make(), name="grid")
    lazy(make())
    mapping[5 * PAGE] = mapping[6 * PAGE] = 1

@pytest.mark.xfail(strict=True)
def test_expected(lazy):
    lazy(make(1))
""")
    result.assert_outcomes(failed=1, xfailed=1)
    result.stdout.fnmatch_lines([
        "grid is not lazy (lazy() at test_lazy_fails_as_part_of_the_test.py:*): 2 of 101 interior "
        "pages are resident, allowed: 0",
        "*<Residency of mmap: 2 of 101 pages resident, * |···*█*···|>*"])


def test_the_first_failure_is_told(run):
    result = run("""
def test_it(lazy):
    lazy(make(3))
    assert 1 == 2
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert 1 == 2*"])
    result.stdout.no_fnmatch_line("*is not lazy*")


def test_assert_shows_the_heatmap(run):
    result = run("""
def test_it():
    mapping = make(50)
    assert pagewatch.residency(mapping).interior_resident == 0
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([
        "*assert 50 == 0", "*where 50 = <Residency of mmap: 50 of 101 pages resident, 50 of 101 "
        "interior, 51 absent |████*····|>.interior_resident"])


def test_allowances(run):
    run("""
pytestmark = pytest.mark.pagewatch(allow="3%")

def test_module(lazy):
    lazy(make(3))

def test_own(lazy):
    lazy(make(5), allow=5)

@pytest.mark.pagewatch(allow=f"{7 * PAGE // 1024}KiB")
def test_nearest(lazy):
    lazy(make(7))

@pytest.mark.parametrize("count", [4, 5])
def test_one_too_many(lazy, count):
    lazy(make(count))

class TestClass:
    def test_method(self, lazy):
        lazy(make(3))
""", "--strict-markers").assert_outcomes(passed=4, failed=2)


def test_misuse(run):
    result = run("""
def test_small(lazy):
    lazy(b"x")

@pytest.mark.pagewatch(3)
def test_mark(lazy):
    pass

@pytest.mark.pagewatch(allow="3 pages")
def test_amount(lazy):
    lazy(make())

def test_object(lazy):
    lazy([1, 2, 3])
""")
    result.assert_outcomes(failed=3, errors=1)
    result.stdout.fnmatch_lines(["*UsageError: the mark pagewatch takes only allow=*",
                                 "*too small to tell*", "*allow='3 pages': a count of pages*",
                                 "*cannot address an object of type list*"])


def test_amounts():
    measured = SimpleNamespace(interior_pages=1000, page_bytes=4 << 10)
    for allow, expected in ((0, 0), (7, 7), ("5%", 50), ("0.05%", Fraction(1, 2)), ("64KiB", 16),
                            ("1MiB", 256), ("1.5 M", 384), ("0%", 0), ("2G", 1 << 19)):
        assert allowed_pages(allow, measured) == expected
    for allow in (-1, True, None, 1.5, "", "5", "5 %%", "64kB", "64KB", "-1%", "1e3K", "%", "٣%"):
        with pytest.raises(ValueError):
            allowed_pages(allow, measured)


def test_xdist(run):
    pytest.importorskip("xdist")
    run("""
@pytest.mark.parametrize("count", range(7))
def test_it(lazy, count):
    lazy(make(count))
""", "-n", "2").assert_outcomes(passed=1, failed=6)


def test_memray(pytester):
    """Both plugins watch the same test; each has its say."""
    pytest.importorskip("pytest_memray")
    pytester.makepyfile(HEAD + """
@pytest.mark.limit_memory("100 MB")
@pytest.mark.parametrize("count", [0, 1])
def test_both(lazy, count):
    lazy(make(count))

@pytest.mark.limit_memory("1 MB")
def test_much(lazy):
    lazy(make())
    bytearray(8 << 20)
""")
    result = pytester.runpytest_subprocess("--memray", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*1 of 101 interior pages are resident*", "*limited to 1.0MiB*"])
