/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The table of losses. */
#include "model/losses.h"

#include <stdio.h>

#include "base/format.h"

static const struct loss_kind kinds[LOSS_KINDS] = {
	[LOSS_CHUNKS] = { "chunks", "touch", "touches", "found no room in the chunk table",
			  "--chunk-slots", "touches were lost", false, LOSS_AFFECTS_TOUCH },
	[LOSS_SETS] = { "sets", "touch", "touches",
			"found no room in the table of GiB with touched pages", NULL,
			"touches were lost", false, LOSS_AFFECTS_TOUCH },
	[LOSS_STRAYS] = { "stray_touches", "touch", "touches",
			  "met the end or the beginning of a life and may count for the wrong one",
			  NULL, "touches may count for the wrong life", false, LOSS_AFFECTS_TOUCH },
	[LOSS_SLOTS] = { "processes", "process", "processes", "found no room in the target table",
			 "--processes", "processes were not watched", false,
			 LOSS_AFFECTS_TOUCH | LOSS_AFFECTS_FAULTS | LOSS_AFFECTS_ROWS },
	[LOSS_CHILDREN] = { "children", "child process", "child processes", "could not be followed",
			    NULL, "child processes were not followed", false,
			    LOSS_AFFECTS_TOUCH | LOSS_AFFECTS_FAULTS | LOSS_AFFECTS_ROWS },
	[LOSS_EVENTS] = { "events", "mapping event", "mapping events", "found no room in the ring",
			  "--ring-bytes", "touches were lost", false, LOSS_AFFECTS_TOUCH },
	[LOSS_CALLS] = { "untraced_calls", "mapping call", "mapping calls",
			 "cannot be traced by this kernel", NULL,
			 "mapping calls cannot be traced by this kernel", false,
			 LOSS_AFFECTS_TOUCH },
	[LOSS_SKIPPED] = { "skipped_runs", "run", "runs",
			   "of a counting program were left out by the kernel: it was at work "
			   "on that CPU",
			   NULL, "the kernel left out some counting", false,
			   LOSS_AFFECTS_TOUCH | LOSS_AFFECTS_FAULTS },
	[LOSS_32_BIT] = { "programs_32_bit", "32-bit program was", "32-bit programs were",
			  "watched, whose mapping calls the kernel does not trace", NULL,
			  "the mapping calls of 32-bit programs are not traced", true,
			  LOSS_AFFECTS_TOUCH },
	[LOSS_HEAP_BLOCKS] = { "heap_blocks", "heap block", "heap blocks",
			       "found no room in the table", "--heap-blocks",
			       "heap blocks were lost", false, LOSS_AFFECTS_ROWS },
	[LOSS_BITS] = { "closing_records", "closing record", "closing records",
			"could not be stored: pagewatch had no memory", NULL, "touches were lost",
			true, LOSS_AFFECTS_TOUCH },
	[LOSS_UNSURE] = { "unsure_pages", "page was", "pages were",
			  "touched around calls that may have dropped or moved them", NULL,
			  "calls may have dropped or moved touched pages", true,
			  LOSS_AFFECTS_TOUCH },
	[LOSS_LATE] = { "late_reports", "report", "reports",
			"came before the calls during its scan could be read", NULL,
			"calls during the scan were not seen", true, LOSS_AFFECTS_TOUCH },
	[LOSS_UNREADABLE] = { "pages_unreadable", "page", "pages", "could not be read", NULL,
			      "pages could not be read", true,
			      LOSS_AFFECTS_STATES | LOSS_AFFECTS_TOUCH },
	[LOSS_OVERDUE] = { "overdue", "process", "processes",
			   "reached the hold limit and ran on while being counted", "--max-hold",
			   "the process went on while it was counted", false,
			   LOSS_AFFECTS_STATES | LOSS_AFFECTS_TOUCH | LOSS_AFFECTS_ROWS },
};

const struct loss_kind *loss_kind(enum loss loss)
{
	return &kinds[loss];
}

bool losses__any(const struct losses *losses)
{
	return losses__first(losses, ~0u) != LOSS_KINDS;
}

void losses__add(struct losses *sum, const struct losses *part)
{
	size_t i;

	for (i = 0; i < LOSS_KINDS; i++)
		sum->count[i] += part->count[i];
}

struct losses losses__of_one(const struct losses *all, const struct losses *own)
{
	struct losses ret = *all;
	size_t i;

	for (i = 0; i < LOSS_KINDS; i++) {
		if (kinds[i].own)
			ret.count[i] = own->count[i];
	}
	return ret;
}

enum loss losses__first(const struct losses *losses, unsigned int affects)
{
	unsigned int i;

	for (i = 0; i < LOSS_KINDS; i++) {
		if (losses->count[i] && kinds[i].affects & affects)
			break;
	}
	return (enum loss)i;
}

char *loss_sentence(enum loss loss, uint64_t count, char buffer[LOSS_SENTENCE_MAX])
{
	const struct loss_kind *kind = &kinds[loss];
	char number[FORMAT_COUNT_MAX];

	snprintf(buffer, LOSS_SENTENCE_MAX, "%s %s %s%s%s%s", format_count(count, number),
		 count == 1 ? kind->one : kind->many, kind->what, kind->option ? " (" : "",
		 kind->option ? kind->option : "", kind->option ? ")" : "");
	return buffer;
}
