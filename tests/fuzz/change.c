/* fuzz change - whatever sources of deploys answer: every row that is made of it can be used, and its text is valid */
#include "fuzz.h"

#include "base/utf8.h"
#include "change/parse.h"

/* The sources themselves are linked, but not run. */
void
ir_change_add(struct ir_change_source *s, const struct ir_deploy *d)
{
	(void)s, (void)d;
	abort();
}

void
ir_change_fault(struct ir_change_source *s, const char *service, const char *subject, const struct ir_err *err)
{
	(void)s, (void)service, (void)subject, (void)err;
	abort();
}

void
ir_change_done(struct ir_change_source *s)
{
	(void)s;
	abort();
}

static void
valid(const char *s)
{
	HOLDS(!s || ir_utf8_valid(s, strlen(s)));
}

static void
look_at(const struct ir_deploy *d)
{
	HOLDS(d->h.time_ms != IR_TIME_NONE && (!d->rollout || (*d->rollout && !strchr(d->rollout, '@'))) && d->change);
	valid(d->h.service);
	valid(d->h.subject);
	valid(d->revision);
	valid(d->version);
	valid(d->image);
	valid(d->author);
	valid(d->message);
	valid(d->url);
	valid(d->rollout);
}

static void
releases(struct ir_change_rows *rows, const char *text, size_t n, bool deployer)
{
	struct ir_change_releases all = {
		.arena = rows->arena, .path = "/srv", .current = "20260201021244", .switched_ms = 1769911970000
	};

	(deployer ? ir_change_deployer : ir_change_capistrano)(&all, text, n);
	ir_change_releases_rows(&all, rows);
}

static void
one(struct ir_arena *arena, const char *text, size_t n)
{
	struct ir_deploy d;

	if (ir_change_read(arena, text, n, &d, NULL) == 0)
		look_at(&d);
	ir_row_init(&ir_kind_deploy, &d);
	ir_change_github_statuses(arena, text, n, &d, NULL);
	valid(d.url);
}

static void
reflog(struct ir_change_rows *rows, const char *text, size_t n)
{
	struct ir_git_move *v;

	n = ir_git_reflog_parse(rows->arena, text, n, &v);
	ir_change_git_rows(v, n, rows);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ir_arena arena = { 0 };
	struct ir_change_rows rows = { .arena = &arena };
	unsigned what = (unsigned)fuzz_number(&data, &size, 1) % 8;
	char *text = fuzz_string(data, size);

	if (what == 0)
		one(&arena, text, size);
	else if (what == 1)
		ir_change_kubectl_rows(text, size, size % 2 ? "web" : NULL, false, &rows, NULL);
	else if (what == 2)
		ir_change_helm_rows(text, size, "web", NULL, &rows, NULL);
	else if (what == 3)
		ir_change_github_rows(text, size, &rows, NULL);
	else if (what == 4)
		ir_change_gitlab_rows(text, size, &rows, NULL);
	else if (what == 5)
		reflog(&rows, text, size);
	else
		releases(&rows, text, size, what == 7);
	for (size_t i = 0; i < rows.n; i++) {
		look_at(&rows.v[i]);
		HOLDS(rows.v[i].time_basis != NULL);
	}
	ir_arena_done(&arena);
	free(text);
	return 0;
}
