/* fuzz opt - any arguments, separated by newlines, parsed and completed: no crash, no answer without its line's end */
#include <string.h>

#include "base/hash.h"
#include "cli/help.h"

enum { ARGS_MAX = 64 };

struct opts {
	bool flag;
	int count;
	const char *str;
	struct ir_list list;
	int64_t num;
};

static const struct ir_opt table[] = {
	IR_FLAG(struct opts, flag, 'f', "flag", "a flag"),
	IR_COUNT(struct opts, count, 'x', "count", "counts"),
	IR_STR(struct opts, str, 'm', "message", "TEXT", "a string", .secret = true),
	IR_LIST(struct opts, list, 'l', "list", "NAME,...", "a list", .comma = true, .def = "a,b"),
	IR_INT(struct opts, num, 'n', "number", "N", "a number", -5, 9, .def = "5"),
	IR_OPT_END,
};
static const struct ir_kind *const kinds[] = { &ir_kind_check, NULL };
static const struct ir_cmd cmd = {
	.name = "ir-x",
	.with = IR_WITH_OUTPUT | IR_WITH_STATUS | IR_WITH_DEADLINE | IR_WITH_WATCH,
	.opts = table,
	.optsize = sizeof(struct opts),
	.kinds = kinds,
};

static int
handle(void *arg, const char *word, const char *id, int64_t *dest, struct ir_err *err)
{
	(void)arg, (void)word, (void)err;
	if (!id)
		return 0;
	if (!ir_id_valid(id, strlen(id)))
		abort();
	*dest = 0;
	return 0;
}

static int
split(char *text, char **argv)
{
	int argc = 1;

	for (char *at = text; at && argc < ARGS_MAX; argc++) {
		argv[argc] = at;
		at = strchr(at, '\n');
		if (at)
			*at++ = '\0';
	}
	argv[argc] = NULL;
	return argc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ir_arena arena = { 0 };
	struct ir_ctx ctx = { .arena = &arena };
	struct ir_common common;
	struct opts o;
	struct ir_err err = IR_ERR_INIT;
	char *argv[ARGS_MAX + 1], name[] = "ir-x";
	int argc = split(ir_strndup(&arena, (const char *)data, size), argv);
	struct ir_opt_parse p = {
		.tables = ir_opt_groups(&cmd, &o, &common, true, &arena), .arena = &arena, .handle = handle
	};
	struct ir_buf b;

	argv[0] = name;
	if (ir_opt_parse(&p, argc, argv, &err) < 0 && (err.code != IR_USAGE || !*err.msg))
		abort();
	ir_buf_init(&b, 1 << 20);
	ir_complete(&ctx, &cmd, p.tables, "line", argv + 1, &b);
	if (b.len > 0 && b.data[b.len - 1] != '\n')
		abort();
	ir_buf_done(&b);
	ir_arena_done(&arena);
	return 0;
}
