#include "tree/stale.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/filename.h"
#include "render/format.h"
#include "tree/nodes.h"
#include "tree/nodes_episode.h"
#include "tree/tree_inside.h"

enum { OLD_FOLDERS = 16 /* edits after which nobody is expected to stand in one */ };

/* One run of telling. */
struct telling {
    const struct stale_context *stale;
    const struct corpus *before, *after;
    bool is_for_others; /* other people may read the content folder, or the owner is another: all
                           has other attributes */
};

static struct telling begin_telling(const struct stale_context *stale, const struct corpus *before)
{
    return (struct telling){
        .stale = stale,
        .before = before,
        .after = stale->after,
        .is_for_others = !access_equal(&before->folders[0]->access,
                                       &stale->after->folders[0]->access),
    };
}

static uint64_t id_of(enum kind kind, uint32_t i, uint32_t j, uint32_t version)
{
    const struct node node = {kind, i, j, version};
    return node_id(&node);
}

static void tell(struct telling *t, enum stale what, uint64_t id, const char *name)
{
    t->stale->tell(t->stale->context, what, id, name);
}

static void tell_folder(struct telling *t, enum kind kind, uint32_t i)
{
    tell(t, STALE_FOLDER, id_of(kind, i, 0, 0), NULL);
}

/* A name in a folder that has no version. */
static void tell_name(struct telling *t, enum kind kind, uint32_t i, struct slice name)
{
    char text[NAME_MAX + 1];
    if (name.len > NAME_MAX)
        return;
    memcpy(text, name.data, name.len);
    text[name.len] = '\0';
    tell(t, STALE_NAME, id_of(kind, i, 0, 0), text);
}

/* --- an episode's folder ------------------------------------------------------------------------
 */

/* 001.txt … in turns/ and original/, as many as were given out. */
static void tell_turns(struct telling *t, uint32_t number)
{
    uint32_t count = known_turns_take(&t->stale->tree->known_turns, number);
    /* Of as many digits as any version had: what was given out may be of several. */
    for (uint32_t most = 999, done = 0; done < count; most = most * 10 + 9) {
        done = count < most ? count : most;
        for (uint32_t turn = 0; turn < done; turn++) {
            struct child child;
            episode_turn_name(done, turn, &child);
            tell_name(t, KIND_TURNS, number, child.name);
            tell_name(t, KIND_ORIGINAL, number, child.name);
        }
    }
    tell_folder(t, KIND_TURNS, number);
    tell_folder(t, KIND_ORIGINAL, number);
}

/* Its files are others, and so are the folders whose ids have a version. */
static void tell_edited(struct telling *t, uint32_t number, const struct episode *was)
{
    static const enum kind versioned[] = {KIND_SECTIONS, KIND_VOICES, KIND_META};
    for (unsigned i = 0; format_name(i); i++) {
        const char *name = format_name(i);
        const struct episode *now = t->after->episodes[number];
        /* A folder that stays keeps whoever stands in it. */
        bool is_lasting = strcmp(name, "turns") == 0 && now &&
                          was->head.has_body == now->head.has_body;
        if (!is_lasting)
            tell_name(t, KIND_EPISODE, number, slice_of(name));
    }
    /* Somebody may stand in one that gave way some edits ago: what it lists is what is there now.
     */
    uint32_t first = was->version < OLD_FOLDERS ? 0 : was->version - OLD_FOLDERS;
    for (size_t i = 0; i < sizeof versioned / sizeof *versioned; i++) {
        for (uint32_t version = first; version <= was->version; version++)
            tell(t, STALE_FOLDER, id_of(versioned[i], number, 0, version), NULL);
    }
    tell_turns(t, number);
    tell_folder(t, KIND_EPISODE, number);
}

/* --- where it stands ----------------------------------------------------------------------------
 */

/* Its files in text/ and original/. */
static void tell_text(struct telling *t, const struct episode *episode)
{
    /* Names are chosen so that the ending fits: see naming.h. */
    char text[NAME_MAX + 1];
    memcpy(text, episode->base.data, episode->base.len);
    memcpy(text + episode->base.len, ".txt", 5);
    tell(t, STALE_NAME, id_of(KIND_TEXT_FOLDER, episode->folder, 0, 0), text);
    tell(t, STALE_NAME, id_of(KIND_ORIGINAL_FOLDER, episode->folder, 0, 0), text);
}

static void tell_place(struct telling *t, const struct episode *episode)
{
    tell_name(t, KIND_FOLDER, episode->folder, episode->base);
    tell_text(t, episode);
}

static void tell_date_names(struct telling *t, uint32_t code)
{
    const struct date date = date_of_code(code);
    char name[16];
    /* Where the last one went or the first one came. */
    bool has_year = dates_in(t->before, code, DATE_YEAR) && dates_in(t->after, code, DATE_YEAR);
    bool has_month = dates_in(t->before, code, DATE_MONTH) && dates_in(t->after, code, DATE_MONTH);
    bool has_day = dates_in(t->before, code, DATE_DAY) && dates_in(t->after, code, DATE_DAY);
    snprintf(name, sizeof name, "%04u", date.year);
    if (!has_year)
        tell_name(t, KIND_DATES, 0, slice_of(name));
    snprintf(name, sizeof name, "%02u", date.month);
    if (!has_month)
        tell_name(t, KIND_YEAR, date_code(date.year, 0, 0), slice_of(name));
    snprintf(name, sizeof name, date.day ? "%02u" : "XX", date.day);
    if (!has_day)
        tell_name(t, KIND_MONTH, date_code(date.year, date.month, 0), slice_of(name));
}

/* The folders on the way to a day: what is in them, or how new that is. */
static void tell_date_folders(struct telling *t, uint32_t code)
{
    const struct date date = date_of_code(code);
    tell_folder(t, KIND_DATES, 0);
    tell_folder(t, KIND_YEAR, date_code(date.year, 0, 0));
    tell_folder(t, KIND_MONTH, date_code(date.year, date.month, 0));
    tell_folder(t, KIND_DAY, code);
}

static void tell_date(struct telling *t, uint32_t number, const struct episode *was,
                      const struct episode *now)
{
    uint32_t before = was ? code_of_date(&was->head.date) : 0,
             after = now ? code_of_date(&now->head.date) : 0;
    bool is_same = before == after && was && now && slice_equal(was->entry, now->entry);
    if (before && is_same) {
        tell(t, STALE_ATTR, id_of(KIND_DATE_ENTRY, before, number, 0), NULL);
        tell_date_folders(t, before);
    }
    if (is_same)
        return;
    if (before) {
        tell_name(t, KIND_DAY, before, was->entry);
        tell_date_names(t, before);
        tell_date_folders(t, before);
    }
    if (after) {
        tell_name(t, KIND_DAY, after, now->entry);
        tell_date_names(t, after);
        tell_date_folders(t, after);
    }
}

static void tell_episode(struct telling *t, uint32_t number)
{
    const struct episode *was = corpus_episode(t->before, number);
    const struct episode *now = corpus_episode(t->after, number);
    bool is_in_place = was && now && was->folder == now->folder &&
                       slice_equal(was->base, now->base);
    if (is_in_place) {
        tell_text(t, now);
    } else {
        if (was)
            tell_place(t, was);
        if (now)
            tell_place(t, now);
    }
    if (was)
        tell_edited(t, number, was);
    tell_date(t, number, episode_shown(was), episode_shown(now));
}

static void tell_folder_change(struct telling *t, uint32_t number)
{
    static const enum kind trees[] = {KIND_FOLDER, KIND_TEXT_FOLDER, KIND_ORIGINAL_FOLDER};
    const struct folder *was = corpus_folder(t->before, number);
    const struct folder *now = corpus_folder(t->after, number);
    const struct folder *any = now ? now : was;
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
        if (!was || !now)
            tell_name(t, trees[i], any->parent, any->base);
        tell_folder(t, trees[i], number);
    }
}

/* --- views ---------------------------------------------------------------------------------------
 */

/* The kinds that by-tag and by-voice are made of. */
struct view_kinds {
    enum kind view, facet, spelling, entry;
};

static const struct view_kinds of_front = {KIND_VIEW, KIND_FACET, KIND_SPELLING, KIND_ENTRY};
static const struct view_kinds of_heard = {KIND_HEARD, KIND_HEARD_FACET, KIND_HEARD_SPELLING,
                                           KIND_HEARD_ENTRY};

static void tell_view(struct telling *t, const struct view_kinds *kind, const struct view *was,
                      const struct view *now, uint32_t number)
{
    if ((!was || !now) && kind == &of_front)
        tell_name(t, KIND_ROOT, 0, was ? was->name : now->name);
    tell_folder(t, kind->view, kind == &of_front ? number : 0);
}

static void tell_facet(struct telling *t, const struct view_kinds *kind, const struct facet *was,
                       const struct facet *now, uint32_t number)
{
    /* cppcheck-suppress nullPointerRedundantCheck ; one of both there is */
    uint32_t view = kind == &of_front ? (was ? was : now)->view : 0;
    if (!was || !now || !slice_equal(was->name, now->name)) {
        if (was)
            tell_name(t, kind->view, view, was->name);
        if (now)
            tell_name(t, kind->view, view, now->name);
        tell(t, STALE_ATTR, id_of(kind->spelling, number, 0, 0), NULL);
    }
    tell_folder(t, kind->facet, number);
}

/* The links to an episode: those that are other, gone or new. `marks` are what it was or is under.
 */
static void tell_links(struct telling *t, const struct view_kinds *kind, uint32_t number,
                       const struct marks *marks, const struct marks *others,
                       const struct episode *episode, bool is_renamed)
{
    for (uint32_t i = 0; marks && i < marks->count; i++) {
        uint32_t facet = marks->spellings[i]->facet;
        if (marks_have(marks, facet, i))
            continue;
        if (is_renamed || !marks_have(others, facet, others ? others->count : 0))
            tell_name(t, kind->facet, facet, episode->entry);
        else
            tell(t, STALE_ATTR, id_of(kind->entry, facet, number, 0), NULL);
    }
}

static void tell_entries(struct telling *t, const struct view_kinds *kind, uint32_t number,
                         const struct marks *was, const struct marks *now)
{
    const struct episode *before = episode_shown(corpus_episode(t->before, number));
    const struct episode *after = episode_shown(corpus_episode(t->after, number));
    bool is_renamed = !before || !after || !slice_equal(before->entry, after->entry);
    if (before)
        tell_links(t, kind, number, was, now, before, is_renamed);
    if (after)
        tell_links(t, kind, number, now, was, after, is_renamed);
}

static void tell_views(struct telling *t, const struct view_kinds *kind, const struct views *was,
                       const struct views *now)
{
    uint32_t views = was->view_cap > now->view_cap ? was->view_cap : now->view_cap;
    uint32_t facets = was->facet_cap > now->facet_cap ? was->facet_cap : now->facet_cap;
    for (uint32_t i = 0; i < views; i++) {
        if (views_view(was, i) != views_view(now, i) || (views_view(now, i) && t->is_for_others))
            tell_view(t, kind, views_view(was, i), views_view(now, i), i);
    }
    for (uint32_t i = 0; i < facets; i++) {
        if (views_facet(was, i) != views_facet(now, i) || (views_facet(now, i) && t->is_for_others))
            tell_facet(t, kind, views_facet(was, i), views_facet(now, i), i);
    }
}

/* --- what belongs to all -------------------------------------------------------------------------
 */

static void tell_index_name(void *telling, struct slice name)
{
    tell_name(telling, KIND_INDEX, 0, name);
}

static void tell_whole(struct telling *t)
{
    static const char *const names[] = {"README.md", "original", "index", "by-voice"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool is_lasting = i > 0 &&
                          corpus_has(t->before, names[i]) == corpus_has(t->after, names[i]);
        if (!is_lasting)
            tell_name(t, KIND_ROOT, 0, slice_of(names[i]));
    }
    if (!slice_equal(t->before->date_view, t->after->date_view)) {
        if (t->before->date_view.len)
            tell_name(t, KIND_ROOT, 0, t->before->date_view);
        if (t->after->date_view.len)
            tell_name(t, KIND_ROOT, 0, t->after->date_view);
    }
    tell_folder(t, KIND_ROOT, 0);
    index_each_name(t->stale->tree, t->before, tell_index_name, t);
    index_each_name(t->stale->tree, t->after, tell_index_name, t);
    /* Those whose time is that of the newest content. */
    tell_folder(t, KIND_INDEX, 0);
    tell_folder(t, KIND_HEARD, 0);
    tell_folder(t, KIND_CONTROL, 0);
    tell(t, STALE_ATTR, id_of(KIND_IGNORE, 0, 0, 0), NULL);
    tell(t, STALE_ATTR, id_of(KIND_VERSION, 0, 0, 0), NULL);
}

void stale_tell(const struct stale_context *stale)
{
    struct telling t = begin_telling(stale, stale->before);
    for (uint32_t i = 0; i < t.after->episode_cap; i++) {
        const struct episode *was = corpus_episode(t.before, i), *now = t.after->episodes[i];
        if (was == now && !(now && t.is_for_others))
            continue;
        tell_episode(&t, i);
        tell_entries(&t, &of_front, i, was ? was->marks : NULL, now ? now->marks : NULL);
    }
    for (uint32_t i = 0; i < t.after->folder_cap; i++) {
        if (corpus_folder(t.before, i) != t.after->folders[i])
            tell_folder_change(&t, i);
    }
    tell_views(&t, &of_front, &t.before->views, &t.after->views);
    tell_whole(&t);
}

void stale_tell_heard(const struct stale_context *stale, const struct corpus *before,
                      const struct survey *was, const struct survey *now)
{
    struct telling t = begin_telling(stale, before);
    for (uint32_t i = 0; i < now->note_cap; i++) {
        const struct note *old = i < was->note_cap ? was->notes[i] : NULL;
        const struct note *new = now->notes[i];
        if (old == new && (!new || !t.is_for_others))
            continue;
        tell_entries(&t, &of_heard, i, old ? old->marks : NULL, new ? new->marks : NULL);
        const struct episode *episode = t.after->episodes[i];
        if (episode && survey_has_original(was, i) != survey_has_original(now, i)) {
            tell_text(&t, episode);
            tell_folder(&t, KIND_ORIGINAL_FOLDER, episode->folder);
        }
    }
    tell_views(&t, &of_heard, &was->heard, &now->heard);
    for (uint32_t i = 0; i < t.after->folder_cap; i++) {
        const struct folder *folder = t.after->folders[i], *old = corpus_folder(before, i);
        bool is_other = folder && old && was->folder_has_original[i] != now->folder_has_original[i];
        /* The root is there whatever is in it. */
        if (i && is_other)
            tell_name(&t, KIND_ORIGINAL_FOLDER, folder->parent, folder->base);
        if (folder && (folder != old || is_other))
            tell_folder(&t, KIND_ORIGINAL_FOLDER, i);
    }
}

void stale_forget_heard(const struct stale_context *stale, struct spelling *const *spellings,
                        size_t count)
{
    struct telling t = {.stale = stale, .before = stale->before, .after = stale->after};
    /* With the name of a folder goes all that is below it. */
    for (size_t i = 0; i < count; i++) {
        cleanup_buf struct buf name = {0};
        filename_of_value(&name, spellings[i]->text);
        if (!name.failed)
            tell_name(&t, KIND_HEARD, 0, buf_slice(&name));
        tell_folder(&t, KIND_HEARD_FACET, spellings[i]->facet);
    }
    tell_folder(&t, KIND_HEARD, 0);
    for (uint32_t i = 0; i < t.after->episode_cap; i++) {
        if (t.after->episodes[i])
            tell_text(&t, t.after->episodes[i]);
    }
    for (uint32_t i = 0; i < t.after->folder_cap; i++) {
        const struct folder *folder = t.after->folders[i];
        if (i && folder)
            tell_name(&t, KIND_ORIGINAL_FOLDER, folder->parent, folder->base);
        if (folder)
            tell_folder(&t, KIND_ORIGINAL_FOLDER, i);
    }
}
