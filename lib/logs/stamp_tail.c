/* stamp_tail - what follows the seconds of a time: fraction, AM or PM, zone, year */
#include "logs/stamp_parts.h"

#include <string.h>

static bool
ends(const char *p, size_t n, size_t at)
{
	return at >= n || !ir_stamp_word(p[at]);
}

static size_t
digits(const char *p, size_t n, size_t at)
{
	size_t i = at;

	while (i < n && ir_stamp_digit(p[i]))
		i++;
	return i - at;
}

/* The first three of a fraction's digits; after a colon it is a number of milliseconds. */
static int
millis(const char *p, size_t n, bool whole)
{
	int ms = 0;

	for (size_t i = 0; i < 3; i++) {
		if (i < n)
			ms = 10 * ms + p[i] - '0';
		else if (!whole)
			ms *= 10;
	}
	return ms;
}

/* A comma may also separate columns, a colon the groups of an address: not any number is a fraction then. */
static size_t
fraction(const char *p, size_t n, size_t at, unsigned flags, struct ir_stamp_parts *t)
{
	size_t len = at < n && (p[at] == '.' || p[at] == ',' || p[at] == ':') ? digits(p, n, at + 1) : 0;

	if (flags & IR_STAMP_MICROS ? len != 6 || p[at] != '.' : !len)
		return flags & IR_STAMP_MICROS ? 0 : at;
	if (p[at] == ',' && len != 3 && len != 6 && len != 9)
		return at;
	if (len > 9 || (p[at] == ':' && len > 3 && len != 6) || (p[at] == ':' && len != 3 && (flags & IR_STAMP_ALONE)))
		return 0;
	t->ms = millis(p + at + 1, len, p[at] == ':' && len < 3);
	return at + 1 + len;
}

static size_t
meridiem(const char *p, size_t n, size_t at, struct ir_stamp_parts *t)
{
	static const char narrow[] = "\xe2\x80\xaf"; /* no-break space, before AM in newer tables of locales */
	size_t i = at;

	if (i < n && p[i] == ' ')
		i++;
	else if (n - i >= 3 && memcmp(p + i, narrow, 3) == 0)
		i += 3;
	if (n - i < 2 || (p[i + 1] | 0x20) != 'm' || !ends(p, n, i + 2))
		return at;
	if ((p[i] | 0x20) == 'p' && t->hour < 12)
		t->hour += 12;
	else if ((p[i] | 0x20) == 'a' && t->hour == 12)
		t->hour = 0;
	else if ((p[i] | 0x20) != 'p' && (p[i] | 0x20) != 'a')
		return at;
	return i + 2;
}

/* +hh:mm, +hhmm, and +hh where it stands right behind the time. */
static size_t
offset(const char *p, size_t n, bool attached, int *min)
{
	size_t len, two;
	int hours, minutes = 0;

	if (!n || (p[0] != '+' && p[0] != '-'))
		return 0;
	len = digits(p, n, 1);
	if (len != 2 && len != 4)
		return 0;
	hours = 10 * (p[1] - '0') + p[2] - '0';
	two = len == 2 && n > 5 && p[3] == ':' && digits(p, n, 4) == 2 ? 4 : len == 4 ? 3 : 0;
	if (two)
		minutes = 10 * (p[two] - '0') + p[two + 1] - '0';
	else if (!attached)
		return 0;
	if (hours > 15 || minutes > 59)
		return 0;
	*min = (p[0] == '-' ? -1 : 1) * (60 * hours + minutes);
	return two ? two + 2 : 3;
}

/* Names of zones in use; only the first two say which. Others may mean several. */
static const char zone_names[][4] = { "UTC", "GMT", "CET", { 'C', 'E', 'S', 'T' }, "EET", { 'E', 'E', 'S', 'T' }, "WET",
	{ 'W', 'E', 'S', 'T' }, "BST", "IST", "MSK", { 'S', 'A', 'S', 'T' }, "EAT", "WAT", "PKT", "SGT", "HKT", "JST",
	"KST", "PHT", "WIB", { 'A', 'E', 'S', 'T' }, { 'A', 'E', 'D', 'T' }, { 'A', 'C', 'S', 'T' },
	{ 'A', 'C', 'D', 'T' }, { 'A', 'W', 'S', 'T' }, { 'N', 'Z', 'S', 'T' }, { 'N', 'Z', 'D', 'T' }, "EST", "EDT",
	"CST", "CDT", "MST", "MDT", "PST", "PDT", { 'A', 'K', 'S', 'T' }, { 'A', 'K', 'D', 'T' }, "HST", "BRT", "ART",
	"CLT", "COT", "TRT", "GST" };

static size_t
zone_name(const char *p, size_t n, bool *known)
{
	char name[4] = { 0 };
	size_t len = 0;

	while (len < n && len < 4 && p[len] >= 'A' && p[len] <= 'Z')
		len++;
	/* Most words of this length are none: GET, WARN, INFO. */
	if (len < 3 || !ends(p, n, len) ||
	    (p[len - 1] != 'T' && p[len - 1] != 'C' && p[len - 1] != 'K' && p[len - 1] != 'B'))
		return 0;
	memcpy(name, p, len);
	for (size_t i = 0; i < sizeof zone_names / sizeof *zone_names; i++) {
		if (memcmp(name, zone_names[i], sizeof name) == 0) {
			*known = i < 2;
			return len;
		}
	}
	return 0;
}

size_t
ir_stamp_zone(const char *p, size_t n, size_t at, bool alone, struct ir_stamp_parts *t)
{
	size_t i = at, len;
	bool spaced, known = false;

	if (at < n && (p[at] | 0x20) == 'z' && ends(p, n, at + 1)) {
		t->zoned = true;
		return at + 1;
	}
	spaced = at < n && p[at] == ' ' && !alone;
	i += spaced;
	len = zone_name(p + i, n - i, &known);
	if (len) {
		t->zoned = known;
		i += len;
		len = known ? offset(p + i, n - i, true, &t->zone_min) : 0;
		return i + len;
	}
	len = offset(p + i, n - i, !spaced, &t->zone_min);
	if (!len)
		return at;
	t->zoned = true;
	i += len;
	/* Go: +0000 UTC */
	len = i < n && p[i] == ' ' && !alone ? zone_name(p + i + 1, n - i - 1, &known) : 0;
	return i + len + (len > 0);
}

/* "Thu May  3 01:02:03 2024", and date's "01:02:03 UTC 2024". */
static size_t
year_after(const char *p, size_t n, size_t at, struct ir_stamp_parts *t)
{
	if (n - at < 5 || p[at] != ' ' || digits(p, n, at + 1) != 4 || !ends(p, n, at + 5))
		return at;
	t->year = 0;
	for (size_t i = at + 1; i < at + 5; i++)
		t->year = 10 * t->year + p[i] - '0';
	return at + 5;
}

size_t
ir_stamp_tail(const char *p, size_t n, size_t at, unsigned flags, struct ir_stamp_parts *t)
{
	if (flags & IR_STAMP_FRACTION) {
		at = fraction(p, n, at, flags, t);
		if (!at)
			return 0;
	}
	if (flags & IR_STAMP_MERIDIEM)
		at = meridiem(p, n, at, t);
	if (flags & IR_STAMP_ZONE)
		at = ir_stamp_zone(p, n, at, flags & IR_STAMP_ALONE, t);
	if (flags & IR_STAMP_YEAR)
		at = year_after(p, n, at, t);
	if (!ends(p, n, at))
		return 0;
	if ((flags & IR_STAMP_ALONE) && n - at >= 2 && strchr(".:-/", p[at]) && p[at] && ir_stamp_digit(p[at + 1]))
		return 0;
	return at;
}
