# SPDX-License-Identifier: MIT
#
# nm -n IMAGE | awk -f ksyms.awk > ksyms.asm
#
# Writes the symbol table that stands inside the kernel image, as NASM source: offsets from 0xffffffff80000000 in rising
# order, where each one's name begins, and the names. With empty input it writes an empty table, for the first of the
# linker's passes.
#
# The table must come out equally long from every pass, so what depends on how the image is laid out is left out: the
# table's own symbols, the linker script's boundaries, addresses below the image. Labels local to an assembler function
# (they have a dot in their name that no compiler puts there) belong to that function. Of several names for one address
# the first is kept.

# Is the name plain, but for the suffixes that compilers add to copies and parts of a function?
function plain(name)
{
	sub(/(\.(part|constprop|isra|cold|lto_priv|llvm|[0-9]+))*$/, "", name)
	return index(name, ".") == 0
}

function boundary(name)
{
	return name ~ /^__ksyms_/ || name ~ /^__.*_(start|end)$/
}

function wanted(addr, type, name)
{
	if (length(addr) != 16 || substr(addr, 1, 8) != "ffffffff" || substr(addr, 9, 1) !~ /[89a-f]/)
		return 0
	if (type !~ /^[tTdDbBrRwWV]$/ || boundary(name))
		return 0
	return plain(name)
}

BEGIN {
	n = 0
}

NF == 3 && wanted($1, $2, $3) && $1 != last {
	last = $1
	offset[n] = "0x" substr($1, 9)
	name[n++] = $3
}

END {
	print "; Written by ksyms.awk from the image's own symbols."
	print "section .ksyms progbits alloc noexec nowrite align=8"
	print "global __ksyms_count, __ksyms_offs, __ksyms_name_offs, __ksyms_names"
	print "__ksyms_count:\tdd " n
	print "__ksyms_offs:"
	for (i = 0; i < n; i++)
		print "\tdd " offset[i] " - 0x80000000"
	print "__ksyms_name_offs:"
	at = 0
	for (i = 0; i < n; i++) {
		print "\tdd " at
		at += length(name[i]) + 1
	}
	print "__ksyms_names:"
	for (i = 0; i < n; i++)
		print "\tdb '" name[i] "', 0"
	print "\tdb 0"
}
