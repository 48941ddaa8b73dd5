/*
 * git - what a repository says, by running git so that nothing in it can make git run or write anything
 *
 * A repository is hostile input: its configuration names programs (core.fsmonitor, gpg.program, diff.*.textconv, core.pager, hooks) and its remotes can run
 * others when an object is missing. So: only commands that read (log, rev-list, diff, ls-tree, cat-file; never status), no pager, no external diff, no text conversion, no
 * signatures, no locks, no question, no fetch (GIT_ALLOW_PROTOCOL), and of the caller's environment no GIT_* that would lead elsewhere. safe.directory is said, since
 * root looks at what belongs to the user who deploys.
 */
#ifndef IR_GIT_GIT_H
#define IR_GIT_GIT_H

#include "base/ctx.h"
#include "net/program.h"

enum { IR_GIT_MAX = 8 << 20 };	/* bytes of an answer */

struct ir_git;
/* Called once, from the loop. why NULL: it went well. IR_BACKEND: there is no repository, no such revision, no commit yet; or it took too long. */
typedef void ir_git_cb(void *arg, struct ir_git *, const struct ir_err *why);

/* args: "log" …, ended by NULL; copied. input: for its stdin, or NULL. max: bytes of the answer, 0: IR_GIT_MAX. NULL: it cannot be started (IR_CONFIG: there is no git). */
struct ir_git *ir_git_start(struct ir_ctx *, const char *dir, const char *const *args, const char *input, size_t input_len, size_t max, ir_git_cb *, void *arg, struct ir_err *);
/* The answer, NUL-terminated, until the callback returns. cut: it was longer. */
const char *ir_git_out(const struct ir_git *, size_t *n, bool *cut);
/* No callback comes. NULL is fine. */
void ir_git_stop(struct ir_git *);

/* May this stand for a revision on git's command line? Not empty, no leading '-', nothing that names several, at most 250 bytes. */
bool ir_git_rev_valid(const char *rev);

#endif
