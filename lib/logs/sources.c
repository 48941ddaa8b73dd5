/* sources - the list of backends, and what went wrong with a source */
#include <string.h>

#include "logs/source.h"

/* A few are told one by one; what is wrong with a thousand files is told of the first ones. */
enum { FAULTS_MAX = 100 };

const struct ir_logs_ops *const ir_logs_backends[] = {
	&ir_logs_command,
	&ir_logs_docker,
	&ir_logs_file,
	&ir_logs_journald,
	&ir_logs_kubectl,
	&ir_logs_stdin,
	&ir_logs_clickhouse,
	&ir_logs_loki,
	&ir_logs_victorialogs,
	NULL,
};

void
ir_logs_fault_of(struct ir_logs_source *s, const char *service, const char *subject, const struct ir_err *err)
{
	struct ir_arena *arena = s->ctx->arena;

	if (s->n_faults == FAULTS_MAX)
		return;
	if (s->n_faults == s->size_faults) {
		struct ir_logs_fault *v =
		    IR_NEW_N(arena, struct ir_logs_fault, s->size_faults = 2 * s->size_faults + 4);

		if (s->n_faults)
			memcpy(v, s->faults, s->n_faults * sizeof(*v));
		s->faults = v;
	}
	s->faults[s->n_faults++] = (struct ir_logs_fault){
		.service = ir_strdup(arena, service), .subject = ir_strdup(arena, subject), .err = *err
	};
}

void
ir_logs_fault(struct ir_logs_source *s, const char *subject, const struct ir_err *err)
{
	ir_logs_fault_of(s, s->service, subject, err);
}
