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

static bool has_body(const struct episode *episode)
{
    return episode->has_body;
}

static bool has_values(const struct episode *episode)
{
    return episode->has_values;
}

static bool has_front(const struct episode *episode)
{
    return episode->has_front;
}

static const struct {
    const char *name;
    enum kind kind;
    bool (*exists)(const struct episode *episode); /* NULL: always */
} formats[] = {
    {"turns", KIND_TURNS, has_body},          {"meta", KIND_META, has_values},
    {"meta.json", KIND_META_JSON, has_front}, {"transcript.txt", KIND_TRANSCRIPT, has_body},
    {"source.md", KIND_SOURCE, NULL},
};

int format_check(struct scope *scope)
{
    int err = check_episode(scope);
    for (size_t i = 0; i < sizeof formats / sizeof *formats && !err; i++) {
        if (formats[i].kind == scope->node.kind && formats[i].exists &&
            !formats[i].exists(scope_episode(scope)))
            err = -ESTALE;
    }
    return err;
}

int episode_child(struct scope *scope, uint64_t place, struct child *child)
{
    const struct episode *episode = scope_episode(scope);
    if (place >= sizeof formats / sizeof *formats)
        return -ENOENT;
    if (formats[place].exists && !formats[place].exists(episode))
        return CHILD_GAP;
    bool has_version = kinds[formats[place].kind].has_version;
    return child_is(child, formats[place].kind, scope->node.i, has_version ? episode->version : 0,
                    slice_of(formats[place].name));
}

/* --- turns
 * ---------------------------------------------------------------------------------------- */

/* Digits of a turn's number, so that names sort as the turns do. */
static int number_width(uint32_t count)
{
    int width = 3;
    for (uint32_t limit = 1000; count >= limit; limit *= 10)
        width++;
    return width;
}

static int turn_child(const struct scope *scope, const struct body *body, uint64_t turn,
                      struct child *child)
{
    if (turn >= body->count)
        return -ENOENT;
    int len = snprintf(child->text, sizeof child->text, "%0*u.txt", number_width(body->count),
                       (unsigned)turn + 1);
    child_is(child, KIND_TURN, scope->node.i, scope_episode(scope)->version,
             (struct slice){child->text, (size_t)len});
    child->node.j = (uint32_t)turn;
    return 0;
}

int turns_child(struct scope *scope, uint64_t place, struct child *child)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    return err ? err : turn_child(scope, body, place, child);
}

int turns_find(struct scope *scope, struct slice name, struct child *child)
{
    const struct body *body;
    uint64_t number = 0;

    for (size_t i = 0; i < name.len && i < 6 && name.data[i] >= '0' && name.data[i] <= '9'; i++)
        number = number * 10 + (uint64_t)(name.data[i] - '0');
    int err = number ? scope_body(scope, &body) : -ENOENT;
    if (!err)
        err = turn_child(scope, body, number - 1, child);
    /* One number has one name: 1.txt and 0001.txt are none where 001.txt is. */
    return err ? err : slice_equal(child->name, name) ? 0 : -ENOENT;
}

int turn_check(struct scope *scope)
{
    const struct body *body;
    int err = check_episode(scope);
    if (!err)
        err = scope_body(scope, &body);
    return err ? err : scope->node.j < body->count ? 0 : -ESTALE;
}

int turn_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    if (!err)
        text_lend(text, turn_text(body, &body->turns[scope->node.j]), offset, len);
    return err;
}

int turn_size(struct scope *scope, uint64_t *size)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    *size = err ? 0 : body->turns[scope->node.j].len;
    return err;
}

/* --- transcript.txt: line N is turn N
 * --------------------------------------------------------------- */

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

/* --- source.md
 * ---------------------------------------------------------------------------------------- */

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
