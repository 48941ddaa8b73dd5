/*
 * proc - start a program, watch it, end it with all its children
 *
 * Nothing here waits: the child is a pidfd and two pipes for the loop
 * (net/loop.h). The child has its own process group (for ended groups), default
 * signals, stdin from /dev/null, and no descriptor of ours but 0 to 2.
 */
#ifndef IR_BASE_PROC_H
#define IR_BASE_PROC_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/err.h"

struct ir_proc {
	pid_t pid;		/* leader of its own group; 0 when none */
	int   pidfd;		/* readable when it ended */
	int   out, err;		/* non-blocking read ends, or -1 */
};

/* Start argv[0] (looked up in PATH) with argv, in dir (NULL: here), with env (NULL: ours; else a whole
 * environment). effect passes the gate first. On failure -1, IR_CONFIG when the program is not there or not executable. */
int ir_proc_start(const struct ir_ctx *, enum ir_effect, char *const argv[], const char *dir,
    char *const env[], struct ir_proc *ret, struct ir_err *err);

/* The same with in (3 or above; the caller's) as its standard input; -1: /dev/null. */
int ir_proc_start_fed(const struct ir_ctx *, enum ir_effect effect, char *const argv[], const char *dir,
    char *const env[], int in, struct ir_proc *ret, struct ir_err *err);

/* Where in PATH the program is, or name itself when it has a slash; NULL when it is not there or not executable. In the arena. */
const char *ir_proc_find(struct ir_arena *, const char *name);

/* Send sig to the whole group; harmless when it is gone. */
void ir_proc_signal(const struct ir_proc *, int sig);

/* How did it end, without waiting: 1 and *status as of waitpid(2), 0 when still running, -1 when there is
 * none. It may be asked again: until ir_proc_done() the pid stays ours, and the group can be signalled. */
int ir_proc_reap(struct ir_proc *, int *status);

/* Close the descriptors, end what is left of the group with SIGKILL, reap. A zeroed or done one is left alone.
 * Waits 20 ms at most, for a leader that had not ended by itself. */
void ir_proc_done(struct ir_proc *);

#endif
