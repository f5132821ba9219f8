/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Python/pyhash.c: SipHash-2-4 up to 3.10, SipHash-1-3 from 3.11 on. */
#include "arrays/python/str_hash.h"

#include <string.h>

struct sip {
	uint64_t v0, v1, v2, v3;
};

static uint64_t rotate_word(uint64_t word, unsigned int bits)
{
	return word << bits | word >> (64 - bits);
}

static void sip_mix(struct sip *sip, unsigned int rounds)
{
	while (rounds--) {
		sip->v0 += sip->v1;
		sip->v2 += sip->v3;
		sip->v1 = rotate_word(sip->v1, 13) ^ sip->v0;
		sip->v3 = rotate_word(sip->v3, 16) ^ sip->v2;
		sip->v0 = rotate_word(sip->v0, 32) + sip->v3;
		sip->v2 += sip->v1;
		sip->v1 = rotate_word(sip->v1, 17) ^ sip->v2;
		sip->v3 = rotate_word(sip->v3, 21) ^ sip->v0;
		sip->v2 = rotate_word(sip->v2, 32);
	}
}

static void sip_absorb(struct sip *sip, uint64_t word, unsigned int rounds)
{
	sip->v3 ^= word;
	sip_mix(sip, rounds);
	sip->v0 ^= word;
}

uint64_t py_str_hash(const struct py_hash *hash, const char *data, size_t bytes)
{
	const uint64_t low = hash->key[0], high = hash->key[1];
	struct sip sip = { low ^ 0x736f6d6570736575ull, high ^ 0x646f72616e646f6dull,
			   low ^ 0x6c7967656e657261ull, high ^ 0x7465646279746573ull };
	uint64_t word, result;
	size_t i;

	if (!bytes)
		return 0;
	for (i = 0; i + sizeof(word) <= bytes; i += sizeof(word)) {
		memcpy(&word, data + i, sizeof(word));
		sip_absorb(&sip, word, hash->rounds);
	}
	word = 0;
	memcpy(&word, data + i, bytes - i);
	sip_absorb(&sip, word | (uint64_t)bytes << 56, hash->rounds);
	sip.v2 ^= 0xff;
	sip_mix(&sip, hash->rounds + 2);
	result = sip.v0 ^ sip.v1 ^ sip.v2 ^ sip.v3;
	/* -1 is an error there. */
	return result == UINT64_MAX ? UINT64_MAX - 1 : result;
}
