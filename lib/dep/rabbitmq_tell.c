/* rabbitmq_tell - what a RabbitMQ has said, as rows */
#include "dep/rabbitmq_priv.h"

#include "base/num.h"
#include "dep/found.h"
#include "dep/sample.h"
#include "queue/queue.h"
#include "rec/checks.h"

/* clang-format off */
const struct ir_measure ir_rabbitmq_measures[] = {
	{ "rights", IR_UNIT_NONE, .warn = NAN, .fail = NAN, .doc = "what the management does not show us, or that there is none" },
	{ "alarms", IR_UNIT_NONE, .warn = NAN, .fail = NAN, .doc = "memory or disk alarms: while there is one, publishers are blocked" },
	{ "node", IR_UNIT_NONE, .warn = NAN, .fail = NAN, .doc = "nodes that do not run or do not see each other, virtual hosts that are down" },
	{ "memory", IR_UNIT_BYTES, .share = true, .warn = 0.8, .fail = NAN, .doc = "memory of a node, of its high watermark; there the alarm is raised" },
	{ "disk", IR_UNIT_BYTES, .below = true, .warn = 1024.0 * 1024 * 1024, .fail = NAN, .doc = "free disk space of a node; at its limit, 50 MB by default, the alarm is raised" },
	{ "files", IR_UNIT_COUNT, .share = true, .warn = 0.8, .fail = 0.95, .doc = "file descriptors of a node, of their limit" },
	{ "connections", IR_UNIT_COUNT, .share = true, .warn = 0.8, .fail = 0.95, .doc = "sockets of a node, of their limit" },
	{ "processes", IR_UNIT_COUNT, .share = true, .warn = 0.8, .fail = 0.9, .doc = "Erlang processes of a node, of their limit" },
	{ "queues", IR_UNIT_NONE, .warn = NAN, .fail = NAN, .doc = "queues that are down or not there" },
	{ .name = NULL },
};
/* clang-format on */

static struct ir_arena *
arena_of(const struct ir_rabbitmq *r)
{
	return r->dep->ctx->arena;
}

/* "1,240"; "?" when it is not known. */
static const char *
grouped(struct ir_arena *arena, int64_t n)
{
	char digits[IR_NUM_MAX], out[2 * IR_NUM_MAX], *o = out;
	size_t len;

	if (n == INT64_MIN)
		return "?";
	len = (size_t)snprintf(digits, sizeof(digits), "%lld", (long long)n);
	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			*o++ = ',';
		*o++ = digits[i];
	}
	*o = '\0';
	return ir_strdup(arena, out);
}

static const char *
counted(struct ir_arena *arena, int64_t n, const char *what)
{
	return ir_asprintf(arena, "%s %s%s", grouped(arena, n), what, n == 1 ? "" : "s");
}

/* ", 3 queues"; nothing when it is not known. */
static const char *
counted_too(struct ir_arena *arena, int64_t n, const char *what)
{
	return n == INT64_MIN ? "" : ir_asprintf(arena, ", %s", counted(arena, n, what));
}

static bool
amqp_in(const struct ir_rabbitmq *r)
{
	return r->amqp_answered && r->amqp_res.opened;
}

/* "RabbitMQ 3.10.8". */
static const char *
product(const struct ir_rabbitmq *r)
{
	const char *name = r->overview.product, *version = r->overview.version;

	if (!r->has_overview && r->amqp_answered && r->amqp_res.greeted) {
		name = r->amqp_res.product;
		version = r->amqp_res.version;
	}
	if (!name || !*name)
		name = "an AMQP broker";
	return ir_asprintf(arena_of(r), "%s%s%s", name, version && *version ? " " : "", version ? version : "");
}

/* Address, times and certificate: those of the AMQP port, else of the management. */
static void
fill_way(const struct ir_rabbitmq *r)
{
	const struct ir_rabbitmq_answer *a = &r->answers[IR_RABBITMQ_OVERVIEW];
	const struct ir_amqp_res *q = &r->amqp_res;
	struct ir_check *row = r->dep->row;

	row->groups |= IR_CHECK_NET;
	if (r->amqp_answered) {
		row->address = q->address[0] ? ir_strdup(arena_of(r), q->address) : NULL;
		row->phase = ir_amqp_phase_names[q->phase];
		row->dns_ms = ir_us_to_ms(q->dns_us);
		row->connect_ms = ir_us_to_ms(q->connect_us);
		row->tls_ms = ir_us_to_ms(q->tls_us);
		row->total_ms = row->latency_ms = ir_us_to_ms(q->total_us);
		ir_check_tls(arena_of(r), row, q->tls_version[0] ? q->tls_version : NULL, q->cert_expires_ms);
	} else if (a->answered) {
		row->address = a->address;
		row->total_ms = row->latency_ms = a->total_ms;
		ir_check_tls(arena_of(r), row, a->tls_version, a->cert_expires_ms);
	}
}

/* The AMQP port is what applications need: what it says comes first. */
static void
tell_amqp_failed(struct ir_rabbitmq *r)
{
	static const char *const hints[] = {
		[IR_AMQP_REFUSED] = "nothing listens there: is it started, is it the right port?",
		[IR_AMQP_TLS_FAILED] = "see the certificate: openssl s_client -connect HOST:PORT -servername HOST",
		[IR_AMQP_DENIED] = "give it the right user and password; the user guest is let in from loopback only",
		[IR_AMQP_NO_VHOST] = "rabbitmqctl list_vhosts; rabbitmqctl list_permissions -p VHOST",
		[IR_AMQP_LOCAL] = NULL,
	};
	const struct ir_amqp_res *q = &r->amqp_res;
	enum ir_status status = IR_STATUS_UNKNOWN;
	const char *but =
	    r->has_overview ? ir_asprintf(arena_of(r), "its management answers, but AMQP does not: ") : "";

	if (q->error == IR_AMQP_REFUSED || q->error == IR_AMQP_TLS_FAILED || q->error == IR_AMQP_NO_VHOST ||
	    q->error == IR_AMQP_SERVER || q->error == IR_AMQP_PROTOCOL)
		status = IR_STATUS_FAIL;
	if (q->error == IR_AMQP_DENIED || q->error == IR_AMQP_NO_VHOST)
		but = "";
	ir_dep_fails(r->dep, status, hints[q->error], "%s%s", but, q->message);
}

static bool
login_failed(const struct ir_rabbitmq_answer *a)
{
	/* others are refused for want of a tag, which their reasons tell */
	return a->status == 401 && (!a->reason || (!strstr(a->reason, "Not ") && !strstr(a->reason, "not authorised")));
}

static void
tell_management_failed(struct ir_rabbitmq *r)
{
	const struct ir_rabbitmq_answer *a = &r->answers[IR_RABBITMQ_OVERVIEW];
	struct ir_dep *dep = r->dep;

	if (a->error == IR_HTTP_REFUSED)
		ir_dep_fails(dep, IR_STATUS_FAIL,
		    "is it started, is it the right port? rabbitmq-plugins enable rabbitmq_management", "%s",
		    a->message);
	else if (a->error == IR_HTTP_TLS_FAILED)
		ir_dep_fails(dep, IR_STATUS_FAIL,
		    "see the certificate: openssl s_client -connect HOST:PORT -servername HOST", "%s", a->message);
	else if (a->error)
		ir_dep_fails(dep,
		    a->error == IR_HTTP_PROTOCOL || a->error == IR_HTTP_TOO_BIG ? IR_STATUS_FAIL : IR_STATUS_UNKNOWN,
		    NULL, "%s", a->message);
	else if (login_failed(a))
		ir_dep_fails(dep, IR_STATUS_UNKNOWN,
		    "give it the right user and password; the user guest is let in from loopback only",
		    "the management refuses user or password");
	else if (a->status == 401 || a->status == 403)
		ir_dep_fails(dep, IR_STATUS_UNKNOWN, "rabbitmqctl set_user_tags USER monitoring",
		    "the user may not use the management");
	else if (a->message)
		ir_dep_fails(dep, IR_STATUS_UNKNOWN, NULL, "%s", a->message);
	else
		ir_dep_fails(dep, a->status >= 500 ? IR_STATUS_FAIL : IR_STATUS_UNKNOWN, NULL,
		    "the management answers with status %d", a->status);
}

/* True when the broker is there, so that more can be told of it. */
static bool
tell_own(struct ir_rabbitmq *r)
{
	struct ir_arena *arena = arena_of(r);
	const struct ir_rabbitmq_overview *o = &r->overview;

	fill_way(r);
	if (r->has_overview || (r->amqp_answered && r->amqp_res.greeted))
		r->dep->row->server = product(r);
	if (r->use_amqp && r->amqp_answered && !amqp_in(r)) {
		tell_amqp_failed(r);
		return r->has_overview;
	}
	if (!r->has_overview && !amqp_in(r)) {
		tell_management_failed(r);
		return false;
	}
	if (!r->has_overview)
		ir_dep_answers(r->dep, "%s, login and virtual host '%s' are well", product(r), r->url.vhost);
	else
		ir_dep_answers(r->dep, "%s%s%s%s", product(r), counted_too(arena, o->connections, "connection"),
		    counted_too(arena, o->queues, "queue"),
		    counted_too(arena, o->queues == 0 ? 0 : o->messages, "message"));
	if (r->answers[IR_RABBITMQ_QUEUES].status == 404 && !r->use_amqp)
		ir_dep_fails(
		    r->dep, IR_STATUS_FAIL, "rabbitmqctl list_vhosts", "there is no virtual host '%s'", r->url.vhost);
	return true;
}

/* Why the management says nothing although the broker lives. */
static const char *
no_management(const struct ir_rabbitmq *r, const char **hint)
{
	const struct ir_rabbitmq_answer *a = &r->answers[IR_RABBITMQ_OVERVIEW];
	const char *why;

	*hint = "rabbitmq-plugins enable rabbitmq_management; at another address: url = http://HOST:PORT/VHOST";
	if (login_failed(a)) {
		why = "it refuses user or password";
	} else if (a->status == 401 || a->status == 403) {
		*hint = "rabbitmqctl set_user_tags USER monitoring";
		why = "the user may not use it";
	} else if (a->message) {
		why = a->message;
	} else {
		why = ir_asprintf(arena_of(r), "status %d", a->status);
	}
	return ir_asprintf(arena_of(r), "alarms, nodes and queues are not seen: no management at %s: %s", r->api, why);
}

static bool
denied(const struct ir_rabbitmq *r, size_t which)
{
	return r->answers[which].status == 401 || r->answers[which].status == 403;
}

/* One row for all that is hidden from us. */
static void
tell_rights(struct ir_rabbitmq *r)
{
	const char *said = NULL, *hint = NULL;
	struct ir_check *row;

	if (!r->has_overview) {
		said = no_management(r, &hint);
	} else {
		if (denied(r, IR_RABBITMQ_NODES_ASK)) {
			said = "memory, disk and file descriptors are not seen: the user needs the tag monitoring";
			hint = "rabbitmqctl set_user_tags USER monitoring";
		}
		if (denied(r, IR_RABBITMQ_QUEUES)) {
			said = ir_asprintf(arena_of(r),
			    "%s%squeues are not seen: the user has no permissions in virtual host '%s'",
			    said ? said : "", said ? "; " : "", r->url.vhost);
			hint = "rabbitmqctl set_permissions -p VHOST USER '' '' ''";
		}
	}
	if (!said)
		return;
	row = ir_dep_state(r->dep, "rights", IR_STATUS_WARN, "%s", said);
	row->hint = hint;
}

/* An answer that was asked for and is none, for another reason than our rights. */
static const char *
missing(const struct ir_rabbitmq *r, size_t which)
{
	const struct ir_rabbitmq_answer *a = &r->answers[which];

	if (!a->asked || denied(r, which))
		return NULL;
	if (a->message)
		return a->message;
	return a->status == 200 ? NULL : ir_asprintf(arena_of(r), "status %d", a->status);
}

static void
tell_alarms(struct ir_rabbitmq *r)
{
	const struct ir_rabbitmq_answer *a = &r->answers[IR_RABBITMQ_ALARMS];

	if (r->health[0] == 1) {
		ir_dep_state(r->dep, "alarms", IR_STATUS_OK, "no alarms");
	} else if (r->health[0] == 0) {
		ir_dep_state(r->dep, "alarms", IR_STATUS_FAIL, "publishers are blocked: alarm of %s",
		    r->unwell[0] ? r->unwell[0] : "a node")
		    ->hint = "free memory or disk, or let consumers catch up: rabbitmq-diagnostics memory_breakdown";
	} else if (a->asked && !denied(r, IR_RABBITMQ_ALARMS) && a->status != 404) {
		ir_dep_state(r->dep, "alarms", IR_STATUS_UNKNOWN, "alarms are not known: %s",
		    a->message ? a->message : "what was said of them is not understood");
	}
}

struct trouble {
	enum ir_status status;
	const char *said;
};

static void
add_trouble(struct ir_rabbitmq *r, struct trouble *t, enum ir_status status, const char *said)
{
	t->said = ir_asprintf(arena_of(r), "%s%s%s", t->said ? t->said : "", t->said ? "; " : "", said);
	if (status > t->status)
		t->status = status;
}

static void
tell_node(struct ir_rabbitmq *r)
{
	struct ir_arena *arena = arena_of(r);
	struct trouble t = { IR_STATUS_OK, NULL };

	for (size_t i = 0; i < r->nodes_n; i++) {
		const struct ir_rabbitmq_node *n = &r->nodes[i];

		if (n->running == 0)
			add_trouble(r, &t, IR_STATUS_FAIL, ir_asprintf(arena, "%s does not run", n->name));
		else if (n->partitions > 0)
			add_trouble(r, &t, IR_STATUS_FAIL,
			    ir_asprintf(arena, "%s is parted from %s", n->name, counted(arena, n->partitions, "node")));
	}
	if (r->health[1] == 0)
		add_trouble(r, &t, IR_STATUS_FAIL,
		    ir_asprintf(arena, "virtual hosts are down: %s", r->unwell[1] ? r->unwell[1] : "?"));
	if (r->health[2] == 0)
		add_trouble(r, &t, IR_STATUS_WARN,
		    ir_asprintf(
			arena, "no more node may be lost, or queues stop: %s", r->unwell[2] ? r->unwell[2] : "?"));
	if (!t.said && missing(r, IR_RABBITMQ_NODES_ASK))
		add_trouble(r, &t, IR_STATUS_UNKNOWN,
		    ir_asprintf(arena, "nodes are not known: %s", missing(r, IR_RABBITMQ_NODES_ASK)));
	if (t.said)
		ir_dep_state(r->dep, "node", t.status, "%s", t.said)->hint = "rabbitmqctl cluster_status";
	else if (r->nodes_n)
		ir_dep_state(r->dep, "node", IR_STATUS_OK, "%s",
		    r->nodes_n == 1 ? "the node runs" : ir_asprintf(arena, "all %zu nodes run", r->nodes_n));
}

/* The node with the greatest share. NULL: none tells of it. */
static const struct ir_rabbitmq_node *
fullest(const struct ir_rabbitmq *r, size_t used, size_t max)
{
	const struct ir_rabbitmq_node *worst = NULL;
	double share = -1;

	for (size_t i = 0; i < r->nodes_n; i++) {
		const char *n = (const char *)&r->nodes[i];
		int64_t u, m;

		memcpy(&u, n + used, sizeof(u));
		memcpy(&m, n + max, sizeof(m));
		if (u < 0 || m <= 0 || (double)u / (double)m <= share)
			continue;
		share = (double)u / (double)m;
		worst = &r->nodes[i];
	}
	return worst;
}
#define FULLEST(r, used, max) \
	fullest((r), offsetof(struct ir_rabbitmq_node, used), offsetof(struct ir_rabbitmq_node, max))

/* " on rabbit@b", where there are several. */
static const char *
on_node(const struct ir_rabbitmq *r, const struct ir_rabbitmq_node *n)
{
	return r->nodes_n > 1 ? ir_asprintf(arena_of(r), " on %s", n->name) : "";
}

static void
tell_disk(struct ir_rabbitmq *r)
{
	const struct ir_rabbitmq_node *worst = NULL;
	struct ir_arena *arena = arena_of(r);

	for (size_t i = 0; i < r->nodes_n; i++)
		if (r->nodes[i].disk_free >= 0 && (!worst || r->nodes[i].disk_free < worst->disk_free))
			worst = &r->nodes[i];
	if (worst)
		ir_dep_measure(r->dep, "disk", (double)worst->disk_free, NAN, "%s of disk free%s%s%s",
		    ir_size_text(arena, (double)worst->disk_free), on_node(r, worst),
		    worst->disk_limit >= 0 ? ", publishers are blocked below " : "",
		    worst->disk_limit >= 0 ? ir_size_text(arena, (double)worst->disk_limit) : "");
}

static void
tell_shares(struct ir_rabbitmq *r)
{
	struct ir_arena *arena = arena_of(r);
	const struct ir_rabbitmq_node *n = FULLEST(r, memory, memory_limit);

	if (n)
		ir_dep_measure(r->dep, "memory", (double)n->memory, (double)n->memory_limit,
		    "%s of memory used%s, publishers are blocked at %s", ir_size_text(arena, (double)n->memory),
		    on_node(r, n), ir_size_text(arena, (double)n->memory_limit));
	tell_disk(r);
	n = FULLEST(r, files, files_max);
	if (n)
		ir_dep_measure(r->dep, "files", (double)n->files, (double)n->files_max, "%s of %s used%s",
		    grouped(arena, n->files), counted(arena, n->files_max, "file descriptor"), on_node(r, n));
	n = FULLEST(r, sockets, sockets_max);
	if (n)
		ir_dep_measure(r->dep, "connections", (double)n->sockets, (double)n->sockets_max, "%s of %s used%s",
		    grouped(arena, n->sockets), counted(arena, n->sockets_max, "socket"), on_node(r, n));
	else if (r->overview.connections >= 0)
		ir_dep_measure(r->dep, "connections", (double)r->overview.connections, NAN, "%s",
		    counted(arena, r->overview.connections, "connection"));
	n = FULLEST(r, processes, processes_max);
	if (n)
		ir_dep_measure(r->dep, "processes", (double)n->processes, (double)n->processes_max, "%s of %s used%s",
		    grouped(arena, n->processes), counted(arena, n->processes_max, "Erlang process slot"),
		    on_node(r, n));
}

static const char *
note_of(struct ir_arena *arena, const struct ir_rabbitmq_queue *q, int64_t now_ms)
{
	char idle[IR_NUM_MAX];

	if (q->delays)
		return "jobs wait here for their time";
	if (q->dead_letters)
		return "what other queues gave up";
	if (q->ready <= 0 || q->idle_since_ms == IR_TIME_NONE || now_ms - q->idle_since_ms < 1000)
		return NULL;
	return ir_asprintf(arena, "nothing went in or out for %s", ir_format_duration(idle, now_ms - q->idle_since_ms));
}

static void
tell_queue(struct ir_rabbitmq *r, const struct ir_rabbitmq_queue *q)
{
	struct ir_queue_facts f = IR_QUEUE_FACTS_NONE;
	int64_t now_ms = ir_now_ms();

	f.type = "rabbitmq";
	f.queue = q->name;
	f.pending = q->delays || q->dead_letters ? 0 : q->ready;
	if (q->delays)
		f.scheduled = q->ready;
	else if (q->dead_letters)
		f.failed = q->ready;
	f.running = q->unacknowledged;
	/* nobody has to take from these */
	if (q->consumers > 0 || !(q->delays || q->dead_letters))
		f.consumers = q->consumers;
	f.own_consumers = true;
	if (q->ready > 0 && q->head_ms != IR_TIME_NONE && q->head_ms <= now_ms && !q->delays)
		f.oldest_s = (double)(now_ms - q->head_ms) / 1000;
	f.completed_total = q->acknowledged;
	f.enqueued_total = q->published;
	f.arrival_per_s = q->publish_rate;
	f.completion_per_s = q->ack_rate;
	f.note = note_of(arena_of(r), q, now_ms);
	ir_dep_queue(r->dep, &f);
}

static bool
is_down(const char *state)
{
	static const char *const bad[] = { "down", "crashed", "stopped", "minority", "noproc", NULL };

	for (size_t i = 0; state && bad[i]; i++)
		if (strcmp(state, bad[i]) == 0)
			return true;
	return false;
}

static bool
has_queue(const struct ir_rabbitmq *r, const char *name)
{
	for (size_t i = 0; i < r->queues.n; i++)
		if (strcmp(r->queues.v[i].name, name) == 0)
			return true;
	return false;
}

/* Those that are down, and those that ir.conf names and that are not there. */
static void
tell_state(struct ir_rabbitmq *r, int64_t too_new)
{
	struct ir_arena *arena = arena_of(r);
	struct trouble t = { IR_STATUS_OK, NULL };

	for (size_t i = 0; i < r->queues.n; i++)
		if (is_down(r->queues.v[i].state))
			add_trouble(r, &t, IR_STATUS_FAIL,
			    ir_asprintf(arena, "%s is %s", r->queues.v[i].name, r->queues.v[i].state));
	for (size_t i = 0; i < r->names.n; i++)
		if (!has_queue(r, r->names.v[i]) && r->queues.total <= IR_RABBITMQ_ASKED)
			add_trouble(r, &t, IR_STATUS_FAIL,
			    ir_asprintf(
				arena, "there is no queue '%s' in virtual host '%s'", r->names.v[i], r->url.vhost));
	if (too_new)
		add_trouble(r, &t, IR_STATUS_OK,
		    ir_asprintf(arena, "%s, %s too new to have numbers", counted(arena, r->queues.total, "queue"),
			grouped(arena, too_new)));
	if (t.said)
		ir_dep_state(r->dep, "queues", t.status, "%s", t.said)->hint =
		    "rabbitmqctl list_queues name state -p VHOST";
	else
		ir_dep_state(r->dep, "queues", IR_STATUS_OK, "%s%s", counted(arena, r->queues.total, "queue"),
		    r->queues.total > IR_QUEUES_MAX ? ", those with the most messages are told" : "");
}

static void
tell_queues(struct ir_rabbitmq *r)
{
	int64_t too_new = 0;
	size_t told = 0;

	if (missing(r, IR_RABBITMQ_QUEUES) && r->answers[IR_RABBITMQ_QUEUES].status != 404)
		ir_dep_state(
		    r->dep, "queues", IR_STATUS_UNKNOWN, "queues are not known: %s", missing(r, IR_RABBITMQ_QUEUES));
	if (!r->has_queues)
		return;
	ir_rabbitmq_relate(&r->queues, &r->exchanges, r->bound);
	for (size_t i = 0; i < r->queues.n && told < IR_QUEUES_MAX; i++) {
		const struct ir_rabbitmq_queue *q = &r->queues.v[i];

		if (r->names.n ? !ir_list_has(&r->names, q->name) : ir_rabbitmq_no_jobs(q))
			continue;
		if (q->ready == INT64_MIN && !is_down(q->state)) {
			too_new++;
			continue;
		}
		tell_queue(r, q);
		told++;
	}
	tell_state(r, too_new);
}

void
ir_rabbitmq_tell(struct ir_rabbitmq *r)
{
	if (!tell_own(r))
		return;
	if (r->overview.cluster)
		ir_sample_count(r->dep, "identity", ir_sample_hash(r->overview.cluster));
	tell_rights(r);
	if (!r->has_overview)
		return;
	if (!r->dep->server_told) {
		tell_alarms(r);
		tell_node(r);
		tell_shares(r);
	}
	tell_queues(r);
}
