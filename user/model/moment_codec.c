/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The headers of a moment as bytes, with one description for both directions. */
#include "model/moment_codec.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/counted.h"
#include "model/moment_codec_priv.h"

/* The newest version. The one before has no MOMENT_CACHED. */
#define MAGIC "pagewatch moment 3"
#define MAGIC_BEFORE "pagewatch moment 2"

/* Sizes of pages and huge pages, which loops use as steps. */
#define PAGE_BYTES_MIN (1u << 10)
#define PAGE_BYTES_MAX (1u << 16)
#define PMD_BYTES_MAX (1u << 30)

static void code_environment(struct codec *codec, struct environment *environment)
{
	uint64_t page = environment->page_bytes, pmd;

	codec_chars(codec, environment->kernel, sizeof(environment->kernel));
	codec_chars(codec, environment->machine, sizeof(environment->machine));
	codec_chars(codec, environment->thp, sizeof(environment->thp));
	codec_bool(codec, &environment->use_zero_page);
	codec_u64(codec, &environment->page_bytes);
	codec_u64(codec, &environment->pmd_bytes);
	codec_u64(codec, &environment->ram_bytes);
	page = environment->page_bytes;
	pmd = environment->pmd_bytes;
	codec_require(codec,
		      page >= PAGE_BYTES_MIN && page <= PAGE_BYTES_MAX && !(page & (page - 1)));
	codec_require(codec, !pmd || (pmd >= page && pmd <= PMD_BYTES_MAX && !(pmd & (pmd - 1))));
}

static void code_losses(struct codec *codec, struct losses *losses)
{
	uint32_t kinds = LOSS_KINDS, i;

	codec_u32(codec, &kinds);
	codec_require(codec, kinds == LOSS_KINDS);
	for (i = 0; i < LOSS_KINDS; i++)
		codec_u64(codec, &losses->count[i]);
}

static void code_rest(struct codec *codec, struct processes_rest *rest)
{
	codec_u64(codec, &rest->count);
	codec_u64(codec, &rest->looked_at);
	codec_u64(codec, &rest->resident_pages);
	codec_u64(codec, &rest->faults.user);
	codec_u64(codec, &rest->faults.kernel);
	codec_u64(codec, &rest->ended_pages);
}

static void code_missing(struct codec *codec, struct moment_header *header)
{
	uint64_t count = header->missing_count;
	size_t i;

	codec_u64(codec, &count);
	codec_require(codec, count <= MISSING_MAX);
	header->missing_count = codec->err ? 0 : (size_t)count;
	for (i = 0; i < header->missing_count; i++) {
		codec_word(codec, &header->missing[i]);
		codec_require(codec, header->missing[i]);
	}
}

static void code_counted(struct codec *codec, const char **counted)
{
	char text[PATH_MAX] = "";

	if (!codec->reads)
		snprintf(text, sizeof(text), "%s", *counted ? *counted : "");
	codec_chars(codec, text, sizeof(text));
	if (codec->reads && !codec->err)
		codec->err = counted__set_text(counted, text);
}

static void code_exe(struct codec *codec, const char **exe)
{
	bool known = *exe != NULL;

	codec_bool(codec, &known);
	if (known)
		code_counted(codec, exe);
}

static void code_reason(struct codec *codec, struct moment_header *header)
{
	int reason = header->reason;

	codec_enum(codec, &reason, MOMENT_REASONS);
	header->reason = (enum moment_reason)reason;
	if (header->reason == MOMENT_CHECKPOINT)
		code_counted(codec, &header->checkpoint);
}

static void code_header(struct codec *codec, struct moment_header *header)
{
	uint64_t merged = header->merged_count;
	size_t i;

	code_reason(codec, header);
	codec_word(codec, &header->version);
	code_environment(codec, &header->environment);
	codec_word(codec, &header->tier);
	codec_word(codec, &header->backend);
	codec_word(codec, &header->call_hooks);
	codec_word(codec, &header->page_reader);
	codec_require(codec, header->version && header->tier && header->backend &&
				     header->call_hooks && header->page_reader);
	codec_u64(codec, &merged);
	codec_require(codec, merged <= sizeof(header->merged) / sizeof(header->merged[0]));
	header->merged_count = codec->err ? 0 : (size_t)merged;
	for (i = 0; i < header->merged_count; i++) {
		codec_word(codec, &header->merged[i]);
		codec_require(codec, header->merged[i]);
	}
	codec_bool(codec, &header->tells_writes);
	codec_bool(codec, &header->tells_collapses);
	code_missing(codec, header);
	codec_u64(codec, &header->time_unix_ns);
	codec_u64(codec, &header->start_ns);
	codec_u64(codec, &header->since_start_ns);
	codec_u64(codec, &header->max_hold_ns);
	codec_bool(codec, &header->complete);
	code_losses(codec, &header->losses);
	code_rest(codec, &header->rest);
	codec_u64(codec, &header->self_cpu_ns);
	codec_u64(codec, &header->self_rss_bytes);
	codec_u64(codec, &header->self_bpf_bytes);
}

static void code_names_missing(struct codec *codec, struct text_buffer *missing)
{
	char none[] = "", *text = missing->text ? missing->text : none;

	codec_text(codec, &text);
	if (!codec->reads || !text)
		return;
	if (*text)
		text_buffer__add(missing, text);
	free(text);
	if (!codec->err)
		codec->err = missing->error;
}

static void code_facts(struct codec *codec, struct process_header *header)
{
	struct process_facts *facts = &header->facts;

	codec_u32(codec, &facts->pid);
	codec_u32(codec, &facts->parent);
	codec_chars(codec, facts->comm, sizeof(facts->comm));
	code_exe(codec, &header->exe);
	codec_chars(codec, facts->runtime, sizeof(facts->runtime));
	codec_u64(codec, &facts->rss_kernel_pages);
	codec_u64(codec, &facts->rss_peak_pages);
	codec_u64(codec, &facts->page_table_bytes);
	codec_u64(codec, &facts->start_ticks);
}

static void code_misses(struct codec *codec, struct symbol_miss_list *misses)
{
	size_t i;

	codec_list(codec, &misses->count, (void **)&misses->misses, 3, sizeof(*misses->misses));
	for (i = 0; !codec->err && i < misses->count; i++) {
		struct symbol_miss *miss = &misses->misses[i];
		uint64_t spec = miss->spec;

		codec_u64(codec, &spec);
		miss->spec = (size_t)spec;
		codec_text(codec, &miss->text);
		codec_chars(codec, miss->reason, sizeof(miss->reason));
	}
}

static void code_retired(struct codec *codec, struct retired *retired)
{
	codec_u64(codec, &retired->count);
	codec_u64(codec, &retired->start);
	codec_u64(codec, &retired->end);
	codec_u64(codec, &retired->created_ns);
	codec_u64(codec, &retired->retired_ns);
	codec_word(codec, &retired->how);
	codec_require(codec, retired->how && retired->start <= retired->end);
	codec_u64(codec, &retired->pages_read);
	codec_u64(codec, &retired->pages_written);
	codec_u64(codec, &retired->pages_touched);
}

static void code_process_header(struct codec *codec, struct process_header *header)
{
	size_t i;

	code_facts(codec, header);
	codec_bool(codec, &header->complete);
	code_losses(codec, &header->losses);
	codec_bool(codec, &header->exited);
	codec_bool(codec, &header->huge_unsure);
	codec_bool(codec, &header->frames_known);
	codec_bool(codec, &header->faults_known);
	codec_bool(codec, &header->frozen);
	codec_u32(codec, &header->slot);
	codec_u64(codec, &header->faults.user);
	codec_u64(codec, &header->faults.kernel);
	codec_u64(codec, &header->peak_touched.pages);
	codec_bool(codec, &header->peak_touched.known);
	codec_u64(codec, &header->collapses);
	code_names_missing(codec, &header->names_missing);
	codec_u64(codec, &header->ids_forgotten);
	code_misses(codec, &header->symbol_misses);
	codec_list(codec, &header->retired_count, (void **)&header->retired, 10,
		   sizeof(*header->retired));
	for (i = 0; !codec->err && i < header->retired_count; i++)
		code_retired(codec, &header->retired[i]);
}

static void code_moment(struct codec *codec, struct moment *moment)
{
	char magic[sizeof(MAGIC)] = MAGIC;
	size_t i;

	codec_chars(codec, magic, sizeof(magic));
	codec->version = codec->reads && !strcmp(magic, MAGIC_BEFORE) ? 2 : 3;
	codec_require(codec, codec->version == 2 || !strcmp(magic, MAGIC));
	code_header(codec, &moment->header);
	codec_list(codec, &moment->process_count, (void **)&moment->processes, 30,
		   sizeof(*moment->processes));
	for (i = 0; !codec->err && i < moment->process_count; i++) {
		code_process_header(codec, &moment->processes[i].header);
		codec_process_lists(codec, &moment->processes[i],
				    moment->header.environment.page_bytes);
	}
}

int moment_codec__encode(const struct moment *moment, char **ret, size_t *count)
{
	struct moment copy = *moment;
	struct codec codec = { 0 };

	code_moment(&codec, &copy);
	*count = codec.out.length;
	if (!codec.err)
		return text_buffer__take(&codec.out, ret);
	text_buffer__deinit(&codec.out);
	return codec.err;
}

int moment_codec__decode(const void *bytes, size_t count, struct moment *ret)
{
	struct codec codec = { .reads = true, .at = bytes };

	memset(ret, 0, sizeof(*ret));
	codec.end = codec.at + count;
	ret->pool = codec.pool = malloc(count + 1);
	if (!ret->pool)
		return -ENOMEM;
	ret->pool_bytes = count + 1;
	code_moment(&codec, ret);
	codec_require(&codec, codec.at == codec.end);
	return codec.err;
}
