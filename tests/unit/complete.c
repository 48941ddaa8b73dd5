/* complete - which words may stand at the cursor */
#include "cli/help.h"
#include "tap.h"

struct opts {
	bool flag;
	const char *word;
	struct ir_list names;
	unsigned some;
	const char *file;
};

static void
ask(struct ir_ctx *ctx, const char *prefix, void (*add)(void *, const char *value, const char *doc), void *arg)
{
	(void)ctx, (void)prefix;
	add(arg, "web", "a service\twith a tab");
	add(arg, "worker", NULL);
	add(arg, "bad\nname", "cannot be typed");
	add(arg,
	    "bad\xc2\x9b"
	    "31mname",
	    "a terminal takes U+009B for an escape");
	add(arg, "bad\xe2\x80\xaename", "shows backwards what follows");
	add(arg, "bad\xff", "not UTF-8");
	add(arg, "log in", "has a blank");
}

static const char *const fixed[] = { "ok", "warn", "fail", NULL };
static const char *const docs[] = { "all is well", "take care", "it is not", NULL };
static const struct ir_values words = { .name = "words", .fixed = fixed, .docs = docs };
static const struct ir_values names = { .name = "names", .ask = ask };

static const struct ir_opt table[] = {
	IR_FLAG(struct opts, flag, 'f', "flag", "a flag"),
	IR_CHOICE(struct opts, word, 'w', "word", "WORD", &words, "a word"),
	IR_LIST(struct opts, names, 'n', "names", "NAME,...", "names", .values = &names, .comma = true),
	IR_CHOICES(struct opts, some, 0, "some", "WORD,...", &words, "some words"),
	IR_STR(struct opts, file, 0, "file", "FILE", "anything"),
	IR_FLAG(struct opts, flag, 0, "secretly", "not shown", .hidden = true),
	IR_OPT_END,
};

static const struct ir_cmd cmd = { .name = "ir-x", .operand_values = &names };

static struct ir_arena arena;

static void
answers(const char *kind, const char *const *line, const char *want, const char *what)
{
	static struct opts o;
	static const struct ir_opt_table tables[] = { { table, &o, NULL }, { NULL, NULL, NULL } };
	struct ir_ctx ctx = { .arena = &arena };
	struct ir_buf b;

	ir_buf_init(&b, 1 << 16);
	ir_complete(&ctx, &cmd, tables, kind, (char **)(uintptr_t)line, &b);
	IS_STR(b.data, want, "%s", what);
	ir_buf_done(&b);
}

#define ASK(want, what, ...) answers("line", (const char *const[]){ __VA_ARGS__, NULL }, want, what)

#define ALL "--flag\ta flag (-f)\n--word\ta word (-w)\n--names\tnames (-n)\n--some\tsome words\n--file\tanything\n"
#define OPERANDS "web\ta service\\twith a tab\nworker\t\nlog in\thas a blank\n"

static void
options(void)
{
	ASK(ALL, "a hyphen: all options", "-");
	ASK(ALL, "two: the same", "--");
	ASK("--flag\ta flag (-f)\n--file\tanything\n", "a beginning", "--f");
	ASK("--file\tanything\n", "what is there already is left out", "--flag", "--f");
	ASK("--names\tnames (-n)\n", "... unless it may be given again", "--names", "web", "--n");
	ASK("--file\tanything\n", "... letters count", "-w", "ok", "--flag", "--fi");
	ASK("", "no such option", "--bogus");
	ASK("-f\ta flag\n", "a letter is whole", "-f");
}

static void
values(void)
{
	ASK("ok\tall is well\nwarn\ttake care\nfail\tit is not\n", "a value", "--word", "");
	ASK("warn\ttake care\n", "a value's beginning", "-w", "w");
	ASK("--word=fail\tit is not\n", "behind =", "--word=f");
	ASK("-wfail\tit is not\n", "behind the letter", "-wf");
	ASK("-fwok\tall is well\n", "behind letters", "-fwo");
	ASK("ok,fail\tit is not\n", "a comma list goes on", "--some", "ok,f");
	ASK("ok,warn\ttake care\nok,fail\tit is not\n", "... without what is in it", "--some", "ok,");
	ASK("--names=web,worker\t\n", "... behind =", "--names=web,wo");
	ASK("ok\tall is well\n", "letters that end in one with a value", "-fw", "o");
	ASK("", "a value of which nothing is known", "--file", "");
	ASK("", "... behind =", "--file=x");
	ASK("", "the value of no option", "--bogus=x");
	ASK("", "a choice is not a list", "--word", "ok,");
}

static void
operands(void)
{
	ASK(OPERANDS, "operands", "");
	ASK("web\ta service\\twith a tab\n", "an operand's beginning", "we");
	ASK("worker\t\n", "after options and their values", "-w", "ok", "-f", "--file", "-", "wo");
	ASK("", "after -- there are no options", "--", "--f");
	ASK("web\ta service\\twith a tab\n", "... but operands", "--", "we");
	ASK("web\ta service\\twith a tab\n", "a hyphen alone is an operand", "-", "we");
	ASK("web\ta service\\twith a tab\n", "a value may look like an option", "--file", "--word", "we");
}

int
main(void)
{
	options();
	values();
	operands();
	answers("words", (const char *const[]){ "wa", NULL }, "warn\ttake care\n", "by the name of the values");
	answers("names", (const char *const[]){ NULL }, OPERANDS, "without a prefix");
	answers("bogus", (const char *const[]){ "", NULL }, "", "values that nobody has");
	answers("line", (const char *const[]){ NULL }, "", "no words at all");
	ir_arena_done(&arena);
	return tap_done();
}
