#include "transcript/cue_lines.h"

#include <errno.h>

#include "base/array.h"
#include "speakers/cue_prefixes.h"

enum {
    FEW_DIALOGUES = 2 /* cues in which each line has a dash tell that dashes are speakers */
};

/* The bytes of a dash at the front of a line, with what stands between it and the words; 0 where
 * there is none. A number may be below zero. */
static size_t read_dash(struct slice line)
{
    static const struct slice dashes[] = {SLICE("-"), SLICE("–"), SLICE("—"), SLICE("‐")};
    size_t len = 0;
    for (size_t i = 0; i < sizeof dashes / sizeof *dashes && !len; i++)
        len = slice_starts(line, dashes[i]) ? dashes[i].len : 0;
    struct slice rest = slice_skip(line, len);
    if (!len || !rest.len || memchr("->0123456789", rest.data[0], 12))
        return 0;
    bool has_space = rest.data[0] == ' ';
    return rest.len > has_space ? len + has_space : 0;
}

/* The offset of " >> ", where another speaker begins within a line; text.len if there is none. */
static size_t find_chevrons(struct slice text)
{
    const char *at = text.len ? memmem(text.data, text.len, " >>", 3) : NULL;
    return at ? (size_t)(at - text.data) : text.len;
}

/* Whether dashes without a space begin what somebody else says: where lines of one cue each have
 * one, again and again. */
static bool dashes_are_speakers(const struct cues *cues)
{
    size_t dialogues = 0;
    for (size_t i = 0; i < cues->count && dialogues < FEW_DIALOGUES; i++) {
        struct slice text = cue_text(cues, &cues->at[i]), line;
        size_t lines = 0, dashes = 0;
        while (slice_take(&text, '\n', &line)) {
            lines++;
            dashes += read_dash(line) > 0;
        }
        dialogues += lines > 1 && dashes == lines;
    }
    return dialogues >= FEW_DIALOGUES;
}

static int add_line(struct lines *lines, const struct cue *cue, struct slice text, bool is_first)
{
    size_t dash = lines->have_dashes || slice_starts(text, SLICE("- ")) ? read_dash(text) : 0;
    if (!array_reserve(&lines->at, lines->count, &lines->cap, sizeof *lines->at))
        return -ENOMEM;
    text = slice_skip(text, dash);
    lines->at[lines->count++] = (struct line){
        .text = (size_t)(text.data - lines->text.data),
        .len = text.len,
        .number = cue->line - 1,
        .cue = (uint32_t)(cue - lines->cues) + 1,
        .before = is_first ? BREAK_PARAGRAPH : BREAK_SOFT,
        .is_other = dash > 0,
    };
    return 0;
}

static int add_cue(struct lines *lines, size_t most, const struct cue *cue)
{
    struct slice text = {lines->text.data + cue->text, cue->len}, line;
    bool is_first = true;
    int err = 0;
    while (!err && slice_take(&text, '\n', &line)) {
        while (line.len && !err) {
            size_t len = find_chevrons(line);
            err = lines->count == most ? -E2BIG
                                       : add_line(lines, cue, slice_head(line, len), is_first);
            line = slice_skip(line, len < line.len ? len + 1 : len);
            is_first = false;
        }
    }
    return err;
}

int cue_lines_make(struct cues *cues, size_t most, struct lines *lines)
{
    int err = cue_prefixes_take(cues);
    bool have_dashes = dashes_are_speakers(cues);
    *lines = (struct lines){
        .text = cues->text, .cues = cues->at, .cue_count = cues->count, .have_dashes = have_dashes};
    *cues = (struct cues){0};
    for (size_t i = 0; i < lines->cue_count && !err; i++) {
        lines->have_speakers |= lines->cues[i].speaker_len > 0;
        err = add_cue(lines, most, &lines->cues[i]);
    }
    return err;
}
