# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""np.sum() and its likes on a sparse array of zeros: what stays, and what there was meanwhile."""
import numpy as np
import point

SHAPE = (3001, 1409)  # 32.3 MiB, above each threshold of malloc
SPARSE = [(i * 29, 7) for i in range(101)]

l = np.zeros(2**28)
point.at("2**28")
del l

x = np.zeros(SHAPE)
for place in SPARSE:
    x[place] = 1
point.at("sparse")
x.sum()
point.at("sum")
fresh = np.zeros(SHAPE)
tables = point.status_kib("VmPTE")
fresh.sum()
point.number("kib_of_page_tables", point.status_kib("VmPTE") - tables)
point.at("sum of fresh")

OPERATIONS = {
    "sum": np.sum,
    "mean": np.mean,
    "max": np.max,
    "count_nonzero": np.count_nonzero,
    "norm": np.linalg.norm,
    "all_zero": lambda a: (a == 0).all(),
    "std": np.std,
    "median": np.median,
    "square_sum": lambda a: (a * a).sum(),
}
# In percent of the array, with what the operation has given back before it returned.
for name, operation in OPERATIONS.items():
    y = np.zeros(SHAPE)
    operation(y[:1, :1])
    point.forget_peak()
    before = point.status_kib("VmHWM")
    operation(y)
    peak = point.status_kib("VmHWM") - before
    point.number(f"peak_percent_of_{name}", peak * 1024 * 100 / y.nbytes)
del y

# These return an array of the same size.
for name, operation in (("copy", np.copy), ("plus", lambda a: a + 0), ("sort", np.sort),
                        ("cumsum", np.cumsum), ("astype", lambda a: a.astype("f4"))):
    z = np.zeros(SHAPE)
    result = operation(z)
    point.at(name)
    del z, result

touched = np.zeros(SHAPE)
point.at("untouched")
np.add(touched, 0, out=touched)
point.at("add")
