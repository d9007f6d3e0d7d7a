#include "corpus/scan.h"

#include "corpus/facts.h"
#include "transcript/body.h"

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

int scan_head(struct arena *arena, struct slice head, bool is_all, const struct config *config,
              const struct limits *limits, struct diags *diags, struct scanned *file)
{
    struct front front;
    int err = front_read(arena, head, is_all, limits, diags, &front);
    if (err)
        return err;
    file->body = front.body;
    file->body_line = front.body_line;
    file->has_front = front.map && front.map->count;
    file->has_values = front.map && !yaml_is_empty(front.map);
    file->has_originals = body_may_have_originals(head);
    file->has_body = true;
    struct slice text = slice_skip(head, front.body);
    if (is_all && text.len <= SHORT_BODY)
        err = find_words(text, limits, diags, file);
    return err ? err : facts_read(arena, config, limits, front.map, diags, file);
}
