/* The formats of an episode: its folder, and the files in it. */
#include <errno.h>

#include "nodes/episode.h"
#include "nodes/nodes.h"
#include "nodes/state.h"
#include "render/format.h"
#include "render/long_text.h"

/* --- the sources --------------------------------------------------------------------------------
 */

static int source_read(struct scope *scope, const char *ending, uint64_t offset, size_t len,
                       struct tree_text *text)
{
    struct source source;
    if (!episode_source(scope_episode(scope), ending, &source))
        return -ESTALE;
    uint64_t size = (uint64_t)source.id->size;
    if (offset >= size)
        return 0;
    uint64_t most = size - offset < len ? size - offset : len;
    int err = cache_read_content(scope->tree->cache, &source, offset, most, &text->own);
    text->bytes = buf_slice(&text->own);
    return err;
}

/* --- the children of an episode's folder ------------------------------------------------------ */

static struct node episode_parent(const struct scope *scope)
{
    return (struct node){.kind = KIND_FOLDER, .i = scope_episode(scope)->folder};
}

/* The kind of node by the type of a format. */
static const enum kind kinds[] = {
    [FORMAT_FILE] = KIND_FORMAT,       [FORMAT_TURNS] = KIND_TURNS,
    [FORMAT_ORIGINAL] = KIND_ORIGINAL, [FORMAT_SECTIONS] = KIND_SECTIONS,
    [FORMAT_VOICES] = KIND_VOICES,     [FORMAT_META] = KIND_META,
    [FORMAT_REFS] = KIND_REFS,
};

static bool is_chosen(const struct scope *scope, uint64_t i)
{
    return format_is_chosen(scope->tree->options.formats, i);
}

/* Whether it has a hard link in text/ or original/. */
static bool is_linked(const struct scope *scope, const struct format *format)
{
    return format->link == LINK_IN_TEXT ||
           (format->link == LINK_IN_ORIGINAL && scope->corpus->original_count);
}

/* The row of a node: j is that of a file, the kind tells that of a folder. Or NULL. */
static const struct format *format_of(const struct scope *scope, uint64_t *number)
{
    const struct format *format;
    *number = scope->node.j;
    if (scope->node.kind == KIND_FORMAT) {
        format = format_at(*number);
        return format && format->type == FORMAT_FILE ? format : NULL;
    }
    for (*number = 0; (format = format_at(*number)); ++*number) {
        if (kinds[format->type] == scope->node.kind)
            return format;
    }
    return NULL;
}

/* For a format in pieces. */
static struct long_text long_text_of(struct scope *scope, const struct format *format)
{
    return (struct long_text){scope->tree->cache, node_id(&scope->node), scope_all_material, scope,
                              format->render};
}

static int exists(const struct format *format, struct scope *scope, bool *is_there)
{
    struct material material;
    struct source source;
    if (format->source) {
        *is_there = episode_source(scope_episode(scope), format->source, &source);
        return 0;
    }
    int err = scope_material(scope, format->exists_by, &material);
    *is_there = !err && (!format->exists || format->exists(&material));
    return err;
}

int format_check(struct scope *scope)
{
    uint64_t number;
    bool is_there;
    int err = episode_check(scope);
    if (err)
        return err;
    const struct format *format = format_of(scope, &number);
    if (!format || (!is_chosen(scope, number) && !is_linked(scope, format)))
        return -ESTALE;
    /* If the cache has the text, the format exists; that saves a read of the body. */
    const struct long_text text = long_text_of(scope, format);
    if (format->render && long_text_is_known(&text))
        return 0;
    err = exists(format, scope, &is_there);
    return err ? err : is_there ? 0 : -ESTALE;
}

static int format_child(uint32_t episode, uint32_t version, uint64_t number, struct child *child)
{
    const struct format *format = format_at(number);
    enum kind kind = kinds[format->type];
    child_is(child, kind, episode, layouts[kind].has_version ? version : 0, slice_of(format->name));
    child->node.j = kind == KIND_FORMAT ? (uint32_t)number : 0;
    child->size_needs_render = format->size_needs_render;
    return 0;
}

/* An unreadable body hides the formats that need it, and no others. */
static int episode_child(struct scope *scope, uint64_t index, struct child *child)
{
    const struct format *format = format_at(index);
    bool is_there;
    if (!format)
        return -ENOENT;
    if (!is_chosen(scope, index) || format->is_unlisted)
        return CHILD_GAP;
    int err = exists(format, scope, &is_there);
    if (error_passes(err))
        return err;
    if (err || !is_there)
        return CHILD_GAP;
    return format_child(scope->node.i, scope_episode(scope)->version, index, child);
}

/* Compares names first, so that meta/ needs no body. */
static int episode_find(struct scope *scope, struct slice name, struct child *child)
{
    const struct format *format;
    for (uint64_t i = 0; (format = format_at(i)); i++) {
        bool is_there;
        if (!is_chosen(scope, i) || !slice_equal(name, slice_of(format->name)))
            continue;
        int err = exists(format, scope, &is_there);
        return err        ? err
               : is_there ? format_child(scope->node.i, scope_episode(scope)->version, i, child)
                          : -ENOENT;
    }
    return -ENOENT;
}

/* --- files ------------------------------------------------------------------------------------ */

static int render(struct scope *scope, struct buf *out)
{
    struct material material;
    uint64_t number;
    const struct format *format = format_of(scope, &number);
    int err = scope_material(scope, format->needs, &material);
    return err ? err : format->render(&material, out);
}

/* Reads a range without rendering the whole file. */
static int read_range(struct scope *scope, const struct format *format, uint64_t offset, size_t len,
                      struct tree_text *text)
{
    struct material material;
    int err = scope_material(scope, format->needs, &material);
    if (!err)
        format->read(&material, offset, len, &text->own);
    text->bytes = buf_slice(&text->own);
    return err;
}

static int read_long(struct scope *scope, const struct format *format, uint64_t offset, size_t len,
                     struct tree_text *text)
{
    const struct long_text pieces = long_text_of(scope, format);
    int err = long_text_read(&pieces, offset, len, &text->own);
    text->bytes = buf_slice(&text->own);
    return err;
}

static int format_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    uint64_t number;
    const struct format *format = format_of(scope, &number);
    if (format->read)
        return read_range(scope, format, offset, len, text);
    if (format->source)
        return source_read(scope, format->source, offset, len, text);
    if (format->has_pieces)
        return read_long(scope, format, offset, len, text);
    return scope_read_text(scope, render, offset, len, text);
}

static int format_size(struct scope *scope, uint64_t *size)
{
    struct material material;
    uint64_t number;
    const struct format *format = format_of(scope, &number);
    int err;
    if (format->size) {
        err = scope_material(scope, format->needs, &material);
        *size = err ? 0 : format->size(&material);
    } else if (format->source) {
        struct source source;
        err = episode_source(scope_episode(scope), format->source, &source) ? 0 : -ESTALE;
        *size = err ? 0 : (uint64_t)source.id->size;
    } else if (format->has_pieces) {
        const struct long_text text = long_text_of(scope, format);
        err = long_text_size(&text, size);
    } else {
        err = scope_size_text(scope, render, size);
    }
    return err;
}

/* Only a format with ranges needs no more than a body. */
static int format_read_past(struct scope *scope, uint64_t offset, size_t len,
                            struct tree_text *text)
{
    uint64_t number;
    const struct format *format = format_of(scope, &number);
    return format && format->read ? read_range(scope, format, offset, len, text) : -ESTALE;
}

/* --- hard links ------------------------------------------------------------------------------- */

/* A source has the time of its file. */
static struct stamps format_stamps(const struct scope *scope)
{
    struct source source;
    uint64_t number;
    const struct format *format = format_of(scope, &number);
    bool is_source = format->source &&
                     episode_source(scope_episode(scope), format->source, &source);
    return is_source ? source.id->stamps : episode_stamps(scope);
}

static uint32_t format_links(const struct scope *scope)
{
    uint64_t number;
    const struct format *format = format_of(scope, &number);
    return (uint32_t)is_chosen(scope, number) + is_linked(scope, format);
}

static bool has_body(const struct scope *scope, uint32_t number, uint32_t version)
{
    struct cache *cache = scope->tree->cache;
    struct cache_entry *body = cache_find(cache, number, version, CACHE_BODY);
    if (body)
        cache_put(cache, body);
    return body;
}

int format_link(struct scope *scope, uint32_t episode, struct child *child)
{
    const struct episode *of = scope->corpus->episodes[episode];
    const struct format *format;
    enum format_link link = scope->node.kind == KIND_TEXT_FOLDER ? LINK_IN_TEXT : LINK_IN_ORIGINAL;
    for (uint64_t i = 0; (format = format_at(i)); i++) {
        if (format->link != link)
            continue;
        format_child(episode, of->version, i, child);
        /* A listing reads no body, but uses one in the cache. */
        child->size_needs_render = !format->size || !has_body(scope, episode, of->version);
        memcpy(child->text, of->base.data, of->base.len);
        memcpy(child->text + of->base.len, ".txt", 5);
        child->name = (struct slice){child->text, of->base.len + 4};
        return 0;
    }
    return CHILD_GAP;
}

/* --- the operations --------------------------------------------------------------------------- */

const struct node_ops episode_ops = {
    .check = episode_check,
    .identity = episode_identity,
    .stamps = episode_stamps,
    .links = scope_links_uncounted,
    .parent = episode_parent,
    .child = episode_child,
    .find = episode_find,
};

const struct node_ops format_ops = {
    .check = format_check,
    .identity = episode_file_identity,
    .stamps = format_stamps,
    .links = format_links,
    .read = format_read,
    .size = format_size,
    .read_past = format_read_past,
};
