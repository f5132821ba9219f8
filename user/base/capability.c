/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "base/capability.h"

#include <errno.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"

static const struct {
	unsigned int number;
	const char *name;
} capabilities[] = {
	{ CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH" },
	{ CAP_SETGID, "CAP_SETGID" },
	{ CAP_SETUID, "CAP_SETUID" },
	{ CAP_SYS_PTRACE, "CAP_SYS_PTRACE" },
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ CAP_PERFMON, "CAP_PERFMON" },
	{ CAP_BPF, "CAP_BPF" },
	{ CAP_CHECKPOINT_RESTORE, "CAP_CHECKPOINT_RESTORE" },
};

#define CAPABILITIES (sizeof(capabilities) / sizeof(capabilities[0]))

uint64_t capability_effective(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct halves[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, halves))
		return 0;
	return halves[0].effective | (uint64_t)halves[1].effective << 32;
}

/* Both sets of this thread; nothing is inherited. */
static int set_capabilities(uint64_t set)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct halves[_LINUX_CAPABILITY_U32S_3] = {
		{ .effective = (uint32_t)set, .permitted = (uint32_t)set },
		{ .effective = (uint32_t)(set >> 32), .permitted = (uint32_t)(set >> 32) },
	};

	return syscall(SYS_capset, &header, halves) ? -errno : 0;
}

int capability_become(uint32_t uid, uint64_t set)
{
	int err;

	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setgroups(0, NULL) || setresgid(uid, uid, uid) ||
	    setresuid(uid, uid, uid))
		return -errno;
	err = set_capabilities(set);
	/* As after an exec: its own files in /proc belong to it. */
	return err ? err : prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) ? -errno : 0;
}

const char *capability_name(uint64_t one)
{
	size_t i;

	for (i = 0; i < CAPABILITIES; i++) {
		if (one == CAPABILITY(capabilities[i].number))
			return capabilities[i].name;
	}
	return NULL;
}

char *capability_say(uint64_t set, char *buffer, size_t size)
{
	struct text_buffer text = text_buffer__over(buffer, size);
	uint64_t rest = set;
	size_t i;

	*buffer = '\0';
	for (i = 0; i < CAPABILITIES; i++) {
		uint64_t one = CAPABILITY(capabilities[i].number);

		if (!(set & one))
			continue;
		if (rest != set)
			text_buffer__add(&text, rest == one ? " and " : ", ");
		text_buffer__add(&text, capabilities[i].name);
		rest &= ~one;
	}
	return buffer;
}

char *capability_say_lacking(uint64_t wanted, char *buffer, size_t size)
{
	struct text_buffer text = text_buffer__over(buffer, size);
	uint64_t lacking = wanted & ~capability_effective();
	char names[CAPABILITY_TEXT];

	text_buffer__add(&text, "root");
	if (lacking)
		text_buffer__addf(&text, ", or %s", capability_say(lacking, names, sizeof(names)));
	return buffer;
}
