/* An episode's folder, its turns and its text. */
#include <errno.h>
#include <stdio.h>

#include "model/nodes.h"

int64_t episode_mtime(const struct scope *scope)
{
    return scope_episode(scope)->id.mtime;
}

/* A folder stays the same folder whatever becomes of its content … */
uint64_t episode_identity(const struct scope *scope)
{
    return scope_episode(scope)->hash;
}

/* … and a file of other content is another file, as when an editor replaces it. */
uint64_t version_identity(const struct scope *scope)
{
    const struct episode *episode = scope_episode(scope);
    uint64_t state = hash_pair((uint64_t)episode->id.mtime, (uint64_t)episode->id.size);
    return hash_pair(episode->hash, state + scope->node.j);
}

struct node episode_parent(const struct scope *scope)
{
    return (struct node){.kind = KIND_FOLDER, .i = scope_episode(scope)->folder};
}

struct node parent_episode(const struct scope *scope)
{
    return (struct node){.kind = KIND_EPISODE, .i = scope->node.i};
}

/* --- what stands in an episode's folder: one row a format ----------------------------------------
 */

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
static int if_originals(struct scope *scope, bool *exists)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    *exists = !err && body->originals_len > 0;
    return err;
}

static int if_sections(struct scope *scope, bool *exists)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    *exists = !err && body->section_count > 0;
    return err;
}

static int if_voices(struct scope *scope, bool *exists)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    *exists = !err && body->voice_count > 0;
    return err;
}

static int if_terms(struct scope *scope, bool *exists)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    *exists = !err && body->term_count > 0;
    return err;
}

/* clang-format off */
static const struct {
    const char *name;
    enum kind kind;
    int (*exists)(struct scope *scope, bool *exists); /* NULL: always */
} formats[] = {
    {"turns", KIND_TURNS, if_body},
    {"original", KIND_ORIGINAL, if_originals},
    {"sections", KIND_SECTIONS, if_sections},
    {"voices", KIND_VOICES, if_voices},
    {"meta", KIND_META, if_values},
    {"meta.json", KIND_META_JSON, if_front},
    {"transcript.txt", KIND_TRANSCRIPT, if_body},
    {"sections.tsv", KIND_SECTIONS_TSV, if_sections},
    {"voices.tsv", KIND_VOICES_TSV, if_voices},
    {"glossary.tsv", KIND_GLOSSARY_TSV, if_terms},
    {"source.md", KIND_SOURCE, NULL},
};
/* clang-format on */

enum { FORMATS = sizeof formats / sizeof *formats };

int format_check(struct scope *scope)
{
    int err = check_episode(scope);
    for (size_t i = 0; i < FORMATS && !err; i++) {
        bool exists = true;
        if (formats[i].kind != scope->node.kind || !formats[i].exists)
            continue;
        err = formats[i].exists(scope, &exists);
        if (!err && !exists)
            err = -ESTALE;
    }
    return err;
}

static int format_child(const struct scope *scope, size_t format, struct child *child)
{
    bool has_version = kinds[formats[format].kind].has_version;
    return child_is(child, formats[format].kind, scope->node.i,
                    has_version ? scope_episode(scope)->version : 0,
                    slice_of(formats[format].name));
}

/* A body that cannot be read hides what is made of it, and not the rest. */
int episode_child(struct scope *scope, uint64_t place, struct child *child)
{
    bool exists = true;
    if (place >= FORMATS)
        return -ENOENT;
    if (formats[place].exists && formats[place].exists(scope, &exists))
        exists = false;
    return exists ? format_child(scope, place, child) : CHILD_GAP;
}

/* By name, so that meta/ costs no body. */
int episode_find(struct scope *scope, struct slice name, struct child *child)
{
    for (size_t i = 0; i < FORMATS; i++) {
        bool exists = true;
        if (!slice_equal(name, slice_of(formats[i].name)))
            continue;
        int err = formats[i].exists ? formats[i].exists(scope, &exists) : 0;
        return err ? err : exists ? format_child(scope, i, child) : -ENOENT;
    }
    return -ENOENT;
}

/* --- turns ------------------------------------------------------------------------------------ */

/* Digits of a turn's number, so that names sort as the turns do. */
static int number_width(uint32_t count)
{
    int width = 3;
    for (uint32_t limit = 1000; count >= limit; limit *= 10)
        width++;
    return width;
}

int turn_child(const struct scope *scope, const struct body *body, enum kind kind, uint64_t turn,
               struct child *child)
{
    if (turn >= body->count)
        return -ENOENT;
    int len = snprintf(child->text, sizeof child->text, "%0*u.txt", number_width(body->count),
                       (unsigned)turn + 1);
    child_is(child, kind, scope->node.i,
             kinds[kind].has_version ? scope_episode(scope)->version : 0,
             (struct slice){child->text, (size_t)len});
    child->node.j = (uint32_t)turn;
    return 0;
}

int turns_child(struct scope *scope, uint64_t place, struct child *child)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    return err ? err : turn_child(scope, body, KIND_TURN, place, child);
}

int turn_number(struct slice name, uint64_t *turn)
{
    uint64_t number = 0;
    for (size_t i = 0; i < name.len && i < 6 && name.data[i] >= '0' && name.data[i] <= '9'; i++)
        number = number * 10 + (uint64_t)(name.data[i] - '0');
    *turn = number - 1;
    return number ? 0 : -ENOENT;
}

int turns_find(struct scope *scope, struct slice name, struct child *child)
{
    const struct body *body;
    uint64_t turn;
    int err = turn_number(name, &turn);
    if (!err)
        err = scope_body(scope, &body);
    if (!err)
        err = turn_child(scope, body, KIND_TURN, turn, child);
    /* One number has one name: 1.txt and 0001.txt are none where 001.txt is. */
    return err ? err : slice_equal(child->name, name) ? 0 : -ENOENT;
}

int turn_check(struct scope *scope)
{
    const struct body *body;
    int err = check_episode(scope);
    if (!err)
        err = scope_body(scope, &body);
    if (err || scope->node.j >= body->count)
        return err ? err : -ESTALE;
    bool exists = scope->node.kind == KIND_TURN || body->turns[scope->node.j].original.len;
    return exists ? 0 : -ESTALE;
}

/* What the file of a turn holds, or that of its original. */
static struct slice turn_file(const struct scope *scope, const struct body *body)
{
    const struct turn *turn = &body->turns[scope->node.j];
    return scope->node.kind == KIND_TURN ? turn_text(body, turn) : turn_original(body, turn);
}

int turn_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    if (!err)
        text_lend(text, turn_file(scope, body), offset, len);
    return err;
}

int turn_size(struct scope *scope, uint64_t *size)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    *size = err ? 0 : turn_file(scope, body).len;
    return err;
}

/* --- transcript.txt: line N is turn N --------------------------------------------------------- */

/*
 * The same bytes as the turns one behind the other, with a space in place of each newline inside a
 * turn: so a range of it is found without rendering the rest, and two spaces are a new paragraph.
 */
int transcript_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    if (err)
        return err;
    text_lend(text, (struct slice){body->text, body->len}, offset, len);
    buf_add_slice(&text->own, text->bytes);
    if (text->own.failed || text->bytes.len == 0)
        return 0;
    text->bytes = buf_slice(&text->own);
    for (size_t i = 0; i < text->own.len; i++) {
        if (text->own.data[i] == '\n')
            text->own.data[i] = ' ';
    }
    uint32_t low = 0, high = body->count; /* the first turn that ends behind the offset */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (body->turns[middle].text + (uint64_t)body->turns[middle].len <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < body->count; low++) {
        uint64_t end = body->turns[low].text + (uint64_t)body->turns[low].len - 1 - offset;
        if (end >= text->own.len)
            break;
        text->own.data[end] = '\n';
    }
    return 0;
}

int transcript_size(struct scope *scope, uint64_t *size)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    *size = err ? 0 : body->len;
    return err;
}

/* --- source.md -------------------------------------------------------------------------------- */

int source_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    const struct episode *episode = scope_episode(scope);
    uint64_t size = (uint64_t)episode->id.size;

    if (offset >= size)
        return 0;
    uint64_t most = size - offset < len ? size - offset : len;
    int err = cache_read_content(tree_parts(scope->tree)->cache, episode, offset, most, &text->own);
    text->bytes = buf_slice(&text->own);
    return err;
}

int source_size(struct scope *scope, uint64_t *size)
{
    *size = (uint64_t)scope_episode(scope)->id.size;
    return 0;
}
