/* program - run one program to its end or to a deadline, its output bounded */
#ifndef IR_NET_PROGRAM_H
#define IR_NET_PROGRAM_H

#include "base/buf.h"
#include "base/proc.h"
#include "net/loop.h"

enum { IR_PROGRAM_HEAD = 8 << 10, IR_PROGRAM_TAIL = 4 << 10 };

struct ir_program {
	/* before the start; zero is the default */
	size_t head_max; /* bytes of stdout to keep; 0: IR_PROGRAM_HEAD */
	bool secret;     /* what it prints is a secret: of stdout only the head is kept, in one place, and wiped */
	const char *input; /* for its stdin; NULL: nothing. Copied at the start */
	size_t input_len;
	/* inside, and for ended() */
	struct ir_ctx *ctx;
	struct ir_proc proc;
	struct ir_timer *timer;
	struct ir_buf head; /* the first bytes of stdout; full: there were more */
	struct ir_buf tail; /* the last bytes of stdout and stderr, as they came */
	struct ir_buf errs; /* the last bytes of stderr */
	int64_t start_us, took_us;
	int64_t limit_ms; /* what it was given */
	bool late;        /* did not end by itself in time */
	int status;       /* as of waitpid(2); valid when !late */
	void (*ended)(void *arg, struct ir_program *);
	void *arg;
	bool running;
};

/* Ends by at_us: then the whole group gets SIGTERM, and SIGKILL 200 ms later, both within the run's deadline.
 * ended() is called once, from the loop. */
int ir_program_start(struct ir_ctx *, enum ir_effect, char *const argv[], const char *dir, char *const env[],
    int64_t at_us, struct ir_program *, struct ir_err *);
/* End it at once, without calling ended(). */
void ir_program_stop(struct ir_program *);
/* Frees the buffers. */
void ir_program_done(struct ir_program *);

/* Our environment with one variable more, or another value of it. In the arena. */
char *const *ir_program_env(struct ir_arena *, const char *name, const char *value);

#endif
