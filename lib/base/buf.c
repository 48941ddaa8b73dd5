/* buf - the one growing buffer */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum { FIRST = 64 };

/* Room for n more bytes and the NUL; the caller has kept len + n <= cap. */
static void
reserve(struct ir_buf *b, size_t n)
{
	size_t want = b->len + n + 1, size = b->size < FIRST ? FIRST : b->size;

	if (want <= b->size)
		return;
	while (size < want)
		size = size > SIZE_MAX / 2 ? want : 2 * size;
	if (size - 1 > b->cap)
		size = b->cap + 1;
	b->data = realloc(b->data, size);
	if (!b->data)
		ir_oom();
	b->size = size;
}

void
ir_buf_init(struct ir_buf *b, size_t cap)
{
	*b = (struct ir_buf){ .cap = cap < PTRDIFF_MAX ? cap : PTRDIFF_MAX - 1 };
	reserve(b, 0);
	b->data[0] = '\0';
}

void
ir_buf_reserve(struct ir_buf *b, size_t n)
{
	if (n <= b->cap - b->len)
		reserve(b, n);
}

void
ir_buf_done(struct ir_buf *b)
{
	free(b->data);
	*b = (struct ir_buf){ 0 };
}

void
ir_buf_reset(struct ir_buf *b)
{
	b->len = 0;
	b->full = false;
	if (b->data)
		b->data[0] = '\0';
}

int
ir_buf_add(struct ir_buf *b, const void *p, size_t n)
{
	size_t room = b->full ? 0 : b->cap - b->len;

	if (n > room) {
		b->full = true;
		n = room;
	}
	if (n) {
		reserve(b, n);
		memcpy(b->data + b->len, p, n);
		b->len += n;
		b->data[b->len] = '\0';
	}
	return b->full ? -1 : 0;
}

int
ir_buf_adds(struct ir_buf *b, const char *s)
{
	return ir_buf_add(b, s, strlen(s));
}

int
ir_buf_addc(struct ir_buf *b, char c)
{
	return ir_buf_add(b, &c, 1);
}

int
ir_buf_addf(struct ir_buf *b, const char *fmt, ...)
{
	va_list ap;
	size_t room = b->full ? 0 : b->cap - b->len;
	int n;

	if (!b->data || room == 0) {
		b->full = true;
		return -1;
	}
	va_start(ap, fmt);
	n = vsnprintf(b->data + b->len, b->size - b->len, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->data[b->len] = '\0';
		b->full = true;
		return -1;
	}
	if ((size_t)n >= b->size - b->len && b->size <= b->cap) {
		reserve(b, (size_t)n < room ? (size_t)n : room);
		va_start(ap, fmt);
		vsnprintf(b->data + b->len, b->size - b->len, fmt, ap);
		va_end(ap);
	}
	b->full = (size_t)n > room;
	b->len += (size_t)n > room ? room : (size_t)n;
	return b->full ? -1 : 0;
}

void
ir_buf_consume(struct ir_buf *b, size_t n)
{
	if (n > b->len)
		n = b->len;
	if (n == 0)
		return;
	b->len -= n;
	memmove(b->data, b->data + n, b->len + 1);
}
