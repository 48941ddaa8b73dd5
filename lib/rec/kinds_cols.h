/* kinds_cols - how the tables of kinds are written; private to lib/rec/kinds*.c */
#ifndef IR_REC_KINDS_COLS_H
#define IR_REC_KINDS_COLS_H

#include <string.h>

#include "base/utf8.h"
#include "rec/kinds.h"

/* clang-format off */
/* Typed entries: a member of another type does not compile. */
#define AT(s, m, T)                         (offsetof(s, m) + 0 * sizeof(_Generic(&((s *)0)->m, T *: 1)))
#define STR(s, m, group, head, doc)         { #m, head, IR_COL_STR, AT(s, m, const char *), NULL, group, doc }
#define INT(s, m, group, head, doc)         { #m, head, IR_COL_INT, AT(s, m, int64_t), NULL, group, doc }
#define REAL(s, m, group, head, doc)        { #m, head, IR_COL_REAL, AT(s, m, double), NULL, group, doc }
#define BOOL(s, m, group, head, doc)        { #m, head, IR_COL_BOOL, AT(s, m, int), NULL, group, doc }
#define LIST(s, m, group, head, doc)        { #m, head, IR_COL_LIST, AT(s, m, struct ir_list), NULL, group, doc }
#define INTS(s, m, group, head, doc)        { #m, head, IR_COL_INTS, AT(s, m, struct ir_ints), NULL, group, doc }
#define TIME(s, m, key, group, head, doc)   { key, head, IR_COL_TIME, AT(s, m, int64_t), NULL, group, doc }
#define END                                 { NULL, NULL, IR_COL_STR, 0, NULL, 0, NULL }
/* clang-format on */

/* The parts of a key are joined by one zero byte, which no part can hold. */
static inline void
ir_key_first(struct ir_buf *b, const char *s)
{
	if (s)
		ir_utf8_clean(b, s, strlen(s));
}

static inline void
ir_key_next(struct ir_buf *b, const char *s)
{
	ir_buf_addc(b, '\0');
	ir_key_first(b, s);
}

#endif
