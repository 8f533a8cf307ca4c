// SPDX-License-Identifier: MIT
/*
 * Tests of mm/percpu.c and <linux/percpu.h>: linked and dynamic variables by the same operators, the
 * rules of allocation, wrong frees, a random run against a model, and all CPUs at once.
 *
 * Mutations: tests/mutate/percpu.mut. Without pcpu_lock, sums_while_variables_come_and_go fails.
 */
#include <asm/pgtable.h>
#include <asm/tlbflush.h>
#include <kunit/test.h>
#include <linux/fault-inject.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "mm/internal.h"
#include "mm/percpu.h"
#include "smp_fixture.h"

#define LARGEST	  PCPU_MIN_UNIT_SIZE
#define GFP_QUIET (GFP_KERNEL | __GFP_NOWARN)

/* Sizes that the compiler must not see through: it knows what alloc_size means. */
static volatile size_t no_size;

static unsigned long pages_accounted(void)
{
	mm_quiesce();
	return nr_free_pages() + mm_stat_read(MM_KERNEL_TABLES);
}

/* ---- Linked variables, and the operations ---- */

static DEFINE_PER_CPU(u64, linked) = 0x1122334455667788UL;
static DEFINE_PER_CPU_ALIGNED(u8, aligned);
static DEFINE_PER_CPU_SHARED_ALIGNED(u8, shared_aligned);
static DEFINE_PER_CPU_READ_MOSTLY(u16, read_mostly) = 7;

/* I2 of arch/common/percpu.c; and CPU n's copy is in its window. */
static void linked_variables_begin_as_they_are_written(struct kunit *test)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		unsigned long at = (unsigned long)per_cpu_ptr(&linked, cpu);

		KUNIT_EXPECT_EQ(test, per_cpu(linked, cpu), 0x1122334455667788UL);
		KUNIT_EXPECT_EQ(test, per_cpu(read_mostly, cpu), 7);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)per_cpu_ptr(&aligned, cpu), 64));
		KUNIT_EXPECT_TRUE(test,
				  IS_ALIGNED((unsigned long)per_cpu_ptr(&shared_aligned, cpu), 64));
		if (cpu)
			KUNIT_EXPECT_EQ(test, at - (unsigned long)&linked,
					PERCPU_WINDOW - IMAGE_START + cpu * PERCPU_STRIDE);
		else
			KUNIT_EXPECT_PTR_EQ(test, per_cpu_ptr(&linked, cpu), &linked);
	}
}

static void physical_addresses_lead_there(struct kunit *test)
{
	u64 __percpu *p = alloc_percpu(u64);
	unsigned int cpu;

	KUNIT_ASSERT_NOT_NULL(test, p);
	for_each_possible_cpu(cpu) {
		*per_cpu_ptr(p, cpu) = 100 + cpu;
		KUNIT_EXPECT_EQ(test, *(u64 *)__va(per_cpu_ptr_to_phys(per_cpu_ptr(p, cpu))),
				100UL + cpu);
		KUNIT_EXPECT_EQ(test, *(u64 *)__va(per_cpu_ptr_to_phys(per_cpu_ptr(&linked, cpu))),
				per_cpu(linked, cpu));
	}
	free_percpu(p);
}

/* Each operation: what it leaves and what it returns; its neighbours stay. */
#define OPERATIONS(type)                                                                         \
	static void operations_##type(struct kunit *test, type(*v)[3])                           \
	{                                                                                        \
		type a = (type)0xf0e0d0c0b0a09182UL, b = (type)0x1122334455667788UL, was;        \
		type *here = get_cpu_ptr(&(*v)[1]);                                              \
                                                                                                 \
		this_cpu_write((*v)[1], a);                                                      \
		KUNIT_EXPECT_EQ(test, (u64)*here, (u64)a);                                       \
		KUNIT_EXPECT_EQ(test, (u64)this_cpu_read((*v)[1]), (u64)a);                      \
		this_cpu_add((*v)[1], b);                                                        \
		KUNIT_EXPECT_EQ(test, (u64)*here, (u64)(type)(a + b));                           \
		this_cpu_sub((*v)[1], b);                                                        \
		KUNIT_EXPECT_EQ(test, (u64)*here, (u64)a);                                       \
		this_cpu_inc((*v)[1]);                                                           \
		this_cpu_inc((*v)[1]);                                                           \
		this_cpu_dec((*v)[1]);                                                           \
		KUNIT_EXPECT_EQ(test, (u64)*here, (u64)(type)(a + 1));                           \
		this_cpu_and((*v)[1], b);                                                        \
		KUNIT_EXPECT_EQ(test, (u64)*here, (u64)(type)((type)(a + 1) & b));               \
		this_cpu_or((*v)[1], a);                                                         \
		was = ((a + 1) & b) | a;                                                         \
		KUNIT_EXPECT_EQ(test, (u64)this_cpu_xchg((*v)[1], b), (u64)was);                 \
		KUNIT_EXPECT_EQ(test, (u64)this_cpu_cmpxchg((*v)[1], a, 1), (u64)b);             \
		KUNIT_EXPECT_EQ(test, (u64)*here, (u64)b);                                       \
		KUNIT_EXPECT_EQ(test, (u64)this_cpu_cmpxchg((*v)[1], b, a), (u64)b);             \
		KUNIT_EXPECT_EQ(test, (u64)*here, (u64)a);                                       \
		was = b;                                                                         \
		KUNIT_EXPECT_FALSE(test, this_cpu_try_cmpxchg((*v)[1], &was, b));                \
		KUNIT_EXPECT_EQ(test, (u64)was, (u64)a);                                         \
		KUNIT_EXPECT_TRUE(test, this_cpu_try_cmpxchg((*v)[1], &was, b));                 \
		KUNIT_EXPECT_EQ(test, (u64)this_cpu_add_return((*v)[1], a), (u64)(type)(a + b)); \
		KUNIT_EXPECT_EQ(test, (u64)this_cpu_sub_return((*v)[1], a), (u64)b);             \
		KUNIT_EXPECT_EQ(test, (u64)this_cpu_inc_return((*v)[1]), (u64)(type)(b + 1));    \
		KUNIT_EXPECT_EQ(test, (u64)this_cpu_dec_return((*v)[1]), (u64)b);                \
		KUNIT_EXPECT_EQ(test, (u64)*here, (u64)b);                                       \
		KUNIT_EXPECT_EQ(test, (u64)here[-1], 0);                                         \
		KUNIT_EXPECT_EQ(test, (u64)here[1], 0);                                          \
		this_cpu_write((*v)[1], 0);                                                      \
		put_cpu_ptr(&(*v)[1]);                                                           \
	}

OPERATIONS(u8)
OPERATIONS(u16)
OPERATIONS(u32)
OPERATIONS(u64)

static DEFINE_PER_CPU(u8, linked8[3]);
static DEFINE_PER_CPU(u16, linked16[3]);
static DEFINE_PER_CPU(u32, linked32[3]);
static DEFINE_PER_CPU(u64, linked64[3]);

/* By the same code: the variable is linked, then made at run time. */
#define OPERATE(test, type, var)                                                     \
	do {                                                                         \
		type(__percpu *dynamic)[3] = (void *)__alloc_percpu(sizeof(var), 8); \
		KUNIT_ASSERT_NOT_NULL(test, dynamic);                                \
		operations_##type(test, &var);                                       \
		operations_##type(test, dynamic);                                    \
		free_percpu(dynamic);                                                \
	} while (0)

static void one_operator_serves_both(struct kunit *test)
{
	OPERATE(test, u8, linked8);
	OPERATE(test, u16, linked16);
	OPERATE(test, u32, linked32);
	OPERATE(test, u64, linked64);
}

/* ---- Allocation ---- */

static void copies_are_apart(struct kunit *test)
{
	u64 __percpu *p = alloc_percpu(u64), __percpu *q = alloc_percpu(u64);
	unsigned int cpu;

	KUNIT_ASSERT_TRUE(test, p && q && p != q);
	KUNIT_EXPECT_PTR_EQ(test, per_cpu_ptr(p, 0), p);
	for_each_possible_cpu(cpu) {
		*per_cpu_ptr(p, cpu) = 2 * cpu + 1;
		*per_cpu_ptr(q, cpu) = 2 * cpu + 2;
	}
	for_each_possible_cpu(cpu) {
		KUNIT_EXPECT_EQ(test, *per_cpu_ptr(p, cpu), 2UL * cpu + 1);
		KUNIT_EXPECT_EQ(test, *per_cpu_ptr(q, cpu), 2UL * cpu + 2);
	}
	KUNIT_EXPECT_TRUE(test, percpu_valid());
	free_percpu(p);
	free_percpu(q);
	free_percpu(NULL);
}

/* Is each CPU's copy zero? Leaves it full of junk. */
static bool was_zero(u8 __percpu *p, size_t size)
{
	unsigned int cpu;
	bool zero = true;

	for_each_possible_cpu(cpu) {
		u8 *copy = per_cpu_ptr(p, cpu);

		zero &= !memchr_inv(copy, 0, size);
		memset(copy, 0xa5, size);
	}
	return zero;
}

/* The second time it is the same memory, which was written. */
static void sizes_and_alignments(struct kunit *test)
{
	static const size_t sizes[] = { 1, 7, 8, 9, 100, 4088, 4096, 4097, LARGEST };

	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(sizes); i++) {
		size_t size = sizes[i / 2];

		for (size_t align = 1; align <= PAGE_SIZE; align *= 8) {
			u8 __percpu *p = __alloc_percpu(size, align);

			KUNIT_ASSERT_NOT_NULL(test, p);
			KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)p, align));
			KUNIT_EXPECT_TRUE(test, was_zero(p, size));
			free_percpu(p);
		}
	}
}

static unsigned int warnings;

static void count_warning(const char *line, size_t n)
{
	if (strnstr(line, "percpu: allocation failed, size=", n))
		warnings++;
}

static void impossible_is_refused(struct kunit *test)
{
	static const struct {
		size_t size, align;
	} wrong[] = { { 0, 8 }, { LARGEST + 1, 8 }, { ~0UL, 8 },
		      { 8, 0 }, { 8, 24 },	    { 8, 2 * PAGE_SIZE } };
	printk_hook_t old = printk_set_hook(count_warning);

	for (unsigned int i = 0; i < ARRAY_SIZE(wrong); i++) {
		size_t size = wrong[i].size + no_size;

		warnings = 0;
		KUNIT_EXPECT_NULL(test, __alloc_percpu_gfp(size, wrong[i].align, GFP_QUIET));
		KUNIT_EXPECT_EQ(test, warnings, 0);
		KUNIT_EXPECT_NULL(test, __alloc_percpu(size, wrong[i].align));
		KUNIT_EXPECT_EQ(test, warnings, 1);
	}
	printk_set_hook(old);
}

/* What is populated serves who can't sleep; what is not is refused, without a word. */
static void atomic_takes_what_is_there(struct kunit *test)
{
	void __percpu *p = __alloc_percpu(LARGEST, PAGE_SIZE), __percpu * q;
	printk_hook_t old = printk_set_hook(count_warning);
	long pages = mm_stat_read(MM_PERCPU);

	warnings = 0;
	free_percpu(p);
	q = __alloc_percpu_gfp(LARGEST, PAGE_SIZE, GFP_ATOMIC);
	KUNIT_EXPECT_PTR_EQ(test, q, p);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_PERCPU), pages);
	free_percpu(q);
	percpu_drain();
	KUNIT_EXPECT_LT(test, mm_stat_read(MM_PERCPU), pages);
	KUNIT_EXPECT_NULL(test, __alloc_percpu_gfp(LARGEST, PAGE_SIZE, GFP_ATOMIC));
	KUNIT_EXPECT_NULL(test, __alloc_percpu_gfp(LARGEST, PAGE_SIZE, GFP_NOFS));
	KUNIT_EXPECT_EQ(test, warnings, 0);
	printk_set_hook(old);
}

/* A hole without pages in front of populated room is passed over. */
static void atomic_passes_over_holes(struct kunit *test)
{
	void __percpu *hole = __alloc_percpu(PAGE_SIZE, PAGE_SIZE);
	void __percpu *half = __alloc_percpu(PAGE_SIZE / 2, PAGE_SIZE);
	void __percpu *p;

	KUNIT_ASSERT_TRUE(test, hole && half);
	free_percpu(hole);
	percpu_drain();
	KUNIT_EXPECT_NULL(test, pt_lookup(kernel_root(), (unsigned long)hole, &(int){ 0 }));
	for (unsigned int i = 0; i < 3; i++) {
		p = __alloc_percpu_gfp(PAGE_SIZE / 2, 8, GFP_NOWAIT);
		if (!p)
			break;
		KUNIT_EXPECT_TRUE(test, was_zero(p, PAGE_SIZE / 2));
		KUNIT_EXPECT_TRUE(test, p < hole || p >= hole + PAGE_SIZE);
		free_percpu(p);
	}
	KUNIT_EXPECT_NOT_NULL(test, p);
	free_percpu(half);
}

#define MANY 24

static unsigned int alloc_many(void __percpu **p, gfp_t gfp)
{
	unsigned int n = 0;

	while (n < MANY && (p[n] = __alloc_percpu_gfp(LARGEST, 8, gfp)))
		n++;
	return n;
}

/* Chunks come and go; free_percpu() keeps their pages, the next who can sleep does not. */
static void pages_come_back(struct kunit *test)
{
	unsigned long before = pages_accounted();
	long counted = mm_stat_read(MM_PERCPU), full;
	void __percpu *p[MANY];
	unsigned int n = alloc_many(p, GFP_QUIET);

	if (n < MANY) {
		for (; n--;)
			free_percpu(p[n]);
		kunit_skip(test, "too little memory");
	}
	full = mm_stat_read(MM_PERCPU);
	KUNIT_EXPECT_GE(test, full,
			counted + (long)(n - 2) * (long)(LARGEST / PAGE_SIZE * nr_cpu_ids));
	KUNIT_EXPECT_TRUE(test, percpu_valid());
	while (n--)
		free_percpu(p[n]);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_PERCPU), full);
	free_percpu(__alloc_percpu_gfp(8, 8, GFP_ATOMIC));
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_PERCPU), full);
	free_percpu(__alloc_percpu(8, 8)); /* chunks that hold nothing go first */
	KUNIT_EXPECT_LT(test, mm_stat_read(MM_PERCPU), full / 2);
	KUNIT_EXPECT_EQ(test, pages_accounted(), before);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_PERCPU), counted);
	KUNIT_EXPECT_TRUE(test, percpu_valid());
}

/* Asked before anything is looked for: what is there already is refused as well. */
static void injection_reaches_each(struct kunit *test)
{
	struct fault_attr second = FAULT_ATTR_NTH(2);
	struct fault_injection was;
	void __percpu *p[3];

	was = fault_inject_set((struct fault_injection){ .page = &second });
	for (unsigned int i = 0; i < 3; i++)
		p[i] = __alloc_percpu_gfp(8, 8, GFP_ATOMIC);
	fault_inject_set(was);
	KUNIT_EXPECT_NULL(test, p[1]);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&second.injected), 1);
	for (unsigned int i = 0; i < 3; i++)
		free_percpu(p[i]);
}

/* The DMA zone has less than 16 MiB, so pages end half way on every machine. */
static void half_way_failure_gives_back(struct kunit *test)
{
	unsigned long before = pages_accounted();
	printk_hook_t old = printk_set_hook(count_warning);
	void __percpu **p = kcalloc(1024, sizeof(*p), GFP_KERNEL);
	unsigned int n = 0;

	warnings = 0;
	while (n < 1024 && (p[n] = __alloc_percpu_gfp(LARGEST, 8, GFP_KERNEL | GFP_DMA)))
		n++;
	printk_set_hook(old);
	KUNIT_EXPECT_GT(test, n, 0);
	KUNIT_EXPECT_LT(test, n, 1024);
	KUNIT_EXPECT_EQ(test, warnings, 1);
	KUNIT_EXPECT_TRUE(test, percpu_valid());
	while (n--)
		free_percpu(p[n]);
	kfree(p);
	KUNIT_EXPECT_EQ(test, pages_accounted(), before);
}

/* ---- Wrong frees, and addresses ---- */

static void wrong_frees_are_reported(struct kunit *test)
{
	u64 __percpu *p = (u64 __percpu *)__alloc_percpu(4 * sizeof(u64), 8),
		     __percpu *q = alloc_percpu(u64);
	u64 *k = kmalloc(64, GFP_KERNEL);

	KUNIT_ASSERT_TRUE(test, p && q && k);
	*per_cpu_ptr(p, 0) = 77;
	KUNIT_EXPECT_REPORT(test, "leads into the middle", free_percpu(p + 1));
	KUNIT_EXPECT_REPORT(test, "leads into the middle", free_percpu((u8 __percpu *)p + 1));
	KUNIT_EXPECT_REPORT(test, "No per-CPU memory was ever there", free_percpu(k));
	KUNIT_EXPECT_REPORT(test, "No per-CPU memory was ever there", free_percpu(&linked));
	KUNIT_EXPECT_REPORT(test, "Nothing is there now",
			    free_percpu((void *)(PERCPU_START + PERCPU_SIZE - 64)));
	if (nr_cpu_ids > 1)
		KUNIT_EXPECT_REPORT(test, "one CPU's copy", free_percpu(per_cpu_ptr(p, 1)));
	free_percpu(q);
	KUNIT_EXPECT_REPORT(test, "BUG percpu: Invalid free_percpu() of", free_percpu(q));
	KUNIT_EXPECT_EQ(test, *per_cpu_ptr(p, 0), 77UL);
	KUNIT_EXPECT_TRUE(test, percpu_valid());
	KUNIT_EXPECT_REPORT(test, "free it with free_percpu()", kfree(p));
	free_percpu(p);
	kfree(k);
}

static void explain(const void *addr)
{
	report_begin("what is this");
	report_address(addr);
	report_end();
}

static void addresses_are_explained(struct kunit *test)
{
	u8 __percpu *p = __alloc_percpu(24, 8);
	unsigned int cpu = nr_cpu_ids - 1;
	char want[64];

	snprintf(want, sizeof(want), "is 9 bytes inside CPU %u's copy", cpu);
	KUNIT_EXPECT_REPORT(test, want, explain(per_cpu_ptr(p, cpu) + 9));
	KUNIT_EXPECT_REPORT(test, "is 23 bytes inside CPU 0's copy", explain(p + 23));
	free_percpu(p);
	snprintf(want, sizeof(want), "region of CPU %u, in nothing that is allocated", cpu);
	KUNIT_EXPECT_REPORT(test, want, explain(per_cpu_ptr(p, cpu) + 9));
}

/* A map that can't be read costs one line, and its lock is free again. */
static void damage_is_explained(struct kunit *test)
{
	u64 __percpu *p = alloc_percpu(u64);
	struct chunk **slot = &chunk_table[((unsigned long)p - PERCPU_START) / CHUNK_SIZE], *chunk = *slot;
	const char *text;

	report_capture_start();
	*slot = (struct chunk *)0x800;
	explain(p);
	*slot = chunk;
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 2);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "per-CPU region, whose maps are damaged\n"));
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
	KUNIT_EXPECT_REPORT(test, "is 0 bytes inside CPU 0's copy", explain(p));
	free_percpu(p);
}

/* Structures that are wrong are noticed. */
static void broken_invariants_are_noticed(struct kunit *test)
{
	u64 __percpu *p = alloc_percpu(u64);
	unsigned long va = (unsigned long)per_cpu_ptr(p, nr_cpu_ids - 1);
	int level, loglevel = console_loglevel;
	pte_t *slot = pt_lookup(kernel_root(), va, &level);
	pte_t e;

	KUNIT_ASSERT_TRUE(test, p && slot);
	console_loglevel = 0;
	mm_stat_add(MM_PERCPU, 1);
	KUNIT_EXPECT_FALSE(test, percpu_valid());
	mm_stat_add(MM_PERCPU, -1);
	e = pte_get_and_clear(slot, va);
	KUNIT_EXPECT_FALSE(test, percpu_valid());
	pte_set(slot, va, e);
	tlb_flush_page(va, NULL);
	console_loglevel = loglevel;
	KUNIT_EXPECT_TRUE(test, percpu_valid());
	free_percpu(p);
}

/* ---- At random ---- */

#define SLOTS 96
#define STEPS 3000

struct slot {
	u8 __percpu *p;
	u32 size;
	u8 salt;
};

static u32 random_size(u64 r)
{
	unsigned int e = r % 13;

	return (1u << e) + ((r >> 8) & ((1u << e) - 1));
}

static void fill(const struct slot *s)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(s->p, cpu), s->salt + cpu, s->size);
}

static bool intact(const struct slot *s)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (memchr_inv(per_cpu_ptr(s->p, cpu), (u8)(s->salt + cpu), s->size))
			return false;
	}
	return true;
}

static void random_step(struct kunit *test, struct slot *s)
{
	u64 r = kunit_rand(test);
	size_t align = 1UL << (r >> 40) % 13;

	if (s->p) {
		KUNIT_ASSERT_TRUE(test, intact(s));
		free_percpu(s->p);
		s->p = NULL;
		return;
	}
	s->size = random_size(r);
	s->salt = r >> 32;
	s->p = __alloc_percpu_gfp(s->size, align, r >> 63 ? GFP_QUIET : GFP_ATOMIC);
	if (!s->p) {
		KUNIT_ASSERT_FALSE(test, r >> 63);
		return;
	}
	KUNIT_ASSERT_TRUE(test, IS_ALIGNED((unsigned long)s->p, align));
	KUNIT_ASSERT_TRUE(test, was_zero(s->p, s->size));
	fill(s);
}

static void random_against_model(struct kunit *test)
{
	static struct slot model[SLOTS];
	unsigned long before = pages_accounted();

	for (unsigned int i = 0; i < STEPS; i++) {
		random_step(test, &model[kunit_rand_below(test, SLOTS)]);
		if (i % 100 == 0)
			KUNIT_ASSERT_TRUE(test, percpu_valid());
		if (i % 500 == 0)
			percpu_drain();
	}
	for (unsigned int i = 0; i < SLOTS; i++) {
		if (model[i].p)
			KUNIT_EXPECT_TRUE(test, intact(&model[i]));
		free_percpu(model[i].p);
		model[i].p = NULL;
	}
	KUNIT_EXPECT_EQ(test, pages_accounted(), before);
}

/* ---- All CPUs ---- */

/* The first bytes say how long it is; each copy is filled by whoever made it. */
static void discard(struct smp_cpu *c, void *p)
{
	u32 __percpu *v = p;
	u32 size = *per_cpu_ptr(v, 0);
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		u32 *copy = per_cpu_ptr(v, cpu);

		if (copy[0] != size || copy[1] != cpu ||
		    memchr_inv(copy + 2, (u8)(size + cpu), size - 8))
			smp_wrong(c, "a copy was written to", (unsigned long)copy);
	}
	free_percpu(v);
}

static u32 __percpu *make(struct smp_cpu *c)
{
	u32 size = 8 + smp_rand(c, smp_rand(c, 8) ? 64 : 6000);
	u32 __percpu *v = (u32 __percpu *)__alloc_percpu_gfp(
		size, 4, smp_rand(c, 4) ? GFP_QUIET : GFP_ATOMIC);
	unsigned int cpu;

	if (!v)
		return NULL;
	for_each_possible_cpu(cpu) {
		u32 *copy = per_cpu_ptr(v, cpu);

		if (memchr_inv(copy, 0, size))
			smp_wrong(c, "not zero", (unsigned long)copy);
		copy[0] = size;
		copy[1] = cpu;
		memset(copy + 2, size + cpu, size - 8);
	}
	return v;
}

static void churn_here(struct smp_cpu *c)
{
	while (smp_more(c)) {
		void *p = smp_swap(c, make(c));

		if (p)
			discard(c, p);
		if (smp_rand(c, 64) == 0)
			percpu_drain();
	}
}

static void churn(struct kunit *test)
{
	smp_need(test);
	smp_run(test, churn_here, NULL, discard);
}

#define ADDS 20000

static void add_here(void *p)
{
	u64 __percpu *counter = p;

	for (unsigned int i = 0; i < ADDS; i++)
		this_cpu_inc(*counter);
}

/* Each CPU adds to its own copy, and to no other. */
static void each_cpu_has_its_own(struct kunit *test)
{
	u64 __percpu *counter;
	unsigned int cpu;

	smp_need(test);
	counter = alloc_percpu(u64);
	KUNIT_ASSERT_NOT_NULL(test, counter);
	run_on_cpus(add_here, counter);
	for_each_online_cpu(cpu)
		KUNIT_EXPECT_EQ(test, *per_cpu_ptr(counter, cpu), (u64)ADDS);
	free_percpu(counter);
}

/* ---- sums, while variables come and go ---- */

struct summed {
	u64 __percpu *counter;
	atomic_long_t added;
};

static u64 sum_of(u64 __percpu *counter)
{
	u64 sum = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr(counter, cpu));
	return sum;
}

/* Each copy only grows, so a later sum is no smaller. */
static void sum_here(struct smp_cpu *c)
{
	struct summed *s = c->shared;
	u64 __percpu *counter = s->counter;
	u64 last = 0, sum;

	do {
		void *p = smp_swap(c, make(c));

		if (p)
			discard(c, p);
		for (unsigned int i = 0; i < 20; i++)
			this_cpu_add(*counter, 3);
		sum = sum_of(counter);
		if (sum < last + 60)
			smp_wrong(c, "a sum went back", last - sum);
		last = sum;
	} while (smp_more(c));
	atomic_long_add(60 * c->rounds, &s->added);
}

static void sums_while_variables_come_and_go(struct kunit *test)
{
	struct summed s = { .added = ATOMIC_LONG_INIT(0) };

	smp_need(test);
	percpu_drain();
	s.counter = alloc_percpu(u64);
	KUNIT_ASSERT_NOT_NULL(test, s.counter);
	smp_run(test, sum_here, &s, discard);
	KUNIT_EXPECT_EQ(test, sum_of(s.counter), (u64)atomic_long_read(&s.added));
	free_percpu(s.counter);
}

static struct kunit_case variable_cases[] = { KUNIT_CASE(
						      linked_variables_begin_as_they_are_written),
					      KUNIT_CASE(physical_addresses_lead_there),
					      KUNIT_CASE(one_operator_serves_both),
					      {} };
static struct kunit_suite variables = { .name = "percpu_variables", .test_cases = variable_cases };

static struct kunit_case cases[] = { KUNIT_CASE(copies_are_apart),
				     KUNIT_CASE(sizes_and_alignments),
				     KUNIT_CASE(impossible_is_refused),
				     KUNIT_CASE(atomic_takes_what_is_there),
				     KUNIT_CASE(atomic_passes_over_holes),
				     KUNIT_CASE(pages_come_back),
				     KUNIT_CASE(injection_reaches_each),
				     KUNIT_CASE(half_way_failure_gives_back),
				     KUNIT_CASE(wrong_frees_are_reported),
				     KUNIT_CASE(addresses_are_explained),
				     KUNIT_CASE(damage_is_explained),
				     KUNIT_CASE(broken_invariants_are_noticed),
				     KUNIT_CASE(random_against_model),
				     {} };
static struct kunit_suite suite = { .name = "percpu", .test_cases = cases };

static struct kunit_case smp_cases[] = { KUNIT_CASE(churn),
					 KUNIT_CASE(each_cpu_has_its_own),
					 KUNIT_CASE(sums_while_variables_come_and_go),
					 {} };
static struct kunit_suite smp_suite = { .name = "percpu_smp", .test_cases = smp_cases };

kunit_test_suites(&variables, &suite, &smp_suite);
