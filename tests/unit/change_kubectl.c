/*
 * change_kubectl - rollouts that Kubernetes keeps, and releases of Helm, through a kubectl and a helm of our own
 *
 * No Kubernetes can be had here: what they print is written by hand after the documents of apps/v1 (Deployment, StatefulSet, ReplicaSet, ControllerRevision; the annotations
 * deployment.kubernetes.io/revision and revision-history of the deployment controller) and of helm 3 (the JSON members of history and list). Unchecked: what a
 * newer helm prints, and a kubectl that may see one kind and not another.
 */
#include <signal.h>
#include <sys/stat.h>

#include "change/parse.h"
#include "change_source.h"
#include "scratch.h"

static struct ir_arena arena;
static struct change_run r;

static const char *
in(const char *name)
{
	return ir_asprintf(&arena, "%s/%s", scratch_top, name);
}

/* Its arguments go into a file of its own for each call, "args.1" and so on. */
static void
program(const char *name, const char *script)
{
	scratch_file(name, ir_asprintf(&arena,
			       "#!/bin/sh\ni=1; while ! mkdir '%s/call.'$i 2>/dev/null; do i=$((i+1)); done\n"
			       "echo \"$@\" >'%s/call.'$i/args\n%s\n",
			       scratch_top, scratch_top, script));
	chmod(in(name), 0700);
}

static void
prints(const char *name, const char *text)
{
	scratch_file("out", text);
	program(name, ir_asprintf(&arena, "cat '%s/out'", scratch_top));
}

/* Of call n, and forgotten; "" when there was none. */
static const char *
arguments(int n)
{
	const char *dir = in(ir_asprintf(&arena, "call.%d", n)), *path = ir_asprintf(&arena, "%s/args", dir);
	char *buf = ir_arena_alloc(&arena, 4096);
	FILE *f = fopen(path, "re");

	if (!f)
		return "";
	buf[fread(buf, 1, 4095, f)] = '\0';
	fclose(f);
	unlink(path);
	rmdir(dir);
	buf[strcspn(buf, "\n")] = '\0';
	return buf;
}

static void
forget(void)
{
	for (int i = 1; *arguments(i); i++)
		;
}

/* ---- Kubernetes */

#define LIST(items) "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[" items "]}"
#define CONTAINERS(image) "\"spec\":{\"containers\":[{\"name\":\"app\",\"image\":\"" image "\"}]}"
#define DEPLOYMENT(name, revision, labels, conditions, available) \
	"{\"kind\":\"Deployment\",\"metadata\":{\"name\":\"" name "\",\"namespace\":\"shop\",\"labels\":{" labels \
	"},\"annotations\":{\"deployment.kubernetes.io/revision\":\"" revision \
	"\"},\"creationTimestamp\":\"2025-01-01T00:00:00Z\"},\"spec\":{\"replicas\":2},\"status\":{" \
	"\"availableReplicas\":" available ",\"updatedReplicas\":2,\"conditions\":[" conditions "]}}"
#define REPLICASET(name, owner, revision, created, more, image, labels) \
	"{\"kind\":\"ReplicaSet\",\"metadata\":{\"name\":\"" name \
	"\",\"namespace\":\"shop\",\"creationTimestamp\":\"" created \
	"\",\"annotations\":{\"deployment.kubernetes.io/revision\":\"" revision "\"" more \
	"},\"ownerReferences\":[{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"" owner \
	"\",\"controller\":true}]},\"spec\":{\"template\":{\"metadata\":{\"labels\":{" labels \
	"}}," CONTAINERS(image) "}}}"
#define PROGRESSING(status, reason, time) \
	"{\"type\":\"Available\",\"status\":\"True\"},{\"type\":\"Progressing\",\"status\":\"" status \
	"\",\"reason\":\"" reason "\",\"lastUpdateTime\":\"" time \
	"\",\"lastTransitionTime\":\"2025-01-01T00:00:00Z\"}"
#define DONE(time) PROGRESSING("True", "NewReplicaSetAvailable", time)

#define WEB_1 REPLICASET("web-1", "web", "1", "2026-01-30T10:15:00Z", "", "reg:5000/web:1.8.1", "")
#define WEB_2 \
	REPLICASET("web-2", "web", "2", "2026-02-01T02:12:44Z", ",\"kubernetes.io/change-cause\":\"roll it\"", \
	    "reg:5000/web@sha256:00", "\"app.kubernetes.io/version\":\"1.8.2\"")

static const char *
go(const char *text, const char *service, const char *lines)
{
	prints("kubectl", text);
	r.service = service;
	change_go(&r, &ir_change_kubectl, ir_asprintf(&arena, "type = kubectl\n%s", lines));
	return change_rows(&r);
}

static void
test_rollouts(void)
{
	IS_STR(go(LIST(WEB_2 "," DEPLOYMENT("web", "2", "", DONE("2026-02-01T02:13:10Z"), "2") "," WEB_1), NULL,
		   "namespace = shop\ncontext = prod\nselector = app=web"),
	    "2026-01-30T10:15:00.000Z replicaset created web deploy - 1.8.1 replaced\n"
	    "2026-02-01T02:12:44.000Z replicaset created web deploy - 1.8.2 succeeded current\n",
	    "a deploy for each revision");
	IS_STR(arguments(1),
	    "get deployments,statefulsets,replicasets,controllerrevisions --output=json --context=prod "
	    "--namespace=shop "
	    "--selector=app=web",
	    "what kubectl is asked");
	IS_STR(r.n > 1 ? r.v[1].rollout : "", "shop/deployments/web/2", "which revision");
	IS_STR(r.n > 1 ? r.v[1].h.subject : "", "kubernetes://prod/shop/deployments/web", "where");
	IS_STR(r.n > 1 ? r.v[1].image : "", "reg:5000/web@sha256:00", "the image");
	IS_STR(r.n > 1 ? r.v[1].message : "", "roll it", "why");
	IS_STR(r.n > 1 ? r.v[1].health : "", "healthy", "how it is");
	IS_STR(r.n > 1 ? r.v[1].previous_version : "", "1.8.1", "what ran before");
	IS_INT(r.n > 1 ? r.v[1].previous_available : -1, 1, "is still there");
	OK(r.n > 1 && !r.v[0].health && r.v[0].previous_available == -1, "of the first, nothing before it is known");
	change_end(&r);
}

static void
test_undo(void)
{
	static const char undone[] =
	    LIST(DEPLOYMENT("web", "3", "", DONE("2026-02-01T03:00:00Z"), "2") "," WEB_2 "," REPLICASET("web-1", "web",
		"3", "2026-01-30T10:15:00Z", ",\"deployment.kubernetes.io/revision-history\":\"1\"", "web:1.8.1", ""));

	IS_STR(go(undone, NULL, ""),
	    "2026-01-30T10:15:00.000Z replicaset created web deploy - 1.8.1 replaced\n"
	    "2026-02-01T03:00:00.000Z condition Progressing updated web rollback - 1.8.1 succeeded current\n"
	    "2026-02-01T02:12:44.000Z replicaset created web deploy - 1.8.2 replaced\n",
	    "after an undo the creation is not the time of the rollout");
	IS_STR(r.n > 1 ? r.v[0].rollout : "", "shop/deployments/web/1", "the first rollout keeps its number");
	IS_STR(r.n > 1 ? r.v[1].rollout : "", "shop/deployments/web/3", "the undo has a new one");
	IS_STR(r.n > 1 ? r.v[1].previous_version : "", "1.8.2", "and this before it");
	change_end(&r);
	IS_STR(go(LIST(DEPLOYMENT("web", "3", "", "", "2") "," WEB_2 "," REPLICASET(
		      "web-1", "web", "3", "2026-01-30T10:15:00Z", "", "web:1.8.1", "")),
		   NULL, ""),
	    "2026-01-30T10:15:00.000Z replicaset created, before an undo web deploy - 1.8.1 succeeded current\n"
	    "2026-02-01T02:12:44.000Z replicaset created web deploy - 1.8.2 replaced\n",
	    "where nothing tells its time, that is said");
	change_end(&r);
}

static void
test_health(void)
{
	static const struct {
		const char *text, *outcome, *health;
		enum ir_status status;
	} cases[] = {
		{ LIST(DEPLOYMENT(
		      "web", "2", "", PROGRESSING("True", "ReplicaSetUpdated", "2026-02-01T02:13:10Z"), "1") "," WEB_2),
		    "running", "starting", IR_STATUS_WARN },
		{ LIST(DEPLOYMENT("web", "2", "",
		      PROGRESSING("False", "ProgressDeadlineExceeded", "2026-02-01T02:13:10Z"), "1") "," WEB_2),
		    "failed", "unhealthy", IR_STATUS_FAIL },
		{ LIST(DEPLOYMENT("web", "2", "", DONE("2026-02-01T02:13:10Z"), "0") "," WEB_2), "succeeded",
		    "unhealthy", IR_STATUS_FAIL },
		{ LIST(DEPLOYMENT("web", "2", "", DONE("2026-02-01T02:13:10Z"), "2") "," WEB_2), "succeeded", "healthy",
		    IR_STATUS_OK },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		go(cases[i].text, NULL, "");
		IS_STR(r.n == 1 ? r.v[0].outcome : "", cases[i].outcome, "case %zu: how it went", i);
		IS_STR(r.n == 1 ? r.v[0].health : "", cases[i].health, "and how it is");
		IS_INT(r.n == 1 ? (int64_t)r.v[0].h.status : -1, cases[i].status, "as a status");
		change_end(&r);
	}
}

static void
test_services(void)
{
	static const char both[] = LIST(DEPLOYMENT("web", "2", "\"app.kubernetes.io/name\":\"shop\"", "",
	    "2") "," WEB_2 "," DEPLOYMENT("db", "1", "", "", "2") "," REPLICASET("db-1", "db", "1",
	    "2026-01-01T00:00:00Z", "", "db:0123456789abcdef0123456789abcdef01234567", ""));

	go(both, NULL, "");
	IS_STR(change_rows(&r),
	    "2026-01-01T00:00:00.000Z replicaset created db deploy 0123456789abcdef0123456789abcdef01234567 - "
	    "succeeded current\n"
	    "2026-02-01T02:12:44.000Z replicaset created shop deploy - 1.8.2 succeeded current\n",
	    "a service by its label, else by its Deployment; a tag that is a hash is the revision");
	change_end(&r);
	go(both, "db", "");
	OK(r.n == 1 && strcmp(r.v[0].h.service, "db") == 0, "the one that the section names");
	change_end(&r);
	go(both, "api", "selector = app=api");
	OK(r.n == 2 && strcmp(r.v[0].h.service, "api") == 0, "all that a selector finds is that service's");
	change_end(&r);
}

static void
test_statefulset(void)
{
#define CONTROLLED(name, number, created, image) \
	"{\"kind\":\"ControllerRevision\",\"metadata\":{\"name\":\"" name \
	"\",\"namespace\":\"shop\",\"creationTimestamp\":\"" created \
	"\",\"ownerReferences\":[{\"kind\":\"StatefulSet\",\"name\":\"db\"}]},\"revision\":" number \
	",\"data\":{\"spec\":{\"template\":{" CONTAINERS(image) "}}}}"
	IS_STR(go(LIST("{\"kind\":\"StatefulSet\",\"metadata\":{\"name\":\"db\",\"namespace\":\"shop\"},\"spec\":{"
		       "\"replicas\":1},"
		       "\"status\":{\"readyReplicas\":1,\"currentRevision\":\"db-2\",\"updateRevision\":\"db-2\"}}"
		       "," CONTROLLED("db-1", "1", "2026-01-01T00:00:00Z", "pg:14") "," CONTROLLED(
			   "db-2", "2", "2026-01-05T00:00:00Z", "pg:15")),
		   NULL, ""),
	    "2026-01-01T00:00:00.000Z controllerrevision created db deploy - 14 replaced\n"
	    "2026-01-05T00:00:00.000Z controllerrevision created db deploy - 15 succeeded current\n",
	    "a StatefulSet by its revisions");
	change_end(&r);
}

static void
test_bad_kubectl(void)
{
	static const struct {
		const char *script, *said;
	} cases[] = {
		{ "echo 'The connection to the server 10.0.0.1:6443 was refused' >&2; exit 1",
		    "kubectl exited with status 1: The connection to the server 10.0.0.1:6443 was refused" },
		{ "echo no", "what kubectl prints is not JSON" },
		{ "echo '{\"items\":{}}'", "what kubectl prints is no list" },
		{ "echo '[1]'", "what kubectl prints is no list" },
		{ "head -c 100000 /dev/zero | tr '\\0' '['", "what kubectl prints is not JSON" },
		{ "head -c 20000000 /dev/zero",
		    "kubectl printed more than 16384 KiB (narrow it down by namespace and selector)" },
		{ "exec cat /dev/zero", "kubectl: no answer within" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		program("kubectl", cases[i].script);
		r.timeout_ms = i == 6 ? 500 : 8000;
		change_go(&r, &ir_change_kubectl, "type = kubectl");
		OK(r.n == 0 && r.n_faults == 1 &&
			strncmp(change_fault(&r, 0), cases[i].said, strlen(cases[i].said)) == 0,
		    "%s: %s", cases[i].script, change_fault(&r, 0));
		change_end(&r);
	}
	scratch_file("out", LIST(DEPLOYMENT("web", "2", "", "", "2") "," WEB_2));
	program("kubectl",
	    ir_asprintf(&arena, "cat '%s/out'; echo 'Error from server (Forbidden): no' >&2; exit 1", scratch_top));
	change_go(&r, &ir_change_kubectl, "type = kubectl");
	OK(r.n == 1 && r.n_faults == 1, "what it may see is told, with what it may not");
	change_end(&r);
	r.stops = true;
	program("kubectl", "sleep 60");
	change_go(&r, &ir_change_kubectl, "type = kubectl");
	IS_INT(r.done, 0, "stopped, it does not tell of its end");
	change_end(&r);
}

/* Members of any other type, or none, in any place: nothing is made of them, and nothing breaks. */
static void
test_wrong_types(void)
{
	static const char *const values[] = { "null", "7", "\"x\"", "[]", "{}", "[[]]", "true", "\"\\u0000\"" };
	static const char *const at[] = {
		LIST("\x01"),
		LIST("{\"kind\":\x01}"),
		LIST("{\"kind\":\"ReplicaSet\",\"metadata\":\x01}"),
		LIST(DEPLOYMENT("web", "1", "", "",
		    "2") ",{\"kind\":\"ReplicaSet\",\"metadata\":{\"namespace\":\"shop\",\"creationTimestamp\":\x01,"
			 "\"annotations\":\x01,\"ownerReferences\":[\x01,{\"kind\":\"Deployment\",\"name\":\"web\"}]},"
			 "\"spec\":\x01}"),
		LIST(DEPLOYMENT("web", "1", "", "\x01", "\x01") "," REPLICASET("a", "web", "1", "2026-01-01T00:00:00Z",
		    ",\"kubernetes.io/change-cause\":\x01", "i", "\"app.kubernetes.io/version\":\x01")),
	};

	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			struct ir_change_rows rows = { .arena = &arena };
			const char *text = "";

			for (const char *s = at[i]; *s; s += strcspn(s, "\x01"), s += *s == 1)
				text = ir_asprintf(&arena, "%s%.*s%s", text, (int)strcspn(s, "\x01"), s,
				    s[strcspn(s, "\x01")] ? values[j] : "");
			OK(ir_change_kubectl_rows(text, strlen(text), NULL, false, &rows, NULL) == 0 &&
				rows.n == (i == 4),
			    "place %zu, value %s", i, values[j]);
		}
}

static void
test_many(void)
{
	struct ir_change_rows rows = { .arena = &arena };
	struct ir_buf b;

	ir_buf_init(&b, 16 << 20);
	ir_buf_adds(&b, "{\"items\":[" DEPLOYMENT("web", "1", "", "", "2"));
	for (int i = 0; i < 30000; i++)
		ir_buf_adds(&b, "," REPLICASET("a", "web", "1", "2026-01-01T00:00:00Z", "", "i", ""));
	ir_buf_adds(&b, "]}");
	IS_INT(ir_change_kubectl_rows(b.data, b.len, NULL, false, &rows, NULL), 0, "ten megabytes of them");
	OK(rows.n == IR_CHANGE_DEPLOYS && rows.cut, "are cut");
	ir_buf_done(&b);
}

/* ---- Helm */

#define ROW(revision, updated, status, version, description) \
	"{\"revision\":" revision ",\"updated\":\"" updated "\",\"status\":\"" status \
	"\",\"chart\":\"shop-0.3.0\",\"app_version\":\"" version "\",\"description\":\"" description "\"}"

static const char history[] = "[" ROW(
    "1", "2026-01-30T10:15:00.123456789Z", "superseded", "1.8.1", "Install complete") "," ROW("2",
    "2026-02-01T03:12:44.5+01:00", "superseded", "1.8.2", "Upgrade complete") "," ROW("3", "2026-02-01T02:20:00Z",
    "failed", "1.8.3", "Upgrade \\\"shop\\\" failed: timed out") "," ROW("4", "2026-02-01T02:30:00Z", "deployed",
    "1.8.1", "Rollback to 1") "," ROW("5", "2026-02-01T02:40:00Z", "pending-upgrade", "1.9", "Preparing upgrade") "]\n";

static void
test_history(void)
{
	forget();
	prints("helm", history);
	r.service = "web";
	change_go(&r, &ir_change_helm, "type = helm\nrelease = shop\nnamespace = prod\ncontext = c");
	IS_STR(change_rows(&r),
	    "2026-01-30T10:15:00.123Z release updated web deploy - 1.8.1 replaced\n"
	    "2026-02-01T02:12:44.500Z release updated web deploy - 1.8.2 replaced\n"
	    "2026-02-01T02:20:00.000Z release updated web deploy - 1.8.3 failed\n"
	    "2026-02-01T02:30:00.000Z release updated web rollback - 1.8.1 succeeded current\n"
	    "2026-02-01T02:40:00.000Z release updated web deploy - 1.9 running\n",
	    "a release's history");
	IS_STR(arguments(1), "history --output=json --max=50 --namespace=prod --kube-context=c -- shop",
	    "what helm is asked");
	IS_STR(r.n > 3 ? r.v[3].previous_version : "", "1.8.2", "what failed did not run before");
	IS_STR(r.n > 3 ? r.v[3].rollout : "", "prod/shop/4", "which revision");
	IS_STR(r.n > 3 ? r.v[3].h.subject : "", "helm://c/prod/shop", "of what");
	change_end(&r);
	r.service = "web";
	change_go(&r, &ir_change_helm, "type = helm");
	IS_STR(arguments(1), "history --output=json --max=50 -- web", "by default the release of the service's name");
	change_end(&r);
}

static void
test_list(void)
{
	forget();
	scratch_file("history", history);
	program("helm",
	    ir_asprintf(&arena,
		"case $1 in list) echo "
		"'[{\"name\":\"a\",\"namespace\":\"n1\"},{\"name\":\"b\",\"namespace\":\"n2\"},{\"name\":7}]';; "
		"*) case $* in *n2*) echo 'Error: release: not found' >&2; exit 1;; esac; cat '%s/history';; esac",
		scratch_top));
	change_go(&r, &ir_change_helm, "type = helm");
	IS_INT((int64_t)r.n, 5, "the history of each that is listed");
	IS_STR(r.n ? r.v[0].h.service : "", "a", "is of the service of its name");
	IS_STR(r.n ? r.v[0].rollout : "", "n1/a/1", "in its namespace");
	IS_INT((int64_t)r.n_faults, 1, "and of one there is none");
	IS_STR(change_fault(&r, 0), "release 'b': helm history exited with status 1: Error: release: not found",
	    "which is told");
	IS_STR(arguments(1), "list --output=json", "helm list is asked first");
	change_end(&r);
	program("helm", "case $1 in list) printf '['; for i in $(seq 60); do printf '{\"name\":\"r%d\"},' $i; done; "
			"echo '{}]';; *) echo '[]';; esac");
	change_go(&r, &ir_change_helm, "type = helm");
	IS_STR(change_fault(&r, 0),
	    "there are more than 50 releases: some are not looked at (name one: release = NAME)", "many");
	change_end(&r);
}

static void
test_bad_helm(void)
{
	static const struct {
		const char *text, *said;
	} cases[] = { { "echo no", "release 'web': what helm history prints is not JSON" },
		{ "echo '{}'", "release 'web': what helm history prints is no list" },
		{ "head -c 10000000 /dev/zero", "release 'web': helm history printed more than 4096 KiB" },
		{ "sleep 60", "release 'web': helm history: no answer within 300 ms" },
		{ "echo "
		  "'[7,null,{},{\"revision\":\"x\",\"updated\":3},{\"revision\":-1,\"updated\":\"2026-01-01T00:00:"
		  "00Z\"},[[]]]'",
		    "" } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		program("helm", cases[i].text);
		r.service = "web";
		r.timeout_ms = i == 3 ? 300 : 8000;
		change_go(&r, &ir_change_helm, "type = helm");
		IS_STR(change_fault(&r, 0), cases[i].said, "%s", cases[i].text);
		IS_INT((int64_t)r.n, 0, "nothing is made of it");
		change_end(&r);
	}
	program("helm", "echo '{}'");
	change_go(&r, &ir_change_helm, "type = helm");
	IS_STR(change_fault(&r, 0), "what helm list prints is no list", "a bad list");
	change_end(&r);
	r.stops = true;
	program("helm", "sleep 60");
	change_go(&r, &ir_change_helm, "type = helm");
	IS_INT(r.done, 0, "stopped, it does not tell of its end");
	change_end(&r);
}

static void
test_absent(void)
{
	setenv("PATH", in("nothing"), 1);
	change_go(&r, &ir_change_kubectl, "type = kubectl");
	OK(r.rc == -1 && r.err.code == IR_CONFIG, "no kubectl: %s", r.err.msg);
	change_end(&r);
	change_go(&r, &ir_change_helm, "type = helm\nrelease = x");
	OK(r.rc == -1 && r.err.code == IR_CONFIG, "no helm: %s", r.err.msg);
	change_end(&r);
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	scratch_new(&arena);
	setenv("PATH", ir_asprintf(&arena, "%s:%s", scratch_top, getenv("PATH")), 1);
	test_rollouts();
	test_undo();
	test_health();
	test_services();
	test_statefulset();
	test_bad_kubectl();
	test_wrong_types();
	test_many();
	test_history();
	test_list();
	test_bad_helm();
	test_absent();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
