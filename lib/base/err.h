/*
 * err - one failure, told once
 *
 * Library functions return 0, or -1 with *err filled in; they never print and
 * never exit. Context is added on the way up ("reading ir.conf: line 3: ..."),
 * and the command prints the whole once. A hint says what to do about it.
 *
 * Wording: lower case, no full stop, the subject in single quotes.
 */
#ifndef IR_BASE_ERR_H
#define IR_BASE_ERR_H

/* Exit statuses of every command (ir(7), EXIT STATUS); also error codes. */
enum ir_exit {
	IR_OK          = 0,	/* done; nothing bad found */
	IR_FINDING     = 1,	/* done; something is bad, or nothing matched */
	IR_INCOMPLETE  = 2,	/* something could not be known */
	IR_REFUSED     = 3,	/* a safety rule stopped it, nothing was changed */
	IR_PARTIAL     = 4,	/* an actor changed some targets and not others */
	IR_USAGE       = 64,
	IR_DATA        = 65,	/* bad input record */
	IR_BACKEND     = 69,	/* no backend configured or reachable at all */
	IR_INTERNAL    = 70,
	IR_IO          = 74,	/* could not write output */
	IR_CONFIG      = 78,
	IR_INTERRUPTED = 130,
};

struct ir_err {
	int  code;		/* enum ir_exit; 0 when there is no error */
	char msg[1024];
	char hint[512];		/* "" when there is none */
};

#define IR_ERR_INIT { 0, "", "" }

/* Fill in *err, dropping what it held. Always returns -1. err may be NULL. */
int ir_fail(struct ir_err *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Put "context: " before the message. Always returns -1. */
int ir_wrap(struct ir_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Set the hint: one imperative sentence, no full stop. Always returns -1. */
int ir_hint(struct ir_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* One row a status, ended by a NULL meaning: for --help and the manuals. */
struct ir_exit_doc {
	int         code;
	const char *meaning;
};
extern const struct ir_exit_doc ir_exit_docs[];

/* The more important of two exit statuses of a source:
 * 130, 64, 78, 74, 70, 69, 65, 4, 3, 2, 1, 0 in this order. */
int ir_exit_worse(int a, int b);

/* Out of memory: say so on stderr and leave with 70, without clean-up. The one
 * exception to "libraries do not exit"; input is capped long before this. */
_Noreturn void ir_oom(void);

#endif
