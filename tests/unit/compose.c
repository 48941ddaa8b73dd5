/* compose - the services of compose files, and which files they are */
#include "conf/discover.h"
#include "base/clock.h"

#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;

/* Two files as people write them. */
static const char written[] = "version: \"3.8\"\n"
			      "x-base: &base\n"
			      "  image: busybox\n"
			      "  restart: unless-stopped\n"
			      "x-twice: &twice\n"
			      "  <<: *base\n"
			      "  deploy: &deploy\n"
			      "    replicas: ${WEB_REPLICAS:-2}\n"
			      "services:\n"
			      "  web:\n"
			      "    <<: *twice\n"
			      "    depends_on:\n"
			      "      db: {condition: service_healthy}\n"
			      "      migrate:\n"
			      "        condition: service_completed_successfully\n"
			      "  worker:\n"
			      "    <<: [*twice]\n"
			      "    depends_on: [db, cache]\n"
			      "    restart: \"no\"\n"
			      "  migrate:\n"
			      "    image: busybox\n"
			      "  db:\n"
			      "    <<: *base\n"
			      "    restart: always\n"
			      "  cache: *base\n"
			      "  api:\n"
			      "    extends: web-like\n"
			      "    deploy:\n"
			      "      <<: *deploy\n"
			      "  web-like:\n"
			      "    image: busybox\n"
			      "    restart: on-failure:3\n"
			      "    profiles: [never]\n"
			      "  debug:\n"
			      "    image: busybox\n"
			      "    profiles: [\"${TOOLS:-tools}\", dev]\n";
static const char written_override[] = "services:\n"
				       "  web:\n"
				       "    depends_on: [cache]\n"
				       "    deploy:\n"
				       "      replicas: 3\n"
				       "  worker:\n"
				       "    restart: always\n"
				       "    deploy: {mode: replicated}\n"
				       "  cache:\n"
				       "    scale: 2\n"
				       "  debug:\n"
				       "    profiles: [more]\n"
				       "  extra:\n"
				       "    image: busybox\n";

/* What `docker-compose config` of docker-compose 1.29.2 (Debian 12) makes of the two. */
static const char resolved[] = "services:\n"
			       "  api:\n"
			       "    deploy:\n"
			       "      replicas: 2\n"
			       "    image: busybox\n"
			       "    profiles:\n"
			       "    - never\n"
			       "    restart: on-failure:3\n"
			       "  cache:\n"
			       "    image: busybox\n"
			       "    restart: unless-stopped\n"
			       "    scale: 2\n"
			       "  db:\n"
			       "    image: busybox\n"
			       "    restart: always\n"
			       "  debug:\n"
			       "    image: busybox\n"
			       "    profiles:\n"
			       "    - dev\n"
			       "    - more\n"
			       "    - tools\n"
			       "  extra:\n"
			       "    image: busybox\n"
			       "  migrate:\n"
			       "    image: busybox\n"
			       "  web:\n"
			       "    depends_on:\n"
			       "      cache:\n"
			       "        condition: service_started\n"
			       "      db:\n"
			       "        condition: service_healthy\n"
			       "      migrate:\n"
			       "        condition: service_completed_successfully\n"
			       "    deploy:\n"
			       "      replicas: 3\n"
			       "    image: busybox\n"
			       "    restart: unless-stopped\n"
			       "  web-like:\n"
			       "    image: busybox\n"
			       "    profiles:\n"
			       "    - never\n"
			       "    restart: on-failure:3\n"
			       "  worker:\n"
			       "    depends_on:\n"
			       "      cache:\n"
			       "        condition: service_started\n"
			       "      db:\n"
			       "        condition: service_started\n"
			       "    deploy:\n"
			       "      mode: replicated\n"
			       "      replicas: 2\n"
			       "    image: busybox\n"
			       "    restart: always\n"
			       "version: '3.8'\n"
			       "\n";

static const struct ir_compose_service *
service(const struct ir_compose *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->v[i].name, name) == 0)
			return &c->v[i];
	return NULL;
}

static bool
same_list(const struct ir_list *a, const struct ir_list *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!ir_list_has(b, a->v[i]))
			return false;
	return a->n == b->n;
}

static int
parse(struct ir_compose *c, const char *text, struct ir_err *err)
{
	*err = (struct ir_err)IR_ERR_INIT;
	return ir_compose_parse(&arena, c, "compose.yaml", text, strlen(text), err);
}

/* One service from the lines of its mapping. */
static const struct ir_compose_service *
one(const char *lines)
{
	struct ir_compose *c = IR_NEW(&arena, struct ir_compose);
	struct ir_err err;

	if (parse(c, ir_asprintf(&arena, "services:\n  web:\n    image: x\n%s", lines), &err) == 0)
		return service(c, "web");
	printf("# %s\n", err.msg);
	return NULL;
}

static void
agrees_with_compose(void)
{
	struct ir_compose ours = { .n = 0 }, theirs = { .n = 0 };
	struct ir_err err;

	unsetenv("WEB_REPLICAS");
	unsetenv("TOOLS");
	OK(parse(&ours, written, &err) == 0 && parse(&ours, written_override, &err) == 0, "both files are read: %s",
	    err.msg);
	OK(parse(&theirs, resolved, &err) == 0, "what compose makes of them is read: %s", err.msg);
	IS_INT((int64_t)ours.n, (int64_t)theirs.n, "as many services");
	IS_INT((int64_t)theirs.n, 9, "nine");
	for (size_t i = 0; i < theirs.n; i++) {
		const struct ir_compose_service *t = &theirs.v[i], *o = service(&ours, t->name);

		if (!OK(o, "%s is there", t->name))
			continue;
		IS_INT(o->replicas, t->replicas, "%s: replicas", t->name);
		IS_STR(o->restart, t->restart, "%s: restart", t->name);
		OK(same_list(&o->depends, &t->depends), "%s: depends on the same", t->name);
		OK(same_list(&o->completes, &t->completes), "%s: waits for the end of the same", t->name);
		OK(same_list(&o->profiles, &t->profiles), "%s: profiles", t->name);
	}
	OK(!ours.note, "nothing was left out");
	IS_INT(service(&theirs, "web")->replicas, 3, "the comparison is of something");
	IS_STR(service(&theirs, "web")->completes.v[0], "migrate", "and of this");
}

static void
counts_replicas(void)
{
	setenv("IR_T_TWO", "2", 1);
	setenv("IR_T_EMPTY", "", 1);
	unsetenv("IR_T_NONE");
	IS_INT(one("")->replicas, 1, "one when nothing is said");
	IS_INT(one("    scale: 3\n")->replicas, 3, "scale");
	IS_INT(one("    scale: 0\n")->replicas, 0, "none");
	IS_INT(one("    scale: \"3\"\n")->replicas, 3, "in quotes");
	IS_INT(one("    deploy: {replicas: 4}\n")->replicas, 4, "deploy");
	IS_INT(one("    deploy: {mode: global, replicas: 4}\n")->replicas, 1, "but not of global ones");
	IS_INT(one("    scale: $IR_T_TWO\n")->replicas, 2, "$X");
	IS_INT(one("    scale: ${IR_T_TWO}\n")->replicas, 2, "${X}");
	IS_INT(one("    scale: ${IR_T_TWO:-5}\n")->replicas, 2, "${X:-5}, set");
	IS_INT(one("    scale: ${IR_T_NONE:-5}\n")->replicas, 5, "${X:-5}, not set");
	IS_INT(one("    scale: ${IR_T_EMPTY:-5}\n")->replicas, 5, "${X:-5}, empty");
	IS_INT(one("    scale: ${IR_T_EMPTY-5}\n")->replicas, -1, "${X-5}, empty");
	IS_INT(one("    scale: ${IR_T_NONE:-${IR_T_TWO}}\n")->replicas, 2, "nested");
	IS_INT(one("    scale: ${IR_T_TWO:+6}\n")->replicas, 6, "${X:+6}, set");
	IS_INT(one("    scale: ${IR_T_NONE:?not set}\n")->replicas, -1, "${X:?message}");
	IS_INT(one("    scale: ${IR_T_NONE}\n")->replicas, -1, "not set");
	IS_INT(one("    scale: ${IR_T_NONE\n")->replicas, -1, "not closed");
	IS_INT(one("    scale: lots\n")->replicas, -1, "no number");
	IS_INT(one("    scale: -2\n")->replicas, -1, "less than none");
	IS_INT(one("    scale: [1]\n")->replicas, -1, "a list");
}

static void
reads_services(void)
{
	struct ir_compose c = { .n = 0 };
	struct ir_err err;

	IS_STR(one("    restart: no\n")->restart, "no", "restart: no");
	IS_STR(one("    restart: false\n")->restart, "no", "restart: false");
	IS_STR(one("    restart: on-failure:5\n")->restart, "on-failure:5", "restart: on-failure");
	IS_STR(
	    one("    restart: ${IR_T_NONE:?x}\n")->restart, "${IR_T_NONE:?x}", "what can't be known stays as written");
	IS_STR(one("    deploy: {restart_policy: {condition: any}}\n")->restart, "always", "restart policy of deploy");
	IS_STR(one("    deploy: {restart_policy: {condition: none}}\n    restart: always\n")->restart, "always",
	    "which ranks below restart");
	IS_INT((int64_t)one("    depends_on: [a, b, a]\n")->depends.n, 2, "twice is once");
	IS_INT((int64_t)one("    depends_on:\n")->depends.n, 0, "depends on nothing");
	IS_INT((int64_t)one("    profiles: [a, $IR_T_EMPTY]\n")->profiles.n, 1, "an empty profile is none");
	OK(parse(&c,
	       "name: My_${IR_T_TWO}\nservices:\n  a: {depends_on: {b: {condition: service_completed_successfully}}}\n "
	       " b:\n",
	       &err) == 0,
	    "flow style: %s", err.msg);
	IS_STR(c.project, "my_2", "the project's name");
	IS_INT((int64_t)service(&c, "a")->completes.n, 1, "waits for the end of b");
	OK(parse(&c, "services: {a: {depends_on: {b: {condition: service_started}}}}\n", &err) == 0, "said again: %s",
	    err.msg);
	IS_INT((int64_t)service(&c, "a")->completes.n, 0, "a later file changes the condition");
	OK(parse(&c, "services: {a: {depends_on: {b: {condition: service_completed_successfully}}}}\n", &err) == 0,
	    "and again");
	OK(parse(&c, "services:\n  a: {depends_on: !override [c], profiles: !reset []}\n", &err) == 0, "override: %s",
	    err.msg);
	IS_STR(service(&c, "a")->depends.v[0], "c", "!override forgets");
	IS_INT((int64_t)service(&c, "a")->completes.n, 0, "all of it");
	OK(parse(&c, "services: {a: {depends_on: !reset null}}\n---\nservices: {d: }\n", &err) == 0,
	    "two documents: %s", err.msg);
	IS_INT((int64_t)service(&c, "a")->depends.n, 0, "!reset forgets");
	OK(service(&c, "d"), "the second document is read");
	OK(!c.note, "without a note");
}

static void
tells_what_it_left_out(void)
{
	struct ir_compose c = { .n = 0 };
	struct ir_err err;

	OK(parse(&c, "include: [other.yaml]\nservices:\n  web: {extends: {file: common.yml, service: base}}\n", &err) ==
		0,
	    "include and extends");
	OK(c.note && strstr(c.note, "compose.yaml:1 includes") && strstr(c.note, "'web' extends"), "are told");
	c = (struct ir_compose){ .n = 0 };
	OK(parse(&c, "volumes: {}\n", &err) == 0 && c.note && strstr(c.note, "no services"), "no services is told");
	c = (struct ir_compose){ .n = 0 };
	OK(parse(&c, "", &err) == 0 && c.n == 0, "an empty file");
}

static void
refuses(void)
{
	static const struct {
		const char *text, *msg;
	} t[] = {
		{ "services:\n  web:\n\timage: x\n", "compose.yaml:3: found character that cannot start any token" },
		{ "services:\n  web: {image: x\n", "compose.yaml:3: did not find expected ',' or '}'" },
		{ "services: [web]\n", "compose.yaml:1: services is not a mapping" },
		{ "services:\n  web: nginx\n", "compose.yaml:2: this is not a mapping: service web" },
		{ "services:\n  web:\n    depends_on: db\n", "compose.yaml:3: depends_on is neither" },
		{ "- services\n", "compose.yaml:1: a compose file is a mapping" },
		{ "services: *gone\n", "compose.yaml:1: there is no anchor before alias *gone" },
		{ "a: 1\nservices: &a\n  web: *a\n", "compose.yaml:3: a value holds itself by alias *a" },
		{ "services:\n  a: {extends: b}\n  b: {extends: a}\n", "extends goes too deep or in a circle" },
		{ "a: 1\nb: \x01\n", "compose.yaml:2: control characters are not allowed" },
		{ "a: \xff\n", "compose.yaml:1: invalid leading UTF-8 octet" },
		{ "a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
		    "compose.yaml:1: values are nested too deep" },
	};
	struct ir_err err;

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct ir_compose c = { .n = 0 };

		if (!OK(parse(&c, t[i].text, &err) < 0 && err.code == IR_CONFIG && strstr(err.msg, t[i].msg),
			"refused: %s", err.msg))
			printf("# wanted %s\n", t[i].msg);
	}
}

/* Small texts that mean huge ones. */
static void
is_not_drowned(void)
{
	struct ir_compose c = { .n = 0 };
	struct ir_err err;
	char *text = ir_strdup(&arena, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	int64_t before = ir_mono_us();

	for (int i = 1; i < 30; i++)
		text = ir_asprintf(&arena, "%sa%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", text, i, i,
		    i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	OK(parse(&c, ir_asprintf(&arena, "%sservices: {web: {depends_on: *a29, profiles: *a29}}\n", text), &err) == 0,
	    "a billion laughs in lists: %s", err.msg);
	text = ir_strdup(&arena, "a0: &a0 {x: 1}\n");
	for (int i = 1; i < 30; i++)
		text = ir_asprintf(&arena, "%sa%d: &a%d {<<: [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]}\n", text, i, i,
		    i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	OK(parse(&c, ir_asprintf(&arena, "%sservices: {web: *a29}\n", text), &err) < 0 &&
		strstr(err.msg, "too many aliases"),
	    "in merge keys: %s", err.msg);
	text = ir_strdup(&arena, "services:\n");
	for (int i = 0; i < 1001; i++)
		text = ir_asprintf(&arena, "%s  s%d: {}\n", text, i);
	OK(parse(&c, text, &err) < 0 && strstr(err.msg, "more than 1000 services"), "too many services: %s", err.msg);
	text = ir_arena_alloc(&arena, 600000);
	for (int i = 0, n = 0; i < 60000; i++)
		n += snprintf(text + n, (size_t)(600000 - n), "d%d,", i);
	OK(parse(&c, ir_asprintf(&arena, "services: {web: {depends_on: [%s]}}\n", text), &err) < 0 &&
		strstr(err.msg, "too many"),
	    "too many dependencies: %s", err.msg);
	OK(parse(&c, ir_asprintf(&arena, "services: {web: {profiles: [%s]}}\n", text), &err) < 0 &&
		strstr(err.msg, "too many"),
	    "too many profiles: %s", err.msg);
	OK(ir_mono_us() - before < 20000000, "in a bounded time");
}

static void
normalizes(void)
{
	static const char *const t[][2] = {
		{ "shop", "shop" },
		{ "My.Shop 2", "myshop2" },
		{ "_-shop-_", "shop-_" },
		{ "123", "123" },
		{ "\xc3\xa9t\xc3\xa9", "t" },
		{ "...", "default" },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		IS_STR(ir_compose_normalize(&arena, t[i][0]), t[i][1], "%s", t[i][0]);
}

static void
finds_files(void)
{
	const char *top = scratch_new(&arena), *deep = scratch_dir(&arena, "My.Shop/src/deep");
	struct ir_compose c;
	struct ir_err err = IR_ERR_INIT;

	unsetenv("COMPOSE_FILE");
	unsetenv("COMPOSE_PROJECT_NAME");
	unsetenv("COMPOSE_PROFILES");
	unsetenv("COMPOSE_PATH_SEPARATOR");
	OK(chdir(deep) == 0, "in a directory below");
	IS_INT(ir_compose_find(&arena, ".", &c, &err), 0, "nothing is there");
	scratch_file("My.Shop/docker-compose.yml", "services: {old: {}}\n");
	scratch_file("My.Shop/docker-compose.override.yml", "services: {more: {scale: 2, profiles: [tools]}}\n");
	IS_INT(ir_compose_find(&arena, ".", &c, &err), 1, "upwards");
	IS_STR(c.dir, ir_asprintf(&arena, "%s/My.Shop", top), "where the file is");
	IS_STR(c.project, "myshop", "named after its directory");
	IS_INT((int64_t)c.files.n, 2, "with the override file");
	OK(service(&c, "old") && service(&c, "more") && service(&c, "more")->replicas == 2, "both are read");
	IS_INT((int64_t)service(&c, "more")->profiles.n, 1, "a profile that is off");
	IS_INT(
	    ir_compose_find(&arena, ir_asprintf(&arena, "%s/../..//src/./deep/", deep), &c, &err), 1, "an untidy path");
	IS_STR(c.dir, ir_asprintf(&arena, "%s/My.Shop", top), "is made tidy");
	OK(symlink("My.Shop", ir_asprintf(&arena, "%s/current", top)) == 0, "a link to it");
	setenv("PWD", ir_asprintf(&arena, "%s/current/src/deep", top), 1);
	IS_INT(ir_compose_find(&arena, ".", &c, &err), 1, "by way of the link");
	IS_STR(c.project, "current", "it is called after the link, as compose v2 has it");
	setenv("PWD", top, 1);
	IS_INT(ir_compose_find(&arena, ".", &c, &err), 1, "with a PWD that is elsewhere");
	IS_STR(c.project, "myshop", "it is where it is");
	scratch_file("My.Shop/compose.yaml", "name: named\nservices: {new: {scale: $SCALE}}\n");
	scratch_file("My.Shop/.env", "SCALE=7\nCOMPOSE_PROFILES=x, tools\n");
	IS_INT(ir_compose_find(&arena, deep, &c, &err), 1, "the newer name is preferred");
	OK(service(&c, "new") && !service(&c, "old"), "and read alone, with the override file");
	IS_STR(c.project, "named", "its own name");
	IS_INT(service(&c, "new")->replicas, 7, "a variable from .env");
	IS_INT((int64_t)service(&c, "more")->profiles.n, 0, "a profile that .env switches on");
	setenv("SCALE", "8", 1);
	setenv("COMPOSE_PROJECT_NAME", "From_Env", 1);
	IS_INT(ir_compose_find(&arena, deep, &c, &err), 1, "again");
	IS_STR(c.project, "from_env", "COMPOSE_PROJECT_NAME wins");
	IS_INT(service(&c, "new")->replicas, 8, "the environment ranks above .env");
	setenv("COMPOSE_FILE", "../../docker-compose.yml:-", 1);
	IS_INT(ir_compose_find(&arena, ".", &c, &err), 1, "COMPOSE_FILE");
	OK(c.files.n == 1 && service(&c, "old"), "names the files");
	IS_STR(c.files.v[0], ir_asprintf(&arena, "%s/My.Shop/docker-compose.yml", top), "from here");
	OK(c.note && strstr(c.note, "standard input"), "and - is told");
	setenv("COMPOSE_FILE", "a.yml;b.yml", 1);
	setenv("COMPOSE_PATH_SEPARATOR", ";", 1);
	OK(ir_compose_find(&arena, ".", &c, &err) < 0 && strstr(err.msg, "a.yml: no such compose file") &&
		strstr(err.hint, "COMPOSE_FILE"),
	    "must be there: %s", err.msg);
	unsetenv("COMPOSE_PATH_SEPARATOR");
	unsetenv("COMPOSE_PROJECT_NAME");
	setenv("COMPOSE_FILE", "", 1);
	scratch_file("My.Shop/.env", "COMPOSE_FILE=docker-compose.yml:src/deep/x.yml\nCOMPOSE_PROJECT_NAME=dotted\n");
	scratch_file("My.Shop/src/deep/x.yml", "services: {x: {}}\n");
	IS_INT(ir_compose_find(&arena, ".", &c, &err), 1, "COMPOSE_FILE of .env");
	OK(service(&c, "old") && service(&c, "x") && !service(&c, "new"), "is relative to it");
	IS_STR(c.project, "dotted", "COMPOSE_PROJECT_NAME of .env");
	scratch_file("My.Shop/src/deep/x.yml", "services:\n  x: [\n");
	OK(ir_compose_find(&arena, ".", &c, &err) < 0 && err.code == IR_CONFIG && strncmp(err.msg, "x.yml:3: ", 9) == 0,
	    "a bad file: %s", err.msg);
}

int
main(void)
{
	agrees_with_compose();
	counts_replicas();
	reads_services();
	tells_what_it_left_out();
	refuses();
	is_not_drowned();
	normalizes();
	finds_files();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
