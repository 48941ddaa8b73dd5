/* told - what the sources of deploys share: rows on their way, lines, ends, and programs. Private to them. */
#ifndef IR_CHANGE_TOLD_H
#define IR_CHANGE_TOLD_H

#include "change/parse.h"
#include "net/program.h"

/* A key of the source's section; NULL when it is not written, or there is no section. */
const char *ir_change_key(const struct ir_change_source *, const char *key);
/* For check(): "logs = …" is needed. */
int ir_change_need(const struct ir_section *, const char *key, const char *example, struct ir_err *);

/* "helm://CONTEXT/", the context that the section names or "-": what subjects begin with. */
const char *ir_change_place(const struct ir_change_source *, const char *scheme);

/* Add it, for the source's own service; what is of another service or another environment than the section names is not added. */
void ir_change_put(struct ir_change_source *, struct ir_deploy *);
void ir_change_put_all(struct ir_change_source *, struct ir_change_rows *);
/* There is more, before oldest_ms (IR_TIME_NONE: nothing was found): it matters where all is asked for, or what came after an earlier time. */
void ir_change_cut(struct ir_change_source *, int64_t oldest_ms);
/* The same of each line that is a JSON object; blank ones are skipped. Those that are none are one fault together. what: "FILE". first: number of the first line, 0: the text begins at this byte of it. Returns the time of the oldest. */
int64_t ir_change_put_lines(struct ir_change_source *, const char *text, size_t n, const char *basis, const char *what, int64_t first, int64_t byte);

/* ir_change_done() on the loop's next turn, for those that do all in start(). */
struct ir_change_later {
	struct ir_change_source *source;
	struct ir_timer *timer;
};
void ir_change_later(struct ir_change_later *, struct ir_change_source *);
void ir_change_later_stop(struct ir_change_later *);

/* Start a program that looks: in dir, with env (NULL: ours), for as long as one target may take. */
int ir_change_run(struct ir_change_source *, struct ir_program *, char *const argv[], const char *dir, char *const env[], size_t max, struct ir_err *);
/* For stop(): end it, if it runs. */
void ir_change_end(struct ir_program *);
/* It did not end well, or printed more than is kept: -1 and what to tell. */
int ir_change_ran(struct ir_arena *, const struct ir_program *, const char *name, struct ir_err *);

/* The newest max bytes of a regular file, to free; *from: where in the file they begin. NULL with IR_BACKEND. */
char *ir_change_slurp(int dir_fd, const char *path, size_t max, size_t *n, int64_t *from, struct ir_err *);

#endif
