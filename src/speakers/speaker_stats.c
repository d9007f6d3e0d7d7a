#include "speakers/speaker_stats.h"

#include <errno.h>

#include "base/utf8.h"
#include "speakers/attendees.h"
#include "speakers/label_names.h"
#include "values/key.h"
#include "values/values.h"

enum {
    DIALOGUE_PERCENT = 15, /* of the paragraphs have labels that recur */
    CUES_A_PARAGRAPH = 8,  /* captions are about so much shorter */
    HEADER_LINES = 4,      /* where fields stand that look like labels: "Slides: …" */
    HEAD_LINES = 24,       /* … and where it may be said who takes part: "Moderator: Ana Lima" */
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
    uint32_t counted = label.len ? map_get(map, label) : UINT32_MAX;
    return counted == UINT32_MAX ? 0 : counted;
}

static int count_kind(struct label_kind *kind, struct slice label)
{
    int err = count(&kind->uses, label);
    uint32_t times = uses(&kind->uses, label);
    kind->total++;
    kind->again += times == 2 ? 2 : times > 2;
    kind->recurring += times == 2;
    return err;
}

/* Whether a label of a kind names who speaks: it recurs, or it has the form of a name, in a file in
 * which most of that kind recur. */
static bool is_of_speakers(const struct label_kind *kind, struct slice label)
{
    return kind->total > 2 && kind->again * 2 >= kind->total && !label_is_note(label) &&
           (uses(&kind->uses, label) >= 3 || label_is_name(label) ||
            (uses(&kind->uses, label) == 2 && !memchr(label.data, ' ', label.len)));
}

/* The same of a kind that agendas and tables have too: two labels have to recur. */
static bool is_of_dialogue(const struct label_kind *kind, struct slice label)
{
    return kind->recurring >= 2 && is_of_speakers(kind, label);
}

/* --- names that the front matter has ---------------------------------------------------------- */

static int know(struct speaker_stats *stats, struct slice name)
{
    cleanup_buf struct buf folded = {0};
    if (name.len == 0 || !utf8_fold(&folded, name))
        return folded.failed ? -ENOMEM : 0;
    struct slice kept = arena_copy(&stats->arena, buf_slice(&folded));
    if (!kept.data)
        return -ENOMEM;
    return kept.len ? count(&stats->known, kept) : 0;
}

static int know_part(struct speaker_stats *stats, struct slice word)
{
    struct slice kept = arena_copy(&stats->arena, word);
    return kept.data ? count(&stats->name_parts, kept) : -ENOMEM;
}

/* A name, each of its words, and its initials: Ana Lima, Ana, Lima, AL. No word of less than three
 * letters. */
static int know_name(struct speaker_stats *stats, struct slice name)
{
    struct slice rest = name, word;
    cleanup_buf struct buf initials = {0};
    int err = know(stats, rest);

    while (!err && slice_take(&rest, ' ', &word)) {
        if (word.len && word.data[0] >= 'A' && word.data[0] <= 'Z')
            buf_add_byte(&initials, word.data[0]);
        if (word.len >= 3 && word.len < name.len)
            err = know_part(stats, word);
    }
    if (err || initials.len < 2)
        return err;
    struct slice kept = arena_copy(&stats->arena, buf_slice(&initials));
    return kept.data ? count(&stats->initials, kept) : -ENOMEM;
}

static int know_value(void *stats, const struct yaml *at, struct slice name)
{
    (void)at;
    return know_name(stats, name);
}

static int know_front(struct speaker_stats *stats, const struct yaml *front)
{
    static const char *const keys[] = {
        "people",  "speakers", "speaker", "guests",      "guest",       "hosts",     "host",
        "authors", "author",   "channel", "interviewer", "interviewee", "moderator", NULL,
    };
    const struct values_reader reader = {.context = stats, .add = know_value};
    cleanup_buf struct buf key = {0};
    int err = 0;

    for (const struct yaml *item = front ? front->first : NULL; item && !err; item = item->next) {
        key.len = 0;
        key_fold(&key, item->key);
        if (keys[key_place(buf_slice(&key), keys)])
            err = values_each(item, &reader);
    }
    return key.failed ? -ENOMEM : err;
}

/* Where a label stands in a file again and again it is folded once, which takes long. */
static bool is_known_name(struct speaker_stats *stats, struct slice label, bool recurs)
{
    struct map_slot *slot = recurs ? map_put(&stats->asked, label) : NULL;
    if (slot && slot->value != UINT32_MAX)
        return slot->value;
    cleanup_buf struct buf folded = {0};
    bool is_one = utf8_fold(&folded, label) && folded.len &&
                  map_get(&stats->known, buf_slice(&folded)) != UINT32_MAX;
    *stats->failed |= folded.failed;
    if (slot)
        slot->value = is_one;
    return is_one;
}

/* By the whole of it, or by what stands before a bracket: Ana Lima (AL). A part of a name, or its
 * initials, is half of that: then the label has to recur. */
static bool is_known(struct speaker_stats *stats, struct slice label)
{
    const char *bracket = memchr(label.data, '(', label.len);
    bool recurs = uses(&stats->plain, label) + uses(&stats->bold, label) >= 2;

    if (recurs && (uses(&stats->initials, label) || uses(&stats->name_parts, label)))
        return true;
    if (bracket && bracket > label.data)
        label = slice_trim(slice_head(label, (size_t)(bracket - label.data)));
    return stats->known.len && label.len && is_known_name(stats, label, recurs);
}

/* --- counting --------------------------------------------------------------------------------- */

struct tally {
    size_t paragraphs; /* of the text */
    size_t lines;      /* of the text, but for those of lists in lists */
    size_t bold, bold_again, bold_known;
    bool begins_bold;
    struct label before;  /* of the line before; LABEL_NONE where it has none */
    struct label earlier; /* and of the one before that */
};

static bool is_wide(struct slice words)
{
    size_t len;
    return words.len && utf8_is_wide(utf8_decode(words, &len));
}

/* What two or three lines in a row say together: the same label before words in two scripts is a
 * turn and its original, and A, B, A is an exchange. */
static int count_neighbours(struct speaker_stats *stats, const struct label *label,
                            struct tally *tally)
{
    const struct label *before = &tally->before, *earlier = &tally->earlier;
    int err = 0;

    if (before->form == LABEL_PLAIN && slice_equal(before->speaker, label->speaker) &&
        is_wide(before->words) != is_wide(label->words))
        err = count(&stats->originals, label->speaker);
    if (!err && before->form == LABEL_PLAIN && earlier->form == LABEL_PLAIN &&
        slice_equal(earlier->speaker, label->speaker) &&
        !slice_equal(before->speaker, label->speaker)) {
        err = count(&stats->exchanges, label->speaker);
        if (!err)
            err = count(&stats->exchanges, before->speaker);
    }
    return err;
}

/* Whether there is nothing but a time, or pointed brackets, that makes a plain label one. */
static bool is_loose(const struct label *label)
{
    return label->form == LABEL_PLAIN && (label->is_loose || label->has_no_colon);
}

static int count_text(struct speaker_stats *stats, const struct line *line, struct slice text,
                      struct tally *tally)
{
    struct label label = label_read(text, line->bold_at, line->bold);
    bool is_first = tally->paragraphs == 0, has_chevron = label.has_chevron;
    int err = 0;

    tally->paragraphs += line->before == BREAK_PARAGRAPH;
    tally->lines += !line->indent;
    if (label.form == LABEL_ALONE || label.is_item || is_loose(&label)) {
        struct label_kind *kind = label.form == LABEL_ALONE ? &stats->alone
                                  : label.is_item           ? &stats->items
                                                            : &stats->loose;
        err = line->indent ? 0 : count_kind(kind, label.speaker);
        label.form = LABEL_NONE;
    } else if (label.form == LABEL_BOLD && !label_is_numbered(label.speaker) &&
               !label_is_mark(&label) && !label_is_played(&label)) {
        err = count(&stats->bold, label.speaker);
        uint32_t times = uses(&stats->bold, label.speaker);
        tally->bold++;
        tally->bold_known += is_known(stats, label.speaker);
        tally->bold_again += times == 2 ? 2 : times > 2;
        tally->begins_bold |= is_first;
    } else if (label.form == LABEL_TIMED && !label.is_loose) {
        err = count(&stats->timed, label.speaker);
    } else if (label.form == LABEL_PLAIN && !label_is_refused(&label) &&
               !label_is_note(label.speaker) && !label_is_numbered(label.speaker)) {
        err = count(&stats->plain, label.speaker);
        if (!err)
            err = count_neighbours(stats, &label, tally);
    } else {
        label.form = LABEL_NONE;
    }
    tally->earlier = tally->before;
    tally->before = label;
    if (!err && has_chevron && label.speaker.len)
        err = count(&stats->chevrons, label.speaker);
    return err;
}

/* Whether bold labels are rare where ANA and Ana are one. 0 or -ENOMEM. */
static int find_other_cases(struct speaker_stats *stats, size_t total, bool *is_rare)
{
    struct map folded = {0};
    size_t again = 0;
    int err = 0;
    for (size_t i = 0; i < stats->bold.cap && !err; i++) {
        const struct map_slot *slot = &stats->bold.slots[i];
        cleanup_buf struct buf fold = {0};
        if (!slot->key.data || !utf8_fold(&fold, slot->key))
            continue;
        struct slice key = arena_copy_buf(&stats->arena, &fold);
        struct map_slot *sum = key.data ? map_put(&folded, key) : NULL;
        err = sum ? 0 : -ENOMEM;
        if (sum)
            sum->value = (sum->value == UINT32_MAX ? 0 : sum->value) + slot->value;
    }
    for (size_t i = 0; i < folded.cap && !err; i++) {
        if (folded.slots[i].key.data && folded.slots[i].value > 1)
            again += folded.slots[i].value;
    }
    *is_rare = again * 2 < total;
    map_free(&folded);
    return err;
}

/* --- keys of lists --------------------------------------------------------------------------- */

static void forget_of_kind(struct label_kind *kind, struct slice label)
{
    struct map_slot *slot = uses(&kind->uses, label) ? map_put(&kind->uses, label) : NULL;
    if (!slot)
        return;
    kind->total -= slot->value;
    kind->again -= slot->value > 1 ? slot->value : 0;
    kind->recurring -= slot->value > 1;
    slot->value = 0;
}

/* Uncounts a label that is a key. */
static int forget(struct speaker_stats *stats, struct slice label, struct tally *tally)
{
    uint32_t bold = uses(&stats->bold, label);
    struct map *const maps[] = {&stats->bold, &stats->plain, &stats->timed, &stats->exchanges};
    tally->bold -= bold;
    tally->bold_again -= bold > 1 ? bold : 0;
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        if (uses(maps[i], label))
            map_put(maps[i], label)->value = 0;
    }
    forget_of_kind(&stats->alone, label);
    forget_of_kind(&stats->loose, label);
    forget_of_kind(&stats->items, label);
    return count(&stats->keys, label);
}

static bool is_label(const struct speaker_stats *stats, struct slice name)
{
    return uses(&stats->bold, name) || uses(&stats->plain, name) ||
           uses(&stats->alone.uses, name) || uses(&stats->loose.uses, name) ||
           uses(&stats->items.uses, name);
}

/* Two labels of one of these families are keys. */
static int forget_keys(struct speaker_stats *stats, struct tally *tally)
{
    static const char *const families[][13] = {
        {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
        {"January", "February", "March", "April", "May", "June", "July", "August", "September",
         "October", "November", "December"},
        {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security", "Improved", "Updated"},
        {"Pros", "Cons", "Advantages", "Disadvantages", "Strengths", "Weaknesses", "Benefits",
         "Drawbacks", "Opportunities", "Threats"},
    };
    int err = 0;
    for (size_t f = 0; f < sizeof families / sizeof *families; f++) {
        size_t members = 0;
        for (const char *const *name = families[f]; *name; name++)
            members += is_label(stats, slice_of(*name));
        for (const char *const *name = families[f]; members > 1 && *name && !err; name++)
            err = forget(stats, slice_of(*name), tally);
    }
    return err;
}

/* Adds up the labels that recur. */
static void add_recurring(const struct map *map, size_t *labelled, size_t *names)
{
    for (size_t i = 0; i < map->cap; i++) {
        const struct map_slot *slot = &map->slots[i];
        if (!slot->key.data || slot->value < 2)
            continue;
        *labelled += slot->value;
        (*names)++;
    }
}

/* Two labels that recur, and head a good part of the paragraphs; or one that heads a third. Bold
 * labels count too: who is heard once in a dialogue of bold labels may have a plain one. */
static bool is_dialogue(const struct speaker_stats *stats, size_t paragraphs)
{
    size_t labelled = 0, names = 0;

    add_recurring(&stats->plain, &labelled, &names);
    if (!stats->is_article)
        add_recurring(&stats->bold, &labelled, &names);
    if (names >= 2)
        return labelled * 100 >= paragraphs * DIALOGUE_PERCENT;
    bool has_pair = uses(&stats->plain, SLICE("Q")) && uses(&stats->plain, SLICE("A"));
    return has_pair || (names == 1 && labelled >= 3 && labelled * 3 >= paragraphs);
}

/* --- headings in a speech --------------------------------------------------------------------- */

bool speaker_stats_is_aside(struct slice text)
{
    return slice_starts(text, SLICE("|")) || slice_starts(text, SLICE("- "));
}

/* A line of the head, before anybody speaks: `Slides: https://…`. */
static bool is_field(struct slice text, const struct label *label)
{
    return (text.len && memmem(text.data, text.len, "://", 3)) || label_is_note(label->speaker);
}

/* Looks at the first line of the text and of each section, but for tables and lists. */
static bool is_speech(struct speaker_stats *stats)
{
    const struct lines *lines = stats->lines;
    size_t sections = 0, labelled = 0;
    bool is_begun = false, is_first = true;

    for (size_t i = 0; i < lines->count; i++) {
        const struct line *line = &lines->at[i];
        struct slice text = line_text(lines, line);
        if (line->details)
            continue;
        if (line->heading) {
            is_first = !line->is_behind_rule;
            continue;
        }
        if (!is_first || speaker_stats_is_aside(text))
            continue;
        struct label label = label_read(text, line->bold_at, line->bold);
        bool is_labelled = label.form != LABEL_NONE &&
                           speaker_stats_is_speaker(stats, &label, line);
        if (!is_begun && !is_labelled && is_field(text, &label))
            continue;
        if (!is_begun && !is_labelled)
            return false;
        sections += is_begun;
        labelled += is_begun && is_labelled;
        is_begun = true;
        is_first = false;
    }
    return sections >= 2 && labelled * 4 <= sections;
}

int speaker_stats_take(const struct lines *lines, const struct yaml *front, bool *failed,
                       struct speaker_stats *stats)
{
    struct tally tally = {0};
    uint32_t details = 0;

    *stats = (struct speaker_stats){.lines = lines, .failed = failed};
    int err = know_front(stats, front);
    for (size_t i = 0; i < lines->count && !err; i++) {
        const struct line *line = &lines->at[i];
        struct slice text = line_text(lines, line);
        if (line->details) {
            /* The first line of each original. */
            struct label label = label_read(text, line->bold_at, line->bold);
            if (line->details != details && label.form != LABEL_NONE)
                err = count(&stats->originals, label.speaker);
            details = line->details;
        } else if (line->heading) {
            struct label label = label_read(text, line->bold_at, line->bold);
            if (label.start != NO_TIME && label.words.len == 0)
                err = count_kind(&stats->headings, label.speaker);
        } else if (!line_speaker(lines, line).len) {
            err = count_text(stats, line, text, &tally);
        }
    }
    if (lines->cue_count)
        tally.paragraphs /= CUES_A_PARAGRAPH;
    if (!err)
        err = forget_keys(stats, &tally);
    bool are_known = tally.bold_known * 2 > tally.bold;
    bool is_rare = tally.bold_again * 2 < tally.bold;
    if (!err && tally.bold > 2 && is_rare && !are_known)
        err = find_other_cases(stats, tally.bold, &is_rare);
    stats->is_article = !are_known && (tally.bold > 2 ? is_rare : !tally.begins_bold);
    stats->is_dialogue = is_dialogue(stats, tally.paragraphs);
    stats->are_items = (size_t)stats->items.total * 2 >= tally.lines && !stats->is_dialogue &&
                       (stats->is_article || !stats->bold.len);
    stats->is_speech = !err && is_speech(stats);
    return err;
}

void speaker_stats_free(struct speaker_stats *stats)
{
    map_free(&stats->bold);
    map_free(&stats->plain);
    map_free(&stats->timed);
    map_free(&stats->originals);
    map_free(&stats->keys);
    map_free(&stats->known);
    map_free(&stats->initials);
    map_free(&stats->name_parts);
    map_free(&stats->asked);
    map_free(&stats->exchanges);
    map_free(&stats->chevrons);
    map_free(&stats->alone.uses);
    map_free(&stats->loose.uses);
    map_free(&stats->items.uses);
    map_free(&stats->headings.uses);
    arena_free(&stats->arena);
}

/* --- asking ----------------------------------------------------------------------------------- */

static bool opens_quote(struct slice words)
{
    return slice_starts(words, SLICE("“")) || slice_starts(words, SLICE("「")) ||
           slice_starts(words, SLICE("『")) || slice_starts(words, SLICE("\""));
}

/* In a dialogue: a label that recurs, or one that is heard once and has the form of a name. */
static bool is_in_dialogue(const struct speaker_stats *stats, const struct label *label,
                           const struct line *line)
{
    uint32_t times = uses(&stats->plain, label->speaker);
    /* A nick in a chat is one small word. */
    bool is_nick = (unsigned char)label->speaker.data[0] < 0x80 &&
                   !memchr(label->speaker.data, ' ', label->speaker.len);
    bool is_name = is_nick || label_is_name(label->speaker) || label_is_anonymous(label->speaker);

    if (times >= 3)
        return true;
    if (times == 2)
        return is_name;
    return times == 1 && is_name && line->number >= HEADER_LINES && !opens_quote(label->words) &&
           line->before == BREAK_PARAGRAPH && label->words.len;
}

/* `Ana Lima: 我们…` in a translated transcript, with its original right below: a name that was left
 * in its own script. */
static bool is_untranslated_name(const struct speaker_stats *stats, const struct label *label,
                                 const struct line *line)
{
    size_t len;
    bool has_original = line + 1 < stats->lines->at + stats->lines->count && line[1].details;
    if (!has_original || line->number < HEADER_LINES || label->words.len == 0)
        return false;
    for (struct slice rest = label->speaker; rest.len; rest = slice_skip(rest, len)) {
        if (utf8_is_wide(utf8_decode(rest, &len)))
            return false;
    }
    return label_is_name(label->speaker) && utf8_is_wide(utf8_decode(label->words, &len)) &&
           !opens_quote(label->words);
}

static bool is_plain_speaker(struct speaker_stats *stats, const struct label *label,
                             const struct line *line)
{
    struct slice name = label->speaker;
    if (label_is_refused(label) || label_is_note(name) ||
        (label->has_comma && uses(&stats->loose.uses, name) < 2))
        return false;
    if (is_loose(label))
        return is_of_speakers(&stats->loose, name) || uses(&stats->plain, name) >= 2 ||
               uses(&stats->timed, name) || (!stats->is_article && uses(&stats->bold, name)) ||
               (!label->has_no_colon && is_known(stats, name));
    return label->start != NO_TIME || uses(&stats->timed, name) || uses(&stats->originals, name) ||
           uses(&stats->exchanges, name) || is_known(stats, name) ||
           (!stats->is_article && uses(&stats->bold, name)) ||
           is_untranslated_name(stats, label, line) ||
           (stats->is_dialogue && is_in_dialogue(stats, label, line));
}

/* `**What it costs:**` alone, once, and a list below: a lead-in, even in a dialogue. */
static bool is_lead_in(const struct speaker_stats *stats, const struct label *label,
                       const struct line *line)
{
    const struct lines *lines = stats->lines;
    if (label->words.len || uses(&stats->bold, label->speaker) > 1 ||
        line + 1 >= lines->at + lines->count)
        return false;
    struct slice next = line_text(lines, line + 1);
    return slice_starts(next, SLICE("- ")) || slice_starts(next, SLICE("1. "));
}

/* `**Moderator:** Ana Lima`, once, in the first lines. */
static bool is_head_field(const struct speaker_stats *stats, const struct label *label,
                          const struct line *line)
{
    return line->number < HEAD_LINES && !line->details && !line->heading &&
           uses(&stats->bold, label->speaker) + uses(&stats->plain, label->speaker) <= 1 &&
           attendees_is_field(line_text(stats->lines, line));
}

bool speaker_stats_is_speaker(struct speaker_stats *stats, const struct label *label,
                              const struct line *line)
{
    if (label->speaker.len == 0)
        return false; /* as on most lines */
    if (is_head_field(stats, label, line))
        return false;
    if (label_is_numbered(label->speaker) || uses(&stats->keys, label->speaker) ||
        (label_is_note(label->speaker) && !is_known(stats, label->speaker)))
        return false;
    if (label->has_chevron && uses(&stats->chevrons, label->speaker) >= 2)
        return true;
    if (label->is_item)
        return stats->are_items && !line->indent && is_of_dialogue(&stats->items, label->speaker);
    switch (label->form) {
    case LABEL_ALONE:
        return is_of_speakers(&stats->alone, label->speaker) ||
               (!stats->is_article && uses(&stats->bold, label->speaker) >= 2);
    case LABEL_BOLD:
        /* `**John 3:16** For …` is no name and time. */
        if (label->has_no_colon && (stats->is_article || (label->is_loose && label->words.len)))
            return uses(&stats->bold, label->speaker) >= 2;
        return (!stats->is_article && !is_lead_in(stats, label, line)) || label->start != NO_TIME;
    case LABEL_TIMED:
        return !label->is_loose || uses(&stats->timed, label->speaker) ||
               (line->before == BREAK_PARAGRAPH && label_is_name(label->speaker));
    case LABEL_PLAIN:
        return is_plain_speaker(stats, label, line);
    default:
        return false;
    }
}

bool speaker_stats_is_heard(const struct speaker_stats *stats, struct slice label)
{
    return !stats->is_article && uses(&stats->bold, label);
}

bool speaker_stats_is_heading_speaker(const struct speaker_stats *stats, const struct label *label,
                                      struct slice text)
{
    bool has_bracket = text.len &&
                       (memchr(text.data, '[', text.len) || memchr(text.data, '(', text.len));
    if (label->start == NO_TIME || label->words.len)
        return false;
    return has_bracket ? is_of_speakers(&stats->headings, label->speaker)
                       : is_of_dialogue(&stats->headings, label->speaker);
}

bool speaker_stats_is_original_speaker(struct speaker_stats *stats, const struct label *label)
{
    if (label->form == LABEL_BOLD || label->form == LABEL_TIMED)
        return true;
    return label->form == LABEL_PLAIN &&
           (uses(&stats->originals, label->speaker) >= 2 || is_known(stats, label->speaker) ||
            uses(&stats->bold, label->speaker) || uses(&stats->plain, label->speaker));
}
