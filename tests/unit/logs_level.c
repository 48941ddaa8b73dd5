/* logs_level - words, letters and numbers of levels, and messages without one */
#include "logs/level.h"
#include "tap.h"

static void
word(const char *text, enum ir_log_level want)
{
	IS_STR(ir_level_names[ir_level_word(text, strlen(text))], ir_level_names[want], "word '%s'", text);
}

static void
test_words(void)
{
	static const char *const none[] = { "", "W", "e", "in", "<err>", "erroneous", "infos", "warned", "log", "fine",
		"success", "failure", "config", "ERROR:", "information!", "informationals", "errorerrorerror", "critic",
		"traced", "all", "off", "not", "INFO " };

	word("INFO", IR_LEVEL_INFO);
	word("Information", IR_LEVEL_INFO);
	word("informational", IR_LEVEL_INFO);
	word("LOG", IR_LEVEL_INFO);
	word("err", IR_LEVEL_ERROR);
	word("ERRO", IR_LEVEL_ERROR);
	word("SEVERE", IR_LEVEL_ERROR);
	word("Warning", IR_LEVEL_WARN);
	word("wrn", IR_LEVEL_WARN);
	word("Note", IR_LEVEL_NOTICE);
	word("SUCCESS", IR_LEVEL_NOTICE);
	word("crit", IR_LEVEL_FATAL);
	word("FTL", IR_LEVEL_FATAL);
	word("Panic", IR_LEVEL_FATAL);
	word("FAILURE", IR_LEVEL_FATAL);
	word("dbg", IR_LEVEL_DEBUG);
	word("FINE", IR_LEVEL_DEBUG);
	word("FINEST", IR_LEVEL_TRACE);
	word("VRB", IR_LEVEL_TRACE);
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		word(none[i], IR_LEVEL_NONE);
}

static void
test_letters(void)
{
	static const char letters[] = "VTD.I-N*W#EFC", want[] = "1122334455677";

	for (size_t i = 0; letters[i]; i++)
		IS_INT(ir_level_letter(letters[i]), want[i] - '0', "letter %c", letters[i]);
	for (int c = 0; c < 256; c++) {
		if (!memchr(letters, c, sizeof letters - 1) && ir_level_letter((char)c) != IR_LEVEL_NONE)
			OK(false, "byte %d is no level", c);
	}
}

static void
test_numbers(void)
{
	static const struct {
		long n;
		enum ir_log_level number, otel, pri, status;
	} t[] = {
		{ -1, 0, 0, 0, 0 },
		{ 0, IR_LEVEL_FATAL, 0, IR_LEVEL_FATAL, 0 },
		{ 3, IR_LEVEL_ERROR, IR_LEVEL_TRACE, IR_LEVEL_ERROR, 0 },
		{ 4, IR_LEVEL_WARN, IR_LEVEL_TRACE, IR_LEVEL_WARN, 0 },
		{ 5, IR_LEVEL_NOTICE, IR_LEVEL_DEBUG, IR_LEVEL_NOTICE, 0 },
		{ 7, IR_LEVEL_DEBUG, IR_LEVEL_DEBUG, IR_LEVEL_DEBUG, 0 },
		{ 9, 0, IR_LEVEL_INFO, IR_LEVEL_FATAL, 0 },
		{ 10, IR_LEVEL_TRACE, IR_LEVEL_INFO, IR_LEVEL_FATAL, 0 },
		{ 13, IR_LEVEL_TRACE, IR_LEVEL_WARN, IR_LEVEL_NOTICE, 0 },
		{ 20, IR_LEVEL_DEBUG, IR_LEVEL_ERROR, IR_LEVEL_WARN, 0 },
		{ 24, IR_LEVEL_DEBUG, IR_LEVEL_FATAL, IR_LEVEL_FATAL, 0 },
		{ 30, IR_LEVEL_INFO, 0, IR_LEVEL_INFO, 0 },
		{ 40, IR_LEVEL_WARN, 0, IR_LEVEL_FATAL, 0 },
		{ 50, IR_LEVEL_ERROR, 0, IR_LEVEL_FATAL, 0 },
		{ 60, IR_LEVEL_FATAL, 0, IR_LEVEL_WARN, 0 },
		{ 70, 0, 0, IR_LEVEL_INFO, 0 },
		{ 191, IR_LEVEL_DEBUG, 0, IR_LEVEL_DEBUG, IR_LEVEL_INFO },
		{ 192, IR_LEVEL_DEBUG, 0, 0, IR_LEVEL_INFO },
		{ 200, IR_LEVEL_INFO, 0, 0, IR_LEVEL_INFO },
		{ 250, IR_LEVEL_NOTICE, 0, 0, IR_LEVEL_INFO },
		{ 300, IR_LEVEL_WARN, 0, 0, IR_LEVEL_INFO },
		{ 404, IR_LEVEL_ERROR, 0, 0, IR_LEVEL_INFO },
		{ 503, IR_LEVEL_FATAL, 0, 0, IR_LEVEL_ERROR },
		{ 600, IR_LEVEL_FATAL, 0, 0, 0 },
		{ 601, 0, 0, 0, 0 },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		IS_INT(ir_level_number(t[i].n), t[i].number, "number %ld", t[i].n);
		IS_INT(ir_level_otel(t[i].n), t[i].otel, "OpenTelemetry's %ld", t[i].n);
		IS_INT(ir_level_pri(t[i].n), t[i].pri, "PRI %ld", t[i].n);
		IS_INT(ir_level_status(t[i].n), t[i].status, "status %ld", t[i].n);
	}
}

static void
guess(const char *text, enum ir_log_level want)
{
	bool counted = false;

	IS_STR(ir_level_names[ir_level_guess(text, strlen(text), &counted)], ir_level_names[want], "guess '%s'", text);
	if (strstr(text, "0 errors"))
		OK(counted, "and that a number decides");
}

static void
test_guesses(void)
{
	guess("", IR_LEVEL_NONE);
	guess("listening on port 80", IR_LEVEL_NONE);
	guess("Connection refused", IR_LEVEL_ERROR);
	guess("request failed: context deadline exceeded", IR_LEVEL_ERROR);
	guess("upstream timed out (110: Connection timed out)", IR_LEVEL_ERROR);
	guess("timed waiting", IR_LEVEL_NONE);
	guess("Traceback (most recent call last):", IR_LEVEL_ERROR);
	guess("java.lang.NullPointerException: x", IR_LEVEL_ERROR);
	guess("psycopg2.OperationalError: x", IR_LEVEL_ERROR);
	guess("can't open file", IR_LEVEL_ERROR);
	guess("panic: runtime error: index out of range", IR_LEVEL_FATAL);
	guess("Out of memory: Killed process 1", IR_LEVEL_FATAL);
	guess("FATAL: the database system is starting up", IR_LEVEL_FATAL);
	guess("ERR_CONNECTION_REFUSED", IR_LEVEL_ERROR);
	guess("DeprecationWarning deprecated", IR_LEVEL_WARN);
	guess("finished with 0 errors", IR_LEVEL_NONE);
	guess("[12.0] Out of memory", IR_LEVEL_FATAL);
	guess("now we can the fish", IR_LEVEL_NONE);
	guess("we can't", IR_LEVEL_ERROR);
	guess("non-fatal: it goes on", IR_LEVEL_NONE);
	guess("no error", IR_LEVEL_NONE);
	guess("done, errors: 0, skipped: 2", IR_LEVEL_NONE);
	guess("done, errors: 3", IR_LEVEL_ERROR);
	guess("error=null status=ok", IR_LEVEL_NONE);
	guess("\"error\":null", IR_LEVEL_NONE);
	guess("error_count=3", IR_LEVEL_NONE);
	guess("GET /error.html", IR_LEVEL_NONE);
	guess("opened logs/error.log", IR_LEVEL_NONE);
	guess("failover complete", IR_LEVEL_NONE);
	guess("errors", IR_LEVEL_ERROR);
	guess("terrors", IR_LEVEL_NONE);
}

int
main(void)
{
	test_words();
	test_letters();
	test_numbers();
	test_guesses();
	return tap_done();
}
