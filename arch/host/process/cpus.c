// SPDX-License-Identifier: MIT
/*
 * CPUs as threads: how they start, tick, are kicked, wait.
 *
 * A thread of the C library is made for each CPU but the first, which is the one that main() runs
 * on, so thread-local words work and sanitizers know the thread. It takes a signal stack of its own
 * and leaves the library's stack for the CPU's, for good. What is for one CPU is sent to one
 * thread: its ticks by a timer of its own, calls from other CPUs by tgkill().
 *
 * I1  A thread starts with all signals blocked and lets them in when it has its signal stack.
 * I2  tids[n] is written before CPU n enters the kernel half, and never again.
 *
 * Contexts: host_kick(), host_yield() and host_idle() any but a signal handler's, the kernel's
 * stacks included; all but host_start_cpu() are one system call or a few.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "../host.h"
#include "process.h"

#define THREAD_STACK (256 * KIB) /* until the thread is on its CPU's */

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static pid_t tids[HOST_CPUS];

static pid_t this_tid(void)
{
	return (pid_t)syscall(SYS_gettid);
}

/* The kernel's own call: the library's, and a sanitizer's, do more. */
static void set_mask(const sigset_t *new, sigset_t *old)
{
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, new, old, _NSIG / 8);
}

void cpus_init(void)
{
	tids[0] = this_tid();
}

static void *cpu_thread(void *arg)
{
	unsigned int cpu = (unsigned int)(unsigned long)arg;
	sigset_t none;

	tids[cpu] = this_tid();
	signals_init_thread();
	sigemptyset(&none);
	set_mask(&none, NULL);
	checker_leave_stack(cpu);
	host_enter_cpu(cpu);
}

void host_start_cpu(unsigned int cpu)
{
	sigset_t all, before;
	pthread_attr_t attr;
	pthread_t thread;

	sigfillset(&all);
	set_mask(&all, &before);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	errno = pthread_create(&thread, &attr, cpu_thread, (void *)(unsigned long)cpu);
	if (errno)
		die("no thread for a CPU");
	pthread_attr_destroy(&attr);
	set_mask(&before, NULL);
}

void host_start_timer(unsigned int hz)
{
	long period = 1000000000L / hz;
	struct itimerspec t = { .it_interval.tv_nsec = period, .it_value.tv_nsec = period };
	struct sigevent to = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGNAL_TICK };
	timer_t timer;

	if (host_fuzzing)
		return;
	to.sigev_notify_thread_id = this_tid();
	if (timer_create(CLOCK_MONOTONIC, &to, &timer) || timer_settime(timer, 0, &t, NULL))
		die("no timer");
}

void host_kick(unsigned int cpu)
{
	int saved = errno;

	/* The queue of signals may be full; who waits for the call kicks again. */
	syscall(SYS_tgkill, getpid(), tids[cpu], SIGNAL_CALL);
	errno = saved;
}

void host_yield(void)
{
	sched_yield();
}

void host_idle(volatile unsigned int *pending)
{
	sigset_t all, before;
	int saved = errno;

	sigfillset(&all);
	set_mask(&all, &before);
	while (!*pending)
		syscall(SYS_rt_sigsuspend, &before, _NSIG / 8);
	set_mask(&before, NULL);
	errno = saved;
}
