/*
 * ctx - what a run carries, and the one gate for effects
 *
 * There is no mutable global state: what a function needs of the run comes
 * through this. Pointers are opaque here; each belongs to the named module.
 */
#ifndef IR_BASE_CTX_H
#define IR_BASE_CTX_H

#include <stdbool.h>
#include <stdint.h>
#include <signal.h>

#include "base/arena.h"
#include "base/err.h"

/* What a request, query or spawned program does to the world. */
enum ir_effect {
	IR_READ,	/* looks */
	IR_PROBE,	/* may change something harmless: a login, an exec of a healthcheck; configured by hand */
	IR_JOURNAL,	/* writes our own memory */
	IR_WRITE,	/* changes a service; actors only */
};

struct ir_ctx {
	const char        *command;	/* "ir-health" */
	const char        *run;		/* "run-…" */
	struct ir_arena   *arena;	/* lives until the end of the run */
	struct ir_conf    *conf;	/* conf/conf.h; NULL until read */
	struct ir_out     *out;		/* rec/emit.h */
	struct ir_journal *journal;	/* rec/journal.h; NULL when off or not writable */
	struct ir_loop    *loop;	/* net/loop.h; NULL until ir_ctx_loop() */
	struct ir_pager   *pager;	/* cli/pager.h; NULL until output goes through one */
	const char        *env;		/* --env, IR_ENV, [env] name; NULL: not said, to be derived */
	const char        *who;		/* IR_WHO, else who called us: in whose name things are done */
	const char        *incident;	/* id that --incident or IR_INCIDENT chose; NULL: by the environment */
	int                verbose;	/* how many -v */
	bool               quiet;	/* -q */
	bool               paged;	/* long output on a terminal may go through a pager */
	bool               actor;	/* declared itself one, and is not a dry run */
	int64_t            start_ms;	/* wall clock */
	int64_t            start_us;	/* monotonic */
	int64_t            deadline_us;	/* monotonic; the run ends by then */
	int64_t            timeout_ms;	/* of one target */
	volatile sig_atomic_t *stop;	/* set to the signal's number by SIGINT, SIGTERM, SIGHUP */
};

/* May the run do this? 0, or -1 with IR_REFUSED. The only place that decides; net and proc ask it
 * before the first byte. IR_READONLY=1 refuses IR_WRITE for every command. */
int ir_effect_allowed(const struct ir_ctx *, enum ir_effect, struct ir_err *);

/* A line on stderr, "ir-health: …", when verbose >= level (level 0: unless -q). Never a secret's
 * text: secrets have their own type (conf/secret.h). Text is escaped. */
void ir_trace(const struct ir_ctx *, int level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The one message of a failure, "ir-health: …" with "  hint: …" below it, whatever -q says. Escaped. */
void ir_say(const struct ir_ctx *, const struct ir_err *);

#endif
