/* num - numbers, durations and sizes as text, without the locale */
#include "base/num.h"

#include <math.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NANO = 1000000000 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits at *s, moved on. False when there are none or they are too many. */
static bool
take_digits(const char **s, uint64_t *ret)
{
	const char *p = *s;
	uint64_t v = 0;

	for (; is_digit(*p); p++) {
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
			return false;
	}
	if (p == *s)
		return false;
	*s = p;
	*ret = v;
	return true;
}

/* A decimal with up to 9 digits behind the point. */
struct decimal {
	uint64_t whole;
	uint64_t nano;
	bool fraction;
};

static bool
take_decimal(const char **s, struct decimal *ret)
{
	const char *p;
	uint64_t unit = NANO;

	*ret = (struct decimal){ 0 };
	if (!take_digits(s, &ret->whole))
		return false;
	if (**s != '.')
		return true;
	ret->fraction = true;
	for (p = *s + 1; is_digit(*p) && unit > 1; p++) {
		unit /= 10;
		ret->nano += unit * (uint64_t)(*p - '0');
	}
	if (p == *s + 1 || is_digit(*p))
		return false;
	*s = p;
	return true;
}

/* Add d units to *sum, rounded up, so that a little never becomes nothing. False beyond max. */
static bool
add_scaled(uint64_t *sum, struct decimal d, uint64_t unit, uint64_t max)
{
	uint64_t v, part = d.nano * (unit / NANO) + (d.nano * (unit % NANO) + NANO - 1) / NANO;

	if (__builtin_mul_overflow(d.whole, unit, &v) || __builtin_add_overflow(v, part, &v) ||
	    __builtin_add_overflow(v, *sum, &v) || v > max)
		return false;
	*sum = v;
	return true;
}

int
ir_parse_int(const char *s, int64_t min, int64_t max, int64_t *ret, struct ir_err *err)
{
	const char *p = s + (*s == '-');
	uint64_t v;
	bool whole = take_digits(&p, &v) && !*p;
	int64_t n = 0;

	if (whole)
		whole = *s == '-' ? !__builtin_sub_overflow(0, v, &n) : !__builtin_add_overflow(0, v, &n);
	if (!whole || n < min || n > max) {
		if (min == INT64_MIN && max == INT64_MAX)
			return ir_fail(err, IR_USAGE, "'%s' is not a whole number", s);
		if (max == INT64_MAX)
			return ir_fail(err, IR_USAGE, "'%s' is not a whole number of %" PRId64 " or more", s, min);
		return ir_fail(err, IR_USAGE, "'%s' is not a whole number from %" PRId64 " to %" PRId64, s, min, max);
	}
	*ret = n;
	return 0;
}

struct unit {
	const char *name;
	uint64_t size;
};

static const struct unit time_units[] = {
	{ "w", 7 * 86400000ULL },
	{ "d", 86400000 },
	{ "h", 3600000 },
	{ "m", 60000 },
	{ "s", 1000 },
	{ "ms", 1 },
};
enum { TIME_UNITS = sizeof time_units / sizeof *time_units };

/* The unit at *s, moved on: largest first, each at most once, so only from `from` on. -1 when it is none. */
static int
take_time_unit(const char **s, int from)
{
	size_t n = strspn(*s, "abcdefghijklmnopqrstuvwxyz");

	for (int i = from; i < TIME_UNITS; i++) {
		if (strlen(time_units[i].name) == n && strncmp(*s, time_units[i].name, n) == 0) {
			*s += n;
			return i;
		}
	}
	return -1;
}

static bool
parse_duration(const char *s, uint64_t *ret)
{
	const uint64_t max = 36525 * 86400000ULL; /* 100 years */
	struct decimal d;
	int unit = -1;

	*ret = 0;
	if (strcmp(s, "0") == 0)
		return true;
	do {
		if (!take_decimal(&s, &d))
			return false;
		unit = take_time_unit(&s, unit + 1);
		if (unit < 0 || !add_scaled(ret, d, time_units[unit].size, max))
			return false;
	} while (*s && !d.fraction);
	return !*s;
}

int
ir_parse_duration(const char *s, int64_t *ret_ms, struct ir_err *err)
{
	const char *p = s;
	uint64_t v;

	if (parse_duration(s, &v)) {
		*ret_ms = (int64_t)v;
		return 0;
	}
	ir_fail(err, IR_USAGE, "'%s' is not a duration", s);
	if (take_digits(&p, &v) && !*p)
		return ir_hint(err, "say the unit, such as %ss, %sm or %sms", s, s, s);
	return ir_hint(err, "write it as 250ms, 2s, 1m30s, 15m, 2h, 7d or 1w (at most 100 years)");
}

/* "", "B", "k", "kB", "KiB" and so on, in any case: 0 and the factor, or false. */
static bool
size_unit(const char *s, uint64_t *ret)
{
	static const char letters[] = "kmgtpe";
	const char *at;

	*ret = 1;
	if (*s == ' ')
		s++;
	if (!*s)
		return s[-1] != ' ';
	at = strchr(letters, *s | 0x20);
	if (at) {
		*ret = 1ULL << 10 * (at - letters + 1);
		s++;
	}
	return !*s || strcasecmp(s, "b") == 0 || (at && (strcasecmp(s, "i") == 0 || strcasecmp(s, "ib") == 0));
}

int
ir_parse_size(const char *s, int64_t *ret_bytes, struct ir_err *err)
{
	const char *p = s;
	struct decimal d;
	uint64_t unit, v = 0;

	if (take_decimal(&p, &d) && size_unit(p, &unit) && (unit > 1 || !d.fraction) &&
	    add_scaled(&v, d, unit, INT64_MAX)) {
		*ret_bytes = (int64_t)v;
		return 0;
	}
	ir_fail(err, IR_USAGE, "'%s' is not a size", s);
	return ir_hint(err, "write it as 512, 64k, 16M or 1GiB");
}

int
ir_parse_bool(const char *s, int *ret, struct ir_err *err)
{
	static const char *const names[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };

	for (int i = 0; i < 8; i++) {
		if (strcasecmp(s, names[i]) == 0) {
			*ret = i & 1;
			return 0;
		}
	}
	ir_fail(err, IR_USAGE, "'%s' is neither yes nor no", s);
	return ir_hint(err, "write yes, true, on or 1, or no, false, off or 0");
}

static uint64_t
magnitude(int64_t v)
{
	return v < 0 ? -(uint64_t)v : (uint64_t)v;
}

/* Truncated, never rounded: "59.9s" is not a minute yet, and formatting what was formatted changes nothing. */
const char *
ir_format_duration(char out[static IR_NUM_MAX], int64_t ms)
{
	const char *sign = ms < 0 ? "-" : "";
	uint64_t v = magnitude(ms);

	if (v < 1000) {
		snprintf(out, IR_NUM_MAX, "%s%" PRIu64 "ms", sign, v);
		return out;
	}
	if (v < 10000 && v % 1000 / 100) {
		snprintf(out, IR_NUM_MAX, "%s%" PRIu64 ".%" PRIu64 "s", sign, v / 1000, v % 1000 / 100);
		return out;
	}
	for (int i = 1; i < TIME_UNITS - 1; i++) {
		const struct unit *u = &time_units[i];
		uint64_t rest = u->size > 1000 ? v % u->size / u[1].size : 0;

		if (v < u->size)
			continue;
		if (rest)
			snprintf(out, IR_NUM_MAX, "%s%" PRIu64 "%s%" PRIu64 "%s", sign, v / u->size, u->name, rest,
			    u[1].name);
		else
			snprintf(out, IR_NUM_MAX, "%s%" PRIu64 "%s", sign, v / u->size, u->name);
		break;
	}
	return out;
}

const char *
ir_format_latency(char out[static IR_NUM_MAX], double ms)
{
	if (ms >= 10 && ms < 9e15)
		return ir_format_duration(out, (int64_t)(ms + 0.5));
	if (ms >= 0 && ms < 10)
		snprintf(out, IR_NUM_MAX, "%.*fms", ms > 0 && ms < 0.095 ? 2 : 1, ms);
	else
		snprintf(out, IR_NUM_MAX, "-");
	return out;
}

const char *
ir_format_age(char out[static IR_NUM_MAX], int64_t ms)
{
	uint64_t v = magnitude(ms);
	int i = 1;

	while (i < TIME_UNITS - 2 && v < time_units[i].size)
		i++;
	snprintf(
	    out, IR_NUM_MAX, "%s%" PRIu64 "%s", ms <= -1000 ? "-" : "", v / time_units[i].size, time_units[i].name);
	return out;
}

const char *
ir_format_size(char out[static IR_NUM_MAX], int64_t bytes)
{
	static const char *const names[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	const char *sign = bytes < 0 ? "-" : "";
	uint64_t v = magnitude(bytes);
	int i = 0;

	while (i < 6 && v >> 10 * (i + 1))
		i++;
	if (i == 0) {
		snprintf(out, IR_NUM_MAX, "%s%" PRIu64 " B", sign, v);
	} else {
		uint64_t rest = v & ((1ULL << 10 * i) - 1), tenths = rest * 10 >> 10 * i;

		snprintf(out, IR_NUM_MAX, "%s%" PRIu64 ".%" PRIu64 " %s", sign, v >> 10 * i, tenths, names[i]);
	}
	return out;
}

double
ir_us_to_ms(int64_t us)
{
	return us < 0 ? (double)NAN : (double)us / 1000;
}

const char *
ir_latency_text(struct ir_arena *arena, double ms)
{
	char out[IR_NUM_MAX];

	return ir_strdup(arena, ir_format_latency(out, ms));
}

const char *
ir_duration_text(struct ir_arena *arena, double seconds)
{
	char out[IR_NUM_MAX];

	if (isnan(seconds) || seconds > 1e15)
		return "an unknown time";
	return ir_strdup(arena, ir_format_duration(out, (int64_t)(seconds * 1000)));
}

const char *
ir_size_text(struct ir_arena *arena, double bytes)
{
	char out[IR_NUM_MAX];

	if (isnan(bytes) || bytes > 9e18)
		return "an unknown amount";
	return ir_strdup(arena, ir_format_size(out, (int64_t)bytes));
}
