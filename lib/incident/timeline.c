/* timeline - records in, and what others say of them */
#include "incident/timeline.h"

#include <string.h>

#include "incident/timeline_priv.h"

enum { IDS_MAX = 400000, HOSTS_MAX = 100 };

unsigned char *
tl_id(struct ir_timeline *tl, const char *id)
{
	bool is_new;
	size_t i = tl_map_id(&tl->ids, id, IDS_MAX, &is_new);

	if (i == SIZE_MAX)
		return NULL;
	if (i >= tl->id_flags_size) {
		tl->id_flags_size = tl->id_flags_size ? 2 * tl->id_flags_size : 256;
		tl->id_flags = realloc(tl->id_flags, tl->id_flags_size);
		if (!tl->id_flags)
			ir_oom();
	}
	if (is_new)
		tl->id_flags[i] = 0;
	return &tl->id_flags[i];
}

struct ir_timeline *
ir_timeline_new(struct ir_arena *arena, const struct ir_timeline_opts *o)
{
	struct ir_timeline *tl = IR_NEW(arena, struct ir_timeline);

	tl->arena = arena;
	tl->o = *o;
	tl->clock_ms = IR_TIME_NONE;
	for (size_t i = 0; i < o->n; i++) {
		for (size_t k = 0; k < o->incidents[i].alerts.n; k++) {
			unsigned char *id = tl_id(tl, o->incidents[i].alerts.v[k]);

			if (id)
				*id |= TL_OURS | TL_WANTED;
		}
	}
	return tl;
}

void
ir_timeline_done(struct ir_timeline *tl)
{
	for (size_t i = 0; i < tl->entry_map.n; i++)
		tl_entry_done(&tl->entries[i]);
	free(tl->entries);
	free(tl->events);
	free(tl->id_flags);
	free(tl->runs.v);
	tl_map_done(&tl->entry_map);
	tl_map_done(&tl->ids);
	tl_map_done(&tl->runs.map);
	*tl = (struct ir_timeline){ 0 };
}

void
ir_timeline_again(struct ir_timeline *tl)
{
	tl->again = true;
}

void
ir_timeline_source(struct ir_timeline *tl)
{
	tl->clock_ms = IR_TIME_NONE;
}

bool
ir_timeline_full(const struct ir_timeline *tl)
{
	return tl->full;
}

/* Kinds whose time is that of their being written. */
static void
watch_clock(struct ir_timeline *tl, const struct tl_rec *r)
{
	static const char *const kinds[] = { "start", "end", "check", "action", "error", NULL };

	if (ir_name_index(kinds, r->kind) >= 0 && r->time_ms != IR_TIME_NONE &&
	    (tl->clock_ms == IR_TIME_NONE || r->time_ms > tl->clock_ms))
		tl->clock_ms = r->time_ms;
}

static void
note_host(struct ir_timeline *tl, const struct tl_run *run)
{
	if (run->host && tl->hosts.n < HOSTS_MAX)
		ir_list_add_once(tl->arena, &tl->hosts, run->host);
}

static int
take_record(struct ir_timeline *tl, struct tl_rec *r, struct tl_run *run, struct ir_timeline_event *ev)
{
	int64_t at = tl_at(tl, r, run);
	unsigned char *id;
	int ret;

	if (!tl_selected(tl, r, run, at))
		return 0;
	id = tl_id(tl, r->id);
	/* the id of an error is of one run: it is a copy, as of the shared journal, and not another time */
	if (tl_is(r, "error") && id && (*id & TL_TAKEN) && !tl->o.all)
		return 0;
	ret = tl_fold(tl, r, run, at, ev);
	if (ret < 0)
		return -1;
	if (id && !(*id & TL_TAKEN)) {
		*id |= TL_TAKEN;
		tl_refer(tl, r);
	}
	if (run && !run->used) {
		run->used = true;
		note_host(tl, run);
	}
	return ret;
}

static int
take(struct ir_timeline *tl, struct tl_rec *r, struct ir_timeline_event *ev)
{
	const unsigned char *id = tl->again ? tl_id(tl, r->id) : NULL;
	struct tl_run *run = tl_run_of(&tl->runs, r->run);

	if (tl->again && !(id && (*id & TL_ASKED)))
		return 0;
	tl->order++;
	watch_clock(tl, r);
	if (tl_is(r, "start")) {
		if (run)
			tl_run_started(tl->arena, run, r);
		return 0;
	}
	if (tl_is(r, "end")) {
		if (run && tl->o.ends && !run->end && run->used)
			run->end = ir_strndup(tl->arena, r->line, r->len);
		return 0;
	}
	return take_record(tl, r, run, ev);
}

int
ir_timeline_follow(struct ir_timeline *tl, const char *line, size_t len, struct ir_timeline_event *ev)
{
	struct tl_rec r;
	int ret = tl_rec_read(&r, line, len);

	if (ret == 0)
		ret = take(tl, &r, ev);
	tl_rec_done(&r);
	return ret;
}

int
ir_timeline_take(struct ir_timeline *tl, const char *line, size_t len)
{
	struct ir_timeline_event ev;

	return ir_timeline_follow(tl, line, len, &ev) < 0 ? -1 : 0;
}

void
ir_timeline_wanted(struct ir_timeline *tl, struct ir_list *ids)
{
	for (size_t i = 0; i < tl->ids.n; i++) {
		if (!(tl->id_flags[i] & TL_WANTED) || (tl->id_flags[i] & (TL_TAKEN | TL_ASKED)))
			continue;
		tl->id_flags[i] |= TL_ASKED;
		ir_list_add(tl->arena, ids, ir_strndup(tl->arena, (const char *)tl->ids.keys[i] + 1, TL_KEY - 1));
	}
}

void
ir_timeline_ends(struct ir_timeline *tl, struct ir_list *lines)
{
	for (size_t i = 0; i < tl->runs.map.n; i++) {
		if (tl->runs.v[i].used && tl->runs.v[i].end)
			ir_list_add(tl->arena, lines, tl->runs.v[i].end);
	}
}

const struct ir_list *
ir_timeline_hosts(struct ir_timeline *tl)
{
	return &tl->hosts;
}
