/* ir-show - show records whole */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/help.h"
#include "cli/pager.h"
#include "cli/process.h"
#include "rec/detail.h"
#include "rec/emit.h"
#include "rec/read.h"
#include "rec/refs.h"
#include "rec/schema.h"

enum { TEXT_MAX = 1 << 24, WRITE_AT = 1 << 16 };

struct opts {
	const char *schema;
};

static const struct ir_opt opts[] = {
	IR_STR(struct opts, schema, 0, "schema", "KIND", "print the JSON Schema of a kind of record, and end",
	    .values = &ir_values_kind),
	IR_OPT_END,
};

static const struct ir_example examples[] = {
	{ "ir-show chk-7k3f2q8m", "all that is known of one check" },
	{ "ir-health | grep fail | ir-show -", "the same for every row that has failed" },
	{ "ir-health -j | ir-show -c name,latency_ms -o tsv -", "other columns of the same records" },
	{ "ir-show --schema check", "which members a check may have" },
	{ NULL, NULL },
};

struct show {
	struct ir_ctx *ctx;
	const struct ir_common *common;
	bool detail; /* not through ir_out */
	struct ir_term term;
	struct ir_buf buf;
	struct ir_in in;
	struct ir_refs refs;
	size_t n;
	int write_error;
};

static void
flush(struct show *s)
{
	if (s->buf.len > 0 && !s->write_error && ir_process_write(STDOUT_FILENO, s->buf.data, s->buf.len) < 0)
		s->write_error = errno;
	ir_buf_reset(&s->buf);
}

static void
show_record(struct show *s, const struct ir_rec *rec)
{
	if (!s->detail) {
		ir_out_pass(s->ctx->out, rec);
		return;
	}
	if (s->n++ > 0)
		ir_buf_addc(&s->buf, '\n');
	ir_detail(&s->buf, &s->term, rec, ir_now_ms(), ir_refs_summary, &s->refs);
	if (s->buf.len >= WRITE_AT)
		flush(s);
}

/* How runs ended goes on to the next reader, who asks for it. */
static void
show_ends(struct show *s)
{
	if (strncmp(s->common->format, "json", 4) != 0)
		return;
	for (size_t i = 0; i < s->in.n_ends; i++)
		show_record(s, &s->in.ends[i].rec);
}

static int
show_all(struct show *s, struct ir_err *err)
{
	if (s->in.n > 0)
		ir_pager_start(s->ctx);
	if (s->detail)
		ir_refs_look_up(&s->refs, &s->in, s->ctx->journal);
	ir_buf_init(&s->buf, TEXT_MAX);
	for (size_t i = 0; i < s->in.n && !s->write_error && !*s->ctx->stop; i++)
		show_record(s, &s->in.v[i].rec);
	show_ends(s);
	flush(s);
	ir_buf_done(&s->buf);
	if (s->write_error && s->write_error != EPIPE)
		return ir_fail(err, IR_IO, "writing to standard output: %s", strerror(s->write_error));
	if (!s->in.incomplete)
		return IR_OK;
	ir_out_incomplete(s->ctx->out);
	ir_trace(s->ctx, 0, "warning: the input is incomplete: %s", s->in.why);
	return IR_INCOMPLETE;
}

/* What cannot be read does not keep the rest from being shown. */
static int
read_operand(struct show *s, const char *operand)
{
	struct ir_err err = IR_ERR_INIT;
	bool dash = strcmp(operand, "-") == 0;
	int ret = dash ? ir_in_read(s->ctx, STDIN_FILENO, &s->in, &err) : ir_in_handle(s->ctx, operand, &s->in, &err);

	if (ret == 0)
		return IR_OK;
	if (err.code != IR_INTERRUPTED)
		ir_out_error(s->ctx->out, &err, NULL, NULL);
	return !dash && err.code == IR_DATA ? IR_FINDING : err.code; /* a name that matches nothing */
}

static int
show_operands(struct show *s, char **operands, struct ir_err *err)
{
	int ret = IR_OK, shown;

	for (; *operands && !*s->ctx->stop; operands++)
		ret = ir_exit_worse(ret, read_operand(s, *operands));
	shown = show_all(s, err);
	ir_in_done(&s->in);
	ir_refs_done(&s->refs);
	return shown < 0 ? -1 : ir_exit_worse(ret, shown);
}

static int
show_schema(const char *name, struct ir_err *err)
{
	const struct ir_kind *kind = ir_kind_find(name);
	json_t *schema;
	char *text;
	int ret;

	if (!kind) {
		ir_fail(err, IR_USAGE, "there is no kind '%s' of record", name);
		return ir_hint(err, "see ir-records(5) for the kinds");
	}
	schema = ir_schema(kind);
	text = json_dumps(schema, JSON_INDENT(2));
	json_decref(schema);
	if (!text)
		ir_oom();
	ret = ir_process_write(STDOUT_FILENO, text, strlen(text)) < 0 || ir_process_write(STDOUT_FILENO, "\n", 1) < 0
		  ? errno
		  : 0;
	free(text);
	if (ret && ret != EPIPE)
		return ir_fail(err, IR_IO, "writing to standard output: %s", strerror(ret));
	return IR_OK;
}

static int
run(struct ir_ctx *ctx, const struct ir_common *common, const void *arg, char **operands, struct ir_err *err)
{
	const struct opts *o = arg;
	struct show s = { .ctx = ctx, .common = common, .detail = strcmp(common->format, "detail") == 0 };

	if (o->schema)
		return show_schema(o->schema, err);
	if (!*operands) {
		ir_fail(err, IR_USAGE, "nothing to show");
		return ir_hint(err, "give handles, or '-' to read records or rows from standard input");
	}
	s.term = ir_term_of(STDOUT_FILENO, common->color);
	return show_operands(&s, operands, err);
}

int
main(int argc, char **argv)
{
	static const struct ir_cmd cmd = {
		.name = "ir-show",
		.brief = "show records whole",
		.operands = "[HANDLE|- ...]",
		.operand_values = &ir_values_handle,
		.role = IR_FILTER,
		.with = IR_WITH_OUTPUT | IR_WITH_PAGER,
		.format = "detail",
		.opts = opts,
		.optsize = sizeof(struct opts),
		.examples = examples,
		.run = run,
	};

	return ir_main(&cmd, argc, argv);
}
