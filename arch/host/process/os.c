// SPDX-License-Identifier: MIT
/*
 * What the kernel half asks of the process: mappings, output, time, the end. One system call each.
 *
 * Everything here may run in a signal handler or with a signal handler on top, so nothing but
 * async-signal-safe calls is made (die() asks for an error's text as well, since it is the end),
 * and no state is kept but what start-up sets once. A mapping that the process can't make ends the
 * run: the kernel half has no use for half a TLB. So does a console that can't be written.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include "../host.h"
#include "process.h"

unsigned char *host_ram;
unsigned long host_ram_size;
unsigned int host_cpu_khz;
unsigned long host_seed;
unsigned int host_nr_cpus = 1;
int ram_fd = -1;
int host_fuzzing;

void die(const char *what)
{
	const char *text[] = { "quarry: ", what, ": ", strerror(errno), "\n" };
	struct iovec parts[5];

	for (unsigned int i = 0; i < 5; i++)
		parts[i] = (struct iovec){ (void *)text[i], strlen(text[i]) };
	(void)!writev(STDERR_FILENO, parts, 5);
	_exit(STATUS_INCOMPLETE);
}

static int mmap_rights(int prot)
{
	return (prot & HOST_R ? PROT_READ : 0) | (prot & HOST_W ? PROT_WRITE : 0) |
	       (prot & HOST_X ? PROT_EXEC : 0);
}

/*
 * The bare system call: checkers that put themselves in front of mmap() would forget what they know, and
 * this runs in signal handlers.
 */
static int map_fixed(unsigned long va, unsigned long size, int prot, int flags, int fd,
		     unsigned long offset)
{
	return syscall(SYS_mmap, va, size, prot, flags | MAP_FIXED, fd, offset) == -1;
}

void host_map(unsigned long va, unsigned long phys, unsigned long size, int prot)
{
	int saved = errno;

	if (map_fixed(va, size, mmap_rights(prot), MAP_SHARED, ram_fd, phys))
		die("a page of RAM can't be mapped");
	errno = saved;
}

void host_protect(unsigned long va, unsigned long size, int prot)
{
	if (syscall(SYS_mprotect, va, size, mmap_rights(prot)))
		die("the image can't be protected");
}

void host_unmap(unsigned long va, unsigned long size)
{
	int saved = errno;

	if (checker_wires(va))
		return;
	if (map_fixed(va, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))
		die("a page can't be unmapped");
	checker_unmapped(va, size);
	errno = saved;
}

void host_write(const char *s, unsigned long n)
{
	while (n) {
		ssize_t done = write(STDOUT_FILENO, s, n);

		if (done < 0 && errno != EINTR && errno != EAGAIN)
			die("standard output");
		if (done > 0) {
			s += done;
			n -= (unsigned long)done;
		}
	}
}

unsigned long long host_clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + (unsigned long long)t.tv_nsec;
}

void host_exit(unsigned int code)
{
	static const struct {
		unsigned int code;
		int status;
	} ends[] = { { 0x10, 0 }, { 0x11, 1 }, { 0x12, 2 }, { 0x13, 4 } };

	if (host_fuzzing)
		abort();
	for (unsigned int i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (ends[i].code == code)
			_exit(ends[i].status);
	}
	_exit(STATUS_INCOMPLETE);
}
