/*
 * alertmanager_amtool - what amtool's own configuration says, so that ir-alerts works where amtool does
 *
 * The files are ~/.config/amtool/config.yml, ~/.config/prometheus/amtool.yml (Debian's place), /etc/amtool/config.yml, /etc/prometheus/amtool.yml; of each key the first that has it counts.
 */
#ifndef IR_PAGER_ALERTMANAGER_AMTOOL_H
#define IR_PAGER_ALERTMANAGER_AMTOOL_H

#include "conf/secret.h"

struct ir_amtool {
	const char *url;		/* alertmanager.url, without user and password */
	const char *author;		/* NULL */
	const char *origin;		/* "~/.config/amtool/config.yml:1", where url is */
	/* of http.config.file, or of the URL */
	const char *user;
	struct ir_secret password, token;
	const char *ca_file, *cert_file, *key_file;
	bool insecure;
};

/* 1: found, 0: there is none that has a URL, -1 with IR_CONFIG. ret has to be done with in any case. */
int ir_alertmanager_amtool(struct ir_ctx *, struct ir_amtool *ret, struct ir_err *);
void ir_amtool_done(struct ir_amtool *);

#endif
