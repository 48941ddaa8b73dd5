/* engine - where the container engine is */

#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/num.h"
#include "runtime/runtime.h"

enum { CONFIG_MAX = 256 << 10 };

static const char *
env(const char *name)
{
	const char *s = getenv(name);

	return s && *s ? s : NULL;
}

static bool
exists(const char *path)
{
	return path && access(path, F_OK) == 0;
}

static bool
is_socket(const char *path)
{
	struct stat st;

	return path && stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* docker's directory of configuration; NULL when there is no home. */
static const char *
config_dir(struct ir_arena *arena)
{
	const char *dir = env("DOCKER_CONFIG"), *home = env("HOME");

	if (dir)
		return dir;
	return home ? ir_asprintf(arena, "%s/.docker", home) : NULL;
}

/* A JSON file of docker's; NULL when it is not there (*err untouched) or not JSON (*err set). */
static json_t *
load(const char *path, struct ir_err *err)
{
	IR_FCLOSE FILE *f = fopen(path, "re");
	IR_FREE char *text = NULL;
	json_error_t why;
	json_t *root;
	size_t n;

	if (!f)
		return NULL;
	text = malloc(CONFIG_MAX);
	if (!text)
		ir_oom();
	n = fread(text, 1, CONFIG_MAX, f);
	root = json_loadb(text, n, 0, &why);
	if (!root)
		ir_fail(err, IR_CONFIG, "'%s': line %d: %s", path, why.line, why.text);
	return root;
}

/* The name of the context in effect; "default" when none was chosen. */
static int
context_name(struct ir_arena *arena, const char *dir, const char **ret, struct ir_err *err)
{
	struct ir_err why = IR_ERR_INIT;
	const char *name = env("DOCKER_CONTEXT"), *current;
	json_t *root;

	*ret = name ? name : "default";
	if (name || !dir)
		return 0;
	root = load(ir_asprintf(arena, "%s/config.json", dir), &why);
	if (why.code) {
		*err = why;
		return -1;
	}
	current = json_string_value(json_object_get(root, "currentContext"));
	if (current && *current)
		*ret = ir_strdup(arena, current);
	json_decref(root);
	return 0;
}

static const char *
if_there(struct ir_arena *arena, const char *dir, const char *file)
{
	const char *path = ir_asprintf(arena, "%s/%s", dir, file);

	return exists(path) ? path : NULL;
}

static void
take_certificates(struct ir_arena *arena, const char *dir, struct ir_engine *e)
{
	if (!dir)
		return;
	e->ca_file = if_there(arena, dir, "ca.pem");
	e->cert_file = if_there(arena, dir, "cert.pem");
	e->key_file = if_there(arena, dir, "key.pem");
}

/* Only what we can speak to; tcp:// gets its port and loses what is behind it. */
static int
take_host(struct ir_arena *arena, const char *host, struct ir_engine *e, struct ir_err *err)
{
	const char *rest = strstr(host, "://");

	e->host = host;
	if (strncmp(host, "unix://", 7) == 0 && host[7] == '/')
		return 0;
	if (strncmp(host, "ssh://", 6) == 0) {
		ir_fail(err, IR_CONFIG, "%s: '%s' goes over ssh, which is not spoken here", e->origin, host);
		return ir_hint(err,
		    "forward its socket: ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock %s & then set "
		    "DOCKER_HOST=unix:///tmp/docker.sock",
		    host + 6);
	}
	if (strncmp(host, "tcp://", 6) != 0 && strncmp(host, "http://", 7) != 0 && strncmp(host, "https://", 8) != 0) {
		ir_fail(err, IR_CONFIG, "%s: '%s' is not an engine's address", e->origin, host);
		return ir_hint(err, "write unix:///path/of/socket or tcp://host:port");
	}
	e->tls |= strncmp(host, "https://", 8) == 0;
	rest += 3;
	host = ir_strndup(arena, rest, strcspn(rest, "/"));
	if (!*host || strchr(host, '@')) {
		ir_fail(err, IR_CONFIG, "%s: the engine's address must be a host and a port", e->origin);
		return ir_hint(err, "write tcp://host:port");
	}
	rest = strrchr(host, ':');
	if (!rest || strchr(rest, ']'))
		host = ir_asprintf(arena, "%s:%d", host, e->tls ? 2376 : 2375);
	e->host = ir_asprintf(arena, "tcp://%s", host);
	return 0;
}

static int
from_environment(struct ir_arena *arena, const char *dir, struct ir_engine *e, struct ir_err *err)
{
	const char *certs = env("DOCKER_CERT_PATH");

	e->context = "default";
	e->origin = "DOCKER_HOST";
	e->tls = env("DOCKER_TLS_VERIFY") || env("DOCKER_TLS");
	e->insecure = e->tls && !env("DOCKER_TLS_VERIFY");
	if (e->tls)
		take_certificates(arena, certs ? certs : dir, e);
	return take_host(arena, env("DOCKER_HOST"), e, err);
}

/* contexts/meta/SHA-256 of the name/meta.json, and the certificates beside it in contexts/tls. */
static int
from_context(struct ir_arena *arena, const char *dir, const char *name, struct ir_engine *e, struct ir_err *err)
{
	struct ir_err why = IR_ERR_INIT;
	char hash[IR_SHA_HEX];
	const json_t *docker;
	const char *host;
	json_t *root;

	e->context = name;
	e->origin = ir_asprintf(arena, "context %s", name);
	ir_sha256_hex(name, strlen(name), hash);
	root = dir ? load(ir_asprintf(arena, "%s/contexts/meta/%s/meta.json", dir, hash), &why) : NULL;
	docker = json_object_get(json_object_get(root, "Endpoints"), "docker");
	host = ir_strdup(arena, json_string_value(json_object_get(docker, "Host")));
	e->insecure = json_is_true(json_object_get(docker, "SkipTLSVerify"));
	json_decref(root);
	if (why.code) {
		*err = why;
		return -1;
	}
	if (!host || !*host) {
		ir_fail(err, IR_CONFIG, "docker context '%s' has no docker endpoint", name);
		return ir_hint(err, "see `docker context ls`, then `docker context use NAME` or set DOCKER_CONTEXT");
	}
	take_certificates(arena, ir_asprintf(arena, "%s/contexts/tls/%s/docker", dir, hash), e);
	e->tls = e->ca_file || e->cert_file || e->insecure;
	return take_host(arena, host, e, err);
}

/* Nothing is said: docker's socket, a rootless docker's, podman's; docker's when there is none. */
static void
from_sockets(struct ir_arena *arena, struct ir_engine *e)
{
	const char *run = env("XDG_RUNTIME_DIR");
	const struct {
		const char *path, *origin;
	} places[] = {
		{ "/var/run/docker.sock", "default" },
		{ run ? ir_asprintf(arena, "%s/docker.sock", run) : NULL, "default" },
		{ run ? ir_asprintf(arena, "%s/podman/podman.sock", run) : NULL, "podman" },
		{ "/run/podman/podman.sock", "podman" },
	};
	size_t pick = 0;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (is_socket(places[i].path)) {
			pick = i;
			e->present = true;
			break;
		}
	}
	e->context = "default";
	e->origin = places[pick].origin;
	e->host = ir_asprintf(arena, "unix://%s", places[pick].path);
}

int
ir_engine_find(struct ir_ctx *ctx, struct ir_engine *e, struct ir_err *err)
{
	const char *dir = config_dir(ctx->arena), *name;

	*e = (struct ir_engine){ .present = true };
	if (env("DOCKER_HOST"))
		return from_environment(ctx->arena, dir, e, err);
	if (context_name(ctx->arena, dir, &name, err) < 0)
		return -1;
	if (strcmp(name, "default") != 0)
		return from_context(ctx->arena, dir, name, e, err);
	e->present = false;
	from_sockets(ctx->arena, e);
	return 0;
}
