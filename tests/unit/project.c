/* project - a real project, judged whole, and what its compose file knows besides */

#include "fixture.h"
#include "runtime/docker.h"
#include "tap.h"

#define DIR "tests/unit/docker-20.10.24/"

static const int64_t now = 1795571351000; /* a second after the recording */
static struct ir_arena arena;
static struct ir_runtime_result res;
static struct ir_compose compose;
static struct ir_engine engine = { .context = "default", .host = "unix:///var/run/docker.sock", .origin = "default" };

static void
record(void)
{
	static const char *const names[] = { "web", "api", "worker", "cron", "eater", "migrate" };
	struct ir_err err = IR_ERR_INIT;
	size_t n;
	const char *text = fixture(&arena, DIR "list.json", &n);

	ir_docker_parse_list(&arena, text, n, &res.v, &res.n, &err);
	res.n = ir_docker_match(&arena, res.v, res.n, &(struct ir_runtime_query){ .project = "shop" }, &res.projects);
	for (size_t i = 0; i < res.n; i++) {
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
			if (strcmp(res.v[i].service, names[k]) != 0)
				continue;
			text = fixture(&arena, ir_asprintf(&arena, DIR "%s.json", names[k]), &n);
			ir_docker_parse_inspect(&arena, text, n, NULL, &res.v[i], &err);
		}
	}
	text = fixture(&arena, DIR "events.jsonl", &n);
	ir_docker_parse_events(text, n, res.v, res.n, &err);
	res.engine_ms = IR_TIME_NONE;
}

static const char compose_text[] =
    "services:\n"
    "  web: {image: box, depends_on: {migrate: {condition: service_completed_successfully}}}\n"
    "  api: {image: box}\n"
    "  worker: {image: box}\n"
    "  cron: {image: box}\n"
    "  eater: {image: box}\n"
    "  migrate: {image: box}\n"
    "  mailer: {image: box}\n"
    "  search: {image: box, deploy: {replicas: 2}}\n"
    "  off: {image: box, deploy: {replicas: 0}}\n"
    "  debug: {image: box, profiles: [debug]}\n";

static struct ir_judged
judge(const char *project, const struct ir_compose *c, const struct ir_list *services)
{
	struct ir_ctx ctx = { .arena = &arena };
	struct ir_judged ret = { .v = NULL };

	ir_runtime_judge(&ctx, NULL, &engine, c, project, &res, services, now, &ret);
	return ret;
}

static const struct ir_check *
row_of(const struct ir_judged *j, const char *service, const char *name)
{
	for (size_t i = 0; i < j->n; i++) {
		if (strcmp(j->v[i].h.service, service) == 0 && strcmp(j->v[i].name, name) == 0)
			return &j->v[i];
	}
	return NULL;
}

static void
is_row(const struct ir_judged *j, const char *service, const char *name, enum ir_status status, const char *summary)
{
	const struct ir_check *row = row_of(j, service, name);

	OK(row, "a row for %s %s", service, name);
	if (!row)
		return;
	IS_INT(row->h.status, status, "%s: status", service);
	IS_STR(row->h.summary, summary, "%s: %s", service, summary);
}

static void
test_recorded(void)
{
	struct ir_judged j = judge("shop", &compose, NULL);
	const struct ir_check *row;

	is_row(&j, "web", "container", IR_STATUS_OK, "healthy, up 14s");
	is_row(&j, "api", "container", IR_STATUS_FAIL,
	    "unhealthy for 13 probes: curl: (7) Failed to connect to localhost port 8000: Connection refused");
	is_row(&j, "worker", "container", IR_STATUS_FAIL, "exited 1, 14s ago");
	is_row(&j, "cron", "container", IR_STATUS_FAIL, "restarting: 7 restarts in 10m, last exit 1");
	is_row(&j, "eater", "container", IR_STATUS_FAIL, "killed 13s ago: out of memory (limit 16.0 MiB)");
	is_row(&j, "migrate", "container", IR_STATUS_OK, "completed 14s ago");
	is_row(&j, "mailer", "service", IR_STATUS_FAIL,
	    "never created: the compose file declares it and there is no container");
	is_row(&j, "search", "service", IR_STATUS_FAIL,
	    "never created: the compose file declares it and there is no container");
	IS_INT(j.n, 8, "nothing for a profile that is off, nothing for no replicas, nothing for a project that runs");
	row = row_of(&j, "web", "container");
	IS_STR(row->h.env, "default/shop", "environment");
	IS_STR(row->revision, "4f2a91c0", "revision");
	IS_STR(row->h.subject, "container:shop_web_1", "subject");
	row = row_of(&j, "api", "container");
	IS_INT(row->exit_code, 7, "exit status of the healthcheck");
	OK(row->output && strstr(row->output, "curl: (7)"), "its output");
	row = row_of(&j, "eater", "container");
	IS_INT(row->oom_killed, 1, "killed for memory");
	IS_INT(row->memory_limit_bytes, 16 << 20, "limit");
	IS_INT(row->exit_code, 137, "exit status");
	row = row_of(&j, "cron", "container");
	IS_INT(row->restarts_recent, 7, "recent restarts");
}

static void
test_selected(void)
{
	struct ir_list services = { 0 };
	struct ir_judged j;

	ir_list_add(&arena, &services, "web");
	j = judge("shop", &compose, &services);
	IS_INT(j.n, 1, "-s leaves one");
	j = judge("shop", NULL, NULL);
	IS_INT(j.n, 6, "without a compose file: labels only");
	is_row(&j, "migrate", "container", IR_STATUS_WARN,
	    "exited 0, 14s ago: a job that is done, or a service that ended");
}

static void
test_labels(void)
{
	struct ir_container *web = &res.v[0];
	struct ir_judged j;

	for (size_t i = 0; i < res.n; i++) {
		if (strcmp(res.v[i].service, "web") == 0)
			web = &res.v[i];
	}
	web->depends = "db:service_started:false,migrate:service_completed_successfully:true";
	j = judge("shop", NULL, NULL);
	is_row(&j, "migrate", "container", IR_STATUS_OK, "completed 14s ago");
	web->depends = "migrate:service_started:false";
	j = judge("shop", NULL, NULL);
	is_row(&j, "migrate", "container", IR_STATUS_FAIL, "exited 0, 14s ago, and should run");
	web->depends = "migrate2:service_completed_successfully:false";
	j = judge("shop", NULL, NULL);
	is_row(&j, "migrate", "container", IR_STATUS_WARN,
	    "exited 0, 14s ago: a job that is done, or a service that ended");
	web->depends = NULL;
}

static void
test_nothing(void)
{
	size_t n = res.n;
	struct ir_judged j;

	res.n = 0;
	j = judge("shop", NULL, NULL);
	is_row(&j, "", "project", IR_STATUS_FAIL,
	    "nothing runs: there is no container of project 'shop'; the engine has shop");
	j = judge("shop", &compose, NULL);
	IS_INT(j.n, 9, "and each declared service");
	res.n = n;
	for (size_t i = 0; i < n; i++)
		res.v[i].oneoff = true;
	j = judge("shop", NULL, NULL);
	IS_INT(j.n, 1, "one-off containers count for nothing");
	for (size_t i = 0; i < n; i++) {
		res.v[i].oneoff = false;
		res.v[i].state = "exited";
	}
	j = judge("shop", NULL, NULL);
	is_row(&j, "", "project", IR_STATUS_FAIL, "nothing runs: 6 containers of project 'shop' and none is running");
}

static void
test_scaled(void)
{
	struct ir_container v[3] = { res.v[0], res.v[0], res.v[0] };
	struct ir_runtime_result old = res;
	struct ir_judged j;

	for (size_t i = 0; i < 3; i++) {
		v[i].service = "web";
		v[i].number = (int64_t)(i < 2 ? i + 1 : 2);
		v[i].name = i < 2 ? "shop_web_n" : "abc_shop_web_2";
		v[i].state = "running";
	}
	res.v = v;
	res.n = 3;
	j = judge("shop", NULL, NULL);
	OK(row_of(&j, "web", "container"), "the first");
	OK(row_of(&j, "web", "container/2"), "the second");
	OK(row_of(&j, "web", "container:abc_shop_web_2"), "one that is being replaced has a name of its own");
	v[0].service = "search";
	res.n = 1;
	j = judge("shop", &compose, NULL);
	is_row(&j, "search", "service", IR_STATUS_WARN, "1 of 2 replicas run, 1 not created");
	res = old;
}

static struct ir_container
container(const char *project, const char *service, const char *state)
{
	return (struct ir_container){ .project = project,
		.service = service,
		.dir = strcmp(project, "shop") == 0 ? "/srv/shop" : "/srv/other",
		.name = ir_asprintf(&arena, "%s-%s", project, service),
		.number = 1,
		.state = state,
		.inspected = true };
}

/* All of the engine, from the directory of one project. */
static void
test_all(void)
{
	struct ir_container v[] = { container("shop", "web", "running"), container("blog", "web", "exited") };
	struct ir_runtime_result old = res;
	struct ir_ctx ctx = { .arena = &arena, .env = "prod" };
	struct ir_compose bare = { .project = "shop", .dir = "/srv/shop" };
	const struct ir_check *row;
	struct ir_judged j;

	res.v = v;
	res.n = 2;
	res.projects = (struct ir_list){ 0 };
	ir_list_add(&arena, &res.projects, "shop");
	ir_list_add(&arena, &res.projects, "blog");
	j = judge(NULL, &bare, NULL);
	is_row(&j, "", "project", IR_STATUS_FAIL, "nothing runs: 1 container of project 'blog' and none is running");
	row = row_of(&j, "", "project");
	OK(row && row->wanted == INT64_MIN, "another project's services are not counted as its own");
	j = (struct ir_judged){ .v = NULL };
	ir_runtime_judge(&ctx, NULL, &engine, &bare, NULL, &res, NULL, now, &j);
	OK(row_of(&j, "web", "container"),
	    "where the environment is said, ours has the name that it has without --all");
	OK(row_of(&j, "web", "container@blog"), "and another project's its own");
	OK(row_of(&j, "", "project@blog"), "as has the project");
	res = old;
}

/* Brought up from this directory under another name, and no compose file that says so. */
static void
test_renamed(void)
{
	struct ir_container v[] = { container("other", "web", "running") };
	struct ir_runtime_result old = res;
	struct ir_judged j;

	res.v = v;
	res.n = 1;
	j = judge("shop", NULL, NULL);
	IS_INT(j.n, 1, "what was found is meant: it runs");
	res = old;
}

static void
test_mapped(void)
{
	static const char text[] = "[service \"front\"]\ncompose = web\ncompose = search\ncompose = mailer\n";
	struct ir_container v[] = { container("shop", "web", "running"), container("shop", "migrate", "running") };
	struct ir_runtime_result old = res;
	struct ir_ctx ctx = { .arena = &arena };
	struct ir_conf conf = { .n = 0 };
	struct ir_err err = IR_ERR_INIT;
	struct ir_judged j = { .v = NULL };

	OK(ir_conf_parse(&arena, &conf, "ir.conf", text, sizeof(text) - 1, &err) == 0, "ir.conf: %s", err.msg);
	res.v = v;
	res.n = 2;
	ir_runtime_judge(&ctx, &conf, &engine, &compose, "shop", &res, NULL, now, &j);
	OK(row_of(&j, "front", "container/web"), "one of the compose services that make up a service");
	OK(row_of(&j, "front", "service/search") && row_of(&j, "front", "service/mailer"), "each that lacks, by name");
	OK(row_of(&j, "migrate", "container"), "one that bears its own name needs no other");
	res = old;
}

static void
test_error(void)
{
	struct ir_ctx ctx = { .arena = &arena };
	struct ir_judged j = { .v = NULL };
	struct ir_err err = IR_ERR_INIT;

	ir_fail(&err, IR_BACKEND, "cannot connect to /var/run/docker.sock: there is no such socket");
	ir_hint(&err, "start docker or set DOCKER_HOST");
	ir_runtime_judge_error(&ctx, &engine, "shop", &err, &j);
	IS_INT(j.n, 1, "one row");
	IS_INT(j.v[0].h.status, IR_STATUS_UNKNOWN, "unknown");
	IS_STR(j.v[0].h.summary,
	    "cannot connect to /var/run/docker.sock: there is no such socket: start docker or set DOCKER_HOST",
	    "with the fix");
}

int
main(void)
{
	struct ir_err err = IR_ERR_INIT;

	record();
	compose = (struct ir_compose){ .project = "shop", .dir = "/srv/shop" };
	OK(ir_compose_parse(&arena, &compose, "compose.yaml", compose_text, sizeof(compose_text) - 1, &err) >= 0,
	    "the compose file is read: %s", err.msg);
	test_recorded();
	test_selected();
	test_labels();
	test_scaled();
	test_all();
	test_renamed();
	test_mapped();
	test_nothing();
	test_error();
	ir_arena_done(&arena);
	return tap_done();
}
