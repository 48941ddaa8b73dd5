/*
 * level - how bad a line says it is
 */
#ifndef IR_LOGS_LEVEL_H
#define IR_LOGS_LEVEL_H

#include <stddef.h>

enum ir_log_level { IR_LEVEL_NONE, IR_LEVEL_TRACE, IR_LEVEL_DEBUG, IR_LEVEL_INFO, IR_LEVEL_NOTICE, IR_LEVEL_WARN, IR_LEVEL_ERROR, IR_LEVEL_FATAL };
extern const char *const ir_level_names[];	/* by enum, NULL-terminated; "" "trace" "debug" … */

/* A whole word, any case: "ERROR" "err" "warning" "W" "crit" "FATAL" "SEVERE" "informational" "<err>" is not one. IR_LEVEL_NONE when it is no level. One letter only where the
 * caller expects a level. */
enum ir_log_level ir_level_word(const char *p, size_t n);
enum ir_log_level ir_level_letter(char c);	/* D I W E F C N T of klog, Android, Redis is . - * # (IR_LEVEL_NONE for others) */
/* Of a number in a field "level" or "severity": bunyan and pino (10 … 60), else syslog's severity (0 … 7), OpenTelemetry's severity_number (1 … 24) by its own name. */
enum ir_log_level ir_level_number(long value);
enum ir_log_level ir_level_otel(long severity_number);
/* Of the number in <PRI> of RFC 3164 and 5424. */
enum ir_log_level ir_level_pri(long pri);
/* Of an HTTP status: 5xx error, 4xx and below info. */
enum ir_log_level ir_level_status(long status);
/* Of a message that names no level: words such as panic, fatal, exception, traceback, error, failed, refused, timed out; IR_LEVEL_NONE otherwise. */
enum ir_log_level ir_level_guess(const char *p, size_t n);

#endif
