/* redis_judge - what was seen of a Redis or Valkey, as rows */
#include "dep/redis_judge.h"

#include <math.h>

#include "base/clock.h"
#include "base/num.h"
#include "dep/sample.h"

const struct ir_measure ir_redis_measures[] = { IR_REDIS_MEASURES, { .name = NULL } };

enum {
	SLOTS = 16384,
	FRAGMENTED_FROM = 100 * 1024 * 1024, /* below that the ratio says nothing */
};

struct judge {
	struct ir_dep *dep;
	struct ir_arena *arena;
	const struct ir_redis_seen *seen;
};

/* ---- words */

static int64_t
num(const struct judge *j, const char *key)
{
	return ir_redis_info_int(&j->seen->info, key);
}

static const char *
text(const struct judge *j, const char *key)
{
	return ir_redis_info_text(&j->seen->info, key);
}

static bool
is(const struct judge *j, const char *key, const char *value)
{
	return ir_redis_info_is(&j->seen->info, key, value);
}

const char *
ir_redis_word(const char *s, const char *otherwise)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:@%+/-";

	return s && *s && *s != '-' && !s[strspn(s, plain)] ? s : otherwise;
}

const char *
ir_redis_cli(struct ir_dep *dep, const char *command)
{
	const char *tls = strncmp(dep->subject, "rediss:", 7) == 0 ? " --tls" : "";

	if (dep->socket)
		return ir_asprintf(
		    dep->ctx->arena, "redis-cli -s %s %s", ir_redis_word(dep->socket, "SOCKET"), command);
	return ir_asprintf(
	    dep->ctx->arena, "redis-cli -h %s -p %u%s %s", ir_redis_word(dep->host, "HOST"), dep->port, tls, command);
}

/* The server's clock: ages are by it. */
static int64_t
server_now_s(const struct judge *j)
{
	int64_t us = num(j, "server_time_usec");

	return us > 0 ? us / 1000000 : ir_now_ms() / 1000;
}

static const char *
ago(const struct judge *j, int64_t at_s)
{
	int64_t s;

	if (at_s <= 0 || __builtin_sub_overflow(server_now_s(j), at_s, &s))
		return "at a time not known";
	return ir_asprintf(j->arena, "%s ago", ir_duration_text(j->arena, (double)s < 0 ? 0 : s));
}

/* ---- who it is */

const char *
ir_redis_product(struct ir_arena *arena, const struct ir_redis_info *info)
{
	const char *valkey = ir_redis_info_text(info, "valkey_version"),
		   *redis = ir_redis_info_text(info, "redis_version");

	if (valkey || ir_redis_info_is(info, "server_name", "valkey"))
		return ir_asprintf(arena, "Valkey %s", valkey ? valkey : redis ? redis : "");
	return redis ? ir_asprintf(arena, "Redis %s", redis) : NULL;
}

const char *
ir_redis_role(const struct ir_redis_info *info)
{
	const char *role = ir_redis_info_text(info, "role");

	if (ir_redis_info_is(info, "redis_mode", "sentinel") || ir_redis_info_is(info, "server_mode", "sentinel"))
		return "sentinel";
	if (role && strcmp(role, "master") == 0)
		return "master";
	return role && (strcmp(role, "slave") == 0 || strcmp(role, "replica") == 0) ? "replica" : NULL;
}

static bool
replica(const struct judge *j)
{
	const char *role = ir_redis_role(&j->seen->info);

	return role && strcmp(role, "replica") == 0;
}

static int64_t
maxclients(const struct judge *j)
{
	int64_t n = num(j, "maxclients");

	return n > 0 ? n : j->seen->maxclients;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorted: [0] the fastest, [n / 2] the median, [n - 1] the slowest. */
static size_t
pings(const struct ir_redis_seen *seen, double v[static IR_REDIS_PINGS])
{
	memcpy(v, seen->pings_ms, sizeof(seen->pings_ms));
	qsort(v, seen->n_pings, sizeof(*v), by_size);
	return seen->n_pings;
}

static const char *
memory_words(const struct judge *j)
{
	int64_t used = num(j, "used_memory"), max = num(j, "maxmemory");

	if (used < 0)
		return "";
	if (max > 0)
		return ir_asprintf(
		    j->arena, ", %s of %s", ir_size_text(j->arena, (double)used), ir_size_text(j->arena, (double)max));
	return ir_asprintf(j->arena, ", %s used", ir_size_text(j->arena, (double)used));
}

const char *
ir_redis_headline(struct ir_dep *dep, const struct ir_redis_seen *seen)
{
	const struct judge j = { dep, dep->ctx->arena, seen };
	const char *product = ir_redis_product(j.arena, &seen->info), *role = ir_redis_role(&seen->info);
	const char *clients = "", *ping = "";
	int64_t n = num(&j, "connected_clients"), max = maxclients(&j);
	double v[IR_REDIS_PINGS];
	size_t n_pings = pings(seen, v);

	if (n >= 0)
		clients = max > 0 ? ir_asprintf(j.arena, ", %lld of %lld clients", (long long)n, (long long)max)
				  : ir_asprintf(j.arena, ", %lld clients", (long long)n);
	if (n_pings)
		ping = ir_asprintf(j.arena, ", ping %s", ir_latency_text(j.arena, v[n_pings / 2]));
	return ir_asprintf(j.arena, "%s%s%s%s%s%s", product ? product : "answers as Redis does", role ? " " : "",
	    role ? role : "", clients, memory_words(&j), ping);
}

void
ir_redis_identify(struct ir_dep *dep, const struct ir_redis_seen *seen)
{
	const char *run = ir_redis_info_text(&seen->info, "run_id");

	if (run)
		ir_sample_count(dep, "identity", ir_sample_hash(run));
}

/* ---- replication */

static void
judge_role(const struct judge *j)
{
	const char *role = ir_redis_role(&j->seen->info), *want;
	const char *host = text(j, "master_host"), *port = text(j, "master_port"), *of = "";
	int64_t before = ir_sample_before(j->dep, "replica"), now = replica(j);
	struct ir_check *row;

	if (!role)
		return;
	want = strcmp(j->dep->type, "cache") == 0 ? ir_conf_str(j->dep->section, "cache", "role") : "any";
	if (now && host && port)
		of = ir_asprintf(j->arena, " of %s:%s", host, port);
	if (strcmp(want, "any") != 0 && strcmp(want, role) != 0) {
		row = ir_dep_state(j->dep, "role", IR_STATUS_FAIL, "it is a %s%s, and has to be a %s", role, of, want);
		row->hint = "was there a failover? See who is master now, and what the application connects to";
	} else if (before != INT64_MIN && before != now) {
		row = ir_dep_state(j->dep, "role", IR_STATUS_WARN, "it is a %s%s, and was a %s at the last look", role,
		    of, before ? "replica" : "master");
		row->hint = "a failover took place: see what the application connects to";
	} else {
		ir_dep_state(j->dep, "role", IR_STATUS_OK, "%s%s", role, of);
	}
	ir_sample_count(j->dep, "replica", now);
}

static void
link_down(const struct judge *j, const char *master)
{
	int64_t s = num(j, "master_link_down_since_seconds");
	const char *since = s >= 0 ? ir_asprintf(j->arena, " for %s", ir_duration_text(j->arena, (double)s)) : "";
	bool mute = j->seen->ping && strcmp(j->seen->ping, "MASTERDOWN") == 0;
	struct ir_check *row;

	row = ir_dep_state(j->dep, "link", IR_STATUS_FAIL, "link to its master %s is down%s: %s", master, since,
	    mute ? "it refuses to answer" : "what it answers is old");
	row->measured = s >= 0 ? (double)s : (double)NAN;
	row->hint =
	    ir_asprintf(j->arena, "is the master up, does it let the replica in? %s; the replica's log says why",
		ir_redis_cli(j->dep, "INFO replication"));
}

static void
judge_link(const struct judge *j)
{
	const char *status = text(j, "master_link_status"), *host = text(j, "master_host"),
		   *port = text(j, "master_port");
	const char *master = host && port ? ir_asprintf(j->arena, "%s:%s", host, port) : "";
	int64_t io = num(j, "master_last_io_seconds_ago"), read = num(j, "slave_read_repl_offset"),
		done = num(j, "slave_repl_offset"), left = num(j, "master_sync_left_bytes");
	struct ir_check *row;

	if (!replica(j) || !status)
		return;
	if (num(j, "master_sync_in_progress") == 1) {
		row =
		    ir_dep_state(j->dep, "link", IR_STATUS_WARN, "it is copying all data from its master %s%s", master,
			left > 0 ? ir_asprintf(j->arena, ", %s are left", ir_size_text(j->arena, (double)left)) : "");
		row->hint = "until that is done what it answers is old, or nothing";
	} else if (strcmp(status, "up") != 0) {
		link_down(j, master);
		return;
	} else {
		row = ir_dep_measure(j->dep, "link", io >= 0 ? (double)io : 0, NAN,
		    "link to its master %s is up, last heard from %s ago", master,
		    ir_duration_text(j->arena, (double)io > 0 ? io : 0));
	}
	if (done >= 0)
		ir_dep_fact(j->dep, row, "offset", "%lld", (long long)done);
	if (read >= done && done >= 0)
		ir_dep_fact(j->dep, row, "behind_bytes", "%lld", (long long)(read - done));
}

static void
replica_facts(const struct judge *j, struct ir_check *row, const struct ir_redis_replica *v, size_t n)
{
	int64_t at = num(j, "master_repl_offset");

	for (size_t i = 0; i < n && i < 16; i++)
		ir_dep_fact(j->dep, row, v[i].address, "%s, %s behind, heard from %s ago",
		    v[i].online ? "online" : "being copied to",
		    at >= v[i].offset && v[i].offset >= 0 ? ir_size_text(j->arena, (double)at - v[i].offset)
							  : "not known how far",
		    v[i].lag_s >= 0 ? ir_duration_text(j->arena, (double)v[i].lag_s) : "not known when");
}

static void
judge_lag(const struct judge *j, const struct ir_redis_replica *v, size_t n)
{
	int64_t at = num(j, "master_repl_offset");
	const struct ir_redis_replica *worst = NULL;
	const char *behind = "";
	struct ir_check *row;

	for (size_t i = 0; i < n; i++) {
		if (v[i].online && v[i].lag_s >= 0 && (!worst || v[i].lag_s > worst->lag_s))
			worst = &v[i];
	}
	if (!worst)
		return;
	if (at > worst->offset && worst->offset >= 0)
		behind = ir_asprintf(j->arena, ", %s behind", ir_size_text(j->arena, (double)at - worst->offset));
	row = ir_dep_measure(j->dep, "lag", (double)worst->lag_s, NAN, "replica %s was last heard from %s ago%s",
	    worst->address, ir_duration_text(j->arena, (double)worst->lag_s), behind);
	replica_facts(j, row, v, n);
}

static int64_t
wanted_replicas(const struct judge *j)
{
	if (strcmp(j->dep->type, "cache") != 0)
		return INT64_MIN;
	return ir_conf_int(j->dep->section, "cache", "replicas");
}

static void
judge_replicas(const struct judge *j)
{
	struct ir_redis_replica *v;
	size_t n = ir_redis_info_replicas(j->arena, &j->seen->info, &v);
	int64_t online = 0, wanted = wanted_replicas(j), before = ir_sample_before(j->dep, "replicas");
	const char *more = "", *were = "";
	struct ir_check *row;

	if (num(j, "connected_slaves") < 0 || replica(j))
		return;
	for (size_t i = 0; i < n; i++)
		online += v[i].online;
	ir_sample_count(j->dep, "replicas", online);
	if ((int64_t)n > online)
		more = ir_asprintf(j->arena, ", %lld being copied to", (long long)((int64_t)n - online));
	if (before > online)
		were = ir_asprintf(j->arena, ", %lld at the last look", (long long)before);
	row = wanted > 0 ? ir_dep_measure(j->dep, "replicas", (double)online, (double)wanted,
			       "%lld of %lld replicas connected%s%s", (long long)online, (long long)wanted, more, were)
			 : ir_dep_measure(j->dep, "replicas", (double)online, NAN, "%lld replica%s connected%s%s",
			       (long long)online, online == 1 ? "" : "s", more, were);
	if (wanted > 0 && online < wanted)
		ir_dep_worsen(row, IR_STATUS_FAIL);
	if (before > online)
		ir_dep_worsen(row, IR_STATUS_WARN);
	if (row->h.status != IR_STATUS_OK)
		row->hint = "see whether the missing replica runs, and its log";
	replica_facts(j, row, v, n);
	judge_lag(j, v, n);
}

static void
judge_loading(const struct judge *j)
{
	if (num(j, "async_loading") == 1)
		ir_dep_state(j->dep, "loading", IR_STATUS_WARN,
		    "it is loading data from its master, and answers from what it had before");
	else if (num(j, "loading") == 0)
		ir_dep_state(j->dep, "loading", IR_STATUS_OK, "its data is loaded");
}

/* ---- clients */

static void
judge_clients(const struct judge *j)
{
	int64_t n = num(j, "connected_clients"), max = maxclients(j), blocked = num(j, "blocked_clients"),
		pubsub = num(j, "pubsub_clients");
	struct ir_check *row;

	if (n < 0)
		return;
	if (max > 0)
		row = ir_dep_measure(j->dep, "clients", (double)n, (double)max, "%lld of %lld clients connected",
		    (long long)n, (long long)max);
	else
		row = ir_dep_measure(
		    j->dep, "clients", (double)n, NAN, "%lld clients connected, the limit is not known", (long long)n);
	if (row->h.status != IR_STATUS_OK)
		row->hint =
		    ir_asprintf(j->arena, "see whose they are: %s; then raise maxclients or mend the pool that leaks",
			ir_redis_cli(j->dep, "CLIENT LIST"));
	if (pubsub > 0)
		ir_dep_fact(j->dep, row, "pubsub", "%lld", (long long)pubsub);
	if (blocked >= 0)
		ir_dep_measure(j->dep, "blocked", (double)blocked, NAN, "%lld client%s in a blocking command",
		    (long long)blocked, blocked == 1 ? " waits" : "s wait");
}

/* "in the last 40s" */
static const char *
since(const struct judge *j)
{
	return ir_asprintf(
	    j->arena, "in the last %s", ir_duration_text(j->arena, (double)(int64_t)(ir_sample_seconds(j->dep) + 0.5)));
}

static void
judge_rejected(const struct judge *j)
{
	int64_t n = num(j, "rejected_connections"), grown;
	struct ir_check *row;

	if (n < 0)
		return;
	if (!ir_sample_grown(j->dep, "rejected", n, &grown)) {
		ir_dep_state(
		    j->dep, "rejected", IR_STATUS_OK, "%lld connections refused since its start", (long long)n);
		return;
	}
	row = ir_dep_measure(j->dep, "rejected", (double)grown, NAN,
	    "%lld connection%s refused %s: maxclients was reached", (long long)grown, grown == 1 ? "" : "s", since(j));
	if (grown == 0)
		row->h.summary = ir_asprintf(j->arena, "no connection refused %s", since(j));
	else
		row->hint =
		    ir_asprintf(j->arena, "see whose connections are open: %s", ir_redis_cli(j->dep, "CLIENT LIST"));
}

/* ---- memory */

static bool
begins(const char *s, const char *with)
{
	return s && strncmp(s, with, strlen(with)) == 0;
}

/* What happens when it is full. */
static const char *
policy_words(const struct judge *j, const char *policy)
{
	if (!policy)
		return "";
	if (strcmp(policy, "noeviction") == 0)
		return ", noeviction: writes fail when it is full";
	if (begins(policy, "allkeys-"))
		return ir_asprintf(j->arena, ", %s: any key may be evicted", policy);
	if (begins(policy, "volatile-"))
		return ir_asprintf(j->arena, ", %s: keys with an expiry may be evicted", policy);
	return ir_asprintf(j->arena, ", %s", policy);
}

/* Are the thresholds of memory those of the table? Then they are not meant for a cache that evicts. */
static bool
usual_memory(const struct ir_dep *dep)
{
	const struct ir_measure *m = ir_redis_measures;
	double warn, fail;

	while (strcmp(m->name, "memory") != 0)
		m++;
	ir_dep_thresholds(dep, m, &warn, &fail);
	return fabs(warn - m->warn) < 1e-9 && fabs(fail - m->fail) < 1e-9;
}

/* Writes refused for want of memory since the last look: of no client's doing only when it is full. */
static int64_t
refused_writes(const struct judge *j)
{
	const char *count = ir_redis_info_member(j->arena, text(j, "errorstat_OOM"), "count");
	int64_t n = 0, grown;

	if (count && ir_parse_int(count, 0, INT64_MAX, &n, NULL) < 0)
		n = 0;
	return ir_sample_grown(j->dep, "oom", n, &grown) ? grown : 0;
}

static void
memory_facts(const struct judge *j, struct ir_check *row)
{
	static const char *const keys[] = { "used_memory_peak", "used_memory_rss", "used_memory_dataset",
		"mem_clients_normal", NULL };

	for (size_t i = 0; keys[i]; i++) {
		if (num(j, keys[i]) >= 0)
			ir_dep_fact(j->dep, row, keys[i], "%s", ir_size_text(j->arena, (double)num(j, keys[i])));
	}
}

static void
judge_memory(const struct judge *j)
{
	int64_t used = num(j, "used_memory"), max = num(j, "maxmemory"), total = num(j, "total_system_memory"), refused;
	int64_t whole = max > 0 ? max : total > 0 ? total : 0;
	const char *policy = text(j, "maxmemory_policy");
	struct ir_check *row;

	if (used < 0 || max < 0)
		return;
	row = ir_dep_measure(j->dep, "memory", (double)used, whole ? (double)whole : (double)NAN, "%s of %s used%s",
	    ir_size_text(j->arena, (double)used), whole ? ir_size_text(j->arena, (double)whole) : "an unknown size",
	    max > 0 ? policy_words(j, policy) : ", all that the machine has: no maxmemory is set");
	if (max > 0 && begins(policy, "allkeys-") && usual_memory(j->dep)) {
		row->h.status = IR_STATUS_OK;
		row->warn_at = row->fail_at = NAN;
	}
	refused = refused_writes(j);
	if (refused > 0) {
		row->h.summary = ir_asprintf(j->arena, "%lld write%s refused %s for want of memory: %s",
		    (long long)refused, refused == 1 ? "" : "s", since(j), row->h.summary);
		ir_dep_worsen(row, IR_STATUS_FAIL);
	}
	if (row->h.status != IR_STATUS_OK)
		row->hint = ir_asprintf(j->arena, "find what is big: %s; then delete it, or raise maxmemory",
		    ir_redis_cli(j->dep, "--bigkeys"));
	memory_facts(j, row);
}

static void
judge_fragmentation(const struct judge *j)
{
	int64_t used = num(j, "used_memory"), rss = num(j, "used_memory_rss");
	double ratio;
	struct ir_check *row;

	if (used < FRAGMENTED_FROM || rss <= 0)
		return;
	ratio = (double)rss / (double)used;
	row = ir_dep_measure(j->dep, "fragmentation", ratio, NAN, "%s resident for %s used, %.1f times as much",
	    ir_size_text(j->arena, (double)rss), ir_size_text(j->arena, (double)used), ratio);
	if (ratio >= 0.9)
		return;
	row->h.summary =
	    ir_asprintf(j->arena, "%s used but only %s resident: part of it is likely swapped out, and slow",
		ir_size_text(j->arena, (double)used), ir_size_text(j->arena, (double)rss));
	ir_dep_worsen(row, IR_STATUS_WARN);
}

/* ---- disk */

static bool
refuses_writes(const struct judge *j)
{
	return j->seen->ping && strcmp(j->seen->ping, "MISCONF") == 0;
}

static void
judge_save(const struct judge *j)
{
	int64_t at = num(j, "rdb_last_save_time"), changes = num(j, "rdb_changes_since_last_save");
	const char *words = ir_asprintf(
	    j->arena, "last saved %s, %lld changes since", ago(j, at), (long long)(changes < 0 ? 0 : changes));
	struct ir_check *row;

	if (!text(j, "rdb_last_bgsave_status"))
		return;
	if (is(j, "rdb_last_bgsave_status", "ok")) {
		row = ir_dep_state(j->dep, "save", IR_STATUS_OK, "%s%s", words,
		    num(j, "rdb_bgsave_in_progress") == 1 ? ", saving now" : "");
	} else if (refuses_writes(j)) {
		row = ir_dep_state(j->dep, "save", IR_STATUS_FAIL,
		    "writes are refused, for the last background save failed; %s", words);
	} else {
		row = ir_dep_state(j->dep, "save", IR_STATUS_WARN, "the last background save failed; %s", words);
	}
	if (row->h.status != IR_STATUS_OK)
		row->hint = ir_asprintf(j->arena, "disk full, or directory not writable? Its log says; then %s",
		    ir_redis_cli(j->dep, "BGSAVE"));
	if (num(j, "rdb_last_bgsave_time_sec") >= 0)
		ir_dep_fact(
		    j->dep, row, "took", "%s", ir_duration_text(j->arena, (double)num(j, "rdb_last_bgsave_time_sec")));
	if (num(j, "latest_fork_usec") > 0)
		ir_dep_fact(
		    j->dep, row, "fork", "%s", ir_latency_text(j->arena, (double)num(j, "latest_fork_usec") / 1000));
}

static void
judge_aof(const struct judge *j)
{
	int64_t delayed = num(j, "aof_delayed_fsync"), grown = 0;
	bool late = delayed >= 0 && ir_sample_grown(j->dep, "delayed_fsync", delayed, &grown) && grown > 0;
	struct ir_check *row;

	if (num(j, "aof_enabled") != 1)
		return;
	if (text(j, "aof_last_write_status") && !is(j, "aof_last_write_status", "ok"))
		row = ir_dep_state(j->dep, "aof", IR_STATUS_FAIL, "the last write to the append-only file failed%s",
		    refuses_writes(j) ? ": writes are refused" : "");
	else if (text(j, "aof_last_bgrewrite_status") && !is(j, "aof_last_bgrewrite_status", "ok"))
		row = ir_dep_state(
		    j->dep, "aof", IR_STATUS_WARN, "the last rewrite of the append-only file failed: it grows");
	else if (late)
		row = ir_dep_state(j->dep, "aof", IR_STATUS_WARN,
		    "the disk is too slow for the append-only file: %lld delay%s %s", (long long)grown,
		    grown == 1 ? "" : "s", since(j));
	else
		row = ir_dep_state(j->dep, "aof", IR_STATUS_OK, "append-only file is written%s",
		    num(j, "aof_rewrite_in_progress") == 1 ? ", and being rewritten" : "");
	if (row->h.status != IR_STATUS_OK)
		row->hint = "disk full, or slow? Its log says";
	if (num(j, "aof_current_size") >= 0)
		ir_dep_fact(j->dep, row, "size", "%s", ir_size_text(j->arena, (double)num(j, "aof_current_size")));
}

/* ---- time */

static void
judge_latency(const struct judge *j)
{
	double v[IR_REDIS_PINGS];
	size_t n = pings(j->seen, v);
	struct ir_check *row;

	if (n == 0)
		return;
	row = ir_dep_measure(j->dep, "latency", v[n / 2] / 1000, NAN, "%zu ping%s: median %s, fastest %s, slowest %s",
	    n, n == 1 ? "" : "s", ir_latency_text(j->arena, v[n / 2]), ir_latency_text(j->arena, v[0]),
	    ir_latency_text(j->arena, v[n - 1]));
	for (size_t i = 0; i < j->seen->events.n; i++)
		ir_list_add(j->arena, &row->facts, j->seen->events.v[i]);
	if (num(j, "instantaneous_ops_per_sec") >= 0)
		ir_dep_fact(j->dep, row, "commands_per_s", "%lld", (long long)num(j, "instantaneous_ops_per_sec"));
	if (row->h.status != IR_STATUS_OK)
		row->hint = ir_asprintf(
		    j->arena, "the network, or a server that is busy: %s", ir_redis_cli(j->dep, "SLOWLOG GET 10"));
}

static void
judge_slowlog(const struct judge *j)
{
	const struct ir_redis_slow *s = &j->seen->slow;
	struct ir_check *row;

	if (!j->seen->slow_seen)
		return;
	if (s->n == 0) {
		ir_dep_state(j->dep, "slowlog", IR_STATUS_OK, "no slow command in the last %s",
		    ir_duration_text(j->arena, (double)IR_REDIS_LATELY_S));
		return;
	}
	row = ir_dep_measure(j->dep, "slowlog", (double)s->longest_us / 1e6, NAN,
	    "%s took %s, %s ago; %lld slow command%s in the last %s", *s->command ? s->command : "a command",
	    ir_latency_text(j->arena, (double)s->longest_us / 1000), ir_duration_text(j->arena, (double)s->age_s),
	    (long long)s->n, s->n == 1 ? "" : "s", ir_duration_text(j->arena, (double)IR_REDIS_LATELY_S));
	ir_dep_fact(j->dep, row, "entries", "%lld", (long long)s->n);
	if (row->h.status != IR_STATUS_OK)
		row->hint =
		    ir_asprintf(j->arena, "nothing else ran meanwhile: %s", ir_redis_cli(j->dep, "SLOWLOG GET 10"));
	if (j->dep->detail)
		row->query = s->text;
}

static void
judge_restarted(const struct judge *j)
{
	int64_t up = num(j, "uptime_in_seconds");
	struct ir_check *row;

	if (up < 0)
		return;
	row = ir_dep_measure(
	    j->dep, "restarted", (double)up, NAN, "started %s ago", ir_duration_text(j->arena, (double)up));
	if (row->h.status != IR_STATUS_OK)
		row->hint = "was that on purpose? What ended it is in its log, or the kernel's (out of memory)";
}

/* ---- cluster */

static void
judge_cluster(const struct judge *j)
{
	const struct ir_redis_info *c = &j->seen->cluster;
	const char *state = ir_redis_info_text(c, "cluster_state");
	int64_t assigned = ir_redis_info_int(c, "cluster_slots_assigned"),
		failing = ir_redis_info_int(c, "cluster_slots_fail"),
		suspect = ir_redis_info_int(c, "cluster_slots_pfail"),
		nodes = ir_redis_info_int(c, "cluster_known_nodes");
	bool ok = state && strcmp(state, "ok") == 0;
	struct ir_check *row;

	if (!state)
		return;
	if (assigned >= 0 && assigned < SLOTS)
		row = ir_dep_state(j->dep, "cluster", ok ? IR_STATUS_WARN : IR_STATUS_FAIL,
		    "cluster state %s: %lld of %d slots are served by nobody", state, (long long)(SLOTS - assigned),
		    SLOTS);
	else if (failing > 0 || suspect > 0)
		row = ir_dep_state(j->dep, "cluster", ok ? IR_STATUS_WARN : IR_STATUS_FAIL,
		    "cluster state %s: nodes of %lld slots fail, of %lld are suspected to", state,
		    (long long)(failing > 0 ? failing : 0), (long long)(suspect > 0 ? suspect : 0));
	else
		row = ir_dep_state(j->dep, "cluster", ok ? IR_STATUS_OK : IR_STATUS_FAIL, "cluster state %s", state);
	if (row->h.status != IR_STATUS_OK)
		row->hint =
		    ir_asprintf(j->arena, "see which nodes are missing: %s", ir_redis_cli(j->dep, "CLUSTER NODES"));
	if (nodes >= 0)
		ir_dep_fact(j->dep, row, "nodes", "%lld", (long long)nodes);
}

void
ir_redis_judge(struct ir_dep *dep, const struct ir_redis_seen *seen)
{
	static void (*const all[])(const struct judge *) = { judge_role, judge_loading, judge_link, judge_replicas,
		judge_clients, judge_rejected, judge_memory, judge_fragmentation, judge_save, judge_aof, judge_latency,
		judge_slowlog, judge_restarted, judge_cluster };
	const struct judge j = { dep, dep->ctx->arena, seen };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		all[i](&j);
}

/* ---- jobs */

static void
judge_policy(const struct judge *j, const char *policy)
{
	bool any = begins(policy, "allkeys-"), bounded = num(j, "maxmemory") > 0;
	struct ir_check *row;

	if (strcmp(policy, "noeviction") == 0 || !bounded) {
		ir_dep_state(j->dep, "policy", IR_STATUS_OK, "jobs live here, and are not evicted: %s",
		    bounded ? policy : "no maxmemory is set");
		return;
	}
	row = ir_dep_state(j->dep, "policy", IR_STATUS_WARN,
	    "jobs live here, and %s may evict %s when it is full: jobs can be lost", policy,
	    any ? "any key" : "what has an expiry");
	row->hint = ir_asprintf(j->arena, "%s, and caches in a Redis of their own",
	    ir_redis_cli(j->dep, "CONFIG SET maxmemory-policy noeviction"));
}

static void
judge_evictions(const struct judge *j, const char *policy, bool jobs)
{
	int64_t n = num(j, "evicted_keys"), grown;
	double seconds = ir_sample_seconds(j->dep);
	struct ir_check *row;

	if (n < 0)
		return;
	if (!ir_sample_grown(j->dep, "evicted", n, &grown)) {
		ir_dep_state(j->dep, "evictions", IR_STATUS_OK, "%lld keys evicted since its start", (long long)n);
		return;
	}
	row = ir_dep_measure(j->dep, "evictions", seconds > 0 ? (double)grown / seconds : 0, NAN,
	    "%lld key%s evicted %s%s", (long long)grown, grown == 1 ? "" : "s", since(j),
	    jobs && grown ? ", and jobs live among them" : "");
	ir_dep_fact(j->dep, row, "evicted", "%lld", (long long)grown);
	if (jobs && grown > 0) {
		ir_dep_worsen(row, begins(policy, "allkeys-") ? IR_STATUS_FAIL : IR_STATUS_WARN);
		row->hint = "jobs may be lost: see which are missing, and give them a Redis with noeviction";
	}
}

void
ir_redis_judge_jobs(struct ir_dep *dep, const struct ir_redis_seen *seen, bool jobs)
{
	const struct judge j = { dep, dep->ctx->arena, seen };
	const char *policy = text(&j, "maxmemory_policy");

	if (!policy)
		return;
	if (jobs)
		judge_policy(&j, policy);
	judge_evictions(&j, policy, jobs);
}

/* ---- rights */

void
ir_redis_judge_rights(struct ir_dep *dep, const struct ir_redis_seen *seen, const struct ir_list *more)
{
	struct ir_arena *arena = dep->ctx->arena;
	const struct ir_list *denied = &seen->denied;
	const char *user = seen->user ? seen->user : "default";
	struct ir_check *row;

	if (denied->n == 0 && more->n == 0)
		return;
	row = ir_dep_state(dep, "rights", IR_STATUS_WARN, "user %s may not see all%s%s%s%s", user,
	    denied->n ? ": no right to " : "", ir_list_join(arena, denied, "", ", "), more->n ? "; " : "",
	    ir_list_join(arena, more, "", "; "));
	if (denied->n)
		row->hint = ir_redis_cli(dep, ir_asprintf(arena, "ACL SETUSER %s %s", ir_redis_word(user, "USER"),
						  ir_list_join(arena, denied, "+", " ")));
	for (size_t i = 0; i < denied->n; i++)
		ir_dep_fact(dep, row, "denied", "%s", denied->v[i]);
}
