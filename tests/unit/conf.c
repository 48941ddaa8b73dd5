/* conf - ir.conf: lines, types, places */
#include "conf/conf.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;

static struct ir_conf *
parse(const char *text, size_t n, struct ir_err *err)
{
	struct ir_conf *c = IR_NEW(&arena, struct ir_conf);

	*err = (struct ir_err)IR_ERR_INIT;
	return ir_conf_parse(&arena, c, "ir.conf", text, n, err) == 0 ? c : NULL;
}

static const char *
login(const char *line, const char *key)
{
	struct ir_err err;
	const char *text = ir_asprintf(&arena, "[check \"login\"]\n%s\n", line);
	struct ir_conf *c = parse(text, strlen(text), &err);

	if (!c)
		printf("# %s (%s)\n", err.msg, err.hint);
	return c ? ir_conf_str(ir_conf_section(c, "check", "login"), "check", key) : NULL;
}

static void
reads_lines(void)
{
	static const char text[] = "\xef\xbb\xbf# all at once\r\n"
				   "[env]\r\n"
				   "name = staging\r\n"
				   "; another comment\n"
				   "\n"
				   "  [ check \"login\" ]   # git people indent\n"
				   "\t# and comments\n"
				   "\tbody = a=b#c ; d # e\n"
				   "\ttimeout=1m30s\n"
				   "    header = Accept: text/html\n"
				   "    header = X-Two: 2\n"
				   " \t \n"
				   "\tinsecure = yes\n"
				   "[check \"a \\\"b\\\\\"]\n"
				   "[service \"web\"]\n"
				   "[check \"login\"]\n"
				   "retries = 3";
	struct ir_err err;
	struct ir_conf *c = parse(text, sizeof text - 1, &err);
	const struct ir_section *s;

	if (!OK(c, "a file with everything in it is read: %s", err.msg))
		return;
	s = ir_conf_section(c, "check", "login");
	IS_INT((int64_t)c->n, 4, "sections of one name are one, sections without keys are there");
	IS_STR(ir_conf_str(ir_conf_section(c, "env", ""), "env", "name"), "staging", "CR is not part of a value");
	IS_STR(ir_conf_str(s, "check", "body"), "a=b#c ; d # e", "# ; = are part of a value");
	IS_INT(ir_conf_int(s, "check", "timeout"), 90000, "a duration");
	IS_INT(ir_conf_int(s, "check", "insecure"), 1, "a boolean");
	IS_INT(ir_conf_int(s, "check", "retries"), 3, "a last line without newline");
	IS_INT(ir_conf_int(s, "check", "cert-warn-days"), 14, "the table's default");
	IS_INT(ir_conf_int(s, "check", "max-body"), 1 << 20, "a size by default");
	OK(ir_conf_int(s, "check", "latency-warn") == INT64_MIN, "no value and no default");
	OK(ir_conf_str(NULL, "check", "url") == NULL, "no section, no default");
	IS_STR(ir_conf_str(NULL, "check", "expect-status"), "200-299", "no section, the default");
	IS_INT((int64_t)ir_conf_list(s, "header")->n, 2, "a list has every line");
	IS_STR(ir_conf_list(s, "header")->v[1], "X-Two: 2", "in order");
	IS_INT((int64_t)ir_conf_list(NULL, "header")->n, 0, "and is empty when not written");
	OK(ir_conf_section(c, "check", "a \"b\\"), "a name with a quote and a backslash");
	IS_INT(s->line, 6, "a section knows its line");
	IS_INT(ir_conf_value(s, "retries")->line, 17, "a value knows its line, in a section opened again");
	OK(!ir_conf_section(c, "check", "logout") && !ir_conf_section(c, "service", "login"),
	    "a section that is not there");
}

static void
reads_long_lines(void)
{
	char body[301], *text;
	struct ir_err err;
	struct ir_conf *c;
	const char *name = "a-check-with-a-name-of-ninety-bytes-which-is-more-than-the-fifty-that-libinih-keeps-of-it";

	for (size_t i = 0; i < sizeof body - 1; i++)
		body[i] = "SELECT ';', \"x\" # = [y] "[i % 24];
	body[299] = '.';
	body[300] = '\0';
	IS_STR(login(ir_asprintf(&arena, "\tbody = %s", body), "body"), body,
	    "300 bytes with quotes, # ; = [ are read whole");
	text = ir_asprintf(&arena, "[queue \"jobs\"]\n\tpending-sql = %s\n\tname = after\n", body);
	c = parse(text, strlen(text), &err);
	if (!OK(c, "a statement of 300 bytes: %s", err.msg))
		return;
	IS_STR(ir_conf_str(ir_conf_section(c, "queue", "jobs"), "queue", "pending-sql"), body, "is read whole");
	IS_INT(ir_conf_value(ir_conf_section(c, "queue", "jobs"), "name")->line, 3, "and takes no line with it");
	text = ir_asprintf(&arena, "[check \"%s\"]\n%0500d\n", name, 0);
	OK(!parse(text, strlen(text), &err) && strstr(err.msg, "ir.conf:2:"),
	    "a long line that is nothing is an error: %s", err.msg);
	text = ir_asprintf(&arena, "[check \"%s\"]\nbody = %0100000d\n; %0400d\n\tmethod = PUT\n", name, 7, 0);
	c = parse(text, strlen(text), &err);
	if (!OK(c, "lines of 100000 bytes, comments of 400: %s", err.msg))
		return;
	IS_INT(
	    (int64_t)strlen(ir_conf_str(ir_conf_section(c, "check", name), "check", "body")), 100000, "nothing is cut");
	IS_INT(ir_conf_value(ir_conf_section(c, "check", name), "method")->line, 4,
	    "and lines are counted right after it");
}

static void
reads_quotes(void)
{
	IS_STR(login("body = \"  two  \"", "body"), "  two  ", "quotes keep blanks");
	IS_STR(login("body = \"a\\n\\tb\\r\\\"c\\\\\"", "body"), "a\n\tb\r\"c\\", "escapes in quotes");
	IS_STR(login("body = \"\"", "body"), "", "an empty value");
	IS_STR(login("body = {\"a\": \"b\\n\"}", "body"), "{\"a\": \"b\\n\"}", "no quote at the beginning: as it is");
	IS_STR(login("body = a \"b", "body"), "a \"b", "a quote in the middle is text");
	IS_STR(login("command = python src/manage.py check --tag 'x y'", "command"),
	    "python src/manage.py check --tag 'x y'", "a command");
}

static void
refuses(void)
{
	static const struct {
		const char *text, *line, *msg, *hint;
	} t[] = {
		{ "url = x\n", "1", "before the first section",
		    "sections are [env], [journal], [service \"name\"], [check \"name\"]" },
		{ "[checks \"a\"]\n", "1", "unknown section [checks]", "did you mean [check]" },
		{ "[zzz]\n", "1", "unknown section [zzz]", "sections are" },
		{ "\n[check]\n", "2", "needs a name", "" },
		{ "[env \"x\"]\n", "1", "takes no name", "" },
		{ "[check \"\"]\n", "1", "name is empty", "" },
		{ "[check \"a]\n", "1", "not closed", "" },
		{ "[check \"a\\n\"]\n", "1", "backslash", "" },
		{ "[check \"a\"\n", "1", "is written [check \"name\"]", "" },
		{ "[check a]\n", "1", "is written [check \"name\"]", "" },
		{ "[check \"a\"] url = x\n", "1", "only a comment", "" },
		{ "[check \"a\"]\nutl = x\n", "2", "unknown key 'utl' in [check]", "did you mean 'url'" },
		{ "[check \"a\"]\nexpect-stauts = 200\n", "2", "unknown key 'expect-stauts'",
		    "did you mean 'expect-status'" },
		{ "[check \"a\"]\nlatencywarn = 1s\n", "2", "unknown key", "did you mean 'latency-warn'" },
		{ "[check \"a\"]\nqqqqqqq = 1\n", "2", "unknown key", "ir.conf(5)" },
		{ "[check \"a\"]\nURL = x\n", "2", "unknown key 'URL'", "did you mean 'url'" },
		{ "[check \"a\"]\nurl\n", "2", "expected 'key = value'", "" },
		{ "[check \"a\"]\nurl: http://a?b=c\n", "2", "is not a key", "" },
		{ "[check \"a\"]\nmore;url = x\n", "2", "is not a key", "" },
		{ "[check \"a\"]\n= x\n", "2", "key is missing", "" },
		{ "[check \"a\"]\nurl =  \n", "2", "no value", "\"\"" },
		{ "[check \"a\"]\nmethod = GET\n\nmethod = PUT\n", "4", "'method' is already given in line 2", "" },
		{ "[check \"a\"]\nmethod = GET\n[env]\n[check \"a\"]\nmethod = PUT\n", "5", "already given in line 2",
		    "" },
		{ "[check \"a\"]\ntimeout = 5\n", "2", "timeout: ", "" },
		{ "[check \"a\"]\ntimeout = 5s # slow\n", "2", "timeout: ", "line of its own" },
		{ "[check \"a\"]\nretries = 99\n", "2", "retries: ", "" },
		{ "[check \"a\"]\nretries = -1\n", "2", "retries: ", "" },
		{ "[check \"a\"]\ninsecure = maybe\n", "2", "insecure: ", "" },
		{ "[check \"a\"]\nmax-body = big\n", "2", "max-body: ", "" },
		{ "[check \"a\"]\nfamily = ipv7\n", "2", "'ipv7' is not one of any, ipv4, ipv6", "did you mean 'ipv" },
		{ "[check \"a\"]\npassword = hunter2\n", "2", "'password' is a secret",
		    "password-file, password-command or password-env" },
		{ "[check \"a\"]\npassword-fil = x\n", "2", "unknown key", "did you mean 'password-file'" },
		{ "[check \"a\"]\npassword-file = x\npassword-env = y\n", "3", "already given in line 2",
		    "keep one of" },
		{ "[check \"a\"]\nbody = \"a\" \"b\"\n", "2", "ends with the next one", "\\\"" },
		{ "[check \"a\"]\nbody = \"a\n", "2", "not closed", "" },
		{ "[check \"a\"]\nbody = \"\\x\"\n", "2", "backslash", "" },
		{ "[check \"a\"]\nbody = \"\\\n", "2", "backslash", "" },
		{ "[check \"a\"]\nbody = \033[2J\n", "2", "control character 0x1b", "" },
		{ "[check \"a\"]\nbody = \xff\n", "2", "not valid UTF-8", "" },
		{ "[check \"a\"]\n# \xc3\n", "2", "not valid UTF-8", "" },
		{ "[check \"a\"]\nurl = http://bob:pw@a/\n", "2", "url: ", "password-file" },
		{ "[check \"a\"]\nheader = Authorization: Bearer x\n", "2", "header: ", "token-file" },
		{ "[check \"a\"]\nheader = nonsense\n", "2", "header: ", "" },
		{ "[check \"a\"]\nresolve = a.example\n", "2", "resolve: ", "" },
		{ "[check \"a\"]\nexpect-status = 2xx\n", "2", "expect-status: ", "" },
	};
	struct ir_err err;

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		const char *want = ir_asprintf(&arena, "ir.conf:%s: ", t[i].line);
		bool ok = !parse(t[i].text, strlen(t[i].text), &err) && err.code == IR_CONFIG &&
			  strncmp(err.msg, want, strlen(want)) == 0 && strstr(err.msg, t[i].msg) &&
			  strstr(err.hint, t[i].hint);

		OK(ok, "refused: %s (%s)", err.msg, err.hint);
		if (!ok)
			printf("# wanted %s%s (%s)\n", want, t[i].msg, t[i].hint);
	}
	OK(!parse("[env]\nname = a\0b\n", 17, &err) && strstr(err.msg, "ir.conf:2: control character 0x00"), "NUL: %s",
	    err.msg);
	IS_STR(login("header = Accept: x\nheader = Accept: x", "header"), "Accept: x", "a list may say the same twice");
}

static void
refuses_too_much(void)
{
	size_t n = (1 << 20) + 1;
	IR_FREE char *text = malloc(n + 1);
	struct ir_err err;
	size_t len = 0;

	memset(text, '\n', n);
	OK(!parse(text, n, &err) && strstr(err.msg, "larger than 1024 KiB"), "a megabyte is enough: %s", err.msg);
	OK(parse(text, n - 1, &err), "but it may be that");
	for (unsigned i = 0; i < 10001; i++)
		len += (size_t)snprintf(text + len, n - len, "[check \"%u\"]\n", i);
	OK(!parse(text, len, &err) && strstr(err.msg, "ir.conf:10001: more than 10000 sections"),
	    "sections are counted: %s", err.msg);
}

static void
first_file_wins(void)
{
	static const char one[] = "[check \"a\"]\nmethod = PUT\nheader = A: 1\n",
			  two[] = "[check \"a\"]\nmethod = GET\nbody = x\nheader = B: 2\n[env]\nname = e\n";
	struct ir_conf c = { .n = 0 };
	const struct ir_section *s;

	OK(ir_conf_parse(&arena, &c, "one", one, sizeof one - 1, NULL) == 0 &&
		ir_conf_parse(&arena, &c, "two", two, sizeof two - 1, NULL) == 0,
	    "two files");
	s = ir_conf_section(&c, "check", "a");
	IS_STR(ir_conf_str(s, "check", "method"), "PUT", "the first one that writes a key has it");
	IS_STR(ir_conf_value(s, "method")->file, "one", "and is named");
	IS_STR(ir_conf_str(s, "check", "body"), "x", "what it does not write comes from the second");
	IS_STR(ir_conf_value(s, "body")->file, "two", "which is named");
	IS_INT((int64_t)ir_conf_list(s, "header")->n, 1, "lists are not mixed");
	IS_INT((int64_t)c.files.n, 2, "both are told");
}

static struct ir_conf *
read_here(struct ir_err *err)
{
	struct ir_conf *c;

	*err = (struct ir_err)IR_ERR_INIT;
	return ir_conf_read(&arena, &c, err) == 0 ? c : NULL;
}

static const char *
env_name(const struct ir_conf *c)
{
	return c ? ir_conf_str(ir_conf_section(c, "env", ""), "env", "name") : "(failed)";
}

static void
finds_files(void)
{
	const char *top = scratch_new(&arena), *deep = scratch_dir(&arena, "repo/src/deep");
	struct ir_conf *c = NULL;
	const struct ir_section *s;
	struct ir_err err;

	setenv("HOME", "/home/me", 1);
	scratch_dir(&arena, "repo/.git");
	setenv("XDG_CONFIG_HOME", scratch_dir(&arena, "config"), 1);
	unsetenv("IR_CONF");
	scratch_file("outside", "");
	scratch_file("ir.conf", "[env]\nname = outside\n");
	if (!OK(chdir(deep) == 0 && (c = read_here(&err)), "nothing is there: %s", err.msg))
		return;
	OK(env_name(c) == NULL, "a file above the repository is not read");
	IS_STR(c->root, ir_asprintf(&arena, "%s/repo", top), "the root is the repository's");

	scratch_dir(&arena, "config/ir");
	scratch_file("config/ir/ir.conf", "[env]\nname = own\n[journal]\nkeep-days = 3\ndir = off\n");
	IS_STR(env_name(read_here(&err)), "own", "the user's own file");
	scratch_file("repo/ir.conf",
	    "[env]\nname = project\n[check \"a\"]\npassword-file = .secret\nca-file = ~/ca.pem\nclient-key = /k\n"
	    "body = ~/b\n");
	c = read_here(&err);
	IS_STR(env_name(c), "project", "the project's file comes first");
	IS_INT(
	    ir_conf_int(ir_conf_section(c, "journal", ""), "journal", "keep-days"), 3, "the rest is from the user's");
	IS_STR(ir_conf_str(ir_conf_section(c, "journal", ""), "journal", "dir"), "off", "a word that is no path");
	s = ir_conf_section(c, "check", "a");
	IS_STR(ir_conf_value(s, "password")->text, ir_asprintf(&arena, "%s/repo/.secret", top),
	    "a path starts at its file");
	IS_STR(ir_conf_str(s, "check", "ca-file"), "/home/me/ca.pem", "or at the home");
	IS_STR(ir_conf_str(s, "check", "client-key"), "/k", "or at the root");
	IS_STR(ir_conf_str(s, "check", "body"), "~/b", "what is no path stays");
	scratch_file("repo/src/ir.conf", "[env]\nname = nearer\n");
	IS_STR(env_name(read_here(&err)), "nearer", "the nearest one is the project's");
	OK(unlink("../ir.conf") == 0 && chdir("../..") == 0, "up");
	IS_STR(ir_conf_origin(&arena, ir_asprintf(&arena, "%s/repo/ir.conf", top), 12), "ir.conf:12",
	    "a place is told relative to here");
	IS_STR(ir_conf_origin(&arena, "/etc/ir.conf", 0), "/etc/ir.conf", "or as it is");

	scratch_file("repo/ir.conf", "[env]\nname = project\nnmae = 2\n");
	OK(!read_here(&err) && strncmp(err.msg, "ir.conf:3: unknown key", 22) == 0, "an error names the file: %s",
	    err.msg);
	scratch_file("repo/ir.conf", "[env]\nname = project\n");
	chmod("ir.conf", 0664);
	OK(!read_here(&err) && err.code == IR_CONFIG && strstr(err.msg, "others may write it"),
	    "a file that others may write: %s", err.msg);
	IS_STR(err.hint, "run: chmod go-w ir.conf", "with the fix");
	if (geteuid() == 0) {
		OK(chmod("ir.conf", 0644) == 0 && chown("ir.conf", 12345, 0) == 0, "a file of somebody else");
		OK(!read_here(&err) && strstr(err.msg, "belongs to user 12345"), "is not used: %s", err.msg);
		setenv("SUDO_UID", "12345", 1);
		IS_STR(env_name(read_here(&err)), "project", "but it is when that is who called sudo");
		unsetenv("SUDO_UID");
		OK(chown("ir.conf", 0, 0) == 0, "ours again");
	}
	setenv("IR_CONF", "ir.conf", 1);
	IS_STR(env_name(read_here(&err)), "project", "IR_CONF is what the user says");
	setenv("IR_CONF", "/dev/null", 1);
	OK((c = read_here(&err)) && c->n == 0, "IR_CONF alone is read");
	setenv("IR_CONF", "nowhere.conf", 1);
	OK(!read_here(&err) && strstr(err.msg, "nowhere.conf"), "IR_CONF must be there: %s", err.msg);
	setenv("IR_CONF", ".", 1);
	OK(!read_here(&err) && err.code == IR_CONFIG, "and a file: %s", err.msg);
	OK(mkfifo("pipe", 0600) == 0, "a pipe");
	setenv("IR_CONF", "pipe", 1);
	OK(!read_here(&err) && strstr(err.msg, "not a regular file"), "is not waited for: %s", err.msg);
	unsetenv("IR_CONF");
	OK(chmod("ir.conf", 0600) == 0 && chdir(top) == 0 && rename("repo/ir.conf", "config/ir/ir.conf") == 0 &&
		chdir("config/ir") == 0,
	    "in the user's own directory");
	c = read_here(&err);
	OK(c && c->files.n == 1, "a file that is found twice is read once");
}

/* Every key has its doc and a default that its own type takes; the sections of the manual are made from this. */
static void
table_is_sound(void)
{
	for (const struct ir_section_type *t = ir_section_types; t->name; t++) {
		OK(t->doc && *t->doc, "[%s] has a doc", t->name);
		for (const struct ir_key *k = t->keys; k->name; k++) {
			bool number = k->type == IR_KEY_INT || k->type == IR_KEY_BOOL || k->type == IR_KEY_MS ||
				      k->type == IR_KEY_SIZE;

			OK(k->doc && *k->doc &&
				(k->type == IR_KEY_CHOICE ? k->choices != NULL : k->path || !k->choices),
			    "[%s] %s has a doc", t->name, k->name);
			if (k->def && number)
				OK(ir_conf_int(NULL, t->name, k->name) != INT64_MIN, "[%s] %s has a sound default",
				    t->name, k->name);
			if (k->def && k->check)
				OK(k->check(k->def, NULL) == 0, "[%s] %s has a sound default", t->name, k->name);
		}
	}
}

int
main(void)
{
	reads_lines();
	reads_long_lines();
	reads_quotes();
	refuses();
	refuses_too_much();
	first_file_wins();
	finds_files();
	table_is_sound();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
