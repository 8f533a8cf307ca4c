# SPDX-License-Identifier: MIT
#
# nm -n PROGRAM | awk -f ksyms.awk > ksyms.asm
#
# Writes the symbol table that stands inside the kernel's image, as NASM source: offsets from IMAGE_START in rising
# order, where each one's name begins, and the names. With empty input it writes an empty table, for the first of the
# linker's passes. Only what lies between __image_start and __image_end is listed: the process half is no part of it.
#
# The table must come out equally long from every pass, so the table's own symbols and the linker script's boundaries
# are left out, as are labels local to an assembler function. Of several names for one address the first is kept.

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
	if (substr(addr, 1, 8) != "00007e90" || type !~ /^[tTdDbBrRwWV]$/ || boundary(name))
		return 0
	return plain(name)
}

BEGIN {
	n = 0
}

$3 == "__image_start" {
	inside = 1
}

$3 == "__image_end" {
	inside = 0
}

inside && NF == 3 && wanted($1, $2, $3) && $1 != last {
	last = $1
	offset[n] = "0x" substr($1, 9)
	name[n++] = $3
}

END {
	print "; Written by ksyms.awk from the program's own symbols."
	print "section .ksyms progbits alloc noexec nowrite align=8"
	print "global __ksyms_count, __ksyms_offs, __ksyms_name_offs, __ksyms_names"
	print "__ksyms_count:\tdd " n
	print "__ksyms_offs:"
	for (i = 0; i < n; i++)
		print "\tdd " offset[i]
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
	print "section .note.GNU-stack noalloc noexec nowrite progbits"
}
