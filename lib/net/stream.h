/*
 * stream - bytes to and from a peer, over TCP, a unix socket or TLS; for lib/net only
 *
 * Plain ones are dialled (net/dial.h). Those with TLS are kept connections of net/http.h: libcurl is loaded for them alone.
 */
#ifndef IR_NET_STREAM_H
#define IR_NET_STREAM_H

#include "net/dial.h"
#include "net/http.h"

/* All pointers are borrowed until the callback. Zero is the default everywhere. */
struct ir_stream_req {
	enum ir_effect        effect;		/* of what will be sent */
	const char           *host;		/* name or numeric address, without brackets */
	uint16_t              port;
	int                   family;
	const char           *unix_path;	/* connect here instead; with TLS the certificate is for host, or "localhost" */
	const struct ir_list *resolve;		/* "host:port:address", before the resolver; may be NULL */
	bool                  tls;
	const char           *ca_file, *cert_file, *key_file;
	bool                  insecure;		/* no verification */
	int64_t               end_us;		/* to be open by; INT64_MAX: the run's deadline alone */
};

struct ir_stream_res {
	enum ir_http_error error;
	char               message[256];	/* in words, when error */
	enum ir_http_phase phase;		/* DNS, CONNECT or TLS: where it ended */
	char               address[IR_ADDR_MAX];
	int64_t            dns_us, connect_us, tls_us;	/* -1: not reached */
	int64_t            cert_expires_ms;	/* IR_TIME_NONE: not known */
	const char        *tls_version;		/* valid during the call; or NULL */
};

/* Called once, from the loop, never from inside ir_stream_open(). */
typedef void ir_stream_cb(void *arg, const struct ir_stream_res *);
struct ir_stream;

/* NULL: IR_REFUSED by the gate, IR_USAGE for a host that is none, IR_BACKEND when libcurl cannot be loaded; then the callback never comes. */
struct ir_stream *ir_stream_open(struct ir_loop *, const struct ir_stream_req *, ir_stream_cb *, void *arg, struct ir_err *);
/* While it opens: end that now, the callback comes from inside this call. */
void ir_stream_stop(struct ir_stream *);
/* At any time, after an error too; the callback does not come. NULL is fine. Take fd out of the loop first. */
void ir_stream_close(struct ir_stream *);

/* Of an open one: as read(2) and write(2), never waiting. EAGAIN is the only errno that is not the end; read until it comes before waiting for fd. */
int ir_stream_fd(const struct ir_stream *);
ssize_t ir_stream_read(struct ir_stream *, void *, size_t);
ssize_t ir_stream_write(struct ir_stream *, const void *, size_t);

#endif
