/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Names of capabilities, and what a process lacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/capability.h"

static const uint64_t all = CAPABILITY(CAP_DAC_READ_SEARCH) | CAPABILITY(CAP_SETGID) |
			    CAPABILITY(CAP_SETUID) | CAPABILITY(CAP_SYS_PTRACE) |
			    CAPABILITY(CAP_SYS_ADMIN) | CAPABILITY(CAP_PERFMON) |
			    CAPABILITY(CAP_BPF) | CAPABILITY(CAP_CHECKPOINT_RESTORE);

static void test_sentences(void **state)
{
	char text[CAPABILITY_TEXT];

	(void)state;
	assert_string_equal(capability_say(0, text, sizeof(text)), "");
	assert_string_equal(capability_say(CAPABILITY(CAP_BPF), text, sizeof(text)), "CAP_BPF");
	assert_string_equal(capability_say(CAPABILITY(CAP_BPF) | CAPABILITY(CAP_SYS_PTRACE), text,
					   sizeof(text)),
			    "CAP_SYS_PTRACE and CAP_BPF");
	assert_string_equal(
		capability_say(all, text, sizeof(text)),
		"CAP_DAC_READ_SEARCH, CAP_SETGID, CAP_SETUID, CAP_SYS_PTRACE, CAP_SYS_ADMIN, "
		"CAP_PERFMON, CAP_BPF and CAP_CHECKPOINT_RESTORE");
	assert_true(strlen(text) < sizeof(text) - strlen("root, or "));
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(capability_name(CAPABILITY(CAP_PERFMON)), "CAP_PERFMON");
	assert_null(capability_name(CAPABILITY(CAP_CHOWN)));
	assert_null(capability_name(all));
}

/* Against what the kernel prints. */
static void test_permitted(void **state)
{
	char line[256], text[CAPABILITY_TEXT];
	uint64_t told = 0;
	FILE *status = fopen("/proc/self/status", "r");

	(void)state;
	assert_non_null(status);
	while (fgets(line, sizeof(line), status))
		if (!strncmp(line, "CapPrm:", 7))
			told = strtoull(line + 7, NULL, 16);
	fclose(status);
	assert_true(capability_permitted() == told);
	assert_string_equal(capability_say_lacking(told & all, text, sizeof(text)), "root");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_permitted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
