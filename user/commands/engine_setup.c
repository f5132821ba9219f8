/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/engine_setup.h"

#include "base/text.h"

int options__attach(const struct options *options, struct engine *engine)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < options->pid_count; i++)
		err = engine__attach(engine, options->pids[i]);
	return err;
}

void options__try_checkpoints(const struct options *options, struct engine *engine)
{
	if (options->pid_count == 1)
		engine__try_checkpoints(engine, options->pids[0]);
}

char *options__name_targets(const struct options *options, char *buffer, size_t size)
{
	struct text_buffer text = text_buffer__over(buffer, size);
	size_t count = options->pid_count, i;

	text_buffer__add(&text, count == 1 ? "process" : "processes");
	for (i = 0; i < count; i++)
		text_buffer__addf(&text, "%s%u",
				  !i		   ? " "
				  : i + 1 == count ? " and "
						   : ", ",
				  options->pids[i]);
	return buffer;
}

struct engine_options options__engine(const struct options *options)
{
	return (struct engine_options){
		.backend = options->backend,
		.backend_required = options->backend == FAULTS_TP_BTF ||
				    options->backend == FAULTS_PERF,
		.reader = options->reader,
		.follow_children = options->children,
		.chunk_slots = options->chunk_slots,
		.processes = options->processes,
		.ring_bytes = options->ring_bytes,
		.marks = &options->marks,
		.symbols = &options->symbols,
		.want_frames = options->pfn,
		.want_python = !options->no_python,
		.freeze = options->freeze,
		.hold_ns = options->max_hold_ns,
		.array_min_bytes = options->min_bytes,
		.heap_min_bytes = options->heap_min_bytes,
		.heap_blocks = options->heap_blocks,
		.want_mappings = options->mappings,
		.stop_at = options->stop_at,
	};
}
