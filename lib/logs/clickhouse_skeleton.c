/*
 * clickhouse_skeleton - the skeleton of a line (skeleton.h), as an expression of ClickHouse's SQL
 *
 * RE2 knows words (\b), but takes '_' for part of one: it becomes the byte 3 first, and a line that holds that byte is kept as it is beside its skeleton. Captures cost twice the time, and only the x behind
 * a word's first 0 needs one: so only lines with such an x are searched that way.
 */
#include "logs/clickhouse_sql.h"

/* Four and more hex digits, at least one of them a digit and one a letter. RE2 looks neither ahead nor back: so by where the first of the other kind stands. */
#define X "[0-9a-fA-F]"
#define H "[a-fA-F]"
#define D "[0-9]"
#define HEX "(?:" D H X "{2,}|" D "{2}" H X "+|" D "{3,}" H X "*|" H D X "{2,}|" H "{2}" D X "+|" H "{3,}" D X "*)"
/* As SQL's literals write it: a backslash is two. */
#define WORDS "\\\\b(?:" HEX "\\\\b|[0-9]+)|[0-9]+\\\\b|[0-9]{2,}"
#define WORDS_0X "\\\\b(0[xX])(?:" HEX "\\\\b|[0-9]+)|" WORDS

/* "level":30, level=30, <30>; PRIORITY is journald's. */
#define LEVEL \
	"(?i)(?:level|lvl|severity|severity_?(?:number|text)|levelname|priority)[\"\\']? ?[:=] " \
	"?[\"\\']?[0-9]+|^<[0-9]+>"
#define STATUS "\" [1-9]"

void
ir_clickhouse_skeleton(struct ir_buf *b, const char *text)
{
	struct ir_buf has;

	ir_buf_init(&has, IR_CLICKHOUSE_SQL);
	ir_buf_addf(&has, "position(%s,'0x')+position(%s,'0X')>0", text, text);
	ir_buf_addf(
	    b, "concat(replaceRegexpAll(if(%s,'',replaceAll(%s,'_','\\x03')),'" WORDS "','0'),", has.data, text);
	ir_buf_addf(
	    b, "replaceRegexpAll(if(%s,replaceAll(%s,'_','\\x03'),''),'" WORDS_0X "','\\\\10'))", has.data, text);
	ir_buf_done(&has);
}

void
ir_clickhouse_numbers(struct ir_buf *b, const char *text)
{
	ir_buf_addf(b,
	    "concat(extract(if(position(%s,'{')+position(%s,'=')+(substring(%s,1,1)='<')>0,%s,''),'" LEVEL
	    "'),'\\x01',",
	    text, text, text, text);
	ir_buf_addf(b, "extract(if(position(%s,'\" ')>0,%s,''),'" STATUS "'),'\\x01',", text, text);
	ir_buf_addf(b, "if(position(%s,'\\x03')>0,%s,''))", text, text);
}
