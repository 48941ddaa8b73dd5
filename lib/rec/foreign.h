/*
 * foreign - values in JSON that somebody else wrote
 *
 * Pure. What others say is hostile: text is cut, made valid UTF-8 and copied, numbers and times are checked.
 */
#ifndef IR_REC_FOREIGN_H
#define IR_REC_FOREIGN_H

#include <jansson.h>
#include <stdint.h>

#include "base/arena.h"

enum { IR_FOREIGN_TEXT = 1000 /* bytes of a member that are kept */ };

/* NULL: not JSON, or nested too deeply. A number that is too large is taken as a real one. */
json_t *ir_foreign_json(const char *text, size_t n);
/* A cleanup. */
static inline void
ir_foreign_json_done(json_t **j)
{
	json_decref(*j);
}

/* Made safe and copied, at most IR_FOREIGN_TEXT bytes. */
const char *ir_foreign_clean(struct ir_arena *, const char *s, size_t n);
/* The same of a member; NULL when it is none, or empty. */
const char *ir_foreign_text(struct ir_arena *, const json_t *object, const char *key);
/* A member as decimal digits; NULL when it is no integer of 0 and above, nor a string of digits. */
const char *ir_foreign_number(struct ir_arena *, const json_t *object, const char *key);
/* An integer, also one that was taken as a real number because another in the text is too large. */
int64_t ir_foreign_int(const json_t *value, int64_t otherwise);
/* RFC 3339 (an offset may do without its colon), or epoch in seconds or milliseconds, as number or digits. IR_TIME_NONE: none of these, or beyond the years 1971 to 9999. */
int64_t ir_foreign_time_parse(const char *s, size_t n);
int64_t ir_foreign_time(const json_t *value);

#endif
