/*
 * smtp_talk - what libcurl says to a mail server, in a thread of its own; shared by smtp*.c only
 *
 * libcurl waits for the answer to the mail, and for that to QUIT, without giving back the thread that it is called on, multi handle or not. So this is not done on ours. The thread is never joined:
 * who has had enough of it shuts the socket down, and it ends.
 */
#ifndef IR_NET_SMTP_TALK_H
#define IR_NET_SMTP_TALK_H

#include <pthread.h>
#include <stdatomic.h>

#include "net/curl.h"
#include "net/smtp.h"

enum { IR_SMTP_SAID = 160 };

struct ir_smtp_talk {
	pthread_mutex_t lock;
	int  refs;		/* ours, and the thread's */
	int  efd;		/* written to at the end; -1: nobody waits any more */
	int  taken;		/* the socket; -1: closed */
	_Atomic int phase;	/* enum ir_smtp_phase */

	/* before the start; the thread's from then on */
	struct ir_arena arena;
	struct ir_curl curl;	/* a copy: the loop's may go first */
	struct ir_smtp_req req;	/* all copied into the arena */
	struct ir_secret password;
	char *host;		/* libcurl's */
	uint16_t port;
	bool tls, local;	/* smtps; the peer is this host */
	char address[80];
	int  fd;		/* connected */
	CURL *easy;
	struct curl_slist *to, *connect_to;
	size_t read;		/* bytes of the mail that libcurl took */
	size_t asked;		/* recipients that were named so far */
	char said[IR_SMTP_SAID * 4 + 1];
	int  said_code;
	bool quit;		/* it said QUIT: what it hears then is of no interest */

	/* after the end */
	char why[CURL_ERROR_SIZE];
	struct ir_smtp_res res;
};

/* Start the thread. 0 or errno. */
int ir_smtp_talk_start(struct ir_smtp_talk *);
/* Nobody waits any more: it ends by itself. */
void ir_smtp_talk_leave(struct ir_smtp_talk *);
/* One of the two has done with it. */
void ir_smtp_talk_unref(struct ir_smtp_talk *);

#endif
