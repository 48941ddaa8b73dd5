/* command - open alerts that a program of one's own prints, one JSON object a line; another acknowledges them */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "net/program.h"
#include "pager/pager.h"
#include "rec/foreign.h"

enum { OUTPUT_MAX = 16 << 20, LABELS_MAX = 64, LINKS_MAX = 16 };

struct command {
	struct ir_pager *pager;
	struct ir_program program;
	struct ir_buf ids; /* for ack-command, one a line */
	bool back;         /* the list that is under way is to read back */
};

/* ---- what it prints */

static void
take_list(struct ir_arena *arena, const json_t *v, size_t max, struct ir_list *ret)
{
	for (size_t i = 0; json_is_array(v) && i < json_array_size(v) && i < max; i++) {
		const json_t *s = json_array_get(v, i);

		if (json_is_string(s))
			ir_list_add(arena, ret, ir_foreign_clean(arena, json_string_value(s), json_string_length(s)));
	}
}

static void
take_labels(struct ir_arena *arena, json_t *v, struct ir_list *ret)
{
	const char *key;
	json_t *value;

	json_object_foreach(v, key, value)
	{
		const char *s = ir_foreign_text(arena, v, key);

		if (s && ret->n < LABELS_MAX && !strchr(key, '='))
			ir_list_add(
			    arena, ret, ir_asprintf(arena, "%s=%s", ir_foreign_clean(arena, key, strlen(key)), s));
	}
}

static const char *
state_of(const json_t *o, const struct ir_alert *a)
{
	static const char *const states[] = { "firing", "acked", "silenced", "inhibited", NULL };
	const char *s = json_string_value(json_object_get(o, "state"));

	if (s && (strcmp(s, "acknowledged") == 0 || strcmp(s, "ack") == 0))
		return "acked";
	if (s && strcmp(s, "triggered") == 0)
		return "firing";
	return s && ir_name_index(states, s) >= 0 ? states[ir_name_index(states, s)] : a->acked_by ? "acked" : "firing";
}

/* A line that is none is told, the others count. */
static int
take(struct ir_pager *p, json_t *o, struct ir_err *err)
{
	struct ir_arena *arena = p->look->ctx->arena;
	const char *id = ir_foreign_text(arena, o, "id");
	int64_t ms = ir_foreign_time(json_object_get(o, "time"));
	struct ir_alert *a;

	if (!id)
		id = ir_foreign_number(arena, o, "id");
	if (ms == IR_TIME_NONE)
		ms = ir_foreign_time(json_object_get(o, "since"));
	if (!json_is_object(o) || !id || ms == IR_TIME_NONE)
		return ir_fail(err, IR_DATA, "it needs an \"id\" and a \"time\"");
	/* ack-command gets one a line: of two lines the second would be another alert */
	if (strpbrk(id, "\r\n"))
		return ir_fail(err, IR_DATA, "its \"id\" has more than one line");
	a = ir_pager_add(p);
	if (!a)
		return 0;
	a->alert = id;
	a->h.time_ms = ms;
	a->h.service = ir_foreign_text(arena, o, "service");
	a->name = ir_foreign_text(arena, o, "name");
	a->severity = ir_foreign_text(arena, o, "severity");
	a->description = ir_foreign_text(arena, o, "description");
	a->acked_by = ir_foreign_text(arena, o, "acked_by");
	a->acked_ms = ir_foreign_time(json_object_get(o, "acked_at"));
	a->acked_until_ms = ir_foreign_time(json_object_get(o, "acked_until"));
	a->state = state_of(o, a);
	if (json_is_boolean(json_object_get(o, "mine")))
		a->mine = json_is_true(json_object_get(o, "mine"));
	take_list(arena, json_object_get(o, "assigned"), LINKS_MAX, &a->assigned);
	take_list(arena, json_object_get(o, "links"), LINKS_MAX, &a->links);
	take_labels(arena, json_object_get(o, "labels"), &a->labels);
	return 0;
}

static void
read_lines(struct ir_pager *p, const char *s, size_t n, struct ir_err *err)
{
	size_t lineno = 0;

	for (const char *end = s + n, *nl; s < end; s = nl + 1) {
		IR_CLEANUP(ir_foreign_json_done) json_t *o = NULL;
		struct ir_err bad = IR_ERR_INIT;

		nl = memchr(s, '\n', (size_t)(end - s));
		nl = nl ? nl : end;
		lineno++;
		if (nl == s)
			continue;
		o = ir_foreign_json(s, (size_t)(nl - s));
		if (!o)
			ir_fail(&bad, IR_DATA, "it is not JSON");
		if ((!o || take(p, o, &bad) < 0) && !err->code)
			ir_fail(err, IR_BACKEND, "pager '%s': line %zu of its command is no alert: %s", p->name, lineno,
			    bad.msg);
	}
}

static int
judge(const struct ir_pager *p, const struct ir_program *run, const char *what, struct ir_err *err)
{
	size_t n = run->errs.len ? strcspn(run->errs.data, "\n") : 0;

	if (run->late)
		return ir_fail(err, IR_BACKEND, "pager '%s': %s did not end within %lldms", p->name, what,
		    (long long)run->limit_ms);
	if (run->head.full)
		return ir_fail(
		    err, IR_BACKEND, "pager '%s': %s prints more than %d MiB", p->name, what, OUTPUT_MAX >> 20);
	if (!WIFEXITED(run->status) || WEXITSTATUS(run->status) != 0)
		return ir_fail(err, IR_BACKEND, "pager '%s': %s fails (%s %d)%s%.*s", p->name, what,
		    WIFEXITED(run->status) ? "exit status" : "signal",
		    WIFEXITED(run->status) ? WEXITSTATUS(run->status) : WTERMSIG(run->status), n ? ": " : "",
		    (int)(n < 300 ? n : 300), n ? run->errs.data : "");
	return 0;
}

/* ---- the list */

static int
run_program(struct command *c, const char *key, void (*ended)(void *, struct ir_program *), enum ir_effect effect,
    struct ir_err *err)
{
	struct ir_ctx *ctx = c->pager->look->ctx;
	char *argv[] = { ir_strdup(ctx->arena, "sh"), ir_strdup(ctx->arena, "-c"),
		ir_strdup(ctx->arena, ir_pager_key(c->pager, key)), NULL };
	int64_t at_us = ir_mono_us() + ctx->timeout_ms * 1000;

	c->program = (struct ir_program){ .head_max = OUTPUT_MAX, .ended = ended, .arg = c };
	if (effect == IR_WRITE) {
		c->program.input = c->ids.data;
		c->program.input_len = c->ids.len;
	}
	return ir_program_start(ctx, effect, argv, ctx->conf ? ctx->conf->root : NULL, NULL,
	    at_us < ctx->deadline_us ? at_us : ctx->deadline_us, &c->program, err);
}

static void
on_list(void *arg, struct ir_program *run)
{
	struct command *c = arg;
	struct ir_pager *p = c->pager;
	struct ir_err err = IR_ERR_INIT;

	if (judge(p, run, "command", &err) < 0 && run->head.len && run->head.data[run->head.len - 1] != '\n') {
		const char *nl = memrchr(run->head.data, '\n', run->head.len);

		run->head.len = nl ? (size_t)(nl - run->head.data) + 1 : 0;
	}
	read_lines(p, run->head.data, run->head.len, &err);
	ir_program_done(run);
	ir_pager_listed(p, err.code ? &err : NULL);
}

static int
list(struct ir_pager *p, struct ir_err *err)
{
	struct command *c = IR_NEW(p->look->ctx->arena, struct command);

	p->priv = c;
	c->pager = p;
	return run_program(c, "command", on_list, IR_READ, err);
}

/* ---- acks */

static int
choose(struct ir_pager *p, struct ir_pager_job *job, struct ir_err *err)
{
	struct ir_arena *arena = p->look->ctx->arena;
	struct ir_pager_step *step = IR_NEW(arena, struct ir_pager_step);

	if (!ir_pager_key(p, "ack-command")) {
		ir_fail(err, IR_CONFIG, "pager '%s' has no ack-command", p->name);
		return ir_hint(err, "add ack-command = PROGRAM to %s", p->origin);
	}
	step->items = IR_NEW_N(arena, size_t, job->n + 1);
	for (size_t i = 0; i < job->n; i++) {
		struct ir_pager_item *it = &job->items[i];

		if (it->status != IR_STATUS_PLANNED)
			continue;
		it->no_undo = true;
		if (strcmp(it->alert->state, "acked") == 0) {
			it->status = IR_STATUS_NOOP;
			it->by = it->alert->acked_by;
		} else {
			step->items[step->n++] = i;
		}
	}
	if (step->n == 0)
		return 0;
	step->summary = ir_asprintf(arena, "give %zu id%s to ack-command", step->n, step->n == 1 ? "" : "s");
	job->steps = step;
	job->n_steps = 1;
	return 0;
}

/* By reading back: acked, or gone. */
static void
settle(struct ir_pager *p, const struct ir_pager *now, struct ir_pager_item *it)
{
	const struct ir_alert *a = NULL;

	for (size_t i = 0; i < now->n && !a; i++)
		if (strcmp(now->alerts[i]->alert, it->alert->alert) == 0)
			a = now->alerts[i];
	if (it->status != IR_STATUS_PLANNED)
		return;
	if (!a) {
		it->status = IR_STATUS_NOOP;
		it->reason = "resolved in between";
	} else if (strcmp(a->state, "acked") == 0) {
		it->status = IR_STATUS_DONE;
		it->reason = NULL;
		it->until_ms = a->acked_until_ms;
		it->by = a->acked_by;
	} else {
		it->status = IR_STATUS_FAILED;
		/* what ack-command said, when it failed */
		if (!it->reason)
			it->reason = ir_asprintf(
			    p->look->ctx->arena, "ack-command ended well, but command still tells it as %s", a->state);
	}
}

static void
on_back(void *arg, struct ir_program *run)
{
	struct command *c = arg;
	struct ir_pager *p = c->pager;
	struct ir_pager now = { .ops = p->ops, .name = p->name, .look = p->look };
	struct ir_err err = IR_ERR_INIT;

	if (judge(p, run, "command", &err) == 0)
		read_lines(&now, run->head.data, run->head.len, &err);
	for (size_t i = 0; !err.code && i < p->job->n; i++)
		settle(p, &now, &p->job->items[i]);
	ir_program_done(run);
	ir_buf_done(&c->ids);
	ir_pager_acted(p, err.code ? &err : NULL);
}

static void
on_acked(void *arg, struct ir_program *run)
{
	struct command *c = arg;
	struct ir_pager *p = c->pager;
	struct ir_err err = IR_ERR_INIT;
	int bad = judge(p, run, "ack-command", &err);

	ir_program_done(run);
	for (size_t i = 0; bad && i < p->job->n; i++) {
		struct ir_pager_item *it = &p->job->items[i];

		if (it->status == IR_STATUS_PLANNED)
			it->reason = ir_strdup(p->look->ctx->arena, err.msg);
	}
	if (run_program(c, "command", on_back, IR_READ, &err) < 0)
		ir_pager_acted(p, &err);
}

static int
act(struct ir_pager *p, struct ir_pager_job *job, struct ir_err *err)
{
	struct command *c = p->priv;

	ir_buf_init(&c->ids, OUTPUT_MAX);
	for (size_t i = 0; i < job->steps->n; i++)
		ir_buf_addf(&c->ids, "%s\n", job->items[job->steps->items[i]].alert->alert);
	return run_program(c, "ack-command", on_acked, IR_WRITE, err);
}

static void
stop(struct ir_pager *p)
{
	struct command *c = p->priv;

	if (!c)
		return;
	ir_program_stop(&c->program);
	ir_program_done(&c->program);
	ir_buf_done(&c->ids);
}

static int
check(struct ir_ctx *ctx, const struct ir_section *s, struct ir_err *err)
{
	(void)ctx;
	if (ir_conf_value(s, "command"))
		return 0;
	ir_fail(err, IR_CONFIG, "a pager of type command needs one");
	return ir_hint(err, "add command = PROGRAM that prints open alerts");
}

const struct ir_pager_ops ir_pager_command = {
	.name = "command",
	.check = check,
	.list = list,
	.choose = choose,
	.act = act,
	.stop = stop,
};
