/* opt - what a command line may hold, and what is said about the rest */
#include "base/clock.h"
#include "cli/opt.h"
#include "tap.h"

struct opts {
	bool flag;
	int count;
	const char *str, *choice, *secret;
	struct ir_list list, commas;
	int64_t num, ms, time;
	unsigned choices;
};

static const char *const words[] = { "ok", "warn", "fail", NULL };
static const struct ir_values values = { .name = "words", .fixed = words };

static const struct ir_opt table[] = {
	IR_FLAG(struct opts, flag, 'f', "flag", "a flag"),
	IR_COUNT(struct opts, count, 'v', "verbose", "counts"),
	IR_STR(struct opts, str, 'm', "message", "TEXT", "a string", .def = "none"),
	IR_STR(struct opts, secret, 'p', "password", "TEXT", "a secret", .secret = true),
	IR_LIST(struct opts, list, 'l', "list", "NAME", "a list"),
	IR_LIST(struct opts, commas, 's', "service", "NAME,...", "comma list", .comma = true, .def = "a,b"),
	IR_INT(struct opts, num, 'n', "number", "N", "a number", 1, 9, .def = "5"),
	IR_MS(struct opts, ms, 't', "timeout", "a duration", .def = "2s", .min = 100, .max = 60000),
	IR_TIME(struct opts, time, 'S', "since", "a time"),
	IR_OPT_END,
};

static const struct ir_opt more[] = {
	IR_CHOICE(struct opts, choice, 'o', "output", "WORD", &values, "one word"),
	IR_CHOICES(struct opts, choices, 0, "only", "WORD,...", &values, "some words", .def = "ok"),
	IR_OPT_END,
};

static struct ir_arena arena;
static struct opts o;
static struct ir_opt_parse in;
static struct ir_err err;

static int
late(void *arg, const char *word, const char *handle, int64_t *dest, struct ir_err *e)
{
	(void)arg;
	if (!handle)
		return 0;
	if (strcmp(handle, "dep-7k3f2q8m") != 0)
		return ir_fail(e, IR_DATA, "no handle '%s' after %s", handle, word);
	*dest = 42;
	return 0;
}

/* Arguments up to NULL. */
static int
parse(const char *const *words_in)
{
	static const struct ir_opt_table tables[] = { { table, &o, NULL }, { more, &o, "more" }, { NULL, NULL, NULL } };
	char **argv = (char **)(uintptr_t)words_in;
	int argc = 0;

	ir_arena_done(&arena);
	err = (struct ir_err)IR_ERR_INIT;
	in = (struct ir_opt_parse){ .tables = tables, .arena = &arena, .now_ms = 1000000, .handle = late };
	while (argv[argc])
		argc++;
	return ir_opt_parse(&in, argc, argv, &err);
}

#define PARSE(...) parse((const char *const[]){ "ir-x", __VA_ARGS__, NULL })

/* The words of a list with a blank between them. */
static const char *
joined(const struct ir_list *l)
{
	char *s = ir_strdup(&arena, "");

	for (size_t i = 0; i < l->n; i++)
		s = ir_asprintf(&arena, "%s%s%s", s, i ? " " : "", l->v[i]);
	return s;
}

static void
refused(int ret, const char *msg, const char *hint)
{
	IS_INT(ret, -1, "refused: %s", msg);
	IS_INT(err.code, IR_USAGE, "... as wrong usage");
	IS_STR(err.msg, msg, "... in these words");
	IS_STR(err.hint, hint, "... with the hint");
}

static void
defaults(void)
{
	IS_INT(PARSE(NULL), 0, "no arguments");
	IS_INT(o.flag, 0, "a flag is off");
	IS_INT(o.count, 0, "a count is 0");
	IS_STR(o.str, "none", "a string has its default");
	IS_STR(o.choice, NULL, "a choice without a default is not set");
	IS_STR(joined(&o.commas), "a b", "a list has its default, taken apart");
	IS_INT(o.num, 5, "a number has its default");
	IS_INT(o.ms, 2000, "a duration has its default");
	IS_INT(o.time, IR_TIME_NONE, "a time is not known");
	IS_INT(o.choices, 1, "choices have their default");
	IS_INT((int64_t)in.operands.n, 0, "there are no operands");
}

static void
forms(void)
{
	IS_INT(PARSE("--timeout=5s", "-m", "hello", "--number", "7"), 0, "values in all forms");
	IS_INT(o.ms, 5000, "--name=value");
	IS_STR(o.str, "hello", "-x value");
	IS_INT(o.num, 7, "--name value");
	IS_INT(PARSE("-t500ms", "-fvv", "-vmtext"), 0, "letters together");
	IS_INT(o.ms, 500, "-xvalue");
	IS_INT(o.flag, 1, "a flag among letters");
	IS_INT(o.count, 3, "a letter counts");
	IS_STR(o.str, "text", "a value after letters");
	IS_INT(PARSE("-m", "--flag"), 0, "a value may look like an option");
	IS_STR(o.str, "--flag", "... and is a value");
	IS_INT(o.flag, 0, "... only");
	IS_INT(PARSE("--message="), 0, "an empty value");
	IS_STR(o.str, "", "... is one");
	IS_INT(PARSE("-t", "1s", "-t", "3s"), 0, "given twice");
	IS_INT(o.ms, 3000, "... the last one counts");
}

static void
lists(void)
{
	IS_INT(PARSE("-l", "x,y", "-l", "z"), 0, "a list");
	IS_STR(joined(&o.list), "x,y z", "a list without commas keeps them");
	IS_INT(PARSE("-s", "web,db", "--service=,api,"), 0, "a comma list");
	IS_STR(joined(&o.commas), "web db api", "... replaces the default, adds up, and drops empty words");
	IS_INT(PARSE("--only", "fail,warn"), 0, "choices");
	IS_INT(o.choices, 6, "... replace the default");
	IS_INT(PARSE("--only", "fail", "--only=ok"), 0, "choices given twice");
	IS_INT(o.choices, 5, "... add up");
	IS_INT(PARSE("-ofail"), 0, "a choice");
	IS_STR(o.choice, "fail", "... is its word");
}

static void
times(void)
{
	IS_INT(PARSE("-S", "@5"), 0, "a time");
	IS_INT(o.time, 5000, "... since the epoch");
	IS_INT(PARSE("-S", "10s"), 0, "an age");
	IS_INT(o.time, 990000, "... is relative to now");
	IS_INT(PARSE("--since=dep-7k3f2q8m"), 0, "a handle");
	IS_INT(o.time, 42, "... is looked up");
	refused(PARSE("-S", "dep-00000000"), "option '-S': no handle 'dep-00000000' after -S", "");
	IS_INT(PARSE("-S", "soon"), -1, "no time");
	IS_INT(err.code, IR_USAGE, "... is wrong usage");
}

static void
operands(void)
{
	IS_INT(PARSE("a", "-f", "-", "b"), 0, "operands and options mixed");
	IS_STR(joined(&in.operands), "a - b", "... are told apart");
	IS_INT(o.flag, 1, "... with the option");
	IS_INT(PARSE("--", "-f", "--", "--bogus"), 0, "after --");
	IS_STR(joined(&in.operands), "-f -- --bogus", "... all are operands");
	IS_INT(o.flag, 0, "... none is an option");
}

static void
mistakes(void)
{
	refused(PARSE("--tiemout", "5s"), "unknown option '--tiemout'", "did you mean '--timeout'?");
	refused(PARSE("--time=5s"), "unknown option '--time'", "did you mean '--timeout'?");
	refused(PARSE("--xyzzy"), "unknown option '--xyzzy'", "see --help for the options");
	refused(PARSE("-fX"), "unknown option '-X'", "see --help for the options");
	refused(PARSE("-timeout", "5s"), "option '-t': 'imeout' is not a duration", "did you mean '--timeout'?");
	refused(PARSE("-timeout=5s"), "option '-t': 'imeout=5s' is not a duration", "did you mean '--timeout'?");
	refused(PARSE("--flag=yes"), "option '--flag' takes no value", "");
	refused(PARSE("--timeout"), "option '--timeout' needs a value", "give it as --timeout DURATION");
	refused(PARSE("-fn"), "option '-n' needs a value", "give it as -n N");
	refused(PARSE("-o", "fial"), "option '-o': 'fial' is not one of ok, warn, fail", "did you mean 'fail'?");
	refused(PARSE("--only=ok,"), "option '--only': '' is not one of ok, warn, fail", "");
	refused(PARSE("-n", "10"), "option '-n': '10' is not a whole number from 1 to 9", "");
	refused(PARSE("-t", "10ms"), "option '-t': '10ms' is not within 100ms and 1m", "");
	refused(PARSE("-t", "5"), "option '-t': '5' is not a duration", "say the unit, such as 5s, 5m or 5ms");
}

static void
secrets(void)
{
	IS_INT(PARSE("-p", "one", "--password=two", "-fpthree", "--password", "four", "-m", "x", "y"), 0,
	    "secrets in all forms");
	IS_STR(o.secret, "four", "... are values");
	IS_STR(joined(&in.shown), "-p *** --password=*** -fp*** --password *** -m x y", "... and not shown");
}

static void
finding(void)
{
	static const struct ir_opt_table tables[] = { { table, &o, NULL }, { more, &o, "more" }, { NULL, NULL, NULL } };

	IS_STR(ir_opt_find(tables, "--only")->name, "only", "find by name");
	IS_STR(ir_opt_find(tables, "-o")->name, "output", "find by letter");
	OK(!ir_opt_find(tables, "--onl"), "names are matched whole");
	OK(!ir_opt_find(tables, "-of"), "letters are matched whole");
	OK(!ir_opt_find(tables, "-") && !ir_opt_find(tables, "only"), "what is no option is not found");
}

int
main(void)
{
	defaults();
	forms();
	lists();
	times();
	operands();
	mistakes();
	secrets();
	finding();
	ir_arena_done(&arena);
	return tap_done();
}
