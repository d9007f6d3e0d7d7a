/*
 * Views of a selection, by-tag/ai-safety: each value is a link to the episodes of the selection
 * with that value added to the query. Also combined views: by-person in the folder of a value
 * outside of search/ is a link to the selection of that value.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "nodes/nodes.h"
#include "search/search.h"

/* --- which values ----------------------------------------------------------------------------- */

static const struct slice date_key = {"date", 4}, voice_key = {"voice", 5};

/* "tag" of "by-tag". */
static struct slice key_of(struct slice view)
{
    return slice_skip(view, SLICE("by-").len);
}

/* The facets that a view of the selection may show: those of the front matter, or for by-voice
 * those of the voice index. */
static int views_of(struct scope *scope, const struct views **views, const struct view **view)
{
    const struct voice_index *voice_index = NULL;
    bool by_voice = scope->node.j == SELECTION_BY_VOICE;
    int err = by_voice ? scope_voice_index(scope, &voice_index) : 0;
    *views = voice_index ? &voice_index->by_voice : &scope->corpus->views;
    *view = err ? NULL : views_view(*views, by_voice ? 0 : scope->node.j);
    return err;
}

static bool shows(const struct selection *selection, uint32_t view, const struct views *views,
                  uint32_t facet)
{
    if (view != SELECTION_BY_VOICE)
        return selection_has_facet(selection, views->facets[facet]);
    return selection->voices && facet < selection->voice_cap && selection->voices[facet];
}

static int hold_view(struct scope *scope, struct hold *hold)
{
    bool by_voice = scope->node.j == SELECTION_BY_VOICE;
    return hold_selection(scope, by_voice ? SELECTION_VOICES : SELECTION_EPISODES, hold);
}

/* Appends the values of a facet in the syntax of a query; a facet of by-voice may join several
 * names. */
static int add_values(struct scope *scope, bool by_voice, uint32_t number, struct slice *key,
                      struct buf *values)
{
    const struct voice_index *voice_index = NULL;
    int err = by_voice ? scope_voice_index(scope, &voice_index) : 0;
    const struct views *views = voice_index ? &voice_index->by_voice : &scope->corpus->views;
    const struct facet *facet = err ? NULL : views_facet(views, number);
    if (!facet)
        return err ? err : -ESTALE;
    *key = by_voice ? voice_key : key_of(views->views[facet->view]->name);
    selection_add_value(values, facet->value);
    for (size_t i = 0; voice_index && i < voice_index->joined.count; i++) {
        struct slice name = voice_index->joined.all[i]->text;
        if (voice_index->joined.names[i]->facet == number && !slice_equal(name, facet->value))
            selection_add_value(values, name);
    }
    return 0;
}

/* Adds the name of the selection with these values in its query, too. 0; -ENAMETOOLONG if that is
 * too long for a name; another negative errno. */
static int add_narrowed(struct scope *scope, struct slice key, const struct buf *values,
                        struct buf *target)
{
    char text[NAME_MAX];
    return selection_narrow(scope, selection_query(scope, text), key, values, target);
}

/* Whether a link can lead there: CHILD_GAP if the query would be too long for a name, have too many
 * terms, or look for nothing. Listings ask; a look-up reads the link, and says why it cannot. */
static int check_narrowed(struct scope *scope, struct slice key, const struct buf *values)
{
    cleanup_buf struct buf target = {0};
    int err = add_narrowed(scope, key, values, &target);
    return err == -ENAMETOOLONG || err == -EINVAL ? CHILD_GAP : err;
}

static int check_value(struct scope *scope, uint32_t facet)
{
    cleanup_buf struct buf values = {0};
    struct slice key;
    int err = add_values(scope, scope->node.j == SELECTION_BY_VOICE, facet, &key, &values);
    return err ? err : check_narrowed(scope, key, &values);
}

static int value_is(const struct scope *scope, uint32_t facet, struct slice name,
                    struct child *child)
{
    child_is(child,
             scope->node.j == SELECTION_BY_VOICE ? KIND_SELECTION_VOICE : KIND_SELECTION_VALUE,
             scope->node.i, selection_version(scope), name);
    child->node.j = facet;
    child->list = 1;
    child->size_needs_render = true; /* its target takes parsing a query and spelling another */
    return 0;
}

/* --- dates ------------------------------------------------------------------------------------ */

/* 2024, 2024-05 or 2024-05-03, in the syntax of a query. */
static void print_date(char text[16], uint32_t code)
{
    const struct date date = date_of_code(code);
    int len = snprintf(text, 16, "%04u", (unsigned)date.year);
    if (date.month)
        len += snprintf(text + len, 16 - (size_t)len, "-%02u", (unsigned)date.month);
    if (date.day)
        (void)snprintf(text + len, 16 - (size_t)len, "-%02u", (unsigned)date.day);
}

static void add_date(struct buf *values, uint32_t code)
{
    char text[16];
    print_date(text, code);
    selection_add_value(values, slice_of(text));
}

static bool read_span(struct slice name, uint32_t *code)
{
    unsigned parts[3] = {0}, part = 0;
    if (name.len != 4 && name.len != 7 && name.len != 10)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        bool is_dash = i == 4 || i == 7;
        if (is_dash ? name.data[i] != '-' : !isdigit((unsigned char)name.data[i]))
            return false;
        part += is_dash;
        if (!is_dash)
            parts[part] = parts[part] * 10 + (unsigned)(name.data[i] - '0');
    }
    *code = date_code(parts[0], parts[1], parts[2]);
    return parts[1] <= 12 && parts[2] <= 31 && part == (parts[2] ? 2u : parts[1] ? 1u : 0u);
}

/* Whether the selection has an episode of this year, month or day. */
static bool shows_date(const struct scope *scope, const struct selection *selection, uint32_t code)
{
    const struct corpus *corpus = scope->corpus;
    const struct date date = date_of_code(code);
    uint32_t last = date_code(date.year, date.month ? date.month : 12, date.day ? date.day : 31);
    bool has = false;
    for (uint32_t i = corpus_find_date(corpus, code); i < corpus->dated_count && !has; i++) {
        if (code_of_date(&corpus->episodes[corpus->dated[i]]->head.date) > last)
            break;
        has = selection->has && selection->has[corpus->dated[i]];
    }
    return has;
}

static int date_is(const struct scope *scope, const struct selection *selection, uint32_t code,
                   struct child *child)
{
    if (!shows_date(scope, selection, code))
        return CHILD_GAP;
    child_is(child, KIND_SELECTION_DATE, scope->node.i, selection_version(scope), SLICE(""));
    child->node.j = code;
    print_date(child->text, code);
    child->name = slice_of(child->text);
    return 0;
}

/* The index of a year is the year; months and days are found by name. */
static int dates_child(struct scope *scope, uint64_t index, struct child *child)
{
    enum { LAST_YEAR = 9999 };
    cleanup_(end_hold) struct hold hold = {0};
    cleanup_buf struct buf values = {0};
    uint32_t code = date_code((unsigned)index, 0, 0);
    if (index > LAST_YEAR)
        return -ENOENT;
    if (!dates_in(scope->corpus, code, DATE_YEAR))
        return CHILD_GAP;
    int err = hold_view(scope, &hold);
    if (!err)
        err = date_is(scope, hold.selection, code, child);
    add_date(&values, code);
    return err ? err : check_narrowed(scope, date_key, &values);
}

static int dates_find(struct scope *scope, struct slice name, struct child *child)
{
    cleanup_(end_hold) struct hold hold = {0};
    uint32_t code;
    if (!read_span(name, &code))
        return -ENOENT;
    int err = hold_view(scope, &hold);
    if (!err)
        err = date_is(scope, hold.selection, code, child);
    return err == CHILD_GAP ? -ENOENT : err;
}

/* --- a view of a selection -------------------------------------------------------------------- */

static int view_check(struct scope *scope)
{
    uint32_t view = scope->node.j;
    int err = selection_check(scope);
    bool is_there = view == SELECTION_BY_VOICE  ? root_has_voices(scope)
                    : view == SELECTION_BY_DATE ? root_has_dates(scope)
                                                : views_view(&scope->corpus->views, view) != NULL;
    return err ? err : is_there ? 0 : -ESTALE;
}

static uint64_t view_identity(const struct scope *scope)
{
    const struct view *view = views_view(&scope->corpus->views, scope->node.j);
    return hash_pair(selection_identity(scope), view ? view->identity : scope->node.j);
}

static int view_child(struct scope *scope, uint64_t index, struct child *child)
{
    cleanup_(end_hold) struct hold hold = {0};
    const struct views *views;
    const struct view *view;
    if (scope->node.j == SELECTION_BY_DATE)
        return dates_child(scope, index, child);
    int err = views_of(scope, &views, &view);
    if (!err && (!view || index >= view->count))
        err = -ENOENT;
    if (!err)
        err = hold_view(scope, &hold);
    if (err)
        return err;
    uint32_t facet = view->facets[index];
    err = shows(hold.selection, scope->node.j, views, facet) ? check_value(scope, facet)
                                                             : CHILD_GAP;
    return err ? err : value_is(scope, facet, views->facets[facet]->name, child);
}

static uint64_t view_seek(struct scope *scope, unsigned list, struct slice name)
{
    const struct views *views;
    const struct view *view;
    (void)list;
    bool is_there = scope->node.j != SELECTION_BY_DATE && !views_of(scope, &views, &view) && view;
    return is_there ? views_facet_behind(views, views->facets[view->facets[0]]->view, name) : 0;
}

/* Other spellings are links to the same place. */
static int view_find(struct scope *scope, struct slice name, struct child *child)
{
    cleanup_(end_hold) struct hold hold = {0};
    const struct views *views;
    const struct view *view;
    if (scope->node.j == SELECTION_BY_DATE)
        return dates_find(scope, name, child);
    int err = views_of(scope, &views, &view);
    if (err || !view || !view->count)
        return err ? err : -ENOENT;
    uint32_t number = views->facets[view->facets[0]]->view;
    uint32_t facet = views_find(views, number, name);
    if (facet == NO_INDEX)
        facet = views_find_spelling(views, number, name);
    err = facet == NO_INDEX ? -ENOENT : hold_view(scope, &hold);
    if (err)
        return err;
    return shows(hold.selection, scope->node.j, views, facet) ? value_is(scope, facet, name, child)
                                                              : -ENOENT;
}

/* --- a value ---------------------------------------------------------------------------------- */

static const struct facet *facet_of(struct scope *scope)
{
    const struct voice_index *voice_index;
    if (scope->node.kind == KIND_SELECTION_VALUE)
        return views_facet(&scope->corpus->views, scope->node.j);
    return scope_voice_index(scope, &voice_index)
               ? NULL
               : views_facet(&voice_index->by_voice, scope->node.j);
}

/* Nobody gave out the id of a date that is not shown. */
static int date_check(struct scope *scope)
{
    cleanup_(end_hold) struct hold hold = {0};
    int err = hold_selection(scope, SELECTION_EPISODES, &hold);
    return err ? err : shows_date(scope, hold.selection, scope->node.j) ? 0 : -ESTALE;
}

static int value_check(struct scope *scope)
{
    int err = selection_check(scope);
    if (!err && scope->node.kind == KIND_SELECTION_DATE)
        return date_check(scope);
    return err ? err : facet_of(scope) ? 0 : -ESTALE;
}

static uint64_t value_identity(const struct scope *scope)
{
    return selection_part(scope, scope->node.j);
}

static int value_target(struct scope *scope, struct buf *target)
{
    cleanup_buf struct buf values = {0};
    struct slice key = date_key;
    int err = 0;
    if (scope->node.kind == KIND_SELECTION_DATE)
        add_date(&values, scope->node.j);
    else
        err = add_values(scope, scope->node.kind == KIND_SELECTION_VOICE, scope->node.j, &key,
                         &values);
    buf_add_text(target, "../../");
    if (!err)
        err = add_narrowed(scope, key, &values, target);
    buf_add_text(target, "/episodes");
    return err;
}

/* --- combined views --------------------------------------------------------------------------- */

/* j of KIND_COMBINED: the depth of its folder, at most that of a day, then 10 bits of the view. */
enum { DEPTH_SHIFT = 10, MOST_DEPTH = 4 };

static uint32_t find_view(const struct scope *scope, struct slice name)
{
    const struct views *views = &scope->corpus->views;
    uint32_t behind = views_order_behind(views, name);
    if (slice_equal(name, SLICE("by-voice")) && root_has_voices(scope))
        return SELECTION_BY_VOICE;
    if (slice_equal(name, scope->corpus->date_view) && root_has_dates(scope))
        return SELECTION_BY_DATE;
    bool is_view = behind && slice_equal(views->views[views->order[behind - 1]]->name, name);
    return is_view ? views->order[behind - 1] : NO_INDEX;
}

/* The query that a folder outside of search/ stands for, and its depth below the root. */
static int query_of_folder(struct scope *scope, struct buf *query, unsigned *depth)
{
    cleanup_buf struct buf values = {0};
    enum kind kind = scope->node.kind;
    bool is_facet = kind == KIND_FACET || kind == KIND_BY_VOICE_FACET;
    struct slice key = date_key;
    int err = 0;
    *depth = kind == KIND_MONTH ? 3 : kind == KIND_DAY ? MOST_DEPTH : 2;
    /* No query matches only the episodes of a month whose day is unknown. */
    if (kind == KIND_DAY && !date_of_code(scope->node.i).day)
        return -ENOENT;
    if (is_facet)
        err = add_values(scope, kind == KIND_BY_VOICE_FACET, scope->node.i, &key, &values);
    else
        add_date(&values, scope->node.i);
    return err ? err : selection_narrow(scope, (struct slice){0}, key, &values, query);
}

int search_find_combined(struct scope *scope, struct slice name, struct child *child)
{
    cleanup_buf struct buf query = {0};
    uint32_t view = find_view(scope, name), number = scope->node.i;
    unsigned depth = 0;
    bool may_keep;
    if (view == NO_INDEX)
        return -ENOENT;
    if (scope->node.kind != KIND_SELECTION_EPISODES) {
        int err = query_of_folder(scope, &query, &depth);
        if (!err)
            err = known_queries_enter(&selections_of(scope)->queries, buf_slice(&query), NULL,
                                      &number, &may_keep);
        if (err)
            return err;
    }
    child_is(child, KIND_COMBINED, number, 0, name);
    child->node.j = depth << DEPTH_SHIFT | view;
    return 0;
}

/* The name of the view; empty if there is none of that number. */
static struct slice combined_view(const struct scope *scope)
{
    uint32_t number = scope->node.j & ((1u << DEPTH_SHIFT) - 1);
    const struct view *view = views_view(&scope->corpus->views, number);
    return number == SELECTION_BY_VOICE  ? SLICE("by-voice")
           : number == SELECTION_BY_DATE ? scope->corpus->date_view
           : view                        ? view->name
                                         : (struct slice){0};
}

static int combined_check(struct scope *scope)
{
    int err = selection_check(scope);
    bool is_there = combined_view(scope).len && scope->node.j >> DEPTH_SHIFT <= MOST_DEPTH;
    return err ? err : is_there ? 0 : -ESTALE;
}

static int combined_target(struct scope *scope, struct buf *target)
{
    unsigned depth = scope->node.j >> DEPTH_SHIFT;
    /* Depth 0: episodes/ of a selection, which has the view beside it. */
    for (unsigned i = 0; i < depth; i++)
        buf_add_text(target, "../");
    if (depth) {
        char text[NAME_MAX];
        buf_add_text(target, "search/");
        buf_add_slice(target, selection_query(scope, text));
        buf_add_byte(target, '/');
    } else {
        buf_add_text(target, "../");
    }
    buf_add_slice(target, combined_view(scope));
    return 0;
}

/* --- the operations --------------------------------------------------------------------------- */

const struct node_ops selection_view_ops = {
    .check = view_check,
    .identity = view_identity,
    .parent = selection_folder,
    .child = view_child,
    .find = view_find,
    .seek = view_seek,
};

const struct node_ops selection_value_ops = {
    .check = value_check,
    .identity = value_identity,
    .target = value_target,
};

const struct node_ops combined_ops = {
    .check = combined_check,
    .identity = value_identity,
    .target = combined_target,
};
