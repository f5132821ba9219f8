# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""live_target.py CREATE [OPERATE]...: makes what a live view shows; a line on stdin is one step."""
import os
import sys

import numpy as np

names = {"np": np, "os": os, "sys": sys}
for code in sys.argv[1:]:
    exec(code, globals())
    print("READY", os.getpid(), flush=True)
    sys.stdin.readline()
