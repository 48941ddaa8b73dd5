/*
 * utf8 - text from outside, made safe
 *
 * Everything that a service, a container or a log says is hostile until it
 * has gone through here: a byte from outside never moves a terminal's cursor.
 */
#ifndef IR_BASE_UTF8_H
#define IR_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Length of the valid sequence at s (1..4; no overlong forms, surrogates or
 * beyond U+10FFFF, after RFC 3629), or 0. n > 0. */
size_t ir_utf8_len(const char *s, size_t n);
int ir_utf8_valid(const char *s, size_t n);
/* The code point of a valid sequence of len bytes. */
uint32_t ir_utf8_decode(const char *s, size_t len);
/* How many bytes at s are printable ASCII, one column each: the fast way through most text. */
size_t ir_utf8_plain(const char *s, size_t n);

/* Add s as valid UTF-8 for a JSON string: invalid bytes and NUL become "\xNN" as text, all else
 * stays (a JSON encoder escapes controls). */
void ir_utf8_clean(struct ir_buf *, const char *s, size_t n);

/* Add s for a terminal or a TSV cell: as above, and tab, newline, return become "\t" "\n" "\r", other
 * controls (C0, DEL, C1) and the bidirectional and zero-width format characters "\xNN" or "\u{NNNN}". */
void ir_utf8_escape(struct ir_buf *, const char *s, size_t n);

/* Columns on a terminal (wcwidth's idea, without the locale: wide East Asian and emoji count two,
 * combining marks none) of already escaped text. Unicode 14.0. An invalid byte counts one. */
size_t ir_utf8_width(const char *s, size_t n);

/* How many bytes of s fit into width columns, with the marks that combine with the last; *used gets the
 * columns taken; may be NULL. */
size_t ir_utf8_fit(const char *s, size_t n, size_t width, size_t *used);

/* How many bytes of s fit into max bytes without cutting a sequence. */
size_t ir_utf8_cut(const char *s, size_t n, size_t max);

#endif
