# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""scipy.sparse and scikit-learn: arrays inside their objects, and data that a fit leaves lazy."""
import harness
import programs
import pytest

pytestmark = [pytest.mark.root, pytest.mark.long]


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    return programs.venv("3.12-newest", tmp_path_factory)


@pytest.fixture
def session(python, opened):
    session = programs.Session(python)
    opened.append(session)
    session.run("import numpy as np")
    return session


def told_row(session, process, expression, name):
    """The row of the array that an expression of the target's gives; it has that name too."""
    address, nbytes, shape = session.ask(
        "(lambda a: [a.__array_interface__['data'][0], a.nbytes, a.shape])(" + expression + ")")
    rows = [row for row in programs.at(process, address, nbytes) if row["shape"] == shape
            and name in (row["name"], *row["aliases"])]
    assert len(rows) == 1, expression
    programs.check_row(session.pid, process, rows[0])
    return rows[0]


SPARSE = """
import scipy.sparse as sp
n = 100_003
csr = sp.csr_array((np.arange(n) * 0.5, np.arange(n, dtype='i4') % 997,
                    np.arange(n + 1, dtype='i4')), shape=(n, 997))
csc = csr.tocsc()
coo = sp.coo_array((np.ones(n), (np.arange(n) % 991, np.arange(n) % 997)), shape=(991, 997))
bsr = sp.bsr_array((np.ones((5003, 3, 3)), np.arange(5003) % 7, np.arange(5004)), shape=(15009, 21))
dia = sp.dia_array((np.ones((3, n)), np.array([0, 1, -1])), shape=(n, n))
lil = sp.lil_array((30_011, 7))
lil[5, 3] = 2.0
matrix = sp.csr_matrix(np.eye(701))
held = {'operators': [sp.csr_array(np.eye(503))]}
"""


def test_sparse(session):
    session.block(SPARSE)
    process = session.process("0K")
    for root in ("csr", "csc", "matrix"):
        for part in ("data", "indices", "indptr"):
            row = told_row(session, process, f"{root}.{part}", f"__main__.{root}.{part}")
            assert row["resident_pages"] == row["pages"]
    for expression in ("coo.data", "coo.coords[0]", "coo.coords[1]", "bsr.data", "bsr.indices",
                       "bsr.indptr", "dia.data", "dia.offsets", "lil.rows", "lil.data",
                       "held['operators'][0].data"):
        told_row(session, process, expression, f"__main__.{expression}")
    # lil keeps lists: what is in them is no array.
    row = told_row(session, process, "lil.rows", "__main__.lil.rows")
    assert row["dtype"] == "object" and row["nbytes"] == 8 * 30_011


def test_a_product_leaves_the_rest(session):
    """A slice of a sparse product with a lazy dense matrix reads what it needs of it."""
    session.block("import scipy.sparse as sp\n"
                  "dense = np.zeros((20_011, 1009))\n"
                  "pick = sp.csr_array((np.ones(3), ([0, 1, 2], [5, 7, 11])), shape=(3, 20_011))\n"
                  "out = pick @ dense\n")
    process = session.process()
    row = programs.named(process, "__main__.dense")
    states = programs.check_row(session.pid, process, row)
    assert row["interior_resident_pages"] == 0
    # Three rows of the first 12; the small zero page for each, or the huge one for all.
    assert states["zero"] + states["zero_huge"] > 0
    assert states["absent"] > row["pages"] * 0.9


FIT = """
from sklearn.linear_model import SGDRegressor
X, y = np.zeros((200_003, 101)), np.zeros(200_003)
model = SGDRegressor(random_state=7)
"""


def test_a_partial_fit_reads_its_slice(session):
    """partial_fit over rows [1000, 2000): only their pages are mapped, and cost nothing."""
    session.block(FIT)
    process = session.process("0K")
    for name in ("X", "y"):
        row = programs.named(process, f"__main__.{name}")
        states = programs.check_row(session.pid, process, row)
        assert (states["anon"], states["absent"]) == (1, row["pages"] - 1)

    session.run("fitted = model.partial_fit(X[1000:2000], y[1000:2000])")
    process = session.process("0K")
    size = process["page_size"]
    for name, stride in (("X", 808), ("y", 8)):
        row = programs.named(process, f"__main__.{name}")
        programs.check_row(session.pid, process, row)
        assert row["interior_resident_pages"] == 0
        start = int(row["start"], 16)
        low, high = start + 1000 * stride, start + 2000 * stride
        read = set(range(low // size * size, high, size))
        there = set()
        for first, last, categories in programs.kernel_pages.scan(session.pid, start // size * size,
                                                                  start + row["nbytes"]):
            assert categories & programs.kernel_pages.PFNZERO or first <= start, name
            huge = categories & programs.kernel_pages.HUGE
            there |= read & set(range(first, last, size)) if huge else \
                set(range(first, last, size)) - {start // size * size}
        assert there == read - {start // size * size}, name

    for attribute in ("coef_", "intercept_"):
        told_row(session, process, f"model.{attribute}", f"__main__.model.{attribute}")


ESTIMATORS = """
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
some = np.random.default_rng(7).random((5003, 37))
pca = PCA(5).fit(some)
means = KMeans(11, n_init=1, random_state=7).fit(some)
pipe = make_pipeline(StandardScaler(), PCA(3)).fit(some)
neighbours = KNeighborsClassifier(algorithm='brute').fit(some, np.arange(5003) % 5)
"""


def test_attributes_of_models(session):
    session.block(ESTIMATORS)
    process = session.process("0K")
    for expression in ("pca.components_", "pca.mean_", "means.cluster_centers_", "means.labels_",
                       "neighbours._fit_X", "pipe.steps[0][1].mean_"):
        told_row(session, process, expression, f"__main__.{expression}")


RUN = """
import numpy as np, pandas as pd, scipy.sparse as sp
from sklearn.linear_model import Ridge
X = np.zeros((50_021, 211))
X[:1000, 3] = 1
model = Ridge(solver='lsqr').fit(X[:2000], np.arange(2000.0))
df = pd.DataFrame(np.ones((30_011, 7)))
m = sp.eye_array(100_003, format='csr')
"""


def test_run_names_what_lives_at_the_end(python, tmp_path):
    """`run -- python script.py`: the last report comes before the interpreter takes all apart."""
    script = tmp_path / "script.py"
    script.write_text(RUN)
    snapshot, done = harness.run_json(tmp_path, ["--min-size", "1K"], [python, script])
    assert done.returncode == 0, done.stderr
    process, = [row for row in snapshot["processes"] if row["arrays"]]
    assert process["names_missing"] is None
    rows = {name: row for row in process["arrays"] for name in (row["name"], *row["aliases"])}
    x = rows["__main__.X"]
    assert x["shape"] == [50_021, 211] and x["nbytes"] == 8 * 50_021 * 211
    assert 0 < x["interior_resident_pages"] < x["pages"] // 10
    assert sum(x["ledger"].values()) == x["resident_pages"]
    assert x["ledger"]["before"] == x["ledger"]["unfaulted"] == 0
    assert rows["__main__.model.coef_"]["shape"] == [211]
    assert rows["__main__.m.data"]["resident_pages"] == rows["__main__.m.data"]["pages"]
    frame = [row for name, row in rows.items() if name.startswith("__main__.df")
             and row["nbytes"] == 8 * 30_011 * 7]
    assert frame and all(row["resident_pages"] == row["pages"] for row in frame)
