/* ticket - what the types of tickets have in common. Private to them, and their tests */
#ifndef IR_CHANNEL_TICKET_H
#define IR_CHANNEL_TICKET_H

#include "channel/answer.h"

enum { IR_TICKET_BODY = 8 << 20, IR_TICKET_PAGE = 50 };

struct ir_ticket;
struct ir_ticket_ops {
	const char *name;		/* "github": type = … */
	int (*check)(const struct ir_section *, struct ir_err *);
	/* Of forges, pure. The request of the job; what its answer means; the request of the newest tickets, of which found() tells the one that has the key: its URL, or NULL. */
	int (*build)(struct ir_ticket *, const struct ir_ticket_job *, struct ir_http_req *, struct ir_err *);
	void (*parse)(struct ir_ticket *, const struct ir_ticket_job *, const struct ir_http_res *, struct ir_ticket_result *);
	int (*build_find)(struct ir_ticket *, struct ir_http_req *, struct ir_err *);
	const char *(*found)(struct ir_ticket *, const struct ir_http_res *, const char *mark);
	/* Others: do it, waiting for it. */
	int (*run)(struct ir_ticket *, const struct ir_ticket_job *, struct ir_ticket_result *, struct ir_err *);
};
extern const struct ir_ticket_ops ir_ticket_github, ir_ticket_gitlab, ir_ticket_command;

struct ir_ticket {
	const struct ir_ticket_ops *ops;
	const struct ir_section *section;
	struct ir_ctx *ctx;
	struct ir_secret token;
	const char *base;		/* URL of the API, without last slash */
	const char *what, *project;	/* "GitHub" "owner/repository" */
};

const char *ir_ticket_key(const struct ir_ticket *, const char *key);
/* base from url, or by default. */
int ir_ticket_base(struct ir_ticket *, const char *otherwise, struct ir_err *);
/* A request with a JSON body (NULL: GET), whose reference is taken. */
int ir_ticket_request(struct ir_ticket *, const char *method, const char *path, json_t *body, struct ir_http_req *, struct ir_err *);
/* "<!-- ir:KEY -->" */
const char *ir_ticket_mark(struct ir_arena *, const char *key);
/* Text and mark, at most max characters. */
const char *ir_ticket_body(struct ir_arena *, const struct ir_ticket_job *, size_t max);
const char *ir_ticket_title(struct ir_arena *, const struct ir_ticket_job *, size_t max);
/* The number of "https://HOST/PROJECT/…/12", "PROJECT#12", "#12" or "12"; NULL when it is none, or of another project. */
const char *ir_ticket_number(const struct ir_ticket *, const char *ticket);
/* Status 2xx and a whole body? Else the outcome, with the fix. */
bool ir_ticket_well(struct ir_ticket *, const struct ir_http_res *, struct ir_ticket_result *);

/* The URL that an issue has in this member, where it may be shown; NULL. */
const char *ir_ticket_url(struct ir_ticket *, const json_t *issue, const char *member);
/* parse() of a forge: of what was opened its URL, else its number. base: what url is to be, in words. */
void ir_ticket_opened(struct ir_ticket *, const struct ir_ticket_job *, const struct ir_http_res *, const char *url, const char *number, const char *base, struct ir_ticket_result *);

/* found() of a forge: of a list of issues the one whose text has the mark. */
const char *ir_ticket_marked(struct ir_ticket *, const struct ir_http_res *, const char *mark, const char *text, const char *url);

#endif
