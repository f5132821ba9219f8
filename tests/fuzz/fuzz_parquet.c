/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The footer of a Parquet file. */
#include "file_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	return fuzz_file("PAR1", sizeof("PAR1") - 1, data, bytes);
}
