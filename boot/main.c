// SPDX-License-Identifier: MIT
/*
 * The bring-up sequence: from the loader's handover to the end of the run. boot_main() reads like a
 * table of contents.
 *
 * What the loader says is decoded whole (boot_info) and normalised (memmap) before anything is
 * believed; then memblock is told what memory there is and what of it is taken, and mm_init() takes
 * over. Input that can't be used ends with one line and EXIT_UNUSABLE.
 *
 * The boot line is the loader's, followed by what the firmware hands over beside it, so the latter
 * wins.
 */
#include <asm/clock.h>
#include <asm/console.h>
#include <asm/cpufeature.h>
#include <asm/irqflags.h>
#include <asm/page.h>
#include <asm/setup.h>
#include <boot/acpi.h>
#include <boot/boot.h>
#include <boot/bootinfo.h>
#include <linux/fault-inject.h>
#include <linux/kstrtox.h>
#include <linux/kthread.h>
#include <linux/lockdep.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <quarry/report.h>

#define MIN_RAM	       (8UL << 20) /* image, tables and struct pages take about 7 MiB */
#define MB2_INFO_LIMIT (1UL << 20) /* no loader writes more; the parser looks no further */

static struct boot_info info;	     /* as used */
static struct boot_info firmware_said; /* before memmap_test= */
static struct memmap map;
static struct acpi_cpus cpus;
static bool poweroff;
static struct boot_marks marks;

const struct boot_info *boot_info_get(void)
{
	return &info;
}

const struct memmap *boot_memmap(void)
{
	return &map;
}

const struct acpi_cpus *boot_cpus_get(void)
{
	return &cpus;
}

const struct boot_marks *boot_marks_get(void)
{
	return &marks;
}

static int set_poweroff(const char *val)
{
	return boot_param_bool(val, &poweroff);
}
BOOT_PARAM("poweroff", set_poweroff);

/* mem=, memmap_test= and maxcpus= count before there are parameters; here they are only accepted. */
static int taken_early(const char *val)
{
	return 0;
}
BOOT_PARAM("mem", taken_early);
BOOT_PARAM("memmap_test", taken_early);
BOOT_PARAM("maxcpus", taken_early);

static void __noreturn unusable(const char *why)
{
	pr_emerg("boot: %s\n", why);
	machine_exit(EXIT_UNUSABLE);
}

/* ---- What the loader said ---- */

static const void *read_phys(void *ctx, phys_addr_t p, size_t n)
{
	phys_addr_t end = boot_window_size();

	return p && n <= end && p <= end - n ? __va(p) : NULL;
}

static const struct phys_reader reader = { .map = read_phys };

static void read_boot_info(unsigned int protocol, phys_addr_t addr)
{
	int err;

	if (protocol == BOOT_PVH)
		err = pvh_parse(&reader, addr, &info);
	else
		err = multiboot2_parse(__va(addr),
				       min_t(u64, MB2_INFO_LIMIT, boot_window_size() - addr), addr,
				       &info);
	if (err)
		unusable(boot_info_error(err));
}

/* The loader's boot line, then what the firmware hands over beside it. */
static void complete_boot_line(void)
{
	char *line = info.cmdline;
	size_t n = strlen(line);

	if (n && n + 2 < sizeof(info.cmdline))
		line[n++] = ' ';
	firmware_boot_line(line + n, sizeof(info.cmdline) - n);
	pr_info("Quarry: boot line: %s\n", line);
}

static void report_problems(void)
{
	char line[160];

	for (unsigned int p = 0; p < BOOT_PROBLEMS; p++) {
		if (boot_problem_describe(&info, p, line, sizeof(line)))
			pr_warn("boot: %s\n", line);
	}
}

/* ---- Which CPUs there are ---- */

/* At most `nr`, as maxcpus= wants it; 0 and 1 mean the boot CPU. */
static unsigned int limit_cpus(unsigned int nr)
{
	char value[32];
	unsigned int limit;

	if (boot_line_value(info.cmdline, "maxcpus", value, sizeof(value)) < 0)
		return nr;
	if (kstrtouint(value, 0, &limit)) {
		pr_warn("boot: maxcpus=%s is not a number of CPUs (like maxcpus=2): ignored\n", value);
		return nr;
	}
	return clamp(limit, 1U, nr);
}

/*
 * Reads the firmware's tables where they are, so it comes before any memory is given away and while
 * the boot window stands.
 */
static void find_cpus(void)
{
	char line[192], disabled[32] = "", fewer[32] = "";
	unsigned int nr;

	acpi_find_cpus(&reader, &info, boot_cpu_apic_id(), &cpus);
	for (unsigned int p = 0; p < ACPI_PROBLEMS; p++) {
		if (acpi_problem_describe(&cpus, p, line, sizeof(line)))
			pr_warn("acpi: %s\n", line);
	}
	nr = limit_cpus(cpus.nr);
	if (cpus.nr_disabled)
		snprintf(disabled, sizeof(disabled), ", %u disabled", cpus.nr_disabled);
	if (nr < cpus.nr)
		snprintf(fewer, sizeof(fewer), "; maxcpus= allows %u", nr);
	if (cpus.nr_listed > 1)
		pr_info("acpi: %u CPUs (%u usable%s)%s\n", cpus.nr_listed, cpus.nr, disabled,
			fewer);
	smp_possible_cpus(cpus.apic_id, nr);
}

/* ---- What memory there is ---- */

static void apply_memmap_test(void)
{
	const struct hostile_map *h;
	char name[32];

	if (boot_line_value(info.cmdline, "memmap_test", name, sizeof(name)) < 0)
		return;
	h = hostile_find(name);
	if (!h) {
		pr_warn("boot: memmap_test=%s: no such map; known: overlap, holes, many, wraps, twice, image, nothing\n",
			name);
		return;
	}
	pr_info("boot: memory map replaced by '%s' (%s)\n", h->name, h->description);
	firmware_said = info;
	if (hostile_apply(h, &firmware_said, &info))
		unusable("memmap_test: the firmware's map is empty");
}

static void apply_mem_limit(void)
{
	char value[32], *end;
	u64 limit;

	if (boot_line_value(info.cmdline, "mem", value, sizeof(value)) < 0)
		return;
	limit = memparse(value, &end);
	if (end == value || *end || !limit)
		pr_warn("boot: mem=%s is not a size (like mem=128M): ignored\n", value);
	else
		boot_info_limit(&info, limit);
}

static void make_map(void)
{
	int err;

	apply_memmap_test();
	apply_mem_limit();
	err = boot_info_normalise(&info, cpu_phys_bits, &map);
	report_problems();
	if (err)
		unusable(boot_info_error(err));
}

static void show_map(void)
{
	pr_info("boot: physical memory map (%s):\n",
		info.protocol == BOOT_PVH ? "PVH" : info.efi ? "multiboot2, UEFI" : "multiboot2, BIOS");
	for (unsigned int i = 0; i < map.nr; i++)
		pr_info("  [mem %#018llx-%#018llx] %s\n", map.ranges[i].start,
			map.ranges[i].end - 1, mem_type_name(map.ranges[i].type));
}

/*
 * What the loader wrote is memory whatever the map says (the image runs from it), so that it is
 * mapped; being reserved, nobody is given it.
 */
static void add_loaded_memory(const char *what, phys_addr_t from, u64 size)
{
	phys_addr_t start = PAGE_ALIGN_DOWN(from), end = PAGE_ALIGN(from + size);

	if (memblock_is_region_memory(start, end - start))
		return;
	pr_warn("boot: %s [mem %#llx-%#llx] lies outside usable memory: mapped all the same\n",
		what, from, from + size - 1);
	memblock_reserve(start, end - start); /* the rest of its pages is not ours either */
	memblock_add(start, end - start);
}

static void add_module_memory(const struct boot_module *m)
{
	char what[BOOT_MODULE_NAME + 16];

	snprintf(what, sizeof(what), "module '%s'", m->cmdline);
	add_loaded_memory(what, m->start, m->size);
}

/* Tell memblock: first what is taken, then what there is. */
static void fill_memblock(void)
{
	extern char __phys_image_start[];
	phys_addr_t image = (phys_addr_t)__phys_image_start;

	memblock_set_current_limit(boot_window_size()); /* its tables may grow from here on */
	memblock_reserve(BOOT_TRAMPOLINE_PHYS, PAGE_SIZE);
	memblock_reserve(image, __pa(__image_end) - image);
	memblock_reserve(info.info_start, info.info_end - info.info_start);
	if (info.fb.present)
		memblock_reserve(info.fb.addr, (u64)info.fb.pitch * info.fb.height);
	for (unsigned int i = 0; i < info.nr_modules; i++)
		memblock_reserve(info.modules[i].start, info.modules[i].size);
	for (unsigned int i = 0; i < map.nr; i++) {
		if (map.ranges[i].type == MEM_USABLE)
			memblock_add(map.ranges[i].start, map.ranges[i].end - map.ranges[i].start);
	}
	add_loaded_memory("the kernel's image", image, __pa(__image_end) - image);
	for (unsigned int i = 0; i < info.nr_modules; i++)
		add_module_memory(&info.modules[i]);
}

static void *per_cpu_memory(size_t size, size_t align)
{
	void *area = memblock_alloc(size, align);

	if (!area)
		unusable("not enough memory for the other CPUs' variables");
	return area;
}

static void check_ram(void)
{
	char why[160];
	phys_addr_t usable = memmap_bytes(&map, MEM_USABLE);

	if (usable >= MIN_RAM)
		return;
	snprintf(why, sizeof(why),
		 "%llu KiB of usable memory, at least %lu KiB are needed: give the machine more (MEM=) "
		 "or mend its memory map",
		 usable >> 10, MIN_RAM >> 10);
	unusable(why);
}

/* ---- The end ---- */

/* A module's parameters are read when it is loaded. */
static void unknown_param(const char *key)
{
	if (boot_module_param(&info, key))
		return;
	pr_warn("boot line: unknown parameter '%s': ignored; the README lists the known ones\n", key);
}

static void end_run(unsigned int code)
{
	if (poweroff)
		machine_exit(code);
	pr_info("Quarry: done (exit code %#x); the machine idles, since the boot line has no 'poweroff'\n",
		code);
	for (;;)
		cpu_idle();
}

/*
 * The first allocation, so that its cost is in the figures; it also proves that the path is whole.
 */
static void first_kmalloc(void)
{
	void *p = kmalloc(64, GFP_KERNEL);

	if (!p)
		panic("the first kmalloc failed");
	marks.first_kmalloc = get_cycles();
	kfree(p);
}

static void start_kswapd(void)
{
	struct task_struct *p = kthread_create(kswapd, NULL, "kswapd0");

	if (IS_ERR(p))
		panic("boot: no memory for kswapd");
	kswapd_start(p);
}

__no_stack_protector void boot_main(unsigned int protocol, phys_addr_t addr, u64 entry_cycles)
{
	static char line[BOOT_CMDLINE_MAX];

	marks.entry = entry_cycles;
	cpu_init();
	stack_canary_boot();
	idt_init();
	console_init();
	read_boot_info(protocol, addr);
	complete_boot_line();
	find_cpus();
	make_map();
	check_ram();
	fill_memblock();
	setup_per_cpu_areas(per_cpu_memory);
	strscpy(line, info.cmdline, sizeof(line));
	parse_boot_line(line, unknown_param);
	mm_init();
	first_kmalloc();
	mark_rodata_ro();
	marks.up = get_cycles();

	show_map();
	pr_info("mm: %lu of %llu KiB free, struct page %zu bytes; ticks from entry to the first kmalloc: %llu, "
		"to the end of bring-up: %llu\n",
		nr_free_pages() << 2, memmap_bytes(&map, MEM_USABLE) >> 10, sizeof(struct page),
		marks.first_kmalloc - marks.entry, marks.up - marks.entry);
	clock_start_tick();
	local_irq_enable();
	context_checks_start();
	sched_init();
	smp_init(BOOT_TRAMPOLINE_PHYS);
	rcu_threads_start();
	workqueue_init();
	start_kswapd();
	xarray_init();
	fault_inject_boot();
	end_run(boot_payload());
}
