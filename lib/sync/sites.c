// SPDX-License-Identifier: MIT
/*
 * Which calls were reported already
 * =================================
 *
 * A check that fails in a loop says so once. A site is the function that asked and the way that led
 * to it, its callers' return addresses, as a hash; where in that function it asked doesn't count.
 *
 *	may I sleep? ◄─ [vmalloc_common ◄─ vmalloc ◄─ driver_probe ◄─ …]		reported
 *	may I sleep? ◄─ kmem_cache_alloc ◄─ vmap_area_get ◄─ [vmalloc_common ◄─ vmalloc ◄─ driver_probe ◄─ …]
 *
 * The second came out of the call that was reported: what was seen is an end of it. It says nothing
 * new. (A port without symbols takes each place in a function for a function, and repeats itself
 * here.)
 *
 * When the table is full nothing is known any more: every call is new, which repeats reports and
 * loses none. Hashes that meet by chance lose one, with a probability of SITES * FRAMES / 2^64.
 *
 * Contexts: any. Locks: none; entries are only added, each by one compare-and-exchange.
 * Complexity: O(FRAMES), when a check has failed.
 */
#include <linux/lockdep.h>

#ifdef QUARRY_DEBUG

#include <asm/atomic.h>
#include <asm/ksyms.h>
#include <asm/stack.h>

#define SITES  512 /* a power of two */
#define FRAMES 32

static unsigned long sites[SITES]; /* 0: free; never emptied */

static unsigned long mix(unsigned long hash, unsigned long v)
{
	hash = (hash ^ v) * 0x9e3779b97f4a7c15UL;
	return (hash ^ hash >> 32) | 1;
}

/* Where the function begins that a call at `ip` is in. */
static unsigned long function_of(unsigned long ip)
{
	unsigned long offset, size;
	const char *name;

	return ksym_lookup(ip - 1, &name, &offset, &size) ? ip - 1 - offset : ip;
}

/* Is it in the table? With `add`: it is afterwards, if there is room. */
static bool known(unsigned long hash, bool add)
{
	unsigned long i = hash;

	for (unsigned int n = 0; n < SITES; n++, i++) {
		unsigned long *slot = &sites[i % SITES], seen = READ_ONCE(*slot);

		if (!seen && (!add || (seen = cmpxchg(slot, 0, hash)) == 0))
			return false;
		if (seen == hash)
			return true;
	}
	return false;
}

/**
 * site_is_new - is this the first time that a check fails in this call?
 *
 * For a check that was called by the function that asks. The call counts as seen afterwards.
 * Context: any.
 */
noinline bool site_is_new(void)
{
	unsigned long ips[FRAMES], way = 0;
	unsigned int n = stack_trace_save(ips, FRAMES, 2, NULL);

	/* From the outermost call inwards: each end of the way may have been seen. */
	for (; n > 1; n--) {
		if (known(mix(way, function_of(ips[n - 1])), false))
			return false;
		way = mix(way, ips[n - 1]);
	}
	return !n || !known(mix(way, function_of(ips[0])), true);
}

#endif
