/* dotenv - .env files, read and not executed */
#include "conf/discover.h"

#include "base/clock.h"
#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;

static const char *
get(const char *text, const char *key)
{
	return ir_dotenv_parse(&arena, text, strlen(text), key);
}

/* As python-dotenv 0.21 (Debian's, which docker-compose 1.29 uses) reads the same lines without interpolation, but for \\$, which
 * compose v2 takes for a dollar. */
static void
reads_values(void)
{
	static const char text[] = "\xef\xbb\xbf"
				   "FIRST=1\r\n"
				   "# COMMENT=no\n"
				   "\n"
				   "  export EXPORTED = two words  # why\n"
				   "exported=lower\n"
				   "EMPTY=\n"
				   "HASH=a#b\n"
				   "HASHED= #b\n"
				   "SINGLE='a $b \\n \"c\"' # why\n"
				   "DOUBLE=\"a\\n\\t\\\"b\\\" \\$c \\d\"\n"
				   "LINES=\"one\ntwo\"\n"
				   "DOLLAR=${FIRST}$(id)`id`\n"
				   "NOVALUE\n"
				   "TWICE=1\n"
				   "TWICE=2\n"
				   "URL=postgres://u:p@db/x?a=b&c=d\n"
				   "OPEN=\"never closed\n"
				   "AFTER=ok\n"
				   "LAST=x";

	IS_STR(get(text, "FIRST"), "1", "after a BOM, before CR");
	IS_STR(get(text, "COMMENT"), NULL, "a comment");
	IS_STR(get(text, "EXPORTED"), "two words", "export, blanks, a comment after it");
	IS_STR(get(text, "exported"), "lower", "names are exact");
	IS_STR(get(text, "EMPTY"), "", "empty");
	IS_STR(get(text, "HASH"), "a#b", "# inside a word");
	IS_STR(get(text, "HASHED"), "#b", "# at the beginning");
	IS_STR(get(text, "SINGLE"), "a $b \\n \"c\"", "single quotes");
	IS_STR(get(text, "DOUBLE"), "a\n\t\"b\" $c \\d", "double quotes");
	IS_STR(get(text, "LINES"), "one\ntwo", "quotes over lines");
	IS_STR(get(text, "DOLLAR"), "${FIRST}$(id)`id`", "nothing is expanded or executed");
	IS_STR(get(text, "NOVALUE"), NULL, "a name alone");
	IS_STR(get(text, "TWICE"), "2", "the last one counts");
	IS_STR(get(text, "URL"), "postgres://u:p@db/x?a=b&c=d", "= in a value");
	IS_STR(get(text, "OPEN"), NULL, "a quote that is not closed");
	IS_STR(get(text, "AFTER"), "ok", "and takes nothing with it");
	IS_STR(get(text, "LAST"), "x", "no newline at the end");
	IS_STR(get(text, "NOWHERE"), NULL, "not there");
	IS_STR(get(text, ""), NULL, "no name");
	IS_STR(get("=x\n", ""), NULL, "no name before =");
	IS_STR(get("A B=x\n", "B"), NULL, "two words are no name");
	IS_STR(get("export=x\n", "export"), "x", "export may be a name");
}

static void
keeps_bounds(void)
{
	const char *top = scratch_new(&arena), *path = ir_asprintf(&arena, "%s/.env", top);
	size_t n = 256 * 1024;
	char *big = ir_arena_alloc(&arena, n + 2);
	int64_t before = ir_mono_us();

	IS_STR(ir_dotenv(&arena, path, "A"), NULL, "no file");
	scratch_file(".env", "A=1\n");
	IS_STR(ir_dotenv(&arena, path, "A"), "1", "a file");
	memset(big, '\n', n);
	memcpy(big, "A=2", 3);
	scratch_file(".env", big);
	IS_STR(ir_dotenv(&arena, path, "A"), "2", "256 KiB");
	big[n] = '\n';
	scratch_file(".env", big);
	IS_STR(ir_dotenv(&arena, path, "A"), NULL, "and no more");
	OK(unlink(path) == 0 && mkfifo(path, 0600) == 0, "a pipe");
	IS_STR(ir_dotenv(&arena, path, "A"), NULL, "is not waited for");
	for (size_t i = 0; i + 4 <= n; i += 4)
		memcpy(big + i, i % 8 ? "B='\n" : "B=\"\n", 4);
	ir_dotenv_parse(&arena, big, n, "B");
	for (size_t i = 0; i + 5 <= n; i += 5)
		memcpy(big + i, "B=\"\\\"", 5);
	ir_dotenv_parse(&arena, big, n, "B");
	OK(ir_mono_us() - before < 5000000, "quotes that are not closed are looked for once");
}

static bool
begins_with_d(const void *arg, const char *name, size_t n)
{
	(void)arg;
	return n && *name == 'D';
}

static void
reads_all(void)
{
	static const char text[] = "\xef\xbb\xbf# D=0\nD1=a\nE=\"x\ny\"\nexport D2='b\nc'\nD1=\nD3=\"open\nD4=d";
	static const struct {
		const char *name, *value;
		unsigned line;
	} want[] = { { "D1", "a", 2 }, { "D2", "b\nc", 5 }, { "D1", "", 7 }, { "D4", "d", 9 } };
	struct ir_dotenv all;

	ir_dotenv_parse_all(&arena, text, sizeof(text) - 1, begins_with_d, &all);
	IS_INT((int64_t)all.n, 4, "all that are wanted");
	for (size_t i = 0; i < all.n && i < 4; i++) {
		IS_STR(all.v[i].name, want[i].name, "%s", want[i].name);
		IS_STR(all.v[i].value, want[i].value, "its value");
		IS_INT(all.v[i].line, want[i].line, "its line");
	}
	ir_dotenv_wipe(&all);
	OK(all.n == 0 && all.v[0].value[0] == '\0' && all.v[1].value[2] == '\0', "wiped");
}

int
main(void)
{
	reads_values();
	reads_all();
	keeps_bounds();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
