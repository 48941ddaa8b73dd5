/* ir-alerts - tell what pages, and who has it: open alerts of every pager */
#include <string.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/help.h"
#include "conf/suggest.h"
#include "net/loop.h"
#include "pager/changes.h"
#include "pager/pager.h"
#include "rec/emit.h"
#include "rec/read.h"
#include "runtime/place.h"
#include "service/service.h"

enum { FIRING, ACKED, SILENCED, INHIBITED };

static const char *const state_words[] = { "firing", "acked", "silenced", "inhibited", NULL };
static const char *const state_docs[] = { "nobody has it", "somebody has it", "silenced, but by nobody who has it",
	"kept quiet by another alert", NULL };
static const struct ir_values state_values = { .name = "state", .fixed = state_words, .docs = state_docs };

struct opts {
	bool mine;
	unsigned states;
	struct ir_list pagers;
	const char *project;
};

static const struct ir_opt opts[] = {
	IR_FLAG(struct opts, mine, 0, "mine", "only what pages me",
	    .more = "Alerts of pagers that do not tell whom they page, such as Alertmanager, are mine, too."),
	IR_CHOICES(struct opts, states, 0, "state", "STATE,...", &state_values, "only alerts in these states",
	    .more = "By default all but inhibited ones, which another alert keeps quiet.", .comma = true),
	IR_LIST(struct opts, pagers, 0, "pager", "NAME,...", "only these pagers of ir.conf", .comma = true),
	IR_STR(struct opts, project, 'p', "project", "NAME", "the environment is that of this compose project",
	    .more = "By default the project of the compose file in the working directory or above it."),
	IR_OPT_END
};

struct run {
	struct ir_ctx *ctx;
	struct ir_arena *whole; /* of the run, not the turn */
	const struct ir_common *common;
	const struct opts *o;
	struct ir_place place;
	struct ir_list services, known; /* asked for; known by the compose file */
	struct ir_list names, ids;      /* of alerts that are asked for */
	struct ir_list matched;         /* of all these, what something bears */
	struct ir_pager_look look;
	struct ir_alert_changes changes;
	bool first;
};

/* ---- what is asked for */

static void
take_record(struct run *r, const struct ir_rec *rec)
{
	struct ir_arena *arena = r->ctx->arena;
	const char *service = ir_rec_str(rec, "service"), *target = ir_rec_str(rec, "target");

	if (rec->kind == &ir_kind_alert)
		ir_list_add_once(arena, &r->ids, ir_strdup(arena, ir_rec_str(rec, "id")));
	else if (strncmp(target, "alr-", 4) == 0)
		ir_list_add_once(arena, &r->ids, ir_strdup(arena, target));
	else if (*service)
		ir_list_add_once(arena, &r->services, ir_strdup(arena, service));
	else
		ir_trace(r->ctx, 0, "warning: %s is of no service: it says nothing about whose alerts are meant",
		    ir_rec_str(rec, "id"));
}

static int
take_records(struct run *r, const char *handle, struct ir_err *err)
{
	struct ir_in in = { 0 };

	if ((handle ? ir_in_handle(r->ctx, handle, &in, err) : ir_in_read(r->ctx, STDIN_FILENO, &in, err)) < 0)
		return -1;
	for (size_t i = 0; i < in.n; i++)
		take_record(r, &in.v[i].rec);
	if (in.incomplete) {
		ir_trace(r->ctx, 0, "what was read is not complete: %s", in.why);
		ir_out_incomplete(r->ctx->out);
	}
	ir_in_done(&in);
	return 0;
}

static int
take_operands(struct run *r, char **operands, struct ir_err *err)
{
	for (size_t i = 0; i < r->common->services.n; i++)
		ir_list_add_once(r->ctx->arena, &r->services, r->common->services.v[i]);
	for (; *operands; operands++) {
		const char *s = *operands;

		if (!*s)
			return ir_fail(err, IR_USAGE, "an empty operand names nothing");
		if (strcmp(s, "-") != 0 && !ir_id_valid(s, strlen(s)))
			ir_list_add_once(r->ctx->arena, &r->names, s);
		else if (take_records(r, strcmp(s, "-") == 0 ? NULL : s, err) < 0)
			return -1;
	}
	return 0;
}

static void
find_place(struct run *r)
{
	ir_place_find(r->ctx, r->o->project, &r->place);
	r->ctx->env = r->place.env;
	for (size_t i = 0; r->place.has_compose && i < r->place.compose.n; i++)
		ir_list_add_once(
		    r->ctx->arena, &r->known, ir_service_of_compose(r->ctx->conf, r->place.compose.v[i].name));
}

/* ---- one look */

static bool
mark(struct run *r, const struct ir_list *asked, const char *s)
{
	if (!ir_list_has(asked, s))
		return false;
	/* the word that was asked for, since the alert is of this turn alone */
	for (size_t i = 0; i < asked->n; i++)
		if (strcmp(asked->v[i], s) == 0)
			ir_list_add_once(r->whole, &r->matched, asked->v[i]);
	return true;
}

/* Anything that was named is meant. */
static bool
is_meant(struct run *r, const struct ir_alert *a, const char *id)
{
	bool named = r->names.n + r->ids.n > 0;
	bool by_service = mark(r, &r->services, a->h.service);

	if (named && (mark(r, &r->names, a->name) || mark(r, &r->ids, id)))
		return r->common->services.n == 0 || by_service;
	return named ? by_service && r->common->services.n == 0 : r->services.n == 0 || by_service;
}

static bool
is_shown(const struct run *r, const struct ir_alert *a)
{
	int state = ir_name_index(state_words, a->state);

	if (r->o->states)
		return state < 0 || (r->o->states >> state & 1);
	return state != INHIBITED || r->ids.n + r->names.n > 0;
}

static int
by_time(const void *a, const void *b)
{
	const struct ir_alert *x = *(struct ir_alert *const *)a, *y = *(struct ir_alert *const *)b;

	int order = 0;

	if (x->h.time_ms != y->h.time_ms)
		return x->h.time_ms > y->h.time_ms ? -1 : 1;
	if (x->h.service && y->h.service)
		order = strcmp(x->h.service, y->h.service);
	if (order == 0 && x->h.subject && y->h.subject)
		order = strcmp(x->h.subject, y->h.subject);
	return order ? order : strcmp(x->alert, y->alert);
}

static size_t
gather(struct run *r, struct ir_alert ***ret)
{
	size_t n = 0, all = 0;

	for (size_t i = 0; i < r->look.n; i++)
		all += r->look.v[i].n;
	*ret = IR_NEW_N(r->ctx->arena, struct ir_alert *, all + 1);
	for (size_t i = 0; i < r->look.n; i++) {
		const struct ir_pager *p = &r->look.v[i];

		for (size_t k = 0; k < p->n; k++) {
			char id[IR_ID_MAX];

			ir_rec_id(&ir_kind_alert, p->alerts[k], r->ctx->env, r->ctx->run, id);
			if (is_meant(r, p->alerts[k], id))
				(*ret)[n++] = p->alerts[k];
		}
	}
	if (n)
		qsort(*ret, n, sizeof(**ret), by_time);
	return n;
}

enum { FLUSH_EVERY = 500 };

static void
put(struct run *r, struct ir_alert *const *v, size_t n)
{
	size_t quiet = 0;

	for (size_t i = 0; i < n; i++) {
		bool shown = is_shown(r, v[i]);

		quiet += !shown && strcmp(v[i]->state, state_words[INHIBITED]) == 0;
		if (shown)
			ir_out_row(r->ctx->out, &ir_kind_alert, v[i]);
		else
			ir_out_aside(r->ctx->out, &ir_kind_alert, v[i]);
		/* what is told needs no memory any more */
		if (i % FLUSH_EVERY == FLUSH_EVERY - 1)
			ir_out_flush(r->ctx->out);
	}
	ir_out_flush(r->ctx->out);
	if (quiet && !r->o->states && r->first && ir_out_terminal(r->ctx->out))
		ir_trace(r->ctx, 0, "%zu more %s kept quiet by other alerts: --state inhibited shows them", quiet,
		    quiet == 1 ? "is" : "are");
}

static void
put_faults(struct run *r)
{
	for (size_t i = 0; i < r->look.n; i++) {
		const struct ir_pager *p = &r->look.v[i];

		if (!p->err.code)
			continue;
		ir_out_error(r->ctx->out, &p->err, NULL, ir_asprintf(r->ctx->arena, "pager:%s", p->name));
		ir_out_incomplete(r->ctx->out);
	}
}

/* A pager that did not answer says nothing of what is over. */
static bool
is_silent(void *arg, const char *pager)
{
	const struct run *r = arg;

	for (size_t i = 0; i < r->look.n; i++)
		if (strcmp(r->look.v[i].name, pager) == 0)
			return r->look.v[i].err.code != 0;
	return true;
}

static int
look(struct run *r, struct ir_err *err)
{
	struct ir_alert **v;
	size_t n;

	if (ir_pager_list(&r->look, err) < 0)
		return -1;
	n = gather(r, &v);
	if (r->common->watch)
		n = ir_alert_changes(&r->changes, r->ctx, &v, n, is_silent, r);
	put_faults(r);
	put(r, v, n);
	return 0;
}

static int
watch(struct run *r, struct ir_err *err)
{
	struct ir_ctx *ctx = r->ctx;
	struct ir_arena *whole = ctx->arena, arena = { 0 };
	int ret = 0;

	while (ret == 0 && !*ctx->stop && !ir_out_closed(ctx->out)) {
		int64_t start = ir_mono_us();

		ctx->deadline_us = start + r->common->deadline_ms * 1000;
		ctx->arena = &arena;
		ret = look(r, err);
		ctx->arena = whole;
		ir_arena_done(&arena);
		r->first = false;
		if (ret == 0)
			ir_loop_sleep_until(ctx->loop, start + r->common->interval_ms * 1000);
	}
	return ret < 0 && *ctx->stop ? 0 : ret;
}

/* ---- what was named and is not there */

static int
tell_missing(const struct run *r, const struct ir_list *asked, const char *what)
{
	int ret = IR_OK;

	for (size_t i = 0; i < asked->n; i++) {
		struct ir_err err = IR_ERR_INIT;

		if (ir_list_has(&r->matched, asked->v[i]))
			continue;
		ir_fail(&err, IR_FINDING, "no open alert is %s '%s'", what, asked->v[i]);
		ir_say(r->ctx, &err);
		ret = IR_FINDING;
	}
	return ret;
}

static int
run(struct ir_ctx *ctx, const struct ir_common *common, const void *arg, char **operands, struct ir_err *err)
{
	struct run r = { .ctx = ctx, .whole = ctx->arena, .common = common, .o = arg, .first = true };
	struct ir_pager_query q = { .names = &r.o->pagers, .mine = r.o->mine, .services = &r.known };
	int ret;

	if (!ir_loop_new(ctx, err) || take_operands(&r, operands, err) < 0)
		return -1;
	find_place(&r);
	if (ir_pager_begin(ctx, &q, &r.look, err) < 0)
		return -1;
	ret = common->watch ? watch(&r, err) : look(&r, err);
	ir_pager_done(&r.look);
	ir_alert_changes_done(&r.changes);
	if (ret < 0)
		return -1;
	ret = tell_missing(&r, &r.names, "called");
	ret = ir_exit_worse(ret, tell_missing(&r, &r.ids, "known as"));
	return ir_exit_worse(ret, tell_missing(&r, &common->services, "of service"));
}

static const struct ir_kind *const kinds[] = { &ir_kind_alert, &ir_kind_error, &ir_kind_end, NULL };

static const struct ir_example examples[] = {
	{ "ir-alerts", "what pages now, and who has it" },
	{ "ir-alerts --state firing -s web", "what pages of web that nobody has yet" },
	{ "ir-alerts | grep checkout | ir-ack -m 'looking' -", "acknowledge what is about checkout" },
	{ "ir-alerts -w --interval 10s", "what begins, ends and is taken, as it happens" },
	{ NULL, NULL },
};

int
main(int argc, char **argv)
{
	static const struct ir_cmd cmd = {
		.name = "ir-alerts",
		.brief = "tell what pages, and who has it",
		.operands = "[NAME|HANDLE|- ...]",
		.operand_values = &ir_values_alert,
		.role = IR_SOURCE,
		.with = IR_WITH_OUTPUT | IR_WITH_STATUS | IR_WITH_DEADLINE | IR_WITH_WATCH | IR_WITH_SERVICE,
		.timeout = "4s",
		.opts = opts,
		.optsize = sizeof(struct opts),
		.kinds = kinds,
		.examples = examples,
		.run = run,
	};

	return ir_main(&cmd, argc, argv);
}
