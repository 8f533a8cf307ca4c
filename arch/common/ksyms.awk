# SPDX-License-Identifier: MIT
#
# nm -n IMAGE | awk -v base=0x80000000 -f ksyms.awk > ksyms.asm
#
# Writes the symbol table that stands inside the kernel's image, as NASM source: offsets from IMAGE_START (of whose
# address `base` is the lower half) in rising order, where each one's name begins, and the names. With empty input it
# writes an empty table, for the first of the linker's passes. Only what lies between __image_start and __image_end is
# listed: code that runs below the image, or a process around it, is no part of it.
#
# The table must come out equally long from every pass, so what depends on how the image is laid out is left out: the
# table's own symbols and the linker script's boundaries. Labels local to an assembler function (they have a dot in their
# name that no compiler puts there) belong to that function. Of several names for one address the first is kept.

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

BEGIN {
	n = 0
}

$3 == "__image_start" { first = "" $1 }
$3 == "__image_end"   { behind = "" $1 }

NF == 3 && $2 ~ /^[tTdDbBrRwWV]$/ && !boundary($3) && plain($3) {
	addr[n] = "" $1
	name[n++] = $3
}

# Sixteen digits each, so that addresses compare as strings; those of another program's half lie outside.
END {
	kept = 0
	for (i = 0; i < n; i++) {
		if (addr[i] < first || addr[i] >= behind || addr[i] == last)
			continue
		last = addr[i]
		offset[kept] = "0x" substr(addr[i], 9)
		name[kept++] = name[i]
	}
	print "; Written by ksyms.awk from the image's own symbols."
	print "section .ksyms progbits alloc noexec nowrite align=8"
	print "global __ksyms_count, __ksyms_offs, __ksyms_name_offs, __ksyms_names"
	print "__ksyms_count:\tdd " kept
	print "__ksyms_offs:"
	for (i = 0; i < kept; i++)
		print "\tdd " offset[i] " - " base
	print "__ksyms_name_offs:"
	at = 0
	for (i = 0; i < kept; i++) {
		print "\tdd " at
		at += length(name[i]) + 1
	}
	print "__ksyms_names:"
	for (i = 0; i < kept; i++)
		print "\tdb '" name[i] "', 0"
	print "\tdb 0"
	print "section .note.GNU-stack noalloc noexec nowrite progbits"
}
