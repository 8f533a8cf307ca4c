# SPDX-License-Identifier: MIT
#
# Holds one tool's findings against accepted.table: prints what no row accepts, and rows that accept nothing.
#
# awk -v tool=TOOL [-v long=1] -f accept.awk accepted.table TOOL.found

BEGIN { FS = "\t+" }

function source(file, n,	line, i)
{
	for (i = 1; i <= n && (getline line < file) > 0; i++)
		;
	close(file)
	sub(/^[ \t]+/, "", line)
	return line
}

FILENAME == ARGV[1] {
	if ($0 ~ /^#/ || NF == 0)
		next
	if (NF != 5) {
		printf "%s:%d: %d columns instead of 5\n", FILENAME, FNR, NF
		bad++
	}
	if ($1 == tool) {
		rows++
		check[rows] = $2
		where[rows] = $3
		text[rows] = $4
		at[rows] = FNR
	}
	next
}

{
	line = source($1, $2)
	for (i = 1; i <= rows; i++) {
		if (check[i] == $3 && (where[i] == "*" || where[i] == $1) && (text[i] == "*" || index(line, text[i])))
			break
	}
	if (i <= rows) {
		used[i] = 1
		accepted++
		next
	}
	printf "%s:%s: %s: %s [%s]\n\t%s\n", $1, $2, tool, $4, $3, line
	bad++
}

END {
	for (i = 1; i <= rows; i++) {
		if (used[i] || (!long && check[i] ~ /^clang-analyzer/))
			continue
		printf "%s:%d: accepts nothing any more\n", ARGV[1], at[i]
		bad++
	}
	printf "%s %s: %d findings, %d accepted\n", bad ? "not ok" : "ok", tool, bad, accepted
	exit bad > 0
}
