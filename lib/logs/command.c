/* command - lines that a program prints */
#include "base/clock.h"
#include "logs/spawn.h"
#include "logs/zone.h"
#include "service/service.h"

struct command {
	struct ir_spawn spawn;
	struct ir_logs_source *source;
	ir_logs_done *done;
	const char *text;
	struct ir_logs_zone zone;
	struct ir_logs_stream stream;
	struct ir_feed feed;
	struct ir_timer *unwanted;
};

static void
finish(struct command *c)
{
	ir_timer_cancel(c->unwanted);
	c->unwanted = NULL;
	ir_spawn_stop(&c->spawn);
	ir_feed_done(&c->feed);
}

static enum ir_feed_step
take(struct ir_spawn *spawn, struct ir_err *err)
{
	struct command *c = spawn->arg;
	struct ir_logs_source *s = c->source;
	enum ir_feed_step step;

	c->feed.fd = spawn->proc.out;
	step = ir_feed_turn(&c->feed, err);
	if (step == IR_FEED_WAIT && s->query->follow && c->stream.reading)
		s->reader->ops->idle(s->reader, &c->stream);
	return step;
}

static void
on_end(struct ir_spawn *spawn)
{
	struct command *c = spawn->arg;
	struct ir_logs_source *s = c->source;
	struct ir_err err = IR_ERR_INIT;

	if (ir_spawn_fault(spawn, "the command", &err)) {
		ir_hint(&err, "correct the command, or the status that it exits with");
		ir_logs_fault(s, s->subject, &err);
	}
	if (c->stream.reading)
		s->reader->ops->ended(s->reader, &c->stream);
	finish(c);
	c->done(s);
}

static int
prepare(struct ir_ctx *ctx, struct ir_logs_source *s, struct ir_err *err)
{
	struct command *c = IR_NEW(ctx->arena, struct command);

	s->priv = c;
	c->source = s;
	c->text = ir_conf_str(s->section, "logs", "command");
	if (!c->text || !*c->text)
		return ir_fail(err, IR_CONFIG, "%s: type = command needs a command", s->origin);
	s->subject = ir_asprintf(ctx->arena, "command:%s", s->name);
	if (!s->service)
		s->service = ir_conf_str(s->section, "logs", "service");
	return ir_logs_zone_of(s->section, ir_now_ms(), &c->zone, err) < 0 ? ir_wrap(err, "%s", s->origin) : 0;
}

static void
on_unwanted(void *arg)
{
	struct command *c = arg;

	c->unwanted = NULL;
	c->done(c->source);
}

static int
start(struct ir_logs_source *s, ir_logs_done *done, struct ir_err *err)
{
	struct command *c = s->priv;
	char *const argv[] = { "sh", "-c", ir_strdup(s->ctx->arena, c->text), NULL };

	c->done = done;
	if (!ir_service_wanted(s->services, s->service ? s->service : "")) {
		c->unwanted = ir_loop_at(s->ctx->loop, 0, on_unwanted, c);
		return 0;
	}
	c->stream = (struct ir_logs_stream){ .service = s->service ? s->service : "", .subject = s->subject };
	c->stream.newest_ms = s->query->now_ms;
	ir_logs_zone_set(&c->zone, &c->stream);
	c->spawn = (struct ir_spawn){ .source = s, .take = take, .ended = on_end, .arg = c };
	c->feed = (struct ir_feed){ .source = s, .stream = &c->stream, .fd = -1, .limit = -1 };
	ir_feed_begin(&c->feed, 0);
	if (ir_spawn_start(&c->spawn, argv, s->ctx->conf ? s->ctx->conf->root : NULL, err) == 0)
		return 0;
	finish(c);
	return -1;
}

static void
stop(struct ir_logs_source *s)
{
	finish(s->priv);
}

const struct ir_logs_ops ir_logs_command = {
	.name = "command",
	.follows = true,
	.prepare = prepare,
	.start = start,
	.stop = stop,
};
