/*
 * victorialogs_answer - VictoriaLogs' HTTP API: what is asked, and its answers, a JSON object a line
 *
 * Pure. After VictoriaLogs' public documents; no server of its was at hand.
 */
#ifndef IR_LOGS_VICTORIALOGS_ANSWER_H
#define IR_LOGS_VICTORIALOGS_ANSWER_H

#include "base/arena.h"
#include "logs/engine.h"

enum { IR_VICTORIALOGS_LINE = 4 << 20 };

/* Forms of /select/logsql/query, in the order of time, from start on and before end; and of /select/logsql/tail, from so long ago on. filter: LogsQL of one's own, or NULL: what is of the
 * services (all, when there are none) and contains the text (NULL: any). */
void ir_victorialogs_query(struct ir_buf *, const char *filter, const struct ir_list *services, const char *contains, int64_t start_ms, int64_t end_ms);
void ir_victorialogs_tail(struct ir_buf *, const char *filter, const struct ir_list *services, const char *contains, int64_t offset_ms);

struct ir_victorialogs_row {
	int64_t ms;
	struct ir_span text, service;
	const char *part;
	enum ir_log_level level;
};

/* Lines as they come. */
struct ir_victorialogs_rows {
	void (*row)(void *arg, const struct ir_victorialogs_row *);
	void *arg;
	/* inside */
	struct ir_buf line;
	bool torn;			/* something came that is no row: it is in line */
	size_t n;
};
void ir_victorialogs_rows_begin(struct ir_victorialogs_rows *);
void ir_victorialogs_rows_take(struct ir_victorialogs_rows *, const char *p, size_t n);
/* Was it whole, as far as can be told? */
bool ir_victorialogs_rows_end(struct ir_victorialogs_rows *);
void ir_victorialogs_rows_done(struct ir_victorialogs_rows *);

#endif
