// SPDX-License-Identifier: MIT
/*
 * Memory that is zeroed by rule: init_on_alloc= and init_on_free= on the boot line.
 *
 * 1. Model.
 *
 *			init_on_alloc			init_on_free
 *	pages		each request has __GFP_ZERO	zeroed before they are free
 *	objects		each request has __GFP_ZERO	zeroed before they are free
 *	- with a constructor, SLAB_TYPESAFE_BY_RCU
 *	  or SLAB_POISON: as without the switches, since the constructor's work, what readers look at,
 *	  or the pattern has to stay in a free object
 *
 *    Those three get __GFP_ZERO as ever if a caller asks for it. Memory that was never allocated is
 *    as the machine left it, so what init_on_free alone promises is that nothing freed is readable.
 *
 * 2. Nothing is paid while both are off, because each fast path has a test already that can be made
 *    to fail:
 *
 *	alloc_pages()	order < page_orders_plain, which is 0 then (as for fault injection)
 *	free_block()	order < free_orders_plain, 0 too
 *	allocation of	the word of a free object is compared with the key of the CPU's line: the line
 *	an object	has another key than the cache, so each object is odd and taken by alloc_odd(),
 *			from the same magazines
 *	its free	no object starts anywhere, the line says (start_limit 0): free_odd() asks the
 *			cache itself, zeroes, and pushes onto the same magazine
 *
 * 3. A cache is one way or the other for its whole life. Context: any. Cost with the switches on:
 *    zeroing, and some 20 instructions an object.
 *
 * Sources: Linux 6.12's kernel-parameters documentation and its rules for constructors and RCU.
 */
#include <linux/moduleparam.h>
#include "internal.h"
#include "slab.h"

gfp_t init_on_alloc_gfp;
bool init_on_free_pages;

/**
 * init_on_set() - what pages, and caches made from now on, do
 * @alloc: zero what is allocated
 * @free: zero what is freed
 *
 * Context: boot; tests.
 */
void init_on_set(bool alloc, bool free)
{
	init_on_alloc_gfp = alloc ? __GFP_ZERO : 0;
	init_on_free_pages = free;
	WRITE_ONCE(page_orders_plain, alloc || injection.page || page_debug ? 0 : NR_PAGE_ORDERS);
	WRITE_ONCE(free_orders_plain, free || page_debug ? 0 : PCP_ORDERS);
}

bool init_on_get_alloc(void)
{
	return init_on_alloc_gfp;
}

bool init_on_get_free(void)
{
	return init_on_free_pages;
}

/* A cache in the making, its flags and constructor known: what applies to its objects. */
void slab_init_on(struct kmem_cache *s)
{
	const slab_flags_t keeps = SLAB_TYPESAFE_BY_RCU | SLAB_POISON;

	if (s->ctor || (s->flags & keeps))
		return;
	s->init_gfp = init_on_alloc_gfp;
	s->init_free = init_on_free_pages;
}

static int set_alloc(const char *val)
{
	bool on;
	int err = boot_param_bool(val, &on);

	if (!err)
		init_on_set(on, init_on_free_pages);
	return err;
}
BOOT_PARAM("init_on_alloc", set_alloc);

static int set_free(const char *val)
{
	bool on;
	int err = boot_param_bool(val, &on);

	if (!err)
		init_on_set(init_on_alloc_gfp, on);
	return err;
}
BOOT_PARAM("init_on_free", set_free);
