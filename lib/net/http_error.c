/* http_error - what went wrong, in words, and how far it got */
#include <ctype.h>
#include <errno.h>

#include "base/num.h"
#include "net/request.h"

const char *const ir_http_phase_names[] = { "dns", "connect", "tls", "send", "wait", "body", "done", NULL };

void
ir_http_fail(struct ir_http *h, enum ir_http_error error, const char *fmt, ...)
{
	va_list ap;

	h->res.error = error;
	va_start(ap, fmt);
	vsnprintf(h->res.message, sizeof(h->res.message), fmt, ap);
	va_end(ap);
}

/* What it was at, after "no answer within 2s: ". */
static const char *
place(const struct ir_http *h, char *out, size_t size)
{
	const char *to = h->req.unix_path ? h->req.unix_path : h->res.address;
	const char *proxy = h->proxy.host ? " to the proxy" : "";

	if (h->waiting) {
		snprintf(out, size, "connected%s, but this host was too busy to go on", proxy);
		return out;
	}
	switch (h->res.phase) {
	case IR_HTTP_DNS:
		snprintf(out, size, "resolving '%s'", h->proxy.host ? h->proxy.host : h->url.host);
		break;
	case IR_HTTP_CONNECT:
		snprintf(out, size, "connecting%s%s%s", proxy, *to ? (*proxy ? ", " : " to ") : "", to);
		break;
	case IR_HTTP_TLS:
		snprintf(out, size, "connected%s, in the TLS handshake", proxy);
		break;
	case IR_HTTP_SEND:
		snprintf(out, size, "connected%s, sending the request", proxy);
		break;
	case IR_HTTP_WAIT:
		snprintf(out, size, "connected%s, waiting for the first byte", proxy);
		break;
	default:
		if (!h->head_done)
			snprintf(out, size, "connected%s, the answer began, but its headers are not complete", proxy);
		else
			snprintf(out, size, "status %d came, body not complete after %lld bytes", h->res.status,
			    (long long)h->res.body_bytes);
	}
	return out;
}

void
ir_http_fail_stopped(struct ir_http *h, enum ir_http_error error)
{
	char where[200], limit[IR_NUM_MAX];

	place(h, where, sizeof(where));
	if (error == IR_HTTP_TIMEOUT) {
		ir_format_duration(limit, (h->end_us - h->start_us + 5000) / 10000 * 10);
		ir_http_fail(h, error, "no %sanswer within %s: %s", h->head_done ? "complete " : "", limit, where);
	} else {
		ir_http_fail(h, error, "stopped: %s", where);
	}
}

enum ir_http_error
ir_http_dial_error(enum ir_dial_error error)
{
	static const enum ir_http_error errors[] = {
		[IR_DIAL_OK] = IR_HTTP_OK,
		[IR_DIAL_TIMEOUT] = IR_HTTP_TIMEOUT,
		[IR_DIAL_RESOLVE] = IR_HTTP_RESOLVE,
		[IR_DIAL_REFUSED] = IR_HTTP_REFUSED,
		[IR_DIAL_STOPPED] = IR_HTTP_STOPPED,
		[IR_DIAL_LOCAL] = IR_HTTP_LOCAL,
	};

	return errors[error];
}

void
ir_http_fail_dial(struct ir_http *h, const struct ir_dial_res *d)
{
	ir_http_fail(h, ir_http_dial_error(d->error), "%s%s", h->proxy.host ? "proxy: " : "", d->message);
}

static enum ir_http_error
kind_of(const struct ir_http *h, CURLcode code, long os_error)
{
	switch (code) {
	case CURLE_OK:
		return IR_HTTP_OK;
	case CURLE_OUT_OF_MEMORY: /* also what libcurl 7.88 calls a header line beyond its 100 kB */
		return h->res.phase >= IR_HTTP_WAIT ? IR_HTTP_TOO_BIG : IR_HTTP_LOCAL;
	case CURLE_OPERATION_TIMEDOUT:
		return IR_HTTP_TIMEOUT;
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return IR_HTTP_REFUSED;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_CIPHER:
	case CURLE_USE_SSL_FAILED:
	case CURLE_SSL_CLIENTCERT:
		return IR_HTTP_TLS_FAILED;
	case CURLE_FAILED_INIT:
	case CURLE_URL_MALFORMAT:
	case CURLE_NOT_BUILT_IN:
	case CURLE_BAD_FUNCTION_ARGUMENT:
	case CURLE_UNKNOWN_OPTION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_SSL_ENGINE_SETFAILED:
		return IR_HTTP_LOCAL;
	default:
		if (os_error == ECONNRESET || os_error == EPIPE)
			return h->res.phase == IR_HTTP_TLS ? IR_HTTP_TLS_FAILED : IR_HTTP_REFUSED;
		return h->res.phase == IR_HTTP_TLS ? IR_HTTP_TLS_FAILED : IR_HTTP_PROTOCOL;
	}
}

/* libcurl's own words, the parts that people know from it. */
static const char *
curl_words(const struct ir_http *h, CURLcode code, char *out, size_t size)
{
	static const char problem[] = "SSL certificate problem: ", ssl[] = "SSL: ";
	const char *why = h->why[0] ? h->why : h->net->curl.easy_strerror(code);
	const char *routine = strstr(why, "SSL routines:");

	if (routine) /* "OpenSSL/3.0.1: error:0A00010B:SSL routines::wrong version number" */
		why = strrchr(routine, ':') + 1;
	if (routine && strcmp(why, "wrong version number") == 0)
		why = "the peer does not speak TLS (is it plain http or tcp?)";
	if (strncmp(why, problem, sizeof(problem) - 1) == 0)
		why += sizeof(problem) - 1;
	else if (strncmp(why, ssl, sizeof(ssl) - 1) == 0)
		why += sizeof(ssl) - 1;
	snprintf(out, size, "%s", why);
	if (isupper((unsigned char)out[0]) && islower((unsigned char)out[1]))
		out[0] = (char)tolower((unsigned char)out[0]);
	return out;
}

void
ir_http_fail_curl(struct ir_http *h, CURLcode code)
{
	long os_error = 0;
	enum ir_http_error error;
	char words[CURL_ERROR_SIZE];

	h->net->curl.easy_getinfo(h->easy, CURLINFO_OS_ERRNO, &os_error);
	error = kind_of(h, code, os_error);
	curl_words(h, code, words, sizeof(words));
	if (error == IR_HTTP_TOO_BIG)
		ir_http_fail(h, error, "a header line without end");
	else if (code == CURLE_PEER_FAILED_VERIFICATION)
		ir_http_fail(h, error, "certificate not trusted: %s", words);
	else if (error == IR_HTTP_TLS_FAILED)
		ir_http_fail(h, error, "TLS handshake failed: %s", words);
	else if (code == CURLE_GOT_NOTHING)
		ir_http_fail(h, error, "connection closed without an answer");
	else if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY)
		ir_http_fail(h, error, "the answer is not HTTP");
	else if (error == IR_HTTP_REFUSED && os_error == ECONNRESET)
		ir_http_fail(h, error, "connection reset %s",
		    h->res.phase == IR_HTTP_BODY ? "in the middle of the answer" : "without an answer");
	else if (error == IR_HTTP_PROTOCOL && h->head_done)
		ir_http_fail(h, error, "status %d came, then the answer broke off: %s", h->res.status, words);
	else
		ir_http_fail(h, error, "%s", words);
}
