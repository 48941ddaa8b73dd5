/* find_place - hosts of URLs, and how a host of a container network is reached */
#include "dep/find.h"

#include "tap.h"

static struct ir_arena arena;

/* "a:1 b:2" */
static const char *
hosts(const char *url)
{
	struct ir_dep_host v[3];
	size_t n = ir_deps_hosts(&arena, url, v, 3);
	const char *s = "";

	for (size_t i = 0; i < n; i++)
		s = ir_asprintf(&arena, "%s%s%s:%u", s, i ? " " : "", v[i].host, v[i].port);
	return s;
}

static void
test_hosts(void)
{
	IS_STR(hosts("tcp://h:7"), "h:7", "a host and a port");
	IS_STR(hosts("tcp://h"), "h:0", "no port");
	IS_STR(hosts("amqp://u:p@h/v"), "h:5672", "the usual one");
	IS_STR(hosts("amqps://u:p@x@h:/v"), "h:5671", "the last @ counts");
	IS_STR(hosts("tcp://a:1,b:2,c:3,d:4"), "a:1 b:2 c:3", "several, no more than are asked for");
	IS_STR(hosts("tcp://[::1]:7,[::2]"), "::1:7 ::2:0", "IPv6");
	IS_STR(hosts("redis://:p@r/0"), "r:6379", "Redis");
	IS_STR(hosts("sentinel://a;sentinel://b:2/m"), "a:26379 b:2", "sentinels");
	IS_STR(hosts("unix:///x"), "", "a socket has none");
	IS_STR(hosts("postgresql:///d?host=/x"), "", "nor has PostgreSQL's");
	IS_STR(hosts("postgresql://%2Frun/d"), "", "however it is written");
	IS_STR(hosts("tcp://h:s"), "", "a port that is none");
	IS_STR(hosts("tcp://[::1"), "", "an open bracket");
	IS_STR(hosts("x"), "", "no URL");
	IS_STR(hosts(NULL), "", "nothing");
}

static struct ir_container_port ports[] = { { "0.0.0.0", 5432, 15432 }, { "127.0.0.2", 6379, 16379 } };
static struct ir_container v[] = {
	{ .name = "shop_db_1",
	    .service = "db",
	    .state = "running",
	    .ports = ports,
	    .ports_n = 2,
	    .address = "172.18.0.2" },
	{ .name = "shop_mq_1", .service = "mq", .state = "running", .host_network = true },
	{ .name = "shop_old_1", .service = "old", .state = "exited", .address = "172.18.0.3" },
	{ .name = "shop_none_1", .service = "none", .state = "running" },
	{ .name = "shop_run_1", .service = "run", .state = "running", .oneoff = true, .address = "172.18.0.4" },
	{ .name = "shop_two_1", .service = "two", .state = "exited" },
	{ .name = "shop_two_2", .service = "two", .state = "running", .address = "172.18.0.5" },
	{ .name = "shop_six_1", .service = "six", .state = "running", .address = "fd00::2" },
};

static const char *
reach(const char *host, uint16_t port, const char *at, bool local)
{
	const char *via, *down, *address;

	address = ir_deps_reach(&arena, v, sizeof(v) / sizeof(*v), host, port, at, local, &via, &down);
	OK(!address || (via && *via), "%s: there is a way when there is an address", host);
	return address ? ir_asprintf(&arena, "%s by %s", address, via) : down ? down : "";
}

static void
test_reach(void)
{
	const char *here = "127.0.0.1";

	ir_list_add(&arena, &v[0].aliases, "primary");
	IS_STR(reach("db", 5432, here, true), "127.0.0.1:15432 by published port of shop_db_1", "a published port");
	IS_STR(reach("DB", 6379, here, true), "127.0.0.2:16379 by published port of shop_db_1", "on one address");
	IS_STR(reach("shop_db_1", 80, here, true), "172.18.0.2:80 by address of shop_db_1", "its address, by its name");
	IS_STR(reach("primary", 80, here, true), "172.18.0.2:80 by address of shop_db_1", "and an alias");
	IS_STR(reach("mq", 5672, here, true), "127.0.0.1:5672 by host network of shop_mq_1", "the host's network");
	IS_STR(reach("two", 1, here, true), "172.18.0.5:1 by address of shop_two_2", "the one that runs");
	IS_STR(reach("six", 1, here, true), "[fd00::2]:1 by address of shop_six_1", "IPv6");
	IS_STR(reach("host.docker.internal", 1, here, true), "127.0.0.1:1 by engine's machine", "the machine itself");
	IS_STR(reach("old", 5432, here, true), "its container shop_old_1 does not run: it is exited", "none that runs");
	IS_STR(reach("none", 5432, here, true),
	    "port 5432 of shop_none_1 is not published, and it has no address that can be reached from here", "no way");
	IS_STR(reach("run", 1, here, true), "", "one-off ones are none");
	IS_STR(reach("elsewhere", 1, here, true), "", "nor are others");
	IS_STR(reach("db", 5432, "10.0.0.1", false), "10.0.0.1:15432 by published port of shop_db_1",
	    "on another machine");
	IS_STR(reach("db", 6379, "10.0.0.1", false),
	    "port 6379 of shop_db_1 is not published, and it has no address that can be reached from here",
	    "where loopback is not ours");
	IS_STR(reach("db", 5432, NULL, false),
	    "port 5432 of shop_db_1 is not published, and it has no address that can be reached from here",
	    "nor known where it is");
}

int
main(void)
{
	test_hosts();
	test_reach();
	ir_arena_done(&arena);
	return tap_done();
}
