# SPDX-License-Identifier: MIT
#
# Judges one boot: the log on standard input, and in `status` how QEMU ended (a number, or "timeout").
# Prints one line: exit code, verdict, what to say, separated by tabs. Carriage returns are gone already.
#
#	0 PASSED      all ran, nothing failed
#	1 FAILED      all ran, something failed (or a report came up that nobody expected)
#	2 PANIC       the kernel stopped itself
#	3 INCOMPLETE  the log isn't a whole run: no version line, plan, closing line or exit, results missing,
#	              counts that disagree
#	3 TIMEOUT
#	4 UNUSABLE    the machine gave the kernel nothing to run on
#
# A passing status alone proves nothing: the log must bear it out. KTAP results are indented four columns a level; a
# level opens with its version line and closes with the result of the level above. A leaf is a result that closes no
# level; only leaves are counted.

BEGIN {
	top = -1
	problem = ""
	passed = failed = skipped = 0
	totals_lines = 0
}

function note(text)
{
	if (problem == "")
		problem = text
}

function level_of(line)
{
	match(line, /^ */)
	return RLENGTH % 4 ? -1 : RLENGTH / 4
}

# A level is complete when as many results came as were planned.
function close_level(l,	where)
{
	where = l ? "in " name[l] : "at the top"
	if (plan[l] < 0)
		note("no plan " where)
	else if (seen[l] != plan[l])
		note(seen[l] " of " plan[l] " results " where)
	is_open[l] = 0
}

function leaf(ok, line)
{
	if (!ok)
		failed++
	else if (line ~ / # SKIP/)
		skipped++
	else
		passed++
}

/^ *KTAP version 1$/ {
	l = level_of($0)
	if (l < 0 || (l > 0 && !is_open[l - 1]) || is_open[l] || (l == 0 && top == 0)) {
		note("a version line out of place")
		next
	}
	is_open[l] = 1
	plan[l] = -1
	seen[l] = 0
	bad[l] = 0
	name[l] = "?"
	if (l == 0)
		top = 0
	next
}

/^ *# Subtest: / {
	l = level_of($0)
	if (l > 0 && is_open[l])
		name[l] = $3
	next
}

/^ *1\.\.[0-9]+( |$)/ {
	l = level_of($0)
	if (l < 0 || !is_open[l] || seen[l] || plan[l] >= 0)
		note("a plan out of place")
	else {
		sub(/^ *1\.\./, "")
		plan[l] = $1 + 0
	}
	next
}

/^ *(not )?ok [0-9]+( |$)/ {
	l = level_of($0)
	ok = ($1 == "ok")
	number = (ok ? $2 : $3) + 0
	if (l < 0 || !is_open[l] || is_open[l + 2]) {
		note("a result out of place")
		next
	}
	if (number != ++seen[l])
		note("result " number " where " seen[l] " was due")
	if (is_open[l + 1]) {
		close_level(l + 1)
		if (bad[l + 1] && ok)
			note("ok on top of a failure: " name[l + 1])
	} else {
		leaf(ok, $0)
	}
	bad[l] += !ok
	next
}

/^# Totals: pass:[0-9]+ fail:[0-9]+ skip:[0-9]+ total:[0-9]+$/ {
	totals_lines++
	split($0, part, /[: ]+/)
	said = part[4] "/" part[6] "/" part[8] "/" part[10]
	next
}

/Kernel panic/ && panic_line == "" {
	panic_line = $0
	sub(/^\[[ .0-9]*\] */, "", panic_line)
}

# The last line says why the input was unusable.
NF {
	last_line = $0
	sub(/^\[[ .0-9]*\] */, "", last_line)
}

# What is missing from a run that claims to be whole.
function check_whole(	counted)
{
	if (top < 0) {
		problem = "no KTAP version line"
		return
	}
	if (is_open[1])
		note("the log ends inside " name[1])
	close_level(0)
	if (totals_lines != 1)
		note(totals_lines ? "more than one closing line" : "no closing line")
	counted = passed "/" failed "/" skipped "/" (passed + failed + skipped)
	if (totals_lines && said != counted)
		note("the closing line says " said ", the results are " counted)
	if (status == 33 && failed)
		note("exit status of success with " failed " failed")
}

function verdict(code, word, text)
{
	printf "%d\t%s\t%s\n", code, word, text
}

END {
	results = passed " passed, " failed " failed, " skipped " skipped"
	if (status == "timeout")
		verdict(3, "TIMEOUT", results)
	else if (status == 37)
		verdict(2, "PANIC", results (panic_line == "" ? "" : "; " panic_line))
	else if (status == 39)
		verdict(4, "UNUSABLE", last_line == "" ? "no line says why" : last_line)
	else if (status != 33 && status != 35)
		verdict(3, "INCOMPLETE", "QEMU ended with status " status "; " results)
	else {
		check_whole()
		if (problem != "")
			verdict(3, "INCOMPLETE", problem "; " results)
		else if (status == 35)
			verdict(1, "FAILED", results (failed ? "" : "; a report nobody expected"))
		else
			verdict(0, "PASSED", results)
	}
}
