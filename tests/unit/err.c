/* err - messages, context, hints, exit statuses */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/utf8.h"
#include "tap.h"

static void
test_fail(void)
{
	struct ir_err e = IR_ERR_INIT;

	IS_INT(e.code, 0, "an empty error has no code");
	IS_INT(ir_fail(&e, IR_CONFIG, "line %d: '%s'", 3, "x"), -1, "ir_fail returns -1");
	IS_INT(e.code, IR_CONFIG, "the code is kept");
	IS_STR(e.msg, "line 3: 'x'", "the message is made");
	IS_INT(ir_hint(&e, "try %d", 4), -1, "ir_hint returns -1");
	IS_STR(e.hint, "try 4", "the hint is made");
	IS_STR(e.msg, "line 3: 'x'", "a hint leaves the message");
	IS_INT(ir_wrap(&e, "reading '%s'", "ir.conf"), -1, "ir_wrap returns -1");
	IS_STR(e.msg, "reading 'ir.conf': line 3: 'x'", "context goes before");
	IS_STR(e.hint, "try 4", "context leaves the hint");
	IS_INT(e.code, IR_CONFIG, "context leaves the code");
	ir_fail(&e, IR_IO, "again: %s", e.msg);
	IS_STR(e.msg, "again: reading 'ir.conf': line 3: 'x'", "a message may be made of the one before");
	IS_STR(e.hint, "", "a new failure drops the old hint");
	IS_INT(ir_fail(NULL, IR_IO, "x"), -1, "nowhere to fail to is fine");
	IS_INT(ir_wrap(NULL, "x"), -1, "nowhere to wrap is fine");
	IS_INT(ir_hint(NULL, "x"), -1, "nowhere to hint is fine");
}

static void
test_long(void)
{
	struct ir_err e = IR_ERR_INIT;
	char text[4000];

	for (size_t i = 0; i + 2 < sizeof text; i += 2)
		memcpy(text + i, "\xc3\xa9", 3);
	ir_fail(&e, IR_DATA, "x%s", text);
	OK(strlen(e.msg) >= sizeof e.msg - 2, "a long message is cut late: %zu", strlen(e.msg));
	OK(ir_utf8_valid(e.msg, strlen(e.msg)), "and between characters");
	ir_fail(&e, IR_DATA, "%s", text);
	OK(ir_utf8_valid(e.msg, strlen(e.msg)), "whatever the alignment");
	ir_hint(&e, "%s", text);
	OK(strlen(e.hint) >= sizeof e.hint - 2 && ir_utf8_valid(e.hint, strlen(e.hint)), "a long hint likewise");
	ir_fail(&e, IR_DATA, "the cause");
	ir_wrap(&e, "%s", text);
	OK(strstr(e.msg, ": the cause") != NULL, "long context does not push the cause out");
	for (int i = 0; i < 50; i++)
		ir_wrap(&e, "%.*s", 100, text);
	OK(ir_utf8_valid(e.msg, strlen(e.msg)) && strlen(e.msg) < sizeof e.msg, "wrapping without end stays within");
}

static void
test_worse(void)
{
	static const int order[] = { 130, 64, 78, 74, 70, 69, 65, 4, 3, 2, 1, 0 };
	enum { N = sizeof order / sizeof *order };
	int bad = 0;

	for (int i = 0; i < N; i++) {
		for (int j = i; j < N; j++)
			bad += ir_exit_worse(order[i], order[j]) != order[i] ||
			       ir_exit_worse(order[j], order[i]) != order[i];
	}
	IS_INT(bad, 0, "the order of exit statuses holds for every pair");
	IS_INT(ir_exit_worse(99, 2), 99, "a status that there is not is not hidden by an ordinary one");
	IS_INT(ir_exit_worse(64, 99), 64, "but by a worse one");
}

static void
test_docs(void)
{
	int n = 0, last = -1, sorted = 1;

	for (const struct ir_exit_doc *d = ir_exit_docs; d->meaning; d++, n++) {
		sorted &= d->code > last;
		last = d->code;
	}
	IS_INT(n, 12, "every status is documented");
	OK(sorted, "once, in order");
}

static void
test_oom(void)
{
	char text[200] = "";
	int ends[2], status;
	ssize_t n;

	OK(pipe(ends) == 0, "pipe");
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		ir_oom();
	}
	close(ends[1]);
	n = read(ends[0], text, sizeof text - 1);
	close(ends[0]);
	waitpid(pid, &status, 0);
	OK(WIFEXITED(status) && WEXITSTATUS(status) == IR_INTERNAL, "out of memory exits 70");
	OK(n > 0 && strstr(text, "out of memory\n"), "and says so");
}

int
main(void)
{
	test_fail();
	test_long();
	test_worse();
	test_docs();
	test_oom();
	return tap_done();
}
