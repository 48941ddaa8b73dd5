/*
 * arena - memory that lives as long as a command, or as one of its turns
 *
 * A zeroed struct ir_arena is empty and ready. Nothing is freed one by one.
 * Allocation never returns NULL (see ir_oom()). Not thread safe.
 */
#ifndef IR_BASE_ARENA_H
#define IR_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct ir_arena_block;
struct ir_arena {
	struct ir_arena_block *blocks;
};

/* Zeroed, aligned for any type. */
void *ir_arena_alloc(struct ir_arena *, size_t size) __attribute__((malloc, returns_nonnull));
#define IR_NEW(arena, type) ((type *)ir_arena_alloc((arena), sizeof(type)))
#define IR_NEW_N(arena, type, n) ((type *)ir_arena_alloc_n((arena), (n), sizeof(type)))
void *ir_arena_alloc_n(struct ir_arena *, size_t n, size_t size) __attribute__((malloc, returns_nonnull));

/* Copies, NUL-terminated. NULL in, NULL out. */
char *ir_strdup(struct ir_arena *, const char *s);
char *ir_strndup(struct ir_arena *, const char *s, size_t n);
char *ir_asprintf(struct ir_arena *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));
char *ir_vasprintf(struct ir_arena *, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0), returns_nonnull));

/* Free everything and leave it empty, ready for use again. */
void ir_arena_done(struct ir_arena *);

/* A list of strings that grows in an arena. A zeroed one is empty. */
struct ir_list {
	const char **v;		/* v[n] is NULL once anything was added */
	size_t       n, size;
};

/* Add s itself (not a copy). */
void ir_list_add(struct ir_arena *, struct ir_list *, const char *s);
/* True when s is in the list. */
int ir_list_has(const struct ir_list *, const char *s);
/* Add it unless it is there. */
void ir_list_add_once(struct ir_arena *, struct ir_list *, const char *s);
/* "+get, +set": all of it, with before in front of each and between between two. */
const char *ir_list_join(struct ir_arena *, const struct ir_list *, const char *before, const char *between);

#endif
