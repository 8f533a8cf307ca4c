/* SPDX-License-Identifier: MIT */
#ifndef LINUX_FIND_H
#define LINUX_FIND_H
#include <linux/bitops.h>
#endif
