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

static bool find_view(const void *corpus_, struct slice key, struct slice *view)
{
    const struct corpus *corpus = corpus_;
    const struct views *views = &corpus->views;
    for (uint32_t i = 0; i < views->view_count; i++) {
        *view = views_view(views, views->order[i])->name;
        if (is_named(*view, key))
            return true;
    }
    struct slice rest = corpus->own ? corpus->own->view_keys : (struct slice){0}, of_front;
    while (slice_take(&rest, '\0', &of_front) && slice_take(&rest, '\0', view) && view->len) {
        if (slice_equal(of_front, key) || is_named(*view, key))
            return true;
    }
    return false;
}

struct query_keys query_keys_of(const struct corpus *corpus)
{
    return (struct query_keys){find_view, corpus};
}
