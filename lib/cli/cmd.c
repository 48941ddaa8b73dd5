/* cmd - ir_main: everything that every command does around its run() */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "cli/help.h"
#include "cli/pager.h"
#include "cli/process.h"
#include "cli/setup.h"
#include "cli/start.h"
#include "conf/conf.h"
#include "rec/emit.h"
#include "rec/read.h"
#include "rec/render.h"

enum { TEXT_MAX = 1 << 20, COMPLETE_MS = 1000, LATE_MAX = 8 };

/* A time that was given as a handle, to be looked up once the journal is open. */
struct late {
	const char *word, *handle;
	int64_t *dest;
};

struct run {
	const struct ir_cmd *cmd;
	struct ir_arena arena;
	struct ir_ctx ctx;
	struct ir_common common;
	void *opts;
	struct ir_opt_parse parse;
	struct late late[LATE_MAX];
	size_t n_late;
	char id[IR_ID_MAX];
};

static int
say(const struct run *r, const struct ir_err *err)
{
	ir_say(&r->ctx, err);
	return err->code;
}

/* For --help and its like: all of the text, or 74. */
static int
print(const struct run *r, struct ir_buf *b)
{
	struct ir_err err = IR_ERR_INIT;
	int ret = IR_OK;

	if ((ir_process_write(STDOUT_FILENO, b->data, b->len) < 0 && errno != EPIPE) || close(STDOUT_FILENO) < 0) {
		ir_fail(&err, IR_IO, "writing to standard output: %s", strerror(errno));
		ret = say(r, &err);
	}
	ir_buf_done(b);
	return ret;
}

static void
init(struct run *r, const struct ir_cmd *cmd)
{
	*r = (struct run){ .cmd = cmd };
	ir_process_fds();
	r->ctx = (struct ir_ctx){
		.command = cmd->name,
		.run = r->id,
		.arena = &r->arena,
		.start_ms = ir_now_ms(),
		.start_us = ir_mono_us(),
		.stop = ir_process_signals(cmd->role == IR_ACTOR),
	};
	r->ctx.who = ir_start_who(&r->arena);
	ir_id_random("run", r->id);
	r->opts = ir_arena_alloc(&r->arena, cmd->optsize ? cmd->optsize : 1);
}

/* --complete is answered even when what follows makes no sense: with nothing. */
static bool
is_completion(int argc, char **argv)
{
	return argc > 1 && strncmp(argv[1], "--complete", sizeof("--complete") - 1) == 0;
}

/* The last one given counts. */
static int
note_late(void *arg, const char *word, const char *handle, int64_t *dest, struct ir_err *err)
{
	struct run *r = arg;
	size_t i = 0;

	while (i < r->n_late && r->late[i].dest != dest)
		i++;
	if (!handle) {
		if (i < r->n_late)
			r->late[i] = r->late[--r->n_late];
		return 0;
	}
	if (i == LATE_MAX)
		return ir_fail(err, IR_USAGE, "too many times are given as handles");
	r->late[i] = (struct late){ word, handle, dest };
	r->n_late += i == r->n_late;
	return 0;
}

static int
parse(struct run *r, int argc, char **argv, struct ir_err *err)
{
	r->parse = (struct ir_opt_parse){
		.tables = ir_opt_groups(r->cmd, r->opts, &r->common, false, &r->arena),
		.arena = &r->arena,
		.now_ms = r->ctx.start_ms,
		.handle = note_late,
		.arg = r,
	};
	return ir_opt_parse(&r->parse, argc, argv, err);
}

static char **
operands(struct run *r)
{
	static char *none[] = { NULL };

	return r->parse.operands.n ? (char **)(void *)r->parse.operands.v : none;
}

static int
complete(struct run *r)
{
	const struct ir_opt_table *tables = ir_opt_groups(r->cmd, r->opts, &r->common, true, &r->arena);
	struct ir_buf b;

	ir_process_limit(COMPLETE_MS);
	r->ctx.quiet = true;
	ir_buf_init(&b, TEXT_MAX);
	ir_complete(&r->ctx, r->cmd, tables, r->common.complete, operands(r), &b);
	ir_process_write(STDOUT_FILENO, b.data, b.len);
	ir_buf_done(&b);
	return IR_OK;
}

static int
introspect(struct run *r)
{
	const struct ir_opt_table *tables = ir_opt_groups(r->cmd, r->opts, &r->common, true, &r->arena);
	json_t *obj = ir_introspect(r->cmd, tables);
	char *text = json_dumps(obj, JSON_INDENT(2));
	struct ir_buf b;

	if (!text)
		ir_oom();
	ir_buf_init(&b, TEXT_MAX);
	ir_buf_addf(&b, "%s\n", text);
	free(text);
	json_decref(obj);
	return print(r, &b);
}

/* What is answered from the tables alone, without configuration. -1: nothing of the kind was asked. */
static int
answer(struct run *r)
{
	struct ir_buf b;

	if (r->common.complete)
		return complete(r);
	if (r->common.introspect)
		return introspect(r);
	ir_buf_init(&b, TEXT_MAX);
	if (r->common.help)
		ir_help(r->cmd, r->parse.tables, &b);
	else if (r->common.version)
		ir_buf_addf(&b, "%s %s\n", r->cmd->name, IR_VERSION);
	else if (r->common.columns && strcmp(r->common.columns, "help") == 0)
		ir_out_columns(r->cmd->kinds ? r->cmd->kinds : ir_kinds, &b);
	if (b.len > 0)
		return print(r, &b);
	ir_buf_done(&b);
	return -1;
}

/* Fill in ctx from the options, and check what no table can. */
static int
settle(struct run *r, int argc, char **argv, struct ir_err *err)
{
	struct ir_common *c = &r->common;
	int64_t deadline_us = c->deadline_ms * 1000;

	if (!r->cmd->operands && r->parse.operands.n > 0)
		return ir_fail(
		    err, IR_USAGE, "'%s' is one word too many: there are no operands", r->parse.operands.v[0]);
	if (ir_start_check(argc, argv, err) < 0)
		return -1;
	if (c->json)
		c->format = "json";
	if (c->columns && c->format == r->cmd->format)
		c->format = "text";
	r->ctx.env = c->env;
	r->ctx.incident = c->incident ? c->incident : getenv("IR_INCIDENT");
	if (r->ctx.incident && !*r->ctx.incident)
		r->ctx.incident = NULL;
	if (r->ctx.incident &&
	    (strncmp(r->ctx.incident, "inc-", 4) != 0 || !ir_id_valid(r->ctx.incident, strlen(r->ctx.incident)))) {
		ir_fail(err, IR_USAGE, "'%s' is no handle of an incident", r->ctx.incident);
		return ir_hint(err, "see ir-incident list");
	}
	r->ctx.quiet = c->quiet;
	r->ctx.verbose = c->verbose;
	r->ctx.timeout_ms = c->timeout_ms;
	r->ctx.paged = r->cmd->with & IR_WITH_PAGER;
	r->ctx.deadline_us = r->cmd->with & IR_WITH_DEADLINE ? r->ctx.start_us + deadline_us : INT64_MAX;
	return 0;
}

static int
make_out(struct run *r, struct ir_err *err)
{
	const struct ir_common *c = &r->common;
	struct ir_out_opts opts = {
		.format = c->format && c->format != r->cmd->format ? c->format : "text",
		.columns = c->columns,
		.terminal_columns = r->cmd->columns,
		.header = !c->no_header,
		.strict = c->strict,
		.color = c->color ? c->color : "auto",
		.only = c->only,
		.goes_on = c->watch || c->follow,
		.passes = !r->cmd->kinds,
	};

	r->ctx.out = ir_out_new(&r->ctx, &opts, r->cmd->kinds ? r->cmd->kinds : ir_kinds, err);
	return r->ctx.out ? 0 : -1;
}

/* The audit trail is what an actor may not do without; a source goes on, and says what is lost. */
static int
without_journal(const struct run *r, const struct ir_err *why, struct ir_err *err)
{
	if (r->cmd->role == IR_ACTOR) {
		ir_fail(err, IR_REFUSED, "nothing is changed without a journal: %s", why->msg);
		return ir_hint(err, "%s", why->hint);
	}
	if (r->cmd->kinds)
		ir_trace(
		    &r->ctx, 0, "warning: no journal, so later commands will not know these handles: %s", why->msg);
	return 0;
}

static int
open_journal(struct run *r, struct ir_err *err)
{
	struct ir_err why = IR_ERR_INIT;
	int ret = ir_setup_journal(&r->ctx, !r->cmd->kinds, &why);

	if (ret == 0)
		return 0;
	if (ret > 0) {
		ir_fail(&why, IR_CONFIG, "it is switched off");
		ir_hint(&why, "unset IR_JOURNAL, or dir in the section [journal] of ir.conf");
	}
	return without_journal(r, &why, err);
}

static int
journal_start(struct run *r, struct ir_err *err)
{
	struct ir_err why = IR_ERR_INIT;
	struct ir_start row;

	if (!r->cmd->kinds)
		return 0;
	ir_start_row(&r->ctx, &r->parse.shown, &row);
	return ir_out_start(r->ctx.out, &row, &why) < 0 ? without_journal(r, &why, err) : 0;
}

static int
look_up(struct run *r, const struct late *l, struct ir_err *err)
{
	struct ir_in in = { 0 };
	int ret = ir_in_handle(&r->ctx, l->handle, &in, err);

	if (ret == 0 && in.n > 0)
		*l->dest = ir_rec_time(&in.v[0].rec);
	if (ret == 0 && (in.n == 0 || *l->dest == IR_TIME_NONE))
		ret = ir_fail(err, IR_DATA, "'%s' has no time", l->handle);
	ir_in_done(&in);
	return ret < 0 ? ir_wrap(err, "option '%s'", l->word) : 0;
}

static int
look_up_times(struct run *r, struct ir_err *err)
{
	const struct ir_common *c = &r->common;

	for (size_t i = 0; i < r->n_late; i++)
		if (look_up(r, &r->late[i], err) < 0)
			return -1;
	if ((r->cmd->with & IR_WITH_SINCE) && c->since_ms != IR_TIME_NONE && c->until_ms != IR_TIME_NONE &&
	    c->since_ms >= c->until_ms)
		return ir_fail(err, IR_USAGE, "nothing lies between the times of --since and --until");
	return 0;
}

/* For -v: what the run rests on. */
static void
trace_setup(const struct run *r)
{
	const struct ir_ctx *ctx = &r->ctx;

	ir_trace(ctx, 1, "run %s", ctx->run);
	for (size_t i = 0; i < ctx->conf->files.n; i++)
		ir_trace(ctx, 1, "configuration: %s", ctx->conf->files.v[i]);
	ir_trace(ctx, 1, "journal: %s", ctx->journal ? ir_journal_dir(ctx->journal) : "none");
}

static int
run_command(struct run *r, struct ir_err *err)
{
	if (ir_setup_conf(&r->ctx, err) < 0 || open_journal(r, err) < 0)
		return -1;
	trace_setup(r);
	if (journal_start(r, err) < 0 || look_up_times(r, err) < 0)
		return -1;
	return r->cmd->run(&r->ctx, &r->common, r->opts, operands(r), err);
}

/* Merge what run() said with what was seen, and end the run. */
static int
finish(struct run *r, int ret, const struct ir_err *err)
{
	struct ir_out *out = r->ctx.out;

	if (ret < 0) {
		ret = err->code ? err->code : IR_INTERNAL;
		ir_out_error(out, err, NULL, NULL);
		ir_out_incomplete(out);
	}
	if (*r->ctx.stop) {
		ret = IR_INTERRUPTED;
		ir_out_incomplete(out);
	}
	if (r->cmd->role != IR_ACTOR)
		ret = ir_exit_worse(ret, ir_out_status(out));
	ret = ir_out_end(out, ret);
	ir_pager_wait(&r->ctx);
	return ret;
}

static int
main_of(struct run *r, int argc, char **argv)
{
	struct ir_err err = IR_ERR_INIT;
	int ret;

	if (parse(r, argc, argv, &err) < 0)
		return is_completion(argc, argv) ? IR_OK : say(r, &err);
	ret = answer(r);
	if (ret >= 0)
		return ret;
	if (settle(r, argc, argv, &err) < 0 || make_out(r, &err) < 0)
		return say(r, &err);
	ret = run_command(r, &err);
	return finish(r, ret, &err);
}

int
ir_main(const struct ir_cmd *cmd, int argc, char **argv)
{
	struct run r;

	init(&r, cmd);
	_exit(main_of(&r, argc, argv));
}
