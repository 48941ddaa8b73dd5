/* introspect - a command as one JSON document, for the manual, for completions and for programs */
#include "cli/help.h"

static const char *const type_names[] = {
	[IR_OPT_FLAG] = "flag",
	[IR_OPT_COUNT] = "count",
	[IR_OPT_STR] = "string",
	[IR_OPT_LIST] = "list",
	[IR_OPT_INT] = "integer",
	[IR_OPT_MS] = "duration",
	[IR_OPT_TIME] = "time",
	[IR_OPT_CHOICE] = "choice",
	[IR_OPT_CHOICES] = "choices",
};
static const char *const role_names[] = { [IR_SOURCE] = "source", [IR_FILTER] = "filter", [IR_ACTOR] = "actor" };
static const char *const col_type_names[] = {
	[IR_COL_STR] = "string",
	[IR_COL_ENUM] = "enum",
	[IR_COL_INT] = "integer",
	[IR_COL_REAL] = "number",
	[IR_COL_BOOL] = "boolean",
	[IR_COL_TIME] = "time",
	[IR_COL_LIST] = "list",
	[IR_COL_INTS] = "list",
};

static json_t *
string(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *
strings(const char *const *s)
{
	json_t *ret = json_array();

	for (; s && *s; s++)
		json_array_append_new(ret, json_string(*s));
	return ret;
}

static json_t *
values(const struct ir_values *v)
{
	json_t *ret;

	if (!v)
		return json_null();
	ret = json_object();
	json_object_set_new(ret, "name", string(v->name));
	json_object_set_new(ret, "words", v->fixed ? strings(v->fixed) : json_null());
	return ret;
}

static json_t *
option(const struct ir_opt *o, const char *group)
{
	json_t *ret = json_object();
	char letter[] = { o->letter, '\0' };

	json_object_set_new(ret, "name", string(o->name));
	json_object_set_new(ret, "letter", string(o->letter ? letter : NULL));
	json_object_set_new(ret, "group", string(group));
	json_object_set_new(ret, "type", string(type_names[o->type]));
	json_object_set_new(ret, "arg", string(o->arg));
	json_object_set_new(ret, "default", string(o->def));
	json_object_set_new(ret, "help", string(o->help));
	json_object_set_new(ret, "more", string(o->more));
	json_object_set_new(ret, "values", values(o->values));
	json_object_set_new(ret, "hidden", json_boolean(o->hidden));
	json_object_set_new(ret, "secret", json_boolean(o->secret));
	return ret;
}

static json_t *
options(const struct ir_opt_table *t)
{
	json_t *ret = json_array();

	for (; t->opts; t++)
		for (const struct ir_opt *o = t->opts; o->name; o++)
			json_array_append_new(ret, option(o, t->title ? t->title : "options"));
	return ret;
}

static json_t *
columns(const struct ir_col *col)
{
	json_t *ret = json_array();

	for (; col && col->key; col++) {
		json_t *c = json_object();

		json_object_set_new(c, "key", string(col->key));
		json_object_set_new(c, "type", string(col_type_names[col->type]));
		json_object_set_new(c, "words", col->names ? strings(col->names) : json_null());
		json_object_set_new(c, "always", json_boolean(col->group == 0));
		json_object_set_new(c, "doc", string(col->doc));
		json_array_append_new(ret, c);
	}
	return ret;
}

static json_t *
kinds(const struct ir_cmd *cmd)
{
	json_t *ret = json_array();

	for (const struct ir_kind *const *k = cmd->kinds; k && *k; k++) {
		json_t *one = json_object();

		json_object_set_new(one, "name", string((*k)->name));
		json_object_set_new(one, "v", json_integer((*k)->version));
		json_object_set_new(one, "prefix", string((*k)->prefix));
		json_object_set_new(one, "doc", string((*k)->doc));
		json_object_set_new(one, "key", string((*k)->key_doc));
		json_object_set_new(one, "columns", columns((*k)->cols));
		json_array_append_new(ret, one);
	}
	return ret;
}

static json_t *
exits(const struct ir_cmd *cmd)
{
	json_t *ret = json_array();

	for (const struct ir_exit_doc *d = ir_exit_docs; d->meaning; d++) {
		json_t *one;

		if (!ir_exit_applies(cmd, d->code))
			continue;
		one = json_object();
		json_object_set_new(one, "code", json_integer(d->code));
		json_object_set_new(one, "meaning", string(d->meaning));
		json_array_append_new(ret, one);
	}
	return ret;
}

static json_t *
examples(const struct ir_cmd *cmd)
{
	json_t *ret = json_array();

	for (const struct ir_example *e = cmd->examples; e && e->cmd; e++) {
		json_t *one = json_object();

		json_object_set_new(one, "cmd", string(e->cmd));
		json_object_set_new(one, "doc", string(e->doc));
		json_array_append_new(ret, one);
	}
	return ret;
}

json_t *
ir_introspect(const struct ir_cmd *cmd, const struct ir_opt_table *tables)
{
	json_t *ret = json_object(), *operands = json_null();

	if (cmd->operands) {
		operands = json_object();
		json_object_set_new(operands, "synopsis", string(cmd->operands));
		json_object_set_new(operands, "values", values(cmd->operand_values));
	}
	json_object_set_new(ret, "name", string(cmd->name));
	json_object_set_new(ret, "brief", string(cmd->brief));
	json_object_set_new(ret, "version", string(IR_VERSION));
	json_object_set_new(ret, "role", string(role_names[cmd->role]));
	json_object_set_new(ret, "operands", operands);
	json_object_set_new(ret, "options", options(tables));
	json_object_set_new(ret, "envelope", columns(ir_envelope));
	json_object_set_new(ret, "kinds", kinds(cmd));
	json_object_set_new(ret, "exit", exits(cmd));
	json_object_set_new(ret, "examples", examples(cmd));
	return ret;
}
