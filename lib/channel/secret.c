/* secret - what a program told that was asked for a secret */
#include "channel/secret.h"

#include <string.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/utf8.h"

enum { WORDS_MAX = 200 };

/* The first line of what it complained, safe to show. */
static int
complain(const struct ir_program *p, struct ir_err *err)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	size_t n = strcspn(p->errs.data, "\r\n");

	ir_buf_init(&b, 4 * WORDS_MAX);
	ir_utf8_escape(&b, p->errs.data, n < WORDS_MAX ? n : ir_utf8_cut(p->errs.data, n, WORDS_MAX));
	if (WIFSIGNALED(p->status))
		return ir_fail(
		    err, IR_CONFIG, "ended by signal %d%s%s", WTERMSIG(p->status), b.len ? ": " : "", b.data);
	return ir_fail(err, IR_CONFIG, "exit status %d%s%s", WEXITSTATUS(p->status), b.len ? ": " : "", b.data);
}

int
ir_secret_told(const struct ir_program *p, struct ir_secret *ret, struct ir_err *err)
{
	size_t n = p->head.len;

	if (p->late)
		return ir_fail(err, IR_CONFIG, "no answer within its time (5s at most)");
	if (!WIFEXITED(p->status) || WEXITSTATUS(p->status) != 0)
		return complain(p, err);
	if (p->head.full)
		return ir_fail(err, IR_CONFIG, "prints more than 64 KiB");
	if (n && p->head.data[n - 1] == '\n')
		n--;
	if (n && n < p->head.len && p->head.data[n - 1] == '\r')
		n--;
	if (n == 0)
		return ir_fail(err, IR_CONFIG, "is empty");
	if (memchr(p->head.data, '\0', n))
		return ir_fail(err, IR_CONFIG, "holds a NUL byte");
	ir_secret_set(ret, p->head.data, n);
	return 0;
}
