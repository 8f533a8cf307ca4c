# SPDX-License-Identifier: MIT
#
# Reads gcovr's XML (one element a line), prints the table of mm/ and what the floors say of it; see run-coverage.

function value(name,	at)
{
	at = match($0, " " name "=\"[^\"]*\"")
	return at ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : ""
}

# Shares are cut, not rounded: 94.99 is not 95.
function percent(part, whole)
{
	return whole ? int(1000 * part / whole) / 10 : 100
}

function row(name, l, lh, b, bh, verdict)
{
	printf "%-28s %5d %5d %5.1f%%  %5d %5d %5.1f%%  %s\n", name, l, l - lh, percent(lh, l), b, b - bh,
		percent(bh, b), verdict
}

# An element stands once under its method and once under its class: the first is for us.
/<class / {
	file = value("filename")
	mine = file ~ /^mm\//
	if (mine)
		name[++files] = file
}

/<line / && mine {
	n = value("number")
	if ((file, n) in seen)
		next
	seen[file, n] = 1
	lines[file]++
	if (value("hits") > 0)
		hit[file]++
	else
		never[++nevers] = file ":" n
	if (split(value("condition-coverage"), part, /[(\/)]/) >= 3) {
		branches[file] += part[3]
		taken[file] += part[2]
		if (part[2] < part[3] && value("hits") > 0)
			oneway[++oneways] = file ":" n
	}
}

function text_of(place,	at, i, line)
{
	split(place, at, ":")
	for (i = 1; i <= at[2]; i++)
		if ((getline line < at[1]) <= 0)
			break
	close(at[1])
	sub(/^[ \t]+/, "", line)
	return line
}

# One result; file floors are for sources alone, a header has too few lines.
function judge(l, lh, b, bh, need_lines, need_branches,	good)
{
	good = percent(lh, l) >= need_lines && percent(bh, b) >= need_branches
	if (good)
		passed++
	else
		failed++
	return good ? "" : "below " need_lines "/" need_branches
}

END {
	printf "%-28s %5s %5s %6s  %5s %5s %6s\n", "", "lines", "never", "", "ways", "never", ""
	for (i = 1; i <= files; i++) {
		f = name[i]
		l += lines[f]
		lh += hit[f]
		b += branches[f]
		bh += taken[f]
		verdict = ""
		if (f ~ /\.c$/)
			verdict = judge(lines[f], hit[f], branches[f], taken[f], file_lines, file_branches)
		row(f, lines[f], hit[f], branches[f], taken[f], verdict)
	}
	row("mm/", l, lh, b, bh, judge(l, lh, b, bh, floor_lines, floor_branches))
	if (list) {
		print "\nnever run:"
		for (i = 1; i <= nevers; i++)
			print never[i] ": " text_of(never[i])
	}
	if (want_branches) {
		print "\nnever went one of its ways:"
		for (i = 1; i <= oneways; i++)
			print oneway[i] ": " text_of(oneway[i])
	}
	if (!files)
		failed++
	printf "%smm/: %.1f %% of %d lines, %.1f %% of %d branches\n", list ? "\n" : "", percent(lh, l), l,
		percent(bh, b), b
	printf "%d passed, %d failed\n", passed, failed
	exit failed > 0
}
