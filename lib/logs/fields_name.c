/* fields_name - the names that loggers give to the members of a line */
#include <string.h>

#include "logs/fields_priv.h"

enum { NAME_LONGEST = 32 };

/* In lower case and in the order of their bytes. */
static const struct named {
	char name[NAME_LONGEST];
	struct ir_field_name is;
} names[] = {
	{ "@l", { IR_FIELD_LEVEL, 2, IR_FIELD_PLAIN } },
	{ "@level", { IR_FIELD_LEVEL, 2, IR_FIELD_PLAIN } },
	{ "@m", { IR_FIELD_MESSAGE, 3, IR_FIELD_PLAIN } },
	{ "@message", { IR_FIELD_MESSAGE, 2, IR_FIELD_PLAIN } },
	{ "@module", { IR_FIELD_LOGGER, 1, IR_FIELD_PLAIN } },
	{ "@mt", { IR_FIELD_MESSAGE, 6, IR_FIELD_PLAIN } },
	{ "@t", { IR_FIELD_TIME, 4, IR_FIELD_PLAIN } },
	{ "@timestamp", { IR_FIELD_TIME, 1, IR_FIELD_PLAIN } },
	{ "@x", { IR_FIELD_STACK, 1, IR_FIELD_PLAIN } },
	{ "__realtime_timestamp", { IR_FIELD_TIME, 2, IR_FIELD_PLAIN } },
	{ "_source_realtime_timestamp", { IR_FIELD_TIME, 1, IR_FIELD_PLAIN } },
	{ "_systemd_unit", { IR_FIELD_SERVICE, 5, IR_FIELD_PLAIN } },
	{ "_time", { IR_FIELD_TIME, 8, IR_FIELD_PLAIN } },
	{ "app", { IR_FIELD_SERVICE, 3, IR_FIELD_PLAIN } },
	{ "app.name", { IR_FIELD_SERVICE, 3, IR_FIELD_PLAIN } },
	{ "app_name", { IR_FIELD_SERVICE, 3, IR_FIELD_PLAIN } },
	{ "application", { IR_FIELD_SERVICE, 3, IR_FIELD_PLAIN } },
	{ "application.name", { IR_FIELD_SERVICE, 3, IR_FIELD_PLAIN } },
	{ "application_name", { IR_FIELD_SERVICE, 3, IR_FIELD_PLAIN } },
	{ "applicationname", { IR_FIELD_SERVICE, 3, IR_FIELD_PLAIN } },
	{ "appname", { IR_FIELD_SERVICE, 3, IR_FIELD_PLAIN } },
	{ "asctime", { IR_FIELD_TIME, 5, IR_FIELD_PLAIN } },
	{ "at", { IR_FIELD_LEVEL, 6, IR_FIELD_PLAIN } },
	{ "body", { IR_FIELD_MESSAGE, 7, IR_FIELD_PLAIN } },
	{ "body.text", { IR_FIELD_MESSAGE, 7, IR_FIELD_PLAIN } },
	{ "c", { IR_FIELD_LOGGER, 3, IR_FIELD_PLAIN } },
	{ "category", { IR_FIELD_LOGGER, 2, IR_FIELD_PLAIN } },
	{ "channel", { IR_FIELD_LOGGER, 3, IR_FIELD_PLAIN } },
	{ "component", { IR_FIELD_LOGGER, 2, IR_FIELD_PLAIN } },
	{ "created", { IR_FIELD_TIME, 8, IR_FIELD_PLAIN } },
	{ "created_at", { IR_FIELD_TIME, 8, IR_FIELD_PLAIN } },
	{ "date", { IR_FIELD_TIME, 7, IR_FIELD_PLAIN } },
	{ "date_time", { IR_FIELD_TIME, 5, IR_FIELD_PLAIN } },
	{ "datetime", { IR_FIELD_TIME, 5, IR_FIELD_PLAIN } },
	{ "datetime.date", { IR_FIELD_TIME, 5, IR_FIELD_PLAIN } },
	{ "dd.service", { IR_FIELD_SERVICE, 1, IR_FIELD_PLAIN } },
	{ "downstreamstatus", { IR_FIELD_STATUS, 1, IR_FIELD_PLAIN } },
	{ "err", { IR_FIELD_MESSAGE, 9, IR_FIELD_PLAIN } },
	{ "err.message", { IR_FIELD_MESSAGE, 9, IR_FIELD_PLAIN } },
	{ "err.stack", { IR_FIELD_STACK, 1, IR_FIELD_PLAIN } },
	{ "err.stacktrace", { IR_FIELD_STACK, 1, IR_FIELD_PLAIN } },
	{ "error", { IR_FIELD_MESSAGE, 9, IR_FIELD_PLAIN } },
	{ "error.exc_info", { IR_FIELD_STACK, 2, IR_FIELD_PLAIN } },
	{ "error.message", { IR_FIELD_MESSAGE, 9, IR_FIELD_PLAIN } },
	{ "error.stack", { IR_FIELD_STACK, 1, IR_FIELD_PLAIN } },
	{ "error.stack_trace", { IR_FIELD_STACK, 1, IR_FIELD_PLAIN } },
	{ "error.stacktrace", { IR_FIELD_STACK, 1, IR_FIELD_PLAIN } },
	{ "error.traceback", { IR_FIELD_STACK, 1, IR_FIELD_PLAIN } },
	{ "error_message", { IR_FIELD_MESSAGE, 9, IR_FIELD_PLAIN } },
	{ "error_verbose", { IR_FIELD_STACK, 5, IR_FIELD_PLAIN } },
	{ "errormessage", { IR_FIELD_MESSAGE, 9, IR_FIELD_PLAIN } },
	{ "errorverbose", { IR_FIELD_STACK, 5, IR_FIELD_PLAIN } },
	{ "event", { IR_FIELD_MESSAGE, 5, IR_FIELD_PLAIN } },
	{ "event_time", { IR_FIELD_TIME, 6, IR_FIELD_PLAIN } },
	{ "event_timestamp", { IR_FIELD_TIME, 6, IR_FIELD_PLAIN } },
	{ "eventtime", { IR_FIELD_TIME, 6, IR_FIELD_PLAIN } },
	{ "eventtimestamp", { IR_FIELD_TIME, 6, IR_FIELD_PLAIN } },
	{ "exc.stack", { IR_FIELD_STACK, 1, IR_FIELD_PLAIN } },
	{ "exc_info", { IR_FIELD_STACK, 2, IR_FIELD_PLAIN } },
	{ "exc_text", { IR_FIELD_STACK, 2, IR_FIELD_PLAIN } },
	{ "exception", { IR_FIELD_STACK, 3, IR_FIELD_PLAIN } },
	{ "exception.message", { IR_FIELD_MESSAGE, 9, IR_FIELD_PLAIN } },
	{ "exception.stack", { IR_FIELD_STACK, 1, IR_FIELD_PLAIN } },
	{ "exception.stack_trace", { IR_FIELD_STACK, 1, IR_FIELD_PLAIN } },
	{ "exception.stacktrace", { IR_FIELD_STACK, 1, IR_FIELD_PLAIN } },
	{ "fields.level", { IR_FIELD_LEVEL, 4, IR_FIELD_PLAIN } },
	{ "fields.message", { IR_FIELD_MESSAGE, 2, IR_FIELD_PLAIN } },
	{ "full_message", { IR_FIELD_MESSAGE, 7, IR_FIELD_PLAIN } },
	{ "fullmessage", { IR_FIELD_MESSAGE, 7, IR_FIELD_PLAIN } },
	{ "http.response.status_code", { IR_FIELD_STATUS, 1, IR_FIELD_PLAIN } },
	{ "http.status", { IR_FIELD_STATUS, 1, IR_FIELD_PLAIN } },
	{ "http.status_code", { IR_FIELD_STATUS, 1, IR_FIELD_PLAIN } },
	{ "http_status", { IR_FIELD_STATUS, 1, IR_FIELD_PLAIN } },
	{ "http_status_code", { IR_FIELD_STATUS, 1, IR_FIELD_PLAIN } },
	{ "httprequest.status", { IR_FIELD_STATUS, 1, IR_FIELD_PLAIN } },
	{ "instant.epochsecond", { IR_FIELD_TIME, 6, IR_FIELD_PLAIN } },
	{ "jsonpayload.level", { IR_FIELD_LEVEL, 4, IR_FIELD_PLAIN } },
	{ "jsonpayload.message", { IR_FIELD_MESSAGE, 2, IR_FIELD_PLAIN } },
	{ "level", { IR_FIELD_LEVEL, 2, IR_FIELD_PLAIN } },
	{ "level.name", { IR_FIELD_LEVEL, 3, IR_FIELD_PLAIN } },
	{ "level.no", { IR_FIELD_LEVEL, 8, IR_FIELD_PYTHON } },
	{ "level_name", { IR_FIELD_LEVEL, 1, IR_FIELD_PLAIN } },
	{ "levelname", { IR_FIELD_LEVEL, 1, IR_FIELD_PLAIN } },
	{ "levelno", { IR_FIELD_LEVEL, 8, IR_FIELD_PYTHON } },
	{ "levelstr", { IR_FIELD_LEVEL, 1, IR_FIELD_PLAIN } },
	{ "log", { IR_FIELD_MESSAGE, 3, IR_FIELD_PLAIN } },
	{ "log.level", { IR_FIELD_LEVEL, 2, IR_FIELD_PLAIN } },
	{ "log.logger", { IR_FIELD_LOGGER, 1, IR_FIELD_PLAIN } },
	{ "log.message", { IR_FIELD_MESSAGE, 4, IR_FIELD_PLAIN } },
	{ "log_level", { IR_FIELD_LEVEL, 3, IR_FIELD_PLAIN } },
	{ "log_message", { IR_FIELD_MESSAGE, 7, IR_FIELD_PLAIN } },
	{ "log_time", { IR_FIELD_TIME, 7, IR_FIELD_PLAIN } },
	{ "log_timestamp", { IR_FIELD_TIME, 6, IR_FIELD_PLAIN } },
	{ "logger", { IR_FIELD_LOGGER, 1, IR_FIELD_PLAIN } },
	{ "logger_name", { IR_FIELD_LOGGER, 1, IR_FIELD_PLAIN } },
	{ "loggername", { IR_FIELD_LOGGER, 1, IR_FIELD_PLAIN } },
	{ "loglevel", { IR_FIELD_LEVEL, 3, IR_FIELD_PLAIN } },
	{ "logmessage", { IR_FIELD_MESSAGE, 7, IR_FIELD_PLAIN } },
	{ "logtime", { IR_FIELD_TIME, 7, IR_FIELD_PLAIN } },
	{ "logtimestamp", { IR_FIELD_TIME, 6, IR_FIELD_PLAIN } },
	{ "lvl", { IR_FIELD_LEVEL, 3, IR_FIELD_PLAIN } },
	{ "message", { IR_FIELD_MESSAGE, 1, IR_FIELD_PLAIN } },
	{ "messagetemplate", { IR_FIELD_MESSAGE, 6, IR_FIELD_PLAIN } },
	{ "module", { IR_FIELD_LOGGER, 5, IR_FIELD_PLAIN } },
	{ "msg", { IR_FIELD_MESSAGE, 2, IR_FIELD_PLAIN } },
	{ "name", { IR_FIELD_LOGGER, 4, IR_FIELD_PLAIN } },
	{ "observedtimestamp", { IR_FIELD_TIME, 8, IR_FIELD_PLAIN } },
	{ "priority", { IR_FIELD_LEVEL, 4, IR_FIELD_PLAIN } },
	{ "program", { IR_FIELD_LOGGER, 5, IR_FIELD_PLAIN } },
	{ "properties.sourcecontext", { IR_FIELD_LOGGER, 2, IR_FIELD_PLAIN } },
	{ "reason", { IR_FIELD_MESSAGE, 9, IR_FIELD_PLAIN } },
	{ "received_at", { IR_FIELD_TIME, 8, IR_FIELD_PLAIN } },
	{ "receivedat", { IR_FIELD_TIME, 8, IR_FIELD_PLAIN } },
	{ "record.time", { IR_FIELD_TIME, 7, IR_FIELD_PLAIN } },
	{ "renderedmessage", { IR_FIELD_MESSAGE, 3, IR_FIELD_PLAIN } },
	{ "requestreceivedtimestamp", { IR_FIELD_TIME, 8, IR_FIELD_PLAIN } },
	{ "res.status", { IR_FIELD_STATUS, 1, IR_FIELD_PLAIN } },
	{ "res.statuscode", { IR_FIELD_STATUS, 1, IR_FIELD_PLAIN } },
	{ "resource.service.name", { IR_FIELD_SERVICE, 1, IR_FIELD_PLAIN } },
	{ "resp_status", { IR_FIELD_STATUS, 1, IR_FIELD_PLAIN } },
	{ "response.status", { IR_FIELD_STATUS, 1, IR_FIELD_PLAIN } },
	{ "response.status_code", { IR_FIELD_STATUS, 1, IR_FIELD_PLAIN } },
	{ "response_code", { IR_FIELD_STATUS, 1, IR_FIELD_PLAIN } },
	{ "responsecode", { IR_FIELD_STATUS, 1, IR_FIELD_PLAIN } },
	{ "s", { IR_FIELD_LEVEL, 6, IR_FIELD_PLAIN } },
	{ "service", { IR_FIELD_SERVICE, 1, IR_FIELD_PLAIN } },
	{ "service.id", { IR_FIELD_SERVICE, 1, IR_FIELD_PLAIN } },
	{ "service.name", { IR_FIELD_SERVICE, 1, IR_FIELD_PLAIN } },
	{ "service_name", { IR_FIELD_SERVICE, 1, IR_FIELD_PLAIN } },
	{ "servicename", { IR_FIELD_SERVICE, 1, IR_FIELD_PLAIN } },
	{ "severity", { IR_FIELD_LEVEL, 3, IR_FIELD_PLAIN } },
	{ "severity_number", { IR_FIELD_LEVEL, 8, IR_FIELD_OTEL } },
	{ "severity_text", { IR_FIELD_LEVEL, 1, IR_FIELD_PLAIN } },
	{ "severitynumber", { IR_FIELD_LEVEL, 8, IR_FIELD_OTEL } },
	{ "severitytext", { IR_FIELD_LEVEL, 1, IR_FIELD_PLAIN } },
	{ "short_message", { IR_FIELD_MESSAGE, 4, IR_FIELD_PLAIN } },
	{ "shortmessage", { IR_FIELD_MESSAGE, 4, IR_FIELD_PLAIN } },
	{ "sourcecontext", { IR_FIELD_LOGGER, 2, IR_FIELD_PLAIN } },
	{ "stack", { IR_FIELD_STACK, 2, IR_FIELD_PLAIN } },
	{ "stack_trace", { IR_FIELD_STACK, 1, IR_FIELD_PLAIN } },
	{ "stacktrace", { IR_FIELD_STACK, 1, IR_FIELD_PLAIN } },
	{ "start_time", { IR_FIELD_TIME, 8, IR_FIELD_PLAIN } },
	{ "starttime", { IR_FIELD_TIME, 8, IR_FIELD_PLAIN } },
	{ "startutc", { IR_FIELD_TIME, 8, IR_FIELD_PLAIN } },
	{ "status", { IR_FIELD_STATUS, 1, IR_FIELD_PLAIN } },
	{ "status_code", { IR_FIELD_STATUS, 1, IR_FIELD_PLAIN } },
	{ "statuscode", { IR_FIELD_STATUS, 1, IR_FIELD_PLAIN } },
	{ "subsystem", { IR_FIELD_LOGGER, 5, IR_FIELD_PLAIN } },
	{ "syslog_identifier", { IR_FIELD_LOGGER, 3, IR_FIELD_PLAIN } },
	{ "syslog_severity", { IR_FIELD_LEVEL, 6, IR_FIELD_PLAIN } },
	{ "t", { IR_FIELD_TIME, 7, IR_FIELD_PLAIN } },
	{ "t.$date", { IR_FIELD_TIME, 4, IR_FIELD_PLAIN } },
	{ "target", { IR_FIELD_LOGGER, 2, IR_FIELD_PLAIN } },
	{ "text", { IR_FIELD_MESSAGE, 7, IR_FIELD_PLAIN } },
	{ "textpayload", { IR_FIELD_MESSAGE, 2, IR_FIELD_PLAIN } },
	{ "thrown", { IR_FIELD_STACK, 3, IR_FIELD_PLAIN } },
	{ "thrown.extendedstacktrace", { IR_FIELD_STACK, 1, IR_FIELD_PLAIN } },
	{ "thrown.stacktrace", { IR_FIELD_STACK, 1, IR_FIELD_PLAIN } },
	{ "time", { IR_FIELD_TIME, 3, IR_FIELD_PLAIN } },
	{ "time.repr", { IR_FIELD_TIME, 7, IR_FIELD_PLAIN } },
	{ "time.timestamp", { IR_FIELD_TIME, 7, IR_FIELD_PLAIN } },
	{ "time_iso8601", { IR_FIELD_TIME, 7, IR_FIELD_PLAIN } },
	{ "time_local", { IR_FIELD_TIME, 8, IR_FIELD_PLAIN } },
	{ "time_unix_nano", { IR_FIELD_TIME, 7, IR_FIELD_PLAIN } },
	{ "timemillis", { IR_FIELD_TIME, 7, IR_FIELD_PLAIN } },
	{ "timestamp", { IR_FIELD_TIME, 2, IR_FIELD_PLAIN } },
	{ "timestamp_ms", { IR_FIELD_TIME, 6, IR_FIELD_PLAIN } },
	{ "timestampms", { IR_FIELD_TIME, 6, IR_FIELD_PLAIN } },
	{ "timeunixnano", { IR_FIELD_TIME, 7, IR_FIELD_PLAIN } },
	{ "traceback", { IR_FIELD_STACK, 1, IR_FIELD_PLAIN } },
	{ "ts", { IR_FIELD_TIME, 4, IR_FIELD_PLAIN } },
	{ "type.level", { IR_FIELD_LEVEL, 6, IR_FIELD_PLAIN } },
};

struct ir_field_name
ir_field_name(const char *name, size_t n)
{
	size_t from = 0, to = sizeof names / sizeof *names;
	char lower[NAME_LONGEST] = { 0 };

	if (n >= NAME_LONGEST)
		return (struct ir_field_name){ 0 };
	for (size_t i = 0; i < n; i++)
		lower[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];
	while (from < to) {
		size_t middle = (from + to) / 2;
		int order = memcmp(lower, names[middle].name, n + 1);

		if (order == 0)
			return names[middle].is;
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return (struct ir_field_name){ 0 };
}

bool
ir_field_parent(const char *name, size_t n)
{
	static const char parents[][12] = { "fields", "jsonpayload", "payload", "record", "data", "log", "line",
		"properties", "attributes", "attr", "extra", "context", "meta" };

	for (size_t i = 0; i < sizeof parents / sizeof *parents; i++) {
		if (strlen(parents[i]) == n && strncasecmp(parents[i], name, n) == 0)
			return true;
	}
	return false;
}
