# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Few writes into a large array of zeros: what each of them costs."""
import mmap

import numpy as np
import point

WORDS = point.PAGE // 8
BLOCK = 512 * WORDS  # elements of a huge page, where pages are 4 KiB
# With malloc's own 24 bytes exactly 211 huge pages: from Linux 6.7 on such a mapping begins at a
# multiple of their size, so that the last of it can be a huge page too.
f = np.zeros(211 * BLOCK - 3)
point.at("made")
f[99 * BLOCK + 7] = 1
point.at("one")
f[-1] = 3
point.at("last")

scattered = np.zeros(211 * BLOCK - 3)
scattered[5 * BLOCK:5 * BLOCK + 101 * BLOCK:BLOCK] = 1
point.at("scattered")

rows = np.zeros((10_007, 4 * WORDS))
rows[:, 2 * WORDS + 7] = 1
point.at("column")

# An element that begins 4 bytes before the end of a page.
memory = mmap.mmap(-1, 1009 * point.PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
odd = np.frombuffer(memory, "f8", offset=point.PAGE - 4, count=1000 * WORDS)
odd[100 * WORDS] = 1
point.at("crossing")
