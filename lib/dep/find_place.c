/* find_place - whose a host is, and how one of a container network is reached from here */
#include "dep/find.h"

#include <strings.h>

#include "base/num.h"
#include "net/redis_url.h"
#include "service/service.h"

/* Ports that a scheme has by default, beside PostgreSQL's many; those of Redis have a parser of their own. */
static const struct {
	const char *scheme;
	uint16_t port;
} ports[] = {
	{ "amqp", 5672 },
	{ "amqps", 5671 },
	{ "pyamqp", 5672 },
	{ "librabbitmq", 5672 },
	{ "http", 80 },
	{ "https", 443 },
};

static uint16_t
port_of_scheme(const char *url)
{
	size_t n = strcspn(url, ":+");
	const struct ir_dep_ops *ops = ir_dep_by_scheme(url);

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		if (strlen(ports[i].scheme) == n && strncasecmp(url, ports[i].scheme, n) == 0)
			return ports[i].port;
	return ops && strcmp(ops->name, "postgres") == 0 ? 5432 : 0;
}

/* "host:port" "[address]:port" "host" */
static bool
take_host(struct ir_arena *arena, const char *s, size_t n, uint16_t port, struct ir_dep_host *ret)
{
	const char *end = s + n, *close = n && *s == '[' ? memchr(s, ']', n) : NULL;
	const char *colon = close ? (close + 1 < end && close[1] == ':' ? close + 1 : NULL) : memchr(s, ':', n);
	const char *stop = close ? close : colon ? colon : end;
	int64_t number = port;

	s += close != NULL;
	if (stop <= s || memchr(s, '%', (size_t)(stop - s)))
		return false;
	if (colon && colon + 1 < end &&
	    ir_parse_int(ir_strndup(arena, colon + 1, (size_t)(end - colon - 1)), 1, 65535, &number, NULL) < 0)
		return false;
	ret->host = ir_strndup(arena, s, (size_t)(stop - s));
	ret->port = (uint16_t)number;
	return true;
}

static size_t
hosts_of_redis(struct ir_arena *arena, const char *url, struct ir_dep_host *v, size_t max)
{
	struct ir_redis_url u;
	size_t n = 0;

	if (ir_redis_url_parse(arena, url, &u, NULL) < 0)
		return 0;
	for (size_t i = 0; i < u.hosts.n && n < max; i++)
		n += take_host(arena, u.hosts.v[i], strlen(u.hosts.v[i]), 0, &v[n]);
	ir_redis_url_done(&u);
	return n;
}

size_t
ir_deps_hosts(struct ir_arena *arena, const char *url, struct ir_dep_host *v, size_t max)
{
	const char *s = url ? strstr(url, "://") : NULL, *end, *at;
	size_t n = 0;

	if (!s)
		return 0;
	if (ir_redis_url_is(url))
		return hosts_of_redis(arena, url, v, max);
	s += 3;
	end = s + strcspn(s, "/?#");
	at = memrchr(s, '@', (size_t)(end - s));
	for (s = at ? at + 1 : s; s < end && n < max;) {
		const char *comma = memchr(s, ',', (size_t)(end - s)), *stop = comma ? comma : end;

		n += take_host(arena, s, (size_t)(stop - s), port_of_scheme(url), &v[n]);
		s = comma ? comma + 1 : end;
	}
	return n;
}

/* Of a dependency that says nothing else: PGHOST. */
static size_t
hosts_of(const struct ir_deps *d, const struct ir_dep *dep, struct ir_dep_host *v, size_t max)
{
	const char *url = ir_secret_reveal(&dep->url), *host = getenv("PGHOST");
	struct ir_dep_host one = { dep->host ? dep->host : host, dep->host ? dep->port : 5432 };

	if (url)
		return ir_deps_hosts(d->ctx->arena, url, v, max);
	if (!one.host || *one.host == '/')
		return 0;
	v[0] = one;
	return 1;
}

static const struct ir_compose_service *
compose_service(const struct ir_deps *d, const char *host)
{
	const struct ir_place *p = d->q.place;

	for (size_t i = 0; p && p->has_compose && i < p->compose.n; i++)
		if (strcasecmp(p->compose.v[i].name, host) == 0)
			return &p->compose.v[i];
	return NULL;
}

/* A name that containers may have among themselves: a service, or what begins with the project's; where no compose file lists them, any without a dot. */
static bool
is_of_network(const struct ir_deps *d, const char *host)
{
	const struct ir_place *p = d->q.place;

	if (!d->containers || !p || strpbrk(host, ".:") || strcasecmp(host, "localhost") == 0)
		return false;
	if (!p->has_compose || compose_service(d, host))
		return true;
	return p->project && strncasecmp(host, p->project, strlen(p->project)) == 0;
}

void
ir_deps_find_place(const struct ir_deps *d, struct ir_dep *dep)
{
	struct ir_dep_host v[IR_DEP_HOSTS_MAX];
	size_t n = hosts_of(d, dep, v, IR_DEP_HOSTS_MAX);

	for (size_t i = 0; i < n; i++) {
		const struct ir_compose_service *s = compose_service(d, v[i].host);

		if (s && !*dep->service)
			dep->service = ir_service_of_compose(d->ctx->conf, s->name);
		dep->held |= is_of_network(d, v[i].host);
	}
}

/* ---- containers */

static bool
is_called(const struct ir_container *c, const char *host)
{
	if ((c->service && strcasecmp(c->service, host) == 0) || strcasecmp(c->name, host) == 0)
		return true;
	for (size_t i = 0; i < c->aliases.n; i++)
		if (strcasecmp(c->aliases.v[i], host) == 0)
			return true;
	return false;
}

static bool
runs(const struct ir_container *c)
{
	return c->state && (strcmp(c->state, "running") == 0 || strcmp(c->state, "paused") == 0);
}

static const char *
with_port(struct ir_arena *arena, const char *address, uint16_t port)
{
	return ir_asprintf(arena, strchr(address, ':') ? "[%s]:%u" : "%s:%u", address, port);
}

const char *
ir_container_reach(
    struct ir_arena *arena, const struct ir_container *c, uint16_t port, const char *at, bool local, const char **via)
{
	if (c->host_network && at) {
		*via = ir_asprintf(arena, "host network of %s", c->name);
		return with_port(arena, at, port);
	}
	for (size_t i = 0; i < c->ports_n; i++) {
		const struct ir_container_port *p = &c->ports[i];
		bool all = !p->address || strcmp(p->address, "0.0.0.0") == 0 || strcmp(p->address, "::") == 0;

		if (p->inside != port || (all && !at) || (!all && !local))
			continue;
		*via = ir_asprintf(arena, "published port of %s", c->name);
		return with_port(arena, all ? at : p->address, p->outside);
	}
	if (!local || !c->address)
		return NULL;
	*via = ir_asprintf(arena, "address of %s", c->name);
	return with_port(arena, c->address, port);
}

const char *
ir_deps_reach(struct ir_arena *arena, const struct ir_container *v, size_t n, const char *host, uint16_t port,
    const char *at, bool local, const char **via, const char **down)
{
	const struct ir_container *stopped = NULL, *closed = NULL;

	*via = *down = NULL;
	if (strcasecmp(host, "host.docker.internal") == 0 && at) {
		*via = "engine's machine";
		return with_port(arena, at, port);
	}
	for (size_t i = 0; i < n; i++) {
		const char *address;

		if (v[i].oneoff || !is_called(&v[i], host))
			continue;
		if (!runs(&v[i])) {
			stopped = &v[i];
			continue;
		}
		address = ir_container_reach(arena, &v[i], port, at, local, via);
		if (address)
			return address;
		closed = &v[i];
	}
	if (closed)
		*down = ir_asprintf(arena,
		    "port %u of %s is not published, and it has no address that can be reached from here", port,
		    closed->name);
	else if (stopped)
		*down = ir_asprintf(arena, "its container %s does not run: it is %s", stopped->name,
		    stopped->state ? stopped->state : "gone");
	return NULL;
}
