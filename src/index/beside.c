#include "index/beside.h"

#include <errno.h>

#include "base/path.h"
#include "cues/source_form.h"
#include "values/file_name.h"

static int read_file(const struct content *content, const struct companion *companion,
                     struct buf *bytes, struct diags *diags)
{
    const struct source source = {companion->path, &companion->id};
    struct slice name = path_base(companion->path);
    if (companion->id.size > BESIDE_MOST) {
        diags_add(diags, 0, 0, "its keys are left out", "%.*s: more than 8 MiB", (int)name.len,
                  name.data);
        return 1;
    }
    int err = content->read(content->context, &source, 0, (uint64_t)companion->id.size, bytes);
    if (!err || err == -EAGAIN || error_passes(err))
        return err;
    diags_add(diags, 0, 0, "its keys are left out", "%.*s: %s", (int)name.len, name.data,
              strerror(-err));
    return 1;
}

static int describe_by(const struct content *content, const struct companion *companion,
                       const struct limits *limits, struct diags *diags, struct sidecars *all)
{
    static const enum sidecar_form forms[] = {[COMPANION_YAML] = SIDECAR_YAML,
                                              [COMPANION_FRONT] = SIDECAR_FRONT,
                                              [COMPANION_INFO] = SIDECAR_INFO};
    cleanup_buf struct buf bytes = {0};
    int err = read_file(content, companion, &bytes, diags);
    if (err)
        return err < 0 ? err : 0;
    cleanup_parse_guard struct parse_guard guard = parse_guard_begin(
        content->quarantine, GUARDED_HEAD, companion->path, &companion->id);
    if (guard.is_quarantined) {
        parse_guard_report(&guard, diags);
        return 0;
    }
    err = sidecars_read(all, forms[companion->role], path_base(companion->path), buf_slice(&bytes),
                        limits, diags);
    guard.has_passed = !err;
    return err;
}

int beside_describe(const struct content *content, struct slice path,
                    const struct companions *companions, const struct limits *limits,
                    struct diags *diags, struct sidecars *all)
{
    int err = 0;
    for (uint32_t i = 0; i < companions->count && !err; i++) {
        const struct companion *companion = &companions->at[i];
        if (companion->role > COMPANION_SOURCE && companion->role < COMPANION_VARIANT)
            err = describe_by(content, companion, limits, diags, all);
    }
    return err || source_form_of(path) == SOURCE_MARKDOWN ? err : sidecars_add_name(all, path);
}

/* --- the language that was spoken ------------------------------------------------------------- */

static struct slice primary_of(struct slice tag)
{
    return slice_head(tag,
                      slice_before(tag, &(const struct byte_set){{['-'] = true, ['_'] = true}}));
}

static bool is_language(struct slice tag, struct slice wanted)
{
    return tag.len == wanted.len && strncasecmp(tag.data, wanted.data, tag.len) == 0;
}

/* How well captions fit a language; 0: not at all. A transcription of the recording itself fits
 * best, then the same tag. */
static int fit(struct slice path, struct slice spoken)
{
    struct file_name name = file_name_read(path);
    if (!name.language.len || !is_language(primary_of(name.language), primary_of(spoken)))
        return 0;
    return is_language(name.spoken, name.language) ? 3 : 1 + is_language(name.language, spoken);
}

/* The spoken language according to the file names: `en-orig` of any, `de-en` of the file itself. */
static struct slice spoken_by_names(struct slice path, const struct companions *companions)
{
    struct file_name own = file_name_read(path);
    for (uint32_t i = 0; i < companions->count && !own.spoken.len; i++) {
        struct file_name name = file_name_read(companions->at[i].path);
        if (companions->at[i].role == COMPANION_VARIANT && is_language(name.spoken, name.language))
            own.spoken = name.spoken;
    }
    return own.spoken;
}

void beside_find_spoken(struct slice path, const struct sidecars *all, struct slice by_default,
                        struct companions *companions)
{
    const struct slice said[] = {all->original, spoken_by_names(path, companions), all->spoken,
                                 by_default};
    struct slice spoken = {0};
    struct companion *best = NULL;
    for (size_t i = 0; i < sizeof said / sizeof *said && !spoken.len; i++)
        spoken = said[i];
    bool is_translation = spoken.len && file_name_read(path).language.len && !fit(path, spoken);
    for (uint32_t i = 0; i < companions->count; i++) {
        struct companion *companion = &companions->at[i];
        if (companion->role == COMPANION_VARIANT && is_translation &&
            fit(companion->path, spoken) > (best ? fit(best->path, spoken) : 0))
            best = companion;
    }
    if (best)
        best->role = COMPANION_SPOKEN;
    for (uint32_t i = 0; i < companions->count; i++) {
        if (companions->at[i].role == COMPANION_VARIANT)
            companions->at[i].id = (struct file_id){0};
    }
}
