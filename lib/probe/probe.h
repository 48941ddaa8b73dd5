/*
 * probe - ask one thing whether it is well
 *
 * A probe type is one file (http.c tcp.c tls.c command.c unit.c) ending in a const struct ir_probe_ops, and one
 * entry in probe.c. A probe fills in its check row and calls done once; deadlines, retries, limits, ids and
 * printing are not its business.
 */
#ifndef IR_PROBE_PROBE_H
#define IR_PROBE_PROBE_H

#include "conf/conf.h"
#include "net/loop.h"
#include "rec/kinds.h"

struct ir_target {
	const char *name;                 /* check's name */
	const char *service;              /* "" */
	const char *subject;              /* URL without secrets, "tcp://host:port", "command:…", "unit:…" */
	const char *host;                 /* for the per-host limit; NULL: none */
	const char *origin;               /* "ir.conf:12" "operand" */
	const struct ir_section *section; /* [check "…"]; NULL for an operand */
	const struct ir_probe_ops *ops;
	const char *url;              /* as given; for operands */
	int64_t timeout_ms;           /* of one attempt */
	int64_t retries;              /* INT64_MIN: not said */
	const char *unready, *unready_hint; /* why it cannot be asked in this run; NULL: it can */
	struct ir_check *row;         /* the answer, in ctx->arena */
	void *priv;                   /* the type's own, made by prepare() */
	struct ir_probe_state *state; /* probe.c's own */
};

typedef void ir_probe_done(struct ir_target *);

struct ir_probe_ops {
	const char *name; /* the word in ir.conf: type = NAME */
	unsigned groups;  /* of struct ir_check */
	unsigned files;   /* descriptors that an attempt holds */
	/* Fill in subject and host, check the section's keys against one another. 0, or -1 with IR_CONFIG /
	 * IR_USAGE. */
	int (*prepare)(struct ir_ctx *, struct ir_target *, struct ir_err *);
	/* Have what it needs from elsewhere, such as secrets; it may run a command, and is called again in the next
	 * run. NULL: needs nothing. -1: the target becomes `unknown`, the others go on. */
	int (*ready)(struct ir_ctx *, struct ir_target *, struct ir_err *);
	/* Start one attempt, to end by at_us. When it has ended (never from inside this call) set row->h.status,
	 * summary, members; call done. -1: could not be started: becomes `unknown`. */
	int (*start)(struct ir_ctx *, struct ir_target *, int64_t at_us, ir_probe_done *, struct ir_err *);
	/* End an attempt under way without calling done; must not block. The row's phase and times stay as far
	 * as they got. */
	void (*stop)(struct ir_target *);
};

extern const struct ir_probe_ops ir_probe_http, ir_probe_tcp, ir_probe_tls, ir_probe_command, ir_probe_unit;

/* A zeroed one is empty; in ctx->arena. Complete before ir_probe_start(), which keeps pointers into it. */
struct ir_targets {
	struct ir_target *v;
	size_t n, size;
};

/* From every [check "…"] wanted by services and names (empty: all). Names that match no check are left in
 * *unmatched. -1 with IR_CONFIG. */
int ir_targets_conf(struct ir_ctx *, const struct ir_list *services, const struct ir_list *names, struct ir_targets *,
    struct ir_list *unmatched, struct ir_err *);
/* From an operand: http://, https://, tcp://host:port, tls://host:port, unit:NAME. IR_USAGE; a password in it is
 * refused with the fix. */
int ir_targets_operand(struct ir_ctx *, const char *url, struct ir_targets *, struct ir_err *);

struct ir_probe_opts {
	int64_t jobs;       /* at once; 0: all */
	int64_t per_host;   /* at once against one host; 0: no limit */
	int64_t retries;    /* default of targets that do not say */
	int64_t timeout_ms; /* likewise */
};

/* Start all of them on ctx->loop (shuffled across hosts; jitter on retries, never beyond the deadline). A row
 * that is ok only after a failed attempt is `warn`: "ok after 2 of 3 attempts: …". */
struct ir_probe_run *ir_probe_start(
    struct ir_ctx *, struct ir_targets *, const struct ir_probe_opts *, struct ir_err *);
/* After the loop ended: targets under way or never started become `unknown` ("no answer within 2s: connected,
 * waiting for the first byte", "not started before the deadline"). */
void ir_probe_finish(struct ir_probe_run *);

#endif
