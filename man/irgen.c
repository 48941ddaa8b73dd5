/*
 * irgen - put what the tables say into a manual page or a completion file
 *
 *	irgen FILE.in INTROSPECTION|- [COMMAND ...] >FILE
 *
 * A line `.\" @NAME@` (`# @NAME@` outside of manuals) is replaced by what NAME stands for: a section made of what the command says with
 * --introspect, or of the tables of the library. Run by `make gen` only.
 */
#include <ctype.h>
#include <jansson.h>
#include <math.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/num.h"
#include "conf/conf.h"
#include "dep/found.h"
#include "dep/variables.h"
#include "pager/goalert.h"
#include "rec/kinds.h"

struct gen {
	const json_t *cmd; /* introspection; NULL: none was given */
	char **commands;
};

static const char *
str(const json_t *obj, const char *key)
{
	return json_string_value(json_object_get(obj, key));
}

static _Noreturn void
die(const char *what, const char *why)
{
	fprintf(stderr, "irgen: %s: %s\n", what, why);
	exit(1);
}

/* Text that mdoc takes as it is; a new sentence begins on a new line. */
static void
text(const char *s)
{
	if (*s == '.' || *s == '\'')
		printf("\\&");
	for (; *s; s++) {
		if (*s == '\\')
			printf("\\e");
		else if (*s == '"')
			printf("\\(dq");
		else if (strncmp(s, ". ", 2) == 0 && isupper((unsigned char)s[2]))
			s++, printf(".\n");
		else
			putchar(*s);
	}
}

/* A line of a table as a sentence. */
static void
sentence(const char *s)
{
	char first[2] = { (char)toupper((unsigned char)*s), '\0' };

	if (*s == '\0')
		return;
	/* names in lower case stay so: a file's, a command's, an option's */
	if (strncmp(s, "ir", 2) == 0 || (s[1] != ' ' && !islower((unsigned char)s[1])) ||
	    strcspn(s, "._/") < strcspn(s, " ,;"))
		text(s);
	else {
		text(first);
		text(s + 1);
	}
	puts(s[strlen(s) - 1] == '.' ? "" : ".");
}

static void
words(const json_t *list, const char *macro)
{
	size_t i, n = json_array_size(list);
	const json_t *word;

	json_array_foreach(list, i, word) printf(".%s %s%s\n", macro, json_string_value(word), i + 1 < n ? " ," : " .");
}

static void
option_head(const json_t *o)
{
	const char *letter = str(o, "letter"), *name = str(o, "name"), *arg = str(o, "arg");

	printf(".It ");
	if (letter && arg)
		printf("Fl %s Ar %s , ", letter, arg);
	else if (letter)
		printf("Fl %s , ", letter);
	printf("Fl -%s", name);
	if (arg)
		printf(" Ar %s", arg);
	putchar('\n');
}

static void
option(const json_t *o)
{
	const char *type = str(o, "type"), *more = str(o, "more"), *def = str(o, "default");
	const json_t *fixed = json_object_get(json_object_get(o, "values"), "words");

	option_head(o);
	sentence(str(o, "help"));
	if (fixed && strncmp(type, "choice", 6) == 0) {
		puts(strcmp(type, "choice") == 0 ? "It is one of" : "They are");
		words(fixed, "Cm");
	}
	if (def)
		printf("The default is\n.Cm %s .\n", def);
	if (more)
		sentence(more);
}

static void
gen_options(const struct gen *g)
{
	const char *group = NULL;
	const json_t *o;
	size_t i;

	json_array_foreach(json_object_get(g->cmd, "options"), i, o)
	{
		const char *mine = str(o, "group");

		if (!group || strcmp(group, mine) != 0) {
			if (group)
				puts(".El");
			if (strcmp(mine, "options") != 0)
				printf(".Ss %c%s\n", toupper((unsigned char)*mine), mine + 1);
			puts(".Bl -tag -width Ds");
			group = mine;
		}
		option(o);
	}
	if (group)
		puts(".El");
}

static void
gen_synopsis(const struct gen *g)
{
	const char *operands = str(json_object_get(g->cmd, "operands"), "synopsis");

	puts(".Nm\n.Op Ar OPTION ...");
	if (!operands)
		return;
	/* "[NAME|URL ...]" */
	if (*operands == '[')
		printf(".Op Ar %.*s\n", (int)(strlen(operands) - 2), operands + 1);
	else
		printf(".Ar %s\n", operands);
}

static void
gen_brief(const struct gen *g)
{
	printf(".Nd %s\n", str(g->cmd, "brief"));
}

static void
gen_examples(const struct gen *g)
{
	const json_t *e;
	size_t i;

	json_array_foreach(json_object_get(g->cmd, "examples"), i, e)
	{
		if (i > 0)
			puts(".Pp");
		sentence(str(e, "doc"));
		puts(".Bd -literal -offset indent");
		text(str(e, "cmd"));
		puts("\n.Ed");
	}
}

static void
gen_exit(const struct gen *g)
{
	puts(".Bl -tag -width 130");
	if (g->cmd) {
		const json_t *e;
		size_t i;

		json_array_foreach(json_object_get(g->cmd, "exit"), i, e)
		{
			printf(".It %d\n", (int)json_integer_value(json_object_get(e, "code")));
			sentence(str(e, "meaning"));
		}
	} else {
		for (const struct ir_exit_doc *d = ir_exit_docs; d->meaning; d++) {
			printf(".It %d\n", d->code);
			sentence(d->meaning);
		}
	}
	puts(".El");
}

static const char *const type_names[] = {
	[IR_COL_STR] = "string",
	[IR_COL_ENUM] = "string",
	[IR_COL_INT] = "integer",
	[IR_COL_REAL] = "number",
	[IR_COL_BOOL] = "true or false",
	[IR_COL_TIME] = "instant",
	[IR_COL_LIST] = "list of strings",
	[IR_COL_INTS] = "list of integers",
};

static void
columns(const struct ir_col *c)
{
	puts(".Bl -tag -width Ds -compact");
	for (; c->key; c++) {
		printf(".It Va %s Pq %s\n", c->key, type_names[c->type]);
		sentence(c->doc);
		if (c->type == IR_COL_ENUM) {
			puts("One of");
			for (const char *const *n = c->names; *n; n++)
				printf(".Cm %s%s\n", *n, n[1] ? " ," : " .");
		}
	}
	puts(".El");
}

static void
kind_head(const struct ir_kind *k)
{
	sentence(k->doc);
	if (!k->prefix)
		return;
	printf("Its ids begin with\n.Ql %s- .\n", k->prefix);
	if (k->key_doc) {
		puts("The natural key is:");
		sentence(k->key_doc);
	}
}

static void
gen_envelope(const struct gen *g)
{
	(void)g;
	columns(ir_envelope);
}

static void
gen_kinds(const struct gen *g)
{
	(void)g;
	for (const struct ir_kind *const *k = ir_kinds; *k; k++) {
		printf(".Ss %s\n", (*k)->name);
		kind_head(*k);
		puts(".Pp");
		if ((*k)->cols && (*k)->cols->key)
			columns((*k)->cols);
	}
}

/* The kinds that the command prints, with the members of their own. */
static void
gen_output(const struct gen *g)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(g->cmd, "kinds"), i, one)
	{
		const struct ir_kind *k = ir_kind_find(str(one, "name"));

		if (!k)
			die(str(one, "name"), "no such kind");
		printf(".Ss %s\n", k->name);
		kind_head(k);
		puts(".Pp");
		columns(k->cols);
	}
}

static const char *const key_types[] = {
	[IR_KEY_STR] = "text",
	[IR_KEY_INT] = "whole number",
	[IR_KEY_BOOL] = "yes or no",
	[IR_KEY_MS] = "duration",
	[IR_KEY_SIZE] = "size",
	[IR_KEY_LIST] = "may be given again",
	[IR_KEY_CHOICE] = "word",
	[IR_KEY_SECRET] = "secret",
};

static void
key(const struct ir_key *k)
{
	if (k->type == IR_KEY_SECRET)
		printf(".It Ic %s-file , %s-command , %s-env Pq secret\n", k->name, k->name, k->name);
	else
		printf(".It Ic %s Pq %s\n", k->name, key_types[k->type]);
	sentence(k->doc);
	if (k->type == IR_KEY_CHOICE) {
		puts("One of");
		for (const char *const *c = k->choices; *c; c++)
			printf(".Cm %s%s\n", *c, c[1] ? " ," : " .");
	}
	if (k->def)
		printf("The default is\n.Cm %s .\n", k->def);
}

static void
gen_sections(const struct gen *g)
{
	(void)g;
	for (const struct ir_section_type *t = ir_section_types; t->name; t++) {
		printf(t->named ? ".Ss [%s \\(dqNAME\\(dq]\n" : ".Ss [%s]\n", t->name);
		sentence(t->doc);
		puts(".Bl -tag -width Ds");
		for (const struct ir_key *k = t->keys; k->name; k++)
			key(k);
		puts(".El");
	}
}

static const char *
amount(const struct ir_measure *m, double v, char buf[static 64])
{
	char text[IR_NUM_MAX];

	if (m->share)
		snprintf(buf, 64, "%.4g%%", v * 100);
	else if (m->unit == IR_UNIT_SECONDS)
		snprintf(buf, 64, "%s", ir_format_duration(text, (int64_t)(v * 1000)));
	else if (m->unit == IR_UNIT_BYTES)
		snprintf(buf, 64, "%s", ir_format_size(text, (int64_t)v));
	else
		snprintf(buf, 64, "%.15g%s", v,
		    m->unit == IR_UNIT_PER_SECOND   ? "/s"
		    : m->unit == IR_UNIT_PER_MINUTE ? "/min"
						    : "");
	return buf;
}

static void
threshold(const struct ir_measure *m, const char *word, double v)
{
	char buf[64];

	if (!isnan(v))
		printf(".Cm %s\nat %s%s.\n", word, amount(m, v, buf), m->below ? " and below" : "");
}

static void
measures(const struct ir_measure *m)
{
	static const char *const units[] = {
		[IR_UNIT_NONE] = "state",
		[IR_UNIT_COUNT] = "count",
		[IR_UNIT_SECONDS] = "duration",
		[IR_UNIT_BYTES] = "size",
		[IR_UNIT_PER_SECOND] = "a second",
		[IR_UNIT_PER_MINUTE] = "a minute",
	};

	puts(".Bl -tag -width Ds");
	for (; m->name; m++) {
		printf(".It Ic %s Pq %s\n", m->name, m->share ? "share of the maximum" : units[m->unit]);
		sentence(m->doc);
		threshold(m, "warn", m->warn);
		threshold(m, "fail", m->fail);
	}
	puts(".El");
}

/* Of all backends, by the type of their checks; and of job queues, wherever they are. */
static void
gen_measures(const struct gen *g)
{
	(void)g;
	for (const struct ir_dep_ops *const *ops = ir_dep_backends; *ops; ops++) {
		if (!(*ops)->measures || !(*ops)->measures->name)
			continue;
		printf(".Ss %s\n", (*ops)->name);
		measures((*ops)->measures);
	}
	puts(".Ss queues");
	measures(ir_queue_measures);
}

/* Those that ir-deps reads. */
static void
gen_variables(const struct gen *g)
{
	(void)g;
	for (size_t i = 0; ir_variable_name(i); i++)
		printf(".Ev %s%s\n", ir_variable_name(i), ir_variable_name(i + 1) ? " ," : " .");
}

/* The document that a key of GoAlert's API is made for. */
static void
gen_goalert(const struct gen *g)
{
	(void)g;
	printf(".Bd -literal -offset indent\n%s.Ed\n", ir_pager_goalert_document);
}

/* Outside of manuals: the names of all commands. */
static void
gen_bash(const struct gen *g)
{
	printf("complete -o nosort -F _ir");
	for (char **c = g->commands; *c; c++)
		printf(" %s", *c);
	putchar('\n');
}

static void
gen_zsh(const struct gen *g)
{
	printf("#compdef");
	for (char **c = g->commands; *c; c++)
		printf(" %s", *c);
	putchar('\n');
}

static void
gen_fish(const struct gen *g)
{
	printf("set -l commands");
	for (char **c = g->commands; *c; c++)
		printf(" %s", *c);
	putchar('\n');
}

static const struct {
	const char *name;
	void (*gen)(const struct gen *);
	int introspects;
} parts[] = {
	{ "BRIEF", gen_brief, 1 },
	{ "SYNOPSIS", gen_synopsis, 1 },
	{ "OPTIONS", gen_options, 1 },
	{ "OUTPUT", gen_output, 1 },
	{ "EXAMPLES", gen_examples, 1 },
	{ "EXIT", gen_exit, 0 },
	{ "ENVELOPE", gen_envelope, 0 },
	{ "KINDS", gen_kinds, 0 },
	{ "SECTIONS", gen_sections, 0 },
	{ "MEASURES", gen_measures, 0 },
	{ "VARIABLES", gen_variables, 0 },
	{ "GOALERT", gen_goalert, 0 },
	{ "BASH", gen_bash, 0 },
	{ "ZSH", gen_zsh, 0 },
	{ "FISH", gen_fish, 0 },
};

/* The name between the @s when the line is a marker. */
static int
marker(const char *line, char name[static 32])
{
	return sscanf(line, ".\\\" @%31[A-Z]@", name) == 1 || sscanf(line, "# @%31[A-Z]@", name) == 1;
}

static void
put(const struct gen *g, const char *name)
{
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (strcmp(parts[i].name, name) != 0)
			continue;
		if (parts[i].introspects && !g->cmd)
			die(name, "needs the introspection of a command");
		parts[i].gen(g);
		return;
	}
	die(name, "no such part");
}

int
main(int argc, char **argv)
{
	struct gen g = { NULL, argc > 3 ? argv + 3 : (char *[]){ NULL } };
	IR_FREE char *line = NULL;
	char name[32];
	size_t size = 0;
	json_error_t error;
	FILE *in;

	if (argc < 3)
		die("usage", "irgen FILE.in INTROSPECTION|- [COMMAND ...] >FILE");
	in = fopen(argv[1], "r");
	if (!in)
		die(argv[1], "cannot be read");
	if (strcmp(argv[2], "-") != 0 && !(g.cmd = json_load_file(argv[2], 0, &error)))
		die(argv[2], error.text);
	while (getline(&line, &size, in) > 0) {
		if (marker(line, name))
			put(&g, name);
		else
			fputs(line, stdout);
	}
	fclose(in);
	if (fflush(stdout) != 0 || ferror(stdout))
		die("standard output", "cannot be written");
	return 0;
}
