/* pguri - the PostgreSQL URLs of other ecosystems, as libpq takes them */
#include "net/pguri.h"

#include <ctype.h>
#include <strings.h>

enum { NAME_MAX_SHOWN = 40 };

struct span {
	const char *s, *end;
};

static const char *const schemes[] = { "postgresql", "postgres", "postgis", "pgsql", "psql", "pg", "timescale",
	"timescaledb", "timescalegis", "redshift", "cockroach", "cockroachdb", "ecto", NULL };
/* Of other clients, about TLS, and safe to lose: libpq's own sslmode is what counts. */
static const char *const foreign_tls[] = { "sslaccept", "sslfactory", "sslfactoryarg", "sslhostnameverifier",
	"sslpasswordcallback", "sslresponsetimeout", NULL };

static bool
is_one_of(const char *const *v, struct span s)
{
	size_t n = (size_t)(s.end - s.s);

	for (; *v; v++)
		if (strlen(*v) == n && memcmp(*v, s.s, n) == 0)
			return true;
	return false;
}

static bool
is_like_one_of(const char *const *v, struct span s)
{
	size_t n = (size_t)(s.end - s.s);

	for (; *v; v++)
		if (strlen(*v) == n && strncasecmp(*v, s.s, n) == 0)
			return true;
	return false;
}

static bool
begins(struct span s, const char *with)
{
	size_t n = strlen(with);

	return (size_t)(s.end - s.s) >= n && strncasecmp(s.s, with, n) == 0;
}

/* The scheme, without "jdbc:"; s NULL: there is none. */
static struct span
scheme_of(const char *text)
{
	const char *s = strncasecmp(text, "jdbc:", 5) == 0 ? text + 5 : text, *p = s;

	while (isalnum((unsigned char)*p) || (*p && strchr("+.-_", *p)))
		p++;
	return p > s && strncmp(p, "://", 3) == 0 ? (struct span){ s, p } : (struct span){ NULL, NULL };
}

bool
ir_pguri_is(const char *text)
{
	return scheme_of(text).s != NULL;
}

static char *
put(char *o, struct span s)
{
	memcpy(o, s.s, (size_t)(s.end - s.s));
	return o + (s.end - s.s);
}

static char *
puts_at(char *o, const char *s)
{
	return put(o, (struct span){ s, s + strlen(s) });
}

/* User and password: what libpq would take for something else is encoded. */
static char *
put_userinfo(char *o, struct span s)
{
	for (const char *p = s.s; p < s.end; p++) {
		bool encodes = *p == '%' && isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2]);

		if (*p == '@')
			o = puts_at(o, "%40");
		else if (*p == '%' && !encodes)
			o = puts_at(o, "%25");
		else
			*o++ = *p;
	}
	return o;
}

/* Where the host begins: behind the last '@' of the authority. */
static const char *
find_host(const char *s)
{
	const char *slash = s + strcspn(s, "/"), *at = memchr(s, '@', (size_t)(slash - s)), *end;

	if (!at)
		return s;
	end = at + strcspn(at, "/?#");
	at = memrchr(s, '@', (size_t)(end - s));
	return at + 1;
}

/* A name is shown, unless it may be a piece of something else. */
static const char *
shown(char out[static NAME_MAX_SHOWN + 1], struct span s)
{
	size_t n = (size_t)(s.end - s.s);

	for (const char *p = s.s; p < s.end; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_.-", *p))
			n = 0;
	if (n == 0 || n > NAME_MAX_SHOWN)
		return NULL;
	memcpy(out, s.s, n);
	out[n] = '\0';
	return out;
}

static bool
is_value(struct span value, const char *const *words)
{
	return value.s && is_like_one_of(words, value);
}

/* How other clients spell it; NULL: as it is, "": not at all. */
static const char *
translated(struct span name, struct span value)
{
	static const char *const ssl[] = { "ssl", NULL }, *const mode[] = { "sslmode", NULL },
				 *const none[] = { "no-verify", NULL },
				 *const on[] = { "true", "1", "on", "yes", "require", "no-verify", NULL },
				 *const off[] = { "false", "0", "off", "no", NULL },
				 *const never[] = { "replication", NULL };

	if (is_one_of(never, name))
		return "";
	if (is_one_of(ssl, name) && is_value(value, on))
		return "sslmode=require";
	if (is_one_of(ssl, name) && is_value(value, off))
		return "";
	if (is_one_of(mode, name) && is_value(value, none))
		return "sslmode=require";
	return NULL;
}

static bool
is_security(struct span name)
{
	return !is_like_one_of(foreign_tls, name) &&
	       (begins(name, "ssl") || begins(name, "require") || begins(name, "channel") || begins(name, "gss") ||
		   begins(name, "pass") || begins(name, "service"));
}

struct query {
	struct ir_arena *arena;
	const char *const *known;
	struct ir_list *dropped;
	char *o;
	char separator; /* '?', then '&' */
};

static void
put_member(struct query *q, struct span s)
{
	*q->o++ = q->separator;
	q->separator = '&';
	q->o = put(q->o, s);
}

static int
take_member(struct query *q, struct span s, struct ir_err *err)
{
	const char *eq = memchr(s.s, '=', (size_t)(s.end - s.s));
	struct span name = { s.s, eq ? eq : s.end }, value = { eq ? eq + 1 : NULL, s.end };
	const char *other = translated(name, value), *word;
	char text[NAME_MAX_SHOWN + 1];

	if (other) {
		if (*other)
			put_member(q, (struct span){ other, other + strlen(other) });
		return 0;
	}
	if (is_one_of(q->known, name)) {
		put_member(q, s);
		return 0;
	}
	word = shown(text, name);
	if (is_security(name)) {
		ir_fail(err, IR_CONFIG, "libpq does not know the parameter '%s'", word ? word : "…");
		return ir_hint(
		    err, "correct its spelling, or take it out: it may be about security, so it is not ignored");
	}
	if (word && eq && !ir_list_has(q->dropped, word))
		ir_list_add(q->arena, q->dropped, ir_strdup(q->arena, word));
	return 0;
}

static int
take_query(struct query *q, const char *s, struct ir_err *err)
{
	while (*s) {
		size_t n = strcspn(s, "&");

		if (n && take_member(q, (struct span){ s, s + n }, err) < 0)
			return -1;
		s += n + (s[n] != '\0');
	}
	return 0;
}

static int
check_scheme(struct span scheme, struct ir_err *err)
{
	const char *plus = memchr(scheme.s, '+', (size_t)(scheme.end - scheme.s));
	char text[NAME_MAX_SHOWN + 1];
	const char *word = shown(text, scheme);

	if (is_like_one_of(schemes, (struct span){ scheme.s, plus ? plus : scheme.end }))
		return 0;
	ir_fail(err, IR_CONFIG, "the URL's scheme '%s' is not PostgreSQL's", word ? word : "…");
	return ir_hint(err, "write postgresql://user@host:port/database");
}

int
ir_pguri_normalise(struct ir_arena *arena, const char *text, const char *const *known, char **ret,
    struct ir_list *dropped, struct ir_err *err)
{
	struct span scheme = scheme_of(text);
	struct query q = { arena, known, dropped, NULL, '?' };
	const char *s, *host, *question;
	size_t size = strlen(text) * 3 + 64;

	*ret = NULL;
	if (!scheme.s)
		return ir_fail(err, IR_CONFIG, "not a URL");
	if (check_scheme(scheme, err) < 0)
		return -1;
	*ret = calloc(1, size);
	if (!*ret)
		ir_oom();
	s = scheme.end + 3;
	host = find_host(s);
	question = host + strcspn(host, "?");
	q.o = puts_at(*ret, "postgresql://");
	if (host > s) {
		q.o = put_userinfo(q.o, (struct span){ s, host - 1 });
		*q.o++ = '@';
	}
	q.o = put(q.o, (struct span){ host, question });
	if (*question && take_query(&q, question + 1, err) < 0) {
		explicit_bzero(*ret, size);
		free(*ret);
		*ret = NULL;
		return -1;
	}
	return 0;
}
