/*
 * UTF-8: decoding, repair, and folding of the spellings of one value. Folding and the properties of
 * characters come from utf8proc (utf8.c is the one file that includes it).
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

int32_t utf8_decode_wide(struct slice text, size_t *len);

/* The code point at the front of `text`, and in *len its length; -1 and 1 if it is not UTF-8.
 * `text` is not empty. */
static inline int32_t utf8_decode(struct slice text, size_t *len)
{
    *len = 1;
    return (unsigned char)text.data[0] < 0x80 ? text.data[0] : utf8_decode_wide(text, len);
}

/* The length of the prefix that is ASCII, or up to seven bytes less. */
size_t utf8_ascii_prefix(struct slice text);

/* The length of the longest prefix that is UTF-8. */
size_t utf8_valid_prefix(struct slice text);

bool utf8_is_valid(struct slice text);

/* The number of code points in valid UTF-8. */
uint32_t utf8_count(struct slice text);

/* Appends `text` with every byte that is not UTF-8 as U+FFFD. */
void utf8_repair(struct buf *out, struct slice text);

/* White space of any script (Unicode's property White_Space). */
bool utf8_is_space(int32_t code);

/* Trims white space of any script and invisible characters (zero-width spaces and joiners,
 * bidirectional marks, soft hyphens, byte order marks) from both ends. What modifies the last
 * character stays: an emoji's variation selector, a flag's tags. */
struct slice utf8_trim(struct slice text);

/*
 * Appends the form that all spellings of a value share: NFKC_Casefold (Unicode 15, UAX #31 R5:
 * compatible forms, case folded, without the invisible characters), with quotes and hyphens as
 * ASCII has them (O’Brien, O'Brien), a run of white space as one space, and none at the ends. A
 * flag keeps the tags that distinguish it from others. Callers compare names, keys and values by
 * this form, and show them as they were written.
 *
 * False, with nothing appended, if `text` is not UTF-8, has no visible character, or memory runs
 * out (out->failed).
 */
bool utf8_fold(struct buf *out, struct slice text);

/* Appends the visible characters of valid UTF-8, without white space, and with quotes and hyphens
 * as ASCII has them: two copies of the same words give the same bytes. */
void utf8_squeeze(struct buf *out, struct slice text);

/* The longest prefix of at most `max` bytes that cuts neither a character nor a combining sequence.
 */
struct slice utf8_cut(struct slice text, size_t max);

/* A control character (C0, DEL, C1), a line or paragraph separator, or one that reorders the text
 * around it (bidirectional embeddings, overrides, isolates): what can make a name or a log line
 * look like another one. */
bool utf8_is_control(int32_t code);

/* Appends `text` on one line and safe for a terminal: \xNN replaces each byte of a control
 * character and each byte that is not UTF-8. */
void utf8_add_visible(struct buf *out, struct slice text);

/* A character that takes two columns, as Chinese, Japanese and Korean ones do; such a script puts
 * no space where a line was wrapped. */
bool utf8_is_wide(int32_t code);

/* Whether a text that follows another begins with a mark of it, as ", so" and "%" do, and not with
 * a word: `.NET` and `...and` are words. */
bool utf8_begins_with_mark(struct slice text);

#endif
