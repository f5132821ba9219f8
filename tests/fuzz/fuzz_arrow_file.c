/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The messages of an Arrow stream. */
#include "file_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	return fuzz_file("\xff\xff\xff\xff", sizeof("\xff\xff\xff\xff") - 1, data, bytes);
}
