/* plugin - the first line is the summary, what stands behind a bar is performance data */

#include "base/cleanup.h"
#include "base/utf8.h"
#include "probe/plugin.h"

enum ir_status
ir_plugin_status(int64_t exit)
{
	switch (exit) {
	case 0:
		return IR_STATUS_OK;
	case 1:
		return IR_STATUS_WARN;
	case 2:
		return IR_STATUS_FAIL;
	default:
		return IR_STATUS_UNKNOWN;
	}
}

static int
space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A label, quoted ('' stands for a quote) or not, up to its "=". Returns the bytes taken, 0 when it is none. */
static size_t
take_label(const char *s, size_t n, struct ir_buf *ret)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf raw;
	struct ir_buf *b = &raw;
	size_t i = 0;
	int quoted = n > 0 && s[0] == '\'';

	ir_buf_init(b, 256);

	for (i = quoted ? 1 : 0; i < n; i++) {
		if (quoted && s[i] == '\'') {
			if (i + 1 < n && s[i + 1] == '\'')
				i++;
			else
				break;
		} else if (!quoted && (s[i] == '=' || space(s[i]))) {
			break;
		}
		ir_buf_addc(b, s[i]);
	}
	if (quoted)
		i++;
	ir_utf8_clean(ret, b->data, b->len);
	return i < n && s[i] == '=' && b->len > 0 && !b->full ? i + 1 : 0;
}

/* A value is a number, perhaps with a unit and thresholds, or U for "not known". */
static int
is_value(const char *s, size_t n)
{
	size_t i = n > 0 && (s[0] == '-' || s[0] == '+');

	if (n == 0)
		return 0;
	if (s[0] == 'U')
		return n == 1 || s[1] == ';';
	return i < n && ((s[i] >= '0' && s[i] <= '9') || s[i] == '.');
}

static void
take_perfdata(struct ir_arena *arena, const char *s, size_t n, struct ir_list *ret)
{
	size_t at = 0;

	while (at < n && ret->n < IR_PERFDATA_MAX) {
		struct ir_buf b;
		size_t label, len = 0;

		while (at < n && space(s[at]))
			at++;
		ir_buf_init(&b, 2048);
		label = take_label(s + at, n - at, &b);
		at += label;
		while (at + len < n && !space(s[at + len]))
			len++;
		if (label && is_value(s + at, len)) {
			ir_buf_addc(&b, '=');
			ir_utf8_clean(&b, s + at, len);
			if (!b.full)
				ir_list_add(arena, ret, ir_strndup(arena, b.data, b.len));
		}
		at += len;
		ir_buf_done(&b);
	}
}

static const char *
first_line(struct ir_arena *arena, const char *s, size_t n)
{
	struct ir_buf b;
	const char *ret;

	while (n > 0 && space(s[n - 1]))
		n--;
	while (n > 0 && space(*s)) {
		s++;
		n--;
	}
	ir_buf_init(&b, 4096);
	ir_utf8_clean(&b, s, n);
	ret = ir_strndup(arena, b.data, b.len);
	ir_buf_done(&b);
	return ret;
}

/* "TEXT | PERFDATA\nLONG TEXT\nLONG TEXT | PERFDATA\nPERFDATA": behind the second bar all is performance data. */
void
ir_plugin_parse(struct ir_arena *arena, const char *out, size_t n, struct ir_plugin *ret)
{
	const char *end = out + n, *eol = memchr(out, '\n', n), *bar;
	const char *line_end = eol ? eol : end;

	*ret = (struct ir_plugin){ .summary = "" };
	bar = memchr(out, '|', (size_t)(line_end - out));
	ret->summary = first_line(arena, out, (size_t)((bar ? bar : line_end) - out));
	if (bar)
		take_perfdata(arena, bar + 1, (size_t)(line_end - bar - 1), &ret->perfdata);
	if (!eol)
		return;
	bar = memchr(eol, '|', (size_t)(end - eol));
	if (bar)
		take_perfdata(arena, bar + 1, (size_t)(end - bar - 1), &ret->perfdata);
}
