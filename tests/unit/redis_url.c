/* redis_url - the URLs of Redis' clients */
#include "net/redis_url.h"

#include "base/buf.h"
#include "tap.h"

static struct ir_arena arena;
static struct ir_redis_url u;

/* What was understood, the password too. */
static const char *
read_it(const char *text)
{
	struct ir_err err = IR_ERR_INIT;
	const char *secret, *s;

	if (ir_redis_url_parse(&arena, text, &u, &err) < 0)
		return ir_asprintf(&arena, "%s", err.msg);
	secret = ir_secret_reveal(&u.password);
	s = ir_asprintf(&arena, "%s %s:%s", u.subject, u.user ? u.user : "", secret ? secret : "");
	ir_redis_url_done(&u);
	return s;
}

static void
hosts_and_databases(void)
{
	IS_STR(read_it("redis://db"), "redis://db:6379/0 :", "a host");
	IS_STR(u.host, "db", "is one");
	IS_INT(u.port, 6379, "with the port that is usual");
	OK(!u.tls && !u.sentinel && !u.unix_path && !u.insecure, "nothing more");
	IS_STR(read_it("redis://db:7000/3"), "redis://db:7000/3 :", "port and database");
	IS_STR(read_it("REDIS://db:/"), "redis://db:6379/0 :", "neither");
	IS_STR(read_it("redis://"), "redis://localhost:6379/0 :", "nothing at all");
	IS_STR(read_it("redis://:7000"), "redis://localhost:7000/0 :", "a port alone");
	IS_STR(read_it("redis:///2"), "redis://localhost:6379/2 :", "a database alone");
	IS_STR(read_it("valkey://db/1"), "redis://db:6379/1 :", "valkey");
	IS_STR(read_it("rediscache://db/1"), "redis://db:6379/1 :", "rediscache");
	IS_STR(read_it("rediss://db"), "rediss://db:6379/0 :", "TLS");
	OK(u.tls, "is known");
	IS_STR(read_it("valkeys://db"), "rediss://db:6379/0 :", "valkey's");
	IS_STR(read_it("redis://db?tls=true"), "rediss://db:6379/0 :", "in the query");
	IS_STR(read_it("redis://db/1?db=5"), "redis://db:6379/5 :", "the query's database counts");
	IS_STR(read_it("redis://db?foo=bar&db=5&&=&x#frag"), "redis://db:6379/5 :", "what is not known is passed over");
	IS_STR(read_it("redis://db/0/cache"), "redis://db:6379/0 :", "a namespace");
	IS_STR(read_it("redis://db/%33"), "redis://db:6379/3 :", "an encoded database");
	IS_STR(read_it("redis://[::1]"), "redis://[::1]:6379/0 :", "IPv6");
	IS_STR(u.host, "::1", "without brackets");
	IS_STR(read_it("redis://[fe80::1%25eth0]:7/1"), "redis://[fe80::1%eth0]:7/1 :", "with a zone and a port");
	IS_STR(read_it("redis://a:1/0;redis://b:2/0"), "redis://a:1/0 :", "the first of several");
}

static void
users_and_passwords(void)
{
	IS_STR(read_it("redis://:pw@db"), "redis://db:6379/0 :pw", "a password");
	OK(!u.user && !u.password.bytes, "no user, and wiped");
	IS_STR(read_it("redis://me:pw@db"), "redis://db:6379/0 me:pw", "a user with one");
	IS_STR(read_it("redis://me@db"), "redis://db:6379/0 me:", "a user without");
	IS_STR(read_it("redis://me:@db"), "redis://db:6379/0 me:", "and with an empty one");
	IS_STR(read_it("redis://a%40b:p%3a%2F%25+@db"), "redis://db:6379/0 a@b:p:/%+", "decoded");
	IS_STR(
	    read_it("redis://me:p@ss:w%rd@db"), "redis://db:6379/0 me:p@ss:w%rd", "the last @ counts, a lone %% too");
	IS_STR(read_it("redis://me:p;q@db/1"), "redis://db:6379/1 me:p;q", "a semicolon is none between URLs");
	IS_STR(read_it("redis://db?username=me&password=a%26b+c"), "redis://db:6379/0 me:a&b c", "in the query");
	IS_STR(
	    read_it("redis://me:pw@db?username=you&password=other"), "redis://db:6379/0 me:pw", "which does not win");
}

static void
sockets(void)
{
	IS_STR(read_it("unix:///run/redis.sock"), "unix:///run/redis.sock?db=0 :", "a socket");
	IS_STR(u.unix_path, "/run/redis.sock", "is a path");
	OK(!u.host, "and no host");
	IS_STR(read_it("unix://me:pw@/run/r%20s?db=2"), "unix:///run/r s?db=2 me:pw", "with everything");
	IS_STR(read_it("unix:///s?db=2&password=pw"), "unix:///s?db=2 :pw", "the password behind it");
	IS_STR(read_it("redis+socket:///s?virtual_host=/4"), "unix:///s?db=4 :", "kombu's");
	IS_STR(read_it("redis+socket://%2Ftmp%2Fs"), "unix:///tmp/s?db=0 :", "encoded as a host");
	IS_STR(read_it("redis+unix:///s"), "unix:///s?db=0 :", "another one's");
}

static void
sentinels(void)
{
	IS_STR(read_it("sentinel://a"), "sentinel://a:26379 :", "one");
	OK(u.sentinel && !u.master, "without a master");
	IS_STR(read_it("sentinel://a:1/mymaster"), "sentinel://a:1/mymaster :", "its master");
	IS_STR(u.master, "mymaster", "is a name");
	IS_STR(read_it("sentinel://:pw@a:1;sentinel://b:2;sentinel://[::1]/m"), "sentinel://a:1,b:2,[::1]:26379/m :pw",
	    "several");
	IS_STR(u.host, "a", "the first one is the host");
	IS_INT(u.port, 1, "with its port");
	IS_STR(read_it("redis+sentinel://a:1,b/m/3"), "sentinel://a:1,b:26379/m :", "by comma, with a database");
	IS_INT(u.db, 3, "which is known");
	IS_STR(read_it("sentinel://a;b:2/m"), "sentinel://a:26379,b:2/m :", "by semicolon");
	IS_STR(read_it("sentinel://a/0;sentinel://b/0?master_name=m"),
	    "sentinel://a:26379,b:26379/m :", "a number is a database");
}

static void
certificates(void)
{
	read_it("rediss://db?ssl_cert_reqs=CERT_NONE");
	OK(u.insecure, "no verification");
	read_it("rediss://db?ssl_cert_reqs=required&ssl_ca_certs=%2Fca.pem&ssl_certfile=c&ssl_keyfile=k");
	OK(!u.insecure, "verification");
	IS_STR(u.ca_file, "/ca.pem", "by this authority");
	IS_STR(u.cert_file, "c", "with this certificate");
	IS_STR(u.key_file, "k", "and its key");
}

static void
refused(void)
{
	static const char *const bad[] = { "", "://", "redis", "redis:/db", "http://s3cret", "redis://db:s3cret/0",
		"redis://db:65536", "redis://db:0", "redis://db:-1", "redis://db:1x", "redis://s3cret/x@db:1/0",
		"redis://:s3cret/x@db", "redis://s3cret::1", "redis://[s3cret]", "redis://[::1", "redis://[::1]s3cret",
		"redis://[::1%25s3cret/]", "redis://s3 cret", "redis://s3cret%0a", "redis://s3cret%00",
		"redis://:s3cret%00@db", "redis://db/s3cret", "redis://db?db=s3cret", "redis://db/99999999999",
		"redis://a,s3cret", "unix://s3cret", "unix://", "unix:///s%00", "unix:///s?db=-1",
		"sentinel://a;s3cret!" };
	struct ir_err err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		err = (struct ir_err)IR_ERR_INIT;
		OK(ir_redis_url_parse(&arena, bad[i], &u, &err) < 0 && err.code == IR_CONFIG && err.hint[0], "'%s': %s",
		    bad[i], err.msg);
		OK(!strstr(err.msg, "s3cret") && !strstr(err.hint, "s3cret"), "no piece of it is shown");
		OK(!u.password.bytes && !u.host && !u.subject, "nothing is left");
	}
	OK(ir_redis_url_parse(&arena, ir_asprintf(&arena, "redis://%020000d", 1), &u, &err) < 0, "too long: %s",
	    err.msg);
	OK(ir_redis_url_is("Redis+Socket:///x") && !ir_redis_url_is("redis"), "what is one is known");
}

int
main(void)
{
	hosts_and_databases();
	users_and_passwords();
	sockets();
	sentinels();
	certificates();
	refused();
	ir_arena_done(&arena);
	return tap_done();
}
