#include "transcript/scan.h"

#include "transcript/facts.h"
#include "transcript/body.h"

enum { SHORT_BODY = 4 * 1024 };

/* Whether there are words in a body. A short one is read to know it; a long one is taken to have
 * some, so that this costs no reading. */
static int find_words(struct slice text, const struct limits *limits, struct diags *diags,
                      struct head *head)
{
    struct arena arena = {0};
    struct diags heard = {.arena = &arena};
    struct body body;

    int err = body_read(text, head->body_line, NULL, limits, &heard, &body);
    head->has_body = body.count > 0;
    /* What else is wrong is told when it is read for its words. */
    if (body.is_refused && heard.last)
        diags_add(diags, heard.last->line, 0, heard.last->action.data, "%s",
                  heard.last->problem.data);
    body_free(&body);
    arena_free(&arena);
    return err;
}

int scan_head(struct arena *arena, struct slice bytes, bool is_all, const struct config *config,
              const struct limits *limits, struct diags *diags, struct head *head,
              struct fact **facts)
{
    struct front front;
    int err = front_read(arena, bytes, is_all, limits, diags, &front);
    if (err)
        return err;
    head->body = front.body;
    head->body_line = front.body_line;
    head->has_front = front.map && front.map->count;
    head->has_values = front.map && !yaml_is_empty(front.map);
    head->has_originals = body_may_have_originals(bytes);
    head->has_body = true;
    struct slice text = slice_skip(bytes, front.body);
    if (is_all && text.len <= SHORT_BODY)
        err = find_words(text, limits, diags, head);
    return err ? err : facts_read(arena, config, limits, front.map, diags, head, facts);
}
