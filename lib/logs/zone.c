/* zone - which zone the times of a source mean when they name none */
#include "logs/zone.h"

#include <ctype.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"

static int
minutes_at(int64_t at_ms)
{
	time_t at = (time_t)(at_ms / 1000);
	struct tm tm;

	return localtime_r(&at, &tm) ? (int)(tm.tm_gmtoff / 60) : 0;
}

/* "+02:00" "+0200" "+2" */
static int
offset(const char *s, int *minutes)
{
	int sign = *s == '-' ? -1 : 1, hours = 0, rest = 0, n = 0;

	for (s++; isdigit((unsigned char)*s) && n < 2; s++, n++)
		hours = 10 * hours + (*s - '0');
	if (!n)
		return -1;
	s += *s == ':' && n == 2;
	if (*s) {
		if (n < 2 || !isdigit((unsigned char)s[0]) || !isdigit((unsigned char)s[1]) || s[2])
			return -1;
		rest = 10 * (s[0] - '0') + (s[1] - '0');
	}
	*minutes = sign * (60 * hours + rest);
	return hours <= 14 && rest < 60 ? 0 : -1;
}

/* A name below the directory of zones, and nothing that leads out of it. */
static bool
is_zone(const char *name)
{
	char path[256];
	int n = snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);

	return *name && *name != '/' && !strstr(name, "..") && n > 0 && (size_t)n < sizeof(path) &&
	       access(path, R_OK) == 0;
}

/* The C library knows one zone at a time. */
static void
named(const char *name, int64_t at_ms, int *minutes)
{
	const char *tz = getenv("TZ");
	char *before = tz ? strdup(tz) : NULL;

	if (tz && !before)
		ir_oom();
	setenv("TZ", name, 1);
	tzset();
	*minutes = minutes_at(at_ms);
	if (before)
		setenv("TZ", before, 1);
	else
		unsetenv("TZ");
	tzset();
	free(before);
}

int
ir_logs_zone_parse(const char *text, int64_t at_ms, int *minutes, struct ir_err *err)
{
	*minutes = 0;
	if (strcasecmp(text, "utc") == 0 || strcasecmp(text, "z") == 0 || strcasecmp(text, "gmt") == 0)
		return 0;
	if ((*text == '+' || *text == '-') && offset(text, minutes) == 0)
		return 0;
	if (*text != '+' && *text != '-' && is_zone(text)) {
		named(text, at_ms, minutes);
		return 0;
	}
	ir_fail(err, IR_CONFIG, "'%s' is no time zone", text);
	return ir_hint(err, "write it as UTC, +02:00 or Europe/Berlin");
}

int
ir_logs_zone_of(const struct ir_section *section, int64_t now_ms, struct ir_logs_zone *zone, struct ir_err *err)
{
	const char *text = ir_conf_str(section, "logs", "timezone");

	*zone = (struct ir_logs_zone){ .known = false };
	if (!text)
		return 0;
	zone->known = true;
	return ir_logs_zone_parse(text, now_ms, &zone->minutes, err);
}

void
ir_logs_zone_set(const struct ir_logs_zone *zone, struct ir_logs_stream *stream)
{
	stream->zone_known = zone->known;
	stream->zone_min = zone->known ? zone->minutes : minutes_at(stream->newest_ms);
}
