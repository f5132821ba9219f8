# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The numpy program of `make demo`: works on its arrays step by step."""
import os
import sys
import time

import numpy as np

PAUSE_SECONDS = 0.8  # for the eye: one frame of the live view

x = np.zeros((10000, 10000))
y = np.zeros((5000, 5000))
z = np.zeros((10000, 10000))

print("pid", os.getpid())
print("ready", flush=True)
sys.stdin.readline()

time.sleep(PAUSE_SECONDS)
x.sum()
time.sleep(PAUSE_SECONDS)
x[5000, 5000] = 1
time.sleep(PAUSE_SECONDS)
y[:2500] += 1
time.sleep(PAUSE_SECONDS)
np.add(y, 0, out=y)
time.sleep(PAUSE_SECONDS)
print("done", flush=True)
sys.stdin.readline()
