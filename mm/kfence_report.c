// SPDX-License-Identifier: MIT
/*
 * KFENCE's reports, and what an address in its pool is. The theory is kfence.c's.
 *
 * A report is, in Linux's words and order,
 *
 *	BUG: KFENCE: out-of-bounds read in f+0x12/0x40		what, and in which function
 *	Out-of-bounds read at 0x… (1B left of kfence-#7):	where; "right" counts from the object's start
 *	Call Trace: …						of the access, or of who freed
 *	kfence-#7: 0x…-0x…, size=32, cache=kmalloc-32		the object
 *	allocated by task 3 on cpu 0 at 1.234567s (0.000123s ago): …
 *	freed by task 3 on cpu 0 at …
 *	Advice: …
 *
 * What is printed is a copy that was made under kfence_lock, so no lock is held. Context: any but NMI.
 */
#include <asm/clock.h>
#include <asm/stack.h>
#include <linux/preempt.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "kfence.h"

#define NS_PER_S 1000000000ULL

static const char *access_name(const struct kfence_bug *bug)
{
	return bug->write ? "write" : "read";
}

static bool is_live(const struct kfence_object *o)
{
	return o->state == KFENCE_ALLOCATED;
}

static bool was_freed(const struct kfence_object *o)
{
	return o->state == KFENCE_FREED || o->state == KFENCE_RCU_FREEING;
}

/* ---- Stacks ---- */

/* A saved stack, from whoever called the allocator on. */
static void report_track(const char *verb, const struct kfence_track *t)
{
	unsigned int own = slab_own_frames(t->ips, t->nr);
	u64 age = clock_ns() - t->when;
	char title[128];

	if (!t->nr)
		return;
	scnprintf(title, sizeof(title),
		  "%s by task %u on cpu %u at %llu.%06llus (%llu.%06llus ago):", verb, t->pid,
		  t->cpu, t->when / NS_PER_S, t->when % NS_PER_S / 1000, age / NS_PER_S,
		  age % NS_PER_S / 1000);
	report_stack(title, t->ips + own, t->nr - own);
}

/* Of who freed; the first that isn't the allocator's own. */
struct callers {
	unsigned long ips[16];
	unsigned int n, own;
};

static noinline void get_callers(struct callers *c)
{
	c->n = stack_trace_save(c->ips, ARRAY_SIZE(c->ips), 2, NULL);
	c->own = slab_own_frames(c->ips, c->n);
}

/* ---- Parts of a report ---- */

static void headline(const struct kfence_bug *bug, const char *where)
{
	static const struct {
		enum report_kind kind;
		const char *name;
	} errors[] = {
		[KFENCE_ERROR_OOB] = { REPORT_KFENCE_OUT_OF_BOUNDS, "out-of-bounds" },
		[KFENCE_ERROR_UAF] = { REPORT_KFENCE_USE_AFTER_FREE, "use-after-free" },
		[KFENCE_ERROR_INVALID] = { REPORT_KFENCE_INVALID, "invalid" },
		[KFENCE_ERROR_CORRUPTION] = { REPORT_KFENCE_CORRUPTION, "memory corruption" },
		[KFENCE_ERROR_INVALID_FREE] = { REPORT_KFENCE_INVALID_FREE, "invalid free" },
	};

	report_open(errors[bug->error].kind, "BUG: KFENCE: %s%s%s in %s", errors[bug->error].name,
		    bug->regs ? " " : "", bug->regs ? access_name(bug) : "", where);
}

/* "[ 0xac . . ]": what stands there instead of the pattern. */
static void show_damage(const struct kfence_bug *bug)
{
	char text[sizeof(bug->bytes) * 5 + 8];
	int n = scnprintf(text, sizeof(text), "[");

	for (unsigned int i = 0; i < bug->nr_bytes; i++) {
		if (bug->bytes[i] == kfence_canary(bug->addr + i))
			n += scnprintf(text + n, sizeof(text) - n, " .");
		else
			n += scnprintf(text + n, sizeof(text) - n, " 0x%02x", bug->bytes[i]);
	}
	report_line("Corrupted memory at 0x%px %s ] (in kfence-#%u):", (void *)bug->addr, text,
		    bug->number);
}

static void show_where(const struct kfence_bug *bug)
{
	const struct kfence_object *o = &bug->object;
	bool left = bug->addr < o->addr;

	switch (bug->error) {
	case KFENCE_ERROR_OOB:
		report_line("Out-of-bounds %s at 0x%px (%luB %s of kfence-#%u):", access_name(bug),
			    (void *)bug->addr, left ? o->addr - bug->addr : bug->addr - o->addr,
			    left ? "left" : "right", bug->number);
		break;
	case KFENCE_ERROR_UAF:
		report_line("Use-after-free %s at 0x%px (in kfence-#%u):", access_name(bug),
			    (void *)bug->addr, bug->number);
		break;
	case KFENCE_ERROR_CORRUPTION:
		show_damage(bug);
		break;
	case KFENCE_ERROR_INVALID:
		report_line("Invalid %s at 0x%px:", access_name(bug), (void *)bug->addr);
		break;
	case KFENCE_ERROR_INVALID_FREE:
		if (o->state == KFENCE_UNUSED)
			report_line("Invalid free of 0x%px:", (void *)bug->addr);
		else
			report_line("Invalid free of 0x%px (in kfence-#%u):", (void *)bug->addr,
				    bug->number);
		break;
	}
}

static void show_object(unsigned int number, const struct kfence_object *o)
{
	report_line("kfence-#%u: 0x%px-0x%px, size=%u, cache=%s", number, (void *)o->addr,
		    (void *)(o->addr + o->size - 1), o->size,
		    o->cache ? o->cache->name : "<destroyed>");
	report_track("allocated", &o->allocated);
	if (was_freed(o))
		report_track("freed", &o->freed);
}

/* ---- Advice ---- */

static void advise_bounds(const struct kfence_bug *bug)
{
	const struct kfence_object *o = &bug->object;

	if (bug->addr < o->addr)
		report_advice(
			"The access is %lu byte%s before the object: a negative index, or a pointer that was moved too far back.",
			o->addr - bug->addr, plural(o->addr - bug->addr));
	else
		report_advice(
			"The access is %lu byte%s behind the end of the object: a length or index is too large, or too little was allocated.",
			bug->addr - (o->addr + o->size), plural(bug->addr - (o->addr + o->size)));
}

static void advise_corruption(const struct kfence_bug *bug)
{
	report_advice(
		"Bytes %s the object were written since it was allocated; who did that is not known, only who allocated "
		"and, above, who freed it: look for %s between the two.",
		bug->addr < bug->object.addr ? "before" : "behind",
		bug->addr < bug->object.addr ? "a negative index"
					     : "a length or index that is too large");
}

static void advise_free(const struct kfence_bug *bug)
{
	if (was_freed(&bug->object) && bug->object.addr == bug->addr)
		report_advice(
			"The object was freed twice: look for two owners of one pointer, or an error path that frees what its "
			"caller frees too.");
	else
		report_advice(
			"No object starts there: free the pointer that the allocation returned, not one into it.");
}

static void advise(const struct kfence_bug *bug)
{
	switch (bug->error) {
	case KFENCE_ERROR_OOB:
		advise_bounds(bug);
		break;
	case KFENCE_ERROR_UAF:
		report_advice(
			"Somebody kept a pointer to the object after it was freed, or it was freed too early: compare who freed it "
			"with who uses it.");
		break;
	case KFENCE_ERROR_CORRUPTION:
		advise_corruption(bug);
		break;
	case KFENCE_ERROR_INVALID:
		report_advice(
			"The pointer leads between KFENCE's objects, far from any that is live: it is wild, or its object was freed and an index "
			"added.");
		break;
	case KFENCE_ERROR_INVALID_FREE:
		advise_free(bug);
		break;
	}
}

/* ---- The whole ---- */

static void report_access(const struct kfence_bug *bug, unsigned long ip)
{
	char where[96];

	scnprintf(where, sizeof(where), "%pS", (void *)ip);
	headline(bug, where);
	show_where(bug);
	report_stack_here(bug->regs);
}

static void report_free(const struct kfence_bug *bug, const struct callers *c)
{
	char where[96];

	scnprintf(where, sizeof(where), "%pB", (void *)c->ips[c->own]);
	headline(bug, where);
	show_where(bug);
	report_stack(NULL, c->ips + c->own, c->n - c->own);
}

/* A bug was found; execution goes on behind it. */
noinline void kfence_report(struct kfence_bug *bug)
{
	struct callers c;
	unsigned long ip;

	preempt_disable();
	if (bug->regs) {
		stack_trace_save(&ip, 1, 0, bug->regs);
		report_access(bug, ip);
	} else {
		get_callers(&c);
		report_free(bug, &c);
	}
	if (bug->object.state != KFENCE_UNUSED)
		show_object(bug->number, &bug->object);
	advise(bug);
	report_end();
	preempt_enable();
}

/* Part of the report on a cache that is to be destroyed: its objects. How many; *room: lines left. */
unsigned long kfence_report_leaked(struct kmem_cache *s, unsigned int *room)
{
	unsigned long n = 0;

	for (unsigned int i = 0; i < kfence_nr_objects; i++) {
		struct kfence_object o;

		if (!kfence_find((void *)kfence_objects[i].addr, &o) || o.cache != s ||
		    !is_live(&o))
			continue;
		n++;
		if (!*room)
			continue;
		--*room;
		report_line("Object 0x%px", (void *)o.addr);
		report_track("allocated", &o.allocated);
	}
	return n;
}

/* ---- What an address is ---- */

static const char *state_name(const struct kfence_object *o)
{
	return is_live(o) ? "allocated" : was_freed(o) ? "freed" : "never used";
}

/* The object of its page, or of the page before it. No lock: an explainer may not take one. */
static const struct kfence_object *object_near(unsigned long addr)
{
	unsigned long i = (addr - (unsigned long)__kfence_pool) >> PAGE_SHIFT;

	return i < 2 ? NULL : &kfence_objects[i / 2 - 1];
}

static bool explain_kfence(unsigned long addr, char *buf, size_t size)
{
	const struct kfence_object *o;
	long d;

	if (!is_kfence_address((void *)addr))
		return false;
	o = object_near(addr);
	if (!o || o->state == KFENCE_UNUSED) {
		scnprintf(buf, size, "in KFENCE's pool, where no object is");
		return true;
	}
	d = addr - o->addr;
	if (d < 0)
		scnprintf(buf, size, "%ld byte%s before kfence-#%u (%s), 0x%lx, %u byte%s", -d,
			  plural(-d), kfence_number(o), state_name(o), o->addr, o->size,
			  plural(o->size));
	else if (d >= (long)o->size)
		scnprintf(buf, size, "%ld byte%s behind the %u byte%s of kfence-#%u (%s), 0x%lx",
			  d - o->size, plural(d - o->size), o->size, plural(o->size),
			  kfence_number(o), state_name(o), o->addr);
	else
		scnprintf(buf, size, "%ld byte%s inside kfence-#%u (%s), 0x%lx, %u byte%s", d,
			  plural(d), kfence_number(o), state_name(o), o->addr, o->size,
			  plural(o->size));
	return true;
}

struct report_explainer kfence_explainer = { .name = "kfence", .explain = explain_kfence };
