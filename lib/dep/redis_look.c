/* redis_look - one look at one Redis: INFO and what else one round trip brings, pings, then the jobs in it */
#include "dep/redis_look.h"

#include <math.h>

#include "base/clock.h"
#include "base/num.h"
#include "rec/checks.h"

#define SLOW_ENTRIES "16"

/* ---- the own row */

void
ir_redis_take_net(struct ir_dep *dep, const struct ir_redis_res *res)
{
	struct ir_check *row = dep->row;

	row->address = res->address[0] ? ir_strdup(dep->ctx->arena, res->address) : NULL;
	row->phase = res->phase >= IR_REDIS_REPLY && res->error ? "wait" : ir_redis_phase_names[res->phase];
	row->dns_ms = ir_us_to_ms(res->dns_us);
	row->connect_ms = ir_us_to_ms(res->connect_us);
	row->tls_ms = ir_us_to_ms(res->tls_us);
	row->first_byte_ms = ir_us_to_ms(res->reply_us);
	row->total_ms = row->latency_ms = ir_us_to_ms(res->total_us);
	ir_check_tls(dep->ctx->arena, row, res->tls_version, res->cert_expires_ms);
}

static bool
is_code(const char *code, const char *word)
{
	return code && strcmp(code, word) == 0;
}

/* It is there, and does not let us in. */
static void
denied(struct ir_dep *dep, const struct ir_redis_res *res, const char *what)
{
	const char *hint =
	    "give the password by `password-file`, `password-command` or `password-env` in ir.conf, or REDISCLI_AUTH";
	enum ir_status status = IR_STATUS_UNKNOWN;

	if (is_code(res->code, "BUSY")) {
		status = IR_STATUS_FAIL;
		hint = ir_redis_cli(dep, "SCRIPT KILL");
	} else if (is_code(res->code, "LOADING") || is_code(res->code, "MASTERDOWN") || is_code(res->code, "MISCONF")) {
		status = IR_STATUS_FAIL;
		hint = NULL;
	} else if (strstr(res->message, "maxclients")) {
		status = IR_STATUS_FAIL;
		hint = "close what leaks connections, or raise maxclients (CONFIG SET maxclients, from a connection "
		       "that is open still)";
	} else if (is_code(res->code, "DENIED")) {
		hint = "set a password there, or ask it from its own host";
	} else if (strncmp(res->message, "SELECT", 6) == 0) {
		hint = "see the number of the database in the URL";
	} else if (!is_code(res->code, "NOAUTH")) {
		hint = "see the user and the password: whose are they, were they changed?";
	}
	ir_dep_fails(dep, status, hint, "%s%s", what, res->message);
}

void
ir_redis_fails(struct ir_dep *dep, const struct ir_redis_res *res, const char *what, bool apart)
{
	const char *hint = NULL, *said = res->message;
	enum ir_status status = IR_STATUS_UNKNOWN;

	switch (res->error) {
	case IR_REDIS_DENIED:
		denied(dep, res, what);
		return;
	case IR_REDIS_REFUSED:
		status = apart ? IR_STATUS_UNKNOWN : IR_STATUS_FAIL;
		hint = apart ? "that address may be of a network that cannot be reached from here"
			     : "nothing listens there: is it started, is it the right port?";
		break;
	case IR_REDIS_TLS_FAILED:
		status = IR_STATUS_FAIL;
		hint = "see the certificate: openssl s_client -connect HOST:PORT -servername HOST";
		break;
	case IR_REDIS_PROTOCOL:
	case IR_REDIS_TOO_BIG:
		status = IR_STATUS_FAIL;
		hint = "is that a Redis, and does it want TLS (rediss://)?";
		break;
	case IR_REDIS_TIMEOUT:
		if (res->phase == IR_REDIS_REPLY)
			hint = "it is stopped, or one command keeps it busy: KEYS, a script, a big DEL";
		else if (apart)
			hint = "that address may be of a network that cannot be reached from here";
		break;
	default:
		break;
	}
	/* who stops it says so himself */
	if (res->error == IR_REDIS_STOPPED && strncmp(said, "stopped: ", 9) == 0)
		said += 9;
	ir_dep_fails(dep, status, hint, "%s%s", what, said);
}

/* It answered; row->role and the like. */
static void
answers(struct ir_redis_look *l)
{
	struct ir_dep *dep = l->dep;
	const char *role = ir_redis_role(&l->seen.info), *up;
	int64_t keys_s = ir_redis_info_int(&l->seen.info, "uptime_in_seconds");
	char out[IR_NUM_MAX];

	dep->row->server = ir_redis_product(dep->ctx->arena, &l->seen.info);
	dep->row->role = role;
	ir_dep_answers(dep, "%s%s", ir_redis_headline(dep, &l->seen), l->also);
	up = keys_s >= 0 ? ir_format_duration(out, keys_s > INT64_MAX / 1000 ? INT64_MAX : keys_s * 1000) : NULL;
	if (up)
		ir_dep_fact(dep, dep->row, "up", "%s", up);
	if (role && strcmp(role, "sentinel") == 0)
		dep->row->hint =
		    "this is a Sentinel: sentinel://HOST:PORT/MASTER asks it, and the master that it names";
}

/* ---- replies */

/* NOPERM: our rights. Whatever else a command says is told, or not, by who reads its reply. */
static bool
refused(struct ir_redis_look *l, size_t i, const struct ir_redis_reply *r)
{
	if (r->type != IR_REDIS_ERROR)
		return false;
	if (strcmp(r->code, "NOPERM") == 0)
		ir_list_add(l->dep->ctx->arena, &l->seen.denied, l->asked[i]);
	return true;
}

/* It is there, but in a state in which it answers nothing. */
static bool
out_of_order(struct ir_redis_look *l, const struct ir_redis_reply *ping)
{
	const struct ir_redis_info *info = &l->seen.info;
	int64_t done = ir_redis_info_int(info, "loading_loaded_bytes"),
		all = ir_redis_info_int(info, "loading_total_bytes"),
		eta = ir_redis_info_int(info, "loading_eta_seconds");
	struct ir_arena *arena = l->dep->ctx->arena;
	const char *code = ping->type == IR_REDIS_ERROR ? ping->code : "", *share = "", *left = "";
	char out[IR_NUM_MAX];

	if (strcmp(code, "BUSY") == 0) {
		ir_dep_fails(l->dep, IR_STATUS_FAIL,
		    ir_redis_cli(
			l->dep, "SCRIPT KILL (or FUNCTION KILL); if it has written, only SHUTDOWN NOSAVE ends it"),
		    "%sbusy: a script or function keeps it from answering anybody", l->what);
		return true;
	}
	if (strcmp(code, "LOADING") != 0 && ir_redis_info_int(info, "loading") != 1)
		return false;
	if (all > 0 && done >= 0)
		share =
		    ir_asprintf(arena, ", %.0f%% of %s", (double)done * 100 / (double)all, ir_format_size(out, all));
	if (eta >= 0 && eta < 1000000000)
		left = ir_asprintf(arena, ", about %s left", ir_format_duration(out, eta * 1000));
	ir_dep_fails(l->dep, IR_STATUS_FAIL,
	    "it was started just now, or copied all from its master; was that on purpose?",
	    "%sloading its data, and answers nobody until that is done%s%s", l->what, share, left);
	return true;
}

static void
take_facts(struct ir_redis_look *l, const struct ir_redis_res *res)
{
	struct ir_arena *arena = l->dep->ctx->arena;
	int64_t now_s;

	if (refused(l, 0, &res->replies[0]))
		l->seen.ping = ir_strdup(arena, res->replies[0].code);
	if (!refused(l, 1, &res->replies[1]) && res->replies[1].type == IR_REDIS_STRING)
		ir_redis_info_parse(arena, res->replies[1].s, res->replies[1].len, &l->seen.info);
	now_s = ir_redis_info_int(&l->seen.info, "server_time_usec") / 1000000;
	if (now_s <= 0)
		now_s = ir_now_ms() / 1000;
	if (res->n > 2 && !refused(l, 2, &res->replies[2])) {
		l->seen.slow_seen = true;
		ir_redis_slow_read(arena, &res->replies[2], now_s, IR_REDIS_LATELY_S, &l->seen.slow);
	}
	if (res->n > 3 && !refused(l, 3, &res->replies[3]))
		ir_redis_events_read(arena, &res->replies[3], now_s, IR_REDIS_LATELY_S, &l->seen.events);
}

/* ---- one step after the other */

static void on_reply(void *arg, const struct ir_redis_res *res);

static void
end(struct ir_redis_look *l)
{
	ir_redis_close(l->redis);
	l->redis = NULL;
	if (!l->stopping)
		l->done(l);
}

/* What is left to say once nothing more is asked. */
static void
tell_rest(struct ir_redis_look *l, const struct ir_list *troubles)
{
	if (!l->dep->server_told)
		ir_redis_judge_jobs(l->dep, &l->seen, l->jobs);
	ir_redis_judge_rights(l->dep, &l->seen, troubles);
}

/* What is known of the server, as far as it came. */
static void
tell_server(struct ir_redis_look *l)
{
	if (l->judged)
		return;
	l->judged = true;
	ir_redis_identify(l->dep, &l->seen);
	answers(l);
	if (!l->dep->server_told)
		ir_redis_judge(l->dep, &l->seen);
}

static void
ask(struct ir_redis_look *l, enum ir_redis_step step, const struct ir_redis_cmd *cmds, size_t n)
{
	struct ir_err err = IR_ERR_INIT;

	l->step = step;
	l->n_asked = n;
	if (ir_redis_send(l->redis, IR_READ, cmds, n, on_reply, l, &err) == 0)
		return;
	tell_server(l);
	ir_dep_fails(l->dep, IR_STATUS_UNKNOWN, err.hint, "%s", err.msg);
	tell_rest(l, &(struct ir_list){ 0 });
	end(l);
}

static void
ping(struct ir_redis_look *l)
{
	ask(l, IR_REDIS_PINGING, &IR_REDIS_CMD("PING"), 1);
}

/* ---- jobs */

static bool
wants_jobs(const struct ir_dep *dep)
{
	if (strcmp(dep->type, "queue") == 0)
		return true;
	return strcmp(dep->type, "cache") != 0 || ir_conf_int(dep->section, "cache", "job-keys") == 1;
}

/* Troubles that are no matter of rights: one row. */
static void
tell_troubles(struct ir_redis_look *l, const struct ir_queue_res *res, struct ir_list *rights)
{
	struct ir_arena *arena = l->dep->ctx->arena;
	struct ir_check *row = NULL;

	for (size_t i = 0; i < res->n_troubles; i++) {
		const struct ir_queue_trouble *t = &res->troubles[i];
		const char *words =
		    t->type ? ir_asprintf(arena, "%s: %s", t->type, t->message) : ir_strdup(arena, t->message);

		if (t->denied) {
			ir_list_add(arena, rights, words);
			continue;
		}
		if (!row) {
			row = ir_dep_state(l->dep, "queues", IR_STATUS_UNKNOWN, "%s", words);
			row->hint = ir_strdup(arena, t->hint);
		}
		ir_dep_fact(l->dep, row, "trouble", "%s", words);
	}
}

static void
tell_queues(struct ir_redis_look *l, const struct ir_queue_res *res, struct ir_list *rights)
{
	struct ir_dep *dep = l->dep;
	struct ir_check *row;

	for (size_t i = 0; i < res->n; i++)
		ir_dep_queue(dep, &res->v[i]);
	if (res->cut)
		ir_dep_state(
		    dep, "queues", IR_STATUS_UNKNOWN, "more than %d queues: the others are not told", IR_QUEUES_MAX);
	if (res->n == 0 && res->n_troubles == 0 && dep->section && strcmp(dep->type, "queue") == 0) {
		row = ir_dep_state(dep, "queues", IR_STATUS_WARN, "no job queue was found here");
		row->hint = "is it the right database (the number in the URL), type and prefix? A queue that was never "
			    "used has no keys";
	}
	tell_troubles(l, res, rights);
}

static void
on_queues(void *arg, const struct ir_queue_res *res)
{
	struct ir_redis_look *l = arg;
	struct ir_list rights = { 0 };

	l->run = NULL;
	l->jobs = res->policy_matters;
	tell_queues(l, res, &rights);
	tell_rest(l, &rights);
	end(l);
}

/* What a [queue "…"] says, or nothing. */
static void
fill_ask(struct ir_redis_look *l)
{
	const struct ir_section *s = strcmp(l->dep->type, "queue") == 0 ? l->dep->section : NULL;

	l->ask = (struct ir_queue_ask){ .at_us = l->at_us, .db = l->req.db };
	if (!s)
		return;
	l->ask.type = ir_conf_str(s, "queue", "type");
	l->ask.names = *ir_conf_list(s, "name");
	l->ask.prefix = ir_conf_str(s, "queue", "prefix");
}

static void
ask_jobs(struct ir_redis_look *l)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_check *row;

	tell_server(l);
	if (wants_jobs(l->dep)) {
		l->step = IR_REDIS_QUEUES;
		fill_ask(l);
		l->run = ir_queue_redis(l->dep->ctx, l->redis, &l->ask, on_queues, l, &err);
		if (l->run)
			return;
		row = ir_dep_state(l->dep, "queues", IR_STATUS_UNKNOWN, "%s", err.msg);
		row->hint = err.hint[0] ? ir_strdup(l->dep->ctx->arena, err.hint) : NULL;
	}
	tell_rest(l, &(struct ir_list){ 0 });
	end(l);
}

/* ---- more, where INFO gives reason to */

static void
ask_more(struct ir_redis_look *l)
{
	const struct ir_redis_info *info = &l->seen.info;
	/* the words live as long as this function, and not as long as a block in it */
	const struct ir_redis_cmd cluster = IR_REDIS_CMD("CLUSTER", "INFO"),
				  limit = IR_REDIS_CMD("CONFIG", "GET", "maxclients");
	struct ir_redis_cmd cmds[2];
	size_t n = 0;

	if (info->n && !l->dep->server_told && ir_redis_info_int(info, "cluster_enabled") == 1) {
		l->asked[n] = "cluster|info";
		cmds[n++] = cluster;
	}
	if (info->n && !l->dep->server_told && ir_redis_info_int(info, "maxclients") < 0) {
		l->asked[n] = "config|get";
		cmds[n++] = limit;
	}
	if (n)
		ask(l, IR_REDIS_MORE, cmds, n);
	else
		ask_jobs(l);
}

static void
take_more(struct ir_redis_look *l, const struct ir_redis_res *res)
{
	struct ir_arena *arena = l->dep->ctx->arena;

	for (size_t i = 0; i < res->n; i++) {
		const struct ir_redis_reply *r = &res->replies[i];

		if (strcmp(l->asked[i], "config|get") == 0) {
			/* not worth a right: INFO tells it from Redis 7 on */
			if (r->type == IR_REDIS_ARRAY && ir_redis_pair(r, "maxclients"))
				l->seen.maxclients = ir_redis_pair_int(r, "maxclients");
		} else if (!refused(l, i, r) && r->type == IR_REDIS_STRING) {
			ir_redis_info_parse(arena, r->s, r->len, &l->seen.cluster);
		}
	}
	ask_jobs(l);
}

/* ---- facts */

/* Neither PING nor INFO: nothing is known but that it let us in. */
static bool
blind(const struct ir_redis_look *l)
{
	return l->seen.info.n == 0 && l->seen.ping;
}

static void
after_facts(struct ir_redis_look *l, const struct ir_redis_res *res)
{
	take_facts(l, res);
	if (out_of_order(l, &res->replies[0])) {
		l->dep->row->server = ir_redis_product(l->dep->ctx->arena, &l->seen.info);
		end(l);
		return;
	}
	if (blind(l)) {
		ir_dep_fails(l->dep, IR_STATUS_UNKNOWN, NULL, "%sthe server answers neither PING nor INFO: %s", l->what,
		    strcmp(l->seen.ping, "NOPERM") == 0 ? "the user has no right to" : l->seen.ping);
		ir_redis_judge_rights(l->dep, &l->seen, &(struct ir_list){ 0 });
		end(l);
		return;
	}
	/* so that it is known to answer, whatever comes of the rest */
	ir_dep_answers(l->dep, "%s%s", ir_redis_headline(l->dep, &l->seen), l->also);
	if (l->seen.ping || l->dep->server_told) {
		ask_more(l);
	} else {
		ping(l);
	}
}

/* What is under way broke off, though it has answered before. */
static void
broke_off(struct ir_redis_look *l, const struct ir_redis_res *res)
{
	tell_server(l);
	ir_redis_fails(l->dep, res,
	    l->stopping ? l->what : ir_asprintf(l->dep->ctx->arena, "%sit answered at first; then: ", l->what),
	    l->apart);
	tell_rest(l, &(struct ir_list){ 0 });
	end(l);
}

static void
after_ping(struct ir_redis_look *l, const struct ir_redis_res *res)
{
	int64_t spent = res->reply_us * (int64_t)(l->seen.n_pings + 1), left = l->at_us - ir_mono_us();

	l->seen.pings_ms[l->seen.n_pings++] = (double)res->reply_us / 1000;
	if (l->seen.n_pings < IR_REDIS_PINGS && spent < left / 4)
		ping(l);
	else
		ask_more(l);
}

static void
on_reply(void *arg, const struct ir_redis_res *res)
{
	struct ir_redis_look *l = arg;

	if (l->step == IR_REDIS_FACTS) {
		ir_redis_take_net(l->dep, res);
		if (res->error) {
			ir_redis_fails(l->dep, res, l->what, l->apart);
			end(l);
		} else {
			after_facts(l, res);
		}
	} else if (res->error) {
		broke_off(l, res);
	} else if (l->step == IR_REDIS_PINGING) {
		after_ping(l, res);
	} else {
		take_more(l, res);
	}
}

int
ir_redis_look_start(struct ir_redis_look *l, struct ir_err *err)
{
	const struct ir_redis_cmd cmds[] = { IR_REDIS_CMD("PING"), IR_REDIS_CMD("INFO"),
		IR_REDIS_CMD("SLOWLOG", "GET", SLOW_ENTRIES), IR_REDIS_CMD("LATENCY", "LATEST") };

	l->seen = (struct ir_redis_seen){ .maxclients = INT64_MIN };
	if (l->req.user)
		l->seen.user = l->req.password && l->req.password->len ? l->req.user : "USER";
	l->asked[0] = "ping";
	l->asked[1] = "info";
	l->asked[2] = "slowlog|get";
	l->asked[3] = "latency|latest";
	l->stopping = l->judged = l->jobs = false;
	l->run = NULL;
	l->step = IR_REDIS_FACTS;
	l->req.timeout_us = l->at_us - ir_mono_us();
	if (l->req.timeout_us < 1)
		l->req.timeout_us = 1;
	l->redis = ir_redis_open(l->dep->ctx->loop, &l->req);
	if (ir_redis_send(l->redis, IR_READ, cmds, l->dep->server_told ? 2 : 4, on_reply, l, err) == 0)
		return 0;
	ir_redis_close(l->redis);
	l->redis = NULL;
	return -1;
}

void
ir_redis_look_stop(struct ir_redis_look *l)
{
	l->stopping = true;
	if (l->run)
		ir_queue_stop(l->run);
	else if (l->redis)
		ir_redis_stop(l->redis);
}
