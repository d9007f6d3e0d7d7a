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

/* Behind `>>`, as of `>> ANA LIMA: `. */
static struct slice without_chevrons(struct slice name)
{
    while (slice_starts(name, SLICE(">")))
        name = slice_skip(name, 1);
    return label_trim_space(name);
}

/* The bytes of "Ana Lima: ", "[Ana Lima]: ", "- Ana Lima: " or ">> Ana Lima: " at the front, and
 * the name in it; or 0. */
static size_t read_prefix(struct slice text, struct slice *name)
{
    struct slice head = slice_head(text, LABEL_MAX_BYTES);
    const char *colon = head.len ? memmem(head.data, head.len, ": ", 2) : NULL;
    *name = (struct slice){0};
    if (!colon || memchr(head.data, '\n', (size_t)(colon - head.data)) || has_two_dashes(text))
        return 0;
    struct slice before = {head.data, (size_t)(colon - head.data)};
    *name = without_chevrons(without_dash(before));
    if (name->len > 2 && name->data[0] == '[' && slice_ends(*name, SLICE("]")))
        *name = slice_trim((struct slice){name->data + 1, name->len - 2});
    return name->len ? before.len + 2 : 0;
}

static bool is_lone_name(struct slice name)
{
    return label_is_lone_name(name) && label_is_name(name) && !label_is_note(name);
}

/* The bytes of "[Ana Lima] ", "(Ana Lima) " or "【山田】" at the front or on the first line, and
 * the name in it; or 0. */
static size_t read_brackets(struct slice text, struct slice *name)
{
    static const struct {
        struct slice open, close;
    } all[] = {{SLICE("["), SLICE("] ")},  {SLICE("["), SLICE("]\n")}, {SLICE("("), SLICE(") ")},
               {SLICE("("), SLICE(")\n")}, {SLICE("【"), SLICE("】")}, {SLICE("（"), SLICE("）")}};
    struct slice head = slice_head(text, LABEL_MAX_BYTES);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const struct slice open = all[i].open, close = all[i].close;
        const char *end = slice_starts(head, open)
                              ? memmem(head.data, head.len, close.data, close.len)
                              : NULL;
        size_t len = end ? (size_t)(end - head.data) : 0;
        *name = label_trim_space(slice_skip(slice_head(head, len), end ? open.len : 0));
        if (end && len + close.len < text.len && is_lone_name(*name))
            return len + close.len;
    }
    return 0;
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

/* Whether a cue that has no name is somebody else's. */
static bool is_other(struct slice text)
{
    return slice_starts(text, SLICE("-")) || slice_starts(text, SLICE(">"));
}

/* Whether all cues have such a label; or, where `has_no_colon`, the first and half of them, and the
 * names come again and answer each other. 0 or -ENOMEM. */
static int is_common(const struct cues *cues, read_fn *read, bool has_no_colon, bool *is)
{
    struct label_kind names = {0};
    struct slice name;
    size_t named = 0, at = 0;
    int err = 0;
    for (; at < cues->count && !err && !cues->at[at].speaker_len; at++) {
        struct slice text = cue_text(cues, &cues->at[at]);
        if (read(text, &name)) {
            named++;
            err = has_no_colon ? evidence_count_kind(&names, name) : 0;
        } else if (!has_no_colon || at == 0 || is_other(text)) {
            break;
        }
    }
    *is = at == cues->count && named >= FEW_CUES && named * 2 >= at &&
          (!has_no_colon || (names.again * 3 >= names.total * 2 && names.exchanges));
    map_free(&names.uses);
    return err;
}

/* What cues have in common; NULL: nothing. 0 or -ENOMEM. */
static int find_common(const struct cues *cues, read_fn **common)
{
    static read_fn *const all[] = {read_prefix, read_brackets, read_first_line};
    bool is = false;
    int err = 0;
    *common = NULL;
    for (size_t i = 0; i < sizeof all / sizeof *all && !is && !err; i++) {
        err = is_common(cues, all[i], i > 0, &is);
        if (is)
            *common = all[i];
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
        if (cues->at[i].speaker_len ||
            (has_prefix ? !is_whole_name(name) : i == 0 || is_other(text)))
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
