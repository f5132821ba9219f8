# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""numpy_target.py CREATE OPERATE: makes an array x, says where it is, works on it; waits between."""
import json
import os
import sys

import numpy as np


def say(word, **facts):
    if facts:
        print(json.dumps(facts))
    print(word, os.getpid(), flush=True)
    sys.stdin.readline()


names = {"np": np}
say("READY")
exec(sys.argv[1], names)
x = names["x"]
say("READY", numpy=np.__version__, data=x.ctypes.data, nbytes=x.nbytes)
exec(sys.argv[2], names)
say("DONE")
