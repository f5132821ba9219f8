# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A plate that is heated at one edge: the program of the pictures. With "wait" each part ends with a line on stdin."""
import ctypes
import os
import sys

import numpy as np

STEPS = 120


def part(name):
    checkpoint(name.encode())
    if "wait" in sys.argv:
        print("READY", name, flush=True)
        sys.stdin.readline()


def step(number):
    """Heat flows; one plane of the history is written."""
    np.add(plate[:-1, 1:], plate[1:, :-1], out=after[1:, 1:])
    after[1:, 1:] /= 2
    plate[1:, 1:] = after[1:, 1:]
    history[number] = plate[:300, :300]
    if number % 8 == 0:
        np.fill_diagonal(coupling[number * 20:number * 20 + 64, number * 20:], number)


checkpoint = ctypes.CDLL(os.environ["PAGEWATCH_LIBRARY"]).pagewatch_checkpoint
plate = np.zeros((1200, 1500))
after = np.zeros((1200, 1500))
history = np.zeros((400, 300, 300))
coupling = np.zeros((3000, 4000))
outside = np.zeros((2000, 1500))
part("allocated")
plate[:, 0] = 100
checked = outside.sum()
part("edge is hot")
for done in range(STEPS):
    step(done)
part("half way")
scratch = np.sqrt(history[:STEPS])
hottest = scratch.max()
part("summed up")
del scratch
part("the end")
