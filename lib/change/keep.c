/* keep - names that keep a service's last images from being pruned */
#include <string.h>

#include "change/previous.h"
#include "change/record.h"

enum { HEX = 12 };

/* "shop-web" of "shop-web:latest"; of an image without a name one that we make up. */
static const char *
repository(struct ir_arena *arena, const struct ir_change_look *l, const char *service)
{
	for (size_t i = l->n_deploys; i-- > 0;) {
		const struct ir_deploy *d = &l->deploys[i];

		if (strcmp(d->h.service, service) == 0 && d->image && strncmp(d->image, "sha256:", 7) != 0)
			return ir_strndup(arena, d->image, ir_change_repository_len(d->image));
	}
	return ir_asprintf(arena, "ir-keep/%s", service);
}

static bool
is_there(const struct ir_images *images, const char *id)
{
	for (size_t i = 0; i < images->n; i++) {
		if (strcmp(images->v[i].id, id) == 0)
			return true;
	}
	return false;
}

/* Newest first, each once. */
static struct ir_list
last_images(struct ir_arena *arena, const struct ir_change_look *l, const char *service, int64_t keep)
{
	struct ir_list ids = { 0 };

	for (size_t i = l->n_deploys; i-- > 0 && (int64_t)ids.n < keep;) {
		const struct ir_deploy *d = &l->deploys[i];
		const char *v[] = { d->image_id, d->previous_image };

		if (strcmp(d->h.service, service) != 0)
			continue;
		for (size_t k = 0; k < 2 && (int64_t)ids.n < keep; k++) {
			if (v[k] && is_there(l->images, v[k]))
				ir_list_add_once(arena, &ids, v[k]);
		}
	}
	return ids;
}

/* "ir-keep-web-": whose names they are. Others of the same repository are another service's. */
static const char *
prefix_of(struct ir_arena *arena, const char *service)
{
	char *s = ir_asprintf(arena, "ir-keep-%.60s-", service);

	/* what a tag can hold */
	for (char *p = s; *p; p++)
		*p = strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-", *p) ? *p : '_';
	return s;
}

static const char *
tag_of(struct ir_arena *arena, const char *prefix, const char *id)
{
	const char *hex = strncmp(id, "sha256:", 7) == 0 ? id + 7 : id;

	return ir_asprintf(arena, "%s%.*s", prefix, HEX, hex);
}

/* A name that is ours, of the repository. */
static const char *
own_tag(const char *name, const char *repo, const char *prefix)
{
	size_t n = strlen(repo), len = strlen(prefix);

	/* the rest is an image's id: "ir-keep-web-" is not the prefix of what web-admin keeps */
	return strncmp(name, repo, n) == 0 && name[n] == ':' && strncmp(name + n + 1, prefix, len) == 0 &&
		       strspn(name + n + 1 + len, "0123456789abcdef") == HEX
		   ? name + n + 1
		   : NULL;
}

size_t
ir_change_keep(struct ir_arena *arena, const struct ir_change_look *l, const char *service, int64_t keep,
    struct ir_image_name **ret)
{
	const char *repo = repository(arena, l, service), *prefix = prefix_of(arena, service);
	struct ir_list ids = { 0 };
	size_t n = 0, size;

	if (!l->images || l->images->error)
		return 0;
	ids = last_images(arena, l, service, keep);
	size = ids.n;
	for (size_t i = 0; i < l->images->n; i++)
		size += l->images->v[i].tags.n;
	*ret = IR_NEW_N(arena, struct ir_image_name, size + 1);
	for (size_t i = 0; i < ids.n; i++)
		(*ret)[n++] = (struct ir_image_name){ ids.v[i], repo, tag_of(arena, prefix, ids.v[i]) };
	for (size_t i = 0; i < l->images->n && ids.n > 0; i++) {
		const struct ir_image *image = &l->images->v[i];

		for (size_t k = 0; k < image->tags.n && !ir_list_has(&ids, image->id); k++) {
			const char *tag = own_tag(image->tags.v[k], repo, prefix);

			if (tag)
				(*ret)[n++] = (struct ir_image_name){ NULL, repo, tag };
		}
	}
	return n;
}
