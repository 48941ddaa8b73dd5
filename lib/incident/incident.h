/*
 * incident - what responders work on together, as the journal remembers it
 *
 * An incident is a record that is observed again with each event: opened, severity, assigned, ticket, joined, closed; the newest says how it stands.
 *
 * Which run is of which incident is not written but follows: a run is of the incident that was chosen for it (--incident, IR_INCIDENT: the member `incident` of its
 * `start`); else of each incident of its environment that was open when it ran, or that began before it ran and was opened after.
 */
#ifndef IR_INCIDENT_INCIDENT_H
#define IR_INCIDENT_INCIDENT_H

#include "base/ctx.h"
#include "rec/journal.h"
#include "rec/kinds.h"
#include "rec/rec.h"

enum { IR_INCIDENTS = 200 };

extern const char *const ir_severities[];	/* "sev1" … "sev5", NULL-terminated */

/* How each incident stands, newest first (by time), at most IR_INCIDENTS, from the journal: of env (NULL: of all), open ones only when open. In the arena. Reads no configuration, and no network unless the journal is shared. 0, or -1 with IR_IO. */
int ir_incident_all(struct ir_ctx *, const char *env, bool open, struct ir_incident **ret, size_t *n, struct ir_err *);

/* The one that is meant: ctx->incident (a handle) if that is set, else the open one of env. NULL with err->code IR_OK: there is none. NULL with IR_USAGE: several are open and none was chosen (all named), or the handle is of none. */
struct ir_incident *ir_incident_current(struct ir_ctx *, const char *env, struct ir_err *);

/* How the one with this id stands. NULL: with IR_USAGE the journal knows none, else err is of the journal. */
struct ir_incident *ir_incident_known(struct ir_ctx *, const char *id, struct ir_err *);

/* Held from the look at how incidents stand to the record that says how they stand then, so that of two runs at once none takes back what the other said. A lock is of a journal directory: of those who share
 * a journal by a server only the runs on one machine wait for each other. 0; -1 with IR_IO, or IR_REFUSED when another has it for too long. *ret: for unlock, which may be called again; -1 without a journal. */
int ir_incident_lock(struct ir_ctx *, int *ret, struct ir_err *);
void ir_incident_unlock(int *);

/* What a later observation does not say holds as the earlier says. */
void ir_incident_fold(struct ir_arena *, struct ir_incident *newer, const struct ir_incident *older);

/* The file `incidents` in the journal's directory, an id a line: derived, and only to find what the journal's newest 32 MiB no longer hold. What fails is of no consequence but that. */
void ir_incident_remember(struct ir_ctx *, const char *id);
/* The newest, to the list. */
void ir_incident_remembered(struct ir_ctx *, struct ir_list *ids);

#endif
