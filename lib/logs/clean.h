/*
 * clean - a line as it may be shown, and without what nobody else should read
 */
#ifndef IR_LOGS_CLEAN_H
#define IR_LOGS_CLEAN_H

#include "base/buf.h"

/* Would ir_log_clean() change anything but a TAB, which says something to whoever reads the line? Fast. */
int ir_log_dirty(const char *p, size_t n);
/* Add the line without ANSI escape sequences (CSI, OSC, single), a trailing CR, NULs and other control bytes (TAB becomes a space); invalid UTF-8 as U+FFFD. What a progress bar wrote over
 * (text before a CR) is dropped. */
void ir_log_clean(struct ir_buf *, const char *p, size_t n);

/* Add the text with secrets and personal data as ***: values of password, passwd, pwd, secret, token, api key, authorization, cookie, session and the like (key=value, key: value, JSON, URL query, headers),
 * user:password@ in URLs, bearer and basic credentials, JWTs, AWS and other well-known key shapes, PEM blocks, e-mail addresses (the domain stays), card numbers that pass Luhn. */
void ir_log_redact(struct ir_buf *, const char *p, size_t n);

#endif
