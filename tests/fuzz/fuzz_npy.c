/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The header of a .npy file. */
#include "file_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	return fuzz_file("\x93NUMPY", sizeof("\x93NUMPY") - 1, data, bytes);
}
