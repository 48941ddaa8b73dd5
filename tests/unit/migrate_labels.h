/* migrate_labels - migrations that were read by people, and what the judges say of them */
#ifndef IR_TESTS_UNIT_MIGRATE_LABELS_H
#define IR_TESTS_UNIT_MIGRATE_LABELS_H

#include "fixture.h"
#include "migrate/type.h"
#include "tap.h"

#define MIGRATE_LABELS "tests/unit/migrate-labels/"

static const char *const migrate_label_words[] = { "safe", "unsafe", "unknown" };

/* Each row of a table of labels: path and label, both NUL-terminated. */
static inline void
migrate_labels_each(struct ir_arena *arena, const char *table, void (*one)(const char *path, const char *label))
{
	size_t n;
	char *text = fixture(arena, table, &n);

	while (*text) {
		size_t line = strcspn(text, "\n"), path = strcspn(text, "\t\n");
		char *next = text + line + (text[line] == '\n');

		text[line] = text[path] = '\0';
		one(text, text + path + 1);
		text = next;
	}
}

/* Never safer than what is labelled; the table goes to the log. */
static inline void
migrate_label_check(const char *path, const char *label, const struct ir_migrate_judgement *j)
{
	const char *got = migrate_label_words[j->verdict];

	printf("# %-48s %-8s %-8s %u: %s\n", path, label, got, j->line, j->operation ? j->operation : "-");
	IS_STR(got, label, "%s", path);
	if (strcmp(label, "unsafe") == 0)
		OK(j->verdict != IR_MIGRATE_SAFE, "%s is unsafe, and not called safe", path);
}

#endif
