#include "speakers/evidence.h"

#include <ctype.h>
#include <errno.h>

#include "base/utf8.h"
#include "speakers/attendees.h"
#include "speakers/label_names.h"
#include "speakers/label_plain.h"
#include "values/key.h"
#include "values/values.h"

enum {
    LEAST_CHAT = 4,         /* items of a list that is a chat */
    LONGEST_TIME_LINE = 16, /* [000:00:00.000] */
    LONGEST_RANGE = 40,     /* 000:00:00.000 --> 000:00:00.000 */
};

int evidence_count(struct map *map, struct slice label)
{
    struct map_slot *slot = label.len ? map_put(map, label) : NULL;
    if (!slot)
        return label.len ? -ENOMEM : 0;
    slot->value = slot->value == UINT32_MAX ? 1 : slot->value + 1;
    return 0;
}

int evidence_count_kind(struct label_kind *kind, struct slice label)
{
    int err = evidence_count(&kind->uses, label);
    uint32_t times = evidence_uses(&kind->uses, label);
    kind->total++;
    kind->again += times == 2 ? 2 : times > 2;
    kind->recurring += times == 2;
    kind->exchanges += slice_equal(label, kind->earlier) && !slice_equal(label, kind->last);
    kind->earlier = kind->last;
    kind->last = label;
    return err;
}

uint32_t evidence_uses(const struct map *map, struct slice label)
{
    uint32_t counted = label.len ? map_get(map, label) : UINT32_MAX;
    return counted == UINT32_MAX ? 0 : counted;
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
    return kept.len ? evidence_count(&stats->known, kept) : 0;
}

static int know_part(struct speaker_stats *stats, struct slice word)
{
    struct slice kept = arena_copy(&stats->arena, word);
    return kept.data ? evidence_count(&stats->name_parts, kept) : -ENOMEM;
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
    return kept.data ? evidence_count(&stats->initials, kept) : -ENOMEM;
}

static int know_value(void *stats, const struct yaml *at, struct slice name)
{
    (void)at;
    return know_name(stats, name);
}

int evidence_take_front(struct speaker_stats *stats, const struct yaml *front)
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

/* Caches the answer, since folding takes long and labels recur. */
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

bool evidence_is_known(struct speaker_stats *stats, struct slice label)
{
    const char *bracket = memchr(label.data, '(', label.len);
    bool recurs = evidence_uses(&stats->plain, label) + evidence_uses(&stats->bold, label) >= 2;

    if (recurs &&
        (evidence_uses(&stats->initials, label) || evidence_uses(&stats->name_parts, label)))
        return true;
    if (bracket && bracket > label.data)
        label = slice_trim(slice_head(label, (size_t)(bracket - label.data)));
    return stats->known.len && label.len && is_known_name(stats, label, recurs);
}

/* --- attendees ---------------------------------------------------------------------------- */

static int list_name(void *context, const struct attendee *attendee)
{
    struct speaker_stats *stats = context;
    struct slice name = attendee->name, rest = name, first;
    if (attendee->is_role)
        return 0; /* a field, whose name is no label, either */
    struct slice kept = arena_copy(&stats->arena, name);
    int err = kept.data ? evidence_count(&stats->listed, kept) : -ENOMEM;
    if (!err && slice_take(&rest, ' ', &first) && first.len >= 2 && first.len < name.len) {
        kept = arena_copy(&stats->arena, first);
        err = kept.data ? evidence_count(&stats->listed, kept) : -ENOMEM;
    }
    return err;
}

bool evidence_is_listed(struct speaker_stats *stats, struct slice label)
{
    if (!stats->are_listed) {
        struct attendees attendees = {.add = list_name, .context = stats};
        stats->are_listed = true;
        for (size_t i = 0; i < stats->lines->count; i++) {
            const struct line *line = &stats->lines->at[i];
            if (!line->details &&
                attendees_read_line(&attendees, line_text(stats->lines, line), line->heading))
                *stats->failed = true;
        }
    }
    return evidence_uses(&stats->listed, label) > 0;
}

/* --- a chat in a list ------------------------------------------------------------------------- */

static bool is_item(const struct lines *lines, const struct line *line)
{
    return !line->heading && !line->details && !line->indent &&
           slice_starts(line_text(lines, line), SLICE("- "));
}

/* Whether a line belongs to the list around it. */
static bool is_of_list(const struct lines *lines, const struct line *line)
{
    return is_item(lines, line) || (line->before != BREAK_PARAGRAPH && !line->heading) ||
           line->indent;
}

static bool is_heard(const struct speaker_stats *stats, struct slice name)
{
    return evidence_uses(&stats->alone.uses, name) ||
           (!stats->is_article && evidence_uses(&stats->bold, name)) ||
           evidence_uses(&stats->above.uses, name) ||
           (stats->is_dialogue && evidence_uses(&stats->plain, name) >= 2);
}

/* A nick may be a name in small letters: ana, Ana. */
static bool is_heard_elsewhere(const struct speaker_stats *stats, struct slice name)
{
    char capital[LABEL_MAX_PLAIN_BYTES];
    if (is_heard(stats, name))
        return true;
    if (!name.len || name.len > sizeof capital || !islower((unsigned char)name.data[0]))
        return false;
    memcpy(capital, name.data, name.len);
    capital[0] = (char)toupper((unsigned char)capital[0]);
    return is_heard(stats, (struct slice){capital, name.len});
}

/* Looks at the list around an item, once. */
static void judge_list(struct speaker_stats *stats, const struct line *line)
{
    const struct lines *lines = stats->lines;
    size_t first = (size_t)(line - lines->at), end = first + 1;
    size_t items = 0, labels = 0, again = 0, heard = 0;
    while (first > 0 && is_of_list(lines, &lines->at[first - 1]))
        first--;
    while (end < lines->count && is_of_list(lines, &lines->at[end]))
        end++;
    for (size_t i = first; i < end; i++) {
        const struct line *at = &lines->at[i];
        if (!is_item(lines, at))
            continue;
        struct label label = label_read(line_text(lines, at), at->bold_at, at->bold);
        bool is_label = label.form == LABEL_PLAIN && !label_is_note(label.speaker);
        items++;
        labels += is_label;
        again += is_label && evidence_uses(&stats->items.uses, label.speaker) >= 2;
        heard += is_label && is_heard_elsewhere(stats, label.speaker);
    }
    stats->list_first = first;
    stats->list_end = end;
    bool are_known = heard * 2 >= labels || (heard * 4 >= labels && again * 2 >= labels);
    stats->is_chat = items >= LEAST_CHAT && labels * 5 >= items * 4 && are_known;
}

bool evidence_is_chat_item(struct speaker_stats *stats, const struct line *line)
{
    size_t at = (size_t)(line - stats->lines->at);
    if (line->indent || line->details || stats->lines->cue_count)
        return false;
    if (at < stats->list_first || at >= stats->list_end)
        judge_list(stats, line);
    return stats->is_chat;
}

/* --- names alone ------------------------------------------------------------------------------ */

bool evidence_is_alone(const struct lines *lines, const struct line *line)
{
    const struct line *next = line + 1;
    return line->len && line->len <= LABEL_MAX_PLAIN_BYTES && !line->heading && !line->details &&
           !line->indent && !line->bold && next < lines->at + lines->count && !next->heading &&
           !next->details && label_is_lone_name(line_text(lines, line));
}

bool evidence_is_above_time(const struct lines *lines, const struct line *line)
{
    const struct line *next = line + 1;
    int64_t time;
    if (line->before != BREAK_PARAGRAPH || line->heading || line->details || line->indent ||
        line->len > LABEL_MAX_PLAIN_BYTES || !line->len || next + 1 >= lines->at + lines->count ||
        next->heading || next->details || !next->len || next->len > LONGEST_TIME_LINE ||
        next[1].heading || next[1].details)
        return false;
    return label_take_time_line(line_text(lines, next), &time) &&
           !label_take_time_line(line_text(lines, next + 1), &time) &&
           label_is_lone_name(line_text(lines, line));
}

bool evidence_is_below_time(const struct lines *lines, const struct line *line)
{
    const struct line *time_line = line - 1, *next = line + 1;
    int64_t time;
    if (line->before == BREAK_PARAGRAPH || line->bold || line->details)
        return false; /* the common case */
    if (line == lines->at || time_line->before != BREAK_PARAGRAPH || time_line->heading ||
        !time_line->len || time_line->len > LONGEST_RANGE || next == lines->at + lines->count ||
        next->heading || next->details || next->before == BREAK_PARAGRAPH)
        return false;
    return label_take_time_line(line_text(lines, time_line), &time) &&
           label_is_lone_name(line_text(lines, line)) &&
           !label_take_time_line(line_text(lines, next), &time);
}

/* --- labels of a kind ------------------------------------------------------------------------- */

bool evidence_is_of_speakers(const struct label_kind *kind, struct slice label)
{
    return label.len && kind->total > 2 && kind->again * 2 >= kind->total &&
           !label_is_note(label) &&
           (evidence_uses(&kind->uses, label) >= 3 || label_is_name(label) ||
            (evidence_uses(&kind->uses, label) == 2 && !memchr(label.data, ' ', label.len)));
}

bool evidence_is_of_dialogue(const struct label_kind *kind, struct slice label)
{
    return kind->recurring >= 2 && evidence_is_of_speakers(kind, label);
}

struct slice evidence_without_aside(struct slice label)
{
    const char *bracket = memmem(label.data, label.len, " (", 2);
    return bracket && bracket > label.data ? slice_head(label, (size_t)(bracket - label.data))
                                           : label;
}
