/* http_answer - what came, as members of the result */
#include <ctype.h>
#include <strings.h>

#include "base/clock.h"
#include "net/request.h"

/* Of the hop's answers (100 and 103 may come before the one that counts) the last is kept; a trailer after the body is not. */
size_t
ir_http_on_header(char *p, size_t size, size_t n, void *http)
{
	struct ir_http *h = http;
	size_t bytes = size * n;

	if (h->end != IR_HTTP_GOING)
		return 0;
	if (h->in_body)
		return bytes;
	if (bytes >= 5 && memcmp(p, "HTTP/", 5) == 0) {
		ir_buf_reset(&h->head);
		h->head_done = false;
	}
	h->head_bytes += bytes;
	if (h->head_bytes > IR_HTTP_HEAD_MAX || ir_buf_add(&h->head, p, bytes) < 0) {
		h->end = IR_HTTP_HEAD_TOO_BIG;
		return 0;
	}
	h->head_done = bytes <= 2 && strspn(p, "\r\n") >= bytes;
	return bytes;
}

static bool
take_body(struct ir_http *h, const char *p, size_t n)
{
	if (ir_http_redirects(h))
		return false;
	h->res.body_bytes += (int64_t)n;
	if (h->req.on_body)
		return h->req.on_body(h->arg, p, n) == 0;
	if (h->req.max_body == 0) {
		h->res.body_cut = h->res.body_bytes > IR_HTTP_DROP_MAX;
		return !h->res.body_cut;
	}
	h->res.body_cut = ir_buf_add(&h->res.body, p, n) < 0;
	return !h->res.body_cut;
}

size_t
ir_http_on_body(char *p, size_t size, size_t n, void *http)
{
	struct ir_http *h = http;

	if (h->end != IR_HTTP_GOING)
		return 0;
	h->in_body = true;
	if (take_body(h, p, size * n))
		return size * n;
	if (h->end == IR_HTTP_GOING)
		h->end = IR_HTTP_ENOUGH;
	return 0;
}

/* Connected, the request is about to be sent: the only time at which libcurl shows the TLS connection of a request. */
int
ir_http_on_ready(void *http, char *a, char *b, int c, int d)
{
	struct ir_http *h = http;
	struct curl_tlssessioninfo *tls = NULL;
	const struct ir_curl *curl = &h->net->curl;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	if (curl->easy_getinfo(h->easy, CURLINFO_TLS_SSL_PTR, &tls) != CURLE_OK || !tls || !tls->internals)
		return CURL_PREREQFUNC_OK;
	if (tls->backend == CURLSSLBACKEND_OPENSSL && curl->ssl_get_version)
		h->res.tls_version = ir_strdup(&h->arena, curl->ssl_get_version(tls->internals));
	return CURL_PREREQFUNC_OK;
}

int
ir_http_status(const struct ir_http *h)
{
	long status = 0;

	if (h->easy)
		h->net->curl.easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	return status >= 200 ? (int)status : 0;
}

static int64_t
time_of(const struct ir_http *h, CURLINFO what)
{
	curl_off_t us = 0;

	h->net->curl.easy_getinfo(h->easy, what, &us);
	return (int64_t)us;
}

static enum ir_http_phase
phase_of(const struct ir_http *h)
{
	long sent = 0;

	if (h->head_bytes > 0 || time_of(h, CURLINFO_STARTTRANSFER_TIME_T) > 0)
		return IR_HTTP_BODY;
	if (h->url.tls && time_of(h, CURLINFO_APPCONNECT_TIME_T) == 0)
		return IR_HTTP_TLS;
	h->net->curl.easy_getinfo(h->easy, CURLINFO_REQUEST_SIZE, &sent);
	if (sent == 0)
		return IR_HTTP_SEND;
	if (h->req.body && !h->no_body && time_of(h, CURLINFO_SIZE_UPLOAD_T) < (int64_t)h->req.body_len)
		return IR_HTTP_SEND;
	return IR_HTTP_WAIT;
}

static const char *
version_name(long version)
{
	switch (version) {
	case CURL_HTTP_VERSION_1_0:
		return "1.0";
	case CURL_HTTP_VERSION_1_1:
		return "1.1";
	case CURL_HTTP_VERSION_2_0:
		return "2";
	case CURL_HTTP_VERSION_3:
		return "3";
	default:
		return NULL;
	}
}

void
ir_http_take_hop(struct ir_http *h)
{
	const struct ir_curl *c = &h->net->curl;
	int64_t connected = time_of(h, CURLINFO_CONNECT_TIME_T), tls = time_of(h, CURLINFO_APPCONNECT_TIME_T);
	int64_t ready = tls > connected ? tls : connected, first = time_of(h, CURLINFO_STARTTRANSFER_TIME_T);
	long version = 0;

	h->res.phase = phase_of(h);
	h->res.tls_us = h->url.tls && tls > 0 ? tls - connected : -1;
	h->res.first_byte_us = first > 0 && first >= ready ? first - ready : -1;
	c->easy_getinfo(h->easy, CURLINFO_HTTP_VERSION, &version);
	h->res.status = ir_http_status(h);
	h->res.version = h->res.status ? version_name(version) : NULL;
}

/* "Expire date:Jan  1 00:00:00 2030 GMT" and its like, as libcurl lists a certificate. */
static void
take_cert_line(struct ir_http *h, const char *line)
{
	time_t at;

	if (strncmp(line, "Subject:", 8) == 0)
		h->res.cert_subject = ir_strdup(&h->arena, line + 8);
	else if (strncmp(line, "Issuer:", 7) == 0)
		h->res.cert_issuer = ir_strdup(&h->arena, line + 7);
	else if (strncmp(line, "Expire date:", 12) == 0) {
		at = h->net->curl.getdate(line + 12, NULL);
		if (at != -1)
			h->res.cert_expires_ms = (int64_t)at * 1000;
	}
}

void
ir_http_take_cert(struct ir_http *h)
{
	struct curl_certinfo *chain = NULL;

	if (!h->req.want_cert || !h->url.tls)
		return;
	if (h->net->curl.easy_getinfo(h->easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain ||
	    chain->num_of_certs < 1)
		return;
	for (const struct curl_slist *line = chain->certinfo[0]; line; line = line->next)
		take_cert_line(h, line->data);
}

/* The next line of the head from *p, without its end; false at the end. */
static bool
next_line(const struct ir_http *h, const char **p, const char **line, size_t *n)
{
	const char *end = h->head.data + h->head.len, *nl;

	if (!h->head.data || *p >= end)
		return false;
	nl = memchr(*p, '\n', (size_t)(end - *p));
	*line = *p;
	*p = nl ? nl + 1 : end;
	*n = (size_t)((nl ? nl : end) - *line);
	while (*n > 0 && strchr("\r \t", (*line)[*n - 1]))
		--*n;
	return true;
}

static const char *
value_of(const char *line, size_t n, const char *colon, size_t *len)
{
	const char *v = colon + 1;

	while (v < line + n && (*v == ' ' || *v == '\t'))
		v++;
	*len = (size_t)(line + n - v);
	return v;
}

const char *
ir_http_head_value(const struct ir_http *h, const char *name, size_t *len)
{
	const char *p = h->head.data, *line, *colon;
	size_t n, want = strlen(name);

	while (next_line(h, &p, &line, &n)) {
		colon = memchr(line, ':', n);
		if (colon && (size_t)(colon - line) == want && strncasecmp(line, name, want) == 0)
			return value_of(line, n, colon, len);
	}
	return NULL;
}

void
ir_http_take_headers(struct ir_http *h)
{
	const char *p = h->head.data, *line, *colon, *value;
	size_t n, len;

	while (next_line(h, &p, &line, &n)) {
		char *text;

		colon = memchr(line, ':', n);
		if (!colon || colon == line)
			continue;
		value = value_of(line, n, colon, &len);
		text = ir_asprintf(&h->arena, "%.*s: %.*s", (int)(colon - line), line, (int)len, value);
		for (char *name = text; *name && *name != ':'; name++)
			*name = (char)tolower((unsigned char)*name);
		ir_list_add(&h->arena, &h->res.headers, text);
	}
}

bool
ir_http_redirects(const struct ir_http *h)
{
	int status = ir_http_status(h);
	size_t n;

	if (h->req.max_redirects == 0)
		return false;
	if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308)
		return false;
	return ir_http_head_value(h, "location", &n) != NULL;
}

const char *
ir_http_header(const struct ir_http_res *res, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < res->headers.n; i++)
		if (strncmp(res->headers.v[i], name, n) == 0 && res->headers.v[i][n] == ':')
			return res->headers.v[i] + n + 2;
	return NULL;
}
