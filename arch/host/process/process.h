/* SPDX-License-Identifier: MIT */
/* What the files of the process half offer each other. Private to main.c, os.c and signals.c. */
#ifndef HOST_PROCESS_H
#define HOST_PROCESS_H

/* Exit status of a run that did not end by itself; the others are host_exit()'s. */
#define STATUS_INCOMPLETE 3
#define STATUS_UNUSABLE	  4

extern int ram_fd; /* the file that is RAM: offset = physical address */

/* Say what could not be done, and why; end the process. */
void die(const char *what) __attribute__((__noreturn__));

void signals_init(void);

#endif
