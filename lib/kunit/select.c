/* SPDX-License-Identifier: MIT */
/*
 * Which tests run, and in what order.
 *
 * Selection. test= holds globs separated by commas. A glob stands for a suite ("slab", "kma*") or
 * for cases ("slab.double_free", "*.zero_*"): a case is selected when a glob matches its suite's
 * name or "suite.case". Globs are glob_match()'s. A suite marked on_request runs only when a glob
 * spells out its name: those that are meant to fail.
 *
 * Order. Tests that pass only in the order of their source hide state that leaks between them, so
 * suites and cases are shuffled by the seed. The order is a function, not an array, so there is no
 * limit on the number of suites and nothing to allocate: kunit_permute(i, n, key) is the i-th
 * element. It composes steps that are each invertible on k-bit numbers (k the least with 2^k >= n):
 * xor with a key, multiplication by an odd number, xor with the own upper half. What falls outside
 * 0 … n-1 is fed through again ("cycle walking", Black and Rogaway 2002); a permutation's cycle
 * through i < n must come back below n, so that ends, after fewer than 2 rounds on average.
 *
 * Randomness is splitmix64 (Steele, Lea, Flood 2014): a counter through a mixing function. Names
 * are hashed by FNV-1a.
 *
 * Invariants: I1 kunit_permute(., n, key) is a bijection of 0 … n-1 for every key. I2 the result
 * depends on nothing but the arguments.
 * Context: any; no locks. Cost: a permutation O(1) expected.
 */
#include <linux/types.h>
#include <linux/string.h>
#include "internal.h"

/* Write "suite.name", cut to what fits. */
static void full_name(char *buf, size_t size, const char *suite, const char *name)
{
	size_t n = 0;

	while (*suite && n + 2 < size)
		buf[n++] = *suite++;
	buf[n++] = '.';
	while (*name && n + 1 < size)
		buf[n++] = *name++;
	buf[n] = '\0';
}

/*
 * Does the glob of `len` characters match either name? One too long for the buffer matches nothing
 * that has a name.
 */
static bool glob_selects(const char *glob, size_t len, const char *suite, const char *full)
{
	char pattern[256];

	if (len >= sizeof(pattern))
		return false;
	memcpy(pattern, glob, len);
	pattern[len] = '\0';
	return glob_match(pattern, suite) || glob_match(pattern, full);
}

bool kunit_selects(const char *globs, const char *suite, const char *name)
{
	char full[256];

	if (!globs || !*globs)
		return true;
	full_name(full, sizeof(full), suite, name);
	for (;;) {
		const char *comma = strchr(globs, ',');
		size_t len = comma ? (size_t)(comma - globs) : strlen(globs);

		if (glob_selects(globs, len, suite, full))
			return true;
		if (!comma)
			return false;
		globs = comma + 1;
	}
}

bool kunit_spells_out(const char *globs, const char *suite)
{
	size_t len = strlen(suite);

	while (globs && *globs) {
		if (!strncmp(globs, suite, len) && (!globs[len] || strchr(".,", globs[len])))
			return true;
		globs = strchr(globs, ',');
		globs = globs ? globs + 1 : NULL;
	}
	return false;
}

u64 kunit_mix(u64 x)
{
	x += 0x9e3779b97f4a7c15ULL;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

u64 kunit_hash(u64 h, const char *s)
{
	if (!h)
		h = 0xcbf29ce484222325ULL;
	for (; *s; s++)
		h = (h ^ (u8)*s) * 0x100000001b3ULL;
	return h;
}

u32 kunit_permute(u32 i, u32 n, u64 key)
{
	unsigned int bits = 1, round;
	u64 mask;

	while ((1ULL << bits) < n)
		bits++;
	mask = (1ULL << bits) - 1;
	do {
		u64 x = i;

		for (round = 0; round < 4; round++) {
			u64 k = kunit_mix(key + round);

			x = (x ^ k) & mask;
			x = (x * ((k >> 32) | 1)) & mask;
			x ^= x >> ((bits + 1) / 2);
		}
		i = x;
	} while (i >= n);
	return i;
}
