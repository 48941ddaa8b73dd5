/* queue_look - what a look at job systems found, as text that a test can compare */
#ifndef IR_TESTS_UNIT_QUEUE_LOOK_H
#define IR_TESTS_UNIT_QUEUE_LOOK_H

#include <inttypes.h>
#include <math.h>

#include "base/buf.h"
#include "queue/queue.h"

/* One look: everything as text. */
struct queue_look {
	char text[8192];     /* a line a queue */
	char troubles[4096]; /* a line a trouble, "! " before those that are a matter of rights */
	int called;
	bool cut;
	int64_t us;
};

static inline void
queue_look_add_number(struct ir_buf *b, const char *name, int64_t n)
{
	if (n != INT64_MIN)
		ir_buf_addf(b, " %s=%" PRId64, name, n);
}

/* Ages in tens of seconds. */
static inline void
queue_look_add_age(struct ir_buf *b, const char *name, double s)
{
	if (!isnan(s))
		ir_buf_addf(b, " %s=%d", name, (int)(s / 10) * 10);
}

static inline void
queue_look_add_rate(struct ir_buf *b, const char *name, double r)
{
	if (!isnan(r))
		ir_buf_addf(b, " %s=%.0f/min", name, r * 60);
}

static inline void
queue_look_add_queue(struct ir_buf *b, const struct ir_queue_facts *q)
{
	ir_buf_addf(b, "%s/%s", q->type, q->queue);
	queue_look_add_number(b, "p", q->pending);
	queue_look_add_number(b, "r", q->running);
	queue_look_add_number(b, "s", q->scheduled);
	queue_look_add_number(b, "f", q->failed);
	queue_look_add_number(b, q->own_consumers ? "own" : "c", q->consumers);
	queue_look_add_number(b, "sent", q->enqueued_total);
	queue_look_add_age(b, "old", q->oldest_s);
	queue_look_add_age(b, "run", q->running_s);
	queue_look_add_rate(b, "in", q->arrival_per_s);
	queue_look_add_rate(b, "out", q->completion_per_s);
	for (size_t i = 0; i < q->next.n; i++) {
		size_t n = strlen(q->next.v[i]);

		ir_buf_addf(b, "%s%s", i ? "," : " next=", q->next.v[i] + (n == 36 ? 35 : 0));
	}
	ir_buf_addf(b, "%s%s%s%s\n", q->paused ? " paused" : "", q->estimate ? " estimate" : "", q->note ? " # " : "",
	    q->note ? q->note : "");
}

static inline void
queue_look_take(void *arg, const struct ir_queue_res *res)
{
	struct queue_look *l = arg;
	struct ir_buf b;

	l->called++;
	l->cut = res->cut;
	ir_buf_init(&b, sizeof(l->text) - 1);
	for (size_t i = 0; i < res->n; i++)
		queue_look_add_queue(&b, &res->v[i]);
	snprintf(l->text, sizeof(l->text), "%s", b.data);
	ir_buf_reset(&b);
	for (size_t i = 0; i < res->n_troubles; i++)
		ir_buf_addf(&b, "%s%s: %s (%s)\n", res->troubles[i].denied ? "! " : "",
		    res->troubles[i].type ? res->troubles[i].type : "-", res->troubles[i].message,
		    res->troubles[i].hint ? res->troubles[i].hint : "");
	snprintf(l->troubles, sizeof(l->troubles), "%s", b.data);
	ir_buf_done(&b);
}

#endif
