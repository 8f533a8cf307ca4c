# SPDX-License-Identifier: MIT
#
# make soak [TIME=600] [SMP=4] [MEM=512M] [SEED=n]: everything at once, on the machine; SOAK=host: as a process, SOAK=asan
# or SOAK=tsan: under that sanitizer. What it does stands in tests/soak/soak.c.

.PHONY: soak
soak:
	@tests/packages --need run --need host
	@tests/soak/soak --where '$(or $(SOAK),machine)' --build '$(BUILD)' --mem '$(MEM)' \
		--time '$(if $(filter-out file default,$(origin TIME)),$(TIME),600)' \
		--smp '$(if $(filter-out file default,$(origin SMP)),$(SMP),4)' --seed '$(SEED)'
