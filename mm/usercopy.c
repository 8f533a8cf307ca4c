// SPDX-License-Identifier: MIT
/*
 * Which kernel memory may be copied to and from user space.
 *
 * 1. What for. A length that comes from the user and is not checked makes copy_to_user() show him
 *    what lies behind an object, and copy_from_user() overwrite it. So each copy whose length is no
 *    constant is compared with the object that the kernel's pointer leads into, before anything is
 *    copied. A copy that is refused is reported in Linux's words ("usercopy: …") and copies nothing;
 *    where Linux ends the task with BUG(), here the caller goes on: he gets all bytes as not copied,
 *    or -EFAULT.
 *
 * 2. Model. [p, p + n) must lie within one of
 *
 *	slab object	the part that its cache allows: useroffset, usersize. None of the objects of
 *			kmem_cache_create(), all of those of kmalloc()
 *	block of pages	allocated with __GFP_COMP, or a large kmalloc(): to the end of the block
 *	vmalloc area	to its end, without the guard page; not with page faults disabled, since
 *			that may be any context and the search takes a lock
 *	running stack	from the frame of the check upwards, the locals of one function: no return
 *			address, nor the caller's locals with them
 *	anything else	static variables, single pages, per-CPU memory: their bounds are not known
 *
 *    and not in the kernel's code, not at NULL or ZERO_SIZE_PTR, not around the end of memory. What
 *    the compiler can see is left to it, as in Linux: a constant length is not checked here.
 *
 * 3. An object's bounds from any address in it: slab objects are packed from the slab's end, so with
 *    d bytes to the end it is number (d - 1) / size, and the remainder says how far its end is. The
 *    division is a multiplication: set_inverse() in slab_cache.c says why it is exact.
 *
 * Locks: vs->lock of the vmalloc regions, irq-safe, for an address in one. Context: any; NMI with page
 * faults disabled. Complexity: O(1), some 30 instructions, for objects of slabs; O(orders) for tails
 * of blocks, O(log areas) for vmalloc, O(stacks + frames) for what lies on the running one.
 *
 * Sources: Linux 6.12's documentation of kmem_cache_create_usercopy() and hardened usercopy.
 */
#include <asm/stack.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <quarry/report.h>
#include "internal.h"
#include "kfence.h"
#include "slab.h"
#include "vmap.h"

/* A copy: n bytes from p on. */
struct user_copy {
	const char *p;
	unsigned long n;
	bool to_user;
};

/* ---- The report ---- */

static const char beyond[] =
	"The copy goes beyond the memory that the pointer leads to: check its length "
	"against the size of the object first.";
static const char not_allowed[] =
	"This part of the cache's objects is not for user space: copy by way of a variable, or make "
	"the cache with kmem_cache_create_usercopy().";
static const char no_object[] = "The pointer leads to no object that could be copied.";

/* Always false, so that a check may end with it. `detail`: which one, or NULL. */
static noinline bool refuse(const struct user_copy *c, const char *what, const char *detail,
			    unsigned long offset, const char *advice)
{
	report_open(
		REPORT_USERCOPY,
		"usercopy: Kernel memory %s attempt detected %s %s%s%s%s (offset %lu, size %lu)!",
		c->to_user ? "exposure" : "overwrite", c->to_user ? "from" : "to", what,
		detail ? " '" : "", detail ? detail : "", detail ? "'" : "", offset, c->n);
	report_address(c->p);
	report_stack_here(NULL);
	report_line("Nothing was copied.");
	report_advice("%s", advice);
	report_end();
	return false;
}

/* ---- Direct map: objects and blocks of pages ---- */

/* Which object p lies in, and how many bytes before its last one. */
static __always_inline u32 object_index(const char *p, const struct kmem_cache *s, u32 *left)
{
	u64 before_end = -((unsigned long)p | s->slab_mask) - 1;
	u32 index = (unsigned __int128)before_end * s->inverse >> 64;

	*left = before_end - (u64)index * s->size;
	return index;
}

/* What object_allows() does not allow; calculated again, since that is rare. */
static noinline bool object_refuses(const char *p, unsigned long n, bool to_user,
				    const struct kmem_cache *s)
{
	struct user_copy c = { p, n, to_user };
	u32 left, index = object_index(p, s, &left);
	int offset = (int)(s->size - 1 - left) - (int)s->red_left;

	if (!n)
		return true;
	if (index >= s->objects)
		return refuse(&c, "SLUB object not in SLUB page?!", NULL, 0, no_object);
	if (offset < 0)
		return refuse(&c, "SLUB object in left red zone", s->name, offset + s->red_left,
			      no_object);
	return refuse(&c, "SLUB object", s->name, offset,
		      offset + n <= s->object_size ? not_allowed : beyond);
}

/*
 * How many bytes from p on the user may have: those to the end of his part of the object. Before that
 * part they are more than usersize, behind it a number that wraps to such a one.
 */
static __always_inline bool object_allows(const char *p, unsigned long n, bool to_user,
					  const struct kmem_cache *s)
{
	u32 left, index = object_index(p, s, &left), room = left + 1 - s->user_tail;

	if (likely(n <= room && room <= s->usersize && index < s->objects))
		return true;
	return object_refuses(p, n, to_user, s);
}

/* In KFENCE's pool: the part of a live object that its cache allows. */
static bool sample_allows(const struct user_copy *c)
{
	struct kfence_object o;
	unsigned long offset, end;

	if (!kfence_find(c->p, &o) || o.state != KFENCE_ALLOCATED)
		return refuse(c, "KFENCE object", NULL, 0, no_object);
	offset = (unsigned long)c->p - o.addr;
	if (offset >= o.size || c->n > o.size - offset)
		return refuse(c, "SLUB object", o.cache->name, offset, beyond);
	end = o.cache->useroffset + o.cache->usersize;
	if (offset < o.cache->useroffset || c->n > end || offset > end - c->n)
		return refuse(c, "SLUB object", o.cache->name, offset, not_allowed);
	return true;
}

/* A page that is no slab's. Single pages, and the parts of blocks without __GFP_COMP, have no bounds. */
static noinline bool block_allows(const struct user_copy *c)
{
	unsigned long offset;
	struct page *head;

	if (is_kfence_address(c->p))
		return sample_allows(c);
	if (!virt_addr_valid(c->p))
		return true;
	head = page_head(virt_to_page(c->p));
	if (!head || (head->type != PAGE_KMALLOC && !(head->flags & PG_compound)))
		return true;
	offset = c->p - (char *)page_address(head);
	if (c->n <= (PAGE_SIZE << head->order) - offset)
		return true;
	return refuse(c, "page alloc", NULL, offset, beyond);
}

/* ---- vmalloc ---- */

/* Where the area that holds p starts, and how many bytes of it lie from p on; 0: there is none. */
static unsigned long area_room(const char *p, unsigned long *start)
{
	struct vmap_space *vs = vmap_space_of((unsigned long)p);
	unsigned long flags, room = 0;
	struct vm_struct *vm;

	spin_lock_irqsave(&vs->lock, flags);
	vm = vmap_space_find(vs, (unsigned long)p);
	if (vm && vm_is_live(vm)) {
		unsigned long end = vm_start(vm) + get_vm_area_size(vm);

		*start = vm_start(vm);
		room = (unsigned long)p < end ? end - (unsigned long)p : 0;
	}
	spin_unlock_irqrestore(&vs->lock, flags);
	return room;
}

static bool area_allows(const struct user_copy *c)
{
	unsigned long start, room;

	if (pagefault_disabled())
		return true;
	room = area_room(c->p, &start);
	if (!room)
		return refuse(c, "vmalloc", "no area", 0, no_object);
	return c->n <= room || refuse(c, "vmalloc", NULL, (unsigned long)c->p - start, beyond);
}

static bool is_vmalloc_region(unsigned long addr)
{
	return addr - VMALLOC_START < VMALLOC_SIZE ||
	       addr - MODULES_VADDR < MODULES_END - MODULES_VADDR;
}

/* ---- The stack that this runs on ---- */

enum stack_answer {
	STACK_NO, /* not on it */
	STACK_GOOD,
	STACK_BAD,
};

/* What lies further from this frame than a stack is long needs no look at its bounds. */
static enum stack_answer stack_allows(const struct user_copy *c, unsigned long *depth)
{
	unsigned long frame = (unsigned long)__builtin_frame_address(0), p = (unsigned long)c->p;
	unsigned long low, high;
	const char *name;

	if (p - frame + THREAD_SIZE >= 2 * THREAD_SIZE ||
	    !stack_bounds(frame, &low, &high, &name) || p < low || p >= high)
		return STACK_NO;
	*depth = high - p;
	return c->n <= high - p && stack_frame_holds(p, c->n) ? STACK_GOOD : STACK_BAD;
}

/* ---- Everything else ---- */

static bool overlaps_text(const struct user_copy *c)
{
	return c->p < __text_end && c->p + c->n > __text_start;
}

/* What is no slab's. */
static noinline bool other_allows(const char *p, unsigned long n, bool to_user)
{
	struct user_copy c = { p, n, to_user };
	unsigned long depth = 0;

	if (!n)
		return true;
	if ((unsigned long)p + n - 1 < (unsigned long)p)
		return refuse(&c, "wrapped address", NULL, 0, beyond);
	if (ZERO_OR_NULL_PTR(p))
		return refuse(&c, "null address", NULL, (unsigned long)p, no_object);
	if (is_direct_map_addr(p))
		return block_allows(&c);
	switch (stack_allows(&c, &depth)) {
	case STACK_GOOD:
		return true;
	case STACK_BAD:
		return refuse(&c, "process stack", NULL, depth, beyond);
	case STACK_NO:
		break;
	}
	if (is_vmalloc_region((unsigned long)p))
		return area_allows(&c);
	return !overlaps_text(&c) || refuse(&c, "kernel text", NULL, p - __text_start, no_object);
}

/**
 * __check_object_size() - may these bytes be copied to or from user space?
 * @p: kernel memory
 * @n: bytes; none may be copied from and to anywhere
 * @to_user: which way
 *
 * Usually called by way of check_object_size(), which leaves constant sizes out. Context: as above.
 *
 * Return: whether they may; if not, that was reported.
 */
bool __check_object_size(const void *p, unsigned long n, bool to_user)
{
	struct kmem_cache *s = likely(is_direct_map_addr(p)) ? direct_cache(p) : NULL;

	return likely(s) ? object_allows(p, n, to_user, s) : other_allows(p, n, to_user);
}
