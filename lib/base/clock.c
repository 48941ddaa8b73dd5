/* clock - the only reader of the clocks, and time as text */
#include "base/clock.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/num.h"

enum { DAY_MS = 86400000, DAY_S = 86400 };

/* The years 0000 to 9999, which is all that RFC 3339 can write. */
#define TIME_FIRST INT64_C(-62167219200000)
#define TIME_LAST INT64_C(253402300799999)

struct civil {
	int year, month, day; /* proleptic Gregorian; 1..12, 1..31 */
	int hour, min, sec;
};

/* Days since 1970-01-01. Years are counted from March, so that the leap day is a year's last. */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = year - (month <= 2) + 400; /* never negative */
	int64_t m = (month + 9) % 12;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468 - 146097;
}

static void
civil_of_days(int64_t days, struct civil *ret)
{
	int64_t d = days + 719468 + 146097; /* since 1 March of the year -400 */
	int64_t era = d / 146097, doe = d % 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t m = (5 * doy + 2) / 153;

	ret->day = (int)(doy - (153 * m + 2) / 5 + 1);
	ret->month = (int)(m < 10 ? m + 3 : m - 9);
	ret->year = (int)(yoe + 400 * era - 400 + (ret->month <= 2));
}

static int
days_in(int year, int month)
{
	static const char n[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return n[month - 1] + (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

int
ir_day_number(int year, int month, int day, int64_t *ret_days)
{
	if (year < 0 || year > 9999 || month < 1 || month > 12 || day < 1 || day > days_in(year, month))
		return -1;
	*ret_days = days_of(year, month, day);
	return 0;
}

/* Seconds since the epoch, had the fields been UTC. */
static int64_t
seconds_of(const struct civil *c)
{
	return days_of(c->year, c->month, c->day) * DAY_S + c->hour * 3600 + c->min * 60 + c->sec;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Exactly n digits at *p, moved on when they are there and p + n <= end. */
static bool
digits(const char **p, const char *end, int n, int *ret)
{
	int v = 0;

	if (end - *p < n)
		return false;
	for (int i = 0; i < n; i++) {
		unsigned d = (unsigned char)(*p)[i] - '0';

		if (d > 9)
			return false;
		v = 10 * v + (int)d;
	}
	*p += n;
	*ret = v;
	return true;
}

static bool
one_of(const char **p, const char *end, const char *set)
{
	if (*p == end || !**p || !strchr(set, **p))
		return false;
	++*p;
	return true;
}

static bool
parse_date(const char **p, const char *end, struct civil *c)
{
	return digits(p, end, 4, &c->year) && one_of(p, end, "-") && digits(p, end, 2, &c->month) &&
	       one_of(p, end, "-") && digits(p, end, 2, &c->day) && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	       c->day <= days_in(c->year, c->month);
}

/* "02:10" or, when seconds are wanted or there, "02:10:60". */
static bool
parse_clock(const char **p, const char *end, bool seconds, struct civil *c)
{
	c->sec = 0;
	if (!digits(p, end, 2, &c->hour) || !one_of(p, end, ":") || !digits(p, end, 2, &c->min))
		return false;
	if ((seconds || (*p < end && **p == ':')) && (!one_of(p, end, ":") || !digits(p, end, 2, &c->sec)))
		return false;
	return c->hour < 24 && c->min < 60 && c->sec <= 60;
}

/* ".5" to ".123456789", cut to milliseconds; nothing is 0. */
static bool
parse_fraction(const char **p, const char *end, int *ret_ms)
{
	int n = 0, v = 0;

	if (*p < end && **p == '.') {
		for (++*p; *p < end && **p >= '0' && **p <= '9'; ++*p, n++) {
			if (n < 3)
				v = 10 * v + (**p - '0');
		}
		if (n == 0 || n > 9)
			return false;
	}
	for (; n < 3; n++)
		v *= 10;
	*ret_ms = v;
	return true;
}

/* "Z" or "+05:30", in seconds. */
static bool
parse_offset(const char **p, const char *end, int *ret)
{
	int sign = *p < end && **p == '-' ? -1 : 1, hour, min;

	*ret = 0;
	if (one_of(p, end, "Zz"))
		return true;
	if (!one_of(p, end, "+-") || !digits(p, end, 2, &hour) || !one_of(p, end, ":") || !digits(p, end, 2, &min) ||
	    hour > 23 || min > 59)
		return false;
	*ret = sign * (hour * 3600 + min * 60);
	return true;
}

static bool
in_range(int64_t ms)
{
	return ms >= TIME_FIRST && ms <= TIME_LAST;
}

int
ir_time_parse_rfc3339(const char *s, size_t n, int64_t *ret_ms)
{
	const char *p = s, *end = s + n;
	struct civil c = { 0 };
	int ms, offset;
	int64_t t;

	if (!parse_date(&p, end, &c) || !one_of(&p, end, "Tt ") || !parse_clock(&p, end, true, &c) ||
	    !parse_fraction(&p, end, &ms) || !parse_offset(&p, end, &offset) || p != end)
		return -1;
	t = seconds_of(&c) - offset;
	/* A leap second ends a day of UTC; as in POSIX it is the first second of the next one. */
	if (c.sec == 60 && t % DAY_S != 0)
		return -1;
	if (!in_range(t * 1000 + ms))
		return -1;
	*ret_ms = t * 1000 + ms;
	return 0;
}

/* "1769911964" or "1769911964.918", perhaps with a minus. */
static bool
parse_epoch(const char *s, int64_t *ret_ms)
{
	const char *p = s + (*s == '-'), *end = s + strlen(s);
	int64_t t = 0;
	int ms;

	if (p == end || *p == '.')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		t = 10 * t + (*p - '0');
		if (t > TIME_LAST)
			return false;
	}
	if (!parse_fraction(&p, end, &ms) || p != end)
		return false;
	t = t * 1000 + ms;
	*ret_ms = *s == '-' ? -t : t;
	return in_range(*ret_ms);
}

int64_t
ir_now_ms(void)
{
	const char *fixed = getenv("IR_TEST_NOW");
	struct timespec ts;
	int64_t ms;

	if (fixed && (ir_time_parse_rfc3339(fixed, strlen(fixed), &ms) == 0 || parse_epoch(fixed, &ms)))
		return ms;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
ir_mono_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static char *
put(char *p, int v, int n, char after)
{
	for (int i = n - 1; i >= 0; i--, v /= 10)
		p[i] = (char)('0' + v % 10);
	p[n] = after;
	return p + n + 1;
}

/* "2026-02-01" and `after`; returns the milliseconds into the day. */
static int
put_day(char **p, int64_t ms, char after)
{
	int64_t days;
	struct civil c;

	ms = ms < TIME_FIRST ? TIME_FIRST : ms > TIME_LAST ? TIME_LAST : ms;
	days = floor_div(ms, DAY_MS);
	civil_of_days(days, &c);
	*p = put(*p, c.year, 4, '-');
	*p = put(*p, c.month, 2, '-');
	*p = put(*p, c.day, 2, after);
	return (int)(ms - days * DAY_MS);
}

const char *
ir_time_format(char out[static IR_TIME_MAX], int64_t ms)
{
	char *p = out;
	int rest;

	out[0] = '\0';
	if (ms == IR_TIME_NONE)
		return out;
	rest = put_day(&p, ms, 'T');
	p = put(p, rest / 3600000, 2, ':');
	p = put(p, rest / 60000 % 60, 2, ':');
	p = put(p, rest / 1000 % 60, 2, '.');
	p = put(p, rest % 1000, 3, 'Z');
	*p = '\0';
	return out;
}

const char *
ir_day_format(char out[static IR_TIME_MAX], int64_t ms)
{
	char *p = out;

	out[0] = '\0';
	if (ms != IR_TIME_NONE)
		put_day(&p, ms, '\0');
	return out;
}

static int64_t
offset_at(int64_t t)
{
	time_t when = (time_t)t;
	struct tm tm;

	return localtime_r(&when, &tm) ? tm.tm_gmtoff : 0;
}

/* The instants at which local clocks showed c: none when they were put forward over it, two when they were
 * put back over it, earlier first: the offset is larger before. *ret_gap is where a clock that was not put
 * forward would have shown it. */
static int
local_instants(const struct civil *c, int64_t ret[2], int64_t *ret_gap)
{
	int64_t t = seconds_of(c), before = offset_at(t - DAY_S), after = offset_at(t + DAY_S);
	int n = 0;

	*ret_gap = t - before;
	if (offset_at(t - before) == before)
		ret[n++] = t - before;
	if (after != before && offset_at(t - after) == after)
		ret[n++] = t - after;
	return n;
}

/* The local time of a day named by hand: the first of two, and the shifted one when there was none. */
static bool
local_time(const struct civil *c, int64_t *ret_ms)
{
	int64_t at[2], gap;

	*ret_ms = (local_instants(c, at, &gap) ? at[0] : gap) * 1000;
	return in_range(*ret_ms);
}

/* The local calendar day that lies `back` days before the one of now. */
static void
local_day(int64_t now_ms, int back, struct civil *c)
{
	int64_t now = floor_div(now_ms, 1000);

	civil_of_days(floor_div(now + offset_at(now), DAY_S) - back, c);
}

/* The last instant up to now at which local clocks showed the hour, minute and second in c. */
static bool
last_time(struct civil *c, int64_t now_ms, int64_t *ret_ms)
{
	for (int back = 0; back < 3; back++) {
		int64_t at[2], gap;

		local_day(now_ms, back, c);
		for (int n = local_instants(c, at, &gap); n > 0; n--) {
			if (at[n - 1] * 1000 <= now_ms) {
				*ret_ms = at[n - 1] * 1000;
				return true;
			}
		}
	}
	return false;
}

/* Drops word and what separates it from the rest, or returns false. */
static bool
word(const char **p, const char *w)
{
	size_t n = strlen(w);

	if (strncmp(*p, w, n) != 0 || ((*p)[n] && (*p)[n] != ' '))
		return false;
	*p += n;
	if (**p == ' ' && (*p)[1])
		++*p;
	return true;
}

static bool
parse_local(const char *s, int64_t now_ms, int64_t *ret_ms)
{
	const char *p = s, *end = s + strlen(s);
	struct civil c = { 0 };

	if (parse_clock(&p, end, false, &c) && p == end && c.sec < 60)
		return last_time(&c, now_ms, ret_ms);
	p = s;
	c = (struct civil){ 0 };
	if (word(&p, "today"))
		local_day(now_ms, 0, &c);
	else if (word(&p, "yesterday"))
		local_day(now_ms, 1, &c);
	else if (!parse_date(&p, end, &c) || (p != end && !one_of(&p, end, " T")))
		return false;
	else if (p == end)
		return p[-1] != ' ' && p[-1] != 'T' && local_time(&c, ret_ms);
	if (p != end && (!parse_clock(&p, end, false, &c) || p != end || c.sec == 60))
		return false;
	return local_time(&c, ret_ms);
}

int
ir_time_parse(const char *s, int64_t now_ms, int64_t *ret_ms, struct ir_err *err)
{
	int64_t t, ago;
	bool ok = true;

	if (strcmp(s, "now") == 0)
		t = now_ms;
	else if (ir_parse_duration(s, &ago, NULL) == 0)
		ok = in_range(t = now_ms - ago);
	else if (*s == '@')
		ok = parse_epoch(s + 1, &t);
	else
		ok = ir_time_parse_rfc3339(s, strlen(s), &t) == 0 || parse_local(s, now_ms, &t);
	if (ok) {
		*ret_ms = t;
		return 0;
	}
	ir_fail(err, IR_USAGE, "'%s' is not a time", s);
	return ir_hint(err, "write it as 15m (ago), 02:10, 'yesterday 02:10', '2026-02-01 02:10', "
			    "2026-02-01T02:10:00Z, @1769911800 or now");
}
