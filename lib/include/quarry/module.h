/* SPDX-License-Identifier: MIT */
/* Modules that came with the boot: found, run one after the other, judged. Theory in lib/module/run.c. */
#ifndef QUARRY_MODULE_H
#define QUARRY_MODULE_H

#include <linux/types.h>

/**
 * struct module_file - a file that may be a module
 * @name: of the module, without folder and ".ko"
 * @named_ko: the file was called so: it is meant to be a module
 * @bytes: they stay
 * @size: of them
 */
struct module_file {
	const char *name;
	bool named_ko;
	const void *bytes;
	size_t size;
};

/*
 * Keep what is a module: an ELF file, or one that is called so. Afterwards modules_run() is a guest of
 * the self-tests (kunit_set_guests()) if there is one. `left_out`: how many more there were than `n`,
 * which are a failed result. Returns how many results there will be.
 */
unsigned int modules_add(const struct module_file *files, unsigned int n, unsigned int left_out,
			 const char *boot_line);

#endif
