/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Mapping calls. Lives end at entry, before the kernel has freed an address that another thread
 * could get. The exit says whether the call succeeded, and where it mapped.
 */
#ifndef CALLS_BPF_H
#define CALLS_BPF_H

/* include/uapi/asm-generic/mman-common.h, include/uapi/linux/mman.h */
#define MAP_FIXED 0x10
#define MAP_FIXED_NOREPLACE 0x100000
#define MADV_REMOVE 9
#define MADV_GUARD_INSTALL 102
/* include/uapi/linux/shm.h */
#define SHM_REMAP 040000

/* mmap(2): only MAP_FIXED ends anything. */
static __always_inline void enter_mmap(const unsigned long args[6], __u32 slot)
{
	__u32 flags = args[3];
	struct new_range new_range = { 0, mmap_bytes(args[1], flags, args[4]) };
	__u64 start = page_down(args[0]), end = start + new_range.end;

	if (!(flags & MAP_FIXED) || (flags & MAP_FIXED_NOREPLACE))
		start = end = 0;
	send_enter_new(slot, MAP_OP_MMAP, start, end, &new_range);
	close_range(slot, start, end);
}

static __always_inline void enter_munmap(const unsigned long args[6], __u32 slot)
{
	__u64 start = args[0], end = start + page_up(args[1]);

	send_enter(slot, MAP_OP_MUNMAP, 0, start, end);
	close_range(slot, start, end);
}

static long find_range(struct task_struct *task, struct vm_area_struct *vma,
		       struct new_range *new_range)
{
	new_range->start = vma->vm_start;
	new_range->end = vma->vm_end;
	return 0;
}

/*
 * Whether the first mapping of [start, end) ends before end. Older kernels move only one mapping:
 * they clear the whole new place, and fail.
 */
static __always_inline bool holds_several(__u64 start, __u64 end)
{
	struct new_range first = {};
	long err;

	if (!bpf_core_type_exists(struct vma_remap_struct))
		return false;
	err = find_vma(start, find_range, &first);
	if (err == -EOPNOTSUPP)
		lose_record();
	return !err && first.end < end;
}

/* Global: verified once, not in each step. */
__noinline int enter_run(__u32 slot, __u32 flags, __u64 start, __u64 end, __u64 new_start)
{
	struct new_range new_range = { new_start, new_start + (end - start) };

	send_enter_new(slot, MAP_OP_MREMAP | (flags & 0xffff) << 16, start, end, &new_range);
	close_range(slot, new_range.start, new_range.end);
	close_range(slot, start, end);
	return 0;
}

/* Adjacent mappings without a hole between them. */
struct runs {
	__u64 first, at, end;
	__u64 distance; /* to their new place */
	__u32 slot, flags;
	bool open;
};

static __always_inline void close_run(struct runs *runs, __u64 end)
{
	if (runs->open)
		enter_run(runs->slot, runs->flags, runs->first, end, runs->first + runs->distance);
	runs->open = false;
}

static long walk_runs(__u32 step, struct runs *runs)
{
	struct new_range vma = {};
	long err;

	if (runs->at >= runs->end)
		return 1;
	err = find_vma(runs->at, find_range, &vma);
	if (err && err != -ENOENT)
		return 1;
	if (err) {
		close_run(runs, runs->at);
		runs->at += 1ull << page_shift;
		return 0;
	}
	if (!runs->open)
		runs->first = runs->at;
	runs->open = true;
	runs->at = vma.end;
	return 0;
}

/* Holes between several mappings move too: what is under them at the new place stays. */
static __always_inline void enter_several(__u64 start, __u64 end, __u64 new_start, __u32 slot,
					  __u32 flags)
{
	struct runs runs = {
		.at = start, .end = end, .distance = new_start - start, .slot = slot, .flags = flags
	};

	bpf_loop(limits[PW_LIMIT_REFUSAL_STEPS], walk_runs, &runs, 0);
	if (runs.at < end && !runs.open) {
		runs.first = runs.at;
		runs.open = true;
	}
	if (runs.at < end)
		__sync_fetch_and_add(&losses.events, 1);
	close_run(&runs, end);
}

static __always_inline void enter_mremap(const unsigned long args[6], __u32 slot)
{
	__u32 shift = pool_shift_at(args[0]) ?: page_shift;
	__u64 start = args[0], end = start + round_up_to(args[1], shift);
	__u64 new_bytes = round_up_to(args[2], shift), new_address = args[4];
	struct new_range new_range = { 0, new_bytes };
	__u32 flags = args[3] & (MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP);

	if (flags & MREMAP_FIXED) {
		new_range.start = new_address;
		new_range.end = new_address + new_bytes;
		if (start + new_bytes == end && holds_several(start, end)) {
			enter_several(start, end, new_address, slot, flags | PW_SEVERAL);
			return;
		}
	}
	send_enter_new(slot, MAP_OP_MREMAP | flags << 16, start, end, &new_range);
	if (flags & MREMAP_FIXED)
		close_range(slot, new_range.start, new_range.end);
	/* A shrinking call stays in place: only its tail ends. */
	if (!(flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && start + new_bytes <= end)
		start += new_bytes;
	close_range(slot, start, end);
}

static __always_inline void enter_brk(const unsigned long args[6], __u32 slot)
{
	struct new_range none = {}, grown = {};
	__u64 new_end = page_up(args[0]);
	__u64 old_end = page_up(BPF_CORE_READ(bpf_get_current_task_btf(), mm, brk));

	if (!args[0])
		return;
	if (new_end > old_end) {
		grown.start = old_end;
		grown.end = new_end;
		send_enter_new(slot, MAP_OP_BRK, 0, 0, &grown);
	} else if (new_end < old_end) {
		send_enter_new(slot, MAP_OP_BRK, new_end, old_end, &none);
		close_range(slot, new_end, old_end);
	}
}

/* How an advice ends lives; MAP_OPS: it ends none (MADV_FREE leaves the pages until reclaim). */
static __always_inline __u32 op_of_advice(__u32 advice)
{
	switch (advice) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
		return MAP_OP_DONTNEED;
	case MADV_REMOVE:
		return MAP_OP_REMOVE;
	case MADV_GUARD_INSTALL:
		return MAP_OP_GUARD;
	default:
		return MAP_OPS;
	}
}

/* Global: verified once. */
__noinline int enter_advice(__u32 slot, __u32 advice, __u64 start, __u64 end)
{
	__u32 op = op_of_advice(advice & ~PW_PART), shift;

	if (op == MAP_OPS || start >= end)
		return 0;
	/* Of hugetlb pages, only whole ones are dropped. */
	shift = pool_shift_at(end - 1) ?: page_shift;
	end = round_down_to(end, shift);
	if (op == MAP_OP_REMOVE)
		start = round_up_to(start, pool_shift_at(start) ?: page_shift);
	send_enter(slot, op, advice, start, end);
	close_range(slot, start, end);
	return 0;
}

static __always_inline void enter_madvise(const unsigned long args[6], __u32 slot)
{
	enter_advice(slot, args[2], args[0], args[0] + page_up(args[1]));
}

struct iovec {
	__u64 base, bytes;
};

struct vectors {
	__u64 address;
	__u32 slot, advice;
};

static long enter_vector(__u32 index, struct vectors *vectors)
{
	struct iovec iovec;
	long err;

	set_reading(1);
	err = bpf_probe_read_user(&iovec, sizeof(iovec),
				  (void *)(vectors->address + index * sizeof(iovec)));
	set_reading(0);
	if (err) {
		__sync_fetch_and_add(&losses.events, 1);
		return 1;
	}
	enter_advice(vectors->slot, vectors->advice | PW_PART, iovec.base,
		     iovec.base + page_up(iovec.bytes));
	return 0;
}

/*
 * Destructive advice is only allowed on oneself (mm/madvise.c, since v6.13). There are several
 * entries and one exit, whose result says how many of their bytes were reached.
 */
static __always_inline void enter_process_madvise(const unsigned long args[6], __u32 slot)
{
	struct vectors vectors = { args[1], slot, args[3] };
	__u64 count = args[2];

	if (op_of_advice(vectors.advice) == MAP_OPS)
		return;
	if (count > limits[PW_LIMIT_IOVECS]) {
		__sync_fetch_and_add(&losses.events, 1);
		count = limits[PW_LIMIT_IOVECS];
	}
	bpf_loop(count, enter_vector, &vectors, 0);
}

/* Neither call gives a length: the VMA has it. If it cannot be read, that is a loss. */
static __always_inline bool vma_at(__u64 address, struct new_range *new_range)
{
	if (!find_vma(address, find_range, new_range))
		return true;
	__sync_fetch_and_add(&losses.events, 1);
	return false;
}

static __always_inline void enter_shmdt(const unsigned long args[6], __u32 slot)
{
	struct new_range range = {};

	if (!vma_at(args[0], &range))
		return;
	send_enter(slot, MAP_OP_SHMDT, 0, range.start, range.end);
	close_range(slot, range.start, range.end);
}

/* The handle is the address of the ring; anything else is refused. */
static __always_inline void enter_io_destroy(const unsigned long args[6], __u32 slot)
{
	struct new_range range = {};
	long err = find_vma(args[0], find_range, &range);

	if (err == -EOPNOTSUPP)
		lose_record();
	if (err)
		return;
	send_enter(slot, MAP_OP_IO_DESTROY, 0, range.start, range.end);
	close_range(slot, range.start, range.end);
}

/* Maps the range anew (mm/mmap.c: its size is rounded down). */
static __always_inline void enter_remap_file_pages(const unsigned long args[6], __u32 slot)
{
	__u64 start = page_down(args[0]), end = start + page_down(args[1]);

	send_enter(slot, MAP_OP_REMAP, 0, start, end);
	close_range(slot, start, end);
}

/*
 * With SHM_REMAP old lives end a moment late, when the length is known. They are left to user
 * space: the call is too rare to justify a walk in this program, which would double the verifier's
 * work.
 */
static __always_inline void exit_shmat(long result, __u32 slot)
{
	struct new_range range = {}, length = {};
	struct leaving call;

	if ((result < 0 && result >= -MAX_ERRNO) || !vma_at(result, &range))
		return;
	length.end = range.end - range.start;
	send_enter_new(slot, MAP_OP_SHMAT, range.start, range.end, &length);
	read_left_call(&call);
	if (call.args[2] & SHM_REMAP)
		leave_range(slot, range.start, range.end);
	send_exit(slot, result, 0);
}

static __always_inline void enter_numbered(int number, const unsigned long args[6], __u32 slot)
{
	if (number == numbers[PW_CALL_MUNMAP])
		enter_munmap(args, slot);
	else if (number == numbers[PW_CALL_MMAP])
		enter_mmap(args, slot);
	else if (number == numbers[PW_CALL_MADVISE])
		enter_madvise(args, slot);
	else if (number == numbers[PW_CALL_BRK])
		enter_brk(args, slot);
	else if (number == numbers[PW_CALL_MREMAP])
		enter_mremap(args, slot);
	else if (number == numbers[PW_CALL_PROCESS_MADVISE])
		enter_process_madvise(args, slot);
	else if (number == numbers[PW_CALL_SHMDT])
		enter_shmdt(args, slot);
	else if (number == numbers[PW_CALL_FALLOCATE])
		enter_fallocate(args, slot);
	else if (number == numbers[PW_CALL_FTRUNCATE])
		enter_ftruncate(args, slot);
	else if (number == numbers[PW_CALL_REMAP_FILE_PAGES])
		enter_remap_file_pages(args, slot);
	else if (number == numbers[PW_CALL_IO_DESTROY])
		enter_io_destroy(args, slot);
}

/* User space pairs the exit with the thread's entry. */
static __always_inline void exit_numbered(int number, long result, __u32 slot)
{
	if (number == numbers[PW_CALL_SHMAT])
		exit_shmat(result, slot);
	else if (number == numbers[PW_CALL_MADVISE])
		send_exit(slot, result, refused_at(result));
	else if (number == numbers[PW_CALL_MREMAP])
		send_exit(slot, result, moved_until(result));
	else if (number == numbers[PW_CALL_FALLOCATE] || number == numbers[PW_CALL_FTRUNCATE])
		send_exit(slot, result, PW_EVERYWHERE);
	else
		send_exit(slot, result, 0);
}

#endif
