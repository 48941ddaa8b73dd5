/* changes - what -w prints of the next look: new, gone, changed; what is hidden stays remembered, and what is dull is silent */
#include "rec/changes.h"

#include <unistd.h>

#include "rec/emit.h"
#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;
static const struct ir_kind *const kinds[] = { &ir_kind_check, NULL };
static struct ir_out_opts opts = { .format = "tsv", .columns = "name,status,change,summary" };
static struct ir_ctx ctx = { .command = "ir-test", .run = "run-0123abcd", .arena = &arena, .env = "prod" };
static struct ir_changes changes;
static bool silent; /* what tells of "main" does not answer */

static bool
hidden(void *arg, const struct ir_seen *s)
{
	(void)arg;
	return silent && strcmp(s->dependency, "main") == 0;
}

static void
gone(void *arg, const struct ir_seen *s, struct ir_check *row)
{
	(void)arg, (void)s;
	row->h.summary = "gone";
}

static bool
dull(void *arg, const struct ir_check *row)
{
	(void)arg;
	return row->h.status == IR_STATUS_OK && strchr(row->name, '/');
}

/* A look: "NAME STATUS ROLE,…" of the dependency main; what is printed of it, lines joined by ';'. */
static const char *
look(const char *rows)
{
	struct ir_check row[8], *v[8];
	char name[16], status[16], role[16], text[1024] = "";
	int saved = dup(STDOUT_FILENO), n = 0, used = 0;
	FILE *f = tmpfile();
	size_t len;

	for (const char *s = rows; sscanf(s, "%15s %15s %15[^, ]%n", name, status, role, &used) == 3; n++) {
		ir_row_init(&ir_kind_check, &row[n]);
		row[n].name = ir_strdup(&arena, name);
		row[n].h.subject = row[n].type = "thing";
		row[n].h.status = (enum ir_status)ir_name_index(ir_status_names, status);
		row[n].h.summary = "told";
		row[n].role = ir_strdup(&arena, role);
		row[n].dependency = "main";
		v[n] = &row[n];
		s += used + (s[used] == ',');
	}
	fflush(stdout);
	dup2(fileno(f), STDOUT_FILENO);
	ir_changes_put(&changes, &ctx, v, (size_t)n, false);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(f);
	len = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	for (size_t i = 0; i < len; i++)
		text[i] = text[i] == '\t' ? ' ' : text[i] == '\n' ? ';' : text[i];
	return ir_strdup(&arena, text);
}

int
main(void)
{
	struct ir_err err = IR_ERR_INIT;
	static volatile sig_atomic_t stop;

	ctx.stop = &stop;
	ctx.out = ir_out_new(&ctx, &opts, kinds, &err);
	if (!ctx.out)
		return 1;
	changes.rules = (struct ir_changes_rules){ .hidden = hidden, .gone = gone, .dull = dull };
	IS_STR(look("main ok a,main/x ok a,main/y fail a"), "main ok - told;main/y fail - told;",
	    "at first all but what is dull");
	IS_INT(ir_out_counts(ctx.out).ok, 2, "which is counted");
	IS_STR(look("main ok a,main/x ok a,main/y fail a"), "", "nothing changed");
	IS_STR(look("main ok a,main/x warn a,main/y ok a"), "main/x warn ~ ~ told;main/y ok ~ ~ told;",
	    "another status, and a dull one that was not");
	IS_STR(look("main ok b,main/x warn a,main/y ok a"), "main ok ~ ~ told;", "another role");
	IS_STR(look("main ok b,main/x warn a"), "", "what is dull goes in silence");
	IS_STR(look("main ok b,main/x warn a,main/z ok a"), "", "and comes in silence");
	IS_STR(look("main ok b,main/z ok a,main/w fail a"), "main/w fail + + told;main/x unknown - - gone;",
	    "new, and gone");
	silent = true;
	IS_STR(look("main fail b"), "main fail ~ ~ told;", "what is hidden is not gone");
	IS_STR(look("main fail b"), "", "however long");
	silent = false;
	IS_STR(look("main ok b,main/z ok a,main/w fail a"), "main ok ~ ~ told;", "and is as it was afterwards");
	IS_STR(look(""), "main unknown - - gone;main/w unknown - - gone;", "all is gone");
	IS_STR(look(""), "", "which is said once");
	ir_changes_done(&changes);
	IS_STR(look("main ok a"), "main ok - told;", "done: a first look again");
	ir_changes_done(&changes);
	return tap_done();
}
