/* answer - what channels and tickets over HTTP have in common: the request, and what an answer means whatever its body. Private to them */
#ifndef IR_CHANNEL_ANSWER_H
#define IR_CHANNEL_ANSWER_H

#include <jansson.h>

#include "channel/channel.h"

enum { IR_ANSWER_BODY = 64 << 10 };

/* TLS keys and resolve of the section. */
void ir_answer_keys(const struct ir_section *, const char *type, struct ir_http_req *);
/* POST of a JSON body (whose reference is taken), with the keys of the channel's section. url is a secret. -1 with IR_CONFIG: it is no http:// or https:// URL. */
int ir_answer_request(struct ir_channel *, const char *url, json_t *body, struct ir_http_req *, struct ir_err *);

/* Did a status of 2xx come, and the whole body? Else the outcome is filled in. fix: what to do about 401, 403, 404 and 410 (NULL: "correct url …"). */
bool ir_answer_well(struct ir_channel *, const struct ir_http_res *, struct ir_channel_result *, const char *fix);
/* May what was sent have arrived, when no status came? */
bool ir_answer_unclear(const struct ir_http_res *);
/* As the server asks for, at most an hour; 0: it does not. */
int64_t ir_answer_retry_ms(const struct ir_http_res *);
/* The body's own words, made safe: a member of JSON, else its first line. "" or ": words". */
const char *ir_answer_said(struct ir_arena *, const struct ir_http_res *);
__attribute__((format(printf, 4, 5))) void ir_answer_set(struct ir_arena *, struct ir_channel_result *, enum ir_channel_outcome, const char *fmt, ...);

/* NULL: it is none. */
json_t *ir_answer_json(const struct ir_http_res *);
static inline void
ir_answer_json_done(json_t **j)
{
	json_decref(*j);
}
const char *ir_answer_dump(struct ir_arena *, json_t *);	/* takes the reference */
/* An id from outside: up to max of letters, digits and those of also; NULL: it is no such thing. In the arena. */
const char *ir_answer_id(struct ir_arena *, const char *, size_t max, const char *also);

/* Id of the message that this one is to be put under; NULL: none. */
const char *ir_channel_thread(const struct ir_channel *, const struct ir_channel_msg *);
/* For check(): is a key written? */
bool ir_channel_has(const struct ir_section *, const char *key);
/* For check(): the URL of a webhook is needed. */
int ir_channel_need_url(struct ir_ctx *, const struct ir_section *, struct ir_err *);
/* The documented JSON of a post, for webhook and command. */
json_t *ir_channel_json(struct ir_arena *, const struct ir_channel_msg *);

#endif
