/*
 * smtp - one mail to one server, by libcurl
 *
 * As in http.h: the host is dialled by net/dial.h, libcurl is handed the connected socket and numeric addresses only. smtps:// is TLS from the start. On smtp://
 * TLS is begun by STARTTLS: it has to be, with a certificate that is trusted, where a password goes to another host or ca_file is given; else it is where the server offers it,
 * and its certificate is not looked at, since the mail would go in plain text otherwise.
 *
 * libcurl does this in a thread of its own (smtp_talk.h says why), which ends with the socket. Whoever frees the loop stops what is under way first.
 *
 * A recipient that the server refuses does not keep the mail from the others: it is told in `refused`. When all are refused nothing is sent.
 */
#ifndef IR_NET_SMTP_H
#define IR_NET_SMTP_H

#include "net/http.h"

enum ir_smtp_phase {
	IR_SMTP_CONNECT,	/* and resolving */
	IR_SMTP_HELLO,		/* greeting, EHLO, STARTTLS */
	IR_SMTP_LOGIN,
	IR_SMTP_SENDER,
	IR_SMTP_RECIPIENTS,
	IR_SMTP_DATA,		/* until its last byte was handed over */
	IR_SMTP_SENT,		/* the answer to it is waited for: from here on it may have arrived */
	IR_SMTP_DONE
};

/* All pointers are borrowed until the callback. */
struct ir_smtp_req {
	enum ir_effect effect;
	const char    *url;		/* smtp://host:port or smtps://host:port, without user and password */
	const char    *user;		/* NULL: no login */
	const struct ir_secret *password;
	const char    *from;		/* bare ASCII addresses */
	struct ir_list to;
	const char    *mail;		/* header and body, lines with CRLF; dots are libcurl's to double */
	size_t         mail_len;
	struct ir_list resolve;
	const char    *ca_file, *cert_file, *key_file;
	bool           insecure;
	int64_t        timeout_us;	/* as in http.h */
};

struct ir_smtp_res {
	enum ir_http_error error;	/* IR_HTTP_OK: the server had the last word, code */
	char message[256];		/* in words, when error, or code is not 250 */
	enum ir_smtp_phase phase;	/* where it ended; DONE: taken */
	int  code;			/* the reply that ended it: 250, 4xx, 5xx; 0: none */
	struct ir_list refused;		/* "address: 550 words" */
	char address[80];
};

typedef void ir_smtp_cb(void *arg, const struct ir_smtp_res *);
struct ir_smtp;

/* Is it an address that this takes: bare, ASCII, nothing in it that ends or parts a line? */
bool ir_smtp_address_valid(const char *);
/* As ir_http_send(). */
int ir_smtp_send(struct ir_loop *, const struct ir_smtp_req *, ir_smtp_cb *, void *arg, struct ir_smtp **ret, struct ir_err *);
/* End it now: the callback comes from inside this call, with IR_HTTP_STOPPED. */
void ir_smtp_stop(struct ir_smtp *);

#endif
