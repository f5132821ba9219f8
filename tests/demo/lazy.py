# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The numpy program of `make demo`: a step on its arrays for each line that it reads."""
import os
import sys

import numpy as np

x = np.zeros((10000, 10000))
y = np.zeros((5000, 5000))
z = np.zeros((10000, 10000))

print("pid", os.getpid(), flush=True)

sys.stdin.readline()
x.sum()
print("step", flush=True)
sys.stdin.readline()
x[5000, 5000] = 1
print("step", flush=True)
sys.stdin.readline()
y[:2500] += 1
print("step", flush=True)
sys.stdin.readline()
np.add(y, 0, out=y)
print("step", flush=True)
sys.stdin.readline()
