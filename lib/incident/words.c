/* words - what is said of an incident, to people */
#include <string.h>

#include "base/num.h"
#include "base/utf8.h"
#include "incident/change.h"

/* A post has at most IR_CHANNEL_TEXT, and what is not the message has room in the rest of it. */
enum { CLOCK = 11, MINUTE = 16, LINES_MAX = 12, SERVICES_MAX = 20, SAID_MAX = 48 << 10, TEXT_MAX = 64 << 10 };

const char *
ir_incident_headline(struct ir_arena *arena, const struct ir_incident *i, const char *event)
{
	const char *what = "";

	if (event && strcmp(event, "closed") == 0)
		what = "Closed: ";
	else if (event && strcmp(event, "reopened") == 0)
		what = "Reopened: ";
	else if (event && strcmp(event, "severity") == 0)
		what = "Severity changed: ";
	else if (event && strcmp(event, "assigned") == 0)
		what = "Lead changed: ";
	return ir_asprintf(arena, "%s%s%s%s%s (%s)", i->severity ? "[" : "", i->severity ? i->severity : "",
	    i->severity ? "] " : "", what, i->title, i->h.id);
}

static const char *
clock_text(struct ir_arena *arena, int64_t ms)
{
	char time[IR_TIME_MAX];

	ir_time_format(time, ms);
	return ir_asprintf(arena, "%.10s %.*s UTC", time, MINUTE - CLOCK, time + CLOCK);
}

static void
add_line(struct ir_buf *b, const char *what, const char *value)
{
	if (value && *value)
		ir_buf_addf(b, "%s: %s\n", what, value);
}

static const char *
duration_text(struct ir_arena *arena, const struct ir_incident *i)
{
	char text[IR_NUM_MAX];

	if (i->closed_ms == IR_TIME_NONE || i->began_ms == IR_TIME_NONE || i->closed_ms < i->began_ms)
		return NULL;
	return ir_strdup(arena, ir_format_duration(text, i->closed_ms - i->began_ms));
}

static const char *
done_text(const struct ir_incident_change *c)
{
	static const struct {
		const char *event, *text;
	} all[] = { { "opened", "Opened" }, { "severity", "Severity set" }, { "assigned", "Assigned" },
		{ "joined", "Added" }, { "closed", "Closed" }, { "reopened", "Reopened" } };

	for (size_t i = 0; c->event && i < sizeof(all) / sizeof(*all); i++)
		if (strcmp(all[i].event, c->event) == 0)
			return all[i].text;
	return "Noted";
}

static void
add_message(struct ir_buf *b, const char *s)
{
	size_t all = strlen(s), n = ir_utf8_cut(s, all, SAID_MAX);

	ir_buf_add(b, s, n);
	if (n < all)
		ir_buf_addf(b, " … (cut here: %zu more bytes, which the journal has)", all - n);
	ir_buf_addc(b, '\n');
}

static const char *
services_text(struct ir_arena *arena, const struct ir_list *services)
{
	struct ir_list some = *services;

	if (some.n <= SERVICES_MAX)
		return ir_list_join(arena, services, "", ", ");
	some.n = SERVICES_MAX;
	return ir_asprintf(arena, "%s and %zu more", ir_list_join(arena, &some, "", ", "), services->n - SERVICES_MAX);
}

const char *
ir_incident_story(struct ir_arena *arena, const struct ir_incident_change *c, int64_t now_ms)
{
	const struct ir_incident *i = c->incident;
	struct ir_buf b;
	const char *ret;

	ir_buf_init(&b, TEXT_MAX);
	if (c->message)
		add_message(&b, c->message);
	add_line(&b, "Environment", i->h.env);
	add_line(&b, "Began", i->began_ms == IR_TIME_NONE ? NULL : clock_text(arena, i->began_ms));
	add_line(&b, "Lasted", duration_text(arena, i));
	add_line(&b, "Services", i->services.n ? services_text(arena, &i->services) : NULL);
	add_line(&b, "Lead", i->lead);
	for (size_t k = 0; c->about && k < c->about->n && k < LINES_MAX; k++)
		ir_buf_addf(&b, "- %s\n", c->about->v[k]);
	if (c->about && c->about->n > LINES_MAX)
		ir_buf_addf(&b, "- and %zu more\n", c->about->n - LINES_MAX);
	add_line(&b, "Ticket", i->ticket);
	ir_buf_addf(&b, "%s by %s, %s", done_text(c), i->who ? i->who : "somebody", clock_text(arena, now_ms));
	ret = ir_strdup(arena, b.data);
	ir_buf_done(&b);
	return ret;
}

const char *
ir_incident_summary(struct ir_arena *arena, const struct ir_incident *i)
{
	const char *lasted = duration_text(arena, i);
	bool closed = i->state && strcmp(i->state, "closed") == 0;

	return ir_asprintf(arena, "%s%s%s%s%s: %s%s%s", i->severity ? i->severity : "", i->severity ? ", " : "",
	    closed ? "closed" : "open", lasted ? " after " : "", lasted ? lasted : "", i->title,
	    i->lead ? "; lead: " : "", i->lead ? i->lead : "");
}
