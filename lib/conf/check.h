/*
 * check - what written values must look like beyond their type
 *
 * For the check member of struct ir_key. Each returns 0, or -1 with IR_CONFIG and what is wanted.
 */
#ifndef IR_CONF_CHECK_H
#define IR_CONF_CHECK_H

#include "base/err.h"

int ir_check_url(const char *text, struct ir_err *);	/* scheme://…, without a password, blanks and controls */
int ir_check_header(const char *text, struct ir_err *);	/* Name: value, nothing secret */
int ir_check_resolve(const char *text, struct ir_err *);	/* host:port:address */
int ir_check_threshold(const char *text, struct ir_err *);	/* NAME VALUE: connections 70%, oldest 5m, evictions off; whatever the name */
int ir_check_set(const char *text, struct ir_err *);	/* 200-299,301 */

#endif
