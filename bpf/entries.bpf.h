/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The records of a call: one entry per range, and its exit. */
#ifndef ENTRIES_BPF_H
#define ENTRIES_BPF_H

/* Lives that the call ends are still in the count. */
static __always_inline void fill_touched(struct pw_enter *record, __u32 slot)
{
	record->touched = touched_pages(slot);
	if (has_unclosed(slot))
		record->flags |= PW_AT_MOST;
}

static __noinline int send_enter(__u32 slot, __u32 op, __u32 flags, __u64 start, __u64 end)
{
	struct pw_enter *record = reserve_record(sizeof(*record));

	if (!record)
		return lose_record();
	fill_head(&record->head, PW_ENTER, slot);
	record->op = op;
	record->flags = flags;
	record->start = start;
	record->end = end;
	record->new_start = record->new_end = 0;
	fill_touched(record, slot);
	bpf_ringbuf_submit(record, wakeup_flags(false));
	return 0;
}

struct new_range {
	__u64 start, end;
};

static __noinline int send_enter_new(__u32 slot, __u32 op, __u64 start, __u64 end,
				     struct new_range *new_range)
{
	struct pw_enter *record;

	if (!new_range)
		return 0;
	record = reserve_record(sizeof(*record));
	if (!record)
		return lose_record();
	fill_head(&record->head, PW_ENTER, slot);
	record->op = op & 0xffff;
	record->flags = op >> 16;
	record->start = start;
	record->end = end;
	record->new_start = new_range->start;
	record->new_end = new_range->end;
	fill_touched(record, slot);
	bpf_ringbuf_submit(record, wakeup_flags(false));
	return 0;
}

__noinline int send_exit(__u32 slot, __s64 result, __u64 refused_at)
{
	struct pw_exit *record = reserve_record(sizeof(*record));

	if (!record)
		return lose_record();
	fill_head(&record->head, PW_EXIT, slot);
	record->result = result;
	record->refused_at = refused_at;
	bpf_ringbuf_submit(record, wakeup_flags(false));
	return 0;
}

#endif
