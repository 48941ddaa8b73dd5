/*
 * change_source - one source of deploys, run alone; what it adds and tells of is kept as text
 *
 *	struct change_run r = { .service = "web" };
 *	change_go(&r, &ir_change_log, "log = FILE");	its section's lines
 *	change_rows(&r)		a line a deploy: "TIME BASIS SERVICE CHANGE REVISION VERSION OUTCOME [current]"
 *	change_fault(&r, 0)	"message (hint)"
 *	change_end(&r);
 */
#ifndef IR_TESTS_UNIT_CHANGE_SOURCE_H
#define IR_TESTS_UNIT_CHANGE_SOURCE_H

#include "change/change.h"
#include "net/loop.h"
#include "tap.h"

enum { CHANGE_ROWS = 3000, CHANGE_FAULTS = 8 };

struct change_run {
	/* before; zero is the default */
	const char *service;
	int64_t timeout_ms, deadline_ms;
	int64_t last;
	int64_t since_ms;	/* 0: none */
	bool stops;		/* stop it right after the start */
	/* after */
	struct ir_arena arena;
	struct ir_ctx ctx;
	struct ir_conf conf;
	struct ir_change_look look;
	struct ir_change_source source;
	struct ir_deploy v[CHANGE_ROWS];
	size_t n;
	struct ir_change_fault faults[CHANGE_FAULTS];
	size_t n_faults;
	int done, started, rc;
	bool starting, wrong;	/* done from inside start(), or more than once */
	struct ir_err err;
};

static volatile sig_atomic_t change_signal;

void
ir_change_add(struct ir_change_source *s, const struct ir_deploy *d)
{
	struct change_run *r = s->look->arg;

	if (r->n < CHANGE_ROWS)
		r->v[r->n++] = *d;
	if (!d->h.service || (d->rollout && strchr(d->rollout, '@')) || !d->time_basis || d->h.time_ms == IR_TIME_NONE)
		r->wrong = true;
}

void
ir_change_fault(struct ir_change_source *s, const char *service, const char *subject, const struct ir_err *err)
{
	struct change_run *r = s->look->arg;

	if (r->n_faults < CHANGE_FAULTS)
		r->faults[r->n_faults++] = (struct ir_change_fault){ service, subject, *err };
}

void
ir_change_done(struct ir_change_source *s)
{
	struct change_run *r = s->look->arg;

	if (r->starting || r->done)
		r->wrong = true;
	r->done++;
}

static inline void
change_go(struct change_run *r, const struct ir_change_ops *ops, const char *lines)
{
	const char *text = ir_asprintf(&r->arena, "[deploy \"x\"]\n%s\n", lines);
	const struct ir_section *section;

	r->ctx = (struct ir_ctx){ .command = "test", .arena = &r->arena, .stop = &change_signal, .conf = &r->conf, .deadline_us = ir_mono_us() + (r->deadline_ms ? r->deadline_ms : 20000) * 1000,
		.timeout_ms = r->timeout_ms ? r->timeout_ms : 10000 };
	if (!ir_loop_new(&r->ctx, &r->err) || ir_conf_parse(&r->arena, &r->conf, "ir.conf", text, strlen(text), &r->err) < 0) {
		printf("Bail out! %s\n", r->err.msg);
		exit(1);
	}
	section = ir_conf_section(&r->conf, "deploy", "x");
	r->look = (struct ir_change_look){ .ctx = &r->ctx, .arg = r, .q = { .last = r->last, .since_ms = r->since_ms ? r->since_ms : IR_TIME_NONE, .until_ms = IR_TIME_NONE, .dir = "/" } };
	r->source = (struct ir_change_source){ .ops = ops, .section = section, .service = r->service, .origin = "ir.conf:1", .look = &r->look };
	r->rc = ops->check ? ops->check(&r->ctx, section, &r->err) : 0;
	if (r->rc < 0)
		return;
	r->starting = true;
	r->rc = ops->start(&r->source, &r->err);
	r->starting = false;
	r->started = r->rc == 0;
	if (r->started && r->stops)
		ops->stop(&r->source);
	if (r->started) {
		r->rc = ir_loop_run(r->ctx.loop, NULL, NULL);
		if (!r->done)
			ops->stop(&r->source);
	}
}

static inline const char *
change_or(const char *s)
{
	return s ? s : "-";
}

static inline const char *
change_rows(struct change_run *r)
{
	const char *all = "";
	char text[IR_TIME_MAX];

	for (size_t i = 0; i < r->n; i++) {
		const struct ir_deploy *d = &r->v[i];

		all = ir_asprintf(&r->arena, "%s%s %s %s %s %s %s %s%s\n", all, ir_time_format(text, d->h.time_ms), d->time_basis, d->h.service, change_or(d->change), change_or(d->revision),
		    change_or(d->version), change_or(d->outcome), d->current == 1 ? " current" : "");
	}
	return all;
}

static inline const char *
change_fault(struct change_run *r, size_t i)
{
	const struct ir_err *e = i < r->n_faults ? &r->faults[i].err : NULL;

	return !e ? "" : *e->hint ? ir_asprintf(&r->arena, "%s (%s)", e->msg, e->hint) : e->msg;
}

/* And what holds of every run. */
static inline void
change_end(struct change_run *r)
{
	OK(!r->wrong && r->done == (r->started && !r->stops && r->rc == 0), "it ends once, not from inside its start, and its rows are whole");
	ir_loop_free(r->ctx.loop);
	ir_arena_done(&r->arena);
	memset(r, 0, sizeof(*r));
}

#endif
