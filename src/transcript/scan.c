#include "transcript/scan.h"

#include "transcript/body.h"
#include "transcript/facts.h"
#include "transcript/preamble.h"
#include "values/decode.h"

enum { SHORT_BODY = 4 * 1024 };

/* Whether there are words in a body. A short one is read to know it; a long one is taken to have
 * some, so that this costs no reading. */
static int find_words(struct slice text, const struct limits *limits, struct diags *diags,
                      struct head *head)
{
    struct arena arena = {0};
    struct diags heard = {.arena = &arena};
    struct body body;

    int err = body_read(text, head->body_line, NULL, (struct slice){0}, limits, &heard, &body);
    head->has_body = body.count > 0;
    /* What else is wrong is told when it is read for its words. */
    if (body.is_refused && heard.last)
        diags_add(diags, heard.last->line, 0, heard.last->action.data, "%s",
                  heard.last->problem.data);
    body_free(&body);
    arena_free(&arena);
    return err;
}

static int scan_text(struct arena *arena, struct slice path, struct slice text, bool is_all,
                     const struct config *config, const struct limits *limits, struct diags *diags,
                     struct head *head, struct fact **facts)
{
    struct front front;
    int err = front_read(arena, text, is_all, limits, diags, &front);
    if (err)
        return err;
    head->body = front.body;
    head->body_line = front.body_line;
    head->has_front = front.map && front.map->count;
    head->has_values = front.map && !yaml_is_empty(front.map);
    head->has_originals = body_may_have_originals(text);
    head->has_body = true;
    text = slice_skip(text, front.body);
    if (is_all && text.len <= SHORT_BODY)
        err = find_words(text, limits, diags, head);
    if (!err)
        err = facts_read(arena, config, limits, front.map, diags, head, facts);
    if (!err && head->date_source == DATE_NOWHERE)
        head->date_source = (uint8_t)date_of_path(path, &head->date);
    const struct view_rule *people = config_view(config, SLICE("people"));
    while (!is_all && text.len && text.data[text.len - 1] != '\n')
        text.len--; /* a line that is cut */
    return err ? err
               : preamble_read(arena, text, front.body_line, people ? people->view : SLICE(""),
                               limits, head, facts);
}

int scan_head(struct arena *arena, struct slice path, struct slice bytes, bool is_all,
              const struct config *config, const struct limits *limits, struct diags *diags,
              struct head *head, struct fact **facts)
{
    cleanup_decoded struct decoded decoded;
    int err = decode(bytes, is_all, &decoded);
    if (!err && decoded.encoding == ENCODING_UTF32) {
        diags_add(diags, 0, 0, "only source.md is served", "UTF-32, which is not read");
        head->body_line = 1;
        return 0;
    }
    if (!err)
        err = scan_text(arena, path, decoded.text, is_all, config, limits, diags, head, facts);
    if (!err)
        head->body = decoded_offset(&decoded, head->body, bytes.len);
    return err;
}
