/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The header of a safetensors file. */
#include "file_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	return fuzz_file("", sizeof("") - 1, data, bytes);
}
