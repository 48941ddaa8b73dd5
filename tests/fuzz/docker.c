/* fuzz docker - whatever an engine answers: to the list, an inspection, the events, a log; then judged */
#include <stdint.h>

#include "base/utf8.h"
#include "runtime/docker.h"
#include "runtime/judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
judge(struct ir_arena *arena, const struct ir_container *c)
{
	struct ir_case k = { .c = c, .arena = arena, .now_ms = 1795571337000, .cli = "docker" };
	struct ir_check row = { .groups = 0 };

	ir_judge_container(&k, &row);
	if (!row.h.summary || row.h.status > IR_STATUS_UNKNOWN)
		abort();
	/* nothing that was not looked into is good */
	if (!c->inspected && row.h.status == IR_STATUS_OK)
		abort();
}

static bool
is_wanted(const char *name)
{
	return *name == 'D';
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ir_arena arena = { 0 };
	struct ir_container one = { .id = "x",
		.name = "x",
		.started_ms = IR_TIME_NONE,
		.finished_ms = IR_TIME_NONE,
		.created_ms = IR_TIME_NONE,
		.health_exit = INT64_MIN,
		.exit_code = INT64_MIN,
		.restarts = INT64_MIN };
	const char *text = (const char *)data + 1;
	struct ir_container *v = NULL;
	struct ir_list projects = { 0 };
	size_t n = 0;

	if (size < 1)
		return 0;
	size--;
	switch (*data % 4) {
	case 0:
		if (ir_docker_parse_list(&arena, text, size, &v, &n, NULL) == 0)
			n = ir_docker_match(&arena, v, n, &(struct ir_runtime_query){ .all = true }, &projects);
		break;
	case 1:
		if (ir_docker_parse_inspect(&arena, text, size, is_wanted, &one, NULL) == 0 && one.health_output &&
		    !ir_utf8_valid(one.health_output, strlen(one.health_output)))
			abort();
		for (size_t i = 0; i < one.ports_n; i++)
			if (!one.ports[i].inside || !one.ports[i].outside)
				abort();
		for (size_t i = 0; i < one.env_n; i++)
			if (!is_wanted(one.env[i].name) || !one.env[i].value.len)
				abort();
		ir_docker_wipe(&one);
		break;
	case 2:
		ir_docker_parse_events(text, size, &one, 1, NULL);
		break;
	default:
		one.last_words = ir_docker_parse_logs(&arena, text, size);
		ir_docker_parse_error(&arena, text, size);
	}
	for (size_t i = 0; i < n; i++)
		judge(&arena, &v[i]);
	judge(&arena, &one);
	ir_arena_done(&arena);
	return 0;
}
