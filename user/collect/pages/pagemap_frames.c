/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "collect/pages/pagemap_frames.h"

#include <errno.h>
#include <unistd.h>

#include "base/array.h"
#include "collect/pages/pagemap_words.h"
#include "collect/pages/uapi.h"

#define WORDS 512u

static int add_frame(struct frame_list *list, uint64_t start, uint64_t page_bytes, uint64_t word)
{
	uint64_t frame = word & UAPI_PM_FRAME;
	bool exclusive = word & UAPI_PM_EXCLUSIVE;
	struct frame_run *last = list->count ? &list->runs[list->count - 1] : NULL;

	if (!frame)
		return -EPERM;
	if (last && last->end == start && last->exclusive == exclusive &&
	    last->first + (last->end - last->start) / page_bytes == frame) {
		last->end += page_bytes;
		return 0;
	}
	if (array_reserve((void **)&list->runs, &list->capacity, list->count + 1,
			  sizeof(*list->runs)))
		return -ENOMEM;
	list->runs[list->count++] =
		(struct frame_run){ start, start + page_bytes, frame, exclusive };
	return 0;
}

int pagemap_frames(const struct proc *proc, uint64_t start, uint64_t end, struct frame_list *list)
{
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE), words[WORDS], wanted;
	int fd = proc__open_memory(proc, "pagemap"), err = fd < 0 ? fd : 0;
	ssize_t got, i;

	while (!err && start < end) {
		wanted = (end - start) / page_bytes;
		got = pagemap_words__read(fd, page_bytes, start, words,
					  wanted < WORDS ? wanted : WORDS);
		if (got <= 0) {
			err = got ? (int)got : -ESRCH;
			break;
		}
		for (i = 0; !err && i < got; i++, start += page_bytes) {
			if (words[i] & UAPI_PM_PRESENT)
				err = add_frame(list, start, page_bytes, words[i]);
		}
	}
	if (fd >= 0)
		close(fd);
	return err;
}
