/* stamp_minute - the minute that was last read: times of one log are close together */
#include <string.h>

#include "logs/stamp_parts.h"

enum { MINUTE_MS = 60000, DAY_MS = 86400000, ZONES_MS = 16 * 60 * MINUTE_MS };

void
ir_stamp_keep(
    struct ir_stamp_base *b, uint8_t shape, const char *p, size_t len, const struct ir_stamp_parts *t, int64_t ms)
{
	int64_t minute = ms + (int64_t)(t->zoned ? t->zone_min : b->zone_min) * MINUTE_MS - t->second * 1000 - t->ms;

	b->minute_shape = 0;
	/* Without a year it must not be near the end of what can be. */
	if (t->year < 0 && (b->newest_ms < 0 || minute + MINUTE_MS + ZONES_MS - DAY_MS > b->newest_ms))
		return;
	if (len < 10 || len - 2 > sizeof b->minute)
		return;
	b->minute_ms = minute;
	b->minute_newest_ms = b->newest_ms;
	b->minute_len = (uint8_t)(len - 2);
	memcpy(b->minute, p, len - 2);
	b->minute_shape = shape;
}

static inline uint64_t
eight(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof w);
	return w;
}

/* n is 8 to 24. */
static inline bool
same(const char *a, const char *b, size_t n)
{
	size_t middle = n < 16 ? n - 8 : 8;

	return !(
	    (eight(a) ^ eight(b)) | (eight(a + middle) ^ eight(b + middle)) | (eight(a + n - 8) ^ eight(b + n - 8)));
}

/* Of what may begin with c a zone is read; all else ends the time. */
static inline bool
maybe_zone(const char *p, size_t left)
{
	if (p[0] == ' ')
		return left > 1 && ((p[1] >= 'A' && p[1] <= 'Z') || p[1] == '+' || p[1] == '-');
	return p[0] == '+' || p[0] == '-' || ir_stamp_letter(p[0]);
}

size_t
ir_stamp_reread(const char *p, size_t n, const struct ir_stamp_base *b, int64_t *ms)
{
	size_t at = b->minute_len, digits = 0;
	struct ir_stamp_parts t = { 0 };
	int second;
	int64_t fraction = 0;

	if (n < at + 2 || !same(p, b->minute, at) || b->newest_ms != b->minute_newest_ms)
		return 0;
	if (!ir_stamp_digit(p[at]) || !ir_stamp_digit(p[at + 1]))
		return 0;
	second = 10 * (p[at] - '0') + p[at + 1] - '0';
	at += 2;
	if (at < n && (p[at] == '.' || p[at] == ',')) {
		while (at + 1 + digits < n && ir_stamp_digit(p[at + 1 + digits])) {
			if (digits < 3)
				fraction = 10 * fraction + p[at + 1 + digits] - '0';
			digits++;
		}
		if (digits < 3 || digits > 9 || (p[at] == ',' && digits % 3))
			return 0;
		at += 1 + digits;
	}
	if (at < n && p[at] == 'Z') {
		t.zoned = true;
		at++;
	} else if (at < n && maybe_zone(p + at, n - at)) {
		at = ir_stamp_zone(p, n, at, false, &t);
	}
	/* AM and PM, also behind a narrow space. */
	if (n - at >= 3 && ((p[at] == ' ' && (p[at + 2] | 0x20) == 'm') || p[at] == '\xe2'))
		return 0;
	if (second > 60 || (at < n && (ir_stamp_word(p[at]) || (!digits && p[at] == ':'))))
		return 0;
	*ms = b->minute_ms + second * 1000 + fraction - (int64_t)(t.zoned ? t.zone_min : b->zone_min) * MINUTE_MS;
	return at;
}
