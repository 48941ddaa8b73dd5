/* journal_entry - one entry of the systemd journal, as `journalctl -o json` prints it */
#include "logs/journal_entry.h"

#include <jansson.h>

#include "base/clock.h"
#include "base/num.h"

enum { FALLBACK_PRIORITY = 6 }; /* what a line of stdout has when it says none */

const char ir_journal_fields[] = "MESSAGE,PRIORITY,UNIT,USER_UNIT,COREDUMP_UNIT,_SYSTEMD_UNIT,_SYSTEMD_USER_UNIT,"
				 "SYSLOG_IDENTIFIER,_COMM,_TRANSPORT,CONTAINER_NAME";

/* A field that was given several times is a list. */
static const json_t *
first(const json_t *v)
{
	return json_is_array(v) && !json_is_integer(json_array_get(v, 0)) ? json_array_get(v, 0) : v;
}

static const char *
text(const json_t *entry, const char *name)
{
	const char *s = json_string_value(first(json_object_get(entry, name)));

	return s && *s ? s : NULL;
}

/* Whose it is. What systemd itself says of a unit is the unit's. */
static const char *
unit_of(const json_t *entry)
{
	static const char *const names[] = { "COREDUMP_UNIT", "USER_UNIT", "_SYSTEMD_USER_UNIT", "_SYSTEMD_UNIT",
		"SYSLOG_IDENTIFIER", "_COMM", NULL };
	const char *unit = text(entry, "_SYSTEMD_UNIT"), *found = NULL;

	if (unit && strcmp(unit, "init.scope") == 0)
		found = text(entry, "UNIT");
	for (size_t i = 0; names[i] && !found; i++)
		found = text(entry, names[i]);
	return found ? found : "";
}

/* What goes with all that is printed to stdout says nothing. */
static int64_t
priority(const json_t *entry)
{
	const char *s = text(entry, "PRIORITY"), *transport = text(entry, "_TRANSPORT");
	int64_t n;

	if (!s || ir_parse_int(s, 0, 7, &n, NULL) < 0)
		return -1;
	return n == FALLBACK_PRIORITY && transport && strcmp(transport, "stdout") == 0 ? -1 : n;
}

/* A string, or its bytes where they are not UTF-8. NULL: none. */
static char *
message(const json_t *entry, size_t *n)
{
	const json_t *v = first(json_object_get(entry, "MESSAGE"));
	size_t size = json_is_array(v) ? json_array_size(v) : json_string_length(v);
	char *p = size ? malloc(size) : NULL;

	*n = size;
	if (size && !p)
		ir_oom();
	for (size_t i = 0; json_is_array(v) && i < size; i++)
		p[i] = (char)json_integer_value(json_array_get(v, i));
	if (size && !json_is_array(v))
		memcpy(p, json_string_value(v), size);
	return p;
}

static void
add_lines(struct ir_buf *lines, const char *p, size_t n, const char *stamp, int64_t pri)
{
	while (n && p[n - 1] == '\n')
		n--;
	for (const char *end = p + n; p <= end;) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t m = (size_t)((nl ? nl : end) - p);

		ir_buf_addf(lines, "%s ", stamp);
		if (pri >= 0)
			ir_buf_addf(lines, "<%d>", (int)pri);
		pri = -1;
		ir_buf_add(lines, p, m);
		ir_buf_addc(lines, '\n');
		p += m + 1;
	}
}

int
ir_journal_entry_read(const char *p, size_t n, struct ir_journal_entry *e, struct ir_buf *lines)
{
	json_t *entry = json_loadb(p, n, JSON_ALLOW_NUL, NULL);
	const char *when = text(entry, "__REALTIME_TIMESTAMP"), *container = text(entry, "CONTAINER_NAME");
	char stamp[IR_TIME_MAX], *msg;
	int64_t us;

	if (!when || ir_parse_int(when, 0, INT64_MAX, &us, NULL) < 0) {
		json_decref(entry);
		return -1;
	}
	e->ms = us / 1000;
	snprintf(e->unit, sizeof(e->unit), "%s", unit_of(entry));
	snprintf(e->container, sizeof(e->container), "%s", container ? container : "");
	msg = message(entry, &n);
	if (msg)
		add_lines(lines, msg, n, ir_time_format(stamp, e->ms), priority(entry));
	free(msg);
	json_decref(entry);
	return msg != NULL;
}
