/*
 * ticket_command - a program of one's own that keeps tickets
 *
 * It gets {"v":1,"verb":…,"ticket":…,"title":…,"text":…,"key":…,"repeat":…} on its standard input, and the verb in IR_TICKET. The first line that open prints is the ticket: its URL, or its id.
 * Exit status 0: done. 65: it would refuse it again. Others: not done. Ended by a signal, or for its time: nobody knows.
 */
#include <inttypes.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "channel/text.h"
#include "channel/ticket.h"
#include "net/program.h"

enum { SAID_MAX = 200, TICKET_MAX = 500 };

struct command {
	struct ir_ticket *t;
	const struct ir_ticket_job *job;
	struct ir_ticket_result *result;
	bool done;
};

static const char *const verbs[] = { "open", "comment", "close" };

static int
check(const struct ir_section *s, struct ir_err *err)
{
	if (ir_channel_has(s, "command"))
		return 0;
	ir_fail(err, IR_CONFIG, "command is missing");
	return ir_hint(err, "add command = PROGRAM ARGUMENTS");
}

/* A line of what it printed, made safe; the first, or the last. */
static const char *
line_of(struct ir_arena *arena, const struct ir_buf *from, bool last, size_t max)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	size_t n = from->len, at = 0;

	while (n && strchr("\r\n", from->data[n - 1]))
		n--;
	for (at = last ? n : 0; last && at && from->data[at - 1] != '\n';)
		at--;
	n = last ? n - at : strcspn(from->data, "\r\n");
	ir_buf_init(&b, 8 * max);
	ir_utf8_escape(&b, from->data + at, n < max ? n : ir_utf8_cut(from->data + at, n, max));
	return ir_strndup(arena, b.data, b.len);
}

static void
judge(struct command *c, const struct ir_program *p)
{
	struct ir_arena *arena = c->t->ctx->arena;
	struct ir_ticket_result *r = c->result;
	const char *words = line_of(arena, &p->errs, true, SAID_MAX);
	int status = WIFEXITED(p->status) ? WEXITSTATUS(p->status) : -1;

	r->outcome = IR_CHANNEL_UNCLEAR;
	if (p->late) {
		r->why = ir_asprintf(arena, "command did not end within %" PRId64 " ms", (p->limit_ms + 9) / 10 * 10);
	} else if (status < 0) {
		r->why = ir_asprintf(arena, "command was ended by signal %d", WTERMSIG(p->status));
	} else if (status > 0) {
		r->outcome = status == IR_DATA ? IR_CHANNEL_REFUSED : IR_CHANNEL_FAILED;
		r->why = ir_asprintf(arena, "command ended with status %d%s%s", status, *words ? ": " : "", words);
	} else {
		r->outcome = IR_CHANNEL_SENT;
		r->ticket = c->job->verb == IR_TICKET_OPEN ? line_of(arena, &p->head, false, TICKET_MAX) : NULL;
		if (!r->ticket || *r->ticket)
			return;
		r->ticket = NULL;
		r->outcome = IR_CHANNEL_UNCLEAR;
		r->why = "command did not print the ticket: its first line has to be the URL or the id";
	}
}

static void
on_end(void *arg, struct ir_program *p)
{
	struct command *c = arg;

	judge(c, p);
	c->done = true;
}

static const char *
input(struct ir_arena *arena, const struct ir_ticket_job *job)
{
	json_t *o = json_object();
	const char *text;

	json_object_set_new(o, "v", json_integer(1));
	json_object_set_new(o, "verb", json_string(verbs[job->verb]));
	json_object_set_new(
	    o, "ticket", job->ticket ? json_string(ir_text_clean(arena, job->ticket, false)) : json_null());
	json_object_set_new(
	    o, "title", job->title ? json_string(ir_text_clean(arena, job->title, false)) : json_null());
	json_object_set_new(o, "text", job->text ? json_string(ir_text_clean(arena, job->text, true)) : json_null());
	json_object_set_new(o, "key", job->key ? json_string(ir_text_clean(arena, job->key, false)) : json_null());
	json_object_set_new(o, "repeat", json_boolean(job->repeat));
	text = ir_answer_dump(arena, o);
	return ir_asprintf(arena, "%s\n", text ? text : "{}");
}

static int
run(struct ir_ticket *t, const struct ir_ticket_job *job, struct ir_ticket_result *ret, struct ir_err *err)
{
	struct ir_ctx *ctx = t->ctx;
	struct command c = { .t = t, .job = job, .result = ret };
	const char *text = input(ctx->arena, job);
	char *argv[] = { ir_strdup(ctx->arena, "sh"), ir_strdup(ctx->arena, "-c"),
		ir_strdup(ctx->arena, ir_ticket_key(t, "command")), NULL };
	struct ir_program p = { .input = text, .input_len = strlen(text), .ended = on_end, .arg = &c };
	int rc = ir_program_start(ctx, IR_WRITE, argv, ctx->conf ? ctx->conf->root : NULL,
	    ir_program_env(ctx->arena, "IR_TICKET", verbs[job->verb]), ir_mono_us() + ctx->timeout_ms * 1000, &p, err);

	if (rc == 0)
		ir_loop_run(ctx->loop, NULL, NULL);
	if (rc == 0 && !c.done) {
		ir_program_stop(&p);
		*ret = (struct ir_ticket_result){ .outcome = IR_CHANNEL_UNCLEAR,
			.why = "command had not ended when the run did" };
	}
	if (rc < 0)
		*ret =
		    (struct ir_ticket_result){ .outcome = IR_CHANNEL_FAILED, .why = ir_strdup(ctx->arena, err->msg) };
	ir_program_done(&p);
	return 0;
}

const struct ir_ticket_ops ir_ticket_command = {
	.name = "command",
	.check = check,
	.run = run,
};
