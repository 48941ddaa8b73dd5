/* judge - the verdict on one container. Private to lib/runtime. */
#ifndef IR_RUNTIME_JUDGE_H
#define IR_RUNTIME_JUDGE_H

#include "runtime/runtime.h"

/* A container and what its project says of it. */
struct ir_case {
	const struct ir_container *c;
	struct ir_arena *arena;
	int64_t now_ms;
	const char *cli; /* "docker" "podman": for hints */
	bool job;        /* another service waits for it to complete */
	bool needed;     /* a port of it is published, or another service needs it to run */
};

/* Sets status, summary, hint. */
void ir_judge_container(const struct ir_case *, struct ir_check *row);

/* "1" "137 (SIGKILL)" "127 (command not found)" */
const char *ir_judge_exit(struct ir_arena *, int64_t code);

#endif
