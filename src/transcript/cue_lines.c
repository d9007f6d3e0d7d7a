#include "transcript/cue_lines.h"

#include <errno.h>

#include "base/array.h"
#include "speakers/label.h"

enum { FEW_CUES = 3 /* tell nothing by all having a label */ };

/* The bytes of "Ana Lima: " at the front, and of the name in it; 0 where there is none. */
static size_t read_prefix(struct slice text, size_t *name)
{
    struct slice head = slice_head(text, LABEL_MAX_BYTES);
    const char *colon = head.len ? memmem(head.data, head.len, ": ", 2) : NULL;
    *name = 0;
    if (!colon || memchr(head.data, '\n', (size_t)(colon - head.data)))
        return 0;
    struct slice before = {head.data, (size_t)(colon - head.data)};
    *name = slice_trim(before).len;
    return *name ? before.len + 2 : 0;
}

static bool all_have_prefix(const struct cues *cues)
{
    size_t name;
    for (size_t i = 0; i < cues->count; i++) {
        if (cues->at[i].speaker_len || !read_prefix(cue_text(cues, &cues->at[i]), &name))
            return false;
    }
    return cues->count >= FEW_CUES;
}

static void take_prefixes(struct cues *cues)
{
    size_t name;
    for (size_t i = 0; i < cues->count; i++) {
        struct cue *cue = &cues->at[i];
        uint32_t prefix = (uint32_t)read_prefix(cue_text(cues, cue), &name);
        cue->speaker = cue->text;
        cue->speaker_len = (uint32_t)name;
        cue->text += prefix;
        cue->len -= prefix;
    }
}

/* Where somebody else goes on within a line: " >> no". All of it where nobody does. */
static size_t find_chevrons(struct slice text)
{
    const char *at = text.len ? memmem(text.data, text.len, " >>", 3) : NULL;
    return at ? (size_t)(at - text.data) : text.len;
}

static int add_line(struct lines *lines, const struct cue *cue, struct slice text, bool is_first)
{
    bool has_dash = slice_starts(text, SLICE("- ")) && text.len > 2;
    if (!array_reserve(&lines->at, lines->count, &lines->cap, sizeof *lines->at))
        return -ENOMEM;
    if (has_dash)
        text = slice_skip(text, 2);
    lines->at[lines->count++] = (struct line){
        .text = (size_t)(text.data - lines->text.data),
        .len = text.len,
        .number = cue->line - 1,
        .cue = (uint32_t)(cue - lines->cues) + 1,
        .before = is_first ? BREAK_PARAGRAPH : BREAK_SOFT,
        .is_other = has_dash,
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
    int err = 0;
    bool have_prefixes = all_have_prefix(cues);
    if (have_prefixes)
        take_prefixes(cues);
    *lines = (struct lines){.text = cues->text, .cues = cues->at, .cue_count = cues->count};
    *cues = (struct cues){0};
    for (size_t i = 0; i < lines->cue_count && !err; i++) {
        lines->have_speakers |= lines->cues[i].speaker_len > 0;
        err = add_cue(lines, most, &lines->cues[i]);
    }
    return err;
}
