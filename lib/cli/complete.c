/* complete - which words may stand at the cursor: option, option's value or operand */
#include <string.h>

#include "base/utf8.h"
#include "cli/help.h"

enum { DOC_MAX = 120 };

struct offer {
	struct ir_buf *b;
	const char *prefix; /* what a value begins with */
	const char *stem;   /* goes before it: "--only=fail,", "" */
	const char *taken;  /* words of a comma list that are already there, with a comma after each */
};

/* A word that would have to be escaped is one that no shell line can hold, and no terminal should be shown. */
static bool
printable(const char *s)
{
	size_t n = strlen(s);
	struct ir_buf b;
	bool same;

	if (ir_utf8_plain(s, n) == n)
		return true;
	ir_buf_init(&b, 2 * n);
	ir_utf8_escape(&b, s, n);
	same = !b.full && b.len == n && memcmp(b.data, s, n) == 0;
	ir_buf_done(&b);
	return same;
}

static bool
is_taken(const char *taken, const char *word)
{
	size_t len = strlen(word);

	for (size_t n; (n = strcspn(taken, ",")), taken[n]; taken += n + 1)
		if (n == len && memcmp(taken, word, n) == 0)
			return true;
	return false;
}

static void
add(void *arg, const char *value, const char *doc)
{
	struct offer *o = arg;

	if (strncmp(value, o->prefix, strlen(o->prefix)) != 0 || !printable(value) || is_taken(o->taken, value))
		return;
	ir_buf_addf(o->b, "%s%s\t", o->stem, value);
	if (doc)
		ir_utf8_escape(o->b, doc, ir_utf8_cut(doc, strlen(doc), DOC_MAX));
	ir_buf_addc(o->b, '\n');
}

static void
offer_values(struct ir_ctx *ctx, const struct ir_values *v, struct offer *o)
{
	if (v->ask)
		v->ask(ctx, o->prefix, add, o);
	for (size_t i = 0; v->fixed && v->fixed[i]; i++)
		add(o, v->fixed[i], v->docs ? v->docs[i] : NULL);
}

/* The value of an option, of which `text` is typed; `before` stands before it in the same word: "--only=", "-o", "". */
static void
offer_option_value(struct ir_ctx *ctx, const struct ir_opt *opt, const char *before, const char *text, struct ir_buf *b)
{
	struct offer o = { b, text, before, "" };
	const char *comma = opt->comma || opt->type == IR_OPT_CHOICES ? strrchr(text, ',') : NULL;

	if (!opt->values)
		return;
	if (comma) {
		o.prefix = comma + 1;
		o.taken = ir_strndup(ctx->arena, text, (size_t)(comma + 1 - text));
		o.stem = ir_asprintf(ctx->arena, "%s%s", before, o.taken);
	}
	offer_values(ctx, opt->values, &o);
}

static bool
repeats(const struct ir_opt *o)
{
	return o->type == IR_OPT_LIST || o->type == IR_OPT_COUNT || o->type == IR_OPT_CHOICES;
}

static void
offer_options(struct ir_ctx *ctx, const struct ir_opt_table *t, const struct ir_list *given, struct offer *o)
{
	for (; t->opts; t++) {
		for (const struct ir_opt *opt = t->opts; opt->name; opt++) {
			const char *word;

			if (opt->hidden || (ir_list_has(given, opt->name) && !repeats(opt)))
				continue;
			word = ir_asprintf(ctx->arena, "--%s", opt->name);
			add(o, word,
			    opt->letter ? ir_asprintf(ctx->arena, "%s (-%c)", opt->help, opt->letter) : opt->help);
		}
	}
}

/* The option that ends a word of letters and wants a value; *value is what is attached to it. NULL: none. */
static const struct ir_opt *
letters(const struct ir_opt_table *t, const char *word, const char **value)
{
	for (const char *c = word + 1; *c; c++) {
		const struct ir_opt *opt = ir_opt_find(t, (char[]){ '-', *c, '\0' });

		if (!opt)
			return NULL;
		if (opt->arg) {
			*value = c + 1;
			return opt;
		}
	}
	return NULL;
}

/* Read the words before the cursor. Returns the option whose value the word at the cursor is; NULL: none. */
static const struct ir_opt *
scan(struct ir_ctx *ctx, const struct ir_opt_table *t, char **words, size_t n, struct ir_list *given, bool *ended)
{
	const struct ir_opt *open = NULL;

	for (size_t i = 0; i < n; i++) {
		const char *w = words[i], *value = "", *eq;

		if (open) {
			open = NULL;
		} else if (*ended || w[0] != '-' || w[1] == '\0') {
			continue;
		} else if (strcmp(w, "--") == 0) {
			*ended = true;
		} else if (w[1] == '-') {
			eq = strchr(w, '=');
			open = ir_opt_find(t, eq ? ir_strndup(ctx->arena, w, (size_t)(eq - w)) : w);
			if (open)
				ir_list_add(ctx->arena, given, open->name);
			if (open && (eq || !open->arg))
				open = NULL;
		} else {
			open = letters(t, w, &value);
			if (open)
				ir_list_add(ctx->arena, given, open->name);
			if (*value)
				open = NULL;
		}
	}
	return open;
}

static void
complete_option(
    struct ir_ctx *ctx, const struct ir_opt_table *t, const char *word, const struct ir_list *given, struct ir_buf *b)
{
	const char *eq = strchr(word, '='), *value;
	const struct ir_opt *opt;

	if (word[1] == '-' && eq) {
		opt = ir_opt_find(t, ir_strndup(ctx->arena, word, (size_t)(eq - word)));
		if (opt)
			offer_option_value(ctx, opt, ir_strndup(ctx->arena, word, (size_t)(eq + 1 - word)), eq + 1, b);
	} else if (word[1] == '-' || word[1] == '\0') {
		offer_options(ctx, t, given, &(struct offer){ b, word, "", "" });
	} else if ((opt = letters(t, word, &value))) {
		offer_option_value(ctx, opt, ir_strndup(ctx->arena, word, (size_t)(value - word)), value, b);
	} else if ((opt = ir_opt_find(t, word))) {
		add(&(struct offer){ b, word, "", "" }, word, opt->help);
	}
}

static void
complete_line(
    struct ir_ctx *ctx, const struct ir_cmd *cmd, const struct ir_opt_table *t, char **words, struct ir_buf *b)
{
	struct ir_list given = { 0 };
	const struct ir_opt *open;
	bool ended = false;
	size_t n = 0;

	while (words[n])
		n++;
	if (n == 0)
		return;
	open = scan(ctx, t, words, n - 1, &given, &ended);
	if (open)
		offer_option_value(ctx, open, "", words[n - 1], b);
	else if (!ended && words[n - 1][0] == '-')
		complete_option(ctx, t, words[n - 1], &given, b);
	else if (cmd->operand_values)
		offer_values(ctx, cmd->operand_values, &(struct offer){ b, words[n - 1], "", "" });
}

static const struct ir_values *
values_named(const struct ir_cmd *cmd, const struct ir_opt_table *t, const char *name)
{
	if (cmd->operand_values && strcmp(cmd->operand_values->name, name) == 0)
		return cmd->operand_values;
	for (; t->opts; t++)
		for (const struct ir_opt *o = t->opts; o->name; o++)
			if (o->values && strcmp(o->values->name, name) == 0)
				return o->values;
	return NULL;
}

void
ir_complete(struct ir_ctx *ctx, const struct ir_cmd *cmd, const struct ir_opt_table *t, const char *kind, char **words,
    struct ir_buf *b)
{
	const struct ir_values *v;

	if (strcmp(kind, "line") == 0) {
		complete_line(ctx, cmd, t, words, b);
		return;
	}
	v = values_named(cmd, t, kind);
	if (v)
		offer_values(ctx, v, &(struct offer){ b, words[0] ? words[0] : "", "", "" });
}
