/* logs_clean - lines as they may be shown */
#include "logs/clean.h"
#include "tap.h"

#define S(text) (text), sizeof(text) - 1

static void
clean(const char *text, size_t n, const char *want, size_t n_want)
{
	struct ir_buf b;
	bool same = n == n_want && memcmp(text, want, n) == 0;

	ir_buf_init(&b, 4096);
	ir_log_clean(&b, text, n);
	if (!OK(b.len == n_want && memcmp(b.data, want, n_want) == 0, "clean: '%s'", want))
		fprintf(stderr, "# got '%s'\n", b.data);
	IS_INT(ir_log_dirty(text, n), !same && !memchr(text, '\t', n), "it was %s", same ? "clean" : "dirty");
	ir_buf_done(&b);
}

static void
test_clean(void)
{
	clean(S(""), S(""));
	clean(S("plain text, \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
	    S("plain text, \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
	clean(S("\033[31mred\033[0m x"), S("red x"));
	clean(S("\033[1;38;5;214mx\033[K"), S("x"));
	clean(S("\033[?25lx"), S("x"));
	clean(S("\033]0;title\007x"), S("x"));
	clean(S("\033]8;;http://a\033\\link\033]8;;\033\\"), S("link"));
	clean(S("\033]0;endless \033[1mx"), S("0;endless x"));
	clean(S("\033Pq#0\033\\x"), S("x"));
	clean(S("\033(Bx\0337y\033cz"), S("xyz"));
	clean(S("\033[31"), S(""));
	clean(S("\033"), S(""));
	clean(S("a\033\xc3\xa9"), S("a\xc3\xa9"));
	clean(S("a\tb"), S("a b"));
	clean(S("a\r"), S("a"));
	clean(S("a\r\r"), S("a"));
	clean(S("10%\r20%\r100% done\r"), S("100% done"));
	clean(S("a\0b\x01\x7f"
		"c\b"),
	    S("abc"));
	clean(S("a\xff"
		"b"),
	    S("a\xef\xbf\xbd"
	      "b"));
	clean(S("\xed\xa0\x80"), S("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"));
	clean(S("\xe2\x82"), S("\xef\xbf\xbd\xef\xbf\xbd"));
	clean(S("a\xc2\x9b"
		"31mb"),
	    S("ab"));
	clean(S("a\xc2\x85"
		"b"),
	    S("ab"));
	clean(S("\n"), S(""));
}

static void
test_full(void)
{
	struct ir_buf b;

	ir_buf_init(&b, 3);
	ir_log_clean(&b, S("ab\xc3\xa9"
			   "c"));
	OK(b.full && b.len == 2, "a sequence that does not fit is left out whole");
	ir_buf_done(&b);
}

static void
test_linear(void)
{
	enum { N = 1 << 20 };
	char *p = malloc(N);
	struct ir_buf b;

	for (size_t i = 0; i < N; i += 2)
		memcpy(p + i, "\033]", 2);
	ir_buf_init(&b, N);
	ir_log_clean(&b, p, N);
	IS_INT((int64_t)b.len, 0, "a MiB of beginnings without ends is looked through once");
	ir_buf_done(&b);
	free(p);
}

static void
redact(const char *text, const char *want)
{
	struct ir_buf b;
	struct ir_buf again;

	ir_buf_init(&b, 4096);
	ir_buf_init(&again, 4096);
	ir_log_redact(&b, text, strlen(text));
	IS_STR(b.data, want, "redact: %.*s", (int)strcspn(text, "\n"), text);
	ir_log_redact(&again, b.data, b.len);
	IS_STR(again.data, want, "... and once more");
	ir_buf_done(&b);
	ir_buf_done(&again);
}

/* Nothing in it is secret. */
static void
stays(const char *text)
{
	redact(text, text);
}

static void
test_named(void)
{
	redact("token=abc", "token=***");
	redact("user=bob password=hunter2 x=1", "user=bob password=*** x=1");
	redact("password: hunter2, user: bob", "password: ***, user: bob");
	redact("DB_PASSWORD='a b' x", "DB_PASSWORD='***' x");
	redact("PGPASSWORD=x&y", "PGPASSWORD=***");
	redact("{\"password\":\"a\\\"b\",\"user\":\"bob\"}", "{\"password\":\"***\",\"user\":\"bob\"}");
	redact("{\\\"password\\\":\\\"abc\\\",\\\"a\\\":1}", "{\\\"password\\\":\\\"***\\\",\\\"a\\\":1}");
	redact("{'api_key': 'abc', 'n': 1}", "{'api_key': '***', 'n': 1}");
	redact("{\"accessToken\": 12345, \"n\": 1}", "{\"accessToken\": ***, \"n\": 1}");
	redact(":password=>\"abc\", :a=>1", ":password=>\"***\", :a=>1");
	redact("secret = abc", "secret = ***");
	redact("secret := abc", "secret := ***");
	redact("GET /cb?code=1&access_token=abc&x=2 HTTP/1.1", "GET /cb?code=1&access_token=***&x=2 HTTP/1.1");
	redact("Authorization: Bearer abc.def", "Authorization: Bearer ***");
	redact("\"Authorization\": \"Basic dXNlcjpwdw==\"", "\"Authorization\": \"***\"");
	redact("-H 'Authorization: Token abc' -v", "-H 'Authorization: Token ***' -v");
	redact("authorization: Digest username=\"bob\", uri=\"/\"", "authorization: Digest ***\"bob\", uri=\"/\"");
	redact("Cookie: a=b; sessionid=xyz; c=d", "Cookie: ***");
	redact("Set-Cookie: sid=xyz; Path=/", "Set-Cookie: ***");
	redact("session=abc; x", "session=***; x");
	redact("session_token: f3a9c2d17b", "session_token: ***");
	redact("api key: abc def", "api key: *** def");
	redact("mysql --password hunter2 -h db", "mysql --password *** -h db");
	redact("ALTER ROLE bob PASSWORD 'abc'", "ALTER ROLE bob PASSWORD '***'");
	redact("GRANT ALL TO x IDENTIFIED BY 'abc'", "GRANT ALL TO x IDENTIFIED BY '***'");
	redact("<password>abc</password>", "<password>***</password>");
	redact("(token=abc)", "(token=***)");
	redact("Server=db;Pwd=a;Uid=b", "Server=db;Pwd=***;Uid=b");
	redact("password=", "password=");
	stays("token expired");
	stays("invalid token: expired");
	stays("Invalid authorization: missing header");
	stays("session: opened for user root");
	stays("session opened for user root by (uid=0)");
	stays("max_tokens=500 tokens=12 token_type=bearer token_count=3");
	stays("has_password=true password=null");
	stays("PWD=/app/src bypass=1 compass=2");
	stays("secretary=bob author=bob authority: x");
	stays("if (token == NULL)");
	stays("std::token::parse failed");
	stays("2024-05-03T01:02:03Z INFO app: listening on http://0.0.0.0:8080/");
}

static void
test_shapes(void)
{
	redact("postgres://app:s3cr3t@db:5432/x", "postgres://***@db:5432/x");
	redact("redis://:pw@r:6379/0", "redis://***@r:6379/0");
	redact("amqp://u:p/w@h/v", "amqp://***@h/v");
	redact("https://0123456789abcdef0123@y/a", "https://***@y/a");
	redact("https://x@y.org/a", "https://***@y.org/a");
	redact("got Bearer abc123def456 here", "got Bearer *** here");
	redact("basic QWxhZGRpbjpvcGVu", "basic ***");
	redact("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1.", "jwt ***.");
	redact("key AKIAIOSFODNN7EXAMPLE used", "key *** used");
	redact("ghp_0123456789abcdefghijABCDEFGHIJ012345", "***");
	redact("xoxb-1234567890-abcdef", "***");
	redact("sk-proj-abcDEF0123456789abcdef", "***");
	redact(
	    "POST https://hooks.slack.com/services/T0/B0/abcdef012 x", "POST https://hooks.slack.com/services/*** x");
	redact("mail from bob.smith+x@mail.example.com.", "mail from ***@mail.example.com.");
	redact("<bob@example.org>", "<***@example.org>");
	redact("card 4111111111111111 ok", "card *** ok");
	redact("card 4111-1111-1111-1111 ok", "card *** ok");
	redact("card 3782 822463 10005", "card ***");
	redact("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nnext",
	    "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\nnext");
	redact("-----BEGIN PRIVATE KEY-----\nMIIE", "-----BEGIN PRIVATE KEY-----***");
	stays("Basic authentication failed");
	stays("bearer token required");
	stays("sk-learn-extensions-and-more-packages");
	stays("card 4111111111111112 is none");
	stays("id 1714698123123456789 and 1714698123123456");
	stays("4111 1111 11111111");
	stays("x4111111111111111 4111111111111111a 4111111111111111.5");
	stays("user@host, icon@2x.png, getty@tty1.service, pkg@1.2.3, @app.route");
	stays("http://[::1]:8080/a@b https://host:443/x@y");
	stays("com.example.Foo@1a2b3c4d akka.tcp://sparkExecutorActorSystem@mesos-slave-07:55904");
	stays("----- BEGIN -----");
	redact("Cookie:by222222&&&-NN.eyJhbGciOiJIUzI4NiJ9.ey.p://[i&&0000", "Cookie:***&-NN.***://[i&&0000");
	redact("Authorization:{Pwd=a;Uid=b", "Authorization:{Pwd=***;Uid=b");
	redact("sent Basic dXNlcjpwYXNzd29yZDE==* to x", "sent Basic **** to x");
	redact("Basic dXNlcjpwdwa-cess_token=acb&x=2", "Basic dXNlcjpwdwa-cess_token=***&x=2");
	redact("-----BEGIN RSA\ncard 4111-1111-1111-1111\n-----BEGIN X\npassword=\n",
	    "-----BEGIN RSA\ncard ***\n-----BEGIN X\npassword=\n"); /* no label has lines */
}

/* Beginnings over and over, of what might be long. */
static void
test_redact_linear(void)
{
	static const char *const pieces[] = { "://", "token:", "sk-", "a@", "authorization:", "--token ", "password='",
		"eyJ.", "-----BEGIN X-----", ",;&=", "cookie:", "4-", "\\\"", "bearer ", "hooks.slack.com/services/" };
	enum { N = 1 << 20 };
	char *p = malloc(N);

	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		size_t len = strlen(pieces[i]);
		struct ir_buf b;

		for (size_t k = 0; k < N; k++)
			p[k] = pieces[i][k % len];
		ir_buf_init(&b, 2 * N);
		ir_log_redact(&b, p, N);
		OK(b.len > 0 && !b.full, "a MiB of '%s'", pieces[i]);
		ir_buf_done(&b);
	}
	free(p);
}

int
main(void)
{
	test_named();
	test_shapes();
	test_redact_linear();
	test_clean();
	test_full();
	test_linear();
	return tap_done();
}
