/*
 * logs_engine - a source that asks an engine, before a scripted one
 *
 *	struct engine_run r = { .query = … };
 *	engine_start(&r, answers, "type = loki");		one source, prepared and run
 *	engine_text(&r)		"subject: line\n…" of all streams; engine_fault(&r, 0)	"message (hint)"
 *	engine_done(&r);
 */
#ifndef IR_TESTS_UNIT_LOGS_ENGINE_H
#define IR_TESTS_UNIT_LOGS_ENGINE_H

#include "logs_reader.h"
#include "scripted.h"

struct engine_run {
	struct ir_arena arena;
	struct ir_ctx ctx;
	struct ir_logs_source source;
	struct ir_logs_query query;
	struct ir_list services;
	struct logs_reader reader;
	struct scripted server;
	struct ir_err err;
	int rc;			/* of logs_run(); -2: not prepared */
	int lines;		/* stop after so many; 0: never */
};

static inline const struct ir_logs_ops *
engine_ops(const char *type)
{
	for (size_t i = 0; ir_logs_backends[i]; i++)
		if (type && strcmp(ir_logs_backends[i]->name, type) == 0)
			return ir_logs_backends[i];
	printf("Bail out! no backend %s\n", type);
	exit(1);
}

static volatile sig_atomic_t engine_stop;

static inline void
engine_seen(void *run, struct logs_got *g)
{
	struct engine_run *r = run;
	int64_t lines = 0;

	(void)g;
	for (size_t i = 0; i < r->reader.n; i++)
		lines += r->reader.v[i].lines;
	if (r->lines && lines >= r->lines)
		engine_stop = SIGTERM;
}

/* The section's lines, with url = http://127.0.0.1:PORT/ added. */
static inline void
engine_start(struct engine_run *r, const char *const *answers, const char *lines)
{
	struct ir_conf *conf = IR_NEW(&r->arena, struct ir_conf);
	const char *text;

	r->server = scripted_start(answers);
	text = ir_asprintf(&r->arena, "[logs \"x\"]\nurl = http://127.0.0.1:%d/\n%s\n", r->server.port, lines);
	r->ctx = (struct ir_ctx){ .command = "test", .arena = &r->arena, .conf = conf, .stop = &engine_stop, .deadline_us = ir_mono_us() + 20 * INT64_C(1000000) };
	engine_stop = 0;
	if (!ir_loop_new(&r->ctx, &r->err) || ir_conf_parse(&r->arena, conf, "ir.conf", text, strlen(text), &r->err) < 0) {
		printf("Bail out! %s\n", r->err.msg);
		exit(1);
	}
	r->source = (struct ir_logs_source){ .name = "x", .section = &conf->v[0], .service = ir_conf_str(&conf->v[0], "logs", "service"), .query = &r->query, .services = &r->services,
		.reader = &r->reader.reader, .ctx = &r->ctx, .ops = engine_ops(ir_conf_str(&conf->v[0], "logs", "type")) };
	logs_reader_init(&r->reader, 64);
	r->reader.seen = engine_seen;
	r->reader.arg = r;
	r->rc = -2;
	if (r->source.ops->prepare(&r->ctx, &r->source, &r->err) == 0)
		r->rc = logs_run(&r->source, &r->err);
}

static inline const char *
engine_text(struct engine_run *r)
{
	const char *all = "";

	for (size_t i = 0; i < r->reader.n; i++) {
		const struct logs_got *g = &r->reader.v[i];
		const char *host = ir_asprintf(&r->arena, "127.0.0.1:%d", r->server.port), *s = strstr(g->stream->subject, host);

		all = ir_asprintf(&r->arena, "%s[%s %s]\n%s", all, g->stream->service, s ? s + strlen(host) : g->stream->subject, g->text.data);
	}
	return all;
}

static inline const char *
engine_fault(struct engine_run *r, size_t i)
{
	const struct ir_err *e = i < r->source.n_faults ? &r->source.faults[i].err : NULL;

	return !e ? "" : *e->hint ? ir_asprintf(&r->arena, "%s (%s)", e->msg, e->hint) : e->msg;
}

static inline void
engine_done(struct engine_run *r)
{
	scripted_stop(&r->server);
	logs_reader_done(&r->reader);
	ir_loop_free(r->ctx.loop);
	ir_arena_done(&r->arena);
	*r = (struct engine_run){ .rc = 0 };
}

#endif
