/* foreign - values in JSON that somebody else wrote */
#include "rec/foreign.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/utf8.h"

enum { DIGITS_MAX = 19 };

/* Years 1971 to 9999, in ms; what is below the first in ms is in seconds. */
static const int64_t time_min = INT64_C(31536000000), time_max = INT64_C(253402300799999);

json_t *
ir_foreign_json(const char *text, size_t n)
{
	json_error_t why;
	json_t *root = json_loadb(text, n, JSON_ALLOW_NUL, &why);

	if (!root && json_error_code(&why) == json_error_numeric_overflow)
		root = json_loadb(text, n, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
	return root;
}

const char *
ir_foreign_clean(struct ir_arena *arena, const char *s, size_t n)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, 5 * IR_FOREIGN_TEXT);
	ir_utf8_clean(&b, s, n <= IR_FOREIGN_TEXT ? n : ir_utf8_cut(s, n, IR_FOREIGN_TEXT));
	return ir_strndup(
	    arena, b.data, b.len <= IR_FOREIGN_TEXT ? b.len : ir_utf8_cut(b.data, b.len, IR_FOREIGN_TEXT));
}

const char *
ir_foreign_text(struct ir_arena *arena, const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	if (!json_is_string(v) || json_string_length(v) == 0)
		return NULL;
	return ir_foreign_clean(arena, json_string_value(v), json_string_length(v));
}

int64_t
ir_foreign_int(const json_t *v, int64_t otherwise)
{
	double real = json_is_real(v) ? json_real_value(v) : (double)NAN;

	if (json_is_integer(v))
		return (int64_t)json_integer_value(v);
	return fabs(real) < 9007199254740992.0 && trunc(real) == real ? (int64_t)real : otherwise;
}

const char *
ir_foreign_number(struct ir_arena *arena, const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);
	const char *s = json_string_value(v);

	if (ir_foreign_int(v, -1) >= 0)
		return ir_asprintf(arena, "%lld", (long long)ir_foreign_int(v, -1));
	if (!s || !*s || strlen(s) > DIGITS_MAX || s[strspn(s, "0123456789")])
		return NULL;
	return ir_strdup(arena, s);
}

static int64_t
epoch(double value)
{
	double ms = value * (fabs(value) < (double)time_min ? 1000 : 1);

	return ms >= (double)time_min && ms <= (double)time_max ? (int64_t)ms : IR_TIME_NONE;
}

static int64_t
in_range(int64_t ms)
{
	return ms >= time_min && ms <= time_max ? ms : IR_TIME_NONE;
}

/* "+0100" */
static bool
lacks_colon(const char *s, size_t n)
{
	if (n < 6 || (s[n - 5] != '+' && s[n - 5] != '-'))
		return false;
	for (size_t i = n - 4; i < n; i++)
		if (!isdigit((unsigned char)s[i]))
			return false;
	return true;
}

static int64_t
digits_time(const char *s)
{
	int64_t n;

	if (ir_parse_int(s, 0, time_max, &n, NULL) < 0)
		return IR_TIME_NONE;
	return in_range(n < time_min ? n * 1000 : n);
}

int64_t
ir_foreign_time_parse(const char *s, size_t n)
{
	char text[64];
	int64_t ms;

	if (n == 0 || n + 2 > sizeof(text) || memchr(s, '\0', n))
		return IR_TIME_NONE;
	memcpy(text, s, n);
	text[n] = '\0';
	if (n <= DIGITS_MAX && !text[strspn(text, "0123456789")])
		return digits_time(text);
	/* a date alone has such a tail too */
	if (n > 16 && lacks_colon(text, n)) {
		memmove(text + n - 1, text + n - 2, 3);
		text[n - 2] = ':';
		n++;
	}
	return ir_time_parse_rfc3339(text, n, &ms) == 0 ? in_range(ms) : IR_TIME_NONE;
}

int64_t
ir_foreign_time(const json_t *v)
{
	if (json_is_integer(v)) {
		int64_t n = json_integer_value(v);

		return n < 0 || n > time_max ? IR_TIME_NONE : in_range(n < time_min ? n * 1000 : n);
	}
	if (json_is_real(v))
		return epoch(json_real_value(v));
	return json_is_string(v) ? ir_foreign_time_parse(json_string_value(v), json_string_length(v)) : IR_TIME_NONE;
}
