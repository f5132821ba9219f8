/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Words of pagemap, as kernels make them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collect/pages/pagemap_words.h"
#include "collect/pages/uapi.h"
#include "pages.h"

/* A swap entry as who may see it reads it. */
#define ENTRY(type, offset) (UAPI_PM_SWAP | (uint64_t)(offset) << 5 | (type))

static void categories(void **state)
{
	static const struct {
		uint64_t word;
		uint32_t categories;
	} words[] = {
		{ 0, 0 },
		{ UAPI_PM_FILE, 0 },
		{ UAPI_PM_FRAME, 0 },
		{ UAPI_PM_PRESENT, PRESENT },
		{ UAPI_PM_PRESENT | 0x1234, PRESENT },
		{ UAPI_PM_PRESENT | UAPI_PM_FILE, FILE_PAGE },
		{ UAPI_PM_SWAP | UAPI_PM_GUARD, GUARD },
		/* Swap areas, however far their end. */
		{ ENTRY(0, 1), PAGE_IS_SWAPPED_BIT },
		{ ENTRY(1, 7), PAGE_IS_SWAPPED_BIT },
		{ ENTRY(22, 4), PAGE_IS_SWAPPED_BIT },
		{ ENTRY(22, (1ull << 50) - 1), PAGE_IS_SWAPPED_BIT },
		/* Not shown. */
		{ UAPI_PM_SWAP, PAGE_IS_SWAPPED_BIT },
		{ UAPI_PM_SWAP | UAPI_PM_FILE, FILE_PAGE },
		/* On the move, and the frame that can have the lowest number. */
		{ ENTRY(23, 0x1234), PRESENT },
		{ ENTRY(30, (1ull << 50) - 1), PRESENT },
		{ ENTRY(30, 8), PRESENT },
		{ ENTRY(30, 8) | UAPI_PM_FILE, FILE_PAGE },
		{ ENTRY(30, 0x1234) | UAPI_PM_EXCLUSIVE, PRESENT },
		/* Markers: write-protected, poisoned, a guard, a guard and more. */
		{ ENTRY(31, 1), 0 },
		{ ENTRY(31, 2), 0 },
		{ ENTRY(31, 3), 0 },
		{ ENTRY(31, 4), GUARD },
		{ ENTRY(31, 5), GUARD },
		{ ENTRY(27, 7), GUARD },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (pagemap_word__categories(words[i].word) != words[i].categories)
			fail_msg("word %#llx", (unsigned long long)words[i].word);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(categories) };

	return cmocka_run_group_tests_name("pagemap_words", tests, NULL, NULL);
}
