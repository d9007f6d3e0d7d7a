#include "transcript/source.h"

#include <errno.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "cues/captions.h"
#include "cues/speech_json.h"
#include "speakers/timed_names.h"
#include "syntax/meet_text.h"
#include "syntax/plain_text.h"
#include "transcript/align.h"
#include "transcript/bilingual.h"
#include "values/file_name.h"

enum {
    CUES_SHARE = 4 /* of the memory for a body: the limit of its cues, before they are lines */
};

int source_read_front(enum source_form form, struct arena *arena, struct slice text, bool is_all,
                      const struct limits *limits, struct diags *diags, struct front *front)
{
    if (form == SOURCE_MARKDOWN)
        return front_read(arena, text, is_all, limits, diags, front);
    struct speech_shape shape = {0};
    if (form == SOURCE_JSON && !speech_shape_find(text, is_all, &shape))
        return -EAGAIN;
    *front = (struct front){.body_line = 1, .dialect = shape.dialect};
    if (form == SOURCE_TEXT)
        return meet_text_front(arena, text, &front->map);
    struct slice language = form != SOURCE_JSON ? captions_read_head(text, is_all, form).language
                            : shape.dialect && file_name_is_tag(shape.language) ? shape.language
                                                                                : (struct slice){0};
    if (!utf8_is_valid(language))
        language = (struct slice){0};
    struct slice kept = arena_copy(arena, language);
    if (!kept.data)
        return -ENOMEM;
    if (language.len)
        front->map = yaml_of_text(arena, "language", kept);
    return language.len && !front->map ? -ENOMEM : 0;
}

/* Reads the cues of a text, if there are not too many. */
static int read_cues(enum source_form form, struct slice text, const struct limits *limits,
                     struct diags *diags, struct cues *cues)
{
    cues->most = limits->at[LIMIT_MARKDOWN] / CUES_SHARE / sizeof(struct cue);
    struct speech_shape shape;
    switch (form) {
    case SOURCE_JSON:
        speech_shape_find(text, true, &shape);
        return shape.dialect ? speech_json_read(text, shape.dialect, diags, cues) : 0;
    case SOURCE_TSV:
        return whisper_table_read(text, diags, cues);
    case SOURCE_TEXT:
        return plain_text_read_cues(text, diags, cues);
    default:
        return captions_read(text, form, diags, cues);
    }
}

/* Makes a body of cues, which may be in two languages. */
static int read_cue_body(struct cues *cues, const struct yaml *front, struct slice aliases,
                         const struct limits *limits, struct diags *diags, struct body *body)
{
    cleanup_cues struct cues originals = {0};
    struct body spoken = {0};
    char language[4] = "";
    int err = bilingual_split_cues(cues, front, &originals, language);
    if (!err)
        err = body_of_cues(cues, front, aliases, limits, diags, body);
    if (!err && originals.count)
        err = body_of_cues(&originals, front, aliases, limits, diags, &spoken);
    if (!err && spoken.count)
        err = align_originals(body, &spoken, slice_of(language), SLICE("one language"),
                              SLICE("the other"), diags);
    for (uint32_t i = 0; !err && spoken.count && i < body->count; i++) {
        struct turn *turn = &body->turns[i];
        turn->original_first_line = turn->original.len ? turn->first_line : 0;
        turn->original_last_line = turn->original.len ? turn->last_line : 0;
    }
    body_free(&spoken);
    return err;
}

static int add_chapters(const struct cues *from, struct body *body)
{
    int err = 0;
    struct chapter *chapters = from->chapter_count ? calloc(from->chapter_count, sizeof *chapters)
                                                   : NULL;
    if (from->chapter_count && !chapters)
        return -ENOMEM;
    for (size_t i = 0; i < from->chapter_count; i++)
        chapters[i] = (struct chapter){
            from->chapters[i].start,
            {from->titles.data + from->chapters[i].title, from->chapters[i].title_len}};
    if (chapters)
        err = align_chapters(body, chapters, (uint32_t)from->chapter_count);
    free(chapters);
    return err;
}

int source_read_body(enum source_form form, struct slice text, uint32_t first_line,
                     const struct yaml *front, struct slice aliases, const struct limits *limits,
                     struct diags *diags, struct body *body)
{
    cleanup_cues struct cues cues = {0};
    if (form == SOURCE_MARKDOWN)
        return body_read(text, first_line, front, aliases, limits, diags, body);
    *body = (struct body){0};
    bool is_text = form == SOURCE_TEXT, are_names = false;
    int err = is_text ? timed_names_find(text, &are_names) : 0;
    if (!err && is_text && (are_names || !plain_text_is_timed(text)))
        return body_of_text(text, front, aliases, limits, diags, body);
    if (!err)
        err = read_cues(form, text, limits, diags, &cues);
    if (!err) {
        cleanup_cues struct cues divided = {
            .chapters = cues.chapters, .chapter_count = cues.chapter_count, .titles = cues.titles};
        cues.chapters = NULL;
        cues.titles = (struct buf){0};
        cues_report_backward(&cues, diags);
        err = read_cue_body(&cues, front, aliases, limits, diags, body);
        return err ? err : add_chapters(&divided, body);
    }
    if (err != -E2BIG)
        return err;
    limit_refuse(limits, LIMIT_MARKDOWN, 0, diags);
    body->is_refused = true;
    return 0;
}
