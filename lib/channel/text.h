/*
 * text - what channels and tickets write: cleaned, escaped, cut to a limit. Private to them, and pure
 *
 * Cleaned text is valid UTF-8 without control bytes and without characters that turn or hide others. Escaping goes character by character, so that a cut never parts an escape.
 */
#ifndef IR_CHANNEL_TEXT_H
#define IR_CHANNEL_TEXT_H

#include "channel/channel.h"

/* Add the character of n bytes at s, which ends with a NUL; before: the byte in front of it, '\n' where a line begins. */
typedef void ir_text_put(struct ir_buf *, const char *s, size_t n, char before);
ir_text_put ir_text_plain;		/* as it is */
ir_text_put ir_text_slack;		/* & < > as entities: no <!channel>, no <@U…>, no link */
ir_text_put ir_text_discord;		/* its Markdown and its <…> by backslashes */
ir_text_put ir_text_mattermost;		/* the same, and a mention is parted by a character without width: "@" and "here" */
ir_text_put ir_text_markdown;		/* of forges: besides, HTML as entities, #1 and !1 parted, no quick action at the start of a line */

struct ir_text_form {
	ir_text_put *put;
	size_t bytes, chars, lines;	/* limits of the whole; chars as UTF-16 counts them. 0: none */
	const char *bold;		/* around the title, "" for none */
};

/* One line of it, or with lines all of them; "" for NULL. In the arena. */
const char *ir_text_clean(struct ir_arena *, const char *s, bool lines);
/* Escaped and cut, with a word that says so where it was cut. s is clean. */
const char *ir_text_fit(struct ir_arena *, const char *s, const struct ir_text_form *);
/* "record 7 · 1a453a469fe6", and a word when it may be a repetition; "" for nothing. Clean. */
const char *ir_text_end(struct ir_arena *, const struct ir_channel_msg *);
/* Title, text, end: escaped, and cut together. */
const char *ir_text_compose(struct ir_arena *, const struct ir_channel_msg *, const struct ir_text_form *);
/* UTF-16 code units of valid UTF-8. */
size_t ir_text_units(const char *s, size_t n);

#endif
