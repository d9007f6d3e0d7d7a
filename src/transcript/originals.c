#include "transcript/originals.h"

#include <string.h>

#include "base/utf8.h"

bool original_is_over(struct assembly *a, const struct line *line, struct slice text)
{
    const struct details *details = &a->lines->details[line->details - 1];
    struct label label = label_read(text, line->bold_at, line->bold);
    size_t wide = 0, len;

    if (details->is_closed || line->before != BREAK_PARAGRAPH)
        return false;
    if (line->heading)
        return line->details == a->details;
    for (struct slice rest = text; rest.len; rest = slice_skip(rest, len))
        wide += utf8_is_wide(utf8_decode(rest, &len));
    bool is_wide_text = wide * 3 > text.len / 3;
    if (is_wide_text && strcmp(details->language, "en") == 0)
        return true;
    return line->details == a->details && label.form == LABEL_BOLD &&
           speaker_stats_is_speaker(&a->stats, &label, line) &&
           (is_wide_text || !details->language[0]);
}

void original_add_line(struct assembly *a, const struct line *line, struct slice text)
{
    struct label label = label_read(text, line->bold_at, line->bold);
    bool has_label = label.speaker.len && speaker_stats_is_original_speaker(&a->stats, &label);
    bool is_early = a->body->count == 0;
    bool names = has_label && (label.form == LABEL_BOLD || slice_starts(text, label.speaker));
    uint32_t speaker = names ? (uint32_t)label.speaker.len : 0;
    struct buf *to = is_early ? &a->early : &a->originals;

    if (is_early ? to->len == 0 : assembly_last_turn(a)->original_first_line == 0) {
        if (is_early) {
            a->early_first = *line;
            a->early_has_label = has_label;
            a->early_speaker = speaker;
        } else {
            assembly_begin_original(a, line, has_label, speaker);
        }
    } else if (slice_starts(text, SLICE(">>"))) {
        buf_add_text(to, "\n\n"); /* another speaker, without a label */
    } else {
        assembly_add_break(to, line->before, text);
    }
    if (has_label && label.form == LABEL_BOLD) {
        buf_add_slice(to, label.speaker);
        buf_add_text(to, label.words.len ? ": " : ":");
        text = label.words;
    }
    buf_add_slice(to, text);
    if (is_early)
        a->early_last = *line;
    else
        assembly_extend_original(a, line);
}
