/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the kernel side and user space share: table slots and ring records. Fixed widths, explicit
 * padding, asserted sizes.
 */
#ifndef BPF_PAGEWATCH_H
#define BPF_PAGEWATCH_H

#include <linux/types.h>

#include "facts/heap_call.h"
#include "facts/map_op.h"

#define PW_WORDS 8	 /* 512 pages per chunk */
#define PW_PAIRS 16	 /* the same, by 32 pages */
#define PW_CHUNK_SHIFT 9 /* pages per chunk, as a power of two */
#define PW_SET_SHIFT 9	 /* members of a set, as a power of two */
#define PW_PROBES 8
#define PW_LOCKS 1024
#define PW_SLOT_SHIFT 48  /* chunk key: (slot + 1) << 48 | address >> chunk bytes */
#define PW_LEVEL_SHIFT 44 /* set key: the same with the level at bit 44 */
/* Sizes of arrays; a limit (enum pw_limit) may be lower. */
#define PW_UNCLOSED_RANGES 64
#define PW_TAKEN 512
#define PW_MAX_HOLE_RANGES 64
#define PW_MAX_SLOTS (1 << 14) /* a key has room for twice as many */
#define PW_MM_PROBES 16
#define PW_NO_SLOT 0xffffffffu

/* Return values of programs that user space runs. */
#define PW_DONE 1
#define PW_AGAIN 2 /* the lock was held for too long */

#define PW_HEAP_SHIFT                                                                              \
	4 /* heap block key: (slot + 1) << 48 | address >> this; malloc aligns to 16 */

#define PW_KEY_EMPTY 0ull	 /* ends a probe */
#define PW_KEY_TAKEN 1ull	 /* a life is just beginning or ending here */
#define PW_KEY_IDLE (1ull << 63) /* with the key of the life that ended: may be taken */

struct pw_chunk {
	__u64 key;	/* above PW_KEY_TAKEN and below PW_KEY_IDLE: of a live chunk */
	__u64 first_ns; /* CLOCK_MONOTONIC */
	__u64 first_jiffies;
	__u64 last_jiffies; /* idle: time of the end */
	__u64 user_faults;  /* of this life, but for the first of each page (struct pw_touched) */
	__u64 kernel_faults;
	__u32 first_tid;
	__u32 first_cpu;
	__u32 overflown; /* is in the overflow hash */
	__u32 closed;	 /* for all ranges up to this serial number */
	/*
	 * Two bits a page: pair i is of pages [32 i, 32 i + 32), low half read, high half written. So
	 * one atomic operation tells whether a touch is the page's first.
	 */
	__u64 pairs[PW_PAIRS];
};
_Static_assert(sizeof(struct pw_chunk) == 192, "three cache lines");

#define PW_MM_EMPTY 0ull
#define PW_MM_FREE 1ull /* released: may be taken, but does not end a probe */

/*
 * The place of a live address space. Every fault of the machine reads one of these, so no counter
 * of faults may be in it.
 */
struct pw_mm {
	__u64 mm; /* the kernel's pointer, or one of the above */
	__u32 slot;
	__u32 unclosed; /* ranges that wait for user space */
};
_Static_assert(sizeof(struct pw_mm) == 16, "four a cache line");

#define PW_PLACE_NONE 0xffffffffu   /* it has ended; user space has not yet freed the slot */
#define PW_PLACE_UNUSED 0xfffffffeu /* user space has freed the slot */

/*
 * Of an address space on one CPU; the sum over all CPUs means something. Each page with a bit is
 * counted in one of the two when it gets its first bit, and taken off bits when it loses the last.
 */
struct pw_touched {
	__u64 bits;  /* may be below zero */
	__u64 fresh; /* faults of user space that set a page's first bit: it only grows */
};

/* An address space, from its beginning until user space frees the slot. */
struct pw_slot {
	/* In chunks whose life has ended, and those without a chunk; fresh ones are not among them. */
	__u64 user_faults;
	__u64 kernel_faults;
	__u64 overflown; /* its chunks in the overflow hash */
	__u32 pid;	 /* of the process that began it */
	__u32 place;	 /* of a live one; or one of the above */
};

/*
 * Places of the table in the order in which chunks began: a reader that has read all of them knows
 * where to look.
 */
#define PW_BEGUN (1 << 14)
struct pw_begun {
	__u32 place;
	__u32 serial; /* low half; its own place is serial % PW_BEGUN */
};

struct pw_set {
	__u64 bits[PW_WORDS];
};

/* A range whose lives ended, and which user space must still close. */
struct pw_unclosed {
	__u32 serial; /* 0: none; else its place is serial % the limit */
	__u32 slot;
	__u64 start, end; /* bytes */
};

#define PW_UNCLOSED_BUSY 0xffffffffu

struct pw_late_key {
	__u64 chunk;
	__u64 serial;
};

/* A request of user space to the kernel side, and the result. */
struct pw_taking {
	__u64 start, end; /* bytes */
	__u64 cursor;	  /* the next chunk's number */
	__u32 slot;
	__u32 serial;
	__u32 count; /* chunks taken */
	__u32 done;
};

struct pw_losses {
	__u64 chunks;
	__u64 sets;   /* touches without room in the sets above the chunks */
	__u64 strays; /* touches of a chunk whose life was just ending or beginning */
	__u64 events;
	__u64 slots;
	__u64 children; /* forks and execs without a record */
	__u64 heap_blocks;
};

/* Limits that user space sets before the load, so that tests reach them. */
enum pw_limit {
	PW_LIMIT_CHUNKS_A_CALL,	  /* closed by one call: preemption is off meanwhile */
	PW_LIMIT_UNCLOSED_RANGES, /* left to user space at a time; a power of two */
	PW_LIMIT_TAKEN,		  /* chunks that user space takes at a time */
	PW_LIMIT_IOVECS,	  /* of one process_madvise */
	PW_LIMIT_HOLE_MAPPINGS,	  /* of a file, of all processes */
	PW_LIMIT_HOLE_RANGES,	  /* of those, in watched processes */
	PW_LIMIT_REFUSAL_STEPS,	  /* mappings, and pages of the holes between them */
	PW_LIMIT_MOVED_STEPS,	  /* moved pages: a step takes a tenth of a microsecond */
	PW_LIMIT_SETS,		  /* GiB with a touched page, and 512 GiB */
	PW_LIMIT_LATE,		  /* chunks whose old bits were put aside */
	PW_LIMIT_HEAP_CALLS,	  /* threads that are in an allocator */
	PW_LIMITS,
};

/* What programs do without where a kernel lacks it. */
enum pw_feature {
	PW_FEATURE_FIND_VMA,
	PW_FEATURE_TASK_PT_REGS,
	PW_FEATURE_FOR_EACH,
	PW_FEATURE_TASK_STORAGE,
	PW_FEATURES,
};

/* The calls that are distinguished by number; user space knows the numbers for this machine. */
enum pw_call {
	PW_CALL_MMAP,
	PW_CALL_MUNMAP,
	PW_CALL_MREMAP,
	PW_CALL_BRK,
	PW_CALL_MADVISE,
	PW_CALL_PROCESS_MADVISE,
	PW_CALL_SHMAT,
	PW_CALL_SHMDT,
	PW_CALL_FALLOCATE,
	PW_CALL_FTRUNCATE,
	PW_CALL_REMAP_FILE_PAGES,
	PW_CALL_IO_DESTROY,
	PW_CALLS,
};

#define PW_CALL_NUMBERS 512 /* more than any of their numbers */

enum pw_record_type {
	PW_ENTER = 1,
	PW_EXIT,
	PW_CLOSED_WORD,
	PW_CLOSED_CHUNK,
	PW_UNCLOSED,
	PW_FORK,
	PW_EXEC,
	PW_MM_END,
	PW_COLLAPSE,
	PW_HEAP_ALLOCATED,
	PW_HEAP_FREED,
	PW_HEAP_RESIZING, /* realloc began: FREED or KEPT follows */
	PW_HEAP_KEPT,	  /* realloc failed */
	PW_HOLE,	  /* in a file whose mappings could not be found */
};

struct pw_record {
	__u32 type;
	__u32 slot;
	__u64 time_ns;
	__u32 pid;
	__u32 tid;
};

#define PW_PART (1u << 31)    /* a flag: one of several ranges, as in process_madvise */
#define PW_MAYBE (1u << 30)   /* a flag: pages that a private mapping has copied stay */
#define PW_AT_MOST (1u << 29) /* a flag: ranges wait for user space, so touched has too much */
#define PW_SEVERAL (1u << 15) /* a flag of mremap: several mappings, in PW_PARTs without holes */

struct pw_enter {
	struct pw_record head;
	__u32 op;    /* enum map_op */
	__u32 flags; /* of mremap, or the advice */
	__u64 start, end;
	__u64 new_start, new_end;
	__u64 touched; /* pages with a bit, before the call takes any */
};

/* In refused_at: the call was about a file, which other watched processes may have mapped. */
#define PW_EVERYWHERE (~0ull)

struct pw_exit {
	struct pw_record head;
	__s64 result;
	__u64 refused_at; /* madvise, mremap: from this address on it did nothing; 0: unknown */
};

struct pw_closed {
	struct pw_record head;
	__u64 start; /* of the chunk, bytes */
	__u64 first_ns, last_ns;
	__u32 first_tid, first_cpu;
};

struct pw_closed_word {
	struct pw_closed closed;
	__u32 word; /* of 64 pages */
	__u32 padding;
	__u64 pairs[2];
};

struct pw_closed_chunk {
	struct pw_closed closed;
	__u64 pairs[PW_PAIRS];
};

struct pw_range {
	struct pw_record head;
	__u64 start, end;
	__u32 serial;
	__u32 padding;
};

struct pw_hole {
	struct pw_record head;
	__u64 inode;
	__u32 device; /* the kernel's dev_t of its file system; 0: any, that of maps may be another */
	__u32 padding;
	__u64 start, end; /* bytes of the file */
};

struct pw_heap_block {
	__u64 serial; /* among all blocks of this watch */
	__u64 bytes;  /* as requested by the program */
};

struct pw_heap {
	struct pw_record head;
	__u64 address;
	struct pw_heap_block block;
	__u32 call; /* enum heap_call */
	__u32 padding;
};

struct pw_process { /* FORK: the child; EXEC: the old image */
	struct pw_record head;
	__u32 other_slot;
	__u32 other_pid;
	char comm[16]; /* FORK: of the child; EXEC: of the new image */
};

#endif
