/*
 * channel_post - several channels at once before scripted services: each told apart, only what was not taken is sent again
 *
 * The services are tests/fakes/channels.py: written by hand after the vendors' documents, no answer was recorded.
 */
#include "channel_run.h"

static struct peer fake;

static const char *
webhook(const char *name, const char *type, const char *path, const char *more)
{
	const char *file = channel_secret(name, ir_asprintf(&run.arena, "http://127.0.0.1:%d%s", fake.port, path));

	return ir_asprintf(
	    &run.arena, "[channel \"%s\"]\ntype = %s\nurl-file = %s\ntimeout = 700ms\n%s\n", name, type, file, more);
}

static void
begin(void)
{
	channel_scratch();
	fake = channel_fake("channels.py", "asked", NULL, NULL, NULL);
}

static void
end(void)
{
	peer_stop(&fake);
	channel_end();
}

static const struct ir_channel_result *
result(const char *channel)
{
	static const struct ir_channel_result none;

	for (size_t i = 0; i < run.n; i++)
		if (strcmp(run.v[i].channel, channel) == 0)
			return &run.v[i];
	return &none;
}

static void
test_six(void)
{
	const char *text, *asked;
	int64_t start;

	begin();
	text = ir_asprintf(&run.arena,
	    "%s%s%s[channel \"false\"]\ntype = slack\nserver = http://127.0.0.1:%d/say/okfalse,pass\ntoken-file = "
	    "%s\nto = C1\n%s[channel \"log\"]\ntype = file\nfile = %s/log.txt\n",
	    webhook("hangs", "webhook", "/say/hang,ok/a", ""), webhook("limited", "discord", "/say/429:9,ok/b", ""),
	    webhook("broken", "mattermost", "/say/500,ok/c", ""), fake.port, channel_secret("token", "xoxb-right"),
	    webhook("well", "slack", "/say/ok/d", ""), run.dir);
	channel_new(text);
	channel_keep("k-1", "[sev1] Checkout is down", "all of it");
	IS_INT(channel_waiting(), 6, "six posts are kept before anything is sent");
	start = ir_mono_us();
	channel_flush();
	OK(ir_mono_us() - start < 3000000, "the one that hangs holds the run no longer than its own time-out");
	IS_STR(channel_told(),
	    "hangs unclear kept: no answer within 700ms: connected, waiting for the first byte\n"
	    "limited failed kept: takes no more posts at present (HTTP status 429)\n"
	    "broken failed kept: answers with HTTP status 500: as asked\n"
	    "false failed kept: answers 'channel_not_found': correct to, or invite the bot into the channel\n"
	    "well sent\nlog sent\n",
	    "six channels, each told apart");
	IS_INT(result("limited")->retry_after_ms, 9001, "what the 429 asked for is told");
	OK(strstr(result("hangs")->file, "/state/ir/outbox/") && !result("well")->file,
	    "with the file of what is kept");
	IS_INT(channel_waiting(), 4, "four posts wait");

	channel_again();
	channel_flush();
	IS_STR(channel_told(),
	    "hangs sent resent\nlimited failed kept resent: not tried: it takes no posts before "
	    "2026-02-01T02:12:53.919Z\nbroken sent resent\nfalse sent resent\n",
	    "the next run sends those again, and no other, and not before it may");
	setenv("IR_TEST_NOW", "2026-02-01T02:13:00Z", 1);
	channel_again();
	channel_flush();
	IS_STR(channel_told(), "limited sent resent\n", "and that one when its time has come");
	IS_INT(channel_waiting(), 0, "then nothing waits");
	asked = channel_slurp("asked");
	IS_INT(channel_count(asked, "\"n\": "), 9, "nine requests in all: five, three and one");
	IS_INT(channel_count(asked, "perhaps a repetition"), 0, "what failed for sure is no repetition");
	IS_INT(channel_count(asked, "\\\"repeat\\\":true"), 1, "what may have arrived says that it may be one");
	IS_INT(channel_count(channel_slurp("log.txt"), "[sev1] Checkout is down"), 1, "the file has its block once");
	end();
}

static void
test_patience(void)
{
	begin();
	webhook("w", "webhook", "/say/429:1,ok/a", "");
	channel_new(ir_asprintf(&run.arena, "[channel \"w\"]\nurl-file = %s/w\ntimeout = 3s\n", run.dir));
	channel_keep("k-1", "t", "x");
	channel_flush();
	IS_STR(channel_told(), "w sent\n", "a Retry-After that fits into the time-out is waited for");
	IS_INT(channel_count(channel_slurp("asked"), "\"n\": "), 2, "with one more request");
	end();
}

static void
test_order(void)
{
	const char *asked;

	begin();
	channel_new(webhook("w", "webhook", "/say/500,ok/a", ""));
	channel_keep("k-1", "one", "");
	channel_keep("k-2", "two", "");
	channel_keep("k-2", "two", "");
	channel_keep("k-3", "three", "");
	IS_INT(channel_waiting(), 3, "the same key is kept once");
	channel_flush();
	IS_STR(channel_told(),
	    "w failed kept: answers with HTTP status 500: as asked\n"
	    "w failed kept: not tried: an earlier post to it was not sent: answers with HTTP status 500: as asked\n"
	    "w failed kept: not tried: an earlier post to it was not sent: answers with HTTP status 500: as asked\n",
	    "a channel that fails is asked once in a run");
	OK(run.v[0].first_tried_ms && !run.v[1].first_tried_ms,
	    "of those that were not tried no time of a try is told");
	channel_again();
	channel_flush();
	IS_STR(channel_told(), "w sent resent\nw sent\nw sent\n", "then all go");
	asked = channel_slurp("asked");
	OK(strstr(asked, "one") && strstr(strstr(asked, "one") + 3, "one") < strstr(asked, "two") &&
		strstr(asked, "two") < strstr(asked, "three"),
	    "the oldest first");
	end();
}

static void
test_refused(void)
{
	begin();
	channel_new(webhook("w", "webhook", "/say/400,400,400,400,400,ok/a", ""));
	channel_keep("bad", "one", "");
	channel_flush();
	IS_STR(
	    channel_told(), "w refused kept: refuses it with HTTP status 400: as asked\n", "a refusal is told as one");
	for (int i = 0; i < 3; i++) {
		channel_again();
		channel_flush();
	}
	IS_STR(channel_told(), "w refused kept resent: refuses it with HTTP status 400: as asked\n", "four times");
	channel_again();
	channel_keep("good", "two", "");
	channel_flush();
	IS_STR(channel_told(),
	    "w refused aside resent: set aside: refuses it with HTTP status 400: as asked, 5 times\nw sent\n",
	    "the fifth time it is set aside, and those after it go");
	channel_again();
	channel_flush();
	IS_STR(channel_told(),
	    "w refused aside resent: set aside: refuses it with HTTP status 400: as asked, 5 times\n",
	    "it is told each time");
	IS_INT(channel_count(channel_slurp("asked"), "\"n\": "), 6, "and not sent");
	OK(run.v[0].file && unlink(run.v[0].file) == 0, "until somebody removes its file");
	channel_again();
	channel_flush();
	IS_INT(run.n, 0, "then it is gone");
	end();
}

static void
test_unclear(void)
{
	begin();
	channel_new(webhook("w", "slack", "/say/drop,ok/a", ""));
	channel_keep("k", "one", "");
	channel_flush();
	OK(run.n == 1 && run.v[0].outcome == IR_CHANNEL_UNCLEAR,
	    "a connection that is closed instead of an answer leaves it unclear");
	channel_again();
	channel_flush();
	IS_STR(channel_told(), "w sent resent\n", "it is sent again");
	IS_INT(channel_count(channel_slurp("asked"), "perhaps a repetition"), 1,
	    "with a word that it may be a repetition");
	end();
}

static void
test_thread(void)
{
	struct ir_channel_msg m;
	const char *asked;

	begin();
	channel_new(ir_asprintf(&run.arena,
	    "[channel \"s\"]\ntype = slack\nserver = http://127.0.0.1:%d/say/pass\ntoken-file = %s\nto = C1\n",
	    fake.port, channel_secret("token", "xoxb-right")));
	m = channel_msg("k-1", "first", "");
	m.first = true;
	channel_keep_msg(&m);
	channel_keep("k-2", "second", "");
	channel_flush();
	IS_STR(channel_told(), "s sent\ns sent\n", "two posts of one incident go");
	IS_STR(run.v[0].thread, "1769911964.000001", "the first one's id is told");
	ir_list_add(&run.arena, &run.threads, "s=1769911964.000001");
	channel_again();
	channel_keep("k-3", "third", "");
	channel_flush();
	asked = channel_slurp("asked");
	IS_INT(channel_count(asked, "\\\"thread_ts\\\":\\\"1769911964.000001\\\""), 2,
	    "what comes after it is put under it: in the same run, and later by what is remembered");
	OK(!strstr(asked, "xoxb-right\\\"") && strstr(asked, "Bearer xoxb-right"),
	    "the token is in the header, not in the body");
	end();
}

static void
test_gate(void)
{
	begin();
	run.no_actor = true;
	channel_new(ir_asprintf(
	    &run.arena, "%s[channel \"f\"]\nfile = %s/log.txt\n", webhook("w", "webhook", "/say/ok/a", ""), run.dir));
	channel_keep("k", "one", "");
	channel_flush();
	IS_STR(channel_told(),
	    "w failed kept: 'test' may not change anything: it is a dry run, or not an actor\nf sent\n",
	    "in a run that is no actor only the file is written");
	IS_STR(channel_slurp("asked"), "", "and nothing is sent");
	run.no_actor = false;
	channel_again();
	channel_flush();
	IS_STR(channel_told(), "w sent\n", "the next actor sends it, and it is no repetition");
	end();
}

static void
test_secrets(void)
{
	const char *all;

	begin();
	channel_new(ir_asprintf(&run.arena,
	    "%s[channel \"b\"]\nurl-env = IR_TEST_NOT_SET\n[channel \"c\"]\nurl-command = cat %s/w\n",
	    webhook("w", "webhook", "/say/echo,ok/s3cr3t", ""), run.dir));
	channel_keep("k", "one", "");
	channel_flush();
	IS_STR(channel_told(),
	    "w failed kept: answers with HTTP status 404: correct its URL, or make a new one: it may have been taken "
	    "back\n"
	    "b failed kept: ir.conf:7: url-env: the environment variable 'IR_TEST_NOT_SET' is not set\n"
	    "c sent\n",
	    "a secret that cannot be had is its channel's failure alone; one had by a program begins last");
	all = ir_asprintf(&run.arena, "%s%s", channel_told(), channel_slurp(strstr(run.v[0].file, "state/")));
	OK(!strstr(all, "s3cr3t") && strstr(all, "\"title\":\"one\""),
	    "neither what is told nor the outbox has a secret");
	end();
}

static void
test_interrupted(void)
{
	begin();
	channel_new(webhook("w", "webhook", "/say/hang,ok/a", ""));
	channel_keep("k", "one", "");
	channel_signal = 15;
	channel_flush();
	channel_signal = 0;
	OK(run.rc == -1 && run.err.code == IR_INTERRUPTED && run.n == 1 && run.v[0].kept,
	    "interrupted, it says so, and keeps what was not sent");
	run.deadline_ms = 400;
	channel_again();
	int64_t start = ir_mono_us();
	channel_flush();
	OK(run.rc == 0 && run.n == 1 && run.v[0].kept && ir_mono_us() - start < 500000,
	    "a run's deadline ends it, too");
	end();
}

static void
test_command(void)
{
	begin();
	channel_new(ir_asprintf(&run.arena,
	    "[channel \"ok\"]\ncommand = cat >%s/got; echo $IR_CHANNEL >>%s/got\n"
	    "[channel \"no\"]\ncommand = cat >/dev/null; echo nothing doing >&2; exit 3\n"
	    "[channel \"never\"]\ncommand = exit 65\n"
	    "[channel \"slow\"]\ncommand = sleep 60\ntimeout = 300ms\n",
	    run.dir, run.dir));
	channel_keep("k", "one", "with\nlines\x01");
	channel_flush();
	IS_STR(channel_told(),
	    "ok sent\nno failed kept: command ended with status 3: nothing doing\n"
	    "never refused kept: command ended with status 65\n"
	    "slow unclear kept: command did not end within 300 ms\n",
	    "a command's end is told by its status");
	IS_STR(channel_slurp("got"),
	    "{\"v\":1,\"key\":\"k\",\"time\":\"2026-02-01T02:12:44.918Z\",\"title\":\"one\",\"text\":"
	    "\"with\\nlines\\\\x01\","
	    "\"severity\":\"sev1\",\"incident\":\"inc-7k3f2q8m\",\"env\":\"shop\",\"footer\":\"record 7 \xc2\xb7 "
	    "1a453a469fe6\","
	    "\"first\":false,\"repeat\":false}\nok\n",
	    "it gets the post as JSON");
	end();
}

static void
test_file(void)
{
	begin();
	run.incident_less = true;
	channel_new("");
	IS_STR(run.all.v[0].name, "file", "with nothing configured there is the file");
	channel_keep("k-1", "Checkout is down\n2026-01-01T00:00:00.000Z forged",
	    "first\n\n2026-01-01T00:00:00.000Z forged\x1b[2J");
	channel_keep("k-2", "again", "");
	channel_flush();
	IS_STR(channel_told(), "file sent\nfile sent\n", "and it takes posts");
	IS_STR(channel_slurp("state/ir/updates.txt"),
	    "2026-02-01T02:12:44.918Z Checkout is down 2026-01-01T00:00:00.000Z forged\n    first\n\n"
	    "    2026-01-01T00:00:00.000Z forged\\x1b[2J\n    record 7 \xc2\xb7 1a453a469fe6\n\n"
	    "2026-02-01T02:12:44.918Z again\n    record 7 \xc2\xb7 1a453a469fe6\n\n",
	    "a block each, which no text can make look like two");
	setenv("SLACK_WEBHOOK_URL", ir_asprintf(&run.arena, "http://127.0.0.1:%d/say/ok/x", fake.port), 1);
	channel_again();
	channel_keep("k-3", "three", "");
	channel_flush();
	IS_STR(channel_told(), "file sent\nslack sent\n", "SLACK_WEBHOOK_URL makes another one");
	unsetenv("SLACK_WEBHOOK_URL");
	run.text = ir_asprintf(&run.arena, "[channel \"f\"]\nfile = %s\n", run.dir);
	channel_again();
	channel_keep("k-4", "four", "");
	channel_flush();
	OK(run.n == 1 && run.v[0].outcome == IR_CHANNEL_FAILED && run.v[0].kept, "a directory is no file: %s",
	    run.v[0].why);
	end();
}

static void
test_names(void)
{
	struct ir_list names = { 0 };

	begin();
	channel_new("[channel \"a\"]\nfile = a.txt\n[channel \"b\"]\nfile = b.txt\n");
	ir_list_add(&run.arena, &names, "b");
	IS_INT(ir_channel_begin(&run.ctx, &names, &run.all, &run.err), 0, "channels can be named");
	OK(run.all.n == 1 && strcmp(run.all.v[0].name, "b") == 0, "and only those are had");
	ir_list_add(&run.arena, &names, "c");
	IS_INT(ir_channel_begin(&run.ctx, &names, &run.all, &run.err), -1, "but not one that is not there");
	IS_STR(run.err.msg, "there is no channel 'c'", "which is told");
	run.text = "[channel \"a\"]\ntype = slack\ntoken-env = X\n";
	channel_stop();
	IS_INT(channel_begin(), -1, "a section that is not complete is an error");
	IS_STR(run.err.msg, "ir.conf:1: [channel \"a\"]: Slack needs the URL of a webhook, or a token and to",
	    "with file and line");
	end();
}

int
main(void)
{
	test_six();
	test_patience();
	test_order();
	test_refused();
	test_unclear();
	test_thread();
	test_gate();
	test_secrets();
	test_interrupted();
	test_command();
	test_file();
	test_names();
	return tap_done();
}
