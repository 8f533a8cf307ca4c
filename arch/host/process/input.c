// SPDX-License-Identifier: MIT
/*
 * Files that the command line names: what can't be used ends the program with one line that says
 * which file, and why.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "process.h"

int input_open(const char *option, const char *path, unsigned long *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe is not waited for */
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		unusable("%s: '%s' can't be opened: %s", option, path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		unusable("%s: '%s' is not a regular file", option, path);
	*size = (unsigned long)st.st_size;
	return fd;
}

void input_read(int fd, const char *path, unsigned char *to, unsigned long size)
{
	while (size) {
		ssize_t n = read(fd, to, size);

		if (n <= 0)
			unusable("'%s' can't be read: %s", path,
				 n ? strerror(errno) : "it became shorter");
		to += n;
		size -= (unsigned long)n;
	}
	close(fd);
}
