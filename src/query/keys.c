#include "query/keys.h"

#include <string.h>

#include "values/key.h"

/* "by-media-book" by "media_book". */
static bool is_named(struct slice view, struct slice key)
{
    cleanup_buf struct buf folded = {0};
    key_fold(&folded, slice_skip(view, strlen("by-")));
    return slice_equal(buf_slice(&folded), key);
}

static bool find_view(const void *views_, struct slice key, struct slice *view)
{
    const struct query_views *known = views_;
    for (uint32_t i = 0; i < known->views->view_count; i++) {
        *view = views_view(known->views, known->views->order[i])->name;
        if (is_named(*view, key))
            return true;
    }
    for (const struct view_rule *rule = known->rules; rule; rule = rule->next) {
        *view = rule->view;
        if (rule->view.len && (slice_equal(rule->key, key) || is_named(rule->view, key)))
            return true;
    }
    return false;
}

struct query_keys query_keys_of(const struct query_views *views)
{
    return (struct query_keys){find_view, views};
}
