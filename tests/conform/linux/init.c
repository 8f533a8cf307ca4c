// SPDX-License-Identifier: MIT
/*
 * The only process of the Linux that answers: loads /conform.ko with the parameters that stand in
 * the boot line behind "--" (the kernel hands them over as arguments), then switches the machine
 * off. The kernel's own messages go to the serial console.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* In a process of its own: a row that oopses takes the process with it. */
static void load(const char *params)
{
	int fd = open("/conform.ko", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, params, 0))
		perror("init: conform.ko");
	_exit(0);
}

int main(int argc, char **argv)
{
	char params[256] = "";

	for (int i = 1; i < argc; i++) {
		strncat(params, argv[i], sizeof(params) - strlen(params) - 1);
		strncat(params, " ", sizeof(params) - strlen(params) - 1);
	}
	if (fork() == 0)
		load(params);
	wait(NULL);
	puts("init: done");
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	pause();
}
