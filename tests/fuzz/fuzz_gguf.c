/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The header of a GGUF file. */
#include "file_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	return fuzz_file("GGUF\3\0\0\0", sizeof("GGUF\3\0\0\0") - 1, data, bytes);
}
