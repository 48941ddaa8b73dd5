/* start - what a run's `start` record says of how it was called */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "cli/cmd.h"
#include "cli/start.h"
#include "conf/secret.h"

enum { ARGS_MAX = 64, ARG_MAX_BYTES = 256, HOST_MAX = 256 };

/* Both "URL" and "--option=URL". */
static int
has_password(const char *arg)
{
	const char *eq = arg[0] == '-' ? strchr(arg, '=') : NULL;

	return ir_url_has_password(arg) || (eq && ir_url_has_password(eq + 1));
}

int
ir_start_check(int argc, char **argv, struct ir_err *err)
{
	for (int i = 1; i < argc; i++) {
		if (!has_password(argv[i]))
			continue;
		ir_fail(err, IR_USAGE, "argument %d is a URL with a password, which everybody on this host can see", i);
		return ir_hint(
		    err, "put the URL into ir.conf, with user and password-file, password-command or password-env");
	}
	return 0;
}

static const char *
shown_arg(struct ir_arena *a, const char *arg)
{
	size_t n = strlen(arg);

	if (strstr(arg, "://"))
		arg = ir_url_redact(a, arg);
	if (n <= ARG_MAX_BYTES)
		return arg;
	return ir_asprintf(a, "%.*s...", (int)ir_utf8_cut(arg, strlen(arg), ARG_MAX_BYTES), arg);
}

/* The password file may be on a network: the environment, else the number, is enough. */
const char *
ir_start_who(struct ir_arena *a)
{
	static const char *const names[] = { "IR_WHO", "SUDO_USER", "USER", "LOGNAME" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *s = getenv(names[i]);

		if (s && *s)
			return s;
	}
	return ir_asprintf(a, "uid %u", (unsigned)getuid());
}

static const char *
host_name(struct ir_arena *a)
{
	char host[HOST_MAX] = "";

	if (gethostname(host, sizeof(host) - 1) < 0)
		return NULL;
	return ir_strdup(a, host);
}

static const char *
summary(struct ir_ctx *ctx, const struct ir_list *args)
{
	char *s = ir_strdup(ctx->arena, ctx->command);

	for (size_t i = 0; i < args->n && strlen(s) < ARG_MAX_BYTES; i++)
		s = ir_asprintf(ctx->arena, "%s %s", s, args->v[i]);
	return s;
}

void
ir_start_row(struct ir_ctx *ctx, const struct ir_list *shown, struct ir_start *row)
{
	ir_row_init(&ir_kind_start, row);
	for (size_t i = 0; i < shown->n && i < ARGS_MAX; i++)
		ir_list_add(ctx->arena, &row->args, shown_arg(ctx->arena, shown->v[i]));
	if (shown->n > ARGS_MAX)
		ir_list_add(ctx->arena, &row->args, ir_asprintf(ctx->arena, "(%zu more)", shown->n - ARGS_MAX));
	row->h.time_ms = ctx->start_ms;
	row->h.subject = ctx->command;
	row->h.summary = summary(ctx, &row->args);
	row->version = IR_VERSION;
	row->user = ctx->who ? ctx->who : ir_start_who(ctx->arena);
	row->host = host_name(ctx->arena);
	row->incident = ctx->incident;
}
