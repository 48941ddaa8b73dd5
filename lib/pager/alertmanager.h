/*
 * alertmanager - what the parts of this pager share: its answers as they are read, silences, and which of them cover what. Private to alertmanager*.c, their tests and fuzzers
 *
 * Alertmanager has no acknowledgement. An ack is a silence whose comment begins with "ACK!", as karma shows and kthxbye renews it. Of several that hold one alert the earliest is the one that
 * counts (the server sets startsAt when it takes it; the smaller id where that is the same), so that of those who ack at the same time all agree on who has it.
 */
#ifndef IR_PAGER_ALERTMANAGER_H
#define IR_PAGER_ALERTMANAGER_H

#include <jansson.h>

#include "pager/pager.h"

enum {
	IR_AM_ELEMENT = 1 << 20,	/* bytes of one alert, one silence */
	IR_AM_DEPTH = 16,		/* that they are nested */
	IR_AM_SILENCES = 20000,		/* that are kept */
	IR_AM_REGEX = 16 << 10,		/* bytes of one regular expression of a matcher */
	IR_AM_LABELS = 200,		/* of one alert */
	IR_AM_MEMO = 64,
};

/* ---- alertmanager_cut.c: an array of objects, cut into them as bytes come. Only strings and depth are tracked: the parser of JSON is jansson. */

struct ir_am_cut {
	int (*each)(void *arg, const char *p, size_t n);	/* one object, whole; -1 ends it */
	void *arg;
	/* inside */
	struct ir_buf rest;	/* of an object that is not whole yet */
	int depth;		/* 0: before [ or behind ] */
	bool begun, ended, comma, element, string, escape;
};

void ir_am_cut_init(struct ir_am_cut *, int (*each)(void *, const char *, size_t), void *arg);
void ir_am_cut_done(struct ir_am_cut *);
/* -1 with IR_DATA: it is no such array, or an object is too large or nested too deeply; or what each() said with -1. */
int ir_am_cut_feed(struct ir_am_cut *, const char *p, size_t n, struct ir_err *);
/* Was it whole? -1 with IR_DATA. */
int ir_am_cut_end(const struct ir_am_cut *, struct ir_err *);

/* ---- alertmanager_read.c: pure */

struct ir_am_matcher {
	const char *name, *value;
	bool regex, negative;
};

struct ir_am_silence {
	const char *id, *by, *comment;
	int64_t starts_ms, ends_ms;
	bool pending;		/* it has not begun */
	bool ack;		/* its comment begins with ACK! */
	struct ir_am_matcher *v;	/* by name, then value */
	const struct ir_am_matcher *told;	/* in the order in which they were told, for in another it would not be the same silence; NULL: v */
	size_t n;
};

struct ir_am_silences {
	struct ir_am_silence *v;	/* active and pending; by id after ir_am_silences_sort() */
	size_t n, size;
	bool cut;
};

/* An alert of the read back: no more of it than that counts. */
struct ir_am_held {
	const char *alert;	/* fingerprint */
	struct ir_list by;	/* ids of silences */
};

/* Texts that come again and again, once. A zeroed one is empty. */
struct ir_am_texts {
	const char **v;
	size_t n, size;
	uint64_t seed;
	/* what bytes that came before were read as: by their hash */
	struct ir_am_memo {
		const char *raw;
		size_t n;
		char type;
		const void *value;
	} memo[IR_AM_MEMO];
};
const char *ir_am_text(struct ir_arena *, struct ir_am_texts *, const char *s, size_t n);

/* One element. -1: it is no alert, no silence. A silence that is over is left out. */
int ir_am_read_alert(struct ir_arena *, struct ir_am_texts *, const char *p, size_t n, struct ir_alert *);
int ir_am_read_held(struct ir_arena *, struct ir_am_texts *, const char *p, size_t n, struct ir_am_held *);
int ir_am_read_silence(struct ir_arena *, const char *p, size_t n, struct ir_am_silences *);
void ir_am_silences_sort(struct ir_am_silences *);
const struct ir_am_silence *ir_am_silences_find(const struct ir_am_silences *, const char *id);
/* State, and who has it until when, from silences; after they were sorted. */
void ir_am_tell_state(struct ir_arena *, const struct ir_am_silences *, struct ir_alert *);
/* Of the acks among ids the one that counts; NULL: there is none. */
const struct ir_am_silence *ir_am_holder(const struct ir_am_silences *, const struct ir_list *ids);
/* For the two ways to read an alert: whole, by jansson, or (alertmanager_quick.c) by its bytes, where it is plain; false: it is not. */
int ir_am_read_whole(struct ir_arena *, struct ir_am_texts *, const char *p, size_t n, struct ir_alert *);
bool ir_am_read_plain(struct ir_arena *, struct ir_am_texts *, const char *p, size_t n, struct ir_alert *);
bool ir_am_held_plain(struct ir_arena *, struct ir_am_texts *, const char *p, size_t n, struct ir_am_held *);
extern const char *const ir_am_words[], *const ir_am_links[];	/* annotations, the first that is there counts; all of them; NULL-terminated */
void ir_am_add_link(struct ir_arena *, const char *url, struct ir_list *links);
void ir_am_take_receivers(struct ir_arena *, struct ir_am_texts *, const json_t *, struct ir_alert *);
void ir_am_take_status(struct ir_arena *, struct ir_am_texts *, const json_t *, struct ir_alert *);
/* What an answer that is no success says, in any of its three shapes; NULL: nothing. */
const char *ir_am_said(struct ir_arena *, const struct ir_http_res *);

/* ---- alertmanager_silence.c: pure */

bool ir_am_same_matchers(const struct ir_am_matcher *a, size_t n, const struct ir_am_matcher *b, size_t n_b);
void ir_am_sort_matchers(struct ir_am_matcher *, size_t n);
/* `alertname="Down", cluster=~"a|b"`, at most about max bytes. */
const char *ir_am_matchers_text(struct ir_arena *, const struct ir_am_matcher *, size_t n, size_t max);
const char *ir_am_comment(struct ir_arena *, const char *note);
/* The note in a comment; NULL: there is none. */
const char *ir_am_note(struct ir_arena *, const char *comment);
/* The body of POST; id NULL: a new one. Sorted, so that the same is the same. */
const char *ir_am_silence_json(struct ir_arena *, const struct ir_am_silence *, int64_t now_ms);
/* The id in the answer to it; NULL: there is none. */
const char *ir_am_posted_id(struct ir_arena *, const char *p, size_t n);

/* ---- alertmanager_cover.c: the fewest silences that cover what was chosen, and nothing else. Pure */

enum ir_am_want { IR_AM_DENY, IR_AM_ALLOW, IR_AM_WANT };	/* must not be covered, may be, has to be */

struct ir_am_set {		/* one silence to be made */
	struct ir_am_matcher *v;	/* sorted */
	size_t n;
	size_t *covers;		/* wanted alerts, by index, ascending */
	size_t n_covers;
	size_t extra;		/* denied ones that it hits (wide) */
};

struct ir_am_cover {
	struct ir_arena *arena;
	const struct ir_alert *const *alerts;
	const enum ir_am_want *want;
	size_t n;
	const struct ir_list *labels;	/* to be used, the widest first; all others only where these do not tell the alerts apart */
	bool wide;
	/* found */
	struct ir_am_set *sets;
	size_t n_sets, size;
	size_t *hopeless;	/* wanted alerts that cannot be told from denied ones */
	size_t n_hopeless, size_hopeless;
};
void ir_am_cover(struct ir_am_cover *);
/* "a.b" -> "a\\.b", as RE2 takes it. */
void ir_am_quote(struct ir_buf *, const char *s);

/* ---- the pager's own: alertmanager.c, alertmanager_choose.c, alertmanager_act.c */

/* One GET of a list, streamed. */
struct ir_am_get {
	struct ir_pager_ask ask;
	struct ir_am_cut cut;
	int (*each)(struct ir_am_get *, const char *p, size_t n);
	void (*restart)(struct ir_am_get *);	/* forget what was given */
	void (*ended)(struct ir_am_get *, const struct ir_err *why);
	size_t bad;		/* elements that were none */
	struct ir_err err;	/* of the cut */
	bool open;
	void *arg;
};

enum ir_am_sent { IR_AM_NOT_SENT, IR_AM_SENDING, IR_AM_TAKEN, IR_AM_NOT_TAKEN, IR_AM_UNCLEAR };

/* What a step is: step->priv. */
struct ir_am_step {
	struct ir_am_silence s;		/* id NULL: a new one */
	bool remove;
	size_t index, extra;		/* alerts that it covers, though not chosen */
	/* how it goes */
	struct ir_am *am;
	struct ir_pager_ask ask;
	enum ir_am_sent sent;
	const char *id;			/* of what holds the alerts, or did */
	const char *why;		/* in words, where it was not taken, or that is not clear */
	size_t members;			/* of the cluster, that it was sent to */
	bool back;			/* taken back again: another was earlier, or nothing is left to hold */
};

struct ir_am {
	struct ir_pager *pager;
	size_t url_at;			/* the member that answers */
	struct ir_am_texts texts;
	struct ir_alert **all;		/* also those that a filter leaves out */
	size_t n_all, size_all;
	bool cut;
	struct ir_am_silences silences;
	struct ir_err silences_err;
	struct ir_am_get get_alerts, get_silences;
	/* acting */
	size_t next, flying;		/* steps: the next to be sent, and under way */
	struct ir_arena scratch;	/* of one read back */
	struct ir_am_texts held_texts;
	struct ir_am_held *held;	/* by fingerprint */
	size_t n_held, size_held;
	struct ir_am_silences now;
	struct ir_err back_err;		/* the read back went wrong */
	struct ir_timer *timer;
	int64_t give_up_us;		/* when it was read back often enough; 0: never yet */
};

/* v with room for one more. */
void *ir_am_more(struct ir_arena *, void *v, size_t n, size_t *size, size_t each);
int ir_am_get(struct ir_am *, struct ir_am_get *, const char *path, struct ir_err *);
void ir_am_get_stop(struct ir_am_get *);
void ir_am_credentials(const struct ir_pager *, struct ir_http_req *);
/* In whose name. */
const char *ir_am_me(const struct ir_pager *, const struct ir_pager_job *);
bool ir_am_is_mine(const struct ir_pager *, const struct ir_pager_job *, const struct ir_am_silence *);
int ir_am_choose(struct ir_pager *, struct ir_pager_job *, struct ir_err *);
int ir_am_act(struct ir_pager *, struct ir_pager_job *, struct ir_err *);
void ir_am_act_stop(struct ir_am *);

#endif
