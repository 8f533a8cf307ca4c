// SPDX-License-Identifier: MIT
/*
 * What the compiler calls in a build with KASAN=1, and what the allocators tell it
 * ================================================================================
 *
 * 1. States. A byte for eight bytes of memory: 0: all eight may be touched, 1 … 7: the first so many,
 *    0x80 and above: none, and why (asm/memstate_why.h). tables.c says where they stand.
 *
 * 2. Checks. Both compilers put the look at the byte in line and call __asan_report_*() when it says
 *    no; an access of odd size, or in code that is too large, calls __asan_load*() and its like. What
 *    assembly touches is told by memstate_check_*(). All of them lead to memstate_report(), which
 *    prints, and then the access is made: the machine goes on as it would have without KASAN.
 *
 *	__asan_report_load4_noabort(addr) ─┐
 *	__asan_loadN_noabort(addr, n) ─────┼─ first_shut() ─► memstate_report() (mm/kasan/report.c)
 *	memstate_check_write(p, n) ────────┘
 *
 * 3. Addresses that are none of the kernel's are left to fault by themselves. In line the look at
 *    their state faults already: its address is not canonical. skip.c undoes that.
 *
 * 4. What begins or ends within eight bytes can't always be said. Opening opens the eight bytes from
 *    their first on; shutting the end of eight of which more may be touched leaves them open. (The same
 *    as AddressSanitizer's own functions do.)
 *
 * Nothing here is instrumented. Contexts: any. Locks: none; a byte belongs to whoever owns the memory.
 * Complexity: O(n / 64).
 */
#include <asm/pgtable.h>
#include <asm/stack.h>
#include <linux/minmax.h>
#include "arch/common/stacks.h"
#include "arch/x86_64/idt.h"
#include "arch/x86_64/machine.h"
#include "internal.h"

#define ALLOCA_RED_ZONE 32

typedef u64 __attribute__((__may_alias__)) word;

/* ---- looking ---- */

static bool kernel_range(unsigned long addr, unsigned long n)
{
	return addr >= KERNEL_START && addr + n - 1 >= addr && n;
}

/* May the byte be touched? */
static bool byte_open(unsigned long addr)
{
	s8 state = *(s8 *)memstate_of((void *)addr);

	return !state || (s8)(addr & GRANULE_MASK) < state;
}

/* The first state in [p, end) that isn't 0; `end` if there is none. */
static u8 *first_not_open(u8 *p, u8 *end)
{
	for (; p < end && ((unsigned long)p & 7); p++)
		if (*p)
			return p;
	for (; end - p >= 8 && !*(word *)p; p += 8)
		;
	for (; p < end && !*p; p++)
		;
	return p;
}

/* The first byte of [addr, addr + n), a kernel range, that is shut; 0: there is none. */
static unsigned long first_shut(unsigned long addr, unsigned long n)
{
	unsigned long end = addr + n;
	u8 *state = memstate_of((void *)addr), *last = memstate_of((void *)(end - 1));

	state = first_not_open(state, last);
	for (; state <= last; state++) {
		unsigned long at = ((unsigned long)state - KASAN_SHADOW_OFFSET) << MEMSTATE_SHIFT;

		for (at = max(at, addr); at < end; at++) {
			if (memstate_of((void *)at) != state)
				break;
			if (!byte_open(at))
				return at;
		}
	}
	return 0;
}

static __always_inline void check(unsigned long addr, unsigned long n, bool write, unsigned long ip)
{
	unsigned long bad;

	if (!kernel_range(addr, n))
		return;
	bad = first_shut(addr, n);
	if (unlikely(bad))
		memstate_report(&(struct memstate_bug){
			.addr = addr, .size = n, .bad = bad, .write = write, .ip = ip });
}

void memstate_check_read(const volatile void *p, unsigned long n)
{
	check((unsigned long)p, n, false, (unsigned long)__builtin_return_address(0));
}

void memstate_check_write(const volatile void *p, unsigned long n)
{
	check((unsigned long)p, n, true, (unsigned long)__builtin_return_address(0));
}

/* ---- what the compiler calls ---- */

#define DEFINE_CHECK(name, n, write)                                               \
	void name(unsigned long addr);                                             \
	void name(unsigned long addr)                                              \
	{                                                                          \
		check(addr, n, write, (unsigned long)__builtin_return_address(0)); \
	}

#define DEFINE_CHECK_RANGE(name, write)                                            \
	void name(unsigned long addr, unsigned long n);                            \
	void name(unsigned long addr, unsigned long n)                             \
	{                                                                          \
		check(addr, n, write, (unsigned long)__builtin_return_address(0)); \
	}

#define DEFINE_CHECKS(n)                                        \
	DEFINE_CHECK(__asan_load##n##_noabort, n, false)        \
	DEFINE_CHECK(__asan_store##n##_noabort, n, true)        \
	DEFINE_CHECK(__asan_report_load##n##_noabort, n, false) \
	DEFINE_CHECK(__asan_report_store##n##_noabort, n, true)

DEFINE_CHECKS(1)
DEFINE_CHECKS(2)
DEFINE_CHECKS(4)
DEFINE_CHECKS(8)
DEFINE_CHECKS(16)
DEFINE_CHECK_RANGE(__asan_loadN_noabort, false)
DEFINE_CHECK_RANGE(__asan_storeN_noabort, true)
DEFINE_CHECK_RANGE(__asan_report_load_n_noabort, false)
DEFINE_CHECK_RANGE(__asan_report_store_n_noabort, true)

/* Before what doesn't return: recovery_jump() cleans up itself, and nothing else leaves frames. */
void __asan_handle_no_return(void);
void __asan_handle_no_return(void)
{
}

/* ---- opening and shutting ---- */

static void fill_states(u8 *p, u8 value, unsigned long n)
{
	const u64 v = value * 0x0101010101010101ULL;

	for (; n && ((unsigned long)p & 7); n--)
		*p++ = value;
	fill_words_checked(p, v, n / 8);
	for (p += n & ~7UL, n &= 7; n; n--)
		*p++ = value;
}

static void open_range(unsigned long addr, unsigned long n)
{
	u8 *state = memstate_of((void *)addr), *end = memstate_of((void *)(addr + n));
	s8 rest = (addr + n) & GRANULE_MASK, last;

	fill_states(state, 0, end - state);
	if (!rest)
		return;
	last = *end;
	if (last && last < rest)
		*end = rest;
}

static void shut_range(unsigned long addr, unsigned long n, u8 why)
{
	u8 *state = memstate_of((void *)addr), *end = memstate_of((void *)(addr + n));
	s8 before = addr & GRANULE_MASK, rest = (addr + n) & GRANULE_MASK;

	if (state == end) { /* within eight bytes: only if none behind is open */
		s8 was = *state;

		if (was > before && was <= rest)
			*state = before ? before : why;
		return;
	}
	if (before) {
		s8 was = *state;

		if (!was || was > before)
			*state = before;
		state++;
	}
	if (end > state)
		fill_states(state, why, end - state);
	if (rest && (s8)*end > 0 && (s8)*end <= rest)
		*end = why;
}

/*
 * Call `fn` for the parts of [addr, addr + n) whose states may be written. In regions that come and go
 * these stand in pages of their own for each GRANULE pages.
 */
static void each_own(unsigned long addr, unsigned long n, u8 why,
		     void (*fn)(unsigned long addr, unsigned long n, u8 why))
{
	const unsigned long span = GRANULE * PAGE_SIZE;

	if (is_direct_map_addr((void *)addr)) {
		fn(addr, n, why);
		return;
	}
	while (n) {
		unsigned long part = min(n, span - (addr & (span - 1)));

		if (shadow_is_own(addr))
			fn(addr, part, why);
		addr += part;
		n -= part;
	}
}

static void open_part(unsigned long addr, unsigned long n, u8 why)
{
	open_range(addr, n);
}

void memstate_defined(const volatile void *p, unsigned long n)
{
	if (kernel_range((unsigned long)p, n))
		each_own((unsigned long)p, n, 0, open_part);
}

static void forget_variables(unsigned long addr, unsigned long n);

void memstate_shut(const volatile void *p, unsigned long n, enum memstate_why why)
{
	if (!kernel_range((unsigned long)p, n))
		return;
	each_own((unsigned long)p, n, why, shut_range);
	if ((unsigned long)p - MODULES_VADDR < MODULES_END - MODULES_VADDR)
		forget_variables((unsigned long)p, n);
}

/* ---- stacks ---- */

/* The frame of an array on the stack whose size is known at run time, a red zone on either side. */
void __asan_alloca_poison(unsigned long addr, unsigned long size);
void __asan_alloca_poison(unsigned long addr, unsigned long size)
{
	unsigned long end = (addr + size + ALLOCA_RED_ZONE - 1) & ~(ALLOCA_RED_ZONE - 1UL);

	memstate_shut((void *)(addr - ALLOCA_RED_ZONE), ALLOCA_RED_ZONE, MEMSTATE_ALLOCA_LEFT);
	memstate_defined((void *)addr, size);
	if (size & GRANULE_MASK)
		*memstate_of((void *)(addr + size)) = size & GRANULE_MASK;
	size = (size + GRANULE_MASK) & ~GRANULE_MASK;
	memstate_shut((void *)(addr + size), end + ALLOCA_RED_ZONE - (addr + size),
		      MEMSTATE_ALLOCA_RIGHT);
}

void __asan_allocas_unpoison(unsigned long top, unsigned long bottom);
void __asan_allocas_unpoison(unsigned long top, unsigned long bottom)
{
	if (top && top < bottom)
		memstate_defined((void *)top, bottom - top);
}

/* clang sets states of large frames by these, each named after the value. */
#define DEFINE_SET(name, value)                 \
	void name(u8 *states, unsigned long n); \
	void name(u8 *states, unsigned long n)  \
	{                                       \
		fill_states(states, value, n);  \
	}
DEFINE_SET(__asan_set_shadow_00, 0x00)
DEFINE_SET(__asan_set_shadow_f1, 0xf1)
DEFINE_SET(__asan_set_shadow_f2, 0xf2)
DEFINE_SET(__asan_set_shadow_f3, 0xf3)
DEFINE_SET(__asan_set_shadow_f5, 0xf5)
DEFINE_SET(__asan_set_shadow_f8, 0xf8)

/*
 * The frames that a jump leaves never ran their epilogues, which would have opened their red zones: on
 * the stack that is jumped to those below the target, and all of the one that is left, if it is
 * another (a trap's).
 */
#define REGS_SP 6 /* in struct recovery (recovery.asm) */

void recovery_jump(struct recovery *r)
{
	unsigned long low, high, here = (unsigned long)__builtin_frame_address(0);
	unsigned long sp = r->regs[REGS_SP];
	const char *name;

	if (stack_bounds(here, &low, &high, &name) && (sp < low || sp > high))
		memstate_defined((void *)low, high - low);
	if (stack_bounds(sp - 1, &low, &high, &name))
		memstate_defined((void *)low, sp - low);
	memstate_report_left();
	recovery_jump_now(r);
}

/*
 * Entered from entry.asm. A trap that has a stack of its own begins at its top, wherever it was when
 * it was left, by an overflow or by a jump to another stack; its first frame stands there already.
 */
void kasan_trap_entered(unsigned long vector, unsigned long sp)
{
	if (vector != X86_TRAP_DF && vector != X86_TRAP_NMI && vector != X86_TRAP_MC)
		return;
	for (unsigned int i = 0; i < nr_kstacks; i++) {
		if (sp - kstacks[i].low < kstacks[i].high - kstacks[i].low)
			memstate_defined((void *)kstacks[i].low, kstacks[i].high - kstacks[i].low);
	}
}

/* ---- variables ---- */

#define MAX_TABLES 2048 /* one for each file of the image and of modules that has any */

static struct {
	const struct memstate_global *first;
	unsigned long n;
} tables[MAX_TABLES];

void __asan_register_globals(const struct memstate_global *g, unsigned long n);
void __asan_register_globals(const struct memstate_global *g, unsigned long n)
{
	unsigned int slot = 0;

	while (slot < MAX_TABLES && tables[slot].n)
		slot++;
	if (slot < MAX_TABLES) {
		tables[slot].first = g;
		tables[slot].n = n;
	}
	for (; n; n--, g++) {
		unsigned long end = (g->size + GRANULE_MASK) & ~GRANULE_MASK;

		if (g->size & GRANULE_MASK)
			*memstate_of((void *)(g->start + g->size)) = g->size & GRANULE_MASK;
		fill_states(memstate_of((void *)(g->start + end)), MEMSTATE_GLOBAL,
			    (g->with_redzone - end) >> MEMSTATE_SHIFT);
	}
}

void __asan_unregister_globals(const struct memstate_global *g, unsigned long n);
void __asan_unregister_globals(const struct memstate_global *g, unsigned long n)
{
	for (unsigned int slot = 0; slot < MAX_TABLES; slot++) {
		if (tables[slot].first == g)
			tables[slot].n = 0;
	}
	for (; n; n--, g++)
		memstate_defined((void *)g->start, g->with_redzone);
}

/* Of a module that goes: it may have ended before its destructors ran. */
static void forget_variables(unsigned long addr, unsigned long n)
{
	for (unsigned int slot = 0; slot < MAX_TABLES; slot++) {
		if ((unsigned long)tables[slot].first - addr < n)
			tables[slot].n = 0;
	}
}

const struct memstate_global *memstate_global(unsigned long addr)
{
	for (unsigned int slot = 0; slot < MAX_TABLES; slot++) {
		for (unsigned long i = 0; i < tables[slot].n; i++) {
			const struct memstate_global *g = &tables[slot].first[i];

			if (addr - g->start < g->with_redzone)
				return g;
		}
	}
	return NULL;
}
