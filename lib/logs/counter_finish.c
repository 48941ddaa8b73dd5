/* counter_finish - what was counted, united and told */
#include "logs/counter_priv.h"

#include "base/err.h"
#include "logs/clean.h"

enum { TEMPLATE_MAX = 1000, FRAMES_MAX = 5, FILES_MAX = 10 };

static void *
need_memory(void *p)
{
	if (!p)
		ir_oom();
	return p;
}

/* ---- tallies of one pattern */

static int
by_number(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static uint64_t
frames_of(const struct ir_logs_counter *c, const struct ir_tally *y)
{
	return y->detail ? c->tallies.details[y->detail - 1].frames_hash : 0;
}

static int
by_group(const void *va, const void *vb, void *arg)
{
	struct ir_logs_counter *c = arg;
	const struct ir_tally *a = &c->tallies.v[*(const uint32_t *)va], *b = &c->tallies.v[*(const uint32_t *)vb];
	int ret = by_number(a->service, b->service);

	if (ret == 0)
		ret = by_number(ir_learn_root(c->learn, a->shape), ir_learn_root(c->learn, b->shape));
	if (ret == 0 && (a->error == UINT32_MAX || b->error == UINT32_MAX))
		ret = by_number(a->error == UINT32_MAX, b->error == UINT32_MAX);
	else if (ret == 0)
		ret = by_number(ir_learn_root(c->learn, a->error), ir_learn_root(c->learn, b->error));
	if (ret == 0)
		ret = by_number(frames_of(c, a), frames_of(c, b));
	return ret ? ret : by_number(a->variant, b->variant);
}

static int
by_group_and_age(const void *a, const void *b, void *arg)
{
	int ret = by_group(a, b, arg);

	return ret ? ret : by_number(*(const uint32_t *)a, *(const uint32_t *)b);
}

/* The worst and the most frequent first; of those the newest. */
static int
by_weight(const void *va, const void *vb, void *arg)
{
	struct ir_logs_counter *c = arg;
	const struct ir_tally *a = &c->tallies.v[*(const uint32_t *)va], *b = &c->tallies.v[*(const uint32_t *)vb];
	int ret = by_number(b->level, a->level);

	if (ret == 0)
		ret = by_number(b->events, a->events);
	if (ret == 0)
		ret = (a->first_ms < b->first_ms) - (a->first_ms > b->first_ms);
	return ret ? ret : by_number(*(const uint32_t *)va, *(const uint32_t *)vb);
}

/* What a group has in common with its leader, the oldest; tally_pattern[] names the leader of each until it names its pattern. Returns the leaders. */
static uint32_t *
make_groups(struct ir_logs_counter *c, size_t *n)
{
	struct ir_tallies *t = &c->tallies;
	uint32_t *order = need_memory(malloc((t->n + 1) * sizeof(*order))), leader = 0;

	for (uint32_t i = 0; i < t->n; i++)
		order[i] = i;
	qsort_r(order, t->n, sizeof(*order), by_group_and_age, c);
	*n = 0;
	for (uint32_t i = 0; i < t->n; i++) {
		uint32_t tally = order[i];

		if (i == 0 || by_group(&leader, &tally, c) != 0) {
			leader = tally;
			order[(*n)++] = leader;
		}
		c->tally_pattern[tally] = leader;
		if (tally != leader)
			ir_tally_unite(t, &t->v[leader], &t->v[tally]);
	}
	return order;
}

/* ---- one pattern */

static void
add_text(struct ir_logs_counter *c, const struct ir_tally *y, uint32_t shape, uint32_t error, int own, struct ir_buf *b)
{
	if (!(y->bare && error != UINT32_MAX))
		ir_learn_template(c->learn, shape, own, b);
	/* where the line was the exception's own, it is said already */
	if (error != UINT32_MAX && error != shape) {
		if (b->len > 0)
			ir_buf_adds(b, " | ");
		ir_learn_template(c->learn, error, own, b);
	}
	if (y->variant)
		ir_buf_addf(b, " %uxx", y->variant);
	if (b->len == 0)
		ir_buf_adds(b, "(empty line)");
}

/* "file\tfunction\tline\n" of each, innermost first. */
static void
set_frames(struct ir_logs_counter *c, struct ir_logs_pattern *p, const char *frames, struct ir_buf *key)
{
	for (const char *end; frames && (end = strchr(frames, '\n')); frames = end + 1) {
		const char *tab = strchr(frames, '\t'), *tab2 = tab ? strchr(tab + 1, '\t') : NULL;
		const char *file, *function;

		if (!tab2 || tab2 > end)
			break;
		file = ir_strndup(c->arena, frames, (size_t)(tab - frames));
		function = ir_strndup(c->arena, tab + 1, (size_t)(tab2 - tab - 1));
		ir_buf_addf(key, "\n%s %s", file, function);
		if (p->frames.n < FRAMES_MAX) {
			bool line = tab2[1] != '0';

			ir_list_add(c->arena, &p->frames,
			    ir_asprintf(c->arena, "%s%s%.*s%s%s", file, line && *file ? ":" : "",
				line && *file ? (int)(end - tab2 - 1) : 0, tab2 + 1, *function ? " in " : "",
				function));
		}
		if (*file && p->files.n < FILES_MAX)
			ir_list_add_once(c->arena, &p->files, file);
	}
}

static void
add_shown(struct ir_logs_counter *c, struct ir_logs_pattern *p, struct ir_span text)
{
	struct ir_buf b, safe;

	if (p->examples.n >= IR_LOGS_EXAMPLES)
		return;
	ir_buf_init(&b, 4 * IR_EVENT_TEXT);
	ir_buf_init(&safe, 4 * IR_EVENT_TEXT);
	for (const char *q = text.p, *end = text.p + text.n; q < end;) {
		const char *nl = memchr(q, '\n', (size_t)(end - q));
		size_t n = (size_t)((nl ? nl : end) - q);

		if (q > text.p)
			ir_buf_addc(&b, '\n');
		ir_log_clean(&b, q, n);
		q += n + 1;
	}
	ir_log_redact(&safe, b.data, b.len);
	ir_list_add_once(c->arena, &p->examples, ir_strndup(c->arena, safe.data, safe.len));
	ir_buf_done(&b);
	ir_buf_done(&safe);
}

static void
add_also(struct ir_logs_counter *c, struct ir_logs_pattern *p, const struct ir_tally *y)
{
	struct ir_buf b;

	if (p->also.n >= IR_LOGS_ALSO)
		return;
	ir_buf_init(&b, TEMPLATE_MAX);
	add_text(c, y, y->shape, y->error, 1, &b);
	if (strcmp(b.data, p->template) != 0)
		ir_list_add_once(c->arena, &p->also, ir_strdup(c->arena, b.data));
	ir_buf_done(&b);
}

static void
set_numbers(struct ir_logs_pattern *p, const struct ir_tally *y, const struct ir_tally_detail *d)
{
	p->events = y->events + (d ? d->events : 0);
	p->lines = y->lines + (d ? d->lines : 0);
	p->before = y->before + (d ? d->before : 0);
	p->after = y->after + (d ? d->after : 0);
	p->first_ms = y->first_ms;
	p->last_ms = y->last_ms;
	p->level = y->level;
	p->level_guessed = y->guessed;
	if (d)
		p->buckets = d->buckets;
	else if (y->first_ms != IR_TIME_NONE)
		ir_buckets_add(&p->buckets, y->first_ms, y->events);
}

static void
set_examples(
    struct ir_logs_counter *c, struct ir_logs_pattern *p, const struct ir_tally *y, const struct ir_tally_detail *d)
{
	for (size_t i = 0; d && i < IR_LOGS_EXAMPLES && d->examples[i]; i++)
		add_shown(c, p, (struct ir_span){ d->examples[i], strlen(d->examples[i]) });
	if (p->examples.n == 0)
		add_shown(c, p, ir_learn_line(c->learn, y->shape));
}

static void
tell_pattern(struct ir_logs_counter *c, struct ir_logs_pattern *p, uint32_t tally)
{
	const struct ir_tally *y = &c->tallies.v[tally];
	const struct ir_tally_detail *d = y->detail ? &c->tallies.details[y->detail - 1] : NULL;
	struct ir_buf text;

	*p = (struct ir_logs_pattern){ .service = ir_strdup(c->arena, c->names.v[y->service - 1]) };
	ir_buf_init(&text, 2 * TEMPLATE_MAX);
	add_text(c, y, ir_learn_root(c->learn, y->shape),
	    y->error == UINT32_MAX ? UINT32_MAX : ir_learn_root(c->learn, y->error), 0, &text);
	p->template = ir_strdup(c->arena, text.data);
	if (d)
		set_frames(c, p, d->frames, &text);
	p->key = ir_strdup(c->arena, text.data);
	if (d && d->error)
		p->error = ir_strdup(c->arena, d->error);
	ir_buf_done(&text);
	set_numbers(p, y, d);
	set_examples(c, p, y, d);
}

/* ---- patterns that read the same are the same */

static int
by_key(const void *va, const void *vb)
{
	const struct ir_logs_pattern *a = *(struct ir_logs_pattern *const *)va,
				     *b = *(struct ir_logs_pattern *const *)vb;
	int ret = strcmp(a->service, b->service);

	if (ret == 0)
		ret = strcmp(a->key, b->key);
	return ret ? ret : (a > b) - (a < b);
}

static void
join_lists(struct ir_logs_counter *c, struct ir_list *to, const struct ir_list *from, size_t most)
{
	for (size_t i = 0; i < from->n && to->n < most; i++)
		ir_list_add_once(c->arena, to, from->v[i]);
}

static void
join_patterns(struct ir_logs_counter *c, struct ir_logs_pattern *to, const struct ir_logs_pattern *from)
{
	struct ir_tally level = { .level = (uint8_t)to->level, .guessed = to->level_guessed };

	ir_tally_level(&level, (uint8_t)from->level, from->level_guessed);
	to->level = level.level;
	to->level_guessed = level.guessed;
	to->events += from->events;
	to->lines += from->lines;
	to->before += from->before;
	to->after += from->after;
	if (to->first_ms == IR_TIME_NONE || (from->first_ms != IR_TIME_NONE && from->first_ms < to->first_ms))
		to->first_ms = from->first_ms;
	if (to->last_ms == IR_TIME_NONE || (from->last_ms != IR_TIME_NONE && from->last_ms > to->last_ms))
		to->last_ms = from->last_ms;
	ir_buckets_unite(&to->buckets, &from->buckets);
	join_lists(c, &to->also, &from->also, IR_LOGS_ALSO);
	join_lists(c, &to->examples, &from->examples, IR_LOGS_EXAMPLES);
}

/* Patterns move together; to[i] tells where the one that was at i is now. */
static void
join_equal(struct ir_logs_counter *c, uint32_t *to)
{
	struct ir_logs_pattern *v = c->counts.v, **order;
	uint32_t n = 0;

	order = need_memory(malloc((c->counts.n + 1) * sizeof(*order)));
	for (size_t i = 0; i < c->counts.n; i++) {
		order[i] = &v[i];
		to[i] = (uint32_t)i;
	}
	qsort(order, c->counts.n, sizeof(*order), by_key);
	for (size_t i = 1, first = 0; i < c->counts.n; i++) {
		if (strcmp(order[i]->service, order[first]->service) != 0 ||
		    strcmp(order[i]->key, order[first]->key) != 0) {
			first = i;
			continue;
		}
		join_patterns(c, order[first], order[i]);
		to[order[i] - v] = (uint32_t)(order[first] - v);
	}
	free(order);
	for (uint32_t i = 0; i < c->counts.n; i++) {
		if (to[i] == i) {
			v[n] = v[i];
			to[i] = n++;
		} else {
			to[i] = to[to[i]];
		}
	}
	c->counts.n = n;
}

/* The leaders that are told of become patterns; the others are summed up. place[tally] gets the pattern of each leader. */
static void
tell_leaders(struct ir_logs_counter *c, const uint32_t *leaders, size_t n, uint32_t *place)
{
	size_t most = c->opts.assign ? n : c->opts.tell ? c->opts.tell : IR_TELL;
	uint32_t *to;

	c->counts.n = n < most ? n : most;
	c->counts.v = need_memory(calloc(c->counts.n + 1, sizeof(c->counts.v[0])));
	for (size_t i = 0; i < n; i++) {
		const struct ir_tally *y = &c->tallies.v[leaders[i]];

		place[leaders[i]] = i < c->counts.n ? (uint32_t)i : UINT32_MAX;
		if (i < c->counts.n) {
			tell_pattern(c, &c->counts.v[i], leaders[i]);
			continue;
		}
		c->counts.untold++;
		c->counts.untold_events += y->events + (y->detail ? c->tallies.details[y->detail - 1].events : 0);
		c->counts.untold_lines += y->lines + (y->detail ? c->tallies.details[y->detail - 1].lines : 0);
	}
	for (uint32_t i = 0; i < c->tallies.n; i++) {
		uint32_t leader = c->tally_pattern[i];

		if (leader != i && place[leader] != UINT32_MAX)
			add_also(c, &c->counts.v[place[leader]], &c->tallies.v[i]);
	}
	to = need_memory(malloc((c->counts.n + 1) * sizeof(*to)));
	join_equal(c, to);
	for (size_t i = 0; i < n; i++) {
		if (place[leaders[i]] != UINT32_MAX)
			place[leaders[i]] = to[place[leaders[i]]];
	}
	free(to);
}

void
ir_counter_unite(struct ir_logs_counter *c)
{
	uint32_t *leaders, *place;
	size_t n;

	c->tally_pattern = need_memory(malloc((c->tallies.n + 1) * sizeof(c->tally_pattern[0])));
	ir_learn_vary(c->learn);
	ir_learn_finish(c->learn);
	leaders = make_groups(c, &n);
	qsort_r(leaders, n, sizeof(*leaders), by_weight, c);
	place = need_memory(malloc((c->tallies.n + 1) * sizeof(*place)));
	tell_leaders(c, leaders, n, place);
	for (uint32_t i = 0; i < c->tallies.n; i++)
		c->tally_pattern[i] = place[c->tally_pattern[i]];
	free(place);
	free(leaders);
}
