/* chain_row - a chain as a record */
#include "logs/chain_row.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

const char *
ir_pattern_id(struct ir_arena *arena, const struct ir_logs_pattern *p)
{
	struct ir_pattern row;
	struct ir_buf key;
	char id[IR_ID_MAX];

	ir_row_init(&ir_kind_pattern, &row);
	row.h.service = p->service;
	row.key = p->key;
	ir_buf_init(&key, IR_LOG_LINE_MAX);
	ir_kind_pattern.key(&row, "", "", &key);
	ir_id_make(ir_kind_pattern.prefix, key.data, key.len, id, NULL);
	ir_buf_done(&key);
	return ir_strdup(arena, id);
}

static int
by_service(const void *a, const void *b)
{
	const struct ir_logs_step *x = a, *y = b;

	return strcmp(x->service, y->service);
}

static void
put_keys(struct ir_arena *arena, const struct ir_logs_chain *c, struct ir_list *keys)
{
	struct ir_logs_step *v = IR_NEW_N(arena, struct ir_logs_step, c->n);

	memcpy(v, c->v, c->n * sizeof(*v));
	qsort(v, c->n, sizeof(*v), by_service);
	for (size_t i = 0; i < c->n; i++) {
		ir_list_add(arena, keys, v[i].service);
		ir_list_add(arena, keys, v[i].pattern ? v[i].pattern->key : "");
	}
}

/* "web+worker" */
static const char *
subject(struct ir_arena *arena, const struct ir_list *services)
{
	return ir_list_join(arena, services, "", "+");
}

/* Where it went wrong first. */
static const char *
origin(const struct ir_logs_chain *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].error)
			return c->v[i].named ? c->v[i].service : "";
	return "";
}

void
ir_chain_row(struct ir_arena *arena, const struct ir_logs_chain *c, struct ir_chain *row)
{
	int64_t *offsets = IR_NEW_N(arena, int64_t, c->n);

	ir_row_init(&ir_kind_chain, row);
	row->how = ir_logs_how_names[c->how];
	put_keys(arena, c, &row->keys);
	for (size_t i = 0; i < c->n; i++) {
		const struct ir_logs_step *s = &c->v[i];

		ir_list_add(arena, &row->services, s->service);
		ir_list_add(arena, &row->steps, s->pattern ? s->pattern->template : "");
		if (s->pattern)
			ir_list_add(arena, &row->h.refs, ir_pattern_id(arena, s->pattern));
		offsets[i] = s->offset_ms == IR_TIME_NONE ? -1 : s->offset_ms;
	}
	row->offsets_ms = (struct ir_ints){ offsets, c->n };
	row->level = ir_level_names[c->level];
	if (c->how != IR_CHAIN_TIME)
		row->ids = c->ids;
	row->examples = c->examples;
	row->first_seen_ms = c->first_ms;
	row->last_seen_ms = c->last_ms;
	row->note = c->note;
	row->h.time_ms = c->last_ms;
	row->h.status = c->how == IR_CHAIN_TIME ? IR_STATUS_WARN : IR_STATUS_FAIL;
	row->h.service = origin(c);
	row->h.subject = subject(arena, &row->services);
	row->h.summary = c->text;
}
