# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What the functions that make an array leave resident."""
import numpy as np
import point

SHAPE = (3001, 1409)  # 32.3 MiB, above each threshold of malloc

x = np.zeros((10_000, 10_000))
e = np.empty((10_000, 10_000))
point.at("made")
del e
point.at("deleted")

ones = np.ones(SHAPE)
like = np.zeros_like(np.broadcast_to(0.0, SHAPE))
full = np.full(SHAPE, 0.0)
point.at("filled")

later = np.empty(SHAPE)
point.at("empty")
later[...] = 0
point.at("filled by hand")

# Each kind of element, in as many bytes.
for code in "?bBhHiIlLqQefdgFDG":
    globals()["z_" + str(np.dtype(code))] = np.zeros(34_000_003 // np.dtype(code).itemsize, code)
z_text = np.zeros(4_250_003, "U2")
z_bytes = np.zeros(4_250_003, "S8")
z_time = np.zeros(4_250_003, "M8[s]")
z_record = np.zeros(2_125_003, "i4,f8,S4")
objects = np.zeros(4_250_003, object)
point.at("each kind")
