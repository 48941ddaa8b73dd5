/* command - a program's word for it: its exit status, or the convention of monitoring plugins */

#include <math.h>
#include <sys/wait.h>

#include "base/num.h"
#include "base/utf8.h"
#include "probe/expect.h"
#include "probe/net.h"
#include "probe/plugin.h"
#include "net/program.h"

struct command {
	struct ir_program program;
	const char *text, *dir, *ok, *warn;
	bool plugin;
	struct ir_ctx *ctx;
	struct ir_target *target;
	ir_probe_done *done;
};

static int
prepare(struct ir_ctx *ctx, struct ir_target *t, struct ir_err *err)
{
	struct command *c = IR_NEW(ctx->arena, struct command);

	c->text = ir_target_str(t, "command");
	if (!c->text || !*c->text)
		return ir_target_fail(ctx, t, "type", err, "type = command needs a command");
	c->ok = ir_target_str(t, "ok-status");
	c->warn = ir_target_str(t, "warn-status");
	c->plugin = ir_target_int(t, "plugin") == 1;
	c->dir = ir_target_str(t, "dir");
	if (!c->dir && ctx->conf)
		c->dir = ctx->conf->root;
	if (ir_set_check(c->ok, 0, 255, err) < 0 || (c->warn && ir_set_check(c->warn, 0, 255, err) < 0))
		return ir_wrap(err, "%s: ok-status, warn-status", t->origin);
	t->priv = c;
	t->subject = ir_asprintf(ctx->arena, "command:%s", t->name);
	return 0;
}

/* The last line that says something: stderr's, else of all. */
static const char *
last_line(struct ir_arena *arena, const struct ir_buf *b)
{
	struct ir_buf clean;
	size_t begin, end = b->len;
	const char *ret;

	while (end > 0 && strchr(" \t\r\n", b->data[end - 1]) && b->data[end - 1])
		end--;
	for (begin = end; begin > 0 && b->data[begin - 1] != '\n' && b->data[begin - 1] != '\r'; begin--)
		;
	ir_buf_init(&clean, 4 * IR_PROGRAM_TAIL);
	ir_utf8_clean(&clean, b->data + begin, end - begin);
	ret = ir_strndup(arena, clean.data, clean.len);
	ir_buf_done(&clean);
	return ret + strspn(ret, " \t");
}

static const char *
output(struct ir_arena *arena, const struct ir_buf *b)
{
	struct ir_buf clean;
	const char *ret;

	if (b->len == 0)
		return NULL;
	ir_buf_init(&clean, 4 * IR_PROGRAM_TAIL);
	ir_utf8_clean(&clean, b->data, b->len);
	ret = ir_strndup(arena, clean.data, clean.len);
	ir_buf_done(&clean);
	return ret;
}

static const char *
words(const struct command *c)
{
	const char *line = last_line(c->ctx->arena, c->program.errs.len ? &c->program.errs : &c->program.tail);

	return *line ? ir_asprintf(c->ctx->arena, ": %s", line) : "";
}

/* It ended by itself, with a status: what does that mean? */
static void
judge_exit(const struct command *c, struct ir_check *row)
{
	struct ir_arena *arena = c->ctx->arena;
	int64_t code = row->exit_code;
	const char *line;

	/* the shell's words for "cannot be run": of the service nothing is known */
	if ((code == 126 || code == 127) && ir_set_has(c->ok, code) != 1) {
		row->h.status = IR_STATUS_UNKNOWN;
		row->h.summary = ir_asprintf(arena, "the check could not be run%s", words(c));
		row->hint = "correct its command in ir.conf";
	} else if (ir_set_has(c->ok, code) == 1) {
		line = last_line(arena, &c->program.tail);
		row->h.status = IR_STATUS_OK;
		row->h.summary = *line ? line
				       : ir_asprintf(arena, "exit %lld in %s", (long long)code,
					     ir_latency_text(arena, row->latency_ms));
	} else {
		row->h.status = c->warn && ir_set_has(c->warn, code) == 1 ? IR_STATUS_WARN : IR_STATUS_FAIL;
		row->h.summary = ir_asprintf(arena, "exit %lld%s", (long long)code, words(c));
	}
}

static void
judge_plugin(const struct command *c, struct ir_check *row)
{
	struct ir_plugin p;

	ir_plugin_parse(c->ctx->arena, c->program.head.data, c->program.head.len, &p);
	row->h.status = ir_plugin_status(row->exit_code);
	row->perfdata = p.perfdata;
	if (*p.summary)
		row->h.summary = p.summary;
	else
		row->h.summary = ir_asprintf(c->ctx->arena, "exit %lld without a word on standard output%s",
		    (long long)row->exit_code, words(c));
}

static void
judge(const struct command *c, struct ir_check *row)
{
	char limit[IR_NUM_MAX];
	const char *sig;

	if (c->program.late) {
		row->h.status = IR_STATUS_UNKNOWN;
		row->h.summary = ir_asprintf(c->ctx->arena, "did not end within %s, was ended%s",
		    ir_format_duration(limit, c->program.limit_ms), words(c));
		row->hint = "give the check more time (timeout = DURATION) or find what it waits for";
	} else if (WIFSIGNALED(c->program.status)) {
		sig = sigabbrev_np(WTERMSIG(c->program.status));
		row->signal = ir_asprintf(c->ctx->arena, "SIG%s", sig ? sig : "?");
		row->h.status = c->plugin ? IR_STATUS_UNKNOWN : IR_STATUS_FAIL;
		row->h.summary = ir_asprintf(c->ctx->arena, "killed by %s%s", row->signal, words(c));
	} else {
		row->exit_code = WEXITSTATUS(c->program.status);
		if (c->plugin)
			judge_plugin(c, row);
		else
			judge_exit(c, row);
	}
}

static void
on_end(void *arg, struct ir_program *p)
{
	struct command *c = arg;
	struct ir_check *row = c->target->row;

	row->latency_ms = (double)p->took_us / 1000;
	row->output = output(c->ctx->arena, &p->tail);
	judge(c, row);
	ir_program_done(p);
	c->done(c->target);
}

static int
start(struct ir_ctx *ctx, struct ir_target *t, int64_t at_us, ir_probe_done *done, struct ir_err *err)
{
	struct command *c = t->priv;
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)c->text, NULL };

	c->ctx = ctx;
	c->target = t;
	c->done = done;
	c->program = (struct ir_program){ .ended = on_end, .arg = c };
	/* configured by hand: it may log in somewhere, or write a line of log */
	return ir_program_start(ctx, IR_PROBE, argv, c->dir, NULL, at_us, &c->program, err);
}

static void
stop(struct ir_target *t)
{
	struct command *c = t->priv;

	ir_program_stop(&c->program);
	t->row->output = output(c->ctx->arena, &c->program.tail);
	ir_program_done(&c->program);
}

const struct ir_probe_ops ir_probe_command = {
	.name = "command",
	.groups = IR_CHECK_PROGRAM,
	.files = 3,
	.prepare = prepare,
	.start = start,
	.stop = stop,
};
