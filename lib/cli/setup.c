/* setup - configuration and journal of a run, each opened when it is first needed */
#include <stdlib.h>
#include <string.h>

#include "cli/setup.h"
#include "conf/discover.h"
#include "rec/journal.h"
#include "rec/shared.h"

enum { LOCK_MS = 2000 };

static const char *
env_or_null(const char *name)
{
	const char *s = getenv(name);

	return s && *s ? s : NULL;
}

int
ir_setup_conf(struct ir_ctx *ctx, struct ir_err *err)
{
	if (ctx->conf)
		return 0;
	if (ir_conf_read(ctx->arena, &ctx->conf, err) < 0)
		return -1;
	if (!ctx->env)
		ctx->env = env_or_null("IR_ENV");
	if (!ctx->env)
		ctx->env = ir_conf_str(ir_conf_section(ctx->conf, "env", ""), "env", "name");
	return 0;
}

/* In the arena or the environment; NULL and *err when there is no place for one. "off" stands for none wanted. */
static const char *
journal_dir(struct ir_ctx *ctx, struct ir_err *err)
{
	const char *dir = env_or_null("IR_JOURNAL");

	if (dir)
		return dir;
	dir = ir_conf_str(ir_conf_section(ctx->conf, "journal", ""), "journal", "dir");
	if (dir)
		return dir;
	dir = ir_discover_dir(ctx->arena, "state");
	if (dir)
		return ir_asprintf(ctx->arena, "%s/journal", dir);
	ir_fail(err, IR_CONFIG, "no home directory to keep the journal in");
	ir_hint(err, "set IR_JOURNAL to a directory, or to 'off'");
	return NULL;
}

int
ir_setup_journal(struct ir_ctx *ctx, bool readonly, struct ir_err *err)
{
	struct ir_journal_opts opts = { .lock_ms = LOCK_MS, .readonly = readonly };
	const struct ir_section *section;

	if (ctx->journal)
		return 0;
	if (ir_setup_conf(ctx, err) < 0)
		return -1;
	opts.dir = journal_dir(ctx, err);
	if (!opts.dir)
		return -1;
	if (strcmp(opts.dir, "off") == 0)
		return 1;
	section = ir_conf_section(ctx->conf, "journal", "");
	opts.keep_days = (int)ir_conf_int(section, "journal", "keep-days");
	ctx->journal = ir_journal_open(&opts, err);
	if (ctx->journal)
		ir_shared_attach(ctx, section);
	return ctx->journal ? 0 : -1;
}
