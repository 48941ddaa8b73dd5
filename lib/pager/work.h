/*
 * work - a pager's API over HTTP, one request after the other: the pages of its list, then what is to be done
 *
 * What pagerduty.c, goalert.c, oncall.c and opsgenie.c have in common. One request at a time: who asks in parallel with one token is told to wait. A list ends with a page that brings
 * no new id, whatever the pager says of more. While acting the list is taken into a copy of the pager, so that what was listed stays.
 */
#ifndef IR_PAGER_WORK_H
#define IR_PAGER_WORK_H

#include <jansson.h>

#include "pager/pager.h"

enum { IR_PAGER_PAGES = 400, IR_PAGER_ID = 128, IR_PAGER_PASSES = 8 };

/* Alerts by id, and the pager's own id of who has each. A zeroed one is empty. */
struct ir_pager_seen {
	struct ir_pager_seen_at { struct ir_alert *alert; const char *holder; bool ours; size_t page; } *v;	/* ours: we have it too; page: the last one that showed it */
	size_t n, size;
	uint64_t seed;
};
struct ir_pager_seen_at *ir_pager_seen_find(const struct ir_pager_seen *, const char *id);

struct ir_pager_work;

/* What one pager's API is like. */
struct ir_pager_api {
	const char *name;		/* "PagerDuty" */
	const char *unit;		/* what it calls an alert: "incident" */
	const char *prefix;		/* of every path: "/api/v1"; left out where url ends with it */
	const char *accept;		/* NULL: application/json */
	const char *auth;		/* of the token: "Authorization: Token token="; NULL: as Bearer; "": user, with token or password */
	const char *right;		/* that the key needs */
	size_t batch;			/* in one write */
	bool overlaps;			/* each page begins with the end of the one before: where that is not so, the list moved while it was read, and is read again */
	bool leases;			/* an ack ends by itself, and how long it holds can be said */
	bool takes_over;		/* an ack of what somebody else has changes something */
	/* Pure. Path, and body for a POST, of page w->pages of the list. */
	const char *(*page)(struct ir_pager_work *, json_t **body);
	/* Pure. The alerts of a page, by ir_pager_work_add(). 1: there may be another page. 0: it was the last. -1: it is none. It may begin a list again: ir_pager_work_again(). */
	int (*take)(struct ir_pager_work *, const json_t *, struct ir_err *);
};
extern const struct ir_pager_api ir_pager_pagerduty_api, ir_pager_goalert_api, ir_pager_oncall_api, ir_pager_opsgenie_api, ir_pager_jsm_api;

/* root: of the answer, NULL where it has no body. why NULL: status 2xx. res may be NULL. */
typedef void ir_pager_then(struct ir_pager_work *, const struct ir_http_res *, const json_t *root, const struct ir_err *why);

/* First member of each pager's own state. */
struct ir_pager_work {
	struct ir_pager *pager;
	const struct ir_pager_api *api;
	struct ir_pager_ask ask;
	bool asking;
	ir_pager_then *then;
	int (*ask_page)(struct ir_pager_work *, enum ir_effect, json_t *body, ir_pager_then *, struct ir_err *);	/* instead of work_ask(), for a page with a body; NULL */
	/* the list */
	struct ir_pager *into;		/* the pager, or the copy */
	struct ir_pager_seen *seen;	/* of into */
	struct ir_pager_seen listed, now_seen;
	struct ir_pager now;		/* the copy */
	int64_t now_us;			/* when its list began */
	size_t pages, fresh, known;	/* pages so far; ids of the last one that were new, and that the page before it had */
	size_t asked, passes, first;	/* requests; how often it was begun again; requests of the first pass */
	struct ir_timer *timer;		/* until the next pass */
	bool again;
	size_t kind;			/* which of several lists, where there are */
	const char *cursor;		/* of the next page */
	size_t odd;			/* without an id or a time that can be used */
	void (*ended)(struct ir_pager_work *, const struct ir_err *);
	/* our id there; NULL: not known */
	const char *me;
	const char *from;		/* header of a write, in whose name; NULL: none */
	/* what is to be done: indexes of the job's items, in the order of the steps */
	size_t *queue, n, at;
	int64_t stop_us;		/* nothing more is sent */
};

/* Zeroed state of size bytes that begins with struct ir_pager_work, once a pager; then what there is. */
void *ir_pager_work_of(struct ir_pager *, const struct ir_pager_api *, size_t size);
/* Send; body is taken. -1: it could not be sent, then() never comes. */
int ir_pager_work_ask(struct ir_pager_work *, enum ir_effect, const char *method, const char *path, json_t *body, ir_pager_then *, struct ir_err *);
/* Take the list into the pager, or (while acting) into the copy; ended() once from the loop, with what was had so far. */
int ir_pager_work_list(struct ir_pager_work *, struct ir_pager *into, void (*ended)(struct ir_pager_work *, const struct ir_err *), struct ir_err *);
/* An ended() for a list into the pager. */
void ir_pager_work_listed(struct ir_pager_work *, const struct ir_err *);
/* The list moved while it was read, so that some may have been missed: false when it has been read again often enough. */
bool ir_pager_work_again(struct ir_pager_work *);
/* NULL: it is there already, or no id that fits into a path, or there are too many. holder may be NULL. */
struct ir_alert *ir_pager_work_add(struct ir_pager_work *, const char *id, int64_t ms, const char *holder);
void ir_pager_work_stop(struct ir_pager_work *);

/* What an error's body says, in the shape of any of them. */
const char *ir_pager_work_said(struct ir_arena *, const struct ir_http_res *);
/* Pure: what is to be done, and in which steps: of the batch's size, the gravest and the newest first. */
void ir_pager_work_choose(struct ir_pager_work *, struct ir_pager_job *, const char *verb);
/* Fill the queue, and how long may be sent. */
void ir_pager_work_begin(struct ir_pager_work *, const struct ir_pager_job *);
bool ir_pager_work_late(const struct ir_pager_work *);
/* All that is still PLANNED from the queue's place on. */
void ir_pager_work_rest(struct ir_pager_work *, enum ir_status, const char *reason);
/* "not sent: …" */
void ir_pager_work_not_sent(struct ir_pager_work *, const char *why);
void ir_pager_work_late_rest(struct ir_pager_work *);
/* The run ends, with some not sent. */
void ir_pager_work_stopped_rest(struct ir_pager_work *);
const char *ir_pager_work_why_stopped(const struct ir_pager_work *);
/* Is the answer to a write one that leaves open whether it was done? */
bool ir_pager_work_unclear(const struct ir_http_res *);
void ir_pager_item_end(struct ir_pager_item *, enum ir_status, const char *reason);
void ir_pager_item_has(struct ir_pager_item *, const char *by);
/* By a list that was taken just now: may the verb be done? Else the item gets its outcome, but for one that is not in it: NULL then, and still PLANNED. */
const struct ir_alert *ir_pager_work_still(struct ir_pager_work *, const struct ir_pager_job *, struct ir_pager_item *, bool *ret_do);
/* "label=value", where there is a value */
void ir_pager_work_label(struct ir_pager_work *, struct ir_alert *, const char *name, const char *value);

#endif
