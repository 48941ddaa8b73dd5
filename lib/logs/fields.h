/*
 * fields - JSON and logfmt lines by the field names in use
 *
 * JSON through jansson (bounded depth and size); a line with text before or after its one object ("INFO {…}", `{…} trailing`) is half and half: the text is the
 * caller's. Names are looked up whatever their case, nested one level with a dot ("log.level", "fields.message").
 *	message		message msg log MESSAGE event error short_message body text log.message fields.message
 *	time		time ts timestamp @timestamp datetime date t asctime eventTime _SOURCE_REALTIME_TIMESTAMP __REALTIME_TIMESTAMP …
 *	level		level severity lvl loglevel log.level levelname PRIORITY severity_text severity_number
 *	ids		see ids.h
 *	service		service service.name service_name app application
 *	stack		stack stack_trace stacktrace exc_info exception error.stack_trace traceback error.stack err.stack
 */
#ifndef IR_LOGS_FIELDS_H
#define IR_LOGS_FIELDS_H

#include "logs/ids.h"
#include "logs/line.h"

/* Is it a JSON object or logfmt (at least two key=value, one of them a time, level or message)? Then fill in what it names, unescaped texts into scratch (reset by the
 * caller, once a line), and return true. ids may be NULL. time_at, level_at and status_at are offsets from p; uncertain where a
 * number decides the level whose place cannot be told, or that is on another scale than ir_level_number()'s. Where there is no level but a status, the level is IR_LEVEL_INFO, and 5xx the caller's to raise. Of what is not named the span is NULL. A message that is itself a wrapped line
 * is the caller's to look into. */
bool ir_fields_read(const char *p, size_t n, struct ir_stamp_base *, struct ir_buf *scratch, struct ir_log_line *, struct ir_ids *);

#endif
