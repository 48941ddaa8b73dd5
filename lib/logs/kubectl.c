/* kubectl - pods of Kubernetes, by kubectl logs: "[pod/NAME/CONTAINER] 2024-05-03T01:02:03.123456789Z line" */
#include "base/clock.h"
#include "base/percent.h"
#include "logs/spawn.h"
#include "service/service.h"

enum { STREAMS_MAX = 512, PREFIX_MAX = 600, FOLLOWED_MAX = 1000, SHOWN_MAX = 300 };

struct container {
	const char *prefix; /* "pod/NAME/CONTAINER" */
	size_t n_prefix;
	bool fresh; /* the reader was not told that it is idle */
	struct ir_logs_stream stream;
};

struct pods {
	struct ir_logs_source *source;
	ir_logs_done *done;
	const char *selector, *namespace, *context, *container;
	struct ir_spawn spawn;
	struct ir_timer *unwanted;
	struct container *v[STREAMS_MAX], *last;
	size_t n;
	int64_t odd;
};

/* ---- lines */

static const char *
subject_of(struct pods *p, const char *prefix, size_t n)
{
	struct ir_arena *arena = p->source->ctx->arena;
	const char *s = ir_strndup(arena, prefix, n), *ret;
	struct ir_buf b;

	ir_buf_init(&b, 4 * PREFIX_MAX);
	ir_buf_addf(&b, "%s/", p->source->subject);
	if (strncmp(s, "pod/", 4) == 0)
		s += 4;
	for (; *s; s++) {
		if (*s == '/')
			ir_buf_addc(&b, '/');
		else
			ir_percent_add(&b, (const char[]){ *s, '\0' });
	}
	ret = ir_strdup(arena, b.data);
	ir_buf_done(&b);
	return ret;
}

static bool
is(const struct container *c, const char *prefix, size_t n)
{
	return c->n_prefix == n && memcmp(c->prefix, prefix, n) == 0;
}

/* Those beyond a number share the last one. */
static struct container *
container_of(struct pods *p, const char *prefix, size_t n)
{
	struct ir_arena *arena = p->source->ctx->arena;
	struct container *c = p->last;

	if (c && is(c, prefix, n))
		return c;
	for (size_t i = 0; i < p->n; i++) {
		if (is(p->v[i], prefix, n))
			return p->last = p->v[i];
	}
	if (p->n == STREAMS_MAX)
		return p->v[STREAMS_MAX - 1];
	c = p->v[p->n++] = IR_NEW(arena, struct container);
	c->prefix = ir_strndup(arena, prefix, n);
	c->n_prefix = n;
	c->stream.service = p->source->service ? p->source->service : "";
	c->stream.subject = subject_of(p, prefix, n);
	c->stream.stamped = true;
	c->stream.zone_known = true;
	c->stream.newest_ms = p->source->query->now_ms;
	return p->last = c;
}

/* Length of "[pod/NAME/CONTAINER] ", or 0. */
static size_t
prefix_of(const char *line, size_t n)
{
	const char *end = memchr(line, ']', n < PREFIX_MAX ? n : PREFIX_MAX);

	return n > 0 && *line == '[' && end && end + 1 < line + n && end[1] == ' ' ? (size_t)(end + 2 - line) : 0;
}

/* kubectl tells so of a container whose log it cannot get; it goes on with the others. */
static void
not_prefixed(struct pods *p, const char *line, size_t n)
{
	struct ir_err err = IR_ERR_INIT;

	if (n < 7 || strncmp(line, "error: ", 7) != 0) {
		p->odd += n > 0;
		return;
	}
	ir_fail(&err, IR_INCOMPLETE, "kubectl: %.*s", (int)(n < SHOWN_MAX ? n - 7 : SHOWN_MAX - 7), line + 7);
	ir_logs_fault(p->source, p->source->subject, &err);
}

static void
on_line(struct ir_spawn *spawn, const char *line, size_t n)
{
	struct pods *p = spawn->arg;
	size_t skip = prefix_of(line, n);
	struct container *c;

	if (!skip) {
		not_prefixed(p, line, n);
		return;
	}
	c = container_of(p, line + 1, skip - 3);
	if (p->source->query->follow)
		c->stream.newest_ms = ir_now_ms();
	c->fresh = true;
	ir_logs_put(p->source, &c->stream, line + skip, n - skip);
	ir_logs_put(p->source, &c->stream, "\n", 1);
}

static enum ir_feed_step
take(struct ir_spawn *spawn, struct ir_err *err)
{
	struct pods *p = spawn->arg;
	enum ir_feed_step step = ir_spawn_lines(spawn, err);
	struct ir_logs_reader *r = p->source->reader;

	for (size_t i = 0; step == IR_FEED_WAIT && p->source->query->follow && i < p->n; i++) {
		if (p->v[i]->fresh)
			r->ops->idle(r, &p->v[i]->stream);
		p->v[i]->fresh = false;
	}
	return step;
}

/* ---- its end */

static void
finish(struct pods *p)
{
	ir_timer_cancel(p->unwanted);
	p->unwanted = NULL;
	ir_spawn_stop(&p->spawn);
}

static void
tell(struct pods *p)
{
	struct ir_logs_source *s = p->source;
	struct ir_err err = IR_ERR_INIT;

	if (ir_spawn_fault(&p->spawn, "kubectl", &err)) {
		ir_logs_fault(s, s->subject, &err);
	} else if (ir_spawn_said(&p->spawn, "No resources found")) {
		ir_fail(&err, IR_FINDING, "no pod has the labels %s", p->selector);
		ir_hint(&err, "correct selector, namespace or context");
		ir_logs_fault(s, s->subject, &err);
	} else if (ir_spawn_said(&p->spawn, "rror: ") || ir_spawn_said(&p->spawn, "rror from server")) {
		p->spawn.status = 1 << 8;
		ir_spawn_fault(&p->spawn, "kubectl", &err);
		ir_logs_fault(s, s->subject, &err);
	}
	if (p->odd) {
		ir_fail(
		    &err, IR_INCOMPLETE, "lines of kubectl that do not say whose they are: %lld", (long long)p->odd);
		ir_logs_fault(s, s->subject, &err);
	}
	if (p->spawn.left_out) {
		ir_fail(&err, IR_INCOMPLETE, "lines left out, because they are longer than %d KiB: %lld",
		    IR_SPAWN_LINE >> 10, (long long)p->spawn.left_out);
		ir_logs_fault(s, s->subject, &err);
	}
}

static void
on_end(struct ir_spawn *spawn)
{
	struct pods *p = spawn->arg;
	struct ir_logs_source *s = p->source;

	tell(p);
	for (size_t i = 0; i < p->n; i++)
		s->reader->ops->ended(s->reader, &p->v[i]->stream);
	finish(p);
	p->done(s);
}

/* ---- what kubectl is asked */

static void
add(struct pods *p, struct ir_list *argv, const char *option, const char *value)
{
	struct ir_arena *arena = p->source->ctx->arena;

	if (value)
		ir_list_add(arena, argv, *value ? ir_asprintf(arena, "%s=%s", option, value) : option);
}

static void
ask(struct pods *p, struct ir_list *argv)
{
	const struct ir_logs_query *q = p->source->query;
	struct ir_arena *arena = p->source->ctx->arena;
	char since[IR_TIME_MAX];

	ir_list_add(arena, argv, "kubectl");
	ir_list_add(arena, argv, "logs");
	add(p, argv, "--context", p->context);
	add(p, argv, "--namespace", p->namespace);
	add(p, argv, "--selector", p->selector);
	add(p, argv, p->container ? "--container" : "--all-containers", p->container ? p->container : "");
	add(p, argv, "--prefix", "");
	add(p, argv, "--timestamps", "");
	add(p, argv, "--ignore-errors", ""); /* of one container: the others are read */
	if (q->since_ms != IR_TIME_NONE)
		add(p, argv, "--since-time", ir_time_format(since, q->since_ms));
	/* with a selector its default are the last ten */
	add(p, argv, "--tail",
	    ir_asprintf(arena, "%lld", q->since_ms == IR_TIME_NONE ? (long long)q->tail : (long long)-1));
	if (q->follow) {
		add(p, argv, "--follow", "");
		add(p, argv, "--max-log-requests", ir_asprintf(arena, "%d", FOLLOWED_MAX));
	}
}

static void
on_unwanted(void *arg)
{
	struct pods *p = arg;

	p->unwanted = NULL;
	p->done(p->source);
}

static int
start(struct ir_logs_source *s, ir_logs_done *done, struct ir_err *err)
{
	struct pods *p = s->priv;
	struct ir_list argv = { NULL, 0, 0 };

	p->done = done;
	if (!ir_service_wanted(s->services, s->service ? s->service : "")) {
		p->unwanted = ir_loop_at(s->ctx->loop, 0, on_unwanted, p);
		return 0;
	}
	ask(p, &argv);
	p->spawn = (struct ir_spawn){ .source = s, .take = take, .line = on_line, .ended = on_end, .arg = p };
	return ir_spawn_start(&p->spawn, (char *const *)(uintptr_t)argv.v, NULL, err);
}

static void
stop(struct ir_logs_source *s)
{
	finish(s->priv);
}

static int
prepare(struct ir_ctx *ctx, struct ir_logs_source *s, struct ir_err *err)
{
	struct pods *p = IR_NEW(ctx->arena, struct pods);
	struct ir_buf b;

	s->priv = p;
	p->source = s;
	p->selector = ir_conf_str(s->section, "logs", "selector");
	p->namespace = ir_conf_str(s->section, "logs", "namespace");
	p->context = ir_conf_str(s->section, "logs", "context");
	p->container = ir_conf_str(s->section, "logs", "container");
	if (!s->service)
		s->service = ir_conf_str(s->section, "logs", "service");
	if (!p->selector || !*p->selector) {
		ir_fail(err, IR_CONFIG, "%s: type = kubectl needs a selector", s->origin);
		return ir_hint(err, "add to the section: selector = app=NAME");
	}
	ir_buf_init(&b, 4 * PREFIX_MAX);
	ir_buf_adds(&b, "kubernetes://");
	ir_percent_add(&b, p->context ? p->context : "-");
	ir_buf_addc(&b, '/');
	ir_percent_add(&b, p->namespace ? p->namespace : "-");
	s->subject = ir_strdup(ctx->arena, b.data);
	ir_buf_done(&b);
	return 0;
}

const struct ir_logs_ops ir_logs_kubectl = {
	.name = "kubectl",
	.follows = true,
	.prepare = prepare,
	.start = start,
	.stop = stop,
};
