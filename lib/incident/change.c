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
	if (!c->note && c->event && strstr(c->event, "opened"))
		ir_incident_remember(c->work.ctx, c->incident->h.id);
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
		.title = ir_incident_headline(ctx->arena, c->incident, NULL),
		.key = c->incident->h.id,
		/* an earlier run was to open it, and does not know whether it did */
		.repeat = !c->event || strcmp(c->event, "opened") != 0 };

	job.text = ir_ticket_escape(ctx->arena, ir_incident_story(ctx->arena, c, ir_now_ms()));
	if (ir_ticket_do(ctx, &job, &res, &err) < 0) {
		a->h.status = IR_STATUS_FAILED;
		a->reason = ir_asprintf(ctx->arena, "%s%s%s", err.msg, *err.hint ? ": " : "", err.hint);
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
		a->h.summary = ir_asprintf(arena, "%s%s%s: %s", r->why ? r->why : "not sent",
		    r->kept ? "; kept, and sent by the next run" : "",
		    r->aside ? ir_asprintf(arena, " (%s)", r->file) : "", r->title);
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

static struct ir_action *
add_late_step(struct ir_incident_change *c, const char *channel)
{
	struct ir_action *a = add_step(c, "post", channel, NULL);

	a->step++; /* the first step went out of the list */
	return a;
}

static bool
only_waits(const struct ir_incident_change *c, const struct ir_channel_result *r)
{
	return !r->tried && r->kept && !(r->key && strcmp(r->key, c->msg.key) == 0);
}

/* Posts of earlier runs that a channel was not even asked to take are one row. How many results of the channel there are. */
static size_t
tell_waiting(struct ir_incident_change *c, const struct ir_channel_result *v, size_t n)
{
	size_t all = 0, waiting = 0;
	struct ir_action *a;

	for (; all < n && strcmp(v[all].channel, v->channel) == 0; all++)
		waiting += only_waits(c, &v[all]);
	if (waiting == 0)
		return all;
	a = add_late_step(c, v->channel);
	a->h.status = IR_STATUS_FAILED;
	a->reason = "not tried";
	a->h.summary =
	    ir_asprintf(c->work.ctx->arena, "%zu earlier post%s, not tried now; kept, and sent by a later run", waiting,
		waiting == 1 ? " waits" : "s wait");
	return all;
}

static bool
take_results(struct ir_incident_change *c, const char *key, const struct ir_channel_result *v, size_t n)
{
	bool more = false;

	for (size_t i = 0; i < n; i++) {
		bool own = v[i].key && strcmp(v[i].key, key) == 0;
		struct ir_action *a = own ? find_step(c, "post", v[i].channel) : NULL;

		if (only_waits(c, &v[i]))
			continue;
		tell_post(c, a ? a : add_late_step(c, v[i].channel), &v[i]);
		more |= take_thread(c, &v[i]);
	}
	for (size_t i = 0; i < n;)
		i += tell_waiting(c, v + i, n - i);
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
		a->reason = ir_asprintf(c->work.ctx->arena, "%s%s%s", err->msg, *err->hint ? ": " : "", err->hint);
		a->h.summary = ir_asprintf(c->work.ctx->arena, "not sent: %s", a->reason);
	}
}

/* What the channels are told, kept before anybody is. False: it cannot be. */
static bool
keep_posts(struct ir_incident_change *c)
{
	struct ir_ctx *ctx = c->work.ctx;
	const struct ir_incident *i = c->incident;
	struct ir_err err = IR_ERR_INIT;

	c->msg = (struct ir_channel_msg){ .title = ir_incident_headline(ctx->arena, i, c->event),
		.text = ir_incident_story(ctx->arena, c, ir_now_ms()),
		.severity = i->severity,
		.incident = i->h.id,
		.env = i->h.env,
		.key = c->work.id,
		.footer = footer(ctx),
		.time_ms = ir_now_ms(),
		.first = c->event && strcmp(c->event, "opened") == 0,
		.threads = &i->threads };
	if (ir_channel_keep(&c->to, &c->msg, &err) == 0)
		return true;
	fail_posts(c, &err);
	return false;
}

static void
tell_full(struct ir_incident_change *c)
{
	struct ir_arena *arena = c->work.ctx->arena;

	for (size_t i = 0; i < c->to.n; i++) {
		struct ir_action *a = c->to.v[i].full ? find_step(c, "post", c->to.v[i].name) : NULL;

		if (!a)
			continue;
		a->h.status = IR_STATUS_FAILED;
		a->reason =
		    ir_asprintf(arena, "%d posts wait for it already: correct the channel, or remove its posts in '%s'",
			IR_OUTBOX_MAX, c->to.outbox);
		a->h.summary = ir_asprintf(arena, "not sent, and not kept: %s", a->reason);
	}
}

/* What is not in the outbox any more and was not sent by us was sent by a run that came between. */
static void
settle_posts(struct ir_incident_change *c, struct ir_err *err)
{
	for (size_t i = 0; i < c->work.n; i++) {
		struct ir_action *a = c->work.v[i];

		if (strcmp(a->verb, "post") != 0 || a->h.status != IR_STATUS_PLANNED ||
		    ir_channel_keeps(&c->to, a->backend, c->msg.key))
			continue;
		a->h.status = IR_STATUS_DONE;
		a->h.summary = ir_asprintf(c->work.ctx->arena, "sent by another run: %s", c->msg.title);
	}
	if (!err->code)
		ir_fail(err, IR_INCOMPLETE, "it waits in the outbox; the next run sends it");
	fail_posts(c, err);
}

/* All that waits is sent, with the ticket told at the same time where that was not done before. Returns whether the incident knows more now. */
static bool
do_posts(struct ir_incident_change *c, bool ticket)
{
	struct ir_channel_flush *f = NULL;
	struct ir_channel_result *v = NULL;
	struct ir_err err = IR_ERR_INIT;
	bool more = false;
	size_t n = 0;
	int rc = ir_channel_flush_begin(&c->to, &f, &err);

	if (ticket)
		more = do_ticket(c);
	if (f)
		rc = ir_channel_flush_end(f, &v, &n, &err);
	if (rc < 0 && !err.code)
		ir_fail(&err, IR_INTERRUPTED, "interrupted");
	more |= take_results(c, c->msg.key, v, n);
	tell_full(c);
	settle_posts(c, &err);
	return more;
}

/* Returns whether the incident knows more now. */
static bool
tell_all(struct ir_incident_change *c)
{
	bool first = c->event && strcmp(c->event, "opened") == 0, more = false, kept = c->posts && keep_posts(c);

	if (first || !kept)
		more = do_ticket(c);
	if (kept && more)
		ir_channel_amend(&c->to, c->msg.key, ir_incident_story(c->work.ctx->arena, c, c->msg.time_ms));
	return kept ? do_posts(c, !first) || more : more;
}

static void
take_news(struct ir_arena *arena, struct ir_incident *now, const struct ir_incident *ours)
{
	struct ir_incident news = { .ticket = ours->ticket, .threads = ours->threads };

	ir_incident_fold(arena, now, &news);
}

/* A ticket, or threads. Meanwhile others may have changed how it stands: that is looked at again, and left as it is. */
static void
tell_more(struct ir_incident_change *c)
{
	struct ir_ctx *ctx = c->work.ctx;
	struct ir_incident *ours = c->incident, *now;
	struct ir_err err = IR_ERR_INIT;
	int lock;

	if (ir_incident_lock(ctx, &lock, &err) < 0)
		ir_trace(ctx, 1, "%s", err.msg);
	err = (struct ir_err)IR_ERR_INIT;
	now = ir_incident_known(ctx, ours->h.id, &err);
	if (now) {
		take_news(ctx->arena, now, ours);
		now->event = "told";
		now->message = NULL;
		now->who = ctx->who;
		ir_out_beat(ctx->out, &ir_kind_incident, now);
		ir_out_sync(ctx->out, &err);
	}
	ir_incident_unlock(&lock);
}

int
ir_incident_change_do(struct ir_incident_change *c, struct ir_err *err)
{
	int rc;

	/* the first step is the record itself */
	c->work.v++;
	c->work.n--;
	c->work.size--;
	rc = ir_plan_intend(&c->work, err) < 0 ? -1 : journal_it(c, err);
	if (c->lock)
		ir_incident_unlock(c->lock);
	if (rc < 0)
		return -1;
	if (tell_all(c))
		tell_more(c);
	/* something was done in any case: the record is in the journal */
	return ir_plan_tell(&c->work) == IR_OK ? IR_OK : IR_PARTIAL;
}

void
ir_incident_change_done(struct ir_incident_change *c)
{
	if (c->posts)
		ir_channel_done(&c->to);
}
