/* forge - APIs over HTTP that know of deployments: who asks, what is answered, and what an error means. Private to github.c and gitlab.c. */
#ifndef IR_CHANGE_FORGE_H
#define IR_CHANGE_FORGE_H

#include "change/told.h"
#include "conf/secret.h"
#include "net/http.h"

enum { IR_FORGE_BODY = 4 << 20, IR_FORGE_REQUESTS = 16 };

struct ir_forge;
struct ir_forge_answer {
	struct ir_forge *forge;
	struct ir_http *http;
	void (*take)(struct ir_forge *, size_t i, const struct ir_http_res *, const struct ir_err *why);	/* why NULL: status 200, the whole body is there */
	size_t i;
};

struct ir_forge {
	struct ir_change_source *source;
	const char *what;		/* "GitHub" */
	const char *base;		/* URL without last slash */
	const char *asked_for;		/* "repository owner/name" */
	const char *right;		/* of the token that is needed, in words */
	struct ir_secret token;
	struct ir_list headers;
	struct ir_forge_answer answers[IR_FORGE_REQUESTS];
	size_t n, open;
	void *arg;
};

/* From the section. url: where it says none. 0, or -1 with IR_CONFIG. */
int ir_forge_begin(struct ir_forge *, struct ir_change_source *, const char *what, const char *url, struct ir_err *);
/* GET base + path, at most IR_FORGE_REQUESTS of them; take() is called once from the loop with i. -1: it could not be sent. */
int ir_forge_get(struct ir_forge *, const char *path, size_t i, void (*take)(struct ir_forge *, size_t, const struct ir_http_res *, const struct ir_err *), struct ir_err *);
void ir_forge_fault(struct ir_forge *, const struct ir_err *);
/* All rows are there: which of them run, subjects ("github://OWNER/NAME" and between and the environment), a word where they are of several environments and nobody said which; adds them, ends, and is done. */
void ir_forge_finish(struct ir_forge *, struct ir_change_rows *, const char *subject, const char *between);
/* Nothing is under way, nothing more comes. */
void ir_forge_end(struct ir_forge *);
/* Pure: what a status that is not 200 means. said: the body. */
int ir_forge_refusal(const struct ir_forge *, struct ir_arena *, const struct ir_http_res *, struct ir_err *);

#endif
