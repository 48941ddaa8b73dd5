/*
 * audit - is the record whole, and what has to go from it
 */
#ifndef IR_INCIDENT_AUDIT_H
#define IR_INCIDENT_AUDIT_H

#include "incident/timeline.h"

enum { IR_HEAD_LEAST = 12 };

/* A check record a chain: of the journal, or (n > 0) of these files; and one of the line that has the hash `head` (NULL: not asked). They are printed, and never journalled: looking
 * changes nothing. An enum ir_exit, or -1 with *err. */
int ir_audit_verify(
    struct ir_ctx *, const struct ir_timeline_file *, size_t n, const char *head, const char *format, struct ir_err *);

/* Take the text of a record's observations with a time in [from, to] out of the journal, and note who did it and why: the note goes first, synced, so that none goes without one. */
int ir_audit_redact(
    struct ir_ctx *, const char *handle, int64_t from_ms, int64_t to_ms, const char *reason, struct ir_err *);

#endif
