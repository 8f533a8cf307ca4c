/* SPDX-License-Identifier: MIT */
/*
 * Random numbers: good statistically, reproducible from their seed, NOT for secrets that an
 * attacker is to be kept from. Any context.
 */
#ifndef LINUX_RANDOM_H
#define LINUX_RANDOM_H

#include <linux/types.h>
#include <linux/compiler.h>

/* Restart the common generator. */
void random_seed(u64 seed);
u64 get_random_u64(void);
u32 get_random_u32(void);
u16 get_random_u16(void);
u8 get_random_u8(void);
#define get_random_long() ((unsigned long)get_random_u64())
/* Uniform in 0 … ceil-1; 0 if ceil is 0. */
u32 get_random_u32_below(u32 ceil);
/* Uniform in floor … ceil, both included. */
u32 get_random_u32_inclusive(u32 floor, u32 ceil);
void get_random_bytes(void *buf, size_t len);

/* A generator of one's own. */
struct rnd_state {
	u32 s[4];
};
void prandom_seed_state(struct rnd_state *state, u64 seed);
u32 prandom_u32_state(struct rnd_state *state);
u64 prandom_u64_state(struct rnd_state *state);
void prandom_bytes_state(struct rnd_state *state, void *buf, size_t len);

/* x in 0 … 2^32-1 brought down to 0 … ceil-1. */
static inline u32 reciprocal_scale(u32 x, u32 ceil)
{
	return (u64)x * ceil >> 32;
}

#endif
