/* SPDX-License-Identifier: MIT */
/* What the files of the process half offer each other. Private to this folder. */
#ifndef HOST_PROCESS_H
#define HOST_PROCESS_H

#define KIB 1024UL
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

#define HOLE_START (3 * GIB) /* no RAM from here … */
#define HOLE_END   (4 * GIB) /* … to here, as on a PC */

#define INFO_PHYS     0x10000UL /* where the loader's word to the kernel stands */
#define BOOT_LINE_MAX 2048

/* Exit status of a run that did not end by itself; the others are host_exit()'s. */
#define STATUS_INCOMPLETE 3
#define STATUS_UNUSABLE	  4

/* What the command line asks for. */
struct machine {
	unsigned long mem;  /* bytes of RAM */
	const char *module; /* a file, or NULL */
	char line[BOOT_LINE_MAX];
};

extern int ram_fd; /* the file that is RAM: offset = physical address */

/* main.c: an argument was wrong. */
void bad_usage(const char *what) __attribute__((__noreturn__));

/* memory.c, in the order of a start. make_ram() is host_ram's beginning. */
void size_ram(unsigned long mem);
void reserve_regions(char **argv);
void make_ram(void);
void move_image(void);

/* firmware.c: the start information, at INFO_PHYS. */
void write_boot_info(const struct machine *m);

/* os.c: say what could not be done, and why; end the process. */
void die(const char *what) __attribute__((__noreturn__));

/* checker.c: the last thing on the process's own stack. */
void checker_leave_stack(void);

/* signals.c */
void signals_init(void);

#endif
