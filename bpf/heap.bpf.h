/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Blocks of malloc and its relatives. A call below the limit costs only its probe: no record, no
 * table entry. The table of live blocks says whether a freed block is known.
 */
#ifndef HEAP_BPF_H
#define HEAP_BPF_H

/* Limits on nesting: an allocator may call itself by the probed names. */
#define NESTED_STACK (1 << 14)
#define NESTED_CALLS 4

#ifdef __TARGET_ARCH_x86
#define RETURN_POPS 8
#else
#define RETURN_POPS 0
#endif

/* Live blocks; user space sets the size. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1 << 18);
	__type(key, __u64);
	__type(value, struct pw_heap_block);
} heap_blocks SEC(".maps");

/* What a thread is allocating. */
struct open_call {
	__u64 stack; /* pointer at entry */
	__u64 bytes;
	__u64 out; /* posix_memalign: where the address goes */
	__u64 old; /* realloc: the tracked block being resized; 0: none */
	struct pw_heap_block old_block;
	__u32 slot;
	__u32 call; /* enum heap_call */
	__u32 nested;
	__u32 padding;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1 << 14); /* user space sets it */
	__type(key, __u32);	      /* thread */
	__type(value, struct open_call);
} heap_calls SEC(".maps");

__u64 heap_serial;

static __always_inline __u64 heap_key(__u32 slot, __u64 address)
{
	return (__u64)(slot + 1) << PW_SLOT_SHIFT | address >> PW_HEAP_SHIFT;
}

static __noinline int send_heap(__u32 type_call, __u32 slot, __u64 address,
				struct pw_heap_block *block)
{
	struct pw_heap *record;

	if (!block)
		return 0;
	record = reserve_record(sizeof(*record));
	if (!record)
		return lose_record();
	fill_head(&record->head, type_call & 0xffff, slot);
	record->address = address;
	record->block = *block;
	record->call = type_call >> 16;
	record->padding = 0;
	bpf_ringbuf_submit(record, wakeup_flags(false));
	return 0;
}

/* If two threads free the same block, only one gets it. */
static __always_inline bool take_block(__u32 slot, __u64 address, struct pw_heap_block *ret)
{
	__u64 key = heap_key(slot, address);
	struct pw_heap_block *block = bpf_map_lookup_elem(&heap_blocks, &key);

	if (!block)
		return false;
	*ret = *block;
	return !bpf_map_delete_elem(&heap_blocks, &key);
}

static __always_inline bool put_block(__u32 slot, __u64 address, struct pw_heap_block *block)
{
	__u64 key = heap_key(slot, address);

	if (address >> (PW_SLOT_SHIFT + PW_HEAP_SHIFT) ||
	    bpf_map_update_elem(&heap_blocks, &key, block, BPF_ANY)) {
		__sync_fetch_and_add(&losses.heap_blocks, 1);
		return false;
	}
	return true;
}

/*
 * A nested call within a call that is already recorded: deeper on the stack, or at the same place
 * if one function ends in a jump to the other. A call that lost its return (an exception) does not
 * count.
 */
static __always_inline bool is_nested(struct open_call *outer, __u64 stack, __u32 slot, __u32 call)
{
	if (!outer || outer->slot != slot || outer->stack < stack ||
	    outer->stack - stack > NESTED_STACK || outer->nested >= NESTED_CALLS ||
	    (outer->stack == stack && outer->call == call))
		return false;
	outer->nested++;
	return true;
}

/* All ones on overflow: the call will fail. BPF has no wider multiplication. */
static __always_inline __u64 block_bytes(__u64 count, __u64 bytes)
{
	__u64 less = count < bytes ? count : bytes, more = count < bytes ? bytes : count;
	__u64 high;

	if (less >> 32)
		return ~0ull;
	high = (more >> 32) * less + ((more & 0xffffffff) * less >> 32);
	return high >> 32 ? ~0ull : more * less;
}

/* The arguments of a call. False: its return is not needed. */
static __always_inline bool read_call(struct pt_regs *ctx, struct open_call *ret)
{
	__u64 first = PT_REGS_PARM1(ctx), second = PT_REGS_PARM2(ctx);

	switch (ret->call) {
	case HEAP_CALLOC:
		ret->bytes = block_bytes(first, second);
		break;
	case HEAP_REALLOC:
		ret->old = first;
		ret->bytes = second;
		break;
	case HEAP_REALLOCARRAY:
		ret->old = first;
		ret->bytes = block_bytes(second, PT_REGS_PARM3(ctx));
		break;
	/* These may request more from malloc than was asked for: always recorded. */
	case HEAP_POSIX_MEMALIGN:
		ret->out = first;
		ret->bytes = PT_REGS_PARM3(ctx);
		return true;
	case HEAP_ALIGNED_ALLOC:
	case HEAP_MEMALIGN:
		ret->bytes = second;
		return true;
	default:
		ret->bytes = first;
	}
	return ret->bytes >= heap_min_bytes;
}

/* Whether the return of the call is needed. */
static __always_inline bool heap_enter(struct pt_regs *ctx, __u32 call)
{
	struct open_call begun = { .call = call, .stack = PT_REGS_SP(ctx) };
	struct pw_heap_block block = {};
	__u32 tid = bpf_get_current_pid_tgid();
	__u64 key;
	bool large;

	if (!current_mm(&begun.slot))
		return false;
	if (call == HEAP_FREE) {
		if (take_block(begun.slot, PT_REGS_PARM1(ctx), &block))
			send_heap(PW_HEAP_FREED, begun.slot, PT_REGS_PARM1(ctx), &block);
		return false;
	}
	large = read_call(ctx, &begun);
	key = heap_key(begun.slot, begun.old);
	if (!begun.old || !bpf_map_lookup_elem(&heap_blocks, &key))
		begun.old = 0;
	if (!large && !begun.old)
		return false;
	if (is_nested(bpf_map_lookup_elem(&heap_calls, &tid), begun.stack, begun.slot, call))
		return false;
	/* Taken out of the table before the allocator gives the address to another thread. */
	if (begun.old && take_block(begun.slot, begun.old, &begun.old_block))
		send_heap(PW_HEAP_RESIZING, begun.slot, begun.old, &begun.old_block);
	else
		begun.old = 0;
	if (!bpf_map_update_elem(&heap_calls, &tid, &begun, BPF_ANY))
		return true;
	__sync_fetch_and_add(&losses.heap_blocks, 1);
	return false;
}

/* posix_memalign returns a status; the address is stored where its argument says. */
static __always_inline __u64 result_of(struct pt_regs *ctx, struct open_call *call)
{
	__u64 address;

	if (call->call != HEAP_POSIX_MEMALIGN)
		return PT_REGS_RC(ctx);
	if ((__u32)PT_REGS_RC(ctx))
		return 0;
	if (!read_from_uprobe(call->out, &address))
		return address;
	__sync_fetch_and_add(&losses.heap_blocks, 1);
	return 0;
}

static __always_inline void heap_leave(struct pt_regs *ctx)
{
	__u32 tid = bpf_get_current_pid_tgid(), type;
	struct open_call *begun = bpf_map_lookup_elem(&heap_calls, &tid), call;
	struct pw_heap_block block;
	__u64 address;

	if (!begun || begun->stack + RETURN_POPS != PT_REGS_SP(ctx))
		return;
	call = *begun;
	bpf_map_delete_elem(&heap_calls, &tid);
	address = result_of(ctx, &call);
	if (call.old) {
		/* NULL with a size is a failure; without one, the block was freed. */
		type = !address && call.bytes ? PW_HEAP_KEPT : PW_HEAP_FREED;
		if (type == PW_HEAP_FREED || put_block(call.slot, call.old, &call.old_block))
			send_heap(type, call.slot, call.old, &call.old_block);
	}
	if (!address || call.bytes < heap_min_bytes)
		return;
	block.serial = __sync_fetch_and_add(&heap_serial, 1);
	block.bytes = call.bytes;
	if (put_block(call.slot, address, &block))
		send_heap(PW_HEAP_ALLOCATED | call.call << 16, call.slot, address, &block);
}

/* One program for both ends of a call (v6.13, uprobe sessions): returning 1 skips the return. */
SEC("uprobe")
int heap_session(struct pt_regs *ctx)
{
	if (PT_REGS_IP(ctx) == bpf_get_func_ip(ctx))
		return !heap_enter(ctx, bpf_get_attach_cookie(ctx));
	heap_leave(ctx);
	return 0;
}

SEC("uprobe")
int heap_entry(struct pt_regs *ctx)
{
	heap_enter(ctx, bpf_get_attach_cookie(ctx));
	return 0;
}

SEC("uretprobe")
int heap_return(struct pt_regs *ctx)
{
	heap_leave(ctx);
	return 0;
}

struct heap_fork {
	__u32 slot, child_slot;
};

static long copy_block(void *map, __u64 *key, struct pw_heap_block *block, struct heap_fork *fork)
{
	if (*key >> PW_SLOT_SHIFT == fork->slot + 1)
		put_block(fork->child_slot,
			  *key << (64 - PW_SLOT_SHIFT) >> (64 - PW_SLOT_SHIFT - PW_HEAP_SHIFT),
			  block);
	return 0;
}

/* After process_fork, which gives the child its slot, and before the child runs. */
SEC("kernel_tp/sched_process_fork")
int BPF_PROG(heap_forked, struct task_struct *parent, struct task_struct *child)
{
	__u64 mm = (__u64)BPF_CORE_READ(child, mm), parent_mm;
	struct heap_fork fork;

	parent_mm = (__u64)BPF_CORE_READ(parent, mm);
	if (!mm || mm == parent_mm || !find_mm(parent_mm, &fork.slot) ||
	    !find_mm(mm, &fork.child_slot))
		return 0;
	if (kernel_lacks(PW_FEATURE_FOR_EACH))
		__sync_fetch_and_add(&losses.heap_blocks, 1);
	else
		bpf_for_each_map_elem(&heap_blocks, copy_block, &fork, 0);
	return 0;
}

#endif
