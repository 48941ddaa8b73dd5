/* ids - request and trace ids: which names they go by, and what is an id at all */
#include "logs/ids.h"

#include <stdbool.h>
#include <string.h>

#include "logs/ids_priv.h"

enum { NAME_MAX_LEN = 24, ID_MIN = 6 };

/* Names in lower case, without what separates their words. */
static const struct id_name {
	char name[NAME_MAX_LEN];
	unsigned char len, kind;
	bool strict; /* the name alone does not say that an id follows */
} names[] = {
#define NAME(text, ...) \
	{ \
		text, sizeof(text) - 1, __VA_ARGS__ \
	}
	NAME("requestid", IR_ID_REQUEST, false),
	NAME("reqid", IR_ID_REQUEST, false),
	NAME("xrequestid", IR_ID_REQUEST, false),
	NAME("xreqid", IR_ID_REQUEST, false),
	NAME("httprequestid", IR_ID_REQUEST, false),
	NAME("requestuuid", IR_ID_REQUEST, false),
	NAME("awsrequestid", IR_ID_REQUEST, false),
	NAME("lambdarequestid", IR_ID_REQUEST, false),
	NAME("xamznrequestid", IR_ID_REQUEST, false),
	NAME("xamzrequestid", IR_ID_REQUEST, false),
	NAME("correlationid", IR_ID_REQUEST, false),
	NAME("xcorrelationid", IR_ID_REQUEST, false),
	NAME("globalrequestid", IR_ID_REQUEST, false),
	NAME("req", IR_ID_REQUEST, true),
	NAME("request", IR_ID_REQUEST, true),
	NAME("rid", IR_ID_REQUEST, true),
	NAME("traceid", IR_ID_TRACE, false),
	NAME("ddtraceid", IR_ID_TRACE, false),
	NAME("oteltraceid", IR_ID_TRACE, false),
	NAME("xtraceid", IR_ID_TRACE, false),
	NAME("xb3traceid", IR_ID_TRACE, false),
	NAME("xamzntraceid", IR_ID_TRACE, false),
	NAME("awstraceid", IR_ID_TRACE, false),
	NAME("ubertraceid", IR_ID_TRACE, false),
	NAME("traceparent", IR_ID_TRACE, false),
	NAME("xcloudtracecontext", IR_ID_TRACE, false),
	NAME("googleapiscomtrace", IR_ID_TRACE, false),
	NAME("trace", IR_ID_TRACE, true),
	NAME("b3", IR_ID_TRACE, true),
	NAME("taskid", IR_ID_JOB, false),
	NAME("taskuuid", IR_ID_JOB, false),
	NAME("celerytaskid", IR_ID_JOB, false),
	NAME("jobid", IR_ID_JOB, false),
	NAME("activejobid", IR_ID_JOB, false),
	NAME("jobuuid", IR_ID_JOB, false),
	NAME("jid", IR_ID_JOB, false),
#undef NAME
};

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool
is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static bool
is_hex(char c)
{
	return is_digit(c) || (unsigned char)(lower(c) - 'a') < 6;
}

/* The letters and digits of a name in lower case; how many, or 0 when there are too many. */
static size_t
normal(const char *p, size_t n, char out[static NAME_MAX_LEN])
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		char c = lower(p[i]);

		if (c == '_' || c == '-' || c == '.' || c == ' ' || c == '/')
			continue;
		if (len == NAME_MAX_LEN)
			return 0;
		out[len++] = c;
	}
	return len;
}

static const struct id_name *
find_name(const char *p, size_t n)
{
	char name[NAME_MAX_LEN];
	size_t len;

	/* logging.googleapis.com/trace */
	if (n > 8 && memcmp(p, "logging.", 8) == 0)
		return find_name(p + 8, n - 8);
	/* All names end with one of these. */
	if (!n || !strchr("dDqQtT3eE", p[n - 1]))
		return NULL;
	len = normal(p, n, name);
	for (size_t i = 0; len && i < sizeof names / sizeof *names; i++) {
		if (names[i].name[0] == name[0] && strlen(names[i].name) == len &&
		    memcmp(names[i].name, name, len) == 0)
			return &names[i];
	}
	return NULL;
}

bool
ir_ids_name(const char *name, size_t n)
{
	return find_name(name, n) != NULL;
}

int
ir_ids_field(const char *name, size_t n, enum ir_id_kind *kind)
{
	const struct id_name *found = find_name(name, n);

	if (!found || found->strict)
		return 0;
	*kind = (enum ir_id_kind)found->kind;
	return 1;
}

static size_t
hex_len(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && is_hex(p[i]))
		i++;
	return i;
}

/* Cut to the part that stays the same in all services: of a traceparent, of what X-Ray, Jaeger, B3 and Google write, the trace's id. */
static void
cut_trace(const char **p, size_t *n)
{
	const char *at;
	size_t hex = hex_len(*p, *n);

	at = *n > 5 ? memmem(*p, *n, "Root=", 5) : NULL;
	if (at) {
		*n -= (size_t)(at + 5 - *p);
		*p = at + 5;
	}
	at = *n > 8 ? memmem(*p, *n, "/traces/", 8) : NULL;
	if (at) {
		*n -= (size_t)(at + 8 - *p);
		*p = at + 8;
	}
	at = memchr(*p, ';', *n);
	if (at)
		*n = (size_t)(at - *p);
	if (hex == 2 && *n >= 35 && (*p)[2] == '-' && hex_len(*p + 3, *n - 3) == 32) {
		*p += 3;
		*n = 32;
	} else if ((hex == 32 || hex == 16) && *n > hex && strchr("-:/", (*p)[hex])) {
		*n = hex;
	}
}

/* What a bare "request=" needs for its value to be an id: no word, no path. */
static bool
looks_like_id(const char *p, size_t n)
{
	size_t digits = 0, letters = 0;

	for (size_t i = 0; i < n; i++) {
		char c = lower(p[i]);

		digits += is_digit(c);
		letters += c >= 'a' && c <= 'z';
		if (!is_digit(c) && !(c >= 'a' && c <= 'z') && c != '-' && c != '_')
			return false;
	}
	return digits && (letters || digits == n);
}

void
ir_ids_add_named(struct ir_ids *ids, const char *name, size_t n_name, const char *p, size_t n)
{
	const struct id_name *found = find_name(name, n_name);

	if (!found)
		return;
	if (!found->strict || (found->kind == IR_ID_TRACE ? n >= 16 && hex_len(p, n) >= 16 : looks_like_id(p, n)))
		ir_ids_add(ids, (enum ir_id_kind)found->kind, p, n);
}

static bool
is_placeholder(const char *p, size_t n)
{
	static const char *const words[] = { "undefined", "unknown", "(null)", "missing", "not_set", "not-set" };
	bool zeros = true;

	for (size_t i = 0; i < n; i++)
		zeros &= p[i] == '0' || p[i] == '-';
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strlen(words[i]) == n && strncasecmp(p, words[i], n) == 0)
			return true;
	}
	return zeros;
}

void
ir_ids_add(struct ir_ids *ids, enum ir_id_kind kind, const char *p, size_t n)
{
	struct ir_id id = { .kind = kind };
	bool hex = true;

	if (kind == IR_ID_TRACE)
		cut_trace(&p, &n);
	if (n < ID_MIN || n > IR_ID_TEXT || ids->n >= IR_IDS_MAX || is_placeholder(p, n))
		return;
	for (size_t i = 0; i < n; i++) {
		if (p[i] <= ' ' || p[i] >= 0x7f || strchr("\"'\\<>{}[](),;", p[i]))
			return;
		hex &= is_hex(p[i]) || p[i] == '-';
	}
	for (size_t i = 0; i < n; i++)
		id.text[i] = hex ? lower(p[i]) : p[i];
	for (size_t i = 0; i < ids->n; i++) {
		if (ids->v[i].kind == kind && strcmp(ids->v[i].text, id.text) == 0)
			return;
	}
	ids->v[ids->n++] = id;
}
