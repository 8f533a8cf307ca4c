// SPDX-License-Identifier: MIT
/*
 * Time: the local APIC's timer as the tick, the TSC as the clock, the PIT once to learn both their
 * rates.
 *
 * Calibration watches PIT channel 2 (1,193,182 Hz, gated by port 0x61, no interrupt) count
 * CALIBRATE_US down and reads TSC and APIC timer at both ends. A host that is busy stops the
 * machine meanwhile, which makes a round too long: rounds go on until one comes within 1/64 of the
 * shortest, and the shortest counts. Until then the clock assumes a TSC of 1 GHz, which is what
 * QEMU's -icount gives.
 *
 * All CPUs' APIC timers run at the rate of the boot CPU's, and their TSCs are taken to run in step
 * with it: clock_ns() adds nothing of a CPU's own. smp.c looks at each TSC when the CPU comes up.
 *
 * The 8259s are masked for good: every interrupt comes through the local APIC.
 */
#include <asm/barrier.h>
#include <asm/clock.h>
#include <asm/ptrace.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include "idt.h"
#include "machine.h"

#define VECTOR_TIMER	0x20
#define VECTOR_SPURIOUS 0xff

#define APIC_EOI       0xb0
#define APIC_ICR_LOW   0x300
#define APIC_ICR_HIGH  0x310
#define APIC_SPURIOUS  0xf0
#define APIC_LVT_TIMER 0x320
#define APIC_INITIAL   0x380
#define APIC_CURRENT   0x390
#define APIC_DIVIDE    0x3e0
#define APIC_ENABLE    0x100
#define APIC_BUSY      (1u << 12) /* of ICR: not accepted yet */
#define APIC_PERIODIC  (1u << 17)
#define APIC_MASKED    (1u << 16)
#define APIC_DIVIDE_1  0xb

#define PIT_SPINS     20000000 /* a machine without a PIT gets a wrong clock, not a hang */
#define PIT_HZ	      1193182UL
#define CALIBRATE_US  2000UL
#define MAX_ROUNDS    25
#define CALIBRATE_PIT (PIT_HZ * CALIBRATE_US / 1000000)

static volatile u8 *apic;
static unsigned long tsc_khz = 1000000;
static u32 per_tick; /* counts of the APIC timer */
/* The clock goes on from here: calibration must not set it back. */
static u64 epoch_cycles, epoch_ns;

static u32 apic_read(unsigned int reg)
{
	return *(volatile u32 *)(apic + reg);
}

static void apic_write(unsigned int reg, u32 v)
{
	*(volatile u32 *)(apic + reg) = v;
}

void clock_init(void)
{
	epoch_cycles = get_cycles();
}

void lapic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

unsigned long clock_khz(void)
{
	return tsc_khz;
}

u64 clock_ns(void)
{
	u64 cycles = get_cycles() - epoch_cycles;

	return epoch_ns + cycles / tsc_khz * 1000000 + cycles % tsc_khz * 1000000 / tsc_khz;
}

static void mask_legacy_pics(void)
{
	outb(0x21, 0xff);
	outb(0xa1, 0xff);
}

/* Let PIT channel 2 count CALIBRATE_PIT down once; its output bit says when it is through. */
static void pit_wait(void)
{
	u8 gate = inb(0x61) & ~0x03;

	outb(0x61, gate);
	outb(0x43, 0xb0);
	outb(0x42, CALIBRATE_PIT & 0xff);
	outb(0x42, CALIBRATE_PIT >> 8);
	outb(0x61, gate | 0x01);
	for (unsigned int i = 0; i < PIT_SPINS && !(inb(0x61) & 0x20); i++)
		;
	outb(0x61, gate);
}

/* Cycles and APIC timer counts in CALIBRATE_US. */
static void measure(u64 *cycles, u32 *counts)
{
	u64 start;

	apic_write(APIC_INITIAL, ~0u);
	start = get_cycles();
	pit_wait();
	*cycles = get_cycles() - start;
	*counts = ~0u - apic_read(APIC_CURRENT);
}

/* Learn tsc_khz; returns the APIC timer's counts per tick. */
static u32 calibrate(void)
{
	u64 cycles, before, best = ~0ULL;
	u32 counts, best_counts = 0;

	apic_write(APIC_DIVIDE, APIC_DIVIDE_1);
	apic_write(APIC_LVT_TIMER, APIC_MASKED | VECTOR_TIMER);
	for (int i = 0; i < MAX_ROUNDS; i++) {
		before = best;
		measure(&cycles, &counts);
		if (cycles < best) {
			best = cycles;
			best_counts = counts;
		}
		if (max(cycles, before) - best < best / 64)
			break;
	}
	epoch_ns = clock_ns();
	epoch_cycles = get_cycles();
	tsc_khz = best * 1000 / CALIBRATE_US;
	return (u64)best_counts * 1000000 / CALIBRATE_US / HZ;
}

/* Nobody accepts what goes to a CPU that isn't there; 1 ms is far more than acceptance takes. */
static void wait_accepted(void)
{
	u64 end = clock_ns() + 1000000;

	while ((apic_read(APIC_ICR_LOW) & APIC_BUSY) && clock_ns() < end)
		cpu_relax();
}

void lapic_send(u32 apic_id, u32 command)
{
	apic_write(APIC_ICR_HIGH, apic_id << 24);
	apic_write(APIC_ICR_LOW, command | APIC_ASSERT);
	wait_accepted();
}

void delay_us(unsigned int us)
{
	u64 end = clock_ns() + 1000ULL * us;

	while (clock_ns() < end)
		cpu_relax();
}

static void timer_interrupt(struct pt_regs *regs)
{
	timer_tick();
	lapic_eoi();
}

/* Once: where the APIC is, and how fast its timer runs. */
static void lapic_init(void)
{
	mask_legacy_pics();
	apic = fixmap_device(FIXMAP_LAPIC, rdmsr(MSR_APIC_BASE) & 0xffffff000UL);
	apic_write(APIC_SPURIOUS, APIC_ENABLE | VECTOR_SPURIOUS);
	per_tick = calibrate();
	irq_set_handler(VECTOR_TIMER, timer_interrupt, "timer");
	pr_info("clock: TSC %lu.%03lu MHz, tick %d Hz (local APIC timer)\n", tsc_khz / 1000,
		tsc_khz % 1000, HZ);
}

void clock_start_tick(void)
{
	if (!apic)
		lapic_init();
	apic_write(APIC_SPURIOUS, APIC_ENABLE | VECTOR_SPURIOUS);
	apic_write(APIC_DIVIDE, APIC_DIVIDE_1);
	apic_write(APIC_LVT_TIMER, APIC_PERIODIC | VECTOR_TIMER);
	apic_write(APIC_INITIAL, per_tick);
}
