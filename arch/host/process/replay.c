// SPDX-License-Identifier: MIT
/*
 * Inputs of a fuzz target from files: quarry --fuzz TARGET FILE …
 *
 * So a saved input runs without a fuzzer, under gdb or another tool. Each is announced before it
 * runs: if the kernel ends the run, the last one named is to blame. What is handed out is as large as
 * the file, so that a checker of heap accesses sees who reads beyond it.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "../host.h"
#include "process.h"

static char **files;
static int nr_files, at;
static unsigned char *bytes;

/* All are looked at before the first one runs. */
void replay_files(int n, char **names)
{
	unsigned long size;

	for (int i = 0; i < n; i++)
		close(input_open("--fuzz", names[i], &size));
	nr_files = n;
	files = names;
}

static unsigned long load(const char *name)
{
	unsigned long size;
	int fd = input_open("--fuzz", name, &size);

	bytes = malloc(size);
	if (!bytes && size)
		die(name);
	input_read(fd, name, bytes, size);
	return size;
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
