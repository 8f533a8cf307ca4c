/* SPDX-License-Identifier: MIT */
/* Nodes: there is one, number 0. */
#ifndef LINUX_NUMA_H
#define LINUX_NUMA_H

#define MAX_NUMNODES 1
#define NUMA_NO_NODE (-1)

#endif
