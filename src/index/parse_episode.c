#include "index/parse_episode.h"

#include "base/path.h"
#include "cues/source_form.h"
#include "index/beside.h"
#include "transcript/align.h"
#include "transcript/refs.h"
#include "transcript/source.h"
#include "values/decode.h"
#include "values/file_name.h"

enum { CAPTIONS_HEAD = 4 * 1024 /* bytes that contain the language of captions */ };

/* Decodes the first `len` bytes of a file; `bytes` holds them, and must live as long as the text.
 */
static int read_text(const struct parse_episode *p, const struct source *source, uint64_t len,
                     struct buf *bytes, struct decoded *decoded)
{
    int err = p->content->read(p->content->context, source, 0, len, bytes);
    return err ? err : decode(buf_slice(bytes), true, decoded);
}

/* Reads the front matter of a text and the sidecars. The scan has reported their mistakes already.
 */
static int describe(const struct parse_episode *p, struct slice text, struct front *front,
                    struct sidecars *beside)
{
    const struct episode *episode = p->episode;
    struct diags discarded = {.arena = p->arena, .count = DIAGS_MAX};
    *beside = sidecars_begin(p->arena);
    int err = beside_describe(p->content, episode->path, &episode->companions, p->limits,
                              &discarded, beside);
    if (!err)
        err = source_read_front(source_form_of(episode->path), p->arena, text, true, p->limits,
                                &discarded, front);
    if (!err)
        sidecars_put_front(beside, front->map);
    return err;
}

int parse_episode_front(const struct parse_episode *p, struct front *front)
{
    const struct episode *episode = p->episode;
    const struct source source = {episode->path, &episode->id};
    cleanup_buf struct buf bytes = {0};
    cleanup_decoded struct decoded decoded = {0};
    struct sidecars beside;

    uint64_t size = (uint64_t)episode->id.size, len = episode->head.body;
    if (source_form_of(episode->path) != SOURCE_MARKDOWN)
        len = size < CAPTIONS_HEAD ? size : CAPTIONS_HEAD;
    int err = read_text(p, &source, len, &bytes, &decoded);
    if (!err)
        err = describe(p, decoded.text, front, &beside);
    if (!err)
        front->map = beside.map;
    return err;
}

/* Parses the turns of one of the files of an episode, and returns its sidecars in `beside`. */
static int parse_source(const struct parse_episode *p, const struct source *source,
                        struct diags *diags, struct sidecars *beside, struct body *body)
{
    const struct episode *episode = p->episode;
    cleanup_buf struct buf bytes = {0};
    cleanup_decoded struct decoded decoded = {0};
    struct front front;
    enum source_form form = source_form_of(source->path);

    int err = read_text(p, source, (uint64_t)source->id->size, &bytes, &decoded);
    if (!err)
        err = describe(p, decoded.text, &front, beside);
    if (err)
        return err;
    cleanup_parse_guard struct parse_guard guard = parse_guard_begin(
        p->content->quarantine, GUARDED_BODY, source->path, source->id);
    /* The next scan leaves its words out: till then nobody knows another version of it. */
    if (guard.is_quarantined)
        return -EAGAIN;
    err = source_read_body(form, slice_skip(decoded.text, front.body),
                           form == SOURCE_MARKDOWN ? episode->head.body_line : 1, beside->map,
                           episode->own ? episode->own->aliases : (struct slice){0}, p->limits,
                           diags, body);
    guard.has_passed = !err;
    return err;
}

/* Adds the originals if the captions are a translation. The mistakes of that file belong to its own
 * episode. */
static int parse_originals(const struct parse_episode *p, struct diags *diags, struct body *body)
{
    const struct episode *episode = p->episode;
    struct arena arena = {0};
    const struct parse_episode other = {p->content, p->limits, episode, &arena};
    struct diags discarded = {.arena = &arena, .count = DIAGS_MAX};
    struct body spoken = {0};
    struct sidecars beside;
    int err = 0;
    for (uint32_t i = 0; i < episode->companions.count && !err; i++) {
        const struct companion *companion = &episode->companions.at[i];
        const struct source source = {companion->path, &companion->id};
        if (companion->role != COMPANION_SPOKEN)
            continue;
        err = (uint64_t)companion->id.size > p->limits->at[LIMIT_FILE]
                  ? 0
                  : parse_source(&other, &source, &discarded, &beside, &spoken);
        if (!err)
            err = align_originals(body, &spoken, file_name_read(companion->path).language,
                                  path_base(companion->path), path_base(episode->path), diags);
        body_free(&spoken);
    }
    arena_free(&arena);
    return err;
}

int parse_episode_body(const struct parse_episode *p, struct diags *diags, struct body *body,
                       struct front *front, bool *has_front)
{
    const struct episode *episode = p->episode;
    const struct source source = {episode->path, &episode->id};
    struct sidecars beside;

    if (!episode->head.has_body)
        return 0;
    int err = parse_source(p, &source, diags, &beside, body);
    /* Of captions the head alone counts, which parse_episode_front() reads. */
    *has_front = !err && source_form_of(episode->path) == SOURCE_MARKDOWN;
    if (*has_front)
        front->map = beside.map;
    if (!err)
        err = refs_note(body, beside.map);
    if (!err)
        err = align_chapters(body, beside.chapters, beside.chapter_count);
    if (!err)
        err = parse_originals(p, diags, body);
    return !err && diags->failed ? -ENOMEM : err;
}
