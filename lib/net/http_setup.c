/* http_setup - a request as libcurl's options */
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/request.h"

enum { SMALL_BUFFER = 4 * 1024, LARGE_BUFFER = 64 * 1024, LARGE_BODY = 256 * 1024 };

/* Headers that go to another origin too: they say what is wanted, not who asks. */
static const char *const harmless[] = {
	"accept",
	"accept-charset",
	"accept-encoding",
	"accept-language",
	"cache-control",
	"content-encoding",
	"content-language",
	"content-type",
	"if-modified-since",
	"if-none-match",
	"pragma",
	"range",
	"user-agent",
};

static bool
is_named(const char *header, const char *name)
{
	size_t n = strlen(name);

	return strncasecmp(header, name, n) == 0 && header[n] == ':';
}

static bool
is_harmless(const char *header)
{
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (is_named(header, harmless[i]))
			return true;
	return false;
}

bool
ir_http_header_valid(const char *header)
{
	static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";
	size_t n = strspn(header, token);

	return n > 0 && header[n] == ':' && !strpbrk(header, "\r\n");
}

static void
append(const struct ir_curl *c, struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = c->slist_append(*list, line);

	if (!longer)
		ir_oom();
	*list = longer;
}

/* libcurl takes "Name:" for "leave it out" and "Name;" for an empty one. */
static void
append_header(struct ir_http *h, const char *header)
{
	const char *colon = strchr(header, ':');
	char *empty;

	if (colon[1 + strspn(colon + 1, " \t")] != '\0') {
		append(&h->net->curl, &h->headers, header);
		return;
	}
	empty = strdup(header);
	if (!empty)
		ir_oom();
	empty[colon - header] = ';';
	empty[colon - header + 1] = '\0';
	append(&h->net->curl, &h->headers, empty);
	free(empty);
}

static void
append_bearer(struct ir_http *h)
{
	const char *start = h->req.bearer_as ? h->req.bearer_as : "Authorization: Bearer ";
	const char *token = ir_secret_reveal(h->req.bearer);
	size_t n = strlen(start) + 1 + (token ? strlen(token) : 0);
	char *line;

	if (!token)
		return;
	line = malloc(n);
	if (!line)
		ir_oom();
	snprintf(line, n, "%s%s", start, token);
	append(&h->net->curl, &h->headers, line);
	explicit_bzero(line, n);
	free(line);
}

static bool
has_body(const struct ir_http *h)
{
	return h->req.body && !h->no_body && !h->peeking;
}

static void
set_headers(struct ir_http *h)
{
	const struct ir_curl *c = &h->net->curl;
	bool typed = false;

	for (size_t i = 0; i < h->req.headers.n; i++) {
		const char *header = h->req.headers.v[i];

		if (h->foreign && !is_harmless(header))
			continue;
		if (!has_body(h) && strncasecmp(header, "content-", 8) == 0 && h->no_body)
			continue;
		typed |= is_named(header, "content-type");
		append_header(h, header);
	}
	if (h->req.bearer && !h->foreign)
		append_bearer(h);
	if (has_body(h)) {
		append(c, &h->headers, "Expect:");
		if (!typed)
			append(c, &h->headers, "Content-Type:");
	}
	if (h->headers)
		c->easy_setopt(h->easy, CURLOPT_HTTPHEADER, h->headers);
}

static void
set_credentials(struct ir_http *h)
{
	const struct ir_curl *c = &h->net->curl;
	const char *user = h->req.user, *password = h->req.password ? ir_secret_reveal(h->req.password) : NULL;

	if (h->foreign)
		return;
	if (!user && !password) {
		user = h->url.user;
		password = h->url.password;
	}
	if (!user && !password)
		return;
	c->easy_setopt(h->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	c->easy_setopt(h->easy, CURLOPT_USERNAME, user ? user : "");
	c->easy_setopt(h->easy, CURLOPT_PASSWORD, password ? password : "");
}

static void
set_method(struct ir_http *h)
{
	const struct ir_curl *c = &h->net->curl;
	const char *method = h->method ? h->method : "GET";

	if (has_body(h)) {
		c->easy_setopt(h->easy, CURLOPT_POSTFIELDS, h->req.body);
		c->easy_setopt(h->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)h->req.body_len);
		c->easy_setopt(h->easy, CURLOPT_CUSTOMREQUEST, method);
	} else if (strcmp(method, "HEAD") == 0) {
		c->easy_setopt(h->easy, CURLOPT_NOBODY, 1L);
	} else if (strcmp(method, "GET") != 0) {
		c->easy_setopt(h->easy, CURLOPT_CUSTOMREQUEST, method);
		/* A method with a meaning for a body says that there is none. */
		if (strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0) {
			c->easy_setopt(h->easy, CURLOPT_POSTFIELDS, "");
			c->easy_setopt(h->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)0);
		}
	}
}

static long
http_version(const struct ir_http *h)
{
	if (h->req.no_http2)
		return CURL_HTTP_VERSION_1_1;
	if (h->req.http2)
		return h->url.tls ? CURL_HTTP_VERSION_2_0 : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
	return CURL_HTTP_VERSION_2TLS;
}

/* Of libcurl's CA cache there is one a multi handle, and only for a file: so a directory that it was built with as well is left out. */
static int
set_tls(struct ir_http *h)
{
	const struct ir_curl *c = &h->net->curl;
	bool verify = !h->req.insecure && !h->peeking;
	CURLcode rc = CURLE_OK;

	c->easy_setopt(h->easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
	c->easy_setopt(h->easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
	c->easy_setopt(h->easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	c->easy_setopt(h->easy, CURLOPT_SSL_ENABLE_ALPN, h->req.keep ? 0L : 1L);
	c->easy_setopt(h->easy, CURLOPT_CERTINFO, h->req.want_cert ? 1L : 0L);
	c->easy_setopt(h->easy, CURLOPT_PREREQFUNCTION, ir_http_on_ready);
	c->easy_setopt(h->easy, CURLOPT_PREREQDATA, h);
	if (h->req.ca_file || h->net->ca_file)
		c->easy_setopt(h->easy, CURLOPT_CAPATH, NULL);
	if (h->req.ca_file)
		rc = c->easy_setopt(h->easy, CURLOPT_CAINFO, h->req.ca_file);
	if (rc == CURLE_OK && h->req.cert_file && !h->foreign && !h->peeking)
		rc = c->easy_setopt(h->easy, CURLOPT_SSLCERT, h->req.cert_file);
	if (rc == CURLE_OK && h->req.key_file && !h->foreign && !h->peeking)
		rc = c->easy_setopt(h->easy, CURLOPT_SSLKEY, h->req.key_file);
	return rc == CURLE_OK ? 0 : -1;
}

/* libcurl takes the socket that we have connected … */
static curl_socket_t
on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct ir_http *h = arg;
	int fd = h->fd;

	(void)purpose;
	(void)address;
	h->fd = -1;
	if (fd < 0)
		return CURL_SOCKET_BAD;
	if (h->req.unix_path) {
		/* libcurl before 8.0 connects what is connected already: TCP lets that pass, once; a unix socket does not (EISCONN) */
		close(fd);
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	}
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* … and is told so. */
static int
on_sockopt(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	const struct ir_http *h = arg;

	(void)fd;
	(void)purpose;
	return h->req.unix_path ? CURL_SOCKOPT_OK : CURL_SOCKOPT_ALREADY_CONNECTED;
}

static void
set_proxy(struct ir_http *h)
{
	const struct ir_curl *c = &h->net->curl;
	char text[sizeof("http://") + sizeof(h->res.address)];

	snprintf(text, sizeof(text), "http://%s", h->res.address);
	c->easy_setopt(h->easy, CURLOPT_PROXY, text);
	c->easy_setopt(h->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (h->proxy.user)
		c->easy_setopt(h->easy, CURLOPT_PROXYUSERNAME, h->proxy.user);
	if (h->proxy.password)
		c->easy_setopt(h->easy, CURLOPT_PROXYPASSWORD, h->proxy.password);
}

/* Only numeric addresses are ever given to libcurl, lest it resolve one. */
static void
set_place(struct ir_http *h)
{
	const struct ir_curl *c = &h->net->curl;
	char line[sizeof(h->res.address) + 2];

	c->easy_setopt(h->easy, CURLOPT_URL, h->url.text);
	c->easy_setopt(h->easy, CURLOPT_NOPROXY, "");
	if (h->req.unix_path) {
		c->easy_setopt(h->easy, CURLOPT_PROXY, "");
		c->easy_setopt(h->easy, CURLOPT_UNIX_SOCKET_PATH, h->req.unix_path);
	} else if (h->proxy.host) {
		set_proxy(h);
	} else {
		snprintf(line, sizeof(line), "::%s", h->res.address);
		append(c, &h->connect_to, line);
		c->easy_setopt(h->easy, CURLOPT_PROXY, "");
		c->easy_setopt(h->easy, CURLOPT_CONNECT_TO, h->connect_to);
	}
	c->easy_setopt(h->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	c->easy_setopt(h->easy, CURLOPT_OPENSOCKETDATA, h);
	c->easy_setopt(h->easy, CURLOPT_SOCKOPTFUNCTION, on_sockopt);
	c->easy_setopt(h->easy, CURLOPT_SOCKOPTDATA, h);
}

static long
buffer_size(const struct ir_http *h)
{
	return h->req.on_body || h->req.max_body > LARGE_BODY ? LARGE_BUFFER : SMALL_BUFFER;
}

static void
set_manners(struct ir_http *h)
{
	const struct ir_curl *c = &h->net->curl;

	c->easy_setopt(h->easy, CURLOPT_PRIVATE, h);
	c->easy_setopt(h->easy, CURLOPT_ERRORBUFFER, h->why);
	c->easy_setopt(h->easy, CURLOPT_NOSIGNAL, 1L);
	c->easy_setopt(h->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	c->easy_setopt(h->easy, CURLOPT_QUICK_EXIT, 1L);
	c->easy_setopt(h->easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L); /* else all of it is walked after each transfer */
	c->easy_setopt(h->easy, CURLOPT_FRESH_CONNECT, 1L);
	c->easy_setopt(h->easy, CURLOPT_FORBID_REUSE, h->req.keep ? 0L : 1L); /* libcurl would close it */
	c->easy_setopt(h->easy, CURLOPT_BUFFERSIZE, buffer_size(h));
	c->easy_setopt(h->easy, CURLOPT_USERAGENT, "ir");
	c->easy_setopt(h->easy, CURLOPT_HTTP_VERSION, http_version(h));
	c->easy_setopt(h->easy, CURLOPT_HEADERFUNCTION, ir_http_on_header);
	c->easy_setopt(h->easy, CURLOPT_HEADERDATA, h);
	c->easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, ir_http_on_body);
	c->easy_setopt(h->easy, CURLOPT_WRITEDATA, h);
}

int
ir_http_setup(struct ir_http *h)
{
	const struct ir_curl *c = &h->net->curl;

	h->easy = c->easy_init();
	if (!h->easy)
		ir_oom();
	set_manners(h);
	set_place(h);
	if (h->url.tls && set_tls(h) < 0)
		return -1;
	if (h->req.connect_only || h->peeking) {
		c->easy_setopt(h->easy, CURLOPT_CONNECT_ONLY, 1L);
		return 0;
	}
	set_method(h);
	set_headers(h);
	set_credentials(h);
	return 0;
}
