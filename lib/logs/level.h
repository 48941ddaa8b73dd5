/*
 * level - how bad a line says it is
 */
#ifndef IR_LOGS_LEVEL_H
#define IR_LOGS_LEVEL_H

#include <stdbool.h>
#include <stddef.h>

enum ir_log_level { IR_LEVEL_NONE, IR_LEVEL_TRACE, IR_LEVEL_DEBUG, IR_LEVEL_INFO, IR_LEVEL_NOTICE, IR_LEVEL_WARN, IR_LEVEL_ERROR, IR_LEVEL_FATAL };
extern const char *const ir_level_names[];	/* by enum, NULL-terminated; "" "trace" "debug" … */

/* A whole word of three letters or more: "ERROR" "err" "Warning" "crit" "SEVERE" "informational"; "<err>" and "W" are none. Any case, but for what is a level only in upper case
 * (LOG FINE CONFIG SUCCESS FAILURE). IR_LEVEL_NONE when it is no level. */
enum ir_log_level ir_level_word(const char *p, size_t n);
enum ir_log_level ir_level_letter(char c);	/* V T D I N W E F C of klog and Android, . - * # of Redis (IR_LEVEL_NONE for others) */
/* Of a number in a field "level" or "severity": bunyan and pino (10 … 60), Monolog (100 … 600), else syslog's severity (0 … 7), OpenTelemetry's severity_number (1 … 24) by its own name. */
enum ir_log_level ir_level_number(long value);
enum ir_log_level ir_level_otel(long severity_number);
/* Of the number in <PRI> of RFC 3164 and 5424. */
enum ir_log_level ir_level_pri(long pri);
/* Of an HTTP status: 5xx error, 4xx and below info. */
enum ir_log_level ir_level_status(long status);
/* Of a message that names no level: words such as panic, fatal, exception, traceback, error, failed, refused, timed out; IR_LEVEL_NONE otherwise. *counted becomes true where it would
 * be another if a number in it were 0: "5 errors". */
enum ir_log_level ir_level_guess(const char *p, size_t n, bool *counted);

#endif
