/* judge - the verdict on one container: one table of rules, the first that fits speaks */

#include "base/num.h"
#include "runtime/docker.h"
#include "runtime/judge.h"

enum {
	LOOP_RESTARTS = 3,            /* as many in 10 minutes are a crash loop, ... */
	LOOP_CALM_MS = 5 * 60 * 1000, /* ... until it has stayed up this long */
	FRESH_MS = 60 * 1000,         /* compose creates first and starts after */
};

const char *
ir_judge_exit(struct ir_arena *arena, int64_t code)
{
	static const struct {
		int64_t code;
		const char *word;
	} words[] = {
		{ 126, "not executable" },
		{ 127, "command not found" },
		{ 129, "SIGHUP" },
		{ 130, "SIGINT" },
		{ 131, "SIGQUIT" },
		{ 132, "SIGILL" },
		{ 134, "SIGABRT" },
		{ 135, "SIGBUS" },
		{ 136, "SIGFPE" },
		{ 137, "SIGKILL" },
		{ 139, "SIGSEGV" },
		{ 141, "SIGPIPE" },
		{ 143, "SIGTERM" },
	};

	if (code == INT64_MIN)
		return "status not known";
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (words[i].code == code)
			return ir_asprintf(arena, "%lld (%s)", (long long)code, words[i].word);
	}
	return ir_asprintf(arena, "%lld", (long long)code);
}

/* How long ago; not below 0, as clocks differ. */
static int64_t
since(const struct ir_case *k, int64_t at_ms)
{
	return at_ms >= 0 && at_ms < k->now_ms ? k->now_ms - at_ms : 0;
}

/* " 2m ago", or "" when the instant is not known. */
static const char *
ago(const struct ir_case *k, int64_t at_ms)
{
	char age[IR_NUM_MAX];

	if (at_ms == IR_TIME_NONE)
		return "";
	return ir_asprintf(k->arena, " %s ago", ir_format_age(age, since(k, at_ms)));
}

/* ", 2m ago" after a number, so that it is not read as another one. */
static const char *
then_ago(const struct ir_case *k, int64_t at_ms)
{
	const char *words = ago(k, at_ms);

	return *words ? ir_asprintf(k->arena, ",%s", words) : "";
}

/* ", up 3h", or "". */
static const char *
up(const struct ir_case *k)
{
	char age[IR_NUM_MAX];

	if (k->c->started_ms == IR_TIME_NONE)
		return "";
	return ir_asprintf(k->arena, ", up %s", ir_format_age(age, since(k, k->c->started_ms)));
}

/* ": text", or "". */
static const char *
colon(const struct ir_case *k, const char *text)
{
	return text && *text ? ir_asprintf(k->arena, ": %s", text) : "";
}

static const char *
probe_words(const struct ir_case *k)
{
	const char *out = k->c->health_output;
	const char *line = out ? ir_docker_last_line(k->arena, out, strlen(out)) : "";

	if (*line)
		return colon(k, line);
	if (k->c->health_exit > 0)
		return ir_asprintf(
		    k->arena, ": its healthcheck exits %s without a word", ir_judge_exit(k->arena, k->c->health_exit));
	return "";
}

static const char *
limit(const struct ir_case *k)
{
	char size[IR_NUM_MAX];

	if (k->c->memory_limit <= 0)
		return "no limit of its own: the host ran out";
	return ir_asprintf(k->arena, "limit %s", ir_format_size(size, k->c->memory_limit));
}

static bool
in_state(const struct ir_case *k, const char *state)
{
	return k->c->state && strcmp(k->c->state, state) == 0;
}

static bool
has_health(const struct ir_case *k, const char *health)
{
	return k->c->health && strcmp(k->c->health, health) == 0;
}

static const char *
logs_hint(const struct ir_case *k)
{
	return ir_asprintf(k->arena, "%s logs --tail 50 %s", k->cli, k->c->name);
}

static bool
is_new(const struct ir_case *k)
{
	return k->c->created_ms != IR_TIME_NONE && since(k, k->c->created_ms) < IR_RECENT_MS;
}

/* Restarts of the last 10 minutes that are known of. The engine keeps 256 events and every run of a healthcheck
 * makes three, so it may have forgotten some; of one that was created within that time, all are counted. */
static int64_t
counted(const struct ir_case *k)
{
	const struct ir_container *c = k->c;
	int64_t n = c->restarts_recent > 0 ? c->restarts_recent : 0;

	return is_new(k) && c->restarts > n ? c->restarts : n;
}

/* The same, or what the average since its creation makes of it, if that is more. */
static int64_t
recent(const struct ir_case *k)
{
	const struct ir_container *c = k->c;
	int64_t n = counted(k), average;

	if (c->restarts <= n || c->started_ms == IR_TIME_NONE || since(k, c->started_ms) >= IR_RECENT_MS)
		return n;
	if (c->created_ms == IR_TIME_NONE)
		return n > 0 ? n : 1;
	average = (int64_t)((double)c->restarts / (double)since(k, c->created_ms) * IR_RECENT_MS);
	return average > n ? average : n > 0 ? n : 1;
}

static const char *
times(const struct ir_case *k)
{
	int64_t n = counted(k), all = k->c->restarts;

	if (recent(k) > n)
		return ir_asprintf(k->arena, "%lld restart%s since it was created%s", (long long)all,
		    all == 1 ? "" : "s", ago(k, k->c->created_ms));
	return ir_asprintf(k->arena, "%lld restart%s in 10m%s", (long long)n, n == 1 ? "" : "s",
	    all > n ? ir_asprintf(k->arena, " (%lld in all)", (long long)all) : "");
}

/* ---- the rules: does it fit, and what is said then */

/* The engine listed it and then had no answer about it. */
static bool
is_blind(const struct ir_case *k)
{
	return !k->c->inspected;
}

static void
say_blind(const struct ir_case *k, struct ir_check *row)
{
	row->h.summary = ir_asprintf(k->arena, "%s%s%s, but the engine tells no more about it%s",
	    k->c->state ? k->c->state : "in a state not known", k->c->health ? ", " : "",
	    k->c->health ? k->c->health : "", colon(k, k->c->inspect_error));
	row->hint = ir_asprintf(k->arena, "%s inspect %s", k->cli, k->c->name);
}

/* Even of a container that was only listed these are known to be bad. */
static bool
is_blind_bad(const struct ir_case *k)
{
	return !k->c->inspected && (has_health(k, "unhealthy") || in_state(k, "restarting") ||
				       (in_state(k, "exited") && k->c->exit_code != 0 && k->c->exit_code != INT64_MIN));
}

static bool
is_removing(const struct ir_case *k)
{
	return in_state(k, "removing");
}

static void
say_removing(const struct ir_case *k, struct ir_check *row)
{
	row->h.summary = ir_asprintf(k->arena, "being removed");
}

static bool
is_dead(const struct ir_case *k)
{
	return in_state(k, "dead");
}

static void
say_dead(const struct ir_case *k, struct ir_check *row)
{
	row->h.summary = ir_asprintf(k->arena, "dead: the engine could not remove it%s", colon(k, k->c->error));
	row->hint = ir_asprintf(k->arena, "%s rm -f %s", k->cli, k->c->name);
}

/* Its end and start again, over and over. */
static bool
is_looping(const struct ir_case *k)
{
	if (in_state(k, "restarting"))
		return true;
	return in_state(k, "running") && recent(k) >= LOOP_RESTARTS && k->c->started_ms != IR_TIME_NONE &&
	       since(k, k->c->started_ms) < LOOP_CALM_MS;
}

static void
say_looping(const struct ir_case *k, struct ir_check *row)
{
	const char *last = in_state(k, "restarting")
			       ? ir_asprintf(k->arena, ", last exit %s", ir_judge_exit(k->arena, k->c->exit_code))
			       : up(k);
	bool oom = k->c->oom_killed == 1 || k->c->oom_recent > 0;

	row->h.summary = ir_asprintf(k->arena, "restarting: %s%s%s%s%s", times(k), last, oom ? ", out of memory, " : "",
	    oom ? limit(k) : "", oom ? "" : colon(k, k->c->last_words));
	row->hint = logs_hint(k);
}

static bool
is_paused(const struct ir_case *k)
{
	return in_state(k, "paused");
}

static void
say_paused(const struct ir_case *k, struct ir_check *row)
{
	row->h.summary = ir_asprintf(k->arena, "paused: it does nothing until it is unpaused");
	row->hint = ir_asprintf(k->arena, "%s unpause %s", k->cli, k->c->name);
}

static bool
is_fresh(const struct ir_case *k)
{
	return in_state(k, "created") && !k->c->error && k->c->created_ms != IR_TIME_NONE &&
	       since(k, k->c->created_ms) < FRESH_MS;
}

static bool
is_unstarted(const struct ir_case *k)
{
	return in_state(k, "created");
}

static void
say_unstarted(const struct ir_case *k, struct ir_check *row)
{
	row->h.summary =
	    ir_asprintf(k->arena, "created%s, never started%s", ago(k, k->c->created_ms), colon(k, k->c->error));
	row->hint = ir_asprintf(k->arena, "%s start %s", k->cli, k->c->name);
}

static bool
is_exited(const struct ir_case *k)
{
	return in_state(k, "exited");
}

static bool
is_oom_killed(const struct ir_case *k)
{
	return is_exited(k) && k->c->oom_killed == 1 && k->c->exit_code != 0;
}

static void
say_oom_killed(const struct ir_case *k, struct ir_check *row)
{
	row->h.summary = ir_asprintf(k->arena, "killed%s: out of memory (%s)", ago(k, k->c->finished_ms), limit(k));
	row->hint =
	    ir_asprintf(k->arena, "raise its memory limit or find what eats it, then %s start %s", k->cli, k->c->name);
}

static bool
is_stopped(const struct ir_case *k)
{
	if (!is_exited(k) || (k->job && k->c->exit_code == 0))
		return false;
	return k->c->told_to_stop || k->c->exit_code == 143 || k->c->exit_code == 130;
}

static void
say_stopped(const struct ir_case *k, struct ir_check *row)
{
	row->h.summary = ir_asprintf(
	    k->arena, "stopped%s, exit %s", ago(k, k->c->finished_ms), ir_judge_exit(k->arena, k->c->exit_code));
	row->hint = ir_asprintf(k->arena, "%s start %s", k->cli, k->c->name);
}

static bool
is_failed(const struct ir_case *k)
{
	return is_exited(k) && k->c->exit_code != 0;
}

/* An engine may miss a kill for memory; then there is only a SIGKILL that nobody sent. */
static bool
is_killed(const struct ir_case *k)
{
	return is_exited(k) && k->c->exit_code == 137 && k->c->memory_limit > 0;
}

static void
say_killed(const struct ir_case *k, struct ir_check *row)
{
	row->h.summary = ir_asprintf(
	    k->arena, "exited 137 (SIGKILL)%s: perhaps out of memory (%s)", then_ago(k, k->c->finished_ms), limit(k));
	row->hint = "the kernel tells: dmesg | grep -i 'killed process'";
}

static void
say_failed(const struct ir_case *k, struct ir_check *row)
{
	const char *words = k->c->error ? k->c->error : k->c->last_words;

	row->h.summary = ir_asprintf(k->arena, "exited %s%s%s%s", ir_judge_exit(k->arena, k->c->exit_code),
	    then_ago(k, k->c->finished_ms), k->job ? ", and others wait for it to complete" : "", colon(k, words));
	row->hint = logs_hint(k);
}

static bool
is_done(const struct ir_case *k)
{
	return is_exited(k) && k->job;
}

static void
say_done(const struct ir_case *k, struct ir_check *row)
{
	row->h.summary = ir_asprintf(k->arena, "completed%s", ago(k, k->c->finished_ms));
}

static bool
kept_up(const struct ir_case *k)
{
	const char *policy = k->c->restart_policy;

	return k->needed || (policy && (strcmp(policy, "always") == 0 || strcmp(policy, "unless-stopped") == 0));
}

static bool
is_ended_service(const struct ir_case *k)
{
	return is_exited(k) && kept_up(k);
}

static void
say_ended(const struct ir_case *k, struct ir_check *row)
{
	row->h.summary = ir_asprintf(
	    k->arena, "exited 0%s, and should run%s", then_ago(k, k->c->finished_ms), colon(k, k->c->last_words));
	row->hint = ir_asprintf(k->arena, "%s start %s", k->cli, k->c->name);
}

static void
say_ended_or_done(const struct ir_case *k, struct ir_check *row)
{
	row->h.summary = ir_asprintf(
	    k->arena, "exited 0%s: a job that is done, or a service that ended", then_ago(k, k->c->finished_ms));
	row->hint =
	    "have what needs it wait for it in the compose file: depends_on, condition: service_completed_successfully";
}

static bool
is_unhealthy(const struct ir_case *k)
{
	return has_health(k, "unhealthy");
}

static void
say_unhealthy(const struct ir_case *k, struct ir_check *row)
{
	int64_t n = k->c->health_streak;

	row->h.summary =
	    ir_asprintf(k->arena, "unhealthy for %lld probe%s%s", (long long)n, n == 1 ? "" : "s", probe_words(k));
	row->hint = logs_hint(k);
}

static bool
is_starting(const struct ir_case *k)
{
	return has_health(k, "starting");
}

static void
say_starting(const struct ir_case *k, struct ir_check *row)
{
	int64_t n = k->c->health_streak;

	if (n > 0)
		row->h.summary = ir_asprintf(k->arena, "starting%s, %lld probe%s failed so far%s", up(k), (long long)n,
		    n == 1 ? "" : "s", probe_words(k));
	else
		row->h.summary = ir_asprintf(k->arena, "starting%s, its healthcheck has not answered yet", up(k));
}

/* A process in it was killed and the container lives on: a worker of a pool, say. */
static bool
lost_a_process(const struct ir_case *k)
{
	return in_state(k, "running") && k->c->oom_recent > 0;
}

static void
say_lost_a_process(const struct ir_case *k, struct ir_check *row)
{
	row->h.summary = ir_asprintf(k->arena, "running%s, but ran out of memory %lld time%s in 10m (%s)", up(k),
	    (long long)k->c->oom_recent, k->c->oom_recent == 1 ? "" : "s", limit(k));
	row->hint = ir_asprintf(k->arena, "%s stats --no-stream %s", k->cli, k->c->name);
}

static bool
is_restarted(const struct ir_case *k)
{
	return in_state(k, "running") && recent(k) > 0;
}

static void
say_restarted(const struct ir_case *k, struct ir_check *row)
{
	row->h.summary =
	    ir_asprintf(k->arena, "running%s, after %s%s", up(k), times(k), k->c->health ? ", healthy" : "");
	row->hint = logs_hint(k);
}

static bool
is_wavering(const struct ir_case *k)
{
	return has_health(k, "healthy") && k->c->health_streak > 0;
}

static void
say_wavering(const struct ir_case *k, struct ir_check *row)
{
	int64_t n = k->c->health_streak;

	row->h.summary = ir_asprintf(k->arena, "healthy still, but its last %s failed%s",
	    n == 1 ? "probe" : ir_asprintf(k->arena, "%lld probes", (long long)n), probe_words(k));
	row->hint = logs_hint(k);
}

static bool
is_running(const struct ir_case *k)
{
	return in_state(k, "running");
}

static void
say_running(const struct ir_case *k, struct ir_check *row)
{
	row->h.summary = ir_asprintf(k->arena, "%s%s", k->c->health ? "healthy" : "running, no healthcheck", up(k));
}

static bool
always(const struct ir_case *k)
{
	(void)k;
	return true;
}

/* The order is the meaning. ir-health(1), CONTAINERS, says the same in prose. */
static const struct rule {
	bool (*fits)(const struct ir_case *);
	enum ir_status status;
	void (*say)(const struct ir_case *, struct ir_check *);
} rules[] = {
	{ is_removing, IR_STATUS_WARN, say_removing }, /* somebody is at it */
	{ is_dead, IR_STATUS_FAIL, say_dead },         /* half removed */
	{ is_paused, IR_STATUS_FAIL, say_paused },     /* serves nobody */
	{ is_blind_bad, IR_STATUS_FAIL, say_blind },   /* listed as bad; why is not known */
	{ is_blind, IR_STATUS_UNKNOWN, say_blind }, /* listed as well: restarts and memory kills could hide behind it */
	{ is_looping, IR_STATUS_FAIL, say_looping },     /* even when it happens to run, or be healthy, this moment */
	{ is_fresh, IR_STATUS_WARN, say_unstarted },     /* compose is perhaps about to start it */
	{ is_unstarted, IR_STATUS_FAIL, say_unstarted }, /* its start failed, or what it waits for never came */
	{ is_oom_killed, IR_STATUS_FAIL, say_oom_killed },
	{ is_stopped, IR_STATUS_FAIL, say_stopped }, /* asked to end: by a person, a deploy, compose stop */
	{ is_killed, IR_STATUS_FAIL, say_killed }, { is_failed, IR_STATUS_FAIL, say_failed },
	{ is_done, IR_STATUS_OK, say_done },              /* exit 0 of a job that others wait for */
	{ is_ended_service, IR_STATUS_FAIL, say_ended },  /* exit 0, and something wants it up: kept_up() */
	{ is_exited, IR_STATUS_WARN, say_ended_or_done }, /* exit 0, and nothing says which it is */
	{ is_unhealthy, IR_STATUS_FAIL, say_unhealthy },
	{ is_starting, IR_STATUS_WARN, say_starting }, /* not well yet */
	{ lost_a_process, IR_STATUS_WARN, say_lost_a_process },
	{ is_restarted, IR_STATUS_WARN, say_restarted }, /* once or twice, or a loop that has calmed down */
	{ is_wavering, IR_STATUS_WARN, say_wavering },   /* not unhealthy before `retries` have failed */
	{ is_running, IR_STATUS_OK, say_running },       /* healthy, or without a healthcheck, which is said */
	{ always, IR_STATUS_UNKNOWN, say_blind },        /* a state that no engine has yet */
};

void
ir_judge_container(const struct ir_case *k, struct ir_check *row)
{
	const struct rule *r = rules;

	while (!r->fits(k))
		r++;
	row->h.status = r->status;
	r->say(k, row);
	row->restarts_recent = k->c->inspected && counted(k) == recent(k) ? counted(k) : INT64_MIN;
}
