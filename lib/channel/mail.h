/*
 * mail - a post as a mail: header fields that nobody can add to, subject and body in UTF-8. Private to smtp.c and its tests, and pure
 *
 * A mail's Message-ID is made of its post's key, so that a repetition has the same. All of an incident refer to an id made of the incident's, and to the first one's, where it is known: they make one thread.
 */
#ifndef IR_CHANNEL_MAIL_H
#define IR_CHANNEL_MAIL_H

#include "channel/channel.h"

/* "<KEY.CHANNEL@domain of from>"; from is an address. */
const char *ir_mail_id(struct ir_arena *, const char *key, const char *channel, const char *from);
/* Whole, lines with CRLF. thread: Message-ID of the first one, or NULL. */
const char *ir_mail_build(struct ir_arena *, const struct ir_channel_msg *, const char *channel, const char *from, const struct ir_list *to, const char *thread);
/* RFC 2047: as it is where it is short printable ASCII, else as encoded words of at most 75 characters, folded. s is clean. */
const char *ir_mail_encode_words(struct ir_arena *, const char *s);
/* RFC 2045 quoted-printable, lines of at most 76 characters with CRLF. */
const char *ir_mail_quote(struct ir_arena *, const char *s);

#endif
