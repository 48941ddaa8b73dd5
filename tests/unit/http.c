/* http - hostile peers, redirects and what they may see, TLS, streaming, breaking off */
#include "net/http.h"

#include <dirent.h>

#include "base/clock.h"
#include "names.h"
#include "peer.h"
#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;
static struct peer all; /* the peer that does what the path says */

/* A result that outlives its callback. */
struct got {
	int called;
	struct ir_http_res res;
	const char *body;
	size_t len;
	int64_t took_us;
	int run; /* how the loop ended */
};

static void
on_got(void *arg, const struct ir_http_res *res)
{
	struct got *g = arg;

	g->called++;
	g->res = *res;
	g->len = res->body.len;
	g->body = res->body.len ? ir_strndup(&arena, res->body.data, res->body.len) : "";
	g->res.url = ir_strdup(&arena, res->url);
	g->res.cert_subject = ir_strdup(&arena, res->cert_subject);
	g->res.cert_issuer = ir_strdup(&arena, res->cert_issuer);
	g->res.tls_version = ir_strdup(&arena, res->tls_version);
	g->res.headers = (struct ir_list){ NULL, 0, 0 };
	for (size_t i = 0; i < res->headers.n; i++)
		ir_list_add(&arena, &g->res.headers, ir_strdup(&arena, res->headers.v[i]));
}

static struct ir_loop *
fresh(struct ir_ctx *ctx)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_loop *l;

	memset(ctx, 0, sizeof(*ctx));
	ctx->arena = &arena;
	ctx->deadline_us = ir_mono_us() + 10000000;
	l = ir_loop_new(ctx, &err);
	if (!l)
		printf("Bail out! %s\n", err.msg), exit(1);
	return l;
}

static struct got
ask(const struct ir_http_req *req)
{
	struct ir_ctx ctx;
	struct ir_err err = IR_ERR_INIT;
	struct ir_loop *l = fresh(&ctx);
	struct got g = { 0 };
	int64_t start = ir_mono_us();

	if (ir_http_send(l, req, on_got, &g, NULL, &err) < 0)
		printf("# not sent: %s\n", err.msg);
	g.run = ir_loop_run(l, NULL, NULL);
	g.took_us = ir_mono_us() - start;
	ir_loop_free(l);
	if (g.called != 1 || g.run != 0)
		OK(false, "%s: called %d times, run %d", req->url, g.called, g.run);
	return g;
}

static const char *
url(const char *path)
{
	return ir_asprintf(&arena, "http://127.0.0.1:%d/%s", all.port, path);
}

static int
count(const char *dir)
{
	DIR *d = opendir(dir);
	int n = 0;

	while (d && readdir(d))
		n++;
	closedir(d);
	return n;
}

static void
test_hostile(void)
{
	static const struct {
		const char *path;
		enum ir_http_error error;
		enum ir_http_phase phase;
		int status;
		const char *message;
	} cases[] = {
		{ "ok/hello", IR_HTTP_OK, IR_HTTP_DONE, 200, "" },
		{ "status/503/sorry", IR_HTTP_OK, IR_HTTP_DONE, 503, "" },
		{ "empty", IR_HTTP_OK, IR_HTTP_DONE, 204, "" },
		{ "delay/50", IR_HTTP_OK, IR_HTTP_DONE, 200, "" },
		{ "drip/1", IR_HTTP_OK, IR_HTTP_DONE, 200, "" },
		{ "trailer", IR_HTTP_OK, IR_HTTP_DONE, 200, "" },
		{ "body", IR_HTTP_OK, IR_HTTP_DONE, 200, "" },
		{ "redirect/302/http://127.0.0.2:1/", IR_HTTP_OK, IR_HTTP_DONE, 302, "" },
		{ "silent", IR_HTTP_TIMEOUT, IR_HTTP_WAIT, 0,
		    "no answer within 1.5s: connected, waiting for the first byte" },
		{ "drip/5000", IR_HTTP_TIMEOUT, IR_HTTP_BODY, 0,
		    "no answer within 1.5s: connected, the answer began, but its headers are not complete" },
		{ "half", IR_HTTP_TIMEOUT, IR_HTTP_BODY, 200,
		    "no complete answer within 1.5s: status 200 came, body not complete after 4 bytes" },
		{ "close", IR_HTTP_PROTOCOL, IR_HTTP_WAIT, 0, "connection closed without an answer" },
		{ "reset", IR_HTTP_REFUSED, IR_HTTP_WAIT, 0, "connection reset without an answer" },
		{ "banner", IR_HTTP_PROTOCOL, IR_HTTP_BODY, 0, "the answer is not HTTP" },
		{ "garbage", IR_HTTP_PROTOCOL, IR_HTTP_BODY, 0, "the answer is not HTTP" },
		{ "short", IR_HTTP_PROTOCOL, IR_HTTP_BODY, 200,
		    "status 200 came, then the answer broke off: transfer closed" },
		{ "chunk", IR_HTTP_PROTOCOL, IR_HTTP_BODY, 200, "status 200 came, then the answer broke off: " },
		{ "line", IR_HTTP_TOO_BIG, IR_HTTP_BODY, 0, "a header line without end" },
		{ "head", IR_HTTP_TOO_BIG, IR_HTTP_BODY, 200, "headers larger than 64 KiB" },
		{ "interim", IR_HTTP_TOO_BIG, IR_HTTP_BODY, 0, "headers larger than 64 KiB" },
	};
	enum { N = sizeof(cases) / sizeof(cases[0]) };
	static struct got g[N];
	struct ir_ctx ctx;
	struct ir_loop *l = fresh(&ctx);
	int threads = count("/proc/self/task");
	int64_t start = ir_mono_us();

	for (size_t i = 0; i < N; i++) {
		struct ir_http_req req = { .url = url(cases[i].path), .max_body = 1000, .timeout_us = 1500000 };

		if (ir_http_send(l, &req, on_got, &g[i], NULL, NULL) < 0)
			printf("Bail out! not sent\n"), exit(1);
	}
	IS_INT(ir_loop_run(l, NULL, NULL), 0, "all of them at once");
	OK(ir_mono_us() - start < 5000000, "none holds the others");
	IS_INT(count("/proc/self/task"), threads, "libcurl has started no thread");
	for (size_t i = 0; i < N; i++) {
		IS_INT(g[i].called, 1, "%s: told once", cases[i].path);
		IS_INT(g[i].res.error, cases[i].error, "%s: %s", cases[i].path, g[i].res.message);
		IS_INT(g[i].res.phase, cases[i].phase, "%s: phase", cases[i].path);
		IS_INT(g[i].res.status, cases[i].status, "%s: status", cases[i].path);
		OK(strncmp(g[i].res.message, cases[i].message, strlen(cases[i].message)) == 0, "%s: words",
		    cases[i].path);
		OK((g[i].res.first_byte_us >= 0) == (cases[i].phase > IR_HTTP_WAIT), "%s: first byte", cases[i].path);
		OK(g[i].res.connect_us >= 0 && g[i].res.dns_us >= 0 && g[i].res.tls_us == -1, "%s: other times",
		    cases[i].path);
		OK(g[i].res.total_us >= g[i].res.first_byte_us, "%s: total", cases[i].path);
	}
	ir_loop_free(l);
}

static void
test_answer(void)
{
	struct got g = ask(&(struct ir_http_req){ .url = url("ok/hello#part"), .max_body = 100 });

	IS_STR(g.body, "hello", "the body");
	IS_INT(g.res.body_bytes, 5, "its length");
	IS_STR(g.res.version, "1.1", "the version");
	IS_STR(g.res.url, url("ok/hello"), "the URL, without the fragment");
	IS_STR(ir_http_header(&g.res, "content-length"), "5", "a header");
	OK(!ir_http_header(&g.res, "content"), "not by half its name");
	IS_STR(g.res.address, ir_asprintf(&arena, "127.0.0.1:%d", all.port), "the address");
	g = ask(&(struct ir_http_req){ .url = url("ok/hello"), .max_body = 5 });
	OK(!g.res.body_cut && g.len == 5, "a body that just fits is not cut");
	g = ask(&(struct ir_http_req){ .url = url("ok/hello"), .max_body = 4 });
	OK(g.res.body_cut && strcmp(g.body, "hell") == 0 && g.res.error == IR_HTTP_OK, "one byte more is cut");
	g = ask(&(struct ir_http_req){ .url = url("ok/hello") });
	OK(!g.res.body_cut && g.len == 0 && g.res.body_bytes == 5, "a body that nobody wants is read and dropped");
	g = ask(&(struct ir_http_req){ .url = url("body") });
	OK(g.res.body_cut && g.len == 0 && g.res.error == IR_HTTP_OK, "but not without end");
	g = ask(&(struct ir_http_req){ .url = url("trailer"), .max_body = 100 });
	IS_STR(ir_http_header(&g.res, "x-where"), "head", "a trailer is no header");
	IS_STR(g.body, "body", "chunks are put together");
	g = ask(&(struct ir_http_req){ .url = url("delay/60") });
	OK(g.res.first_byte_us >= 50000 && g.res.total_us >= 60000, "the wait is the first byte's");
	g = ask(&(struct ir_http_req){ .url = url("ok/hello"), .method = "HEAD", .max_body = 100 });
	OK(g.res.status == 200 && g.len == 0 && g.res.error == IR_HTTP_OK, "HEAD has no body");
}

static void
test_request(void)
{
	struct ir_list headers = { 0 };
	struct ir_secret token = { NULL, 0 }, password = { NULL, 0 };
	struct ir_http_req req = { .url = url("echo?a=b"), .max_body = 10000, .bearer = &token };
	struct got g;

	ir_secret_set(&token, "t0ken", 5);
	ir_secret_set(&password, "pass:word", 9);
	ir_list_add(&arena, &headers, "X-One: 1");
	ir_list_add(&arena, &headers, "X-Empty:");
	ir_list_add(&arena, &headers, "User-Agent: mine");
	req.headers = headers;
	g = ask(&req);
	OK(strncmp(g.body, "GET /echo?a=b HTTP/1.1\r\n", 24) == 0, "the request line");
	OK(strstr(g.body, "\r\nX-One: 1\r\n"), "a header");
	OK(strstr(g.body, "\r\nX-Empty:\r\n"), "an empty header");
	OK(strstr(g.body, "\r\nUser-Agent: mine\r\n") && !strstr(g.body, "User-Agent: ir"), "one that replaces ours");
	OK(strstr(g.body, "\r\nAuthorization: Bearer t0ken\r\n"), "the token");
	OK(!strcasestr(g.body, "accept-encoding"), "nothing compressed is asked for");
	g = ask(&(struct ir_http_req){ .url = url("echo"), .max_body = 10000, .user = "me", .password = &password });
	OK(strstr(g.body, "\r\nAuthorization: Basic bWU6cGFzczp3b3Jk\r\n"), "user and password");
	g = ask(&(struct ir_http_req){
	    .url = ir_asprintf(&arena, "http://me:pass%%3Aword@127.0.0.1:%d/echo", all.port), .max_body = 10000 });
	OK(strstr(g.body, "\r\nAuthorization: Basic bWU6cGFzczp3b3Jk\r\n"), "or those of the URL");
	IS_STR(g.res.url, url("echo"), "which are not told");
	g = ask(&(struct ir_http_req){
	    .url = url("echo"), .max_body = 10000, .method = "PUT", .body = "{}", .body_len = 2 });
	OK(strncmp(g.body, "PUT /", 5) == 0 && strstr(g.body, "\r\n\r\n{}"), "a body");
	OK(!strcasestr(g.body, "content-type") && !strcasestr(g.body, "expect"), "with no header that nobody wrote");
	g = ask(&(struct ir_http_req){ .url = url("echo"), .max_body = 10000, .method = "POST" });
	OK(strstr(g.body, "\r\nContent-Length: 0\r\n"), "a POST without a body says so");
	ir_secret_done(&token);
	ir_secret_done(&password);
}

static void
test_refused_requests(void)
{
	static const char *const urls[] = { "", "ftp://h/", "file:///etc/passwd", "http://", "h", "http://h:0/",
		"http://h:99999/", "http://h/\r\nX: y", "http://a b/" };
	struct ir_ctx ctx;
	struct ir_loop *l = fresh(&ctx);
	struct ir_err err = IR_ERR_INIT;
	struct got g = { 0 };
	struct ir_http_req req = { .url = "http://127.0.0.1/" };

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		OK(ir_http_send(l, &(struct ir_http_req){ .url = urls[i] }, on_got, &g, NULL, &err) < 0 &&
			err.code == IR_USAGE,
		    "URL %zu is refused: %s", i + 1, err.msg);
	}
	req.method = "GET /x";
	OK(ir_http_send(l, &req, on_got, &g, NULL, &err) < 0 && err.code == IR_USAGE, "%s", err.msg);
	req.method = NULL;
	ir_list_add(&arena, &req.headers, "X: a\r\nY: b");
	OK(ir_http_send(l, &req, on_got, &g, NULL, &err) < 0 && err.code == IR_USAGE, "%s", err.msg);
	req.headers.v[0] = "no colon";
	OK(ir_http_send(l, &req, on_got, &g, NULL, &err) < 0 && err.code == IR_USAGE, "%s", err.msg);
	req.headers.n = 0;
	req.proxy = "socks5://127.0.0.1:1";
	OK(ir_http_send(l, &req, on_got, &g, NULL, &err) < 0 && err.code == IR_USAGE, "%s", err.msg);
	req.proxy = NULL;
	req.effect = IR_WRITE;
	OK(ir_http_send(l, &req, on_got, &g, NULL, &err) < 0 && err.code == IR_REFUSED, "%s", err.msg);
	IS_INT(ir_loop_run(l, NULL, NULL), 0, "none of them holds the loop");
	IS_INT(g.called, 0, "none is told");
	ir_loop_free(l);
}

static void
test_redirects(void)
{
	static const struct {
		const char *path, *message;
	} bad[] = {
		{ "loop", "more than 3 redirects" },
		{ "redirect/302/file:///etc/passwd",
		    "redirect (status 302) refused: not http:// or https://: 'file:///etc/passwd'" },
		{ "redirect/301/gopher://h/", "redirect (status 301) refused: not http:// or https://: 'gopher://h/'" },
		{ "redirect/302/http://", "redirect (status 302) refused: " },
	};
	static const struct {
		int status;
		const char *method, *want;
	} methods[] = {
		{ 301, "POST", "GET /echo " },
		{ 302, "POST", "GET /echo " },
		{ 303, "POST", "GET /echo " },
		{ 303, "PUT", "GET /echo " },
		{ 303, "HEAD", "" },
		{ 301, "PUT", "PUT /echo " },
		{ 307, "POST", "POST /echo " },
		{ 308, "PATCH", "PATCH /echo " },
	};
	struct got g;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		g = ask(&(struct ir_http_req){ .url = url(bad[i].path), .max_redirects = 3 });
		OK(g.res.error == IR_HTTP_PROTOCOL && g.res.status >= 300 && strstr(g.res.message, bad[i].message),
		    "%s", g.res.message);
	}
	IS_STR(g.res.url, url("redirect/302/http://"), "the URL is that of the answer");
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		bool kept = methods[i].status >= 307 || strcmp(methods[i].want, "PUT /echo ") == 0;
		struct ir_list typed = { 0 };

		ir_list_add(&arena, &typed, "Content-Type: text/x-mine");
		g = ask(&(struct ir_http_req){ .url = url(ir_asprintf(&arena, "redirect/%d//echo", methods[i].status)),
		    .max_redirects = 3,
		    .method = methods[i].method,
		    .body = "abc",
		    .body_len = 3,
		    .max_body = 10000,
		    .headers = typed });
		OK(g.res.status == 200 && strncmp(g.body, methods[i].want, strlen(methods[i].want)) == 0, "%d after %s",
		    methods[i].status, methods[i].method);
		if (methods[i].want[0])
			OK(!!strstr(g.body, "\r\n\r\nabc") == kept && !!strstr(g.body, "text/x-mine") == kept,
			    "body and type %s", kept ? "kept" : "left out");
		IS_INT(g.res.redirects, 1, "counted");
		IS_STR(g.res.url, url("echo"), "and the last URL told");
	}
}

/* What another origin gets to see. */
static void
test_credentials(void)
{
	struct peer other = peer_start("echo", NULL, NULL);
	struct ir_secret token = { NULL, 0 };
	struct ir_http_req req = { .max_redirects = 3, .max_body = 10000, .bearer = &token };
	struct got g;

	ir_secret_set(&token, "t0ken", 5);
	ir_list_add(&arena, &req.headers, "Cookie: id=1");
	ir_list_add(&arena, &req.headers, "X-Api-Key: 2");
	ir_list_add(&arena, &req.headers, "Accept: text/x-mine");
	ir_list_add(&arena, &req.headers, "Host: mine");
	req.url = url("redirect/302//echo");
	g = ask(&req);
	OK(strstr(g.body, "t0ken") && strstr(g.body, "Cookie: id=1") && strstr(g.body, "X-Api-Key: 2"),
	    "the same origin gets all");
	req.url = url(ir_asprintf(&arena, "redirect/302/http://u:p@127.0.0.1:%d/", other.port));
	g = ask(&req);
	IS_INT(g.res.status, 200, "another origin is asked");
	OK(!strstr(g.body, "Authorization") && !strstr(g.body, "Cookie") && !strstr(g.body, "X-Api-Key") &&
		!strstr(g.body, "mine\r\nA"),
	    "gets no credentials, not even its own");
	OK(strstr(g.body, "Accept: text/x-mine"), "but what is no secret");
	OK(!strstr(g.res.url, "u:p"), "which are not told either: %s", g.res.url);
	req.url = ir_asprintf(&arena, "http://me:pw@127.0.0.1:%d/redirect/302//echo", all.port);
	req.bearer = NULL;
	g = ask(&req);
	OK(strstr(g.body, "Authorization: Basic"), "the URL's user stays with its origin");
	req.url =
	    ir_asprintf(&arena, "http://me:pw@127.0.0.1:%d/redirect/302/http://127.0.0.1:%d/", all.port, other.port);
	g = ask(&req);
	OK(g.res.status == 200 && !strstr(g.body, "Authorization"), "and goes to no other");
	req.method = "POST";
	req.body = "password=1";
	req.body_len = strlen(req.body);
	req.url = url(ir_asprintf(&arena, "redirect/302/http://127.0.0.1:%d/", other.port));
	g = ask(&req);
	OK(g.res.status == 200 && !strstr(g.body, "password"), "a POST that goes on as a GET leaves its body behind");
	req.url = url(ir_asprintf(&arena, "redirect/307/http://127.0.0.1:%d/", other.port));
	g = ask(&req);
	OK(g.res.error == IR_HTTP_PROTOCOL && g.res.status == 307, "one that would take it along is not followed");
	IS_STR(g.res.message, "redirect (status 307) refused: the body would go to another origin", "in words");
	ir_secret_done(&token);
	peer_stop(&other);
}

static void
test_names(void)
{
	struct ir_list resolve = { 0 };
	struct got g;
	int asked = names_asked;

	ir_list_add(&arena, &resolve, ir_asprintf(&arena, "web.test:%d:127.0.0.1", all.port));
	g = ask(&(struct ir_http_req){
	    .url = ir_asprintf(&arena, "http://web.test:%d/echo", all.port), .resolve = resolve, .max_body = 10000 });
	OK(g.res.status == 200 && strstr(g.body, ir_asprintf(&arena, "Host: web.test:%d\r\n", all.port)),
	    "an address given by hand");
	IS_INT(names_asked, asked, "nobody is asked for it");
	g = ask(&(struct ir_http_req){
	    .url = ir_asprintf(&arena, "http://good.test:%d/redirect/302/http://slow.test:%d/ok", all.port, all.port),
	    .max_redirects = 1 });
	OK(g.res.status == 200 && names_asked == asked + 2, "a redirect's name is resolved by us too");
	OK(g.res.dns_us >= 45000, "and its time counts");
	g = ask(&(struct ir_http_req){ .url = "http://none.test/" });
	OK(g.res.error == IR_HTTP_RESOLVE && g.res.phase == IR_HTTP_DNS, "%s", g.res.message);
	g = ask(&(struct ir_http_req){ .url = "http://stuck.test/", .timeout_us = 100000 });
	OK(g.res.error == IR_HTTP_TIMEOUT && g.res.phase == IR_HTTP_DNS && g.took_us < 3000000, "%s", g.res.message);
	IS_STR(g.res.message, "no answer within 100ms: resolving 'stuck.test'", "in words");
	g = ask(&(struct ir_http_req){ .url = ir_asprintf(&arena, "http://both.test:%d/ok", all.port) });
	IS_INT(g.res.status, 200, "of several addresses one that answers");
	g = ask(&(struct ir_http_req){ .url = ir_asprintf(&arena, "http://[::1]:%d/ok", all.port) });
	OK(g.res.error == IR_HTTP_REFUSED && g.res.phase == IR_HTTP_CONNECT, "%s", g.res.message);
}

static void
test_unix(void)
{
	const char *path = ir_asprintf(&arena, "%s/sock", scratch_top);
	struct peer p = peer_start("path", NULL, path);
	struct ir_http_req req = {
		.url = "http://docker/echo", .unix_path = path, .max_body = 10000, .max_redirects = 2
	};
	struct got g = ask(&req);
	int asked = names_asked;

	OK(g.res.status == 200 && strstr(g.body, "Host: docker\r\n"), "a unix socket, its host is only a name");
	req.url = "http://docker/redirect/302//echo";
	g = ask(&req);
	OK(g.res.status == 200 && g.res.redirects == 1, "a redirect stays on it");
	req.url = "http://docker/redirect/302/http://127.0.0.1/";
	g = ask(&req);
	OK(g.res.error == IR_HTTP_PROTOCOL && strstr(g.res.message, "away from the unix socket"), "%s", g.res.message);
	req.unix_path = "/nonexistent/sock";
	g = ask(&req);
	OK(g.res.error == IR_HTTP_REFUSED && g.res.phase == IR_HTTP_CONNECT, "%s", g.res.message);
	IS_INT(names_asked, asked, "no name is asked for");
	peer_stop(&p);
}

static void
test_proxy(void)
{
	struct peer proxy = peer_start("tunnel", NULL, NULL), mute = peer_start("silent", NULL, NULL);
	const char *through = ir_asprintf(&arena, "http://u:p@127.0.0.1:%d", proxy.port);
	int asked = names_asked;
	struct got g = ask(&(struct ir_http_req){ .url = "http://far.test/x", .proxy = through, .max_body = 10000 });

	OK(g.res.status == 200 && strncmp(g.body, "GET http://far.test/x HTTP/1.1\r\n", 32) == 0,
	    "a proxy is asked for the whole URL");
	OK(strstr(g.body, "Proxy-Authorization: Basic dTpw\r\n"), "with its user");
	IS_INT(names_asked, asked, "the name is the proxy's to resolve");
	IS_STR(g.res.address, ir_asprintf(&arena, "127.0.0.1:%d", proxy.port), "the address is the proxy's");
	g = ask(&(struct ir_http_req){ .url = "https://127.0.0.1/",
	    .proxy = ir_asprintf(&arena, "http://127.0.0.1:%d", mute.port),
	    .timeout_us = 100000 });
	OK(g.res.error == IR_HTTP_TIMEOUT && strstr(g.res.message, "proxy"), "%s", g.res.message);
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	g = ask(&(struct ir_http_req){ .url = url("ok") });
	IS_INT(g.res.status, 200, "the environment's proxy is not used");
	unsetenv("http_proxy");
	setenv("no_proxy", "*", 1);
	g = ask(&(struct ir_http_req){ .url = "http://far.test/x", .proxy = through, .max_body = 10000 });
	IS_INT(g.res.status, 200, "nor its exceptions");
	unsetenv("no_proxy");
	peer_stop(&proxy);
	peer_stop(&mute);
}

static int pieces;

static int
on_piece(void *arg, const char *p, size_t n)
{
	(void)arg;
	(void)p;
	pieces += n > 0;
	return pieces >= 3;
}

static struct ir_http *victims[3];

static int
on_piece_cancel(void *arg, const char *p, size_t n)
{
	(void)arg;
	(void)p;
	(void)n;
	for (int i = 0; i < 3; i++) {
		ir_http_cancel(victims[i]);
		victims[i] = NULL;
	}
	return 0;
}

static void
test_break_off(void)
{
	struct ir_ctx ctx;
	struct ir_loop *l;
	struct got g = ask(&(struct ir_http_req){ .url = url("body"), .on_body = on_piece }), h[3] = { { 0 } };
	int before = count("/proc/self/fd");
	struct ir_http *one = NULL;

	OK(g.res.error == IR_HTTP_OK && pieces == 3 && !g.res.body_cut, "a stream ends when its reader says so");
	l = fresh(&ctx);
	ir_http_send(l, &(struct ir_http_req){ .url = url("body"), .on_body = on_piece_cancel }, on_got, &h[0],
	    &victims[0], NULL);
	ir_http_send(l, &(struct ir_http_req){ .url = url("silent") }, on_got, &h[1], &victims[1], NULL);
	ir_http_send(l, &(struct ir_http_req){ .url = "http://stuck.test/" }, on_got, &h[2], &victims[2], NULL);
	IS_INT(ir_loop_run(l, NULL, NULL), 0, "cancelled from inside a body: nothing is held any more");
	OK(h[0].called + h[1].called + h[2].called == 0, "nothing is told");
	ir_http_send(l, &(struct ir_http_req){ .url = url("silent") }, on_got, &h[0], &one, NULL);
	ctx.deadline_us = ir_mono_us() + 50000;
	IS_INT(ir_loop_run(l, NULL, NULL), 1, "a request made for a longer run");
	ir_http_stop(one);
	OK(h[0].called == 1 && h[0].res.error == IR_HTTP_STOPPED && h[0].res.phase == IR_HTTP_WAIT, "is stopped: %s",
	    h[0].res.message);
	ctx.deadline_us = ir_mono_us() + 9000000;
	ir_http_send(l, &(struct ir_http_req){ .url = url("silent") }, on_got, &h[1], NULL, NULL);
	ctx.deadline_us = ir_mono_us() + 50000;
	ir_http_send(l, &(struct ir_http_req){ .url = url("half"), .timeout_us = 9000000 }, on_got, &h[2], NULL, NULL);
	IS_INT(ir_loop_run(l, NULL, NULL), 1, "the deadline");
	OK(h[2].called == 1 && h[2].res.error == IR_HTTP_TIMEOUT, "ends a request with a longer time of its own: %s",
	    h[2].res.message);
	ir_loop_free(l);
	IS_INT(h[1].called, 0, "freeing the loop tells nothing");
	IS_INT(count("/proc/self/fd"), before, "and leaves no descriptor");
}

/* From a callback the next request. */
static void
on_again(void *arg, const struct ir_http_res *res)
{
	struct got *g = arg;

	g->called++;
	(void)res;
}

static void
test_many(void)
{
	struct ir_ctx ctx;
	struct ir_loop *l = fresh(&ctx);
	static char urls[400][64];
	struct got g = { 0 };

	for (int i = 0; i < 400; i++) {
		snprintf(urls[i], sizeof(urls[i]), "http://127.0.%d.%d:%d/%s", i / 200, i % 200 + 1, all.port,
		    i % 2 ? "ok" : "silent");
		ir_http_send(
		    l, &(struct ir_http_req){ .url = urls[i], .timeout_us = 1000000 }, on_again, &g, NULL, NULL);
	}
	IS_INT(ir_loop_run(l, NULL, NULL), 0, "400 at once, half of which hang");
	IS_INT(g.called, 400, "all are told");
	ir_loop_free(l);
}

/* TLS */

static const char *
run(const char *cmd)
{
	return ir_asprintf(&arena, "cd '%s' && { %s; } >log 2>&1", scratch_top, cmd);
}

static int
shell(const char *cmd)
{
	char *argv[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" }, ir_strdup(&arena, run(cmd)), NULL };
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		execv(argv[0], argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status;
}

static int
make_certificates(void)
{
	return shell("openssl version && K='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes' && "
		     "openssl req -x509 $K -keyout ca.key -out ca.pem -days 3650 -subj /CN=TestCA && "
		     "openssl req $K -keyout key.pem -out req.csr -subj /CN=localhost && "
		     "echo subjectAltName=DNS:localhost,DNS:tls.test >ext && "
		     "openssl x509 -req -in req.csr -CA ca.pem -CAkey ca.key -days 20 -extfile ext -out good.pem && "
		     "openssl x509 -req -in req.csr -CA ca.pem -CAkey ca.key -days -1 -extfile ext -out old.pem");
}

static struct peer
tls_start(const char *cert, const char *more)
{
	char where[] = "127.0.0.1:0", key[600], file[600], www[] = "-www", a[] = "openssl", s[] = "s_server",
	     o[] = "-accept", c[] = "-cert", k[] = "-key", v[40], ca[] = "-CAfile", cafile[600], one[] = "1";
	char *argv[] = { a, s, o, where, c, file, k, key, www, v, one, ca, cafile, NULL };

	snprintf(file, sizeof(file), "%s/%s", scratch_top, cert);
	snprintf(key, sizeof(key), "%s/key.pem", scratch_top);
	snprintf(cafile, sizeof(cafile), "%s/ca.pem", scratch_top);
	snprintf(v, sizeof(v), "%s", more ? more : "");
	if (!more)
		argv[9] = NULL;
	return peer_spawn(argv, "ACCEPT 127.0.0.1:");
}

static struct ir_http_req
tls_req(const struct peer *p, const char *host)
{
	struct ir_http_req req = { .want_cert = true, .timeout_us = 5000000 };

	req.url = ir_asprintf(&arena, "https://%s:%d/", host, p->port);
	req.ca_file = ir_asprintf(&arena, "%s/ca.pem", scratch_top);
	ir_list_add(&arena, &req.resolve, ir_asprintf(&arena, "tls.test:%d:127.0.0.1", p->port));
	ir_list_add(&arena, &req.resolve, ir_asprintf(&arena, "other.test:%d:127.0.0.1", p->port));
	return req;
}

static int64_t
days(const struct got *g)
{
	return g->res.cert_expires_ms == IR_TIME_NONE ? -9999 : (g->res.cert_expires_ms - ir_now_ms()) / 86400000;
}

static void
test_tls_good(void)
{
	struct peer p = tls_start("good.pem", NULL), tunnel = peer_start("tunnel", NULL, NULL);
	struct ir_http_req req = tls_req(&p, "tls.test");
	struct got g = ask(&req);

	OK(g.res.error == IR_HTTP_OK && g.res.status == 200, "TLS: %s", g.res.message);
	IS_INT(days(&g), 19, "the days the certificate has left");
	IS_STR(g.res.cert_subject, "CN = localhost", "its subject");
	IS_STR(g.res.cert_issuer, "CN = TestCA", "its issuer");
	IS_STR(g.res.tls_version, "TLSv1.3", "the version");
	OK(g.res.tls_us > 0 && g.res.first_byte_us >= 0, "the handshake has its time");
	req.connect_only = true;
	g = ask(&req);
	OK(g.res.error == IR_HTTP_OK && g.res.status == 0 && g.res.phase == IR_HTTP_DONE, "only as far as TLS: %s",
	    g.res.message);
	IS_INT(days(&g), 19, "tells the certificate");
	IS_STR(g.res.tls_version, "TLSv1.3", "and the version");
	OK(g.res.tls_us > 0 && g.res.first_byte_us == -1, "and the handshake's time");
	req.want_cert = false;
	g = ask(&req);
	OK(g.res.cert_expires_ms == IR_TIME_NONE && !g.res.cert_subject, "no certificate when none is wanted");
	req = tls_req(&p, "tls.test");
	req.proxy = ir_asprintf(&arena, "http://127.0.0.1:%d", tunnel.port);
	req.url = ir_asprintf(&arena, "https://127.0.0.1:%d/", p.port);
	req.insecure = true;
	g = ask(&req);
	OK(g.res.status == 200 && days(&g) == 19, "through a proxy's tunnel: %s", g.res.message);
	OK(ir_http_header(&g.res, "content-type") != NULL, "the headers are the peer's, not the proxy's");
	peer_stop(&tunnel);
	peer_stop(&p);
}

static void
test_tls_bad(void)
{
	struct peer p = tls_start("good.pem", NULL), old = tls_start("old.pem", NULL);
	struct ir_http_req req = tls_req(&p, "other.test");
	struct got g = ask(&req);

	OK(g.res.error == IR_HTTP_TLS_FAILED && g.res.phase == IR_HTTP_TLS, "another name: %s", g.res.message);
	IS_INT(days(&g), 19, "its certificate is told all the same");
	req = tls_req(&p, "tls.test");
	req.ca_file = NULL;
	g = ask(&req);
	OK(g.res.error == IR_HTTP_TLS_FAILED && strncmp(g.res.message, "certificate not trusted: ", 25) == 0, "%s",
	    g.res.message);
	IS_STR(g.res.cert_issuer, "CN = TestCA", "who made it is told");
	req.insecure = true;
	g = ask(&req);
	OK(g.res.error == IR_HTTP_OK && days(&g) == 19, "not verified: %s", g.res.message);
	req = tls_req(&old, "tls.test");
	g = ask(&req);
	IS_STR(g.res.message, "certificate not trusted: certificate has expired", "an expired one");
	IS_INT(days(&g), -1, "since yesterday");
	req.ca_file = "/nonexistent/ca.pem";
	g = ask(&req);
	IS_INT(g.res.error, IR_HTTP_LOCAL, "a bundle that is not there is our fault: %s", g.res.message);
	req =
	    (struct ir_http_req){ .url = ir_asprintf(&arena, "https://127.0.0.1:%d/", all.port), .timeout_us = 300000 };
	g = ask(&req);
	OK(g.res.error == IR_HTTP_TIMEOUT && g.res.phase == IR_HTTP_TLS, "a stall in the handshake: %s", g.res.message);
	peer_stop(&old);
	old = peer_start("garbage", NULL, NULL);
	req.url = ir_asprintf(&arena, "https://127.0.0.1:%d/", old.port);
	g = ask(&req);
	OK(g.res.error == IR_HTTP_TLS_FAILED && g.res.phase == IR_HTTP_TLS, "no TLS: %s", g.res.message);
	peer_stop(&old);
	old = peer_start("close", NULL, NULL);
	req.url = ir_asprintf(&arena, "https://127.0.0.1:%d/", old.port);
	g = ask(&req);
	OK(g.res.error == IR_HTTP_TLS_FAILED && g.res.phase == IR_HTTP_TLS, "closed: %s", g.res.message);
	peer_stop(&old);
	peer_stop(&p);
}

static void
test_tls_client(void)
{
	struct peer p = tls_start("good.pem", "-Verify");
	struct ir_http_req req = tls_req(&p, "tls.test");
	struct got g = ask(&req);

	OK(g.res.error != IR_HTTP_OK && g.res.status == 0, "a peer that wants a certificate of ours: %s",
	    g.res.message);
	req.cert_file = ir_asprintf(&arena, "%s/good.pem", scratch_top);
	req.key_file = ir_asprintf(&arena, "%s/key.pem", scratch_top);
	g = ask(&req);
	OK(g.res.error == IR_HTTP_OK && g.res.status == 200, "gets it: %s", g.res.message);
	req.key_file = "/nonexistent/key.pem";
	g = ask(&req);
	IS_INT(g.res.error, IR_HTTP_LOCAL, "a key that is not there is our fault: %s", g.res.message);
	peer_stop(&p);
}

/* nginx speaks HTTP/2, with TLS and without. */
static void
test_http2(void)
{
	struct peer a = peer_start("ok", NULL, NULL), b = peer_start("ok", NULL, NULL);
	const char *conf = ir_asprintf(&arena,
	    "pid nginx.pid; error_log stderr; daemon on; master_process off; events {} http { access_log off; "
	    "client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s; "
	    "server { listen 127.0.0.1:%d http2; location / { return 200 two; } } "
	    "server { listen 127.0.0.1:%d ssl http2; ssl_certificate good.pem; ssl_certificate_key key.pem; location / "
	    "{ return 200 two; } "
	    "location /down { return 302 http://127.0.0.1:%d/; } } }",
	    a.port, b.port, all.port);
	struct ir_http_req req;
	struct got g;

	peer_stop(&a);
	peer_stop(&b);
	scratch_file("nginx.conf", conf);
	if (shell("PATH=$PATH:/usr/sbin nginx -p . -c nginx.conf -e stderr") != 0) {
		SKIP("nginx", "HTTP/2");
		return;
	}
	req = (struct ir_http_req){
		.url = ir_asprintf(&arena, "http://127.0.0.1:%d/", a.port), .http2 = true, .max_body = 100
	};
	g = ask(&req);
	OK(g.res.status == 200 && g.res.version && strcmp(g.res.version, "2") == 0 && strcmp(g.body, "two") == 0,
	    "HTTP/2 on plain text: %s", g.res.message);
	req = tls_req(&b, "tls.test");
	g = ask(&req);
	OK(g.res.status == 200 && g.res.version && strcmp(g.res.version, "2") == 0, "HTTP/2 on TLS: %s", g.res.message);
	req.no_http2 = true;
	g = ask(&req);
	OK(g.res.status == 200 && g.res.version && strcmp(g.res.version, "1.1") == 0, "not when it is not wanted: %s",
	    g.res.message);
	req = (struct ir_http_req){ .url = url("ok"), .http2 = true, .timeout_us = 1000000 };
	g = ask(&req);
	OK(g.res.error != IR_HTTP_OK, "HTTP/2 of a peer that has none: %s", g.res.message);
	req = tls_req(&b, "tls.test");
	req.url = ir_asprintf(&arena, "https://tls.test:%d/down", b.port);
	req.max_redirects = 3;
	g = ask(&req);
	OK(g.res.error == IR_HTTP_PROTOCOL && g.res.status == 302 && strstr(g.res.message, "from https to http"), "%s",
	    g.res.message);
	shell("kill $(cat nginx.pid)");
}

static void
test_tls(void)
{
	if (make_certificates() != 0) {
		SKIP("openssl", "TLS");
		return;
	}
	test_tls_good();
	test_tls_bad();
	test_tls_client();
	test_http2();
}

int
main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	scratch_new(&arena);
	all = peer_start("path", NULL, NULL);
	test_hostile();
	test_answer();
	test_request();
	test_refused_requests();
	test_redirects();
	test_credentials();
	test_names();
	test_unix();
	test_proxy();
	test_break_off();
	test_many();
	test_tls();
	peer_stop(&all);
	scratch_done();
	names_free_stuck();
	ir_arena_done(&arena);
	return tap_done();
}
