/*
 * runtime - what the container engine knows
 *
 * The Docker Engine API (docs.docker.com/reference/api/engine, v1.24 and up, negotiated) or podman's compatible
 * socket. Reads only. All requests of a question are in flight at once; the callback comes from the loop.
 */
#ifndef IR_RUNTIME_RUNTIME_H
#define IR_RUNTIME_RUNTIME_H

#include "conf/conf.h"
#include "conf/discover.h"
#include "conf/secret.h"
#include "net/loop.h"
#include "rec/kinds.h"

/* Where the engine is, and how that is known. */
struct ir_engine {
	const char *context;                        /* docker context's name; "default" */
	const char *host;                           /* "unix:///var/run/docker.sock" "tcp://10.0.0.1:2376" */
	const char *origin;                         /* "DOCKER_HOST", "context prod", "default", "podman" */
	const char *ca_file, *cert_file, *key_file; /* NULL: none */
	bool tls, insecure;
	bool present; /* it was named, or its socket exists; false: nothing speaks for an engine here */
};

/* DOCKER_HOST, DOCKER_CONTEXT, the current context of config.json (DOCKER_CONFIG), /var/run/docker.sock,
 * podman's sockets. Always finds a place to try. -1 with IR_CONFIG for what cannot be used (ssh://, a context
 * that is not there), with the fix as the hint. */
int ir_engine_find(struct ir_ctx *, struct ir_engine *, struct ir_err *);

/* Of its environment; a secret until the callback returns. */
struct ir_container_env {
	const char *name;
	struct ir_secret value;
};

/* A TCP port that is published. */
struct ir_container_port {
	const char *address; /* of the engine's machine; "0.0.0.0": all */
	uint16_t inside, outside;
};

struct ir_container {
	const char *id, *name, *image, *image_id;
	const char *project, *service, *dir; /* compose labels; NULL when not of compose */
	int64_t number;                      /* compose container number; 1 */
	bool oneoff;
	const char *revision, *image_version;        /* OCI labels */
	const char *state;                           /* created running paused restarting removing exited dead */
	const char *health;                          /* starting healthy unhealthy; NULL: no healthcheck */
	const char *health_output;                   /* of the last probe, at most 4 KiB */
	int64_t health_exit;                         /* INT64_MIN: none */
	int64_t health_streak;                       /* failing in a row */
	int64_t created_ms, started_ms, finished_ms; /* IR_TIME_NONE */
	int64_t exit_code;
	int64_t restarts, restarts_recent; /* recent: -1 when the events could not be read */
	int oom_killed;                    /* -1 not known */
	int64_t oom_recent;                /* oom events in the last 10 minutes */
	const char *error;                 /* State.Error */
	const char *restart_policy;        /* no always unless-stopped on-failure */
	int64_t memory_limit;              /* 0: none */
	const char *depends;               /* compose v2's depends_on label, raw, or NULL */
	bool published;                    /* a port of it is published on the host */
	bool told_to_stop;                 /* its end was asked for in the last 10 minutes */
	const char *last_words;            /* last line of its log, for those that do not run; NULL: not known */
	struct ir_container_env *env;                /* those that env_wanted takes */
	size_t env_n;
	bool host_network;
	bool host_zone; /* its /etc/localtime is mounted into it: the engine's machine's, most likely */
	struct ir_container_port *ports;
	size_t ports_n;
	const char *address;           /* in its first network; NULL: none */
	struct ir_list aliases;        /* names in its networks */
	bool inspected;                    /* false: only the list's facts (inspect failed: see inspect_error) */
	const char *inspect_error;
};

struct ir_runtime_query {
	const char *project; /* name; NULL: any of compose (all) */
	const char *dir;     /* or containers whose working_dir label is this; NULL: by name only */
	bool all;            /* everything on the engine, outside compose too */
	bool (*env_wanted)(const char *name); /* variables to take; NULL: none */
	bool events;         /* count restarts of the last 10 minutes */
	bool list_only;      /* what the list tells is enough: inspect none */
	bool no_words;       /* nor are last words wanted */
};

struct ir_runtime_result {
	int error; /* 0; else enum ir_exit IR_BACKEND (does not answer) or IR_CONFIG; message and hint say it */
	struct ir_err err;
	double latency_ms;
	const char *api_version, *engine_version;
	int64_t engine_ms; /* the engine's own clock when it answered; IR_TIME_NONE */
	struct ir_container *v;
	size_t n;
	struct ir_list projects; /* names of all compose projects that were seen */
};

typedef void ir_runtime_cb(void *arg, const struct ir_runtime_result *);

/* Results live in ctx->arena. -1: nothing was started and the callback never comes. If the callback has not come
 * when the loop ended, call ir_runtime_stop(), which calls it with what is known (inspected false for those
 * still out), or with the error "no answer within …". */
struct ir_runtime;
struct ir_runtime *ir_runtime_list(struct ir_ctx *, const struct ir_engine *, const struct ir_runtime_query *,
    ir_runtime_cb *, void *arg, struct ir_err *);
void ir_runtime_stop(struct ir_runtime *);

/* The verdicts (runtime/judge.c; the rules are in ir-health(1), CONTAINERS). Adds check rows to *ret, in the
 * arena: a row a container, a row a service that lacks replicas or was never created, and one for a project with
 * nothing running (project NULL: each that the engine has). compose may be NULL (known from labels only).
 * One-off containers are left out. */
struct ir_judged {
	struct ir_check *v;
	size_t n, size;
};
void ir_runtime_judge(struct ir_ctx *, const struct ir_conf *, const struct ir_engine *, const struct ir_compose *,
    const char *project, const struct ir_runtime_result *, const struct ir_list *services, int64_t now_ms,
    struct ir_judged *ret);
/* The row for an engine that does not answer. */
void ir_runtime_judge_error(
    struct ir_ctx *, const struct ir_engine *, const char *project, const struct ir_err *, struct ir_judged *ret);

#endif
