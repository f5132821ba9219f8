/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A .npz, or what torch.save writes. */
#include "file_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	return fuzz_file("PK\3\4", sizeof("PK\3\4") - 1, data, bytes);
}
