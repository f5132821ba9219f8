/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The table of commands. */
#include <errno.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/test_point.h"
#include "commands/commands.h"
#include "commands/help.h"
#include "commands/options.h"
#include "commands/usage.h"

static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
} commands[] = {
	{ "watch", command_watch },   { "snap", command_snap },	  { "run", command_run },
	{ "check", command_check },   { "probe", command_probe }, { "record", command_record },
	{ "report", command_report }, { "diff", command_diff },	  { "file", command_file },
};

/* No failure is silent: if nothing was logged, it was a lack of memory. */
static int finish_command(int status)
{
	progress_end();
	if (status == STATUS_INTERNAL && !log_said_error())
		log_error("%s", strerror(ENOMEM));
	return status;
}

/* It writes files that its user names, and reads such files. */
static int refuse_setuid(const char *command)
{
	log_error("refuses to be setuid or setgid: give it capabilities (make install "
		  "FILE_CAPS=1)");
	return !strcmp(command, "run") || !strcmp(command, "record") ? STATUS_RUN_FAILED
								     : STATUS_UNMEASURED;
}

/*
 * Memory of a snapshot should return to the kernel with it. By default glibc raises its mmap
 * threshold with each mapping that is freed, up to 32 MiB (mallopt(3)), and keeps as much.
 */
#define MMAP_THRESHOLD_BYTES (128 * 1024)

int main(int argc, char **argv)
{
	size_t i;

	mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES);
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	test_point_init();
	if (getuid() != geteuid() || getgid() != getegid())
		return refuse_setuid(argc > 1 ? argv[1] : "");
	if (geteuid())
		capability_rest(CAPABILITY(CAP_DAC_READ_SEARCH));
	if (argc < 2)
		return usage_error("nothing to watch: -p PID, or run -- CMD...");
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))
		return help_print(OPTIONS_ALL);
	if (argv[1][0] == '-')
		return finish_command(command_watch(argc, argv));
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!strcmp(argv[1], commands[i].name))
			return finish_command(commands[i].main(argc - 1, argv + 1));
	}
	if (strspn(argv[1], "0123456789") == strlen(argv[1]))
		return usage_error("'%s' is not a command; -p %s watches that process", argv[1],
				   argv[1]);
	return usage_error("'%s' is not a command; run -- %s starts a program", argv[1], argv[1]);
}
