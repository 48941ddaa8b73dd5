/*
 * rabbitmq_priv - one RabbitMQ: how it is asked, and what it has said. Private to lib/dep
 *
 * Two ways at once: the AMQP port, as an application would (net/amqp.h), and the management API. What is not seen for want of the second is said, not guessed.
 */
#ifndef IR_DEP_RABBITMQ_PRIV_H
#define IR_DEP_RABBITMQ_PRIV_H

#include "dep/dep.h"
#include "dep/rabbitmq_api.h"
#include "net/amqp.h"
#include "net/amqp_url.h"
#include "net/http.h"

enum { IR_RABBITMQ_EXCHANGES = 4 };	/* for dead letters, looked behind */

/* Questions to the management. */
enum ir_rabbitmq_ask { IR_RABBITMQ_OVERVIEW, IR_RABBITMQ_ALARMS, IR_RABBITMQ_VHOSTS, IR_RABBITMQ_QUORUM, IR_RABBITMQ_NODES_ASK, IR_RABBITMQ_QUEUES,
	IR_RABBITMQ_BINDINGS, IR_RABBITMQ_ASKS = IR_RABBITMQ_BINDINGS + IR_RABBITMQ_EXCHANGES };

struct ir_rabbitmq;
struct ir_rabbitmq_answer {
	struct ir_rabbitmq *r;		/* of the callback */
	struct ir_http *http;		/* under way */
	bool asked, answered;
	enum ir_http_error error;	/* when answered */
	int status;			/* HTTP */
	const char *message;		/* in words, when error, or when the body is not what it should be */
	const char *reason;		/* of 401 and others, as the server says it */
	double total_ms;
	const char *address;
	const char *tls_version;
	int64_t cert_expires_ms;
};

struct ir_rabbitmq {
	struct ir_dep *dep;
	ir_dep_done *done;
	int64_t at_us;
	struct ir_amqp_url url;
	const char *user;
	const char *api;			/* "http://host:15672" */
	bool use_amqp;
	struct ir_list names;			/* of queues; empty: all */
	const char *ca_file, *cert_file, *key_file;
	bool insecure;
	/* A look. */
	size_t pending;				/* answers to come */
	bool stopping;
	struct ir_amqp *amqp;
	bool amqp_answered;
	struct ir_amqp_res amqp_res;
	struct ir_rabbitmq_answer answers[IR_RABBITMQ_ASKS];
	struct ir_rabbitmq_overview overview;
	bool has_overview;
	int health[3];				/* of alarms, virtual hosts, quorum: 1, 0, -1 */
	const char *unwell[3];			/* what is said then */
	struct ir_rabbitmq_node *nodes;
	size_t nodes_n;
	struct ir_rabbitmq_queues queues;
	bool has_queues;
	struct ir_list exchanges, bound[IR_RABBITMQ_EXCHANGES];
};

/* All answers are there, or no more come: say what was found. */
void ir_rabbitmq_tell(struct ir_rabbitmq *);
extern const struct ir_measure ir_rabbitmq_measures[];

#endif
