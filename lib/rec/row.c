/* row - a record's members back in a row */
#include <string.h>

#include "rec/rec.h"

static const char *
text(struct ir_arena *arena, const json_t *v)
{
	return json_is_string(v) ? ir_strdup(arena, json_string_value(v)) : NULL;
}

static int64_t
instant(const json_t *v)
{
	int64_t ms;

	if (json_is_string(v) && ir_time_parse_rfc3339(json_string_value(v), json_string_length(v), &ms) == 0)
		return ms;
	return IR_TIME_NONE;
}

static void
take_list(struct ir_arena *arena, const json_t *v, struct ir_list *ret)
{
	const json_t *e;
	size_t i;

	json_array_foreach(v, i, e)
	{
		if (json_is_string(e))
			ir_list_add(arena, ret, ir_strdup(arena, json_string_value(e)));
	}
}

static void
take_ints(struct ir_arena *arena, const json_t *v, struct ir_ints *ret)
{
	size_t n = json_array_size(v);
	int64_t *to = IR_NEW_N(arena, int64_t, n + 1);

	for (size_t i = 0; i < n; i++)
		to[i] = json_integer_value(json_array_get(v, i));
	*ret = (struct ir_ints){ .v = to, .n = n };
}

/* Into where the row has it; the kind of value decides. */
static void
take(struct ir_arena *arena, const struct ir_col *c, const json_t *v, void *to)
{
	switch (c->type) {
	case IR_COL_STR:
		*(const char **)to = text(arena, v);
		break;
	case IR_COL_ENUM:
		*(int *)to = ir_name_index(c->names, json_string_value(v));
		break;
	case IR_COL_INT:
		*(int64_t *)to = json_is_integer(v) ? json_integer_value(v) : INT64_MIN;
		break;
	case IR_COL_REAL:
		if (json_is_number(v))
			*(double *)to = json_number_value(v);
		break;
	case IR_COL_BOOL:
		*(int *)to = json_is_boolean(v) ? json_is_true(v) : -1;
		break;
	case IR_COL_TIME:
		*(int64_t *)to = instant(v);
		break;
	case IR_COL_LIST:
		take_list(arena, v, to);
		break;
	case IR_COL_INTS:
		take_ints(arena, v, to);
		break;
	}
}

void
ir_rec_to_row(struct ir_arena *arena, const struct ir_kind *kind, const json_t *obj, void *row)
{
	struct ir_head *h = row;
	int status = ir_name_index(ir_status_names, json_string_value(json_object_get(obj, "status")));

	ir_row_init(kind, row);
	h->id = text(arena, json_object_get(obj, "id"));
	h->time_ms = instant(json_object_get(obj, "time"));
	h->status = status < 0 ? IR_STATUS_UNKNOWN : (enum ir_status)status;
	h->env = text(arena, json_object_get(obj, "env"));
	h->service = text(arena, json_object_get(obj, "service"));
	h->subject = text(arena, json_object_get(obj, "subject"));
	h->summary = text(arena, json_object_get(obj, "summary"));
	take_list(arena, json_object_get(obj, "refs"), &h->refs);
	for (const struct ir_col *c = kind->cols; c->key; c++) {
		const json_t *v = json_object_get(obj, c->key);

		if (v && !json_is_null(v))
			take(arena, c, v, (char *)row + c->offset);
	}
}
