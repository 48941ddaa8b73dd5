/*
 * keys - every section and key of ir.conf
 *
 * The parser, ir.conf(5) and ir-doctor read this table; a key that nothing reads has no place in it.
 */
#include "conf/check.h"
#include "conf/conf.h"

static const char *const check_types[] = { "http", "tcp", "tls", "command", "unit", NULL };
static const char *const families[] = { "any", "ipv4", "ipv6", NULL };
static const char *const off[] = { "off", NULL };
static const char *const http_versions[] = { "auto", "1.1", "2", NULL };

/* clang-format off */
#define STR(n, d, ...) { .name = n, .type = IR_KEY_STR, .def = d, .doc = __VA_ARGS__ }
#define LIST(n, ...) { .name = n, .type = IR_KEY_LIST, .doc = __VA_ARGS__ }
#define BOOL(n, d, t) { .name = n, .type = IR_KEY_BOOL, .def = d, .doc = t }
#define MS(n, d, t) { .name = n, .type = IR_KEY_MS, .def = d, .doc = t }
#define SIZE(n, d, t) { .name = n, .type = IR_KEY_SIZE, .def = d, .doc = t }
#define INT(n, d, lo, hi, t) { .name = n, .type = IR_KEY_INT, .def = d, .min = lo, .max = hi, .doc = t }
#define CHOICE(n, d, c, t) { .name = n, .type = IR_KEY_CHOICE, .def = d, .choices = c, .doc = t }
#define SECRET(n, t) { .name = n, .type = IR_KEY_SECRET, .doc = t }
#define END { .name = NULL }
/* clang-format on */

static const struct ir_key env_keys[] = {
	STR("name", NULL, "what this environment is called in records; by default docker context and compose project"),
	END,
};

static const struct ir_key journal_keys[] = {
	STR("dir", NULL, "where the journal is kept; by default $XDG_STATE_HOME/ir/journal; off for none", .path = true,
	    .choices = off),
	INT("keep-days", "7", 1, 3650,
	    "segments older than this go, unless an incident holds them or they wait to be pushed to url (for at most "
	    "ten times as long)"),
	STR("url", NULL,
	    "PostgreSQL that holds the journal of a whole team besides, in its schema ir (ir(7), Journal), as "
	    "postgresql://user@host/database; never with a password",
	    .check = ir_check_url),
	SECRET("password", "password of the user in url; by default libpq looks for it (PGPASSWORD, .pgpass)"),
	END,
};

static const struct ir_key service_keys[] = {
	LIST("compose", "compose service that belongs to it; by default the one of the same name"),
	LIST("unit", "systemd unit that belongs to it"),
	LIST("alert-match",
	    "label of alerts that belong to it, as name=value or name=~\"regular expression\"; several on "
	    "a line, with commas between them, have to hold together"),
	END,
};

static const struct ir_key check_keys[] = {
	CHOICE("type", NULL, check_types, "how to ask; by default told by the scheme of url, or by command or unit"),
	STR("service", NULL, "the service that it speaks for; by default none"),
	STR("url", NULL, "whom to ask: http://, https://, tcp://host:port or tls://host:port; never with a password",
	    .check = ir_check_url),
	STR("command", NULL, "program and arguments to run, by sh -c"),
	STR("unit", NULL, "systemd unit to look at"),
	MS("timeout", NULL, "how long one attempt may take; by default that of -t"),
	INT("retries", NULL, 0, 20, "attempts after a failed first one; by default those of --retry"),
	/* what is sent */
	STR("method", NULL, "HTTP method; by default GET, or POST with a body"),
	LIST("header", "HTTP header to send, as Name: value", .check = ir_check_header),
	STR("body", NULL, "HTTP body to send"),
	STR("user", NULL, "user name for HTTP basic authentication"),
	SECRET("password", "password of user"),
	SECRET("token", "bearer token to send in the Authorization header"),
	/* how to get there */
	CHOICE("family", "any", families, "addresses to use"),
	LIST("resolve", "address to use instead of asking the resolver, as host:port:address",
	    .check = ir_check_resolve),
	STR("unix-socket", NULL, "path of a unix socket to connect to instead", .path = true),
	STR("proxy", NULL, "HTTP proxy, as http://host:port; by default none, whatever the environment says",
	    .check = ir_check_url),
	CHOICE("http-version", "auto", http_versions, "HTTP version to insist on"),
	INT("redirects", "5", 0, 20, "redirects to follow; the last answer is judged"),
	STR("ca-file", NULL, "file of certificate authorities to trust instead of the system's", .path = true),
	STR("client-cert", NULL, "file with the client certificate (PEM)", .path = true),
	STR("client-key", NULL, "file with the key of client-cert (PEM)", .path = true),
	BOOL("insecure", "no", "do not verify the certificate"),
	/* what is well */
	STR("expect-status", "200-299", "HTTP statuses that are well, as 200-299,301", .check = ir_check_set),
	STR("expect-body", NULL, "text that the body must hold"),
	STR("expect-regex", NULL, "POSIX extended regular expression that the body must match"),
	LIST("expect-json", "member that the JSON body must have, as path.to.member = value"),
	SIZE("max-body", "1M", "bytes of the body to look at"),
	MS("latency-warn", NULL, "warn when the answer takes longer"),
	MS("latency-fail", NULL, "fail when the answer takes longer"),
	INT("cert-warn-days", "14", 0, 3650, "warn when the certificate expires sooner"),
	INT("cert-fail-days", "3", 0, 3650, "fail when the certificate expires sooner"),
	/* programs */
	BOOL("plugin", "no",
	    "command follows the conventions of monitoring plugins: exit status 0 1 2 3, performance data"),
	STR("ok-status", "0", "exit statuses of command that are well, as 0,3-5", .check = ir_check_set),
	STR("warn-status", NULL, "exit statuses of command that are a warning; all others are a failure",
	    .check = ir_check_set),
	STR("dir", NULL, "directory to run command in; by default the repository's root", .path = true),
	END,
};

static const char *const database_roles[] = { "any", "primary", "standby", NULL };
static const char *const cache_roles[] = { "any", "master", "replica", NULL };
static const char *const queue_types[] = { "celery", "rq", "sidekiq", "resque", "bullmq", "huey", "dramatiq", "arq",
	"laravel", "table", "django-tasks", "django-q", "procrastinate", "oban", "river", "que", "good-job",
	"solid-queue", "delayed-job", "pg-boss", "graphile-worker", "pgmq", "rabbitmq", NULL };

/* Of everything that ir-deps asks. */
/* clang-format off */
#define DEPENDENCY_KEYS \
	STR("service", NULL, "the service that it belongs to; by default the one whose name is the host's"), \
	MS("timeout", NULL, "how long it may take to answer; by default that of -t"), \
	LIST("resolve", "address to use instead of asking the resolver, as host:port:address", .check = ir_check_resolve), \
	LIST("warn", "threshold of a measure, as in connections 70%, oldest 5m or evictions off; ir-deps(1) lists them", .check = ir_check_threshold), \
	LIST("fail", "the same, for a failure", .check = ir_check_threshold)
#define TLS_KEYS \
	STR("ca-file", NULL, "file of certificate authorities to trust instead of the system's", .path = true), \
	STR("client-cert", NULL, "file with the client certificate (PEM)", .path = true), \
	STR("client-key", NULL, "file with the key of client-cert (PEM)", .path = true), \
	BOOL("insecure", "no", "do not verify the certificate")
/* clang-format on */

static const struct ir_key database_keys[] = {
	STR("url", NULL,
	    "postgresql://user@host:port/name?sslmode=…, with everything that libpq takes, or tcp://host:port; never "
	    "with a password",
	    .check = ir_check_url),
	SECRET("password", "password of the user; by default libpq looks for it (PGPASSWORD, ~/.pgpass)"),
	CHOICE("role", "any", database_roles, "what it has to be"),
	INT("replicas", NULL, 0, 1000, "standbys that have to be connected to it"),
	BOOL("job-tables", "yes", "look for the tables of known job systems"),
	DEPENDENCY_KEYS,
	END,
};

static const struct ir_key cache_keys[] = {
	STR("url", NULL,
	    "redis://user@host:port/db, rediss:// for TLS, unix:///path?db=n, sentinel://host:port/master, or "
	    "tcp://host:port; never with a password",
	    .check = ir_check_url),
	SECRET("password", "password of the user; by default that of REDISCLI_AUTH"),
	CHOICE("role", "any", cache_roles, "what it has to be"),
	INT("replicas", NULL, 0, 1000, "replicas that have to be connected to it"),
	BOOL("job-keys", "yes", "look for the keys of known job systems"),
	TLS_KEYS,
	DEPENDENCY_KEYS,
	END,
};

static const struct ir_key queue_keys[] = {
	STR("url", NULL,
	    "where the jobs are, as in [database] and [cache], or RabbitMQ's: amqp://user@host/vhost, or "
	    "http://host:15672/vhost for its management; never with a password",
	    .check = ir_check_url),
	STR("database", NULL,
	    "name of the [database] that holds the jobs; by default the only one, else DATABASE_URL's"),
	STR("cache", NULL, "name of the [cache] that holds the jobs"),
	SECRET("password", "password of the user"),
	CHOICE("type", NULL, queue_types, "the job system; by default it is recognised"),
	LIST("name", "a queue to look at; by default all that the job system lists"),
	STR("prefix", NULL,
	    "what the job system's keys begin with, or the schema of its tables, where it is not the usual one"),
	STR("table", NULL, "table of jobs, as in jobs_jobqueue or app.jobs"),
	STR("status", "pending", "values of the status column of jobs that wait, by comma"),
	STR("running", "running,processing,started", "the same, of jobs that run"),
	STR("failed", "failed,error", "the same, of jobs that were given up"),
	STR("status-column", NULL, "column of table with the status; by default status or state"),
	STR("created-column", NULL, "column of table with the time of creation; by default recognised"),
	STR("due-column", NULL, "column of table with the time from which on a job may run; by default recognised"),
	STR("queue-column", NULL, "column of table with the queue's name; by default none: all are one queue"),
	STR("pending-sql", NULL, "one SELECT that answers how many jobs wait, instead of table"),
	STR("running-sql", NULL, "the same, of jobs that run"),
	STR("scheduled-sql", NULL, "the same, of jobs that are due later"),
	STR("failed-sql", NULL, "the same, of jobs that were given up"),
	STR("oldest-sql", NULL, "one SELECT that answers for how many seconds the oldest job waits"),
	TLS_KEYS,
	DEPENDENCY_KEYS,
	END,
};

static const char *const logs_types[] = { "docker", "file", "stdin", "journald", "kubectl", "command", "clickhouse",
	"loki", "victorialogs", NULL };

static const struct ir_key logs_keys[] = {
	CHOICE("type", NULL, logs_types, "where the lines are; by default told by the keys that are given"),
	STR("service", NULL, "the service whose log it is; by default what the source itself tells"),
	STR("timezone", NULL,
	    "zone of times that name none, as Europe/Berlin, UTC or +02:00; by default this machine's"),
	/* files */
	LIST("path", "file, or pattern of files as /var/log/shop/*.log; rotated siblings are read with it"),
	/* containers */
	STR("project", NULL, "compose project whose containers are read; by default that of the working directory"),
	STR("container", NULL,
	    "name of one container, of the engine or in the pods of selector; all: every one of the engine, of compose "
	    "or not"),
	/* journald */
	LIST("unit", "systemd unit whose journal is read; by default those of service"),
	/* Kubernetes */
	STR("namespace", NULL, "namespace of the pods"),
	STR("selector", NULL, "labels of the pods, as app=web,tier!=cache"),
	STR("context", NULL, "context of kubectl's configuration"),
	/* programs */
	STR("command", NULL, "program and arguments that print lines, by sh -c"),
	/* engines */
	STR("url", NULL, "http:// or https:// of ClickHouse, Loki or VictoriaLogs; never with a password",
	    .check = ir_check_url),
	STR("table", NULL, "table of ClickHouse, as logs.app"),
	STR("time-column", NULL, "column of table with the time; by default recognised"),
	STR("message-column", NULL, "column of table with the line; by default recognised"),
	STR("level-column", NULL, "column of table with the level; by default recognised"),
	STR("service-column", NULL, "column of table with the service; by default recognised"),
	STR("query", NULL, "which lines, in the engine's own language: a condition of SQL, LogQL's {selector}, LogsQL"),
	STR("tenant", NULL, "tenant to ask for: Loki's X-Scope-OrgID, VictoriaLogs' AccountID:ProjectID"),
	STR("user", NULL, "user name"),
	SECRET("password", "password of user"),
	SECRET("token", "bearer token to send in the Authorization header"),
	LIST("resolve", "address to use instead of asking the resolver, as host:port:address",
	    .check = ir_check_resolve),
	TLS_KEYS,
	END,
};

static const char *const deploy_types[] = { "releases", "log", "command", "kubectl", "helm", "github", "gitlab", "git",
	NULL };

static const struct ir_key deploy_keys[] = {
	CHOICE("type", NULL, deploy_types, "what knows of the deploys; by default told by the keys that are given"),
	/* files and programs of one's own */
	STR("log", NULL, "file with one JSON object a line for each deploy; ir-deploys(1) lists their members",
	    .path = true),
	STR("command", NULL,
	    "program and arguments that print such lines, by sh -c, with IR_SERVICE in its environment"),
	STR("releases", NULL, "directory that Capistrano or Deployer deploys to, with releases and current in it",
	    .path = true),
	STR("dir", NULL, "checkout that is deployed by pull, checkout or reset; for command where it runs",
	    .path = true),
	/* Kubernetes */
	STR("namespace", NULL, "namespace of Deployments, StatefulSets or of the release"),
	STR("selector", NULL, "labels of Deployments and StatefulSets, as app=web,tier!=cache"),
	STR("context", NULL, "context of the configuration that kubectl and helm use"),
	STR("release", NULL, "release of Helm; by default the one of the service's name"),
	/* forges */
	STR("github", NULL, "repository of GitHub whose deployments are asked for, as owner/repository"),
	STR("gitlab", NULL, "project of GitLab whose deployments are asked for, as group/project"),
	STR("environment", NULL, "the environment whose deploys count, as the source calls it; by default all"),
	STR("url", NULL,
	    "where the API is; by default https://api.github.com or https://gitlab.com; never with a password",
	    .check = ir_check_url),
	SECRET("token", "token that may read deployments, sent as bearer token in the Authorization header"),
	LIST("resolve", "address to use instead of asking the resolver, as host:port:address",
	    .check = ir_check_resolve),
	TLS_KEYS,
	END,
};

static const char *const pager_types[] = { "alertmanager", "pagerduty", "goalert", "oncall", "opsgenie", "jsm",
	"command", NULL };

static const struct ir_key pager_keys[] = {
	CHOICE("type", NULL, pager_types, "which one it is; by default told by command, else alertmanager"),
	LIST("url",
	    "where its API is; several for the members of one Alertmanager cluster, which are tried in turn; never "
	    "with a password",
	    .check = ir_check_url),
	STR("command", NULL,
	    "program and arguments that print one JSON object a line for each open alert, by sh -c; ir-alerts(1) lists "
	    "their members"),
	STR("ack-command", NULL,
	    "program and arguments that acknowledge the alerts whose ids are lines on its standard input, by sh -c"),
	STR("user", NULL,
	    "who acknowledges, as the pager knows them: an e-mail address or a login; with password: for HTTP basic "
	    "authentication"),
	SECRET("password", "password of user, for HTTP basic authentication"),
	SECRET("token", "token or key of the API"),
	STR("cloud-id", NULL, "of the Jira site, for jsm"),
	LIST("header", "HTTP header to send, as Name: value, such as X-Scope-OrgID: shop", .check = ir_check_header),
	LIST("filter", "only alerts with this label, as name=value, name!=value, name=~regex or name!~regex"),
	LIST("service-label", "label that names an alert's service; the first that it has counts; by default service"),
	LIST("group-label",
	    "labels that a silence may be made of, from the widest to the narrowest, for alertmanager; by "
	    "default alertname, cluster, namespace, service, job, instance"),
	MS("ack-for", "15m", "how long an acknowledgement holds, where the pager lets it be chosen"),
	LIST("resolve", "address to use instead of asking the resolver, as host:port:address",
	    .check = ir_check_resolve),
	TLS_KEYS,
	END,
};

static const char *const channel_types[] = { "file", "slack", "mattermost", "discord", "teams", "webhook", "smtp",
	"command", NULL };

static const struct ir_key channel_keys[] = {
	CHOICE("type", NULL, channel_types, "which one it is; by default told by file or command, else webhook"),
	STR("file", NULL, "file that posts are added to", .path = true),
	STR("command", NULL,
	    "program and arguments that get the post as one line of JSON on standard input, by sh -c, with IR_CHANNEL "
	    "in "
	    "its environment; status 65 says that it would refuse it again"),
	/* A webhook's URL is as good as a password. */
	SECRET("url", "URL of the webhook, which is a secret"),
	STR("server", NULL,
	    "base of an API: https://mattermost.example, by default https://slack.com; or mail server: smtp://host:25, "
	    "smtps://host",
	    .check = ir_check_url),
	SECRET("token", "token of the API: of Slack's bot (xoxb-…), of Mattermost"),
	STR("to", NULL, "id or name of the channel, for slack and mattermost with a token"),
	/* mail */
	LIST("recipient", "address that mail goes to"),
	STR("from", NULL, "address that mail comes from"),
	STR("user", NULL, "user name at the mail server"),
	SECRET("password", "password of user"),
	LIST("header", "HTTP header to send, as Name: value", .check = ir_check_header),
	MS("timeout", "5s", "how long one post may take"),
	LIST("resolve", "address to use instead of asking the resolver, as host:port:address",
	    .check = ir_check_resolve),
	TLS_KEYS,
	END,
};

static const char *const ticket_types[] = { "github", "gitlab", "command", NULL };

static const struct ir_key ticket_keys[] = {
	CHOICE("type", NULL, ticket_types, "which one it is; by default told by the keys that are given"),
	STR("github", NULL, "repository whose issues are used, as owner/repository"),
	STR("gitlab", NULL, "project whose issues are used, as group/project"),
	STR("command", NULL,
	    "program and arguments that get the ticket as one line of JSON on standard input, by sh -c, with IR_TICKET "
	    "(open, comment or close) in its environment; open prints the ticket's URL or id"),
	STR("url", NULL,
	    "where the API is; by default https://api.github.com or https://gitlab.com; never with a password",
	    .check = ir_check_url),
	SECRET("token", "token that may write issues"),
	LIST("label", "label of new issues"),
	LIST("resolve", "address to use instead of asking the resolver, as host:port:address",
	    .check = ir_check_resolve),
	TLS_KEYS,
	END,
};

const struct ir_section_type ir_section_types[] = {
	{ "env", false, "the environment that is looked at", env_keys },
	{ "journal", false, "the memory of all runs", journal_keys },
	{ "service", true, "a service, and what others call it", service_keys },
	{ "check", true, "one thing to look at", check_keys },
	{ "database", true, "a PostgreSQL that services need", database_keys },
	{ "cache", true, "a Redis or Valkey that services need", cache_keys },
	{ "queue", true, "jobs that wait for workers", queue_keys },
	{ "logs", true, "a source of log lines", logs_keys },
	{ "deploy", true, "what knows when a service was deployed; its name is the service's", deploy_keys },
	{ "pager", true, "what pages: where open alerts are", pager_keys },
	{ "channel", true, "where responders are told", channel_keys },
	{ "ticket", false, "where incidents are tracked", ticket_keys },
	{ .name = NULL },
};
