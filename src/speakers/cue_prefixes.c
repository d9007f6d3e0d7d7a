#include "speakers/cue_prefixes.h"

#include "speakers/evidence.h"
#include "speakers/label.h"
#include "speakers/label_names.h"
#include "speakers/label_plain.h"
#include "speakers/label_signs.h"

enum {
    FEW_CUES = 3,  /* tell nothing by all having a label, unless each is a whole name */
    MANY_CUES = 8, /* have evidence of other kinds */
};

static struct slice without_dash(struct slice name)
{
    return label_trim_space(slice_skip(name, slice_starts(name, SLICE("- ")) ? 2 : 0));
}

/* Whether two speak, each behind a dash. */
static bool has_two_dashes(struct slice text)
{
    return slice_starts(text, SLICE("- ")) && memmem(text.data, text.len, "\n-", 2);
}

/* The bytes of "Ana Lima: ", "[Ana Lima]: " or "- Ana Lima: " at the front, and the name in it; or
 * 0. */
static size_t read_prefix(struct slice text, struct slice *name)
{
    struct slice head = slice_head(text, LABEL_MAX_BYTES);
    const char *colon = head.len ? memmem(head.data, head.len, ": ", 2) : NULL;
    *name = (struct slice){0};
    if (!colon || memchr(head.data, '\n', (size_t)(colon - head.data)) || has_two_dashes(text))
        return 0;
    struct slice before = {head.data, (size_t)(colon - head.data)};
    *name = without_dash(before);
    if (name->len > 2 && name->data[0] == '[' && slice_ends(*name, SLICE("]")))
        *name = slice_trim((struct slice){name->data + 1, name->len - 2});
    return name->len ? before.len + 2 : 0;
}

static bool is_lone_name(struct slice name)
{
    return label_is_lone_name(name) && label_is_name(name) && !label_is_note(name);
}

/* The bytes of "[Ana Lima] " at the front, and the name in it; or 0. */
static size_t read_brackets(struct slice text, struct slice *name)
{
    struct slice head = slice_head(text, LABEL_MAX_BYTES);
    const char *close = slice_starts(head, SLICE("[")) ? memmem(head.data, head.len, "] ", 2)
                                                       : NULL;
    if (!close)
        return 0;
    *name = label_trim_space((struct slice){head.data + 1, (size_t)(close - head.data) - 1});
    return is_lone_name(*name) ? (size_t)(close - head.data) + 2 : 0;
}

/* The bytes of "ANA LIMA" or "- Ana Lima" and the end of the line, above words; or 0. */
static size_t read_first_line(struct slice text, struct slice *name)
{
    const char *end = text.len ? memchr(text.data, '\n', text.len) : NULL;
    size_t len = end ? (size_t)(end - text.data) + 1 : 0;
    *name = without_dash(slice_head(text, len));
    return len && len < text.len && is_lone_name(*name) && !has_two_dashes(text) ? len : 0;
}

typedef size_t read_fn(struct slice text, struct slice *name);

/* What all cues have; NULL: nothing. Where no colon marks it, two have to answer each other. 0 or
 * -ENOMEM. */
static int find_common(const struct cues *cues, read_fn **common)
{
    static read_fn *const all[] = {read_prefix, read_brackets, read_first_line};
    int err = 0;
    *common = NULL;
    for (size_t i = 0; i < sizeof all / sizeof *all && !*common && !err; i++) {
        struct label_kind names = {0};
        struct slice name;
        size_t at = 0;
        while (at < cues->count && !err && !cues->at[at].speaker_len &&
               all[i](cue_text(cues, &cues->at[at]), &name)) {
            err = i ? evidence_count_kind(&names, name) : 0;
            at++;
        }
        bool are_names = i == 0 || (names.again * 3 >= names.total * 2 && names.exchanges);
        if (at == cues->count && at >= FEW_CUES && are_names)
            *common = all[i];
        map_free(&names.uses);
    }
    return err;
}

static bool is_whole_name(struct slice name)
{
    return memchr(name.data, ' ', name.len) && label_is_name(name) && !label_is_note(name);
}

/* Whether few cues have labels: the first has one, each is a whole name or `Speaker 1`, and if some
 * cues go on without one, the first name recurs. */
static bool few_have_names(const struct cues *cues)
{
    struct slice name, first = {0};
    size_t named = 0, again = 0;
    for (size_t i = 0; i < cues->count && cues->count < MANY_CUES; i++) {
        struct slice text = cue_text(cues, &cues->at[i]);
        bool has_prefix = read_prefix(text, &name) > 0;
        bool is_other = slice_starts(text, SLICE("-")) || slice_starts(text, SLICE(">"));
        if (cues->at[i].speaker_len || (has_prefix ? !is_whole_name(name) : i == 0 || is_other))
            return false;
        named += has_prefix;
        again += has_prefix && slice_equal(name, first);
        if (i == 0)
            first = name;
    }
    return named > 1 && (named == cues->count || again);
}

/* A cue without a label goes on. */
static void take_prefixes(struct cues *cues, read_fn *read)
{
    struct slice name;
    for (size_t i = 0; i < cues->count; i++) {
        struct cue *cue = &cues->at[i];
        uint32_t prefix = (uint32_t)read(cue_text(cues, cue), &name);
        if (!prefix)
            name = cue_speaker(cues, &cue[-1]);
        cue->speaker = (uint32_t)(name.data - cues->text.data);
        cue->speaker_len = (uint32_t)name.len;
        cue->text += prefix;
        cue->len -= prefix;
    }
}

int cue_prefixes_take(struct cues *cues)
{
    read_fn *read;
    int err = find_common(cues, &read);
    if (!err && !read && few_have_names(cues))
        read = read_prefix;
    if (!err && read)
        take_prefixes(cues, read);
    return err;
}
