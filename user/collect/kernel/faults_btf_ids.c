/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the programs with types attach to, which the kernel wants by the number of its type. libbpf
 * would read all types of the kernel to find it: 10 ms, a sixth of our start. kernel_types.c has
 * them anyway. So these programs are in sections of our own (kernel_tp/, kernel_iter/), and their
 * number and kind are set when they are loaded.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "collect/kernel/faults_btf_ids.h"
#include "collect/kernel/faults_priv.h"

static const struct {
	const char *section;
	const char *prefix; /* of the type's name */
	enum bpf_attach_type attach;
	uint32_t kind;
} forms[] = {
	{ "kernel_tp/", "btf_trace_", BPF_TRACE_RAW_TP, BTF_KIND_TYPEDEF },
	{ "kernel_iter/", "bpf_iter_", BPF_TRACE_ITER, BTF_KIND_FUNC },
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

/* What follows the section's first part, or NULL: it is none of ours. */
static const char *name_in_section(const struct bpf_program *program, size_t form)
{
	const char *section = bpf_program__section_name(program);
	size_t length = strlen(forms[form].section);

	return strncmp(section, forms[form].section, length) ? NULL : section + length;
}

static int list_program(struct bpf_program *program, struct faults_btf_ids *ids)
{
	size_t i;
	int err = 0;

	for (i = 0; i < FORMS; i++) {
		const char *name = name_in_section(program, i);
		struct kernel_type_id *id = &ids->ids[ids->count];

		if (!name)
			continue;
		if (ids->count == FAULTS_BTF_IDS)
			return -E2BIG;
		ids->programs[ids->count++] = program;
		id->kind = forms[i].kind;
		snprintf(id->name, sizeof(id->name), "%s%s", forms[i].prefix, name);
		err = bpf_program__set_expected_attach_type(program, forms[i].attach);
	}
	return err;
}

static int set_number(struct bpf_program *program, struct bpf_prog_load_opts *options, long cookie)
{
	const struct faults_btf_ids *ids = (const void *)cookie;
	size_t i;

	for (i = 0; i < ids->count; i++) {
		if (ids->programs[i] == program && ids->ids[i].number)
			options->attach_btf_id = ids->ids[i].number;
	}
	/* Not before: for a program of this kind libbpf reads all types. */
	return bpf_program__set_type(program, BPF_PROG_TYPE_TRACING);
}

/* A handler for all sections that libbpf does not know: to forget one by name, v1.1 frees twice. */
int faults_btf_ids__register(struct faults_btf_ids *ids)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, options, .cookie = (long)(intptr_t)ids,
		    .prog_prepare_load_fn = set_number);

	memset(ids, 0, sizeof(*ids));
	ids->handler =
		libbpf_register_prog_handler(NULL, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, &options);
	return ids->handler < 0 ? ids->handler : 0;
}

void faults_btf_ids__unregister(const struct faults_btf_ids *ids)
{
	if (ids->handler >= 0)
		libbpf_unregister_prog_handler(ids->handler);
}

int faults_btf_ids__list(struct faults_btf_ids *ids, const struct bpf_object *object)
{
	struct bpf_program *program;
	int err = 0;

	ids->count = 0;
	bpf_object__for_each_program(program, object)
	{
		err = list_program(program, ids);
		if (err)
			break;
	}
	return err;
}

/* libbpf finds the number, as it would have done for a section of its own. */
static int leave_to_libbpf(struct bpf_program *program)
{
	int err = 0;
	size_t i;

	for (i = 0; !err && i < FORMS; i++) {
		const char *name = name_in_section(program, i);

		if (!name)
			continue;
		err = bpf_program__set_type(program, BPF_PROG_TYPE_TRACING);
		if (!err)
			err = bpf_program__set_expected_attach_type(program, forms[i].attach);
		if (!err)
			err = bpf_program__set_attach_target(program, 0, name);
	}
	return err;
}

int faults_btf_ids__settle(const struct faults_btf_ids *ids, struct bpf_object *object)
{
	struct bpf_program *program;
	int err = 0;

	bpf_object__for_each_program(program, object)
	{
		size_t i;

		for (i = 0; i < ids->count && ids->programs[i] != program; i++)
			;
		if (bpf_program__autoload(program) && (i == ids->count || !ids->ids[i].number))
			err = leave_to_libbpf(program);
		if (err)
			break;
	}
	return err;
}
