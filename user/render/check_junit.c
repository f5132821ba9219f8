/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* JUnit XML, in the form that both Jenkins and GitLab read. */
#include <errno.h>
#include <mxml.h>

#include "base/format.h"
#include "render/check.h"

#define TEXT_MAX 2048

/* Valid UTF-8 without the control characters that XML forbids; the library escapes the rest. */
static void put_attribute(mxml_node_t *node, const char *name, const char *value)
{
	char safe[TEXT_MAX];

	mxmlElementSetAttr(node, name, format_line(value, safe, sizeof(safe)));
}

static void put_line(mxml_node_t *node, const char *text)
{
	char safe[TEXT_MAX];

	mxmlNewOpaquef(node, "%s\n", format_line(text, safe, sizeof(safe)));
}

static void put_miss(void *ctx, const char *name, const char *words)
{
	mxml_node_t *node = ctx;

	put_line(node, name);
	put_line(node, words);
}

static int put_findings(mxml_node_t *node, const struct check_item *item)
{
	int err = check_each_miss(item, put_miss, node);

	if (!err && item->result.reason)
		put_line(node, item->result.reason);
	return err;
}

static mxml_node_t *add_case(mxml_node_t *suite, const char *name)
{
	mxml_node_t *node = mxmlNewElement(suite, "testcase");

	put_attribute(node, "classname", "pagewatch");
	put_attribute(node, "name", name);
	return node;
}

static mxml_node_t *add_verdict(mxml_node_t *node, enum expect_verdict verdict)
{
	mxml_node_t *child = mxmlNewElement(node, verdict == EXPECT_FAILS ? "failure" : "error");

	put_attribute(child, "message",
		      verdict == EXPECT_FAILS ? "the expectation does not hold" : "cannot tell");
	return child;
}

static int put_item(mxml_node_t *suite, const struct check_item *item)
{
	mxml_node_t *node = add_case(suite, item->expectation.text);

	if (item->result.verdict == EXPECT_HOLDS)
		return 0;
	return put_findings(add_verdict(node, item->result.verdict), item);
}

static void put_status(mxml_node_t *suite, const struct checks *checks)
{
	enum expect_verdict verdict = checks__status_verdict(checks);
	mxml_node_t *node;
	char words[64];

	snprintf(words, sizeof(words), "the command exits %d", checks->expected_status);
	node = add_case(suite, words);
	if (verdict == EXPECT_HOLDS)
		return;
	snprintf(words, sizeof(words), "its status is %d", checks->status);
	put_line(add_verdict(node, verdict),
		 verdict == EXPECT_UNKNOWN ? "it was not seen to end" : words);
}

static int put_suite(mxml_node_t *root, const struct checks *checks)
{
	bool status = checks->has_command && checks->expected_status >= 0;
	mxml_node_t *suite = mxmlNewElement(root, "testsuite");
	size_t i;
	int err = 0;

	put_attribute(suite, "name", "pagewatch check");
	mxmlElementSetAttrf(suite, "tests", "%zu", checks->count + status);
	mxmlElementSetAttrf(suite, "failures", "%zu", checks__tally(checks, EXPECT_FAILS));
	mxmlElementSetAttrf(suite, "errors", "%zu", checks__tally(checks, EXPECT_UNKNOWN));
	if (status)
		put_status(suite, checks);
	for (i = 0; !err && i < checks->count; i++)
		err = put_item(suite, &checks->items[i]);
	return err;
}

int check_render_junit(const struct checks *checks, FILE *out)
{
	mxml_node_t *document = mxmlNewXML("1.0");
	int err;

	if (!document)
		return -ENOMEM;
	err = put_suite(mxmlNewElement(document, "testsuites"), checks);
	if (!err && mxmlSaveFile(document, out, MXML_NO_CALLBACK))
		err = -EIO;
	mxmlDelete(document);
	if (!err && fputc('\n', out) == EOF)
		err = -EIO;
	return err;
}
