/*
 * change_github - deployments of GitHub and GitLab, before a scripted server
 *
 * Neither can be had here. Members and paths are those of GitHub's OpenAPI description (2022-11-28) and of GitLab's page on its deployments API; answers are written by hand after
 * the examples there. Unchecked: what they answer beyond these documents, above all to a token with too few rights.
 */
#include <signal.h>
#include <sys/stat.h>

#include "change/forge.h"
#include "change_source.h"
#include "peer.h"
#include "scratch.h"
#include "scripted.h"

#define SHA1 "a84d88e7554fc1fa21bcbc4efae3c782a70d2b9d"
#define SHA2 "99d03678b90d914dbb1b109132516d71a4a03ea8"
#define DEPLOYMENT(id, sha, ref, where, created) \
	"{\"id\":" id ",\"sha\":\"" sha "\",\"ref\":\"" ref "\",\"task\":\"deploy\",\"environment\":\"" where \
	"\",\"description\":\"Deploy request from " \
	"hubot\",\"creator\":{\"login\":\"octocat\",\"id\":1},\"created_at\":\"" created \
	"\",\"updated_at\":\"" created "\",\"payload\":{},\"production_environment\":true}"
#define STATUS(state, created) \
	"{\"id\":1,\"state\":\"" state "\",\"created_at\":\"" created \
	"\",\"log_url\":\"https://example.com/deployment/42/output\"}"

static struct ir_arena arena;
static struct change_run r;
static struct scripted server;

static void
go_at(const struct ir_change_ops *ops, int port, const char *lines)
{
	r.service = "web";
	change_go(&r, ops, ir_asprintf(&arena, "url = http://127.0.0.1:%d/\n%s", port, lines));
}

static void
go(const struct ir_change_ops *ops, const char *const *answers, const char *lines)
{
	server = scripted_start(answers);
	go_at(ops, server.port, lines);
}

static void
end(void)
{
	change_end(&r);
	scripted_stop(&server);
}

static void
test_github(void)
{
	static const char *const answers[] = {
		"[" DEPLOYMENT("44", SHA2, "main", "production", "2026-02-01T04:00:00Z") "," DEPLOYMENT(
		    "43", SHA2, "v1.8.2", "production", "2026-02-01T02:10:00Z") "," DEPLOYMENT("42", SHA1, "main",
		    "production", "2026-01-30T10:15:00Z") "]",
		"[" STATUS("in_progress", "2026-02-01T04:00:10Z") "," STATUS("queued", "2026-02-01T04:00:01Z") "]",
		"[" STATUS("success", "2026-02-01T02:12:44Z") "," STATUS("in_progress", "2026-02-01T02:10:05Z") "]",
		"[" STATUS("inactive", "2026-02-01T02:12:45Z") "," STATUS("success", "2026-01-30T10:20:00Z") "]", NULL
	};
	const char *asked;

	scratch_file("token", "s3cret\n");
	go(&ir_change_github, answers,
	    ir_asprintf(
		&arena, "github = octocat/exam.ple\nenvironment = prod uction\ntoken-file = %s/token", scratch_top));
	asked = scripted_asked(&server, 0);
	OK(strncmp(asked, "GET /repos/octocat/exam.ple/deployments?environment=prod uction&per_page=30 HTTP/1.1\r\n",
	       85) == 0,
	    "what GitHub is asked first");
	OK(strstr(asked, "\r\nAccept: application/vnd.github+json\r\n") &&
		strstr(asked, "\r\nX-GitHub-Api-Version: 2022-11-28\r\n") &&
		strstr(asked, "\r\nAuthorization: Bearer s3cret\r\n") && strstr(asked, "\r\nUser-Agent: ir\r\n"),
	    "as its documents say");
	OK(strncmp(
	       scripted_asked(&server, 1), "GET /repos/octocat/exam.ple/deployments/44/statuses?per_page=30 ", 64) == 0,
	    "then the statuses");
	IS_INT((int64_t)r.n, 0, "what is of another environment does not count");
	end();
	go(&ir_change_github, answers, "github = octocat/example\nenvironment = production");
	IS_STR(change_rows(&r),
	    "2026-02-01T04:00:00.000Z deployment requested web deploy " SHA2 " - running\n"
	    "2026-02-01T02:12:44.000Z deployment succeeded web deploy " SHA2 " v1.8.2 succeeded current\n"
	    "2026-01-30T10:20:00.000Z deployment succeeded web deploy " SHA1 " - replaced\n",
	    "the time of the success is the deploy's");
	OK(!strstr(scripted_asked(&server, 0), "Authorization"), "without a token, none is sent");
	IS_STR(r.n ? r.v[1].author : "", "octocat", "who");
	IS_STR(r.n ? r.v[1].rollout : "", "43", "which");
	IS_STR(r.n ? r.v[1].url : "", "https://example.com/deployment/42/output", "where more is said");
	IS_STR(r.n ? r.v[1].h.subject : "", "github://octocat/example/environments/production", "of what");
	IS_INT(r.n ? r.v[1].started_ms : 0, 1769911800000, "when it was asked for");
	IS_INT((int64_t)r.n_faults, 0, "and nothing wrong");
	end();
}

static void
test_environments(void)
{
	static const char *const answers[] = {
		"[" DEPLOYMENT("44", SHA2, "main", "staging", "2026-02-01T04:00:00Z") "," DEPLOYMENT(
		    "43", SHA2, "v1.8.2", "production", "2026-02-01T02:10:00Z") "]",
		"[" STATUS("success", "2026-02-01T04:01:00Z") "]", "HTTP/1.1 500 x\r\nConnection: close\r\n\r\n", NULL
	};

	go(&ir_change_github, answers, "github = octocat/example");
	OK(r.n == 2 && r.n_faults == 2, "two environments in one list, and statuses of one only");
	IS_STR(change_fault(&r, 0), "GitHub answers with HTTP status 500", "the one is told");
	IS_STR(change_fault(&r, 1),
	    "GitHub has deployments to several environments: staging, production (say which counts: environment = "
	    "staging)",
	    "and the other");
	OK(r.n == 2 && strcmp(r.v[1].outcome, "unknown") == 0 && strcmp(r.v[1].time_basis, "deployment requested") == 0,
	    "what is known of a deploy without statuses");
	end();
}

static void
test_many(void)
{
	const char *list = "[";
	const char *answers[] = { NULL, "[]", NULL };

	for (int i = 0; i < 30; i++)
		list = ir_asprintf(&arena,
		    "%s%s{\"id\":%d,\"sha\":\"" SHA1 "\",\"created_at\":\"2026-01-%02dT00:00:00Z\"}", list,
		    i ? "," : "", 100 - i, 31 - i);
	answers[0] = ir_asprintf(&arena,
	    "HTTP/1.1 200 OK\r\nConnection: close\r\nLink: <https://x/?page=2>; rel=\"next\", <https://x/?page=9>; "
	    "rel=\"last\"\r\n\r\n%s]",
	    list);
	r.since_ms = 1700000000000;
	go(&ir_change_github, answers, "github = octocat/example");
	IS_INT((int64_t)r.n, 30, "a page of them");
	IS_INT(server.seen->n, 11, "the statuses of the newest ten are asked for");
	OK(r.look.cut, "what is older is not looked at, which is told");
	end();
}

static void
test_gitlab(void)
{
	static const char *const answers[] = {
		"[{\"id\":42,\"iid\":2,\"ref\":\"v1.8.2\",\"sha\":\"" SHA2
		"\",\"status\":\"success\",\"created_at\":\"2026-02-01T02:10:00.500Z\",\"updated_at\":\"2026-02-01T02:"
		"13:00Z\","
		"\"user\":{\"id\":1,\"name\":\"Administrator\",\"username\":\"root\"},\"environment\":{\"id\":9,"
		"\"name\":\"production\",\"external_url\":\"https://about.gitlab.com\"},"
		"\"deployable\":{\"id\":657,\"name\":\"deploy\",\"tag\":true,\"status\":\"success\",\"finished_at\":"
		"\"2026-02-01T02:12:44.918Z\",\"commit\":{\"id\":\"" SHA2 "\",\"title\":\"Merge "
		"it\"},\"pipeline\":{\"id\":3,\"web_url\":\"http://gitlab.dev/p/-/pipelines/3\"}}},"
		"{\"id\":41,\"iid\":1,\"ref\":\"main\",\"sha\":\"" SHA1
		"\",\"status\":\"failed\",\"created_at\":\"2026-02-01T01:00:00Z\",\"updated_at\":\"2026-02-01T01:05:"
		"00Z\","
		"\"user\":null,\"environment\":{\"name\":\"production\"},\"deployable\":null},"
		"{\"id\":40,\"sha\":\"" SHA1 "\",\"status\":\"blocked\",\"created_at\":\"2026-02-01T00:00:00Z\","
		"\"updated_at\":\"2026-02-01T01:05:00Z\"},"
		"{\"id\":39,\"sha\":\"" SHA1
		"\",\"status\":\"success\",\"created_at\":\"2026-01-01T00:00:00Z\",\"updated_at\":\"2026-01-01T00:05:"
		"00Z\",\"environment\":{\"name\":\"production\"}}]",
		NULL
	};

	scratch_file("token", "s3cret");
	go(&ir_change_gitlab, answers,
	    ir_asprintf(
		&arena, "gitlab = group/sub/pro.ject\nenvironment = production\ntoken-file = %s/token", scratch_top));
	IS_STR(change_rows(&r),
	    "2026-02-01T02:12:44.918Z deployment succeeded web deploy " SHA2 " v1.8.2 succeeded current\n"
	    "2026-02-01T01:00:00.000Z deployment requested web deploy " SHA1 " - failed\n"
	    "2026-02-01T00:00:00.000Z deployment requested web deploy " SHA1 " - running\n"
	    "2026-01-01T00:05:00.000Z deployment succeeded web deploy " SHA1 " - succeeded\n",
	    "deployments, by the end of their jobs");
	OK(strncmp(server.seen->requests[0],
	       "GET "
	       "/api/v4/projects/group%2Fsub%2Fpro.ject/"
	       "deployments?environment=production&order_by=updated_at&sort=desc&per_page=20 HTTP/1.1\r\n",
	       120) == 0,
	    "what GitLab is asked: %.100s", server.seen->requests[0]);
	OK(strstr(scripted_asked(&server, 0), "\r\nAuthorization: Bearer s3cret\r\n") != NULL, "with the token");
	IS_STR(r.n ? r.v[0].author : "", "root", "who");
	IS_STR(r.n ? r.v[0].message : "", "Merge it", "what");
	IS_STR(r.n ? r.v[0].url : "", "http://gitlab.dev/p/-/pipelines/3", "where more is said");
	IS_STR(r.n ? r.v[0].h.subject : "", "gitlab://group/sub/pro.ject/-/environments/production", "of what");
	IS_INT(r.n > 1 ? r.v[1].finished_ms : 0, 1769907900000, "when it failed");
	end();
}

/* ---- what is wrong */

#define REFUSE(status, headers, body) "HTTP/1.1 " status " x\r\nConnection: close\r\n" headers "\r\n" body

static void
test_refusals(void)
{
	static const struct {
		const char *answer, *plain, *token;
	} cases[] = {
		{ REFUSE("401", "", "{\"message\":\"Bad credentials\"}"),
		    "GitHub wants a token (HTTP status 401): Bad credentials (add token-file, token-command or "
		    "token-env)",
		    "GitHub does not know the token (HTTP status 401): Bad credentials (renew it: it may have "
		    "expired)" },
		{ REFUSE("403", "", "{\"message\":\"Resource not accessible\\u001b[31m\"}"),
		    "GitHub does not allow it (HTTP status 403): Resource not accessible\\x1b[31m (add a token with "
		    "the right to read deployments)",
		    "GitHub does not allow it (HTTP status 403): Resource not accessible\\x1b[31m (give the token the "
		    "right to read deployments)" },
		{ REFUSE("404", "", "{\"message\":\"Not Found\"}"),
		    "GitHub knows no repository 'o/r', or does not show it (HTTP status 404) (correct the name, or add "
		    "a token with the right to read deployments)",
		    "GitHub knows no repository 'o/r', or does not show it (HTTP status 404) (correct the name, or "
		    "give the token the right to read deployments)" },
		{ REFUSE("403", "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1769911964\r\n", "{}"),
		    "GitHub takes no more requests at present (HTTP status 403) (wait until 2026-02-01T02:12:44.000Z)",
		    "GitHub takes no more requests at present (HTTP status 403) (wait until "
		    "2026-02-01T02:12:44.000Z)" },
		{ REFUSE("429", "Retry-After: 90\r\n", ""),
		    "GitHub takes no more requests at present (HTTP status 429) (wait 1m30s)",
		    "GitHub takes no more requests at present (HTTP status 429) (wait 1m30s)" },
		{ REFUSE("429", "Retry-After: soon\r\nRateLimit-Reset: 99999999999999999999\r\n", ""),
		    "GitHub takes no more requests at present (HTTP status 429) (give it a token: who has one may ask "
		    "more often)",
		    "GitHub takes no more requests at present (HTTP status 429) (ask less often)" },
		{ REFUSE("502", "", "<html>down\nx"), "GitHub answers with HTTP status 502: <html>down",
		    "GitHub answers with HTTP status 502: <html>down" },
		{ REFUSE("204", "", ""), "GitHub answers with HTTP status 204", "GitHub answers with HTTP status 204" },
		{ REFUSE("302", "X: y\r\n", ""),
		    "GitHub answers with HTTP status 302 (correct url: it leads elsewhere)",
		    "GitHub answers with HTTP status 302 (correct url: it leads elsewhere)" },
		{ "<html>",
		    "what answers there is not GitHub (correct url: it is https://HOST/api/v3 of GitHub Enterprise)",
		    "what answers there is not GitHub (correct url: it is https://HOST/api/v3 of GitHub Enterprise)" },
		{ "{\"id\":1}",
		    "what answers there is not GitHub (correct url: it is https://HOST/api/v3 of GitHub Enterprise)",
		    "what answers there is not GitHub (correct url: it is https://HOST/api/v3 of GitHub Enterprise)" },
	};

	scratch_file("token", "s3cret");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int token = 0; token < 2; token++) {
			go(&ir_change_github, (const char *const[]){ cases[i].answer, NULL },
			    token ? ir_asprintf(&arena, "github = o/r\ntoken-file = %s/token", scratch_top)
				  : "github = o/r");
			IS_STR(change_fault(&r, 0), token ? cases[i].token : cases[i].plain, "answer %zu%s", i,
			    token ? ", with a token" : "");
			OK(r.n == 0 && r.n_faults == 1 && r.faults[0].err.code == IR_BACKEND, "and no more");
			end();
		}
	go(&ir_change_gitlab, (const char *const[]){ REFUSE("403", "", "{\"error\":\"insufficient_scope\"}"), NULL },
	    "gitlab = 7");
	IS_STR(change_fault(&r, 0),
	    "GitLab does not allow it (HTTP status 403): insufficient_scope (add a token with the right read_api)",
	    "of GitLab");
	end();
	go(&ir_change_gitlab, (const char *const[]){ "{}", NULL }, "gitlab = g/p");
	IS_STR(change_fault(&r, 0), "what answers there is not GitLab (correct url: it is https://HOST, without /api)",
	    "no GitLab");
	end();
}

static void
test_redirect(void)
{
	static const char *const elsewhere[] = { "[]", NULL };
	struct scripted other = scripted_start(elsewhere);
	const char *answer = ir_asprintf(&arena, REFUSE("301", "Location: http://127.0.0.1:%d/x\r\n", ""), other.port);

	scratch_file("token", "s3cret");
	go(&ir_change_github, (const char *const[]){ answer, NULL },
	    ir_asprintf(&arena, "github = o/r\ntoken-file = %s/token", scratch_top));
	OK(strstr(scripted_asked(&other, 0), "GET /x ") != NULL, "a redirect is followed");
	OK(strstr(scripted_asked(&server, 0), "s3cret") && !strstr(scripted_asked(&other, 0), "s3cret"),
	    "without the token, to another server");
	end();
	scripted_stop(&other);
}

static void
test_hostile(void)
{
	static const char *const modes[] = { "silent", "drip", "body", "garbage" };
	char *deep = ir_arena_alloc(&arena, 3 << 20), *huge = ir_arena_alloc(&arena, (10 << 20) + 1);

	memset(deep, '[', (3 << 20) - 1);
	memset(huge, ' ', 10 << 20);
	go(&ir_change_github, (const char *const[]){ deep, NULL }, "github = o/r");
	OK(r.n_faults == 1 && strncmp(change_fault(&r, 0), "what answers there is not GitHub", 32) == 0,
	    "deep nesting");
	end();
	go(&ir_change_gitlab, (const char *const[]){ huge, NULL }, "gitlab = g/p");
	IS_STR(change_fault(&r, 0), "GitLab answers with more than 4 MiB", "ten megabytes");
	end();
	go(&ir_change_github, (const char *const[]){ "[<cut>", NULL }, "github = o/r");
	OK(r.n_faults == 1 && strncmp(change_fault(&r, 0), "GitHub: ", 8) == 0, "an answer that breaks off: %s",
	    change_fault(&r, 0));
	end();
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct peer p = peer_start(modes[i], NULL, NULL);

		r.timeout_ms = i == 1 ? 10000 : 500;
		r.deadline_ms = 1500;
		go_at(&ir_change_github, p.port, "github = o/r");
		OK(r.rc == 0 && r.n == 0 && r.n_faults == 1, "%s: %s", modes[i], change_fault(&r, 0));
		change_end(&r);
		peer_stop(&p);
	}
	go_at(&ir_change_gitlab, 1, "gitlab = g/p");
	OK(r.n_faults == 1 && strncmp(change_fault(&r, 0), "GitLab: ", 8) == 0, "nobody listens: %s",
	    change_fault(&r, 0));
	change_end(&r);
	r.stops = true;
	go(&ir_change_github, (const char *const[]){ "[]", NULL }, "github = o/r");
	IS_INT(r.done, 0, "stopped, it does not tell of its end");
	end();
}

static void
test_wrong_types(void)
{
	static const char *const values[] = { "null", "7", "-7", "1e9", "\"x\"", "\"\"", "[]", "{}", "true",
		"\"../../x?\"" };
	static const char *const names[] = { "id", "sha", "ref", "task", "environment", "description", "creator",
		"created_at", "updated_at", "status", "deployable", "user", "state", "log_url" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			struct ir_change_rows a = { .arena = &arena }, b = { .arena = &arena };
			const char *text = ir_asprintf(&arena, "[%s,{\"id\":1,\"created_at\":1769911964,\"%s\":%s}]",
			    values[j], names[i], values[j]);
			struct ir_deploy d;

			ir_row_init(&ir_kind_deploy, &d);
			OK(ir_change_github_rows(text, strlen(text), &a, NULL) == 0 &&
				ir_change_gitlab_rows(text, strlen(text), &b, NULL) == 0 && a.n <= 1 && b.n <= 1 &&
				(!a.n || !a.v[0].rollout[strspn(a.v[0].rollout, "0123456789")]) &&
				ir_change_github_statuses(&arena, text, strlen(text), &d, NULL) == 0,
			    "%s: %s", names[i], values[j]);
		}
}

static void
test_sections(void)
{
	static const struct {
		const struct ir_change_ops *ops;
		const char *lines, *said;
	} cases[] = {
		{ &ir_change_github, "type = github", "'github' is missing" },
		{ &ir_change_github, "github = octocat", "github = octocat is no repository" },
		{ &ir_change_github, "github = a/b/c", "github = a/b/c is no repository" },
		{ &ir_change_github, "github = a/..", "github = a/.. is no repository" },
		{ &ir_change_github, "github = a/b?x", "github = a/b?x is no repository" },
		{ &ir_change_github, "github = o/r\nurl = ftp://x", "GitHub is asked by http:// or https://" },
		{ &ir_change_github, "github = o/r\ntoken-env = IR_NOT_SET_HERE", "" },
		{ &ir_change_gitlab, "type = gitlab", "'gitlab' is missing" },
		{ &ir_change_gitlab, "gitlab = project", "gitlab = project is no project" },
		{ &ir_change_gitlab, "gitlab = /a", "gitlab = /a is no project" },
		{ &ir_change_gitlab, "gitlab = a/", "gitlab = a/ is no project" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		change_go(&r, cases[i].ops, cases[i].lines);
		OK(r.rc == -1 && r.err.code == IR_CONFIG && (!*cases[i].said || strcmp(r.err.msg, cases[i].said) == 0),
		    "%zu: %s", i, r.err.msg);
		change_end(&r);
	}
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	scratch_new(&arena);
	test_github();
	test_environments();
	test_many();
	test_gitlab();
	test_refusals();
	test_redirect();
	test_hostile();
	test_wrong_types();
	test_sections();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
