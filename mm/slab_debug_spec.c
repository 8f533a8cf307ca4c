// SPDX-License-Identifier: MIT
/*
 * slab_debug= on the boot line: which caches are checked, and how.
 *
 * slab_debug=FLAGS[,CACHE…][;…] gives flags to caches as they are made: F consistency, Z red zones,
 * P poison, U user tracking, T trace; none: FZPU; `-`: none at all. CACHE is a name with * and ?. The
 * first block that names a cache counts, else the last one without names. O, in any block, is for all:
 * a cache whose objects would need larger blocks of pages because of what is kept around them has no
 * flags. What the flags do: slab_debug.c.
 *
 * Context: parameters are set at boot; slab_debug_flags() and slab_debug_too_large(): any. Locks: none;
 * the specification changes at boot and in tests only. Complexity: O(length of the specification).
 *
 * Sources: Linux 6.12, Documentation/mm/slub.rst.
 */
#include <linux/moduleparam.h>
#include <linux/string.h>
#include "internal.h"
#include "slab.h"

#define DEBUG_DEFAULT (SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

static const char *debug_spec; /* R: the parameter's value */
static bool order_first;       /* R: O is among its letters */

static slab_flags_t flag_of(char c)
{
	switch (c) {
	case 'f':
	case 'F':
		return SLAB_CONSISTENCY_CHECKS;
	case 'z':
	case 'Z':
		return SLAB_RED_ZONE;
	case 'p':
	case 'P':
		return SLAB_POISON;
	case 'u':
	case 'U':
		return SLAB_STORE_USER;
	case 't':
	case 'T':
		return SLAB_TRACE;
	default:
		return 0;
	}
}

/* O is no flag of a cache's. */
#define is_order_letter(c) (((c) | 0x20) == 'o')

/* The flags at the start of a block; *rest is the character behind them. */
static slab_flags_t parse_flags(const char *block, const char **rest)
{
	slab_flags_t flags = 0;
	const char *p = block;

	for (; flag_of(*p) || is_order_letter(*p); p++)
		flags |= flag_of(*p);
	if (p == block && *p != '-')
		flags = DEBUG_DEFAULT;
	*rest = *p == '-' ? p + 1 : p;
	return flags;
}

/* Is O among the letters of any block? */
static bool spec_has_order(const char *spec)
{
	while (spec) {
		const char *rest;

		parse_flags(spec, &rest);
		for (; spec < rest; spec++) {
			if (is_order_letter(*spec))
				return true;
		}
		spec = strchr(rest, ';');
		spec = spec ? spec + 1 : NULL;
	}
	return false;
}

static bool spec_well_formed(const char *spec)
{
	while (spec) {
		const char *rest;

		parse_flags(spec, &rest);
		if (*rest && *rest != ',' && *rest != ';')
			return false;
		spec = strchr(rest, ';');
		spec = spec ? spec + 1 : NULL;
	}
	return true;
}

/* Does the list of patterns ",a,b*" (to `;` or the end) name `name`? */
static bool names_match(const char *list, const char *name)
{
	char pattern[64];

	while (*list == ',') {
		size_t n = strcspn(++list, ",;");

		strscpy(pattern, list, min(n + 1, sizeof(pattern)));
		if (glob_match(pattern, name))
			return true;
		list += n;
	}
	return false;
}

static slab_flags_t spec_flags(const char *spec, const char *name)
{
	slab_flags_t common = 0;

	while (spec) {
		const char *rest;
		slab_flags_t flags = parse_flags(spec, &rest);

		if (*rest != ',')
			common = flags;
		else if (names_match(rest, name))
			return flags;
		spec = strchr(rest, ';');
		spec = spec ? spec + 1 : NULL;
	}
	return common;
}

/* A cache's flags together with those that the boot line gives it. */
slab_flags_t slab_debug_flags(const char *name, slab_flags_t flags)
{
	return debug_spec ? flags | spec_flags(debug_spec, name) : flags;
}

/*
 * Use another specification from now on (NULL: none), for caches yet to be made. Returns the
 * previous one.
 */
const char *slab_debug_set_spec(const char *spec)
{
	const char *old = debug_spec;

	debug_spec = spec;
	order_first = spec_has_order(spec);
	return old;
}

/* As slab_debug=U, unless the boot line says something else. */
void slab_debug_keep_stacks(void)
{
	if (!debug_spec)
		debug_spec = "U";
}

static int set_slab_debug(const char *val)
{
	val = val ? val : "";
	if (!spec_well_formed(val))
		return -EINVAL;
	slab_debug_set_spec(val);
	return 0;
}
BOOT_PARAM("slab_debug", set_slab_debug);
BOOT_PARAM("slub_debug", set_slab_debug);

/* O: does what is kept around an object of this cache, which is laid out, cost larger blocks? */
bool slab_debug_too_large(const struct kmem_cache *s)
{
	return order_first && get_order(s->size) > get_order(s->object_size);
}
