# SPDX-License-Identifier: MIT
#
# make -f lib/module/kbuild.mk DIR=folder OUT=build/modules CC=… LD=… FLAGS=…: the modules of one folder.
#
# If the folder has a Kbuild file, or a Makefile that sets obj-m as one for Linux does, that says what there is: obj-m,
# NAME-objs or NAME-y, ccflags-y, CFLAGS_file.o. If not, its .c files are one module, called as the folder; but if more
# than one of them has a MODULE_LICENSE(), each is a module of its own.
#
# Each module becomes OUT/NAME.ko; the last lines of OUT/list are their names, in their order. Everything is compiled
# anew each time: it takes less than finding out what has changed. What the compiler says is shown as it is.

.PHONY: quarry-modules
.DEFAULT_GOAL := quarry-modules

KERNELRELEASE := 6.12.0-quarry
src := $(DIR)
srctree := $(CURDIR)
obj := $(OUT)
# What stands at the end of the lists: not asked for here.
CONFIG_MODULES := y

kbuild := $(firstword $(wildcard $(DIR)/Kbuild) $(shell grep -ls '^[ 	]*obj-m' '$(DIR)/Makefile'))
ifneq ($(kbuild),)
include $(kbuild)
modules := $(patsubst %.o,%,$(filter %.o,$(obj-m)))
else
files := $(sort $(wildcard $(DIR)/*.c))
licensed := $(if $(files),$(shell grep -ls MODULE_LICENSE $(files)))
ifneq ($(word 2,$(licensed)),)
modules := $(notdir $(files:.c=))
else
modules := $(subst -,_,$(notdir $(patsubst %/,%,$(abspath $(DIR)))))
$(modules)-objs := $(notdir $(files:.c=.o))
endif
ifeq ($(files),)
$(error $(DIR): there is no .c file in it, and no Makefile with obj-m)
endif
endif

ko := $(foreach m,$(modules),$(OUT)/$(subst -,_,$m).ko)
name_of = $(subst -,_,$1)
# The objects of module $1: those that it lists, or the one that is called so.
parts = $(sort $(or $(strip $($1-objs) $($1-y)),$1.o))
where = $(OUT)/$(call name_of,$1).objs

quarry-modules: $(ko)
	@printf '%s\n' $(ko) >> $(OUT)/list

FORCE:

# module-rules NAME
define module-rules
$(OUT)/$(call name_of,$1).ko: $(foreach o,$(call parts,$1),$(call where,$1)/$o)
	@echo "  LD [M]  $$@"
	@$$(LD) -r -o $$@ $$^

$(foreach o,$(call parts,$1),$(call where,$1)/$o): $(call where,$1)/%.o: $(DIR)/%.c FORCE
	@mkdir -p $$(@D)
	@echo "  CC [M]  $$<"
	@$$(CC) $$(FLAGS) -DMODULE -DKBUILD_MODNAME='"$(call name_of,$1)"' -I$(DIR) $$(ccflags-y) $$(CFLAGS_$$(@F)) -c $$< -o $$@
endef

$(foreach m,$(modules),$(eval $(call module-rules,$m)))
