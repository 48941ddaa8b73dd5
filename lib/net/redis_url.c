/* redis_url - where a Redis, Valkey or Sentinel is, as the URLs of its clients say it */
#include "net/redis_url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <limits.h>
#include <strings.h>

#include "base/num.h"
#include "base/percent.h"
#include "net/redis.h"

enum { URL_MAX = 16 * 1024, HOST_MAX = 255, HOSTS_MAX = 32, SCHEME_MAX = 16 };

const char *const ir_redis_schemes[] = { "redis", "rediss", "valkey", "valkeys", "rediscache", "unix", "redis+socket",
	"redis+unix", NULL };
const char *const ir_sentinel_schemes[] = { "sentinel", "redis+sentinel", "redis-sentinel", NULL };
static const char *const tls_schemes[] = { "rediss", "valkeys", NULL }, *const unix_schemes[] = { "unix",
	"redis+socket", "redis+unix", NULL };

struct span {
	const char *s, *end;
};

/* One URL. */
struct parts {
	struct span scheme, userinfo, hosts, path, query; /* s NULL: not there */
};

struct parser {
	struct ir_arena *arena;
	struct ir_redis_url *u;
	bool db_said; /* in the query */
	const char *wrong;
};

static size_t
length(struct span s)
{
	return (size_t)(s.end - s.s);
}

static bool
is(struct span s, const char *word)
{
	return strlen(word) == length(s) && strncasecmp(s.s, word, length(s)) == 0;
}

static bool
is_one_of(struct span s, const char *const *words)
{
	while (*words && !is(s, *words))
		words++;
	return *words != NULL;
}

/* The scheme that begins here; s NULL: none that is ours. */
static struct span
scheme_at(const char *s)
{
	struct span scheme = { s, s };

	while (length(scheme) < SCHEME_MAX && *scheme.end && *scheme.end != ':')
		scheme.end++;
	if (strncmp(scheme.end, "://", 3) == 0 &&
	    (is_one_of(scheme, ir_redis_schemes) || is_one_of(scheme, ir_sentinel_schemes)))
		return scheme;
	return (struct span){ NULL, NULL };
}

bool
ir_redis_url_is(const char *text)
{
	return scheme_at(text).s != NULL;
}

/* Bytes that the caller wipes and frees; NULL when a NUL is among them. */
static char *
decode(struct span s, bool plus, size_t *n)
{
	char *out = ir_percent_decode(s.s, length(s), plus, n);

	if (!memchr(out, '\0', *n))
		return out;
	explicit_bzero(out, *n);
	free(out);
	return NULL;
}

/* Decoded in the arena; NULL for what holds a NUL. Not for secrets. */
static const char *
text_of(struct parser *p, struct span s, bool plus)
{
	size_t n;
	char *bytes = decode(s, plus, &n);
	const char *copy = bytes ? ir_strndup(p->arena, bytes, n) : NULL;

	free(bytes);
	if (!bytes)
		p->wrong = "a NUL byte in it";
	return copy;
}

static void
take_password(struct parser *p, struct span s, bool plus)
{
	size_t n;
	char *bytes = decode(s, plus, &n);

	if (!bytes) {
		p->wrong = "a NUL byte in its password";
		return;
	}
	ir_secret_set(&p->u->password, bytes, n);
	explicit_bzero(bytes, n);
	free(bytes);
}

static void
take_userinfo(struct parser *p, struct span s)
{
	const char *colon = memchr(s.s, ':', length(s));

	if (s.s < (colon ? colon : s.end))
		p->u->user = text_of(p, (struct span){ s.s, colon ? colon : s.end }, false);
	if (colon)
		take_password(p, (struct span){ colon + 1, s.end }, false);
}

/* A name or an IPv4 address that may go into messages and to the resolver. */
static bool
good_name(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && !strchr("._-", s[i]))
			return false;
	return n > 0 && n <= HOST_MAX;
}

/* An IPv6 address, with its zone. */
static bool
good_address(const char *s)
{
	char text[INET6_ADDRSTRLEN];
	size_t n = strcspn(s, "%");
	struct in6_addr in6;

	if (n >= sizeof(text) || (s[n] && !good_name(s + n + 1)))
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	return inet_pton(AF_INET6, text, &in6) == 1;
}

static void
take_port(struct parser *p, struct span s, uint16_t *port)
{
	char text[8] = "";
	int64_t n;

	if (length(s) == 0)
		return;
	if (length(s) < sizeof(text))
		memcpy(text, s.s, length(s));
	if (ir_parse_int(text, 1, 65535, &n, NULL) < 0)
		p->wrong = "no port from 1 to 65535 in it";
	else
		*port = (uint16_t)n;
}

/* "host", "host:port", "[address]:port", ":port", "". */
static void
take_host(struct parser *p, struct span s)
{
	bool address = s.s < s.end && *s.s == '[';
	const char *end = memchr(s.s, address ? ']' : ':', length(s)), *host;
	struct span name = { s.s + address, end ? end : s.end };
	uint16_t port = p->u->sentinel ? IR_SENTINEL_PORT : IR_REDIS_PORT;

	if (end && address)
		end = end + 1 < s.end ? end + 1 : NULL;
	host = length(name) ? text_of(p, name, false) : "localhost";
	if (p->wrong)
		return;
	if ((address && !memchr(s.s, ']', length(s))) || (end && *end != ':') ||
	    !(address ? good_address(host) : good_name(host)))
		p->wrong = "its host is neither a name nor an address";
	else if (end)
		take_port(p, (struct span){ end + 1, s.end }, &port);
	if (!p->u->host) {
		p->u->host = host;
		p->u->port = port;
	}
	if (p->u->hosts.n >= HOSTS_MAX)
		p->wrong = "too many hosts in it";
	else
		ir_list_add(p->arena, &p->u->hosts, ir_asprintf(p->arena, address ? "[%s]:%d" : "%s:%d", host, port));
}

/* A sentinel has several: "a:1,b:2" or "a:1;b:2". */
static void
take_hosts(struct parser *p, struct span s)
{
	struct span one = s;

	for (; !p->wrong; one.s = one.end + 1) {
		one.end = one.s;
		while (one.end < s.end && !(p->u->sentinel && strchr(",;", *one.end)))
			one.end++;
		take_host(p, one);
		if (one.end == s.end)
			return;
	}
}

static bool
is_number(const char *s, size_t n)
{
	return n > 0 && n < 11 && strspn(s, "0123456789") >= n;
}

/* "0" or "/0". */
static void
take_db(struct parser *p, const char *s)
{
	int64_t n;

	if (!s)
		return;
	s += *s == '/';
	if (!*s)
		return;
	if (ir_parse_int(s, 0, INT_MAX, &n, NULL) < 0)
		p->wrong = "its database is not a number";
	else
		p->u->db = (int)n;
}

/* "/0", and "/0/namespace" of some; "/master" and "/master/0" of a sentinel. */
static void
take_path(struct parser *p, struct span s)
{
	const char *text = text_of(p, s, false), *next;
	size_t n;

	if (!text)
		return;
	text += *text == '/';
	n = strcspn(text, "/");
	next = text + n + (text[n] == '/');
	if (p->u->sentinel && n && !is_number(text, n)) {
		p->u->master = ir_strndup(p->arena, text, n);
		text = next;
		n = strcspn(text, "/");
	}
	if (n && !p->db_said)
		take_db(p, ir_strndup(p->arena, text, n));
}

static void
take_file(struct parser *p, struct span value, const char **file)
{
	const char *s = text_of(p, value, true);

	if (s && *s)
		*file = s;
}

static void
take_member(struct parser *p, struct span name, struct span value)
{
	static const char *const db[] = { "db", "database", "virtual_host", NULL },
				 *const user[] = { "username", "user", NULL },
				 *const master[] = { "master_name", "master", "sentinel_master", "sentinelMasterId",
					 "service_name", NULL },
				 *const none[] = { "none", "CERT_NONE", NULL }, *const tls[] = { "tls", "ssl", NULL },
				 *const on[] = { "true", "1", "yes", NULL };
	struct ir_redis_url *u = p->u;

	if (is_one_of(name, db)) {
		take_db(p, text_of(p, value, true));
		p->db_said = true;
	} else if (is(name, "password") && !u->password.len) {
		take_password(p, value, true);
	} else if (is_one_of(name, user) && !u->user) {
		take_file(p, value, &u->user);
	} else if (is_one_of(name, master) && u->sentinel) {
		take_file(p, value, &u->master);
	} else if (is(name, "ssl_cert_reqs")) {
		u->insecure = is_one_of(value, none);
	} else if (is(name, "ssl_ca_certs")) {
		take_file(p, value, &u->ca_file);
	} else if (is(name, "ssl_certfile")) {
		take_file(p, value, &u->cert_file);
	} else if (is(name, "ssl_keyfile")) {
		take_file(p, value, &u->key_file);
	} else if (is_one_of(name, tls) && !u->unix_path) {
		u->tls |= is_one_of(value, on);
	}
}

static void
take_query(struct parser *p, struct span s)
{
	while (s.s < s.end && !p->wrong) {
		const char *end = memchr(s.s, '&', length(s)), *eq;

		end = end ? end : s.end;
		eq = memchr(s.s, '=', (size_t)(end - s.s));
		if (eq)
			take_member(p, (struct span){ s.s, eq }, (struct span){ eq + 1, end });
		s.s = end < s.end ? end + 1 : end;
	}
}

/* The first URL of several; *next: what follows it, or NULL. A ';' is a separator before another scheme only. */
static struct parts
split(const char *text, const char **next)
{
	struct parts parts = { .scheme = scheme_at(text) };
	const char *s = parts.scheme.end + 3, *end = s, *at;

	while (*end && !(*end == ';' && scheme_at(end + 1).s))
		end++;
	*next = *end ? end + 1 : NULL;
	parts.hosts = (struct span){ s, s };
	while (parts.hosts.end < end && !strchr("/?#", *parts.hosts.end))
		parts.hosts.end++;
	/* the last '@' counts, as for every client */
	at = memrchr(s, '@', length(parts.hosts));
	if (at) {
		parts.userinfo = (struct span){ s, at };
		parts.hosts.s = at + 1;
	}
	parts.path = (struct span){ parts.hosts.end, parts.hosts.end };
	while (parts.path.end < end && !strchr("?#", *parts.path.end))
		parts.path.end++;
	if (parts.path.end < end && *parts.path.end == '?') {
		parts.query = (struct span){ parts.path.end + 1, parts.path.end + 1 };
		while (parts.query.end < end && *parts.query.end != '#')
			parts.query.end++;
	}
	return parts;
}

static void
take_unix(struct parser *p, const struct parts *parts)
{
	/* the whole path may be encoded, where the host would be */
	p->u->unix_path = text_of(p, (struct span){ parts->hosts.s, parts->path.end }, false);
	if (p->u->unix_path && *p->u->unix_path != '/')
		p->wrong = "its socket is no absolute path, as in unix:///run/redis.sock";
}

static void
take(struct parser *p, const struct parts *parts)
{
	if (parts->userinfo.s && !p->u->user && !p->u->password.len)
		take_userinfo(p, parts->userinfo);
	if (is_one_of(parts->scheme, unix_schemes))
		take_unix(p, parts);
	else if (!p->wrong)
		take_hosts(p, parts->hosts);
	take_query(p, parts->query);
	if (!p->wrong && !p->u->unix_path)
		take_path(p, parts->path);
}

static const char *
subject_of(struct ir_arena *arena, const struct ir_redis_url *u)
{
	const char *hosts = u->hosts.n ? u->hosts.v[0] : "";

	if (u->unix_path)
		return ir_asprintf(arena, "unix://%s?db=%d", u->unix_path, u->db);
	if (!u->sentinel)
		return ir_asprintf(arena, "%s://%s/%d", u->tls ? "rediss" : "redis", hosts, u->db);
	for (size_t i = 1; i < u->hosts.n; i++)
		hosts = ir_asprintf(arena, "%s,%s", hosts, u->hosts.v[i]);
	return ir_asprintf(arena, "sentinel://%s%s%s", hosts, u->master ? "/" : "", u->master ? u->master : "");
}

int
ir_redis_url_parse(struct ir_arena *arena, const char *text, struct ir_redis_url *ret, struct ir_err *err)
{
	struct parser p = { .arena = arena, .u = ret };
	const char *next = text;
	struct parts parts;

	*ret = (struct ir_redis_url){ .host = NULL };
	if (!ir_redis_url_is(text)) {
		ir_fail(err, IR_CONFIG, "not a URL of a Redis");
		return ir_hint(err,
		    "write redis://host:port/db, rediss:// for TLS, unix:///path?db=n or sentinel://host:port/master");
	}
	if (strlen(text) > URL_MAX)
		p.wrong = "it is too long";
	ret->sentinel = is_one_of(scheme_at(text), ir_sentinel_schemes);
	ret->tls = is_one_of(scheme_at(text), tls_schemes);
	do {
		parts = split(next, &next);
		if (ret->sentinel && !is_one_of(parts.scheme, ir_sentinel_schemes))
			p.wrong = "a sentinel goes with sentinels only";
		if (!p.wrong)
			take(&p, &parts);
	} while (ret->sentinel && next && !p.wrong);
	if (!p.wrong) {
		ret->subject = subject_of(arena, ret);
		return 0;
	}
	ir_redis_url_done(ret);
	*ret = (struct ir_redis_url){ .host = NULL };
	ir_fail(err, IR_CONFIG, "cannot use the URL of a Redis: %s", p.wrong);
	return ir_hint(err, "write redis://host:port/db; / ? # @ in a user or password are %%2F %%3F %%23 %%40");
}

void
ir_redis_url_done(struct ir_redis_url *u)
{
	ir_secret_done(&u->password);
}
