/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What happened to a target's mappings and processes, in order. Ranges are bytes, half-open,
 * page-aligned.
 */
#ifndef FACTS_MAP_EVENT_H
#define FACTS_MAP_EVENT_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "facts/heap_call.h"
#include "facts/map_op.h"
#include "facts/touch.h"

enum map_event_type {
	MAP_EVENT_ENTER,    /* a mapping call began: the lives in [start, end) end now */
	MAP_EVENT_CLOSED,   /* bits taken out of the kernel's table by the call that tid is in */
	MAP_EVENT_UNCLOSED, /* [start, end) was too much for one call: user space must close it */
	MAP_EVENT_EXIT,	    /* the call that tid is in returned result */
	MAP_EVENT_FORK,	    /* child_slot, child_pid: a new address space, copied from slot */
	MAP_EVENT_EXEC,	  /* slot is the new image's address space, old_slot the one it replaces */
	MAP_EVENT_MM_END, /* the address space of slot is gone */
	MAP_EVENT_COLLAPSE,    /* khugepaged changed slot; the address is not known */
	MAP_EVENT_HEAP_ALLOC,  /* call allocated the block [start, end); serial is its own */
	MAP_EVENT_HEAP_FREE,   /* the block is about to be freed, or realloc has freed it */
	MAP_EVENT_HEAP_RESIZE, /* realloc began: the block may move. FREE or KEEP follows */
	MAP_EVENT_HEAP_KEEP,   /* realloc failed */
	MAP_EVENT_HOLE, /* pages of a file were dropped, and its mappings could not be found */
};

#define NO_SLOT UINT32_MAX

/* A mapping call began: the lives in [start, end) end now, if it succeeds. */
struct map_enter {
	enum map_op op;
	uint32_t flags; /* the call's own (mmap, mremap, shmat), or the advice */
	uint64_t start; /* may be empty */
	uint64_t end;
	uint64_t new_start; /* of mremap with MREMAP_FIXED: the range ended there too; */
	uint64_t new_end;   /*   of mmap: 0 and the length in bytes, rounded up */
	bool part;	    /* one of several ranges of one call */
	bool maybe;	    /* some of its pages stay; which ones is not known */
	bool several;	    /* mremap of several mappings, one after another; the range has no
			     * holes and is a part */
	uint64_t touched;   /* pages with a bit in the kernel's table, before the call takes any */
	bool touched_at_most; /* lives that ended before are in it too: it may be less */
};

struct map_exit {
	int64_t result;	     /* an address, 0, -errno; of parts: the bytes reached */
	uint64_t refused_at; /* a failed advice or mremap ended or moved nothing from this
			      * address on; 0: unknown */
	bool everywhere;     /* the call may also have begun in other address spaces */
};

struct map_unclosed {
	uint64_t start;
	uint64_t end;
	uint32_t serial; /* among all such ranges of this watch */
};

struct map_process {
	uint32_t other_slot; /* FORK: the child's; EXEC: the old image's, or NO_SLOT */
	uint32_t other_pid;  /* FORK: the child's */
	char comm[16];	     /* FORK: the child's name, EXEC: the new image's; ends in NUL */
};

struct map_block {
	uint64_t start;
	uint64_t end;
	uint64_t serial;     /* among all of this watch */
	enum heap_call call; /* HEAP_ALLOC */
};

struct map_hole {
	uint64_t inode;	    /* 0: of any file */
	uint32_t dev_major; /* as in maps; 0 and 0: of any file system */
	uint32_t dev_minor;
	uint64_t start; /* bytes of the file */
	uint64_t end;
};

struct map_event {
	enum map_event_type type; /* which member of the union is set */
	uint32_t slot;		  /* the address space */
	uint32_t pid;		  /* process and thread, in our pid namespace */
	uint32_t tid;
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	union {
		struct map_enter enter;		  /* ENTER */
		struct map_exit exit;		  /* EXIT */
		const struct touch_chunk *closed; /* CLOSED; borrowed from whoever passes the
						   * event */
		struct map_unclosed unclosed;	  /* UNCLOSED */
		struct map_process process;	  /* FORK, EXEC */
		struct map_block block;		  /* HEAP_* */
		struct map_hole hole;		  /* HOLE */
	};
};

/*
 * Whether the call that began with enter failed, by its result. The brk(2) system call returns the
 * current break, so on failure the old one. DONTNEED over a hole still drops the rest
 * (mm/madvise.c, madvise_walk_vmas).
 */
static inline bool map_call_failed(const struct map_enter *enter, int64_t result)
{
	if (enter->op == MAP_OP_BRK)
		return enter->start < enter->end ? (uint64_t)result > enter->start
						 : (uint64_t)result <= enter->new_start;
	if (enter->op == MAP_OP_DONTNEED && result == -ENOMEM)
		return false;
	return result < 0 && result >= -4095; /* MAX_ERRNO */
}

/* Whether the call drops pages and keeps the mapping. */
static inline bool map_op_keeps_mapping(enum map_op op)
{
	return op == MAP_OP_DONTNEED || op == MAP_OP_REMOVE || op == MAP_OP_GUARD ||
	       op == MAP_OP_PUNCH || op == MAP_OP_TRUNCATE;
}

/* Refused before the file was changed (fs/open.c: vfs_fallocate, do_ftruncate). */
static inline bool map_file_call_refused(int64_t result)
{
	return result == -EINVAL || result == -EOPNOTSUPP || result == -EPERM || result == -EBADF ||
	       result == -ENODEV || result == -ETXTBSY || result == -EFBIG || result == -ESPIPE;
}

/*
 * Whether a call that failed is sure to have ended nothing. munmap gathers everything before it
 * drops anything (mm/vma.c, do_vmi_align_munmap), and a sealed mapping is refused first
 * (mm/mseal.c). madvise is the exception: it meets the sealed mapping on its way. -EINTR stands for
 * an exit that was not seen.
 */
static inline bool map_call_ended_nothing(const struct map_enter *enter, int64_t result)
{
	switch (enter->op) {
	case MAP_OP_MUNMAP:
	case MAP_OP_BRK:
	case MAP_OP_SHMDT:
	case MAP_OP_IO_DESTROY:
		return result != -EINTR;
	case MAP_OP_MMAP:
		return result == -EPERM;
	case MAP_OP_MREMAP:
		return result == -EPERM && !enter->several;
	case MAP_OP_PUNCH:
	case MAP_OP_TRUNCATE:
		return map_file_call_refused(result);
	case MAP_OP_REMAP:
		return result == -EPERM || result == -EINVAL;
	default:
		return false;
	}
}

/*
 * The result of one of several ranges of a call. process_madvise takes the ranges in order and
 * returns how many bytes it reached: *left counts them down. Other calls succeed or fail as a
 * whole. mremap is the exception: its exit says how far it came (map_call_split), and its holes
 * follow its ranges.
 */
static inline int64_t map_call_result_of_part(const struct map_enter *enter, int64_t *left)
{
	int64_t bytes = (int64_t)(enter->end - enter->start);

	if (enter->op == MAP_OP_PUNCH || enter->op == MAP_OP_TRUNCATE)
		return *left;
	if (enter->op == MAP_OP_MREMAP)
		return *left < 0 && *left >= -4095 ? *left : (int64_t)enter->new_start;
	if (*left < bytes)
		return -EINTR;
	*left -= bytes;
	return 0;
}

/*
 * mremap moves several mappings one after another (mm/mremap.c, remap_move, since v6.17) and may
 * fail at one of them: it is then two calls in one. Returns whether exit shows that. *moved is the
 * call that succeeded (its result is moved->new_start), *rest the call that failed before it did
 * anything.
 */
static inline bool map_call_split(const struct map_enter *enter, const struct map_exit *exit,
				  struct map_enter *moved, struct map_enter *rest)
{
	uint64_t until = exit->refused_at;

	if (enter->op != MAP_OP_MREMAP || !enter->several || !map_call_failed(enter, exit->result))
		return false;
	if (!until)
		return false;
	until = until > enter->start ? until : enter->start;
	until = until < enter->end ? until : enter->end;
	*moved = *rest = *enter;
	moved->end = rest->start = until;
	moved->new_end = rest->new_start = enter->new_start + (until - enter->start);
	moved->several = rest->several = false;
	return true;
}

#endif
