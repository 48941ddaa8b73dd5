/* resp - Redis' protocol (RESP2) as a tree */
#include "net/resp.h"

#include <ctype.h>

#include "base/num.h"

__attribute__((format(printf, 3, 4))) static int
fail(struct ir_resp_scan *s, enum ir_resp_error error, const char *fmt, ...)
{
	va_list ap;

	s->error = error;
	va_start(ap, fmt);
	vsnprintf(s->why, sizeof(s->why), fmt, ap);
	va_end(ap);
	return -1;
}

/* Exactly as servers write it: no plus sign, no leading zeros. */
static int
parse_number(const char *s, int64_t *ret)
{
	const char *digits = s + (*s == '-');

	if (!isdigit((unsigned char)*digits) || (*digits == '0' && (digits[1] || digits != s)))
		return -1;
	return ir_parse_int(s, INT64_MIN, INT64_MAX, ret, NULL);
}

/* An element is whole: so are the arrays that it was the last of. 1: the reply is. */
static int
ended(struct ir_resp_scan *s)
{
	s->at = IR_RESP_TYPE;
	while (s->depth > 0 && --s->left[s->depth - 1] == 0)
		s->depth--;
	return s->depth == 0;
}

static int
bulk_begins(struct ir_resp_scan *s, int64_t n)
{
	char asked[IR_NUM_MAX], most[IR_NUM_MAX];

	if (n == -1)
		return ended(s);
	if (n < 0)
		return fail(s, IR_RESP_WRONG, "a string of %s bytes", s->line);
	if ((uint64_t)n > s->max_bytes)
		return fail(s, IR_RESP_TOO_BIG, "a string of %s, %s are left to take", ir_format_size(asked, n),
		    ir_format_size(most, (int64_t)s->max_bytes));
	s->bulk = (size_t)n;
	s->at = n ? IR_RESP_IN_BULK : IR_RESP_BULK_END;
	s->cr = false;
	return 0;
}

static int
array_begins(struct ir_resp_scan *s, int64_t n)
{
	if (n == -1 || n == 0)
		return ended(s);
	if (n < 0)
		return fail(s, IR_RESP_WRONG, "an array of %s elements", s->line);
	if ((uint64_t)n > s->max_elements)
		return fail(
		    s, IR_RESP_TOO_BIG, "an array of %s elements, %zu are left to take", s->line, s->max_elements);
	if (s->depth == IR_RESP_DEPTH)
		return fail(s, IR_RESP_WRONG, "arrays deeper than %d in one another", IR_RESP_DEPTH);
	s->max_elements -= (size_t)n;
	s->left[s->depth++] = n;
	s->at = IR_RESP_TYPE;
	return 0;
}

static int
line_ends(struct ir_resp_scan *s)
{
	int64_t n;

	if (s->type == '+' || s->type == '-')
		return ended(s);
	s->line[s->line_n] = '\0';
	if (parse_number(s->line, &n) < 0)
		return fail(s, IR_RESP_WRONG, "a number is none");
	if (s->type == '$')
		return bulk_begins(s, n);
	return s->type == '*' ? array_begins(s, n) : ended(s);
}

static int
line_goes_on(struct ir_resp_scan *s, char c)
{
	bool text = s->type == '+' || s->type == '-', cr = s->cr;

	s->cr = c == '\r';
	if (c == '\n' && cr)
		return line_ends(s);
	if (text)
		return ++s->line_n <= IR_RESP_LINE ? 0 : fail(s, IR_RESP_TOO_BIG, "a line without end");
	if (s->cr && !cr)
		return 0;
	if (cr || s->line_n + 1 == sizeof(s->line) || !(isdigit((unsigned char)c) || c == '-'))
		return fail(s, IR_RESP_WRONG, "a number is none");
	s->line[s->line_n++] = c;
	return 0;
}

/* No reply begins like this; what might it be? n bytes are there to tell by. */
static int
stranger(struct ir_resp_scan *s, const char *p, size_t n)
{
	if (n >= 5 && memcmp(p, "HTTP/", 5) == 0)
		return fail(s, IR_RESP_WRONG, "an HTTP server answers");
	if (n >= 2 && memcmp(p, "\x15\x03", 2) == 0)
		return fail(s, IR_RESP_WRONG, "the server wants TLS");
	if (isgraph((unsigned char)*p))
		return fail(s, IR_RESP_WRONG, "it begins with '%c'", *p);
	return fail(s, IR_RESP_WRONG, "it begins with byte %d", (unsigned char)*p);
}

/* One element more. */
static int
begins(struct ir_resp_scan *s, const char *p, size_t n)
{
	if (!memchr("+-:$*", *p, 5))
		return stranger(s, p, n);
	if (s->depth == 0 && s->max_elements-- == 0) {
		s->max_elements = 0;
		return fail(s, IR_RESP_TOO_BIG, "too many replies");
	}
	s->type = *p;
	s->line_n = 0;
	s->cr = false;
	s->at = IR_RESP_IN_LINE;
	return 0;
}

static int
bulk_ends(struct ir_resp_scan *s, char c)
{
	if (c != (s->cr ? '\n' : '\r'))
		return fail(s, IR_RESP_WRONG, "a string does not end where it should");
	if (s->cr)
		return ended(s);
	s->cr = true;
	return 0;
}

/* At p: how many bytes are passed over; *rc is what they came to. */
static size_t
step(struct ir_resp_scan *s, const char *p, size_t n, int *rc)
{
	size_t skip = 1;

	*rc = 0;
	switch (s->at) {
	case IR_RESP_TYPE:
		*rc = begins(s, p, n);
		break;
	case IR_RESP_IN_LINE:
		*rc = line_goes_on(s, *p);
		break;
	case IR_RESP_IN_BULK:
		skip = n < s->bulk ? n : s->bulk;
		s->bulk -= skip;
		if (s->bulk == 0)
			s->at = IR_RESP_BULK_END;
		break;
	case IR_RESP_BULK_END:
		*rc = bulk_ends(s, *p);
		break;
	}
	return skip;
}

int
ir_resp_scan(struct ir_resp_scan *s, const char *p, size_t n, size_t *used)
{
	int rc = s->error ? -1 : 0;

	*used = 0;
	while (rc == 0 && *used < n) {
		size_t room = n - *used < s->max_bytes ? n - *used : s->max_bytes, took;

		if (room == 0)
			return fail(s, IR_RESP_TOO_BIG, "the replies are too long");
		took = step(s, p + *used, room, &rc);
		*used += took;
		s->max_bytes -= took;
	}
	return rc;
}

void
ir_resp_init(struct ir_resp *r, const struct ir_hiredis *lib)
{
	memset(r, 0, sizeof(*r));
	r->lib = lib;
	r->reader = lib->reader_create();
	if (!r->reader)
		ir_oom();
}

void
ir_resp_done(struct ir_resp *r)
{
	if (r->reader)
		r->lib->reader_free(r->reader);
	r->reader = NULL;
}

static enum ir_redis_type
type_of(const redisReply *from)
{
	switch (from->type) {
	case REDIS_REPLY_STRING:
		return IR_REDIS_STRING;
	case REDIS_REPLY_STATUS:
		return IR_REDIS_STATUS;
	case REDIS_REPLY_ERROR:
		return IR_REDIS_ERROR;
	case REDIS_REPLY_INTEGER:
		return IR_REDIS_INTEGER;
	case REDIS_REPLY_ARRAY:
		return IR_REDIS_ARRAY;
	default:
		return IR_REDIS_NIL;
	}
}

/* The first word of an error, when it is in capitals. */
static const char *
code_of(struct ir_arena *arena, const char *s)
{
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return s[n] == ' ' || s[n] == '\0' ? ir_strndup(arena, s, n) : "";
}

/* As deep as IR_RESP_DEPTH at the most. */
static void
copy(struct ir_arena *arena, const redisReply *from, struct ir_redis_reply *to)
{
	memset(to, 0, sizeof(*to));
	to->type = type_of(from);
	switch (to->type) {
	case IR_REDIS_STRING:
	case IR_REDIS_STATUS:
	case IR_REDIS_ERROR:
		to->len = from->len;
		to->s = memcpy(ir_arena_alloc(arena, from->len + 1), from->str, from->len);
		if (to->type == IR_REDIS_ERROR)
			to->code = code_of(arena, to->s);
		break;
	case IR_REDIS_INTEGER:
		to->i = from->integer;
		break;
	case IR_REDIS_ARRAY: {
		struct ir_redis_reply *v = IR_NEW_N(arena, struct ir_redis_reply, from->elements);

		to->n = from->elements;
		to->v = v;
		for (size_t i = 0; i < to->n; i++)
			copy(arena, from->element[i], &v[i]);
		break;
	}
	case IR_REDIS_NIL:
		break;
	}
}

int
ir_resp_take(
    struct ir_resp *r, const char *p, size_t n, size_t *used, struct ir_arena *arena, struct ir_redis_reply *ret)
{
	int rc = ir_resp_scan(&r->scan, p, n, used);
	void *reply = NULL;

	if (rc < 0)
		return rc;
	if (r->lib->reader_feed(r->reader, p, *used) != REDIS_OK)
		return fail(&r->scan, IR_RESP_WRONG, "%s", r->reader->errstr);
	if (rc == 0)
		return 0;
	if (r->lib->reader_get(r->reader, &reply) != REDIS_OK || !reply)
		return fail(&r->scan, IR_RESP_WRONG, "%s", r->reader->errstr);
	copy(arena, reply, ret);
	r->lib->reply_free(reply);
	return 1;
}
