/* url - what is asked, and where a Location leads */
#include "net/url.h"

#include <strings.h>

#include "tap.h"

static struct ir_curl c;

static void
test_parse(void)
{
	static const struct {
		const char *text, *url, *host, *user, *password;
		int port;
	} cases[] = {
		{ "http://h", "http://h/", "h", NULL, NULL, 80 },
		{ "HTTPS://H.Example/x?y#z", "https://H.Example/x?y", "H.Example", NULL, NULL, 443 },
		{ "http://u%40x:p%3a@h:8080/", "http://h:8080/", "h", "u@x", "p:", 8080 },
		{ "http://[::1]:81/", "http://[::1]:81/", "::1", NULL, NULL, 81 },
		{ "http://[fe80::1%25eth0]/", "http://[fe80::1%25eth0]/", "fe80::1%eth0", NULL, NULL, 80 },
		{ "http://b\xc3\xbc.example/", "http://xn--b-eha.example/", "xn--b-eha.example", NULL, NULL, 80 },
		{ "http://127.1/", "http://127.0.0.1/", "127.0.0.1", NULL, NULL, 80 },
	};
	static const char *const bad[] = { "", "h", "/x", "//h/", "ftp://h/", "http://", "http://h:0/",
		"http://h:65536/", "http://h:x/", "http://[::1/", "http://h\n/", "http://\xff/",
		"http://a\xe2\x80\xae/", "javascript:alert(1)", "mailto:a@b" };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ir_err err = IR_ERR_INIT;
		struct ir_url u;

		IS_INT(ir_url_parse(&c, cases[i].text, &u, &err), 0, "%s %s", cases[i].text, err.msg);
		IS_STR(u.text, cases[i].url, "what is sent");
		IS_STR(u.host, cases[i].host, "to which host");
		IS_INT(u.port, cases[i].port, "and port");
		IS_STR(u.user, cases[i].user, "user");
		IS_STR(u.password, cases[i].password, "password");
		OK(u.tls == (strncasecmp(cases[i].text, "https", 5) == 0), "TLS or not");
		ir_url_done(&c, &u);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ir_err err = IR_ERR_INIT;
		struct ir_url u;

		OK(ir_url_parse(&c, bad[i], &u, &err) < 0 && err.code == IR_USAGE && !u.text && !u.host,
		    "bad URL %zu: %s", i + 1, err.msg);
	}
}

static void
test_follow(void)
{
	static const struct {
		const char *from, *location, *want;
		bool same;
	} cases[] = {
		{ "http://h/a/b?q", "c", "http://h/a/c", true },
		{ "http://h/a/b", "../c", "http://h/c", true },
		{ "http://h/a/b", "/c", "http://h/c", true },
		{ "http://h/a/b", "?x", "http://h/a/b?x", true },
		{ "http://h/a/b", "a b", "http://h/a/a%20b", true },
		{ "http://h/", "//i/c", "http://i/c", false },
		{ "http://h/", "http://H:80/c", "http://H:80/c", true },
		{ "http://h/", "http://h:81/", "http://h:81/", false },
		{ "http://h/", "https://h/", "https://h/", false },
		{ "http://u:p@h/", "http://v:q@i/", "http://i/", false },
		{ "https://h/", "http://h/", NULL, false },
		{ "http://h/", "file:///etc/passwd", NULL, false },
		{ "http://h/", "data:text/plain,x", NULL, false },
		{ "http://h/", "http://h:99999/", NULL, false },
		{ "http://h/", "http://", NULL, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ir_err err = IR_ERR_INIT;
		struct ir_url from, to;
		int rc;

		ir_url_parse(&c, cases[i].from, &from, &err);
		rc = ir_url_follow(&c, &from, cases[i].location, &to, &err);
		OK(rc == (cases[i].want ? 0 : -1), "%s from %s %s", cases[i].location, cases[i].from, err.msg);
		IS_STR(to.text, cases[i].want, "leads there");
		OK(!to.user && !to.password, "with no user of its own");
		if (rc == 0)
			OK(ir_url_same_origin(&from, &to) == cases[i].same, "%s origin",
			    cases[i].same ? "the same" : "another");
		ir_url_done(&c, &from);
		ir_url_done(&c, &to);
	}
}

int
main(void)
{
	struct ir_err err = IR_ERR_INIT;

	if (ir_curl_load(&c, &err) < 0) {
		printf("Bail out! %s\n", err.msg);
		return 1;
	}
	test_parse();
	test_follow();
	return tap_done();
}
