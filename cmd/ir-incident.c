/* ir-incident - open, note, judge, hand over and close what responders work on together, and tell the others */
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/cmd.h"
#include "cli/help.h"
#include "cli/process.h"
#include "conf/suggest.h"
#include "incident/change.h"
#include "incident/gather.h"
#include "net/loop.h"
#include "rec/detail.h"
#include "rec/refs.h"
#include "runtime/place.h"

enum { NOTE_MAX = 64 << 10, SHOWN_MAX = 1 << 20, TITLE_MAX = 300, WHO_MAX = 100, AHEAD_MS = 60 * 1000 };

struct opts {
	bool dry, another, all, post, no_post, no_ticket;
	const char *message, *severity, *lead, *project;
	int64_t at_ms;
	struct ir_list channels;
};

static const struct ir_values severity_values = { .name = "severity", .fixed = ir_severities };

static const struct ir_opt opts[] = { IR_FLAG(struct opts, dry, 'n', "dry-run",
					  "tell what would be done and said, and do nothing"),
	IR_STR(struct opts, message, 'm', "message", "TEXT", "say this with it"),
	IR_CHOICE(struct opts, severity, 0, "severity", "SEVERITY", &severity_values, "open: how bad it is",
	    .more = "By default told by the severity of the worst alert."),
	IR_STR(struct opts, lead, 0, "lead", "WHO", "open: who leads the response"),
	IR_TIME(struct opts, at_ms, 0, "at",
	    "open: when it began; note: what time it speaks of; close: since when it is over",
	    .values = &ir_values_time),
	IR_FLAG(struct opts, another, 0, "another", "open: though one is open in this environment"),
	IR_FLAG(struct opts, all, 0, "all", "list: closed ones and those of other environments, too"),
	IR_FLAG(struct opts, post, 0, "post", "note: tell the channels, too"),
	IR_FLAG(struct opts, no_post, 0, "no-post", "tell no channel"),
	IR_FLAG(struct opts, no_ticket, 0, "no-ticket", "leave the ticket alone"),
	IR_LIST(struct opts, channels, 0, "channel", "NAME,...", "tell only these channels of ir.conf", .comma = true),
	IR_STR(struct opts, project, 'p', "project", "NAME", "the environment is that of this compose project",
	    .more = "By default the project of the compose file in the working directory or above it."),
	IR_OPT_END };

struct run {
	struct ir_ctx *ctx;
	const struct ir_common *common;
	const struct opts *o;
	struct ir_place place;
	struct ir_in in;
	struct ir_note note;
	struct ir_incident_gathered about;
	struct ir_incident_change change;
	int lock; /* of incidents */
};

/* ---- what all have in common */

static int
apply(struct run *r, struct ir_err *err)
{
	struct ir_incident_change *c = &r->change;
	int ret = -1;

	c->message = c->message ? c->message : r->o->message;
	c->channels = &r->o->channels;
	c->no_post |= r->o->no_post;
	c->no_ticket |= r->o->no_ticket;
	c->lock = &r->lock;
	if (ir_incident_change_begin(c, r->ctx, err) == 0)
		ret = r->o->dry ? ir_incident_change_show(c) : ir_incident_change_do(c, err);
	ir_incident_change_done(c);
	return ret;
}

/* The newest, open or not. NULL: there is none. */
static const struct ir_incident *
last(struct run *r)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_incident *v;
	size_t n;

	return ir_incident_all(r->ctx, r->ctx->env, false, &v, &n, &err) == 0 && n > 0 ? &v[0] : NULL;
}

/* The incident that is meant: by handle, by --incident, or the open one. */
static struct ir_incident *
meant(struct run *r, const char *handle, struct ir_err *err)
{
	const struct ir_incident *closed;
	struct ir_incident *i;

	if (handle)
		r->ctx->incident = handle;
	i = ir_incident_current(r->ctx, r->ctx->env, err);
	if (i || err->code)
		return i;
	closed = last(r);
	ir_fail(err, IR_REFUSED, "no incident is open in environment '%s'", r->ctx->env);
	if (closed)
		ir_hint(err,
		    "name one that is closed, such as --incident %s (%s), or open one: ir-incident open \"TITLE\" "
		    "[HANDLE …]",
		    closed->h.id, closed->title);
	else
		ir_hint(err, "open one: ir-incident open \"TITLE\" [HANDLE …]");
	return NULL;
}

/* The same, and nobody changes it until it is journalled. */
static struct ir_incident *
mine(struct run *r, const char *handle, struct ir_err *err)
{
	if (!r->o->dry && ir_incident_lock(r->ctx, &r->lock, err) < 0)
		return NULL;
	return meant(r, handle, err);
}

static const char *
take_handle(char ***operands)
{
	const char *s = **operands;

	if (!s || strncmp(s, "inc-", 4) != 0 || !ir_id_valid(s, strlen(s)))
		return NULL;
	++*operands;
	return s;
}

static int
no_more(char **operands, struct ir_err *err)
{
	if (!*operands)
		return 0;
	ir_fail(err, IR_USAGE, "'%s' is one word too many", *operands);
	return ir_hint(err, "put a text of several words in quotes");
}

/* One line, for it is shown in lines, and in the subject of mails: control characters are blanks. NULL: it is too long, or nothing. */
static const char *
one_line(struct run *r, const char *what, const char *s, size_t max, struct ir_err *err)
{
	char *line = ir_strdup(r->ctx->arena, s);
	size_t n = strlen(line);

	for (char *p = line; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	while (n && line[n - 1] == ' ')
		line[--n] = '\0';
	line += strspn(line, " ");
	if (*line && strlen(line) <= max)
		return line;
	ir_fail(err, IR_USAGE, *line ? "%s has more than %zu bytes" : "%s is empty", what, max);
	ir_hint(err, "shorten it, and say the rest with -m");
	return NULL;
}

/* ---- open, add */

static int
gather(struct run *r, char **operands, struct ir_err *err)
{
	if (*operands && ir_plan_read(r->ctx, operands, ir_incident_about, r->ctx->env, &r->in, err) < 0)
		return -1;
	ir_incident_gather(r->ctx->arena, &r->in, &r->about);
	return 0;
}

static void
take_gathered(struct run *r, struct ir_incident *i)
{
	struct ir_arena *arena = r->ctx->arena;

	for (size_t k = 0; k < r->about.alerts.n; k++)
		ir_list_add_once(arena, &i->alerts, r->about.alerts.v[k]);
	for (size_t k = 0; k < r->about.services.n; k++)
		ir_list_add_once(arena, &i->services, r->about.services.v[k]);
	for (size_t k = 0; k < r->common->services.n; k++)
		ir_list_add_once(arena, &i->services, r->common->services.v[k]);
	for (size_t k = 0; k < r->about.alerts.n; k++)
		ir_list_add_once(arena, &i->h.refs, r->about.alerts.v[k]);
	for (size_t k = 0; k < r->about.refs.n; k++)
		ir_list_add_once(arena, &i->h.refs, r->about.refs.v[k]);
}

static int
refuse_second(struct run *r, const char *id, struct ir_err *err)
{
	struct ir_incident *v;
	size_t n;

	if (ir_incident_all(r->ctx, r->ctx->env, true, &v, &n, err) < 0)
		return -1;
	/* the same title and the same beginning are the same incident */
	for (size_t k = 0; id && k < n; k++)
		if (strcmp(v[k].h.id, id) == 0)
			return ir_fail(err, IR_REFUSED, "%s is open already, with this title and beginning", id);
	if (n == 0 || r->o->another)
		return 0;
	ir_fail(err, IR_REFUSED, "%s is open in environment '%s': %s", v->h.id, r->ctx->env, v->title);
	return ir_hint(err, "add to it: ir-incident add %s HANDLE …; or say --another", v->h.id);
}

/* The same title and beginning as one that was closed: it is that one, and goes on. */
static bool
was_closed(struct run *r, const char *id)
{
	struct ir_err none = IR_ERR_INIT;
	const struct ir_incident *i = ir_incident_known(r->ctx, id, &none);

	return i && i->state && strcmp(i->state, "closed") == 0;
}

static void
describe(struct run *r, struct ir_incident *i)
{
	int64_t now_ms = ir_now_ms();

	i->state = "open";
	i->severity = r->o->severity ? r->o->severity : r->about.severity;
	i->opened_by = r->ctx->who;
	i->opened_ms = now_ms;
	i->began_ms = r->o->at_ms != IR_TIME_NONE         ? r->o->at_ms
		      : r->about.began_ms != IR_TIME_NONE ? r->about.began_ms
							  : now_ms;
	i->h.time_ms = i->began_ms;
	i->h.env = r->ctx->env;
	take_gathered(r, i);
}

static int
do_open(struct run *r, char **operands, struct ir_err *err)
{
	struct ir_incident *i = IR_NEW(r->ctx->arena, struct ir_incident);
	char id[IR_ID_MAX];

	if (!operands[0] || !*operands[0] || strcmp(operands[0], "-") == 0 ||
	    ir_id_valid(operands[0], strlen(operands[0]))) {
		ir_fail(err, IR_USAGE, "'open' takes a title first");
		return ir_hint(err, "write ir-incident open \"Checkout is down\" [HANDLE …|-]");
	}
	ir_row_init(&ir_kind_incident, i);
	i->title = one_line(r, "the title", operands[0], TITLE_MAX, err);
	i->lead = i->title && r->o->lead ? one_line(r, "the lead", r->o->lead, WHO_MAX, err) : NULL;
	if (!i->title || (r->o->lead && !i->lead) || refuse_second(r, NULL, err) < 0 ||
	    gather(r, operands + 1, err) < 0)
		return -1;
	describe(r, i);
	ir_rec_id(&ir_kind_incident, i, r->ctx->env, r->ctx->run, id);
	/* what is given was waited for: now nobody else can open one */
	if ((!r->o->dry && ir_incident_lock(r->ctx, &r->lock, err) < 0) || refuse_second(r, id, err) < 0)
		return -1;
	r->change = (struct ir_incident_change){
		.incident = i, .event = was_closed(r, id) ? "reopened" : "opened", .about = &r->about.about
	};
	return apply(r, err);
}

static int
do_add(struct run *r, char **operands, struct ir_err *err)
{
	const char *handle = take_handle(&operands);
	struct ir_incident *i = meant(r, handle, err);

	if (!i)
		return -1;
	if (!*operands) {
		ir_fail(err, IR_USAGE, "'add' takes handles of what belongs to it");
		return ir_hint(err, "write ir-incident add HANDLE …, or - for rows on standard input");
	}
	i = gather(r, operands, err) < 0 ? NULL : mine(r, handle, err);
	if (!i)
		return -1;
	take_gathered(r, i);
	r->change = (struct ir_incident_change){
		.incident = i, .event = "joined", .about = &r->about.about, .no_post = !r->o->post
	};
	return apply(r, err);
}

/* ---- note */

static int
read_note(struct ir_ctx *ctx, const char **ret, struct ir_err *err)
{
	char *text = ir_arena_alloc(ctx->arena, NOTE_MAX + 2);
	size_t n = 0;
	ssize_t got;

	while (n <= NOTE_MAX && (got = read(STDIN_FILENO, text + n, NOTE_MAX + 1 - n)) > 0)
		n += (size_t)got;
	if (n > NOTE_MAX)
		return ir_fail(err, IR_DATA, "a note has at most %d KiB", NOTE_MAX >> 10);
	while (n && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	text[n] = '\0';
	*ret = text;
	return memchr(text, '\0', n) ? ir_fail(err, IR_DATA, "a note is text: it has no zero bytes") : 0;
}

static int
do_note(struct run *r, char **operands, struct ir_err *err)
{
	const char *handle = take_handle(&operands), *text = *operands ? *operands++ : r->o->message;
	struct ir_incident *i;

	if (text && strcmp(text, "-") == 0 && read_note(r->ctx, &text, err) < 0)
		return -1;
	if (!text || !*text) {
		ir_fail(err, IR_USAGE, "'note' takes a text");
		return ir_hint(
		    err, "write ir-incident note \"what was seen or done\", or - to read it from standard input");
	}
	if (strlen(text) > NOTE_MAX)
		return ir_fail(err, IR_USAGE, "a note has at most %d KiB", NOTE_MAX >> 10);
	i = no_more(operands, err) < 0 ? NULL : meant(r, handle, err);
	if (!i)
		return -1;
	ir_row_init(&ir_kind_note, &r->note);
	r->note.h.status = IR_STATUS_OK;
	r->note.h.time_ms = r->o->at_ms != IR_TIME_NONE ? r->o->at_ms : ir_now_ms();
	r->note.h.subject = "note";
	r->note.h.service = i->services.n ? i->services.v[0] : NULL;
	r->note.h.summary = ir_asprintf(r->ctx->arena, "%s: %s", r->ctx->who, text);
	ir_list_add(r->ctx->arena, &r->note.h.refs, i->h.id);
	r->note.incident = i->h.id;
	r->note.who = r->ctx->who;
	r->note.text = text;
	r->note.written_ms = ir_now_ms();
	r->change = (struct ir_incident_change){
		.incident = i, .note = &r->note, .message = text, .no_post = !r->o->post, .no_ticket = !r->o->post
	};
	return apply(r, err);
}

/* ---- severity, assign, close */

/* "SEV2" and "2" are sev2, too. NULL: it is none. */
static const char *
severity_of(const char *word)
{
	for (size_t i = 0; word && ir_severities[i]; i++) {
		if (strcasecmp(word, ir_severities[i]) == 0 || strcmp(word, ir_severities[i] + strlen("sev")) == 0)
			return ir_severities[i];
	}
	return NULL;
}

static int
do_severity(struct run *r, char **operands, struct ir_err *err)
{
	const char *handle = take_handle(&operands), *word = severity_of(*operands);
	struct ir_incident *i;

	operands += *operands != NULL;
	if (!word) {
		ir_fail(err, IR_USAGE, "'severity' takes one of sev1, the worst, to sev5");
		return ir_hint(err, "write ir-incident severity sev2");
	}
	i = no_more(operands, err) < 0 ? NULL : mine(r, handle, err);
	if (!i)
		return -1;
	i->severity = word;
	r->change = (struct ir_incident_change){ .incident = i, .event = "severity" };
	return apply(r, err);
}

static int
do_assign(struct run *r, char **operands, struct ir_err *err)
{
	const char *handle = take_handle(&operands), *who = *operands ? *operands++ : r->ctx->who;
	struct ir_incident *i = NULL;

	if (no_more(operands, err) == 0 && (who = one_line(r, "the lead", who, WHO_MAX, err)))
		i = mine(r, handle, err);
	if (!i)
		return -1;
	i->lead = who;
	r->change = (struct ir_incident_change){ .incident = i, .event = "assigned" };
	return apply(r, err);
}

static int
do_close(struct run *r, char **operands, struct ir_err *err)
{
	const char *handle = take_handle(&operands);
	struct ir_incident *i = no_more(operands, err) < 0 ? NULL : mine(r, handle, err);

	if (!i)
		return -1;
	if (i->state && strcmp(i->state, "closed") == 0) {
		char at[IR_TIME_MAX];

		return ir_fail(err, IR_REFUSED, "%s is closed already%s%s", i->h.id,
		    i->closed_ms == IR_TIME_NONE ? "" : ", since ",
		    i->closed_ms == IR_TIME_NONE ? "" : ir_time_format(at, i->closed_ms));
	}
	i->state = "closed";
	i->closed_ms = r->o->at_ms != IR_TIME_NONE ? r->o->at_ms : ir_now_ms();
	if (i->began_ms != IR_TIME_NONE && i->closed_ms < i->began_ms) {
		char at[IR_TIME_MAX];

		return ir_fail(
		    err, IR_USAGE, "--at: %s began after that, at %s", i->h.id, ir_time_format(at, i->began_ms));
	}
	r->change = (struct ir_incident_change){ .incident = i, .event = "closed" };
	return apply(r, err);
}

/* ---- list, show */

/* As it stands, which is more than its newest record says. Not journalled again. */
static void
as_record(struct run *r, struct ir_incident *i, struct ir_rec *rec)
{
	char key[IR_SHA_HEX];

	i->h.summary = ir_incident_summary(r->ctx->arena, i);
	rec->kind = &ir_kind_incident;
	rec->obj = ir_rec_from_row(&ir_kind_incident, i, r->ctx->command, r->ctx->run, i->h.env, key);
	rec->line = ir_rec_encode(r->ctx->arena, rec->obj, &rec->len);
}

static int
do_list(struct run *r, char **operands, struct ir_err *err)
{
	struct ir_incident *v;
	size_t n;

	if (no_more(operands, err) < 0 ||
	    ir_incident_all(r->ctx, r->o->all ? NULL : r->ctx->env, !r->o->all, &v, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct ir_rec rec;

		as_record(r, &v[i], &rec);
		ir_out_pass(r->ctx->out, &rec);
		json_decref(rec.obj);
	}
	ir_out_flush(r->ctx->out);
	if (n == 0 && ir_out_terminal(r->ctx->out))
		ir_trace(r->ctx, 0, "no incident is open in environment '%s'", r->ctx->env);
	return IR_OK;
}

static void
show_whole(struct run *r, const struct ir_rec *rec)
{
	struct ir_term term = ir_term_of(STDOUT_FILENO, r->common->color);
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	struct ir_in_rec one = { .rec = *rec };
	struct ir_in in = { .v = &one, .n = 1 };
	struct ir_refs refs;

	ir_buf_init(&b, SHOWN_MAX);
	ir_refs_look_up(&refs, &in, r->ctx->journal);
	ir_detail(&b, &term, rec, ir_now_ms(), ir_refs_summary, &refs);
	ir_process_write(STDOUT_FILENO, b.data, b.len);
	ir_refs_done(&refs);
}

static int
do_show(struct run *r, char **operands, struct ir_err *err)
{
	const char *handle = take_handle(&operands);
	struct ir_incident *i = no_more(operands, err) < 0 ? NULL : meant(r, handle, err);
	struct ir_rec rec;

	if (!i)
		return -1;
	as_record(r, i, &rec);
	if (strcmp(r->common->format ? r->common->format : "text", "text") == 0 && !r->common->columns)
		show_whole(r, &rec);
	else
		ir_out_pass(r->ctx->out, &rec);
	ir_out_flush(r->ctx->out);
	json_decref(rec.obj);
	return IR_OK;
}

/* ---- */

static const struct verb {
	const char *name, *doc;
	int (*run)(struct run *, char **operands, struct ir_err *);
	bool writes;
} verbs[] = {
	{ "open", "TITLE [HANDLE|- ...]: begin one", do_open, true },
	{ "add", "HANDLE|- ...: alerts and other records belong to it", do_add, true },
	{ "note", "TEXT|-: what was seen or done", do_note, true },
	{ "severity", "sev1|...|sev5: how bad it is", do_severity, true },
	{ "assign", "[WHO]: who leads; by default this user", do_assign, true },
	{ "close", "it is over", do_close, true },
	{ "list", "the open ones", do_list, false },
	{ "show", "how it stands, whole", do_show, false },
};

enum { VERBS = sizeof(verbs) / sizeof(*verbs) };

static void
complete_verb(struct ir_ctx *ctx, const char *prefix, void (*add)(void *, const char *, const char *), void *arg)
{
	for (size_t i = 0; i < VERBS; i++)
		add(arg, verbs[i].name, verbs[i].doc);
	for (size_t i = 0; strncmp(prefix, "sev", 3) == 0 && ir_severities[i]; i++)
		add(arg, ir_severities[i], i == 0 ? "the worst" : NULL);
	ir_values_incident.ask(ctx, prefix, add, arg);
	/* what it may be about, when that is asked for */
	if (strlen(prefix) >= 3 && strncmp(prefix, "inc", 3) != 0)
		ir_values_handle.ask(ctx, prefix, add, arg);
}

static const struct verb *
find_verb(const char *name, struct ir_err *err)
{
	const char *names[VERBS + 1] = { NULL };
	const char *near;

	for (size_t i = 0; i < VERBS; i++) {
		names[i] = verbs[i].name;
		if (name && strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	}
	near = name ? ir_suggest(name, names) : NULL;
	if (!name)
		ir_fail(err, IR_USAGE, "what is to be done with the incident is not said");
	else
		ir_fail(err, IR_USAGE, "'%s' is nothing that can be done with an incident", name);
	if (near)
		ir_hint(err, "did you mean '%s'?", near);
	else
		ir_hint(err, "use one of open, add, note, severity, assign, close, list, show");
	return NULL;
}

static int
check(const struct opts *o, const struct verb *v, struct ir_err *err)
{
	const char *word = o->another && v->run != do_open                    ? "--another"
			   : o->severity && v->run != do_open                 ? "--severity"
			   : o->lead && v->run != do_open                     ? "--lead"
			   : o->all && v->run != do_list                      ? "--all"
			   : o->post && v->run != do_note && v->run != do_add ? "--post"
			   : o->dry && !v->writes                             ? "--dry-run"
			   : o->message && !v->writes                         ? "--message"
			   : o->at_ms != IR_TIME_NONE && v->run != do_open && v->run != do_note && v->run != do_close
			       ? "--at"
			       : NULL;

	if (word)
		return ir_fail(err, IR_USAGE, "'%s' has no meaning for '%s'", word, v->name);
	if (o->at_ms != IR_TIME_NONE && o->at_ms > ir_now_ms() + AHEAD_MS)
		return ir_fail(err, IR_USAGE, "--at: that is still to come");
	return 0;
}

static int
run(struct ir_ctx *ctx, const struct ir_common *common, const void *arg, char **operands, struct ir_err *err)
{
	struct run r = { .ctx = ctx, .common = common, .o = arg, .lock = -1 };
	const struct verb *v = find_verb(operands[0], err);
	int ret;

	if (!v || check(r.o, v, err) < 0 || !ir_loop_new(ctx, err))
		return -1;
	ir_place_find(ctx, r.o->project, &r.place);
	ctx->env = r.place.env;
	ret = v->run(&r, operands + 1, err);
	ir_incident_unlock(&r.lock);
	ir_in_done(&r.in);
	return ret;
}

static const struct ir_kind *const kinds[] = { &ir_kind_incident, &ir_kind_note, &ir_kind_action, &ir_kind_plan,
	&ir_kind_error, &ir_kind_end, NULL };

static const struct ir_example examples[] = {
	{ "ir-alerts | ir-incident open 'Checkout is down' -", "began with the earliest of these alerts" },
	{ "ir-incident note 'rolled web back to 1.8.1'", "for the timeline; --at 02:10 when it was earlier" },
	{ "ir-incident severity sev1 -m 'nobody can pay'", "it is worse than was thought" },
	{ "ir-incident assign ana", "ana leads the response" },
	{ "ir-incident close -m 'errors are back to the baseline since 02:40'", "it is over" },
	{ "ir-incident list", "what is open here" },
	{ NULL, NULL },
};

static const struct ir_values operand_values = { .name = "verb", .ask = complete_verb };

int
main(int argc, char **argv)
{
	static const struct ir_cmd cmd = {
		.name = "ir-incident",
		.brief = "open, note, hand over and close an incident, and tell the others",
		.operands = "VERB [INCIDENT] [TEXT|HANDLE|- ...]",
		.operand_values = &operand_values,
		.role = IR_ACTOR,
		.with = IR_WITH_OUTPUT | IR_WITH_DEADLINE | IR_WITH_SERVICE,
		.timeout = "5s",
		.deadline = "15s",
		.opts = opts,
		.optsize = sizeof(struct opts),
		.kinds = kinds,
		.examples = examples,
		.run = run,
	};

	return ir_main(&cmd, argc, argv);
}
