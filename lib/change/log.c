/* log - deploys that somebody writes to a file, one JSON object a line; the newest MiB of it counts */
#include <fcntl.h>

#include "base/cleanup.h"
#include "change/told.h"

enum { FILE_MAX = 1 << 20 };

static int
check(struct ir_ctx *ctx, const struct ir_section *section, struct ir_err *err)
{
	(void)ctx;
	return ir_change_need(section, "log", "FILE", err);
}

static int
start(struct ir_change_source *s, struct ir_err *err)
{
	const char *path = ir_change_key(s, "log");
	IR_FREE char *text = NULL;
	struct ir_change_later *later = IR_NEW(s->look->ctx->arena, struct ir_change_later);
	size_t n = 0, skip = 0;
	int64_t from = 0, oldest;

	s->priv = later;
	text = ir_change_slurp(AT_FDCWD, path, FILE_MAX, &n, &from, err);
	if (!text)
		return -1;
	if (from) {
		/* what it begins with is the end of a line */
		const char *nl = memchr(text, '\n', n);

		skip = nl ? (size_t)(nl + 1 - text) : n;
	}
	oldest = ir_change_put_lines(s, text + skip, n - skip, "log", path, from ? 0 : 1, from + (int64_t)skip);
	if (from)
		ir_change_cut(s, oldest);
	ir_change_later(later, s);
	return 0;
}

static void
stop(struct ir_change_source *s)
{
	if (s->priv)
		ir_change_later_stop(s->priv);
}

const struct ir_change_ops ir_change_log = {
	.name = "log",
	.check = check,
	.start = start,
	.stop = stop,
};
