/*
 * docker - the logs of containers, through the Engine API
 *
 * The list tells which there are, their environment in which zone they tell the time; then each is asked for its log, all at once. What comes goes into the reader's own memory as it comes, a buffer of libcurl's (64 KiB) a turn and container: so
 * a container that has more to say than is read is waited for by the engine, and the others have their turn. Nothing is kept.
 */
#include "logs/docker_source.h"

#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "logs/feed.h"
#include "runtime/docker.h"
#include "runtime/place.h"
#include "runtime/reach.h"
#include "service/service.h"

enum {
	SAID_MAX = 4096,
	SKEW_MS = 10 * 1000, /* a line's own time is a moment before that at which the engine read it */
	QUIET_US = 100 * 1000,
	PATIENCE_US =
	    300 * 1000000, /* an engine that looks through a large log for what is wanted says nothing meanwhile */
	LOOK_US = 5 * 1000000,
};

static bool
follows(const struct ir_docker_source *d)
{
	return d->source->query->follow;
}

/* ---- what cannot be read */

static void
fault(struct ir_docker_tap *t, const char *what, const char *hint)
{
	struct ir_arena *arena = t->d->source->ctx->arena;
	struct ir_err err = IR_ERR_INIT;

	ir_fail(&err, IR_BACKEND, "the log of container %s: %s", t->name, what);
	if (hint)
		ir_hint(&err, "%s", hint);
	ir_logs_fault_of(t->d->source, t->service, ir_asprintf(arena, "docker://%s", t->name), &err);
}

static const char *
said(const struct ir_docker_tap *t)
{
	struct ir_arena *arena = t->d->source->ctx->arena;
	const char *text = ir_docker_parse_error(arena, t->said.data, t->said.len);
	struct ir_buf b;

	ir_buf_init(&b, 4 * SAID_MAX);
	ir_utf8_clean(&b, text, strcspn(text, "\r\n"));
	text = ir_strndup(arena, b.data, b.len);
	ir_buf_done(&b);
	return text;
}

/* An engine that dies takes all logs with it: it is told once. */
static void
tell_broken(struct ir_docker_source *d)
{
	struct ir_err err = IR_ERR_INIT;

	if (d->broken == 0)
		return;
	ir_fail(&err, IR_BACKEND, "the engine at %s broke off the log of container %s%s: %s", d->engine->host,
	    d->first_broken->name,
	    d->broken > 1 ? ir_asprintf(d->source->ctx->arena, " and %zu more", d->broken - 1) : "", d->how);
	ir_logs_fault(d->source, d->source->subject, &err);
	d->broken = 0;
}

/* ---- what comes */

static struct ir_logs_stream *
stream_of(struct ir_docker_tap *t, enum ir_docker_stream which)
{
	static const char *const ends[] = { "", "/stdout", "/stderr" };
	struct ir_arena *arena = t->d->source->ctx->arena;
	struct ir_logs_stream *s = t->streams[which];

	if (s)
		return s;
	s = t->streams[which] = IR_NEW(arena, struct ir_logs_stream);
	*s = (struct ir_logs_stream){ .service = t->service,
		.subject = ir_asprintf(arena, "docker://%s%s", t->name, ends[which]),
		.stamped = true,
		.newest_ms = t->d->source->query->now_ms };
	ir_logs_zone_set(t->d->zone.known ? &t->d->zone : &t->zone, s);
	return s;
}

static void
on_text(void *arg, enum ir_docker_stream which, const char *p, size_t n)
{
	struct ir_docker_tap *t = arg;
	struct ir_logs_stream *s;

	if (t->d->stopped)
		return;
	if (which == IR_DOCKER_TROUBLE) {
		ir_buf_add(&t->said, p, n);
		return;
	}
	s = stream_of(t, which);
	t->news[which] = true;
	ir_logs_put(t->d->source, s, p, n);
}

/* Does it say things that were said since it was asked? */
static bool
is_live(const struct ir_docker_tap *t)
{
	const struct ir_docker_stamp *s = &t->frames.newest;
	int64_t ms;

	return ir_time_parse_rfc3339(s->text, s->n, &ms) == 0 && ms >= t->live_ms;
}

/* Nothing has come of a stream for a moment: what there is of it is to be shown. One that never rests has caught up when what it says is new. */
static void
on_quiet(void *arg)
{
	struct ir_docker_source *d = arg;
	struct ir_logs_reader *r = d->source->reader;
	int64_t now = ir_mono_us();
	bool more = false;

	d->quiet = NULL;
	for (size_t i = 0; i < d->n && !d->stopped; i++) {
		struct ir_docker_tap *t = d->v[i];
		bool quiet = now - t->last_us >= QUIET_US;

		for (size_t k = 0; k < IR_DOCKER_TROUBLE; k++) {
			if (t->news[k] && (quiet || (!t->caught_up[k] && is_live(t)))) {
				t->news[k] = !quiet;
				t->caught_up[k] = true;
				t->streams[k]->newest_ms = ir_now_ms();
				r->ops->idle(r, t->streams[k]);
			}
			more |= t->news[k];
		}
	}
	if (more && !d->stopped)
		d->quiet = ir_loop_at(d->source->ctx->loop, now + QUIET_US, on_quiet, d);
}

static int
on_body(void *arg, const char *p, size_t n)
{
	struct ir_docker_tap *t = arg;
	struct ir_docker_source *d = t->d;

	t->last_us = ir_mono_us();
	d->source->bytes += (int64_t)n;
	if (!t->good && ir_http_status(t->http) != 200) {
		ir_buf_add(&t->said, p, n);
		return t->said.full;
	}
	t->good = true;
	if (ir_docker_frames_take(&t->frames, p, n) < 0)
		t->bad = true;
	if (follows(d) && !d->quiet && !d->stopped)
		d->quiet = ir_loop_at(d->source->ctx->loop, t->last_us + QUIET_US, on_quiet, d);
	return t->bad || d->stopped;
}

/* ---- a log's end */

/* What there is to be told of it. */
static void
judge(struct ir_docker_tap *t, const struct ir_http_res *res, bool whole)
{
	struct ir_docker_source *d = t->d;

	t->over = t->bad || (!res->error && !t->good);
	if (t->bad) {
		fault(t, "what the engine sends is no log", NULL);
	} else if (res->error == IR_HTTP_TIMEOUT) {
		if (!follows(d))
			fault(t, res->message, NULL);
	} else if (res->error) {
		if (d->broken++ == 0) {
			d->first_broken = t;
			snprintf(d->how, sizeof(d->how), "%s", res->message);
		}
	} else if (t->good) {
		if (t->said.len > 0)
			fault(t, said(t), NULL);
		else if (!whole)
			fault(t, "it ends in the middle of a message", NULL);
	} else if (res->status == 501) {
		fault(t, said(t),
		    "read it where its log driver sends it, or give it one that can be read: local, json-file, "
		    "journald");
	} else if (res->status != 200 && res->status != 404 && res->status != 409) {
		/* 404 and 409: it was removed, or is being so */
		fault(t, ir_asprintf(d->source->ctx->arena, "the engine answers %d: %s", res->status, said(t)), NULL);
	}
}

static void
let_go(struct ir_docker_tap *t)
{
	t->http = NULL;
	ir_buf_done(&t->url);
	ir_buf_done(&t->said);
}

/* Nothing more comes of it until it is asked again. */
static void
end_streams(struct ir_docker_tap *t)
{
	struct ir_logs_reader *r = t->d->source->reader;

	for (size_t i = 0; i < IR_DOCKER_TROUBLE && !t->d->stopped; i++) {
		if (!t->streams[i])
			continue;
		t->news[i] = false;
		r->ops->ended(r, t->streams[i]);
	}
}

static void
on_end(void *arg, const struct ir_http_res *res)
{
	struct ir_docker_tap *t = arg;
	struct ir_docker_source *d = t->d;
	bool whole = ir_docker_frames_end(&t->frames);

	end_streams(t);
	if (d->stopped)
		return;
	judge(t, res, whole);
	let_go(t);
	t->ended_ms = ir_now_ms();
	d->active--;
	if (follows(d)) {
		tell_broken(d);
		ir_docker_look_soon(d);
	}
	ir_docker_proceed(d);
}

/* Is there one of whom nothing has come for too long? */
static void
on_patience(void *arg)
{
	struct ir_docker_source *d = arg;
	int64_t now = ir_mono_us();

	d->patience = ir_loop_at(d->source->ctx->loop, now + LOOK_US, on_patience, d);
	for (size_t i = 0; i < d->n && !d->stopped; i++) {
		struct ir_docker_tap *t = d->v[i];

		if (!t->http || now - t->last_us < PATIENCE_US)
			continue;
		fault(t, "nothing has come of it for 5m", "the engine hangs: look at `journalctl -u docker`");
		ir_http_cancel(t->http);
		end_streams(t);
		let_go(t);
		d->active--;
	}
	if (!d->stopped)
		ir_docker_proceed(d);
}

/* ---- asking for one */

/* Since what: a log that is taken up again goes on after its last line. */
static const char *
since(const struct ir_docker_tap *t, char *out, size_t size)
{
	const struct ir_logs_query *q = t->d->source->query;
	int64_t ms = q->since_ms;

	if (ir_docker_stamp_after(&t->frames.newest, out, size))
		return out;
	/* its engine gives whole seconds: then what comes after its end */
	if (t->frames.newest.n > 0)
		ms = t->ended_ms;
	else if (t->whole)
		return NULL;
	/* its last lines were asked for before, and there were none */
	else if (t->asked_ms != IR_TIME_NONE && q->tail >= 0)
		ms = t->asked_ms;
	if (ms == IR_TIME_NONE || ms <= 0)
		return NULL;
	snprintf(out, size, "%lld.%03lld000000", (long long)(ms / 1000), (long long)(ms % 1000));
	return out;
}

/* The engine counts pieces of long lines as lines, so a few more are asked for; and it counts them before it looks at their times. */
static int64_t
tail(const struct ir_docker_tap *t, bool bounded)
{
	const struct ir_logs_query *q = t->d->source->query;

	if (q->tail < 0 || bounded || t->whole || t->asked_ms != IR_TIME_NONE)
		return -1;
	return q->tail < INT64_MAX / 2 ? 2 * q->tail : q->tail;
}

static void
build_url(struct ir_docker_tap *t)
{
	const struct ir_logs_query *q = t->d->source->query;
	char from[64], to[64];
	struct ir_docker_log log = { .stamps = true, .follow = q->follow };
	int64_t until = q->until_ms;

	log.since = since(t, from, sizeof(from));
	if (until != IR_TIME_NONE && until > 0 && until < INT64_MAX - SKEW_MS) {
		until += SKEW_MS;
		snprintf(to, sizeof(to), "%lld.%03lld000000", (long long)(until / 1000), (long long)(until % 1000));
		log.until = to;
	}
	log.tail = tail(t, log.until != NULL);
	ir_docker_logs_path(&t->url, *t->d->version ? t->d->version : NULL, t->id, &log);
}

static void
ask(struct ir_docker_tap *t)
{
	struct ir_docker_source *d = t->d;
	struct ir_err err = IR_ERR_INIT;
	struct ir_http_req req;

	ir_runtime_request(d->engine, &req, &t->url);
	build_url(t);
	req.url = t->url.data;
	req.on_body = on_body;
	t->live_ms = d->engine_ms;
	if (t->asked_ms == IR_TIME_NONE)
		t->asked_ms = d->engine_ms;
	memset(t->caught_up, 0, sizeof(t->caught_up));
	t->frames =
	    (struct ir_docker_frames){ .text = on_text, .arg = t, .podman = d->podman, .newest = t->frames.newest };
	t->good = t->bad = t->waits = false;
	t->last_us = ir_mono_us();
	ir_buf_init(&t->said, SAID_MAX);
	if (ir_http_send(d->source->ctx->loop, &req, on_end, t, &t->http, &err) == 0) {
		d->active++;
		return;
	}
	fault(t, err.msg, *err.hint ? err.hint : NULL);
	t->over = true;
	let_go(t);
}

/* ---- all of them */

static void
finish(struct ir_docker_source *d)
{
	tell_broken(d);
	ir_logs_docker.stop(d->source);
	d->done(d->source);
}

/* As many as there are descriptors for are under way; the end when there are none left. */
void
ir_docker_proceed(struct ir_docker_source *d)
{
	size_t most = ir_loop_files();

	for (; d->next < d->n && d->active < most; d->next++)
		if (d->v[d->next]->waits)
			ask(d->v[d->next]);
	if (!follows(d) && d->active == 0 && !d->list)
		finish(d);
}

static int
by_id(const void *a, const void *b)
{
	const struct ir_docker_tap *const *x = a, *const *y = b;

	return strcmp((*x)->id, (*y)->id);
}

static struct ir_docker_tap *
find(const struct ir_docker_source *d, size_t n, const char *id)
{
	const struct ir_docker_tap key = { .id = id }, *k = &key;
	struct ir_docker_tap **t = n > 0 ? bsearch(&k, d->v, n, sizeof(*d->v), by_id) : NULL;

	return t ? *t : NULL;
}

/* Is it of what is asked for? Then *service is whose it is. */
static bool
is_wanted(const struct ir_docker_source *d, const struct ir_container *c, const char **service)
{
	const struct ir_logs_source *s = d->source;
	const char *project = ir_conf_str(s->section, "logs", "project");
	bool all = d->container && strcmp(d->container, "all") == 0;

	*service = c->service ? ir_service_of_compose(s->ctx->conf, c->service) : "";
	if (d->container && !all && strcmp(d->container, c->name) != 0)
		return false;
	if (d->container && project && (!c->project || strcmp(c->project, project) != 0))
		return false;
	if (c->oneoff && (!d->container || all))
		return false;
	if (s->service && !d->container && strcmp(s->service, *service) != 0)
		return false;
	if (s->service)
		*service = s->service;
	return ir_service_wanted(s->services, *service);
}

/* TZ of its environment, else UTC, unless it has its machine's; of one that has just come, that of another one of its service. */
static struct ir_logs_zone
zone_of(const struct ir_docker_source *d, const struct ir_container *c, const char *service)
{
	struct ir_logs_zone zone = { .known = !c->host_zone };

	for (size_t i = 0; i < c->env_n; i++) {
		const char *tz = ir_secret_reveal(&c->env[i].value);

		zone.known |= ir_logs_zone_parse(tz + (*tz == ':'), ir_now_ms(), &zone.minutes, NULL) == 0;
	}
	for (size_t i = 0; i < d->n && !c->inspected; i++)
		if (*service && strcmp(d->v[i]->service, service) == 0)
			return d->v[i]->zone;
	return zone;
}

static bool
is_zone(const char *variable)
{
	return strcmp(variable, "TZ") == 0;
}

static void
add(struct ir_docker_source *d, const struct ir_container *c, const char *service, bool whole)
{
	struct ir_arena *arena = d->source->ctx->arena;
	struct ir_docker_tap *t = IR_NEW(arena, struct ir_docker_tap);
	struct ir_logs_zone zone = zone_of(d, c, service);

	if (d->n == d->size) {
		struct ir_docker_tap **v = IR_NEW_N(arena, struct ir_docker_tap *, d->size = 2 * d->size + 64);

		if (d->n > 0)
			memcpy(v, d->v, d->n * sizeof(*v));
		d->v = v;
	}
	*t = (struct ir_docker_tap){ .d = d,
		.id = ir_strdup(arena, c->id),
		.name = ir_strdup(arena, c->name),
		.service = ir_strdup(arena, service),
		.zone = zone,
		.whole = whole,
		.waits = true,
		.asked_ms = IR_TIME_NONE };
	d->v[d->n++] = t;
}

/* It tells whole seconds; ours is finer, where it agrees. */
static int64_t
clock_of(const struct ir_runtime_result *res)
{
	int64_t now = ir_now_ms(), engine = res->engine_ms;

	return engine == IR_TIME_NONE || (now >= engine && now < engine + 1000) ? now : engine;
}

static bool
runs(const struct ir_container *c)
{
	return c->state && (strcmp(c->state, "running") == 0 || strcmp(c->state, "paused") == 0);
}

void
ir_docker_take_list(struct ir_docker_source *d, const struct ir_runtime_result *res)
{
	size_t known = d->n;
	bool first = d->version == NULL;

	d->version = first ? ir_strdup(d->source->ctx->arena, res->api_version ? res->api_version : "") : d->version;
	d->podman = res->engine_version && strncmp(res->engine_version, "Libpod", 6) == 0;
	d->engine_ms = clock_of(res);
	for (size_t i = 0; i < res->n; i++) {
		const struct ir_container *c = &res->v[i];
		const char *service;
		struct ir_docker_tap *t;

		if (!is_wanted(d, c, &service))
			continue;
		t = find(d, known, c->id);
		if (t)
			t->waits = runs(c) && !t->http && !t->over;
		else if (!c->state || strcmp(c->state, "created") != 0)
			add(d, c, service, !first);
	}
	if (d->n > 0)
		qsort(d->v, d->n, sizeof(*d->v), by_id);
	d->next = 0;
}

/* Nothing is there that was asked for by name. */
static void
tell_missing(struct ir_docker_source *d, const struct ir_runtime_result *res)
{
	struct ir_arena *arena = d->source->ctx->arena;
	struct ir_err err = IR_ERR_INIT;

	if (d->n > 0 || follows(d))
		return;
	if (d->container && strcmp(d->container, "all") != 0) {
		for (size_t i = 0; i < res->n; i++)
			if (strcmp(res->v[i].name, d->container) == 0)
				return;
		ir_fail(&err, IR_BACKEND, "there is no container '%s' at %s", d->container, d->engine->host);
	} else if (d->query.project && res->n == 0) {
		ir_fail(&err, IR_BACKEND, "there is no container of project '%s'", d->query.project);
		if (res->projects.n > 0)
			ir_hint(&err, "the engine has %s", ir_list_join(arena, &res->projects, "", ", "));
	} else {
		return;
	}
	ir_logs_fault(d->source, d->source->subject, &err);
}

static void
on_list(void *arg, const struct ir_runtime_result *res)
{
	struct ir_docker_source *d = arg;

	d->list = NULL;
	if (d->stopped)
		return;
	if (res->error) {
		ir_logs_fault(d->source, d->source->subject, &res->err);
		finish(d);
		return;
	}
	ir_docker_take_list(d, res);
	tell_missing(d, res);
	d->query.list_only = true;
	if (follows(d))
		ir_docker_follow(d);
	ir_docker_proceed(d);
}

/* ---- a backend */

static int
prepare(struct ir_ctx *ctx, struct ir_logs_source *s, struct ir_err *err)
{
	struct ir_docker_source *d = IR_NEW(ctx->arena, struct ir_docker_source);
	const char *container = ir_conf_str(s->section, "logs", "container");
	const char *project = ir_conf_str(s->section, "logs", "project");

	if (!s->place)
		return ir_fail(err, IR_INTERNAL, "no place to look for containers");
	*d = (struct ir_docker_source){ .source = s, .engine = &s->place->engine, .stopped = true };
	s->priv = d;
	if (!project && !container)
		project = s->place->project;
	s->subject = ir_asprintf(ctx->arena, "docker://%s", container ? container : project ? project : "");
	return ir_logs_zone_of(s->section, ir_now_ms(), &d->zone, err);
}

static int
start(struct ir_logs_source *s, ir_logs_done *done, struct ir_err *err)
{
	struct ir_docker_source *d = s->priv;
	const struct ir_place *p = s->place;
	const char *project = ir_conf_str(s->section, "logs", "project");

	d->done = done;
	if (p->no_engine.code) {
		*err = p->no_engine;
		return -1;
	}
	d->container = ir_conf_str(s->section, "logs", "container");
	d->query = (struct ir_runtime_query){
		.project = project, .all = d->container != NULL, .env_wanted = is_zone, .no_words = true
	};
	if (!project && !d->container) {
		d->query.project = p->project;
		d->query.dir = p->dir;
	}
	d->list = ir_runtime_list(s->ctx, d->engine, &d->query, on_list, d, err);
	if (!d->list)
		return -1;
	d->stopped = false;
	ir_loop_hold(s->ctx->loop);
	if (!follows(d))
		d->patience = ir_loop_at(s->ctx->loop, ir_mono_us() + LOOK_US, on_patience, d);
	return 0;
}

static void
stop(struct ir_logs_source *s)
{
	struct ir_docker_source *d = s->priv;

	if (!d || d->stopped)
		return;
	d->stopped = true;
	for (size_t i = 0; i < d->n; i++) {
		if (!d->v[i]->http)
			continue;
		ir_http_cancel(d->v[i]->http);
		let_go(d->v[i]);
	}
	ir_docker_follow_stop(d);
	ir_runtime_stop(d->list);
	ir_arena_done(&d->lists);
	ir_timer_cancel(d->quiet);
	ir_timer_cancel(d->patience);
	d->quiet = d->patience = NULL;
	ir_loop_release(s->ctx->loop);
}

const struct ir_logs_ops ir_logs_docker = { "docker", true, prepare, start, stop };
