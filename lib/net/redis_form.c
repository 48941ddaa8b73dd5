/* redis_form - commands as the bytes that are sent */
#include "base/buf.h"
#include "net/redis_priv.h"

enum { WORDS_MAX = 64 * 1024 }; /* of one command */

void
ir_redis_wipe(struct ir_redis_out *out)
{
	if (out->p)
		explicit_bzero(out->p, out->n);
	free(out->p);
	*out = (struct ir_redis_out){ .p = NULL };
}

/* *cmd is the library's; forget() it. */
static size_t
form(const struct ir_redis *r, char **cmd, size_t argc, const char *const *argv, const size_t *lens)
{
	long long n = r->lib.format(cmd, (int)argc, (const char **)argv, lens);

	if (n < 0)
		ir_oom();
	return (size_t)n;
}

static void
forget(const struct ir_redis *r, char *cmd, size_t n)
{
	explicit_bzero(cmd, n);
	r->lib.format_free(cmd);
}

static size_t
count_words(const struct ir_redis_cmd *cmd)
{
	size_t n = 0;

	while (cmd->argv && n <= WORDS_MAX && cmd->argv[n])
		n++;
	return n;
}

static int
add(struct ir_redis *r, struct ir_buf *buf, const struct ir_redis_cmd *cmd, struct ir_err *err)
{
	size_t words = count_words(cmd), n;
	char *bytes = NULL;
	int rc;

	if (words == 0 || words > WORDS_MAX)
		return ir_fail(err, IR_USAGE, "a command of %s words", words ? "too many" : "no");
	n = form(r, &bytes, words, cmd->argv, cmd->lens);
	rc = ir_buf_add(buf, bytes, n);
	forget(r, bytes, n);
	if (rc < 0)
		return ir_fail(err, IR_USAGE, "commands of more than %d KiB at once", IR_REDIS_SEND_MAX / 1024);
	r->names[r->n++] = ir_strdup(&r->arena, cmd->argv[0]);
	return 0;
}

int
ir_redis_form(struct ir_redis *r, const struct ir_redis_cmd *cmds, size_t n, struct ir_err *err)
{
	struct ir_buf buf;
	int rc = 0;

	if (n == 0 || n > IR_REDIS_COMMANDS_MAX)
		return ir_fail(err, IR_USAGE, "%zu commands at once: from 1 to %d", n, IR_REDIS_COMMANDS_MAX);
	r->n = 0;
	r->names = IR_NEW_N(&r->arena, const char *, n);
	r->replies = IR_NEW_N(&r->arena, struct ir_redis_reply, n);
	ir_buf_init(&buf, IR_REDIS_SEND_MAX);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = add(r, &buf, &cmds[i], err);
	r->commands = (struct ir_redis_out){ buf.data, buf.len, 0 };
	return rc;
}

/* Never grown in place, so that no copy of the password is left behind. */
static void
join(struct ir_redis_out *out, const char *a, size_t a_n, const char *b, size_t b_n)
{
	out->n = a_n + b_n;
	out->p = malloc(out->n);
	if (!out->p)
		ir_oom();
	memcpy(out->p, a, a_n);
	memcpy(out->p + a_n, b, b_n);
}

void
ir_redis_form_login(struct ir_redis *r)
{
	const char *password = r->req.password ? ir_secret_reveal(r->req.password) : NULL, *user = r->req.user;
	const char *auth[3] = { "AUTH", user, password ? password : "" };
	size_t lens[3] = { 4, user ? strlen(user) : 0, password ? r->req.password->len : 0 };
	char db[16], *a = NULL, *b = NULL;
	size_t a_n = 0, b_n = 0;

	r->login_n = 0;
	ir_redis_wipe(&r->login);
	if (!user) {
		auth[1] = auth[2];
		lens[1] = lens[2];
	}
	if (user || password) {
		a_n = form(r, &a, user ? 3 : 2, auth, lens);
		r->login_names[r->login_n++] = "AUTH";
	}
	if (r->req.db != 0) {
		snprintf(db, sizeof(db), "%d", r->req.db);
		b_n = form(r, &b, 2, (const char *const[]){ "SELECT", db }, NULL);
		r->login_names[r->login_n++] = "SELECT";
	}
	if (r->login_n > 0)
		join(&r->login, a ? a : "", a_n, b ? b : "", b_n);
	if (a)
		forget(r, a, a_n);
	if (b)
		forget(r, b, b_n);
}
