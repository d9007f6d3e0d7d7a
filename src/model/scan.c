#include "model/scan.h"

#include "parse/body.h"

enum { SHORT_BODY = 4 * 1024 };

/* Whether there are words in a body. A short one is read to know it; a long one is taken to have
 * some, so that this costs no reading. */
static int find_words(struct slice text, uint32_t first_line, bool *has_words)
{
    struct arena arena = {0};
    struct diags unheard = {.arena = &arena, .count = DIAGS_MAX};
    struct body body;

    int err = body_read(text, first_line, NULL, &unheard, &body);
    *has_words = body.count > 0;
    body_free(&body);
    arena_free(&arena);
    return err;
}

int scan_head(struct arena *arena, struct slice head, bool is_all, const struct config *config,
              struct diags *diags, struct scanned *file)
{
    struct front front;
    int err = front_read(arena, head, is_all, diags, &front);
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
        err = find_words(text, front.body_line, &file->has_body);
    return err ? err : facts_read(arena, config, front.map, diags, file);
}
