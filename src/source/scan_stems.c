#include "source/scan_stems.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "source/scan_heads.h"

int stem_note_name(struct scan_walk *w, struct listing *listing, const char *name)
{
    struct slice kept = arena_copy(&w->scan->found, slice_of(name));
    return kept.data && stems_add(&listing->stems, kept) ? 0 : -ENOMEM;
}

/* A file of a stem. */
struct found {
    struct slice path;
    struct file_id id;
    bool is_there; /* it exists, is a regular file, and the configuration includes it */
};

static int find_file(struct scan_walk *w, struct slice folder, struct slice name,
                     struct found *found)
{
    struct stat st;
    *found = (struct found){0};
    if (!name.len)
        return 0;
    found->path = path_join(&w->scan->found, folder, name);
    if (!found->path.data)
        return -ENOMEM;
    int err = content_stat(w->folder, found->path.data, &st);
    if (err == -ETIMEDOUT)
        return err;
    found->is_there = !err && S_ISREG(st.st_mode) &&
                      !config_excludes(&w->folder->config, found->path.data, false);
    if (found->is_there)
        found->id = content_id_of(&st);
    return 0;
}

/* The files of a stem, and which of them is the episode; STEM_NOTHING: none. */
struct found_stem {
    struct found files[STEM_KINDS];
    enum stem_kind primary;
    bool has_captions;
};

static int find_stem(struct scan_walk *w, const struct listing *listing, uint32_t number,
                     struct found_stem *stem)
{
    const struct stem *names = &listing->stems.at[number];
    int err = 0;
    *stem = (struct found_stem){.primary = STEM_NOTHING};
    for (enum stem_kind kind = 0; kind < STEM_KINDS && !err; kind++) {
        struct found *file = &stem->files[kind];
        err = find_file(w, listing->folder, names->files[kind], file);
        bool is_source = !err && file->is_there && kind < STEM_YAML && walk_takes(w, file->path);
        stem->has_captions |= is_source && kind != STEM_MARKDOWN;
        /* JSON that is no transcript does not hide the sources that come after it. */
        bool has_words = true;
        if (is_source && stem->primary == STEM_JSON)
            err = head_find_words(w->folder, w->old, stem->files[STEM_JSON].path,
                                  &stem->files[STEM_JSON].id, &has_words);
        if (is_source && (stem->primary == STEM_NOTHING || !has_words))
            stem->primary = kind;
    }
    /* Beside Markdown, other forms are often no captions, nor is every JSON. */
    const struct found *json = &stem->files[STEM_JSON];
    if (stem->primary == STEM_MARKDOWN) {
        stem->has_captions = stem->files[STEM_WEBVTT].is_there ||
                             stem->files[STEM_SUBRIP].is_there || stem->files[STEM_SBV].is_there;
        if (!err && !stem->has_captions && json->is_there && walk_takes(w, json->path))
            err = head_find_words(w->folder, w->old, json->path, &json->id, &stem->has_captions);
    }
    return err;
}

/* Markdown without words describes the captions beside it, and is no episode. */
static int find_description(struct scan_walk *w, struct found_stem *stem, bool *is_description)
{
    const struct found *markdown = &stem->files[STEM_MARKDOWN];
    bool has_words = true;
    int err = 0;
    if (markdown->is_there)
        err = head_find_words(w->folder, w->old, markdown->path, &markdown->id, &has_words);
    *is_description = !has_words;
    for (enum stem_kind kind = STEM_WEBVTT; !has_words && stem->primary == STEM_MARKDOWN; kind++) {
        if (kind == STEM_YAML)
            stem->primary = STEM_NOTHING;
        else if (stem->files[kind].is_there && walk_takes(w, stem->files[kind].path))
            stem->primary = kind;
    }
    return err;
}

static int add_companion(struct scan_walk *w, struct companions *companions, size_t *cap,
                         enum companion_role role, const struct found *file)
{
    if (!file->is_there)
        return 0;
    if (companions->count == *cap) {
        size_t more = *cap ? *cap * 2 : 8;
        struct companion *at = ARENA_NEW(&w->scan->found, struct companion, more);
        if (!at)
            return -ENOMEM;
        if (companions->count)
            memcpy(at, companions->at, companions->count * sizeof *at);
        companions->at = at;
        *cap = more;
    }
    companions->at[companions->count++] = (struct companion){file->path, file->id, (uint8_t)role};
    return 0;
}

static const struct found *first_of(const struct found *one, const struct found *other)
{
    return one->is_there ? one : other;
}

/* The captions of the stem in any language. */
static int add_variants(struct scan_walk *w, const struct listing *listing, uint32_t number,
                        struct companions *companions, size_t *cap)
{
    const struct stems *stems = &listing->stems;
    uint32_t base = stems->at[number].base;
    int err = 0;
    if (base == number)
        return 0;
    for (uint32_t i = stems->at[base].first_variant; i != NO_STEM && !err;
         i = stems->at[i].next_variant) {
        struct found_stem variant;
        err = i == number ? 0 : find_stem(w, listing, i, &variant);
        if (!err && i != number && variant.primary != STEM_NOTHING && variant.has_captions)
            err = add_companion(w, companions, cap, COMPANION_VARIANT,
                                &variant.files[variant.primary]);
    }
    return err;
}

/* Reports as gone a file that was an episode and is a companion now. */
static int add_no_episode(struct scan_walk *w, const struct found *file)
{
    uint32_t number = w->old && file->path.len ? corpus_find_path(w->old, file->path) : NO_INDEX;
    if (number == NO_INDEX || w->is_seen[number])
        return 0;
    w->is_seen[number] = true;
    return walk_add_gone(w, file->path);
}

/* Zoom stores a transcript of a meeting, TALK.transcript.vtt, and live captions with the same words
 * and more mistakes, TALK.cc.vtt. Returns the stem TALK`to` for TALK`from`, or NO_STEM. */
static uint32_t twin_of(const struct listing *listing, struct slice name, struct slice from,
                        struct slice to)
{
    cleanup_buf struct buf other = {0};
    if (!slice_ends(name, from))
        return NO_STEM;
    buf_add_slice(&other, slice_head(name, name.len - from.len));
    buf_add_slice(&other, to);
    return other.failed ? NO_STEM : stems_find(&listing->stems, buf_slice(&other));
}

static uint32_t transcript_beside(const struct listing *listing, struct slice name)
{
    return twin_of(listing, name, SLICE(".cc"), SLICE(".transcript"));
}

static uint32_t captions_beside(const struct listing *listing, struct slice name)
{
    return twin_of(listing, name, SLICE(".transcript"), SLICE(".cc"));
}

int stem_add_episode(struct scan_walk *w, const struct listing *listing, uint32_t number)
{
    const struct stem *names = &listing->stems.at[number];
    struct found_stem stem, base = {.primary = STEM_NOTHING};
    struct companions companions = {0};
    size_t cap = 0;
    bool is_described = false, is_base_described = false;
    bool has_variants = names->base != number || names->first_variant != NO_STEM;
    int err = find_stem(w, listing, number, &stem);
    uint32_t better = err ? NO_STEM : transcript_beside(listing, names->name);
    if (better != NO_STEM)
        err = find_stem(w, listing, better, &base);
    if (base.primary != STEM_NOTHING)
        stem.primary = STEM_NOTHING;
    base = (struct found_stem){.primary = STEM_NOTHING};
    if (!err && names->base != number)
        err = find_stem(w, listing, names->base, &base);
    if (!err && (stem.has_captions || (has_variants && listing->stems.has_captions)))
        err = find_description(w, &stem, &is_described);
    if (!err && base.files[STEM_MARKDOWN].is_there)
        err = find_description(w, &base, &is_base_described);
    if (err)
        return err;
    for (enum stem_kind kind = 0; kind < STEM_YAML && !err; kind++) {
        if (kind != stem.primary)
            err = add_no_episode(w, &stem.files[kind]);
    }
    if (err || stem.primary == STEM_NOTHING)
        return err;
    struct found *primary = &stem.files[stem.primary];
    struct map_slot *slot = map_put(&w->added, primary->path);
    if (!slot || slot->value != UINT32_MAX)
        return slot ? 0 : -ENOMEM;
    slot->value = 0;
    for (enum stem_kind kind = 0; stem.has_captions && kind < STEM_YAML && !err; kind++) {
        if (kind != stem.primary && !(kind == STEM_MARKDOWN && is_described))
            err = add_companion(w, &companions, &cap, COMPANION_SOURCE, &stem.files[kind]);
    }
    const struct found none = {0};
    const struct {
        enum companion_role role;
        const struct found *file;
    } sidecars[] = {
        {COMPANION_YAML, first_of(&stem.files[STEM_YAML], &base.files[STEM_YAML])},
        {COMPANION_FRONT, is_described        ? &stem.files[STEM_MARKDOWN]
                          : is_base_described ? &base.files[STEM_MARKDOWN]
                                              : &none},
        {COMPANION_INFO, first_of(&stem.files[STEM_INFO], &base.files[STEM_INFO])},
    };
    for (size_t i = 0; stem.has_captions && i < sizeof sidecars / sizeof *sidecars && !err; i++)
        err = add_companion(w, &companions, &cap, sidecars[i].role, sidecars[i].file);
    if (!err && stem.has_captions)
        err = add_variants(w, listing, number, &companions, &cap);
    return err ? err : walk_add_transcript(w, primary->path, &primary->id, &companions);
}

static int add_variants_of(struct scan_walk *w, const struct listing *listing, uint32_t base)
{
    int err = 0;
    for (uint32_t i = listing->stems.at[base].first_variant; i != NO_STEM && !err;
         i = listing->stems.at[i].next_variant)
        err = stem_add_episode(w, listing, i);
    return err;
}

int stem_add_episodes_of(struct scan_walk *w, const struct listing *listing, struct slice name)
{
    if (listing->stems.count == 0)
        return 0;
    uint32_t number = stems_find(&listing->stems, name);
    uint32_t base = stems_find(&listing->stems, file_name_of_stem(name).stem);
    uint32_t captions = captions_beside(listing, name);
    int err = number == NO_STEM ? 0 : stem_add_episode(w, listing, number);
    if (!err && captions != NO_STEM)
        err = stem_add_episode(w, listing, captions);
    if (!err && number != NO_STEM)
        err = add_variants_of(w, listing, number);
    if (!err && base != NO_STEM && base != number)
        err = stem_add_episode(w, listing, base);
    if (!err && base != NO_STEM && base != number)
        err = add_variants_of(w, listing, base);
    return err;
}

int stem_list(struct scan_walk *w, struct slice folder, struct listing **listing)
{
    for (size_t i = 0; i < w->listing_count; i++) {
        *listing = &w->listings[i];
        if (slice_equal((*listing)->folder, folder))
            return 0;
    }
    if (!array_reserve(&w->listings, w->listing_count, &w->listing_cap, sizeof *w->listings))
        return -ENOMEM;
    *listing = &w->listings[w->listing_count++];
    **listing = (struct listing){.folder = arena_copy(&w->scan->found, folder)};
    if (!(*listing)->folder.data)
        return -ENOMEM;
    struct disk_act list;
    int err = content_list(w->folder, (*listing)->folder.data, false, &list);
    bool is_there = err != -ENOENT && err != -ENOTDIR && err != -EXDEV;
    for (size_t i = 0; i < list.count && !err; i++)
        err = stem_note_name(w, *listing, list.names[i].name);
    disk_act_free(&list);
    if (err && is_there) {
        stems_free(&(*listing)->stems);
        w->listing_count--;
    }
    return is_there ? err : 0;
}

bool stem_is_alone(const struct listing *listing, struct slice name)
{
    struct slice stem;
    return stem_of_file(name, &stem) == STEM_MARKDOWN && !listing->stems.has_captions;
}
