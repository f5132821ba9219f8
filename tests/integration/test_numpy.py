# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Real numpy, old and new: what each call makes of each page, exactly.

The expected pages come from a small model: what the call does (writes the
allocator's header, reads or writes each element in order) and where the kernel
may use huge pages (VMAs marked by MADV_HUGEPAGE, as smaps tells).
"""
import pathlib
import subprocess

import books
import harness
import numpy2
import pytest

pytestmark = pytest.mark.root

SHAPE = "(3001, 3001)"  # 68.7 MiB: above every threshold of malloc


@pytest.fixture(scope="module", params=["debian", "numpy2"])
def python(request):
    """An interpreter with numpy; the machine's own, and the pinned new one."""
    if request.param == "numpy2":
        why_not = numpy2.make_venv()
        if why_not:
            pytest.skip(f"no numpy 2 here: {why_not}")
        return numpy2.PYTHON
    found = subprocess.run([harness.PYTHON, "-c", "import numpy"], check=False,
                           stderr=subprocess.DEVNULL)
    if found.returncode:
        pytest.skip("no python3-numpy here")
    return harness.PYTHON


def pmd_bytes():
    path = pathlib.Path("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size")
    return int(path.read_text()) if path.exists() else 0


def huge_capable(pid):
    """Ranges in which the kernel may use huge pages for this process."""
    mode = harness.thp_mode()
    vmas, _ = harness.smaps(pid)
    return [key for key, vma in vmas.items() if mode == "always" and "nh" not in vma.flags
            or mode == "madvise" and "hg" in vma.flags]


class Model:
    """The pages of one array, touched in order."""

    def __init__(self, data, nbytes, ranges, page_size):
        self.size, self.huge = page_size, pmd_bytes()
        self.first = data // page_size * page_size
        self.pages = [books.Page() for _ in range(-(-(data + nbytes - self.first) // page_size))]
        self.ranges = ranges
        self.before = None

    def block(self, index):
        """Indices of the huge page that page index can be in, or None."""
        if not self.huge:
            return None
        start = (self.first + index * self.size) // self.huge * self.huge
        if not any(low <= start and start + self.huge <= high for low, high in self.ranges):
            return None
        low = (start - self.first) // self.size
        return range(max(low, 0), min(low + self.huge // self.size, len(self.pages)))

    def write(self, indices):
        for index in indices:
            page, block = self.pages[index], self.block(index)
            if page.state in ("anon", "anon_huge"):
                continue
            page.written = True
            for other in block or [index]:
                self.pages[other].state = "anon_huge" if block else "anon"

    def read(self, indices):
        for index in indices:
            page, block = self.pages[index], self.block(index)
            if page.state != "absent":
                continue
            page.read = True
            for other in block or [index]:
                self.pages[other].state = "zero_huge" if block else "zero"

    def attach(self):
        """A watch that begins now: what is resident was there before."""
        self.before = [page.state in books.RESIDENT for page in self.pages]
        for page in self.pages:
            page.read = page.written = False

    def expected(self):
        pages = {}
        for index, page in enumerate(self.pages):
            cause = None
            if page.state in books.RESIDENT:
                if page.read or page.written:
                    cause = "touched"
                elif self.before and self.before[index]:
                    cause = "before"
                else:
                    cause = "huge_fill"
            pages[self.first + index * self.size] = books.Page(page.state, cause, page.read,
                                                               page.written)
        return pages


def everything(model):
    return range(len(model.pages))


def header(model):
    model.write([0])


def fill(model):
    header(model)
    model.write(everything(model))


def nothing(model):
    pass


def read_all(model):
    model.read(everything(model))


def two_writes(model):
    model.write([0, len(model.pages) - 1])


def read_then_write(model):
    for index in everything(model):
        model.read([index])
        model.write([index])


def one_in_the_middle(model):
    offset = 1500 * 3001 * 8 + 16
    model.write([offset // model.size])


CASES = {
    "zeros": (f"x = np.zeros({SHAPE})", header, "pass", nothing),
    "zeros_sum": (f"x = np.zeros({SHAPE})", header, "x.sum()", read_all),
    "zeros_two_writes": (f"x = np.zeros({SHAPE})", header, "x[0, 0] = 1; x[-1, -1] = 1",
                         two_writes),
    "zeros_one_write": (f"x = np.zeros({SHAPE})", header, "x[1500, 0] = 1", one_in_the_middle),
    "zeros_add": (f"x = np.zeros({SHAPE})", header, "np.add(x, 0, out=x)", read_then_write),
    "zeros_like": (f"t = np.zeros({SHAPE}); x = np.zeros_like(t)", fill, "pass", nothing),
    "ones": (f"x = np.ones({SHAPE})", fill, "pass", nothing),
    "empty": (f"x = np.empty({SHAPE})", header, "pass", nothing),
    "empty_filled": (f"x = np.empty({SHAPE})", header, "x[...] = 0", lambda m: m.write(
        everything(m))),
    "zeros_above_threshold": ("x = np.zeros(100003)", header, "x[50000] = 1",
                              lambda m: m.write([(50000 * 8 + 16) // m.size])),
}


def check(snapshot, pid, model, name):
    assert snapshot["complete"], snapshot["incomplete_reasons"]
    books.check_invariants(snapshot)
    process = harness.process_of(snapshot, pid)
    wrong = books.differing(model.expected(), books.printed_pages(process), True)
    assert not wrong, f"{name}: {len(wrong)} pages differ:\n" + "\n".join(wrong[:10])
    return process


@pytest.mark.parametrize("case", CASES)
def test_each_page(case, python, opened, backends):
    if backends["tp_btf"]:
        pytest.skip(f"no backend tp_btf here: {backends['tp_btf']}")
    create, create_model, operate, operate_model = CASES[case]
    target = harness.Target([python, harness.ROOT / "tests/integration/numpy_target.py", create,
                             operate])
    opened.append(target)
    target.ready()
    from_birth = harness.Watch(target.pid, "--pages")
    opened.append(from_birth)
    target.go()
    target.until("READY")
    facts = target.books
    first = from_birth.snapshot()
    page_size = harness.process_of(first, target.pid)["page_size"]
    ranges = huge_capable(target.pid)
    model = Model(facts["data"], facts["nbytes"], ranges, page_size)
    create_model(model)
    check(first, target.pid, model, "created")

    start, end = facts["data"], facts["data"] + facts["nbytes"]
    late = harness.Watch(target.pid, "--pages", "--detail", "--array", f"x={start:#x}+{facts['nbytes']}")
    opened.append(late)
    target.done()
    operate_model(model)
    check(from_birth.snapshot(), target.pid, model, "operated")

    late_model = Model(facts["data"], facts["nbytes"], ranges, page_size)
    create_model(late_model)
    late_model.attach()
    operate_model(late_model)
    process = check(late.snapshot(), target.pid, late_model, "attached late")
    row = harness.array_of(process, "x")
    books.check_row(row, books.expected_row(late_model.expected(), start, end, page_size, True))
    assert row["explain"]
    assert facts["numpy"] in process["runtime"]


def test_new_numpy_lies_in_two_vmas(python, opened):
    """By design: numpy 2.2 and later mark zeros() for huge pages, which splits the mapping."""
    if harness.thp_mode() == "none":
        pytest.skip("no transparent huge pages")
    target = harness.Target([python, harness.ROOT / "tests/integration/numpy_target.py",
                             f"x = np.zeros({SHAPE})", "pass"])
    opened.append(target)
    target.ready()
    target.go()
    target.until("READY")
    start, end = target.books["data"], target.books["data"] + target.books["nbytes"]
    snapshot = harness.snap(target.pid, "--array", f"x={start:#x}+{end - start}", "--min-size", "0K")
    process = harness.process_of(snapshot, target.pid)
    over = [row for row in process["regions"]
            if int(row["start"], 16) < end and int(row["end"], 16) > start]
    new = tuple(int(word) for word in target.books["numpy"].split(".")[:2]) >= (2, 2)
    assert len(over) == (2 if new else 1)
    row = harness.array_of(process, "x")
    assert row["pages"] == row["range_pages"]
    assert row["interior_resident_pages"] == 0 and row["resident_pages"] == 1


def test_below_threshold_is_heap(python, opened):
    """Small arrays come from the heap: no mapping of their own, neighbours in their pages."""
    target = harness.Target([python, harness.ROOT / "tests/integration/numpy_target.py",
                             "x = np.zeros(10007)", "x[...] = 1"])
    opened.append(target)
    target.ready()
    target.go()
    target.until("READY")
    target.done()
    start, nbytes = target.books["data"], target.books["nbytes"]
    snapshot = harness.snap(target.pid, "--array", f"x={start:#x}+{nbytes}")
    process = harness.process_of(snapshot, target.pid)
    around = [row for row in process["regions"]
              if int(row["start"], 16) <= start < int(row["end"], 16)]
    assert [row["kind"] for row in around] == ["heap"]
    row = harness.array_of(process, "x")
    assert row["resident_pages"] == row["pages"] == row["states"]["anon"]
