/*
 * buf - the one growing buffer
 *
 * It takes its cap when it is made, so no input grows it without end. What
 * does not fit is dropped, and all that comes after it, so that the content is
 * always a beginning; `full` is set and stays: check it once, at the end. data is never NULL and always NUL-terminated.
 */
#ifndef IR_BASE_BUF_H
#define IR_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct ir_buf {
	char  *data;		/* owned */
	size_t len;		/* bytes in data, without the NUL */
	size_t size;		/* bytes allocated */
	size_t cap;		/* len never exceeds it */
	bool   full;		/* something did not fit */
};

void ir_buf_init(struct ir_buf *, size_t cap);
/* Room for n more bytes, where it is known how many come. */
void ir_buf_reserve(struct ir_buf *, size_t n);
void ir_buf_done(struct ir_buf *);
/* Forget the content and `full`; keep the memory. */
void ir_buf_reset(struct ir_buf *);

/* Each adds what fits and returns 0, or -1 when something was dropped. */
int ir_buf_add(struct ir_buf *, const void *p, size_t n);
int ir_buf_adds(struct ir_buf *, const char *s);
int ir_buf_addc(struct ir_buf *, char c);
int ir_buf_addf(struct ir_buf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Drop the first n bytes. */
void ir_buf_consume(struct ir_buf *, size_t n);

#endif
