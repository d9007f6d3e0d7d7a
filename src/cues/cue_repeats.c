#include "cues/cue_repeats.h"

enum {
    TOUCHING = 100,   /* milliseconds between two cues, at most */
    FEW = 8,          /* cues are no evidence */
    MOST_LINES = 8,   /* of a cue that stay on the screen */
    MOST_PERCENT = 90 /* of the cues that touch the one before begin with the end of that */
};

/* The length of the longest prefix of a text that is the last lines of the one before it. */
static uint32_t repeated(struct slice before, struct slice text)
{
    uint32_t longest = 0;
    size_t lines = 0;
    for (size_t at = before.len; at > 0 && lines < MOST_LINES; lines++) {
        const char *newline = memrchr(before.data, '\n', at - 1);
        size_t begin = newline ? (size_t)(newline - before.data) + 1 : 0;
        struct slice end = slice_skip(before, begin);
        if (slice_starts(text, end) && (text.len == end.len || text.data[end.len] == '\n'))
            longest = (uint32_t)end.len;
        at = begin;
    }
    return longest;
}

/* The part before the last number of "guid/12-1"; empty if there is none. */
static struct slice id_base(struct slice id)
{
    size_t len = id.len;
    while (len && id.data[len - 1] >= '0' && id.data[len - 1] <= '9')
        len--;
    return len && len < id.len && id.data[len - 1] == '-' ? slice_head(id, len) : (struct slice){0};
}

static bool grows(const struct cues *cues, const struct cue *before, const struct cue *cue)
{
    struct slice words = cue_text(cues, cue), old = cue_text(cues, before);
    return slice_starts(words, old) &&
           (words.len == old.len || byte_is_space(words.data[old.len])) &&
           slice_equal(cue_speaker(cues, before), cue_speaker(cues, cue)) &&
           cue->start >= before->start && cue->start < before->end;
}

void cue_repeats_note(struct cue_repeats *repeats, struct cues *cues, size_t first, struct slice id,
                      bool is_marked)
{
    struct slice base = id_base(id);
    bool is_same = base.len && slice_equal(base, id_base(repeats->id));
    repeats->captions++;
    repeats->marked += is_marked;
    repeats->id = id;
    if (!is_same || first == 0 || cues->count != first + 1)
        return;
    struct cue *before = &cues->at[first - 1], *cue = &cues->at[first];
    if (!grows(cues, before, cue))
        return;
    cue->start = before->start;
    cue->line = before->line;
    *before = *cue;
    cues->count--;
}

static bool repeats_itself(const struct cue_repeats *repeats, const struct cues *cues)
{
    size_t touching = 0, again = 0;
    for (size_t i = 1; i < cues->count; i++) {
        const struct cue *before = &cues->at[i - 1], *cue = &cues->at[i];
        if (before->end == NO_TIME || cue->start > before->end + TOUCHING ||
            cue->start <= before->start)
            continue;
        touching++;
        again += repeated(cue_text(cues, before), cue_text(cues, cue)) > 0;
    }
    if (repeats->marked * 4 >= repeats->captions && again * 2 >= touching)
        return again > 0;
    return touching >= FEW && again * 100 >= touching * MOST_PERCENT;
}

void cue_repeats_drop(const struct cue_repeats *repeats, struct cues *cues)
{
    struct slice before = {0};
    size_t kept = 0;
    if (!repeats_itself(repeats, cues))
        return;
    for (size_t i = 0; i < cues->count; i++) {
        struct cue cue = cues->at[i];
        struct slice text = cue_text(cues, &cue);
        uint32_t again = repeated(before, text);
        before = text;
        if (again == cue.len) {
            /* It is still there. */
            struct cue *last = &cues->at[kept - 1];
            if (last->end != NO_TIME && cue.end > last->end)
                last->end = cue.end;
            continue;
        }
        again += again > 0;
        cue.text += again;
        cue.len -= again;
        cues->at[kept++] = cue;
    }
    cues->count = kept;
}
