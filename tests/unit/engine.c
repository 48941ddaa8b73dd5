/* engine - where it is, by environment, context and sockets */

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/hash.h"
#include "runtime/runtime.h"
#include "tap.h"

static struct ir_arena arena;
static char home[64];

static void
clear(void)
{
	static const char *const names[] = { "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY",
		"DOCKER_TLS", "DOCKER_CERT_PATH", "XDG_RUNTIME_DIR" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
}

static int
find(struct ir_engine *e, struct ir_err *err)
{
	struct ir_ctx ctx = { .arena = &arena };

	*err = (struct ir_err)IR_ERR_INIT;
	return ir_engine_find(&ctx, e, err);
}

static void
put(const char *path, const char *text)
{
	char *full = ir_asprintf(&arena, "%s/%s", home, path);
	FILE *f;

	for (char *p = full + strlen(home) + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		mkdir(full, 0700);
	}
	f = fopen(full, "we");
	if (f) {
		fputs(text, f);
		fclose(f);
	}
}

static void
test_host(void)
{
	struct ir_err err;
	struct ir_engine e;

	clear();
	setenv("DOCKER_HOST", "unix:///run/user/1000/docker.sock", 1);
	setenv("DOCKER_CONTEXT", "prod", 1);
	IS_INT(find(&e, &err), 0, "a unix socket");
	IS_STR(e.host, "unix:///run/user/1000/docker.sock", "as given");
	IS_STR(e.context, "default", "DOCKER_HOST goes before a context");
	IS_STR(e.origin, "DOCKER_HOST", "and is named");
	OK(!e.tls, "no TLS");
	setenv("DOCKER_HOST", "tcp://10.0.0.1", 1);
	IS_INT(find(&e, &err), 0, "tcp without a port");
	IS_STR(e.host, "tcp://10.0.0.1:2375", "gets the plain one");
	put("certs/ca.pem", "x");
	put("certs/cert.pem", "x");
	put("certs/key.pem", "x");
	setenv("DOCKER_TLS_VERIFY", "1", 1);
	setenv("DOCKER_CERT_PATH", ir_asprintf(&arena, "%s/certs", home), 1);
	IS_INT(find(&e, &err), 0, "tcp with TLS");
	IS_STR(e.host, "tcp://10.0.0.1:2376", "gets the other port");
	OK(e.tls && !e.insecure, "TLS, verified");
	IS_STR(e.cert_file, ir_asprintf(&arena, "%s/certs/cert.pem", home), "with the client's certificate");
	setenv("DOCKER_HOST", "tcp://[::1]/", 1);
	IS_INT(find(&e, &err), 0, "an IPv6 address");
	IS_STR(e.host, "tcp://[::1]:2376", "keeps its brackets");
}

static void
test_refused(void)
{
	static const char *const bad[] = { "ssh://me@host", "npipe:////./pipe/docker", "unix://relative", "tcp://",
		"tcp://user:pw@host:1", "nonsense" };
	struct ir_err err;
	struct ir_engine e;

	clear();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		setenv("DOCKER_HOST", bad[i], 1);
		IS_INT(find(&e, &err), -1, "refused: %s", bad[i]);
		IS_INT(err.code, IR_CONFIG, "as a matter of configuration");
		OK(err.hint[0], "with the fix: %s", err.hint);
	}
	setenv("DOCKER_HOST", "tcp://user:pw@host:1", 1);
	find(&e, &err);
	OK(!strstr(err.msg, "pw"), "a password is not repeated: %s", err.msg);
}

static void
put_context(const char *name, const char *host)
{
	char hash[IR_SHA_HEX];

	ir_sha256_hex(name, strlen(name), hash);
	put(ir_asprintf(&arena, ".docker/contexts/meta/%s/meta.json", hash),
	    ir_asprintf(&arena,
		"{\"Name\":\"%s\",\"Endpoints\":{\"docker\":{\"Host\":\"%s\",\"SkipTLSVerify\":false}}}", name, host));
}

static void
test_context(void)
{
	struct ir_err err;
	struct ir_engine e;
	char hash[IR_SHA_HEX];

	clear();
	put_context("prod", "tcp://10.1.2.3:2376");
	put_context("far", "ssh://me@far.example");
	ir_sha256_hex("prod", 4, hash);
	put(ir_asprintf(&arena, ".docker/contexts/tls/%s/docker/ca.pem", hash), "x");
	put(".docker/config.json", "{\"currentContext\":\"prod\"}");
	IS_INT(find(&e, &err), 0, "the current context: %s", err.msg);
	IS_STR(e.host, "tcp://10.1.2.3:2376", "its host");
	IS_STR(e.context, "prod", "its name");
	IS_STR(e.origin, "context prod", "and that it was a context");
	OK(e.tls && e.ca_file && !e.cert_file, "with its authority");
	OK(e.present, "it was named");
	setenv("DOCKER_CONTEXT", "far", 1);
	IS_INT(find(&e, &err), -1, "DOCKER_CONTEXT goes before; ssh is not spoken");
	OK(strstr(err.hint, "ssh -nNT"), "the fix is a forwarded socket: %s", err.hint);
	setenv("DOCKER_CONTEXT", "nope", 1);
	IS_INT(find(&e, &err), -1, "a context that is not there");
	IS_INT(err.code, IR_CONFIG, "is a matter of configuration");
	setenv("DOCKER_CONTEXT", "default", 1);
	IS_INT(find(&e, &err), 0, "the context 'default'");
	OK(strncmp(e.host, "unix://", 7) == 0, "is a socket of this host");
	clear();
	put(".docker/config.json", "{\"currentContext\":");
	IS_INT(find(&e, &err), -1, "a configuration that is cut off");
	OK(strstr(err.msg, "config.json") && strstr(err.msg, "line 1"), "is told with file and line: %s", err.msg);
	put(".docker/config.json", "{}");
}

static void
test_sockets(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct ir_err err;
	struct ir_engine e;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	clear();
	if (access("/var/run/docker.sock", F_OK) == 0 || access("/run/podman/podman.sock", F_OK) == 0) {
		OK(true, "# skip an engine of this host is in the way");
		return;
	}
	setenv("XDG_RUNTIME_DIR", home, 1);
	IS_INT(find(&e, &err), 0, "no socket at all");
	OK(!e.present, "is told");
	IS_STR(e.host, "unix:///var/run/docker.sock", "with the place to try");
	put("podman/x", "");
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/podman/podman.sock", home);
	OK(bind(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0, "podman's socket");
	IS_INT(find(&e, &err), 0, "is found");
	IS_STR(e.origin, "podman", "as podman's");
	OK(e.present, "and is there");
	close(fd);
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(home, sizeof(home), "%.40s/ir-engine.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(home))
		return 1;
	setenv("HOME", home, 1);
	test_host();
	test_refused();
	test_context();
	test_sockets();
	if (fork() == 0) {
		execlp("rm", "rm", "-rf", "--", home, (char *)NULL);
		_exit(1);
	}
	ir_arena_done(&arena);
	return tap_done();
}
