/* docker - paths of the Engine API, and its answers about containers */

#include <jansson.h>

#include "base/num.h"
#include "base/percent.h"
#include "base/utf8.h"
#include "runtime/docker_place.h"

/* The newest version whose documents were read: docs.docker.com/reference/api/engine/version/v1.56 */
enum { OUR_MAJOR = 1, OUR_MINOR = 56 };

const char *
ir_docker_version(struct ir_arena *arena, const char *server)
{
	char *end;
	long major, minor;

	if (!server || *server < '0' || *server > '9')
		return NULL;
	major = strtol(server, &end, 10);
	if (*end != '.' || end[1] < '0' || end[1] > '9')
		return NULL;
	minor = strtol(end + 1, &end, 10);
	if (*end || major < 1 || minor > 9999)
		return NULL;
	if (major > OUR_MAJOR || minor > OUR_MINOR)
		return ir_asprintf(arena, "%d.%d", OUR_MAJOR, OUR_MINOR);
	return ir_asprintf(arena, "%ld.%ld", major, minor);
}

static void
begin_path(struct ir_buf *b, const char *version)
{
	if (version)
		ir_buf_addf(b, "/v%s", version);
}

void
ir_docker_list_path(struct ir_buf *b, const char *version, bool all)
{
	begin_path(b, version);
	ir_buf_adds(b, "/containers/json?all=1");
	if (all)
		return;
	ir_buf_adds(b, "&filters=");
	ir_percent_add(b, "{\"label\":[\"com.docker.compose.project\"]}");
}

void
ir_docker_inspect_path(struct ir_buf *b, const char *version, const char *id)
{
	begin_path(b, version);
	ir_buf_adds(b, "/containers/");
	ir_percent_add(b, id);
	ir_buf_adds(b, "/json");
}

void
ir_docker_events_path(struct ir_buf *b, const char *version, int64_t since_ms, int64_t until_ms)
{
	begin_path(b, version);
	ir_buf_addf(b, "/events?since=%lld&until=%lld.%03lld000000&filters=", (long long)(since_ms / 1000),
	    (long long)(until_ms / 1000), (long long)(until_ms % 1000));
	ir_percent_add(b, "{\"type\":[\"container\"],\"event\":[\"start\",\"die\",\"kill\",\"oom\"]}");
}

/* Those that are still to come. */
void
ir_docker_start_events_path(struct ir_buf *b, const char *version)
{
	begin_path(b, version);
	ir_buf_adds(b, "/events?filters=");
	ir_percent_add(b, "{\"type\":[\"container\"],\"event\":[\"start\"]}");
}

void
ir_docker_logs_path(struct ir_buf *b, const char *version, const char *id, const struct ir_docker_log *log)
{
	begin_path(b, version);
	ir_buf_adds(b, "/containers/");
	ir_percent_add(b, id);
	ir_buf_adds(b, "/logs?stdout=1&stderr=1");
	if (log->stamps)
		ir_buf_adds(b, "&timestamps=1");
	if (log->since)
		ir_buf_addf(b, "&since=%s", log->since);
	if (log->until)
		ir_buf_addf(b, "&until=%s", log->until);
	if (log->tail >= 0)
		ir_buf_addf(b, "&tail=%lld", (long long)log->tail);
	if (log->follow)
		ir_buf_adds(b, "&follow=1");
}

/* Member of an object as a string in the arena; NULL when missing, empty or of another type. */
static const char *
member(struct ir_arena *arena, const json_t *obj, const char *key)
{
	const char *s = json_string_value(json_object_get(obj, key));

	return s && *s ? ir_strdup(arena, s) : NULL;
}

static int64_t
instant(const json_t *obj, const char *key)
{
	const char *s = json_string_value(json_object_get(obj, key));
	int64_t ms;

	/* Go's zero time is the year 1 */
	if (!s || ir_time_parse_rfc3339(s, strlen(s), &ms) < 0 || ms <= 0)
		return IR_TIME_NONE;
	return ms;
}

static void
take_labels(struct ir_arena *arena, const json_t *labels, struct ir_container *c)
{
	const char *number = json_string_value(json_object_get(labels, "com.docker.compose.container-number"));
	const char *oneoff = json_string_value(json_object_get(labels, "com.docker.compose.oneoff"));

	c->project = member(arena, labels, "com.docker.compose.project");
	c->service = member(arena, labels, "com.docker.compose.service");
	c->dir = member(arena, labels, "com.docker.compose.project.working_dir");
	c->depends = member(arena, labels, "com.docker.compose.depends_on");
	c->revision = member(arena, labels, "org.opencontainers.image.revision");
	c->image_version = member(arena, labels, "org.opencontainers.image.version");
	c->oneoff = oneoff && (strcmp(oneoff, "True") == 0 || strcmp(oneoff, "true") == 0);
	if (!number || ir_parse_int(number, 1, INT64_MAX, &c->number, NULL) < 0)
		c->number = 1;
}

/* "Exited (137) 2 minutes ago", "Up 3 hours (unhealthy)", "Restarting (1) 4 seconds ago" */
static void
take_status(struct ir_container *c, const char *status)
{
	const char *paren = strchr(status, '(');
	char *end;

	if (!paren)
		return;
	if (strncmp(status, "Up", 2) == 0) {
		if (strstr(paren, "(unhealthy)"))
			c->health = "unhealthy";
		else if (strstr(paren, "(healthy)"))
			c->health = "healthy";
		else if (strstr(paren, "(health: starting)"))
			c->health = "starting";
	} else {
		long code = strtol(paren + 1, &end, 10);

		if (end > paren + 1 && *end == ')')
			c->exit_code = code;
	}
}

static const char *
known_state(const char *s)
{
	static const char *const states[] = { "created", "running", "paused", "restarting", "removing", "exited",
		"dead", NULL };
	/* podman's own words for the same */
	static const char *const podman[][2] = { { "configured", "created" }, { "initialized", "created" },
		{ "stopped", "exited" }, { "stopping", "running" } };

	for (size_t i = 0; s && states[i]; i++) {
		if (strcmp(s, states[i]) == 0)
			return states[i];
	}
	for (size_t i = 0; s && i < sizeof(podman) / sizeof(podman[0]); i++) {
		if (strcmp(s, podman[i][0]) == 0)
			return podman[i][1];
	}
	return NULL;
}

static void
init_container(struct ir_container *c)
{
	*c = (struct ir_container){ .number = 1,
		.health_exit = INT64_MIN,
		.created_ms = IR_TIME_NONE,
		.started_ms = IR_TIME_NONE,
		.finished_ms = IR_TIME_NONE,
		.exit_code = INT64_MIN,
		.restarts = INT64_MIN,
		.restarts_recent = -1,
		.oom_killed = -1 };
}

/* Its own name; "/other/alias" is what a container that is linked to it calls it. */
static const char *
own_name(struct ir_arena *arena, const json_t *names)
{
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));

		if (name && *name == '/')
			name++;
		if (name && *name && !strchr(name, '/'))
			return ir_strdup(arena, name);
	}
	return NULL;
}

static int
take_listed(struct ir_arena *arena, const json_t *o, struct ir_container *c, struct ir_err *err)
{
	const json_t *created = json_object_get(o, "Created");
	const char *status = json_string_value(json_object_get(o, "Status"));

	init_container(c);
	c->id = member(arena, o, "Id");
	if (!c->id)
		return ir_fail(err, IR_BACKEND, "a container without an 'Id' in the engine's list");
	c->name = own_name(arena, json_object_get(o, "Names"));
	if (!c->name)
		c->name = ir_strndup(arena, c->id, 12);
	c->image = member(arena, o, "Image");
	c->image_id = member(arena, o, "ImageID");
	c->state = known_state(json_string_value(json_object_get(o, "State")));
	if (json_is_integer(created) && json_integer_value(created) > 0 &&
	    json_integer_value(created) < INT64_MAX / 1000)
		c->created_ms = json_integer_value(created) * 1000;
	if (status)
		take_status(c, status);
	take_labels(arena, json_object_get(o, "Labels"), c);
	return 0;
}

static json_t *
load(const char *text, size_t n, struct ir_err *err)
{
	json_error_t why;
	json_t *root = json_loadb(text, n, JSON_ALLOW_NUL, &why);

	if (!root)
		ir_fail(err, IR_BACKEND, "the engine's answer is not JSON: line %d: %s", why.line, why.text);
	return root;
}

int
ir_docker_parse_list(
    struct ir_arena *arena, const char *text, size_t n, struct ir_container **ret, size_t *ret_n, struct ir_err *err)
{
	json_t *root = load(text, n, err);
	size_t count = json_array_size(root);
	int bad = 0;

	if (!root)
		return -1;
	if (!json_is_array(root)) {
		bad = ir_fail(err, IR_BACKEND, "the engine's list of containers is not an array");
	} else if (count > IR_DOCKER_CONTAINERS) {
		bad = ir_fail(
		    err, IR_BACKEND, "the engine lists %zu containers, more than %d", count, IR_DOCKER_CONTAINERS);
	} else {
		*ret = IR_NEW_N(arena, struct ir_container, count + 1);
		*ret_n = count;
		for (size_t i = 0; i < count && !bad; i++)
			bad = take_listed(arena, json_array_get(root, i), &(*ret)[i], err);
	}
	json_decref(root);
	return bad;
}

/* The newest entry of the healthcheck's log. */
static void
take_health(struct ir_arena *arena, const json_t *health, struct ir_container *c)
{
	const char *status = json_string_value(json_object_get(health, "Status"));
	const json_t *log = json_object_get(health, "Log");
	const json_t *last = json_array_get(log, json_array_size(log) ? json_array_size(log) - 1 : 0);
	const json_t *output = json_object_get(last, "Output"), *code = json_object_get(last, "ExitCode");

	c->health = NULL;
	if (!status || !*status || strcmp(status, "none") == 0)
		return;
	c->health = ir_strdup(arena, status);
	c->health_streak = json_integer_value(json_object_get(health, "FailingStreak"));
	if (json_is_integer(code))
		c->health_exit = json_integer_value(code);
	if (json_is_string(output)) {
		size_t len = json_string_length(output),
		       cut = len > IR_DOCKER_OUTPUT_MAX ? len - IR_DOCKER_OUTPUT_MAX : 0;
		struct ir_buf b;

		ir_buf_init(&b, 4 * IR_DOCKER_OUTPUT_MAX);
		ir_utf8_clean(&b, json_string_value(output) + cut, len - cut);
		c->health_output = ir_strndup(arena, b.data, b.len);
		ir_buf_done(&b);
	}
}

static void
take_state(struct ir_arena *arena, const json_t *state, struct ir_container *c)
{
	const char *word = known_state(json_string_value(json_object_get(state, "Status")));
	const json_t *oom = json_object_get(state, "OOMKilled"), *code = json_object_get(state, "ExitCode");
	const json_t *health = json_object_get(state, "Health");

	/* podman before version 4 calls it so */
	if (!health)
		health = json_object_get(state, "Healthcheck");
	if (word)
		c->state = word;
	if (json_is_boolean(oom))
		c->oom_killed = json_is_true(oom);
	if (json_is_integer(code))
		c->exit_code = json_integer_value(code);
	c->error = member(arena, state, "Error");
	c->started_ms = instant(state, "StartedAt");
	c->finished_ms = instant(state, "FinishedAt");
	take_health(arena, health, c);
}

static bool
mounts(const json_t *list, const char *path)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *at = json_string_value(json_object_get(json_array_get(list, i), "Destination"));

		if (at && strcmp(at, path) == 0)
			return true;
	}
	return false;
}

static bool
publishes(const json_t *host)
{
	const json_t *ports = json_object_get(host, "PortBindings");

	return json_is_object(ports) && json_object_size(ports) > 0;
}

int
ir_docker_parse_inspect(struct ir_arena *arena, const char *text, size_t n, bool (*env_wanted)(const char *),
    struct ir_container *c, struct ir_err *err)
{
	json_t *root = load(text, n, err);
	const json_t *state = json_object_get(root, "State"), *host = json_object_get(root, "HostConfig");
	const json_t *restarts = json_object_get(root, "RestartCount");
	int64_t created = instant(root, "Created");

	if (!root)
		return -1;
	ir_docker_take_env(arena, json_object_get(json_object_get(root, "Config"), "Env"), env_wanted, c);
	if (!json_is_object(state)) {
		json_decref(root);
		return ir_fail(err, IR_BACKEND, "the engine's answer about a container has no 'State'");
	}
	take_state(arena, state, c);
	if (created != IR_TIME_NONE)
		c->created_ms = created;
	if (json_is_integer(restarts))
		c->restarts = json_integer_value(restarts);
	c->restart_policy = member(arena, json_object_get(host, "RestartPolicy"), "Name");
	if (!c->restart_policy)
		c->restart_policy = "no";
	c->memory_limit = json_integer_value(json_object_get(host, "Memory"));
	c->published = publishes(host);
	c->host_zone = mounts(json_object_get(root, "Mounts"), "/etc/localtime");
	ir_docker_take_place(arena, json_object_get(root, "NetworkSettings"), host, c);
	c->inspected = true;
	json_decref(root);
	return 0;
}

const char *
ir_docker_parse_error(struct ir_arena *arena, const char *text, size_t n)
{
	json_t *root = json_loadb(text, n, JSON_ALLOW_NUL, NULL);
	const char *message = member(arena, root, "message");

	json_decref(root);
	if (message)
		return message;
	return ir_strndup(arena, text, ir_utf8_cut(text, n, 200));
}
