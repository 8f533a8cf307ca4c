# SPDX-License-Identifier: MIT
#
# make decode LOG=file: the log with file and line for each function in it (tests/decode/decode)

.PHONY: decode
decode:
	@tests/packages --need build
	@tests/decode/decode --elf $(ELF) --modules $(O)/modules $(if $(LOG),$(LOG),$(error LOG=file names the log))
