/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * libpagewatch: which pages of a range of memory are resident, according to the page
 * tables. Linux; C and C++; no privilege for one's own process.
 *
 *	struct pagewatch_residency r;
 *
 *	if (!pagewatch_query(grid, bytes, &r, sizeof(r)))
 *		printf("%" PRIu64 " of %" PRIu64 " pages\n", r.interior.resident,
 *		       r.interior.pages);
 *
 * The library never reads or writes the memory that it describes, so it makes no page
 * resident. It prints nothing, never exits and handles no signals. Every function may be
 * called from any thread at any time, but not from a signal handler. Its only state is the
 * registry of marks, under one lock, and the number of the watcher's descriptor, read once
 * from the environment when the library is loaded.
 *
 * Functions return 0 (or a count) when they succeed and a negative errno if not:
 *	-EINVAL		an argument is invalid, or a range ends above the last address
 *	-EACCES, -EPERM	no permission: another user's process, or one that is not dumpable
 *			(prctl(PR_SET_DUMPABLE))
 *	-ESRCH		there is no such process, or it has ended
 *	-ENOENT		/proc is not mounted
 *	-ENOMEM, -EMFILE, -ENFILE
 * Addresses and lengths are bytes, ranges are half-open, counts are pages. A count is a
 * snapshot: other threads may change it meanwhile.
 *
 * How structs grow: the caller passes the size of the struct that it knows. A newer
 * library fills the part that both know; an older one sets the rest to zero.
 */
#ifndef PAGEWATCH_H
#define PAGEWATCH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

/* Only the address is used: passing uninitialized memory is no error. */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 11
#define PAGEWATCH_NO_ACCESS(argument) __attribute__((access(none, argument)))
#else
#define PAGEWATCH_NO_ACCESS(argument)
#endif

/* The version of the library that is loaded, such as "1.2.3". Static text. */
const char *pagewatch_version(void);

/* A page is in exactly one of these states. */
enum pagewatch_state {
	PAGEWATCH_ABSENT = 0,	 /* no page there yet, or nothing mapped */
	PAGEWATCH_ZERO = 1,	 /* the shared zero page: was read, costs nothing */
	PAGEWATCH_ZERO_HUGE = 2, /* the huge zero page, likewise */
	PAGEWATCH_ANON = 3,	 /* memory of the process's own */
	PAGEWATCH_ANON_HUGE = 4, /* the same, mapped by a huge page, or hugetlb */
	PAGEWATCH_FILE = 5,	 /* page cache of a mapped file */
	PAGEWATCH_SHMEM = 6,	 /* shared memory: MAP_SHARED, memfd, /dev/shm, System V */
	PAGEWATCH_SWAPPED = 7,	 /* on a swap device */
	PAGEWATCH_GUARD = 8	 /* a guard page (MADV_GUARD_INSTALL) */
};

/* Counts of pages. The states sum to pages. */
struct pagewatch_pages {
	uint64_t pages;
	uint64_t resident; /* anon + anon_huge + file + shmem: what costs memory */
	uint64_t absent;
	uint64_t zero;
	uint64_t zero_huge;
	uint64_t anon;
	uint64_t anon_huge;
	uint64_t file;
	uint64_t shmem;
	uint64_t swapped;
	uint64_t guard;
	uint64_t reserved[5]; /* 0 */
};

struct pagewatch_residency {
	uint64_t page_bytes;
	uint64_t range_pages; /* from the first page to the last; more than pages if strided */
	uint64_t unreadable;  /* pages of the range whose state could not be read completely */
	uint64_t merged;      /* states not told apart here, as bits 1 << PAGEWATCH_ANON_HUGE */
	struct pagewatch_pages all;
	struct pagewatch_pages interior; /* without the pages that lie only partly inside */
};

/*
 * The pages that [ptr, ptr + bytes) of this process overlaps, and the interior ones among them. The
 * first page of a large malloc() is not interior: its 16-byte header keeps it resident. Unmapped
 * pages count as absent. ret_bytes is sizeof(*ret).
 */
PAGEWATCH_NO_ACCESS(1)
int pagewatch_query(const void *ptr, size_t bytes, struct pagewatch_residency *ret,
		    size_t ret_bytes);

/*
 * A look: the pages of one range at one moment. It does not change until it is freed; several
 * threads may read it.
 */
struct pagewatch_look;

/* Looks at [start, start + bytes) of a process; pid 0 is this one. The caller frees *ret. */
int pagewatch_look_bytes(pid_t pid, uint64_t start, uint64_t bytes, struct pagewatch_look **ret);

/* An array that need not be contiguous, as numpy and the buffer protocol describe it. */
struct pagewatch_array {
	uint64_t data;		/* address of element [0, 0, ...]; need not be the lowest */
	uint64_t item_bytes;	/* one element's */
	uint64_t ndim;		/* 0 (one element) to 64 */
	const int64_t *shape;	/* ndim lengths */
	const int64_t *strides; /* ndim steps in bytes, of any sign; NULL: C order, contiguous */
};

/*
 * Looks at the pages that the elements of an array touch. Interior pages lie wholly between the
 * first byte of its lowest element and the last byte of its highest. -E2BIG: the elements are in
 * more than a million separate places. array_bytes is sizeof(*array).
 */
int pagewatch_look_array(pid_t pid, const struct pagewatch_array *array, size_t array_bytes,
			 struct pagewatch_look **ret);

void pagewatch_look_free(struct pagewatch_look *look);

/* What pagewatch_query() returns. */
int pagewatch_look_residency(const struct pagewatch_look *look, struct pagewatch_residency *ret,
			     size_t ret_bytes);

/*
 * A heatmap: the whole range (range_pages) cut into n = min(cells, range_pages) cells. Cell i
 * covers pages [i * range_pages / n, (i + 1) * range_pages / n) of the range. pages, resident and
 * zero have room for `cells` counts each, and each may be NULL. zero counts both zero pages.
 * Returns n, at most INT_MAX.
 */
ssize_t pagewatch_look_heat(const struct pagewatch_look *look, size_t cells, uint64_t *pages,
			    uint64_t *resident, uint64_t *zero);

/*
 * Page by page: the states (enum pagewatch_state, one byte each) of pages [first, first + count) of
 * the range. Returns how many were written: fewer than count if the range ends before.
 */
ssize_t pagewatch_look_states(const struct pagewatch_look *look, uint64_t first, size_t count,
			      uint8_t *states);

enum pagewatch_kind {
	PAGEWATCH_KIND_ANON = 0,
	PAGEWATCH_KIND_HEAP = 1,
	PAGEWATCH_KIND_STACK = 2,
	PAGEWATCH_KIND_FILE = 3,
	PAGEWATCH_KIND_SHMEM = 4,
	PAGEWATCH_KIND_HUGETLB = 5,
	PAGEWATCH_KIND_SPECIAL = 6 /* [vdso] and the like */
};

#define PAGEWATCH_READ 1u
#define PAGEWATCH_WRITE 2u
#define PAGEWATCH_EXECUTE 4u
#define PAGEWATCH_SHARED 8u

/* One mapping. A newer library may have more fields after these. */
struct pagewatch_region {
	uint64_t start;
	uint64_t end;
	uint32_t kind;	  /* enum pagewatch_kind */
	uint32_t flags;	  /* PAGEWATCH_READ | ... */
	const char *path; /* as the kernel spells it, "" if none; valid during the call */
	struct pagewatch_pages pages;
};

struct pagewatch_totals {
	uint64_t page_bytes;
	uint64_t regions;
	uint64_t rss_pages; /* resident pages without hugetlb: what smaps calls Rss */
	uint64_t unreadable;
	uint64_t merged; /* as in struct pagewatch_residency */
	struct pagewatch_pages pages;
};

/*
 * All mappings of a process (pid 0: this one) in address order. visit may be NULL; a nonzero return
 * value ends the snapshot and is returned. totals may be NULL; totals_bytes is sizeof(*totals). For
 * this process it includes what the snapshot itself needs while it runs.
 */
int pagewatch_snapshot(pid_t pid, int (*visit)(void *ctx, const struct pagewatch_region *region),
		       void *ctx, struct pagewatch_totals *totals, size_t totals_bytes);

/* Limits of the registry: bytes of a name, and number of marks. */
#define PAGEWATCH_NAME_MAX 127
#define PAGEWATCH_MARKS_MAX 1024

/*
 * Names [ptr, ptr + bytes) for whoever watches this process. The name is copied; a mark of the same
 * name is replaced. A mark holds no memory: unmark before the range is freed. -EINVAL: no name;
 * -ENAMETOOLONG; -ENOSPC: there are PAGEWATCH_MARKS_MAX marks.
 */
PAGEWATCH_NO_ACCESS(2)
int pagewatch_mark(const char *name, const void *ptr, size_t bytes);

/* Removes a mark. -ENOENT: there is none with that name. */
int pagewatch_unmark(const char *name);

/*
 * Asks a watcher, if there is one, for a snapshot, and gives it a name. Without a watcher it costs
 * a call and returns 0. If pagewatch has started this program (environment variable PAGEWATCH_FD,
 * which children inherit), pagewatch gets the name and all marks, and the call returns 1 after the
 * snapshot was taken, or 0 if the watcher ended before. Other threads run on meanwhile.
 *
 * If the library was built with <sys/sdt.h>, it has USDT probes for a tracer that attached:
 * pagewatch:checkpoint(name), pagewatch:mark(name, ptr, bytes) and pagewatch:unmark(name). An
 * unused probe is a nop.
 *
 * -EINVAL, -ENAMETOOLONG as pagewatch_mark(). A set-user-ID program is never watched this way.
 */
int pagewatch_checkpoint(const char *name);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
