/* SPDX-License-Identifier: MIT */
#ifndef LINUX_GLOB_H
#define LINUX_GLOB_H
#include <linux/string.h>
#endif
