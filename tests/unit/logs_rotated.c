/* logs_rotated - what rotated files are called, and in which order they were written */
#include <fcntl.h>

#include "logs/rotated.h"
#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;

static void
reads(const char *name, enum ir_rotation how, const char *base, const char *token)
{
	struct ir_rotated r;

	ir_rotated_read(&arena, name, &r);
	OK(r.how == how && strcmp(r.base, base) == 0 && strcmp(r.token, token) == 0, "%s is %s, '%s' (%d '%s' '%s')",
	    name, base, token, r.how, r.base, r.token);
}

static void
test_names(void)
{
	reads("app.log", IR_ROTATION_NONE, "app.log", "");
	reads("app.log.gz", IR_ROTATION_NONE, "app.log", "");
	reads("app.log.1", IR_ROTATION_NUMBER, "app.log", "1");
	reads("app.log.12.gz", IR_ROTATION_NUMBER, "app.log", "12");
	reads("app.log.old", IR_ROTATION_OLD, "app.log", ".old");
	reads("app.1.log.zst", IR_ROTATION_NUMBER, "app.log", "1");
	reads("app.log-20240503", IR_ROTATION_DATE, "app.log", "20240503");
	reads("app.log-20240503.gz", IR_ROTATION_DATE, "app.log", "20240503");
	reads("app-2024-05-03.log.zst", IR_ROTATION_DATE, "app.log", "2024-05-03");
	reads("app.2024-05-03.11.log", IR_ROTATION_DATE, "app.log", "2024-05-03.11");
	reads("app-2024-05-03T01-02-03.123.log", IR_ROTATION_DATE, "app.log", "2024-05-03T01-02-03.123");
	reads("0.log.20240503-010203", IR_ROTATION_DATE, "0.log", "20240503-010203");
	reads("app.log-1714700000", IR_ROTATION_DATE, "app.log", "1714700000");
	reads("syslog.3", IR_ROTATION_NUMBER, "syslog", "3");
	reads("worker-2.log", IR_ROTATION_NONE, "worker-2.log", "");
	reads("host-192.168.10.12.log", IR_ROTATION_NUMBER, "host-192.168.10.log", "12");
	reads("app-2024-17-03.log", IR_ROTATION_NONE, "app-2024-17-03.log", "");
	reads(".hidden", IR_ROTATION_NONE, ".hidden", "");
	reads("x", IR_ROTATION_NONE, "x", "");
	reads("", IR_ROTATION_NONE, "", "");
}

static void
put(const char *name, int64_t age_s)
{
	char path[1024];
	struct timespec t[2] = { { .tv_sec = 1700000000 - age_s }, { .tv_sec = 1700000000 - age_s } };

	scratch_file(name, "x\n");
	snprintf(path, sizeof(path), "%s/%s", scratch_top, name);
	utimensat(AT_FDCWD, path, t, 0);
}

/* Siblings of name, without the directory. */
static const char *
siblings(const char *name, int64_t since_ms)
{
	struct ir_list found = { NULL, 0, 0 };
	size_t top = strlen(scratch_top) + 1;

	ir_rotated_siblings(&arena, ir_asprintf(&arena, "%s/%s", scratch_top, name), since_ms, &found);
	for (size_t i = 0; i < found.n; i++)
		found.v[i] += top;
	return found.n ? ir_list_join(&arena, &found, "", " ") : "";
}

static void
test_siblings(void)
{
	put("app.log", 0);
	put("app.log.1", 100);
	put("app.log.2.gz", 50);
	put("app.log.10.gz", 300);
	put("app.log.3", 30);
	put("app.log.3.gz", 30);
	put("app.log.bz2", 30);
	put("app.logs.1", 30);
	put("web.log", 0);
	put("web-2024-05-03.log", 40);
	put("web-2024-05-02.log.gz", 10);
	put("web-2024-05-03.2.log", 40);
	put("web-2024-05-03.10.log", 40);
	put("mixed", 0);
	put("mixed.1", 30);
	put("mixed-20240503", 50);
	put("mixed.old", 40);
	IS_STR(siblings("app.log", INT64_MIN), "app.log.10.gz app.log.3 app.log.2.gz app.log.1",
	    "by number, unpacked before packed");
	IS_STR(siblings("app.log", (1700000000 - 100) * (int64_t)1000), "app.log.3 app.log.2.gz app.log.1",
	    "written since then");
	IS_STR(siblings("web.log", INT64_MIN),
	    "web-2024-05-02.log.gz web-2024-05-03.log web-2024-05-03.2.log web-2024-05-03.10.log",
	    "by date and number");
	IS_STR(siblings("mixed", INT64_MIN), "mixed-20240503 mixed.old mixed.1",
	    "by time of the last write where the names differ in kind");
	IS_STR(siblings("none.log", INT64_MIN), "", "none");
	IS_STR(siblings("nowhere/none.log", INT64_MIN), "", "no directory");
}

int
main(void)
{
	scratch_new(&arena);
	test_names();
	test_siblings();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
