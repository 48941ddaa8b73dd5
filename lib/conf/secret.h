/*
 * secret - a value that cannot be printed by accident
 *
 * From a file (`password-file`, one trailing newline dropped, refused when others may read it), a command (`password-command`, 5 s, 64 KiB) or the environment
 * (`password-env`, a variable's name). Never from argv or the configuration itself. In no record, log or core: a process that holds one is not dumpable.
 */
#ifndef IR_CONF_SECRET_H
#define IR_CONF_SECRET_H

#include "conf/conf.h"

struct ir_secret {
	char  *bytes;		/* owned, NUL-terminated; only ir_secret_reveal() looks */
	size_t len;
};

/* 0 with *ret empty when the key is not written. IR_CONFIG, with file and line, when it cannot be had. */
int ir_secret_conf(struct ir_ctx *, const struct ir_section *, const char *key, struct ir_secret *ret, struct ir_err *);
void ir_secret_set(struct ir_secret *, const char *s, size_t n);
/* For the library call that needs it, nothing else. NULL when empty. */
const char *ir_secret_reveal(const struct ir_secret *);
/* Wipe and free. */
void ir_secret_done(struct ir_secret *);

/* Does the URL carry a password (user:pw@, or password=pw in the query)? */
int ir_url_has_password(const char *url);
/* The URL with user and password shown as "***@", and the values of query members that look like secrets (token, key, password, secret, sig) as "***". In the arena. */
char *ir_url_redact(struct ir_arena *, const char *url);

#endif
