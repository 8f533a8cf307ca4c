/* SPDX-License-Identifier: MIT */
#ifndef LINUX_PRANDOM_H
#define LINUX_PRANDOM_H
#include <linux/random.h>
#endif
