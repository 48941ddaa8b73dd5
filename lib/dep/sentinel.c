/* sentinel - who is master, do enough sentinels watch it, and how is it? Those of the URL are asked at once, then the Redis that they name */
#include <ctype.h>
#include <math.h>

#include "base/clock.h"
#include "base/num.h"
#include "dep/redis_look.h"

enum { SENTINELS_MAX = 8, HOST_MAX = 256 };

struct sentinel;

/* One of the URL, and what it says. */
struct one {
	struct sentinel *s;
	const char *label; /* "10.0.0.3:26379" */
	struct ir_redis_req req;
	struct ir_redis *redis;
	const char *trouble; /* why it says nothing; NULL: it does */
	const char *flags, *quorum_words, *host;
	int64_t port, quorum, others;
	bool quorum_lost;
};

struct sentinel {
	struct ir_redis_url url;
	struct ir_redis_look look;
	struct ir_dep *dep;
	ir_dep_done *done;
	int64_t at_us;
	struct one v[SENTINELS_MAX];
	size_t n, waiting;
	bool stopping, looking, told; /* told: the own row says why one could not be asked */
	const char *name;             /* of the master */
	char host[HOST_MAX];
};

static const struct ir_measure measures[] = {
	{ "sentinels", IR_UNIT_COUNT, false, true, NAN, NAN, "sentinels of the URL that do not answer" },
	{ "quorum", IR_UNIT_NONE, false, false, NAN, NAN, "too few sentinels to agree on a failover" },
	{ "master", IR_UNIT_NONE, false, false, NAN, NAN,
	    "the sentinels hold it for down, are failing over, or do not agree who it is" },
	IR_REDIS_MEASURES,
	{ .name = NULL },
};

static struct ir_arena *
arena_of(const struct sentinel *s)
{
	return s->dep->ctx->arena;
}

/* ---- what they said */

static void
tell_sentinels(struct sentinel *s)
{
	const char *words = "";
	size_t answered = 0;
	struct ir_check *row;

	for (size_t i = 0; i < s->n; i++) {
		answered += !s->v[i].trouble;
		if (s->v[i].trouble)
			words = ir_asprintf(arena_of(s), "%s; %s: %s", words, s->v[i].label, s->v[i].trouble);
	}
	row = ir_dep_measure(s->dep, "sentinels", (double)answered, (double)s->n, "%zu of %zu sentinels answer%s",
	    answered, s->n, words);
	if (answered == s->n)
		return;
	ir_dep_worsen(row, IR_STATUS_WARN);
	row->hint = "start the missing ones, or take them out of the URL";
}

static void
tell_quorum(struct sentinel *s)
{
	const struct one *said = NULL;
	struct ir_check *row;

	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i].quorum_words && (!said || (s->v[i].quorum_lost && !said->quorum_lost)))
			said = &s->v[i];
	}
	if (!said)
		return;
	row = ir_dep_state(s->dep, "quorum", said->quorum_lost ? IR_STATUS_FAIL : IR_STATUS_OK, "%s%s",
	    said->quorum_lost ? "no failover is possible: " : "", said->quorum_words);
	if (said->quorum_lost)
		row->hint = ir_asprintf(arena_of(s),
		    "start the missing sentinels; which they are: redis-cli -h %s -p %u SENTINEL SENTINELS %s",
		    s->url.host, s->url.port, ir_redis_word(s->name, "MASTER"));
	if (said->quorum >= 0)
		ir_dep_fact(s->dep, row, "quorum", "%lld", (long long)said->quorum);
	if (said->others >= 0)
		ir_dep_fact(s->dep, row, "sentinels", "%lld", (long long)said->others + 1);
}

/* The first that names another one than `first` does. */
static const struct one *
dissenter(const struct sentinel *s, const struct one *first)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct one *o = &s->v[i];

		if (o->host && (o->port != first->port || strcmp(o->host, first->host) != 0))
			return o;
	}
	return NULL;
}

static void
tell_master(struct sentinel *s, const struct one *first)
{
	const struct one *other = dissenter(s, first);
	struct ir_check *row;

	if (other)
		row = ir_dep_state(s->dep, "master", IR_STATUS_FAIL,
		    "the sentinels do not agree: %s names %s:%lld, %s names %s:%lld", first->label, first->host,
		    (long long)first->port, other->label, other->host, (long long)other->port);
	else if (ir_redis_flag(first->flags, "failover_in_progress"))
		row = ir_dep_state(s->dep, "master", IR_STATUS_WARN, "a failover is under way");
	else if (ir_redis_flag(first->flags, "o_down"))
		row = ir_dep_state(s->dep, "master", IR_STATUS_FAIL,
		    "the sentinels agree that master %s (%s:%lld) is down", s->name, first->host,
		    (long long)first->port);
	else if (ir_redis_flag(first->flags, "s_down") || ir_redis_flag(first->flags, "disconnected"))
		row = ir_dep_state(s->dep, "master", IR_STATUS_FAIL, "sentinel %s cannot reach master %s (%s:%lld)",
		    first->label, s->name, first->host, (long long)first->port);
	else
		row = ir_dep_state(s->dep, "master", IR_STATUS_OK, "master %s is %s:%lld", s->name, first->host,
		    (long long)first->port);
	if (first->flags)
		ir_dep_fact(s->dep, row, "flags", "%s", first->flags);
}

/* ---- the Redis that they name */

static void
on_looked(struct ir_redis_look *l)
{
	struct sentinel *s = l->dep->priv;

	s->looking = false;
	if (!s->stopping)
		s->done(s->dep);
}

/* It goes into hints that are pasted. */
static bool
plain_host(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++) {
		if (!isalnum((unsigned char)s[i]) && !strchr(".:-_", s[i]))
			return false;
	}
	return n > 0 && n < HOST_MAX && *s != '-';
}

static void
look_at(struct sentinel *s, const struct one *first)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_dep *dep = s->dep;

	snprintf(s->host, sizeof(s->host), "%s", first->host);
	dep->host = s->host;
	dep->port = (uint16_t)first->port;
	s->look = (struct ir_redis_look){ .dep = dep, .at_us = s->at_us, .done = on_looked };
	s->look.what = ir_asprintf(arena_of(s), "master %s at %s:%u, as Sentinel says: ", s->name, s->host, dep->port);
	s->look.also = ir_asprintf(arena_of(s), ", named as master %s by Sentinel: %s:%u", s->name, s->host, dep->port);
	s->look.apart = dep->via || dep->resolve.n > 0;
	ir_redis_req_of(dep, &s->url, &s->look.req);
	s->look.req.host = s->host;
	s->look.req.port = dep->port;
	s->looking = ir_redis_look_start(&s->look, &err) == 0;
	if (s->looking)
		return;
	ir_dep_fails(dep, IR_STATUS_UNKNOWN, NULL, "%s%s", s->look.what, err.msg);
	s->done(dep);
}

/* All were asked. */
static void
decide(struct sentinel *s)
{
	const struct one *first = NULL;

	for (size_t i = 0; i < s->n && !first; i++)
		first = s->v[i].host ? &s->v[i] : NULL;
	if (s->n > 1 || first)
		tell_sentinels(s);
	if (first) {
		tell_quorum(s);
		tell_master(s, first);
		look_at(s, first);
	} else {
		s->done(s->dep);
	}
}

/* ---- one sentinel */

static void
over(struct one *o)
{
	struct sentinel *s = o->s;

	ir_redis_close(o->redis);
	o->redis = NULL;
	if (--s->waiting == 0 && !s->stopping)
		decide(s);
}

static void
useless(struct one *o, enum ir_status status, const char *hint, const char *words)
{
	o->trouble = words;
	if (!o->s->told)
		ir_dep_fails(o->s->dep, status, hint, "sentinel %s: %s", o->label, words);
	o->s->told = true;
	over(o);
}

static void on_masters(void *, const struct ir_redis_res *);

static int
ask_masters(struct one *o, struct ir_err *err)
{
	o->redis = ir_redis_open(o->s->dep->ctx->loop, &o->req);
	if (ir_redis_send(o->redis, IR_READ, &IR_REDIS_CMD("SENTINEL", "MASTERS"), 1, on_masters, o, err) == 0)
		return 0;
	ir_redis_close(o->redis);
	o->redis = NULL;
	return -1;
}

/* A connection that failed. The password is the master's; a sentinel gets it only when it asks for one. */
static void
broken(struct one *o, const struct ir_redis_res *res)
{
	struct sentinel *s = o->s;
	struct ir_err err = IR_ERR_INIT;

	if (res->error == IR_REDIS_DENIED && res->code && strcmp(res->code, "NOAUTH") == 0 && !o->req.password &&
	    s->url.password.len) {
		ir_redis_close(o->redis);
		o->req.password = &s->url.password;
		o->req.user = s->url.user;
		if (ask_masters(o, &err) == 0)
			return;
	}
	o->trouble = ir_strdup(arena_of(s), res->message);
	if (!s->told) {
		ir_redis_take_net(s->dep, res);
		ir_redis_fails(s->dep, res, ir_asprintf(arena_of(s), "sentinel %s: ", o->label), false);
	}
	s->told = true;
	over(o);
}

static void
on_details(void *arg, const struct ir_redis_res *res)
{
	struct one *o = arg;
	struct ir_arena *arena = arena_of(o->s);
	const struct ir_redis_reply *r = res->replies;
	int64_t port;

	if (res->error) {
		broken(o, res);
		return;
	}
	if (r[0].type == IR_REDIS_STATUS || (r[0].type == IR_REDIS_ERROR && strcmp(r[0].code, "NOQUORUM") == 0)) {
		o->quorum_lost = r[0].type == IR_REDIS_ERROR;
		o->quorum_words = ir_strdup(arena, r[0].s + (o->quorum_lost                      ? 9
								: strncmp(r[0].s, "OK ", 3) == 0 ? 3
												 : 0));
	}
	if (r[1].type != IR_REDIS_ARRAY || r[1].n < 2 || !r[1].v[0].s || !r[1].v[1].s || !plain_host(r[1].v[0].s) ||
	    ir_parse_int(r[1].v[1].s, 1, 65535, &port, NULL) < 0) {
		useless(o, IR_STATUS_UNKNOWN, NULL, ir_asprintf(arena, "does not say where master %s is", o->s->name));
		return;
	}
	o->host = ir_strdup(arena, r[1].v[0].s);
	o->port = port;
	over(o);
}

static void
ask_details(struct one *o)
{
	const struct ir_redis_cmd cmds[] = { IR_REDIS_CMD("SENTINEL", "CKQUORUM", o->s->name),
		IR_REDIS_CMD("SENTINEL", "GET-MASTER-ADDR-BY-NAME", o->s->name) };
	struct ir_err err = IR_ERR_INIT;

	if (ir_redis_send(o->redis, IR_READ, cmds, 2, on_details, o, &err) < 0)
		useless(o, IR_STATUS_UNKNOWN, NULL, ir_strdup(arena_of(o->s), err.msg));
}

/* The names that it watches, for words. */
static const char *
watched(struct ir_arena *arena, const struct ir_redis_reply *masters)
{
	const char *names = "", *name;

	for (size_t i = 0; i < masters->n && i < 16; i++) {
		name = ir_redis_pair(&masters->v[i], "name");
		names = ir_asprintf(arena, "%s%s%s", names, i ? ", " : "", name ? name : "?");
	}
	return *names ? names : "none";
}

/* The one that is meant; NULL: none, or it is not said which. */
static const struct ir_redis_reply *
choose(struct sentinel *s, const struct ir_redis_reply *masters)
{
	if (!s->name && masters->n == 1)
		s->name = ir_strdup(arena_of(s), ir_redis_pair(&masters->v[0], "name"));
	for (size_t i = 0; s->name && i < masters->n; i++) {
		const char *name = ir_redis_pair(&masters->v[i], "name");

		if (name && strcmp(name, s->name) == 0)
			return &masters->v[i];
	}
	return NULL;
}

static void
on_masters(void *arg, const struct ir_redis_res *res)
{
	struct one *o = arg;
	struct sentinel *s = o->s;
	struct ir_arena *arena = arena_of(s);
	const struct ir_redis_reply *masters = res->replies, *m;

	if (res->error) {
		broken(o, res);
		return;
	}
	if (!s->told)
		ir_redis_take_net(s->dep, res);
	if (masters->type != IR_REDIS_ARRAY) {
		bool denied = masters->type == IR_REDIS_ERROR && strcmp(masters->code, "NOPERM") == 0;

		useless(o, denied ? IR_STATUS_UNKNOWN : IR_STATUS_FAIL,
		    denied ? "grant it +sentinel" : "is it a Redis? Then it is redis://HOST:PORT",
		    denied ? "the user may not ask it for masters" : "it is no Sentinel");
		return;
	}
	m = choose(s, masters);
	if (!m) {
		useless(o, s->name ? IR_STATUS_FAIL : IR_STATUS_UNKNOWN,
		    "name the master in the URL: sentinel://HOST:PORT/NAME",
		    ir_asprintf(arena, "it watches %s: %s", watched(arena, masters),
			s->name ? ir_asprintf(arena, "not %s", s->name) : "which is meant?"));
		return;
	}
	o->flags = ir_strdup(arena, ir_redis_pair(m, "flags"));
	o->quorum = ir_redis_pair_int(m, "quorum");
	o->others = ir_redis_pair_int(m, "num-other-sentinels");
	ask_details(o);
}

/* ---- the backend */

static int
prepare(struct ir_ctx *ctx, struct ir_dep *dep, struct ir_err *err)
{
	struct sentinel *s = IR_NEW(ctx->arena, struct sentinel);

	if (ir_redis_prepare(ctx, dep, &s->url, err) < 0)
		return -1;
	dep->priv = s;
	return 0;
}

/* "host:port" or "[address]:port", as net/redis_url.c made it. */
static void
fill(struct one *o, const char *label, struct ir_arena *arena)
{
	const char *colon = strrchr(label, ':');
	bool address = *label == '[';
	int64_t port = IR_SENTINEL_PORT;

	ir_redis_req_of(o->s->dep, &o->s->url, &o->req);
	o->label = label;
	if (colon)
		ir_parse_int(colon + 1, 1, 65535, &port, NULL);
	o->req.host = colon ? ir_strndup(arena, label + address, (size_t)(colon - label) - 2 * address) : label;
	o->req.port = (uint16_t)port;
	o->req.user = NULL;
	o->req.password = NULL;
	o->req.db = 0;
	/* a sentinel that hangs must leave time for the others, and for the master */
	o->req.timeout_us = (o->s->at_us - ir_mono_us()) / 3;
	if (o->req.timeout_us < 1)
		o->req.timeout_us = 1;
}

static int
start(struct ir_dep *dep, int64_t at_us, ir_dep_done *done, struct ir_err *err)
{
	struct sentinel *s = dep->priv;

	s->dep = dep;
	dep->host = s->url.host;
	dep->port = s->url.port;
	s->done = done;
	s->at_us = at_us;
	s->stopping = s->looking = s->told = false;
	s->name = s->url.master;
	s->n = s->url.hosts.n < SENTINELS_MAX ? s->url.hosts.n : SENTINELS_MAX;
	s->waiting = 0;
	for (size_t i = 0; i < s->n; i++) {
		struct one *o = &s->v[i];

		*o = (struct one){ .s = s, .quorum = INT64_MIN, .others = INT64_MIN };
		fill(o, s->url.hosts.v[i], arena_of(s));
		if (ask_masters(o, err) == 0)
			s->waiting++;
		else
			o->trouble = ir_strdup(arena_of(s), err->msg);
	}
	return s->waiting ? 0 : -1;
}

static void
stop(struct ir_dep *dep)
{
	struct sentinel *s = dep->priv;

	s->stopping = true;
	if (s->looking)
		ir_redis_look_stop(&s->look);
	for (size_t i = 0; i < s->n && !s->looking; i++) {
		if (s->v[i].redis)
			ir_redis_stop(s->v[i].redis);
	}
}

static void
done(struct ir_dep *dep)
{
	struct sentinel *s = dep->priv;

	ir_redis_url_done(&s->url);
}

const struct ir_dep_ops ir_dep_sentinel = {
	.name = "sentinel",
	.schemes = ir_sentinel_schemes,
	.measures = measures,
	.files = SENTINELS_MAX,
	.prepare = prepare,
	.start = start,
	.stop = stop,
	.done = done,
};
