/* engine_json - services, their parts and levels, by the names of labels and fields in use */
#include "logs/engine_json.h"

#include <stdio.h>
#include <string.h>

#include "logs/engine.h"

const char *const ir_engine_service_names[] = { "service_name", "service", "service.name", "compose_service", "app",
	"app_kubernetes_io_name", "application", "container", "container_name", "kubernetes.container_name",
	"kubernetes_container_name", "job", "unit", "syslog_identifier", NULL };

struct ir_span
ir_engine_member(const json_t *object, const char *name)
{
	const json_t *v = json_object_get(object, name);

	if (!json_is_string(v))
		return (struct ir_span){ NULL, 0 };
	return (struct ir_span){ json_string_value(v), json_string_length(v) };
}

struct ir_span
ir_engine_service(const json_t *labels)
{
	static const char unknown[] = "unknown_service";

	for (size_t i = 0; ir_engine_service_names[i]; i++) {
		struct ir_span s = ir_engine_member(labels, ir_engine_service_names[i]);

		/* "unknown_service:node" is OpenTelemetry's for none */
		if (s.p && s.n > 0 && strncmp(s.p, unknown, sizeof(unknown) - 1) != 0)
			return s;
	}
	return (struct ir_span){ NULL, 0 };
}

/* The first of these that is there, behind what is in out already. */
static void
add_first(const json_t *labels, const char *const *names, char *out, size_t size)
{
	size_t n = strlen(out);

	for (size_t i = 0; names[i]; i++) {
		struct ir_span s = ir_engine_member(labels, names[i]);

		if (!s.p || s.n == 0)
			continue;
		snprintf(out + n, size - n, "%s%.*s", n ? "/" : "", (int)(s.n < size ? s.n : size), s.p);
		return;
	}
}

const char *
ir_engine_part(const json_t *labels, char *out, size_t size)
{
	static const char *const where[] = { "pod", "kubernetes.pod_name", "kubernetes_pod_name", "container_id",
		"instance", "service_instance_id", "service.instance.id", "host", "hostname", "host.name", "node",
		"nodename", NULL };
	static const char *const which[] = { "filename", "file", "path", NULL }, *const end[] = { "stream", "logstream",
		NULL };

	*out = '\0';
	add_first(labels, where, out, size);
	add_first(labels, which, out, size);
	add_first(labels, end, out, size);
	return out;
}

enum ir_log_level
ir_engine_labels_level(const json_t *labels)
{
	static const char *const names[] = { "level", "severity", "severity_text", "lvl", "log.level", "loglevel",
		"priority", "detected_level", NULL };
	struct ir_span number = ir_engine_member(labels, "severity_number");

	for (size_t i = 0; names[i]; i++) {
		struct ir_span s = ir_engine_member(labels, names[i]);
		enum ir_log_level level = s.p ? ir_engine_level(s.p, s.n, false) : IR_LEVEL_NONE;

		if (level != IR_LEVEL_NONE)
			return level;
	}
	return number.p ? ir_engine_level(number.p, number.n, true) : IR_LEVEL_NONE;
}
