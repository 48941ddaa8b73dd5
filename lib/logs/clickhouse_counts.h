/*
 * clickhouse_counts - what ClickHouse counted, kept until it can be given to the reader in the order of first appearance
 */
#ifndef IR_LOGS_CLICKHOUSE_COUNTS_H
#define IR_LOGS_CLICKHOUSE_COUNTS_H

#include "logs/clickhouse_rows.h"
#include "logs/clickhouse_sql.h"
#include "logs/engine.h"

struct ir_clickhouse_counts;

struct ir_clickhouse_counts *ir_clickhouse_counts_new(struct ir_engine *, struct ir_clickhouse_grid);
void ir_clickhouse_counts_free(struct ir_clickhouse_counts *);	/* NULL is fine */
/* A row of ir_clickhouse_count_sql(). */
void ir_clickhouse_counts_row(struct ir_clickhouse_counts *, const struct ir_span *v, bool totals);
/* Give some of them: false when none are left. */
bool ir_clickhouse_counts_give(struct ir_clickhouse_counts *);
/* Lines and groups that the engine counted and did not bring. 0: the totals agree with the rows. */
int64_t ir_clickhouse_counts_left(const struct ir_clickhouse_counts *, int64_t *groups);
/* A row was not as it should be. */
bool ir_clickhouse_counts_bad(const struct ir_clickhouse_counts *);

#endif
