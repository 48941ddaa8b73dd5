/* alertmanager_cut - an array of objects, cut into them as bytes come */
#include <string.h>

#include "pager/alertmanager.h"

void
ir_am_cut_init(struct ir_am_cut *c, int (*each)(void *, const char *, size_t), void *arg)
{
	*c = (struct ir_am_cut){ .each = each, .arg = arg };
	ir_buf_init(&c->rest, IR_AM_ELEMENT);
}

void
ir_am_cut_done(struct ir_am_cut *c)
{
	ir_buf_done(&c->rest);
}

static int
no_array(struct ir_err *err)
{
	return ir_fail(err, IR_DATA, "what it answers is no list of JSON objects");
}

/* Within a string, up to behind its quote or to n: how many bytes. */
static size_t
walk_string(struct ir_am_cut *c, const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && c->string) {
		const char *quote, *back;

		if (c->escape) {
			c->escape = false;
			i++;
			continue;
		}
		quote = memchr(p + i, '"', n - i);
		back = memchr(p + i, '\\', quote ? (size_t)(quote - p) - i : n - i);
		c->escape = back != NULL;
		c->string = back || !quote;
		i = back ? (size_t)(back - p) + 1 : quote ? (size_t)(quote - p) + 1 : n;
	}
	return i;
}

/* Within an element, up to its end or n: how many bytes. depth is 1 again where it ended. */
static size_t
walk(struct ir_am_cut *c, const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && c->depth > 1 && c->depth <= IR_AM_DEPTH) {
		if (c->string) {
			i += walk_string(c, p + i, n - i);
			continue;
		}
		switch (p[i++]) {
		case '"':
			c->string = true;
			break;
		case '{':
		case '[':
			c->depth++;
			break;
		case '}':
		case ']':
			c->depth--;
			break;
		}
	}
	return i;
}

/* Between elements. */
static int
between(struct ir_am_cut *c, char ch, struct ir_err *err)
{
	if (ch == ' ' || ch == '\t' || ch == '\r' || ch == '\n')
		return 0;
	if (ch == '[' && !c->begun) {
		c->begun = true;
		c->depth = 1;
	} else if (ch == ',' && c->depth == 1 && c->element && !c->comma) {
		c->comma = true;
	} else if (ch == ']' && c->depth == 1 && !c->comma) {
		c->depth = 0;
		c->ended = true;
	} else if (ch == '{' && c->depth == 1 && (!c->element || c->comma)) {
		c->depth = 2;
	} else {
		return no_array(err);
	}
	return 0;
}

/* An element, or what came of it: straight from the piece where it lies in it whole. */
static int
give(struct ir_am_cut *c, const char *p, size_t n, struct ir_err *err)
{
	bool whole = c->depth == 1;
	int rc = 0;

	if (c->depth > IR_AM_DEPTH)
		return ir_fail(err, IR_DATA, "what it answers is nested more than %d deep", IR_AM_DEPTH);
	if (n > IR_AM_ELEMENT || ((!whole || c->rest.len) && ir_buf_add(&c->rest, p, n) < 0))
		return ir_fail(err, IR_DATA, "one object of what it answers has more than %d bytes", IR_AM_ELEMENT);
	if (!whole)
		return 0;
	rc = c->rest.len ? c->each(c->arg, c->rest.data, c->rest.len) : c->each(c->arg, p, n);
	ir_buf_reset(&c->rest);
	c->element = true;
	c->comma = false;
	return rc;
}

int
ir_am_cut_feed(struct ir_am_cut *c, const char *p, size_t n, struct ir_err *err)
{
	size_t i = 0;

	while (i < n) {
		size_t from = i;

		if (c->depth <= 1) {
			if (between(c, p[i++], err) < 0)
				return -1;
			if (c->depth <= 1)
				continue;
		}
		i += walk(c, p + i, n - i);
		if (give(c, p + from, i - from, err) < 0)
			return -1;
	}
	return 0;
}

int
ir_am_cut_end(const struct ir_am_cut *c, struct ir_err *err)
{
	if (c->ended)
		return 0;
	return c->begun ? ir_fail(err, IR_DATA, "what it answers is broken off") : no_array(err);
}
