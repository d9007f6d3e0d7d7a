#include "tree/invalidate.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/filename.h"
#include "nodes/episode.h"
#include "nodes/nodes.h"
#include "nodes/state.h"
#include "query/affected.h"
#include "render/format.h"
#include "search/search.h"

enum { OLD_FOLDERS = 16 /* versions of a folder that a process may still have as its cwd */ };

/* One pass over the differences of two generations. */
struct invalidate_pass {
    const struct invalidation *invalidation;
    const struct corpus *before, *after;
    bool is_for_others; /* the owner or mode of the content folder, and so of all nodes, changed */
};

static struct invalidate_pass begin_pass(const struct invalidation *invalidation,
                                         const struct corpus *before)
{
    return (struct invalidate_pass){
        .invalidation = invalidation,
        .before = before,
        .after = invalidation->after,
        .is_for_others = !access_equal(&before->folders[0]->access,
                                       &invalidation->after->folders[0]->access),
    };
}

static uint64_t id_of(enum kind kind, uint32_t i, uint32_t j, uint32_t version)
{
    const struct node node = {kind, i, j, version};
    return node_id(&node);
}

static void notify(struct invalidate_pass *p, enum invalidate_kind what, uint64_t id,
                   const char *name)
{
    p->invalidation->notify(p->invalidation->context, what, id, name);
}

static void invalidate_folder(struct invalidate_pass *p, enum kind kind, uint32_t i)
{
    notify(p, INVALIDATE_FOLDER, id_of(kind, i, 0, 0), NULL);
}

/* A name in a folder that has no version. */
static void invalidate_name(struct invalidate_pass *p, enum kind kind, uint32_t i,
                            struct slice name)
{
    char text[NAME_MAX + 1];
    if (name.len > NAME_MAX)
        return;
    memcpy(text, name.data, name.len);
    text[name.len] = '\0';
    notify(p, INVALIDATE_ENTRY, id_of(kind, i, 0, 0), text);
}

/* --- an episode's folder ---------------------------------------------------------------------- */

/* The files 001.txt … in turns/ and original/ that the kernel may know. */
static void invalidate_turns(struct invalidate_pass *p, uint32_t number)
{
    uint32_t count = exposed_turns_take(&p->invalidation->tree->exposed_turns, number);
    /* Versions with more turns have longer numbers: invalidate the names of each length. */
    for (uint32_t most = 999, done = 0; done < count; most = most * 10 + 9) {
        done = count < most ? count : most;
        for (uint32_t turn = 0; turn < done; turn++) {
            struct child child;
            episode_turn_name(done, turn, &child);
            invalidate_name(p, KIND_TURNS, number, child.name);
            invalidate_name(p, KIND_ORIGINAL, number, child.name);
        }
    }
    invalidate_folder(p, KIND_TURNS, number);
    invalidate_folder(p, KIND_ORIGINAL, number);
}

/* The nodes of a new version are others, except folders whose ids have no version. */
static void invalidate_edited(struct invalidate_pass *p, uint32_t number, const struct episode *was)
{
    static const enum kind versioned[] = {KIND_SECTIONS, KIND_VOICES, KIND_META};
    for (unsigned i = 0; format_name(i); i++) {
        const char *name = format_name(i);
        const struct episode *now = p->after->episodes[number];
        /* turns/ keeps its id, and so a process keeps its cwd. */
        bool is_lasting = strcmp(name, "turns") == 0 && now &&
                          was->head.has_body == now->head.has_body;
        if (!is_lasting)
            invalidate_name(p, KIND_EPISODE, number, slice_of(name));
    }
    /* A process may have an older version as its cwd, which lists the current children. */
    uint32_t first = was->version < OLD_FOLDERS ? 0 : was->version - OLD_FOLDERS;
    for (size_t i = 0; i < sizeof versioned / sizeof *versioned; i++) {
        for (uint32_t version = first; version <= was->version; version++)
            notify(p, INVALIDATE_FOLDER, id_of(versioned[i], number, 0, version), NULL);
    }
    invalidate_turns(p, number);
    invalidate_folder(p, KIND_EPISODE, number);
}

/* --- an episode among others ------------------------------------------------------------------ */

/* Its files in text/ and original/. */
static void invalidate_text(struct invalidate_pass *p, const struct episode *episode)
{
    /* naming.h leaves room for the ending. */
    char text[NAME_MAX + 1];
    memcpy(text, episode->base.data, episode->base.len);
    memcpy(text + episode->base.len, ".txt", 5);
    notify(p, INVALIDATE_ENTRY, id_of(KIND_TEXT_FOLDER, episode->folder, 0, 0), text);
    notify(p, INVALIDATE_ENTRY, id_of(KIND_ORIGINAL_FOLDER, episode->folder, 0, 0), text);
}

static void invalidate_path(struct invalidate_pass *p, const struct episode *episode)
{
    invalidate_name(p, KIND_FOLDER, episode->folder, episode->base);
    invalidate_text(p, episode);
}

static void invalidate_date_names(struct invalidate_pass *p, uint32_t code)
{
    const struct date date = date_of_code(code);
    char name[16];
    /* The folder of a span comes with its first episode and goes with its last one. */
    bool has_year = dates_in(p->before, code, DATE_YEAR) && dates_in(p->after, code, DATE_YEAR);
    bool has_month = dates_in(p->before, code, DATE_MONTH) && dates_in(p->after, code, DATE_MONTH);
    bool has_day = dates_in(p->before, code, DATE_DAY) && dates_in(p->after, code, DATE_DAY);
    snprintf(name, sizeof name, "%04u", date.year);
    if (!has_year)
        invalidate_name(p, KIND_DATES, 0, slice_of(name));
    snprintf(name, sizeof name, "%02u", date.month);
    if (!has_month)
        invalidate_name(p, KIND_YEAR, date_code(date.year, 0, 0), slice_of(name));
    snprintf(name, sizeof name, date.day ? "%02u" : "XX", date.day);
    if (!has_day)
        invalidate_name(p, KIND_MONTH, date_code(date.year, date.month, 0), slice_of(name));
}

/* The folders on the way to a day: their children and times. */
static void invalidate_date_folders(struct invalidate_pass *p, uint32_t code)
{
    const struct date date = date_of_code(code);
    invalidate_folder(p, KIND_DATES, 0);
    invalidate_folder(p, KIND_YEAR, date_code(date.year, 0, 0));
    invalidate_folder(p, KIND_MONTH, date_code(date.year, date.month, 0));
    invalidate_folder(p, KIND_DAY, code);
}

static void invalidate_date(struct invalidate_pass *p, uint32_t number, const struct episode *was,
                            const struct episode *now)
{
    uint32_t before = was ? code_of_date(&was->head.date) : 0,
             after = now ? code_of_date(&now->head.date) : 0;
    bool is_same = before == after && was && now && slice_equal(was->entry, now->entry);
    if (before && is_same) {
        invalidate_date_folders(p, before);
        notify(p, INVALIDATE_ATTR, id_of(KIND_DATE_ENTRY, before, number, 0), NULL);
    }
    if (is_same)
        return;
    if (before) {
        invalidate_name(p, KIND_DAY, before, was->entry);
        invalidate_date_names(p, before);
        invalidate_date_folders(p, before);
    }
    if (after) {
        invalidate_name(p, KIND_DAY, after, now->entry);
        invalidate_date_names(p, after);
        invalidate_date_folders(p, after);
    }
}

static void invalidate_episode(struct invalidate_pass *p, uint32_t number)
{
    const struct episode *was = corpus_episode(p->before, number);
    const struct episode *now = corpus_episode(p->after, number);
    bool is_in_place = was && now && was->folder == now->folder &&
                       slice_equal(was->base, now->base);
    if (is_in_place) {
        /* As when another episode of the same entry came or went elsewhere. */
        if (corpus_folder(p->before, now->folder) == corpus_folder(p->after, now->folder))
            notify(p, INVALIDATE_WAIT, id_of(KIND_FOLDER, now->folder, 0, 0), NULL);
        invalidate_text(p, now);
    } else {
        if (was)
            invalidate_path(p, was);
        if (now)
            invalidate_path(p, now);
    }
    if (was)
        invalidate_edited(p, number, was);
    invalidate_date(p, number, episode_shown(was), episode_shown(now));
}

static void invalidate_folder_change(struct invalidate_pass *p, uint32_t number)
{
    static const enum kind trees[] = {KIND_FOLDER, KIND_TEXT_FOLDER, KIND_ORIGINAL_FOLDER};
    const struct folder *was = corpus_folder(p->before, number);
    const struct folder *now = corpus_folder(p->after, number);
    const struct folder *any = now ? now : was;
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
        if (!was || !now)
            invalidate_name(p, trees[i], any->parent, any->base);
        invalidate_folder(p, trees[i], number);
    }
}

/* --- views ------------------------------------------------------------------------------------ */

/* The kinds of nodes in a view: by-tag and its like, and by-voice. */
struct view_kinds {
    enum kind view, facet, spelling, entry;
};

static const struct view_kinds of_front = {KIND_VIEW, KIND_FACET, KIND_SPELLING, KIND_ENTRY};
static const struct view_kinds of_voices = {KIND_BY_VOICE, KIND_BY_VOICE_FACET,
                                            KIND_BY_VOICE_SPELLING, KIND_BY_VOICE_ENTRY};

static void invalidate_view(struct invalidate_pass *p, const struct view_kinds *kind,
                            const struct view *was, const struct view *now, uint32_t number)
{
    if ((!was || !now) && kind == &of_front)
        invalidate_name(p, KIND_ROOT, 0, was ? was->name : now->name);
    invalidate_folder(p, kind->view, kind == &of_front ? number : 0);
}

static void invalidate_facet(struct invalidate_pass *p, const struct view_kinds *kind,
                             const struct facet *was, const struct facet *now, uint32_t number)
{
    /* cppcheck-suppress nullPointerRedundantCheck ; one of both there is */
    uint32_t view = kind == &of_front ? (was ? was : now)->view : 0;
    if (!was || !now || !slice_equal(was->name, now->name)) {
        if (was)
            invalidate_name(p, kind->view, view, was->name);
        if (now)
            invalidate_name(p, kind->view, view, now->name);
        notify(p, INVALIDATE_ATTR, id_of(kind->spelling, number, 0, 0), NULL);
    }
    invalidate_folder(p, kind->facet, number);
}

/* The links to an episode that changed, went or came. `facet_refs` are its values at one of both
 * times, `others` those at the other. */
static void invalidate_links(struct invalidate_pass *p, const struct view_kinds *kind,
                             uint32_t number, const struct facet_refs *facet_refs,
                             const struct facet_refs *others, const struct episode *episode,
                             bool is_renamed)
{
    for (uint32_t i = 0; facet_refs && i < facet_refs->count; i++) {
        uint32_t facet = facet_refs->spellings[i]->facet;
        if (facet_refs_repeat(facet_refs, i))
            continue;
        if (is_renamed || facet_refs_find(others, facet) == NO_INDEX) {
            invalidate_name(p, kind->facet, facet, episode->entry);
            continue;
        }
        notify(p, INVALIDATE_WAIT, id_of(kind->facet, facet, 0, 0), NULL);
        notify(p, INVALIDATE_ATTR, id_of(kind->entry, facet, number, 0), NULL);
    }
}

static void invalidate_entries(struct invalidate_pass *p, const struct view_kinds *kind,
                               uint32_t number, const struct facet_refs *was,
                               const struct facet_refs *now)
{
    const struct episode *before = episode_shown(corpus_episode(p->before, number));
    const struct episode *after = episode_shown(corpus_episode(p->after, number));
    bool is_renamed = !before || !after || !slice_equal(before->entry, after->entry);
    if (before)
        invalidate_links(p, kind, number, was, now, before, is_renamed);
    if (after)
        invalidate_links(p, kind, number, now, was, after, is_renamed);
}

static void invalidate_views(struct invalidate_pass *p, const struct view_kinds *kind,
                             const struct views *was, const struct views *now)
{
    uint32_t views = was->view_cap > now->view_cap ? was->view_cap : now->view_cap;
    uint32_t facets = was->facet_cap > now->facet_cap ? was->facet_cap : now->facet_cap;
    for (uint32_t i = 0; i < views; i++) {
        if (views_view(was, i) != views_view(now, i) || (views_view(now, i) && p->is_for_others))
            invalidate_view(p, kind, views_view(was, i), views_view(now, i), i);
    }
    for (uint32_t i = 0; i < facets; i++) {
        if (views_facet(was, i) != views_facet(now, i) || (views_facet(now, i) && p->is_for_others))
            invalidate_facet(p, kind, views_facet(was, i), views_facet(now, i), i);
    }
}

/* Every view has the times of the whole content, which change even if its names do not. */
static void invalidate_stamps(struct invalidate_pass *p, enum kind kind, uint32_t i)
{
    notify(p, INVALIDATE_STAMPS, id_of(kind, i, 0, 0), NULL);
}

/* Of a folder whose sub-folders come next. */
static void invalidate_stamps_above(struct invalidate_pass *p, enum kind kind, uint32_t i)
{
    invalidate_stamps(p, kind, i);
    notify(p, INVALIDATE_WAIT, id_of(kind, i, 0, 0), NULL);
}

static void invalidate_view_stamps(struct invalidate_pass *p, const struct view_kinds *kind,
                                   const struct views *now)
{
    for (uint32_t i = 0; i < now->view_cap && kind == &of_front; i++) {
        if (now->views[i])
            invalidate_stamps_above(p, kind->view, i);
    }
    for (uint32_t i = 0; i < now->facet_cap; i++) {
        if (now->facets[i])
            invalidate_stamps(p, kind->facet, i);
    }
}

/* `dated` is in the order of dates, so this reaches each folder once. */
static void invalidate_date_stamps(struct invalidate_pass *p)
{
    uint32_t before = 0;
    invalidate_stamps_above(p, KIND_DATES, 0);
    for (uint32_t i = 0; i < p->after->dated_count; i++) {
        uint32_t code = code_of_date(&p->after->episodes[p->after->dated[i]]->head.date);
        const struct date date = date_of_code(code), last = date_of_code(before);
        bool is_month = date.year == last.year && date.month == last.month;
        if (date.year != last.year)
            invalidate_stamps_above(p, KIND_YEAR, date_code(date.year, 0, 0));
        if (!is_month)
            invalidate_stamps_above(p, KIND_MONTH, date_code(date.year, date.month, 0));
        if (code != before)
            invalidate_stamps(p, KIND_DAY, code);
        before = code;
    }
}

/* --- nodes of the whole content --------------------------------------------------------------- */

static void invalidate_index_name(void *pass, struct slice name)
{
    invalidate_name(pass, KIND_INDEX, 0, name);
}

static void invalidate_whole(struct invalidate_pass *p)
{
    static const char *const names[] = {"README.md", "original", "index", "by-voice", "ref"};
    invalidate_folder(p, KIND_ROOT, 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool is_lasting = i > 0 &&
                          corpus_has(p->before, names[i]) == corpus_has(p->after, names[i]);
        if (!is_lasting)
            invalidate_name(p, KIND_ROOT, 0, slice_of(names[i]));
    }
    if (!slice_equal(p->before->date_view, p->after->date_view)) {
        if (p->before->date_view.len)
            invalidate_name(p, KIND_ROOT, 0, p->before->date_view);
        if (p->after->date_view.len)
            invalidate_name(p, KIND_ROOT, 0, p->after->date_view);
    }
    index_each_name(p->invalidation->tree, p->before, invalidate_index_name, p);
    index_each_name(p->invalidation->tree, p->after, invalidate_index_name, p);
    /* Nodes with the time of the newest content. */
    invalidate_folder(p, KIND_INDEX, 0);
    invalidate_folder(p, KIND_BY_VOICE, 0);
    invalidate_folder(p, KIND_ALL_REFS, 0);
    invalidate_folder(p, KIND_CONTROL, 0);
    invalidate_folder(p, KIND_SEARCH, 0);
    invalidate_name(p, KIND_SEARCH, 0, SLICE("README.md"));
    notify(p, INVALIDATE_ATTR, id_of(KIND_IGNORE, 0, 0, 0), NULL);
    notify(p, INVALIDATE_ATTR, id_of(KIND_VERSION, 0, 0, 0), NULL);
}

/* Invalidating the name of a selection drops all below it. A process whose cwd is in one lists the
 * current children afterwards, because the kernel caches nothing of a folder of an old version
 * (tree_attr). */
static void invalidate_selection(struct invalidate_pass *p, const struct known_query *query)
{
    static const enum kind kinds[] = {KIND_SELECTION_TURNS, KIND_SELECTION_EPISODES,
                                      KIND_SELECTION_INDEX};
    const struct views *views = &p->before->views;
    uint32_t number = query->number, version = (uint32_t)query->version;
    invalidate_name(p, KIND_SEARCH, 0, (struct slice){query->text, query->len});
    notify(p, INVALIDATE_FOLDER, id_of(KIND_SELECTION, number, 0, version), NULL);
    if (!query->is_entered)
        return;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        notify(p, INVALIDATE_FOLDER, id_of(kinds[i], number, 0, version), NULL);
    for (uint32_t i = 0; i < views->view_count; i++)
        notify(p, INVALIDATE_FOLDER, id_of(KIND_SELECTION_VIEW, number, views->order[i], version),
               NULL);
    for (uint32_t i = SELECTION_BY_VOICE; i <= SELECTION_BY_DATE; i++)
        notify(p, INVALIDATE_FOLDER, id_of(KIND_SELECTION_VIEW, number, i, version), NULL);
}

static void invalidate_selections(struct invalidate_pass *p)
{
    struct tree *tree = p->invalidation->tree;
    struct affected affected = affected_begin(&tree->selections, tree->cache, p->before, p->after);
    struct known_query query;
    for (uint32_t slot = 0; slot < QUERY_SLOTS; slot++) {
        if (affected_take(&affected, slot, &query))
            invalidate_selection(p, &query);
    }
}

static void invalidate_all_selections(struct invalidate_pass *p)
{
    struct known_queries *known = &p->invalidation->tree->selections.queries;
    struct known_query query;
    for (uint32_t slot = 0; slot < QUERY_SLOTS; slot++) {
        if (known_queries_take_shown(known, slot, &query))
            invalidate_selection(p, &query);
    }
}

void invalidate_changes(const struct invalidation *invalidation)
{
    struct invalidate_pass p = begin_pass(invalidation, invalidation->before);
    invalidate_whole(&p);
    /* A folder has a greater number than its parent. */
    for (uint32_t i = 0; i < p.after->folder_cap; i++) {
        if (corpus_folder(p.before, i) != p.after->folders[i])
            invalidate_folder_change(&p, i);
    }
    invalidate_view_stamps(&p, &of_front, &p.after->views);
    invalidate_date_stamps(&p);
    invalidate_views(&p, &of_front, &p.before->views, &p.after->views);
    for (uint32_t i = 0; i < p.after->episode_cap; i++) {
        const struct episode *was = corpus_episode(p.before, i), *now = p.after->episodes[i];
        if (was == now && !(now && p.is_for_others))
            continue;
        invalidate_episode(&p, i);
        invalidate_entries(&p, &of_front, i, was ? was->facet_refs : NULL,
                           now ? now->facet_refs : NULL);
    }
    invalidate_selections(&p);
}

void invalidate_by_voice(const struct invalidation *invalidation, const struct corpus *before,
                         const struct voice_index *was, const struct voice_index *now)
{
    struct invalidate_pass p = begin_pass(invalidation, before);
    invalidate_view_stamps(&p, &of_voices, &now->by_voice);
    invalidate_views(&p, &of_voices, &was->by_voice, &now->by_voice);
    for (uint32_t i = 0; i < p.after->folder_cap; i++) {
        const struct folder *folder = p.after->folders[i], *old = corpus_folder(before, i);
        bool is_other = folder && old && was->folder_has_original[i] != now->folder_has_original[i];
        /* original/ itself always exists. */
        if (i && is_other)
            invalidate_name(&p, KIND_ORIGINAL_FOLDER, folder->parent, folder->base);
        if (folder && (folder != old || is_other))
            invalidate_folder(&p, KIND_ORIGINAL_FOLDER, i);
    }
    for (uint32_t i = 0; i < now->summary_cap; i++) {
        const struct body_summary *old = i < was->summary_cap ? was->summaries[i] : NULL;
        const struct body_summary *new = now->summaries[i];
        if (old == new && (!new || !p.is_for_others))
            continue;
        invalidate_entries(&p, &of_voices, i, old ? old->facet_refs : NULL,
                           new ? new->facet_refs : NULL);
        const struct episode *episode = p.after->episodes[i];
        if (episode && voice_index_has_original(was, i) != voice_index_has_original(now, i)) {
            invalidate_text(&p, episode);
            invalidate_folder(&p, KIND_ORIGINAL_FOLDER, episode->folder);
        }
    }
    for (size_t i = 0; was->joined.hash != now->joined.hash && i < was->joined.count; i++) {
        cleanup_buf struct buf name = {0};
        filename_of_value(&name, was->joined.all[i]->text);
        if (!name.failed)
            invalidate_name(&p, KIND_BY_VOICE, 0, buf_slice(&name));
    }
    if (affected_by_voices(before, was, p.after, now))
        invalidate_all_selections(&p);
}

void invalidate_all_by_voice(const struct invalidation *invalidation,
                             struct spelling *const *spellings, size_t count)
{
    struct invalidate_pass p = {
        .invalidation = invalidation, .before = invalidation->before, .after = invalidation->after};
    /* Dropping the dentry of a folder drops everything below it. */
    for (size_t i = 0; i < count; i++) {
        cleanup_buf struct buf name = {0};
        filename_of_value(&name, spellings[i]->text);
        if (!name.failed)
            invalidate_name(&p, KIND_BY_VOICE, 0, buf_slice(&name));
        invalidate_folder(&p, KIND_BY_VOICE_FACET, spellings[i]->facet);
    }
    invalidate_folder(&p, KIND_BY_VOICE, 0);
    for (uint32_t i = 0; i < p.after->episode_cap; i++) {
        if (p.after->episodes[i])
            invalidate_text(&p, p.after->episodes[i]);
    }
    for (uint32_t i = 0; i < p.after->folder_cap; i++) {
        const struct folder *folder = p.after->folders[i];
        if (i && folder)
            invalidate_name(&p, KIND_ORIGINAL_FOLDER, folder->parent, folder->base);
        if (folder)
            invalidate_folder(&p, KIND_ORIGINAL_FOLDER, i);
    }
}

void invalidate_all_queries(const struct invalidation *invalidation)
{
    struct invalidate_pass p = begin_pass(invalidation, invalidation->before);
    invalidate_all_selections(&p);
}

void invalidate_query(const struct invalidation *invalidation, const struct known_query *query)
{
    struct invalidate_pass p = begin_pass(invalidation, invalidation->before);
    invalidate_selection(&p, query);
}
