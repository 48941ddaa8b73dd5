/* change_unite - what several tell of one deploy, what was before each, what is kept, and how it is told; images and events of the engine; rows from records */
#include "change/previous.h"
#include "change/record.h"
#include "rec/rec.h"
#include "tap.h"

static struct ir_arena arena;
static struct ir_ctx ctx;
static struct ir_change_look look;
static struct ir_change_source docker, ledger;
static struct ir_images images;
static const struct ir_list everyone;

enum { MIN = 60 * 1000 };
static const int64_t day = INT64_C(1767225600000);

static void
begin(void)
{
	ctx = (struct ir_ctx){ .command = "ir-deploys", .arena = &arena };
	look = (struct ir_change_look){ .ctx = &ctx, .q.services = &everyone };
	docker = (struct ir_change_source){ .ops = &ir_change_docker, .look = &look };
	ledger = (struct ir_change_source){ .ops = &ir_change_ledger, .look = &look };
	images = (struct ir_images){ 0 };
}

static struct ir_deploy
deploy(const char *service, int64_t minute, const char *basis, const char *revision, const char *image_id)
{
	struct ir_deploy d;

	ir_row_init(&ir_kind_deploy, &d);
	d.h.service = service;
	d.h.time_ms = day + minute * MIN;
	d.time_basis = basis;
	d.change = "deploy";
	d.revision = revision;
	d.image_id = image_id;
	return d;
}

/* "rollout by sources, …", oldest first */
static const char *
told(void)
{
	struct ir_list l = { 0 };

	ir_change_unite(&look);
	ir_change_tell(&look);
	for (size_t i = 0; i < look.n_deploys; i++) {
		const struct ir_deploy *d = &look.deploys[i];

		ir_list_add(&arena, &l,
		    ir_asprintf(&arena, "%s@%lld%s%s", d->revision ? d->revision : d->image_id,
			(long long)((d->h.time_ms - day) / MIN), d->current > 0 ? "*" : "",
			ir_list_join(&arena, &d->known_by, " ", "")));
	}
	return ir_list_join(&arena, &l, "", ", ");
}

static void
add(struct ir_change_source *s, struct ir_deploy d)
{
	ir_change_add(s, &d);
}

static void
test_unite(void)
{
	struct ir_deploy d;

	begin();
	d = deploy("web", 5, "ledger", "aaaaaaa1", NULL);
	d.author = "eve";
	d.message = "ticket 12";
	add(&ledger, d);
	add(&docker, deploy("web", 3, "container created", "aaaaaaa1bbbbbbbb", "sha256:1"));
	IS_STR(told(), "aaaaaaa1bbbbbbbb@3* docker ledger",
	    "a short revision and a long one, minutes apart, are one deploy");
	IS_STR(look.deploys[0].author, "eve", "and who did it is known");
	IS_STR(look.deploys[0].time_basis, "container created", "at the time of the container");
	IS_STR(look.deploys[0].h.summary, "aaaaaaa runs, by eve: ticket 12", "in words");

	begin();
	add(&docker, deploy("web", 3, "container created", "aaaaaaa1", "sha256:1"));
	add(&ledger, deploy("worker", 3, "ledger", "aaaaaaa1", NULL));
	add(&ledger, deploy("web", 14, "ledger", "aaaaaaa1", NULL));
	add(&ledger, deploy("web", 4, "ledger", "bbbbbbb1", NULL));
	IS_STR(told(), "aaaaaaa1@3 docker, aaaaaaa1@3* ledger, bbbbbbb1@4 ledger, aaaaaaa1@14* ledger",
	    "another service, another time or another revision is another deploy");

	begin();
	add(&docker, deploy("web", 3, "container created", NULL, "sha256:1"));
	add(&docker, deploy("web", 6, "container created", NULL, "sha256:1"));
	IS_STR(told(), "sha256:1@3 docker, sha256:1@6* docker", "one source tells of two");
	d = deploy("web", 3, "container created", NULL, "sha256:1");
	d.h.time_ms += 40;
	begin();
	add(&docker, deploy("web", 3, "container created", NULL, "sha256:1"));
	add(&docker, d);
	IS_STR(told(), "sha256:1@3* docker", "but an event and its container are one");
}

/* Times and names that lie close together. */
static void
test_found(void)
{
	struct ir_deploy d, e;

	begin();
	d = deploy("web", 3, "ledger", "aaaaaaa1", NULL);
	d.outcome = "running";
	e = deploy("web", 20, "ledger", "aaaaaaa1", NULL);
	e.outcome = "failed";
	add(&docker, deploy("web", 0, "container created", "bbbbbbb1", "sha256:2"));
	add(&ledger, d);
	add(&ledger, e);
	IS_STR(told(), "bbbbbbb1@0* docker, aaaaaaa1@3 ledger",
	    "what was under way, and how it went, is one deploy; what runs is the one before");
	IS_INT(look.deploys[1].h.status, IR_STATUS_FAIL, "it failed");

	begin();
	add(&docker, deploy("web", 3, "container created", "aaaaaaa1", "sha256:1"));
	add(&ledger, deploy("web", 5, "ledger", "aaaaaaa1", "sha256:2"));
	IS_STR(told(), "aaaaaaa1@3 docker, aaaaaaa1@5* ledger", "two builds of one revision are two deploys");

	begin();
	d = deploy("web", 3, "container created", NULL, "sha256:1");
	d.container = "shop_web_1";
	e = d;
	e.h.time_ms += 27;
	e.image_id = NULL;
	d.h.id = "dep-00000000";
	ir_list_add(&arena, &d.known_by, "docker");
	add(&ledger, d);
	add(&docker, e);
	IS_STR(told(), "sha256:1@3* docker", "the engine's two times of one container");
	OK(look.deploys[0].h.time_ms == day + 3 * MIN, "it keeps the one by which it is known");
	IS_INT(look.deploys[0].also.n, 0, "and is not another name of itself");
	ctx.run = "run-1";
	add(&docker, deploy("web", 9, "container created", NULL, "sha256:3"));
	told();
	OK(look.deploys[1].previous && strncmp(look.deploys[1].previous, "dep-", 4) == 0,
	    "the one before by its handle");

	begin();
	d = deploy("web", 0, "ledger", "aaaaaaa1", NULL);
	d.message = "deploy with password=hunter2";
	add(&ledger, d);
	for (int i = 1; i < 3 * IR_CHANGE_DEPLOYS; i++)
		add(&docker, deploy("web", i, "container created", NULL, ir_asprintf(&arena, "sha256:%d", i)));
	told();
	OK(look.n_deploys <= 2 * IR_CHANGE_DEPLOYS &&
		look.deploys[look.n_deploys - 1].h.time_ms == day + (3 * IR_CHANGE_DEPLOYS - 1) * (int64_t)MIN,
	    "of too many the newest stay");
	begin();
	add(&ledger, d);
	IS_STR(look.deploys[0].message, "deploy with password=***", "what was said is told without secrets");
}

static void
test_previous(void)
{
	struct ir_image v[] = { { .id = "sha256:2", .created_ms = day, .tagged_ms = IR_TIME_NONE } };
	struct ir_deploy restart, failed;

	begin();
	images.v = v;
	images.n = 1;
	look.images = &images;
	restart = deploy("web", 20, "container started", "ccccccc1", "sha256:3");
	restart.change = "restart";
	failed = deploy("web", 12, "ledger", "fffffff1", NULL);
	failed.outcome = "failed";
	add(&docker, deploy("web", 0, "container created", "aaaaaaa1", "sha256:1"));
	add(&docker, deploy("web", 11, "container created", "bbbbbbb1", "sha256:2"));
	add(&ledger, failed);
	add(&docker, deploy("web", 15, "container created", "ccccccc1", "sha256:3"));
	add(&docker, restart);
	IS_STR(told(),
	    "aaaaaaa1@0 docker, bbbbbbb1@11 docker, fffffff1@12 ledger, ccccccc1@15* docker, ccccccc1@20 docker",
	    "a restart is no other code");
	IS_STR(look.deploys[3].previous_revision, "bbbbbbb1", "one that failed was not before it");
	IS_INT(look.deploys[3].previous_available, 1, "and it can be had");
	IS_INT(look.deploys[1].previous_available, 0, "the first one is gone");
	IS_STR(look.deploys[1].h.summary, "bbbbbbb, before it aaaaaaa, which is gone", "in words");
	IS_STR(look.deploys[1].outcome, "replaced", "it was replaced");
	IS_INT(look.deploys[2].h.status, IR_STATUS_FAIL, "a failed deploy is bad");
	IS_STR(look.deploys[4].h.summary, "it was started again, still ccccccc", "a restart in words");
}

static void
test_image_before(void)
{
	struct ir_image v[] = { { .id = "sha256:9", .created_ms = day + 9 * MIN, .tagged_ms = IR_TIME_NONE },
		{ .id = "sha256:1", .created_ms = day + 1 * MIN, .tagged_ms = IR_TIME_NONE, .source = "s" },
		{ .id = "sha256:2", .created_ms = day + 2 * MIN, .tagged_ms = IR_TIME_NONE },
		{ .id = "sha256:3", .created_ms = day + 3 * MIN, .tagged_ms = day + 30 * MIN },
		{ .id = "sha256:4", .created_ms = day + 4 * MIN, .tagged_ms = IR_TIME_NONE, .source = "s" } };
	struct ir_deploy d = deploy("web", 10, "container created", NULL, "sha256:9");
	const struct ir_image *image;
	const char *basis = NULL;

	begin();
	images.v = v;
	images.n = sizeof(v) / sizeof(v[0]);
	d.image = "reg:5000/shop/web:1.9";
	IS_INT(ir_change_image_before(&images, &d, &basis) == NULL, 1, "no image is kin of it");
	v[0].source = "s";
	image = ir_change_image_before(&images, &d, &basis);
	IS_STR(image ? image->id : NULL, "sha256:4", "the newest of the same source");
	ir_list_add(&arena, &v[2].tags, "reg:5000/shop/web:1.8");
	ir_list_add(&arena, &v[3].tags, "reg:5000/shop/web:2.0");
	v[4].source = NULL;
	image = ir_change_image_before(&images, &d, &basis);
	IS_STR(image ? image->id : NULL, "sha256:2", "a tag of its repository, if it is not from later");
	IS_STR(basis, "another tag of its repository", "and why");
	IS_INT(ir_change_repository_len("reg:5000/shop/web"), 17, "a port is no tag");
	IS_INT(ir_change_repository_len("web@sha256:0"), 3, "a digest is none of the name");
}

static void
test_keep(void)
{
	struct ir_image v[] = { { .id = "sha256:aaaaaaaaaaaaaaaa" }, { .id = "sha256:bbbbbbbbbbbbbbbb" },
		{ .id = "sha256:cccccccccccccccc" } };
	struct ir_image_name *names = NULL;
	struct ir_deploy d = deploy("web", 3, "container created", NULL, v[2].id);

	begin();
	ir_list_add(&arena, &v[0].tags, "web:ir-keep-web-aaaaaaaaaaaa");
	ir_list_add(&arena, &v[0].tags, "web:ir-keep-worker-aaaaaaaaaaaa");
	images.v = v;
	images.n = 3;
	look.images = &images;
	add(&docker, deploy("web", 1, "container created", NULL, v[0].id));
	add(&docker, deploy("web", 2, "container created", NULL, v[1].id));
	d.image = "web:latest";
	add(&docker, d);
	ir_change_unite(&look);
	IS_INT(ir_change_keep(&arena, &look, "web", 2, &names), 3, "two are named, one name is taken away");
	IS_STR(names[0].id, v[2].id, "the newest first");
	IS_STR(names[1].tag, "ir-keep-web-bbbbbbbbbbbb", "the name");
	OK(!names[2].id && strcmp(names[2].repository, "web") == 0, "what is beyond them, of this service alone");
	IS_INT(ir_change_keep(&arena, &look, "wep", 2, &names), 0, "nothing is known of another service");
}

static void
test_answers(void)
{
	static const char list[] =
	    "[{\"Id\":\"sha256:1\",\"RepoTags\":[\"<none>:<none>\"],\"Created\":1767225600,\"Labels\":"
	    "{\"org.opencontainers.image.revision\":\"abc\"}},{\"Id\":5},{\"Id\":\"sha256:2\",\"RepoTags\":"
	    "[\"web:1\",7],\"Labels\":null}]";
	static const char events[] =
	    "{\"Type\":\"image\",\"Action\":\"tag\",\"Actor\":{\"ID\":\"sha256:1\",\"Attributes\":{\"name\":\"web:"
	    "latest\"}},"
	    "\"timeNano\":1767225600123000000}\n{\"Type\":\"container\",\"Action\":\"create\",\"Actor\":{\"ID\":\"c1\","
	    "\"Attributes\":{\"image\":\"web\",\"name\":\"web_1\"}},\"time\":1767225601}\n{\"Type\":\"container\"}\n[]";
	struct ir_image *v = NULL, one = { .tagged_ms = IR_TIME_NONE };
	struct ir_err err = IR_ERR_INIT;
	size_t n = 0;

	begin();
	IS_INT(ir_images_parse(&arena, list, sizeof(list) - 1, &v, &n, &err), 0, "a list of images");
	IS_INT(n, 2, "one without an id is none");
	IS_INT(v[0].tags.n, 0, "and <none> is no tag");
	IS_STR(v[0].revision, "abc", "a label");
	IS_INT(v[1].tags.n, 1, "tags are strings");
	IS_INT(ir_images_parse(&arena, "{}", 2, &v, &n, &err), -1, "no list");
	IS_INT(ir_images_parse(&arena, "[", 1, &v, &n, &err), -1, "no JSON");
	ir_images_parse_one("{\"Metadata\":{\"LastTagTime\":\"0001-01-01T00:00:00Z\"}}", 51, &one);
	OK(one.tagged_ms == IR_TIME_NONE, "Go's zero time is none");
	images.n_events = ir_images_parse_events(&arena, events, sizeof(events) - 1, &images.events);
	IS_INT(images.n_events, 2, "two events");
	IS_STR(ir_change_image_then(&images, "web", day + 2000), "sha256:1", "the image that a name stood for");
	OK(!ir_change_image_then(&images, "web", day), "and not before it did");
	OK(!ir_change_image_then(&images, "we", day + 2000), "a name is whole");
}

/* Every member of a kind goes into a record and comes back. */
static void
test_row(void)
{
	struct ir_deploy d = deploy("web", 1, "ledger", "aaaaaaa1", NULL), back;
	json_t *obj, *again;
	char *a, *b;
	size_t n, m;

	begin();
	d.commits = 3;
	d.previous_available = 0;
	d.finished_ms = day;
	ir_list_add(&arena, &d.files, "a.py");
	obj = ir_rec_from_row(&ir_kind_deploy, &d, "ir-deploys", "run-1", "prod", NULL);
	ir_rec_to_row(&arena, &ir_kind_deploy, obj, &back);
	again = ir_rec_from_row(&ir_kind_deploy, &back, "ir-deploys", "run-1", "prod", NULL);
	a = ir_rec_encode(&arena, obj, &n);
	b = ir_rec_encode(&arena, again, &m);
	IS_STR(b, a, "a row, its record, and the row again");
	json_object_set_new(obj, "commits", json_string("many"));
	json_object_set_new(obj, "files", json_string("a"));
	json_object_set_new(obj, "started", json_integer(5));
	json_object_set_new(obj, "status", json_string("fine"));
	ir_rec_to_row(&arena, &ir_kind_deploy, obj, &back);
	OK(back.commits == INT64_MIN && back.files.n == 0 && back.started_ms == IR_TIME_NONE &&
		back.h.status == IR_STATUS_UNKNOWN,
	    "members of another type are not known");
	json_decref(obj);
	json_decref(again);
}

static void
test_revisions(void)
{
	OK(ir_change_same_revision("155dfed", "155dfedaa"), "a short hash");
	OK(!ir_change_same_revision("155dfe", "155dfedaa"), "one that is too short");
	OK(!ir_change_same_revision("155dfed", "155dfee"), "another one");
	OK(!ir_change_same_revision(NULL, "155dfee"), "none");
}

int
main(void)
{
	test_unite();
	test_found();
	test_previous();
	test_image_before();
	test_keep();
	test_answers();
	test_row();
	test_revisions();
	ir_arena_done(&arena);
	return tap_done();
}
