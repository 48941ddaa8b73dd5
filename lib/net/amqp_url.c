/* amqp_url - where a RabbitMQ is, as the URLs of its clients say it */
#include "net/amqp_url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/percent.h"
#include "net/amqp.h"

enum { URL_MAX = 16 * 1024, HOST_MAX = 255, VHOST_MAX = 255 };

const char *const ir_amqp_schemes[] = { "amqp", "amqps", "pyamqp", "librabbitmq", NULL };

struct span {
	const char *s, *end;
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

static const char *
text_of(struct ir_arena *arena, struct span s)
{
	size_t n;
	char *bytes = ir_percent_decode(s.s, length(s), false, &n);
	const char *copy = ir_strdup(arena, bytes);

	free(bytes);
	return copy;
}

static void
take_user(struct ir_arena *arena, struct ir_amqp_url *u, struct span s)
{
	const char *colon = memchr(s.s, ':', length(s));
	char *bytes;
	size_t n;

	if (s.s < (colon ? colon : s.end))
		u->user = text_of(arena, (struct span){ s.s, colon ? colon : s.end });
	if (!colon)
		return;
	bytes = ir_percent_decode(colon + 1, (size_t)(s.end - colon - 1), false, &n);
	ir_secret_set(&u->password, bytes, n);
	explicit_bzero(bytes, n);
	free(bytes);
}

/* What may go into messages, into another URL and to the resolver. */
static bool
good_host(const char *s, bool address)
{
	struct in6_addr in6;

	if (address)
		return inet_pton(AF_INET6, s, &in6) == 1;
	for (const char *p = s; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-", *p))
			return false;
	return *s && strlen(s) <= HOST_MAX;
}

/* "host", "host:port", "[address]:port", ":port", "". Returns what is wrong, or NULL. */
static const char *
take_host(struct ir_arena *arena, struct ir_amqp_url *u, struct span s)
{
	bool address = s.s < s.end && *s.s == '[';
	const char *end = memchr(s.s, address ? ']' : ':', length(s));
	struct span name = { s.s + address, end ? end : s.end };
	int64_t port;

	if (length(name))
		u->host = text_of(arena, name);
	if ((address && !end) || !good_host(u->host, address))
		return "its host is neither a name nor an address";
	if (address)
		end = end + 1 < s.end ? end + 1 : NULL;
	if (!end || end + 1 == s.end)
		return NULL;
	if (*end != ':' ||
	    ir_parse_int(ir_strndup(arena, end + 1, (size_t)(s.end - end - 1)), 1, 65535, &port, NULL) < 0)
		return "no port from 1 to 65535 in it";
	u->port = (uint16_t)port;
	return NULL;
}

static void
take_query(struct ir_arena *arena, struct ir_amqp_url *u, struct span s)
{
	while (s.s < s.end) {
		const char *end = memchr(s.s, '&', length(s)), *eq;
		struct span name, value;

		end = end ? end : s.end;
		eq = memchr(s.s, '=', (size_t)(end - s.s));
		name = (struct span){ s.s, eq ? eq : end };
		value = (struct span){ eq ? eq + 1 : end, end };
		if (is(name, "cacertfile"))
			u->ca_file = text_of(arena, value);
		else if (is(name, "certfile"))
			u->cert_file = text_of(arena, value);
		else if (is(name, "keyfile"))
			u->key_file = text_of(arena, value);
		else if (is(name, "verify"))
			u->insecure = is(value, "verify_none");
		s.s = end < s.end ? end + 1 : end;
	}
}

static const char *
subject_of(struct ir_arena *arena, const struct ir_amqp_url *u)
{
	const char *scheme = u->management ? "http" : "amqp";
	bool six = strchr(u->host, ':'), plain = strcmp(u->vhost, "/") == 0;
	struct ir_buf b;
	const char *copy;

	ir_buf_init(&b, 4096);
	ir_buf_addf(&b, "%s%s://%s%s%s:%d%s", scheme, u->tls ? "s" : "", six ? "[" : "", u->host, six ? "]" : "",
	    u->port, plain ? "" : "/");
	ir_percent_add(&b, plain ? "" : u->vhost);
	copy = ir_strdup(arena, b.data);
	ir_buf_done(&b);
	return copy;
}

static int
set_scheme(struct ir_amqp_url *u, struct span scheme)
{
	for (const char *const *s = ir_amqp_schemes; *s; s++)
		if (is(scheme, *s)) {
			u->tls = is(scheme, "amqps");
			u->port = u->tls ? IR_AMQPS_PORT : IR_AMQP_PORT;
			return 0;
		}
	u->management = is(scheme, "http") || is(scheme, "https");
	u->tls = is(scheme, "https");
	u->port = u->tls ? IR_RABBITMQ_HTTPS_PORT : IR_RABBITMQ_HTTP_PORT;
	return u->management ? 0 : -1;
}

/* Returns what is wrong, or NULL. */
static const char *
take(struct ir_arena *arena, struct ir_amqp_url *u, const char *text)
{
	const char *sep = strstr(text, "://"), *s = sep ? sep + 3 : text, *end = s + strcspn(s, ";"), *at, *wrong;
	struct span authority, path;

	if (!sep || set_scheme(u, (struct span){ text, sep }) < 0)
		return "it begins with none of amqp://, amqps://, http://, https://";
	if (strstr(text, "%00"))
		return "a NUL byte in it";
	if (*end && !strstr(end, "://")) /* not a list of brokers, but a part of this one */
		end += strlen(end);
	authority = (struct span){ s, s + strcspn(s, "/?#") };
	if (authority.end > end)
		authority.end = end;
	/* the last '@' counts, as for every client */
	at = memrchr(s, '@', length(authority));
	if (at) {
		take_user(arena, u, (struct span){ s, at });
		authority.s = at + 1;
	}
	wrong = take_host(arena, u, authority);
	if (wrong)
		return wrong;
	path = (struct span){ authority.end, authority.end + strcspn(authority.end, "?#") };
	if (path.end > end)
		path.end = end;
	path.s += path.s < path.end; /* the slash */
	if (length(path))
		u->vhost = text_of(arena, path);
	if (strlen(u->vhost) > VHOST_MAX)
		return "its virtual host is too long";
	if (path.end < end && *path.end == '?')
		take_query(arena, u, (struct span){ path.end + 1, path.end + strcspn(path.end, "#") });
	return NULL;
}

int
ir_amqp_url_parse(struct ir_arena *arena, const char *text, struct ir_amqp_url *ret, struct ir_err *err)
{
	const char *wrong;

	*ret = (struct ir_amqp_url){ .host = "localhost", .vhost = "/" };
	wrong = strlen(text) > URL_MAX ? "it is too long" : take(arena, ret, text);
	if (!wrong) {
		ret->subject = subject_of(arena, ret);
		return 0;
	}
	ir_amqp_url_done(ret);
	return ir_fail(err, IR_CONFIG, "that is not the URL of a RabbitMQ: %s", wrong);
}

void
ir_amqp_url_done(struct ir_amqp_url *u)
{
	ir_secret_done(&u->password);
	*u = (struct ir_amqp_url){ .host = NULL };
}
