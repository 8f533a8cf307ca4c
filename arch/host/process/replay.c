// SPDX-License-Identifier: MIT
/*
 * Inputs of a fuzz target from files: quarry --fuzz TARGET FILE …
 *
 * So a saved input runs without a fuzzer, under gdb or another tool. Each is announced before it
 * runs: if the kernel ends the run, the last one named is to blame. What is handed out is as large as
 * the file, so that a checker of heap accesses sees who reads beyond it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../host.h"
#include "process.h"

static char **files;
static int nr_files, at;
static unsigned char *bytes;

void replay_files(int n, char **names)
{
	nr_files = n;
	files = names;
}

static unsigned long load(const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		die(name);
	bytes = malloc((size_t)st.st_size);
	if ((!bytes && st.st_size) || read(fd, bytes, (size_t)st.st_size) != st.st_size)
		die(name);
	close(fd);
	return (unsigned long)st.st_size;
}

int host_fuzz_input(const unsigned char **data, unsigned long *size)
{
	free(bytes);
	bytes = NULL;
	if (at == nr_files)
		return 0;
	dprintf(STDOUT_FILENO, "# input %s\n", files[at]);
	*size = load(files[at++]);
	*data = bytes;
	return 1;
}

void host_fuzz_failed(void)
{
	abort();
}
