/* change - something happens to an incident: journalled, told to the ticket and the channels */
#include "incident/change.h"

#include <string.h>

#include "rec/emit.h"

enum { HEAD_DIGITS = 12 };

/* ---- the plan */

static struct ir_action *
add_step(struct ir_incident_change *c, const char *verb, const char *backend, const char *summary)
{
	struct ir_action *a = ir_plan_add(&c->work);

	a->verb = verb;
	a->target = c->incident->h.id;
	ir_list_add(c->work.ctx->arena, &a->h.refs, c->incident->h.id);
	a->backend = backend;
	a->h.subject = ir_asprintf(c->work.ctx->arena, "%s:%s", verb, backend);
	a->h.summary = summary;
	return a;
}

static bool
closes(const struct ir_incident_change *c)
{
	return c->event && strcmp(c->event, "closed") == 0;
}

static const char *
ticket_verb(const struct ir_incident_change *c)
{
	if (!c->incident->ticket)
		return "open the ticket";
	return closes(c) ? "close the ticket" : "comment on the ticket";
}

static void
prepare(struct ir_incident_change *c, struct ir_ctx *ctx)
{
	struct ir_incident *i = c->incident;
	char id[IR_ID_MAX];

	i->event = c->event;
	i->message = c->message;
	i->who = ctx->who;
	i->h.env = i->h.env ? i->h.env : ctx->env;
	i->h.status = i->state && strcmp(i->state, "closed") == 0 ? IR_STATUS_OK : IR_STATUS_FAIL;
	ir_rec_id(&ir_kind_incident, i, ctx->env, ctx->run, id);
	i->h.id = ir_strdup(ctx->arena, id);
	i->h.service = i->services.n ? i->services.v[0] : NULL;
	i->h.subject = ir_asprintf(ctx->arena, "incident:%s", i->h.env);
	i->h.summary = ir_incident_summary(ctx->arena, i);
}

int
ir_incident_change_begin(struct ir_incident_change *c, struct ir_ctx *ctx, struct ir_err *err)
{
	const char *what = c->event ? c->event : "note";

	prepare(c, ctx);
	ir_plan_begin(&c->work, ctx, what, c->message);
	add_step(c, what, "journal", ir_asprintf(ctx->arena, "%s: %s", what, c->incident->title));
	if (!c->no_ticket && ir_ticket_configured(ctx->conf))
		add_step(c, "ticket", "ticket", ticket_verb(c));
	if (c->no_post)
		return 0;
	if (ir_channel_begin(ctx, c->channels, &c->to, err) < 0)
		return -1;
	c->posts = true;
	for (size_t i = 0; i < c->to.n; i++)
		add_step(c, "post", c->to.v[i].name, ir_incident_headline(ctx->arena, c->incident, c->event));
	return 0;
}

int
ir_incident_change_show(struct ir_incident_change *c)
{
	return ir_plan_show(&c->work);
}

/* ---- the doing */

static struct ir_action *
find_step(struct ir_incident_change *c, const char *verb, const char *backend)
{
	for (size_t i = 0; i < c->work.n; i++)
		if (strcmp(c->work.v[i]->verb, verb) == 0 && strcmp(c->work.v[i]->backend, backend) == 0)
			return c->work.v[i];
	return NULL;
}

static int
journal_it(struct ir_incident_change *c, struct ir_err *err)
{
	struct ir_out *out = c->work.ctx->out;

	if (c->note)
		ir_out_row(out, &ir_kind_note, c->note);
	else
		ir_out_row(out, &ir_kind_incident, c->incident);
	return ir_out_sync(out, err);
}

static enum ir_status
status_of(enum ir_channel_outcome outcome)
{
	return outcome == IR_CHANNEL_SENT      ? IR_STATUS_DONE
	       : outcome == IR_CHANNEL_UNCLEAR ? IR_STATUS_UNKNOWN
					       : IR_STATUS_FAILED;
}

/* One request to the ticket system; false: it did not go well, as the action then says. */
static bool
ask_ticket(struct ir_incident_change *c, struct ir_action *a, enum ir_ticket_verb verb)
{
	struct ir_ctx *ctx = c->work.ctx;
	struct ir_ticket_result res = { 0 };
	struct ir_err err = IR_ERR_INIT;
	struct ir_ticket_job job = { .verb = verb,
		.ticket = c->incident->ticket,
		.title = ir_incident_headline(ctx->arena, c->incident, c->event),
		.key = c->incident->h.id,
		/* an earlier run was to open it, and does not know whether it did */
		.repeat = !c->event || strcmp(c->event, "opened") != 0 };

	job.text = ir_ticket_escape(ctx->arena, ir_incident_story(ctx->arena, c, ir_now_ms()));
	if (ir_ticket_do(ctx, &job, &res, &err) < 0) {
		a->h.status = IR_STATUS_FAILED;
		a->reason = ir_strdup(ctx->arena, err.msg);
	} else {
		a->h.status = status_of(res.outcome);
		a->reason = res.why;
		a->hold = res.ticket ? res.ticket : job.ticket;
	}
	return a->h.status == IR_STATUS_DONE;
}

/* Returns whether the incident knows more now. */
static bool
do_ticket(struct ir_incident_change *c)
{
	struct ir_arena *arena = c->work.ctx->arena;
	struct ir_action *a = find_step(c, "ticket", "ticket");
	bool opens = !c->incident->ticket, well;

	if (!a)
		return false;
	well = ask_ticket(c, a, opens ? IR_TICKET_OPEN : IR_TICKET_COMMENT);
	if (well && opens)
		c->incident->ticket = a->hold;
	if (well && closes(c) && c->incident->ticket)
		well = ask_ticket(c, a, IR_TICKET_CLOSE);
	a->h.summary = well ? ir_asprintf(arena, "%s: %s",
				  closes(c) ? "closed"
				  : opens   ? "opened"
					    : "told",
				  a->hold)
			    : ir_asprintf(arena, "%s: %s", ticket_verb(c), a->reason ? a->reason : "failed");
	return well && opens;
}

/* Who reads it can later hold the journal against it. */
static const char *
footer(struct ir_ctx *ctx)
{
	char head[IR_SHA_HEX];
	uint64_t seq;

	if (ir_journal_head(ctx->journal, &seq, head, NULL) < 0 || seq == 0)
		return NULL;
	return ir_asprintf(ctx->arena, "record %llu · %.*s", (unsigned long long)seq, HEAD_DIGITS, head);
}

static void
tell_post(struct ir_incident_change *c, struct ir_action *a, const struct ir_channel_result *r)
{
	struct ir_arena *arena = c->work.ctx->arena;
	bool is_file = r->url && *r->url == '/';

	a->h.status = status_of(r->outcome);
	a->reason = r->why;
	a->hold = r->thread;
	if (r->outcome == IR_CHANNEL_SENT)
		a->h.summary = ir_asprintf(arena, "%s: %s%s%s", r->resent ? "sent, which had failed before" : "sent",
		    r->title, is_file ? ", in " : "", is_file ? r->url : "");
	else
		a->h.summary = ir_asprintf(arena, "%s%s: %s%s",
		    r->aside  ? "set aside as "
		    : r->kept ? "kept, and sent by the next run: "
			      : "",
		    r->aside ? r->file : "", r->title, r->why ? ir_asprintf(arena, ": %s", r->why) : "");
}

/* Threads of this incident that are new. */
static bool
take_thread(struct ir_incident_change *c, const struct ir_channel_result *r)
{
	struct ir_arena *arena = c->work.ctx->arena;
	const char *begin = ir_asprintf(arena, "%s=", r->channel);

	if (r->outcome != IR_CHANNEL_SENT || !r->thread || !r->incident || strcmp(r->incident, c->incident->h.id) != 0)
		return false;
	for (size_t i = 0; i < c->incident->threads.n; i++)
		if (strncmp(c->incident->threads.v[i], begin, strlen(begin)) == 0)
			return false;
	ir_list_add(arena, &c->incident->threads, ir_asprintf(arena, "%s%s", begin, r->thread));
	return true;
}

static bool
take_results(struct ir_incident_change *c, const char *key, const struct ir_channel_result *v, size_t n)
{
	bool more = false;

	for (size_t i = 0; i < n; i++) {
		bool own = v[i].key && strcmp(v[i].key, key) == 0;
		struct ir_action *a = own ? find_step(c, "post", v[i].channel) : NULL;

		if (!a)
			a = add_step(c, "post", v[i].channel, NULL);
		tell_post(c, a, &v[i]);
		more |= take_thread(c, &v[i]);
	}
	return more;
}

static void
fail_posts(struct ir_incident_change *c, const struct ir_err *err)
{
	for (size_t i = 0; i < c->work.n; i++) {
		struct ir_action *a = c->work.v[i];

		if (strcmp(a->verb, "post") != 0 || a->h.status != IR_STATUS_PLANNED)
			continue;
		a->h.status = IR_STATUS_FAILED;
		a->reason = ir_strdup(c->work.ctx->arena, err->msg);
		a->h.summary = ir_asprintf(c->work.ctx->arena, "not sent: %s", a->reason);
	}
}

static bool
do_posts(struct ir_incident_change *c)
{
	struct ir_ctx *ctx = c->work.ctx;
	const struct ir_incident *i = c->incident;
	struct ir_channel_msg msg = { .title = ir_incident_headline(ctx->arena, i, c->event),
		.text = ir_incident_story(ctx->arena, c, ir_now_ms()),
		.severity = i->severity,
		.incident = i->h.id,
		.env = i->h.env,
		.key = c->work.id,
		.footer = footer(ctx),
		.time_ms = ir_now_ms(),
		.first = c->event && strcmp(c->event, "opened") == 0,
		.threads = &i->threads };
	struct ir_channel_result *v = NULL;
	struct ir_err err = IR_ERR_INIT;
	bool more;
	size_t n = 0;

	if (ir_channel_keep(&c->to, &msg, &err) < 0) {
		fail_posts(c, &err);
		return false;
	}
	if (ir_channel_flush(&c->to, &v, &n, &err) < 0 && !err.code)
		ir_fail(&err, IR_INTERRUPTED, "interrupted");
	more = take_results(c, msg.key, v, n);
	if (!err.code)
		ir_fail(&err, IR_INCOMPLETE, "it waits in the outbox; the next run sends it");
	fail_posts(c, &err);
	return more;
}

int
ir_incident_change_do(struct ir_incident_change *c, struct ir_err *err)
{
	bool more;

	/* the first step is the record itself */
	c->work.v++;
	c->work.n--;
	if (ir_plan_intend(&c->work, err) < 0 || journal_it(c, err) < 0)
		return -1;
	more = do_ticket(c);
	if (c->posts)
		more |= do_posts(c);
	if (more) {
		c->incident->event = "told";
		c->incident->message = NULL;
		ir_out_beat(c->work.ctx->out, &ir_kind_incident, c->incident);
	}
	return ir_plan_tell(&c->work);
}

void
ir_incident_change_done(struct ir_incident_change *c)
{
	if (c->posts)
		ir_channel_done(&c->to);
}
