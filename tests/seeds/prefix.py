# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A prefix that grows, f[:i] = 3, with other memory taken in between: is anything moved?"""
import os
import struct

import numpy as np
import point

WORDS = point.PAGE // 8


def frames(start, count):
    """The physical page behind each page; 0 without root."""
    with open("/proc/self/pagemap", "rb", buffering=0) as file:
        data = os.pread(file.fileno(), count * 8, start // point.PAGE * 8)
    return [word & (1 << 55) - 1 for word in struct.unpack(f"{count}Q", data)]


f = np.zeros(20_011 * WORDS)
address = f.ctypes.data
point.mark("prefix", address, 1013 * point.PAGE)
point.at("made")
before, moved, other = [], 0, []
for i in (101, 211, 499, 1009):
    f[:i * WORDS] = 3
    point.at(f"{i} pages")
    now = frames(address, i)
    moved += sum(old != new for old, new in zip(before, now))
    before = now
    # "Once the memory behind the already allocated chunk is filled with other stuff"
    other.append(np.full(6 << 20, 1.0))
point.number("address_changed", f.ctypes.data != address)
if 0 in before:
    raise SystemExit("frames are not shown to us")
point.number("frames_moved", moved)
