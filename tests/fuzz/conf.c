/* conf - any bytes as ir.conf: what is taken can be read, what is not is an error with a place */
#include "conf/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check_value(const struct ir_section *s, const struct ir_value *v)
{
	const char *type = s->type->name, *key = v->key->name;

	if (!v->line || !v->text || (v->key->type == IR_KEY_LIST) != (v->list.n > 0))
		abort();
	if (v->key->type == IR_KEY_INT || v->key->type == IR_KEY_BOOL || v->key->type == IR_KEY_MS ||
	    v->key->type == IR_KEY_SIZE)
		if (ir_conf_int(s, type, key) == INT64_MIN)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ir_arena arena = { .blocks = NULL };
	struct ir_conf c = { .n = 0 };
	struct ir_err err = IR_ERR_INIT;

	if (ir_conf_parse(&arena, &c, "ir.conf", (const char *)data, n, &err) < 0 &&
	    (err.code != IR_CONFIG || strncmp(err.msg, "ir.conf:", 8) != 0))
		abort();
	for (size_t i = 0; i < c.n; i++)
		for (size_t j = 0; j < c.v[i].n; j++)
			check_value(&c.v[i], &c.v[i].v[j]);
	ir_arena_done(&arena);
	return 0;
}
