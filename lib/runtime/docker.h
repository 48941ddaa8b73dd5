/*
 * docker - what is asked of the Engine API, and what it answers
 *
 * Pure: paths out, text in. No socket and no clock, so that tests and fuzzers need none. For lib/runtime, and for lib/logs/docker*.c.
 * Everything that is parsed lives in the arena.
 */
#ifndef IR_RUNTIME_DOCKER_H
#define IR_RUNTIME_DOCKER_H

#include "base/buf.h"
#include "runtime/runtime.h"

enum {
	IR_DOCKER_LIST_MAX = 16 << 20, /* bytes of an answer */
	IR_DOCKER_INSPECT_MAX = 1 << 20,
	IR_DOCKER_EVENTS_MAX = 4 << 20,
	IR_DOCKER_LOGS_MAX = 16 << 10,
	IR_DOCKER_OUTPUT_MAX = 4096, /* last words that are kept */
	IR_DOCKER_CONTAINERS = 10000,
	IR_DOCKER_VARIABLES = 1000, /* of a container that are looked at */
	IR_DOCKER_PORTS = 1000,
	IR_DOCKER_NAMES = 100,
	IR_RECENT_MS = 10 * 60 * 1000, /* "recent", for restarts */
};

/* Ours is the newest that we know; the older of it and the server's is what both speak. server is a header's
 * text ("1.41") or NULL. Returns a string in the arena, or NULL when server is not a version. */
const char *ir_docker_version(struct ir_arena *, const char *server);

/* Path and query, without host. version NULL: an un-versioned path. */
void ir_docker_list_path(struct ir_buf *, const char *version, bool all);
void ir_docker_inspect_path(struct ir_buf *, const char *version, const char *id);
void ir_docker_events_path(struct ir_buf *, const char *version, int64_t since_ms, int64_t until_ms);
void ir_docker_start_events_path(struct ir_buf *, const char *version);
/* What of a container's log: since and until are "seconds.nanoseconds" or NULL; tail -1: all. */
struct ir_docker_log {
	const char *since, *until;
	int64_t tail;
	bool stamps, follow;
};
void ir_docker_logs_path(struct ir_buf *, const char *version, const char *id, const struct ir_docker_log *);

/* 0, or -1 with IR_BACKEND for what is not such an answer. */
int ir_docker_parse_list(
    struct ir_arena *, const char *text, size_t n, struct ir_container **ret, size_t *ret_n, struct ir_err *);
/* Fills in the rest of *c. A member that is missing leaves what was there. env_wanted may be NULL. What was read of the environment is wiped. */
int ir_docker_parse_inspect(struct ir_arena *, const char *text, size_t n, bool (*env_wanted)(const char *name), struct ir_container *c, struct ir_err *);
/* Wipe the environment that it holds. */
void ir_docker_wipe(struct ir_container *);
/* JSON objects one after another, oldest first: sets restarts_recent, oom_recent and told_to_stop. A last one
 * that is cut off is passed over. */
int ir_docker_parse_events(const char *text, size_t n, struct ir_container *v, size_t nv, struct ir_err *);
/* The last non-empty line of a log, with or without the stream's frame headers; NULL when there is none. */
const char *ir_docker_parse_logs(struct ir_arena *, const char *text, size_t n);
/* The message of an error answer, else its first bytes. */
const char *ir_docker_parse_error(struct ir_arena *, const char *text, size_t n);
/* The last non-empty line of what a program said, progress bars' carriage returns dropped; "" when there is none. */
const char *ir_docker_last_line(struct ir_arena *, const char *text, size_t n);

/* A container of the list belongs to the question's project: by name, or else by directory. Compacts v and adds
 * every project seen to *projects. Returns how many are left. */
size_t ir_docker_match(
    struct ir_arena *, struct ir_container *v, size_t n, const struct ir_runtime_query *, struct ir_list *projects);

#endif
