/* SPDX-License-Identifier: MIT */
/* What the module provider offers. */
#ifndef PROVIDER_H
#define PROVIDER_H

extern unsigned int provider_count;

/* Both may sleep. 0, -ENOMEM; 0, -ENOENT. */
int provider_add(const char *name);
int provider_remove(const char *name);

#endif
