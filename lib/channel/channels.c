/* channels - every type there is, and which channels a run has */
#include "base/cleanup.h"
#include "base/clock.h"
#include "channel/answer.h"
#include "channel/outbox.h"
#include "conf/discover.h"

const struct ir_channel_ops *const ir_channel_types[] = { &ir_channel_file, &ir_channel_slack, &ir_channel_mattermost,
	&ir_channel_discord, &ir_channel_teams, &ir_channel_webhook, &ir_channel_smtp, &ir_channel_command, NULL };

const char *
ir_channel_key(const struct ir_channel *c, const char *key)
{
	return c->section ? ir_conf_str(c->section, "channel", key) : NULL;
}

static const struct ir_channel_ops *
ops_of(const struct ir_section *s)
{
	const char *type = ir_conf_str(s, "channel", "type");

	if (!type)
		type = ir_channel_has(s, "file") ? "file" : ir_channel_has(s, "command") ? "command" : "webhook";
	for (size_t i = 0; ir_channel_types[i]; i++)
		if (strcmp(ir_channel_types[i]->name, type) == 0)
			return ir_channel_types[i];
	return NULL;
}

static bool
is_wanted(const struct ir_list *names, const char *name)
{
	return !names || names->n == 0 || ir_list_has(names, name);
}

static int
add(struct ir_channels *all, const struct ir_channel_ops *ops, const struct ir_section *s, const char *name,
    const char *origin, struct ir_err *err)
{
	if (all->n == IR_CHANNEL_MAX)
		return ir_fail(err, IR_CONFIG, "more than %d channels", IR_CHANNEL_MAX);
	all->v[all->n++] =
	    (struct ir_channel){ .ops = ops, .section = s, .name = name, .origin = origin, .ctx = all->ctx };
	return 0;
}

/* A name takes part in "channel=id". */
static int
check(struct ir_channels *all, const struct ir_section *s, struct ir_err *err)
{
	const struct ir_channel_ops *ops = ops_of(s);

	if (!ops)
		return ir_fail(err, IR_CONFIG, "no such type");
	if (strchr(s->name, '=')) {
		ir_fail(err, IR_CONFIG, "its name has a '='");
		return ir_hint(err, "name it otherwise");
	}
	return ops->check ? ops->check(all->ctx, s, err) : 0;
}

static int
add_configured(struct ir_channels *all, const struct ir_list *names, size_t *seen, struct ir_err *err)
{
	struct ir_ctx *ctx = all->ctx;

	for (size_t i = 0; ctx->conf && i < ctx->conf->n; i++) {
		const struct ir_section *s = &ctx->conf->v[i];
		const char *origin;

		if (strcmp(s->type->name, "channel") != 0)
			continue;
		++*seen;
		origin = ir_conf_origin(ctx->arena, s->file, s->line);
		if (check(all, s, err) < 0)
			return ir_wrap(err, "%s: [channel \"%s\"]", origin, s->name);
		if (is_wanted(names, s->name) && add(all, ops_of(s), s, s->name, origin, err) < 0)
			return -1;
	}
	return 0;
}

static int
add_defaults(struct ir_channels *all, const struct ir_list *names, struct ir_err *err)
{
	const char *url = getenv("SLACK_WEBHOOK_URL");

	if (is_wanted(names, "file") && add(all, &ir_channel_file, NULL, "file", "by default", err) < 0)
		return -1;
	if (url && *url && is_wanted(names, "slack"))
		return add(all, &ir_channel_slack, NULL, "slack", "SLACK_WEBHOOK_URL", err);
	return 0;
}

static int
check_names(const struct ir_channels *all, const struct ir_list *names, struct ir_err *err)
{
	for (size_t i = 0; names && i < names->n; i++) {
		bool found = false;

		for (size_t k = 0; k < all->n; k++)
			found |= strcmp(all->v[k].name, names->v[i]) == 0;
		if (found)
			continue;
		ir_fail(err, IR_CONFIG, "there is no channel '%s'", names->v[i]);
		return ir_hint(err, "add [channel \"%s\"] to ir.conf, or name another one", names->v[i]);
	}
	return 0;
}

/* Where the journal is, so that what belongs together is kept together. */
static const char *
outbox_dir(struct ir_ctx *ctx, struct ir_err *err)
{
	const char *dir = getenv("IR_JOURNAL");

	if ((!dir || !*dir) && ctx->conf)
		dir = ir_conf_str(ir_conf_section(ctx->conf, "journal", ""), "journal", "dir");
	if (!dir || !*dir || strcmp(dir, "off") == 0)
		dir = ir_discover_dir(ctx->arena, "state");
	if (dir)
		return ir_asprintf(ctx->arena, "%s/outbox", dir);
	ir_fail(err, IR_IO, "no home directory to keep the outbox in");
	ir_hint(err, "set XDG_STATE_HOME to a directory");
	return NULL;
}

int
ir_channel_begin(struct ir_ctx *ctx, const struct ir_list *names, struct ir_channels *all, struct ir_err *err)
{
	size_t seen = 0;

	*all = (struct ir_channels){ .ctx = ctx, .v = IR_NEW_N(ctx->arena, struct ir_channel, IR_CHANNEL_MAX) };
	all->outbox = outbox_dir(ctx, err);
	if (!all->outbox || add_configured(all, names, &seen, err) < 0)
		return -1;
	if (seen == 0 && add_defaults(all, names, err) < 0)
		return -1;
	return check_names(all, names, err);
}

void
ir_channel_done(struct ir_channels *all)
{
	for (size_t i = 0; i < all->n; i++) {
		ir_secret_done(&all->v[i].url);
		ir_secret_done(&all->v[i].token);
		ir_secret_done(&all->v[i].password);
	}
	all->n = 0;
}

int
ir_channel_keep(struct ir_channels *all, const struct ir_channel_msg *msg, struct ir_err *err)
{
	const char *names[IR_CHANNEL_MAX];
	bool full[IR_CHANNEL_MAX] = { false };
	struct ir_outbox o;
	int rc;

	if (all->n == 0)
		return 0;
	for (size_t i = 0; i < all->n; i++)
		names[i] = all->v[i].name;
	if (ir_outbox_open(&o, all->outbox, true, all->test, err) < 0)
		return -1;
	rc = ir_outbox_add(&o, msg, names, all->n, full, err);
	for (size_t i = 0; i < all->n; i++)
		all->v[i].full = full[i];
	ir_outbox_close(&o);
	return rc;
}

static void
amend(struct ir_outbox *o, struct ir_arena *arena, const char *channel, const char *key, const char *text)
{
	const char *name = ir_outbox_find(o, arena, channel, key);
	struct ir_outbox_post p;

	if (!name || ir_outbox_take(o, arena, name, &p, NULL) != 1)
		return;
	p.msg.text = text;
	if (!p.first_tried_ms)
		ir_outbox_write(o, &p, NULL);
	ir_outbox_release(&p);
}

void
ir_channel_amend(struct ir_channels *all, const char *key, const char *text)
{
	IR_CLEANUP(ir_arena_done) struct ir_arena arena = { 0 };
	struct ir_outbox o;

	if (ir_outbox_open(&o, all->outbox, false, all->test, NULL) != 0)
		return;
	for (size_t i = 0; i < all->n; i++)
		amend(&o, &arena, all->v[i].name, key, text);
	ir_outbox_close(&o);
}

bool
ir_channel_keeps(struct ir_channels *all, const char *channel, const char *key)
{
	IR_CLEANUP(ir_arena_done) struct ir_arena arena = { 0 };
	struct ir_outbox o;
	bool ret;

	if (ir_outbox_open(&o, all->outbox, false, all->test, NULL) != 0)
		return false;
	ret = ir_outbox_find(&o, &arena, channel, key) != NULL;
	ir_outbox_close(&o);
	return ret;
}

size_t
ir_channel_waiting(struct ir_channels *all, int64_t *ret_oldest_ms)
{
	IR_CLEANUP(ir_arena_done) struct ir_arena arena = { 0 };
	struct ir_list names = { 0 };
	struct ir_outbox o;

	*ret_oldest_ms = IR_TIME_NONE;
	if (ir_outbox_open(&o, all->outbox, false, all->test, NULL) != 0)
		return 0;
	if (ir_outbox_list(&o, &arena, NULL, &names, NULL) == 0 && names.n)
		*ret_oldest_ms = ir_outbox_since(names.v[0]);
	ir_outbox_close(&o);
	return names.n;
}
