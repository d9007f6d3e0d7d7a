#include "transcript/body.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "syntax/plain_text.h"
#include "transcript/bilingual.h"
#include "transcript/cue_lines.h"
#include "transcript/cue_turns.h"
#include "transcript/originals.h"
#include "transcript/text_lines.h"
#include "transcript/voices.h"

enum {
    LINES_SHARE = 2, /* of the memory for a body: of lines that are no Markdown */
};

/* Whether a line is a heading, and not the label of a turn that is written as one. */
static bool is_section(struct assembly *a, const struct line *line, struct slice text)
{
    if (!line->heading || (a->stats.headings.total == 0 && a->stats.names.recurring < 2))
        return line->heading;
    struct label label = label_read(text, line->bold_at, line->bold);
    return !speaker_stats_is_heading_speaker(&a->stats, &label, text);
}

static int add_line(struct assembly *a, const struct line *line, struct slice text)
{
    bool is_original = line->details && line->details != a->abandoned;
    int err = 0;
    if (line->is_behind_rule)
        a->speaker.len = 0; /* the speaker does not continue into another section */

    if (is_original && original_is_over(a, line, text)) {
        a->abandoned = line->details;
        is_original = false;
    }
    if (!is_original)
        err = is_section(a, line, text) ? text_line_add_heading(a, line, text)
                                        : text_line_add(a, line, text);
    else if (text.len) /* a heading may be empty */
        original_add_line(a, line, text);
    a->details = line->details;
    return err;
}

static int assemble(struct assembly *a)
{
    const struct lines *lines = a->lines;
    int err = 0;

    for (size_t i = 0; i < lines->count && !err; i++) {
        const struct line *line = &lines->at[i];
        struct slice text = line_text(lines, line);
        err = line->cue ? cue_turns_add_line(a, line, text) : add_line(a, line, text);
        if (!err && assembly_has_failed(a))
            err = -ENOMEM;
    }
    if (err)
        return err;
    assembly_end_turn(a);
    assembly_end_original(a);
    if (a->early.len)
        diags_add(a->diags, assembly_line_number(a, &a->early_first), 0,
                  "it is in the source alone", "an original, and no turn that it belongs to");
    return assembly_has_failed(a) ? -ENOMEM : 0;
}

/* An assembly of an empty body, whose lines are still to be read. */
static struct assembly assembly_of(struct body *body, const struct lines *lines,
                                   uint32_t first_line, const struct limits *limits,
                                   struct diags *diags)
{
    *body = (struct body){0};
    return (struct assembly){.body = body,
                             .lines = lines,
                             .diags = diags,
                             .limits = limits,
                             .first_line = first_line,
                             .reached = NO_TIME,
                             .pending = NO_TIME};
}

/* So that body_size() is what a body takes; of a short one most of the room would be empty. */
static void trim_arrays(struct body *body)
{
    array_trim(&body->turns, body->count, sizeof *body->turns);
    array_trim(&body->sections, body->section_count, sizeof *body->sections);
    array_trim(&body->voices, body->voice_count, sizeof *body->voices);
    array_trim(&body->terms, body->term_count, sizeof *body->terms);
    array_trim(&body->cues, body->cue_count, sizeof *body->cues);
    array_trim(&body->times, body->time_count, sizeof *body->times);
}

/* Makes turns of the lines, unless `err` is set. */
static int read_turns(struct assembly *a, int err, const struct yaml *front, struct slice aliases)
{
    struct body *body = a->body;
    (void)buf_reserve(&a->text, a->lines->text.len); /* hardly more, and less with originals */
    if (!err)
        err = speaker_stats_take(a->lines, front, &a->failed, &a->stats);
    if (!err)
        err = assemble(a);
    speaker_stats_free(&a->stats);
    body->text = buf_take(&a->text, &body->len);
    body->originals = buf_take(&a->originals, &body->originals_len);
    if (!err && a->lines->cue_count == 0)
        err = bilingual_join(body, front);
    if (!err)
        err = voices_gather(body, a->lines, front, aliases, &a->notes);
    body->notes = buf_take(&a->notes, &body->notes_len);
    trim_arrays(body);
    buf_free(&a->early);
    free(a->bold);
    if (err == -E2BIG) {
        body_free(body);
        body->is_refused = true;
        return 0;
    }
    return err;
}

int body_read(struct slice text, uint32_t first_line, const struct yaml *front,
              struct slice aliases, const struct limits *limits, struct diags *diags,
              struct body *body)
{
    cleanup_(lines_free) struct lines lines = {0};
    struct assembly a = assembly_of(body, &lines, first_line, limits, diags);
    int err = lines_read(text, first_line, limits, diags, &lines);
    return read_turns(&a, err, front, aliases);
}

int body_of_cues(struct cues *cues, const struct yaml *front, struct slice aliases,
                 const struct limits *limits, struct diags *diags, struct body *body)
{
    cleanup_(lines_free) struct lines lines = {0};
    struct assembly a = assembly_of(body, &lines, 1, limits, diags);
    size_t most = limits->at[LIMIT_MARKDOWN] / LINES_SHARE / sizeof(struct line);
    int err = cue_lines_make(cues, most, &lines);
    if (err == -E2BIG)
        limit_refuse(limits, LIMIT_MARKDOWN, 0, diags);
    err = read_turns(&a, err, front, aliases);
    if (!err && !body->is_refused)
        cue_turns_share_times(body);
    return err;
}

int body_of_text(struct slice text, const struct yaml *front, struct slice aliases,
                 const struct limits *limits, struct diags *diags, struct body *body)
{
    cleanup_(lines_free) struct lines lines = {0};
    struct assembly a = assembly_of(body, &lines, 1, limits, diags);
    size_t most = limits->at[LIMIT_MARKDOWN] / LINES_SHARE / sizeof(struct line);
    int err = plain_text_read_lines(text, most, diags, &lines);
    if (err == -E2BIG)
        limit_refuse(limits, LIMIT_MARKDOWN, 0, diags);
    return read_turns(&a, err, front, aliases);
}

bool body_may_have_originals(struct slice head)
{
    struct slice mark = SLICE("<details");
    const char *at;
    while (head.len >= mark.len && (at = memchr(head.data, '<', head.len - mark.len + 1))) {
        if (strncasecmp(at, mark.data, mark.len) == 0)
            return true;
        head = slice_skip(head, (size_t)(at - head.data) + 1);
    }
    return false;
}

/* Whether a line begins with a letter, behind a bold label or not. */
static bool begins_with_letter(struct slice line)
{
    const char *end = slice_starts(line, SLICE("**")) ? memmem(line.data + 2, line.len - 2, "**", 2)
                                                      : NULL;
    if (end)
        line = slice_skip(line, (size_t)(end - line.data) + 2);
    if (end && slice_starts(line, SLICE(":")))
        line = slice_skip(line, 1);
    line = slice_trim(line);
    unsigned char first = line.len ? (unsigned char)line.data[0] : 0;
    return (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z') ||
           (first >= 0xE4 && first <= 0xE9); /* Chinese */
}

bool body_shows_words(struct slice text)
{
    /* Where comments, code, HTML and the like begin, what is words takes a parser. */
    static const struct byte_set special = {
        .has = {['<'] = true, ['{'] = true, ['%'] = true, ['`'] = true, ['~'] = true}};
    struct slice line, rest = slice_head(text, slice_before(text, &special));
    bool is_first = true, has_words = false, is_all = rest.len == text.len;
    while (slice_take(&rest, '\n', &line)) {
        line = slice_trim(line);
        bool is_underline = line.len && (line.data[0] == '=' || line.data[0] == '-');
        if (!line.len && has_words)
            return true;
        has_words = is_first ? begins_with_letter(line) : has_words && !is_underline;
        is_first = !line.len;
    }
    return is_all && has_words; /* else the last paragraph may go on */
}

bool body_is_timed(const struct body *body)
{
    int64_t last = 0;
    for (uint32_t i = 0; i < body->count; i++) {
        if (body->turns[i].start < last) /* NO_TIME is before every time */
            return false;
        last = body->turns[i].start;
    }
    return body->count > 0;
}

void body_free(struct body *body)
{
    free(body->text);
    free(body->originals);
    free(body->notes);
    free(body->turns);
    free(body->sections);
    free(body->voices);
    free(body->voice_names);
    free(body->terms);
    free(body->cues);
    free(body->times);
    free(body->old_refs);
    *body = (struct body){0};
}

size_t body_size(const struct body *body)
{
    return body->len + body->originals_len + body->notes_len + body->count * sizeof(struct turn) +
           body->section_count * sizeof(struct section) +
           body->voice_count * (sizeof(struct voice) + sizeof(struct voice_name)) +
           body->term_count * sizeof(struct term) + body->cue_count * sizeof(struct body_cue) +
           body->time_count * sizeof(struct time_mark) +
           body->old_ref_count * sizeof(struct old_ref);
}

uint32_t body_first_turn(const struct body *body, uint32_t section)
{
    uint32_t low = 0, high = body->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (body->turns[middle].section < section)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t body_count_turns(const struct body *body, uint32_t section)
{
    return body_first_turn(body, section + 1) - body_first_turn(body, section);
}
