/*
 * request - one HTTP request under way; shared by the http*.c files only
 *
 * A request is one or more hops. A hop is dialled (dial), then libcurl has the socket (easy). When a certificate was not trusted and its expiry is wanted, one more
 * hop, on which nothing is sent, learns it.
 */
#ifndef IR_NET_REQUEST_H
#define IR_NET_REQUEST_H

#include "net/dial.h"
#include "net/http.h"
#include "net/multi.h"
#include "net/url.h"

enum {
	IR_HTTP_HEAD_MAX = 64 * 1024,		/* bytes of headers, all answers of a hop together */
	IR_HTTP_DROP_MAX = 16 * 1024 * 1024,	/* bytes of a body that nobody wants */
};

struct ir_http {
	struct ir_transfer transfer;
	struct ir_multi  *net;
	struct ir_http   *next, **prev;	/* in net->requests, or net->dead */
	struct ir_http_req req;
	ir_http_cb       *cb;
	void             *arg;
	struct ir_timer  *timer;
	int64_t           start_us, end_us;	/* end_us 0: none */

	/* the hop */
	struct ir_url     url, proxy;	/* proxy.host NULL: none */
	struct ir_dial   *dial;
	int               fd;		/* connected, before libcurl took it; -1 */
	CURL             *easy;
	bool              waiting;	/* connected, in net->waiting */
	struct ir_http   *next_waiting, **prev_waiting;
	bool              added;	/* easy is in the multi */
	struct curl_slist *headers, *connect_to;
	char              why[CURL_ERROR_SIZE];
	bool              foreign;	/* another origin than the first: no credentials */
	const char       *method;	/* NULL: GET */
	bool              no_body;	/* of ours: a redirect turned the method to GET */
	bool              peeking;	/* the hop that only looks at the certificate */

	/* the answer so far */
	struct ir_buf     head;		/* the header lines of the last answer */
	size_t            head_bytes;
	bool              head_done, in_body;
	enum { IR_HTTP_GOING, IR_HTTP_ENOUGH, IR_HTTP_HEAD_TOO_BIG, IR_HTTP_CANCELLED } end;	/* why we broke it off */
	bool              stopping;	/* by ir_http_stop() or the timer */
	enum ir_http_error stop_error;
	struct ir_arena   arena;	/* res's strings */
	struct ir_http_res res;
};

/* http_setup.c: make h->easy for the hop and set all its options. 0 or -1 (a bad option, named in h->why). */
int ir_http_setup(struct ir_http *);
/* Is this "Name: value", with nothing in it that could end the line? */
bool ir_http_header_valid(const char *);

/* http_answer.c: libcurl's callbacks, and what they gathered as members of res. */
size_t ir_http_on_header(char *p, size_t size, size_t n, void *http);
size_t ir_http_on_body(char *p, size_t size, size_t n, void *http);
int ir_http_on_ready(void *http, char *, char *, int, int);
/* The numbers and times of the hop, whole or not. */
void ir_http_take_hop(struct ir_http *);
void ir_http_take_cert(struct ir_http *);
void ir_http_take_headers(struct ir_http *);
/* Value of a header of the answer so far, not terminated; NULL when there is none. */
const char *ir_http_head_value(const struct ir_http *, const char *name, size_t *n);
/* Does the answer redirect, and is it to be followed? */
bool ir_http_redirects(const struct ir_http *);

/* http_error.c: res.error and res.message. */
__attribute__((format(printf, 3, 4))) void ir_http_fail(struct ir_http *, enum ir_http_error, const char *fmt, ...);
void ir_http_fail_curl(struct ir_http *, CURLcode);
void ir_http_fail_dial(struct ir_http *, const struct ir_dial_res *);
enum ir_http_error ir_http_dial_error(enum ir_dial_error);
/* "no answer within 2s: …", from the phase. */
void ir_http_fail_stopped(struct ir_http *, enum ir_http_error);

#endif
