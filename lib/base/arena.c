/* arena - memory that lives as long as a command, or as one of its turns */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* Under ASan each allocation is a block of its own, so that running over its end is seen. */
#if defined(__SANITIZE_ADDRESS__)
#define IR_BLOCK_SIZE 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IR_BLOCK_SIZE 0
#endif
#endif
#ifndef IR_BLOCK_SIZE
#define IR_BLOCK_SIZE ((size_t)16 * 1024 - 64)
#endif

struct ir_arena_block {
	struct ir_arena_block *next;
	size_t used, size;
	alignas(max_align_t) char data[];
};

static struct ir_arena_block *
block_new(struct ir_arena *a, size_t size)
{
	size_t room = size > IR_BLOCK_SIZE ? size : IR_BLOCK_SIZE;
	struct ir_arena_block *b;

	if (room > PTRDIFF_MAX - sizeof *b || !(b = malloc(sizeof *b + room)))
		ir_oom();
	b->used = 0;
	b->size = room;
	/* A large one goes behind the first, whose rest is still good for small ones. */
	if (a->blocks && a->blocks->size - a->blocks->used > room - size) {
		b->next = a->blocks->next;
		a->blocks->next = b;
	} else {
		b->next = a->blocks;
		a->blocks = b;
	}
	return b;
}

/* n bytes that hold anything. Sizes are kept aligned, so that used always is. */
static void *
take(struct ir_arena *a, size_t size)
{
	struct ir_arena_block *b = a->blocks;
	size_t n = size ? size : 1;
	size_t aligned = (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	void *p;

	if (aligned < n)
		ir_oom();
	if (!b || b->size - b->used < aligned)
		b = block_new(a, IR_BLOCK_SIZE ? aligned : n);
	p = b->data + b->used;
	b->used += b->size - b->used < aligned ? b->size - b->used : aligned;
	return p;
}

void *
ir_arena_alloc(struct ir_arena *a, size_t size)
{
	return memset(take(a, size), 0, size);
}

void *
ir_arena_alloc_n(struct ir_arena *a, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		ir_oom();
	return ir_arena_alloc(a, total);
}

static char *
copy(struct ir_arena *a, const char *s, size_t n)
{
	char *p = take(a, n + 1);

	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *
ir_strdup(struct ir_arena *a, const char *s)
{
	return s ? copy(a, s, strlen(s)) : NULL;
}

char *
ir_strndup(struct ir_arena *a, const char *s, size_t n)
{
	return s ? copy(a, s, strnlen(s, n)) : NULL;
}

char *
ir_vasprintf(struct ir_arena *a, const char *fmt, va_list ap)
{
	char small[256], *p;
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof small, fmt, ap);
	if (n >= 0 && (size_t)n < sizeof small) {
		p = copy(a, small, (size_t)n);
	} else if (n >= 0) {
		p = take(a, (size_t)n + 1);
		vsnprintf(p, (size_t)n + 1, fmt, again);
	} else {
		ir_oom(); /* the only other cause is a string beyond INT_MAX */
	}
	va_end(again);
	return p;
}

char *
ir_asprintf(struct ir_arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = ir_vasprintf(a, fmt, ap);
	va_end(ap);
	return p;
}

void
ir_arena_done(struct ir_arena *a)
{
	struct ir_arena_block *b = a->blocks, *next;

	for (; b; b = next) {
		next = b->next;
		free(b);
	}
	a->blocks = NULL;
}

void
ir_list_add(struct ir_arena *a, struct ir_list *l, const char *s)
{
	if (l->n + 1 >= l->size) {
		size_t size = l->size ? 2 * l->size : 8;
		const char **v = IR_NEW_N(a, const char *, size);

		if (l->n)
			memcpy(v, l->v, l->n * sizeof *v);
		l->v = v;
		l->size = size;
	}
	l->v[l->n++] = s;
	l->v[l->n] = NULL;
}

int
ir_list_has(const struct ir_list *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i], s) == 0)
			return 1;
	}
	return 0;
}

void
ir_list_add_once(struct ir_arena *a, struct ir_list *l, const char *s)
{
	if (!ir_list_has(l, s))
		ir_list_add(a, l, s);
}

const char *
ir_list_join(struct ir_arena *a, const struct ir_list *l, const char *before, const char *between)
{
	size_t size = 1, at = 0, n_before = strlen(before), n_between = strlen(between);
	char *all;

	for (size_t i = 0; i < l->n; i++)
		size += n_before + strlen(l->v[i]) + n_between;
	all = ir_arena_alloc(a, size);
	for (size_t i = 0; i < l->n; i++) {
		const char *const parts[] = { i ? between : "", before, l->v[i] };

		for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
			memcpy(all + at, parts[k], strlen(parts[k]));
			at += strlen(parts[k]);
		}
	}
	return all;
}
