/*
 * spawn - a program that prints lines. Private to the backends that run one.
 */
#ifndef IR_LOGS_SPAWN_H
#define IR_LOGS_SPAWN_H

#include "base/buf.h"
#include "base/proc.h"
#include "logs/feed.h"

enum { IR_SPAWN_WORDS = 4 << 10, IR_SPAWN_LINE = 1 << 20 };

struct ir_spawn {
	struct ir_logs_source *source;
	/* Take what is there, for a turn. */
	enum ir_feed_step (*take)(struct ir_spawn *, struct ir_err *);
	void (*line)(struct ir_spawn *, const char *p, size_t n);	/* without its end, never longer than IR_SPAWN_LINE */
	void (*ended)(struct ir_spawn *);	/* once, from the loop: all of its output was taken, it is gone */
	void *arg;
	struct ir_proc proc;
	struct ir_buf errs;		/* the last bytes of stderr */
	int status;			/* as of waitpid(2) */
	bool exited;
	int64_t left_out;		/* lines that were too long */
	struct ir_err failed;		/* its output could not be read */
	/* inside */
	struct ir_timer *timer;
	struct ir_buf part;		/* a line that is not whole yet */
	char *buf;
	bool running, closed, skipping;
};

/* Run argv in dir (NULL: here) as something that only looks. */
int ir_spawn_start(struct ir_spawn *, char *const argv[], const char *dir, struct ir_err *err);
/* A `take`: what is there is cut into lines. */
enum ir_feed_step ir_spawn_lines(struct ir_spawn *, struct ir_err *err);
/* At any time; ends the program and what it started. */
void ir_spawn_stop(struct ir_spawn *);
/* Did it say something like that on stderr? */
bool ir_spawn_said(const struct ir_spawn *, const char *words);
/* It did not end well: 1 and what to tell ("journalctl exited with status 1: …"). */
int ir_spawn_fault(const struct ir_spawn *, const char *name, struct ir_err *err);

#endif
