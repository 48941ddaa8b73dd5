/*
 * command - a program of one's own that gets a post as JSON (webhook.c) on its standard input
 *
 * IR_CHANNEL is the channel's name. Exit status 0: it has it. 65: it would refuse it again. Others: not sent. Ended by a signal, or for its time: nobody knows.
 */
#include <inttypes.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "channel/answer.h"
#include "net/program.h"

enum { SAID_MAX = 200 };

struct command {
	struct ir_channel *c;
	struct ir_program program;
};

static int
check(struct ir_ctx *ctx, const struct ir_section *s, struct ir_err *err)
{
	(void)ctx;
	if (ir_channel_has(s, "command"))
		return 0;
	ir_fail(err, IR_CONFIG, "command is missing");
	return ir_hint(err, "add command = PROGRAM ARGUMENTS");
}

/* The last line that it said on stderr. */
static const char *
words(struct ir_arena *arena, const struct ir_program *p)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	size_t n = p->errs.len, from;

	while (n && strchr("\r\n", p->errs.data[n - 1]))
		n--;
	for (from = n; from && p->errs.data[from - 1] != '\n';)
		from--;
	n -= from;
	ir_buf_init(&b, 8 * SAID_MAX);
	ir_utf8_escape(&b, p->errs.data + from, n < SAID_MAX ? n : ir_utf8_cut(p->errs.data + from, n, SAID_MAX));
	return b.len ? ir_asprintf(arena, ": %s", b.data) : "";
}

static enum ir_channel_outcome
outcome(struct ir_arena *arena, const struct ir_program *p, const char **why)
{
	int status = WIFEXITED(p->status) ? WEXITSTATUS(p->status) : -1;

	if (p->late) {
		*why = ir_asprintf(arena, "command did not end within %" PRId64 " ms", (p->limit_ms + 9) / 10 * 10);
		return IR_CHANNEL_UNCLEAR;
	}
	if (status < 0) {
		*why = ir_asprintf(arena, "command was ended by signal %d%s", WTERMSIG(p->status), words(arena, p));
		return IR_CHANNEL_UNCLEAR;
	}
	if (status == 0)
		return IR_CHANNEL_SENT;
	*why = ir_asprintf(arena, "command ended with status %d%s", status, words(arena, p));
	return status == IR_DATA ? IR_CHANNEL_REFUSED : IR_CHANNEL_FAILED;
}

static void
on_end(void *arg, struct ir_program *p)
{
	struct command *cmd = arg;
	const char *why = NULL;
	enum ir_channel_outcome o = outcome(cmd->c->ctx->arena, p, &why);

	ir_program_done(p);
	ir_channel_posted(cmd->c, o, why, NULL);
}

static int
start(struct ir_channel *c, const struct ir_channel_msg *msg, struct ir_err *err)
{
	struct ir_arena *arena = c->ctx->arena;
	struct command *cmd = IR_NEW(arena, struct command);
	char *argv[] = { ir_strdup(arena, "sh"), ir_strdup(arena, "-c"), ir_strdup(arena, ir_channel_key(c, "command")),
		NULL };
	const char *text = ir_asprintf(arena, "%s\n", ir_answer_dump(arena, ir_channel_json(arena, msg)));
	const char *dir = c->ctx->conf ? c->ctx->conf->root : NULL;

	c->priv = cmd;
	cmd->c = c;
	cmd->program = (struct ir_program){ .input = text, .input_len = strlen(text), .ended = on_end, .arg = cmd };
	if (ir_program_start(c->ctx, IR_WRITE, argv, dir, ir_program_env(arena, "IR_CHANNEL", c->name), c->end_us,
		&cmd->program, err) == 0)
		return 0;
	ir_program_done(&cmd->program);
	return -1;
}

static void
stop(struct ir_channel *c)
{
	struct command *cmd = c->priv;

	ir_program_stop(&cmd->program);
	ir_program_done(&cmd->program);
	ir_channel_posted(c, IR_CHANNEL_UNCLEAR, "command had not ended when the run did", NULL);
}

const struct ir_channel_ops ir_channel_command = {
	.name = "command",
	.check = check,
	.start = start,
	.stop = stop,
};
