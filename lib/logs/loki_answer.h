/*
 * loki_answer - Loki's HTTP API: what is asked, and its answers
 *
 * Pure. After Loki's public documents (2.x and 3.x); no server of its was at hand.
 */
#ifndef IR_LOGS_LOKI_ANSWER_H
#define IR_LOGS_LOKI_ANSWER_H

#include <jansson.h>

#include "base/arena.h"
#include "logs/engine.h"

struct ir_loki_stream {
	struct ir_span service;
	const char *part;
	enum ir_log_level level;
};

struct ir_loki_line {
	int64_t ns;
	size_t stream, order;
	struct ir_span text;
	enum ir_log_level level;
};

struct ir_loki_page {
	json_t *root;			/* holds the texts */
	struct ir_arena arena;		/* the rest */
	struct ir_loki_stream *streams;
	size_t n_streams;
	struct ir_loki_line *v;		/* in the order of time */
	size_t n;
};

/* Parameters of /loki/api/v1/query_range and of /loki/api/v1/labels: from start on, before end. */
void ir_loki_page_query(struct ir_buf *, const char *query, int64_t start_ns, int64_t end_ns, int64_t limit);
void ir_loki_labels_query(struct ir_buf *, int64_t start_ns, int64_t end_ns);
/* {label=~"a|b"}: of these services, or of all. */
void ir_loki_selector(struct ir_buf *, const char *label, const struct ir_list *services);
/* Behind a query: |= "text" */
void ir_loki_contains(struct ir_buf *, const char *text);

/* -1, with what is wrong: not of Loki, or no lines. */
int ir_loki_page(const char *body, size_t n, struct ir_loki_page *, struct ir_err *);
void ir_loki_page_done(struct ir_loki_page *);
/* The label that services go by, of those that there are; NULL when there are none. In the arena. -1: not of Loki. */
int ir_loki_labels(struct ir_arena *, const char *body, size_t n, const char **label, struct ir_err *);
/* "max entries limit per query exceeded, limit > max_entries_limit_per_query (5000 > 1000)": 1000; 0: it says something else. */
int64_t ir_loki_limit(const char *said, size_t n);

#endif
