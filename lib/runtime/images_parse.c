/* images_parse - the engine's answers about images, and its events of them */
#include <jansson.h>

#include "base/clock.h"
#include "runtime/images.h"

static const char *
member(struct ir_arena *arena, const json_t *obj, const char *key)
{
	const char *s = json_string_value(json_object_get(obj, key));

	return s && *s ? ir_strdup(arena, s) : NULL;
}

static void
take_image(struct ir_arena *arena, const json_t *o, struct ir_image *image)
{
	const json_t *labels = json_object_get(o, "Labels"), *tags = json_object_get(o, "RepoTags"),
		     *created = json_object_get(o, "Created");

	*image = (struct ir_image){ .created_ms = IR_TIME_NONE, .tagged_ms = IR_TIME_NONE };
	image->id = member(arena, o, "Id");
	if (json_is_integer(created) && json_integer_value(created) > 0 &&
	    json_integer_value(created) < INT64_MAX / 1000)
		image->created_ms = json_integer_value(created) * 1000;
	for (size_t i = 0; i < json_array_size(tags) && i < 100; i++) {
		const char *tag = json_string_value(json_array_get(tags, i));

		/* what an image without a tag has for one, in older engines */
		if (tag && strcmp(tag, "<none>:<none>") != 0)
			ir_list_add(arena, &image->tags, ir_strdup(arena, tag));
	}
	image->revision = member(arena, labels, "org.opencontainers.image.revision");
	image->version = member(arena, labels, "org.opencontainers.image.version");
	image->source = member(arena, labels, "org.opencontainers.image.source");
	image->project = member(arena, labels, "com.docker.compose.project");
	image->service = member(arena, labels, "com.docker.compose.service");
}

int
ir_images_parse(
    struct ir_arena *arena, const char *text, size_t n, struct ir_image **ret, size_t *ret_n, struct ir_err *err)
{
	json_error_t why;
	json_t *root = json_loadb(text, n, JSON_ALLOW_NUL, &why);
	size_t k = 0, count = json_array_size(root);

	if (!root)
		return ir_fail(err, IR_BACKEND, "the engine's list of images is not JSON: %s", why.text);
	if (!json_is_array(root) || count > IR_IMAGES_MAX) {
		json_decref(root);
		return ir_fail(
		    err, IR_BACKEND, "the engine's list of images is %s", count ? "too long" : "not an array");
	}
	*ret = IR_NEW_N(arena, struct ir_image, count + 1);
	for (size_t i = 0; i < count; i++) {
		take_image(arena, json_array_get(root, i), &(*ret)[k]);
		k += (*ret)[k].id != NULL;
	}
	*ret_n = k;
	json_decref(root);
	return 0;
}

void
ir_images_parse_one(const char *text, size_t n, struct ir_image *image)
{
	json_t *root = json_loadb(text, n, JSON_ALLOW_NUL, NULL);
	const char *s = json_string_value(json_object_get(json_object_get(root, "Metadata"), "LastTagTime"));
	int64_t ms;

	/* Go's zero time is the year 1 */
	if (s && ir_time_parse_rfc3339(s, strlen(s), &ms) == 0 && ms > 0)
		image->tagged_ms = ms;
	json_decref(root);
}

static int64_t
event_time(const json_t *e)
{
	const json_t *nano = json_object_get(e, "timeNano"), *sec = json_object_get(e, "time");

	if (json_is_integer(nano) && json_integer_value(nano) > 0)
		return json_integer_value(nano) / 1000000;
	return json_is_integer(sec) && json_integer_value(sec) < INT64_MAX / 1000 ? json_integer_value(sec) * 1000
										  : IR_TIME_NONE;
}

static bool
take_event(struct ir_arena *arena, const json_t *e, struct ir_image_event *ret)
{
	const json_t *actor = json_object_get(e, "Actor"), *a = json_object_get(actor, "Attributes");
	const char *type = json_string_value(json_object_get(e, "Type")),
		   *action = json_string_value(json_object_get(e, "Action"));
	bool image = type && strcmp(type, "image") == 0;

	if (!type || !action || strcmp(action, image ? "tag" : "create") != 0)
		return false;
	*ret = (struct ir_image_event){ .ms = event_time(e), .what = image ? IR_IMAGE_TAGGED : IR_CONTAINER_CREATED };
	ret->id = member(arena, actor, "ID");
	ret->image = member(arena, a, image ? "name" : "image");
	if (!image) {
		ret->name = member(arena, a, "name");
		ret->project = member(arena, a, "com.docker.compose.project");
		ret->service = member(arena, a, "com.docker.compose.service");
		ret->revision = member(arena, a, "org.opencontainers.image.revision");
		ret->version = member(arena, a, "org.opencontainers.image.version");
	}
	return ret->id && ret->image && ret->ms != IR_TIME_NONE;
}

size_t
ir_images_parse_events(struct ir_arena *arena, const char *text, size_t n, struct ir_image_event **ret)
{
	enum { MAX = 1000 };
	struct ir_image_event *v = IR_NEW_N(arena, struct ir_image_event, MAX);
	size_t k = 0, at = 0;

	while (k < MAX) {
		json_error_t why;
		json_t *e;

		while (at < n && text[at] && strchr(" \t\r\n\036", text[at]))
			at++;
		if (at >= n)
			break;
		e = json_loadb(text + at, n - at, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, &why);
		if (!e)
			break;
		k += take_event(arena, e, &v[k]);
		at += (size_t)why.position;
		json_decref(e);
	}
	*ret = v;
	return k;
}
