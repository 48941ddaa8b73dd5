/*
 * alertmanager_act - silences sent, read back, and who of several has each alert
 *
 * The server sets startsAt when it takes a silence. Reading back begins RACE_US after the last answer, so that a silence that is made after it began later, also by the clock of milliseconds in which it
 * is told: of several acks of one alert the earliest counts, all who look see that one, and exactly one of them says that it has it. Who comes second takes its own back.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/percent.h"
#include "pager/alertmanager.h"

enum { FLYING_MAX = 8, RACE_US = 20 * 1000, AGAIN_US = 250 * 1000, BACK_US = 5 * 1000 * 1000, EARLIER_MS = 2000 };

static void send_more(struct ir_am *);
static void read_back_later(struct ir_am *, int64_t in_us);

static struct ir_am_step *
own_of(const struct ir_pager_job *job, size_t i)
{
	return job->steps[i].priv;
}

/* ---- sending */

static const char *
words_of(struct ir_am *am, const struct ir_err *err)
{
	return ir_strdup(am->pager->look->ctx->arena, err->msg);
}

/* 404, and 500 of versions before 0.26. */
static bool
is_gone(const struct ir_http_res *res)
{
	struct ir_arena scratch = { NULL };
	const char *said = res && !res->error ? ir_am_said(&scratch, res) : NULL;
	bool gone =
	    res && !res->error && (res->status == 404 || (res->status == 500 && said && strstr(said, "not found")));

	ir_arena_done(&scratch);
	return gone;
}

/* It may be there although no answer says so. */
static bool
is_unclear(const struct ir_http_res *res)
{
	return res && (res->error ? res->phase > IR_HTTP_TLS : res->status >= 500 || res->status < 400);
}

static void
judge(struct ir_am_step *own, const struct ir_http_res *res, const struct ir_err *why)
{
	struct ir_am *am = own->am;

	if (own->remove || own->back) {
		own->sent = !why || is_gone(res) ? IR_AM_TAKEN : is_unclear(res) ? IR_AM_UNCLEAR : IR_AM_NOT_TAKEN;
	} else if (!why) {
		own->id = ir_am_posted_id(am->pager->look->ctx->arena, res->body.data, res->body.len);
		own->sent = own->id ? IR_AM_TAKEN : IR_AM_UNCLEAR;
		own->why = own->id ? NULL : "the answer names no silence";
	} else if (own->s.id && is_gone(res)) {
		own->sent = IR_AM_NOT_TAKEN;
		own->why = "the ack has ended in between: ack it again";
		return;
	} else {
		own->sent = is_unclear(res) ? IR_AM_UNCLEAR : IR_AM_NOT_TAKEN;
	}
	if (why && own->sent != IR_AM_TAKEN)
		own->why = words_of(am, why);
}

static void
on_sent(struct ir_pager_ask *a, const struct ir_http_res *res, const struct ir_err *why)
{
	struct ir_am_step *own = a->arg;
	struct ir_am *am = own->am;

	judge(own, res, why);
	am->url_at = a->url_at;
	am->flying--;
	send_more(am);
}

static const char *
removal_path(struct ir_arena *arena, const char *id)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, 4 << 10);
	ir_buf_adds(&b, "/api/v2/silence/");
	ir_percent_add(&b, id);
	return ir_strdup(arena, b.data);
}

static void
send_one(struct ir_am *am, struct ir_am_step *own)
{
	struct ir_arena *arena = am->pager->look->ctx->arena;
	struct ir_err err = IR_ERR_INIT;
	bool remove = own->remove || own->back;

	own->am = am;
	own->ask = (struct ir_pager_ask){
		.pager = am->pager, .url_at = am->url_at, .take = on_sent, .said = ir_am_said, .arg = own
	};
	own->ask.path = remove ? removal_path(arena, own->id) : "/api/v2/silences";
	own->ask.req = (struct ir_http_req){ .effect = IR_WRITE, .method = remove ? "DELETE" : "POST" };
	if (!remove) {
		own->ask.req.body = ir_am_silence_json(arena, &own->s, ir_now_ms());
		own->ask.req.body_len = strlen(own->ask.req.body);
		ir_list_add(arena, &own->ask.req.headers, "Content-Type: application/json");
	}
	ir_am_credentials(am->pager, &own->ask.req);
	own->members++;
	own->sent = IR_AM_SENDING;
	am->flying++;
	if (ir_pager_ask(&own->ask, &err) == 0)
		return;
	am->flying--;
	own->sent = IR_AM_NOT_TAKEN;
	own->why = words_of(am, &err);
}

/* All of them, some at a time; then they are read back. */
static void
send_more(struct ir_am *am)
{
	struct ir_pager_job *job = am->pager->job;

	for (; am->next < job->n_steps && am->flying < FLYING_MAX; am->next++)
		if (own_of(job, am->next)->sent == IR_AM_NOT_SENT)
			send_one(am, own_of(job, am->next));
	if (am->flying == 0)
		read_back_later(am, RACE_US);
}

/* ---- the read back, by fingerprint */

static int
by_alert(const void *a, const void *b)
{
	return strcmp(((const struct ir_am_held *)a)->alert, ((const struct ir_am_held *)b)->alert);
}

static const struct ir_am_held *
find_held(const struct ir_am *am, const char *alert)
{
	const struct ir_am_held key = { .alert = alert };

	return am->n_held ? bsearch(&key, am->held, am->n_held, sizeof(*am->held), by_alert) : NULL;
}

/* A silence of ours whose answer never came: new, and the same. */
static void
find_unclear(struct ir_am *am, struct ir_am_step *own)
{
	for (size_t i = 0; i < am->now.n; i++) {
		const struct ir_am_silence *s = &am->now.v[i];
		bool same = own->s.id
				? strcmp(s->id, own->s.id) == 0 && s->ends_ms >= own->s.ends_ms - EARLIER_MS
				: s->by && strcmp(s->by, own->s.by) == 0 && strcmp(s->comment, own->s.comment) == 0 &&
				      ir_am_same_matchers(s->v, s->n, own->s.v, own->s.n) &&
				      !ir_am_silences_find(&am->silences, s->id);

		if (!same)
			continue;
		own->sent = IR_AM_TAKEN;
		own->id = ir_strdup(am->pager->look->ctx->arena, s->id);
		return;
	}
}

/* Is any id in it one that the list of silences, asked for at the same time, does not have? */
static bool
has_unknown(const struct ir_am *am, const struct ir_am_held *h)
{
	for (size_t i = 0; i < h->by.n; i++)
		if (!ir_am_silences_find(&am->now, h->by.v[i]))
			return true;
	return false;
}

static void
set(struct ir_pager_item *it, enum ir_status status, const char *reason)
{
	it->status = status;
	it->reason = reason;
}

/* An ack sent: whose it is now. False: that is not seen yet. */
static bool
settle_ack(struct ir_am *am, const struct ir_am_step *own, struct ir_pager_item *it, bool last)
{
	struct ir_arena *arena = am->pager->look->ctx->arena;
	const struct ir_am_held *h = find_held(am, it->alert->alert);
	const struct ir_am_silence *mine = ir_am_silences_find(&am->now, own->id), *holder;

	if (!h) {
		set(it, IR_STATUS_NOOP, "resolved in between");
		return true;
	}
	if (!mine || !ir_list_has(&h->by, own->id) || (has_unknown(am, h) && !last)) {
		if (last) {
			set(it, IR_STATUS_UNKNOWN,
			    ir_asprintf(arena, "silence %s was made, but the alert does not show it", own->id));
			it->hold = own->id;
		}
		return last;
	}
	holder = ir_am_holder(&am->now, &h->by);
	if (own->s.id || !holder || strcmp(holder->id, own->id) == 0) {
		set(it, IR_STATUS_DONE,
		    own->s.id && strcmp(own->s.id, own->id) != 0 ? "it is another silence now" : NULL);
		it->hold = own->id;
		it->until_ms = mine->ends_ms;
		return true;
	}
	set(it, IR_STATUS_NOOP, NULL);
	it->by = holder->by ? ir_strdup(arena, holder->by) : "somebody";
	it->hold = ir_strdup(arena, holder->id);
	it->until_ms = holder->ends_ms;
	return true;
}

static bool
settle_removal(struct ir_am *am, const struct ir_am_step *own, struct ir_pager_item *it, bool last)
{
	struct ir_arena *arena = am->pager->look->ctx->arena;
	const struct ir_am_held *h = find_held(am, it->alert->alert);

	if (h && ir_list_has(&h->by, own->id)) {
		if (last)
			set(it, IR_STATUS_UNKNOWN, ir_asprintf(arena, "the alert still shows silence %s", own->id));
		return last;
	}
	it->hold = own->id;
	it->reason = !h ? "it is over" : h->by.n ? "another silence holds it still" : NULL;
	return true;
}

static const char *
unclear_text(struct ir_am *am, const struct ir_am_step *own)
{
	return ir_asprintf(am->pager->look->ctx->arena, "%s; whether it was done is not known",
	    own->why ? own->why : "no answer came");
}

/* All items of one step. False: something is not seen yet. */
static bool
settle_step(struct ir_am *am, struct ir_pager_job *job, size_t at, bool last)
{
	struct ir_am_step *own = own_of(job, at);
	bool all = true;

	if (own->sent == IR_AM_UNCLEAR && !own->remove && !own->back)
		find_unclear(am, own);
	for (size_t i = 0; i < job->steps[at].n; i++) {
		struct ir_pager_item *it = &job->items[job->steps[at].items[i]];

		if (it->status != IR_STATUS_PLANNED)
			continue;
		if (own->sent == IR_AM_NOT_TAKEN)
			set(it, IR_STATUS_FAILED, own->why);
		else if (own->sent == IR_AM_UNCLEAR && !own->remove)
			last ? set(it, IR_STATUS_UNKNOWN, unclear_text(am, own)) : (void)(all = false);
		else
			all &= own->remove ? settle_removal(am, own, it, last) : settle_ack(am, own, it, last);
	}
	return all;
}

/* ---- what is to be done after that */

/* An answer that never came, and nothing is there: the next member of the cluster gets it. */
static bool
sent_again(struct ir_am *am, struct ir_pager_job *job)
{
	bool any = false;

	for (size_t i = 0; i < job->n_steps; i++) {
		struct ir_am_step *own = own_of(job, i);

		if (own->sent != IR_AM_UNCLEAR || own->remove || own->back || own->members >= am->pager->urls.n)
			continue;
		if (!any)
			am->url_at = (own->ask.url_at + 1) % am->pager->urls.n;
		send_one(am, own);
		any = true;
	}
	return any;
}

/* A new silence that holds nothing of ours, for another was earlier or all is over. */
static bool
is_useless(const struct ir_pager_job *job, size_t at)
{
	const struct ir_am_step *own = own_of(job, at);

	if (own->sent != IR_AM_TAKEN || own->remove || own->s.id || own->back)
		return false;
	for (size_t i = 0; i < job->steps[at].n; i++)
		if (job->items[job->steps[at].items[i]].status != IR_STATUS_NOOP)
			return false;
	return true;
}

static bool
gave_back(struct ir_am *am, struct ir_pager_job *job)
{
	bool any = false;

	for (size_t i = 0; i < job->n_steps; i++) {
		struct ir_am_step *own = own_of(job, i);

		if (!is_useless(job, i))
			continue;
		own->back = true;
		send_one(am, own);
		any = true;
	}
	return any && am->flying > 0;
}

/* What did not go well with what is given back; what is covered besides. */
static void
add_words(struct ir_am *am, struct ir_pager_job *job)
{
	struct ir_arena *arena = am->pager->look->ctx->arena;

	for (size_t i = 0; i < job->n_steps; i++) {
		struct ir_am_step *own = own_of(job, i);
		size_t all = 0;

		for (size_t k = 0; !own->remove && !own->back && own->id && k < am->n_held; k++)
			all += (size_t)ir_list_has(&am->held[k].by, own->id);
		for (size_t k = 0; k < job->steps[i].n; k++) {
			struct ir_pager_item *it = &job->items[job->steps[i].items[k]];

			if (own->back && own->sent != IR_AM_TAKEN)
				it->reason = ir_asprintf(arena, "silence %s could not be taken back: %s", own->id,
				    own->why ? own->why : "no answer");
			else if (it->status == IR_STATUS_DONE && !it->reason && all > job->steps[i].n + own->extra)
				it->reason = ir_asprintf(arena, "the silence covers %zu that began since, too",
				    all - job->steps[i].n - own->extra);
		}
	}
}

/* An alert of several steps, all of which had to go well. */
static void
finish_removals(struct ir_pager_job *job)
{
	for (size_t i = 0; i < job->n; i++)
		if (job->verb == IR_PAGER_UNACK && job->items[i].status == IR_STATUS_PLANNED)
			job->items[i].status = IR_STATUS_DONE;
}

static void
forget_back(struct ir_am *am)
{
	ir_arena_done(&am->scratch);
	am->held_texts = (struct ir_am_texts){ 0 };
	am->held = NULL;
	am->n_held = am->size_held = 0;
	am->now = (struct ir_am_silences){ 0 };
}

static void
finish(struct ir_am *am)
{
	struct ir_pager_job *job = am->pager->job;

	finish_removals(job);
	add_words(am, job);
	forget_back(am);
	ir_pager_acted(am->pager, NULL);
}

static void
fail_all(struct ir_am *am, struct ir_pager_job *job)
{
	struct ir_arena *arena = am->pager->look->ctx->arena;

	for (size_t i = 0; i < job->n_steps; i++) {
		struct ir_am_step *own = own_of(job, i);

		for (size_t k = 0; k < job->steps[i].n; k++) {
			struct ir_pager_item *it = &job->items[job->steps[i].items[k]];

			if (it->status != IR_STATUS_PLANNED)
				continue;
			if (own->sent == IR_AM_NOT_TAKEN)
				set(it, IR_STATUS_FAILED, own->why);
			else
				set(it, IR_STATUS_UNKNOWN,
				    ir_asprintf(
					arena, "it was sent, but could not be read back: %s", am->back_err.msg));
			it->hold = own->id;
		}
	}
}

static void
on_back(struct ir_am *am)
{
	struct ir_pager_job *job = am->pager->job;
	bool last = ir_mono_us() >= am->give_up_us, all = true;

	if (am->back_err.code) {
		if (!last) {
			read_back_later(am, AGAIN_US);
			return;
		}
		fail_all(am, job);
		finish(am);
		return;
	}
	ir_am_silences_sort(&am->now);
	if (am->n_held)
		qsort(am->held, am->n_held, sizeof(*am->held), by_alert);
	for (size_t i = 0; i < job->n_steps; i++)
		all &= settle_step(am, job, i, last);
	if (!all && sent_again(am, job)) {
		if (am->flying == 0)
			read_back_later(am, RACE_US);
	} else if (!all) {
		read_back_later(am, AGAIN_US);
	} else if (!gave_back(am, job)) {
		finish(am);
	}
}

/* ---- reading */

static void
forget_held(struct ir_am_get *g)
{
	((struct ir_am *)g->arg)->n_held = 0;
}

static int
take_held(struct ir_am_get *g, const char *text, size_t n)
{
	struct ir_am *am = g->arg;

	if (am->n_held > 2 * IR_PAGER_ALERTS)
		return -1;
	am->held = ir_am_more(&am->scratch, am->held, am->n_held, &am->size_held, sizeof(*am->held));
	if (ir_am_read_held(&am->scratch, &am->held_texts, text, n, &am->held[am->n_held]) < 0)
		return -1;
	am->n_held++;
	return 0;
}

static void
forget_now(struct ir_am_get *g)
{
	((struct ir_am *)g->arg)->now.n = 0;
}

static int
take_now(struct ir_am_get *g, const char *text, size_t n)
{
	struct ir_am *am = g->arg;

	return ir_am_read_silence(&am->scratch, text, n, &am->now);
}

static void
on_list(struct ir_am_get *g, const struct ir_err *why)
{
	struct ir_am *am = g->arg;

	if (why)
		am->back_err = *why;
	am->url_at = g->ask.url_at;
	if (!am->get_alerts.open && !am->get_silences.open)
		on_back(am);
}

static void
read_back(void *arg)
{
	struct ir_am *am = arg;
	struct ir_ctx *ctx = am->pager->look->ctx;

	am->timer = NULL;
	forget_back(am);
	am->back_err = (struct ir_err)IR_ERR_INIT;
	if (!am->give_up_us)
		am->give_up_us = ir_mono_us() + (ctx->timeout_ms * 1000 < BACK_US ? ctx->timeout_ms * 1000 : BACK_US);
	am->get_alerts = (struct ir_am_get){ .each = take_held, .restart = forget_held, .ended = on_list, .arg = am };
	am->get_silences = (struct ir_am_get){ .each = take_now, .restart = forget_now, .ended = on_list, .arg = am };
	ir_am_get(am, &am->get_alerts, "/api/v2/alerts", &am->back_err);
	ir_am_get(am, &am->get_silences, "/api/v2/silences?expired=false", &am->back_err);
	if (!am->get_alerts.open && !am->get_silences.open)
		on_back(am);
	ir_loop_release(ctx->loop);
}

static void
read_back_later(struct ir_am *am, int64_t in_us)
{
	struct ir_loop *loop = am->pager->look->ctx->loop;

	ir_loop_hold(loop);
	am->timer = ir_loop_at(loop, ir_mono_us() + in_us, read_back, am);
}

int
ir_am_act(struct ir_pager *p, struct ir_pager_job *job, struct ir_err *err)
{
	struct ir_am *am = p->priv;

	(void)job;
	(void)err;
	am->next = am->flying = 0;
	am->give_up_us = 0;
	send_more(am);
	return 0;
}

void
ir_am_act_stop(struct ir_am *am)
{
	struct ir_pager_job *job = am->pager->job;

	if (am->timer) {
		ir_timer_cancel(am->timer);
		ir_loop_release(am->pager->look->ctx->loop);
	}
	am->timer = NULL;
	for (size_t i = 0; job && i < job->n_steps; i++) {
		struct ir_am_step *own = own_of(job, i);

		if (own->sent == IR_AM_SENDING)
			ir_pager_ask_stop(&own->ask);
		for (size_t k = 0; k < job->steps[i].n; k++) {
			struct ir_pager_item *it = &job->items[job->steps[i].items[k]];

			if (it->status == IR_STATUS_PLANNED && own->sent != IR_AM_NOT_SENT) {
				set(it, IR_STATUS_UNKNOWN,
				    own->sent == IR_AM_TAKEN
					? "its silence was sent, but not read back within the deadline"
					: "no answer came within the deadline");
				it->hold = own->id;
			}
		}
	}
	ir_arena_done(&am->scratch);
}
