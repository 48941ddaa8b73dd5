/* crew - a second thread, that scans one batch of lines while the first one reads or scans another */
#include "logs/counter_priv.h"

#include "base/err.h"

struct ir_crew {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct ir_scan *scan;
	struct ir_batch *batch; /* to be done; NULL: nothing */
	bool over;
};

void
ir_batch_scan(struct ir_scan *scan, struct ir_batch *b)
{
	size_t used;

	ir_buf_reset(&b->stacks);
	scan->stacks = &b->stacks;
	b->n_lines =
	    ir_scan_lines(scan, b->r->stream, &b->base, b->bytes + b->used, b->bytes + b->n, true, b->lines, &used);
	b->used += used;
}

static void *
work(void *arg)
{
	struct ir_crew *c = arg;

	pthread_mutex_lock(&c->lock);
	while (!c->over) {
		struct ir_batch *b = c->batch;

		if (!b) {
			pthread_cond_wait(&c->changed, &c->lock);
			continue;
		}
		pthread_mutex_unlock(&c->lock);
		ir_batch_scan(c->scan, b);
		pthread_mutex_lock(&c->lock);
		c->batch = NULL;
		pthread_cond_signal(&c->changed);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

struct ir_crew *
ir_crew_new(struct ir_scan *scan)
{
	struct ir_crew *c = calloc(1, sizeof(*c));

	if (!c)
		ir_oom();
	c->scan = scan;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->changed, NULL);
	if (pthread_create(&c->thread, NULL, work, c) != 0) {
		free(c);
		return NULL;
	}
	return c;
}

void
ir_crew_give(struct ir_crew *c, struct ir_batch *b)
{
	pthread_mutex_lock(&c->lock);
	c->batch = b;
	pthread_cond_signal(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

void
ir_crew_wait(struct ir_crew *c)
{
	pthread_mutex_lock(&c->lock);
	while (c->batch)
		pthread_cond_wait(&c->changed, &c->lock);
	pthread_mutex_unlock(&c->lock);
}

void
ir_crew_free(struct ir_crew *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->over = true;
	pthread_cond_signal(&c->changed);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
