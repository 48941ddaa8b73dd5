/*
 * chains - requests that went wrong alike are one chain
 */
#ifndef IR_LOGS_CHAINS_H
#define IR_LOGS_CHAINS_H

#include "logs/correlate.h"
#include "logs/requests.h"

enum { IR_CHAINS_MAX = 1024, IR_CHAIN_EXAMPLES = 3, IR_CHAIN_SAMPLES = 64 };

/* Requests whose steps are the same. */
struct ir_chain_sum {
	uint64_t key;			/* of the steps */
	struct ir_request_seen v[IR_REQUEST_SEEN];	/* one of a service, by service */
	size_t n;
	struct ir_request_seen said[IR_REQUEST_SEEN];	/* what was said about each of them, whatever was chosen of it */
	size_t n_said;
	int64_t ids, kinds[3];		/* by enum ir_id_kind */
	int64_t first_ms, last_ms;
	int32_t samples[IR_CHAIN_SAMPLES][IR_REQUEST_SEEN];	/* milliseconds after the first of v; INT32_MIN: not known */
	uint32_t n_samples;
	uint8_t level;
	char examples[IR_CHAIN_EXAMPLES][IR_ID_TEXT + 1];
};

struct ir_chain_sums {
	struct ir_chain_sum *v;
	size_t n, size;
	int64_t left_out;
};

/* Does the request make a chain? Then it is counted. */
bool ir_chain_sums_add(struct ir_chain_sums *, const struct ir_request *);
/* Patterns were united: chains that turn out to be the same are.. */
void ir_chain_sums_resolve(struct ir_chain_sums *, long (*pattern)(void *arg, uint32_t pattern), void *arg);
void ir_chain_sums_free(struct ir_chain_sums *);

/* The chain that a sum is. services are the names by number. */
void ir_chain_of_sum(struct ir_arena *, const struct ir_chain_sum *, const char *const *services, const struct ir_logs_counts *, struct ir_logs_chain *);
/* Chains by time of what was counted, added to those there are. */
void ir_chains_by_time(struct ir_arena *, const struct ir_logs_counts *, struct ir_logs_chains *);
/* Add one. */
void ir_chains_add(struct ir_arena *, struct ir_logs_chains *, const struct ir_logs_chain *);
/* What a step says: service and template, cut to n bytes. */
void ir_chain_step_text(struct ir_buf *, const struct ir_logs_step *, size_t n);

#endif
