/* grep - lines that match a POSIX extended regular expression */
#include "logs/grep.h"

#include <string.h>

#include "logs/line.h"

int
ir_logs_grep_init(struct ir_logs_grep *g, const char *text, struct ir_err *err)
{
	char why[256];
	int ret;

	*g = (struct ir_logs_grep){ .text = text, .n = strlen(text) };
	g->plain = g->n > 0 && !strpbrk(text, "\\^$.|?*+()[]{}");
	if (g->plain)
		return 0;
	ret = regcomp(&g->re, text, REG_EXTENDED);
	if (ret == 0)
		return 0;
	regerror(ret, &g->re, why, sizeof(why));
	ir_fail(err, IR_USAGE, "'%s' is no regular expression: %s", text, why);
	return ir_hint(err, "it is POSIX extended, as grep -E takes it");
}

bool
ir_logs_grep_match(void *grep, const char *p, size_t n)
{
	const struct ir_logs_grep *g = grep;
	regmatch_t all = { .rm_so = 0, .rm_eo = (regoff_t)(n < IR_LOG_LINE_MAX ? n : IR_LOG_LINE_MAX) };

	if (g->plain)
		return memmem(p, n, g->text, g->n) != NULL;
	return regexec(&g->re, p, 1, &all, REG_STARTEND) == 0;
}

void
ir_logs_grep_done(struct ir_logs_grep *g)
{
	if (g->text && !g->plain)
		regfree(&g->re);
	g->text = NULL;
}
