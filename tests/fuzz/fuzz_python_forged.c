/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A real Python with numpy, and words of its memory replaced: the input says which of the words
 * that a look reads, and by what. Addresses and hashes are the same in each run, so that an
 * input means the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/signal.h>
#include <unistd.h>

#include "arrays/python/python.h"
#include "collect/proc/maps.h"
#include "collect/elf/runtime.h"

#define PYTHON "/usr/bin/python3"
#define FRAME "__main__.df[['', \"it's\"]]"
#define PAGE 4096u
#define PAGES_MAX 16384u
#define WORDS (PAGE / sizeof(uint64_t))
#define PATCHES_MAX 64u

static const char script[] =
	"import array, collections, contextvars, functools, mmap, struct, sys, weakref\n"
	"import numpy as np\n"
	"class Slots:\n"
	"    __slots__ = ('inside',)\n"
	"class Sub(np.ndarray):\n"
	"    pass\n"
	"def generator(held):\n"
	"    yield held\n"
	"def closure(held):\n"
	"    return lambda: held\n"
	"a, v = np.zeros((30, 40)), np.zeros(1000)[::3]\n"
	"listed, tupled = [np.ones(300)], (np.ones(301), [np.ones(302)])\n"
	"mapped = {'key': np.ones(303), 5: np.ones(304), (1, 2): np.ones(305)}\n"
	"held, queue = {frozenset((1,))}, collections.deque([np.ones(306)])\n"
	"slots, sub = Slots(), np.ones(307).view(Sub)\n"
	"slots.inside, sub.own = np.ones(308), np.ones(309)\n"
	"running, inner = generator(np.ones(310)), closure(np.ones(311))\n"
	"next(running)\n"
	"raw, typed, file = bytearray(9000), array.array('d', [0] * 900), mmap.mmap(-1, 9000)\n"
	"seen, weak = memoryview(raw), weakref.ref(sub)\n"
	"class Odd(dict):\n"
	"    __slots__ = ('beside',)\n"
	"    v = property(lambda self: 0)\n"
	"    def __getitem__(self, key):\n"
	"        return 0\n"
	"class Own:\n"
	"    v = property(lambda self: 0)\n"
	"odd, own = Odd(w=np.ones(312)), Own()\n"
	"own.__dict__['v'], own.__dict__['a b'] = np.ones(313), np.ones(314)\n"
	"keys = {'it\\'s \"q\"\\n': np.ones(315), b'\\0': np.ones(316), 1.5: np.ones(317),\n"
	"        2**99: np.ones(318), own: np.ones(319), ('a' * 2000, None): np.ones(320)}\n"
	"objects = np.empty((2, 3), object)\n"
	"objects[1, 2] = np.ones(321)\n"
	"records = np.zeros(2, [('i', 'i4'), ('r', [('o', 'O')])])\n"
	"records['r']['o'][1] = np.ones(322)\n"
	"unbounded = functools.lru_cache(None)(lambda key: np.ones(323))\n"
	"bounded = functools.lru_cache(9)(lambda key, other: np.ones(324))\n"
	"unbounded(1), bounded('k', 2)\n"
	"variable = contextvars.ContextVar('variable')\n"
	"variable.set(np.ones(325))\n"
	/* A DataFrame of pandas 3 with its labels in pyarrow's memory, without either of them. */
	"INTERNALS = 'pandas._libs.internals.'\n"
	"def laid_out(name, *fields):\n"
	"    return type(INTERNALS + name, (), {'__slots__': fields})\n"
	"kept = []\n"
	"def memory(*words):\n"
	"    kept.append(struct.pack(f'<{len(words)}q', *words))\n"
	"    return id(kept[-1]) + 32\n"
	"def buffer(text):\n"
	"    kept.append(text)\n"
	"    return memory(0, 0, id(text) + 32, len(text))\n"
	"def chunk(strings):\n"
	"    ends = [0]\n"
	"    for string in strings:\n"
	"        ends.append(ends[-1] + len(string))\n"
	"    parts = 0, buffer(struct.pack(f'<{len(ends)}q', *ends)), buffer(b''.join(strings))\n"
	"    buffers = memory(parts[0], 0, parts[1], 0, parts[2], 0)\n"
	"    return memory(0, memory(0, 0, len(strings), 0, 0, buffers, buffers + 48))\n"
	"class Fields:\n"
	"    def __init__(self, **fields):\n"
	"        self.__dict__ = fields\n"
	"def labels(*chunks):\n"
	"    vector = memory(*[word for strings in chunks for word in (chunk(strings), 0)])\n"
	"    bare = memory(vector, vector + 16 * len(chunks), 0, 0, 0, sum(map(len, chunks)))\n"
	"    return Fields(_data=Fields(_pa_array=struct.pack('<3q', bare, 0, bare)))\n"
	"Manager = laid_out('BlockManager', 'blocks', 'axes')\n"
	"Block = laid_out('Block', 'values', 'placement')\n"
	"Placement = laid_out('BlockPlacement', 'at')\n"
	"def block(values, at):\n"
	"    placement = Placement()\n"
	"    placement.at = at\n"
	"    ret = Block()\n"
	"    ret.values, ret.placement = values, placement\n"
	"    return ret\n"
	"def frame():\n"
	"    manager = Manager()\n"
	"    manager.blocks = (block(np.ones((2, 330)), slice(0, 2, 1)),\n"
	"                      block(np.ones((2, 331)), np.array([3, 2])))\n"
	"    names = labels([b'first', b'zw\\xc3\\xb6i'], [b\"it's\", b''])\n"
	"    manager.axes = [names, Fields(_range=range(330))]\n"
	"    return Fields(_mgr=manager)\n"
	"df = frame()\n"
	"print('READY', flush=True)\n"
	"sys.stdin.readline()\n";

/* As the input has it. */
struct patch {
	uint16_t page, word; /* of those that were read */
	uint16_t other_page, other_word;
	uint8_t how;
	int8_t delta;
};

enum how { OTHER_WORD, ITS_ADDRESS, PLUS_DELTA, SMALL, HOWS };

struct python {
	struct procfs *procfs;
	struct proc *proc;
	struct vma_list vmas;
	char runtime[128];
	struct memsrc *truth;
	uint64_t *read; /* pages that the look without patches reads */
	size_t read_count;
	bool recording;
	uint64_t addresses[PATCHES_MAX]; /* the patches of this input */
	uint64_t words[PATCHES_MAX];
	size_t patch_count;
};

static struct python python;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static int load(void *ctx, uint64_t address, size_t count, uint8_t *buffer, bool *present)
{
	size_t i, p;

	(void)ctx;
	for (i = 0; i < count; i++) {
		uint64_t at = address + i * PAGE;

		present[i] = !memsrc__read(python.truth, at, buffer + i * PAGE, PAGE);
		if (present[i] && python.recording && python.read_count < PAGES_MAX)
			python.read[python.read_count++] = at;
		for (p = 0; present[i] && p < python.patch_count; p++) {
			if (python.addresses[p] / PAGE == at / PAGE)
				memcpy(buffer + (python.addresses[p] - address), &python.words[p],
				       sizeof(python.words[p]));
		}
	}
	return 0;
}

struct seen {
	size_t arrays;
	bool frame; /* a block of it, by its columns */
};

static struct seen look_at_forged(void)
{
	const struct memsrc_backend backend = { .load = load };
	const struct python_options options = {
		.page_bytes = PAGE, .min_bytes = 2000, .deadline_ms = 1000, .max_pages = PAGES_MAX
	};
	struct memsrc *memsrc = memsrc__new(&backend, PAGE, PAGES_MAX);
	struct array_list list = { 0 };
	struct python_report report;
	struct seen seen = { 0 };
	size_t i;

	require(memsrc != NULL);
	python_scan_memory(memsrc, python.proc, &python.vmas, python.runtime, &options, &list,
			   &report);
	for (i = 0; i < list.count; i++) {
		require(list.arrays[i].start <= list.arrays[i].end);
		if (list.arrays[i].name && !strcmp(list.arrays[i].name, FRAME))
			seen.frame = true;
		array_desc__deinit(&list.arrays[i]);
	}
	free(list.arrays);
	memsrc__close(memsrc);
	seen.arrays = list.count;
	return seen;
}

static void run_python(int in, int out)
{
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	personality(ADDR_NO_RANDOMIZE);
	setenv("PYTHONHASHSEED", "0", 1);
	execl(PYTHON, PYTHON, "-c", script, NULL);
	_exit(127);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct seen seen;
	int in[2], out[2];
	pid_t pid;
	char byte;

	(void)argc;
	(void)argv;
	require(!pipe(in) && !pipe(out));
	pid = fork();
	if (!pid)
		run_python(in[0], out[1]);
	close(out[1]);
	do
		require(read(out[0], &byte, 1) == 1);
	while (byte != '\n');
	require(!procfs__open("/proc", &python.procfs) &&
		!proc__open(python.procfs, (uint32_t)pid, &python.proc) &&
		!maps_read(python.proc, &python.vmas) &&
		!runtime_detect(python.proc, &python.vmas, python.runtime,
				sizeof(python.runtime)) &&
		!memsrc__open_live(python.proc, PAGE, PAGES_MAX, &python.truth));
	python.read = calloc(PAGES_MAX, sizeof(*python.read));
	require(python.read != NULL);
	python.recording = true;
	/* All that the script has made. */
	seen = look_at_forged();
	require(seen.arrays >= 34 && seen.frame);
	python.recording = false;
	return 0;
}

static uint64_t address_of(uint16_t page, uint16_t word)
{
	return python.read[page % python.read_count] + word % WORDS * sizeof(uint64_t);
}

static uint64_t truth(uint64_t address)
{
	uint64_t word = 0;

	memsrc__read(python.truth, address, &word, sizeof(word));
	return word;
}

static void add_patch(const struct patch *patch)
{
	uint64_t at = address_of(patch->page, patch->word);
	uint64_t other = address_of(patch->other_page, patch->other_word);
	uint64_t word = 0;

	switch ((enum how)(patch->how % HOWS)) {
	case OTHER_WORD:
		word = truth(other);
		break;
	case ITS_ADDRESS:
		word = other;
		break;
	case PLUS_DELTA:
		word = truth(at) + (uint64_t)(int64_t)patch->delta;
		break;
	case SMALL:
		word = (uint64_t)(int64_t)patch->delta << patch->other_word % 64;
		break;
	case HOWS:
		break;
	}
	python.addresses[python.patch_count] = at;
	python.words[python.patch_count++] = word;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct patch patch;
	size_t i;

	python.patch_count = 0;
	for (i = 0; i + sizeof(patch) <= bytes && python.patch_count < PATCHES_MAX;
	     i += sizeof(patch)) {
		memcpy(&patch, data + i, sizeof(patch));
		add_patch(&patch);
	}
	look_at_forged();
	return 0;
}
