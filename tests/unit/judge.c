/* judge - one case a rule, and its neighbours */

#include "runtime/judge.h"
#include "tap.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

static const int64_t now = 1795571337000;
static struct ir_arena arena;

/* A container that runs since three hours, no healthcheck, and is in order. */
static struct ir_container
good(void)
{
	return (struct ir_container){ .id = "x",
		.name = "shop_web_1",
		.number = 1,
		.state = "running",
		.health_exit = INT64_MIN,
		.created_ms = now - 5 * HOUR,
		.started_ms = now - 3 * HOUR,
		.finished_ms = IR_TIME_NONE,
		.exit_code = 0,
		.restarts = 0,
		.restarts_recent = 0,
		.oom_killed = 0,
		.restart_policy = "no",
		.inspected = true };
}

/* One that ended two minutes ago. */
static struct ir_container
ended(int64_t code)
{
	struct ir_container c = good();

	c.state = "exited";
	c.exit_code = code;
	c.finished_ms = now - 2 * MINUTE;
	return c;
}

static void
expect_of(const struct ir_container *c, bool job, bool needed, enum ir_status status, const char *summary)
{
	struct ir_case k = { .c = c, .arena = &arena, .now_ms = now, .cli = "docker", .job = job, .needed = needed };
	struct ir_check row = { .groups = 0 };

	ir_judge_container(&k, &row);
	IS_INT(row.h.status, status, "status of: %s", summary);
	IS_STR(row.h.summary, summary, "%s", summary);
}

static void
expect(const struct ir_container *c, enum ir_status status, const char *summary)
{
	expect_of(c, false, false, status, summary);
}

static void
test_running(void)
{
	struct ir_container c = good();

	expect(&c, IR_STATUS_OK, "running, no healthcheck, up 3h");
	c.health = "healthy";
	expect(&c, IR_STATUS_OK, "healthy, up 3h");
	c.health_streak = 1;
	c.health_output = "timeout\n";
	expect(&c, IR_STATUS_WARN, "healthy still, but its last probe failed: timeout");
	c.health_streak = 2;
	expect(&c, IR_STATUS_WARN, "healthy still, but its last 2 probes failed: timeout");
	c.health = "starting";
	c.started_ms = now - 5 * SECOND;
	expect(&c, IR_STATUS_WARN, "starting, up 5s, 2 probes failed so far: timeout");
	c.health_streak = 0;
	expect(&c, IR_STATUS_WARN, "starting, up 5s, its healthcheck has not answered yet");
	c.health = "unhealthy";
	c.health_streak = 3;
	c.health_output = "  % Total\r100 1\ncurl: (7) Failed to connect\n";
	expect(&c, IR_STATUS_FAIL, "unhealthy for 3 probes: curl: (7) Failed to connect");
	c.health_output = NULL;
	c.health_exit = 1;
	c.health_streak = 1;
	expect(&c, IR_STATUS_FAIL, "unhealthy for 1 probe: its healthcheck exits 1 without a word");
	c = good();
	c.oom_recent = 1;
	c.memory_limit = 64 << 20;
	expect(&c, IR_STATUS_WARN, "running, up 3h, but ran out of memory 1 time in 10m (limit 64.0 MiB)");
	c = good();
	c.state = "paused";
	expect(&c, IR_STATUS_FAIL, "paused: it does nothing until it is unpaused");
	c.state = "removing";
	expect(&c, IR_STATUS_WARN, "being removed");
	c.state = "dead";
	c.error = "device busy";
	expect(&c, IR_STATUS_FAIL, "dead: the engine could not remove it: device busy");
}

static void
test_restarts(void)
{
	struct ir_container c = good();

	c.restarts = c.restarts_recent = 1;
	c.started_ms = now - 2 * MINUTE;
	expect(&c, IR_STATUS_WARN, "running, up 2m, after 1 restart in 10m");
	c.restarts = 40;
	c.restarts_recent = 2;
	expect(&c, IR_STATUS_WARN, "running, up 2m, after 2 restarts in 10m (40 in all)");
	c.restarts_recent = 3;
	expect(&c, IR_STATUS_FAIL, "restarting: 3 restarts in 10m (40 in all), up 2m");
	c.started_ms = now - 6 * MINUTE;
	expect(&c, IR_STATUS_WARN, "running, up 6m, after 3 restarts in 10m (40 in all)");
	c.health = "healthy";
	c.started_ms = now - 2 * SECOND;
	expect(&c, IR_STATUS_FAIL, "restarting: 3 restarts in 10m (40 in all), up 2s");
	c = good();
	c.state = "restarting";
	c.exit_code = 1;
	c.restarts = c.restarts_recent = 7;
	c.started_ms = now - 2 * SECOND;
	c.last_words = "boom";
	expect(&c, IR_STATUS_FAIL, "restarting: 7 restarts in 10m, last exit 1: boom");
	c.exit_code = 137;
	c.oom_killed = 1;
	c.memory_limit = 16 << 20;
	expect(&c, IR_STATUS_FAIL,
	    "restarting: 7 restarts in 10m, last exit 137 (SIGKILL), out of memory, limit 16.0 MiB");
}

/* The engine's memory of events is short. */
static void
test_forgotten(void)
{
	struct ir_container c = good();

	c.restarts = 7;
	c.created_ms = now - MINUTE;
	c.started_ms = now - 5 * SECOND;
	expect(&c, IR_STATUS_FAIL, "restarting: 7 restarts in 10m, up 5s");
	c.created_ms = now - 18 * MINUTE;
	c.restarts = 27;
	c.state = "restarting";
	c.exit_code = 1;
	expect(&c, IR_STATUS_FAIL, "restarting: 27 restarts since it was created 18m ago, last exit 1");
	c.state = "running";
	expect(&c, IR_STATUS_FAIL, "restarting: 27 restarts since it was created 18m ago, up 5s");
	c.created_ms = now - 90LL * 24 * HOUR;
	c.restarts = 3;
	expect(&c, IR_STATUS_WARN, "running, up 5s, after 3 restarts since it was created 90d ago");
	c.restarts_recent = 1;
	expect(&c, IR_STATUS_WARN, "running, up 5s, after 1 restart in 10m (3 in all)");
	c.restarts_recent = -1;
	c.started_ms = now - 3 * HOUR;
	expect(&c, IR_STATUS_OK, "running, no healthcheck, up 3h");
}

static void
test_ended(void)
{
	struct ir_container c = ended(1);

	c.last_words = "could not connect";
	expect(&c, IR_STATUS_FAIL, "exited 1, 2m ago: could not connect");
	expect_of(
	    &c, true, false, IR_STATUS_FAIL, "exited 1, 2m ago, and others wait for it to complete: could not connect");
	c.exit_code = 127;
	c.error = "exec: \"gunicorn\": not found";
	expect(&c, IR_STATUS_FAIL, "exited 127 (command not found), 2m ago: exec: \"gunicorn\": not found");
	c = ended(137);
	expect(&c, IR_STATUS_FAIL, "exited 137 (SIGKILL), 2m ago");
	c.memory_limit = 64 << 20;
	expect(&c, IR_STATUS_FAIL, "exited 137 (SIGKILL), 2m ago: perhaps out of memory (limit 64.0 MiB)");
	c.told_to_stop = true;
	expect(&c, IR_STATUS_FAIL, "stopped 2m ago, exit 137 (SIGKILL)");
	c.told_to_stop = false;
	c.memory_limit = 0;
	c.oom_killed = 1;
	expect(&c, IR_STATUS_FAIL, "killed 2m ago: out of memory (no limit of its own: the host ran out)");
	c.memory_limit = 64 << 20;
	expect(&c, IR_STATUS_FAIL, "killed 2m ago: out of memory (limit 64.0 MiB)");
	c = ended(143);
	expect(&c, IR_STATUS_FAIL, "stopped 2m ago, exit 143 (SIGTERM)");
	c = ended(0);
	expect_of(&c, true, false, IR_STATUS_OK, "completed 2m ago");
	expect_of(&c, false, true, IR_STATUS_FAIL, "exited 0, 2m ago, and should run");
	expect(&c, IR_STATUS_WARN, "exited 0, 2m ago: a job that is done, or a service that ended");
	c.restart_policy = "on-failure";
	expect(&c, IR_STATUS_WARN, "exited 0, 2m ago: a job that is done, or a service that ended");
	c.restart_policy = "unless-stopped";
	expect(&c, IR_STATUS_FAIL, "exited 0, 2m ago, and should run");
	c.told_to_stop = true;
	expect(&c, IR_STATUS_FAIL, "stopped 2m ago, exit 0");
	expect_of(&c, true, false, IR_STATUS_OK, "completed 2m ago");
}

static void
test_created(void)
{
	struct ir_container c = good();

	c.state = "created";
	c.created_ms = now - 3 * SECOND;
	expect(&c, IR_STATUS_WARN, "created 3s ago, never started");
	c.created_ms = now - HOUR;
	expect(&c, IR_STATUS_FAIL, "created 1h ago, never started");
	c.created_ms = now - 3 * SECOND;
	c.error = "port is already allocated";
	expect(&c, IR_STATUS_FAIL, "created 3s ago, never started: port is already allocated");
}

/* Listed, but the engine had no answer about it: never counted as good. */
static void
test_blind(void)
{
	struct ir_container c = good();

	c.inspected = false;
	c.inspect_error = "no answer within 2s";
	c.health = "healthy";
	expect(&c, IR_STATUS_UNKNOWN, "running, healthy, but the engine tells no more about it: no answer within 2s");
	c.health = "unhealthy";
	expect(&c, IR_STATUS_FAIL, "running, unhealthy, but the engine tells no more about it: no answer within 2s");
	c.health = NULL;
	c.state = "exited";
	c.exit_code = 0;
	expect(&c, IR_STATUS_UNKNOWN, "exited, but the engine tells no more about it: no answer within 2s");
	c.exit_code = 2;
	expect(&c, IR_STATUS_FAIL, "exited, but the engine tells no more about it: no answer within 2s");
	c.state = "paused";
	expect(&c, IR_STATUS_FAIL, "paused: it does nothing until it is unpaused");
	c.state = NULL;
	expect(
	    &c, IR_STATUS_UNKNOWN, "in a state not known, but the engine tells no more about it: no answer within 2s");
	c.inspected = true;
	c.inspect_error = NULL;
	expect(&c, IR_STATUS_UNKNOWN, "in a state not known, but the engine tells no more about it");
}

int
main(void)
{
	test_running();
	test_restarts();
	test_forgotten();
	test_ended();
	test_created();
	test_blind();
	ir_arena_done(&arena);
	return tap_done();
}
