/* ir-timeline - what happened, in the order of time */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "cli/cmd.h"
#include "cli/help.h"
#include "cli/pager.h"
#include "conf/conf.h"
#include "incident/audit.h"
#include "incident/timeline.h"
#include "rec/emit.h"
#include "rec/shared.h"
#include "runtime/place.h"
#include "service/service.h"

enum { HOUR_MS = 60 * 60 * 1000, DAY_MS = 24 * HOUR_MS, FILES_MAX = 200, FOLLOW_MS = 1000, WIDE = 100 };

struct opts {
	int64_t before_ms;
	bool all, verify;
	const char *head, *redact, *reason;
};

static const struct ir_opt opts[] = {
	IR_FLAG(struct opts, all, 0, "all", "every observation as it was made, nothing folded"),
	IR_MS(struct opts, before_ms, 0, "before",
	    "what happened up to DURATION before an incident began belongs to it", .def = "1h", .min = 1,
	    .max = (int64_t)365 * DAY_MS),
	IR_FLAG(struct opts, verify, 0, "verify",
	    "check the chain of the journal, or of files, and say the first bad line"),
	IR_STR(struct opts, head, 0, "head", "HEX", "with --verify: is the line with this hash in it?",
	    .more = "The first 12 digits or more of a head that was posted to a channel or a ticket. All up to that "
		    "line is then as it was when it was posted; when it is not found, "
		    "the end was cut off or the journal was written anew."),
	IR_STR(struct opts, redact, 0, "redact", "HANDLE",
	    "take the text of this record out of the journal for ever; needs -m",
	    .more = "All of its observations, or those with a time between -S and -U. The chain still holds, and a "
		    "note says who did it and why.",
	    .values = &ir_values_handle),
	IR_STR(struct opts, reason, 'm', "message", "TEXT", "with --redact: why"),
	IR_OPT_END,
};

static const struct ir_example examples[] = {
	{ "ir-timeline", "what happened in the open incident" },
	{ "ir-timeline ana.jsonl ben.jsonl", "the journals of two people as one" },
	{ "ir-timeline -S 02:00 -U 03:00 | grep web | ir-show -", "what concerned web in that hour, whole" },
	{ "ir-timeline --verify --head 1a453a469fe6", "whether what was posted is still there, unchanged" },
	{ NULL, NULL },
};

struct run {
	struct ir_ctx *ctx;
	const struct ir_common *common;
	const struct opts *o;
	struct ir_list handles;
	struct ir_timeline_file files[FILES_MAX];
	size_t n_files;
	struct ir_incident incidents[IR_TIMELINE_INCIDENTS];
	size_t n_incidents;
	int64_t since_ms;
	const char *env; /* of which, when no incident is meant; NULL: any */
	struct ir_timeline *tl;
	struct ir_journal_at at;
	uint64_t shared_seq; /* that was read of the shared journal */
	bool people;         /* the format is for them */
	size_t shown, read_bad;
};

/* ---- operands */

static int
add_file(struct run *r, const char *name, struct ir_err *err)
{
	if (r->n_files == FILES_MAX)
		return ir_fail(err, IR_USAGE, "more than %d files", FILES_MAX);
	if (ir_timeline_open(r->ctx, name, &r->files[r->n_files], err) < 0)
		return -1;
	r->n_files++;
	return 0;
}

static int
take_operands(struct run *r, char **operands, struct ir_err *err)
{
	for (; *operands; operands++) {
		const char *s = *operands;

		if (!ir_id_valid(s, strlen(s))) {
			if (add_file(r, s, err) < 0)
				return -1;
		} else if (strncmp(s, "inc-", 4) == 0) {
			ir_list_add_once(r->ctx->arena, &r->handles, s);
		} else {
			ir_fail(err, IR_USAGE, "'%s' is no handle of an incident", s);
			return ir_hint(err, "see one record with ir-show %s; a file of that name is ./%s", s, s);
		}
	}
	if (r->ctx->incident)
		ir_list_add_once(r->ctx->arena, &r->handles, r->ctx->incident);
	return 0;
}

/* ---- which incident */

static int
add_incident(struct run *r, const struct ir_incident *i, struct ir_err *err)
{
	if (r->n_incidents == IR_TIMELINE_INCIDENTS)
		return ir_fail(err, IR_USAGE, "more than %d incidents", IR_TIMELINE_INCIDENTS);
	r->incidents[r->n_incidents++] = *i;
	return 0;
}

/* As the files have it, else the journal. */
static int
find_incident(struct run *r, const char *handle, struct ir_err *err)
{
	struct ir_incident *i = ir_timeline_incident(r->ctx->arena, handle, r->files, r->n_files, err);

	if (i || err->code)
		return i ? add_incident(r, i, err) : -1;
	r->ctx->incident = handle;
	i = ir_incident_current(r->ctx, NULL, err);
	return i ? add_incident(r, i, err) : -1;
}

static int
need_journal(const struct run *r, struct ir_err *err)
{
	if (r->ctx->journal)
		return 0;
	ir_fail(err, IR_BACKEND, "there is no journal to take records from");
	return ir_hint(err, "give files, or '-' to read records from standard input");
}

/* NULL: none was closed within a day. */
static const struct ir_incident *
last_closed(struct run *r)
{
	struct ir_err err = IR_ERR_INIT;
	const struct ir_incident *ret = NULL;
	struct ir_incident *v;
	size_t n;

	if (ir_incident_all(r->ctx, r->env, false, &v, &n, &err) < 0)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (v[i].closed_ms != IR_TIME_NONE && v[i].closed_ms >= r->ctx->start_ms - DAY_MS &&
		    (!ret || v[i].closed_ms > ret->closed_ms))
			ret = &v[i];
	}
	return ret;
}

/* Nothing was said: the open incident, else the last one, else the last hour. */
static int
choose(struct run *r, struct ir_err *err)
{
	struct ir_place place;
	const struct ir_incident *i;
	char age[IR_NUM_MAX];

	if (need_journal(r, err) < 0)
		return -1;
	if (!r->ctx->env) {
		ir_place_find(r->ctx, NULL, &place);
		r->ctx->env = place.env;
	}
	r->env = r->ctx->env;
	if (r->common->since_ms != IR_TIME_NONE || r->common->until_ms != IR_TIME_NONE)
		return 0;
	i = ir_incident_current(r->ctx, r->env, err);
	if (i || err->code)
		return i ? add_incident(r, i, err) : -1;
	i = last_closed(r);
	if (i) {
		ir_trace(r->ctx, 0, "no incident is open: this is %s '%s', closed %s ago", i->h.id,
		    i->title ? i->title : "", ir_format_age(age, r->ctx->start_ms - i->closed_ms));
		return add_incident(r, i, err);
	}
	ir_trace(r->ctx, 0, "no incident is open: this is the last hour of '%s'; -S says from when on", r->env);
	r->since_ms = r->ctx->start_ms - HOUR_MS;
	return 0;
}

static int
find_all(struct run *r, struct ir_err *err)
{
	for (size_t i = 0; i < r->handles.n; i++) {
		if (find_incident(r, r->handles.v[i], err) < 0)
			return -1;
	}
	return r->handles.n == 0 && r->n_files == 0 ? choose(r, err) : 0;
}

/* ---- records in */

static void
say_bad(struct run *r, const struct ir_timeline_file *f)
{
	if (f->bad > 0)
		ir_trace(r->ctx, 0, "warning: %s:%llu: no record%s", f->name, (unsigned long long)f->first_bad,
		    f->bad > 1
			? ir_asprintf(r->ctx->arena, ", nor are %llu lines after it", (unsigned long long)f->bad - 1)
			: "");
	if (f->torn) {
		ir_trace(r->ctx, 0, "warning: %s: the last line is unfinished: what wrote it was cut short", f->name);
		ir_out_incomplete(r->ctx->out);
	}
	r->read_bad += f->bad > 0;
}

static int
take_files(struct run *r, struct ir_err *err)
{
	struct ir_list ids = { 0 };

	for (size_t i = 0; i < r->n_files && !*r->ctx->stop; i++) {
		if (ir_timeline_file(r->tl, &r->files[i], err) < 0)
			return -1;
		say_bad(r, &r->files[i]);
	}
	ir_timeline_wanted(r->tl, &ids);
	if (ids.n == 0)
		return 0;
	ir_timeline_again(r->tl);
	for (size_t i = 0; i < r->n_files && !*r->ctx->stop; i++) {
		if (ir_timeline_file(r->tl, &r->files[i], err) < 0)
			return -1;
	}
	return 0;
}

/* From when on the journal has to be read. */
static int64_t
earliest(const struct run *r)
{
	int64_t from = r->since_ms;

	for (size_t i = 0; i < r->n_incidents && r->common->since_ms == IR_TIME_NONE; i++) {
		const struct ir_incident *in = &r->incidents[i];
		int64_t began =
		    in->began_ms != IR_TIME_NONE && in->began_ms < in->h.time_ms ? in->began_ms : in->h.time_ms;

		if (began != IR_TIME_NONE && (from == IR_TIME_NONE || began - r->o->before_ms < from))
			from = began - r->o->before_ms;
	}
	return from;
}

static int
take_row(void *arg, const struct ir_shared_row *row)
{
	struct run *r = arg;

	if (row->record)
		ir_timeline_take(r->tl, row->record, row->len);
	return ir_timeline_full(r->tl) || (r->ctx->stop && *r->ctx->stop);
}

/* What others did. Some time before, since what a host could not share at once came later. */
static void
take_shared(struct run *r)
{
	struct ir_err err = IR_ERR_INIT;
	uint64_t after = 0;
	int64_t from = earliest(r);

	if (!ir_shared_is(r->ctx))
		return;
	ir_timeline_source(r->tl);
	if (ir_shared_last(r->ctx, &r->shared_seq, &err) == 0 &&
	    (from == IR_TIME_NONE || ir_shared_since(r->ctx, from - HOUR_MS, &after, &err) == 0) &&
	    ir_shared_read(r->ctx, after, r->shared_seq, take_row, r, &err) == 0)
		return;
	ir_trace(r->ctx, 0, "warning: what others did may be missing: the shared journal cannot be read: %s", err.msg);
	ir_out_incomplete(r->ctx->out);
}

static int
take_journal(struct run *r, struct ir_err *err)
{
	if (need_journal(r, err) < 0 || ir_timeline_journal(r->tl, r->ctx->journal, earliest(r), &r->at, err) < 0)
		return -1;
	take_shared(r);
	return ir_timeline_referred(r->tl, r->ctx->journal, err);
}

/* ---- events out */

static void
show(struct run *r, const struct ir_timeline_event *ev)
{
	struct ir_rec rec = { .line = ev->line, .len = ev->len, .obj = json_loadb(ev->line, ev->len, 0, NULL) };
	bool plus = r->people && ir_out_width(r->ctx->out) >= WIDE && r->n_incidents == 1;

	rec.kind = ir_kind_find(ir_rec_str(&rec, "kind"));
	if (!rec.obj || (ev->again && !r->people) || (r->people && !r->o->all && ir_timeline_quiet(rec.obj)) ||
	    !ir_service_wanted(&r->common->services, ir_rec_str(&rec, "service"))) {
		json_decref(rec.obj);
		return;
	}
	if (r->people) {
		json_t *shown = ir_timeline_shown(ev, rec.obj, plus ? r->incidents[0].h.time_ms : IR_TIME_NONE);

		json_decref(rec.obj);
		rec.obj = shown;
	}
	ir_out_pass(r->ctx->out, &rec);
	json_decref(rec.obj);
	r->shown++;
}

static void
show_ends(struct run *r)
{
	struct ir_list lines = { 0 };

	ir_timeline_ends(r->tl, &lines);
	for (size_t i = 0; i < lines.n; i++) {
		struct ir_rec rec = { .kind = &ir_kind_end, .line = lines.v[i], .len = strlen(lines.v[i]) };

		rec.obj = json_loadb(rec.line, rec.len, 0, NULL);
		if (rec.obj)
			ir_out_pass(r->ctx->out, &rec);
		json_decref(rec.obj);
	}
}

static void
say_hosts(struct run *r)
{
	const struct ir_list *hosts = ir_timeline_hosts(r->tl);

	if (hosts->n > 1)
		ir_trace(r->ctx, 0, "records of %zu hosts (%s): their clocks may differ, and nothing is corrected",
		    hosts->n, ir_list_join(r->ctx->arena, hosts, "", ", "));
}

static void
show_all(struct run *r)
{
	const struct ir_timeline_event *v;
	size_t n;

	ir_timeline_events(r->tl, &v, &n);
	if (n > 0 && !r->common->follow)
		ir_pager_start(r->ctx);
	for (size_t i = 0; i < n && !*r->ctx->stop; i++)
		show(r, &v[i]);
	show_ends(r);
	ir_out_flush(r->ctx->out);
	say_hosts(r);
	if (ir_timeline_full(r->tl)) {
		ir_trace(r->ctx, 0,
		    "warning: more than %d records or %d MiB: the rest is left out; narrow it with -S and -U",
		    IR_TIMELINE_RECORDS, IR_TIMELINE_BYTES >> 20);
		ir_out_incomplete(r->ctx->out);
	}
}

static int
show_new(void *arg, const char *record, size_t len)
{
	struct run *r = arg;
	struct ir_timeline_event ev;

	if (ir_timeline_follow(r->tl, record, len, &ev) > 0)
		show(r, &ev);
	return 0;
}

static int
show_row(void *arg, const struct ir_shared_row *row)
{
	struct run *r = arg;

	if (row->record)
		show_new(r, row->record, row->len);
	ir_out_flush(r->ctx->out);
	return ir_out_closed(r->ctx->out);
}

/* Until interrupted, or nobody reads any more. What is shared comes from there, our own, too. */
static int
follow(struct run *r, struct ir_err *err)
{
	struct ir_timeline_feed feed = { .next = ir_timeline_local, .journal = r->ctx->journal, .at = r->at };

	if (ir_shared_is(r->ctx))
		return ir_shared_follow(r->ctx, r->shared_seq, show_row, r, err);
	while (!*r->ctx->stop && !ir_out_closed(r->ctx->out)) {
		if (feed.next(&feed, FOLLOW_MS, show_new, r, err) < 0)
			return -1;
		ir_out_flush(r->ctx->out);
	}
	return 0;
}

static int
tell(struct run *r, struct ir_err *err)
{
	struct ir_timeline_opts o = {
		.incidents = r->incidents,
		.n = r->n_incidents,
		.env = r->env,
		.since_ms = r->since_ms,
		.until_ms = r->common->until_ms,
		.before_ms = r->o->before_ms,
		.all = r->o->all,
		.ends = strncmp(r->common->format, "json", 4) == 0,
	};
	int ret;

	r->tl = ir_timeline_new(r->ctx->arena, &o);
	ret = r->n_files > 0 ? take_files(r, err) : take_journal(r, err);
	if (ret == 0)
		show_all(r);
	if (ret == 0 && r->common->follow)
		ret = follow(r, err);
	ir_timeline_done(r->tl);
	if (ret < 0)
		return -1;
	if (r->read_bad > 0)
		return IR_DATA;
	return r->shown == 0 && (r->common->services.n > 0 || r->handles.n > 0) ? IR_FINDING : IR_OK;
}

/* ---- run */

static int
check_options(const struct run *r, struct ir_err *err)
{
	if (r->common->follow && r->n_files > 0)
		return ir_fail(err, IR_USAGE, "only the journal can be followed, not files");
	if (r->o->head && !r->o->verify)
		return ir_fail(err, IR_USAGE, "--head is of use with --verify only");
	if (r->o->reason && !r->o->redact)
		return ir_fail(err, IR_USAGE, "-m is of use with --redact only");
	if (r->o->verify && r->o->redact)
		return ir_fail(err, IR_USAGE, "--verify and --redact are two things");
	return 0;
}

static void
close_files(struct run *r)
{
	for (size_t i = 0; i < r->n_files; i++)
		ir_close_p(&r->files[i].fd);
}

static int
do_it(struct run *r, char **operands, struct ir_err *err)
{
	if (r->o->redact && *operands)
		return ir_fail(err, IR_USAGE, "only the journal is redacted, not '%s'", *operands);
	if (take_operands(r, operands, err) < 0 || check_options(r, err) < 0)
		return -1;
	if (r->o->redact)
		return ir_audit_redact(
		    r->ctx, r->o->redact, r->common->since_ms, r->common->until_ms, r->o->reason, err);
	if (r->o->verify)
		return ir_audit_verify(r->ctx, r->files, r->n_files, r->o->head, r->common->format, err);
	return find_all(r, err) < 0 ? -1 : tell(r, err);
}

static int
run(struct ir_ctx *ctx, const struct ir_common *common, const void *arg, char **operands, struct ir_err *err)
{
	struct run *r = IR_NEW(ctx->arena, struct run);
	int ret;

	r->ctx = ctx;
	r->common = common;
	r->o = arg;
	r->since_ms = common->since_ms;
	r->people = strcmp(common->format, "text") == 0 || strcmp(common->format, "tsv") == 0;
	ret = do_it(r, operands, err);
	close_files(r);
	return ret;
}

int
main(int argc, char **argv)
{
	static const struct ir_cmd cmd = {
		.name = "ir-timeline",
		.brief = "what happened, in the order of time",
		.operands = "[INCIDENT|FILE|- ...]",
		.operand_values = &ir_values_incident,
		.role = IR_FILTER,
		.with = IR_WITH_OUTPUT | IR_WITH_PAGER | IR_WITH_SERVICE | IR_WITH_SINCE | IR_WITH_FOLLOW,
		.opts = opts,
		.optsize = sizeof(struct opts),
		.examples = examples,
		.run = run,
	};

	return ir_main(&cmd, argc, argv);
}
