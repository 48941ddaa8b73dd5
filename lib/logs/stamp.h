/*
 * stamp - times as logs write them
 *
 * RFC 3339 and ISO 8601 (T, t, space or _ between; . or , before the fraction; Z, +hh, +hhmm, +hh:mm or none), "2024/05/23 01:02:03" (Go, nginx), "24/05/23 01:02:03",
 * syslog RFC 3164 "May  3 01:02:03" (also with a year before the time: "May 03 2024 01:02:03", and a weekday: "Thu May 03 01:02:03 2024"), CLF "03/May/2024:01:02:03 +0000",
 * Redis and RFC 1123 "03 May 2024 01:02:03.123", klog "0523 01:02:03.123456", "20240503-01:02:03:123", "20240503 010203", "05.23 01:02:03", "5/3/2024, 1:02:03 PM" and more
 * (stamp.c and stamp_loose.c have the tables), a day or a time of day alone, epoch in seconds, ms, us, ns (10, 13, 16 or 19 digits, or seconds with a fraction) within 2001 to 2100.
 * Brackets and the letter before klog's are the caller's. Where the order of day, month and year is open: "24/05/23" is a year first, "05/23/24" and "05/23/2024" a month first,
 * "23.05.2024" and "03-05-2024" a day first, unless no such day has been yet.
 * Zones: Z UTC GMT and numbers; three- and four-letter names in use (CET, PDT) are taken for part of the time, and not known.
 */
#ifndef IR_LOGS_STAMP_H
#define IR_LOGS_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

/* What a time that says less than it should is completed with. */
struct ir_stamp_base {
	int64_t newest_ms;	/* no time is later, a day of clock error aside */
	int zone_min;		/* minutes east, where none is named */
	/* stamp's own: the day and the minute that were last seen, so that they are reckoned once. */
	uint64_t day_key;
	int64_t day_ms;
	int64_t minute_ms, minute_newest_ms;
	char minute[24];
	uint8_t minute_shape, minute_len;
};

struct ir_stamp {
	int64_t ms;
	uint8_t shape;		/* for ir_stamp_again(); not 0 */
	bool zoned;		/* it names its zone */
	bool dated;		/* it names a day (with or without the year) */
	bool timed;		/* it names a time of day */
	bool epoch;		/* bare digits: believed only where a time is expected */
};

/* Does a time begin at p (n bytes left of its line)? Returns its length, fraction, zone and the like included, or 0. Never reads before p; the caller sees to it that
 * p begins a word. A digit or letter that goes on right after it makes it none. */
size_t ir_stamp_match(const char *p, size_t n, struct ir_stamp_base *, struct ir_stamp *);

/* The same, where one of this shape was a moment ago in a line that is alike: much faster. Returns 0 when it is not of that shape, else exactly what ir_stamp_match() would. */
size_t ir_stamp_again(uint8_t shape, const char *p, size_t n, struct ir_stamp_base *, int64_t *ms);

#endif
