#include "tree/attributes.h"

#include <errno.h>

#include "base/utf8.h"
#include "render/episode_metadata.h"
#include "transcript/refs.h"
#include "values/timestamp.h"

/* The longest value, in bytes: ext4, to which clients copy, keeps all attributes of a file in 4
 * KiB. */
enum { MOST_BYTES = 3800 };

/* A node, and the sources of its attributes. */
struct subject {
    struct scope *scope;
    struct episode_metadata metadata;
    const struct body *body; /* of a turn, its original, a voice; else NULL */
    const struct turn *turn; /* of a turn or its original; else NULL */
    bool is_original;
};

static int read_metadata(struct scope *scope, struct episode_metadata *metadata)
{
    struct material material;
    int err = scope_material(scope, NEEDS_FRONT, &material);
    return err ? err : episode_metadata_read(&material, metadata);
}

static int read_subject(struct scope *scope, struct subject *subject)
{
    enum kind kind = scope->node.kind;
    bool is_turn = kind == KIND_TURN || kind == KIND_ORIGINAL_TURN;
    *subject = (struct subject){.scope = scope, .is_original = kind == KIND_ORIGINAL_TURN};
    int err = read_metadata(scope, &subject->metadata);
    if (!err && (is_turn || kind == KIND_VOICE))
        err = scope_body(scope, &subject->body);
    if (!err && is_turn)
        subject->turn = &subject->body->turns[scope->node.j];
    return err;
}

/* --- the attributes: each function appends the value, or nothing if there is none ------------- */

static void add_title(const struct subject *s, struct buf *out)
{
    buf_add_slice(out, scope_episode(s->scope)->head.title);
}

static void add_date(const struct subject *s, struct buf *out)
{
    buf_add_slice(out, s->metadata.date);
}

static void add_name(void *out_, struct slice name)
{
    struct buf *out = out_;
    if (out->len)
        buf_add_text(out, ", ");
    buf_add_slice(out, name);
}

static void add_creator(const struct subject *s, struct buf *out)
{
    out->failed |= episode_metadata_each(s->metadata.creators, add_name, out) != 0;
}

static void add_episode(const struct subject *s, struct buf *out)
{
    buf_add_slice(out, scope_episode(s->scope)->name);
}

static void add_ref(const struct subject *s, struct buf *out)
{
    if (s->turn)
        ref_add(out, s->turn->ref);
}

static void add_source(const struct subject *s, struct buf *out)
{
    if (s->turn)
        episode_metadata_add_lines(scope_episode(s->scope), s->turn, out);
    else
        utf8_repair(out, scope_episode(s->scope)->path);
}

static void add_speaker(const struct subject *s, struct buf *out)
{
    if (s->turn)
        buf_add_slice(out, s->is_original ? turn_original_speaker(s->body, s->turn)
                                          : turn_speaker(s->body, s->turn));
    else if (s->body)
        buf_add_slice(out, body_voice_name(s->body, &s->body->voices[s->scope->node.j]));
}

static void add_start(const struct subject *s, struct buf *out)
{
    if (s->turn && s->turn->start != NO_TIME)
        buf_printf(out, "%.3f", (double)s->turn->start / 1000);
}

static void add_turn(const struct subject *s, struct buf *out)
{
    if (s->turn)
        buf_printf(out, "%u", (unsigned)s->scope->node.j + 1);
}

static void add_language(const struct subject *s, struct buf *out)
{
    buf_add_slice(out, s->is_original ? slice_of(s->turn->language) : s->metadata.language);
}

static void add_url(const struct subject *s, struct buf *out)
{
    if (s->turn)
        episode_metadata_add_turn_link(&s->metadata, s->body, s->turn, out);
    else
        buf_add_slice(out, s->metadata.url);
}

/* Names from the list of freedesktop.org, as far as it has them. */
static const struct attribute {
    const char *name;
    void (*add)(const struct subject *subject, struct buf *out);
} attributes[] = {
    {"user.dublincore.creator", add_creator}, {"user.dublincore.date", add_date},
    {"user.dublincore.title", add_title},     {"user.transcript.episode", add_episode},
    {"user.transcript.ref", add_ref},         {"user.transcript.source", add_source},
    {"user.transcript.speaker", add_speaker}, {"user.transcript.start", add_start},
    {"user.transcript.turn", add_turn},       {"user.xdg.language", add_language},
    {"user.xdg.origin.url", add_url},
};

/* --- requests --------------------------------------------------------------------------------- */

static void add_cut(struct buf *out, struct slice value)
{
    static const char more[] = "…";
    bool is_long = value.len > MOST_BYTES;
    buf_add_slice(out, is_long ? utf8_cut(value, MOST_BYTES - (sizeof more - 1)) : value);
    buf_add_text(out, is_long ? more : "");
}

/* Appends the value; -ENODATA if there is none. */
static int add_value(const struct subject *subject, const struct attribute *attribute,
                     struct buf *out)
{
    cleanup_buf struct buf value = {0};
    attribute->add(subject, &value);
    if (value.failed)
        return -ENOMEM;
    if (value.len == 0)
        return -ENODATA;
    add_cut(out, buf_slice(&value));
    return 0;
}

int attributes_get(struct scope *scope, struct slice name, struct buf *value)
{
    const struct attribute *attribute = NULL;
    struct subject subject;
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        if (slice_equal(name, slice_of(attributes[i].name)))
            attribute = &attributes[i];
    }
    if (!attribute)
        return -ENODATA;
    int err = read_subject(scope, &subject);
    return err ? err : add_value(&subject, attribute, value);
}

int attributes_list(struct scope *scope, struct buf *names)
{
    struct subject subject;
    int err = read_subject(scope, &subject);
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes && !err; i++) {
        cleanup_buf struct buf value = {0};
        err = add_value(&subject, &attributes[i], &value);
        if (!err)
            buf_add(names, attributes[i].name, strlen(attributes[i].name) + 1);
        else if (err == -ENODATA)
            err = 0;
    }
    return err;
}
