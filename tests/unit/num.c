/* num - integers, durations, sizes, booleans */
#include <inttypes.h>

#include "base/num.h"
#include "tap.h"

static void
good_int(const char *s, int64_t min, int64_t max, int64_t want)
{
	int64_t v = 4711;

	OK(ir_parse_int(s, min, max, &v, NULL) == 0 && v == want, "integer '%s'", s);
}

static void
test_int(void)
{
	static const char *const bad[] = { "", "-", "+1", " 1", "1 ", "0x10", "1.0", "1e3", "--1", "a",
		"9223372036854775808", "-9223372036854775809", "18446744073709551616", "99999999999999999999999" };
	struct ir_err e = IR_ERR_INIT;
	int64_t v = 4711;

	good_int("0", 0, 10, 0);
	good_int("007", 0, 10, 7);
	good_int("-0", 0, 10, 0);
	good_int("10", 0, 10, 10);
	good_int("-5", -5, 5, -5);
	good_int("9223372036854775807", INT64_MIN, INT64_MAX, INT64_MAX);
	good_int("-9223372036854775808", INT64_MIN, INT64_MAX, INT64_MIN);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		OK(ir_parse_int(bad[i], INT64_MIN, INT64_MAX, &v, NULL) == -1, "no integer '%s'", bad[i]);
	IS_INT(ir_parse_int("11", 0, 10, &v, &e), -1, "above the range");
	IS_STR(e.msg, "'11' is not a whole number from 0 to 10", "and the message says the range");
	IS_INT(e.code, IR_USAGE, "it is the user's mistake");
	IS_INT(ir_parse_int("-1", 0, INT64_MAX, &v, &e), -1, "below the range");
	IS_STR(e.msg, "'-1' is not a whole number of 0 or more", "and there is no odd upper limit in the message");
	IS_INT(v, 4711, "what failed changes nothing");
}

static void
good_duration(const char *s, int64_t want)
{
	int64_t v = 4711;

	IS_INT(ir_parse_duration(s, &v, NULL), 0, "duration '%s' is taken", s);
	IS_INT(v, want, "duration '%s'", s);
}

static void
test_duration(void)
{
	static const char *const bad[] = { "", "5", "00", "-1s", "1", "s", "1x", "1 s", "1s ", "1.s", ".5s", "1m1m",
		"1s1m", "1.5m3s", "1ms1s", "1S", "1sec", "101w101w", "36526d", "1.0000000001s", "5218w",
		"18446744073709551615ms", "99999999999999999999s", "1s30", "1h 30m" };
	struct ir_err e = IR_ERR_INIT;
	int64_t v = 4711;

	good_duration("0", 0);
	good_duration("0s", 0);
	good_duration("250ms", 250);
	good_duration("2s", 2000);
	good_duration("1m30s", 90000);
	good_duration("15m", 900000);
	good_duration("2h", 7200000);
	good_duration("7d", 604800000);
	good_duration("1w", 604800000);
	good_duration("1w2d3h4m5s6ms", 604800000 + 2 * 86400000 + 3 * 3600000 + 4 * 60000 + 5006);
	good_duration("1.5s", 1500);
	good_duration("1m1.25s", 61250);
	good_duration("0.5h", 1800000);
	good_duration("0.1ms", 1);
	good_duration("1.000000001s", 1001);
	good_duration("0.333333333h", 1200000);
	good_duration("36525d", 3155760000000);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		OK(ir_parse_duration(bad[i], &v, NULL) == -1, "no duration '%s'", bad[i]);
	IS_INT(v, 4711, "what failed changes nothing");
	IS_INT(ir_parse_duration("15", &v, &e), -1, "a bare number is refused");
	IS_INT(e.code, IR_USAGE, "as the user's mistake");
	IS_STR(e.msg, "'15' is not a duration", "saying what was given");
	IS_STR(e.hint, "say the unit, such as 15s, 15m or 15ms", "and what to do");
	ir_parse_duration("1x", &v, &e);
	OK(strstr(e.hint, "1m30s"), "the hint for another mistake shows the forms");
}

static void
test_size(void)
{
	static const struct {
		const char *s;
		int64_t want;
	} good[] = { { "0", 0 }, { "512", 512 }, { "512B", 512 }, { "512 B", 512 }, { "64k", 65536 }, { "64K", 65536 },
		{ "16M", 16777216 }, { "16mb", 16777216 }, { "1GiB", 1073741824 }, { "1Gi", 1073741824 },
		{ "1.5k", 1536 }, { "16.0 MiB", 16777216 }, { "2T", 2199023255552 }, { "7E", 8070450532247928832 },
		{ "9223372036854775807", INT64_MAX } };
	static const char *const bad[] = { "", "k", "-1", "1.5", "1.5B", "1x", "1kx", "1  k", "1 ", "1 k ", "8E", "1bb",
		"1iB", "9223372036854775808", "18446744073709551616", "1.k", " 1" };
	struct ir_err e = IR_ERR_INIT;
	int64_t v;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		v = -1;
		ir_parse_size(good[i].s, &v, NULL);
		IS_INT(v, good[i].want, "size '%s'", good[i].s);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		OK(ir_parse_size(bad[i], &v, NULL) == -1, "no size '%s'", bad[i]);
	ir_parse_size("1x", &v, &e);
	IS_STR(e.msg, "'1x' is not a size", "the message");
	IS_INT(e.code, IR_USAGE, "and its code");
}

static void
test_bool(void)
{
	static const char *const yes[] = { "yes", "true", "on", "1", "YES", "On" };
	static const char *const no[] = { "no", "false", "off", "0", "No", "OFF" };
	static const char *const bad[] = { "", "y", "2", "yes ", "truee", "enable" };
	struct ir_err e = IR_ERR_INIT;
	int v;

	for (size_t i = 0; i < 6; i++) {
		v = -1;
		OK(ir_parse_bool(yes[i], &v, NULL) == 0 && v == 1, "'%s' is yes", yes[i]);
		OK(ir_parse_bool(no[i], &v, NULL) == 0 && v == 0, "'%s' is no", no[i]);
		OK(ir_parse_bool(bad[i], &v, &e) == -1 && e.code == IR_USAGE && *e.hint, "'%s' is neither", bad[i]);
	}
}

static void
test_format(void)
{
	static const struct {
		int64_t ms;
		const char *duration, *age;
	} t[] = {
		{ 0, "0ms", "0s" },
		{ 902, "902ms", "0s" },
		{ 999, "999ms", "0s" },
		{ 1000, "1s", "1s" },
		{ 2300, "2.3s", "2s" },
		{ 2399, "2.3s", "2s" },
		{ 9999, "9.9s", "9s" },
		{ 10000, "10s", "10s" },
		{ 59999, "59s", "59s" },
		{ 60000, "1m", "1m" },
		{ 250000, "4m10s", "4m" },
		{ 3599999, "59m59s", "59m" },
		{ 3600000, "1h", "1h" },
		{ 11520000, "3h12m", "3h" },
		{ 86399999, "23h59m", "23h" },
		{ 446400000, "5d4h", "5d" },
		{ 864000000, "10d", "10d" },
		{ -250000, "-4m10s", "-4m" },
		{ -5, "-5ms", "0s" },
		{ INT64_MAX, "106751991167d7h", "106751991167d" },
		{ INT64_MIN, "-106751991167d7h", "-106751991167d" },
	};
	static const struct {
		int64_t bytes;
		const char *text;
	} z[] = { { 0, "0 B" }, { 512, "512 B" }, { 1023, "1023 B" }, { 1024, "1.0 KiB" }, { 1536, "1.5 KiB" },
		{ 1048575, "1023.9 KiB" }, { 16777216, "16.0 MiB" }, { 446378804, "425.7 MiB" },
		{ 446378803, "425.6 MiB" }, { INT64_MAX, "7.9 EiB" }, { INT64_MIN, "-8.0 EiB" }, { -5, "-5 B" } };
	char out[IR_NUM_MAX];

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		IS_STR(ir_format_duration(out, t[i].ms), t[i].duration, "%" PRId64 " ms as a duration", t[i].ms);
		IS_STR(ir_format_age(out, t[i].ms), t[i].age, "%" PRId64 " ms as an age", t[i].ms);
	}
	IS_STR(ir_format_latency(out, 0.44), "0.4ms", "a short latency");
	IS_STR(ir_format_latency(out, 0.04), "0.04ms", "a very short one");
	IS_STR(ir_format_latency(out, 41.5), "42ms", "a longer one");
	IS_STR(ir_format_latency(out, 1234), "1.2s", "a long one");
	IS_STR(ir_format_latency(out, -1), "-", "none");
	IS_STR(ir_format_latency(out, 0.0 / 0.0), "-", "not known");
	for (size_t i = 0; i < sizeof z / sizeof *z; i++)
		IS_STR(ir_format_size(out, z[i].bytes), z[i].text, "%" PRId64 " bytes", z[i].bytes);
}

int
main(void)
{
	test_int();
	test_duration();
	test_size();
	test_bool();
	test_format();
	return tap_done();
}
