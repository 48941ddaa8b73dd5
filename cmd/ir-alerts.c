/* ir-alerts - tell what pages, and who has it: open alerts of every pager */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/help.h"
#include "cli/look.h"
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

/* Words that are asked for, sorted once all are there; found: something bears it. */
struct asked {
	struct ir_list words;
	bool *found;
};

struct run {
	struct ir_ctx *ctx;
	const struct ir_common *common;
	const struct opts *o;
	struct ir_place place;
	struct asked services, names, ids; /* the last two of alerts */
	struct ir_list known;              /* services of the compose file */
	struct ir_pager_look look;
	struct ir_alert_changes changes;
	struct ir_err *told; /* what was wrong with each pager in the turn before */
	bool first;
};

/* ---- what is asked for */

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Each word once: there may be as many as there are alerts. */
static void
settle(struct ir_arena *arena, struct asked *a)
{
	struct ir_list *l = &a->words;
	size_t n = 0;

	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_text);
	for (size_t i = 0; i < l->n; i++)
		if (n == 0 || strcmp(l->v[n - 1], l->v[i]) != 0)
			l->v[n++] = l->v[i];
	l->n = n;
	a->found = IR_NEW_N(arena, bool, n + 1);
}

static void
take_record(void *arg, const struct ir_rec *rec)
{
	struct run *r = arg;
	struct ir_arena *arena = r->ctx->arena;
	const char *service = ir_rec_str(rec, "service"), *target = ir_rec_str(rec, "target");

	if (rec->kind == &ir_kind_alert)
		ir_list_add(arena, &r->ids.words, ir_strdup(arena, ir_rec_str(rec, "id")));
	else if (strncmp(target, "alr-", 4) == 0)
		ir_list_add(arena, &r->ids.words, ir_strdup(arena, target));
	else if (*service)
		ir_list_add(arena, &r->services.words, ir_strdup(arena, service));
	else
		ir_trace(r->ctx, 0, "warning: %s is of no service: it says nothing about whose alerts are meant",
		    ir_rec_str(rec, "id"));
}

static int
take_operands(struct run *r, char **operands, struct ir_err *err)
{
	for (size_t i = 0; i < r->common->services.n; i++)
		ir_list_add(r->ctx->arena, &r->services.words, r->common->services.v[i]);
	for (; *operands; operands++) {
		const char *s = *operands;

		if (!*s)
			return ir_fail(err, IR_USAGE, "an empty operand names nothing");
		if (strcmp(s, "-") != 0 && !ir_id_valid(s, strlen(s)))
			ir_list_add(r->ctx->arena, &r->names.words, s);
		else if (ir_in_each(r->ctx, strcmp(s, "-") == 0 ? NULL : s, take_record, r, err) < 0)
			return -1;
	}
	settle(r->ctx->arena, &r->services);
	settle(r->ctx->arena, &r->names);
	settle(r->ctx->arena, &r->ids);
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

static size_t
place_of(const struct asked *a, const char *s)
{
	const char **at = a->words.n ? bsearch(&s, a->words.v, a->words.n, sizeof(*a->words.v), by_text) : NULL;

	return at ? (size_t)(at - a->words.v) : SIZE_MAX;
}

static bool
mark(struct asked *a, const char *s)
{
	size_t at = place_of(a, s);

	if (at != SIZE_MAX)
		a->found[at] = true;
	return at != SIZE_MAX;
}

/* Anything that was named is meant. */
static bool
is_meant(struct run *r, const struct ir_alert *a, const char *id)
{
	bool named = r->names.words.n + r->ids.words.n > 0;
	bool by_service = mark(&r->services, a->h.service);

	if (named && (mark(&r->names, a->name) || mark(&r->ids, id)))
		return r->common->services.n == 0 || by_service;
	return named ? by_service && r->common->services.n == 0 : r->services.words.n == 0 || by_service;
}

static bool
is_shown(const struct run *r, const struct ir_alert *a)
{
	int state = ir_name_index(state_words, a->state);

	if (r->o->states)
		return state < 0 || (r->o->states >> state & 1);
	return state != INHIBITED || r->ids.words.n + r->names.words.n > 0;
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

/* Of turns that go wrong in the same way the first is told. */
static bool
is_told(struct run *r, size_t at)
{
	const struct ir_err *now = &r->look.v[at].err;
	bool same = now->code == r->told[at].code && strcmp(now->msg, r->told[at].msg) == 0;

	if (!now->code && r->told[at].code)
		ir_trace(r->ctx, 0, "pager '%s' tells all again", r->look.v[at].name);
	r->told[at] = *now;
	return same;
}

static void
put_faults(struct run *r)
{
	for (size_t i = 0; i < r->look.n; i++) {
		const struct ir_pager *p = &r->look.v[i];

		if (is_told(r, i) || !p->err.code)
			continue;
		ir_out_error(r->ctx->out, &p->err, NULL, ir_asprintf(r->ctx->arena, "pager:%s", p->name));
		ir_out_incomplete(r->ctx->out);
	}
}

static bool
leaves_out(const struct ir_pager *p, const char *alert)
{
	for (size_t i = 0; i < p->n_left_out; i++)
		if (strcmp(p->alerts[p->n + i]->alert, alert) == 0)
			return true;
	return false;
}

/* A pager that did not answer says nothing of what is over; what pages somebody else now is not over. */
static bool
is_silent(void *arg, const char *pager, const char *alert)
{
	const struct run *r = arg;

	for (size_t i = 0; i < r->look.n; i++)
		if (strcmp(r->look.v[i].name, pager) == 0)
			return r->look.v[i].err.code || leaves_out(&r->look.v[i], alert);
	return true;
}

static void
on_progress(void *arg)
{
	const struct run *r = arg;

	if (isatty(STDERR_FILENO))
		ir_trace(r->ctx, 0, "asking %zu pager%s ...", r->look.n, r->look.n == 1 ? "" : "s");
}

static int
look(void *arg, struct ir_err *err)
{
	struct run *r = arg;
	struct ir_alert **v;
	size_t n;

	if (ir_pager_list(&r->look, err) < 0)
		return -1;
	n = gather(r, &v);
	if (r->common->watch)
		n = ir_alert_changes(&r->changes, r->ctx, &v, n, is_silent, r);
	put_faults(r);
	put(r, v, n);
	r->first = false;
	return 0;
}

/* ---- what was named and is not there */

static int
tell_missing(const struct run *r, const struct ir_list *named, const struct asked *asked, const char *what)
{
	int ret = IR_OK;

	for (size_t i = 0; i < named->n; i++) {
		struct ir_err err = IR_ERR_INIT;

		if (asked->found[place_of(asked, named->v[i])])
			continue;
		ir_fail(&err, IR_FINDING, "no open alert is %s '%s'", what, named->v[i]);
		ir_say(r->ctx, &err);
		ret = IR_FINDING;
	}
	return ret;
}

static int
run(struct ir_ctx *ctx, const struct ir_common *common, const void *arg, char **operands, struct ir_err *err)
{
	struct run r = { .ctx = ctx, .common = common, .o = arg, .first = true };
	struct ir_pager_query q = { .names = &r.o->pagers,
		.mine = r.o->mine,
		.services = &r.known,
		.progress = on_progress,
		.progress_arg = &r };
	int ret;

	if (!ir_loop_new(ctx, err) || take_operands(&r, operands, err) < 0)
		return -1;
	find_place(&r);
	if (ir_pager_begin(ctx, &q, &r.look, err) < 0)
		return -1;
	r.told = IR_NEW_N(ctx->arena, struct ir_err, r.look.n + 1);
	ret = common->watch ? ir_turns(ctx, common, 0, look, &r, err) : look(&r, err);
	ir_pager_done(&r.look);
	ir_alert_changes_done(&r.changes);
	if (ret < 0)
		return -1;
	ret = tell_missing(&r, &r.names.words, &r.names, "called");
	ret = ir_exit_worse(ret, tell_missing(&r, &r.ids.words, &r.ids, "known as"));
	return ir_exit_worse(ret, tell_missing(&r, &common->services, &r.services, "of service"));
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
