/* docker - answers of a real engine, and broken ones */

#include "fixture.h"
#include "runtime/docker.h"
#include "tap.h"

#define DIR "tests/unit/docker-20.10.24/"

static struct ir_arena arena;
static struct ir_container *list;
static size_t n_list;

static struct ir_container *
named(const char *name)
{
	for (size_t i = 0; i < n_list; i++) {
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	}
	printf("Bail out! no container %s\n", name);
	exit(1);
}

static void
test_version(void)
{
	static const char *const bad[] = { "", "x", "1", "1.", "1.x", "1.41b", "-1.2", "1.-3",
		"99999999999999999999.1x" };

	IS_STR(ir_docker_version(&arena, "1.41"), "1.41", "an older engine's version is spoken");
	IS_STR(ir_docker_version(&arena, "1.9"), "1.9", "versions are not decimal fractions");
	IS_STR(ir_docker_version(&arena, "1.99"), "1.56", "a newer engine is spoken to as we know it");
	IS_STR(ir_docker_version(&arena, "2.0"), "1.56", "and one of a later major version");
	IS_STR(ir_docker_version(&arena, NULL), NULL, "no header, no version");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		IS_STR(ir_docker_version(&arena, bad[i]), NULL, "'%s' is not a version", bad[i]);
}

static void
test_paths(void)
{
	struct ir_buf b;

	ir_buf_init(&b, 4096);
	ir_docker_list_path(&b, NULL, false);
	IS_STR(b.data, "/containers/json?all=1&filters=%7B%22label%22%3A%5B%22com.docker.compose.project%22%5D%7D",
	    "list of compose");
	ir_buf_reset(&b);
	ir_docker_list_path(&b, "1.41", true);
	IS_STR(b.data, "/v1.41/containers/json?all=1", "list of all");
	ir_buf_reset(&b);
	ir_docker_inspect_path(&b, "1.41", "a/../b?c");
	IS_STR(b.data, "/v1.41/containers/a%2F..%2Fb%3Fc/json", "an id cannot leave its place in the path");
	ir_buf_reset(&b);
	ir_docker_events_path(&b, "1.41", 1000500, 2000999);
	OK(strstr(b.data, "/v1.41/events?since=1000&until=2000.999000000&filters=%7B") == b.data,
	    "events are bounded on both sides: %s", b.data);
	ir_buf_done(&b);
}

static void
test_list(void)
{
	struct ir_err err = IR_ERR_INIT;
	size_t n;
	const char *text = fixture(&arena, DIR "list.json", &n);
	const struct ir_container *c;

	IS_INT(ir_docker_parse_list(&arena, text, n, &list, &n_list, &err), 0, "the list is read: %s", err.msg);
	IS_INT(n_list, 6, "six containers");
	c = named("shop_web_1");
	IS_STR(c->state, "running", "state");
	IS_STR(c->health, "healthy", "health from the status text");
	IS_STR(c->project, "shop", "project");
	IS_STR(c->service, "web", "service");
	IS_STR(c->dir, "/srv/shop", "directory");
	IS_STR(c->revision, "4f2a91c0", "revision label of the image");
	IS_STR(c->image_version, "1.4.2", "version label of the image");
	IS_INT(c->number, 1, "number");
	OK(!c->oneoff, "not a one-off");
	OK(!c->inspected, "not inspected yet");
	c = named("shop_eater_1");
	IS_STR(c->state, "exited", "exited");
	IS_INT(c->exit_code, 137, "exit code from the status text");
	IS_STR(named("shop_cron_1")->state, "restarting", "restarting");
	IS_INT(named("shop_cron_1")->exit_code, 1, "its last exit code");
	IS_STR(named("shop_api_1")->health, "unhealthy", "unhealthy");
}

static void
test_names(void)
{
	static const char text[] = "[{\"Id\":\"0123456789abcdef\",\"Names\":[\"/web/db\",\"/shop_db_1\"]},"
				   "{\"Id\":\"0123456789abcdef\",\"Names\":[\"/web/db\",7,\"/\"]}]";
	struct ir_err err = IR_ERR_INIT;
	struct ir_container *v = NULL;
	size_t n = 0;

	IS_INT(ir_docker_parse_list(&arena, text, sizeof(text) - 1, &v, &n, &err), 0, "a list of two");
	IS_STR(v[0].name, "shop_db_1", "its own name, not what a linked container calls it");
	IS_STR(v[1].name, "0123456789ab", "without one, its id");
}

static void
inspect(const char *name, const char *path)
{
	struct ir_err err = IR_ERR_INIT;
	size_t n;
	const char *text = fixture(&arena, path, &n);

	IS_INT(ir_docker_parse_inspect(&arena, text, n, NULL, named(name), &err), 0, "%s is read: %s", path, err.msg);
}

static void
test_inspect(void)
{
	const struct ir_container *c;

	inspect("shop_api_1", DIR "api.json");
	inspect("shop_eater_1", DIR "eater.json");
	inspect("shop_cron_1", DIR "cron.json");
	c = named("shop_api_1");
	OK(c->inspected, "inspected");
	IS_STR(c->health, "unhealthy", "health");
	IS_INT(c->health_streak, 13, "failing streak");
	IS_INT(c->health_exit, 7, "exit status of the healthcheck");
	IS_STR(c->health_output, "curl: (7) Failed to connect to localhost port 8000: Connection refused\n",
	    "what it said");
	IS_INT(c->finished_ms, IR_TIME_NONE, "the year 1 is no instant");
	IS_STR(c->restart_policy, "no", "an empty policy is 'no'");
	c = named("shop_eater_1");
	IS_INT(c->oom_killed, 1, "killed for its memory");
	IS_INT(c->memory_limit, 16777216, "its limit");
	IS_INT(c->finished_ms, 1795571337720, "end");
	OK(!c->published, "no port is published");
	c = named("shop_cron_1");
	IS_INT(c->restarts, 7, "restarts");
	IS_STR(c->restart_policy, "always", "policy");
	IS_STR(c->image_version, "1.4.2", "what the list told stays");
}

static bool
is_wanted(const char *name)
{
	return strcmp(name, "DATABASE_URL") == 0 || *name == 'R';
}

/* In the form of the Engine API's documents: the engine of the tests has no networks. */
static void
test_place(void)
{
	static const char text[] =
	    "{\"State\":{\"Status\":\"running\"},\"HostConfig\":{\"NetworkMode\":\"shop_default\"},"
	    "\"Config\":{\"Env\":[\"PATH=/bin\",\"DATABASE_URL=postgres://u:s3cret@db/"
	    "x?a=b\",\"REDIS_URL=\",\"R\",5,\"RQ=1\"]},"
	    "\"NetworkSettings\":{\"Ports\":{\"5432/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"15432\"},"
	    "{\"HostIp\":\"::\",\"HostPort\":\"15433\"}],\"53/udp\":[{\"HostIp\":\"\",\"HostPort\":\"53\"}],"
	    "\"6379/tcp\":null,\"x/tcp\":[{\"HostPort\":\"1\"}],\"80/tcp\":[{\"HostPort\":\"0\"},7]},"
	    "\"Networks\":{\"shop_default\":{\"IPAddress\":\"172.18.0.2\",\"Aliases\":[\"db\",\"primary\"],"
	    "\"DNSNames\":[\"shop_db_1\",\"db\"]}}}}";
	struct ir_container c = { .id = "x" };
	struct ir_err err = IR_ERR_INIT;
	char *copy = ir_strndup(&arena, text, sizeof(text) - 1);

	IS_INT(ir_docker_parse_inspect(&arena, copy, sizeof(text) - 1, is_wanted, &c, &err), 0, "read: %s", err.msg);
	IS_INT((int64_t)c.env_n, 2, "variables that are wanted and not empty");
	IS_STR(c.env[0].name, "DATABASE_URL", "one");
	IS_STR(ir_secret_reveal(&c.env[0].value), "postgres://u:s3cret@db/x?a=b", "its value is a secret");
	IS_STR(c.env[1].name, "RQ", "another");
	OK(c.ports_n == 2 && c.ports[0].inside == 5432 && c.ports[0].outside == 15432 && c.ports[1].outside == 15433,
	    "TCP ports that are published");
	IS_STR(c.ports[1].address, "::", "on their addresses");
	IS_STR(c.address, "172.18.0.2", "its address");
	OK(c.aliases.n == 3 && ir_list_has(&c.aliases, "primary") && ir_list_has(&c.aliases, "shop_db_1"), "its names");
	OK(!c.host_network, "a network of its own");
	ir_docker_wipe(&c);
	OK(c.env_n == 0 && !c.env[0].value.bytes, "wiped");
	IS_INT(ir_docker_parse_inspect(&arena, copy, sizeof(text) - 1, NULL, &c, &err), 0, "read again");
	IS_INT((int64_t)c.env_n, 0, "who wants no variable gets none");
}

static void
test_broken(void)
{
	static const char *const bad[] = { "", "{}", "[", "null", "[{}]", "[1]", "[{\"Id\":5}]",
		"{\"message\":\"no\"}" };
	struct ir_container *v, c = { .id = "x" };
	struct ir_err err = IR_ERR_INIT;
	size_t n;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		IS_INT(
		    ir_docker_parse_list(&arena, bad[i], strlen(bad[i]), &v, &n, &err), -1, "not a list: %s", bad[i]);
		IS_INT(err.code, IR_BACKEND, "it is the engine's failure");
	}
	IS_INT(ir_docker_parse_inspect(&arena, "[]", 2, NULL, &c, &err), -1, "not an inspection: []");
	IS_INT(ir_docker_parse_inspect(&arena, "{\"State\":5}", 11, NULL, &c, &err), -1,
	    "not an inspection: State is a number");
	OK(!c.inspected, "and nothing was taken from it");
	IS_INT(ir_docker_parse_inspect(
		   &arena, "{\"State\":{\"Status\":\"running\",\"Health\":{\"Status\":\"none\"}}}", 57, NULL, &c, &err),
	    0, "little is enough");
	IS_STR(c.health, NULL, "health 'none' is no healthcheck");
	IS_STR(c.state, "running", "state");
}

/* What a healthcheck prints is hostile. */
static void
test_hostile(void)
{
	static const char text[] =
	    "{\"State\":{\"Status\":\"running\",\"Health\":{\"Status\":\"unhealthy\",\"FailingStreak\":1,"
	    "\"Log\":[{\"ExitCode\":1,\"Output\":\"a\\u0000b\\u001b[2J\"}]}}}";
	struct ir_container c = { .id = "x" };
	struct ir_err err = IR_ERR_INIT;

	IS_INT(ir_docker_parse_inspect(&arena, text, sizeof(text) - 1, NULL, &c, &err), 0,
	    "a NUL in an output is read: %s", err.msg);
	IS_STR(c.health_output, "a\\x00b\033[2J", "and shown, with what follows");
}

static void
test_events(void)
{
	static const char reload[] = "{\"Action\":\"kill\",\"Actor\":{\"ID\":\"x\",\"Attributes\":{\"signal\":\"1\"}}}{"
				     "\"Action\":\"die\",\"Actor\":{\"ID\":\"x\"}}"
				     "\n{\"Action\":\"start\",\"Actor\":{\"ID\":\"x\"}}\n{\"Action\":\"oom\",\"Actor\":"
				     "{\"ID\":\"other\"}}\n{\"Action\":\"die\",\"Act";
	static const char stopped[] = "{\"Action\":\"kill\",\"Actor\":{\"ID\":\"x\",\"Attributes\":{\"signal\":\"15\"}}"
				      "}\n{\"Action\":\"die\",\"Actor\":{\"ID\":\"x\"}}\n";
	struct ir_container x = { .id = "x" };
	struct ir_err err = IR_ERR_INIT;
	size_t n;
	const char *text = fixture(&arena, DIR "events.jsonl", &n);

	IS_INT(ir_docker_parse_events(text, n, list, n_list, &err), 0, "events are read: %s", err.msg);
	IS_INT(named("shop_cron_1")->restarts_recent, 6, "starts after an end of its own");
	IS_INT(named("shop_eater_1")->oom_recent, 1, "one kill for memory");
	IS_INT(named("shop_worker_1")->restarts_recent, 0, "ended, not started again");
	IS_INT(named("shop_web_1")->restarts_recent, 0, "started, once");
	IS_INT(ir_docker_parse_events(reload, sizeof(reload) - 1, &x, 1, &err), 0,
	    "objects back to back, the last one cut off");
	IS_INT(x.restarts_recent, 1, "a SIGHUP asks for no end: this was a crash");
	IS_INT(x.oom_recent, 0, "another's kill is not ours");
	IS_INT(ir_docker_parse_events(stopped, sizeof(stopped) - 1, &x, 1, &err), 0, "a stop");
	OK(x.told_to_stop, "was asked for");
	IS_INT(x.restarts_recent, 0, "and is no restart");
	IS_INT(ir_docker_parse_events("", 0, &x, 1, &err), 0, "no events at all");
	IS_INT(x.restarts_recent, 0, "are no restarts");
	IS_INT(ir_docker_parse_events("<html>", 6, &x, 1, &err), -1, "what is not JSON");
	IS_INT(x.restarts_recent, -1, "leaves restarts not known");
}

static void
test_logs(void)
{
	size_t n;
	const char *text = fixture(&arena, DIR "worker.log", &n);

	IS_STR(ir_docker_parse_logs(&arena, text, n), "django.db.utils.OperationalError: could not connect to server",
	    "with frames");
	text = fixture(&arena, DIR "tty.log", &n);
	IS_STR(ir_docker_parse_logs(&arena, text, n), "no framing here", "of a terminal, without");
	IS_STR(ir_docker_parse_logs(&arena, "", 0), NULL, "an empty log");
	IS_STR(ir_docker_parse_logs(&arena, "\1\0\0\0\377\377\377\377hello", 13), "hello", "a frame that claims 4 GiB");
	IS_STR(ir_docker_parse_logs(&arena, "\1\0\0\0\0\0\0\1", 8), NULL, "a frame of which nothing came");
	IS_STR(ir_docker_last_line(&arena, "  0   0\r 50  50\rcurl: (22) 503\n\n", 32), "curl: (22) 503",
	    "a progress bar is passed over");
	IS_STR(ir_docker_last_line(&arena, " \n \r\n", 5), "", "only blanks");
	text = fixture(&arena, DIR "404.json", &n);
	IS_STR(ir_docker_parse_error(&arena, text, n), "No such container: nope", "the message of an error");
	IS_STR(ir_docker_parse_error(&arena, "Bad Gateway", 11), "Bad Gateway", "an error that is not the engine's");
}

int
main(void)
{
	test_version();
	test_paths();
	test_list();
	test_names();
	test_inspect();
	test_place();
	test_events();
	test_broken();
	test_hostile();
	test_logs();
	ir_arena_done(&arena);
	return tap_done();
}
