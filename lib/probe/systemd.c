/* systemd - what `systemctl show` says of a unit, and what that means */

#include "base/num.h"
#include "probe/systemd.h"

struct facts {
	const char *load, *active, *sub, *result, *type;
	int64_t status, restarts, active_us, inactive_us;
};

static const char *
property(struct ir_arena *arena, const char *text, size_t n, const char *key)
{
	size_t len = strlen(key);

	for (const char *end = text + n, *p = text; p < end;) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t line = (size_t)((eol ? eol : end) - p);

		if (line > len && p[len] == '=' && memcmp(p, key, len) == 0)
			return ir_strndup(arena, p + len + 1, line - len - 1);
		p += line + 1;
	}
	return "";
}

static int64_t
number(struct ir_arena *arena, const char *text, size_t n, const char *key)
{
	int64_t ret;

	return ir_parse_int(property(arena, text, n, key), 0, INT64_MAX, &ret, NULL) < 0 ? INT64_MIN : ret;
}

/* " for 3h", or "". */
static const char *
since(struct ir_arena *arena, int64_t at_us, int64_t mono_us, const char *fmt)
{
	char age[IR_NUM_MAX];

	if (at_us <= 0 || at_us > mono_us)
		return "";
	return ir_asprintf(arena, "%s%s", fmt, ir_format_age(age, (mono_us - at_us) / 1000));
}

static void
say(struct ir_check *row, enum ir_status status, const char *summary, const char *hint)
{
	row->h.status = status;
	row->h.summary = summary;
	row->hint = hint;
}

static void
judge_inactive(struct ir_arena *arena, const struct facts *f, int64_t mono_us, struct ir_check *row)
{
	const char *ago = since(arena, f->inactive_us, mono_us, " since ");

	if (strcmp(f->type, "oneshot") == 0 && strcmp(f->result, "success") == 0 && f->inactive_us > 0)
		say(row, IR_STATUS_OK, ir_asprintf(arena, "inactive%s, its last run succeeded", ago), NULL);
	else if (f->inactive_us <= 0 && f->active_us <= 0)
		say(row, IR_STATUS_FAIL, "inactive, never started since boot",
		    ir_asprintf(arena, "systemctl start %s", row->unit));
	else
		say(row, IR_STATUS_FAIL, ir_asprintf(arena, "inactive (%s)%s", f->sub, ago),
		    ir_asprintf(arena, "systemctl start %s", row->unit));
}

static void
judge_facts(struct ir_arena *arena, const struct facts *f, int64_t mono_us, struct ir_check *row)
{
	const char *logs = ir_asprintf(arena, "journalctl -u %s -n 50", row->unit);

	if (strcmp(f->load, "loaded") != 0) {
		say(row,
		    strcmp(f->load, "not-found") == 0 || strcmp(f->load, "masked") == 0 ? IR_STATUS_FAIL
											: IR_STATUS_UNKNOWN,
		    strcmp(f->load, "not-found") == 0 ? "there is no such unit"
						      : ir_asprintf(arena, "the unit is not loaded: %s", f->load),
		    ir_asprintf(arena, "systemctl status %s", row->unit));
	} else if (strcmp(f->active, "active") == 0 || strcmp(f->active, "reloading") == 0) {
		say(row, IR_STATUS_OK,
		    ir_asprintf(arena, "%s (%s)%s", f->active, f->sub, since(arena, f->active_us, mono_us, ", up ")),
		    NULL);
	} else if (strcmp(f->active, "failed") == 0) {
		say(row, IR_STATUS_FAIL,
		    ir_asprintf(arena, "failed%s: %s%s", since(arena, f->inactive_us, mono_us, ", since "), f->result,
			f->status > 0 ? ir_asprintf(arena, ", exit %lld", (long long)f->status) : ""),
		    logs);
	} else if (strcmp(f->sub, "auto-restart") == 0) {
		say(row, IR_STATUS_FAIL,
		    ir_asprintf(arena, "restarting: %lld restarts, last result %s",
			(long long)(f->restarts > 0 ? f->restarts : 0), f->result),
		    logs);
	} else if (strcmp(f->active, "activating") == 0 || strcmp(f->active, "deactivating") == 0) {
		say(row, IR_STATUS_WARN, ir_asprintf(arena, "%s (%s)", f->active, f->sub), NULL);
	} else if (strcmp(f->active, "inactive") == 0) {
		judge_inactive(arena, f, mono_us, row);
	} else {
		say(row, IR_STATUS_UNKNOWN, ir_asprintf(arena, "in a state not known: %s", f->active), logs);
	}
}

void
ir_unit_judge(struct ir_arena *arena, const char *text, size_t n, int64_t mono_us, struct ir_check *row)
{
	struct facts f = {
		property(arena, text, n, "LoadState"),
		property(arena, text, n, "ActiveState"),
		property(arena, text, n, "SubState"),
		property(arena, text, n, "Result"),
		property(arena, text, n, "Type"),
		number(arena, text, n, "ExecMainStatus"),
		number(arena, text, n, "NRestarts"),
		number(arena, text, n, "ActiveEnterTimestampMonotonic"),
		number(arena, text, n, "InactiveEnterTimestampMonotonic"),
	};
	const char *id = property(arena, text, n, "Id");

	if (*id)
		row->unit = id;
	row->active_state = *f.active ? f.active : NULL;
	row->sub_state = *f.sub ? f.sub : NULL;
	row->result = *f.result ? f.result : NULL;
	row->restarts = f.restarts;
	row->exit_code = f.status;
	judge_facts(arena, &f, mono_us, row);
}
