/* redis_wants - what a job system in Redis asks, its replies, and what they hold; pure */
#include <jansson.h>

#include "base/num.h"
#include "queue/redis_wants.h"

enum { JSON_MAX = 1 << 20, LONGEST = 1000 };

void
ir_redis_place_init(struct ir_redis_place *p, struct ir_queue_found *found, const struct ir_redis_system *type,
    const struct ir_queue_ask *ask, int64_t now_ms)
{
	*p = (struct ir_redis_place){
		.arena = found->arena,
		.type = type,
		.ask = ask,
		.prefix = ask->prefix ? ask->prefix : type->prefix,
		.db = ask->db,
		.now_ms = now_ms,
		.asked = ask->type != NULL,
		.found = found,
		.wants = IR_NEW(found->arena, struct ir_redis_wants),
	};
}

/* ---- asking */

static void
push(struct ir_redis_place *p, struct ir_redis_want_list *l, ir_redis_take *take, size_t arg, const char *const *words)
{
	struct ir_redis_want *w;
	const char **copy;
	size_t n = 0;

	if (l->n == l->size) {
		struct ir_redis_want *more = IR_NEW_N(p->arena, struct ir_redis_want, l->size = 2 * l->size + 16);

		if (l->n)
			memcpy(more, l->v, l->n * sizeof(*more));
		l->v = more;
	}
	w = &l->v[l->n++];
	while (words[n])
		n++;
	copy = IR_NEW_N(p->arena, const char *, n + 1);
	memcpy(copy, words, n * sizeof(*words));
	w->words = copy;
	w->take = take;
	w->arg = arg;
}

void
ir_redis_want(struct ir_redis_place *p, ir_redis_take *take, size_t arg, const char *const *words)
{
	push(p, &p->wants->now, take, arg, words);
}

void
ir_redis_want_last(struct ir_redis_place *p, ir_redis_take *take, size_t arg, const char *const *words)
{
	push(p, &p->wants->last, take, arg, words);
}

const char *
ir_redis_key(struct ir_redis_place *p, const char *middle, const char *end)
{
	return ir_asprintf(p->arena, "%s%s%s", p->prefix, middle, end);
}

const struct ir_redis_cmd *
ir_redis_wanted(struct ir_redis_place *p, size_t *n)
{
	struct ir_redis_wants *w = p->wants;
	struct ir_redis_cmd *cmds;

	w->sent = w->now;
	w->now = (struct ir_redis_want_list){ 0 };
	if (w->sent.n > IR_REDIS_WANTS_MAX) {
		w->sent.n = IR_REDIS_WANTS_MAX;
		p->cut = true;
	}
	*n = w->sent.n;
	cmds = IR_NEW_N(p->arena, struct ir_redis_cmd, *n + 1);
	for (size_t i = 0; i < *n; i++)
		cmds[i].argv = w->sent.v[i].words;
	return cmds;
}

bool
ir_redis_turn_last(struct ir_redis_place *p)
{
	struct ir_redis_wants *w = p->wants;

	if (w->now.n || !w->last.n)
		return false;
	w->now = w->last;
	w->last = (struct ir_redis_want_list){ 0 };
	return true;
}

/* ---- what went wrong */

static const char *
command_of(struct ir_redis_place *p, const struct ir_redis_want *w)
{
	bool sub = strcmp(w->words[0], "CLIENT") == 0; /* rights to it are given by what follows */
	char *name = ir_asprintf(p->arena, "%s%s%s", w->words[0], sub ? "|" : "", sub ? w->words[1] : "");

	for (char *s = name; *s; s++)
		*s |= *s >= 'A' && *s <= 'Z' ? 0x20 : 0;
	return name;
}

static void
note_error(struct ir_redis_place *p, const struct ir_redis_want *w, const struct ir_redis_reply *r)
{
	struct ir_redis_wants *ws = p->wants;
	const char *key = w->words[1] ? w->words[1] : w->words[0];

	if (strcmp(r->code, "NOPERM") == 0) {
		ir_list_add_once(p->arena, &ws->denied, command_of(p, w));
		return;
	}
	if (strcmp(r->code, "WRONGTYPE") == 0)
		ir_list_add_once(p->arena, &ws->wrong,
		    ir_asprintf(p->arena, "key %s is of another type than %s has it", key, p->type->name));
	else if (strcmp(r->code, "MOVED") == 0 || strcmp(r->code, "ASK") == 0 || strcmp(r->code, "CLUSTERDOWN") == 0)
		ir_list_add_once(
		    p->arena, &ws->wrong, ir_asprintf(p->arena, "key %s lives on another node of the cluster", key));
	else
		ir_list_add_once(p->arena, &ws->wrong,
		    ir_asprintf(p->arena, "%s %s: %.200s", command_of(p, w), key, r->s ? r->s : "error"));
}

void
ir_redis_given(struct ir_redis_place *p, const struct ir_redis_reply *v, size_t n)
{
	const struct ir_redis_want_list sent = p->wants->sent;
	size_t i;

	for (i = 0; i < sent.n && i < n; i++) {
		if (v[i].type == IR_REDIS_ERROR)
			note_error(p, &sent.v[i], &v[i]);
		else
			sent.v[i].take(p, sent.v[i].arg, &v[i]);
	}
	p->wants->sent = (struct ir_redis_want_list){ sent.v + i, sent.n - i, 0 };
}

bool
ir_redis_too_big(struct ir_redis_place *p)
{
	struct ir_redis_want_list *sent = &p->wants->sent;

	if (sent->n == 0)
		return false;
	ir_list_add_once(p->arena, &p->wants->wrong,
	    ir_asprintf(p->arena, "%s %s: the reply is too large to be looked at", command_of(p, sent->v),
		sent->v->words[1] ? sent->v->words[1] : ""));
	sent->v++;
	sent->n--;
	return true;
}

void
ir_redis_ask_again(struct ir_redis_place *p)
{
	const struct ir_redis_want_list sent = p->wants->sent;

	for (size_t i = 0; i < sent.n; i++)
		push(p, &p->wants->now, sent.v[i].take, sent.v[i].arg, sent.v[i].words);
	p->wants->sent = (struct ir_redis_want_list){ 0 };
}

/* ---- queues */

size_t
ir_redis_queue(struct ir_redis_place *p, const char *name)
{
	if (p->ask->names.n && !ir_list_has(&p->ask->names, name))
		return SIZE_MAX;
	for (size_t i = 0; i < p->queues.n; i++) {
		if (strcmp(p->queues.v[i], name) == 0)
			return i;
	}
	if (p->queues.n >= IR_QUEUES_MAX) {
		p->cut = true;
		return SIZE_MAX;
	}
	ir_list_add(p->arena, &p->queues, ir_strdup(p->arena, name));
	return p->queues.n - 1;
}

struct ir_queue_facts *
ir_redis_facts(struct ir_redis_place *p, size_t queue)
{
	return queue < p->queues.n ? ir_queue_of(p->found, p->type->name, p->queues.v[queue]) : NULL;
}

void
ir_redis_take_pending(struct ir_redis_place *p, size_t queue, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, queue);

	if (f)
		f->pending = ir_redis_sum(f->pending, ir_redis_int(r));
}

void
ir_redis_take_running(struct ir_redis_place *p, size_t queue, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, queue);

	if (f)
		f->running = ir_redis_sum(f->running, ir_redis_int(r));
}

void
ir_redis_take_scheduled(struct ir_redis_place *p, size_t queue, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, queue);

	if (f)
		f->scheduled = ir_redis_sum(f->scheduled, ir_redis_int(r));
}

void
ir_redis_take_failed(struct ir_redis_place *p, size_t queue, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, queue);

	if (f)
		f->failed = ir_redis_sum(f->failed, ir_redis_int(r));
}

struct ir_queue_facts *
ir_redis_whole(struct ir_redis_place *p)
{
	struct ir_queue_facts *f;
	int64_t pending = p->queues.n ? INT64_MIN : 0;

	if (p->ask->names.n)
		return NULL;
	if (p->queues.n == 1)
		return ir_redis_facts(p, 0);
	for (size_t q = 0; q < p->queues.n; q++) {
		f = ir_redis_facts(p, q);
		pending = f ? ir_redis_sum(pending, f->pending) : pending;
	}
	f = ir_queue_of(p->found, p->type->name, "");
	if (f)
		f->pending = pending;
	return f;
}

/* ---- replies */

int64_t
ir_redis_int(const struct ir_redis_reply *r)
{
	int64_t n;

	if (r->type == IR_REDIS_INTEGER)
		return r->i;
	if (r->type != IR_REDIS_STRING || strlen(r->s) != r->len)
		return INT64_MIN;
	return ir_parse_int(r->s, INT64_MIN + 1, INT64_MAX, &n, NULL) == 0 ? n : INT64_MIN;
}

double
ir_redis_real(const struct ir_redis_reply *r)
{
	char *end;
	double d;

	if (r->type == IR_REDIS_INTEGER)
		return (double)r->i;
	if (r->type != IR_REDIS_STRING || r->len == 0 || r->len > 64 || strlen(r->s) != r->len)
		return NAN;
	d = strtod(r->s, &end);
	return *end || !isfinite(d) ? (double)NAN : d;
}

const char *
ir_redis_str(const struct ir_redis_reply *r)
{
	bool text = r->type == IR_REDIS_STRING || r->type == IR_REDIS_STATUS;

	return text && r->s && strlen(r->s) == r->len ? r->s : NULL;
}

struct ir_list
ir_redis_strings(struct ir_redis_place *p, const struct ir_redis_reply *r, size_t max)
{
	struct ir_list list = { 0 };

	for (size_t i = 0; r->type == IR_REDIS_ARRAY && i < r->n && list.n < max; i++) {
		const char *s = ir_redis_str(&r->v[i]);

		if (s && strlen(s) <= LONGEST)
			ir_list_add(p->arena, &list, ir_strdup(p->arena, s));
	}
	return list;
}

struct ir_list
ir_redis_members(struct ir_redis_place *p, const struct ir_redis_reply *r)
{
	const char *cursor = r->type == IR_REDIS_ARRAY && r->n == 2 ? ir_redis_str(&r->v[0]) : NULL;

	if (!cursor)
		return (struct ir_list){ 0 };
	p->cut |= strcmp(cursor, "0") != 0;
	return ir_redis_strings(p, &r->v[1], SIZE_MAX);
}

int64_t
ir_redis_sum(int64_t a, int64_t b)
{
	int64_t sum;

	if (a == INT64_MIN || b == INT64_MIN)
		return a == INT64_MIN ? b : a;
	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

json_t *
ir_redis_json(const struct ir_redis_reply *r)
{
	json_t *obj;

	if (r->type != IR_REDIS_STRING || r->len > JSON_MAX)
		return NULL;
	obj = json_loadb(r->s, r->len, 0, NULL);
	if (json_is_object(obj))
		return obj;
	json_decref(obj);
	return NULL;
}

bool
ir_redis_cut_end(char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	if (n <= m || strcmp(s + n - m, end) != 0)
		return false;
	s[n - m] = '\0';
	return true;
}

double
ir_redis_age(const struct ir_redis_place *p, double ms)
{
	double age = ((double)p->now_ms - ms) / 1000;

	if (isnan(age) || age > 1e11) /* longer ago than Unix: no instant */
		return NAN;
	return age > 0 ? age : 0;
}
