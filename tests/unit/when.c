/* when - short times, and back */
#include "rec/when.h"

#include "tap.h"

static const int64_t now = 1769912000000; /* 2026-02-01T02:13:20Z */
static const int64_t day = 86400000;

static void
is(int64_t ms, const char *want)
{
	char out[IR_WHEN_MAX];

	IS_STR(ir_when(out, ms, now), want, "%s", want);
	if (ms == IR_TIME_NONE)
		return;
	OK(ir_when_valid(out, strlen(out)) && ir_when_fits(out, strlen(out), ms), "%s is read back", want);
	OK(!ir_when_fits(out, strlen(out), ms + 2 * day + 61000), "and fits no other time");
}

int
main(void)
{
	static const char *const bad[] = { "", "-", "02:12:44", "2:12:44Z", "02:12:44Z ", "02:1x:44Z", "01-31",
		"2025-01-3", "2025-01-311" };

	is(now - 36000, "02:12:44Z");
	is(now + 36000, "02:13:56Z");
	is(now - day, "01-31T02:13Z");
	is(now - 400 * day, "2024-12-28");
	is(IR_TIME_NONE, "-");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		OK(!ir_when_valid(bad[i], strlen(bad[i])) && !ir_when_fits(bad[i], strlen(bad[i]), now), "'%s' is none",
		    bad[i]);
	OK(!ir_when_fits("02:13:20Z", 9, IR_TIME_NONE), "nothing fits what is not known");
	OK(ir_when_fits("02:13:20Z", 9, now + 999) && !ir_when_fits("02:13:20Z", 9, now + 1000), "to the second");
	return tap_done();
}
