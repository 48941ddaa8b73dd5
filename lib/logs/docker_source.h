/*
 * docker_source - the containers of one source of logs and what is asked of their engine; shared by docker*.c only
 */
#ifndef IR_LOGS_DOCKER_SOURCE_H
#define IR_LOGS_DOCKER_SOURCE_H

#include "logs/docker_frame.h"
#include "logs/source.h"
#include "logs/zone.h"
#include "net/http.h"
#include "runtime/runtime.h"

struct ir_docker_source;

/* One container's log. */
struct ir_docker_tap {
	struct ir_docker_source *d;
	const char *id, *name, *service;
	struct ir_logs_zone zone;	/* that its environment names, else UTC; not known: this machine's */
	bool waits;		/* to be asked, when there are descriptors for it */
	bool over;		/* it cannot be read, or is gone: not asked again */
	bool whole;		/* it came while its project was followed: its log is read from the beginning */
	struct ir_http *http;	/* under way; NULL */
	struct ir_buf url;
	struct ir_docker_frames frames;
	struct ir_logs_stream *streams[IR_DOCKER_TROUBLE];
	bool news[IR_DOCKER_TROUBLE];	/* bytes came since the reader was told that there are none */
	bool caught_up[IR_DOCKER_TROUBLE];	/* the reader was told, since it was asked */
	bool good;		/* status 200 */
	bool bad;		/* what came is no log */
	struct ir_buf said;	/* the engine's words instead of a log */
	int64_t asked_ms;	/* first; by the engine's clock where that is known */
	int64_t live_ms;	/* what it says from then on is new */
	int64_t ended_ms;	/* last, by our clock */
	int64_t last_us;	/* when it was asked, and when something came last */
};

struct ir_docker_source {
	struct ir_logs_source *source;
	const struct ir_engine *engine;
	ir_logs_done *done;
	struct ir_logs_zone zone;	/* that the section names */
	const char *container;		/* asked for by name, or "all" */
	struct ir_runtime_query query;
	struct ir_runtime *list;	/* under way; NULL */
	const char *version;		/* of the API; NULL: whatever it speaks */
	bool podman;
	int64_t engine_ms;		/* its clock at the last list */
	struct ir_docker_tap **v;	/* by id */
	size_t n, size;
	size_t active, next;		/* requests under way; those before v[next] do not wait */
	size_t broken;			/* whose logs broke off, and how the first of them did */
	const struct ir_docker_tap *first_broken;
	char how[256];
	struct ir_timer *quiet;		/* to tell the reader that nothing has come for a moment */
	struct ir_timer *patience;	/* to look for those of whom nothing comes at all */
	bool stopped;

	/* docker_follow.c */
	struct ir_ctx ctx;		/* the run's, with an arena that is emptied for each list */
	struct ir_arena lists;
	struct ir_http *events;		/* containers that start; NULL: not under way */
	struct ir_buf events_url;
	struct ir_timer *look;
	int64_t looked_us, look_us;	/* last, and next */
	bool again;			/* something has changed since the list was asked for */
	bool down;			/* the last list did not come */
};

/* docker.c: what the engine lists: what is new is asked for its log, and when following what runs again. */
void ir_docker_take_list(struct ir_docker_source *, const struct ir_runtime_result *);
/* As many logs as may be are asked for; the end, when nothing is left. */
void ir_docker_proceed(struct ir_docker_source *);
/* docker_follow.c: after a list: see what starts. */
void ir_docker_follow(struct ir_docker_source *);
/* Something has changed: list anew, soon. */
void ir_docker_look_soon(struct ir_docker_source *);
void ir_docker_follow_stop(struct ir_docker_source *);

#endif
