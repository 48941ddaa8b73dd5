/* clock - instants as text and back, local time over clock changes */
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "tap.h"

/* Berlin's rules without a time zone database. */
#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"

static void
zone(const char *tz)
{
	setenv("TZ", tz, 1);
	tzset();
}

static int64_t
at(const char *s)
{
	int64_t t;

	return ir_time_parse_rfc3339(s, strlen(s), &t) == 0 ? t : IR_TIME_NONE;
}

static void
test_format(void)
{
	static const struct {
		int64_t ms;
		const char *text;
	} t[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ 1, "1970-01-01T00:00:00.001Z" },
		{ -1, "1969-12-31T23:59:59.999Z" },
		{ 1769911964918, "2026-02-01T02:12:44.918Z" },
		{ 951782400000, "2000-02-29T00:00:00.000Z" },
		{ 951868800000, "2000-03-01T00:00:00.000Z" },
		{ 4107456000000, "2100-02-28T00:00:00.000Z" },
		{ 4107542400000, "2100-03-01T00:00:00.000Z" },
		{ -2203891200000, "1900-03-01T00:00:00.000Z" },
		{ -62167219200000, "0000-01-01T00:00:00.000Z" },
		{ 253402300799999, "9999-12-31T23:59:59.999Z" },
		{ 253402300800000, "9999-12-31T23:59:59.999Z" },
		{ INT64_MAX, "9999-12-31T23:59:59.999Z" },
		{ INT64_MIN + 1, "0000-01-01T00:00:00.000Z" },
		{ IR_TIME_NONE, "" },
	};
	char out[IR_TIME_MAX];

	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		IS_STR(ir_time_format(out, t[i].ms), t[i].text, "format %" PRId64, t[i].ms);
	IS_STR(ir_day_format(out, 1769911964918), "2026-02-01", "the day");
	IS_STR(ir_day_format(out, -1), "1969-12-31", "a day before 1970");
	IS_STR(ir_day_format(out, IR_TIME_NONE), "", "no day");
}

/* Every day of 2,800 years against the C library's own calendar. */
static void
test_calendar(void)
{
	int bad = 0;

	for (int64_t day = -400 * 366; day < 2400 * 366 && day * 86400000 < 253402300799999; day++) {
		char out[IR_TIME_MAX], want[IR_TIME_MAX];
		time_t t = (time_t)(day * 86400 + 86399);
		struct tm tm;

		gmtime_r(&t, &tm);
		strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%S.000Z", &tm);
		bad += strcmp(ir_time_format(out, (int64_t)t * 1000), want) != 0 || at(want) != (int64_t)t * 1000;
	}
	IS_INT(bad, 0, "every day agrees with gmtime");
}

static void
test_rfc3339(void)
{
	static const struct {
		const char *s;
		int64_t want;
	} good[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01t00:00:00z", 0 },
		{ "1970-01-01 00:00:00Z", 0 },
		{ "1970-01-01T00:00:00.1Z", 100 },
		{ "1970-01-01T00:00:00.123456789Z", 123 },
		{ "1970-01-01T00:00:00.999999999Z", 999 },
		{ "1970-01-01T01:00:00+01:00", 0 },
		{ "1969-12-31T18:30:00-05:30", 0 },
		{ "1970-01-01T00:00:00-00:00", 0 },
		{ "1969-12-31T23:59:59.250Z", -750 },
		{ "2016-12-31T23:59:60Z", 1483228800000 },
		{ "2016-12-31T23:59:60.5Z", 1483228800500 },
		{ "2017-01-01T00:59:60+01:00", 1483228800000 },
		{ "2000-02-29T00:00:00Z", 951782400000 },
		{ "0000-01-01T00:00:00Z", -62167219200000 },
		{ "9999-12-31T23:59:59.999Z", 253402300799999 },
	};
	static const char *const bad[] = { "", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00Z",
		"1970-01-01T00:00:00.Z", "1970-01-01T00:00:00.1234567890Z", "1970-01-01T00:00:00,5Z",
		"1970-13-01T00:00:00Z", "1970-00-01T00:00:00Z", "1970-01-32T00:00:00Z", "1970-01-00T00:00:00Z",
		"1900-02-29T00:00:00Z", "2023-02-29T00:00:00Z", "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z",
		"1970-01-01T00:00:61Z", "1970-01-01T00:00:60Z", "2016-12-31T23:59:60+01:00", "1970-01-01T00:00:00+0100",
		"1970-01-01T00:00:00+1:00", "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00+01:60",
		"1970-01-01T00:00:00Zx", "x1970-01-01T00:00:00Z", "1970-1-01T00:00:00Z", "970-01-01T00:00:00Z",
		"1970/01/01T00:00:00Z", "1970-01-01_00:00:00Z", "0000-01-01T00:00:00+00:01",
		"9999-12-31T23:59:59-00:01", "1970-01-01T00:00:00 Z", "-970-01-01T00:00:00Z" };
	int64_t t = 4711;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		IS_INT(at(good[i].s), good[i].want, "instant '%s'", good[i].s);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		IS_INT(ir_time_parse_rfc3339(bad[i], strlen(bad[i]), &t), -1, "no instant '%s'", bad[i]);
	IS_INT(t, 4711, "what failed changes nothing");
	IS_INT(ir_time_parse_rfc3339("1970-01-01T00:00:00Zgarbage", 20, &t), 0, "exactly n bytes are read");
	IS_INT(ir_time_parse_rfc3339("1970-01-01T00:00:00Z", 19, &t), -1, "and not one more");
	IS_INT(ir_time_parse_rfc3339("1970-01-01T00:00:00\0", 20, &t), -1, "NUL is no offset");
	IS_INT(ir_time_parse_rfc3339("1970-01-01\0"
				     "00:00:00Z",
		   20, &t),
	    -1, "and no T");
}

/* What people type, at an instant, gives an instant; "" when it is refused. */
static void
typed(const char *s, const char *now, const char *want)
{
	char out[IR_TIME_MAX];
	struct ir_err e = IR_ERR_INIT;
	int64_t t = IR_TIME_NONE;
	int r = ir_time_parse(s, at(now), &t, &e);

	if (!*want)
		OK(r == -1 && e.code == IR_USAGE && *e.hint && strstr(e.msg, s), "'%s' is refused", s);
	else
		IS_STR(ir_time_format(out, t), want, "'%s' at %s", s, now);
}

static void
test_typed(void)
{
	static const char now[] = "2026-02-01T10:00:00.500Z";
	static const char *const bad[] = { "", "foo", "15", "-15m", "24:00", "02:60", "2:10", "02:10:60", "02:1", "@",
		"@x", "@1x", "@1.", "@99999999999999999999", "@253402300800", "today ", "today foo", "todayx",
		"yesterday 25:00", "tomorrow", "2026-02-30", "2026-02-01T", "2026-02-01 ", "2026-02-01 02",
		"2026-02-01  02:10", "2026-02-01T02:10:60", "2026-02-01 02:10 ", "now ", " now", "15m ago",
		"today  02:10", "yesterday02:10" };

	zone("UTC0");
	typed("now", now, now);
	typed("15m", now, "2026-02-01T09:45:00.500Z");
	typed("1d2h", now, "2026-01-31T08:00:00.500Z");
	typed("0", now, now);
	typed("@0", now, "1970-01-01T00:00:00.000Z");
	typed("@1769911964.918", now, "2026-02-01T02:12:44.918Z");
	typed("@-1.5", now, "1969-12-31T23:59:58.500Z");
	typed("02:10", now, "2026-02-01T02:10:00.000Z");
	typed("10:00", now, "2026-02-01T10:00:00.000Z");
	typed("10:00:01", now, "2026-01-31T10:00:01.000Z");
	typed("23:59", now, "2026-01-31T23:59:00.000Z");
	typed("today", now, "2026-02-01T00:00:00.000Z");
	typed("today 23:00", now, "2026-02-01T23:00:00.000Z");
	typed("yesterday", now, "2026-01-31T00:00:00.000Z");
	typed("yesterday 02:10", now, "2026-01-31T02:10:00.000Z");
	typed("yesterday 02:10:44", now, "2026-01-31T02:10:44.000Z");
	typed("2026-02-01", now, "2026-02-01T00:00:00.000Z");
	typed("2026-02-01 02:10", now, "2026-02-01T02:10:00.000Z");
	typed("2026-02-01T02:10", now, "2026-02-01T02:10:00.000Z");
	typed("2026-02-01 02:10:33", now, "2026-02-01T02:10:33.000Z");
	typed("2026-02-01T02:10:00+02:00", now, "2026-02-01T00:10:00.000Z");
	typed("02:10", "1969-12-31T10:00:00Z", "1969-12-31T02:10:00.000Z");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		typed(bad[i], now, "");
}

static void
test_zones(void)
{
	zone(BERLIN);
	typed("02:10", "2026-02-01T10:00:00Z", "2026-02-01T01:10:00.000Z");
	typed("00:30", "2026-01-31T23:15:00Z", "2026-01-30T23:30:00.000Z");
	typed("today", "2026-01-31T23:15:00Z", "2026-01-31T23:00:00.000Z");
	typed("yesterday", "2026-01-31T23:15:00Z", "2026-01-30T23:00:00.000Z");
	typed("2026-07-01", "2026-02-01T10:00:00Z", "2026-06-30T22:00:00.000Z");
	/* 2026-03-29 02:00 became 03:00: there was no 02:30. */
	typed("02:30", "2026-03-29T08:00:00Z", "2026-03-28T01:30:00.000Z");
	typed("03:30", "2026-03-29T08:00:00Z", "2026-03-29T01:30:00.000Z");
	typed("today 02:30", "2026-03-29T08:00:00Z", "2026-03-29T01:30:00.000Z");
	typed("2026-03-29 01:59:59", "2026-03-29T08:00:00Z", "2026-03-29T00:59:59.000Z");
	typed("2026-03-29 03:00", "2026-03-29T08:00:00Z", "2026-03-29T01:00:00.000Z");
	typed("yesterday 12:00", "2026-03-29T22:30:00Z", "2026-03-29T10:00:00.000Z");
	/* 2026-10-25 03:00 became 02:00: 02:30 was twice, at 00:30 and 01:30 UTC. */
	typed("02:30", "2026-10-25T08:00:00Z", "2026-10-25T01:30:00.000Z");
	typed("02:30", "2026-10-25T01:15:00Z", "2026-10-25T00:30:00.000Z");
	typed("02:30", "2026-10-25T00:15:00Z", "2026-10-24T00:30:00.000Z");
	typed("2026-10-25 02:30", "2026-10-26T08:00:00Z", "2026-10-25T00:30:00.000Z");
	typed("today", "2026-10-25T22:30:00Z", "2026-10-24T22:00:00.000Z");
	zone("<+1245>-12:45");
	typed("02:10", "2026-02-01T10:00:00Z", "2026-01-31T13:25:00.000Z");
	zone("<-03>3");
	typed("yesterday 23:00", "2026-02-01T02:00:00Z", "2026-01-31T02:00:00.000Z");
	zone("UTC0");
}

static void
test_now(void)
{
	int64_t a, b;

	unsetenv("IR_TEST_NOW");
	a = ir_now_ms();
	OK(a > 1700000000000 && a < 253402300799999, "the wall clock runs: %" PRId64, a);
	OK(llabs(a / 1000 - (int64_t)time(NULL)) <= 2, "and agrees with time(2)");
	setenv("IR_TEST_NOW", "2026-02-01T02:12:44.918Z", 1);
	IS_INT(ir_now_ms(), 1769911964918, "it can be fixed by RFC 3339");
	setenv("IR_TEST_NOW", "1769911964", 1);
	IS_INT(ir_now_ms(), 1769911964000, "or by seconds");
	setenv("IR_TEST_NOW", "soon", 1);
	OK(ir_now_ms() >= a, "but not by anything else");
	unsetenv("IR_TEST_NOW");
	a = ir_mono_us();
	b = ir_mono_us();
	OK(b >= a && b - a < 60000000, "the monotonic clock goes forward");
}

int
main(void)
{
	test_format();
	test_calendar();
	test_rfc3339();
	test_typed();
	test_zones();
	test_now();
	return tap_done();
}
