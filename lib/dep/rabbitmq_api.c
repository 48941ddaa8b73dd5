/* rabbitmq_api - RabbitMQ's management HTTP API: paths, and answers */
#include "dep/rabbitmq_api.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/percent.h"

enum { PATH_MAX_BYTES = 6000 }; /* the server takes no longer request line than 8000 */

const char ir_rabbitmq_overview_path[] =
    "/api/overview?columns=product_name,product_version,rabbitmq_version,cluster_name,node,object_totals,queue_totals,"
    "disable_stats";
const char ir_rabbitmq_alarms_path[] = "/api/health/checks/alarms";
const char ir_rabbitmq_vhosts_path[] = "/api/health/checks/virtual-hosts";
const char ir_rabbitmq_quorum_path[] = "/api/health/checks/node-is-quorum-critical";
const char ir_rabbitmq_nodes_path[] =
    "/api/nodes?columns=name,running,partitions,mem_used,mem_limit,disk_free,disk_free_limit,fd_used,fd_total,"
    "sockets_used,sockets_total,proc_used,proc_total,uptime";

static void
free_json(json_t **j)
{
	json_decref(*j);
}

#define JSON IR_CLEANUP(free_json) json_t

static json_t *
load(const char *body, size_t n)
{
	return json_loadb(body, n, JSON_ALLOW_NUL, NULL);
}

/* One of these names, and nothing else, as the regular expression that the API takes. */
static void
add_names(struct ir_buf *b, const struct ir_list *names)
{
	static const char special[] = "\\^$.|?*+()[]{}-";

	ir_buf_adds(b, "&use_regex=true&name=%5E(");
	for (size_t i = 0; i < names->n; i++) {
		if (i > 0)
			ir_buf_adds(b, "%7C");
		for (const char *s = names->v[i]; *s; s++) {
			if (strchr(special, *s))
				ir_buf_adds(b, "%5C");
			ir_percent_add(b, (char[]){ *s, '\0' });
		}
	}
	ir_buf_adds(b, ")%24");
}

const char *
ir_rabbitmq_queues_path(struct ir_arena *arena, const char *vhost, const struct ir_list *names, bool no_stats)
{
	struct ir_buf b;
	const char *path;
	size_t all;

	ir_buf_init(&b, PATH_MAX_BYTES);
	ir_buf_adds(&b, "/api/queues/");
	ir_percent_add(&b, vhost);
	ir_buf_addf(&b,
	    "?page=1&page_size=%d&sort=messages&sort_reverse=true&columns=name,state,messages_ready,"
	    "messages_unacknowledged,consumers,exclusive,idle_since,head_message_timestamp,message_stats.publish,"
	    "message_stats.ack,message_stats.deliver_no_ack,message_stats.get_no_ack,message_stats.publish_details."
	    "rate,"
	    "message_stats.ack_details.rate,message_stats.deliver_no_ack_details.rate,arguments,"
	    "effective_policy_definition",
	    IR_RABBITMQ_ASKED);
	if (no_stats)
		ir_buf_adds(&b, "&disable_stats=true&enable_queue_totals=true");
	all = b.len;
	if (names && names->n)
		add_names(&b, names);
	/* more names than a request has room for: they are picked from the answer */
	path = ir_strndup(arena, b.data, b.full ? all : b.len);
	ir_buf_done(&b);
	return path;
}

const char *
ir_rabbitmq_bindings_path(struct ir_arena *arena, const char *vhost, const char *exchange)
{
	struct ir_buf b;
	const char *path;

	ir_buf_init(&b, PATH_MAX_BYTES);
	ir_buf_adds(&b, "/api/exchanges/");
	ir_percent_add(&b, vhost);
	ir_buf_addc(&b, '/');
	ir_percent_add(&b, exchange);
	ir_buf_adds(&b, "/bindings/source?columns=destination,destination_type");
	path = ir_strdup(arena, b.data);
	ir_buf_done(&b);
	return path;
}

static const char *
text(struct ir_arena *arena, const json_t *obj, const char *key)
{
	const char *s = json_string_value(json_object_get(obj, key));

	return s && *s ? ir_strndup(arena, s, strnlen(s, IR_RABBITMQ_NAME)) : NULL;
}

/* No count, size or limit of a broker is below zero. */
static int64_t
number(const json_t *obj, const char *key)
{
	const json_t *v = json_object_get(obj, key);
	double d;

	if (json_is_integer(v))
		return json_integer_value(v) < 0 ? INT64_MIN : json_integer_value(v);
	d = json_is_real(v) ? json_real_value(v) : -1;
	return d >= 0 && d < 9e18 ? (int64_t)d : INT64_MIN;
}

static double
rate(const json_t *stats, const char *key)
{
	const json_t *v = json_object_get(json_object_get(stats, key), "rate");

	return json_is_number(v) && json_number_value(v) >= 0 ? json_number_value(v) : NAN;
}

int
ir_rabbitmq_overview(struct ir_arena *arena, const char *body, size_t n, struct ir_rabbitmq_overview *o)
{
	JSON *root = load(body, n);
	const json_t *objects = json_object_get(root, "object_totals"), *queues = json_object_get(root, "queue_totals");

	if (!json_is_object(root))
		return -1;
	o->version = text(arena, root, "product_version");
	if (!o->version)
		o->version = text(arena, root, "rabbitmq_version");
	o->product = text(arena, root, "product_name");
	if (!o->product && o->version)
		o->product = "RabbitMQ";
	o->cluster = text(arena, root, "cluster_name");
	o->node = text(arena, root, "node");
	o->connections = number(objects, "connections");
	o->queues = number(objects, "queues");
	o->messages = number(queues, "messages");
	o->no_stats = json_is_true(json_object_get(root, "disable_stats"));
	return o->version || objects ? 0 : -1;
}

static void
take_node(struct ir_arena *arena, const json_t *j, struct ir_rabbitmq_node *node)
{
	const json_t *running = json_object_get(j, "running"), *partitions = json_object_get(j, "partitions");

	node->name = text(arena, j, "name");
	if (!node->name)
		node->name = "a node without a name";
	node->running = json_is_boolean(running) ? json_is_true(running) : -1;
	node->partitions = json_is_array(partitions) ? (int64_t)json_array_size(partitions) : INT64_MIN;
	node->memory = number(j, "mem_used");
	node->memory_limit = number(j, "mem_limit");
	node->disk_free = number(j, "disk_free");
	node->disk_limit = number(j, "disk_free_limit");
	node->files = number(j, "fd_used");
	node->files_max = number(j, "fd_total");
	node->sockets = number(j, "sockets_used");
	node->sockets_max = number(j, "sockets_total");
	node->processes = number(j, "proc_used");
	node->processes_max = number(j, "proc_total");
	node->uptime_ms = number(j, "uptime");
}

int
ir_rabbitmq_nodes(struct ir_arena *arena, const char *body, size_t n, struct ir_rabbitmq_node **ret, size_t *ret_n)
{
	JSON *root = load(body, n);
	size_t all = json_array_size(root);

	if (!json_is_array(root) || all == 0)
		return -1;
	*ret_n = all < IR_RABBITMQ_NODES ? all : IR_RABBITMQ_NODES;
	*ret = IR_NEW_N(arena, struct ir_rabbitmq_node, *ret_n);
	for (size_t i = 0; i < *ret_n; i++)
		take_node(arena, json_array_get(root, i), &(*ret)[i]);
	return 0;
}

/* What the queue was declared with, else what its policy says. */
static const json_t *
setting(const json_t *j, const char *argument, const char *key)
{
	const json_t *v = json_object_get(json_object_get(j, "arguments"), argument);

	return v ? v : json_object_get(json_object_get(j, "effective_policy_definition"), key);
}

static const char *
setting_text(struct ir_arena *arena, const json_t *j, const char *argument, const char *key)
{
	const char *s = json_string_value(setting(j, argument, key));

	return s ? ir_strndup(arena, s, strnlen(s, IR_RABBITMQ_NAME)) : NULL;
}

static int64_t
sum(int64_t a, int64_t b)
{
	return a == INT64_MIN ? b : b == INT64_MIN || a > INT64_MAX - b ? a : a + b;
}

static double
rate_sum(double a, double b)
{
	return isnan(a) ? b : isnan(b) ? a : a + b;
}

static void
take_stats(const json_t *j, struct ir_rabbitmq_queue *q)
{
	const json_t *s = json_object_get(j, "message_stats");

	q->published = number(s, "publish");
	q->acknowledged = sum(sum(number(s, "ack"), number(s, "deliver_no_ack")), number(s, "get_no_ack"));
	q->publish_rate = rate(s, "publish_details");
	q->ack_rate = rate_sum(rate(s, "ack_details"), rate(s, "deliver_no_ack_details"));
}

/* "2026-11-25T04:39:12.337+00:00", before 3.9 "2019-11-25 4:39:12", which is not taken. */
static int64_t
instant(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));
	int64_t ms;

	return s && ir_time_parse_rfc3339(s, strlen(s), &ms) == 0 ? ms : IR_TIME_NONE;
}

static void
take_queue(struct ir_arena *arena, const json_t *j, struct ir_rabbitmq_queue *q)
{
	int64_t head = number(j, "head_message_timestamp");

	q->name = text(arena, j, "name");
	if (!q->name)
		q->name = "";
	q->state = text(arena, j, "state");
	q->ready = number(j, "messages_ready");
	q->unacknowledged = number(j, "messages_unacknowledged");
	q->consumers = number(j, "consumers");
	q->exclusive = json_is_true(json_object_get(j, "exclusive"));
	q->idle_since_ms = instant(j, "idle_since");
	/* seconds by the book; there are publishers that write milliseconds */
	q->head_ms = head <= 0 ? IR_TIME_NONE : head < 100000000000 ? head * 1000 : head;
	q->dead_exchange = setting_text(arena, j, "x-dead-letter-exchange", "dead-letter-exchange");
	q->dead_key = setting_text(arena, j, "x-dead-letter-routing-key", "dead-letter-routing-key");
	q->ttl = json_is_number(setting(j, "x-message-ttl", "message-ttl"));
	take_stats(j, q);
}

int
ir_rabbitmq_queues(struct ir_arena *arena, const char *body, size_t n, struct ir_rabbitmq_queues *ret)
{
	JSON *root = load(body, n);
	const json_t *items = json_object_get(root, "items");

	if (!json_is_array(items))
		return -1;
	ret->n = json_array_size(items) < IR_RABBITMQ_ASKED ? json_array_size(items) : IR_RABBITMQ_ASKED;
	ret->v = IR_NEW_N(arena, struct ir_rabbitmq_queue, ret->n + 1);
	for (size_t i = 0; i < ret->n; i++)
		take_queue(arena, json_array_get(items, i), &ret->v[i]);
	ret->total = number(root, "filtered_count");
	return 0;
}

int
ir_rabbitmq_bindings(struct ir_arena *arena, const char *body, size_t n, struct ir_list *ret)
{
	JSON *root = load(body, n);

	if (!json_is_array(root))
		return -1;
	for (size_t i = 0; i < json_array_size(root) && i < IR_RABBITMQ_ASKED; i++) {
		const json_t *j = json_array_get(root, i);
		const char *type = json_string_value(json_object_get(j, "destination_type"));
		const char *queue = text(arena, j, "destination");

		if (queue && (!type || strcmp(type, "queue") == 0))
			ir_list_add(arena, ret, queue);
	}
	return 0;
}

/* "memory on rabbit@a, disk on rabbit@b"; of other checks the names of what is not well. */
static const char *
what_fails(struct ir_arena *arena, const json_t *root)
{
	static const char *const lists[] = { "alarms", "virtual-hosts", "queues" };
	const char *said = NULL;

	for (size_t l = 0; l < sizeof(lists) / sizeof(lists[0]); l++) {
		const json_t *list = json_object_get(root, lists[l]);
		size_t n = json_array_size(list);

		for (size_t i = 0; i < n && i < 5; i++) {
			const json_t *j = json_array_get(list, i);
			const char *name = json_is_string(j)            ? json_string_value(j)
					   : text(arena, j, "resource") ? text(arena, j, "resource")
									: text(arena, j, "name");
			const char *node = text(arena, j, "node");

			if (name)
				said = ir_asprintf(arena, "%s%s%.255s%s%s", said ? said : "", said ? ", " : "", name,
				    node ? " on " : "", node ? node : "");
		}
		if (said && n > 5)
			said = ir_asprintf(arena, "%s and %zu more", said, n - 5);
	}
	return said;
}

int
ir_rabbitmq_health(struct ir_arena *arena, int http_status, const char *body, size_t n, const char **said)
{
	JSON *root = load(body, n);
	const char *status = json_string_value(json_object_get(root, "status"));

	*said = NULL;
	if (!status || (http_status != 200 && http_status != 503))
		return -1;
	if (http_status == 200)
		return strcmp(status, "ok") == 0 ? 1 : -1;
	*said = what_fails(arena, root);
	if (!*said)
		*said = text(arena, root, "reason");
	return 0;
}

const char *
ir_rabbitmq_reason(struct ir_arena *arena, const char *body, size_t n)
{
	JSON *root = load(body, n);

	return text(arena, root, "reason");
}

static struct ir_rabbitmq_queue *
find(const struct ir_rabbitmq_queues *q, const char *name)
{
	for (size_t i = 0; name && i < q->n; i++)
		if (strcmp(q->v[i].name, name) == 0)
			return &q->v[i];
	return NULL;
}

static void
mark(const struct ir_rabbitmq_queues *q, const struct ir_rabbitmq_queue *from, const char *to)
{
	struct ir_rabbitmq_queue *target = find(q, to);

	if (target && target != from && !target->delays)
		target->dead_letters = true;
}

/* Messages that expire where nobody takes them, and go on from there, wait for their time: what they come to is not what was given up. */
void
ir_rabbitmq_relate(struct ir_rabbitmq_queues *q, const struct ir_list *exchanges, const struct ir_list *bound)
{
	for (size_t i = 0; i < q->n; i++)
		q->v[i].delays = q->v[i].dead_exchange && q->v[i].ttl && q->v[i].consumers == 0;
	for (size_t i = 0; i < q->n; i++) {
		const struct ir_rabbitmq_queue *from = &q->v[i];

		if (!from->dead_exchange || from->delays)
			continue;
		/* the default exchange knows each queue by its name */
		if (!*from->dead_exchange)
			mark(q, from, from->dead_key);
		for (size_t e = 0; e < exchanges->n; e++)
			for (size_t k = 0; strcmp(exchanges->v[e], from->dead_exchange) == 0 && k < bound[e].n; k++)
				mark(q, from, bound[e].v[k]);
	}
}

bool
ir_rabbitmq_no_jobs(const struct ir_rabbitmq_queue *q)
{
	size_t n = strlen(q->name);
	static const char mailbox[] = ".pidbox";

	if (n >= sizeof(mailbox) && strcmp(q->name + n - (sizeof(mailbox) - 1), mailbox) == 0)
		return true;
	if (strncmp(q->name, "celeryev.", 9) == 0)
		return true;
	if (strncmp(q->name, "celery_delayed_", 15) == 0 && q->ready <= 0)
		return true;
	return q->exclusive && strncmp(q->name, "amq.gen-", 8) == 0;
}
