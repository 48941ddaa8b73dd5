/* timeline_map - a set of short keys, numbered as they come */
#include <string.h>
#include <sys/random.h>

#include "base/hash.h"
#include "incident/timeline_priv.h"

enum { FIRST_SLOTS = 64 };

void
tl_key_short(uint8_t key[static TL_KEY], int type, const char *s)
{
	size_t n = strnlen(s, TL_KEY - 1);

	memset(key, 0, TL_KEY);
	key[0] = (uint8_t)type;
	memcpy(key + 1, s, n);
}

void
tl_key_long(uint8_t key[static TL_KEY], int type, const char *s, size_t n)
{
	uint8_t hash[IR_SHA_BYTES];

	ir_sha256(s, n, hash);
	key[0] = (uint8_t)type;
	memcpy(key + 1, hash, TL_KEY - 1);
}

static size_t
slot_of(const struct tl_map *m, const uint8_t *key)
{
	uint64_t v[2];

	memcpy(v, key, TL_KEY);
	v[0] = (v[0] ^ m->salt) * UINT64_C(0xbf58476d1ce4e5b9);
	v[0] = (v[0] ^ v[0] >> 31 ^ v[1]) * (UINT64_C(0x94d049bb133111eb) ^ (m->salt << 1));
	return (size_t)(v[0] ^ v[0] >> 29) & (m->nslots - 1);
}

/* Where it is, or would be. */
static size_t
look(const struct tl_map *m, const uint8_t *key)
{
	size_t i = slot_of(m, key);

	while (m->slots[i] && memcmp(m->keys[m->slots[i] - 1], key, TL_KEY) != 0)
		i = (i + 1) & (m->nslots - 1);
	return i;
}

static void
grow(struct tl_map *m)
{
	if (m->n == m->size) {
		m->size = m->size ? 2 * m->size : FIRST_SLOTS / 2;
		m->keys = realloc(m->keys, m->size * sizeof(*m->keys));
		if (!m->keys)
			ir_oom();
	}
	if (2 * (m->n + 1) <= m->nslots)
		return;
	if (!m->salt && getrandom(&m->salt, sizeof(m->salt), GRND_NONBLOCK) < 0)
		m->salt = (uint64_t)(uintptr_t)m;
	m->nslots = m->nslots ? 2 * m->nslots : FIRST_SLOTS;
	free(m->slots);
	m->slots = calloc(m->nslots, sizeof(*m->slots));
	if (!m->slots)
		ir_oom();
	for (size_t i = 0; i < m->n; i++)
		m->slots[look(m, m->keys[i])] = (uint32_t)i + 1;
}

size_t
tl_map_add(struct tl_map *m, const uint8_t key[static TL_KEY], bool *is_new)
{
	size_t i;

	grow(m);
	i = look(m, key);
	*is_new = !m->slots[i];
	if (*is_new) {
		memcpy(m->keys[m->n], key, TL_KEY);
		m->slots[i] = (uint32_t)++m->n;
	}
	return m->slots[i] - 1;
}

size_t
tl_map_find(const struct tl_map *m, const uint8_t key[static TL_KEY])
{
	size_t i;

	if (m->n == 0)
		return SIZE_MAX;
	i = look(m, key);
	return m->slots[i] ? m->slots[i] - 1 : SIZE_MAX;
}

size_t
tl_map_id(struct tl_map *m, const char *id, size_t max, bool *is_new)
{
	uint8_t key[TL_KEY];

	if (!ir_id_valid(id, strlen(id)))
		return SIZE_MAX;
	tl_key_short(key, 0, id);
	if (m->n >= max && tl_map_find(m, key) == SIZE_MAX)
		return SIZE_MAX;
	return tl_map_add(m, key, is_new);
}

void
tl_map_done(struct tl_map *m)
{
	free(m->keys);
	free(m->slots);
	*m = (struct tl_map){ 0 };
}
