/*
 * redact_priv - where in a text something is that nobody else should read
 */
#ifndef IR_LOGS_REDACT_PRIV_H
#define IR_LOGS_REDACT_PRIV_H

#include <stdbool.h>
#include <stddef.h>

/* What to leave out: [from, to). */
struct ir_cut {
	size_t from, to;
};

/* Each looks at the text around i, where a mark was seen, and at no byte more often than a few times in all: true and where to cut. */
/* '=' ':' '>': behind the name of a secret. */
bool ir_redact_named(const char *p, size_t n, size_t i, struct ir_cut *);
/* A word begins: --password VALUE. */
bool ir_redact_option(const char *p, size_t n, size_t i, struct ir_cut *);
/* A quote: PASSWORD 'VALUE'. */
bool ir_redact_sql(const char *p, size_t n, size_t i, struct ir_cut *);
/* A word begins: keys with a known beginning, JWTs, Bearer and Basic. */
bool ir_redact_key(const char *p, size_t n, size_t i, struct ir_cut *);
/* ':' of "://": user and password. */
bool ir_redact_url(const char *p, size_t n, size_t i, struct ir_cut *);
/* '@': the name before an e-mail's domain; never before `least`. */
bool ir_redact_email(const char *p, size_t n, size_t i, size_t least, struct ir_cut *);
/* A number begins: that of a card. */
bool ir_redact_card(const char *p, size_t n, size_t i, struct ir_cut *);
/* "-----BEGIN": what is between it and its END. */
bool ir_redact_pem(const char *p, size_t n, size_t i, struct ir_cut *);

static inline bool
ir_redact_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static inline bool
ir_redact_letter(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

/* Of a word, as is the mark of what was left out before. */
static inline bool
ir_redact_word(char c)
{
	return ir_redact_digit(c) || ir_redact_letter(c) || c == '_' || c == '*';
}

/* At least eight bytes that are no word of a language: with digits, or capitals within. */
bool ir_redact_random(const char *p, size_t n);

#endif
