/*
 * http - HTTP/1.1 and HTTP/2, TLS, unix sockets, proxies, by libcurl
 *
 * libcurl is loaded (dlopen) by the first request; a program that never sends one never pays for it. It resolves and connects nothing: hosts, redirects
 * and proxies are dialled by net/dial.h, and it is handed the connected socket. No environment proxies, no netrc, http and https only.
 *
 * Redirects: 303, and 301 and 302 after POST, go on as GET; 307 and 308 keep method and body. Another origin (scheme, host or port) gets no credentials, no client
 * certificate, and of the headers only those that are no secret for sure; a redirect that would take the body there is not followed. From https to http, to any other scheme, or away from a unix socket none is followed.
 */
#ifndef IR_NET_HTTP_H
#define IR_NET_HTTP_H

#include <sys/types.h>

#include "base/buf.h"
#include "conf/secret.h"
#include "net/loop.h"

enum ir_http_phase { IR_HTTP_DNS, IR_HTTP_CONNECT, IR_HTTP_TLS, IR_HTTP_SEND, IR_HTTP_WAIT, IR_HTTP_BODY, IR_HTTP_DONE };
extern const char *const ir_http_phase_names[];

enum ir_http_error {
	IR_HTTP_OK,		/* an answer came, whatever its status */
	IR_HTTP_TIMEOUT,	/* in the phase told */
	IR_HTTP_RESOLVE,	/* the name has no address */
	IR_HTTP_REFUSED,	/* connection refused, no route, reset */
	IR_HTTP_TLS_FAILED,	/* handshake or verification */
	IR_HTTP_PROTOCOL,	/* what came is not HTTP, or broke off */
	IR_HTTP_TOO_BIG,	/* headers beyond their cap */
	IR_HTTP_STOPPED,	/* cancelled, interrupted, end of the run */
	IR_HTTP_LOCAL,		/* ours: no libcurl, no memory, a bad option */
};

/* All pointers are borrowed until the callback. Zero is the default everywhere. */
struct ir_http_req {
	enum ir_effect effect;
	const char    *method;		/* NULL: GET */
	const char    *url;		/* http:// or https:// */
	bool           secret_url;	/* its path is as good as a password (a webhook's): no trace and no message shows it */
	const char    *unix_path;	/* connect here instead */
	struct ir_list headers;		/* "Name: value" */
	const struct ir_secret *bearer;	/* Authorization: Bearer … (not sent on to another host) */
	const char    *bearer_as;	/* another header, or scheme, than "Authorization: Bearer ", whole: "PRIVATE-TOKEN: ", "Authorization: GenieKey " */
	const char    *user;		/* with password: basic auth */
	const struct ir_secret *password;
	const char    *body;
	size_t         body_len;
	int            family;		/* AF_UNSPEC, AF_INET, AF_INET6 */
	struct ir_list resolve;		/* "host:port:address", before the resolver */
	const char    *proxy;		/* "http://host:port"; NULL: none */
	const char    *ca_file, *cert_file, *key_file;
	bool           insecure;	/* no verification */
	bool           no_http2;	/* HTTP/1.1 only */
	bool           http2;		/* require HTTP/2 (over plain text: prior knowledge) */
	bool           connect_only;	/* stop after connect (and TLS, for https) */
	bool           keep;		/* connect_only and https: when it went well the connection stays, the caller's until ir_http_cancel(); no ALPN */
	bool           want_cert;	/* fill in cert_* */
	int            max_redirects;	/* 0: a redirect is the answer */
	int64_t        timeout_us;	/* the whole of it, redirects and all; never beyond the run's deadline. 0: the deadline alone */
	size_t         max_body;	/* bytes kept; reading stops beyond it and body_cut is set. 0: the body is read (up to 16 MiB) and dropped */
	/* Streaming, for bodies without end: called with each piece (and the callback's arg) instead of keeping it; non-zero ends the transfer as done. */
	int          (*on_body)(void *arg, const char *p, size_t n);
};

struct ir_http_res {
	enum ir_http_error error;
	char               message[256];	/* in words, when error; says how far it got */
	enum ir_http_phase phase;		/* where it ended */
	int                status;		/* 0: none */
	const char        *version;		/* "1.0" "1.1" "2" */
	struct ir_buf      body;		/* what was kept */
	bool               body_cut;
	int64_t            body_bytes;
	struct ir_list     headers;		/* "name: value", names in lower case, of the last answer; 64 KiB at most */
	int                redirects;
	const char        *url;			/* the last one */
	char               address[80];		/* numeric, with port */
	/* microseconds that each phase took, of the last hop; first_byte: from the request's first byte to the answer's. -1: not reached. dns and total are over all hops. */
	int64_t            dns_us, connect_us, tls_us, first_byte_us, total_us;
	int64_t            cert_expires_ms;	/* IR_TIME_NONE: not known */
	const char        *cert_subject, *cert_issuer, *tls_version;	/* or NULL */
};

/* Called once from the loop; res is valid during the call. */
typedef void ir_http_cb(void *arg, const struct ir_http_res *);
struct ir_http;

/* Start. *ret (may be NULL) is for cancel. -1: IR_REFUSED by the gate, IR_USAGE for a bad URL, IR_BACKEND when libcurl cannot be loaded; then the callback never comes. */
int ir_http_send(struct ir_loop *, const struct ir_http_req *, ir_http_cb *, void *arg, struct ir_http **ret, struct ir_err *);
/* The callback does not come. NULL is fine; not after it came, but for a kept connection, which this closes. */
void ir_http_cancel(struct ir_http *);
/* Of its answer, as far as it came: the status, 0 when there is none yet. From inside on_body it is there. */
int ir_http_status(const struct ir_http *);
/* End it now: the callback comes from inside this call, with IR_HTTP_STOPPED and how far it got. Not from inside on_body. */
void ir_http_stop(struct ir_http *);

/* Of a kept connection: the descriptor to wait for, and as read(2) and write(2). EAGAIN is the only errno that is not the end; read until it comes
 * before waiting, for there may be bytes that have left the socket already. */
int ir_http_fd(const struct ir_http *);
ssize_t ir_http_read(struct ir_http *, void *, size_t);
ssize_t ir_http_write(struct ir_http *, const void *, size_t);

/* Header of an answer, by lower-case name, or NULL. */
const char *ir_http_header(const struct ir_http_res *, const char *name);

#endif
