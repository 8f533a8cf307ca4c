// SPDX-License-Identifier: MIT
/*
 * Stack traces, and which stack an address belongs to.
 *
 * All code keeps frame pointers, so a stack is a list that runs from the innermost frame outwards:
 *
 *	rbp ──► [ caller's rbp ][ return address ] … [ caller's rbp ][ return address ] … 0
 *
 * The trap entry (a port's entry.asm or entry.S) puts a frame of the same form below its registers,
 * so the list also leads through traps and from an IST stack to the one that was interrupted.
 *
 * I1  Nothing is read before it was found to lie inside a known stack (kstacks[], always mapped, and
 *     the threads' in threads.c, mapped as long as they are known): a broken chain ends the trace, it
 *     never faults.
 * I2  Within a stack frames only ever go up, and a trace changes stacks at most MAX_SWITCHES times:
 *     so it ends, whatever it meets.
 *
 * I3  A trap may hit a function that has no frame: one that has not made it yet, or a small one
 *     that never does. The chain then misses its caller. Where the code up to the trap makes no
 *     frame, the return address is on top of the stack, and is taken if it follows a call. The same
 *     holds for a call to an address that is no code at all.
 *
 * Contexts: any, NMI included; no locks. O(frames), and O(stacks) for each.
 */
#include <asm/ksyms.h>
#include <asm/memstate.h>
#include <asm/page.h>
#include <asm/ptrace.h>
#include <asm/stack.h>
#include <asm/thread.h>
#include "stacks.h"

#define MAX_SWITCHES	4
#define OPCODE_PUSH_RBP 0x55

extern const char trap_common[], __trap_common_end[]; /* a port's entry */

struct frame {
	unsigned long bp;
	unsigned long ret;
};

struct walk {
	unsigned long *ips;
	unsigned int n, max, skip;
	unsigned long low, high; /* the stack that the last frame was in */
};

/**
 * stack_bounds - the stack that holds an address
 * @addr: any address
 * @low: first usable byte, on success
 * @high: byte behind the last one
 * @name: whose stack
 *
 * Return: whether @addr lies in a kernel stack.
 */
bool stack_bounds(unsigned long addr, unsigned long *low, unsigned long *high, const char **name)
{
	unsigned int i;

	for (i = 0; i < nr_kstacks; i++) {
		const struct kstack *s = &kstacks[i];

		if (addr < s->low || addr >= s->high)
			continue;
		*low = s->low;
		*high = s->high;
		*name = s->name;
		return true;
	}
	return thread_stack_find(addr, 0, low, high, name);
}

void kstack_adopt(struct thread_state *ts, unsigned long addr)
{
	for (struct kstack *s = kstacks; s < kstacks + nr_kstacks; s++) {
		if (addr < s->low || addr >= s->high)
			continue;
		s->thread = ts;
		ts->low = s->low;
		ts->high = s->high;
	}
}

void stack_visit(const struct stack_visit *v, unsigned long low, unsigned long high,
		 unsigned long sp)
{
	for (unsigned int cpu = 0; cpu < v->nr; cpu++) {
		if (v->on[cpu] >= low && v->on[cpu] < high)
			sp = v->on[cpu];
	}
	if (sp >= low && sp < high)
		v->visit(sp, high, v->arg);
}

/**
 * stacks_in_use - the words that threads and CPUs work with
 * @on: for each CPU an address on the stack that it is on
 * @nr: how many CPUs
 * @visit: called for each part of a stack that is in use
 * @arg: handed to @visit
 */
void stacks_in_use(const unsigned long *on, unsigned int nr,
		   void (*visit)(unsigned long from, unsigned long to, void *arg), void *arg)
{
	const struct stack_visit v = { .on = on, .nr = nr, .visit = visit, .arg = arg };

	for (unsigned int i = 0; i < nr_kstacks; i++)
		stack_visit(&v, kstacks[i].low, kstacks[i].high,
			    kstacks[i].thread ? kstacks[i].thread->sp : 0);
	thread_stacks_visit(&v);
}

/**
 * stack_guard_hit - is this the guard page below a stack?
 * @addr: any address
 * @name: whose guard page, on success
 */
bool stack_guard_hit(unsigned long addr, const char **name)
{
	unsigned long low, high;
	unsigned int i;

	for (i = 0; i < nr_kstacks; i++) {
		if (addr < kstacks[i].guard_low || addr >= kstacks[i].guard_high)
			continue;
		*name = kstacks[i].name;
		return true;
	}
	return thread_stack_find(addr, PAGE_SIZE, &low, &high, name) && addr < low;
}

/* Read a word of a stack; false if it isn't one. */
static __no_memstate bool stack_word(unsigned long addr, unsigned long *v)
{
	unsigned long low, high;
	const char *name;

	if (addr % 8 || !stack_bounds(addr, &low, &high, &name) || high - addr < 8)
		return false;
	memstate_pause();
	*v = READ_ONCE(*(const unsigned long *)addr);
	memstate_resume();
	memstate_initialised(v, sizeof(*v));
	return true;
}

static __no_memstate void frame_words(unsigned long bp, struct frame *f)
{
	memstate_pause();
	f->bp = READ_ONCE(*(const unsigned long *)bp);
	f->ret = READ_ONCE(*(const unsigned long *)(bp + 8));
	memstate_resume();
	memstate_initialised(f, sizeof(*f));
}

/* Which stack it is in is looked up when it is another than the last one's. */
static bool read_frame(struct walk *w, unsigned long bp, struct frame *f)
{
	const char *name;

	if (bp % 8)
		return false;
	if ((bp < w->low || bp >= w->high) && !stack_bounds(bp, &w->low, &w->high, &name))
		return false;
	if (w->high - bp < sizeof(*f))
		return false;
	frame_words(bp, f);
	return true;
}

static bool walk_full(const struct walk *w)
{
	return w->n == w->max;
}

static void walk_add(struct walk *w, unsigned long ip)
{
	if (w->skip)
		w->skip--;
	else if (!walk_full(w))
		w->ips[w->n++] = ip;
}

/* Does the chain go on in the same direction (I2)? `bp` is the last frame's. */
static bool next_is_sane(const struct walk *w, unsigned long bp, unsigned long next,
			 unsigned int *switches)
{
	if (next >= w->low && next < w->high)
		return next > bp;
	return (*switches)++ < MAX_SWITCHES;
}

/*
 * Is there a call instruction right in front of `ret`? e8 is the direct one; ff, of 2 to 7 bytes,
 * calls through a pointer.
 */
static bool after_call(unsigned long ret)
{
	const u8 *at = (const u8 *)ret;
	unsigned int n;

	if (!ksym_is_text(ret - 7) || !ksym_is_text(ret - 1))
		return false;
	if (at[-5] == 0xe8)
		return true;
	for (n = 2; n <= 7; n++)
		if (at[-(int)n] == 0xff && (at[-(int)n + 1] & 0x38) == 0x10)
			return true;
	return false;
}

/* Does the code from `start` to `ip` hold the `mov %rsp, %rbp` that makes a frame? */
static bool frame_was_made(unsigned long start, unsigned long ip)
{
	const u8 *p;

	for (p = (const u8 *)start; p + 3 <= (const u8 *)ip; p++)
		if (p[0] == 0x48 && p[1] == 0x89 && p[2] == 0xe5)
			return true;
	return false;
}

/* How far into its function loaded code is. */
static bool loaded_offset(unsigned long ip, unsigned long *offset)
{
	bool (*hook)(unsigned long addr, struct ksym_loaded *sym) = READ_ONCE(ksym_loaded_hook);
	struct ksym_loaded sym;

	if (!hook || !hook(ip, &sym))
		return false;
	*offset = sym.offset;
	return true;
}

/*
 * The caller that a trap hid because no frame stood (I3): its return address is on top of the
 * stack, or one word above if rbp was already pushed.
 */
static void add_missing_caller(struct walk *w, const struct pt_regs *regs)
{
	unsigned long ret, offset, size, start, at = regs->sp;
	const char *name;

	if (ksym_is_text(regs->ip)) {
		if (!ksym_lookup(regs->ip, &name, &offset, &size) &&
		    !loaded_offset(regs->ip, &offset))
			return;
		start = regs->ip - offset;
		if (frame_was_made(start, regs->ip))
			return;
		if (offset && *(const u8 *)start == OPCODE_PUSH_RBP)
			at += 8;
	}
	if (stack_word(at, &ret) && ksym_is_text(ret) && after_call(ret))
		walk_add(w, ret);
}

static bool in_trap_entry(unsigned long ret)
{
	return ret >= (unsigned long)trap_common && ret < (unsigned long)__trap_common_end;
}

/**
 * stack_irq_entry - did an interrupt lead from the next address of a trace to this one?
 * @ip: one of the addresses
 *
 * True for other traps, too.
 */
bool stack_irq_entry(unsigned long ip)
{
	return in_trap_entry(ip) || irq_replay_holds(ip);
}

/* The registers that the entry left above its frame at `bp`; NULL if that can't be. */
static const struct pt_regs *trap_regs(unsigned long bp)
{
	unsigned long word;

	if (!stack_word(bp, &word) || !stack_word(bp + 16 + sizeof(struct pt_regs) - 8, &word))
		return NULL;
	return (const struct pt_regs *)(bp + 16);
}

static void walk_frames(struct walk *w, unsigned long bp)
{
	const struct pt_regs *regs = NULL; /* of the trap whose frame stands at bp */
	unsigned int switches = 0;
	struct frame f;

	while (!walk_full(w) && read_frame(w, bp, &f) && (f.ret || regs)) {
		walk_add(w, f.ret);
		if (regs)
			add_missing_caller(w, regs);
		if (!next_is_sane(w, bp, f.bp, &switches))
			break;
		regs = in_trap_entry(f.ret) ? trap_regs(f.bp) : NULL;
		bp = f.bp;
	}
}

/**
 * stack_trace_save - the way that led here
 * @ips: gets the addresses, innermost first
 * @max: room in @ips
 * @skip: how many of the innermost to leave out
 * @regs: where a trap struck, which is then the first address; NULL: the caller's return address is
 *	the first
 *
 * Return: how many addresses were stored. Never faults.
 */
noinline unsigned int stack_trace_save(unsigned long *ips, unsigned int max, unsigned int skip,
				       const struct pt_regs *regs)
{
	struct walk w = { .ips = ips, .max = max, .skip = skip };

	if (!regs) {
		walk_frames(&w, (unsigned long)__builtin_frame_address(0));
		return w.n;
	}
	walk_add(&w, regs->ip);
	add_missing_caller(&w, regs);
	walk_frames(&w, regs->bp);
	return w.n;
}

/**
 * stack_frame_holds - are these bytes one function's?
 * @addr: on the running stack
 * @n: bytes from there on, all on the stack
 *
 * Return: whether no saved frame pointer and return address is among them, as far as frames are known.
 */
noinline bool stack_frame_holds(unsigned long addr, unsigned long n)
{
	unsigned long bp = (unsigned long)__builtin_frame_address(0), from = bp;
	struct walk w = { .max = 1 };
	struct frame f;

	while (read_frame(&w, bp, &f)) {
		if (addr + n <= bp)
			return addr >= from;
		from = bp + sizeof(f);
		if (f.bp <= bp || f.bp >= w.high)
			break;
		bp = f.bp;
	}
	return addr >= from;
}
