/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "render/html_files.h"

static const char style[] = {
#include "html/report.css.inc"
};

static const char script[] = {
#include "html/report.js.inc"
};

static const char body[] = {
#include "html/report.html.inc"
};

static const char policy[] = {
#include "html/policy.inc"
};

static void put_bytes(const char *bytes, size_t count, FILE *out)
{
	fwrite(bytes, 1, count, out);
}

void html_put_head(FILE *out)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"",
	      out);
	put_bytes(policy, sizeof(policy), out);
	fputs("\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<title>pagewatch</title>\n<style>",
	      out);
	put_bytes(style, sizeof(style), out);
	fputs("</style>\n</head>\n<body>\n", out);
	put_bytes(body, sizeof(body), out);
}

void html_put_script(FILE *out)
{
	fputs("<script>", out);
	put_bytes(script, sizeof(script), out);
	fputs("</script>\n</body>\n</html>\n", out);
}
