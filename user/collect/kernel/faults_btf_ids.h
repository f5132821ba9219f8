/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The numbers of the types that programs attach to. See faults_btf_ids.c. */
#ifndef COLLECT_FAULTS_BTF_IDS_H
#define COLLECT_FAULTS_BTF_IDS_H

#include <stddef.h>

#include "collect/kernel/kernel_types.h"

#define FAULTS_BTF_IDS 16u

struct bpf_object;
struct bpf_program;

struct faults_btf_ids {
	struct kernel_type_id ids[FAULTS_BTF_IDS];
	const struct bpf_program *programs[FAULTS_BTF_IDS]; /* of each id */
	size_t count;
	int handler; /* of libbpf, for our sections; or -errno */
};

/*
 * Before the object is opened, until it is loaded: libbpf knows our sections, and has a pointer to
 * ids. 0 or -errno; unregister is needed in both cases.
 */
int faults_btf_ids__register(struct faults_btf_ids *ids);
void faults_btf_ids__unregister(const struct faults_btf_ids *ids);

/* Sets up what the programs of an open object need. -E2BIG: there are too many. */
int faults_btf_ids__list(struct faults_btf_ids *ids, const struct bpf_object *object);

/*
 * Before the load, when it is known which programs will be loaded: for a number that was not found,
 * libbpf searches, and -errno says that it found none either.
 */
int faults_btf_ids__settle(const struct faults_btf_ids *ids, struct bpf_object *object);

#endif
