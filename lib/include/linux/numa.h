/* SPDX-License-Identifier: MIT */
/* Nodes of memory: there is one. */
#ifndef LINUX_NUMA_H
#define LINUX_NUMA_H

#define NUMA_NO_NODE (-1) /* whichever is nearest */
#define MAX_NUMNODES 1

#endif
