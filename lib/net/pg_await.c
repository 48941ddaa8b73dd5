/* pg_await - waiting for notifications on a connection that has asked for them */
#include "base/clock.h"
#include "net/pg_priv.h"

void
ir_pg_drain(struct ir_pg *p)
{
	for (PGnotify *note; (note = p->q->notifies(p->conn)); p->notes++)
		p->q->freemem(note);
}

/* How many there were since it was asked last. */
static size_t
take_notes(struct ir_pg *p)
{
	size_t n;

	ir_pg_drain(p);
	n = p->notes;
	p->notes = 0;
	return n;
}

/* The time is over, or they were there before we waited. */
static void
on_over(void *arg)
{
	struct ir_pg *p = arg;

	p->step = NULL;
	ir_pg_finish(p);
}

static void
on_lost(void *arg)
{
	struct ir_pg *p = arg;

	p->step = NULL;
	ir_pg_drop(p);
	ir_pg_finish(p);
}

static void
on_event(void *arg, int fd, uint32_t events)
{
	struct ir_pg *p = arg;

	(void)fd;
	(void)events;
	if (!p->q->consume_input(p->conn)) {
		ir_pg_fail_lost(p);
		ir_pg_drop(p);
		ir_pg_finish(p);
		return;
	}
	p->res.notes = take_notes(p);
	if (p->res.notes)
		ir_pg_finish(p);
}

int
ir_pg_await(struct ir_pg *p, int64_t timeout_us, ir_pg_cb *cb, void *arg, struct ir_err *err)
{
	if (p->cb)
		return ir_fail(err, IR_USAGE, "the connection is busy");
	if (!p->usable)
		return ir_fail(err, IR_BACKEND, "the connection is not usable any more");
	memset(&p->res, 0, sizeof(p->res));
	p->res.phase = IR_PG_WAIT;
	p->res.query_us = -1;
	ir_pg_begin(p, cb, arg, 0);
	p->res.notes = take_notes(p);
	if (ir_pg_wait(p, EPOLLIN, on_event) < 0)
		p->step = ir_loop_at(p->loop, 0, on_lost, p);
	else
		p->step = ir_loop_at(p->loop, p->res.notes ? 0 : ir_mono_us() + timeout_us, on_over, p);
	return 0;
}
