/* timeline_priv - what the files of timeline share. Private to lib/incident. */
#ifndef IR_INCIDENT_TIMELINE_PRIV_H
#define IR_INCIDENT_TIMELINE_PRIV_H

#include "incident/timeline.h"

enum { TL_KEY = 16, TL_KIND = 24, TL_STATUS = 16 };

/* timeline_map.c: keys, numbered as they come. Slots depend on a random salt, so that nobody can make keys that meet. */
struct tl_map {
	uint64_t  salt;
	uint8_t (*keys)[TL_KEY];	/* owned, n of them */
	size_t    n, size;
	uint32_t *slots;		/* owned; number + 1, or 0 */
	size_t    nslots;		/* a power of two */
};
size_t tl_map_add(struct tl_map *, const uint8_t key[static TL_KEY], bool *is_new);
/* The same of a handle. SIZE_MAX: it is none, or there are max others already. */
size_t tl_map_id(struct tl_map *, const char *id, size_t max, bool *is_new);
/* SIZE_MAX: it is not there. */
size_t tl_map_find(const struct tl_map *, const uint8_t key[static TL_KEY]);
void tl_map_done(struct tl_map *);
/* A key of what is short: a byte, and a string of at most TL_KEY - 1 bytes. Of what is long: of its hash. */
void tl_key_short(uint8_t key[static TL_KEY], int type, const char *s);
void tl_key_long(uint8_t key[static TL_KEY], int type, const char *s, size_t n);

/* timeline_rec.c: a record's envelope, without its being parsed where our own encoder made it. */
struct tl_rec {
	const char *line;
	size_t      len;
	json_t     *obj;		/* owned; NULL: not parsed yet */
	char        kind[TL_KIND], id[IR_ID_MAX], run[IR_ID_MAX], status[TL_STATUS];	/* "" when missing or of another form */
	const char *env;		/* in line or obj, not NUL-terminated */
	size_t      env_len;
	int64_t     time_ms;
};
/* 0, or -1: it is none. */
int tl_rec_read(struct tl_rec *, const char *line, size_t len);
/* Parsed; NULL: it is no JSON after all. */
const json_t *tl_rec_obj(struct tl_rec *);
/* A member, "" when it is missing. */
const char *tl_rec_str(struct tl_rec *, const char *key);
int64_t tl_rec_instant(struct tl_rec *, const char *key);
void tl_rec_done(struct tl_rec *);
static inline bool
tl_is(const struct tl_rec *r, const char *kind)
{
	return strcmp(r->kind, kind) == 0;
}

/* timeline_runs.c */
struct tl_run {
	int64_t     at_ms;		/* when it started; IR_TIME_NONE: its start was not seen */
	char        incident[IR_ID_MAX];	/* that was chosen for it; "" */
	const char *env, *host;		/* NULL: not known */
	bool        dry;		/* a dry run */
	bool        about_us;		/* of ir-doctor: how the commands are configured, not how the services are */
	bool        used;		/* something of it was taken */
	const char *end;		/* how it ended; NULL */
};
struct tl_runs {
	struct tl_map  map;
	struct tl_run *v;		/* owned */
	size_t         size;
};
/* NULL: there are too many, or it is no run's id. */
struct tl_run *tl_run_of(struct tl_runs *, const char *id);
void tl_run_started(struct ir_arena *, struct tl_run *, struct tl_rec *);

/* timeline_fold.c */
enum tl_class { TL_SKIP, TL_STATE, TL_ALERT, TL_ONCE, TL_ACTION, TL_EVENT, TL_SUSPECT, TL_ERROR, TL_RAW };

/* A record that is kept. */
struct tl_seen {
	int64_t  at_ms, time_ms, run_ms;
	uint64_t order, state;
	char    *line;			/* owned */
	size_t   len;
	char     status[TL_STATUS];
};

/* Observations of one state that followed each other: the earliest and the latest of them (line NULL: there is but one). */
struct tl_stretch {
	struct tl_seen first, last;
	struct tl_stretch *next;
};

struct tl_entry {
	enum tl_class      class;
	bool               check;	/* of the kind */
	struct tl_stretch *stretches, *now;	/* in no order; the one that is added to */
	size_t             n;			/* stretches */
	size_t             times;		/* that it came */
	uint64_t           told;		/* the state that was told last */
	char               told_status[TL_STATUS];
};

struct ir_timeline {
	struct ir_arena        *arena;
	struct ir_timeline_opts o;
	struct tl_runs          runs;
	struct tl_map           entry_map, ids;
	struct tl_entry        *entries;	/* owned */
	size_t                  entries_size;
	unsigned char          *id_flags;	/* owned */
	size_t                  id_flags_size, n_wanted;
	uint64_t                order;
	int64_t                 clock_ms;	/* the latest that the file at hand told of */
	size_t                  kept, bytes;
	bool                    full;
	bool                    again;		/* only what was asked for is taken */
	bool                    live;		/* events were told: what comes now follows */
	struct ir_timeline_event *events;	/* owned */
	size_t                  n_events, events_size;
	struct ir_list          hosts;
};

enum { TL_WANTED = 1, TL_TAKEN = 2, TL_OURS = 4, TL_ASKED = 8 };

/* timeline.c: the flags of an id; NULL: it is none, or there are too many. */
unsigned char *tl_id(struct ir_timeline *, const char *id);

/* timeline_select.c: is it of what is asked for? */
bool tl_selected(struct ir_timeline *, struct tl_rec *, const struct tl_run *, int64_t at_ms);
/* When what it tells of happened. */
int64_t tl_at(const struct ir_timeline *, struct tl_rec *, const struct tl_run *);
/* Note what it refers to. */
void tl_refer(struct ir_timeline *, struct tl_rec *);

/* Take it. 1: it tells something new, *ev says what, when the timeline is live; 0; -1: no record. */
int tl_fold(struct ir_timeline *, struct tl_rec *, struct tl_run *, int64_t at_ms, struct ir_timeline_event *ev);
void tl_entry_done(struct tl_entry *);

/* timeline_events.c: what a change is called. before: the status that was; "" at first. */
void tl_say_state(char what[static 128], const char *before);
void tl_say_alert(char what[static 128], struct tl_rec *);
void tl_say_incident(char what[static 128], struct tl_rec *);
void tl_say_action(char what[static 128], const char *status);

#endif
