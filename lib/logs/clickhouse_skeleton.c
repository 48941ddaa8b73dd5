/*
 * clickhouse_skeleton - the skeleton of a line (skeleton.h), as an expression of ClickHouse's SQL
 *
 * RE2 knows words (\b), but takes '_', 'x' and 'X' for parts of one: they become the bytes 3, 4 and 5 first, and a line that holds such a byte is kept as it is beside its skeleton. UUIDs are searched first,
 * which costs next to nothing. Captures would cost twice the time.
 */
#include "logs/clickhouse_sql.h"

/* Four and more hex digits, at least one of them a digit and one a letter. RE2 looks neither ahead nor back: so by where the first of the other kind stands. */
#define X "[0-9a-fA-F]"
#define H "[a-fA-F]"
#define D "[0-9]"
#define HEX "(?:" D H X "{2,}|" D "{2}" H X "+|" D "{3,}" H X "*|" H D X "{2,}|" H "{2}" D X "+|" H "{3,}" D X "*)"
/* As SQL's literals write it: a backslash is two. */
#define WORDS "\\\\b(?:" HEX "\\\\b|[0-9]+)|[0-9]+\\\\b|[0-9]{2,}"
#define UUID "\\\\b" X "{8}-" X "{4}-" X "{4}-" X "{4}-" X "{12}\\\\b"

/* "level":30, level=30, <30>; PRIORITY is journald's. */
#define LEVEL \
	"(?i)(?:level|lvl|severity|severity_?(?:number|text)|levelname|priority)[\"\\']? ?[:=] " \
	"?[\"\\']?[0-9]+|^<[0-9]+>"
#define STATUS "\" [1-9]"

void
ir_clickhouse_skeleton(struct ir_buf *b, const char *text)
{
	ir_buf_addf(b,
	    "replaceRegexpAll(replaceRegexpAll(replaceAll(replaceAll(replaceAll(%s,'_','\\x03'),'x','\\x04'),'X','"
	    "\\x05'),"
	    "'" UUID "','0-0-0-0-0'),'" WORDS "','0')",
	    text);
}

void
ir_clickhouse_numbers(struct ir_buf *b, const char *text)
{
	ir_buf_addf(b,
	    "concat(extract(if(position(%s,'{')+position(%s,'=')+(substring(%s,1,1)='<')>0,%s,''),'" LEVEL
	    "'),'\\x01',",
	    text, text, text, text);
	ir_buf_addf(b, "extract(if(position(%s,'\" ')>0,%s,''),'" STATUS "'),'\\x01',", text, text);
	ir_buf_addf(
	    b, "if(position(%s,'\\x03')+position(%s,'\\x04')+position(%s,'\\x05')>0,%s,''))", text, text, text, text);
}
