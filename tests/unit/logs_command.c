/* logs_command - programs that print lines: all of them, packed ones, none, and those that fail, hang or leave children behind */
#include <signal.h>
#include <unistd.h>

#include "logs_reader.h"
#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;
static struct ir_ctx ctx;
static struct logs_reader r;
static struct ir_logs_source src;
static struct ir_logs_query query;
static struct ir_conf conf;
static struct ir_list services;
static int64_t patience_us = 30 * 1000000;

static int
go(const char *command, struct ir_err *err)
{
	const char *text = ir_asprintf(&arena, "[logs \"x\"]\nservice = web\ncommand = \"%s\"\n", command);
	int rc;

	*err = (struct ir_err)IR_ERR_INIT;
	conf = (struct ir_conf){ .root = scratch_top };
	if (ir_conf_parse(&arena, &conf, "ir.conf", text, strlen(text), err) < 0)
		printf("# %s\n", err->msg);
	logs_reader_done(&r);
	logs_reader_init(&r, 1000);
	src = (struct ir_logs_source){ .name = "x",
		.origin = "ir.conf:1",
		.section = ir_conf_section(&conf, "logs", "x"),
		.ops = &ir_logs_command,
		.query = &query,
		.services = &services,
		.reader = &r.reader,
		.ctx = &ctx };
	if (src.ops->prepare(&ctx, &src, err) < 0)
		return -1;
	ctx.deadline_us = ir_mono_us() + patience_us;
	rc = logs_run(&src, err);
	query = logs_query();
	return rc;
}

static void
fails(const char *command, const char *want)
{
	struct ir_err err;

	go(command, &err);
	IS_STR(src.n_faults ? src.faults[0].err.msg : "", want, "%s", command);
}

static void
test_lines(void)
{
	struct ir_err err;

	IS_INT(go("printf 'one\\\\ntwo'", &err), 0, "a command");
	IS_STR(logs_text(&r, "command:x"), "one\ntwo", "prints lines");
	IS_STR(r.v[0].stream->service, "web", "of a service");
	IS_INT(r.v[0].ended, 1, "to an end");
	IS_INT(src.n_faults, 0, "and is well");
	IS_INT(go("echo complaints >&2", &err), 0, "what it says on stderr");
	IS_INT(r.n, 0, "is no line");
	IS_INT(src.n_faults, 0, "and no fault when it ends well");
	IS_INT(go("printf 'one\\\\n' | gzip -c", &err), 0, "what comes packed");
	IS_STR(logs_text(&r, NULL), "one\n", "is unpacked");
	IS_INT(go("head -c 30000000 /dev/zero; echo no end of words >&2", &err), 0, "much");
	IS_INT(r.v[0].bytes, 30000000, "comes whole");
	IS_INT(go("pwd", &err), 0, "it runs");
	IS_STR(logs_text(&r, NULL), ir_asprintf(&arena, "%s\n", scratch_top), "where the configuration's root is");
	ir_list_add(&arena, &services, "db");
	IS_INT(go("touch ran; echo x", &err), 0, "another service is asked for");
	OK(r.n == 0 && access(ir_asprintf(&arena, "%s/ran", scratch_top), F_OK) < 0, "then it does not run");
	services.n = 0;
}

static void
test_faults(void)
{
	struct ir_err err;

	fails("echo one; echo 'cannot reach it' >&2; exit 3", "the command exited with status 3: cannot reach it");
	IS_STR(logs_text(&r, NULL), "one\n", "what it printed stays");
	fails("exit 1", "the command exited with status 1");
	fails("kill -9 $$", "the command was killed by SIGKILL");
	fails("printf '\\\\033[31mred\\\\007' >&2; exit 1", "the command exited with status 1: \033[31mred\007");
	fails("head -c 100000 /dev/zero | tr '\\\\0' x >&2; exit 1",
	    ir_asprintf(&arena, "the command exited with status 1: %s",
		(const char *)memset(ir_arena_alloc(&arena, 301), 'x', 300)));
	fails("printf 'one\\\\n' | gzip -c | head -c 15",
	    "the command: it ends in the middle: it was cut off, or is still being written");
	IS_INT(go("", &err), -1, "none");
	IS_STR(err.msg, "ir.conf:1: type = command needs a command", "is told");
}

/* Is a process of that name and argument still there? */
static bool
gone(const char *file)
{
	long pid = 0;
	FILE *f = fopen(ir_asprintf(&arena, "%s/%s", scratch_top, file), "re");

	if (!f || fscanf(f, "%ld", &pid) != 1)
		return false;
	fclose(f);
	for (int i = 0; i < 2000 && kill((pid_t)pid, 0) == 0; i++)
		usleep(1000);
	return kill((pid_t)pid, 0) < 0;
}

static void
test_ends(void)
{
	struct ir_err err = IR_ERR_INIT;

	IS_INT(
	    go("sleep 1000 & echo $! >child; echo one", &err), 0, "one whose child holds its output open ends with it");
	IS_STR(logs_text(&r, NULL), "one\n", "with all of its lines");
	OK(gone("child"), "and the child is ended");
	patience_us = 300000;
	IS_INT(go("sleep 1000 & echo $! >child; echo $$ >leader; echo one; wait", &err), 1,
	    "one that goes on is stopped at the deadline");
	IS_STR(logs_text(&r, NULL), "one\n", "what it printed stays");
	OK(gone("leader") && gone("child"), "it is gone, and its child");
	IS_INT(go("yes", &err), 1, "one that never stops talking");
	OK(r.v[0].lines > 1000, "does not hold the run");
	patience_us = 30 * 1000000;
	query.follow = true;
	go("exec >&-; exit 0", &err);
	IS_INT(src.n_faults, 0, "one that closes its output");
}

int
main(void)
{
	struct ir_err err = IR_ERR_INIT;

	scratch_new(&arena);
	ctx = (struct ir_ctx){ .command = "ir-logs", .arena = &arena, .conf = &conf };
	if (!ir_loop_new(&ctx, &err))
		return 1;
	query = logs_query();
	test_lines();
	test_faults();
	test_ends();
	logs_reader_done(&r);
	ir_loop_free(ctx.loop);
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
