# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Memory of C, of Fortran and of Python under numpy arrays: who owns it, who frees it."""
import ctypes
import os

import numpy as np
import point

COUNT = 4_250_003  # doubles, 32.4 MiB: above each threshold of malloc
ROWS, COLUMNS = 327_689, 13
libc = ctypes.CDLL("libc.so.6")
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
fortran = ctypes.CDLL(os.environ["SEED_BUILT"])
fortran.grid_make.restype = fortran.small_make.restype = ctypes.c_void_p


def doubles(address, count):
    return (ctypes.c_double * count).from_address(address)


block = libc.malloc(COUNT * 8)
point.mark("C block", block, COUNT * 8)
of_c = np.ctypeslib.as_array(doubles(block, COUNT))
point.number("numpy_owns_the_block_of_C".lower(), of_c.flags.owndata)
point.at("C wrapped")
of_c[:] = 1
own = np.array(of_c)
point.number("numpy_owns_its_copy", own.flags.owndata)
del of_c
point.at("C array deleted")
libc.free(block)
point.at("C block freed")

address = fortran.grid_make(ROWS, COLUMNS)
point.mark("Fortran grid", address, ROWS * COLUMNS * 8)
of_fortran = np.frombuffer(doubles(address, ROWS * COLUMNS)).reshape((ROWS, COLUMNS), order="F")
point.number("numpy_owns_the_grid", of_fortran.flags.owndata)
point.number("grid_is_f_contiguous", of_fortran.flags.f_contiguous)
point.at("Fortran wrapped")
of_fortran[:, 6] = 1
point.at("Fortran column")
of_fortran[:] = 1
del of_fortran
point.at("Fortran array deleted")
fortran.grid_free()
point.at("Fortran grid freed")
point.number("8_kb_of_fortran_are_in_the_heap", point.in_heap(fortran.small_make(1009)))

memory = bytearray(COUNT * 8)
point.mark("bytearray", ctypes.addressof(ctypes.c_char.from_buffer(memory)), len(memory))
point.at("bytearray made")
of_python = np.frombuffer(memory)
point.number("numpy_owns_the_bytearray", of_python.flags.owndata)
of_python[:] = 1
del of_python
point.at("bytearray kept")
del memory
point.at("bytearray deleted")

f_order = np.zeros((ROWS, COLUMNS), order="F")
fortran.fill_column(f_order.ctypes.data_as(ctypes.c_void_p), ROWS, COLUMNS, 7)
point.number("column_is_filled", f_order[:, 6].min() == 3 and f_order[:, 6].max() == 3)
lent = np.zeros((ROWS, COLUMNS), order="F")
fortran.fill_column(lent.ctypes.data_as(ctypes.c_void_p), ROWS, COLUMNS, 7)
point.at("filled by Fortran")
c_order = np.zeros((ROWS, COLUMNS))
converted = np.asfortranarray(c_order)
point.at("converted")
