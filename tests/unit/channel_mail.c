/*
 * channel_mail - a post as a mail: fields that nobody can add to, encodings, threads; and its way to a server that takes it, or does not
 *
 * The server is tests/fakes/smtp.py, written by hand after RFC 5321, 4954 and 3207; libcurl is the client.
 * The same was looked at once by hand before a real one, maildev 2.2.1: taken, threaded, a wrong password.
 */
#include "channel/mail.h"
#include "channel_run.h"
#include "net/smtp.h"

static struct peer fake;

/* ---- pure */

static const char *
mail(const char *title, const char *text, const char *thread, bool first)
{
	struct ir_channel_msg m = channel_msg("k-1", title, text);
	struct ir_list to = { 0 };

	m.first = first;
	ir_list_add(&run.arena, &to, "ops@example.com");
	ir_list_add(&run.arena, &to, "duty@example.com");
	return ir_mail_build(&run.arena, &m, "mail", "ir@example.com", &to, thread);
}

static bool
lines_fit(const char *s, size_t max)
{
	while (*s) {
		size_t n = strcspn(s, "\r\n");

		if (n > max || (s[n] && strncmp(s + n, "\r\n", 2) != 0))
			return false;
		s += n + (s[n] ? 2 : 0);
	}
	return true;
}

static void
test_whole(void)
{
	IS_STR(mail("[sev1] Checkout is down", "first\nsecond = 2 ", NULL, true),
	    "Date: Sun, 01 Feb 2026 02:12:44 +0000\r\nFrom: ir@example.com\r\n"
	    "To: ops@example.com,\r\n duty@example.com\r\nSubject: [sev1] Checkout is down\r\n"
	    "Message-ID: <k-1.mail@example.com>\r\nReferences: <inc-7k3f2q8m.mail@example.com>\r\n"
	    "Importance: high\r\nX-Priority: 1\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "first\r\nsecond =3D 2\r\n\r\n--=20\r\nrecord 7 =C2=B7 1a453a469fe6\r\n",
	    "the first mail of an incident, whole");
	const char *m = mail("t", "x", "<k-1.mail@example.com>", false);
	OK(strstr(m, "In-Reply-To: <k-1.mail@example.com>\r\nReferences: <inc-7k3f2q8m.mail@example.com>\r\n "
		     "<k-1.mail@example.com>\r\n"),
	    "later ones answer the first, and refer to the incident");
	m = mail("t", "x", "<evil>\r\nBcc: x@evil", false);
	OK(!strstr(m, "Bcc") && strstr(m, "In-Reply-To: <inc-7k3f2q8m.mail@example.com>\r\n"),
	    "a thread's id that is none is not taken");
}

static void
test_injection(void)
{
	const char *m = mail("down\r\nBcc: evil@example.com\r\n\r\n<html>", ".\r\n.\r\nRCPT TO:<x@evil>\x1b[31m\xff",
		       NULL, true),
		   *body = strstr(m, "\r\n\r\n");

	OK(!strstr(m, "\nBcc"), "a title adds no field");
	OK(strstr(m, "Subject: down Bcc: evil@example.com  <html>\r\n"), "but is one line");
	OK(body && strstr(body, "\\x1b[31m\\xff"), "controls and bytes that are no UTF-8 are shown as such");
	OK(lines_fit(m, 76), "all lines are short and end with CRLF");
}

static void
test_encodings(void)
{
	char long_title[2000] = "", *p = long_title;
	const char *s;

	IS_STR(ir_mail_encode_words(&run.arena, "plain"), "plain", "a short plain subject stays as it is");
	IS_STR(ir_mail_encode_words(&run.arena, "K\xc3\xb6ln is=?"),
	    "=?UTF-8?Q?K=C3=B6ln_is=3D=3F?=", "another one is an encoded word");
	IS_STR(
	    ir_mail_encode_words(&run.arena, "=?x?="), "=?UTF-8?Q?=3D=3Fx=3F=3D?=", "what looks like one is encoded");
	for (int i = 0; i < 200; i++)
		p += snprintf(p, 10, "\xe2\x82\xac%s", i % 7 ? "" : " ");
	s = ir_mail_encode_words(&run.arena, long_title);
	OK(lines_fit(s, 75), "a long one is several words");
	bool whole = true;
	for (const char *w = s; (w = strstr(w, "=?UTF-8?Q?")); w += 10)
		whole = whole && (strncmp(w + 10, "=E2=82=AC", 9) == 0 || w[10] == '_');
	OK(whole && channel_count(s, "=?UTF-8?Q?") > 10, "none of which parts a character");
	IS_STR(
	    ir_mail_quote(&run.arena, "a=b\nc \n\xc3\xa4"), "a=3Db\r\nc=20\r\n=C3=A4", "the body is quoted-printable");
	memset(long_title, 'x', sizeof(long_title) - 1);
	s = ir_mail_quote(&run.arena, long_title);
	OK(lines_fit(s, 76) && strstr(s, "=\r\n"), "with soft breaks");
	IS_STR(ir_mail_id(&run.arena, "a b>\r\n", "m", "x@y.z"), "<7cecd23c7f9fa3b4100a9a9c5e968d5c.m@y.z>",
	    "a key that an id may not hold is hashed");
}

static void
test_addresses(void)
{
	static const char *const bad[] = { "", "a", "a@", "@b", "a b@c", "a@b>", "a@b\r\nRCPT", "x <a@b>", "a@b,c@d",
		"\xc3\xa4@b" };

	OK(ir_smtp_address_valid("ops+duty@example.com"), "an address");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		OK(!ir_smtp_address_valid(bad[i]), "%zu is none", i);
}

/* ---- on its way */

static const char *
server(const char *name, const char *mode, const char *more)
{
	peer_stop(&fake);
	fake = channel_fake("smtp.py", "mails", mode, NULL, NULL);
	return ir_asprintf(&run.arena,
	    "[channel \"%s\"]\ntype = smtp\nserver = smtp://127.0.0.1:%d\nfrom = ir@example.com\nrecipient = "
	    "ops@example.com\ntimeout = 900ms\n%s",
	    name, fake.port, more);
}

static const char *
go(const char *mode, const char *more, const char *login)
{
	const char *told;

	channel_scratch();
	channel_secret("right", "secret");
	channel_secret("wrong", "guess");
	if (login)
		more = ir_asprintf(&run.arena, "user = ir\npassword-file = %s/%s\n", run.dir, login);
	channel_new(server("m", mode, more));
	channel_keep("k-1", "K\xc3\xb6ln is down", ".\n.dots\n\xe2\x82\xac");
	channel_flush();
	told = channel_told();
	return told;
}

static void
end(void)
{
	peer_stop(&fake);
	channel_end();
}

static void
is_told(const char *mode, const char *more, const char *login, const char *want, const char *what)
{
	int64_t start = ir_mono_us();

	IS_STR(go(mode, more, login), want, "%s", what);
	OK((run.v[0].thread != NULL) == (run.v[0].outcome == IR_CHANNEL_SENT), "an id is told of what was taken alone");
	OK(ir_mono_us() - start < 4000000, "in bounded time");
	end();
}

static void
test_taken(void)
{
	const char *mails;

	IS_STR(go("take", "", NULL), "m sent\n", "a mail goes");
	mails = channel_slurp("mails");
	OK(strstr(mails, "\"from\": \"ir@example.com\", \"to\": [\"ops@example.com\"]"), "from and to whom it should");
	OK(strstr(mails, "Subject: =?UTF-8?Q?K=C3=B6ln_is_down?=\\n") &&
		strstr(mails, "\\n\\n.\\n.dots\\n=E2=82=AC\\n"),
	    "subject and text are whole, dots too: %s", mails);
	IS_STR(run.v[0].thread, "<k-1.m@example.com>", "its Message-ID is told, for those after it");
	end();
}

static void
test_refusals(void)
{
	is_told("take", "recipient = bad@example.com\n", NULL,
	    "m sent: not to all: bad@example.com: 550 5.1.1 no such user\n",
	    "one bad recipient of two: the other has it, and that is told");
	is_told("rcpt-hang", "recipient = bad@example.com\nrecipient = later@example.com\n", NULL,
	    "m sent: not to all: bad@example.com: 550 5.1.1 no such user, later@example.com: 450 4.2.1 greylisted\n",
	    "two of three, and no answer to QUIT");
	is_told("login", "", NULL, "m failed kept: refuses the sender: 530 5.7.0 log in first\n",
	    "a server that wants a login");
	is_told("login", "", "right", "m sent\n", "the right password");
	is_told("login", "", "wrong",
	    "m failed kept: refuses the login (535 5.7.8 wrong user or password): correct user and password\n",
	    "a wrong one");
	is_told("busy", "", NULL, "m failed kept: answers: 421 4.3.2 too busy\n", "a server that is too busy");
	is_told("data-451", "", NULL, "m failed kept: answers: 451 4.3.0 try again later\n", "4xx after the mail");
	is_told("data-451-bye", "", NULL, "m failed kept: answers: 451 4.3.0 try again later\n",
	    "and its good-bye is no answer to the mail");
	is_told("data-554", "", NULL, "m refused kept: answers: 554 5.7.1 looks like spam\n", "5xx after the mail");
}

static void
test_hangs(void)
{
	is_told("greeting-hang", "", NULL,
	    "m failed kept: no answer within 900ms: connected, waiting for its greeting\n",
	    "no greeting: nothing arrived");
	is_told("data-hang", "", NULL,
	    "m unclear kept: no answer within 900ms: the mail was sent, waiting for its word\n",
	    "no word after the mail: it may have arrived");
	is_told("quit-hang", "", NULL, "m sent\n", "no answer to QUIT is not waited for");
	go("drop", "", NULL);
	OK(run.v[0].outcome == IR_CHANNEL_UNCLEAR, "closed without a word after the mail: %s", run.v[0].why);
	end();
	channel_scratch();
	channel_new("[channel \"m\"]\ntype = smtp\nserver = smtp://127.0.0.1:1\nfrom = a@b\nrecipient = c@d\n");
	channel_keep("k", "t", "x");
	channel_flush();
	IS_STR(channel_told(), "m failed kept: connection refused: 127.0.0.1:1\n", "nobody there");
	channel_end();
}

/* The server's certificate: nobody trusts it unless told to. */
static void
test_tls(void)
{
	const char *cert, *key;

	channel_scratch();
	cert = ir_asprintf(&run.arena, "%s/cert.pem", run.dir);
	key = ir_asprintf(&run.arena, "%s/key.pem", run.dir);
	char *argv[] = { (char *)"openssl", (char *)"req", (char *)"-x509", (char *)"-newkey", (char *)"rsa:2048",
		(char *)"-nodes", (char *)"-days", (char *)"3650", (char *)"-subj", (char *)"/CN=localhost",
		(char *)"-addext", (char *)"subjectAltName=DNS:localhost", (char *)"-out", (char *)(uintptr_t)cert,
		(char *)"-keyout", (char *)(uintptr_t)key, NULL };
	pid_t pid = fork();
	if (pid == 0) {
		dup2(open("/dev/null", O_WRONLY), 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
	fake = channel_fake("smtp.py", "mails", "login", cert, key);
	channel_new(ir_asprintf(&run.arena,
	    "[channel \"plain\"]\ntype = smtp\nserver = smtp://localhost:%d\nfrom = a@b.c\nrecipient = d@e.f\nuser = "
	    "ir\npassword-file = %s\n"
	    "[channel \"trusted\"]\ntype = smtp\nserver = smtp://localhost:%d\nfrom = a@b.c\nrecipient = d@e.f\nuser = "
	    "ir\npassword-file = %s\nca-file = %s\n"
	    "[channel \"other\"]\ntype = smtp\nserver = smtp://other.example:%d\nresolve = "
	    "other.example:%d:127.0.0.1\nfrom = a@b.c\nrecipient = d@e.f\nca-file = %s\n",
	    fake.port, channel_secret("right", "secret"), fake.port, channel_secret("right", "secret"), cert, fake.port,
	    fake.port, cert));
	channel_keep("k", "t", "x");
	channel_flush();
	OK(run.n == 3 && run.v[0].outcome == IR_CHANNEL_SENT, "on this host a certificate is not looked at: %s",
	    channel_told());
	OK(run.n == 3 && run.v[1].outcome == IR_CHANNEL_SENT, "one that is trusted");
	OK(run.n == 3 && run.v[2].outcome == IR_CHANNEL_FAILED && strstr(run.v[2].why, "certificate"),
	    "one of another name is not: %s", run.v[2].why);
	const char *mails = channel_slurp("mails");
	OK(channel_count(mails, "\"tls\": true") == 2 && channel_count(mails, "\"user\": \"ir\"") == 2,
	    "both went by STARTTLS, with a login");
	end();
}

/* Where no TLS is offered a password goes to no other host. */
static void
test_strip(void)
{
	channel_scratch();
	fake = channel_fake("smtp.py", "mails", "login", NULL, NULL);
	channel_new(ir_asprintf(&run.arena,
	    "[channel \"m\"]\ntype = smtp\nserver = smtp://127.0.0.1:%d\nfrom = a@b.c\nrecipient = d@e.f\nuser = "
	    "ir\npassword-file = %s\nca-file = /etc/ssl/certs/ca-certificates.crt\n",
	    fake.port, channel_secret("right", "secret")));
	channel_keep("k", "t", "x");
	channel_flush();
	IS_STR(channel_told(), "m failed kept: it offers no TLS, and without it no password is sent\n",
	    "where TLS has to be, it is not done without");
	end();
}

int
main(void)
{
	test_whole();
	test_injection();
	test_encodings();
	test_addresses();
	ir_arena_done(&run.arena);
	test_taken();
	test_refusals();
	test_hangs();
	test_tls();
	test_strip();
	return tap_done();
}
