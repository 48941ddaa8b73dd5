/* logs_stamp - times as logs write them */
#include "logs/stamp.h"
#include "tap.h"

/* Tuesday, 4 June 2024, 12:00 UTC. */
#define NOW INT64_C(1717502400000)

static struct ir_stamp_base
base(void)
{
	return (struct ir_stamp_base){ .newest_ms = NOW };
}

/* What is in [brackets] is not part of the time. */
static void
good(const char *text, const char *want, const char *rest)
{
	struct ir_stamp_base b = base(), fresh = base();
	struct ir_stamp s = { 0 };
	char out[IR_TIME_MAX];
	size_t n = strlen(text), len = ir_stamp_match(text, n, &b, &s);
	int64_t ms = -1;

	IS_STR(ir_time_format(out, len ? s.ms : IR_TIME_NONE), want, "'%s'", text);
	IS_STR(text + len, rest, "'%s': what is behind it", text);
	OK(s.shape && s.timed, "'%s' names a time of day", text);
	OK(ir_stamp_again(s.shape, text, n, &b, &ms) == len && ms == s.ms, "'%s' again", text);
	OK(ir_stamp_again(s.shape, text, n, &fresh, &ms) == len && ms == s.ms, "'%s' again, without the day known",
	    text);
}

static void
test_good(void)
{
	static const struct {
		const char *text, *want, *rest;
	} t[] = {
		{ "2024-05-03T01:02:03Z x", "2024-05-03T01:02:03.000Z", " x" },
		{ "2024-05-03t01:02:03.5z", "2024-05-03T01:02:03.500Z", "" },
		{ "2024-05-03T01:02:03.123456789Z", "2024-05-03T01:02:03.123Z", "" },
		{ "2024-05-03 01:02:03,123 INFO", "2024-05-03T01:02:03.123Z", " INFO" },
		{ "2024-05-03 01:02:03:123 x", "2024-05-03T01:02:03.123Z", " x" },
		{ "2024-05-03 01:02:03 GET /", "2024-05-03T01:02:03.000Z", " GET /" },
		{ "2024-05-03_01:02:03.12345 x", "2024-05-03T01:02:03.123Z", " x" },
		{ "2024-05-03T01:02:03+02:00 x", "2024-05-02T23:02:03.000Z", " x" },
		{ "2024-05-03T01:02:03.123+0000", "2024-05-03T01:02:03.123Z", "" },
		{ "2024-05-03T01:02:03-07", "2024-05-03T08:02:03.000Z", "" },
		{ "2024-05-03 01:02:03 +0530] x", "2024-05-02T19:32:03.000Z", "] x" },
		{ "2024-05-03 01:02:03.123 UTC [42] LOG", "2024-05-03T01:02:03.123Z", " [42] LOG" },
		{ "2024-05-03 01:02:03.123 CEST [42]", "2024-05-03T01:02:03.123Z", " [42]" },
		{ "2024-05-03 01:02:03.123456 +0000 UTC m=+1", "2024-05-03T01:02:03.123Z", " m=+1" },
		{ "2024-05-03 01:02:03 -5 degrees", "2024-05-03T01:02:03.000Z", " -5 degrees" },
		{ "2024-05-03 01:02:03 ERR x", "2024-05-03T01:02:03.000Z", " ERR x" },
		{ "2024-05-03 01:02 x", "2024-05-03T01:02:00.000Z", " x" },
		{ "2024-05-03T01:02Z", "2024-05-03T01:02:00.000Z", "" },
		{ "2024-05-03, 01:02:03 x", "2024-05-03T01:02:03.000Z", " x" },
		{ "2024/05/23 01:02:03 [error]", "2024-05-23T01:02:03.000Z", " [error]" },
		{ "2024/05/23 01:02:03.123456 x", "2024-05-23T01:02:03.123Z", " x" },
		{ "2024/05/23 - 01:02:03 | 200", "2024-05-23T01:02:03.000Z", " | 200" },
		{ "2024.05.03 01:02:03.123456 [ 1 ]", "2024-05-03T01:02:03.123Z", " [ 1 ]" },
		{ "2024.05.03-01.02.03:123]", "2024-05-03T01:02:03.123Z", "]" },
		{ "2005-06-03-15.42.50.363779 R02", "2005-06-03T15:42:50.363Z", " R02" },
		{ "24/05/23 01:02:03 INFO", "2024-05-23T01:02:03.000Z", " INFO" },
		{ "17/06/09 20:10:40 INFO", "2017-06-09T20:10:40.000Z", " INFO" },
		{ "05/03/24 01:02:03 x", "2024-05-03T01:02:03.000Z", " x" },
		{ "09/06/08 01:02:03 x", "2008-09-06T01:02:03.000Z", " x" },
		{ "12/05/31 01:02:03 x", "2012-05-31T01:02:03.000Z", " x" },
		{ "31/05/24 01:02:03 x", "2024-05-31T01:02:03.000Z", " x" },
		{ "05/23/2024 01:02:03 PM", "2024-05-23T13:02:03.000Z", "" },
		{ "23/05/2024 01:02:03", "2024-05-23T01:02:03.000Z", "" },
		{ "5/3/2024, 1:02:03 PM x", "2024-05-03T13:02:03.000Z", " x" },
		{ "5/3/2024, 12:02:03\xe2\x80\xaf"
		  "AM x",
		    "2024-05-03T00:02:03.000Z", " x" },
		{ "23.05.2024 01:02:03", "2024-05-23T01:02:03.000Z", "" },
		{ "03-05-2024 01:02:03.5", "2024-05-03T01:02:03.500Z", "" },
		{ "2024-05-03 1:02:03", "2024-05-03T01:02:03.000Z", "" },
		{ "24-05-03 01:02:03", "2024-05-03T01:02:03.000Z", "" },
		{ "31-05-24 01:02:03", "2024-05-31T01:02:03.000Z", "" },
		{ "03.05.24 01:02:03", "2024-05-03T01:02:03.000Z", "" },
		{ "2024/5/3 1:02:03", "2024-05-03T01:02:03.000Z", "" },
		{ "May  3 01:02:03 host", "2024-05-03T01:02:03.000Z", " host" },
		{ "May 03 01:02:03.123 host", "2024-05-03T01:02:03.123Z", " host" },
		{ "Nov 9 12:01:01 dn228/dn228", "2023-11-09T12:01:01.000Z", " dn228/dn228" },
		{ "Jun  5 11:59:59 host", "2024-06-05T11:59:59.000Z", " host" },
		{ "Jun  5 12:00:01 host", "2023-06-05T12:00:01.000Z", " host" },
		{ "Feb 29 12:00:01 host", "2024-02-29T12:00:01.000Z", " host" },
		{ "May 03 2024 01:02:03: %ASA", "2024-05-03T01:02:03.000Z", ": %ASA" },
		{ "May 03, 2024 1:02:03 PM x", "2024-05-03T13:02:03.000Z", " x" },
		{ "May-03 01:02:03.123 x", "2024-05-03T01:02:03.123Z", " x" },
		{ "2024 May  3 01:02:03 x", "2024-05-03T01:02:03.000Z", " x" },
		{ "2024-May-03 01:02:03.5 x", "2024-05-03T01:02:03.500Z", " x" },
		{ "Thu Jun 09 06:07:04 2005] x", "2005-06-09T06:07:04.000Z", "] x" },
		{ "Fri May  3 01:02:03.123456 2024] x", "2024-05-03T01:02:03.123Z", "] x" },
		{ "Fri May  3 01:02:03 UTC 2024", "2024-05-03T01:02:03.000Z", "" },
		{ "Fri May  3 01:02:03 x", "2024-05-03T01:02:03.000Z", " x" },
		{ "Fri May 03 2024 01:02:03 GMT+0200 (x)", "2024-05-02T23:02:03.000Z", " (x)" },
		{ "Fri, 03 May 2024 01:02:03 GMT", "2024-05-03T01:02:03.000Z", "" },
		{ "03/May/2024:01:02:03 +0000] \"GET", "2024-05-03T01:02:03.000Z", "] \"GET" },
		{ "03/May/2024:01:02:03.123] x", "2024-05-03T01:02:03.123Z", "] x" },
		{ "03 May 2024 01:02:03.123 * Ready", "2024-05-03T01:02:03.123Z", " * Ready" },
		{ "03-May-2024 01:02:03.123 INFO", "2024-05-03T01:02:03.123Z", " INFO" },
		{ "03 May 01:02:03.123 # x", "2024-05-03T01:02:03.123Z", " # x" },
		{ "0523 01:02:03.123456   42 x.go:1]", "2024-05-23T01:02:03.123Z", "   42 x.go:1]" },
		{ "20240503-01:02:03:123|x", "2024-05-03T01:02:03.123Z", "|x" },
		{ "20171223-22:15:29:606|Step", "2017-12-23T22:15:29.606Z", "|Step" },
		{ "20171224-0:7:20:44|Step", "2017-12-24T00:07:20.044Z", "|Step" },
		{ "20240503 010203 x", "2024-05-03T01:02:03.000Z", " x" },
		{ "20240503T010203Z", "2024-05-03T01:02:03.000Z", "" },
		{ "081109 203615 148 INFO", "2008-11-09T20:36:15.000Z", " 148 INFO" },
		{ "240503  1:02:03 InnoDB", "2024-05-03T01:02:03.000Z", " InnoDB" },
		{ "03-17 16:13:38.811  1702", "2024-03-17T16:13:38.811Z", "  1702" },
		{ "10.30 16:49:06] chrome", "2023-10-30T16:49:06.000Z", "] chrome" },
		{ "05/23 16:49:06 x", "2024-05-23T16:49:06.000Z", " x" },
		{ "11:02:03.123 INFO", "2024-06-04T11:02:03.123Z", " INFO" },
		{ "12:04:59 x", "2024-06-04T12:04:59.000Z", " x" },
		{ "13:02:03,5 x", "2024-06-03T13:02:03.000Z", ",5 x" },
		{ "1717502400 x", "2024-06-04T12:00:00.000Z", " x" },
		{ "1717502400.123456: x", "2024-06-04T12:00:00.123Z", ": x" },
		{ "1717502400123", "2024-06-04T12:00:00.123Z", "" },
		{ "1717502400123456", "2024-06-04T12:00:00.123Z", "" },
		{ "1717502400123456789", "2024-06-04T12:00:00.123Z", "" },
		{ "2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z", "" },
		{ "1999-12-31 23:59:59", "1999-12-31T23:59:59.000Z", "" },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		good(t[i].text, t[i].want, t[i].rest);
}

static void
test_bad(void)
{
	static const char *const bad[] = { "", "1", "12", "2024", "1.2.3", "10.30.1", "192.168.1.10", "10.0.0.1:8080",
		"v1.2.3", "2024-13-03 01:02:03", "2024-02-30T01:02:03Z", "2023-02-29T01:02:03Z", "2024-05-03T25:00:00Z",
		"2024-05-03T24:00:00Z", "2024-05-03T01:60:00Z", "2024-05-03T01:02:61Z", "2024-05-00 01:02:03",
		"2024-05-03T01:02:03x", "2024-05-03T01:02:03Zulu", "2024-05-03T01:02:034", "0001-01-01T00:00:00Z",
		"2024.05.03.1", "2024-05-03-12", "Mai  3 01:02:03", "May 33 01:02:03", "May  0 01:02:03",
		"Maybe 3 01:02:03", "Foo May  3 01:02:03", "1024 01:02:03", "1305 01:02:03.123456",
		"0230 01:02:03.123456", "01:02:03:04:05:06", "01:02:03.4.5", "24:00:00", "1:02:03", "01:02",
		"00:1b:44:11:3a:b7", "171750240", "17175024001", "0917502400", "9999999999", "1717502400abc",
		"1717502400.1234567890", "13/13/13 01:02:03", "32/05/2024 01:02:03", "5/3/24x 1:02:03",
		"03/Foo/2024:01:02:03", "2024-05-0301:02:03", "20241303 010203", "20240503 250203", "081309 203615",
		"99:99:99", "2024-05-03T", "2024-5", "Mon", "Jan", "Thu Jun", "127.0.0.1 01:02:03" };
	struct ir_stamp_base b = base();
	struct ir_stamp s = { 0 };
	char out[IR_TIME_MAX];

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		bool none = ir_stamp_match(bad[i], strlen(bad[i]), &b, &s) == 0;

		OK(none, "no time: '%s'", bad[i]);
		if (!none)
			fprintf(stderr, "# %s, shape %d\n", ir_time_format(out, s.ms), s.shape);
	}
}

static struct ir_stamp
matched(const char *text)
{
	struct ir_stamp_base b = base();
	struct ir_stamp s = { 0 };

	b.zone_min = 120;
	ir_stamp_match(text, strlen(text), &b, &s);
	return s;
}

static void
test_said(void)
{
	struct ir_stamp s = matched("2024-05-03T01:02:03Z");

	OK(s.zoned && s.dated && s.timed && !s.epoch, "RFC 3339 says it all");
	s = matched("2024-05-03 01:02:03 CET");
	OK(!s.zoned && s.dated, "the name of a zone is not a known zone");
	s = matched("2024-05-03 01:02:03");
	OK(!s.zoned, "no zone");
	IS_INT(s.ms, INT64_C(1714690923000), "the given zone is taken: 2024-05-02T23:02:03Z");
	s = matched("1717502400");
	OK(s.epoch && s.zoned && s.dated, "an epoch");
	IS_INT(s.ms, NOW, "is UTC");
	s = matched("01:02:03");
	OK(!s.dated && s.timed, "a time alone has no day");
	IS_INT(s.ms, NOW - INT64_C(46677000), "it is the last one, in the given zone");
	s = matched("2024-05-03 x");
	OK(s.dated && !s.timed && !s.epoch, "a day alone has no time");
	s = matched("2024-05-03 01:02:99");
	OK(s.dated && !s.timed, "a day, and behind it no time");
	s = matched("2005.06.03 R02");
	OK(s.dated && !s.timed, "a day with dots");
}

/* The day that is kept must not outlive its reason. */
static void
test_year(void)
{
	struct ir_stamp_base b = { .newest_ms = INT64_C(1704110400000) }; /* 2024-01-01T12:00 */
	struct ir_stamp s;
	char out[IR_TIME_MAX];
	int64_t ms = 0;

	ir_stamp_match("Dec 31 23:59:59", 15, &b, &s);
	IS_STR(ir_time_format(out, s.ms), "2023-12-31T23:59:59.000Z", "last year's last day");
	ir_stamp_again(s.shape, "Jan  2 13:00:00", 15, &b, &ms);
	IS_STR(ir_time_format(out, ms), "2023-01-02T13:00:00.000Z", "more than a day ahead: a year ago");
	ir_stamp_again(s.shape, "Jan  2 11:00:00", 15, &b, &ms);
	IS_STR(ir_time_format(out, ms), "2024-01-02T11:00:00.000Z", "the same day, within a day: ahead");
	b.newest_ms += INT64_C(3) * 86400000;
	ir_stamp_again(s.shape, "Jan  2 13:00:00", 15, &b, &ms);
	IS_STR(ir_time_format(out, ms), "2024-01-02T13:00:00.000Z", "days later it has been");
	b.newest_ms = IR_TIME_NONE;
	OK(ir_stamp_again(s.shape, "Jan  2 13:00:00", 15, &b, &ms) == 15, "not knowing any time is no crash");
	b.newest_ms = INT64_MAX;
	OK(ir_stamp_again(s.shape, "Jan  2 13:00:00", 15, &b, &ms) == 15, "nor is the end of time");
}

static void
test_again(void)
{
	struct ir_stamp_base b = base();
	struct ir_stamp s;
	int64_t ms = 7;

	ir_stamp_match("2024-05-03T01:02:03Z", 20, &b, &s);
	IS_INT(ir_stamp_again(s.shape, "2024-05-03T01:02:04.5Z", 22, &b, &ms), 22, "the same shape, another length");
	IS_INT(ms, s.ms + 1500, "and its time");
	IS_INT(ir_stamp_again(s.shape, "2024-05-33T01:02:04.5Z", 22, &b, &ms), 0, "no such day");
	IS_INT(ir_stamp_again(s.shape, "2024-05-03T01:02:0", 18, &b, &ms), 0, "cut short");
	IS_INT(ir_stamp_again(s.shape, "2024/05/03 01:02:03", 19, &b, &ms), 0, "another shape");
	IS_INT(ir_stamp_again(0, "2024-05-03T01:02:03Z", 20, &b, &ms), 0, "shape 0 is none");
	IS_INT(ir_stamp_again(255, "2024-05-03T01:02:03Z", 20, &b, &ms), 0, "nor is one that never was");
	IS_INT(ms, s.ms + 1500, "what is no time changes nothing");
}

int
main(void)
{
	test_good();
	test_bad();
	test_said();
	test_year();
	test_again();
	return tap_done();
}
