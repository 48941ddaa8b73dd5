/*
 * docker_follow - containers that start while their project is followed
 *
 * The engine tells of each container that starts; what it is, the list tells. It is looked at anew after an event, when a log has ended (its container may run again), and now and then,
 * for an event can be missed: between the first list and the first event, or by an engine that was started anew.
 */
#include "logs/docker_source.h"

#include <string.h>

#include "base/clock.h"
#include "runtime/docker.h"
#include "runtime/reach.h"

enum {
	BETWEEN_US = 1000 * 1000,   /* two lists */
	AGAIN_US = 2 * 1000 * 1000, /* what did not answer */
	ANYWAY_US = 30 * 1000 * 1000,
	SETTLE_US = 50 * 1000, /* several start at once */
};

static void look_at(struct ir_docker_source *, int64_t at_us);

static int
on_event(void *arg, const char *p, size_t n)
{
	struct ir_docker_source *d = arg;

	(void)p;
	(void)n;
	if (!d->stopped && ir_http_status(d->events) == 200)
		ir_docker_look_soon(d);
	return d->stopped;
}

static void
on_events_end(void *arg, const struct ir_http_res *res)
{
	struct ir_docker_source *d = arg;

	(void)res;
	d->events = NULL;
	ir_buf_done(&d->events_url);
	if (!d->stopped)
		look_at(d, ir_mono_us() + AGAIN_US);
}

static void
ask_events(struct ir_docker_source *d)
{
	struct ir_http_req req;

	if (d->events)
		return;
	ir_runtime_request(d->engine, &req, &d->events_url);
	ir_docker_start_events_path(&d->events_url, *d->version ? d->version : NULL);
	req.url = d->events_url.data;
	req.on_body = on_event;
	if (ir_http_send(d->source->ctx->loop, &req, on_events_end, d, &d->events, NULL) < 0)
		ir_buf_done(&d->events_url);
}

static void
on_list(void *arg, const struct ir_runtime_result *res)
{
	struct ir_docker_source *d = arg;

	d->list = NULL;
	if (d->stopped)
		return;
	if (res->error) {
		if (!d->down)
			ir_logs_fault(d->source, d->source->subject, &res->err);
		d->down = true;
		look_at(d, ir_mono_us() + AGAIN_US);
		return;
	}
	d->down = false;
	ir_docker_take_list(d, res);
	ir_docker_follow(d);
	ir_docker_proceed(d);
}

static void
on_look(void *arg)
{
	struct ir_docker_source *d = arg;
	struct ir_err err = IR_ERR_INIT;

	d->look = NULL;
	d->looked_us = ir_mono_us();
	ir_arena_done(&d->lists);
	d->ctx = *d->source->ctx;
	d->ctx.arena = &d->lists;
	d->list = ir_runtime_list(&d->ctx, d->engine, &d->query, on_list, d, &err);
	if (d->list)
		return;
	if (!d->down)
		ir_logs_fault(d->source, d->source->subject, &err);
	d->down = true;
	look_at(d, d->looked_us + AGAIN_US);
}

/* Then, or when it is to be looked at earlier. */
static void
look_at(struct ir_docker_source *d, int64_t at_us)
{
	if (d->list)
		return;
	if (d->look && d->look_us <= at_us)
		return;
	ir_timer_cancel(d->look);
	d->look_us = at_us;
	d->look = ir_loop_at(d->source->ctx->loop, at_us, on_look, d);
}

void
ir_docker_look_soon(struct ir_docker_source *d)
{
	int64_t at = ir_mono_us() + SETTLE_US;

	d->again = d->list != NULL;
	look_at(d, at > d->looked_us + BETWEEN_US ? at : d->looked_us + BETWEEN_US);
}

void
ir_docker_follow(struct ir_docker_source *d)
{
	bool soon = d->again || !d->events;

	ask_events(d);
	d->again = false;
	look_at(d, ir_mono_us() + (soon ? BETWEEN_US : ANYWAY_US));
}

void
ir_docker_follow_stop(struct ir_docker_source *d)
{
	ir_http_cancel(d->events);
	if (d->events)
		ir_buf_done(&d->events_url);
	d->events = NULL;
	ir_timer_cancel(d->look);
	d->look = NULL;
}
