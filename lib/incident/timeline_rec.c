/*
 * timeline_rec - a record's envelope
 *
 * Most records of a journal are observations of what was known already: their envelope is read where our own encoder puts it, and the rest is never parsed.
 */
#include <string.h>

#include "incident/timeline_priv.h"

struct cursor {
	const char *p, *end;
};

static bool
take(struct cursor *c, const char *lit)
{
	size_t n = strlen(lit);

	if ((size_t)(c->end - c->p) < n || memcmp(c->p, lit, n) != 0)
		return false;
	c->p += n;
	return true;
}

/* A string's bytes up to its closing quote; one with an escape is not for the quick way. */
static bool
take_str(struct cursor *c, const char **s, size_t *n)
{
	const char *quote = memchr(c->p, '"', (size_t)(c->end - c->p));

	if (!quote || memchr(c->p, '\\', (size_t)(quote - c->p)))
		return false;
	*s = c->p;
	*n = (size_t)(quote - c->p);
	c->p = quote + 1;
	return true;
}

static bool
take_into(struct cursor *c, char *to, size_t size)
{
	const char *s;
	size_t n;

	if (!take_str(c, &s, &n) || n >= size)
		return false;
	memcpy(to, s, n);
	to[n] = '\0';
	return true;
}

static bool
take_digits(struct cursor *c)
{
	const char *from = c->p;

	while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
		c->p++;
	return c->p > from;
}

static bool
take_time(struct cursor *c, int64_t *ret)
{
	const char *s;
	size_t n;

	return take_str(c, &s, &n) && ir_time_parse_rfc3339(s, n, ret) == 0;
}

static bool
quick(struct tl_rec *r)
{
	struct cursor c = { r->line, r->line + r->len };
	const char *source;
	size_t n;

	if (!take(&c, "{\"kind\":\"") || !take_into(&c, r->kind, sizeof(r->kind)) || !take(&c, ",\"v\":") ||
	    !take_digits(&c) || !take(&c, ",\"id\":"))
		return false;
	if (!take(&c, "null") && !(take(&c, "\"") && take_into(&c, r->id, sizeof(r->id))))
		return false;
	return take(&c, ",\"time\":\"") && take_time(&c, &r->time_ms) && take(&c, ",\"source\":\"") &&
	       take_str(&c, &source, &n) && take(&c, ",\"run\":\"") && take_into(&c, r->run, sizeof(r->run)) &&
	       take(&c, ",\"status\":\"") && take_into(&c, r->status, sizeof(r->status)) && take(&c, ",\"env\":\"") &&
	       take_str(&c, &r->env, &r->env_len) && r->line[r->len - 1] == '}';
}

static void
copy(char *to, size_t size, const char *s)
{
	if (strlen(s) < size)
		memcpy(to, s, strlen(s) + 1);
}

static int
slow(struct tl_rec *r)
{
	const struct ir_rec rec = { .obj = r->obj = json_loadb(r->line, r->len, 0, NULL) };

	if (!json_is_object(r->obj) || !*ir_rec_str(&rec, "kind"))
		return -1;
	copy(r->kind, sizeof(r->kind), ir_rec_str(&rec, "kind"));
	copy(r->id, sizeof(r->id), ir_rec_str(&rec, "id"));
	copy(r->run, sizeof(r->run), ir_rec_str(&rec, "run"));
	copy(r->status, sizeof(r->status), ir_rec_str(&rec, "status"));
	r->env = ir_rec_str(&rec, "env");
	r->env_len = strlen(r->env);
	r->time_ms = ir_rec_time(&rec);
	return 0;
}

int
tl_rec_read(struct tl_rec *r, const char *line, size_t len)
{
	const struct tl_rec empty = { .line = line, .len = len, .env = "", .time_ms = IR_TIME_NONE };

	*r = empty;
	if (len < 2 || len > IR_LINE_MAX)
		return -1;
	if (!quick(r)) {
		*r = empty;
		if (slow(r) < 0) {
			tl_rec_done(r);
			return -1;
		}
	}
	if (!ir_id_valid(r->id, strlen(r->id)))
		*r->id = '\0';
	return 0;
}

const json_t *
tl_rec_obj(struct tl_rec *r)
{
	if (!r->obj)
		r->obj = json_loadb(r->line, r->len, 0, NULL);
	return r->obj;
}

const char *
tl_rec_str(struct tl_rec *r, const char *key)
{
	const char *s = json_string_value(json_object_get(tl_rec_obj(r), key));

	return s ? s : "";
}

int64_t
tl_rec_instant(struct tl_rec *r, const char *key)
{
	const char *s = tl_rec_str(r, key);
	int64_t ms;

	return ir_time_parse_rfc3339(s, strlen(s), &ms) == 0 ? ms : IR_TIME_NONE;
}

void
tl_rec_done(struct tl_rec *r)
{
	json_decref(r->obj);
	r->obj = NULL;
}
