/* run - names of all job systems, and what a look at them collects */
#include "queue/run.h"

enum { NAME_MAX_BYTES = 512 };

/* In the order of conf/keys.c. */
const char *const ir_queue_types[] = { "celery", "rq", "sidekiq", "resque", "bullmq", "huey", "dramatiq", "arq",
	"laravel", "table", "django-tasks", "django-q", "procrastinate", "oban", "river", "que", "good-job",
	"solid-queue", "delayed-job", "pg-boss", "graphile-worker", "pgmq", "rabbitmq", NULL };

void
ir_queue_stop(struct ir_queue_run *run)
{
	if (run)
		run->stop(run);
}

/* Room for one more of size bytes each in *v, which has room for *room. */
static void
grow(struct ir_arena *arena, void **v, size_t n, size_t *room, size_t size)
{
	void *more;

	if (n < *room)
		return;
	*room = *room ? *room * 2 : 8;
	more = ir_arena_alloc_n(arena, *room, size);
	if (n)
		memcpy(more, *v, n * size);
	*v = more;
}

/* Without a character that is cut in the middle. */
static size_t
name_bytes(const char *name)
{
	size_t n = strlen(name);

	if (n <= NAME_MAX_BYTES)
		return n;
	for (n = NAME_MAX_BYTES; n && ((unsigned char)name[n] & 0xc0) == 0x80;)
		n--;
	return n;
}

struct ir_queue_facts *
ir_queue_of(struct ir_queue_found *f, const char *type, const char *queue)
{
	struct ir_queue_facts *q;
	size_t bytes = name_bytes(queue);
	void *v = f->res.v;

	for (size_t i = 0; i < f->res.n; i++) {
		q = &f->res.v[i];
		if (strcmp(q->type, type) == 0 && strncmp(q->queue, queue, bytes) == 0 && q->queue[bytes] == '\0')
			return q;
	}
	if (f->res.n >= IR_QUEUES_MAX) {
		f->res.cut = true;
		return NULL;
	}
	grow(f->arena, &v, f->res.n, &f->size_v, sizeof(*q));
	f->res.v = v;
	q = &f->res.v[f->res.n++];
	*q = (struct ir_queue_facts)IR_QUEUE_FACTS_NONE;
	q->type = ir_strdup(f->arena, type);
	q->queue = ir_strndup(f->arena, queue, bytes);
	return q;
}

struct ir_queue_trouble *
ir_queue_trouble(struct ir_queue_found *f, const char *type, const char *message, const char *hint)
{
	struct ir_queue_trouble *t;
	void *v = f->res.troubles;

	for (size_t i = 0; i < f->res.n_troubles; i++) {
		t = &f->res.troubles[i];
		if (strcmp(t->message, message) == 0 && strcmp(t->type ? t->type : "", type ? type : "") == 0)
			return t;
	}
	grow(f->arena, &v, f->res.n_troubles, &f->size_troubles, sizeof(*t));
	f->res.troubles = v;
	t = &f->res.troubles[f->res.n_troubles++];
	*t = (struct ir_queue_trouble){ .type = type, .message = message, .hint = hint };
	return t;
}

static int
by_name(const void *a, const void *b)
{
	const struct ir_queue_facts *p = a, *q = b;
	int rc = strcmp(p->type, q->type);

	return rc ? rc : strcmp(p->queue, q->queue);
}

const struct ir_queue_res *
ir_queue_sorted(struct ir_queue_found *f)
{
	if (f->res.n)
		qsort(f->res.v, f->res.n, sizeof(*f->res.v), by_name);
	return &f->res;
}
