/* deps - all dependencies: the set, what is a duplicate, start and finish */
#include "dep/deps.h"

#include <strings.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "dep/find.h"
#include "dep/found.h"
#include "dep/look.h"
#include "rec/checks.h"
#include "service/service.h"

struct ir_deps_state {
	struct ir_arena *whole; /* lives as long as the set */
	struct ir_arena *outer; /* the context's own, while a turn's is in its place */
	struct ir_list
	    turned; /* "type url resolve", hashed: what was discovered once and is in the set, or is not wanted there */
	bool running, pumping;
	bool released; /* the engine answered, or is not asked */
	struct ir_dep_look look;
	size_t next; /* first that may still wait */
	size_t active, files, files_max;
};

static void pump(struct ir_deps *);

static const char *
env_of(const struct ir_deps *d)
{
	const char *env = d->q.place ? d->q.place->env : NULL;

	return env ? env : d->ctx->env ? d->ctx->env : "local";
}

/* ---- the set */

struct ir_dep *
ir_deps_new(struct ir_deps *d, const char *type, const char *name, const char *origin)
{
	struct ir_dep *dep = IR_NEW(d->ctx->arena, struct ir_dep);

	*dep = (struct ir_dep){
		.name = name, .service = "", .type = type, .origin = origin, .timeout_ms = INT64_MIN, .ctx = d->ctx
	};
	return dep;
}

static bool
is_operand(const struct ir_dep *dep)
{
	return !dep->section && strcmp(dep->origin, "operand") == 0;
}

static void
wipe(struct ir_dep *dep)
{
	if (dep->priv && dep->ops && dep->ops->done)
		dep->ops->done(dep);
	dep->priv = NULL;
	ir_secret_done(&dep->url);
	ir_secret_done(&dep->password);
}

/* IR_CONFIG with the section's place, IR_USAGE for an operand. */
static int
refuse(const struct ir_dep *dep, struct ir_err *err)
{
	const struct ir_section *s = dep->section;

	if (!s)
		return -1;
	ir_wrap(err, "[%s \"%s\"]", s->type->name, s->name);
	return ir_wrap(err, "%s", ir_conf_origin(dep->ctx->arena, s->file, s->line));
}

/* The text of where it leads, without keeping it: discovered again in the next turn, it is known. */
static const char *
trace_of(const struct ir_dep *dep)
{
	const char *url = ir_secret_reveal(&dep->url);
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	char hex[IR_SHA_HEX];

	ir_buf_init(&b, 1 << 16);
	ir_buf_addf(&b, "%s\n%s\n%s\n", dep->type, dep->service, dep->origin);
	ir_buf_adds(&b, url ? url : "");
	for (size_t i = 0; i < dep->resolve.n; i++)
		ir_buf_addf(&b, "\n%s", dep->resolve.v[i]);
	ir_sha256_hex(b.data, b.len, hex);
	explicit_bzero(b.data, b.size);
	return ir_strdup(dep->ctx->arena, hex);
}

static struct ir_dep *
named(const struct ir_deps *d, const char *name)
{
	for (size_t i = 0; i < d->n; i++) {
		if (strcmp(d->v[i]->name, name) == 0)
			return d->v[i];
	}
	return NULL;
}

/* Is it asked for? Those that have no name are. */
static bool
wanted(const struct ir_deps *d, const struct ir_dep *dep)
{
	if (is_operand(dep))
		return true;
	if (d->q.services && !ir_service_wanted(d->q.services, dep->service))
		return false;
	return !d->q.wanted || !dep->name || d->q.wanted(d->q.wanted_arg, dep->service, dep->name);
}

/* Found, and left out. Told once, whatever the turn. */
static void
lose(struct ir_deps *d, const struct ir_dep *dep, const char *why)
{
	const char *text = ir_asprintf(d->state->whole, "%s: %s", dep->origin, why);

	if (ir_list_has(&d->lost, text))
		return;
	ir_list_add(d->state->whole, &d->lost, text);
	ir_trace(d->ctx, 1, "%s", text);
}

/* 1: it may be there; 0: it is left out. */
static int
name_fits(struct ir_deps *d, const struct ir_dep *dep, struct ir_err *err)
{
	const struct ir_dep *other = dep->name ? named(d, dep->name) : NULL;

	if (dep->name && strchr(dep->name, '/')) {
		if (!dep->section)
			return 0;
		ir_fail(err, IR_CONFIG, "a name has no '/' in it");
		return refuse(dep, err);
	}
	if (!other)
		return 1;
	if (!dep->section || !other->section) {
		lose(d, dep, ir_asprintf(d->state->whole, "'%s' is by %s", dep->name, other->origin));
		return 0;
	}
	ir_fail(err, IR_CONFIG, "[%s \"%s\"] is called that, too", other->section->type->name, other->name);
	ir_hint(err, "give one of them another name");
	return refuse(dep, err);
}

/* A target that is there already. Who wrote it down has a reason. */
static bool
is_duplicate(const struct ir_deps *d, const struct ir_dep *dep)
{
	for (size_t i = 0; i < d->n && !dep->section; i++) {
		if (d->v[i]->ops == dep->ops && strcmp(d->v[i]->subject, dep->subject) == 0)
			return true;
	}
	return false;
}

static struct ir_dep *
copied(struct ir_deps *d, struct ir_dep *given)
{
	struct ir_arena *whole = d->state->whole;
	struct ir_dep *dep = IR_NEW(whole, struct ir_dep);

	*dep = *given;
	given->url = given->password = (struct ir_secret){ 0 };
	dep->name = ir_strdup(whole, given->name);
	dep->service = ir_strdup(whole, given->service ? given->service : "");
	dep->type = ir_strdup(whole, given->type);
	dep->origin = ir_strdup(whole, given->origin);
	dep->via = ir_strdup(whole, given->via);
	dep->unready = ir_strdup(whole, given->unready);
	dep->unready_hint = ir_strdup(whole, given->unready_hint);
	dep->resolve = (struct ir_list){ 0 };
	for (size_t i = 0; i < given->resolve.n; i++)
		ir_list_add(whole, &dep->resolve, ir_strdup(whole, given->resolve.v[i]));
	dep->resolve_given = given->resolve.n;
	dep->ctx = d->ctx;
	dep->detail = d->q.detail;
	return dep;
}

/* After its subject: "db:5432:shop", or with its scheme where that is taken: "rediss:db:6379:0". */
static const char *
name_of(const struct ir_deps *d, const struct ir_dep *dep)
{
	const char *sep = strstr(dep->subject, "://");
	size_t scheme = sep ? (size_t)(sep - dep->subject) : 0;
	char *whole = ir_asprintf(
	    d->state->whole, "%.*s%s%s", (int)scheme, dep->subject, sep ? ":" : "", sep ? sep + 3 : dep->subject);
	const char *name = whole + scheme + (sep ? 1 : 0);

	for (char *s = whole; *s; s++)
		*s = *s == '/' ? ':' : *s;
	return named(d, name) ? whole : name;
}

/* 0, or -1 for an operand or a section. */
static int
prepare(struct ir_deps *d, struct ir_dep *dep, struct ir_err *err)
{
	struct ir_arena *arena = d->ctx->arena;
	struct ir_err why = IR_ERR_INIT;
	int ret = 0;

	d->ctx->arena = d->state->whole; /* what it makes lives as long */
	/* where it is, is not known at all: there is nothing to prepare */
	if (!dep->unready || dep->url.len || !dep->section)
		ret = dep->ops->prepare(d->ctx, dep, &why);
	if (ret == 0 && !dep->name)
		dep->name = name_of(d, dep);
	if (ret == 0)
		ret = ir_dep_thresholds_check(dep, &why);
	else
		refuse(dep, &why);
	if (ret < 0 && !dep->section && !is_operand(dep)) {
		dep->unready = ir_strdup(d->state->whole, why.msg);
		dep->unready_hint = why.hint[0] ? ir_strdup(d->state->whole, why.hint) : NULL;
		ret = 0;
	}
	if (ret == 0 && !dep->subject)
		dep->subject = ir_asprintf(d->state->whole, "%s:%s", dep->ops->name, dep->origin);
	d->ctx->arena = arena;
	if (ret < 0 && err)
		*err = why;
	return ret;
}

static void
push(struct ir_deps *d, struct ir_dep *dep)
{
	struct ir_arena *arena = d->ctx->arena;

	if (d->n == d->size) {
		struct ir_dep **v = IR_NEW_N(d->state->whole, struct ir_dep *, d->size = 2 * d->size + 16);

		if (d->n)
			memcpy(v, d->v, d->n * sizeof(*v));
		d->v = v;
	}
	d->v[d->n++] = dep;
	d->ctx->arena = d->state->whole;
	ir_dep_ready(dep);
	d->ctx->arena = arena;
}

static int
no_backend(struct ir_deps *d, const struct ir_dep *dep, struct ir_err *err)
{
	const char *url = ir_secret_reveal(&dep->url);
	size_t n = url && strstr(url, "://") ? strcspn(url, ":") : 0;
	const char *scheme = n && n < 32 ? ir_strndup(d->ctx->arena, url, n) : "it";

	if (!dep->section && !is_operand(dep)) {
		ir_trace(d->ctx, 1, "%s is left out: %s is nothing that is known here", dep->origin, scheme);
		return 0;
	}
	ir_fail(err, dep->section ? IR_CONFIG : IR_USAGE, "%s is nothing that is known here", scheme);
	ir_hint(err, "write postgresql://, redis://, rediss://, sentinel://, amqp:// or tcp://host:port");
	return refuse(dep, err);
}

/* Two on one server: one of them tells of it, rather one that is not there for its queue. */
static bool
same_server(const struct ir_dep *a, const struct ir_dep *b)
{
	if (a->ops != b->ops || a->unready || b->unready)
		return false;
	if (a->host && b->host)
		return a->port == b->port && strcasecmp(a->host, b->host) == 0;
	return a->socket && b->socket && strcmp(a->socket, b->socket) == 0;
}

static void
choose_teller(const struct ir_deps *d, size_t i)
{
	struct ir_dep *dep = d->v[i];
	bool queue = strcmp(dep->type, "queue") == 0;

	dep->server_told = false;
	for (size_t k = 0; k < d->n && !dep->server_told; k++) {
		const struct ir_dep *other = d->v[k];
		bool begun = other->state->stage != IR_DEP_WAITING,
		     alike = (strcmp(other->type, "queue") == 0) == queue;

		/* one that was begun without telling cannot be made to any more */
		if (k != i && (begun ? !other->server_told : alike ? k < i : queue))
			dep->server_told = same_server(dep, other);
	}
}

/* What was discovered in a turn before, and now leads elsewhere: the container has another address. */
static struct ir_dep *
moved_from(const struct ir_deps *d, const struct ir_dep *given)
{
	struct ir_dep *old = given->name ? named(d, given->name) : NULL;

	return old && old->state->trace && strcmp(old->origin, given->origin) == 0 ? old : NULL;
}

static bool
is_known(const struct ir_deps *d, const char *trace)
{
	for (size_t i = 0; i < d->n; i++) {
		if (d->v[i]->state->trace && strcmp(d->v[i]->state->trace, trace) == 0)
			return true;
	}
	return ir_list_has(&d->state->turned, trace);
}

/* In its place, which is returned; it is asked anew when the old one was asked already. */
static size_t
replace(struct ir_deps *d, struct ir_dep *old, struct ir_dep *dep)
{
	struct ir_deps_state *s = d->state;
	size_t i = 0;

	while (d->v[i] != old)
		i++;
	if (old->state->stage == IR_DEP_LOOKING || old->state->stage == IR_DEP_PAUSING) {
		ir_dep_end(old);
		s->active--;
		s->files -= old->ops->files;
	}
	if (strcmp(old->subject, dep->subject) == 0) {
		dep->state->last = old->state->last;
		old->state->last = (struct ir_sample){ .at_us = INT64_MIN };
	}
	ir_dep_forget(old);
	wipe(old);
	d->v[i] = dep;
	if (s->next > i)
		s->next = i;
	return i;
}

/* Into the set, or in the place of another, and asked if the others are. */
static void
settle(struct ir_deps *d, struct ir_dep *dep, struct ir_dep *old, const char *trace)
{
	size_t i = d->n;

	push(d, dep);
	dep->state->trace = ir_strdup(d->state->whole, trace);
	if (old) {
		d->n--;
		i = replace(d, old, dep);
	}
	if (!d->state->running)
		return;
	if (!d->q.as)
		ir_sample_recall(d->ctx, &dep, 1, env_of(d));
	choose_teller(d, i);
	pump(d);
}

static int
add(struct ir_deps *d, struct ir_dep *given, struct ir_err *err)
{
	const char *url = ir_secret_reveal(&given->url), *trace = NULL;
	struct ir_dep *dep, *old = NULL;
	int fits = 1;

	if (!given->section && !is_operand(given)) {
		trace = trace_of(given);
		old = moved_from(d, given);
	}
	if ((trace && is_known(d, trace)) || !wanted(d, given))
		return 0;
	if (!given->ops)
		given->ops = url ? ir_dep_by_scheme(url) : NULL;
	if (!given->ops)
		return no_backend(d, given, err);
	if (d->q.as)
		given->ops = d->q.as(d->q.as_arg, given->ops);
	if (!given->ops)
		return 0;
	if (!old)
		fits = name_fits(d, given, err);
	if (fits <= 0)
		return fits;
	dep = copied(d, given);
	if (prepare(d, dep, err) < 0) {
		wipe(dep);
		return -1;
	}
	if (!given->name && !wanted(d, dep)) {
		wipe(dep);
		return 0;
	}
	if (!old && (is_duplicate(d, dep) || named(d, dep->name))) {
		lose(d, dep, ir_asprintf(d->state->whole, "%s is asked already", dep->subject));
		if (trace)
			ir_list_add(d->state->whole, &d->state->turned, ir_strdup(d->state->whole, trace));
		wipe(dep);
		return 0;
	}
	settle(d, dep, old, trace);
	return 0;
}

int
ir_deps_add(struct ir_deps *d, struct ir_dep *given, struct ir_err *err)
{
	int ret = add(d, given, err);

	given->priv = NULL;
	wipe(given);
	return ret;
}

static int
add_operand(struct ir_deps *d, const char *url, struct ir_err *err)
{
	const struct ir_dep_ops *ops = ir_dep_by_scheme(url);
	const char *type = ops && strcmp(ops->name, "rabbitmq") == 0 ? "queue"
			   : ops && (strcmp(ops->name, "redis") == 0 || strcmp(ops->name, "sentinel") == 0)
			       ? "cache"
			       : "database";
	struct ir_dep *dep = ir_deps_new(d, type, NULL, "operand");

	if (ir_url_has_password(url)) {
		ir_fail(err, IR_USAGE, "the URL carries a password: %s", ir_url_redact(d->ctx->arena, url));
		return ir_hint(err,
		    "write it without, and password-file = PATH (or password-env = VARIABLE) in a [%s] section of "
		    "ir.conf",
		    type);
	}
	dep->ops = ops;
	ir_secret_set(&dep->url, url, strlen(url));
	return ir_deps_add(d, dep, err);
}

int
ir_deps_find(struct ir_ctx *ctx, const struct ir_deps_query *q, struct ir_deps *d, struct ir_err *err)
{
	*d = (struct ir_deps){ .ctx = ctx, .q = *q };
	d->state = IR_NEW(ctx->arena, struct ir_deps_state);
	d->state->whole = ctx->arena;
	d->containers = !q->only_urls && q->place && q->place->project;
	for (size_t i = 0; q->urls && i < q->urls->n; i++) {
		if (add_operand(d, q->urls->v[i], err) < 0)
			return -1;
	}
	if (q->only_urls)
		return 0;
	return ir_deps_find_conf(d, err) < 0 || ir_deps_find_env(d, err) < 0 ? -1 : 0;
}

void
ir_deps_done(struct ir_deps *d)
{
	for (size_t i = 0; i < d->n; i++) {
		wipe(d->v[i]);
		ir_dep_forget(d->v[i]);
	}
	d->n = 0;
}

/* ---- a turn */

static void
on_ended(void *arg, struct ir_dep *dep)
{
	struct ir_deps *d = arg;

	d->state->active--;
	d->state->files -= dep->ops->files;
	pump(d);
}

/* Start all that may start now. */
static void
pump(struct ir_deps *d)
{
	struct ir_deps_state *s = d->state;

	if (s->pumping || !s->running || d->q.only_find)
		return;
	s->pumping = true;
	for (; s->next < d->n && ir_mono_us() <= s->look.last_us; s->next++) {
		struct ir_dep *dep = d->v[s->next];

		if (dep->state->stage != IR_DEP_WAITING || (dep->held && !s->released))
			continue;
		if (s->active > 0 && s->files + dep->ops->files > s->files_max)
			break;
		s->active++;
		s->files += dep->ops->files;
		ir_dep_begin(dep, &s->look);
	}
	s->pumping = false;
}

void
ir_deps_release(struct ir_deps *d)
{
	d->state->released = true;
	d->state->next = 0;
	pump(d);
}

void
ir_deps_place(struct ir_deps *d, struct ir_dep *dep, const struct ir_list *resolve, const char *via, const char *down)
{
	struct ir_arena *whole = d->state->whole;

	if (dep->state->stage != IR_DEP_WAITING)
		return;
	if (dep->down)
		dep->unready = dep->unready_hint = NULL;
	dep->down = down && !dep->unready;
	if (dep->down) {
		dep->unready = ir_strdup(whole, down);
		dep->unready_hint = "see ir-health";
	}
	dep->via = ir_strdup(whole, via);
	dep->resolve.n = dep->resolve_given;
	for (size_t i = 0; i < resolve->n; i++)
		ir_list_add(whole, &dep->resolve, ir_strdup(whole, resolve->v[i]));
}

int
ir_deps_start(struct ir_deps *d, struct ir_arena *arena, struct ir_err *err)
{
	struct ir_deps_state *s = d->state;

	(void)err;
	s->outer = d->ctx->arena;
	d->ctx->arena = arena;
	d->rows = NULL;
	d->n_rows = 0;
	d->no_engine = (struct ir_err)IR_ERR_INIT;
	s->running = true;
	s->next = s->active = s->files = 0;
	s->files_max = ir_loop_files();
	for (size_t i = 0; i < d->n; i++)
		d->v[i]->state->stage = IR_DEP_WAITING;
	if (!d->q.as)
		ir_sample_recall(d->ctx, d->v, d->n, env_of(d));
	s->look = (struct ir_dep_look){ .timeout_ms = d->q.timeout_ms,
		.sample_ms = d->q.sample_ms,
		.last_us = d->ctx->deadline_us - ir_loop_margin_us(d->ctx, d->n),
		.ended = on_ended,
		.arg = d };
	for (size_t i = 0; i < d->n; i++)
		choose_teller(d, i);
	s->released = !d->containers;
	if (d->containers)
		ir_deps_find_containers(d);
	else
		ir_deps_find_queues(d, true, NULL);
	pump(d);
	return 0;
}

/* The rows of an engine that could not tell of its containers. */
static struct ir_judged
judge_engine(struct ir_deps *d)
{
	const struct ir_place *p = d->q.place;
	struct ir_judged judged = { .v = NULL };

	if (d->no_engine.code)
		ir_runtime_judge_error(d->ctx, &p->engine, p->project, &d->no_engine, &judged);
	return judged;
}

static void
collect(struct ir_deps *d)
{
	const struct ir_judged engine = judge_engine(d);
	size_t n = engine.n;

	for (size_t i = 0; i < d->n; i++)
		n += 1 + d->v[i]->n_found;
	d->rows = IR_NEW_N(d->ctx->arena, struct ir_check *, n + 1);
	for (size_t i = 0; i < d->n; i++) {
		const struct ir_dep *dep = d->v[i];

		d->rows[d->n_rows++] = dep->row;
		for (size_t k = 0; k < dep->n_found; k++)
			d->rows[d->n_rows++] = dep->found[k];
	}
	for (size_t i = 0; i < d->n_rows; i++)
		d->rows[i]->h.env = env_of(d);
	for (size_t i = 0; i < engine.n; i++)
		d->rows[d->n_rows++] = &engine.v[i];
	ir_checks_sort(d->rows, d->n_rows);
}

void
ir_deps_finish(struct ir_deps *d)
{
	struct ir_ctx *ctx = d->ctx;

	d->state->running = false;
	ir_deps_find_containers_stop(d);
	for (size_t i = 0; i < d->n; i++) {
		if (d->v[i]->state->stage == IR_DEP_WAITING)
			ir_dep_fresh(d->v[i], ctx->stop && *ctx->stop ? "interrupted before it was started"
								      : "not started before the deadline");
		else
			ir_dep_end(d->v[i]);
	}
	collect(d);
	ctx->arena = d->state->outer;
}
