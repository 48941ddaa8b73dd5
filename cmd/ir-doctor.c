/* ir-doctor - what is configured, where each value comes from, what is reachable and permitted */

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "base/proc.h"
#include "channel/channel.h"
#include "cli/cmd.h"
#include "cli/setup.h"
#include "conf/secret.h"
#include "dep/deps.h"
#include "logs/find.h"
#include "net/resolve.h"
#include "pager/pager.h"
#include "probe/probe.h"
#include "rec/emit.h"
#include "rec/shared.h"

enum { VERIFY_MAX = 64 << 20, FILES_MIN = 1024 };

struct opts {
	bool settings, journal_sql;
};

static const struct ir_opt opts[] = { IR_FLAG(struct opts, settings, 0, "settings",
					  "a line for each setting of ir.conf, instead of one for each section"),
	IR_FLAG(struct opts, journal_sql, 0, "journal-sql",
	    "print the SQL that makes the shared journal in a database, and end"),
	IR_OPT_END };

struct doctor {
	struct ir_ctx *ctx;
	bool settings;
	struct ir_check *rows;
	size_t n, size;
	struct ir_place place;
	const char *env;
	struct ir_targets targets;
	struct ir_deps deps;
};

static struct ir_check
row_of(const struct doctor *d, const char *type, const char *name)
{
	struct ir_check row;

	ir_row_init(&ir_kind_check, &row);
	row.groups = IR_CHECK_SETTING;
	row.h.env = d->env;
	row.h.status = IR_STATUS_OK;
	row.h.subject = ir_asprintf(d->ctx->arena, "%s:%s", type, name);
	row.name = strcmp(type, name) == 0 ? name : ir_asprintf(d->ctx->arena, "%s %s", type, name);
	row.type = type;
	return row;
}

static void
say(struct doctor *d, struct ir_check *row, enum ir_status status, const char *summary, const char *hint)
{
	row->h.status = status;
	row->h.summary = summary;
	row->hint = hint && *hint ? hint : NULL;
	if (d->n == d->size) {
		struct ir_check *v = IR_NEW_N(d->ctx->arena, struct ir_check, d->size = 2 * d->size + 64);

		if (d->n)
			memcpy(v, d->rows, d->n * sizeof(*v));
		d->rows = v;
	}
	d->rows[d->n++] = *row;
}

/* What needs a hand first; else in the order in which it was told. */
static void
put_rows(const struct doctor *d)
{
	static const enum ir_status order[] = { IR_STATUS_FAIL, IR_STATUS_UNKNOWN, IR_STATUS_WARN, IR_STATUS_OK };

	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
		for (size_t i = 0; i < d->n; i++) {
			if (d->rows[i].h.status == order[k])
				ir_out_row(d->ctx->out, &ir_kind_check, &d->rows[i]);
		}
	}
	ir_out_flush(d->ctx->out);
}

static void
say_error(struct doctor *d, struct ir_check *row, enum ir_status status, const struct ir_err *err)
{
	say(d, row, status, ir_strdup(d->ctx->arena, err->msg), ir_strdup(d->ctx->arena, err->hint));
}

/* ---- configuration */

static void
tell_files(struct doctor *d)
{
	const struct ir_conf *conf = d->ctx->conf;

	for (size_t i = 0; i < conf->files.n; i++) {
		struct ir_check row = row_of(d, "config", conf->files.v[i]);
		size_t sections = 0;

		for (size_t k = 0; k < conf->n; k++)
			sections += strcmp(conf->v[k].file, conf->files.v[i]) == 0;
		say(d, &row, IR_STATUS_OK,
		    ir_asprintf(d->ctx->arena, "read, %zu section%s", sections, sections == 1 ? "" : "s"), NULL);
	}
	if (conf->files.n == 0) {
		struct ir_check row = row_of(d, "config", "ir.conf");

		say(d, &row, IR_STATUS_OK, "there is none: everything is found by itself",
		    "looked for ./ir.conf and upwards, $XDG_CONFIG_HOME/ir/ir.conf, /etc/ir.conf");
	}
}

/* What may be shown of a value: never what could be a secret. */
static const char *
shown(const struct doctor *d, const struct ir_value *v, const char *text)
{
	struct ir_arena *arena = d->ctx->arena;
	const char *key = v->key->name;

	if (v->key->type == IR_KEY_SECRET)
		return "***";
	if (strcmp(key, "header") == 0)
		return ir_asprintf(arena, "%.*s: ***", (int)strcspn(text, ":"), text);
	if (strcmp(key, "body") == 0)
		return ir_asprintf(arena, "*** (%zu bytes)", strlen(text));
	if (strcmp(key, "command") == 0)
		return ir_asprintf(arena, "%.*s%s", (int)strcspn(text, " "), text, strchr(text, ' ') ? " ***" : "");
	return strstr(text, "://") ? ir_url_redact(arena, text) : text;
}

/* Can it be had? A command is not run for that: nobody knows what it does. */
static int
try_secret(const struct doctor *d, const struct ir_section *s, const struct ir_value *v, struct ir_err *err)
{
	struct ir_secret secret = { .bytes = NULL };
	int rc;

	if (strcmp(v->variant, "command") == 0)
		return 0;
	rc = ir_secret_conf(d->ctx, s, v->key->name, &secret, err);
	ir_secret_done(&secret);
	return rc;
}

static void
tell_value(struct doctor *d, const struct ir_section *s, const struct ir_value *v, const char *text, size_t nth)
{
	struct ir_arena *arena = d->ctx->arena;
	const char *section = *s->name ? ir_asprintf(arena, "%s.%s", s->type->name, s->name) : s->type->name;
	const char *key = v->variant ? ir_asprintf(arena, "%s-%s", v->key->name, v->variant) : v->key->name;
	const char *name = ir_asprintf(arena, nth ? "%s.%s[%zu]" : "%s.%s", section, key, nth);
	struct ir_check row = row_of(d, "setting", name);
	struct ir_err err = IR_ERR_INIT;

	row.setting = name;
	row.value = shown(d, v, text);
	row.origin = ir_conf_origin(arena, v->file, v->line);
	if (strcmp(s->type->name, "service") == 0)
		row.h.service = s->name;
	if (v->key->type == IR_KEY_SECRET && try_secret(d, s, v, &err) < 0)
		say_error(d, &row, IR_STATUS_FAIL, &err);
	else if (d->settings)
		say(d, &row, IR_STATUS_OK, ir_asprintf(arena, "%s, by %s", row.value, row.origin), NULL);
}

static void
tell_settings(struct doctor *d)
{
	const struct ir_conf *conf = d->ctx->conf;

	for (size_t i = 0; i < conf->n; i++) {
		for (size_t k = 0; k < conf->v[i].n; k++) {
			const struct ir_value *v = &conf->v[i].v[k];

			if (v->key->type != IR_KEY_LIST)
				tell_value(d, &conf->v[i], v, v->text, 0);
			for (size_t l = 0; l < v->list.n; l++)
				tell_value(d, &conf->v[i], v, v->list.v[l], l + 1);
		}
	}
}

/* "configured at ir.conf:5: url = http://shop.example/, expect-status = 200"; the service has a column of its own. */
static const char *
section_in_words(const struct doctor *d, const struct ir_section *s)
{
	struct ir_arena *arena = d->ctx->arena;
	const char *text = ir_asprintf(arena, "configured at %s:", ir_conf_origin(arena, s->file, s->line)),
		   *comma = " ";

	for (size_t k = 0; k < s->n; k++) {
		const struct ir_value *v = &s->v[k];
		size_t n = v->key->type == IR_KEY_LIST ? v->list.n : 1;

		if (strcmp(v->key->name, "service") == 0)
			continue;
		for (size_t l = 0; l < n; l++, comma = ", ")
			text = ir_asprintf(arena, "%s%s%s%s%s = %s", text, comma, v->key->name, v->variant ? "-" : "",
			    v->variant ? v->variant : "",
			    shown(d, v, v->key->type == IR_KEY_LIST ? v->list.v[l] : v->text));
	}
	return text;
}

/* Each check is made ready, as for a run; of what has no name, other rows tell. */
static void
tell_section(struct doctor *d, const struct ir_section *s)
{
	struct ir_list names = { 0 }, none = { 0 };
	struct ir_check row = row_of(d, s->type->name, s->name);
	struct ir_err err = IR_ERR_INIT;
	const struct ir_value *service = ir_conf_value(s, "service");
	bool check = strcmp(s->type->name, "check") == 0, logs = strcmp(s->type->name, "logs") == 0;

	row.origin = ir_conf_origin(d->ctx->arena, s->file, s->line);
	row.h.service = service ? service->text : strcmp(s->type->name, "service") == 0 ? s->name : "";
	ir_list_add(d->ctx->arena, &names, s->name);
	if (check && ir_targets_conf(d->ctx, NULL, &names, &d->targets, &none, &err) < 0)
		say_error(d, &row, IR_STATUS_FAIL, &err);
	else if (logs && !(row.value = ir_logs_check(d->ctx, &d->place, s, &err)))
		say_error(d, &row, IR_STATUS_FAIL, &err);
	else if (*s->name && !d->settings)
		say(d, &row, IR_STATUS_OK, section_in_words(d, s), NULL);
}

static void
tell_sections(struct doctor *d)
{
	for (size_t i = 0; i < d->ctx->conf->n; i++)
		tell_section(d, &d->ctx->conf->v[i]);
}

static void
tell_environment(struct doctor *d)
{
	static const char *const names[] = { "IR_ENV", "IR_CONF", "IR_JOURNAL", "IR_READONLY", "IR_PAGER", "PAGER",
		"NO_COLOR", "CLICOLOR_FORCE", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY",
		"DOCKER_CERT_PATH", "COMPOSE_FILE", "COMPOSE_PROJECT_NAME", "COMPOSE_PROFILES", "XDG_CONFIG_HOME",
		"XDG_STATE_HOME", "XDG_RUNTIME_DIR", "LOKI_ADDR" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);
		struct ir_check row;

		if (!value || !*value)
			continue;
		row = row_of(d, "variable", names[i]);
		row.setting = names[i];
		row.value = strstr(value, "://") ? ir_url_redact(d->ctx->arena, value) : value;
		row.origin = "environment";
		say(d, &row, IR_STATUS_OK, ir_asprintf(d->ctx->arena, "%s, by the environment", row.value), NULL);
	}
}

static void
tell_env(struct doctor *d)
{
	struct ir_check row = row_of(d, "setting", "environment");

	row.setting = "environment";
	row.value = d->env;
	row.origin = d->ctx->env ? "said" : "derived";
	say(d, &row, IR_STATUS_OK,
	    ir_asprintf(d->ctx->arena, "%s, %s", d->env,
		d->ctx->env        ? "by --env, IR_ENV or [env] name"
		: d->place.project ? "by the docker context and the project"
				   : "as nothing says otherwise"),
	    NULL);
}

/* What ir-logs reads where no section says it. */
static void
tell_logs(struct doctor *d)
{
	const struct ir_logs_asked asked = { .lines = false };
	const struct ir_logs_query query = { .now_ms = d->ctx->start_ms, .tail = -1 };
	struct ir_logs_sources all;
	struct ir_err err = IR_ERR_INIT;
	struct ir_check row;

	if (ir_logs_find(d->ctx, &d->place, &asked, &query, &all, &err) < 0 || all.v[0]->section)
		return;
	row = row_of(d, "logs", all.v[0]->name);
	row.value = all.v[0]->subject;
	row.origin = all.v[0]->origin;
	say(d, &row, IR_STATUS_OK, ir_asprintf(d->ctx->arena, "%s, by %s", row.value, row.origin), NULL);
}

/* ---- the place */

static void
tell_project(struct doctor *d)
{
	struct ir_check row = row_of(d, "project", d->place.project ? d->place.project : "none");
	const char *file = d->place.compose.files.n ? d->place.compose.files.v[0] : d->place.compose.dir;

	row.origin = file;
	if (d->place.no_compose.code) {
		say_error(d, &row, IR_STATUS_FAIL, &d->place.no_compose);
		return;
	}
	if (!d->place.has_compose) {
		say(d, &row, IR_STATUS_OK, "no compose file here or above",
		    "go to the project's directory, or say -p NAME");
		return;
	}
	row.h.summary = ir_asprintf(d->ctx->arena, "%s, %zu service%s, by %s", d->place.project, d->place.compose.n,
	    d->place.compose.n == 1 ? "" : "s", file);
	if (d->place.compose.note)
		say(d, &row, IR_STATUS_WARN, ir_asprintf(d->ctx->arena, "%s: %s", row.h.summary, d->place.compose.note),
		    NULL);
	else
		say(d, &row, IR_STATUS_OK, row.h.summary, NULL);
}

static void
on_engine(void *arg, const struct ir_runtime_result *res)
{
	struct doctor *d = arg;
	struct ir_check row = row_of(d, "engine", d->place.engine.host);

	row.origin = d->place.engine.origin;
	row.latency_ms = res->latency_ms;
	if (res->error) {
		say_error(d, &row, IR_STATUS_FAIL, &res->err);
		return;
	}
	say(d, &row, IR_STATUS_OK,
	    ir_asprintf(d->ctx->arena, "%s, API %s, context %s, by %s: %zu container%s%s%s",
		res->engine_version ? res->engine_version : "answers", res->api_version ? res->api_version : "?",
		d->place.engine.context, d->place.engine.origin, res->n, res->n == 1 ? "" : "s",
		d->place.project ? " of " : "", d->place.project ? d->place.project : ""),
	    NULL);
}

static struct ir_runtime *
ask_engine(struct doctor *d)
{
	const struct ir_runtime_query q = {
		.project = d->place.project, .dir = d->place.dir, .all = !d->place.project
	};
	struct ir_check row = row_of(d, "engine", d->place.engine.host ? d->place.engine.host : "none");
	struct ir_err err = d->place.no_engine;
	struct ir_runtime *rt;

	row.origin = d->place.engine.origin;
	if (err.code) {
		say_error(d, &row, IR_STATUS_FAIL, &err);
		return NULL;
	}
	rt = ir_runtime_list(d->ctx, &d->place.engine, &q, on_engine, d, &err);
	if (!rt)
		say_error(d, &row, d->place.engine.present || d->place.project ? IR_STATUS_FAIL : IR_STATUS_WARN, &err);
	return rt;
}

/* ---- this host */

static int64_t
bytes_in(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	struct stat st;
	int64_t n = 0;

	while (d && (e = readdir(d))) {
		if (fstatat(dirfd(d), e->d_name, &st, 0) == 0 && S_ISREG(st.st_mode) && strstr(e->d_name, ".jsonl"))
			n += st.st_size;
	}
	if (d)
		closedir(d);
	return n;
}

static void
tell_chain(struct doctor *d, struct ir_check *row)
{
	struct ir_journal_state st;
	struct ir_err err = IR_ERR_INIT;
	char size[IR_NUM_MAX];
	const char *dir = ir_journal_dir(d->ctx->journal);
	int64_t bytes = bytes_in(dir);

	ir_format_size(size, bytes);
	if (bytes > VERIFY_MAX) {
		say(d, row, IR_STATUS_OK,
		    ir_asprintf(d->ctx->arena, "%s, writable, %s, too big to verify in passing", dir, size), NULL);
		return;
	}
	if (ir_journal_verify(d->ctx->journal, &st, &err) < 0) {
		say_error(d, row, IR_STATUS_FAIL, &err);
		return;
	}
	row->h.summary = ir_asprintf(d->ctx->arena, "%s, writable, %llu record%s, %s, chain verifies, head %.12s", dir,
	    (unsigned long long)st.records, st.records == 1 ? "" : "s", size, st.head);
	if (st.torn)
		say(d, row, IR_STATUS_WARN,
		    ir_asprintf(d->ctx->arena, "%s, %zu torn tails set aside", row->h.summary, st.torn),
		    "a writer was killed, or the disk was full");
	else
		say(d, row, IR_STATUS_OK, row->h.summary, NULL);
}

static void
tell_journal(struct doctor *d)
{
	struct ir_check row = row_of(d, "journal", "journal");
	struct ir_err err = IR_ERR_INIT;
	int rc = ir_setup_journal(d->ctx, false, &err);

	if (rc > 0)
		say(d, &row, IR_STATUS_WARN, "off: no handle is known to a later command, and there is no trail",
		    "unset IR_JOURNAL");
	else if (rc < 0)
		say_error(d, &row, IR_STATUS_FAIL, &err);
	else
		tell_chain(d, &row);
}

/* With what waits pushed first, when it can be. */
static void
tell_shared(struct doctor *d)
{
	struct ir_check row = row_of(d, "journal", "shared");
	struct ir_err err = IR_ERR_INIT;
	struct ir_shared_look l;
	int rc;

	if (!ir_shared_is(d->ctx))
		return;
	rc = ir_shared_look(d->ctx, &l, &err);
	row.value = l.server;
	row.origin = ir_conf_origin(d->ctx->arena, ir_conf_section(d->ctx->conf, "journal", "")->file,
	    ir_conf_section(d->ctx->conf, "journal", "")->line);
	if (rc < 0) {
		if (l.waiting)
			ir_wrap(&err, "%llu record%s wait%s here", (unsigned long long)l.waiting,
			    l.waiting == 1 ? "" : "s", l.waiting == 1 ? "s" : "");
		say_error(d, &row, IR_STATUS_FAIL, &err);
		return;
	}
	row.h.summary = ir_asprintf(d->ctx->arena, "%s, writable, %llu record%s, %llu of ours waiting, head %.12s",
	    l.server, (unsigned long long)l.records, l.records == 1 ? "" : "s", (unsigned long long)l.waiting, l.head);
	say(d, &row, l.waiting ? IR_STATUS_WARN : IR_STATUS_OK, row.h.summary,
	    l.waiting ? "each run pushes more of them, for at most a second" : NULL);
}

static bool
wants_systemd(const struct doctor *d)
{
	for (size_t i = 0; i < d->targets.n; i++) {
		if (d->targets.v[i].ops == &ir_probe_unit)
			return access("/run/systemd/system", F_OK) < 0;
	}
	return false;
}

static void
tell_tools(struct doctor *d)
{
	static const struct {
		const char *name, *use;
	} tools[] = {
		{ "git", "commits are not known without it" },
		{ "systemctl", "checks of units cannot be made without it" },
		{ "sh", "command checks cannot be made without it" },
	};

	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		struct ir_check row = row_of(d, "tool", tools[i].name);
		const char *path = ir_proc_find(d->ctx->arena, tools[i].name);

		if (path && strcmp(tools[i].name, "systemctl") == 0 && wants_systemd(d))
			say(d, &row, IR_STATUS_WARN, "systemd does not run here: checks of units cannot be made", NULL);
		else
			say(d, &row, path ? IR_STATUS_OK : IR_STATUS_WARN,
			    path ? path : ir_asprintf(d->ctx->arena, "not in PATH: %s", tools[i].use), NULL);
	}
}

static void
tell_limits(struct doctor *d)
{
	struct ir_check row = row_of(d, "limit", "descriptors");
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		return;
	say(d, &row, r.rlim_max < FILES_MIN ? IR_STATUS_WARN : IR_STATUS_OK,
	    ir_asprintf(d->ctx->arena, "%llu open files at once", (unsigned long long)r.rlim_max),
	    r.rlim_max < FILES_MIN ? "raise it: ulimit -Hn" : NULL);
}

/* ---- names */

struct lookup {
	struct doctor *d;
	const char *host;
	int64_t start_us;
	bool done;
};

static void
on_name(void *arg, const struct ir_addr *v, size_t n, const char *error)
{
	struct lookup *l = arg;
	struct ir_check row = row_of(l->d, "name", l->host);
	char text[IR_ADDR_MAX];

	l->done = true;
	row.latency_ms = (double)(ir_mono_us() - l->start_us) / 1000;
	if (n == 0) {
		say(l->d, &row, IR_STATUS_FAIL, ir_strdup(l->d->ctx->arena, error),
		    "correct the name, or look at /etc/resolv.conf");
		return;
	}
	ir_addr_format(text, &v[0]);
	*strrchr(text, ':') = '\0';
	say(l->d, &row, IR_STATUS_OK,
	    ir_asprintf(
		l->d->ctx->arena, "%s%s", text, n > 1 ? ir_asprintf(l->d->ctx->arena, " and %zu more", n - 1) : ""),
	    NULL);
}

static bool
is_address(const char *host)
{
	struct in6_addr a;

	return inet_pton(AF_INET, host, &a) == 1 || inet_pton(AF_INET6, host, &a) == 1;
}

/* ---- who pages, who is told */

/* Each is asked for its open alerts, which needs the right to read them. */
static void
tell_pagers(struct doctor *d)
{
	const struct ir_pager_query q = { .names = NULL };
	struct ir_err err = IR_ERR_INIT;
	struct ir_pager_look look;
	int ret = ir_pager_begin(d->ctx, &q, &look, &err);

	if (ret < 0 && err.code == IR_BACKEND)
		return;
	if (ret == 0)
		ret = ir_pager_list(&look, &err);
	for (size_t i = 0; ret == 0 && i < look.n; i++) {
		struct ir_pager *p = &look.v[i];
		struct ir_check row = row_of(d, "alerts", p->name);

		row.origin = p->origin;
		if (p->err.code)
			say_error(d, &row, IR_STATUS_FAIL, &p->err);
		else
			say(d, &row, IR_STATUS_OK,
			    ir_asprintf(d->ctx->arena, "%s tells of %zu open alert%s", p->ops->name, p->n,
				p->n == 1 ? "" : "s"),
			    NULL);
	}
	if (ret < 0) {
		struct ir_check row = row_of(d, "pager", "configuration");

		say_error(d, &row, IR_STATUS_FAIL, &err);
	}
	ir_pager_done(&look);
}

/* Nothing is posted to see whether that works; what waits is told. */
static void
tell_channels(struct doctor *d)
{
	struct ir_check row = row_of(d, "channel", "all");
	struct ir_err err = IR_ERR_INIT;
	struct ir_channels to;
	int64_t oldest_ms;
	size_t waiting;

	if (ir_channel_begin(d->ctx, NULL, &to, &err) < 0) {
		say_error(d, &row, IR_STATUS_FAIL, &err);
		return;
	}
	waiting = ir_channel_waiting(&to, &oldest_ms);
	for (size_t i = 0; i < to.n; i++) {
		const char *path = to.v[i].ops == &ir_channel_file ? ir_channel_file_path(&to.v[i], &err) : NULL;

		/* sections of ir.conf were told */
		if (to.v[i].section)
			continue;
		row = row_of(d, "channel", to.v[i].name);
		row.origin = to.v[i].origin;
		say(d, &row, IR_STATUS_OK,
		    path ? ir_asprintf(d->ctx->arena, "posts are added to %s", path) : to.v[i].ops->name, NULL);
	}
	if (waiting) {
		char since[IR_NUM_MAX];

		row = row_of(d, "channel", "outbox");
		say(d, &row, IR_STATUS_WARN,
		    ir_asprintf(d->ctx->arena, "%zu post%s wait to be sent, the oldest for %s", waiting,
			waiting == 1 ? "" : "s", ir_format_duration(since, ir_now_ms() - oldest_ms)),
		    ir_asprintf(
			d->ctx->arena, "the next ir-incident that posts sends them; they are in '%s'", to.outbox));
	}
	ir_channel_done(&to);
}

/* ---- dependencies */

/* Those of ir.conf, the environment and .env; containers add theirs while the loop runs. */
static void
find_dependencies(struct doctor *d)
{
	const struct ir_deps_query q = { .place = &d->place, .only_find = true };
	struct ir_check row = row_of(d, "dependency", "none");
	struct ir_err err = IR_ERR_INIT;

	if (ir_deps_find(d->ctx, &q, &d->deps, &err) == 0 && ir_deps_start(&d->deps, d->ctx->arena, &err) == 0)
		return;
	ir_deps_done(&d->deps);
	d->deps = (struct ir_deps){ .n = 0 };
	say_error(d, &row, IR_STATUS_FAIL, &err);
}

/* Where it was found. What ir.conf says of it is a row of its own. */
static void
tell_dependency(struct doctor *d, const struct ir_dep *dep)
{
	struct ir_check row = row_of(d, "dependency", dep->name);

	row.h.service = dep->service;
	row.setting = dep->name;
	row.value = dep->subject;
	row.origin = dep->origin;
	if (dep->unready)
		say(d, &row, IR_STATUS_FAIL, ir_asprintf(d->ctx->arena, "by %s: %s", dep->origin, dep->unready),
		    dep->unready_hint);
	else if (!dep->section)
		say(d, &row, IR_STATUS_OK,
		    ir_asprintf(d->ctx->arena, "%s, by %s%s%s", dep->subject, dep->origin,
			dep->via ? ", through the " : "", dep->via ? dep->via : ""),
		    NULL);
}

static void
tell_dependencies(struct doctor *d)
{
	if (!d->deps.state)
		return;
	ir_deps_finish(&d->deps);
	for (size_t i = 0; i < d->deps.n; i++)
		tell_dependency(d, d->deps.v[i]);
	ir_deps_done(&d->deps);
}

/* Is its host's name asked of the resolver at all? */
static bool
is_looked_up(const struct ir_target *t)
{
	static const char *const ways[] = { "unix-socket", "proxy", "resolve" };

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (t->section && ir_conf_value(t->section, ways[i]))
			return false;
	}
	return t->host && !is_address(t->host);
}

/* Every distinct name of a host in the checks, and of dependencies. */
static struct ir_list
host_names(const struct doctor *d)
{
	struct ir_list names = { 0 };

	for (size_t i = 0; i < d->targets.n; i++) {
		if (is_looked_up(&d->targets.v[i]) && !ir_list_has(&names, d->targets.v[i].host))
			ir_list_add(d->ctx->arena, &names, d->targets.v[i].host);
	}
	for (size_t i = 0; i < d->deps.n; i++) {
		const struct ir_dep *dep = d->deps.v[i];

		if (dep->host && !is_address(dep->host) && dep->resolve.n == 0 && !dep->held &&
		    !ir_list_has(&names, dep->host))
			ir_list_add(d->ctx->arena, &names, dep->host);
	}
	return names;
}

/* Returns what was asked for, ended by one without host. */
static struct lookup *
ask_names(struct doctor *d)
{
	const struct ir_list names = host_names(d);
	struct lookup *v = IR_NEW_N(d->ctx->arena, struct lookup, names.n + 1);

	for (size_t i = 0; i < names.n; i++) {
		v[i] = (struct lookup){ .d = d, .host = names.v[i], .start_us = ir_mono_us() };
		ir_resolve(d->ctx->loop, names.v[i], 1, AF_UNSPEC, d->ctx->start_us + d->ctx->timeout_ms * 1000,
		    on_name, &v[i]);
	}
	return v;
}

static void
tell_unanswered(const struct lookup *v)
{
	for (; v->host; v++) {
		struct ir_check row = row_of(v->d, "name", v->host);

		if (!v->done)
			say(v->d, &row, IR_STATUS_UNKNOWN, "no answer from the resolver", "look at /etc/resolv.conf");
	}
}

static int
print_schema(struct ir_ctx *ctx, struct ir_err *err)
{
	const char *text = ir_shared_schema(ctx->arena);

	if (fputs(text, stdout) < 0 || fflush(stdout) != 0)
		return ir_fail(err, IR_IO, "writing to standard output: %s", strerror(errno));
	return IR_OK;
}

static int
run(struct ir_ctx *ctx, const struct ir_common *common, const void *arg, char **operands, struct ir_err *err)
{
	const struct opts *o = arg;
	struct doctor d = { .ctx = ctx, .settings = o->settings };
	struct ir_runtime *rt;
	struct lookup *names;

	(void)common;
	(void)operands;
	if (o->journal_sql)
		return print_schema(ctx, err);
	if (!ir_loop_new(ctx, err))
		return -1;
	ir_place_find(ctx, NULL, &d.place);
	d.env = d.place.env;
	rt = ask_engine(&d);
	find_dependencies(&d);
	tell_files(&d);
	tell_settings(&d);
	tell_sections(&d);
	tell_environment(&d);
	tell_env(&d);
	tell_project(&d);
	tell_logs(&d);
	tell_journal(&d);
	tell_shared(&d);
	tell_tools(&d);
	tell_limits(&d);
	names = ask_names(&d);
	ir_loop_run(ctx->loop, NULL, NULL);
	ir_runtime_stop(rt);
	tell_dependencies(&d);
	tell_unanswered(names);
	tell_pagers(&d);
	tell_channels(&d);
	put_rows(&d);
	return IR_OK;
}

static const struct ir_kind *const kinds[] = { &ir_kind_check, &ir_kind_error, &ir_kind_end, NULL };

static const struct ir_example examples[] = {
	{ "ir-doctor", "what is configured, found and reachable here" },
	{ "ir-doctor --only warn,fail,unknown", "only what needs a hand" },
	{ "ir-doctor --journal-sql | psql -1 ops", "make the shared journal in the database ops" },
	{ "ir-doctor --settings", "every setting, and the file and line that it comes from" },
	{ NULL, NULL },
};

int
main(int argc, char **argv)
{
	static const struct ir_cmd cmd = {
		.name = "ir-doctor",
		.brief = "tell what is configured, reachable and permitted",
		.role = IR_SOURCE,
		.with = IR_WITH_OUTPUT | IR_WITH_STATUS | IR_WITH_DEADLINE,
		.opts = opts,
		.optsize = sizeof(struct opts),
		.kinds = kinds,
		.examples = examples,
		.run = run,
	};

	return ir_main(&cmd, argc, argv);
}
