#include "parse/census.h"

#include <errno.h>

#include "base/utf8.h"

enum {
    RECURS = 3,         /* uses from which on a plain label can carry a dialogue */
    DIALOGUE_SHARE = 3, /* a dialogue: at least one paragraph in so many has such a label */
};

static int count(struct map *map, struct slice label)
{
    struct map_slot *slot = label.len ? map_put(map, label) : NULL;
    if (!slot)
        return label.len ? -ENOMEM : 0;
    slot->value = slot->value == UINT32_MAX ? 1 : slot->value + 1;
    return 0;
}

static uint32_t uses(const struct map *map, struct slice label)
{
    uint32_t count = label.len ? map_get(map, label) : UINT32_MAX;
    return count == UINT32_MAX ? 0 : count;
}

/* --- names that the front matter has ---------------------------------------------------------- */

static int know(struct census *census, struct slice name)
{
    cleanup_buf struct buf folded = {0};
    if (name.len == 0 || !utf8_fold(&folded, name))
        return folded.failed ? -ENOMEM : 0;
    struct slice kept = arena_copy(&census->arena, buf_slice(&folded));
    if (!kept.data)
        return -ENOMEM;
    return kept.len ? count(&census->known, kept) : 0;
}

/* A name, and each of its words: Ana Lima, Ana, Lima. Not what is shorter than three letters. */
static int know_name(struct census *census, struct slice name)
{
    struct slice rest = slice_trim(name), word;
    int err = know(census, rest);
    while (!err && slice_take(&rest, ' ', &word)) {
        if (word.len >= 3)
            err = know(census, word);
    }
    return err;
}

static int know_front(struct census *census, const struct yaml *front)
{
    static const char *const keys[] = {
        "people",  "speakers", "speaker", "guests",      "guest",       "hosts",     "host",
        "authors", "author",   "channel", "interviewer", "interviewee", "moderator",
    };
    int err = 0;

    for (size_t i = 0; i < sizeof keys / sizeof *keys && !err; i++) {
        const struct yaml *value = yaml_get(front, slice_of(keys[i]));
        if (!value || value->kind == YAML_MAP)
            continue;
        if (value->kind != YAML_LIST)
            err = know_name(census, value->text);
        for (const struct yaml *item = value->first; item && value->kind == YAML_LIST && !err;
             item = item->next)
            err = yaml_is_scalar(item) ? know_name(census, item->text) : 0;
    }
    return err;
}

static bool is_known(const struct census *census, struct slice label)
{
    cleanup_buf struct buf folded = {0};
    return census->known.len && utf8_fold(&folded, label) && folded.len &&
           map_get(&census->known, buf_slice(&folded)) != UINT32_MAX;
}

/* --- counting --------------------------------------------------------------------------------- */

struct tally {
    size_t paragraphs; /* of the text */
    size_t bold, bold_again;
    bool begins_bold;
};

static int count_text(struct census *census, const struct line *line, struct slice text,
                      struct tally *tally)
{
    struct label label = label_read(text, line->bold);
    bool is_first = tally->paragraphs == 0;
    int err = 0;

    tally->paragraphs += line->before == BREAK_PARAGRAPH;
    if (label.form == LABEL_BOLD && !label_is_numbered(label.speaker) && !label_is_mark(&label)) {
        err = count(&census->bold, label.speaker);
        uint32_t times = uses(&census->bold, label.speaker);
        tally->bold++;
        tally->bold_again += times == 2 ? 2 : times > 2;
        tally->begins_bold |= is_first;
    } else if (label.form == LABEL_TIMED) {
        err = count(&census->timed, label.speaker);
    } else if (label.form == LABEL_PLAIN) {
        err = count(&census->plain, label.speaker);
    }
    return err;
}

/* Labels that recur head a good part of the paragraphs. */
static bool is_dialogue(const struct census *census, size_t paragraphs)
{
    size_t labelled = 0, names = 0;
    for (size_t i = 0; i < census->plain.cap; i++) {
        const struct map_slot *slot = &census->plain.slots[i];
        if (!slot->key.data || slot->value < RECURS || label_is_numbered(slot->key))
            continue;
        labelled += slot->value;
        names++;
    }
    return names && labelled * DIALOGUE_SHARE >= paragraphs;
}

int census_take(const struct lines *lines, const struct yaml *front, struct census *census)
{
    struct tally tally = {0};
    uint32_t details = 0;

    *census = (struct census){0};
    int err = know_front(census, front);
    for (size_t i = 0; i < lines->count && !err; i++) {
        const struct line *line = &lines->at[i];
        struct slice text = line_text(lines, line);
        if (line->details) {
            /* The first line of each original. */
            struct label label = label_read(text, line->bold);
            if (line->details != details && label.form != LABEL_NONE)
                err = count(&census->originals, label.speaker);
            details = line->details;
        } else if (!line->heading) {
            err = count_text(census, line, text, &tally);
        }
    }
    census->is_article = tally.bold > 2 ? tally.bold_again * 2 < tally.bold : !tally.begins_bold;
    census->is_dialogue = is_dialogue(census, tally.paragraphs);
    return err;
}

void census_free(struct census *census)
{
    map_free(&census->bold);
    map_free(&census->plain);
    map_free(&census->timed);
    map_free(&census->originals);
    map_free(&census->known);
    arena_free(&census->arena);
}

/* --- asking ----------------------------------------------------------------------------------- */

bool census_is_speaker(const struct census *census, const struct label *label)
{
    struct slice name = label->speaker;

    if (label_is_numbered(name))
        return false;
    switch (label->form) {
    case LABEL_BOLD:
        return !census->is_article || label->start != NO_TIME;
    case LABEL_TIMED:
        return true;
    case LABEL_PLAIN:
        return label->start != NO_TIME || uses(&census->timed, name) ||
               uses(&census->originals, name) || is_known(census, name) ||
               (!census->is_article && uses(&census->bold, name)) ||
               (census->is_dialogue && uses(&census->plain, name) >= 2);
    default:
        return false;
    }
}

bool census_is_original_speaker(const struct census *census, const struct label *label)
{
    if (label->form == LABEL_BOLD || label->form == LABEL_TIMED)
        return true;
    return label->form == LABEL_PLAIN &&
           (uses(&census->originals, label->speaker) >= 2 || is_known(census, label->speaker) ||
            uses(&census->bold, label->speaker) || uses(&census->plain, label->speaker));
}
