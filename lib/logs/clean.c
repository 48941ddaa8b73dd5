/* clean - a line without what moves a terminal's cursor: escape sequences, controls, what a progress bar wrote over */
#include "logs/clean.h"

#include <string.h>

#include "base/utf8.h"

enum { ESC = 0x1b, BEL = 0x07, DEL = 0x7f, C1_FIRST = 0x80, C1_CSI = 0x9b, C1_LAST = 0x9f };

static const char replacement[] = "\xef\xbf\xbd";

/* C1 controls are two bytes in UTF-8. Returns the code, or 0. */
static int
c1(const char *p, size_t n)
{
	unsigned char second = n > 1 ? (unsigned char)p[1] : 0;

	return n > 1 && p[0] == '\xc2' && second >= C1_FIRST && second <= C1_LAST ? second : 0;
}

int
ir_log_dirty(const char *p, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t len = ir_utf8_plain(p + i, n - i);

		if (!len) {
			len = p[i] == '\t' || ((unsigned char)p[i] >= 0x80 && !c1(p + i, n - i))
				  ? ir_utf8_len(p + i, n - i)
				  : 0;
			if (!len)
				return 1;
		}
		i += len;
	}
	return 0;
}

/* Parameters, intermediates and the final byte after CSI. */
static size_t
csi_len(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] >= 0x20 && p[i] < 0x40)
		i++;
	return i < n && p[i] >= 0x40 && p[i] < DEL ? i + 1 : i;
}

struct cleaner {
	struct ir_buf *out;
	const char *p;
	size_t n;
	bool endless; /* a string was begun that nothing ends: no need to look again */
};

/* The text of OSC, DCS and the like, with BEL or ST at its end. Of one that does not end only the beginning is left out: it must not hide the rest of the line. */
static size_t
string_len(struct cleaner *c, size_t at)
{
	for (size_t i = at; !c->endless && i < c->n; i++) {
		if (c->p[i] == BEL)
			return i + 1 - at;
		if (c->p[i] == ESC && i + 1 < c->n && c->p[i + 1] == '\\')
			return i + 2 - at;
		if (c1(c->p + i, c->n - i) == 0x9c)
			return i + 2 - at;
	}
	c->endless = true;
	return 0;
}

static bool
begins_string(int code)
{
	return code == 'P' || code == 'X' || code == ']' || code == '^' || code == '_';
}

/* What to leave out at a control byte or code. */
static size_t
control_len(struct cleaner *c, size_t at)
{
	const char *p = c->p + at;
	size_t left = c->n - at, i = 1;
	int code = c1(p, left);

	if (!code && p[0] != ESC)
		return 1;
	if (code || (left > 1 && p[1] >= 0x40 && p[1] < 0x60)) {
		code = code ? code - 0x40 : p[1]; /* both forms of C1 */
		if (code == '[')
			return 2 + csi_len(p + 2, left - 2);
		return 2 + (begins_string(code) ? string_len(c, at + 2) : 0);
	}
	while (i < left && p[i] >= 0x20 && p[i] < 0x30)
		i++;
	return i < left && p[i] >= 0x30 && p[i] < DEL ? i + 1 : i;
}

/* A sequence that does not fit is left out whole. */
static void
add(struct ir_buf *b, const char *p, size_t n)
{
	if (b->cap - b->len < n)
		b->full = true;
	else
		ir_buf_add(b, p, n);
}

static size_t
clean_one(struct cleaner *c, size_t at)
{
	const char *p = c->p + at;
	size_t left = c->n - at, len;

	if (p[0] == '\t') {
		add(c->out, " ", 1);
		return 1;
	}
	if (((unsigned char)p[0] < 0x20) || p[0] == DEL || c1(p, left))
		return control_len(c, at);
	len = ir_utf8_len(p, left);
	add(c->out, len ? p : replacement, len ? len : sizeof replacement - 1);
	return len + !len;
}

/* After the last CR that is not at the end. */
static size_t
visible(const char *p, size_t *n)
{
	const char *cr;

	while (*n && p[*n - 1] == '\r')
		--*n;
	cr = memrchr(p, '\r', *n);
	return cr ? (size_t)(cr + 1 - p) : 0;
}

void
ir_log_clean(struct ir_buf *out, const char *p, size_t n)
{
	size_t from = n ? visible(p, &n) : 0;
	struct cleaner c = { out, p + from, n - from, false };

	for (size_t i = 0, len; i < c.n && !out->full; i += len) {
		len = ir_utf8_plain(c.p + i, c.n - i);
		if (len)
			ir_buf_add(out, c.p + i, len);
		else
			len = clean_one(&c, i);
	}
}
