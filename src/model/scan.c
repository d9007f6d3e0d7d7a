#include "model/scan.h"

#include "parse/body.h"
#include "parse/decode.h"

enum { SHORT_BODY = 4 * 1024 };

/* Whether there are words in a body. A short one is read to know it; a long one is taken to have
 * some, so that this costs no reading. */
static int find_words(struct slice text, const struct limits *limits, struct diags *diags,
                      struct scanned *file)
{
    struct arena arena = {0};
    struct diags heard = {.arena = &arena};
    struct body body;

    int err = body_read(text, file->body_line, NULL, limits, &heard, &body);
    file->has_body = body.count > 0;
    /* What else is wrong is told when it is read for its words. */
    if (body.is_refused && heard.last)
        diags_add(diags, heard.last->line, 0, heard.last->action.data, "%s",
                  heard.last->problem.data);
    body_free(&body);
    arena_free(&arena);
    return err;
}

static int scan_text(struct arena *arena, struct slice text, bool is_all,
                     const struct config *config, const struct limits *limits, struct diags *diags,
                     struct scanned *file)
{
    struct front front;
    int err = front_read(arena, text, is_all, limits, diags, &front);
    if (err)
        return err;
    file->body = front.body;
    file->body_line = front.body_line;
    file->has_front = front.map && front.map->count;
    file->has_values = front.map && !yaml_is_empty(front.map);
    file->has_originals = body_may_have_originals(text);
    file->has_body = true;
    text = slice_skip(text, front.body);
    if (is_all && text.len <= SHORT_BODY)
        err = find_words(text, limits, diags, file);
    return err ? err : facts_read(arena, config, limits, front.map, diags, file);
}

int scan_head(struct arena *arena, struct slice head, bool is_all, const struct config *config,
              const struct limits *limits, struct diags *diags, struct scanned *file)
{
    cleanup_decoded struct decoded decoded;
    int err = decode(head, is_all, &decoded);
    if (!err && decoded.encoding == ENCODING_UTF32) {
        diags_add(diags, 0, 0, "only source.md is served", "UTF-32, which is not read");
        file->body_line = 1;
        return 0;
    }
    if (!err)
        err = scan_text(arena, decoded.text, is_all, config, limits, diags, file);
    if (!err)
        file->body = decoded_offset(&decoded, file->body, head.len);
    return err;
}
