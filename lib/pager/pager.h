/*
 * pager - open alerts, and who has them, from everything that pages
 *
 * Pagers (alertmanager, pagerduty, goalert, oncall, opsgenie and jsm, command) are one file each (and its parts), ending in a const struct ir_pager_ops, and one entry
 * in pagers.c. All are asked at once, each on its own: one that hangs holds no other.
 *
 * An ack is four steps: list, choose (pure: what has to be done, and for what there is nothing to do), send, read back. It is never sent for an alert that the list
 * did not show open: PagerDuty would open a resolved one again.
 */
#ifndef IR_PAGER_PAGER_H
#define IR_PAGER_PAGER_H

#include "conf/conf.h"
#include "conf/secret.h"
#include "net/http.h"
#include "rec/kinds.h"

enum {
	IR_PAGER_ALERTS = 20000,	/* of one pager; beyond it the list is cut, and says so */
	IR_PAGER_BODY = 64 << 20,	/* bytes of one answer */
	IR_PAGER_TRIES = 3,		/* of a request that was refused for its rate (429), or never got through */
};

struct ir_pager;
struct ir_pager_look;

/* What is done to one alert, and how it went. */
struct ir_pager_item {
	const struct ir_alert *alert;	/* as listed by this run */
	/* PLANNED: to be done, and after the send: not yet. DONE. NOOP: there is nothing to do (by, reason). REFUSED: a rule stopped it, nothing was sent. FAILED: the pager said no.
	 * UNKNOWN: it cannot be told, also not by reading back. */
	enum ir_status status;
	const char *reason;		/* in words; of DONE: what is to be known about it, or NULL */
	const char *by;			/* who has it, of a NOOP */
	const char *hold;		/* the pager's id of what holds it: the silence. NULL: the alert itself */
	int64_t     until_ms;		/* IR_TIME_NONE: for ever, or not told */
	bool        no_undo;		/* it cannot be taken back there */
};

enum ir_pager_verb { IR_PAGER_ACK, IR_PAGER_RENEW, IR_PAGER_UNACK };
extern const char *const ir_pager_verbs[];	/* "ack" "renew" "unack" */

/* One request, or one silence: what choose() makes. */
struct ir_pager_step {
	const char *summary;		/* "silence alertname=\"Down\", cluster=\"eu\" for 15m: 12 alerts" */
	size_t     *items;		/* of the job, that it covers */
	size_t      n;
	void       *priv;		/* the pager's own */
};

struct ir_pager_job {
	enum ir_pager_verb verb;
	struct ir_pager_item *items;
	size_t n;
	struct ir_pager_step *steps;
	size_t n_steps;
	const char *who;		/* in whose name */
	const char *note;		/* what for, may hold the incident's id; NULL: nothing said */
	int64_t for_ms;			/* how long; 0: as the pager, or ack-for, says */
	bool wide;			/* alerts that were not chosen may be covered, too */
	bool anyone;			/* also alerts that page somebody else, also acks of somebody else */
	/* filled in by choose() */
	int64_t extra;			/* alerts that are covered, though not chosen */
	const char *cost;		/* what an ack costs there, in words; NULL: nothing */
};

struct ir_pager_ops {
	const char *name;		/* "alertmanager": type = … */
	const char *url;		/* of the API where the configuration says none; NULL: it has to */
	bool can_renew, can_unack;
	/* Is the section complete? -1 with IR_CONFIG, without file and line. NULL: nothing to check. */
	int (*check)(struct ir_ctx *, const struct ir_section *, struct ir_err *);
	/* Ask for all open alerts (priv is NULL, and made anew: of -w each turn has its own arena): found by ir_pager_add(), at the end (never from inside this call) ir_pager_listed(). -1: it could not be started, nothing comes. */
	int (*list)(struct ir_pager *, struct ir_err *);
	/* Pure: of the items that are PLANNED, which are to be done in which steps; others get their status. Nothing is sent. -1: none can be (that is the error of all). */
	int (*choose)(struct ir_pager *, struct ir_pager_job *, struct ir_err *);
	/* Do the steps, read back, set each item's outcome; at the end (never from inside this call) ir_pager_acted(). -1: it could not be started. */
	int (*act)(struct ir_pager *, struct ir_pager_job *, struct ir_err *);
	/* End what is under way, without a call. Of a job under way, each item that is not told is UNKNOWN, with how far it got. */
	void (*stop)(struct ir_pager *);
};

extern const struct ir_pager_ops ir_pager_alertmanager, ir_pager_pagerduty, ir_pager_goalert, ir_pager_oncall, ir_pager_opsgenie, ir_pager_jsm, ir_pager_command;
extern const struct ir_pager_ops *const ir_pagers[];	/* NULL-terminated; pagers.c */

/* One pager of this run. */
struct ir_pager {
	const struct ir_pager_ops *ops;
	const struct ir_section *section;	/* NULL: the ecosystem's variables name it */
	const char *name;			/* of the section, else ops->name */
	const char *origin;			/* "ir.conf:12" "ALERTMANAGER_URL" */
	struct ir_list urls;			/* of the API, without last slash: at least one, but for command. Members of one cluster, tried in turn */
	const char *user;			/* as configured; NULL */
	struct ir_secret password, token;
	/* without a section: of amtool's own file, else NULL */
	const char *ca_file, *cert_file, *key_file;
	bool insecure;
	struct ir_pager_look *look;
	const char *me;				/* how the pager calls this user in acked_by, once it has told; NULL */
	/* the list */
	struct ir_alert **alerts;		/* each of size ir_kind_alert.size, in look->ctx->arena */
	size_t n, size;
	size_t n_left_out;			/* behind these n: what `filter` or --mine leave out */
	bool cut;				/* there are more */
	struct ir_err err;			/* code not 0: the list could not be had, or not whole */
	struct ir_pager_job *job;		/* of act() */
	struct ir_err act_err;
	void *priv;				/* the ops' own, in the arena */
	bool listing, acting;			/* under way */
};

/* What is asked for. */
struct ir_pager_query {
	const struct ir_list *names;		/* of pagers; empty: all */
	bool mine;				/* only what pages this user, where the pager can tell */
	ir_loop_timer_cb *progress;		/* after a moment of waiting; NULL: none */
	void *progress_arg;
	const struct ir_list *services;		/* that are known, besides those of [service]: compose services; may be NULL */
};

struct ir_pager_rules;
struct ir_pager_look {
	struct ir_ctx *ctx;
	struct ir_pager_query q;
	const struct ir_pager_rules *rules;	/* alert.c: which service an alert is of */
	struct ir_pager *v;
	size_t n;
};

/* look.c: all pagers that are configured, else those that ALERTMANAGER_URL, amtool's own file, PAGERDUTY_TOKEN and their like name. -1 with IR_CONFIG: what [pager] says makes no sense, or
 * a secret cannot be had; IR_BACKEND: there is none. */
int ir_pager_begin(struct ir_ctx *, const struct ir_pager_query *, struct ir_pager_look *, struct ir_err *);
/* List all at once, wait for them; again for another turn. Each pager's alerts and err are then filled in, with summaries, services and statuses (alert.c). -1: interrupted. */
int ir_pager_list(struct ir_pager_look *, struct ir_err *);
/* Do the pagers' jobs (those that have one) at once, wait for them. */
void ir_pager_act(struct ir_pager_look *);
void ir_pager_done(struct ir_pager_look *);

/* For ops. A zeroed alert to be filled in (ir_row_init()): alert, name, h.time_ms, state at least; strings in the look's arena. h.service: as the pager names it, where it has such a thing; else from labels.
 * NULL: there are too many; it is cut. */
struct ir_alert *ir_pager_add(struct ir_pager *);
/* The list has ended; err NULL: well. */
void ir_pager_listed(struct ir_pager *, const struct ir_err *);
void ir_pager_acted(struct ir_pager *, const struct ir_err *);
const char *ir_pager_key(const struct ir_pager *, const char *key);	/* of the section, as text; NULL: not written */

/* matcher.c: "name=value", "name!=value", "name=~regex", "name!~regex" (anchored, as Prometheus does; POSIX extended); the value may stand in quotes. A missing label is "". */
struct ir_matcher {
	const char *name, *value;
	bool regex, negative;
	void *compiled;
};
int ir_matcher_parse(struct ir_arena *, const char *text, struct ir_matcher *ret, struct ir_err *err);	/* IR_CONFIG */
/* Several, with commas between them. */
int ir_matcher_parse_all(struct ir_arena *, const char *text, struct ir_matcher **ret, size_t *n, struct ir_err *err);
bool ir_matcher_holds(const struct ir_matcher *, const struct ir_alert *);
void ir_matcher_done(struct ir_matcher *);
/* Value of a label; NULL: it has none. In the alert. */
const char *ir_alert_label(const struct ir_alert *, const char *name);

/* alert.c: the rules of ir.conf, read once. -1 with IR_CONFIG, file and line. */
int ir_pager_rules_read(struct ir_pager_look *, struct ir_err *);
void ir_pager_rules_done(struct ir_pager_look *);
/* Is it one that the section's `filter` lets through? */
bool ir_pager_wants(const struct ir_pager *, const struct ir_alert *);
/* Pure: service by [service] alert-match, else by the pager's own word, else by service-label (by default "service"), else by a label (app, app_kubernetes_io_name, job, container) that names a service that is
 * known; then status, subject and summary. */
void ir_pager_tell(const struct ir_pager *, struct ir_alert *);

/* ask.c: one request with a limit of time, tries within it, and one sentence for what went wrong. What HTTP pagers have in common. */
struct ir_pager_ask {
	struct ir_pager *pager;
	struct ir_http_req req;			/* method, url, headers, body, effect; the pager's TLS keys, resolve and header are added. max_body: 0 means IR_PAGER_BODY */
	/* status 2xx, the whole body is there: why is NULL. Else why says it in one clear sentence (res may be NULL). Called once, from the loop. */
	void (*take)(struct ir_pager_ask *, const struct ir_http_res *, const struct ir_err *why);
	/* What an answer that is not 2xx says, in the pager's own shape of errors: NULL, or words in the arena. */
	const char *(*said)(struct ir_arena *, const struct ir_http_res *);
	void *arg;
	/* Instead of keeping the body of a 2xx: each piece as it comes. p NULL: a try begins, and what was given before counts no more. Non-zero ends it, as done. */
	int (*stream)(struct ir_pager_ask *, const char *p, size_t n);
	/* inside */
	struct ir_buf refused;			/* of a stream: the body of what is no 2xx */
	size_t streamed;
	struct ir_http *http;
	struct ir_timer *timer;
	int tries;
	size_t url_at;				/* of pager->urls, which req.url is built on when path is given */
	const char *path;			/* "/api/v2/alerts": after the base; then the members of the cluster are tried in turn (reads, and what did not get through) */
	int64_t not_before_us;
};
/* 429 (and 503 with Retry-After) waits as long as Retry-After, ratelimit-reset or X-RateLimit-Period-In-Sec says, if the deadline allows, then asks again; nothing else that may have been done is sent twice.
 * -1: it could not be sent at all; take() never comes. */
int ir_pager_ask(struct ir_pager_ask *, struct ir_err *);
void ir_pager_ask_stop(struct ir_pager_ask *);

#endif
