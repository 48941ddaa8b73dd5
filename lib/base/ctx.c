/* ctx - what a run carries, and the one gate for effects */
#include "base/ctx.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/utf8.h"

/* Anything but a plain "no" counts: a safety switch that is spelt wrongly must not be off. */
static bool
read_only(void)
{
	const char *s = getenv("IR_READONLY");
	int on;

	return s && *s && (ir_parse_bool(s, &on, NULL) < 0 || on);
}

int
ir_effect_allowed(const struct ir_ctx *ctx, enum ir_effect effect, struct ir_err *err)
{
	const char *command = ctx && ctx->command ? ctx->command : "this program";

	if (effect == IR_READ || effect == IR_PROBE || effect == IR_JOURNAL)
		return 0;
	if (read_only()) {
		ir_fail(err, IR_REFUSED, "'%s' may not change anything: IR_READONLY is set", command);
		return ir_hint(err, "unset IR_READONLY to let it");
	}
	if (effect == IR_WRITE && ctx && ctx->actor)
		return 0;
	return ir_fail(err, IR_REFUSED, "'%s' may not change anything: it is a dry run, or not an actor", command);
}

static void
write_line(struct ir_buf *line)
{
	ir_buf_addc(line, '\n');
	while (write(STDERR_FILENO, line->data, line->len) < 0 && errno == EINTR)
		;
	ir_buf_done(line);
}

void
ir_trace(const struct ir_ctx *ctx, int level, const char *fmt, ...)
{
	enum { LINE = 4096 };
	char text[LINE + 4]; /* a sequence more, so that the cut sees whole ones */
	va_list ap;
	int n;

	if (!ctx || (level > 0 ? ctx->verbose < level : ctx->quiet))
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;

	struct ir_buf line;

	ir_buf_init(&line, 4 * LINE + 256);
	ir_buf_addf(&line, "%s: ", ctx->command ? ctx->command : "ir");
	ir_utf8_escape(&line, text, ir_utf8_cut(text, strnlen(text, sizeof text), LINE));
	write_line(&line);
}

void
ir_say(const struct ir_ctx *ctx, const struct ir_err *err)
{
	struct ir_buf line;

	ir_buf_init(&line, 8 * sizeof *err);
	ir_buf_addf(&line, "%s: ", ctx && ctx->command ? ctx->command : "ir");
	ir_utf8_escape(&line, err->msg, strlen(err->msg));
	if (*err->hint) {
		ir_buf_adds(&line, "\n  hint: ");
		ir_utf8_escape(&line, err->hint, strlen(err->hint));
	}
	write_line(&line);
}
