/* git_log - any bytes as git's answers: commits, moves, names; they end, and what is taken is whole */
#include "git/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ir_arena arena = { 0 };
	struct ir_git_commit *v = NULL;
	struct ir_git_move *m = NULL;
	struct ir_list names = { 0 };
	bool cut = n && data[0] & 1;
	char *text = ir_arena_alloc(&arena, n + 1);
	size_t k;

	/* NULs are what parts the pieces: some more of them */
	for (size_t i = 0; i < n; i++)
		text[i] = data[i] == '|' ? '\0' : (char)data[i];
	k = ir_git_log_parse(&arena, text, n, cut, &v);
	for (size_t i = 0; i < k; i++) {
		size_t len = strlen(v[i].revision);

		if ((len != 40 && len != 64) || !v[i].author || !v[i].title || v[i].files.n > IR_GIT_FILES)
			abort();
	}
	k = ir_git_reflog_parse(&arena, text, n, &m);
	for (size_t i = 0; i < k; i++) {
		if (!m[i].what || !m[i].who || m[i].ms == IR_TIME_NONE)
			abort();
	}
	ir_git_names_parse(&arena, text, n, cut, 3, &names);
	if (names.n > 3)
		abort();
	ir_arena_done(&arena);
	return 0;
}
