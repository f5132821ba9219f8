# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The program that is run end to end: arrays made lazily, read, written here and there."""
import numpy as np

x = np.zeros((10000, 10000))
y = np.ones((1000, 1000))
x.sum()
x[5000, 5000] = 1
z = np.zeros_like(x)
z[:1000] += 1
