/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* pagewatch probe: tries what works here, and says why the rest does not. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "collect/kernel/capability_trial.h"
#include "collect/kernel/faults.h"
#include "collect/pages/page_cache.h"
#include "collect/pages/pagemap.h"
#include "collect/proc/environment.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "commands/report.h"
#include "commands/usage.h"
#include "render/chart.h"
#include "render/probe.h"
#include "version.h"

#define MAX_ROWS 48

struct probe {
	struct probe_report report;
	struct probe_row rows[MAX_ROWS];
	struct faults_feature features[FAULTS_FEATURES_MAX];
	size_t count;
};

static void add_finding(struct probe *probe, const char *group, const char *name, int error,
			const char *needed_for)
{
	if (probe->count < MAX_ROWS)
		probe->rows[probe->count++] = (struct probe_row){
			.group = group,
			.name = name,
			.error = error,
			.needed_for = needed_for,
		};
}

static void probe_page_tables(struct probe *probe)
{
	static const struct {
		uint32_t bit;
		const char *name;
		const char *needed_for;
	} categories[] = {
		{ PAGE_IS_PFNZERO_BIT, "category PFNZERO", "zero pages distinguished" },
		{ PAGE_IS_HUGE_BIT, "category HUGE", "anon_huge and zero_huge distinguished" },
		{ PAGE_IS_GUARD_BIT, "category GUARD",
		  "guard pages distinguished from swapped ones" },
	};
	uint32_t known = 0;
	int err = pagemap_probe_scan(&known);
	size_t i;

	add_finding(probe, "page tables", "PAGEMAP_SCAN", err, "page states without privilege");
	for (i = 0; i < sizeof(categories) / sizeof(categories[0]); i++)
		add_finding(probe, "page tables", categories[i].name,
			    err				  ? err
			    : (known & categories[i].bit) ? 0
							  : -EINVAL,
			    categories[i].needed_for);
	add_finding(probe, "page tables", "cachestat", page_cache_probe(),
		    "dirty pages, and swapped pages of shared memory");
	probe->report.page_reader = err ? "read" : "scan";
}

static void probe_kernel_side(struct probe *probe)
{
	size_t count = faults_probe(probe->features), i;
	const struct faults_options options = {
		.backend = FAULTS_AUTO,
		.page_bytes = probe->report.environment.page_bytes,
	};
	struct faults *faults = NULL;
	char reason[256];

	for (i = 0; i < count; i++)
		add_finding(probe, "kernel side", probe->features[i].name, probe->features[i].error,
			    probe->features[i].needed_for);
	if (faults__open(&options, &faults, reason, sizeof(reason))) {
		probe->report.tier = "scan";
		probe->report.backend = faults_backend_name(FAULTS_NONE);
		probe->report.call_hooks = faults_hooks_name(HOOKS_NONE);
		return;
	}
	probe->report.tier = "faults";
	probe->report.backend = faults_backend_name(faults__backend(faults));
	probe->report.call_hooks = faults_hooks_name(faults__hooks(faults));
	faults__close(faults);
}

/* What this build of pagewatch has; a program without a loader is the static one. */
static void probe_program(struct probe *probe)
{
	add_finding(probe, "program", "cairo", chart_possible(), "--png, --svg and --pdf");
	add_finding(probe, "program", "all users", getauxval(AT_BASE) ? 0 : -ENOSYS,
		    "-u NAME of a user who is not in /etc/passwd");
}

static int print_probe(const struct probe *probe, bool json, struct report *report)
{
	int err = json ? probe_render_json(&probe->report, report->out)
		       : probe_render_text(&probe->report, report->out);
	int closed;

	err = report__done(report, err);
	closed = report__close(report);
	return err ? err : closed;
}

int command_probe(int argc, char **argv)
{
	struct options options;
	struct probe probe = { 0 };
	struct report report;
	int status, err;

	status = options__parse(&options, OPTIONS_PROBE, argc, argv);
	if (status < 0 && *options.command)
		status = usage_error("unexpected argument '%s'", *options.command);
	if (status >= 0)
		goto out;
	status = STATUS_INTERNAL;
	if (report__open(&report, &options, STDOUT_FILENO, false))
		goto out;
	environment_read("/sys", &probe.report.environment);
	probe_page_tables(&probe);
	probe_kernel_side(&probe);
	probe.report.capabilities = capability_trial();
	probe_program(&probe);
	probe.report.version = PAGEWATCH_VERSION;
	probe.report.rows = probe.rows;
	probe.report.row_count = probe.count;
	err = print_probe(&probe, options.json, &report);
	status = err ? report_status(err) : STATUS_OK;
out:
	options__deinit(&options);
	return status;
}
