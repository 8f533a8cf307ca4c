// SPDX-License-Identifier: MIT
/*
 * The cases of tests/arch/x86_64, which truly need the machine: listed here as skipped, each with the reason, so that a run of
 * the process says what it did not look at. tests/check/skipped compares the lists.
 */
#include <kunit/test.h>

#define SKIPPED(name, why)                   \
	static void name(struct kunit *test) \
	{                                    \
		kunit_skip(test, "%s", why); \
	}

#define NO_RING_0    "a process has no control registers"
#define NO_IDT	     "interrupts of a process are signals, which have no vectors"
#define IN_SOFTWARE  "user access is done in software: nothing is opened and shut"
#define NO_SELECTORS "a process has no descriptor tables of its own"

/* cpu_test.c */
SKIPPED(protections_are_on, NO_RING_0)
SKIPPED(features_are_what_cpuid_says, NO_RING_0)
SKIPPED(three_traps_have_stacks_of_their_own, NO_IDT)
SKIPPED(boot_window_is_addressable, "the window on RAM is a mapping of the process, of any size")

/* smap_test.c */
SKIPPED(mapped_memory_is_shut, "user addresses are never mapped into the process")
SKIPPED(mapped_code_is_not_run, "user addresses are never mapped into the process")

/* interrupts_test.c */
SKIPPED(bad_selector, NO_SELECTORS)
SKIPPED(debug_trap_goes_on, "debug registers belong to the system")
SKIPPED(nmi_goes_on, NO_IDT)
SKIPPED(machine_check_ends, NO_IDT)
SKIPPED(registers_survive, NO_IDT ": see host_traps.registers_come_through")
SKIPPED(handler_gets_a_clean_cpu, NO_IDT)
SKIPPED(interrupt_reaches_its_handler, NO_IDT)
SKIPPED(exceptions_cannot_be_taken, NO_IDT)
SKIPPED(unexpected_interrupt_is_said_once, NO_IDT)
SKIPPED(recovery_shuts_user_memory, IN_SOFTWARE)
SKIPPED(traces_lead_through_traps, NO_IDT ": see traps.stack_overflow_is_named")
SKIPPED(user_memory_is_shut_again, IN_SOFTWARE)

/* firmware_test.c */
#define LISTED_HERE "this list of CPUs is looked at by host_firmware"
SKIPPED(all_cpus_are_listed, LISTED_HERE)
SKIPPED(boot_cpu_is_first, LISTED_HERE)
SKIPPED(list_is_handed_on, LISTED_HERE)

/* cpus_test.c */
#define NO_CPU_STATE "CPUs of a process are threads: see smp and host_smp"
SKIPPED(each_is_reached, NO_CPU_STATE)
SKIPPED(protected_alike, NO_CPU_STATE)
SKIPPED(all_at_once, NO_CPU_STATE)
SKIPPED(stacks_are_its_own, NO_CPU_STATE)
SKIPPED(overflow_is_named, NO_CPU_STATE ", host_smp has an overflow of its own")
SKIPPED(start_page_is_gone, "no processor has to be started in real mode")
SKIPPED(all_panic, NO_CPU_STATE)
SKIPPED(others_print, NO_CPU_STATE)

/* stacks_test.c */
SKIPPED(trap_stacks_overflow_with_a_report, NO_IDT)
SKIPPED(canaries_stop_strings, "the process has chosen the canary")
SKIPPED(threads_have_their_own, "the process has one canary")

/* shootdown_test.c */
#define ONE_TLB "the CPUs of a process share one TLB: see host_utlb and host_smp"
SKIPPED(stale_until_flushed, ONE_TLB)
SKIPPED(only_whom_it_concerns, ONE_TLB)
SKIPPED(target_has_irqs_off, ONE_TLB)
SKIPPED(target_spins_on_lock, ONE_TLB)
SKIPPED(target_waits_for_rwlock, ONE_TLB)
SKIPPED(target_reads_seqlock, ONE_TLB)
SKIPPED(two_senders, ONE_TLB)
SKIPPED(late_cpu_flushes_once, ONE_TLB)

static struct kunit_case cpu_cases[] = { KUNIT_CASE(protections_are_on),
					 KUNIT_CASE(features_are_what_cpuid_says),
					 KUNIT_CASE(three_traps_have_stacks_of_their_own),
					 KUNIT_CASE(boot_window_is_addressable),
					 {} };
static struct kunit_case smap_cases[] = { KUNIT_CASE(mapped_memory_is_shut),
					  KUNIT_CASE(mapped_code_is_not_run),
					  {} };
static struct kunit_case interrupts_cases[] = { KUNIT_CASE(bad_selector),
						KUNIT_CASE(debug_trap_goes_on),
						KUNIT_CASE(nmi_goes_on),
						KUNIT_CASE(machine_check_ends),
						KUNIT_CASE(registers_survive),
						KUNIT_CASE(handler_gets_a_clean_cpu),
						KUNIT_CASE(interrupt_reaches_its_handler),
						KUNIT_CASE(exceptions_cannot_be_taken),
						KUNIT_CASE(unexpected_interrupt_is_said_once),
						KUNIT_CASE(recovery_shuts_user_memory),
						KUNIT_CASE(traces_lead_through_traps),
						KUNIT_CASE(user_memory_is_shut_again),
						{} };

static struct kunit_case firmware_cases[] = { KUNIT_CASE(all_cpus_are_listed),
					      KUNIT_CASE(boot_cpu_is_first),
					      KUNIT_CASE(list_is_handed_on),
					      {} };

static struct kunit_case cpus_cases[] = { KUNIT_CASE(each_is_reached),
					  KUNIT_CASE(protected_alike),
					  KUNIT_CASE(all_at_once),
					  KUNIT_CASE(stacks_are_its_own),
					  KUNIT_CASE(overflow_is_named),
					  KUNIT_CASE(start_page_is_gone),
					  KUNIT_CASE(all_panic),
					  KUNIT_CASE(others_print),
					  {} };

static struct kunit_case shootdown_cases[] = { KUNIT_CASE(stale_until_flushed),
					       KUNIT_CASE(only_whom_it_concerns),
					       KUNIT_CASE(target_has_irqs_off),
					       KUNIT_CASE(target_spins_on_lock),
					       KUNIT_CASE(target_waits_for_rwlock),
					       KUNIT_CASE(target_reads_seqlock),
					       KUNIT_CASE(two_senders),
					       KUNIT_CASE(late_cpu_flushes_once),
					       {} };

static struct kunit_case stacks_cases[] = { KUNIT_CASE(trap_stacks_overflow_with_a_report),
					    KUNIT_CASE(canaries_stop_strings),
					    KUNIT_CASE(threads_have_their_own),
					    {} };

static struct kunit_suite cpu_suite = { .name = "cpu", .test_cases = cpu_cases };
static struct kunit_suite smap_suite = { .name = "smap", .test_cases = smap_cases };
static struct kunit_suite interrupts_suite = { .name = "interrupts",
					       .test_cases = interrupts_cases };
static struct kunit_suite firmware_suite = { .name = "firmware", .test_cases = firmware_cases };

static struct kunit_suite cpus_suite = { .name = "cpus", .test_cases = cpus_cases };
static struct kunit_suite stacks_suite = { .name = "machine_stacks", .test_cases = stacks_cases };
static struct kunit_suite shootdown_suite = { .name = "shootdown", .test_cases = shootdown_cases };

kunit_test_suites(&cpu_suite, &smap_suite, &interrupts_suite, &firmware_suite, &cpus_suite,
		  &shootdown_suite, &stacks_suite);
