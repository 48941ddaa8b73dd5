/* help - what a command says of itself: never wider than a screen, the same in all forms */
#include <jansson.h>

#include "base/buf.h"
#include "cli/help.h"
#include "tap.h"

struct opts {
	int64_t jobs;
	const char *word;
};

static const char *const words[] = { "one", "two", NULL };
static const struct ir_values values = { .name = "words", .fixed = words };
static const struct ir_opt table[] = {
	IR_INT(struct opts, jobs, 'j', "jobs-that-have-a-very-long-name", "N", "how many at once", 0, 9, .def = "3"),
	IR_CHOICE(struct opts, word, 0, "word", "WORD", &values,
	    "a help text that goes on for so long that it has to be broken into several lines to fit on a screen",
	    .more = "A paragraph."),
	IR_OPT_END,
};
static const struct ir_example examples[] = { { "ir-x -j 2 | ir-show -", "two of them" }, { NULL, NULL } };
static const struct ir_kind *const kinds[] = { &ir_kind_check, NULL };

static const struct ir_cmd cmd = {
	.name = "ir-x",
	.brief = "do x, and say how it went",
	.operands = "[NAME ...]",
	.role = IR_SOURCE,
	.with = IR_WITH_OUTPUT | IR_WITH_STATUS | IR_WITH_DEADLINE | IR_WITH_WATCH | IR_WITH_SERVICE | IR_WITH_SINCE,
	.deadline = "9s",
	.opts = table,
	.optsize = sizeof(struct opts),
	.kinds = kinds,
	.examples = examples,
};

static size_t
widest(const char *s)
{
	size_t ret = 0;

	for (size_t n; *s; s += n + (s[n] != '\0')) {
		n = strcspn(s, "\n");
		ret = n > ret ? n : ret;
	}
	return ret;
}

/* The text with every run of blanks and newlines as one blank, so that it does not matter where lines are broken. */
static void
flatten(struct ir_buf *b)
{
	size_t to = 0;

	for (size_t i = 0; i < b->len; i++) {
		char c = b->data[i] == '\n' ? ' ' : b->data[i];

		if (c != ' ' || (to > 0 && b->data[to - 1] != ' '))
			b->data[to++] = c;
	}
	b->len = to;
	b->data[to] = '\0';
}

static void
has(const struct ir_buf *b, const char *text, const char *what)
{
	if (!OK(strstr(b->data, text), "%s", what))
		printf("# there is no '%s'\n", text);
}

static void
test_help(struct ir_arena *a)
{
	struct opts o;
	struct ir_common common;
	struct ir_buf b;

	ir_buf_init(&b, 1 << 16);
	ir_help(&cmd, ir_opt_groups(&cmd, &o, &common, false, a), &b);
	OK(widest(b.data) <= 80, "no line is wider than 80 columns (%zu)", widest(b.data));
	has(&b, "usage: ir-x [OPTION ...] [NAME ...]\n\ndo x, and say how it went\n", "usage and brief");
	has(&b, "\n  ir-x -j 2 | ir-show -\n      two of them\n", "an example");
	has(&b,
	    "\n  -j, --jobs-that-have-a-very-long-name N\n                           how many at once (default 3)\n",
	    "a long name stands on a line of its own");
	has(&b, "      --word WORD          a help text that goes on", "an option without a letter");
	flatten(&b);
	has(&b, "(one, two)", "the words of a choice");
	has(&b, " -T, --deadline DURATION end the whole run after DURATION (default 9s)", "the command's own deadline");
	has(&b, "give up on one target after DURATION (default 2s)", "the common time-out");
	has(&b, "(text, tsv, json, json-array, id, nagios; default text)", "the formats");
	has(&b, "(ok, warn, fail, unknown)", "the statuses");
	has(&b, " 64 wrong usage ", "an exit status");
	OK(!strstr(b.data, "partial"), "a source does not speak of what only actors do");
	OK(!strstr(b.data, "introspect"), "what is for programs is left out");
	ir_buf_done(&b);
}

static void
test_introspect(struct ir_arena *a)
{
	struct opts o;
	struct ir_common common;
	json_t *doc = ir_introspect(&cmd, ir_opt_groups(&cmd, &o, &common, true, a));
	const json_t *first = json_array_get(json_object_get(doc, "options"), 0);
	size_t options = 0;

	IS_STR(json_string_value(json_object_get(doc, "name")), "ir-x", "introspection has the name");
	IS_STR(json_string_value(json_object_get(doc, "role")), "source", "... and the role");
	IS_STR(json_string_value(json_object_get(first, "letter")), "j", "... an option's letter");
	IS_STR(json_string_value(json_object_get(first, "type")), "integer", "... its type");
	IS_STR(json_string_value(json_object_get(first, "default")), "3", "... its default");
	for (const struct ir_opt_table *t = ir_opt_groups(&cmd, &o, &common, false, a); t->opts; t++)
		for (const struct ir_opt *opt = t->opts; opt->name; opt++)
			options++;
	IS_INT((int64_t)json_array_size(json_object_get(doc, "options")), (int64_t)options, "... every option");
	IS_STR(json_string_value(json_object_get(json_array_get(json_object_get(doc, "kinds"), 0), "name")), "check",
	    "... the kinds");
	json_decref(doc);
}

/* One letter, one meaning: no option hides another. */
static void
test_unique(struct ir_arena *a)
{
	static const struct ir_cmd plain = { .name = "ir-y",
		.with = IR_WITH_OUTPUT | IR_WITH_STATUS | IR_WITH_DEADLINE | IR_WITH_WATCH | IR_WITH_SERVICE |
			IR_WITH_SINCE };
	struct ir_common common;
	struct ir_list seen = { 0 };
	bool twice = false;

	for (const struct ir_opt_table *t = ir_opt_groups(&plain, NULL, &common, false, a); t->opts; t++) {
		for (const struct ir_opt *opt = t->opts; opt->name; opt++) {
			char letter[] = { opt->letter, '\0' };

			twice = twice || ir_list_has(&seen, opt->name) || (opt->letter && ir_list_has(&seen, letter));
			ir_list_add(a, &seen, opt->name);
			if (opt->letter)
				ir_list_add(a, &seen, ir_strdup(a, letter));
		}
	}
	OK(!twice, "no common letter or name is there twice");
}

int
main(void)
{
	struct ir_arena a = { 0 };

	test_help(&a);
	test_introspect(&a);
	test_unique(&a);
	ir_arena_done(&a);
	return tap_done();
}
