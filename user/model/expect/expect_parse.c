/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Parses an expectation; an error gives its column. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/expect/expect_priv.h"

#define DECIMALS_MAX 9

struct parser {
	const char *text;
	const char *at;
	struct expect_error *error;
};

static int fail_at(struct parser *parser, const char *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int fail_at(struct parser *parser, const char *at, const char *format, ...)
{
	va_list args;

	parser->error->column = (uint32_t)(at - parser->text) + 1;
	va_start(args, format);
	vsnprintf(parser->error->message, sizeof(parser->error->message), format, args);
	va_end(args);
	return -EINVAL;
}

static void skip_blanks(struct parser *parser)
{
	while (*parser->at == ' ' || *parser->at == '\t')
		parser->at++;
}

static size_t word_length(const char *at)
{
	size_t length = 0;

	while (isalnum((unsigned char)at[length]) || at[length] == '_')
		length++;
	return length;
}

static bool take_word(struct parser *parser, const char *word)
{
	size_t length = word_length(parser->at);

	if (length != strlen(word) || strncmp(parser->at, word, length))
		return false;
	parser->at += length;
	return true;
}

/* "..." with \" and \\ in it. */
static int take_string(struct parser *parser, char **ret)
{
	const char *start = parser->at++;
	char *text = malloc(strlen(start)), *to = text;

	if (!text)
		return -ENOMEM;
	*ret = text;
	while (*parser->at && *parser->at != '"') {
		if (*parser->at == '\\' && (parser->at[1] == '"' || parser->at[1] == '\\'))
			parser->at++;
		*to++ = *parser->at++;
	}
	*to = '\0';
	if (!*parser->at)
		return fail_at(parser, start, "the closing quote is missing");
	parser->at++;
	return to == text ? fail_at(parser, start, "the name is empty") : 0;
}

static int take_colon(struct parser *parser, const char *behind)
{
	skip_blanks(parser);
	if (*parser->at != ':')
		return fail_at(parser, parser->at, "expected ':' after %s", behind);
	parser->at++;
	skip_blanks(parser);
	return 0;
}

/* at "..." or since "...": only if a string follows, so that arrays may have these names. */
static int take_moment(struct parser *parser, const char *word, char **ret)
{
	const char *start = parser->at;
	int err;

	if (!take_word(parser, word))
		return 0;
	skip_blanks(parser);
	if (*parser->at != '"') {
		parser->at = start;
		return 0;
	}
	err = take_string(parser, ret);
	return err ? err : take_colon(parser, "the checkpoint's name");
}

static int take_plain_name(struct parser *parser, char **ret)
{
	const char *end = strstr(parser->at, ": ");
	size_t length;

	if (!end)
		return fail_at(parser, parser->at + strlen(parser->at),
			       "expected ': ' after the array's name");
	length = (size_t)(end - parser->at);
	while (length && (parser->at[length - 1] == ' ' || parser->at[length - 1] == '\t'))
		length--;
	if (!length)
		return fail_at(parser, parser->at, "expected a name before ':'");
	*ret = strndup(parser->at, length);
	parser->at = end + 1;
	skip_blanks(parser);
	return *ret ? 0 : -ENOMEM;
}

static int take_name(struct parser *parser, struct expectation *ret)
{
	int err;

	if (*parser->at == '"') {
		ret->exact = true;
		err = take_string(parser, &ret->name);
		return err ? err : take_colon(parser, "the name");
	}
	err = take_plain_name(parser, &ret->name);
	if (err)
		return err;
	ret->exact = !strpbrk(ret->name, "*?");
	ret->process = !strcmp(ret->name, "process");
	return 0;
}

/* The error for a word that is not a metric; length 0: there is no word. */
static int fail_metric(struct parser *parser, const char *start, int length)
{
	char known[192];
	struct text_buffer text = text_buffer__over(known, sizeof(known));
	int metric;

	for (metric = 0; metric < EXPECT_METRICS; metric++)
		text_buffer__addf(&text, "%s%s", metric ? ", " : "", expect_metric_name(metric));
	return length ? fail_at(parser, start, "unknown metric '%.*s' (known: %s)", length, start,
				known)
		      : fail_at(parser, start, "expected a metric: %s", known);
}

static bool is_of_process(enum expect_metric metric)
{
	return metric == METRIC_FAULTS || expect_is_peak(metric);
}

static int take_metric(struct parser *parser, const struct expectation *expectation,
		       struct expect_clause *ret)
{
	static const char interior[] = "interior_";
	const char *start = parser->at;
	int length = (int)word_length(start);

	if (!strncmp(parser->at, interior, sizeof(interior) - 1)) {
		ret->interior = true;
		parser->at += sizeof(interior) - 1;
	}
	for (ret->metric = 0; ret->metric < EXPECT_METRICS; ret->metric++) {
		if (take_word(parser, expect_metric_name(ret->metric)))
			break;
	}
	if (ret->metric == EXPECT_METRICS)
		return fail_metric(parser, start, length);
	if (expectation->process && ret->interior)
		return fail_at(parser, start, "'process' has no interior_ metrics");
	if (is_of_process(ret->metric) && !expectation->process)
		return fail_at(parser, start, "metric '%s' exists for 'process' only",
			       expect_metric_name(ret->metric));
	return 0;
}

static int take_op(struct parser *parser, struct expect_clause *ret)
{
	/* Two-character operators come first. */
	static const enum expect_op order[] = { OP_EQ, OP_NE, OP_LE, OP_GE, OP_LT, OP_GT };
	size_t i, length;

	skip_blanks(parser);
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		length = strlen(expect_op_name(order[i]));
		if (strncmp(parser->at, expect_op_name(order[i]), length))
			continue;
		ret->op = order[i];
		parser->at += length;
		skip_blanks(parser);
		return 0;
	}
	return fail_at(parser, parser->at, "expected one of == != <= < >= >");
}

static int take_digits(struct parser *parser, const char *start, uint64_t *number)
{
	while (isdigit((unsigned char)*parser->at)) {
		if (__builtin_mul_overflow(*number, 10u, number) ||
		    __builtin_add_overflow(*number, (uint64_t)(*parser->at - '0'), number))
			return fail_at(parser, start, "the number is too large");
		parser->at++;
	}
	return 0;
}

static int take_decimals(struct parser *parser, const char *start, struct expect_value *ret)
{
	const char *first = ++parser->at;
	int err = take_digits(parser, start, &ret->number);

	if (err)
		return err;
	if (parser->at == first || parser->at - first > DECIMALS_MAX)
		return fail_at(parser, first, "expected 1 to %d digits after the decimal point",
			       DECIMALS_MAX);
	while (first++ < parser->at)
		ret->scale *= 10;
	return 0;
}

/* "40 MiB": a blank may precede a unit, but the next word may also be "and". */
static void skip_to_unit(struct parser *parser)
{
	const char *at = parser->at + strspn(parser->at, " \t");
	size_t length = word_length(at);

	if (*at == '%' || (length && length != 2 && length <= 3 && strchr("KMGT", *at)))
		parser->at = at;
}

/* K, M, G, T and KiB, MiB, GiB, TiB: powers of 1024. */
static int take_unit(struct parser *parser, const char *start, struct expect_value *ret)
{
	static const char prefixes[] = "KMGT";
	const char *prefix;
	unsigned int shift;
	size_t length;

	skip_to_unit(parser);
	length = word_length(parser->at);
	prefix = length ? strchr(prefixes, *parser->at) : NULL;

	if (*parser->at == '%') {
		ret->unit = UNIT_PERCENT;
		parser->at++;
		return 0;
	}
	if (ret->scale != 1)
		return fail_at(parser, start, "only percentages may have decimals");
	if (!length)
		return 0;
	if (length == 2 && parser->at[1] == 'B' && strchr("kKMGT", *parser->at))
		return fail_at(parser, parser->at,
			       "sizes are powers of 1024: write K, M, G or KiB, MiB, GiB");
	ret->unit = UNIT_BYTES;
	if (length == 1 && *parser->at == 'B') {
		parser->at++;
		return 0;
	}
	if (!prefix || (length != 1 && (length != 3 || strncmp(parser->at + 1, "iB", 2))))
		return fail_at(parser, parser->at, "unknown unit '%.*s'", (int)length, parser->at);
	shift = 10 * (unsigned int)(prefix - prefixes + 1);
	if (ret->number > UINT64_MAX >> shift)
		return fail_at(parser, start, "the number is too large");
	ret->number <<= shift;
	parser->at += length;
	return 0;
}

static int take_value(struct parser *parser, const struct expectation *expectation,
		      struct expect_value *ret)
{
	const char *start = parser->at;
	int err;

	ret->scale = 1;
	if (*parser->at == '+' || *parser->at == '-') {
		ret->relative = true;
		ret->negative = *parser->at++ == '-';
	}
	if (!isdigit((unsigned char)*parser->at))
		return fail_at(parser, parser->at, "expected a number");
	err = take_digits(parser, start, &ret->number);
	if (!err && *parser->at == '.')
		err = take_decimals(parser, start, ret);
	if (!err)
		err = take_unit(parser, start, ret);
	if (err)
		return err;
	if (ret->relative && !expectation->since)
		return fail_at(parser, start,
			       "a signed number needs 'since \"...\": ' before the name");
	if (!ret->relative && expectation->since)
		return fail_at(parser, start, "after 'since', write growth with a sign: +%.*s",
			       (int)(parser->at - start), start);
	return 0;
}

static int take_clause(struct parser *parser, struct expectation *ret)
{
	struct expect_clause *clause = &ret->clauses[ret->clause_count];
	const char *start = parser->at;
	int err;

	if (ret->clause_count == EXPECT_CLAUSES_MAX)
		return fail_at(parser, start, "too many conditions (at most %d)",
			       EXPECT_CLAUSES_MAX);
	err = take_metric(parser, ret, clause);
	if (!err)
		err = take_op(parser, clause);
	start = parser->at;
	if (!err)
		err = take_value(parser, ret, &clause->value);
	if (!err && clause->metric == METRIC_FAULTS && clause->value.unit != UNIT_PAGES)
		err = fail_at(parser, start, "'faults' takes a plain number");
	else if (!err && expect_is_peak(clause->metric) && clause->value.unit == UNIT_PERCENT)
		err = fail_at(parser, start, "a peak takes no percentage");
	ret->clause_count++;
	skip_blanks(parser);
	return err;
}

static int take_end(struct parser *parser, struct expectation *ret)
{
	const char *start = parser->at;

	if (take_word(parser, "unless")) {
		skip_blanks(parser);
		if (!take_word(parser, "absent"))
			return fail_at(parser, parser->at, "expected 'absent' after 'unless'");
		ret->unless_absent = true;
		skip_blanks(parser);
		start = parser->at;
	}
	return *start ? fail_at(parser, start, "expected 'and' or the end") : 0;
}

static int parse_expectation(struct parser *parser, struct expectation *ret)
{
	int err;

	err = take_moment(parser, "at", &ret->at);
	if (!err)
		err = take_moment(parser, "since", &ret->since);
	if (!err)
		err = take_name(parser, ret);
	do {
		skip_blanks(parser);
		if (!err)
			err = take_clause(parser, ret);
	} while (!err && take_word(parser, "and"));
	return err ? err : take_end(parser, ret);
}

int expectation__parse(const char *text, struct expectation *ret, struct expect_error *error)
{
	struct parser parser = { .text = text, .at = text, .error = error };
	size_t length;

	memset(ret, 0, sizeof(*ret));
	memset(error, 0, sizeof(*error));
	skip_blanks(&parser);
	length = strlen(parser.at);
	while (length && isspace((unsigned char)parser.at[length - 1]))
		length--;
	ret->text = strndup(parser.at, length);
	if (!ret->text)
		return -ENOMEM;
	/* Columns count from the caller's first byte. */
	error->column = (uint32_t)(parser.at - text);
	parser.text = parser.at = ret->text;
	length = error->column;
	if (parse_expectation(&parser, ret)) {
		error->column += (uint32_t)length;
		return *error->message ? -EINVAL : -ENOMEM;
	}
	return 0;
}

void expectation__deinit(struct expectation *expectation)
{
	free(expectation->text);
	free(expectation->at);
	free(expectation->since);
	free(expectation->name);
	memset(expectation, 0, sizeof(*expectation));
}
