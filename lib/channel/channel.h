/*
 * channel - where responders are told, and where an incident is tracked
 *
 * Channels (file, slack, mattermost, discord, teams, webhook, smtp, command) are one file each, ending in a const struct ir_channel_ops, and one entry in channels.c.
 * All are posted to at once, each with its own limit of time: none delays another.
 *
 * What is to be posted is first kept in the outbox (outbox.c), a file a post and channel, and leaves it when the channel has taken it. What failed stays, and every run that
 * posts sends it again first, oldest first. What may or may not have arrived (a time-out after it was sent) is sent again too, and says that it may be a repetition. A channel that refuses a post
 * for what it is (400, 413, invalid_payload) would refuse it for ever: after IR_OUTBOX_TRIES it is set aside, told each time, until somebody drops it.
 *
 * The outbox is the directory `outbox` in that of IR_JOURNAL, else of [journal] dir, else (also when these say off) $XDG_STATE_HOME/ir/outbox. outbox.h describes its files.
 *
 * What is wrong with the channel and not with the post (no connection, a token that is not known, a status of 401, 403, 404, 410, 429, 5xx) is FAILED: it stays until it went. Then the channel's other posts are not tried in this run,
 * so that order is kept and a dead channel costs one time-out.
 *
 * With no [channel] in ir.conf there is one of type file: $XDG_STATE_HOME/ir/updates.txt, named "file"; and SLACK_WEBHOOK_URL makes one named "slack" besides.
 */
#ifndef IR_CHANNEL_CHANNEL_H
#define IR_CHANNEL_CHANNEL_H

#include "conf/conf.h"
#include "conf/secret.h"
#include "net/http.h"
#include "rec/kinds.h"

enum { IR_CHANNEL_MAX = 64, IR_CHANNEL_TEXT = 64 << 10, IR_OUTBOX_TRIES = 5, IR_OUTBOX_MAX = 1000 };

/* What is told. Plain text, valid UTF-8, of any length up to IR_CHANNEL_TEXT: each channel escapes it (nobody is mentioned, no markup of others works) and cuts it to its own limit, saying so. */
struct ir_channel_msg {
	const char *title;		/* one line: "[sev1] Checkout is down (inc-7k3f2q8m)" */
	const char *text;		/* may have lines */
	const char *severity;		/* for colour and importance; NULL */
	const char *incident;		/* id */
	const char *env;
	const char *key;		/* the same for a repetition of the same post: an idempotency key, a Message-ID is made of it */
	const char *footer;		/* "record 7 · 1a453a469fe6": head of the journal's chain; NULL */
	int64_t     time_ms;
	bool        first;		/* the incident's first post: others are threaded under it */
	const struct ir_list *threads;	/* of the incident: "channel=id" */
	bool        repeat;		/* it may have arrived already */
};

enum ir_channel_outcome {
	IR_CHANNEL_SENT,
	IR_CHANNEL_FAILED,		/* nothing arrived, for sure */
	IR_CHANNEL_REFUSED,		/* and it would be refused again */
	IR_CHANNEL_UNCLEAR,		/* it may have arrived */
};

/* How one post to one channel went. Strings in ctx->arena. */
struct ir_channel_result {
	const char *channel, *type;
	enum ir_channel_outcome outcome;
	const char *why;		/* one sentence, when not SENT; of SENT: what is to be known about it (one recipient of several was refused), or NULL */
	const char *thread;		/* id of the message, for threading later ones; NULL: the channel has none */
	const char *url;		/* of the message, or path of its file; NULL */
	int64_t     retry_after_ms;	/* as the channel said; 0: it did not */
	const char *key, *title;	/* of the message */
	const char *incident;		/* of the message */
	bool        kept;		/* it is in the outbox, and goes out with the next run */
	bool        aside;		/* it is in the outbox, and does not: file is to be removed by hand, or its "aside" made false */
	const char *file;		/* in the outbox, of what is kept or set aside; else NULL */
	bool        resent;		/* it is of an earlier run */
	bool        tried;		/* in this run */
	int64_t     first_tried_ms;
};

struct ir_channel;
struct ir_channel_ops {
	const char *name;		/* "slack": type = … */
	size_t text_max;		/* bytes (chars_max: characters) of title and text together; 0: IR_CHANNEL_TEXT */
	size_t chars_max;
	int64_t gap_ms;			/* between two posts */
	/* Is the section complete? -1 with IR_CONFIG, without file and line. */
	int (*check)(struct ir_ctx *, const struct ir_section *, struct ir_err *);
	/* Pure, for HTTP channels: the request (url, headers, body, bearer), and what the answer means. NULL: start() does it all. */
	int (*build)(struct ir_channel *, const struct ir_channel_msg *, struct ir_http_req *, struct ir_err *);
	void (*parse)(struct ir_channel *, const struct ir_http_res *, struct ir_channel_result *);
	/* The others: at the end (never from inside this call) ir_channel_posted(). stop: UNCLEAR or FAILED, as far as it got. */
	int (*start)(struct ir_channel *, const struct ir_channel_msg *, struct ir_err *);
	void (*stop)(struct ir_channel *);	/* calls ir_channel_posted() */
};
extern const struct ir_channel_ops ir_channel_file, ir_channel_slack, ir_channel_mattermost, ir_channel_discord, ir_channel_teams, ir_channel_webhook, ir_channel_smtp, ir_channel_command;
extern const struct ir_channel_ops *const ir_channel_types[];	/* NULL-terminated; channels.c */

/* file.c: where a channel of type file has its posts. NULL: nowhere, *err says why. */
const char *ir_channel_file_path(const struct ir_channel *, struct ir_err *);

/* One channel of this run; inside. */
struct ir_channel {
	const struct ir_channel_ops *ops;
	const struct ir_section *section;	/* NULL: by default, or by SLACK_WEBHOOK_URL */
	const char *name, *origin;
	struct ir_ctx *ctx;
	struct ir_secret url, token, password;
	bool secrets;				/* they were asked for */
	bool full;				/* it has IR_OUTBOX_MAX posts that wait: the last one was not kept for it */
	struct ir_channel_result *result;	/* of the post under way */
	int64_t end_us;				/* by when it has to end */
	void *priv;
	void *work;				/* post.c's own */
};

struct ir_channels {
	struct ir_ctx *ctx;
	struct ir_channel *v;
	size_t n;
	const char *outbox;			/* directory */
	const struct ir_outbox_test *test;	/* outbox.h; NULL but in tests */
};

/* All that are configured (names: only these; NULL or empty: all). -1 with IR_CONFIG, also for a name that none has. Secrets are had when they are first needed: one that cannot be is that channel's failure alone. */
int ir_channel_begin(struct ir_ctx *, const struct ir_list *names, struct ir_channels *, struct ir_err *);

/* Put it into the outbox for each channel, synced. Before the intent is journalled and anything is sent. *ret_n: of how many. -1 with IR_IO: nothing is kept. A channel that takes none until it is full is none of the others' trouble: it alone is marked as full, and gets no more. */
int ir_channel_keep(struct ir_channels *, const struct ir_channel_msg *, struct ir_err *);
/* Send all that the outbox has for these channels, oldest first for each; wait for them within the run's deadline. *ret: one result a post, in the arena, in the order of channels and time. Two runs never send the same post at once (a lock a file).
 * The effect of all is IR_WRITE but of `file`, which is IR_JOURNAL: in a run that is no actor only files are written, the rest stays. -1: interrupted; *ret holds what is known. */
int ir_channel_flush(struct ir_channels *, struct ir_channel_result **ret, size_t *n, struct ir_err *);
/* The same in two: between them the loop may be run for something else, and sends. -1: nothing was begun. *ret NULL: there is nothing to send. */
struct ir_channel_flush;
int ir_channel_flush_begin(struct ir_channels *, struct ir_channel_flush **ret, struct ir_err *);
int ir_channel_flush_end(struct ir_channel_flush *, struct ir_channel_result **ret, size_t *n, struct ir_err *);
/* Another text for the posts of this key that nobody has begun to send. */
void ir_channel_amend(struct ir_channels *, const char *key, const char *text);
/* Is the post of this key still in the outbox? If not, its channel has taken it, perhaps from another run. */
bool ir_channel_keeps(struct ir_channels *, const char *channel, const char *key);
/* What waits in the outbox, also for channels that were not asked for or are no longer configured, and since when; for "2 posts wait to be sent". */
size_t ir_channel_waiting(struct ir_channels *, int64_t *ret_oldest_ms);
void ir_channel_done(struct ir_channels *);

/* For ops without build(). thread is copied. */
void ir_channel_posted(struct ir_channel *, enum ir_channel_outcome, const char *why, const char *thread);
const char *ir_channel_key(const struct ir_channel *, const char *key);

/* ---- tickets: ticket.c, and one file a type (ticket_github.c, ticket_gitlab.c, ticket_command.c) */

enum ir_ticket_verb { IR_TICKET_OPEN, IR_TICKET_COMMENT, IR_TICKET_CLOSE };

struct ir_ticket_job {
	enum ir_ticket_verb verb;
	const char *ticket;		/* URL, or id, of COMMENT and CLOSE */
	const char *title, *text;	/* text is Markdown that is ours; what came from outside in it is escaped by ir_ticket_escape() */
	const char *key;		/* put into the body of OPEN as a hidden comment: an unclear OPEN is read back by searching for it before another is made */
	bool        repeat;		/* an OPEN of this key may have been done already: it is searched for first */
};
struct ir_ticket_result {
	enum ir_channel_outcome outcome;
	const char *ticket;		/* of OPEN: its URL, else id */
	const char *why;
};
/* Is one configured? */
bool ir_ticket_configured(const struct ir_conf *);
/* Do it, within the run's deadline. CLOSE of github and gitlab posts no text: COMMENT before it. An OPEN that is still UNCLEAR after its search was not found: say repeat the next time. -1 with IR_CONFIG: what [ticket] says makes no sense. */
int ir_ticket_do(struct ir_ctx *, const struct ir_ticket_job *, struct ir_ticket_result *, struct ir_err *);
/* Text from outside for Markdown, in the arena. */
const char *ir_ticket_escape(struct ir_arena *, const char *);

#endif
