/* groups - the options that commands share: one letter, one meaning, everywhere */
#include "cli/help.h"
#include "rec/render.h"

enum { OBSERVED = IR_STATUS_UNKNOWN + 1, DAY_MS = 24 * 60 * 60 * 1000 };

static const char *const color_words[] = { "auto", "always", "never", NULL };
static const struct ir_values color_values = { .name = "color", .fixed = color_words };

enum { FORMAT_AT, JSON_AT, COLUMNS_AT }; /* entries that are filled in below */

static const struct ir_opt output_opts[] = {
	IR_CHOICE(struct ir_common, format, 'o', "output", "FORMAT", NULL, "print records as FORMAT",
	    .more = "On a terminal, text is aligned, coloured and cut to the width. In a pipe it has tabs and no "
		    "header, and is whole."),
	IR_FLAG(struct ir_common, json, 'j', "json", "print records as JSON Lines; the same as -o json"),
	IR_STR(struct ir_common, columns, 'c', "columns", "COLUMN,...", "print these columns; -c help lists them",
	    .comma = true),
	IR_FLAG(struct ir_common, no_header, 0, "no-header", "leave out the header line"),
	IR_CHOICE(struct ir_common, color, 0, "color", "WHEN", &color_values, "colour the output", .def = "auto",
	    .more = "auto means: on a terminal, unless NO_COLOR is set or TERM is dumb; CLICOLOR_FORCE=1 colours "
		    "pipes, too."),
	IR_OPT_END,
};

enum { ONLY_AT };

static const struct ir_opt status_opts[] = {
	IR_CHOICES(struct ir_common, only, 0, "only", "STATUS,...", NULL, "print only records with these statuses",
	    .more = "The exit status still speaks of all records.", .comma = true),
	IR_FLAG(struct ir_common, strict, 0, "strict", "exit 1 when the worst that was found is warn"),
	IR_OPT_END,
};

enum { TIMEOUT_AT, DEADLINE_AT };

static const struct ir_opt deadline_opts[] = {
	IR_MS(struct ir_common, timeout_ms, 't', "timeout", "give up on one target after DURATION", .def = "2s",
	    .min = 1, .max = DAY_MS),
	IR_MS(struct ir_common, deadline_ms, 'T', "deadline", "end the whole run after DURATION", .def = "5s", .min = 1,
	    .max = DAY_MS, .more = "What has not answered by then is reported as unknown."),
	IR_OPT_END,
};

static const struct ir_opt watch_opts[] = {
	IR_FLAG(struct ir_common, watch, 'w', "watch", "look again and again, and print what changed"),
	IR_MS(struct ir_common, interval_ms, 0, "interval", "time between two looks of -w", .def = "5s", .min = 100,
	    .max = DAY_MS),
	IR_OPT_END,
};

static const struct ir_opt service_opts[] = {
	IR_LIST(struct ir_common, services, 's', "service", "NAME,...", "only what belongs to these services",
	    .comma = true, .values = &ir_values_service),
	IR_OPT_END,
};

static const struct ir_opt since_opts[] = {
	IR_TIME(struct ir_common, since_ms, 'S', "since", "nothing before TIME", .values = &ir_values_time,
	    .more = "A time is how long ago (15m), a time of day (02:10), a day, RFC 3339, @epoch, or a handle: the "
		    "time of its record."),
	IR_TIME(struct ir_common, until_ms, 'U', "until", "nothing after TIME", .values = &ir_values_time),
	IR_OPT_END,
};

static const struct ir_opt follow_opts[] = {
	IR_FLAG(struct ir_common, follow, 'f', "follow", "go on as more comes, until interrupted"),
	IR_OPT_END,
};

static const struct ir_opt always_opts[] = {
	IR_STR(struct ir_common, env, 0, "env", "NAME", "what the environment is called in records",
	    .more =
		"By default IR_ENV, then name in the section [env] of ir.conf, then the docker context and project."),
	IR_STR(struct ir_common, incident, 0, "incident", "HANDLE", "the incident that this run is of",
	    .more = "By default IR_INCIDENT, then the open incident of the environment.",
	    .values = &ir_values_incident),
	IR_FLAG(struct ir_common, quiet, 'q', "quiet", "no warnings and no progress on standard error"),
	IR_COUNT(struct ir_common, verbose, 'v', "verbose", "say on standard error what is done; twice for more"),
	IR_FLAG(struct ir_common, help, 'h', "help", "print a summary of the options"),
	IR_FLAG(struct ir_common, version, 'V', "version", "print the version"),
	IR_FLAG(
	    struct ir_common, introspect, 0, "introspect", "describe the command as one JSON document", .hidden = true),
	IR_STR(struct ir_common, complete, 0, "complete", "KIND", "print the words that may follow, for shells",
	    .hidden = true),
	IR_OPT_END,
};

/* The words for -o come from the list of renderers. */
static const struct ir_values *
format_values(const struct ir_cmd *cmd, struct ir_arena *a)
{
	struct ir_values *ret = IR_NEW(a, struct ir_values);
	struct ir_list words = { 0 }, docs = { 0 };

	if (cmd->format) {
		ir_list_add(a, &words, cmd->format);
		ir_list_add(a, &docs, "the default here");
	}
	for (const struct ir_renderer *const *r = ir_renderers; *r; r++) {
		if ((*r)->keep && !cmd->kinds)
			continue; /* sums up a run that makes records */
		ir_list_add(a, &words, (*r)->name);
		ir_list_add(a, &docs, (*r)->doc);
	}
	*ret = (struct ir_values){ .name = "format", .fixed = words.v, .docs = docs.v };
	return ret;
}

static void
add_columns(struct ir_arena *a, const struct ir_col *col, struct ir_list *words, struct ir_list *docs)
{
	for (; col->key; col++) {
		if (ir_list_has(words, col->key))
			continue;
		ir_list_add(a, words, col->key);
		ir_list_add(a, docs, col->doc);
	}
}

static const struct ir_values *
column_values(const struct ir_cmd *cmd, struct ir_arena *a)
{
	struct ir_values *ret = IR_NEW(a, struct ir_values);
	struct ir_list words = { 0 }, docs = { 0 };

	add_columns(a, ir_envelope, &words, &docs);
	for (const struct ir_kind *const *k = cmd->kinds ? cmd->kinds : ir_kinds; *k; k++)
		add_columns(a, (*k)->cols, &words, &docs);
	ir_list_add(a, &words, "help");
	ir_list_add(a, &docs, "list the columns");
	*ret = (struct ir_values){ .name = "column", .fixed = words.v, .docs = docs.v };
	return ret;
}

static const struct ir_values *
observed_values(struct ir_arena *a)
{
	struct ir_values *ret = IR_NEW(a, struct ir_values);
	struct ir_list words = { 0 };

	for (int i = 0; i < OBSERVED; i++)
		ir_list_add(a, &words, ir_status_names[i]);
	*ret = (struct ir_values){ .name = "status", .fixed = words.v };
	return ret;
}

static struct ir_opt *
copy(struct ir_arena *a, const struct ir_opt *opts, size_t size)
{
	struct ir_opt *ret = ir_arena_alloc(a, size);

	memcpy(ret, opts, size);
	return ret;
}

static const struct ir_opt *
filled_output(const struct ir_cmd *cmd, bool words, struct ir_arena *a)
{
	struct ir_opt *o = copy(a, output_opts, sizeof(output_opts));

	o[FORMAT_AT].values = format_values(cmd, a);
	o[FORMAT_AT].def = cmd->format ? cmd->format : "text";
	if (words)
		o[COLUMNS_AT].values = column_values(cmd, a);
	return o;
}

static const struct ir_opt *
filled_status(struct ir_arena *a)
{
	struct ir_opt *o = copy(a, status_opts, sizeof(status_opts));

	o[ONLY_AT].values = observed_values(a);
	return o;
}

static const struct ir_opt *
filled_deadline(const struct ir_cmd *cmd, struct ir_arena *a)
{
	struct ir_opt *o = copy(a, deadline_opts, sizeof(deadline_opts));

	if (cmd->timeout)
		o[TIMEOUT_AT].def = cmd->timeout;
	if (cmd->deadline)
		o[DEADLINE_AT].def = cmd->deadline;
	return o;
}

const struct ir_opt_table *
ir_opt_groups(const struct ir_cmd *cmd, void *opts, struct ir_common *common, bool words, struct ir_arena *a)
{
	struct ir_opt_table *t = IR_NEW_N(a, struct ir_opt_table, 10), *at = t;

	if (cmd->opts)
		*at++ = (struct ir_opt_table){ cmd->opts, opts, NULL };
	if (cmd->with & IR_WITH_SERVICE)
		*at++ = (struct ir_opt_table){ service_opts, common, "selection" };
	if (cmd->with & IR_WITH_SINCE)
		*at++ = (struct ir_opt_table){ since_opts, common, "selection" };
	if (cmd->with & IR_WITH_FOLLOW)
		*at++ = (struct ir_opt_table){ follow_opts, common, "selection" };
	if (cmd->with & IR_WITH_DEADLINE)
		*at++ = (struct ir_opt_table){ filled_deadline(cmd, a), common, "time limits" };
	if (cmd->with & IR_WITH_WATCH)
		*at++ = (struct ir_opt_table){ watch_opts, common, "watching" };
	if (cmd->with & IR_WITH_STATUS)
		*at++ = (struct ir_opt_table){ filled_status(a), common, "output" };
	if (cmd->with & IR_WITH_OUTPUT)
		*at++ = (struct ir_opt_table){ filled_output(cmd, words, a), common, "output" };
	*at = (struct ir_opt_table){ always_opts, common, "general" };
	return t;
}
