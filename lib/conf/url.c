/*
 * url - passwords in URLs: found, and taken out before anybody sees them
 *
 * Where a URL is not one that a client would take, too much is taken out rather than too little.
 */
#include "conf/secret.h"

#include <ctype.h>
#include <strings.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/percent.h"

enum { ENCODINGS_MAX = 4 }; /* how many layers of percent-encoding are looked through */

struct span {
	const char *s, *end;
};

/* Of the text: [userinfo@]host[:port]; both NULL when it has no authority. */
struct authority {
	struct span all; /* with userinfo */
	const char *at;  /* the '@', or NULL */
};

/* "host:port" with a port that is none: more likely "user:password" whose '@' is encoded or cut off by an unencoded '/'. */
static bool
strange_port(struct span s)
{
	const char *p = s.end;

	while (p > s.s && isdigit((unsigned char)p[-1]))
		p--;
	if (p > s.s && p[-1] == ':')
		return s.end - p > 5 || (*s.s != '[' && memchr(s.s, ':', (size_t)(p - 1 - s.s)));
	return *s.s != '[' && memchr(s.s, ':', (size_t)(s.end - s.s));
}

static struct authority
find_authority(const char *url)
{
	struct authority a = { { NULL, NULL }, NULL };
	const char *s = strstr(url, "://");

	s = s ? s + 3 : strncmp(url, "//", 2) == 0 ? url + 2 : NULL;
	if (!s)
		return a;
	a.all = (struct span){ s, s + strcspn(s, "/?#") };
	/* the last '@' counts, as for every client */
	a.at = memrchr(s, '@', (size_t)(a.all.end - s));
	if (!a.at && strange_port(a.all)) {
		a.at = strrchr(s, '@');
		if (a.at)
			a.all.end = a.at + 1 + strcspn(a.at + 1, "/?#");
	}
	return a;
}

/* Decode in place, all layers. */
static void
decode(char *s)
{
	for (int layer = 0; layer < ENCODINGS_MAX && strchr(s, '%'); layer++) {
		char *o = s;

		for (const char *p = s, *end = s + strlen(s); *p; p++) {
			int byte = ir_percent_byte(p, (size_t)(end - p));

			*o++ = byte > 0 ? (char)byte : *p;
			p += byte > 0 ? 2 : 0;
		}
		*o = '\0';
	}
}

static char *
decoded(struct span s)
{
	char *copy = strndup(s.s, (size_t)(s.end - s.s));

	if (!copy)
		ir_oom();
	decode(copy);
	return copy;
}

/* A value that is there, and was not taken out. */
static bool
is_said(const char *s)
{
	size_t n = strcspn(s, "?&;#");

	return n > 0 && !(n == 3 && strncmp(s, "***", 3) == 0);
}

/* "password=…" in the query, as libpq and Redis clients take it. */
static bool
has_password_member(const char *s)
{
	static const char *const names[] = { "password", "passwd", "passphrase" };

	for (s += strcspn(s, "?"); *s; s += strcspn(s, "?&;#")) {
		size_t n = strcspn(++s, "=?&;#");
		IR_FREE char *name = decoded((struct span){ s, s + n });

		for (size_t i = 0; s[n] == '=' && is_said(s + n + 1) && i < sizeof(names) / sizeof(names[0]); i++) {
			if (strcasestr(name, names[i]))
				return true;
		}
	}
	return false;
}

int
ir_url_has_password(const char *url)
{
	struct authority a = find_authority(url);
	IR_FREE char *user = NULL;
	const char *colon;

	if (!a.all.s)
		return 0;
	if (has_password_member(a.all.end))
		return 1;
	if (!a.at)
		return strange_port(a.all) && memmem(a.all.s, (size_t)(a.all.end - a.all.s), "%40", 3) != NULL;
	user = decoded((struct span){ a.all.s, a.at });
	colon = strchr(user, ':');
	return colon && colon[1];
}

/* A part of a name: "key" in "api_key", "x-key" and "accessKeyId", but not in "monkey" or "keyword". */
static bool
has_part(const char *name, const char *part)
{
	size_t n = strlen(part);

	for (const char *s = name; *s; s++) {
		bool starts = s == name || !isalpha((unsigned char)s[-1]) ||
			      (isupper((unsigned char)s[0]) && islower((unsigned char)s[-1]));

		if (starts && strncasecmp(s, part, n) == 0 && !islower((unsigned char)s[n]) &&
		    !(isupper((unsigned char)s[n]) && isupper((unsigned char)s[n - 1])))
			return true;
	}
	return false;
}

static bool
secret_name(const char *name)
{
	static const char *const anywhere[] = { "password", "passwd", "passphrase", "secret", "token", "signature",
		"credential", "apikey", "accesskey", NULL };
	static const char *const parts[] = { "key", "sig", "pwd", "pass", "pw", "auth", "authorization", "jwt", "hmac",
		"sid", "session", NULL };

	for (size_t i = 0; anywhere[i]; i++)
		if (strcasestr(name, anywhere[i]))
			return true;
	for (size_t i = 0; parts[i]; i++)
		if (has_part(name, parts[i]))
			return true;
	return false;
}

/* Does a decoded value hold another URL's password, or another query's secret? */
static bool
secret_value(const char *value)
{
	const char *s = value;

	if (strstr(value, "//") && strchr(value, '@'))
		return true;
	while (*s) {
		size_t n = strcspn(s, "?&;#"), name = strcspn(s, "=?&;#");
		IR_FREE char *copy = name < n ? strndup(s, name) : NULL;

		if (copy && secret_name(copy))
			return true;
		s += n + (s[n] != '\0');
	}
	return false;
}

/* One name=value between separators. */
static void
add_member(struct ir_buf *b, struct span s)
{
	const char *eq = memchr(s.s, '=', (size_t)(s.end - s.s));
	IR_FREE char *name = decoded((struct span){ s.s, eq ? eq : s.end });
	IR_FREE char *value = decoded((struct span){ eq ? eq + 1 : s.end, s.end });

	if (eq && eq + 1 < s.end && (secret_name(name) || secret_value(value))) {
		ir_buf_add(b, s.s, (size_t)(eq + 1 - s.s));
		ir_buf_adds(b, "***");
	} else if (!eq && secret_value(name)) {
		ir_buf_adds(b, "***");
	} else {
		ir_buf_add(b, s.s, (size_t)(s.end - s.s));
	}
}

char *
ir_url_redact(struct ir_arena *arena, const char *url)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	struct authority a = find_authority(url);
	const char *s = url;
	size_t n;

	ir_buf_init(&b, strlen(url) * 4 + 16);
	if (a.all.s) {
		ir_buf_add(&b, url, (size_t)(a.all.s - url));
		s = a.all.s;
	}
	if (a.at) {
		ir_buf_adds(&b, "***@");
		s = a.at + 1;
	} else if (a.all.s && strange_port(a.all)) {
		ir_buf_adds(&b, "***");
		s = a.all.end;
	}
	n = strcspn(s, "?#");
	ir_buf_add(&b, s, n);
	for (s += n; *s; s += n) {
		ir_buf_addc(&b, *s++);
		n = strcspn(s, "?#&;");
		add_member(&b, (struct span){ s, s + n });
	}
	return ir_strdup(arena, b.data);
}
