/* previous - which image ran before */
#include "change/previous.h"

#include <string.h>

size_t
ir_change_repository_len(const char *name)
{
	const char *slash = strrchr(name, '/'), *from = slash ? slash : name, *end = strpbrk(from, ":@");

	return end ? (size_t)(end - name) : strlen(name);
}

static bool
same_repository(const char *a, const char *b)
{
	size_t n = ir_change_repository_len(a);

	/* an image that lost its tag is known by its id */
	return n > 0 && n == ir_change_repository_len(b) && strncmp(a, b, n) == 0 && strncmp(a, "sha256", n) != 0;
}

static bool
has_repository(const struct ir_image *image, const char *name)
{
	for (size_t i = 0; name && i < image->tags.n; i++) {
		if (same_repository(image->tags.v[i], name))
			return true;
	}
	return false;
}

static bool
is_labelled(const struct ir_image *image, const char *project, const char *service)
{
	return image->project && image->service && project && service && strcmp(image->project, project) == 0 &&
	       strcmp(image->service, service) == 0;
}

bool
ir_change_may_be_of(const struct ir_image *image, const struct ir_container *c)
{
	return has_repository(image, c->image) || is_labelled(image, c->project, c->service);
}

const char *
ir_change_image_then(const struct ir_images *images, const char *name, int64_t ms)
{
	const char *id = NULL;

	for (size_t i = 0; i < images->n_events && images->events[i].ms <= ms; i++) {
		const struct ir_image_event *e = &images->events[i];
		size_t n = strlen(name);

		/* the event names the tag that is usual, where the container need not */
		if (e->what == IR_IMAGE_TAGGED && strncmp(e->image, name, n) == 0 &&
		    (!e->image[n] || strcmp(e->image + n, ":latest") == 0))
			id = e->id;
	}
	return id;
}

static int64_t
known_since(const struct ir_image *image)
{
	return image->tagged_ms != IR_TIME_NONE ? image->tagged_ms : image->created_ms;
}

static const struct ir_image *
own_image(const struct ir_images *images, const char *id)
{
	for (size_t i = 0; id && i < images->n; i++) {
		if (strcmp(images->v[i].id, id) == 0)
			return &images->v[i];
	}
	return NULL;
}

/* Why it may be an earlier one, or NULL. */
static const char *
kinship(const struct ir_image *image, const struct ir_image *own, const struct ir_deploy *d)
{
	if (has_repository(image, d->image))
		return "another tag of its repository";
	if (own && image->source && own->source && strcmp(image->source, own->source) == 0)
		return "an image of the same source";
	if (own && is_labelled(image, own->project, own->service))
		return "an image that compose built for it";
	return NULL;
}

const struct ir_image *
ir_change_image_before(const struct ir_images *images, const struct ir_deploy *d, const char **basis)
{
	const struct ir_image *own = own_image(images, d->image_id), *best = NULL;

	for (size_t i = 0; i < images->n; i++) {
		const struct ir_image *image = &images->v[i];
		const char *why = image == own ? NULL : kinship(image, own, d);

		if (!why || known_since(image) == IR_TIME_NONE || known_since(image) > d->h.time_ms ||
		    (own && image->created_ms > own->created_ms))
			continue;
		if (best && known_since(best) >= known_since(image))
			continue;
		best = image;
		*basis = why;
	}
	return best;
}
