/*
 * journal - fill a journal, and time looking into it from a cold process
 *
 *	journal fill DIR MIB		write that much, in records of about 700 bytes, a run of 500 each
 *	journal find DIR ID		print the newest record of an id
 *	journal time DIR [RUNS]		start `find` that often (20), for ids all over the journal; print min, median and max in ms
 */
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "rec/journal.h"

enum { RUN = 500, TEXT = 900, RUNS_MOST = 1000 };

extern char **environ;

static int
fail(const struct ir_err *err)
{
	fprintf(stderr, "journal: %s\n", err->msg);
	return 1;
}

struct made {
	char id[IR_ID_MAX], key[IR_SHA_HEX], text[TEXT];
};

/* A check that fails with some output, as ir-health makes it. */
static struct ir_entry
make(struct made *m, size_t n)
{
	char name[64];

	snprintf(name, sizeof(name), "check-%zu", n);
	ir_id_make("chk", name, strlen(name), m->id, m->key);
	int len = snprintf(m->text, sizeof(m->text),
	    "{\"kind\":\"check\",\"v\":1,\"id\":\"%s\",\"time\":\"2026-02-01T12:00:00.000Z\",\"source\":\"ir-health\","
	    "\"run\":\"run-00000001\",\"status\":\"fail\",\"env\":\"prod/checkout\",\"service\":\"checkout\","
	    "\"subject\":\"https://checkout.example/healthz/%zu\",\"summary\":\"HTTP 503 in 41 ms, wanted "
	    "200\",\"refs\":[],"
	    "\"name\":\"%s\",\"type\":\"http\",\"latency_ms\":41.207,\"attempts\":3,\"hint\":null,\"origin\":\"ir.conf:"
	    "12\","
	    "\"change\":null,\"address\":\"192.0.2.17:443\",\"phase\":\"done\",\"dns_ms\":0.412,\"connect_ms\":3.103,"
	    "\"tls_ms\":12.920,\"first_byte_ms\":24.012,\"total_ms\":41.207,\"http_status\":503,\"http_version\":\"2\","
	    "\"body_bytes\":512,\"redirects\":0,\"url\":\"https://checkout.example/healthz/%zu\"}",
	    m->id, n, name, n);
	return (struct ir_entry){ .record = m->text, .len = (size_t)len, .kind = "check", .id = m->id, .key = m->key };
}

static struct ir_journal *
open_at(const char *dir)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_journal *j = ir_journal_open(&(struct ir_journal_opts){ .dir = dir }, &err);

	if (!j)
		exit(fail(&err));
	return j;
}

static int
fill(const char *dir, int64_t mib)
{
	static struct made m[RUN];
	struct ir_entry v[RUN];
	struct ir_err err = IR_ERR_INIT;
	struct ir_journal *j = open_at(dir);
	int64_t start = ir_mono_us(), bytes = 0;
	size_t n = 0;

	while (bytes < mib << 20) {
		for (size_t i = 0; i < RUN; i++, n++) {
			v[i] = make(&m[i], n);
			bytes += (int64_t)v[i].len + 220;
		}
		if (ir_journal_append(j, v, RUN, false, NULL, &err) < 0)
			return fail(&err);
	}
	ir_journal_close(j);
	printf("%zu records in %.0f ms\n", n, (double)(ir_mono_us() - start) / 1000);
	return 0;
}

static int
find(const char *dir, const char *id)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_arena arena = { 0 };
	struct ir_journal *j = open_at(dir);
	struct ir_found *f;
	int n = ir_journal_find(j, &arena, id, 1, &f, &err);

	if (n < 0)
		return fail(&err);
	if (n > 0)
		printf("%s\n", f[0].record);
	ir_journal_close(j);
	ir_arena_done(&arena);
	return n == 0;
}

/* ms, of a process of its own */
static double
one(char *self, char *dir, size_t n)
{
	struct made m;
	char find_word[] = "find";
	pid_t pid;
	int status;

	make(&m, n);
	char *argv[] = { self, find_word, dir, m.id, NULL };
	posix_spawn_file_actions_t to;
	posix_spawn_file_actions_init(&to);
	posix_spawn_file_actions_addopen(&to, 1, "/dev/null", 1 /* O_WRONLY */, 0);
	int64_t start = ir_mono_us();
	if (posix_spawn(&pid, self, &to, NULL, argv, environ) != 0 || waitpid(pid, &status, 0) < 0 || status != 0)
		exit(fprintf(stderr, "journal: %s is not found\n", m.id));
	posix_spawn_file_actions_destroy(&to);
	return (double)(ir_mono_us() - start) / 1000;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int
time_finds(char *self, char *dir, size_t runs)
{
	static double ms[RUNS_MOST];
	struct ir_err err = IR_ERR_INIT;
	struct ir_journal *j = open_at(dir);
	struct ir_journal_state st;

	if (ir_journal_verify(j, &st, &err) < 0)
		return fail(&err);
	ir_journal_close(j);
	for (size_t i = 0; i < runs; i++)
		ms[i] = one(self, dir, (size_t)(st.records * i / runs));
	qsort(ms, runs, sizeof(*ms), compare);
	printf("%.1f MiB, %llu records, %zu finds: min %.2f ms, median %.2f ms, max %.2f ms\n",
	    (double)st.bytes / (1 << 20), (unsigned long long)st.records, runs, ms[0], ms[runs / 2], ms[runs - 1]);
	return 0;
}

int
main(int argc, char **argv)
{
	size_t runs = argc == 4 ? (size_t)strtoul(argv[3], NULL, 10) : 20;

	if (argc == 4 && strcmp(argv[1], "fill") == 0)
		return fill(argv[2], strtol(argv[3], NULL, 10));
	if (argc == 4 && strcmp(argv[1], "find") == 0)
		return find(argv[2], argv[3]);
	if (argc >= 3 && strcmp(argv[1], "time") == 0 && runs > 0 && runs <= RUNS_MOST)
		return time_finds(argv[0], argv[2], runs);
	fprintf(stderr, "usage: journal fill DIR MIB | find DIR ID | time DIR [RUNS]\n");
	return 64;
}
