/*
 * seen - which rows of a log engine were brought already, where each look goes back a little for rows that came late
 *
 * Rows that are equal in all are told apart by how many of them a look has.
 */
#ifndef IR_LOGS_SEEN_H
#define IR_LOGS_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ir_seen;

struct ir_seen *ir_seen_new(void);
void ir_seen_free(struct ir_seen *);	/* NULL is fine */
/* A look begins: no row older than this will come in it. */
void ir_seen_look(struct ir_seen *, int64_t from_ms);
/* A row of the look: was it not brought by one before? */
bool ir_seen_row(struct ir_seen *, int64_t ms, const char *service, size_t n_service, const char *text, size_t n);
size_t ir_seen_held(const struct ir_seen *);

#endif
