/*
 * ids - request and trace ids in a line
 *
 * W3C trace context (traceparent: 00-TRACE-SPAN-FLAGS, the trace id is the key), trace_id traceId trace.id dd.trace_id, request_id requestId req_id reqId x-request-id X-Request-ID
 * correlation_id x-correlation-id, [req=…] req=… request=…, OpenStack's req-UUID, task_id and job_id of job systems (Celery's "Task name[UUID]", sidekiq's jid).
 */
#ifndef IR_LOGS_IDS_H
#define IR_LOGS_IDS_H

#include <stddef.h>
#include <stdint.h>

enum { IR_IDS_MAX = 4, IR_ID_TEXT = 64 };

enum ir_id_kind { IR_ID_TRACE, IR_ID_REQUEST, IR_ID_JOB };

struct ir_id {
	enum ir_id_kind kind;
	char text[IR_ID_TEXT + 1];	/* lower case where it is hex; never a placeholder ("-", "null", all zeros) nor shorter than 6 bytes */
};

struct ir_ids {
	struct ir_id v[IR_IDS_MAX];
	size_t n;
};

/* Add one unless it is there, is a placeholder, or there are enough. */
void ir_ids_add(struct ir_ids *, enum ir_id_kind, const char *p, size_t n);
/* Of a text line: all that are written as name=value, name: value, [req=…], in headers. */
void ir_ids_find(const char *p, size_t n, struct ir_ids *);
/* Of a field's name: 1 and the kind when its value is an id. */
int ir_ids_field(const char *name, size_t n, enum ir_id_kind *);

#endif
