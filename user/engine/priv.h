/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the files of engine/ share. Nobody else includes it.
 */
#ifndef ENGINE_PRIV_H
#define ENGINE_PRIV_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "collect/kernel/faults.h"
#include "collect/pages/pagemap.h"
#include "collect/proc/file_maps.h"
#include "collect/proc/maps.h"
#include "collect/proc/procfs.h"
#include "control/control.h"
#include "engine/engine.h"
#include "model/lives/touch.h"
#include "model/array_ids.h"
#include "model/losses.h"
#include "model/moment_lists.h"
#include "model/page_state.h"
#include "model/rows/tally.h"

/* Signs that a page may have changed. They are compared as bytes; all zero at first. */
struct still_signs {
	struct fault_counts faults;
	uint64_t events; /* of target */
	struct proc_memory memory;
	struct faults_losses losses; /* of the kernel side, for all processes */
	uint64_t settled;	     /* 1: neither a fault nor a call may be changing pages */
};

/* The kernel's counts that scans can be compared with, KiB: RSS, swap, hugetlb. */
#define RESCAN_SUMS 3
struct rescan_sums {
	int64_t kib[RESCAN_SUMS];
};

/* How much more the kernel counts than a scan found: it lies between these two. */
struct rescan_drift {
	struct rescan_sums least, most;
};

/* What may have changed since the last scan began. */
struct rescan {
	bool all;		/* or everything */
	struct intervals dirty; /* of events; appended */
};

/* The last scan of a process, which serves for as long as nothing happens there. */
struct still {
	bool known;
	struct process_moment row;
	struct page_runs runs;	  /* of row */
	struct still_signs signs; /* before the scan */
	uint64_t scanned_ns;	  /* CLOCK_MONOTONIC of its start */
	/* The last scan of everything. */
	uint64_t whole_ns;
	uint64_t whole_cost_ns; /* CPU time of it, and of what was found */
	struct rescan_drift drift;
	/* The last search for arrays. */
	uint64_t names_ns;
	uint64_t names_cost_ns;
	uint64_t names_events;
	struct proc_memory names_memory;
	/* The last questions about the page cache. */
	uint64_t cached_ns;
	uint64_t cached_cost_ns;
	/* The look that is in progress. */
	enum still_scan { SCAN_WHOLE, SCAN_DUE, SCAN_PARTS } scan;
	struct intervals ranges; /* that may have changed */
	struct page_runs begun_runs;
	struct rescan_drift begun_drift;
	struct still_signs begun;
	uint64_t began_ns, began_cpu_ns;
};

/* One address space that is watched. In the scan tier slot is NO_SLOT and touch NULL. */
struct target {
	uint32_t pid;
	uint32_t slot;
	int pidfd;	   /* -1 if the process was already gone */
	struct proc *proc; /* NULL if it was already gone */
	struct touch *touch;
	struct vma_list vmas; /* as of the last scan */
	struct page_runs runs;
	struct frame_list frames;   /* of the resident pages, if wanted */
	struct extent_list extents; /* scratch */
	struct touch_map map;	    /* the kernel's touched chunks of the last scan */
	struct touch_map window;    /* and those before it */
	uint64_t unreadable;	    /* pages of the last scan */
	bool huge_unsure;	    /* the last scan could not tell all huge pages */
	uint64_t events;	    /* handled so far */
	struct rescan rescan;	    /* for engine_options.reuse_still, as is the next */
	struct still still;
	uint64_t collapses;	    /* huge pages that khugepaged made during the watch */
	struct process_facts facts; /* last known */
	const char *exe;	    /* counted; NULL: not known */
	struct array_ids ids;	    /* assigned so far, so that a stream keeps them */
	struct array_list marks;    /* sent at its last checkpoint */
	struct elf_look *elf;	    /* its static arrays */
	struct mapped_arrays *data; /* arrays of the data files that it maps */
	struct heap *heap;	    /* NULL: not wanted, or scan tier */
	struct mappings *mappings;  /* the same */
	bool heap_late;		    /* it ran before its allocator was probed */
	bool heap_own_new;	    /* one of its allocators has its own operator new */
	bool heap_unprobed;	    /* one of its allocators could not be probed */
	bool heap_closed;	    /* a file of it could not be opened: we may not */
	bool heap_probed;	    /* one of its allocators was found */
	struct file_maps files;	    /* as of the last check of its mappings */
	uint64_t heap_files;	    /* the generation of files that was searched for allocators */
	char runtime[128];	    /* and for a Python */
	uint64_t runtime_files;
	struct fault_counts faults;   /* last known */
	struct process_moment *final; /* final snapshot; NULL: none */
	uint64_t final_pages;	      /* resident in it */
	struct losses losses;	      /* its own, since it has been watched */
	struct target *next_by_pid;
	bool asked;    /* by pid or as the command, not only as somebody's child */
	bool mm_ended; /* the kernel said so; whether by exec or exit is not known yet */
	bool ended;    /* nothing left to scan; reported once, then forgotten */
	bool replaced; /* ended by exec: the image that follows reports for it */
	bool lost;     /* it could not be followed: only counted */
};

/* A file whose allocator is probed, for one process or (pid 0) for all. */
struct probed_file {
	uint64_t inode;
	uint32_t dev_major;
	uint32_t dev_minor;
	uint32_t pid;
	bool own_new;
};

#define TARGET_BUCKETS 1024u

struct engine {
	struct engine_options options;
	struct environment environment;
	struct procfs *procfs;
	struct proc *self;
	struct faults *faults; /* NULL in the scan tier */
	enum page_reader reader_used;
	uint32_t known_categories;
	struct target **targets;
	size_t target_count;
	size_t target_capacity;
	struct target **by_slot; /* live ones; NULL: none has that slot */
	size_t slot_capacity;
	struct target *by_pid[TARGET_BUCKETS]; /* live ones, by pid % TARGET_BUCKETS */
	size_t live_count;
	size_t gone_count;	    /* still counted as live, but their process is gone */
	bool ended_news;	    /* one has ended since they were last checked */
	struct processes_rest rest; /* ended ones that are not kept */
	struct losses ended_losses; /* of forgotten targets */
	struct probed_file *probed;
	size_t probed_count;
	size_t probed_capacity;
	struct stop_probes stop_probes;
	struct control *control;
	bool settled;	  /* nothing is started any more */
	bool told_freeze; /* a message said that some process cannot be stopped */
	pid_t launched;	  /* 0: nothing was launched */
	bool kept_last;	  /* final snapshot of the launched command */
	int epoll_fd;
	int signal_fd;
	int timer_fd;
	int rss_fd;		   /* timer of the next poll */
	uint64_t rss_period_ns;	   /* as it was asked for */
	struct engine_polls polls; /* so far */
	sigset_t old_mask;
	struct rlimit old_files;		    /* RLIMIT_NOFILE */
	int interrupted_by;			    /* pending signal, 0: none */
	int input_fd;				    /* of engine__watch_input; -1: none */
	bool asked, resized, ticked, polled, input; /* pending events */
	uint64_t tick_began_ns;	 /* the caller is at its work for a tick; 0: it is not */
	uint64_t tick_due_ns;	 /* no tick before */
	uint64_t start_ns;	 /* CLOCK_MONOTONIC */
	bool backlog;		 /* events are left in the ring */
	int pending_error;	 /* of an event handler, reported by engine__next */
	uint64_t bpf_bytes;	 /* as they were last read; 0: not yet */
	uint64_t cached_left_ns; /* for questions about the page cache, in this moment */
	struct losses losses;	 /* on our side, since the start of the watch */
};

/* Where /proc is. */
#define PROC_ROOT "/proc"

/*
 * The files in order; each uses only those before it: poll, target_set, rss, rescan, targets, ended;
 * allocations, arrays, window, header; events; holds, still, cached; snapshot; finals; loop, attach; engine.
 */

/* poll.c: the loop wakes when fd is readable. 0 or -errno. */
int engine_watch_fd(struct engine *engine, int fd);

/*
 * target_set.c: finds a live target by slot and pid; engine->targets has all that were not reported
 * yet.
 */
int target_set__add(struct engine *engine, struct target *target);
void target_set__end(struct engine *engine, struct target *target);
/* The new target gets the process of the old one, which has one. It is not in the set yet. */
void target_set__hand_over(struct engine *engine, struct target *from, struct target *to);
struct target *engine_find_slot(struct engine *engine, uint32_t slot);
struct target *engine_find_pid(const struct engine *engine, uint32_t pid);
size_t engine_live_targets(const struct engine *engine);

/* rescan.c: [start, end), or what a call or change is about, may have changed. 0 or -ENOMEM. */
int rescan__note(struct rescan *rescan, uint64_t start, uint64_t end);
int rescan__note_call(struct rescan *rescan, const struct map_enter *enter);
int rescan__note_change(struct rescan *rescan, const struct map_change *change);
/*
 * Adds to *ret, appended to before, what may have changed since a scan that began at since_ns, whose
 * mappings were `was`; target->vmas are read just now. 0 or -errno.
 */
int rescan__ranges(struct engine *engine, struct target *target, const struct vma_list *was,
		   uint64_t since_ns, struct intervals *ret);
/* Of that, the faults alone. */
int rescan__faults(struct engine *engine, const struct target *target, uint64_t since_ns,
		   struct intervals *ret);
/* Of the runs of a scan; the counts were read before and after it. */
struct rescan_drift rescan_drift(const struct page_runs *runs, const struct vma_list *vmas,
				 const struct proc_memory *before, const struct proc_memory *after);
/* Whether pages came or went that one of the two scans did not see. */
bool rescan_drifted(const struct rescan_drift *was, const struct rescan_drift *now);
/* A fault has changed its page so long after it was counted, or RSS changes with it. */
uint64_t rescan_fault_ns(void);

/* rss.c: reads RSS, and sets the timer for the next time. 0 or -errno. */
int engine_read_rss(struct engine *engine);

/*
 * targets.c: slot NO_SLOT in the scan tier; pid is that of a process. old: the image before, whose
 * process it takes over, or NULL. The engine owns the target. 0 or -errno.
 */
int target__new(struct engine *engine, uint32_t pid, uint32_t slot, struct target *old,
		struct target **ret);
void target__free(struct target *target);
void target__forget_marks(struct target *target);
/* Moves the final snapshot of a target to *row; false: none. */
bool target__take_final(struct target *target, struct process_moment *row);
void target__forget_final(struct target *target);
/* The path of its program; it keeps the last one that could be read. 0 or -ENOMEM. */
int target__read_exe(struct target *target);
/*
 * Scans all of the target's page tables into target->runs. stands_still: all its threads are stopped.
 * 0; -ESRCH if it is gone.
 */
int target__scan(struct engine *engine, struct target *target, bool stands_still);
/* The kernel's touched chunks of the last scan, once the lives have what they need of them. */
void target__forget_touches(struct target *target);
/* Everything of the last scan except its VMAs; a moment has copies of what it needs. */
void target__forget_scan(struct target *target);
/* The address space is gone: its last bits become retired lives, its slot is released. */
int target__end(struct engine *engine, struct target *target, const char *how);
/* Whether a process was named by pid, or is the launched command. */
bool engine_is_asked(const struct engine *engine, uint32_t pid);
/*
 * A followed process that cannot be read (err says why) is a loss, and the watch goes on without
 * it. If target is NULL, only slot is released (NO_SLOT: none).
 */
void engine_lose_child(struct engine *engine, struct target *target, uint32_t slot, int err);
/* Forgets targets that ended and were reported, and the sum of others. */
void engine_prune(struct engine *engine);
/* Forgets ended targets that no report is to show. No snapshot is in progress. */
void engine_prune_untold(struct engine *engine);

/* ended.c: sums up the ended targets except the largest. 0 or -ENOMEM. */
int engine_fold_ended(struct engine *engine);
/* Does so only when many have ended, because it looks at all targets. */
int engine_fold_many(struct engine *engine);

/* events.c: handles all that is in the ring at the call, or as much as 10 ms allow. 0 or -errno. */
int engine_drain(struct engine *engine);
int engine_drain_some(struct engine *engine);
/*
 * Gives the places of ended processes to others, if the watch goes on: that costs what they touched.
 * 0 or -errno.
 */
int engine_make_room(struct engine *engine);

/*
 * still.c: *ret: row is the one of the last scan, because nothing has happened since then that
 * changes a page. Else the process is to be scanned. All events until now have been handled. 0 or
 * -errno.
 */
int still__row(struct engine *engine, struct target *target, struct process_moment *row, bool *ret);
/*
 * After a scan. *ret: RSS shows that pages have changed outside the parts that were scanned: then
 * all are to be scanned. 0 or -errno.
 */
int still__check(struct engine *engine, struct target *target, bool *ret);
/* Takes target->runs over; a moment has a copy of them. */
void still__keep(struct engine *engine, struct target *target);
/* Keeps the row of the scan, and shares its lists with the last one's. 0 or -errno. */
int still__note(struct engine *engine, struct target *target, struct process_moment *row);
/*
 * Whether the last search for arrays still serves. If so, row and *ret have its arrays, which are
 * borrowed from *lists, the caller's to deinit. 0 or -errno.
 */
int still__names(struct engine *engine, struct target *target, struct process_moment *row,
		 struct array_list *ret, struct process_lists *lists, bool *reused);
/* CPU time of this thread. */
uint64_t still_cpu_ns(void);
/* After a search that began when the thread's CPU time was this. */
void still__named(struct target *target, uint64_t began_cpu_ns);

/* cached.c: a moment begins: the time that its questions about the page cache may take. */
void cached__begin(struct engine *engine);
/* What the page cache has of target->vmas, by the borders of arrays. 0 or -ENOMEM. */
int cached__read(struct engine *engine, struct target *target, const struct array_list *arrays,
		 struct cached_list *ret);
/* The same anew, where it is time to, for a row that still__row gave. 0 or -ENOMEM. */
int cached__refresh(struct engine *engine, struct target *target, struct process_moment *row);

/*
 * snapshot.c: the facts of one target, which may end meanwhile. Consumes nothing: ended lives stay
 * until they are forgotten. A child that cannot be read is lost and has no row. 0 or -errno,
 * logged.
 */
int engine_look(struct engine *engine, struct target *target, struct process_moment *row);

/* header.c: everything of a snapshot except its processes, which are there already. 0 or -errno. */
int engine_fill_header(struct engine *engine, struct moment *moment);

/*
 * window.c: around a scan of the target's page tables. If the target stands still, nothing can
 * happen meanwhile. 0 or -errno.
 */
int window_begin(struct engine *engine, struct target *target, bool stands_still);
int window_end(struct engine *engine, struct target *target, bool stands_still);

/* arrays.c: all arrays of a target whose pages were just scanned, with ids. 0 or -errno. */
int engine_find_arrays(struct engine *engine, struct target *target, struct process_moment *row,
		       struct array_list *ret);
void engine_free_arrays(struct array_list *list);
/* Whether an array is where nothing was mapped at the scan, so that its pages were not scanned. */
bool engine_arrays_are_newer(const struct target *target, const struct array_list *list);

/*
 * holds.c: stops all threads of a target for a moment, if --freeze asks for it. If that fails, logs
 * it once and goes on; *frozen says which. 0 or -errno; thaw must be called.
 */
int engine_freeze(struct engine *engine, const struct target *target, bool *frozen);
void engine_thaw(struct engine *engine, const struct target *target);
/* Sets up control. 0 or -errno. */
int engine_open_control(struct engine *engine);
/* Handles what happened to controlled processes. 0 or -errno. */
/* Once nothing is started any more: gives up what only that needs, once and for ever. */
void engine_settle(struct engine *engine);

int engine_serve_control(struct engine *engine);
/* The checkpoint at which a target waits, or NULL; the pid of its process. */
const char *engine_checkpoint(struct engine *engine, pid_t *pid);

/* allocations.c: a new address space begins empty, a forked one with those of parent (or NULL). */
int allocations_begin(struct engine *engine, struct target *target, const struct target *parent);
void allocations_end(struct target *target);
/* HEAP_* events; changes by calls come through the lives. */
int allocations_handle(struct target *target, const struct map_event *event);
/* Probes the allocators in the target's mappings that are not probed yet. 0 or -errno. */
int allocations_probe(struct engine *engine, struct target *target, const struct vma_list *vmas);
/* Appends the arrays of both sources; row->names_missing says what they cannot see. */
int allocations_add_arrays(struct engine *engine, struct target *target,
			   const struct tally_input *input, struct array_list *list,
			   struct process_moment *row);

int engine_read_signals(struct engine *engine);

#endif
