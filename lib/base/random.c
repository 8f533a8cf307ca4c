/* SPDX-License-Identifier: MIT */
/*
 * Random numbers
 * ==============
 *
 * For tests, for randomised orders and for hashing keys; everything can be replayed from a seed.
 * Not cryptographic.
 *
 * The common generator is SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
 * generators", 2014): its state is only a counter that grows by a fixed odd step, and the output is
 * a mixing function of it. So drawing a number is one atomic addition: no lock, safe in any
 * context, and no two CPUs ever draw the same state.
 *
 * A private generator (struct rnd_state) is xoshiro128** (Blackman, Vigna: "Scrambled linear
 * pseudorandom number generators", 2018), with 2^128 - 1 states.
 *
 * Invariants
 *   I1  The state of a private generator is never all zero (that one is a fixed point).
 *   I2  get_random_u32_below(n) is exactly uniform: a draw from the incomplete last multiple of n
 *       is thrown away (Lemire, "Fast random
 *	 integer generation in an interval", 2019), which needs fewer than 2 draws on average.
 */
#include <linux/random.h>
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/string.h>

/* 2^64 / golden ratio, odd: the counter visits all 2^64 values, far apart. */
#define SPLITMIX_STEP 0x9e3779b97f4a7c15ULL

static u64 splitmix_counter = SPLITMIX_STEP;

/* The finaliser given in the paper (variant 13 of D. Stafford's constants). */
static u64 splitmix_mix(u64 z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/**
 * random_seed - restart the common generator, so that what it gives is a function of the seed
 */
void random_seed(u64 seed)
{
	WRITE_ONCE(splitmix_counter, seed);
}

/**
 * get_random_u64 - 64 random bits
 */
u64 get_random_u64(void)
{
	return splitmix_mix(arch_fetch_add(&splitmix_counter, SPLITMIX_STEP) + SPLITMIX_STEP);
}

/**
 * get_random_u32 - 32 random bits
 */
u32 get_random_u32(void)
{
	return get_random_u64() >> 32;
}

/**
 * get_random_u16 - 16 random bits
 */
u16 get_random_u16(void)
{
	return get_random_u64() >> 48;
}

/**
 * get_random_u8 - 8 random bits
 */
u8 get_random_u8(void)
{
	return get_random_u64() >> 56;
}

/**
 * get_random_u32_below - uniform in 0 … ceil - 1; 0 for ceil 0
 *
 * The high half of draw * ceil is the result; of the 2^32 draws, 2^32 % ceil too many would fall on
 * some results, and they are the ones with the lowest low halves.
 */
u32 get_random_u32_below(u32 ceil)
{
	u64 product;
	u32 excess;

	if (!ceil)
		return 0;
	excess = -ceil % ceil;
	do {
		product = (u64)get_random_u32() * ceil;
	} while ((u32)product < excess);
	return product >> 32;
}

/**
 * get_random_u32_inclusive - uniform in floor … ceil
 */
u32 get_random_u32_inclusive(u32 floor, u32 ceil)
{
	if (ceil - floor == ~0u)
		return get_random_u32();
	return floor + get_random_u32_below(ceil - floor + 1);
}

/**
 * get_random_bytes - fill a buffer
 */
void get_random_bytes(void *buf, size_t len)
{
	char *p = buf;

	while (len) {
		u64 v = get_random_u64();
		size_t n = len < sizeof(v) ? len : sizeof(v);

		memcpy(p, &v, n);
		p += n;
		len -= n;
	}
}

/**
 * prandom_seed_state - make the state of a private generator from a seed
 *
 * The first two outputs of SplitMix64, as its authors recommend; two consecutive ones are never
 * both zero.
 */
void prandom_seed_state(struct rnd_state *state, u64 seed)
{
	for (int i = 0; i < 4; i += 2) {
		u64 v;

		seed += SPLITMIX_STEP;
		v = splitmix_mix(seed);
		state->s[i] = v;
		state->s[i + 1] = v >> 32;
	}
}

/**
 * prandom_u32_state - 32 bits from a private generator
 */
u32 prandom_u32_state(struct rnd_state *state)
{
	u32 *s = state->s, result = rol32(s[1] * 5, 7) * 9, shifted = s[1] << 9;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rol32(s[3], 11);
	return result;
}

/**
 * prandom_u64_state - 64 bits from a private generator
 */
u64 prandom_u64_state(struct rnd_state *state)
{
	u64 high = prandom_u32_state(state);

	return high << 32 | prandom_u32_state(state);
}

/**
 * prandom_bytes_state - fill a buffer from a private generator
 */
void prandom_bytes_state(struct rnd_state *state, void *buf, size_t len)
{
	char *p = buf;

	while (len) {
		u32 v = prandom_u32_state(state);
		size_t n = len < sizeof(v) ? len : sizeof(v);

		memcpy(p, &v, n);
		p += n;
		len -= n;
	}
}
