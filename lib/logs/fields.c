/* fields - of a line's members the message, time, level and the like */
#include "logs/fields.h"

#include <string.h>

#include "logs/fields_priv.h"

enum { WIDEST_LEVEL = 6, STATUS_DIGITS = 3 };

static bool
is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

/* A number of few digits, or -1. */
static long
small_number(const char *p, size_t n)
{
	long v = 0;

	for (size_t i = 0; i < n; i++) {
		if (!is_digit(p[i]) || i == WIDEST_LEVEL)
			return -1;
		v = 10 * v + p[i] - '0';
	}
	return n ? v : -1;
}

static void
trim(struct ir_field_value *v)
{
	while (v->n && (v->p[v->n - 1] == ' ' || v->p[v->n - 1] == ':'))
		v->n--;
	while (v->n && v->p[0] == ' ') {
		v->p++;
		v->n--;
		v->at += v->at >= 0;
	}
}

static enum ir_log_level
level_of(long number, enum ir_field_scale scale)
{
	if (scale == IR_FIELD_OTEL)
		return ir_level_otel(number);
	/* Python counts DEBUG as 10. */
	return ir_level_number(scale == IR_FIELD_PYTHON ? number + 10 : number);
}

static bool
take_level(struct ir_field_sink *s, enum ir_field_scale scale, struct ir_field_value v)
{
	enum ir_log_level level;
	long number;

	trim(&v);
	number = small_number(v.p, v.n);
	if (number >= 0)
		level = level_of(number, scale);
	else
		level = v.n == 1 ? ir_level_letter(v.p[0]) : ir_level_word(v.p, v.n);
	if (!level) {
		s->odd_level |= v.n > 0 && v.p[0] >= '0' && v.p[0] <= '9';
		return false;
	}
	s->line->level = level;
	s->line->level_at = number >= 0 && scale == IR_FIELD_PLAIN ? (int)v.at : -1;
	s->uncertain = number >= 0 && s->line->level_at < 0;
	return true;
}

/* Seconds, milli-, micro- or nanoseconds: whichever falls into this century. */
static bool
take_number(struct ir_field_sink *s, double number)
{
	for (double ms = number * 1000; ms >= 1e12; ms /= 1000) {
		if (ms < 4.1e12) {
			s->line->ms = (int64_t)(ms + 0.5);
			s->line->zoned = true;
			s->line->time_at = -1;
			return true;
		}
	}
	return false;
}

static bool
take_time(struct ir_field_sink *s, const struct ir_field_value *v)
{
	struct ir_stamp stamp;
	size_t len = ir_stamp_match(v->p, v->n, s->base, &stamp);

	if (!len || !stamp.timed)
		return v->number > 0 && take_number(s, v->number);
	s->line->ms = stamp.ms;
	s->line->zoned = stamp.zoned;
	s->line->time_at = (int)v->at;
	s->line->time_shape = stamp.shape;
	return true;
}

static bool
take_status(struct ir_field_sink *s, const struct ir_field_value *v)
{
	long number = v->n == STATUS_DIGITS ? small_number(v->p, v->n) : -1;

	if (!ir_level_status(number)) {
		s->odd_status |= v->n > 0 && v->p[0] >= '0' && v->p[0] <= '9';
		return false;
	}
	s->status = (int)number;
	s->status_at = v->at;
	return true;
}

static bool
take_text(struct ir_field_sink *s, enum ir_field_role role, const struct ir_field_value *v)
{
	size_t n = v->n;

	while (n && (v->p[n - 1] == '\n' || v->p[n - 1] == '\r'))
		n--;
	/* An empty message is one when nothing better comes. */
	if (!n && (role != IR_FIELD_MESSAGE || s->rank[role]))
		return false;
	s->text[role] = (struct ir_field_text){ v->p, n, 0, v->how };
	if (v->how == IR_FIELD_SCRATCH)
		s->text[role].off = (size_t)(v->p - s->scratch->data);
	return n > 0;
}

void
ir_field_take(struct ir_field_sink *s, struct ir_field_name name, const struct ir_field_value *v)
{
	bool taken;

	if (name.role == IR_FIELD_OTHER || (s->rank[name.role] && s->rank[name.role] <= name.rank))
		return;
	switch (name.role) {
	case IR_FIELD_LEVEL:
		taken = take_level(s, name.scale, *v);
		break;
	case IR_FIELD_TIME:
		taken = take_time(s, v);
		break;
	case IR_FIELD_STATUS:
		taken = take_status(s, v);
		break;
	default:
		taken = take_text(s, name.role, v);
	}
	if (taken)
		s->rank[name.role] = name.rank;
}

/* journald's units. */
static void
drop_suffix(struct ir_span *service)
{
	static const char suffix[] = ".service";
	size_t n = sizeof suffix - 1;

	if (service->n > n && memcmp(service->p + service->n - n, suffix, n) == 0)
		service->n -= n;
}

static char
unescaped(char c)
{
	return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
}

static void
unescape(struct ir_buf *b, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\\' && i + 1 < n)
			ir_buf_addc(b, unescaped(p[++i]));
		else
			ir_buf_addc(b, p[i]);
	}
}

/* Texts that are not in the line go to the scratch buffer, which may move until the last is there. */
static void
gather(struct ir_field_sink *s)
{
	for (int i = 0; i < IR_FIELD_ROLES; i++) {
		struct ir_field_text *t = &s->text[i];

		if (!t->p || (t->how != IR_FIELD_ESCAPED && t->how != IR_FIELD_ELSEWHERE))
			continue;
		t->off = s->scratch->len;
		if (t->how == IR_FIELD_ESCAPED)
			unescape(s->scratch, t->p, t->n);
		else
			ir_buf_add(s->scratch, t->p, t->n);
		t->n = s->scratch->len - t->off;
		t->how = IR_FIELD_SCRATCH;
	}
	for (int i = 0; i < IR_FIELD_ROLES; i++) {
		if (s->text[i].p && s->text[i].how == IR_FIELD_SCRATCH)
			s->text[i].p = s->scratch->data + s->text[i].off;
	}
}

static struct ir_span
span(const struct ir_field_sink *s, enum ir_field_role role)
{
	struct ir_span ret = { s->text[role].p, s->text[role].p ? s->text[role].n : 0 };

	while (ret.n && (ret.p[ret.n - 1] == '\n' || ret.p[ret.n - 1] == '\r'))
		ret.n--;
	return ret;
}

void
ir_field_finish(struct ir_field_sink *s)
{
	struct ir_log_line *line = s->line;

	gather(s);
	line->message = span(s, IR_FIELD_MESSAGE);
	line->logger = span(s, IR_FIELD_LOGGER);
	line->stack = span(s, IR_FIELD_STACK);
	line->service = span(s, IR_FIELD_SERVICE);
	drop_suffix(&line->service);
	/* An access log's: the status says what failed, and all else is information. */
	if (!line->level && s->status) {
		line->level = IR_LEVEL_INFO;
		line->status = s->status;
		line->status_at = (int)s->status_at;
		s->uncertain = s->status_at < 0;
	} else if (!line->level) {
		s->uncertain |= s->odd_status;
	}
	line->uncertain = s->uncertain || s->odd_level;
	line->header = line->fields = true;
}

bool
ir_fields_read(const char *p, size_t n, struct ir_stamp_base *base, struct ir_buf *scratch, struct ir_log_line *ret,
    struct ir_ids *ids)
{
	struct ir_log_line line = { .ms = IR_TIME_NONE, .time_at = -1, .level_at = -1, .status_at = -1 };
	struct ir_field_sink s = { .base = base, .scratch = scratch, .line = &line, .ids = ids };
	size_t blanks = 0;
	bool ok;

	while (blanks < n && (p[blanks] == ' ' || p[blanks] == '\t'))
		blanks++;
	if (blanks == n)
		return false;
	ok = p[blanks] == '{' ? ir_fields_json(p, n, &s) : ir_fields_logfmt(p, n, &s);
	if (ok)
		*ret = line;
	return ok;
}
