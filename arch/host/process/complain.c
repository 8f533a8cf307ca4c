// SPDX-License-Identifier: MIT
/*
 * Complaints about the command line and what it names: one line, then the end of the process.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "process.h"

static void say(const char *fmt, va_list args)
{
	fprintf(stderr, "%s: ", program_name);
	vfprintf(stderr, fmt, args);
}

void bad_usage(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
	fprintf(stderr, " (%s)\n", program_help);
	exit(STATUS_UNUSABLE);
}

void unusable(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
	fputs("\n", stderr);
	exit(STATUS_UNUSABLE);
}
