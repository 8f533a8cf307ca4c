/* SPDX-License-Identifier: MIT */
#ifndef LINUX_TIMEKEEPING_H
#define LINUX_TIMEKEEPING_H
#include <linux/ktime.h>
#endif
