/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The calls that change mappings. The kernel side sends these values, so it includes this file. */
#ifndef FACTS_MAP_OP_H
#define FACTS_MAP_OP_H

enum map_op {
	MAP_OP_MMAP, /* [start, end) known at exit; MAP_FIXED ends lives at entry */
	MAP_OP_MUNMAP,
	MAP_OP_MREMAP,
	MAP_OP_BRK,
	MAP_OP_DONTNEED, /* MADV_DONTNEED, _DONTNEED_LOCKED, also by process_madvise */
	MAP_OP_REMOVE,	 /* MADV_REMOVE */
	MAP_OP_GUARD,	 /* MADV_GUARD_INSTALL */
	MAP_OP_SHMAT,
	MAP_OP_SHMDT,
	MAP_OP_PUNCH,	   /* fallocate: pages of a file, wherever they are mapped */
	MAP_OP_TRUNCATE,   /* ftruncate: the same */
	MAP_OP_REMAP,	   /* remap_file_pages */
	MAP_OP_IO_DESTROY, /* unmaps the ring of io_setup */
	MAP_OPS,
};

#endif
