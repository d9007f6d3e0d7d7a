#include "cues/cues.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/utf8.h"

/* Replaces white space by one space, or by one '\n' if it has a line end, and drops it at the
 * front. In place: the result is never longer. */
static size_t tidy(char *text, size_t len)
{
    size_t to = 0;
    char space = '\0';
    for (size_t from = 0; from < len; from++) {
        char c = text[from];
        if (byte_is_space(c)) {
            space = c == '\n' || space == '\n' ? '\n' : ' ';
            continue;
        }
        if (space && to)
            text[to++] = space;
        space = '\0';
        text[to++] = c;
    }
    return to;
}

int cues_add_written(struct cues *cues, const struct cue *cue, size_t from)
{
    struct buf *text = &cues->text;
    if (text->failed)
        return -ENOMEM;
    size_t len = text->len > from ? tidy(text->data + from, text->len - from) : 0;
    text->len = from + len;
    if (len == 0)
        return 0;
    if (text->len > UINT32_MAX || (cues->most && cues->count >= cues->most))
        return -E2BIG;
    if (!array_reserve(&cues->at, cues->count, &cues->cap, sizeof *cues->at))
        return -ENOMEM;
    struct cue *added = &cues->at[cues->count++];
    *added = *cue;
    added->text = (uint32_t)from;
    added->len = (uint32_t)len;
    if (added->end < added->start)
        added->end = NO_TIME;
    return 0;
}

void cues_name(struct cues *cues, struct cue *cue, struct slice speaker)
{
    struct buf *text = &cues->text;
    size_t from = text->len;
    const struct cue *last = cues->count ? &cues->at[cues->count - 1] : NULL;

    buf_add_slice(text, speaker);
    if (text->failed)
        return;
    size_t len = from < text->len ? tidy(text->data + from, text->len - from) : 0;
    for (size_t i = from; i < from + len; i++) {
        if (text->data[i] == '\n')
            text->data[i] = ' ';
    }
    text->len = from + len;
    cue->speaker = (uint32_t)from;
    cue->speaker_len = (uint32_t)len;
    struct slice name = {text->data ? text->data + from : NULL, len};
    if (last && slice_equal(cue_speaker(cues, last), name)) {
        cue->speaker = last->speaker;
        text->len = from;
    }
}

int cues_add(struct cues *cues, const struct cue *cue, struct slice speaker, struct slice text)
{
    struct cue added = *cue;
    cues_name(cues, &added, speaker);
    size_t from = cues->text.len;
    buf_add_slice(&cues->text, text);
    return cues_add_written(cues, &added, from);
}

int cues_repair(struct slice *text, struct buf *own, struct diags *diags)
{
    struct slice rest = *text, part;
    cleanup_buf struct buf valid = {0};
    bool is_broken = diags_add_broken_utf8(diags, rest, 1);

    if (is_broken) {
        utf8_repair(&valid, rest);
        rest = buf_slice(&valid);
    }
    if (!is_broken && (rest.len == 0 || !memchr(rest.data, '\0', rest.len)))
        return 0;
    for (bool is_first = true; slice_take(&rest, '\0', &part); is_first = false) {
        if (!is_first)
            buf_add_text(own, "\xEF\xBF\xBD");
        buf_add_slice(own, part);
    }
    *text = buf_slice(own);
    return valid.failed || own->failed ? -ENOMEM : 0;
}

bool cue_ends_sentence(struct slice words)
{
    static const struct slice closing[] = {SLICE("\""), SLICE("'"),  SLICE(")"), SLICE("]"),
                                           SLICE("”"),  SLICE("’"),  SLICE("»"), SLICE("」"),
                                           SLICE("』"), SLICE("）"), SLICE("♪")};
    static const struct slice marks[] = {SLICE("."),  SLICE("!"),  SLICE("?"),  SLICE("…"),
                                         SLICE("。"), SLICE("！"), SLICE("？"), SLICE("؟"),
                                         SLICE("।"),  SLICE("։"),  SLICE("።")};
    for (size_t i = 0; i < sizeof closing / sizeof *closing; i++) {
        if (slice_ends(words, closing[i])) {
            words.len -= closing[i].len;
            i = (size_t)-1;
        }
    }
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (slice_ends(words, marks[i]))
            return true;
    }
    return false;
}

void cues_report_backward(const struct cues *cues, struct diags *diags)
{
    enum { MOST_TOLD = 20 };
    int64_t before = NO_TIME;
    int told = 0;
    for (size_t i = 0; i < cues->count && told < MOST_TOLD; i++) {
        const struct cue *cue = &cues->at[i];
        int64_t back = before == NO_TIME || cue->start == NO_TIME ? 0 : before - cue->start;
        before = cue->start == NO_TIME ? before : cue->start;
        if (back <= 0)
            continue;
        told++;
        diags_add(diags, cue->line, 0, "it is kept where it stands",
                  "it begins %lld.%03lld s before the cue before it", (long long)(back / 1000),
                  (long long)(back % 1000));
    }
}

void cues_free(struct cues *cues)
{
    free(cues->at);
    free(cues->chapters);
    buf_free(&cues->titles);
    buf_free(&cues->text);
    *cues = (struct cues){0};
}
