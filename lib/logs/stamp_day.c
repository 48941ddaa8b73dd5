/* stamp_day - from the numbers of a time to the instant: the day that is meant, where the year or all of it is left out */
#include "logs/stamp_parts.h"

enum { DAY_MS = 86400000, MINUTE_MS = 60000, SKEW_MS = 5 * MINUTE_MS, YEAR_FIRST = 1970, YEAR_LAST = 2199 };

/* Of the clock that wrote the time. Kept where nothing overflows. */
static int64_t
newest(const struct ir_stamp_base *b, int zone_min)
{
	const int64_t last = INT64_C(7258118400000);

	return (b->newest_ms < 0 ? 0 : b->newest_ms > last ? last : b->newest_ms) + (int64_t)zone_min * MINUTE_MS;
}

static int
year_of(int64_t ms)
{
	char text[IR_TIME_MAX];
	int year = 0;

	ir_day_format(text, ms);
	for (int i = 0; i < 4; i++)
		year = 10 * year + text[i] - '0';
	return year;
}

/* The newest such day that does not begin after limit. */
static bool
day_before(int month, int day, int64_t limit, int64_t *ms)
{
	int64_t days;
	int year = year_of(limit);

	for (int tries = 0; tries < 10; tries++, year--) {
		if (ir_day_number(year, month, day, &days) == 0 && days * DAY_MS <= limit) {
			*ms = days * DAY_MS;
			return true;
		}
	}
	return false;
}

static uint64_t
day_key(int year, int month, int day)
{
	return (uint64_t)1 << 63 | (uint64_t)(year + 1) << 16 | (uint64_t)(month << 8 | day);
}

/* The day's first instant. Without a year it may be one that is a day too new: the time of day decides. */
static bool
day_start(const struct ir_stamp_parts *t, struct ir_stamp_base *b, int64_t *ms)
{
	uint64_t key = day_key(t->year, t->month, t->day);
	int64_t days;

	if (t->year < 0)
		key |= (uint64_t)(newest(b, 0) / DAY_MS) << 32;
	if (key == b->day_key) {
		*ms = b->day_ms;
		return true;
	}
	if (t->year < 0) {
		if (!day_before(t->month, t->day, (newest(b, 0) / DAY_MS + 3) * DAY_MS, ms))
			return false;
	} else {
		if (t->year < YEAR_FIRST || t->year > YEAR_LAST || ir_day_number(t->year, t->month, t->day, &days) < 0)
			return false;
		*ms = days * DAY_MS;
	}
	b->day_key = key;
	b->day_ms = *ms;
	return true;
}

static bool
without_day(int64_t clock, int zone_min, const struct ir_stamp_base *b, int64_t *ms)
{
	int64_t now = newest(b, zone_min);

	if (now < 0)
		now = 0;
	*ms = now / DAY_MS * DAY_MS + clock;
	if (*ms > newest(b, 0) + SKEW_MS)
		*ms -= DAY_MS;
	return true;
}

bool
ir_stamp_reckon(const struct ir_stamp_parts *t, struct ir_stamp_base *b, int64_t *ms)
{
	int zone = t->zoned ? t->zone_min : b->zone_min;
	int64_t clock, day, limit;

	if (t->hour > 23 || t->minute > 59 || t->second > 60)
		return false;
	clock = (int64_t)(((t->hour * 60 + t->minute - zone) * 60 + t->second)) * 1000 + t->ms;
	if (!t->month)
		return without_day(clock, zone, b, ms);
	if (!day_start(t, b, &day))
		return false;
	if (t->year < 0) {
		limit = newest(b, 0) + DAY_MS;
		if (day + clock > limit && !day_before(t->month, t->day, limit - clock, &day))
			return false;
	}
	*ms = day + clock;
	return true;
}

static int
century(int year)
{
	return year > 99 ? year : year < 70 ? 2000 + year : 1900 + year;
}

/* 2: such a day has been, a day of clock error aside; 1: it will be; 0: there is none. */
static int
likely(const int n[static 3], const char order[static 3], const struct ir_stamp_base *b, struct ir_stamp_parts *t)
{
	int64_t days;

	for (int i = 0; i < 3; i++)
		*(order[i] == 'D' ? &t->day : order[i] == 'M' ? &t->month : &t->year) = n[i];
	t->year = century(t->year);
	if (ir_day_number(t->year, t->month, t->day, &days) < 0)
		return 0;
	return days * DAY_MS <= newest(b, 0) + DAY_MS ? 2 : 1;
}

/* In the order in which they are tried. */
static const char (*orders(int first, char between))[4]
{
	static const char day[3][4] = { "DMY", "MDY" }, year[3][4] = { "YMD", "DMY" },
			  month[3][4] = { "MDY", "YMD", "DMY" };

	if (between == '.' || (between == '-' && first <= 12))
		return day;
	return first > 12 ? year : month;
}

bool
ir_stamp_order(struct ir_stamp_parts *t, const int n[static 3], char between, const struct ir_stamp_base *b)
{
	const char(*order)[4] = orders(n[0], between);

	/* The usual case, known from the line before. */
	if (between != '.' && n[0] > 12 && n[2] < 100 && b->day_key == day_key(century(n[0]), n[1], n[2]) &&
	    b->day_ms <= newest(b, 0) + DAY_MS) {
		t->year = century(n[0]);
		t->month = n[1];
		t->day = n[2];
		return true;
	}
	for (int least = 2; least; least--) {
		for (int i = 0; i < 3 && order[i][0]; i++) {
			if ((n[2] > 99 && order[i][0] == 'Y') || likely(n, order[i], b, t) < least)
				continue;
			return true;
		}
	}
	return false;
}
