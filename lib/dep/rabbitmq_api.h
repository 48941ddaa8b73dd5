/*
 * rabbitmq_api - RabbitMQ's management HTTP API: paths, and answers; pure. Private to lib/dep
 *
 * Members are asked for by name (columns=), so that answers stay small; those that a version does not have are not known. After the API's own reference, which each
 * server has at /api/index.html.
 */
#ifndef IR_DEP_RABBITMQ_API_H
#define IR_DEP_RABBITMQ_API_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"

enum {
	IR_RABBITMQ_ASKED = 250,	/* queues, those with the most messages first */
	IR_RABBITMQ_NODES = 64,		/* told of */
	IR_RABBITMQ_NAME  = 255,	/* bytes of a queue's name */
};

/* Numbers that are not known are INT64_MIN, NAN. */
struct ir_rabbitmq_overview {
	const char *product, *version;	/* NULL: not told */
	const char *cluster, *node;
	int64_t connections, queues, messages;
	bool    no_stats;		/* the server gathers none; it counts messages when asked to */
};

struct ir_rabbitmq_node {
	const char *name;
	int     running;		/* -1: not told */
	int64_t partitions;		/* nodes that it does not see; INT64_MIN */
	int64_t memory, memory_limit;	/* bytes; at the limit publishers are blocked */
	int64_t disk_free, disk_limit;	/* likewise, below it */
	int64_t files, files_max, sockets, sockets_max, processes, processes_max;
	int64_t uptime_ms;
};

struct ir_rabbitmq_queue {
	const char *name, *state;	/* "running"; NULL: not told */
	int64_t ready, unacknowledged, consumers;	/* not known while the queue is new */
	int64_t published, acknowledged;	/* since the queue's statistics began */
	double  publish_rate, ack_rate;		/* per second, over the server's own interval */
	int64_t idle_since_ms, head_ms;	/* IR_TIME_NONE */
	const char *dead_exchange, *dead_key;	/* where what it gives up goes; NULL */
	bool    ttl;			/* messages expire in it */
	bool    exclusive;
	bool    dead_letters;		/* what others gave up comes here; ir_rabbitmq_relate() */
	bool    delays;			/* messages wait here for their time, then go elsewhere */
};

struct ir_rabbitmq_queues {
	struct ir_rabbitmq_queue *v;
	size_t  n;
	int64_t total;			/* of the virtual host, by that filter */
};

/* Paths, below http://host:port. vhost and names may hold any bytes. */
extern const char ir_rabbitmq_overview_path[], ir_rabbitmq_alarms_path[], ir_rabbitmq_vhosts_path[], ir_rabbitmq_quorum_path[], ir_rabbitmq_nodes_path[];
const char *ir_rabbitmq_queues_path(struct ir_arena *, const char *vhost, const struct ir_list *names, bool no_stats);
const char *ir_rabbitmq_bindings_path(struct ir_arena *, const char *vhost, const char *exchange);

/* Bodies. 0, or -1: not what it should be. Strings are in the arena. */
int ir_rabbitmq_overview(struct ir_arena *, const char *body, size_t n, struct ir_rabbitmq_overview *);
int ir_rabbitmq_nodes(struct ir_arena *, const char *body, size_t n, struct ir_rabbitmq_node **ret, size_t *ret_n);
int ir_rabbitmq_queues(struct ir_arena *, const char *body, size_t n, struct ir_rabbitmq_queues *);
/* Queues that an exchange's messages go to. */
int ir_rabbitmq_bindings(struct ir_arena *, const char *body, size_t n, struct ir_list *ret);
/* Of /api/health/checks/…: 1 well, 0 not well, with what is told in *said ("memory on rabbit@a, disk on rabbit@b"); -1: not known. */
int ir_rabbitmq_health(struct ir_arena *, int http_status, const char *body, size_t n, const char **said);
/* Member `reason` of an error, or NULL. */
const char *ir_rabbitmq_reason(struct ir_arena *, const char *body, size_t n);

/* Which queues hold dead letters, and which only delay: bound[i] are the queues behind exchanges[i]. */
void ir_rabbitmq_relate(struct ir_rabbitmq_queues *, const struct ir_list *exchanges, const struct ir_list *bound);
/* A mailbox of Celery's own, or a name that the server made up for one connection: no jobs. */
bool ir_rabbitmq_no_jobs(const struct ir_rabbitmq_queue *);

#endif
