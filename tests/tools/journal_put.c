/*
 * journal_put - records into a journal as commands write them: their ids and keys are made from the members
 *
 *	journal_put DIR <RECORDS	a line of JSON each, with what of the envelope and the members is not null; in one append
 *
 * `run` and `source` are what the line says, else run-00000001 and "test". What is printed: the ids, a line each ("-": none).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rec/journal.h"
#include "rec/rec.h"

enum { RECORDS_MAX = 10000, ROW_MAX = 4096 };

static struct ir_arena arena;

static _Noreturn void
die(const char *what, const char *why)
{
	fprintf(stderr, "journal_put: %s: %s\n", what, why);
	exit(1);
}

static const char *
or_else(const json_t *o, const char *key, const char *other)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? ir_strdup(&arena, s) : other;
}

static struct ir_entry
entry(const char *line)
{
	json_t *o = json_loads(line, 0, NULL), *made;
	const struct ir_kind *kind = ir_kind_find(json_string_value(json_object_get(o, "kind")));
	struct ir_entry e = { .key = ir_arena_alloc(&arena, IR_SHA_HEX) };
	const char *run = or_else(o, "run", "run-00000001");
	void *row;

	if (!kind || kind->size > ROW_MAX)
		die("no record", line);
	row = ir_arena_alloc(&arena, kind->size);
	ir_rec_to_row(&arena, kind, o, row);
	made = ir_rec_from_row(kind, row, or_else(o, "source", "test"), run, "local", (char *)(uintptr_t)e.key);
	e.kind = kind->name;
	e.id = or_else(made, "id", "");
	e.run = kind->prefix ? NULL : run;
	e.record = ir_rec_encode(&arena, made, &e.len);
	json_decref(made);
	json_decref(o);
	return e;
}

int
main(int argc, char **argv)
{
	static struct ir_entry v[RECORDS_MAX];
	struct ir_journal_opts o = { .dir = argc == 2 ? argv[1] : NULL, .keep_days = -1 };
	struct ir_err err = IR_ERR_INIT;
	struct ir_journal *j = o.dir ? ir_journal_open(&o, &err) : NULL;
	char *line = NULL;
	size_t size = 0, n = 0;

	if (!j)
		die("usage: journal_put DIR", err.msg);
	while (n < RECORDS_MAX && getline(&line, &size, stdin) > 0)
		v[n++] = entry(line);
	free(line);
	if (ir_journal_append(j, v, n, false, NULL, &err) < 0)
		die("cannot append", err.msg);
	for (size_t i = 0; i < n; i++)
		printf("%s\n", *v[i].id ? v[i].id : "-");
	ir_journal_close(j);
	ir_arena_done(&arena);
	return 0;
}
