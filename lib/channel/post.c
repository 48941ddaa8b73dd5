/*
 * post - all that waits is sent: the channels at once, the posts of one channel one after the other
 *
 * A post: taken from the outbox (locked), marked, sent, and removed or written back with how it went. What is wrong with the channel ends it for this run; its other posts are told as not tried.
 * A secret that a program tells is waited for in the loop, too, so that its channel delays no other.
 */
#include <errno.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/num.h"
#include "channel/answer.h"
#include "channel/outbox.h"
#include "channel/secret.h"

enum { BUSY_US = 50 * 1000, LEAST_US = 20 * 1000, TIMEOUT_MS = 5000, SECRETS = 3, SECRET_MAX = 64 << 10 };

static const char *const secret_keys[SECRETS] = { "url", "token", "password" };

struct ir_channel_flush {
	struct ir_channels *all;
	struct work *v;
	struct ir_outbox outbox;
	bool over;   /* the run ends: nothing more is begun */
	size_t busy; /* channels that are under way */
};

struct work {
	struct ir_channel *c;
	struct ir_channel_flush *f;
	struct ir_list names; /* in the outbox */
	size_t at;
	struct ir_arena arena; /* of the post at hand */
	struct ir_outbox_post post;
	struct ir_http *http;
	struct ir_timer *timer;
	bool started;              /* ops->start() is under way */
	struct ir_program program; /* asks: that tells a secret */
	bool asks;
	size_t secret;                 /* the next one to be had */
	int64_t begun_us;              /* of the post at hand; 0: not begun */
	int64_t sent_ms;               /* monotonic, of the last one */
	const char *dead;              /* why nothing more is tried */
	bool gated;                    /* for it may not be tried in this run */
	const char *incident, *thread; /* that was learnt */
	struct ir_channel_result *v;
	size_t n;
};

static void next(struct work *);

/* ---- results */

static struct ir_channel_result *
new_result(struct work *w, const char *name, const struct ir_outbox_post *p)
{
	struct ir_channel_result *r = &w->v[w->n++];
	struct ir_arena *arena = w->c->ctx->arena;

	*r = (struct ir_channel_result){ .channel = w->c->name,
		.type = w->c->ops->name,
		.key = ir_strdup(arena, p->msg.key),
		.title = ir_strdup(arena, p->msg.title) };
	r->incident = ir_strdup(arena, p->msg.incident);
	r->resent = p->first_tried_ms > 0;
	r->first_tried_ms = p->first_tried_ms;
	r->file = ir_asprintf(arena, "%s/%s", w->f->outbox.dir, name);
	r->kept = true;
	return r;
}

/* Nothing was begun. */
static void
tell_waiting(struct work *w, const char *name, const char *why)
{
	IR_CLEANUP(ir_arena_done) struct ir_arena arena = { 0 };
	struct ir_outbox_post p = { .fd = -1 };
	struct ir_channel_result *r;
	int rc = ir_outbox_take(&w->f->outbox, &arena, name, &p, NULL);

	if (rc == 0)
		return;
	r = new_result(w, name, &p);
	r->outcome = p.aside ? IR_CHANNEL_REFUSED : IR_CHANNEL_FAILED;
	r->kept = !p.aside;
	r->aside = p.aside;
	r->why = p.aside ? ir_asprintf(w->c->ctx->arena, "set aside: %s", p.why ? p.why : "refused") : why;
	ir_outbox_release(&p);
}

static void
tell_rest(struct work *w)
{
	const char *why = w->gated ? w->dead : ir_asprintf(w->c->ctx->arena, "not tried: %s", w->dead);

	while (w->at < w->names.n)
		tell_waiting(w, w->names.v[w->at++], why);
}

static void
end(struct work *w)
{
	w->f->busy--;
	ir_loop_release(w->c->ctx->loop);
}

/* ---- how a post ended */

static void
die(struct work *w, const char *why)
{
	if (!w->dead)
		w->dead = ir_asprintf(w->c->ctx->arena, "an earlier post to it was not sent: %s", why);
}

static void
learn(struct work *w, const struct ir_channel_result *r)
{
	if (!r->thread || !r->incident)
		return;
	w->incident = r->incident;
	w->thread = ir_asprintf(w->c->ctx->arena, "%s=%s", w->c->name, r->thread);
}

static void
set_aside(struct work *w, struct ir_channel_result *r)
{
	struct ir_outbox_post *p = &w->post;

	if (p->refused < IR_OUTBOX_TRIES && p->unclear < IR_OUTBOX_TRIES)
		return;
	p->aside = r->aside = true;
	r->kept = false;
	p->why = ir_asprintf(&w->arena, "%s, %d times", r->why, IR_OUTBOX_TRIES);
	r->why = ir_asprintf(w->c->ctx->arena, "set aside: %s", p->why);
}

static void
write_back(struct work *w, struct ir_channel_result *r)
{
	struct ir_outbox_post *p = &w->post;
	struct ir_err err = IR_ERR_INIT;

	p->sending = false;
	p->tries++;
	p->refused += r->outcome == IR_CHANNEL_REFUSED;
	p->unclear += r->outcome == IR_CHANNEL_UNCLEAR;
	p->msg.repeat |= r->outcome == IR_CHANNEL_UNCLEAR;
	p->not_before_ms = r->retry_after_ms ? ir_now_ms() + r->retry_after_ms : 0;
	p->why = r->why;
	set_aside(w, r);
	if (ir_outbox_write(&w->f->outbox, p, &err) < 0)
		ir_trace(w->c->ctx, 1, "%s", err.msg);
	ir_outbox_release(p);
}

static void
settle(struct work *w)
{
	struct ir_channel_result *r = w->c->result;
	struct ir_err err = IR_ERR_INIT;

	ir_timer_cancel(w->timer);
	w->timer = NULL;
	w->begun_us = 0;
	w->sent_ms = ir_mono_us() / 1000;
	r->first_tried_ms = w->post.first_tried_ms;
	if (r->outcome == IR_CHANNEL_SENT) {
		ir_outbox_phase(&w->f->outbox, IR_OUTBOX_SENT);
		learn(w, r);
		r->kept = false;
		r->file = NULL;
		if (ir_outbox_remove(&w->f->outbox, &w->post, &err) < 0)
			r->why = ir_asprintf(w->c->ctx->arena, "sent, but it will be sent again: %s", err.msg);
		ir_outbox_phase(&w->f->outbox, IR_OUTBOX_GONE);
	} else {
		if (r->outcome != IR_CHANNEL_REFUSED)
			die(w, r->why);
		write_back(w, r);
	}
	w->at++;
}

static int64_t
end_of(const struct work *w, int64_t from_us)
{
	const struct ir_ctx *ctx = w->c->ctx;
	int64_t ms = w->c->section ? ir_conf_int(w->c->section, "channel", "timeout") : TIMEOUT_MS;
	int64_t at = from_us + (ms > 0 ? ms : TIMEOUT_MS) * 1000, last;

	last = ctx->deadline_us > 0 ? ctx->deadline_us - ir_loop_margin_us(ctx, 2 * w->f->all->n) : INT64_MAX;
	return at < last ? at : last;
}

static void
on_again(void *arg)
{
	struct work *w = arg;

	w->timer = NULL;
	next(w);
}

static void
wait_until(struct work *w, int64_t at_us)
{
	w->timer = ir_loop_at(w->c->ctx->loop, at_us, on_again, w);
}

static void send_post(struct work *);

static void
on_retry(void *arg)
{
	struct work *w = arg;

	w->timer = NULL;
	send_post(w);
}

/* The channel asks for patience that this run has. */
static bool
waits(struct work *w)
{
	const struct ir_channel_result *r = w->c->result;
	int64_t at = ir_mono_us() + r->retry_after_ms * 1000;

	if (r->outcome != IR_CHANNEL_FAILED || r->retry_after_ms <= 0 || w->f->over || at + LEAST_US > w->c->end_us)
		return false;
	w->timer = ir_loop_at(w->c->ctx->loop, at, on_retry, w);
	return true;
}

static void
on_answer(void *arg, const struct ir_http_res *res)
{
	struct work *w = arg;

	w->http = NULL;
	w->c->ops->parse(w->c, res, w->c->result);
	if (waits(w))
		return;
	settle(w);
	next(w);
}

void
ir_channel_posted(struct ir_channel *c, enum ir_channel_outcome outcome, const char *why, const char *thread)
{
	struct work *w = c->work;

	w->started = false;
	c->result->outcome = outcome;
	c->result->why = ir_strdup(c->ctx->arena, why);
	c->result->thread = ir_strdup(c->ctx->arena, thread);
	settle(w);
	next(w);
}

/* ---- sending */

static void
send_failed(struct work *w, const struct ir_err *err)
{
	ir_answer_set(
	    w->c->ctx->arena, w->c->result, IR_CHANNEL_FAILED, "%s%s%s", err->msg, *err->hint ? ": " : "", err->hint);
	settle(w);
	wait_until(w, 0);
}

static void
send_post(struct work *w)
{
	struct ir_channel *c = w->c;
	struct ir_http_req req = { 0 };
	struct ir_err err = IR_ERR_INIT;
	const char *file = c->result->file;

	c->result->retry_after_ms = 0;
	c->result->why = c->result->thread = c->result->url = NULL;
	c->result->file = file;
	if (!c->ops->build) {
		w->started = true;
		if (c->ops->start(c, &w->post.msg, &err) == 0)
			return;
		w->started = false;
		send_failed(w, &err);
		return;
	}
	if (c->ops->build(c, &w->post.msg, &req, &err) == 0) {
		req.timeout_us = c->end_us - ir_mono_us();
		req.timeout_us = req.timeout_us > 0 ? req.timeout_us : 1;
		if (ir_http_send(c->ctx->loop, &req, on_answer, w, &w->http, &err) == 0)
			return;
	}
	send_failed(w, &err);
}

static bool
threaded(const struct ir_list *threads, const char *channel)
{
	size_t n = strlen(channel);

	for (size_t i = 0; i < threads->n; i++)
		if (strncmp(threads->v[i], channel, n) == 0 && threads->v[i][n] == '=')
			return true;
	return false;
}

/* What was learnt since it was kept; a thread that was perhaps why it was refused is tried without. */
static void
refresh(struct work *w)
{
	struct ir_outbox_post *p = &w->post;

	if (p->refused > 0)
		p->threads.n = 0;
	else if (w->thread && p->msg.incident && strcmp(p->msg.incident, w->incident) == 0 &&
		 !threaded(&p->threads, w->c->name))
		ir_list_add(&w->arena, &p->threads, w->thread);
}

static void
begin(struct work *w)
{
	struct ir_outbox_post *p = &w->post;
	struct ir_err err = IR_ERR_INIT;

	w->c->result = new_result(w, p->name, p);
	w->c->result->tried = true;
	p->msg.repeat |= p->sending;
	p->sending = true;
	if (!p->first_tried_ms)
		p->first_tried_ms = ir_now_ms();
	refresh(w);
	/* that it is sent is worth more than that it is marked */
	if (ir_outbox_write(&w->f->outbox, p, &err) < 0)
		ir_trace(w->c->ctx, 1, "%s", err.msg);
	if (w->f->outbox.test && w->f->outbox.test->forget)
		ir_outbox_remove(&w->f->outbox, p, NULL);
	ir_outbox_phase(&w->f->outbox, IR_OUTBOX_MARKED);
	w->begun_us = ir_mono_us();
	w->c->end_us = end_of(w, w->begun_us);
	send_post(w);
}

/* How long it has to wait: as the channel asked for, and since the last one. False: longer than the run has. */
static bool
may_begin(struct work *w, int64_t *ret_us)
{
	int64_t now = ir_mono_us(), asked = w->post.not_before_ms - ir_now_ms();
	int64_t gap = w->sent_ms ? w->sent_ms + w->c->ops->gap_ms - now / 1000 : 0;
	int64_t ms = asked > gap ? asked : gap;

	*ret_us = ms > 0 ? now + ms * 1000 : 0;
	if (ms <= 0 || *ret_us + LEAST_US <= (asked > gap ? end_of(w, w->begun_us) : end_of(w, *ret_us)))
		return true;
	if (asked > gap) {
		char at[IR_TIME_MAX];

		w->dead = ir_asprintf(
		    w->c->ctx->arena, "it takes no posts before %s", ir_time_format(at, w->post.not_before_ms));
	} else {
		w->dead = "the run ends before it takes another one";
	}
	return false;
}

/* The post at hand is ours. True: it is under way, or waited for. */
static bool
had(struct work *w)
{
	int64_t at_us;

	if (w->post.aside) {
		ir_outbox_release(&w->post);
		w->begun_us = 0;
		tell_waiting(w, w->names.v[w->at++], NULL);
		return false;
	}
	if (!may_begin(w, &at_us)) {
		ir_outbox_release(&w->post);
		return false;
	}
	if (at_us > 0) {
		ir_outbox_release(&w->post);
		wait_until(w, at_us);
		return true;
	}
	begin(w);
	return true;
}

static void
tell_damaged(struct work *w, const struct ir_err *err)
{
	struct ir_outbox_post none = { .fd = -1 };
	struct ir_channel_result *r = new_result(w, w->names.v[w->at++], &none);

	ir_answer_set(w->c->ctx->arena, r, IR_CHANNEL_REFUSED, "%s", err->msg);
	r->kept = false;
	r->aside = true;
	w->begun_us = 0;
}

/* Another run has it: it sends it, or leaves it to us. True: that is waited for. */
static bool
is_busy(struct work *w)
{
	int64_t now = ir_mono_us();

	if (now + BUSY_US < end_of(w, w->begun_us)) {
		wait_until(w, now + BUSY_US);
		return true;
	}
	w->dead = "another run is sending to it";
	return false;
}

/* The next post that can be sent; from the loop, never from inside a call of the channel's. */
static void
next(struct work *w)
{
	while (w->at < w->names.n && !w->dead && !w->f->over) {
		struct ir_err err = IR_ERR_INIT;
		int64_t now = ir_mono_us();
		int rc;

		w->begun_us = w->begun_us ? w->begun_us : now;
		if (now + LEAST_US > end_of(w, now)) {
			w->dead = "no time is left in this run";
			break;
		}
		ir_arena_done(&w->arena);
		rc = ir_outbox_take(&w->f->outbox, &w->arena, w->names.v[w->at], &w->post, &err);
		if ((rc == 1 && had(w)) || (rc == 2 && is_busy(w)))
			return;
		if (rc < 0)
			tell_damaged(w, &err);
		else if (rc == 0)
			w->at++, w->begun_us = 0;
	}
	if (!w->dead)
		w->dead = "the run ended";
	tell_rest(w);
	end(w);
}

/* ---- the run */

static void
be_dead(struct work *w, const struct ir_err *err)
{
	w->dead = ir_asprintf(w->c->ctx->arena, "%s%s%s", err->msg, *err->hint ? ": " : "", err->hint);
	w->gated = true;
}

static struct ir_secret *
secret_at(struct ir_channel *c, size_t i)
{
	struct ir_secret *all[SECRETS] = { &c->url, &c->token, &c->password };

	return all[i];
}

static void take_secrets(struct work *);

static void
on_secret(void *arg, struct ir_program *p)
{
	struct work *w = arg;
	struct ir_channel *c = w->c;
	const char *key = secret_keys[w->secret];
	const struct ir_value *v = ir_conf_value(c->section, key);
	struct ir_err err = IR_ERR_INIT;

	w->asks = false;
	if (ir_secret_told(p, secret_at(c, w->secret++), &err) < 0) {
		ir_wrap(&err, "%s: %s-command", ir_conf_origin(c->ctx->arena, v->file, v->line), key);
		be_dead(w, &err);
	}
	ir_program_done(p);
	take_secrets(w);
}

/* True: a program was asked. */
static bool
ask_secret(struct work *w, const char *command, struct ir_err *err)
{
	struct ir_ctx *ctx = w->c->ctx;
	char *argv[] = { ir_strdup(ctx->arena, "/bin/sh"), ir_strdup(ctx->arena, "-c"), ir_strdup(ctx->arena, command),
		NULL };

	w->program = (struct ir_program){ .secret = true, .head_max = SECRET_MAX, .ended = on_secret, .arg = w };
	w->asks =
	    ir_program_start(ctx, IR_READ, argv, NULL, NULL, ir_mono_us() + TIMEOUT_MS * 1000, &w->program, err) == 0;
	if (!w->asks)
		ir_program_done(&w->program);
	return w->asks;
}

/* One after the other; those that a program tells are waited for in the loop, beside the other channels. */
static void
take_secrets(struct work *w)
{
	struct ir_channel *c = w->c;
	struct ir_err err = IR_ERR_INIT;

	for (; w->secret < SECRETS && !w->dead && c->section; w->secret++) {
		const char *key = secret_keys[w->secret];
		const struct ir_value *v = ir_conf_value(c->section, key);
		bool program = v && v->variant && strcmp(v->variant, "command") == 0;

		if (program && ask_secret(w, v->text, &err))
			return;
		if (program || ir_secret_conf(c->ctx, c->section, key, secret_at(c, w->secret), &err) < 0)
			be_dead(w, &err);
	}
	c->secrets = true;
	wait_until(w, 0);
}

static void
take_default(struct ir_channel *c)
{
	const char *url = getenv("SLACK_WEBHOOK_URL");

	if (!c->section && c->ops == &ir_channel_slack && url)
		ir_secret_set(&c->url, url, strlen(url));
}

static void
start(struct work *w)
{
	struct ir_channel *c = w->c;
	struct ir_err err = IR_ERR_INIT;

	w->f->busy++;
	ir_loop_hold(c->ctx->loop);
	if (ir_effect_allowed(c->ctx, c->ops == &ir_channel_file ? IR_JOURNAL : IR_WRITE, &err) < 0) {
		w->dead = ir_strdup(c->ctx->arena, err.msg);
		w->gated = true;
	}
	if (w->dead || c->secrets) {
		wait_until(w, 0);
		return;
	}
	take_default(c);
	take_secrets(w);
}

static void
stop(struct work *w)
{
	if (w->asks) {
		ir_program_stop(&w->program);
		ir_program_done(&w->program);
		w->asks = false;
		next(w);
	} else if (w->http) {
		ir_http_stop(w->http);
	} else if (w->started) {
		w->c->ops->stop(w->c);
	} else if (w->timer) {
		ir_timer_cancel(w->timer);
		w->timer = NULL;
		/* it waited for another try of the post at hand */
		if (w->post.fd >= 0) {
			settle(w);
			w->dead = w->dead ? w->dead : "the run ended";
		}
		next(w);
	}
}

static int
collect(struct ir_channel_flush *f, struct work *v, struct ir_err *err)
{
	for (size_t i = 0; i < f->all->n; i++) {
		struct ir_arena *arena = f->all->ctx->arena;

		v[i] = (struct work){ .c = &f->all->v[i], .f = f, .post = { .fd = -1 } };
		v[i].c->work = &v[i];
		if (ir_outbox_list(&f->outbox, arena, v[i].c->name, &v[i].names, err) < 0)
			return -1;
		v[i].v = IR_NEW_N(arena, struct ir_channel_result, v[i].names.n + 1);
	}
	return 0;
}

static void
gather(struct ir_channel_flush *f, struct work *v, struct ir_channel_result **ret, size_t *n)
{
	size_t all = 0;

	for (size_t i = 0; i < f->all->n; i++)
		all += v[i].n;
	*ret = IR_NEW_N(f->all->ctx->arena, struct ir_channel_result, all + 1);
	for (size_t i = 0; i < f->all->n; i++) {
		memcpy(*ret + *n, v[i].v, v[i].n * sizeof(**ret));
		*n += v[i].n;
		ir_arena_done(&v[i].arena);
		v[i].c->work = NULL;
		v[i].c->result = NULL;
	}
}

int
ir_channel_flush_begin(struct ir_channels *all, struct ir_channel_flush **ret, struct ir_err *err)
{
	struct ir_ctx *ctx = all->ctx;
	struct ir_channel_flush *f = IR_NEW(ctx->arena, struct ir_channel_flush);
	int rc;

	*ret = NULL;
	*f = (struct ir_channel_flush){ .all = all, .v = IR_NEW_N(ctx->arena, struct work, all->n + 1) };
	rc = ir_outbox_open(&f->outbox, all->outbox, false, all->test, err);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (collect(f, f->v, err) < 0 || (!ctx->loop && !ir_loop_new(ctx, err))) {
		ir_outbox_close(&f->outbox);
		return -1;
	}
	for (size_t i = 0; i < all->n; i++)
		if (f->v[i].names.n)
			start(&f->v[i]);
	*ret = f;
	return 0;
}

int
ir_channel_flush_end(struct ir_channel_flush *f, struct ir_channel_result **ret, size_t *n, struct ir_err *err)
{
	int rc = f->busy ? ir_loop_run(f->all->ctx->loop, NULL, NULL) : 0;

	*n = 0;
	*ret = NULL;
	f->over = rc != 0;
	for (size_t i = 0; i < f->all->n && rc != 0; i++)
		stop(&f->v[i]);
	gather(f, f->v, ret, n);
	ir_outbox_close(&f->outbox);
	return rc == 2 ? ir_fail(err, IR_INTERRUPTED, "interrupted: what was not sent stays in the outbox") : 0;
}

int
ir_channel_flush(struct ir_channels *all, struct ir_channel_result **ret, size_t *n, struct ir_err *err)
{
	struct ir_channel_flush *f;

	*n = 0;
	*ret = NULL;
	if (ir_channel_flush_begin(all, &f, err) < 0)
		return -1;
	return f ? ir_channel_flush_end(f, ret, n, err) : 0;
}
