# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""residency() of everything that has an address, counted page by page; nothing touched."""
import array
import ctypes
import itertools
import mmap
import random

import pagewatch
import pytest

numpy = pytest.importorskip("numpy")
PAGE = mmap.PAGESIZE


def test_counts(pages):
    mapping = pages(199)
    mapping.write(*range(7, 68))
    mapping.read(*range(101, 144))
    got = pagewatch.residency(mapping.map)
    assert (got.pages, got.resident, got.zero, got.absent) == (199, 61, 43, 95)
    assert (got.huge, got.swapped, got.range_pages, got.complete) == (0, 0, 199, True)
    assert got.interior == got.all
    assert got.page_bytes == PAGE
    assert sum(got.all[2:]) == got.pages
    assert got.heat == "".join(
        pagewatch._residency._glyph(*(  # the rule of the glyphs; the cells are counted here
            sum(1 for page in cell if page in kind) for kind in
            (range(199), range(7, 68), range(101, 144))))
        for cell in (range(i * 199 // 64, (i + 1) * 199 // 64) for i in range(64)))
    assert got.heat[0] == "·" and got.heat[4] == "█" and got.heat[40] == "░"


def test_looking_touches_nothing(pages):
    mapping = pages(1009)
    view = numpy.frombuffer(mapping.map, dtype=numpy.uint8)
    for obj in (mapping.map, view, view[::-1], view[::PAGE], memoryview(view)):
        repr(pagewatch.residency(obj))
        pagewatch.residency(obj)._repr_html_()
    assert pagewatch.residency(mapping.map).absent == 1009


def test_any_strides(pages):
    """Against the pages of each single element."""
    mapping = pages(97)
    base = numpy.frombuffer(mapping.map, dtype=numpy.uint8)
    start = base.__array_interface__["data"][0]
    draw = random.Random(42)
    written = set(draw.sample(range(97), 31))
    mapping.write(*written)
    for _ in range(300):
        ndim = draw.randint(0, 3)
        shape = tuple(draw.randint(1, 7) for _ in range(ndim))
        strides = tuple(draw.choice((-1, 1)) * draw.choice((0, 1, 8, PAGE - 1, PAGE, 3 * PAGE + 5))
                        for _ in range(ndim))
        ends = [(length - 1) * stride for length, stride in zip(shape, strides)]
        low, high = sum(min(end, 0) for end in ends), sum(max(end, 0) for end in ends) + 8
        offset = draw.randint(-low, 97 * PAGE - high)
        view = numpy.ndarray(shape, numpy.float64, mapping.map, offset, strides)
        touched, inner = set(), range((start + offset + low + PAGE - 1) // PAGE,
                                      (start + offset + high) // PAGE)
        for index in itertools.product(*map(range, shape)):
            at = start + offset + sum(i * stride for i, stride in zip(index, strides))
            touched |= {at // PAGE, (at + 7) // PAGE}
        got = pagewatch.residency(view)
        assert got.pages == len(touched)
        assert got.resident == sum(1 for page in touched if page - start // PAGE in written)
        assert got.interior_pages == sum(1 for page in touched if page in inner)
        assert got.range_pages == (start + offset + high - 1) // PAGE - (
            start + offset + low) // PAGE + 1


@pytest.mark.parametrize("make", [
    bytes, bytearray, lambda n: memoryview(bytearray(n)), lambda n: memoryview(bytes(n)),
    lambda n: array.array("b", bytes(n)), lambda n: (ctypes.c_char * n)(),
    lambda n: numpy.ones(n, numpy.int8), lambda n: numpy.ones(n // 8, "M8[s]"),
    lambda n: numpy.ones(n // 8, object), lambda n: numpy.ones((n // 16, 2), "f8").T,
    lambda n: numpy.ma.ones(n, "i1"),
], ids=["bytes", "bytearray", "memoryview", "read-only", "array", "ctypes", "numpy", "dates",
        "objects", "fortran", "masked"])
def test_exporters(make):
    """All of 1 MiB, written: as many pages as it has, wherever it begins."""
    size = 1 << 20
    got = pagewatch.residency(make(size))
    assert got.pages in (size // PAGE, size // PAGE + 1)
    assert got.pages - got.interior_pages in (0, 1, 2)
    assert got.range_pages == got.pages
    if make is not bytes and make is not bytearray:
        return
    assert got.resident + got.zero + got.absent == got.pages  # calloc may have been lazy


def test_scalars_and_nothing():
    for obj in (numpy.float64(1), numpy.datetime64("2020-01-01"), numpy.str_("x"), b"x"):
        assert pagewatch.residency(obj).resident == 1
    for obj in (b"", numpy.zeros(0), numpy.zeros((0, 5))):
        assert pagewatch.residency(obj).pages in (0, 1)
    assert pagewatch.residency(numpy.zeros((3, 0, 5))).pages == 0


class Exporter:
    """DLPack and nothing else."""

    def __init__(self, inner, device=(1, 0), old=False):
        self.inner, self.device, self.old = inner, device, old

    def __dlpack__(self, **options):
        if self.old and options:
            raise TypeError("no such argument")
        return self.inner.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.device


class Interface:
    def __init__(self, **fields):
        self.__array_interface__ = fields


@pytest.mark.parametrize("old", [False, True])
def test_dlpack(pages, old):
    mapping = pages(41)
    mapping.write(*range(0, 41, 2))
    base = numpy.frombuffer(bytearray(1), numpy.uint8)
    if not hasattr(base, "__dlpack__"):
        pytest.skip("this numpy has no DLPack")
    view = numpy.frombuffer(mapping.map, numpy.float64)[::PAGE // 8]
    got = pagewatch.residency(Exporter(view, old=old))
    assert (got.pages, got.resident) == (41, 21)
    with pytest.raises(TypeError, match="another device"):
        pagewatch.residency(Exporter(view, device=(2, 0), old=old))


def test_array_interface(pages):
    mapping = pages(41)
    mapping.write(3)
    address = numpy.frombuffer(mapping.map, numpy.uint8).__array_interface__["data"][0]
    for typestr, count in (("<f8", PAGE // 8), ("|V32", PAGE // 32), ("<U2", PAGE // 8),
                           ("<M8[ns]", PAGE // 8), ("|O", PAGE // 8)):
        got = pagewatch.residency(Interface(data=(address, False), shape=(41, count),
                                            typestr=typestr, version=3))
        assert (got.pages, got.interior_pages, got.resident) == (41, 41, 1)


def test_arrow():
    arrow = pytest.importorskip("pyarrow")
    column = arrow.array(range(1 << 20))
    expected = (8 << 20) // PAGE
    assert pagewatch.residency(column.buffers()[1]).pages in (expected, expected + 1)
    assert pagewatch.residency(column).resident in (expected, expected + 1)
    with pytest.raises(TypeError, match="cannot address"):
        pagewatch.residency(arrow.array([1, None, 3]))
    with pytest.raises(TypeError, match="cannot address"):
        pagewatch.residency(arrow.table({"x": column}))


@pytest.mark.parametrize("obj", [None, 3, "text", [1, 2], {}, object(), range(9),
                                 Interface(shape=(3,), typestr="<f8", version=3)],
                         ids=lambda obj: type(obj).__name__)
def test_refused(obj):
    with pytest.raises(TypeError, match=f"an object of type {type(obj).__name__}: it has neither"):
        pagewatch.residency(obj)


def test_nonsense():
    for shape in ((-1,), (1 << 62, 1 << 62)):
        with pytest.raises(ValueError):
            pagewatch.residency(Interface(data=(PAGE, False), shape=shape, typestr="<f8", version=3))
    closed = mmap.mmap(-1, PAGE)
    closed.close()
    with pytest.raises(ValueError):
        pagewatch.residency(closed)


def test_watch(pages):
    mapping = pages(61)
    mapping.write(0, 1, 2)
    with pagewatch.watch(mapping.map) as seen:
        mapping.write(3, 4, 5, 6, 7)
        mapping.read(11, 12)
        assert seen.delta.resident == 5
        mapping.write(8)
    mapping.write(9)
    assert (seen.delta.resident, seen.delta.zero, seen.delta.absent) == (6, 2, -8)
    assert seen.delta.interior_resident == 6
    assert repr(seen.delta).startswith(
        f"<Delta of mmap: +6 pages resident (+{6 * PAGE / 1024:.1f} KiB), +2 zero, -8 absent |")
    with pytest.raises(RuntimeError):
        pagewatch.watch(mapping.map).delta
    with pytest.raises(ZeroDivisionError), pagewatch.watch(mapping.map) as seen:
        mapping.write(20)
        1 / 0
    assert seen.delta.resident == 1


def test_representations(pages):
    kind = type("<i>&", (bytearray,), {})
    got = pagewatch.residency(kind(3 * PAGE))
    assert "<i>" not in got._repr_html_() and "&lt;i&gt;&amp;" in got._repr_html_()
    mapping = pages(300)
    mapping.write(*range(50, 150))
    mapping.read(200)
    got = pagewatch.residency(mapping.map)
    assert got.heat in repr(got) and got.heat in got._repr_html_()
    assert "\n" not in repr(got) and len(repr(got)) < 240  # what pytest cuts
    assert "100 of 300 pages resident" in repr(got)
