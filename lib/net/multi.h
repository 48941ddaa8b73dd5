/*
 * multi - libcurl's many transfers as the loop's guest; for lib/net only
 */
#ifndef IR_NET_MULTI_H
#define IR_NET_MULTI_H

#include "net/curl.h"
#include "net/loop.h"

struct ir_http;

/* What libcurl knows of a transfer (CURLOPT_PRIVATE), the first member of each kind. */
struct ir_transfer {
	void (*ended)(struct ir_transfer *, CURLcode);	/* by itself */
	void (*free)(struct ir_transfer *);		/* without a word; of those in net->transfers */
	struct ir_transfer *next, **prev;
};

struct ir_multi {
	struct ir_curl  curl;
	struct ir_loop *loop;
	CURLM          *m;
	struct ir_http *requests;	/* all that are under way */
	struct ir_transfer *transfers;	/* and those that are no HTTP */
	struct ir_http *dead;		/* cancelled from inside libcurl, to be freed once it has returned */
	struct ir_http *waiting, **waiting_end;	/* connected, to be handed to libcurl */
	char           *ca_file;	/* that libcurl was built with; NULL: none */
	bool            inside;		/* libcurl is calling us: it must not be called for another transfer */
	bool            fresh;		/* a transfer was added, or something came */
};

/* The loop's; made, and libcurl loaded, when there is none yet. NULL with IR_BACKEND. */
struct ir_multi *ir_multi_of(struct ir_loop *, struct ir_err *);

int ir_multi_add(struct ir_multi *, CURL *);

/* A few of those that are connected are handed to libcurl each turn, so that between them answers are taken: a thousand TLS handshakes begun at once would
 * keep the loop for seconds, and the last would pay for the first. It is no limit on how many are under way: one that hangs holds no other. */
enum { IR_MULTI_PER_TURN = 64, IR_MULTI_TLS_COST = 4 };

/* http.c: hand it to libcurl now; returns its share of IR_MULTI_PER_TURN. */
int ir_http_admit(struct ir_http *);
/* A transfer ended by itself; requests under way end without a word; cancelled ones are freed. */
void ir_http_ended(struct ir_http *, CURLcode);
void ir_http_free_all(struct ir_multi *);
void ir_http_free_dead(struct ir_multi *);

#endif
