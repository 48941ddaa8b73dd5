/* ir-suspect - which change did it */
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "cli/cmd.h"
#include "cli/help.h"
#include "cli/process.h"
#include "cli/siblings.h"
#include "conf/discover.h"
#include "incident/incident.h"
#include "net/loop.h"
#include "rec/emit.h"
#include "rec/read.h"
#include "runtime/place.h"
#include "service/service.h"
#include "suspect/row.h"

enum { RECENT_MAX = 5000, DAY_MS = 24 * 60 * 60 * 1000, LINES_MAX = 1 << 16 };

struct opts {
	const char *for_handle;
	int64_t onset_ms, top;
	bool explain, look;
};

static const struct ir_opt opts[] = {
	IR_STR(struct opts, for_handle, 0, "for", "HANDLE",
	    "ask about this incident, alert, pattern or check: it says when the trouble began",
	    .values = &ir_values_handle),
	IR_TIME(struct opts, onset_ms, 0, "onset", "the trouble began at TIME, give or take a minute",
	    .values = &ir_values_time),
	IR_FLAG(struct opts, explain, 0, "explain",
	    "say below each row what made it more or less likely, with the handles of the evidence",
	    .more = "Other formats than text have it in factors. The next command takes rows without it."),
	IR_FLAG(struct opts, look, 0, "look", "look anew first: run ir-deploys, ir-logs, ir-health and ir-deps",
	    .more = "Without operands that is done anyway when the journal knows of no trouble or of no change."),
	IR_INT(struct opts, top, 0, "top", "N", "print the N likeliest", 0, 1000000, .def = "10"),
	IR_OPT_END,
};

static const struct ir_kind *const kinds[] = { &ir_kind_suspect, &ir_kind_error, &ir_kind_end, NULL };

static const struct ir_example examples[] = {
	{ "ir-suspect", "which change did what is known to be wrong" },
	{ "cat deploys.json patterns.json | ir-suspect -", "the same from records of other runs" },
	{ "ir-suspect --explain --onset 02:10", "errors began at ten past two: why which change is suspected" },
	{ "ir-suspect --top 1 -j | ir-show -", "the likeliest whole" },
	{ NULL, NULL },
};

struct run {
	struct ir_ctx *ctx;
	const struct ir_common *common;
	const struct opts *o;
	struct ir_in in, asked;
	struct ir_gather gather;
	bool asked_about;
	int64_t incident_ms; /* the beginning of the open one */
};

/* ---- records in */

static void
warn_incomplete(const struct run *r)
{
	if (!r->in.incomplete)
		return;
	ir_out_incomplete(r->ctx->out);
	ir_trace(r->ctx, 0, "warning: the input is incomplete: %s", r->in.why);
}

/* What says nothing of changes or trouble goes on to the next reader. */
static void
take_input(struct run *r)
{
	bool json = strncmp(r->common->format, "json", 4) == 0;

	for (size_t i = 0; i < r->in.n; i++) {
		const struct ir_rec *rec = &r->in.v[i].rec;

		if (!ir_gather_record(&r->gather, rec->obj) && json)
			ir_out_pass(r->ctx->out, rec);
	}
	warn_incomplete(r);
}

static int
read_operands(struct run *r, char **operands, struct ir_err *err)
{
	for (; *operands; operands++) {
		int ret = strcmp(*operands, "-") == 0 ? ir_in_read(r->ctx, STDIN_FILENO, &r->in, err)
						      : ir_in_handle(r->ctx, *operands, &r->in, err);

		if (ret < 0)
			return -1;
	}
	return 0;
}

/* ---- the journal */

static int
take_recent(void *arg, const char *record, size_t len)
{
	struct run *r = arg;
	json_t *rec = json_loadb(record, len, 0, NULL);

	/* another environment's changes did nothing here */
	if (rec && strcmp(gather_str(rec, "env"), r->ctx->env) == 0)
		ir_gather_record(&r->gather, rec);
	json_decref(rec);
	return 0;
}

/* The one that was chosen, else the newest that is open. */
static int
find_incident(struct run *r, struct ir_err *err)
{
	const struct ir_incident *chosen = NULL;
	struct ir_incident *v;
	size_t n;

	if (r->ctx->incident)
		chosen = ir_incident_current(r->ctx, r->ctx->env, err);
	if (r->ctx->incident && !chosen)
		return -1;
	if (!chosen && ir_incident_all(r->ctx, r->ctx->env, true, &v, &n, err) < 0)
		return -1;
	if (!chosen && n)
		chosen = v;
	if (chosen)
		r->incident_ms = chosen->began_ms != IR_TIME_NONE ? chosen->began_ms : chosen->h.time_ms;
	return 0;
}

/* What is known of the incident that is open, from a day before it on; else of the last day. */
static int
read_journal(struct run *r, struct ir_err *err)
{
	static const char *const names[] = { "check", "pattern", "alert", "incident", "deploy", "migration", "switch",
		"commit", NULL };
	int64_t begin;

	if (!r->ctx->journal) {
		ir_fail(err, IR_BACKEND, "there is no journal to take records from");
		return ir_hint(err, "pipe them: ir-deploys -j | ir-suspect -");
	}
	if (find_incident(r, err) < 0)
		return -1;
	begin = r->incident_ms != IR_TIME_NONE && r->incident_ms < r->ctx->start_ms ? r->incident_ms : r->ctx->start_ms;
	r->gather.since_ms = begin - DAY_MS;
	for (size_t i = 0; names[i]; i++) {
		if (ir_journal_recent(r->ctx->journal, names[i], RECENT_MAX, take_recent, r, err) < 0)
			return -1;
	}
	return 0;
}

static bool has_trouble(const struct run *);

/* By those whose business it is; what they find is in the journal then. */
static int
look_anew(struct run *r, struct ir_err *err)
{
	struct ir_sibling v[] = { { .name = "ir-deploys" }, { .name = "ir-logs" }, { .name = "ir-health" },
		{ .name = "ir-deps" }, { .name = "ir-alerts" } };
	const size_t n = sizeof(v) / sizeof(v[0]);

	ir_trace(r->ctx, 0, "running ir-deploys, ir-logs, ir-health, ir-deps and ir-alerts first ...");
	if (!ir_loop_new(r->ctx, err) || ir_siblings_run(r->ctx, v, n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		/* 69: there is nothing of that kind here */
		if (v[i].status == IR_OK || v[i].status == IR_FINDING || v[i].status == IR_BACKEND)
			continue;
		ir_trace(r->ctx, 0, "warning: %s could not tell everything: run it to see why", v[i].name);
		ir_out_incomplete(r->ctx->out);
	}
	return 0;
}

/* What the journal remembers; when that is not enough to say anything, what is to be seen now. */
static int
take_journal(struct run *r, struct ir_err *err)
{
	bool asked = r->o->look;

	if (!r->ctx->journal || !asked) {
		if (read_journal(r, err) < 0)
			return -1;
		if ((has_trouble(r) || r->o->for_handle || r->o->onset_ms != IR_TIME_NONE) && r->gather.n_changes > 0)
			return 0;
	}
	if (look_anew(r, err) < 0)
		return -1;
	ir_gather_init(&r->gather, r->ctx->arena, ir_now_ms(), IR_TIME_NONE);
	return read_journal(r, err);
}

/* ---- what is asked about */

static int
ask_about(struct run *r, struct ir_err *err)
{
	const char *handle = r->o->for_handle;

	if (handle && ir_in_handle(r->ctx, handle, &r->asked, err) < 0)
		return -1;
	if (handle && r->asked.n > 0) {
		const struct ir_rec *rec = &r->asked.v[0].rec;

		if (ir_gather_onset_of(&r->gather, rec->obj) < 0)
			return ir_fail(err, IR_USAGE,
			    "'%s' tells of no trouble: it is no incident, alert, pattern or check with a time", handle);
		ir_gather_record(&r->gather, rec->obj);
		r->asked_about = true;
	}
	if (r->o->onset_ms != IR_TIME_NONE) {
		ir_gather_onset(&r->gather, r->o->onset_ms);
		r->asked_about = true;
	}
	return 0;
}

static void
take_edges(struct run *r)
{
	struct ir_compose compose = { 0 };
	struct ir_err err = IR_ERR_INIT;

	if (ir_compose_find(r->ctx->arena, ".", &compose, &err) <= 0)
		return;
	for (size_t i = 0; i < compose.n; i++) {
		const char *from = ir_service_of_compose(r->ctx->conf, compose.v[i].name);

		for (size_t k = 0; k < compose.v[i].depends.n; k++)
			ir_gather_edge(
			    &r->gather, from, ir_service_of_compose(r->ctx->conf, compose.v[i].depends.v[k]));
	}
}

/* ---- out */

static void
say_factors(struct run *r, const struct ir_suspect *row)
{
	struct ir_buf safe;

	ir_out_flush(r->ctx->out);
	ir_buf_init(&safe, LINES_MAX);
	for (size_t i = 0; i < row->factors.n; i++) {
		ir_buf_adds(&safe, "  ");
		ir_utf8_escape(&safe, row->factors.v[i], strlen(row->factors.v[i]));
		ir_buf_addc(&safe, '\n');
	}
	ir_process_write(STDOUT_FILENO, safe.data, safe.len);
	ir_buf_done(&safe);
}

static bool
is_shown(const struct run *r, enum ir_status status)
{
	return r->common->only == 0 || (r->common->only & (1u << status));
}

static void
print(struct run *r, const struct ir_suspect_answer *answer)
{
	bool text = strcmp(r->common->format, "text") == 0;

	for (size_t i = 0; i < answer->n && !*r->ctx->stop; i++) {
		struct ir_suspect row;

		ir_suspect_row(r->ctx->arena, &r->gather, answer, i, &row);
		if ((int64_t)i >= r->o->top) {
			ir_out_aside(r->ctx->out, &ir_kind_suspect, &row);
			continue;
		}
		ir_out_row(r->ctx->out, &ir_kind_suspect, &row);
		if (text && r->o->explain && is_shown(r, row.h.status))
			say_factors(r, &row);
	}
	if (answer->outside > 0)
		ir_trace(r->ctx, 0, "%zu change%s so long before or after that nothing can be said of %s",
		    answer->outside, answer->outside == 1 ? " lies" : "s lie", answer->outside == 1 ? "it" : "them");
	if (r->gather.no_time > 0)
		ir_trace(r->ctx, 0, "warning: %zu change%s left out, for want of a time", r->gather.no_time,
		    r->gather.no_time == 1 ? " is" : "s are");
}

/* ---- what is missing */

static int
nothing(struct run *r, const char *what, const char *hint)
{
	struct ir_err err = IR_ERR_INIT;

	ir_fail(&err, IR_INCOMPLETE, "%s", what);
	ir_hint(&err, "%s", hint);
	ir_say(r->ctx, &err);
	ir_out_incomplete(r->ctx->out);
	return IR_INCOMPLETE;
}

static bool
has_trouble(const struct run *r)
{
	const struct ir_gather *g = &r->gather;

	return g->n_series > 0 || g->n_marks > 0;
}

static int
judge(struct run *r)
{
	struct ir_suspect_answer answer;
	struct ir_suspect_case c;

	take_edges(r);
	ir_gather_since(&r->gather, r->ctx->journal);
	ir_gather_finish(&r->gather, &c);
	if (!has_trouble(r) && r->gather.n_failing == 0 && r->gather.looked_at > 0) {
		ir_trace(r->ctx, 0, "nothing is wrong in %zu record%s of checks, patterns, alerts and incidents",
		    r->gather.looked_at, r->gather.looked_at == 1 ? "" : "s");
		return IR_OK;
	}
	if (!has_trouble(r))
		return nothing(r, "nothing tells when trouble began",
		    "say --onset TIME, or let [logs] of ir.conf name what to read");
	if (c.n_changes == 0)
		return nothing(r, "no change is known", "let the deploy script say so: ir-deploys record SERVICE");
	ir_suspect_rank(r->ctx->arena, &c, &answer);
	print(r, &answer);
	return IR_OK;
}

static int
run(struct ir_ctx *ctx, const struct ir_common *common, const void *arg, char **operands, struct ir_err *err)
{
	struct run r = { .ctx = ctx, .common = common, .o = arg, .incident_ms = IR_TIME_NONE };
	struct ir_place place;
	int ret;

	ir_place_find(ctx, NULL, &place);
	ctx->env = place.env;
	if (*operands && r.o->look) {
		ir_fail(err, IR_USAGE, "'--look' is for a run without operands");
		return ir_hint(err, "drop '--look', or the operands");
	}
	ir_gather_init(&r.gather, ctx->arena, ctx->start_ms, IR_TIME_NONE);
	ret = *operands ? read_operands(&r, operands, err) : take_journal(&r, err);
	if (ret == 0 && *operands)
		take_input(&r);
	if (ret == 0)
		ret = ask_about(&r, err);
	if (ret == 0)
		ret = judge(&r);
	ir_in_done(&r.in);
	ir_in_done(&r.asked);
	return ret;
}

int
main(int argc, char **argv)
{
	static const struct ir_cmd cmd = {
		.name = "ir-suspect",
		.brief = "tell which change did it",
		.operands = "[HANDLE|- ...]",
		.operand_values = &ir_values_handle,
		.role = IR_FILTER,
		.with = IR_WITH_OUTPUT | IR_WITH_STATUS | IR_WITH_DEADLINE,
		.timeout = "10s",
		.deadline = "30s",
		.opts = opts,
		.optsize = sizeof(struct opts),
		.kinds = kinds,
		.examples = examples,
		.run = run,
	};

	return ir_main(&cmd, argc, argv);
}
