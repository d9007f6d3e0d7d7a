#include "transcript/scan.h"

#include <errno.h>

#include "cues/captions.h"
#include "cues/speech_shape.h"
#include "metadata/facts.h"
#include "metadata/preamble.h"
#include "syntax/plain_text.h"
#include "transcript/bilingual.h"
#include "transcript/body.h"
#include "transcript/source.h"
#include "values/decode.h"

enum { SHORT_BODY = 4 * 1024 };

/* Whether a short body is within all limits. */
static bool are_wide(const struct limits *limits)
{
    const struct limits initial = limits_default();
    bool are_wide = true;
    for (int i = 0; i < LIMIT_COUNT; i++)
        are_wide &= limits->at[i] >= initial.at[i];
    return are_wide;
}

/* Whether a body has words. It reads a short one to find out, and assumes it of a long one. */
static int find_words(struct slice text, const struct limits *limits, struct diags *diags,
                      struct head *head)
{
    struct arena arena = {0};
    struct diags heard = {.arena = &arena};
    struct body body;

    int err = body_read(text, head->body_line, NULL, (struct slice){0}, limits, &heard, &body);
    head->has_body = body.count > 0;
    /* The reader of the body reports the other mistakes. */
    if (body.is_refused && heard.last)
        diags_add(diags, heard.last->line, 0, heard.last->action.data, "%s",
                  heard.last->problem.data);
    body_free(&body);
    arena_free(&arena);
    return err;
}

/* The head of captions shows their contents; the keys of JSON and tables show whether they are
 * transcripts; Markdown may have words behind its front matter. */
static int look_at_body(enum source_form form, const struct front *front, struct slice text,
                        bool is_all, const struct limits *limits, struct diags *diags,
                        struct head *head)
{
    if (form == SOURCE_MARKDOWN) {
        head->has_originals = body_may_have_originals(text);
        head->has_body = true;
        text = slice_skip(text, head->body);
        head->has_originals |= bilingual_may_be(text);
        bool is_clear = !is_all || text.len > SHORT_BODY ||
                        (are_wide(limits) && body_shows_words(text));
        return is_clear ? 0 : find_words(text, limits, diags, head);
    }
    if (form == SOURCE_TEXT) {
        head->has_body = !is_all || slice_trim(text).len > 0;
        return 0;
    }
    if (form == SOURCE_TSV || form == SOURCE_JSON) {
        head->has_body = form == SOURCE_TSV ? whisper_table_is(text)
                                            : front->dialect != SPEECH_NONE;
        head->is_no_transcript = !head->has_body;
        return 0;
    }
    const struct captions_head captions = captions_read_head(text, is_all, form);
    head->has_body = captions.has_cues;
    head->is_no_transcript = captions.is_no_transcript;
    if (!captions.has_cues)
        diags_add(diags, 0, 0, "only the source is served", "no cue in it");
    return 0;
}

static int scan_text(struct arena *arena, struct slice path, struct slice text, bool is_all,
                     const struct config *config, const struct limits *limits,
                     struct sidecars *beside, struct diags *diags, struct head *head,
                     struct fact **facts)
{
    enum source_form form = source_form_of(path);
    struct front front;
    int err = source_read_front(form, arena, text, is_all, limits, diags, &front);
    if (err)
        return err;
    sidecars_put_front(beside, front.map);
    const struct yaml *map = beside->map;
    head->body = front.body;
    head->body_line = front.body_line;
    head->has_front = map && map->count;
    head->has_values = map && !yaml_is_empty(map);
    err = look_at_body(form, &front, text, is_all, limits, diags, head);
    if (!err)
        err = facts_read(arena, config, limits, map, diags, head, facts);
    if (!err && head->date_source == DATE_NOWHERE)
        head->date_source = (uint8_t)date_of_path(path, &head->date);
    if (err || form != SOURCE_MARKDOWN)
        return err;
    text = slice_skip(text, front.body);
    while (!is_all && text.len && text.data[text.len - 1] != '\n')
        text.len--; /* a line that is cut */
    return preamble_read(arena, text, front.body_line, config, limits, head, facts);
}

int scan_head(struct arena *arena, struct slice path, struct slice bytes, bool is_all,
              const struct config *config, const struct limits *limits, struct sidecars *beside,
              struct diags *diags, struct head *head, struct fact **facts)
{
    cleanup_decoded struct decoded decoded;
    int err = decode(bytes, is_all, &decoded);
    if (!err && decoded.encoding == ENCODING_UTF32) {
        head->is_no_transcript = source_form_of(path) == SOURCE_JSON;
        head->body_line = 1;
        diags_add(diags, 0, 0, "only the source is served", "UTF-32, which is not read");
        return 0;
    }
    if (!err)
        err = scan_text(arena, path, decoded.text, is_all, config, limits, beside, diags, head,
                        facts);
    if (!err)
        head->body = decoded_offset(&decoded, head->body, bytes.len);
    return err;
}
