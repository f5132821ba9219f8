/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "base/capability.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
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

/* In two halves. */
struct capability_sets {
	struct __user_cap_data_struct low, high;
};

static int get_sets(struct capability_sets *ret)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	*ret = (struct capability_sets){ 0 };
	return syscall(SYS_capget, &header, ret) ? -errno : 0;
}

static int put_sets(const struct capability_sets *sets)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return syscall(SYS_capset, &header, sets) ? -errno : 0;
}

static uint64_t permitted_of(const struct capability_sets *sets)
{
	return sets->low.permitted | (uint64_t)sets->high.permitted << 32;
}

uint64_t capability_permitted(void)
{
	struct capability_sets sets;

	return get_sets(&sets) ? 0 : permitted_of(&sets);
}

/* Returns those whose effect was changed. */
static uint64_t change_effect(uint64_t set, bool raise)
{
	int was = errno;
	struct capability_sets sets;
	uint64_t effective, changed = 0;

	if (!get_sets(&sets)) {
		effective = sets.low.effective | (uint64_t)sets.high.effective << 32;
		changed = set & (raise ? permitted_of(&sets) & ~effective : effective);
		sets.low.effective ^= (uint32_t)changed;
		sets.high.effective ^= (uint32_t)(changed >> 32);
		if (changed && put_sets(&sets))
			changed = 0;
	}
	errno = was;
	return changed;
}

void capability_rest(uint64_t set)
{
	if (set)
		change_effect(set, false);
}

uint64_t capability_raise(uint64_t set)
{
	return change_effect(set, true);
}

int capability_open(int folder, const char *path, int flags)
{
	uint64_t raised = capability_raise(CAPABILITY(CAP_DAC_READ_SEARCH));
	int fd = openat(folder, path, flags);

	capability_rest(raised);
	return fd;
}

static void drop_capabilities(uint64_t set)
{
	const uint32_t low = ~(uint32_t)set, high = ~(uint32_t)(set >> 32);
	struct capability_sets sets;

	if (get_sets(&sets))
		return;
	sets.low = (struct __user_cap_data_struct){ sets.low.effective & low,
						    sets.low.permitted & low,
						    sets.low.inheritable & low };
	sets.high = (struct __user_cap_data_struct){ sets.high.effective & high,
						     sets.high.permitted & high,
						     sets.high.inheritable & high };
	put_sets(&sets);
}

/* The ambient set loses what the permitted set loses. */
void capability_leave(void)
{
	uint64_t all = 0;
	size_t i;

	for (i = 0; i < CAPABILITIES; i++)
		all |= CAPABILITY(capabilities[i].number);
	if (geteuid())
		drop_capabilities(all);
}

void capability_settle(void)
{
	if (geteuid())
		drop_capabilities(CAPABILITY(CAP_SETUID) | CAPABILITY(CAP_SETGID));
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int capability_become(uint32_t uid, uint64_t set)
{
	const uint32_t low = (uint32_t)set, high = (uint32_t)(set >> 32);
	const struct capability_sets sets = { { .effective = low, .permitted = low },
					      { .effective = high, .permitted = high } };
	int err;

	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setgroups(0, NULL) || setresgid(uid, uid, uid) ||
	    setresuid(uid, uid, uid))
		return -errno;
	err = put_sets(&sets);
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
	uint64_t lacking = wanted & ~capability_permitted();
	char names[CAPABILITY_TEXT];

	text_buffer__add(&text, "root");
	if (lacking)
		text_buffer__addf(&text, ", or %s", capability_say(lacking, names, sizeof(names)));
	return buffer;
}
