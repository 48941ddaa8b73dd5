/* help - what --help prints, drawn from the tables */
#include <string.h>

#include "cli/help.h"

enum { WIDTH = 80, INDENT = 27, EXAMPLE_INDENT = 6 };

/* Words of text from column `at` on, wrapped to the width at `indent`. */
static void
wrap(struct ir_buf *b, size_t at, size_t indent, const char *text)
{
	bool first = true;

	while (*(text += strspn(text, " "))) {
		size_t n = strcspn(text, " ");

		if (!first && at + 1 + n >= WIDTH) {
			ir_buf_addf(b, "\n%*s", (int)indent, "");
			at = indent;
			first = true;
		}
		ir_buf_addf(b, "%s%.*s", first ? "" : " ", (int)n, text);
		at += n + !first;
		first = false;
		text += n;
	}
	ir_buf_addc(b, '\n');
}

/* text at the indent, on the line that has `at` columns, or on the next one. */
static void
doc(struct ir_buf *b, size_t at, size_t indent, const char *text)
{
	if (at + 2 > indent) {
		ir_buf_addc(b, '\n');
		at = 0;
	}
	ir_buf_addf(b, "%*s", (int)(indent - at), "");
	wrap(b, indent, indent, text);
}

/* What stands in parentheses: the words to choose from, and the default. */
static void
remarks(struct ir_buf *b, const struct ir_opt *o)
{
	const char *sep = " (";

	if ((o->type == IR_OPT_CHOICE || o->type == IR_OPT_CHOICES) && o->values) {
		for (const char *const *f = o->values->fixed; *f; f++, sep = ", ")
			ir_buf_addf(b, "%s%s", sep, *f);
		sep = "; ";
	}
	if (o->def) {
		ir_buf_addf(b, "%sdefault %s", sep, o->def);
		sep = "; ";
	}
	if (strcmp(sep, " (") != 0)
		ir_buf_addc(b, ')');
}

static void
option(struct ir_buf *b, const struct ir_opt *o)
{
	struct ir_buf text;
	size_t from = b->len;

	if (o->letter)
		ir_buf_addf(b, "  -%c, --%s", o->letter, o->name);
	else
		ir_buf_addf(b, "      --%s", o->name);
	if (o->arg)
		ir_buf_addf(b, " %s", o->arg);
	ir_buf_init(&text, 4096);
	ir_buf_adds(&text, o->help);
	remarks(&text, o);
	doc(b, b->len - from, INDENT, text.data);
	ir_buf_done(&text);
}

static void
options(const struct ir_opt_table *t, struct ir_buf *b)
{
	const char *title = NULL;

	for (; t->opts; t++) {
		const char *mine = t->title ? t->title : "options";

		if (!title || strcmp(title, mine) != 0)
			ir_buf_addf(b, "\n%s:\n", mine);
		title = mine;
		for (const struct ir_opt *o = t->opts; o->name; o++)
			if (!o->hidden)
				option(b, o);
	}
}

static void
examples(const struct ir_cmd *cmd, struct ir_buf *b)
{
	if (!cmd->examples || !cmd->examples->cmd)
		return;
	ir_buf_adds(b, "\nexamples:\n");
	for (const struct ir_example *e = cmd->examples; e->cmd; e++) {
		ir_buf_addf(b, "  %s\n", e->cmd);
		doc(b, 0, EXAMPLE_INDENT, e->doc);
	}
}

bool
ir_exit_applies(const struct ir_cmd *cmd, int code)
{
	return cmd->role == IR_ACTOR || code != IR_PARTIAL;
}

void
ir_help(const struct ir_cmd *cmd, const struct ir_opt_table *tables, struct ir_buf *b)
{
	ir_buf_addf(b, "usage: %s [OPTION ...]%s%s\n\n", cmd->name, cmd->operands ? " " : "",
	    cmd->operands ? cmd->operands : "");
	wrap(b, 0, 0, cmd->brief);
	examples(cmd, b);
	options(tables, b);
	ir_buf_adds(b, "\nexit status:\n");
	for (const struct ir_exit_doc *d = ir_exit_docs; d->meaning; d++) {
		if (!ir_exit_applies(cmd, d->code))
			continue;
		ir_buf_addf(b, "  %3d", d->code);
		doc(b, 5, 7, d->meaning);
	}
	ir_buf_addf(b, "\nsee also: %s(1), ir(7)\n", cmd->name);
}
