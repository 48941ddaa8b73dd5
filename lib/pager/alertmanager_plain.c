/* alertmanager_plain - an object of JSON whose texts are plain, by its bytes */
#include "pager/alertmanager_plain.h"

#include <string.h>

#include "base/utf8.h"

enum { DEPTH_MAX = 16 };

static void
skip_blanks(struct ir_plain_walk *w)
{
	while (w->at < w->end && strchr(" \t\r\n", *w->at) && *w->at)
		w->at++;
}

/* The quote that ends it: the first that no odd number of backslashes is before. */
static const char *
closing_quote(const char *from, const char *end)
{
	const char *quote = from;

	while ((quote = memchr(quote, '"', (size_t)(end - quote)))) {
		const char *s = quote;

		while (s > from && s[-1] == '\\')
			s--;
		if ((quote - s) % 2 == 0)
			return quote;
		quote++;
	}
	return NULL;
}

/* From the quote at w->at on. */
static int
take_string(struct ir_plain_walk *w, struct ir_plain *ret)
{
	const char *quote = closing_quote(w->at + 1, w->end);

	if (!quote)
		return -1;
	*ret = (struct ir_plain){ w->at + 1, (size_t)(quote - w->at - 1), '"' };
	if (ir_utf8_plain(ret->p, ret->n) != ret->n || memchr(ret->p, '\\', ret->n))
		ret->type = IR_PLAIN_ODD;
	w->at = quote + 1;
	return 0;
}

/* An object or a list, whole. */
static int
take_whole(struct ir_plain_walk *w, struct ir_plain *ret)
{
	const char *from = w->at;
	int depth = 0;

	do {
		struct ir_plain inner;

		if (w->at == w->end || depth > DEPTH_MAX)
			return -1;
		if (*w->at == '"') {
			if (take_string(w, &inner) < 0)
				return -1;
			continue;
		}
		depth += *w->at == '{' || *w->at == '[';
		depth -= *w->at == '}' || *w->at == ']';
		w->at++;
	} while (depth > 0);
	*ret = (struct ir_plain){ from, (size_t)(w->at - from), *from };
	return 0;
}

static int
take_value(struct ir_plain_walk *w, struct ir_plain *ret)
{
	if (w->at == w->end)
		return -1;
	if (*w->at == '"')
		return take_string(w, ret);
	return *w->at == '{' || *w->at == '[' ? take_whole(w, ret) : -1;
}

void
ir_plain_begin(struct ir_plain_walk *w, const char *p, size_t n)
{
	*w = (struct ir_plain_walk){ .at = p, .end = p + n, .first = true };
}

static bool
take_char(struct ir_plain_walk *w, char c)
{
	skip_blanks(w);
	if (w->at == w->end || *w->at != c)
		return false;
	w->at++;
	skip_blanks(w);
	return true;
}

int
ir_plain_next(struct ir_plain_walk *w, struct ir_plain *key, struct ir_plain *value)
{
	bool first = w->first;

	if (first && !take_char(w, '{'))
		return -1;
	w->first = false;
	if (take_char(w, '}'))
		return w->at == w->end ? 0 : -1;
	if (!first && !take_char(w, ','))
		return -1;
	if (w->at == w->end || *w->at != '"' || take_string(w, key) < 0 || key->type != '"' || !take_char(w, ':'))
		return -1;
	return take_value(w, value) < 0 ? -1 : 1;
}

bool
ir_plain_is(const struct ir_plain *s, const char *text)
{
	return strncmp(s->p, text, s->n) == 0 && !text[s->n];
}
