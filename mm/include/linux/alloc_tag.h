/* SPDX-License-Identifier: MIT */
/*
 * Whose memory is it: each place that calls an allocation function has a tag, a static structure with
 * its file, line and function, whose number goes with the memory. Theory in mm/alloc_tag.c.
 *
 * Under an allocation function's name there is a macro that notes the place, and the function itself,
 * which is meant where nobody calls it: &kmalloc, (kmalloc)(size, gfp). The function takes the tag of
 * the scope that it is called in, if there is one.
 *
 *	hot functions take the number as an argument:
 *		#define kmalloc(...)	kmalloc_tagged(__VA_ARGS__, ALLOC_TAG_HERE())
 *	the others are called in a scope:
 *		#define kstrdup(...)	alloc_hooks(kstrdup(__VA_ARGS__))
 *	and what they allocate for their caller is his:
 *		kmalloc_track_caller(size, gfp)		or …_tagged(…, ALLOC_TAG_CALLER())
 *	while their own needs are theirs:
 *		kmalloc(size, gfp)
 */
#ifndef LINUX_ALLOC_TAG_H
#define LINUX_ALLOC_TAG_H

#include <linux/compiler.h>
#include <linux/sched.h>
#include <linux/types.h>

/* R: written before the first allocation, or before the module's code runs  A: allocinfo_lock */
struct alloc_tag {
	const char *file, *func;
	u32 line;
	u16 id;		  /* R: 0 is nobody, and all are nobody without accounting */
	u64 bytes, calls; /* A: what the last walk has found */
};

/* The number of this place. */
#define ALLOC_TAG_HERE()                                                                         \
	({                                                                                       \
		static struct alloc_tag __tag __section("alloc_tags")                            \
			__aligned(8) = { .file = __FILE__, .func = __func__, .line = __LINE__ }; \
		(unsigned int)READ_ONCE(__tag.id);                                               \
	})

/* The tag of the scope that the task is in; 0: none. */
static inline unsigned int alloc_tag_scope(void)
{
	return READ_ONCE(current->alloc_tag);
}

/* Begin a scope; what alloc_tag_leave() needs. Scopes nest, the inner one counts. Any context. */
static inline unsigned int alloc_tag_enter(unsigned int tag)
{
	unsigned int outer = alloc_tag_scope();

	WRITE_ONCE(current->alloc_tag, tag);
	return outer;
}

static inline void alloc_tag_leave(unsigned int outer)
{
	WRITE_ONCE(current->alloc_tag, outer);
}

/* For functions that allocate in their caller's name; this place, if the caller noted nothing. */
#define ALLOC_TAG_CALLER() (alloc_tag_scope() ?: ALLOC_TAG_HERE())

/* The value of an expression, calculated in the scope of this place. */
#define __alloc_hooks(do_alloc)                                               \
	({                                                                    \
		unsigned int __outer_tag = alloc_tag_enter(ALLOC_TAG_HERE()); \
		__auto_type __allocated = (do_alloc);                         \
		alloc_tag_leave(__outer_tag);                                 \
		__allocated;                                                  \
	})

/* Whoever drops it is warned, as where the function is called by itself. */
static __always_inline __must_check void *__alloc_hooks_used(const void *p)
{
	return (void *)p;
}

static __always_inline __must_check int __alloc_hooks_done(int err)
{
	return err;
}

/* The same for an expression that is a pointer, and for one that is 0 or an error. */
#define alloc_hooks(do_alloc)                              \
	((__force __typeof__(do_alloc))__alloc_hooks_used( \
		(__force const void *)__alloc_hooks(do_alloc)))
#define alloc_hooks_int(do_alloc) __alloc_hooks_done(__alloc_hooks(do_alloc))

/* Is there accounting? Decided before the first allocation: sysctl.vm.mem_profiling= */
bool mem_alloc_profiling_enabled(void);

/*
 * A module's tags, nr of them, get numbers: before its code runs. -ENOSPC: there are none left, and
 * its memory will be nobody's. May sleep.
 */
int alloc_tags_register(struct alloc_tag *tags, size_t nr, const char *module);
/*
 * The module's code has ended; its tags, and the strings that they lead to, may go once this is
 * done. What it still holds is nobody's afterwards, and its numbers are not used again before that
 * is freed. May sleep.
 */
void alloc_tags_unregister(struct alloc_tag *tags);

/*
 * What the memory of a module's tags is: `held` is called for each tag that holds something, with its
 * bytes and calls filled in. Returns the bytes of all. Exact after mm_quiesce() if nobody else runs.
 */
u64 alloc_tags_held(struct alloc_tag *tags, void (*held)(const struct alloc_tag *tag, void *arg),
		    void *arg);

/* The tag of memory at p, as far as it is known: an object, a page, per-CPU memory, an area. NULL: nobody's. */
const struct alloc_tag *alloc_tag_of(const void *p);

/* /proc/allocinfo, line by line; each without its newline. Any context but NMI. */
void allocinfo_show(void (*line)(const char *text));
/* The `n` places that hold most, largest first. */
void allocinfo_show_top(void (*line)(const char *text), unsigned int n);

#endif
