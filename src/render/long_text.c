#include "render/long_text.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/map.h"

enum { PIECE = 1024 * 1024 /* bytes; it ends behind the group of turns that gets it there */ };

/* A piece: where it ends in the text, and the first turn behind it. */
struct text_piece {
    uint64_t end;
    uint64_t end_turn;
};

/* The key of a piece in the cache, or of the layout, which is an array of all text_pieces. */
enum { LAYOUT = -1 };

static uint64_t key_of(const struct long_text *text, int64_t piece)
{
    const uint64_t of[] = {text->key, (uint64_t)piece};
    return cache_key_of_hash(hash64((struct slice){(const char *)of, sizeof of}, 0));
}

/* --- rendering -------------------------------------------------------------------------------- */

/* A text, or a piece of it, that is being made. */
struct making {
    const struct long_text *text;
    struct turn_range range;
};

static int render(const struct making *making, struct buf *out)
{
    struct material material;
    int err = making->text->load(making->text->context, &material);
    material.range = making->range;
    return err ? err : making->text->render(&material, out);
}

static int render_piece(void *making, struct buf *out)
{
    out->limit = CACHE_MAX_TEXT;
    return render(making, out);
}

static int render_if_short(void *making, struct buf *out)
{
    out->raise_limit = NULL;
    return render(making, out);
}

/* Renders a text group by group, and has `note` see where each ends. */
static int count_groups(const struct long_text *text, struct buf *scratch,
                        void (*note)(struct buf *layout, const struct text_piece *piece),
                        struct buf *layout, uint64_t *size)
{
    struct text_piece piece = {0};
    struct material material;
    int err = text->load(text->context, &material);
    scratch->limit = CACHE_MAX_TEXT;
    while (!err && piece.end_turn < material.body->count) {
        uint32_t first = (uint32_t)piece.end_turn;
        const struct making making = {text, {first, first + LONG_TEXT_GROUP}};
        scratch->len = 0;
        err = render(&making, scratch);
        piece.end_turn += LONG_TEXT_GROUP;
        piece.end += scratch->len;
        if (scratch->is_over_limit || piece.end > CACHE_MAX_TEXT)
            return -EFBIG;
        if (scratch->failed)
            return -ENOMEM;
        if (note)
            note(layout, &piece);
    }
    *size = piece.end;
    return err;
}

int long_text_count(const struct long_text *text, struct buf *scratch, uint64_t *size)
{
    return count_groups(text, scratch, NULL, NULL, size);
}

/* Adds a group to the last piece of a layout, or as the first of the next one. */
static void note_group(struct buf *layout, const struct text_piece *group)
{
    struct text_piece *pieces = (struct text_piece *)(void *)layout->data;
    size_t pieces_count = layout->len / sizeof *pieces;
    uint64_t start = pieces_count > 1 ? pieces[pieces_count - 2].end : 0;
    if (pieces_count && pieces[pieces_count - 1].end - start < PIECE)
        pieces[pieces_count - 1] = *group;
    else
        buf_add(layout, group, sizeof *group);
}

static int render_layout(void *text, struct buf *out)
{
    cleanup_buf struct buf scratch = {0};
    uint64_t size;
    return count_groups(text, &scratch, note_group, out, &size);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* A text as the cache has it: whole, or its layout. */
struct opened {
    struct cache *cache;
    struct cache_entry *entry;
    const struct text_piece *pieces;
    uint32_t count;
    bool is_long;
};

static void close_text(struct opened *opened)
{
    cache_put(opened->cache, opened->entry);
}

static int get_text(const struct long_text *text, struct opened *opened)
{
    struct making whole = {.text = text};
    struct cache *cache = opened->cache;
    uint64_t layout = key_of(text, LAYOUT);
    opened->is_long = true;
    opened->entry = cache_find_text(cache, layout);
    if (opened->entry)
        return 0;
    int err = cache_get_text(cache, text->key, render_if_short, &whole, &opened->entry);
    opened->is_long = err == -EFBIG;
    return !opened->is_long ? err
                            : cache_get_text(cache, layout, render_layout, (void *)(uintptr_t)text,
                                             &opened->entry);
}

static int open_text(const struct long_text *text, struct opened *opened)
{
    *opened = (struct opened){.cache = text->cache};
    int err = get_text(text, opened);
    if (!err && opened->is_long) {
        opened->pieces = (const struct text_piece *)(const void *)opened->entry->text.data;
        opened->count = (uint32_t)(opened->entry->text.len / sizeof *opened->pieces);
    }
    return err;
}

bool long_text_is_known(const struct long_text *text)
{
    struct cache *cache = text->cache;
    struct cache_entry *entry = cache_find_text(cache, text->key);
    if (!entry)
        entry = cache_find_text(cache, key_of(text, LAYOUT));
    cache_put(cache, entry);
    return entry;
}

int long_text_size(const struct long_text *text, uint64_t *size)
{
    cleanup_(close_text) struct opened opened;
    int err = open_text(text, &opened);
    *size = err ? 0 : opened.is_long ? opened.pieces[opened.count - 1].end : opened.entry->text.len;
    return err;
}

static int add_piece(const struct long_text *text, const struct opened *opened, uint32_t i,
                     uint64_t offset, size_t len, struct buf *out)
{
    const struct text_piece before = i ? opened->pieces[i - 1] : (struct text_piece){0};
    struct making making = {text,
                            {(uint32_t)before.end_turn, (uint32_t)opened->pieces[i].end_turn}};
    struct cache_entry *entry;
    int err = cache_get_text(opened->cache, key_of(text, i), render_piece, &making, &entry);
    if (err)
        return err;
    buf_add_slice(out, slice_range(buf_slice(&entry->text), offset - before.end, len));
    cache_put(opened->cache, entry);
    return 0;
}

int long_text_read(const struct long_text *text, uint64_t offset, size_t len, struct buf *out)
{
    cleanup_(close_text) struct opened opened;
    const size_t had = out->len;
    int err = open_text(text, &opened);
    if (!err && !opened.is_long)
        buf_add_slice(out, slice_range(buf_slice(&opened.entry->text), offset, len));
    for (uint32_t i = 0; i < opened.count && !err && out->len - had < len; i++) {
        uint64_t at = offset + (out->len - had);
        if (at < opened.pieces[i].end)
            err = add_piece(text, &opened, i, at, len - (out->len - had), out);
    }
    return err;
}
