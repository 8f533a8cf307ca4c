# SPDX-License-Identifier: MIT
#
# `make conform-linux`: the rows of tests/conform/rows answered by Linux 6.12 and by Quarry, side by side.

.PHONY: conform-linux

conform-linux:
	@tests/packages --need build --need host --need conform-linux
	@tests/conform/conform-linux
