/*
 * look - what the files that run dependencies share: one look at one, its samples, its rows. Private to lib/dep
 */
#ifndef IR_DEP_LOOK_H
#define IR_DEP_LOOK_H

#include "dep/dep.h"

/* A list of ids that a queue had, by the queue's key. */
struct ir_sample_ids {
	const char *key;
	struct ir_list ids;
};

struct ir_sample {
	int64_t at_us;		/* monotonic, of a look of this run; INT64_MIN: from the journal */
	int64_t time_ms;	/* wall clock, of one from the journal */
	struct ir_list counters;
	struct ir_sample_ids *ids;
	size_t n_ids;
	struct ir_arena arena;	/* holds all of that */
};

/* How a dependency is looked at. */
struct ir_dep_look {
	int64_t timeout_ms;	/* of one that does not say */
	int64_t sample_ms;	/* 0: one look */
	int64_t last_us;	/* when it has to be over (monotonic) */
	void  (*ended)(void *arg, struct ir_dep *);	/* once, also from inside the begin */
	void   *arg;
};

enum ir_dep_stage { IR_DEP_WAITING, IR_DEP_LOOKING, IR_DEP_PAUSING, IR_DEP_ENDED };

struct ir_dep_state {
	struct ir_dep_look look;
	enum ir_dep_stage stage;
	int looks;			/* begun in this turn */
	bool waits;			/* the backend has not called done */
	int64_t begun_us, limit_ms;	/* of the present look */
	int64_t counted_us;		/* when it began to count; INT64_MIN: not yet */
	struct ir_timer *timer;		/* the end of the look, or the beginning of the second one */
	struct ir_sample last, journal;	/* of this run; from the journal */
	struct ir_sample_ids *ids;	/* of the present look */
	size_t n_ids, size_ids;
	bool told;			/* a row of the journal was looked for */
	const char *trace;		/* deps.c: of what was discovered, what it was made from, hashed */
};

/* Make the state. Once. */
void ir_dep_ready(struct ir_dep *);
/* The rows as they are before anything is known. */
void ir_dep_fresh(struct ir_dep *, const char *summary);
void ir_dep_begin(struct ir_dep *, const struct ir_dep_look *);
/* After the loop: what is under way becomes `unknown`, one that waits for its second look keeps what the first one said. Never calls ended. */
void ir_dep_end(struct ir_dep *);
void ir_dep_forget(struct ir_dep *);

/* found.c: hints of thresholds, the row of a dependency that is one queue. After the look. */
void ir_dep_found_finish(struct ir_dep *);
/* A row in found, with what every one has; name is below the dependency's, or NULL. */
struct ir_check *ir_dep_found_row(struct ir_dep *, const char *name);
const struct ir_measure *ir_dep_measure_named(const struct ir_dep *, const char *name);
/* May a state of that name be a warning, a failure? (`warn = NAME off`) Returns the status that is left. */
enum ir_status ir_dep_allowed(const struct ir_dep *, const struct ir_measure *, enum ir_status);

/* queues.c: is the dependency one queue, so that its own row is the queue's? */
bool ir_dep_is_one_queue(const struct ir_dep *);
/* What the queue said goes into the own row. */
void ir_dep_join_queue(struct ir_dep *, const struct ir_check *queue);

/* sample.c */
void ir_sample_ids(struct ir_dep *, const char *key, const struct ir_list *ids);
const struct ir_list *ir_sample_ids_before(const struct ir_dep *, const char *key);	/* NULL: not known */
/* After a look that was answered: keep it for the next one. */
void ir_sample_keep(struct ir_dep *);
void ir_sample_done(struct ir_sample *);
/* The newest look in the journal, for each that has none of this run. env: of the rows. */
void ir_sample_recall(struct ir_ctx *, struct ir_dep *const *, size_t n, const char *env);
/* One line of the journal. Is it a look of this dependency? now_ms: of this one. Pure. */
bool ir_sample_read(const struct ir_dep *, const char *record, size_t n, int64_t now_ms, struct ir_sample *);
/* Choose dep->before for the look that begins. */
void ir_sample_begin(struct ir_dep *);

#endif
