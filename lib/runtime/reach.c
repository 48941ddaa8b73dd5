/* reach - why a socket cannot be connected to, and what to do: more than an HTTP client can say; and where requests go */

#include <errno.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "runtime/reach.h"

enum { MARGIN_US = 30 * 1000 };

static int
denied(const char *path, struct ir_err *err)
{
	struct stat st;
	struct group grp, *g = NULL;
	char buf[1024];

	ir_fail(err, IR_BACKEND, "permission denied on %s", path);
	if (stat(path, &st) == 0 && getgrgid_r(st.st_gid, &grp, buf, sizeof(buf), &g) == 0 && g && st.st_gid != 0)
		return ir_hint(
		    err, "run it as root or join its group: usermod -aG %s $USER, then log in again", g->gr_name);
	return ir_hint(err, "run it as the user who may, or set DOCKER_HOST");
}

int
ir_runtime_reach(const char *path, struct ir_err *err)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	IR_CLOSE int fd = -1;

	if (strlen(path) >= sizeof(sa.sun_path)) {
		ir_fail(
		    err, IR_BACKEND, "the socket's path is longer than %zu bytes: %s", sizeof(sa.sun_path) - 1, path);
		return ir_hint(err, "set DOCKER_HOST to a shorter one, by a symbolic link");
	}
	memcpy(sa.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return ir_fail(err, IR_BACKEND, "socket: %s", strerror(errno));
	/* a full backlog (EAGAIN) is a busy engine: its time-out is the request's business */
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0 || errno == EAGAIN || errno == EINPROGRESS)
		return 0;
	switch (errno) {
	case EACCES:
	case EPERM:
		return denied(path, err);
	case ENOENT:
		ir_fail(err, IR_BACKEND, "cannot connect to %s: there is no such socket", path);
		return ir_hint(err, "start docker or set DOCKER_HOST");
	case ECONNREFUSED:
		ir_fail(err, IR_BACKEND, "cannot connect to %s: nothing answers there", path);
		return ir_hint(err, "start docker (systemctl start docker) or set DOCKER_HOST");
	default:
		ir_fail(err, IR_BACKEND, "cannot connect to %s: %s", path, strerror(errno));
		return ir_hint(err, "start docker or set DOCKER_HOST");
	}
}

void
ir_runtime_request(const struct ir_engine *e, struct ir_http_req *req, struct ir_buf *url)
{
	bool local = strncmp(e->host, "unix://", 7) == 0;

	ir_buf_init(url, 4096);
	if (local)
		ir_buf_adds(url, "http://docker");
	else
		ir_buf_addf(url, "%s://%s", e->tls ? "https" : "http", e->host + 6);
	*req = (struct ir_http_req){
		.effect = IR_READ,
		.unix_path = local ? e->host + 7 : NULL,
		.ca_file = e->ca_file,
		.cert_file = e->cert_file,
		.key_file = e->key_file,
		.insecure = e->insecure,
		.no_http2 = true,
	};
}

int64_t
ir_runtime_time_left(const struct ir_ctx *ctx)
{
	int64_t left = ctx->deadline_us - MARGIN_US - ir_mono_us(), one = ctx->timeout_ms * 1000;

	if (ctx->deadline_us <= 0)
		return one;
	return left < one ? (left > 1000 ? left : 1000) : one;
}
