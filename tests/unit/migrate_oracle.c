/* migrate_oracle - what a real PostgreSQL, and Rails, let old code do after each labelled migration: nothing that is called safe may stand in its way */
#include "migrate/rails.h"
#include "migrate_labels.h"
#include "postgres.h"

static struct ir_arena arena;
static struct postgres db;
static const char *setup;
static char *old_code[64];
static size_t n_old;

/* SQL by psql, as the owner; true: all of it ran. */
static bool
psql(const char *database, const char *sql, bool stop)
{
	char program[300], port[16];
	const char *const run[] = { "env", "PGPASSWORD=" POSTGRES_PASSWORD, program, "-qX", "-v",
		stop ? "ON_ERROR_STOP=1" : "ON_ERROR_STOP=0", "-h", db.dir, "-p", port, "-U", "admin", "-d", database,
		"-o", "/dev/null", "-f", "sql", NULL };

	snprintf(program, sizeof(program), "%s/psql", db.bin);
	snprintf(port, sizeof(port), "%d", db.port);
	postgres_file(&db, "sql", sql);
	return postgres_run(&db, run) == 0;
}

/* What new code does after it: lines of "-- new: …" */
static const char *
new_code(const char *text)
{
	const char *s = strstr(text, "-- new: ");

	return s ? ir_strndup(&arena, s + 8, strcspn(s + 8, "\n")) : NULL;
}

/* The statements of old code that fail, by number. Each is undone; a warning tells, in the log of psql. */
static const char *
failures(const char *path)
{
	const char *script = "", *told = "", *log;
	size_t n;

	for (size_t i = 0; i < n_old; i++)
		script = ir_asprintf(&arena,
		    "%sDO $do$ BEGIN EXECUTE $old$%s$old$; RAISE EXCEPTION 'undone'; EXCEPTION WHEN OTHERS THEN IF "
		    "SQLERRM <> 'undone' "
		    "THEN RAISE WARNING 'old code: %s, %zu.'; END IF; END $do$;\n",
		    script, old_code[i], path, i + 1);
	OK(psql("now", script, true), "old code is run after %s", path);
	log = fixture(&arena, ir_asprintf(&arena, "%s/log", db.dir), &n);
	for (size_t i = 1; i <= n_old; i++)
		if (strstr(log, ir_asprintf(&arena, "old code: %s, %zu.", path, i)))
			told = ir_asprintf(&arena, "%s%s%zu", told, *told ? "," : "", i);
	return told;
}

static void
check(const char *path, const char *want)
{
	size_t n;
	const char *text = fixture(&arena, ir_asprintf(&arena, MIGRATE_LABELS "%s", path), &n), *fails;
	struct ir_migrate_judgement j = { 0 };
	bool ran;

	ir_migrate_judge_sql(&arena, text, n, 1, &j);
	if (!psql("postgres", "DROP DATABASE IF EXISTS now;\nCREATE DATABASE now TEMPLATE before;", true))
		OK(false, "a database for %s", path);
	ran = psql("now", text, true);
	if (new_code(text) && !psql("now", new_code(text), true))
		OK(false, "%s: what new code does after it runs", path);
	fails = failures(path);
	printf("# %-44s %-8s %-8s %s %s\n", path, want, migrate_label_words[j.verdict], ran ? "ran" : "DID NOT RUN",
	    fails);
	OK(ran || strstr(path, "unterminated"), "%s runs", path);
	OK(j.verdict != IR_MIGRATE_SAFE || !*fails, "%s: nothing of old code fails where it is called safe", path);
}

static void
read_old_code(void)
{
	size_t n;
	char *text = fixture(&arena, MIGRATE_LABELS "sql-old.sql", &n);

	while (*text && n_old < 64) {
		size_t line = strcspn(text, "\n");

		old_code[n_old++] = ir_strndup(&arena, text, line);
		text += line + (text[line] == '\n');
	}
}

/* ---- Rails itself */

static const char *rails_answer;

/* argv, its output into the file; true: it went well. */
static bool
run_into(const char *path, const char *const *argv)
{
	pid_t pid;
	int status = -1;

	fflush(NULL); /* else the child says all of it once more */
	pid = fork();
	if (pid == 0) {
		if (!freopen(path, "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(126);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status == 0;
}

/* "rails/x.rb ran 3,4" */
static void
check_rails(const char *path, const char *want)
{
	size_t n;
	const char *text = fixture(&arena, ir_asprintf(&arena, MIGRATE_LABELS "%s", path), &n);
	const char *line = strstr(rails_answer, path), *ran = line ? line + strlen(path) + 1 : "-";
	const char *fails = *ran == 'r' ? ran + 4 : ran + 2;
	struct ir_migrate_judgement j = { 0 };

	rails_judge(&arena, text, n, &j);
	printf("# %-44s %-8s %-8s %.*s\n", path, want, migrate_label_words[j.verdict], (int)strcspn(ran, "\n"), ran);
	if (j.verdict == IR_MIGRATE_SAFE)
		OK(*ran == 'r' && *fails == '\n', "%s: it runs, and nothing of old code fails where it is called safe",
		    path);
}

static void
test_rails(void)
{
	char port[16];
	const char *out = ir_asprintf(&arena, "%s/rails", db.dir);
	const char *const there[] = { "ruby", "-e", "require 'active_record'; require 'pg'", NULL };
	const char *const run[] = { "ruby", MIGRATE_LABELS "rails-oracle.rb", port, POSTGRES_PASSWORD, MIGRATE_LABELS,
		NULL };
	size_t n;

	snprintf(port, sizeof(port), "%d", db.port);
	if (!run_into("/dev/null", there)) {
		SKIP("ruby-activerecord", "labelled migrations of Rails by Rails itself");
		return;
	}
	OK(run_into(out, run), "Rails runs them");
	rails_answer = fixture(&arena, out, &n);
	migrate_labels_each(&arena, MIGRATE_LABELS "rails.tsv", check_rails);
}

int
main(void)
{
	size_t n;

	if (!postgres_up(&db, &arena)) {
		SKIP("postgresql", "labelled migrations on a real server");
		return tap_done();
	}
	setup = fixture(&arena, MIGRATE_LABELS "sql-setup.sql", &n);
	read_old_code();
	OK(psql("postgres", "CREATE DATABASE before;", true) && psql("before", setup, true), "what was there before");
	if (psql("postgres", "CREATE DATABASE now TEMPLATE before;", true))
		IS_STR(failures("before"), "", "old code runs before");
	migrate_labels_each(&arena, MIGRATE_LABELS "sql.tsv", check);
	test_rails();
	postgres_down(&db);
	ir_arena_done(&arena);
	return tap_done();
}
