/* err - one failure, told once */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/utf8.h"

const struct ir_exit_doc ir_exit_docs[] = {
	{ IR_OK, "done; nothing bad found" },
	{ IR_FINDING, "done; something is bad, or nothing matched" },
	{ IR_INCOMPLETE, "incomplete: something could not be known (timed out, unreachable, upstream cut short)" },
	{ IR_REFUSED, "refused: a safety rule stopped it, nothing was changed" },
	{ IR_PARTIAL, "partial: an actor changed some targets and not others; the records say which" },
	{ IR_USAGE, "wrong usage" },
	{ IR_DATA, "bad input record" },
	{ IR_BACKEND, "no backend configured or reachable at all" },
	{ IR_INTERNAL, "internal error" },
	{ IR_IO, "could not write output" },
	{ IR_CONFIG, "bad configuration" },
	{ IR_INTERRUPTED, "interrupted; what was done is in the records" },
	{ 0, NULL },
};

/* The arguments may point into dst, so the text is made elsewhere first. */
static void
set_text(char *dst, size_t size, const char *text, size_t len)
{
	size_t n = ir_utf8_cut(text, len, size - 1);

	memcpy(dst, text, n);
	dst[n] = '\0';
}

__attribute__((format(printf, 3, 0))) static size_t
format_text(char *buf, size_t size, const char *fmt, va_list ap)
{
	int n = vsnprintf(buf, size, fmt, ap);

	if (n < 0) {
		buf[0] = '\0';
		return 0;
	}
	return (size_t)n < size ? (size_t)n : size - 1;
}

int
ir_fail(struct ir_err *err, int code, const char *fmt, ...)
{
	char text[sizeof err->msg + 4];
	size_t n;
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	n = format_text(text, sizeof text, fmt, ap);
	va_end(ap);
	set_text(err->msg, sizeof err->msg, text, n);
	err->hint[0] = '\0';
	err->code = code;
	return -1;
}

int
ir_wrap(struct ir_err *err, const char *fmt, ...)
{
	char text[2 * sizeof err->msg + 2];
	size_t n;
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	n = format_text(text, sizeof err->msg, fmt, ap);
	va_end(ap);
	n = ir_utf8_cut(text, n, sizeof err->msg / 2); /* so that the cause is never pushed out */
	n += (size_t)snprintf(text + n, sizeof text - n, ": %s", err->msg);
	set_text(err->msg, sizeof err->msg, text, n);
	return -1;
}

int
ir_hint(struct ir_err *err, const char *fmt, ...)
{
	char text[sizeof err->hint + 4];
	size_t n;
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	n = format_text(text, sizeof text, fmt, ap);
	va_end(ap);
	set_text(err->hint, sizeof err->hint, text, n);
	return -1;
}

/* A smaller rank is worse; what is not in the list is a bug, and as bad as one. */
static int
rank(int code)
{
	static const int order[] = { IR_INTERRUPTED, IR_USAGE, IR_CONFIG, IR_IO, IR_INTERNAL, IR_BACKEND, IR_DATA,
		IR_PARTIAL, IR_REFUSED, IR_INCOMPLETE, IR_FINDING, IR_OK };

	for (int i = 0; i < (int)(sizeof order / sizeof *order); i++) {
		if (order[i] == code)
			return i;
	}
	return rank(IR_INTERNAL);
}

int
ir_exit_worse(int a, int b)
{
	return rank(a) <= rank(b) ? a : b;
}

_Noreturn void
ir_oom(void)
{
	static char text[] = ": out of memory\n";
	char *name = program_invocation_short_name;
	struct iovec line[] = { { name, strlen(name) }, { text, sizeof text - 1 } };

	(void)!writev(STDERR_FILENO, line, 2);
	_exit(IR_INTERNAL);
}
