/*
 * requests - who said what about which request, as long as it can be remembered
 *
 * A request is what some ids name that stood together in an event. When there are too many ids the request that was named longest ago is handed over and forgotten.
 */
#ifndef IR_LOGS_REQUESTS_H
#define IR_LOGS_REQUESTS_H

#include "logs/ids.h"

enum { IR_REQUEST_IDS = 8, IR_REQUEST_SEEN = 8 };

/* A pattern of a service, and when it was first said about the request. */
struct ir_request_seen {
	int64_t ms;		/* IR_TIME_NONE: not known */
	uint32_t pattern;
	uint16_t service;
	uint8_t level;
};

struct ir_request {
	uint64_t ids[IR_REQUEST_IDS];
	struct ir_request_seen v[IR_REQUEST_SEEN];
	uint32_t newer, older;	/* by when it was last named; the table's own */
	uint32_t events;
	uint8_t n_ids, n;
	uint8_t kind;		/* enum ir_id_kind, of text */
	char text[IR_ID_TEXT + 1];	/* one of its ids: a trace's rather than a request's rather than a job's */
};

struct ir_requests;
/* gone gets each request that is forgotten. */
struct ir_requests *ir_requests_new(size_t ids, void (*gone)(void *arg, const struct ir_request *), void *arg);
void ir_requests_add(struct ir_requests *, const struct ir_ids *, const struct ir_request_seen *);
/* Hand all over, and forget them. */
void ir_requests_finish(struct ir_requests *);
size_t ir_requests_bytes(const struct ir_requests *);
void ir_requests_free(struct ir_requests *);

#endif
