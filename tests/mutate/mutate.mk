# SPDX-License-Identifier: MIT
#
# `make mutate`: is each mutation of mm/ caught by the suite? MUTATE="page_alloc slab" takes those of these files only;
# JOBS=2 workers.

.PHONY: mutate

# Builds for mutations (SAN=mutate): a change may leave a variable unused, and nobody debugs them.
san_mutate_kernel  := -Wno-error -g0
san_mutate_process := -g0

MUTATE ?=
JOBS   ?= 2

mutate:
	@tests/packages --need build --need mutate
	@tests/mutate/mutate --jobs $(JOBS) $(MUTATE)
