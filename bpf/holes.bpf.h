/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * fallocate and ftruncate drop pages of a file, wherever it is mapped, and name no addresses. The
 * file's mappings are in a tree (i_mmap), which is walked without its lock. If the tree is
 * inconsistent, somebody changed it during the walk; user space then gets a hole with unknown
 * mappings.
 */
#ifndef HOLES_BPF_H
#define HOLES_BPF_H

/* include/uapi/linux/falloc.h */
#define FALLOC_FL_PUNCH_HOLE 0x02
#define FALLOC_FL_COLLAPSE_RANGE 0x08
#define FALLOC_FL_ZERO_RANGE 0x10
#define FALLOC_FL_INSERT_RANGE 0x20
#define FALLOC_FL_WRITE_ZEROES 0x80

/* include/uapi/linux/magic.h: their files are mapped by way of another file */
#define OVERLAYFS_SUPER_MAGIC 0x794c7630u
#define FUSE_SUPER_MAGIC 0x65735546u

#define VM_SHARED 0x8

enum hole_state { FROM_ABOVE, LEFT_DONE, RIGHT_DONE };

struct hole_range {
	__u64 start, end;
	__u32 slot;
	__u32 flags;
};

struct hole {
	__u64 first, last; /* pages of the file */
	struct rb_node *node, *parent;
	__u32 state;
	__u32 op;
	__u32 count;
	bool cows; /* also pages that a private mapping has copied */
	bool torn;
	struct hole_range ranges[PW_MAX_HOLE_RANGES];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct hole);
} holes SEC(".maps");

/* The part of a mapping that is in the hole. Global: verified once. */
__noinline int note_mapping(struct hole *hole, __u64 address)
{
	struct vm_area_struct *vma = (void *)address;
	struct hole_range *range;
	__u64 mm, offset, first, last;

	if (!hole)
		return 0;
	mm = (__u64)BPF_CORE_READ(vma, vm_mm);
	offset = BPF_CORE_READ(vma, vm_pgoff);
	first = hole->first > offset ? hole->first - offset : 0;
	last = hole->last > offset ? hole->last - offset : 0;
	offset = (BPF_CORE_READ(vma, vm_end) - BPF_CORE_READ(vma, vm_start)) >> page_shift;
	if (last > offset)
		last = offset;
	if (first >= last)
		return 0;
	if (hole->count >= limits[PW_LIMIT_HOLE_RANGES]) {
		hole->torn = true;
		return 0;
	}
	range = &hole->ranges[hole->count];
	range->slot = slot_of(mm);
	if (range->slot == PW_NO_SLOT)
		return 0;
	range->start = BPF_CORE_READ(vma, vm_start) + (first << page_shift);
	range->end = range->start + ((last - first) << page_shift);
	range->flags = PW_PART;
	if (!hole->cows && !(BPF_CORE_READ(vma, vm_flags) & VM_SHARED))
		range->flags |= PW_MAYBE;
	hole->count++;
	return 0;
}

static long end_noted(__u32 index, void *ctx)
{
	__u32 zero = 0;
	struct hole *hole = bpf_map_lookup_elem(&holes, &zero);
	struct hole_range *range;

	if (!hole || index >= hole->count || index >= PW_MAX_HOLE_RANGES)
		return 1;
	range = &hole->ranges[index];
	send_enter(range->slot, hole->op, range->flags, range->start, range->end);
	close_range(range->slot, range->start, range->end);
	return 0;
}

static __always_inline struct rb_node *parent_of(struct rb_node *node)
{
	return (struct rb_node *)(BPF_CORE_READ(node, __rb_parent_color) & ~3ul);
}

static __always_inline long hole_descend(struct hole *hole, struct rb_node *child)
{
	hole->parent = hole->node;
	hole->node = child;
	hole->state = FROM_ABOVE;
	return 0;
}

static __always_inline long hole_ascend(struct hole *hole)
{
	struct rb_node *parent = parent_of(hole->node);

	if (!parent) {
		hole->node = NULL;
		return 1;
	}
	if (BPF_CORE_READ(parent, rb_left) == hole->node) {
		hole->state = LEFT_DONE;
	} else if (BPF_CORE_READ(parent, rb_right) == hole->node) {
		hole->state = RIGHT_DONE;
	} else {
		hole->torn = true;
		return 1;
	}
	hole->node = parent;
	return 0;
}

/* One step through the tree, in key order. */
static long walk_mappings(__u32 step, void *ctx)
{
	__u32 zero = 0;
	struct hole *hole = bpf_map_lookup_elem(&holes, &zero);
	struct rb_node *node, *child;

	if (!hole)
		return 1;
	node = hole->node;
	if (hole->state == RIGHT_DONE)
		return hole_ascend(hole);
	if (hole->state == FROM_ABOVE) {
		if (parent_of(node) != hole->parent) {
			hole->torn = true;
			return 1;
		}
		child = BPF_CORE_READ(node, rb_left);
		if (child)
			return hole_descend(hole, child);
	}
	note_mapping(hole, (__u64)node - bpf_core_field_offset(struct vm_area_struct, shared.rb));
	child = BPF_CORE_READ(node, rb_right);
	if (child)
		return hole_descend(hole, child);
	return hole_ascend(hole);
}

static __always_inline int send_hole(__u32 slot, struct inode *inode, bool stacked, __u64 start,
				     __u64 end)
{
	struct pw_hole *record = reserve_record(sizeof(*record));

	if (!record)
		return lose_record();
	fill_head(&record->head, PW_HOLE, slot);
	record->inode = BPF_CORE_READ(inode, i_ino);
	record->device = stacked ? 0 : BPF_CORE_READ(inode, i_sb, s_dev);
	record->padding = 0;
	record->start = start;
	record->end = end;
	bpf_ringbuf_submit(record, wakeup_flags(false));
	return 0;
}

/* The end of a range without an end. */
#define FILE_END (1ull << 63)

/*
 * Bytes [start, end) of a file; FILE_END for everything after start. Only whole pages are dropped.
 * Global: verified once.
 */
__noinline int end_hole(__u32 slot, __u32 op, __u32 fd, __u64 start, __u64 end)
{
	struct file *file = file_of(fd);
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	__u64 magic = BPF_CORE_READ(inode, i_sb, s_magic);
	bool stacked = magic == OVERLAYFS_SUPER_MAGIC || magic == FUSE_SUPER_MAGIC;
	__u32 shift = pool_shift_of(file) ?: page_shift;
	__u32 zero = 0;
	struct hole *hole = bpf_map_lookup_elem(&holes, &zero);

	/* If ftruncate makes the file longer, it keeps its pages. */
	if (!hole || (op == MAP_OP_TRUNCATE && start >= (__u64)BPF_CORE_READ(inode, i_size)))
		return 0;
	hole->first = round_up_to(start, shift) >> page_shift;
	hole->last = round_down_to(end, shift) >> page_shift;
	hole->node = BPF_CORE_READ(file, f_mapping, i_mmap.rb_root.rb_node);
	hole->parent = NULL;
	hole->state = FROM_ABOVE;
	hole->op = op;
	hole->count = 0;
	hole->cows = op == MAP_OP_TRUNCATE;
	hole->torn = false;
	if (hole->node)
		bpf_loop(2 * limits[PW_LIMIT_HOLE_MAPPINGS], walk_mappings, NULL, 0);
	if (hole->node || hole->torn || stacked)
		send_hole(slot, inode, stacked, start, end);
	bpf_loop(PW_MAX_HOLE_RANGES, end_noted, NULL, 0);
	return 0;
}

static __always_inline void enter_fallocate(const unsigned long args[6], __u32 slot)
{
	__u64 start = args[2], end = start + args[3];
	__u32 mode = args[1];

	if (end > FILE_END || start >= end)
		return;
	/* These move the pages after the range. */
	if (mode & (FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE))
		end = FILE_END;
	else if (!(mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE | FALLOC_FL_WRITE_ZEROES)))
		return;
	end_hole(slot, MAP_OP_PUNCH, args[0], start, end);
}

static __always_inline void enter_ftruncate(const unsigned long args[6], __u32 slot)
{
	end_hole(slot, MAP_OP_TRUNCATE, args[0], args[1], FILE_END);
}

#endif
