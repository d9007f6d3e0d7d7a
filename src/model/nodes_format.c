/* The formats of an episode: its folder, and the files in it. */
#include "model/format.h"

#include <errno.h>

#include "model/nodes.h"
#include "model/nodes_episode.h"
#include "model/tree_inside.h"

/* --- which of them an episode has ------------------------------------------------------------- */

static int if_body(struct scope *scope, bool *exists)
{
    *exists = scope_episode(scope)->has_body;
    return 0;
}

static int if_values(struct scope *scope, bool *exists)
{
    *exists = scope_episode(scope)->has_values;
    return 0;
}

static int if_front(struct scope *scope, bool *exists)
{
    *exists = scope_episode(scope)->has_front;
    return 0;
}

/* What only the body can say. */
#define IF_OF_BODY(name, condition)                    \
    static int name(struct scope *scope, bool *exists) \
    {                                                  \
        const struct body *body = NULL;                \
        int err = scope_body(scope, &body);            \
        *exists = !err && (condition);                 \
        return err;                                    \
    }

IF_OF_BODY(if_turns, body->count > 0)
IF_OF_BODY(if_originals, body->originals_len > 0)
IF_OF_BODY(if_sections, body->section_count > 0)
IF_OF_BODY(if_voices, body->voice_count > 0)
IF_OF_BODY(if_terms, body->term_count > 0)
IF_OF_BODY(if_times, body_is_timed(body))

/* --- source.md -------------------------------------------------------------------------------- */

static int source_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    const struct episode *episode = scope_episode(scope);
    uint64_t size = (uint64_t)episode->id.size;

    if (offset >= size)
        return 0;
    uint64_t most = size - offset < len ? size - offset : len;
    int err = cache_read_content(scope->tree->cache, episode, offset, most, &text->own);
    text->bytes = buf_slice(&text->own);
    return err;
}

static int source_size(struct scope *scope, uint64_t *size)
{
    *size = (uint64_t)scope_episode(scope)->id.size;
    return 0;
}

/* --- the table -------------------------------------------------------------------------------- */

#define FOLDER(kind_)   .kind = (kind_)
#define FILE_(render_)  .kind = KIND_FORMAT, .render = (render_)
#define COSTLY(render_) FILE_(render_), .is_costly = true

/* clang-format off */
static const struct format formats[] = {
    {"turns", FOLDER(KIND_TURNS), .exists = if_body},
    {"original", FOLDER(KIND_ORIGINAL), .exists = if_originals},
    {"sections", FOLDER(KIND_SECTIONS), .exists = if_sections},
    {"voices", FOLDER(KIND_VOICES), .exists = if_voices},
    {"meta", FOLDER(KIND_META), .exists = if_values},
    {"meta.json", FILE_(meta_json_render), .exists = if_front},
    {"transcript.txt", .kind = KIND_FORMAT, .read = transcript_read, .size = transcript_size,
     .exists = if_body, .also_below = KIND_TEXT_FOLDER},
    {"original.txt", COSTLY(original_txt_render), .exists = if_originals,
     .also_below = KIND_ORIGINAL_FOLDER},
    {"quotes.txt", COSTLY(quotes_render), .exists = if_turns},
    {"turns.jsonl", COSTLY(turns_jsonl_render), .exists = if_turns},
    {"turns.tsv", COSTLY(turns_tsv_render), .exists = if_turns},
    {"sections.tsv", FILE_(sections_tsv_render), .exists = if_sections},
    {"voices.tsv", FILE_(voices_tsv_render), .exists = if_voices},
    {"glossary.tsv", FILE_(glossary_tsv_render), .exists = if_terms},
    {"transcript.html", COSTLY(html_render), .exists = if_turns},
    {"transcript.vtt", COSTLY(vtt_render), .exists = if_times},
    {"transcript.srt", COSTLY(srt_render), .exists = if_times},
    {"transcript.json", COSTLY(podcast_json_render), .exists = if_times},
    {"source.md", .kind = KIND_FORMAT, .read = source_read, .size = source_size},
};
/* clang-format on */

enum { FORMATS = sizeof formats / sizeof *formats };

const char *format_name(unsigned i)
{
    return i < FORMATS ? formats[i].name : NULL;
}

/* --- what stands in an episode's folder ------------------------------------------------------- */

static struct node episode_parent(const struct scope *scope)
{
    return (struct node){.kind = KIND_FOLDER, .i = scope_episode(scope)->folder};
}

static bool is_chosen(const struct scope *scope, size_t format)
{
    uint64_t chosen = scope->tree->options.formats;
    return !chosen || chosen >> format & 1;
}

/* Whether its hard link stands in text/ or original/. */
static bool is_linked(const struct scope *scope, const struct format *format)
{
    return format->also_below == KIND_TEXT_FOLDER ||
           (format->also_below == KIND_ORIGINAL_FOLDER && scope->corpus->original_count);
}

bool format_is_chosen(const struct scope *scope, const char *name)
{
    size_t i = 0;
    while (i < FORMATS && strcmp(formats[i].name, name) != 0)
        i++;
    return i < FORMATS && is_chosen(scope, i);
}

/* The row of a node: by number that of a file, by kind that of a folder. NULL: there is none. */
static const struct format *format_of(const struct scope *scope)
{
    if (scope->node.kind == KIND_FORMAT)
        return scope->node.j < FORMATS && formats[scope->node.j].kind == KIND_FORMAT
                   ? &formats[scope->node.j]
                   : NULL;
    for (size_t i = 0; i < FORMATS; i++) {
        if (formats[i].kind == scope->node.kind)
            return &formats[i];
    }
    return NULL;
}

static int exists(const struct format *format, struct scope *scope, bool *is_there)
{
    *is_there = true;
    return format->exists ? format->exists(scope, is_there) : 0;
}

int format_check(struct scope *scope)
{
    bool is_there;
    int err = episode_check(scope);
    if (err)
        return err;
    const struct format *format = format_of(scope);
    if (!format || (!is_chosen(scope, (size_t)(format - formats)) && !is_linked(scope, format)))
        return -ESTALE;
    /* A text that was rendered is there, and needs no body to be read again. */
    if (format->render && scope_has_text(scope))
        return 0;
    err = exists(format, scope, &is_there);
    return err ? err : is_there ? 0 : -ESTALE;
}

static int format_child(uint32_t episode, uint32_t version, size_t format, struct child *child)
{
    const struct format *row = &formats[format];
    bool is_file = row->kind == KIND_FORMAT, has_version = layouts[row->kind].has_version;
    child_is(child, row->kind, episode, has_version ? version : 0, slice_of(row->name));
    child->node.j = is_file ? (uint32_t)format : 0;
    child->is_costly = row->is_costly;
    return 0;
}

/* A body that cannot be read hides what is made of it, and not the rest. */
static int episode_child(struct scope *scope, uint64_t place, struct child *child)
{
    bool is_there;
    if (place >= FORMATS)
        return -ENOENT;
    if (!is_chosen(scope, place))
        return CHILD_GAP;
    int err = exists(&formats[place], scope, &is_there);
    if (error_passes(err))
        return err;
    if (err || !is_there)
        return CHILD_GAP;
    return format_child(scope->node.i, scope_episode(scope)->version, place, child);
}

/* By name, so that meta/ costs no body. */
static int episode_find(struct scope *scope, struct slice name, struct child *child)
{
    for (size_t i = 0; i < FORMATS; i++) {
        bool is_there;
        if (!is_chosen(scope, i) || !slice_equal(name, slice_of(formats[i].name)))
            continue;
        int err = exists(&formats[i], scope, &is_there);
        return err        ? err
               : is_there ? format_child(scope->node.i, scope_episode(scope)->version, i, child)
                          : -ENOENT;
    }
    return -ENOENT;
}

/* --- its files -------------------------------------------------------------------------------- */

static int format_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    const struct format *format = format_of(scope);
    struct slice all;
    if (format->read)
        return format->read(scope, offset, len, text);
    int err = scope_text(scope, format->render, &all);
    text->bytes = slice_range(all, offset, len);
    return err;
}

static int format_size(struct scope *scope, uint64_t *size)
{
    const struct format *format = format_of(scope);
    struct slice all;
    if (format->size)
        return format->size(scope, size);
    int err = scope_text(scope, format->render, &all);
    *size = all.len;
    return err;
}

/* Without rendering only the transcript can be told from a body alone. */
static int format_read_past(struct scope *scope, uint64_t offset, size_t len,
                            struct tree_text *text)
{
    const struct format *format = format_of(scope);
    return format && format->read == transcript_read ? transcript_read(scope, offset, len, text)
                                                     : -ESTALE;
}

/* --- their hard links ------------------------------------------------------------------------- */

static uint32_t format_links(const struct scope *scope)
{
    const struct format *format = format_of(scope);
    return (uint32_t)is_chosen(scope, (size_t)(format - formats)) + is_linked(scope, format);
}

static bool has_body(const struct scope *scope, uint32_t number, uint32_t version)
{
    struct cache *cache = scope->tree->cache;
    struct parsed *body = cache_find(cache, number, version, PART_BODY);
    if (body)
        cache_put(cache, body);
    return body;
}

int format_link(struct scope *scope, uint32_t episode, struct child *child)
{
    const struct episode *of = scope->corpus->episodes[episode];
    for (size_t i = 0; i < FORMATS; i++) {
        if (formats[i].also_below != scope->node.kind)
            continue;
        format_child(episode, of->version, i, child);
        /* A body is not read for a listing of many, but may be there. */
        child->is_costly = !formats[i].size || !has_body(scope, episode, of->version);
        memcpy(child->text, of->base.data, of->base.len);
        memcpy(child->text + of->base.len, ".txt", 5);
        child->name = (struct slice){child->text, of->base.len + 4};
        return 0;
    }
    return CHILD_GAP;
}

/* --- what the tree calls ---------------------------------------------------------------------- */

const struct node_ops episode_ops = {
    .check = episode_check,
    .identity = episode_identity,
    .mtime = episode_mtime,
    .links = scope_links_uncounted,
    .parent = episode_parent,
    .child = episode_child,
    .find = episode_find,
};

const struct node_ops format_ops = {
    .check = format_check,
    .identity = episode_version_identity,
    .mtime = episode_mtime,
    .links = format_links,
    .read = format_read,
    .size = format_size,
    .read_past = format_read_past,
};
