/* ctx - the gate for effects, and traces */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/ctx.h"
#include "tap.h"

static void
test_gate(void)
{
	static const char *const on[] = { "1", "yes", "true", "ture", "2" };
	static const char *const off[] = { "", "0", "no", "false", "off" };
	struct ir_ctx source = { .command = "ir-health" }, actor = { .command = "ir-restart", .actor = true };
	struct ir_err e = IR_ERR_INIT;

	unsetenv("IR_READONLY");
	IS_INT(ir_effect_allowed(&source, IR_READ, &e), 0, "a source may read");
	IS_INT(ir_effect_allowed(&source, IR_PROBE, &e), 0, "and probe");
	IS_INT(ir_effect_allowed(&source, IR_JOURNAL, &e), 0, "and write the journal");
	IS_INT(ir_effect_allowed(&source, IR_WRITE, &e), -1, "but not write");
	IS_INT(e.code, IR_REFUSED, "it is refused");
	OK(strstr(e.msg, "'ir-health'"), "by name: %s", e.msg);
	IS_INT(ir_effect_allowed(NULL, IR_WRITE, &e), -1, "without a context nothing may write");
	IS_INT(ir_effect_allowed(&actor, IR_WRITE, &e), 0, "an actor may");
	IS_INT(ir_effect_allowed(&actor, (enum ir_effect)(IR_WRITE + 1), &e), -1, "but nothing that is not known");
	for (size_t i = 0; i < 5; i++) {
		setenv("IR_READONLY", on[i], 1);
		e = (struct ir_err)IR_ERR_INIT;
		IS_INT(ir_effect_allowed(&actor, IR_WRITE, &e), -1, "IR_READONLY=%s stops it", on[i]);
		OK(e.code == IR_REFUSED && strstr(e.msg, "IR_READONLY") && *e.hint, "and says so");
		IS_INT(ir_effect_allowed(&actor, IR_JOURNAL, &e), 0, "while the journal goes on");
		setenv("IR_READONLY", off[i], 1);
		IS_INT(ir_effect_allowed(&actor, IR_WRITE, &e), 0, "IR_READONLY=%s does not", off[i]);
	}
	unsetenv("IR_READONLY");
}

static int saved, ends[2];

static void
catch_stderr(void)
{
	saved = dup(STDERR_FILENO);
	if (pipe2(ends, O_NONBLOCK) == 0)
		dup2(ends[1], STDERR_FILENO);
}

static const char *
caught(char out[static 9000])
{
	ssize_t n = read(ends[0], out, 8999);

	out[n > 0 ? n : 0] = '\0';
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ends[0]);
	close(ends[1]);
	return out;
}

#define TRACED(want, ctx, level, ...) \
	do { \
		catch_stderr(); \
		ir_trace((ctx), (level), __VA_ARGS__); \
		IS_STR(caught(text), (want), "verbose %d, quiet %d, level %d", (ctx)->verbose, (ctx)->quiet, (level)); \
	} while (0)

static void
test_trace(void)
{
	struct ir_ctx ctx = { .command = "ir-health" };
	char text[9000], big[6000];

	TRACED("ir-health: a 5\n", &ctx, 0, "a %d", 5);
	TRACED("", &ctx, 1, "a");
	ctx.quiet = true;
	TRACED("", &ctx, 0, "a");
	ctx.quiet = false;
	ctx.verbose = 1;
	TRACED("ir-health: a\n", &ctx, 1, "a");
	TRACED("", &ctx, 2, "a");
	TRACED("ir-health: \\x1b[2J\\n\\xff\\u{202e}\n", &ctx, 1, "%s", "\x1b[2J\n\xff\xe2\x80\xae");
	memset(big, 'x', sizeof big);
	big[sizeof big - 1] = '\0';
	catch_stderr();
	ir_trace(&ctx, 1, "%s", big);
	caught(text);
	OK(strlen(text) < 4200 && text[strlen(text) - 1] == '\n', "a long line is cut and ended: %zu", strlen(text));
	for (size_t i = 0; i + 2 < sizeof big; i += 2)
		memcpy(big + i, "\xc3\xa9", 3);
	catch_stderr();
	ir_trace(&ctx, 1, "x%s", big);
	OK(!strstr(caught(text), "\\x"), "between characters");
	catch_stderr();
	ir_trace(NULL, 0, "a");
	IS_STR(caught(text), "", "no context, no word");
}

static void
test_say(void)
{
	struct ir_ctx ctx = { .command = "ir-health", .quiet = true };
	struct ir_err e = IR_ERR_INIT;
	char text[9000];

	ir_fail(&e, IR_CONFIG, "reading '%s': no such key", "ir\x1b.conf\n");
	catch_stderr();
	ir_say(&ctx, &e);
	IS_STR(caught(text), "ir-health: reading 'ir\\x1b.conf\\n': no such key\n",
	    "a failure is said, safely, also when quiet");
	ir_hint(&e, "add it");
	catch_stderr();
	ir_say(NULL, &e);
	IS_STR(caught(text), "ir: reading 'ir\\x1b.conf\\n': no such key\n  hint: add it\n", "and with its hint");
}

int
main(void)
{
	test_gate();
	test_trace();
	test_say();
	return tap_done();
}
