/* arena - alignment, zeroing, growth, strings, lists */
#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "tap.h"

static int
is_zero(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i])
			return 0;
	}
	return 1;
}

static void
test_alloc(void)
{
	IR_CLEANUP(ir_arena_done) struct ir_arena a = { 0 };
	char *all[500];
	int aligned = 1, zero = 1, kept = 1;

	for (size_t i = 0; i < 500; i++) {
		all[i] = ir_arena_alloc(&a, i * 7 % 1000);
		aligned &= (uintptr_t)all[i] % alignof(max_align_t) == 0;
		zero &= is_zero(all[i], i * 7 % 1000);
		memset(all[i], (int)i, i * 7 % 1000);
	}
	for (size_t i = 0; i < 500; i++) {
		for (size_t k = 0; k < i * 7 % 1000; k++)
			kept &= (unsigned char)all[i][k] == (i & 255);
	}
	OK(aligned, "aligned for any type");
	OK(zero, "zeroed");
	OK(kept, "no two overlap");
	OK(ir_arena_alloc(&a, 0) != NULL, "nothing at all is not NULL");

	char *small = ir_arena_alloc(&a, 8), *big = ir_arena_alloc(&a, 5 << 20), *next = ir_arena_alloc(&a, 8);
	OK(is_zero(big, 5 << 20), "a large one is zeroed too");
	memset(big, 1, 5 << 20);
	OK(is_zero(small, 8) && is_zero(next, 8), "and apart from its neighbours");
	ir_arena_done(&a);
	OK(a.blocks == NULL, "done leaves it empty");
	OK(is_zero(IR_NEW_N(&a, char, 100), 100), "and ready again");
}

static void
test_strings(void)
{
	IR_CLEANUP(ir_arena_done) struct ir_arena a = { 0 };
	char long_text[2000];

	OK(ir_strdup(&a, NULL) == NULL, "strdup of NULL");
	OK(ir_strndup(&a, NULL, 3) == NULL, "strndup of NULL");
	IS_STR(ir_strdup(&a, "abc"), "abc", "strdup");
	IS_STR(ir_strndup(&a, "abcdef", 3), "abc", "strndup cuts");
	IS_STR(ir_strndup(&a, "ab", 30), "ab", "strndup stops at the end");
	IS_STR(ir_strndup(&a, "ab", 0), "", "strndup of nothing");
	IS_STR(ir_asprintf(&a, "%d-%s", 5, "x"), "5-x", "asprintf");
	IS_STR(ir_asprintf(&a, "%s", ""), "", "asprintf of nothing");
	for (size_t n = 250; n < 260; n++) {
		memset(long_text, 'y', n);
		long_text[n] = '\0';
		IS_STR(ir_asprintf(&a, "%s", long_text), long_text, "asprintf of %zu bytes", n);
	}
	memset(long_text, 'z', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	IS_STR(ir_asprintf(&a, "%s", long_text), long_text, "asprintf of a long one");
}

static void
test_list(void)
{
	IR_CLEANUP(ir_arena_done) struct ir_arena a = { 0 };
	struct ir_list l = { 0 };
	int good = 1;

	OK(!ir_list_has(&l, "x"), "an empty list has nothing");
	for (int i = 0; i < 100; i++) {
		ir_list_add(&a, &l, ir_asprintf(&a, "item-%d", i));
		good &= l.n == (size_t)i + 1 && l.v[l.n] == NULL;
	}
	OK(good, "it counts, and ends with NULL after every addition");
	IS_STR(l.v[0], "item-0", "the first is kept");
	IS_STR(l.v[99], "item-99", "the last is there");
	OK(ir_list_has(&l, "item-42"), "it has what was added");
	OK(!ir_list_has(&l, "item-4x"), "and not what was not");

	struct ir_list few = { 0 };

	IS_STR(ir_list_join(&a, &few, "+", ", "), "", "nothing joined");
	ir_list_add_once(&a, &few, "get");
	ir_list_add_once(&a, &few, "set");
	ir_list_add_once(&a, &few, "get");
	IS_STR(ir_list_join(&a, &few, "+", ", "), "+get, +set", "once each, joined");
}

static void
test_overflow(void)
{
	int status;

	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		struct ir_arena a = { 0 };

		close(STDERR_FILENO);
		ir_arena_alloc_n(&a, SIZE_MAX / 2, 3);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	OK(WIFEXITED(status) && WEXITSTATUS(status) == 70, "a product that overflows ends the run");
	pid = fork();
	if (pid == 0) {
		struct ir_arena a = { 0 };

		close(STDERR_FILENO);
		ir_arena_alloc(&a, SIZE_MAX - 3);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	OK(WIFEXITED(status) && WEXITSTATUS(status) == 70, "and so does a size that does");
}

int
main(void)
{
	test_alloc();
	test_strings();
	test_list();
	test_overflow();
	return tap_done();
}
