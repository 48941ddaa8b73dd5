/*
 * redis_type - one job system that keeps its jobs in Redis
 *
 * A file a system, ending in a const struct ir_redis_system, and one entry in redis.c. A system asks by ir_redis_want() and gets each reply in a function of its own, which may ask
 * more: all that all systems ask at a time goes in one pipeline. Nothing here sends; what a function is given is hostile: any type, any length, any number.
 *
 * A reply that is an error never gets there: what the user may not run, a key of another type or one that lives elsewhere in a cluster becomes a trouble of the system,
 * which is told when the system is there (present), or was asked for.
 */
#ifndef IR_QUEUE_REDIS_TYPE_H
#define IR_QUEUE_REDIS_TYPE_H

#include "queue/run.h"

enum { IR_REDIS_NEXT = 100 };	/* ids of the jobs to come */

struct ir_redis_system;
struct ir_redis_wants;
struct ir_redis_place;
struct ir_redis_client;
typedef void ir_redis_got_clients(struct ir_redis_place *, const struct ir_redis_client *, size_t n);

/* A system while it is looked at. */
struct ir_redis_place {
	struct ir_arena            *arena;
	const struct ir_redis_system *type;
	const struct ir_queue_ask  *ask;
	const char                 *prefix;	/* of keys: the one asked for, else the type's */
	int                         db;		/* of the connection */
	int64_t                     now_ms;
	bool                        asked;	/* by name: it is there even when it has no keys */
	bool                        present;	/* set by the type as soon as its keys show it */
	bool                        cut;	/* there were more queues than are told */
	struct ir_list              queues;	/* names, by ir_redis_queue() */
	struct ir_queue_found      *found;
	void                       *priv;	/* the type's own */
	ir_redis_got_clients       *got_clients;	/* of ir_redis_ask_clients() */
	struct ir_redis_wants      *wants;	/* the engine's */
};

/* arg: what ir_redis_want() was given; most give the index of a queue. */
typedef void ir_redis_take(struct ir_redis_place *, size_t arg, const struct ir_redis_reply *);

struct ir_redis_system {
	const char *name;	/* as in ir_queue_types */
	const char *prefix;	/* "rq:"; "" */
	bool        any_prefix;	/* it is the application's: keys are shown even when queues are asked for by name */
	/* Ask for the registries, and for the queues in ask->names. */
	void      (*begin)(struct ir_redis_place *);
	/* NULL, or: it keeps no list of its queues, so it is shown every key of the database, as long as that is not too large. */
	void      (*key)(struct ir_redis_place *, const char *key);
	/* Each reply came, and nothing more was asked; or time is up. Sums. NULL: nothing to do. */
	void      (*end)(struct ir_redis_place *);
};

/* Ask: words in the arena or constant, ended by NULL. take gets the reply. */
void ir_redis_want(struct ir_redis_place *, ir_redis_take *, size_t arg, const char *const *words);
#define IR_REDIS_WANT(p, take, arg, ...) ir_redis_want(p, take, arg, (const char *const[]){ __VA_ARGS__, NULL })
/* The same, after all else: the reply may be huge (a job), and too much of it ends the look. */
void ir_redis_want_last(struct ir_redis_place *, ir_redis_take *, size_t arg, const char *const *words);

/* "prefix" "middle" "end" in one, in the arena. */
const char *ir_redis_key(struct ir_redis_place *, const char *middle, const char *end);

/* The index of a queue, new or not; SIZE_MAX: it is not among those asked for, or there are too many. */
size_t ir_redis_queue(struct ir_redis_place *, const char *name);
/* Facts of the queue of that index; made, with nothing known, by the first call. NULL: too many. */
struct ir_queue_facts *ir_redis_facts(struct ir_redis_place *, size_t queue);
/* Takes of a count; arg is the queue. Of several lists of a queue, the sum. */
ir_redis_take ir_redis_take_pending, ir_redis_take_running, ir_redis_take_scheduled, ir_redis_take_failed;
/* For end(): facts of the system as a whole, for what it does not keep by queue: its only queue's, else those of a queue "" with what is pending in all. NULL: only some queues are asked for. */
struct ir_queue_facts *ir_redis_whole(struct ir_redis_place *);

/* Who is connected. Not asked where there are very many; then, or when the user may not know, got does not come. */
struct ir_redis_client {
	const char *name, *cmd, *flags;	/* as CLIENT LIST has them; "" */
	int64_t     db, psub;
};
void ir_redis_ask_clients(struct ir_redis_place *, ir_redis_got_clients *got);

/* Readers of replies; what is not of that type is nothing. */
int64_t ir_redis_int(const struct ir_redis_reply *);	/* INTEGER, or a STRING that is one; INT64_MIN */
double ir_redis_real(const struct ir_redis_reply *);	/* a STRING that is a number, an INTEGER; NAN */
const char *ir_redis_str(const struct ir_redis_reply *);	/* STRING or STATUS without a NUL in it; NULL */
/* Elements of an ARRAY that are such strings, in the arena; at most max. */
struct ir_list ir_redis_strings(struct ir_redis_place *, const struct ir_redis_reply *, size_t max);
/* Members of a set, asked for by IR_REDIS_SET(key): all of a set of sane size, and of a huge one a thousand or so; then `cut` is set. */
#define IR_REDIS_SET(key) "SSCAN", (key), "0", "COUNT", "1000"
struct ir_list ir_redis_members(struct ir_redis_place *, const struct ir_redis_reply *);
/* a + b, unknown (INT64_MIN) counting as nothing when the other is known; never overflows. */
int64_t ir_redis_sum(int64_t a, int64_t b);

/* A JSON object of at most 1 MiB; NULL: it is none. The caller's: json_decref(). */
struct json_t;
struct json_t *ir_redis_json(const struct ir_redis_reply *);
/* Take the ending off; false: it ends otherwise, or is nothing else. */
bool ir_redis_cut_end(char *, const char *end);
/* Seconds from an instant (ms since the epoch) until now; never below 0; NAN when ms is not known. */
double ir_redis_age(const struct ir_redis_place *, double ms);

extern const struct ir_redis_system ir_redis_celery, ir_redis_rq, ir_redis_sidekiq, ir_redis_resque, ir_redis_bullmq, ir_redis_huey, ir_redis_dramatiq, ir_redis_arq,
    ir_redis_laravel;

/* redis.c, for tests and fuzzers: all systems that are looked for, NULL-terminated. */
extern const struct ir_redis_system *const ir_redis_systems[];
/* Give the commands that are wanted now, and then a reply to each: the engine without a socket. *n 0: nothing more is asked. */
const struct ir_redis_cmd *ir_redis_wanted(struct ir_redis_place *, size_t *n);
void ir_redis_given(struct ir_redis_place *, const struct ir_redis_reply *, size_t n);
/* A place as the engine makes it. */
void ir_redis_place_init(struct ir_redis_place *, struct ir_queue_found *, const struct ir_redis_system *, const struct ir_queue_ask *, int64_t now_ms);

#endif
