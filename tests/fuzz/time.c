/* time - what is parsed can be written and is then the same; what people type is where it should be */
#include <time.h>

#include "base/clock.h"
#include "fuzz.h"

#define FIRST INT64_C(-62167219200000)
#define LAST INT64_C(253402300799999)

static void
holds_format(int64_t ms)
{
	char out[IR_TIME_MAX], day[IR_TIME_MAX];
	int64_t back, want = ms < FIRST ? FIRST : ms > LAST ? LAST : ms;

	if (ms == IR_TIME_NONE)
		return;
	ir_time_format(out, ms);
	HOLDS(strlen(out) == 24 && ir_time_parse_rfc3339(out, 24, &back) == 0 && back == want);
	HOLDS(ir_time_parse(out, 0, &back, NULL) == 0 && back == want);
	HOLDS(strncmp(ir_day_format(day, ms), out, 10) == 0 && strlen(day) == 10);
}

static void
holds_rfc3339(const char *s, size_t n)
{
	int64_t ms;

	if (ir_time_parse_rfc3339(s, n, &ms) < 0)
		return;
	HOLDS(ms >= FIRST && ms <= LAST && n >= 20 && n <= 35);
	holds_format(ms);
}

static void
holds_typed(const char *s, int64_t now)
{
	struct ir_err err = IR_ERR_INIT;
	int64_t ms = 4711;

	if (ir_time_parse(s, now, &ms, &err) < 0) {
		HOLDS(ms == 4711 && err.code == IR_USAGE && *err.msg && *err.hint);
		return;
	}
	HOLDS(err.code == 0 && ms >= FIRST && ms <= LAST);
	if (strcmp(s, "now") == 0)
		HOLDS(ms == now);
	else if (strlen(s) >= 5 && s[2] == ':')
		HOLDS(ms <= now && now - ms <= 2 * INT64_C(86400000) + 7200000);
	else if (strncmp(s, "yesterday", 9) == 0)
		HOLDS(ms <= now && now - ms <= 2 * INT64_C(86400000) + 7200000);
	else if (strncmp(s, "today", 5) == 0)
		HOLDS(llabs(now - ms) <= INT64_C(86400000) + 7200000);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The first byte picks a zone, to the west, without and to the east with a change over midnight. */
	static const char *const zones[] = { "UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0",
		"<-03>3<-02>,M10.3.0/0,M2.3.0/0", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "<+14>-14" };
	static unsigned zone_set = 99;
	unsigned zone = (unsigned)fuzz_number(&data, &size, 1) % 6;
	int64_t now = (int64_t)fuzz_number(&data, &size, 8);

	if (zone != zone_set) {
		setenv("TZ", zones[zone], 1);
		tzset();
		zone_set = zone;
	}
	holds_format(now);

	char *s = fuzz_string(data, size);

	holds_rfc3339(s, size);
	/* A week from the ends of what can be written, so that every local time near now is within. */
	now = (int64_t)((uint64_t)now % (uint64_t)(LAST - FIRST - 14 * INT64_C(86400000))) + FIRST +
	      7 * INT64_C(86400000);
	holds_typed(s, now);
	free(s);
	return 0;
}
