/* SPDX-License-Identifier: MIT */
/*
 * The boot line
 * =============
 *
 * Words separated by white space, each `key` or `key=value`. Double quotes keep white space
 * together and vanish: key="a b" and "key=a b" are the same. The parameters are a table that the
 * linker collects from every BOOT_PARAM() in the kernel.
 *
 * The line is cut in place, and values are pointers into it: it must live as long as they do.
 *
 * Invariants
 *   I1  Nothing is ignored silently: a word is accepted by its setter, or printed as a warning, or
 *       given to the caller to say so.
 *   I2  A word is never longer than what it was cut from, so cutting in place is safe.
 *
 * Contexts: boot, one CPU. Complexity: words × table.
 */
#include <linux/moduleparam.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/printk.h>
#include <linux/string.h>

/* Cut the next word off *line and take its quotes away; NULL at the end. */
static char *next_word(char **line)
{
	char *from = skip_spaces(*line), *word = from, *to = from;
	bool quoted = false;

	if (!*from)
		return NULL;
	for (; *from && (quoted || !isspace((u8)*from)); from++) {
		if (*from == '"')
			quoted = !quoted;
		else
			*to++ = *from;
	}
	*line = *from ? from + 1 : from;
	*to = '\0';
	return word;
}

/* '-' and '_' are the same letter in a name. */
bool parameq(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b))
			return false;
	return *a == *b;
}

static const struct boot_param *find_param(const char *key, const struct boot_param *table,
					   size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (parameq(key, table[i].name))
			return &table[i];
	return NULL;
}

/* Split "key=value" in place; the value, or NULL if there is no '='. */
static char *cut_value(char *word)
{
	char *equals = strchr(word, '=');

	if (!equals)
		return NULL;
	*equals = '\0';
	return equals + 1;
}

char *boot_line_next(char **line, char **val)
{
	char *word = next_word(line);

	*val = word ? cut_value(word) : NULL;
	return word;
}

static int refuse(const char *key, const char *val, int err)
{
	pr_warn("boot line: parameter '%s' refuses %s%s%s: %pe\n", key, val ? "'" : "",
		val ? val : "to stand without a value", val ? "'" : "", ERR_PTR(err));
	return 1;
}

/**
 * parse_boot_params - hand each word of a line to its setter in `table`
 *
 * Return: how many words were not accepted.
 */
int parse_boot_params(char *line, const struct boot_param *table, size_t count,
		      void (*unknown)(const char *key))
{
	int refused = 0;
	char *key, *val;

	while ((key = boot_line_next(&line, &val))) {
		const struct boot_param *param = find_param(key, table, count);
		int err = param ? param->set(val) : 0;

		if (err)
			refused += refuse(key, val, err);
		if (param)
			continue;
		refused++;
		if (unknown)
			unknown(key);
		else
			pr_warn("boot line: unknown parameter '%s%s%s': ignored\n", key,
				val ? "=" : "", val ? val : "");
	}
	return refused;
}

/**
 * parse_boot_line - hand each word of the boot line to its BOOT_PARAM() setter
 */
int parse_boot_line(char *line, void (*unknown)(const char *key))
{
	return parse_boot_params(line, __boot_params_start, __boot_params_end - __boot_params_start,
				 unknown);
}

/**
 * boot_param_bool - the value of a switch; none means on
 */
int boot_param_bool(const char *val, bool *res)
{
	if (val)
		return kstrtobool(val, res);
	*res = true;
	return 0;
}
