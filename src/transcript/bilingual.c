#include "transcript/bilingual.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/utf8.h"
#include "values/key.h"
#include "values/timestamp.h"

enum {
    LEAST_PAIRS = 12,
    SAMPLE = 300,  /* bytes of a line that decide its script */
    FITS_WELL = 7, /* quarters of the median ratio of lengths */
    FITS = 10,
    SHORT = 30, /* bytes: "Yes." may have any length in the other language */
};

enum script { SCRIPT_NONE, SCRIPT_NARROW, SCRIPT_WIDE };

static enum script other_script(enum script script)
{
    return script == SCRIPT_WIDE ? SCRIPT_NARROW : SCRIPT_WIDE;
}

static const size_t nowhere = SIZE_MAX;

/* Lines of a turn, one behind the other, in one script. */
struct stretch {
    uint32_t turn;
    enum script script;
    uint32_t bytes;
    bool is_first; /* of a pair that fits */
};

struct stretches {
    struct stretch *at; /* owned */
    size_t count, cap;
    enum script first; /* the one that each pair begins with */
    enum script text;  /* the one that is no original */
};

/* --- scripts ---------------------------------------------------------------------------------- */

static bool has_wide(struct slice text)
{
    size_t len;
    while ((text = slice_skip(text, utf8_ascii_prefix(text))).len) {
        if (utf8_is_wide(utf8_decode(text, &len)))
            return true;
        text = slice_skip(text, len);
    }
    return false;
}

static enum script script_of(struct slice line)
{
    bool is_mixed = has_wide(slice_head(line, SAMPLE));
    size_t wide = 0, narrow = 0, len;
    for (struct slice rest = slice_head(line, SAMPLE); rest.len; rest = slice_skip(rest, len)) {
        int32_t code = utf8_decode(rest, &len);
        if (code < 0x80)
            narrow += (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
        else if (utf8_is_wide(code))
            wide++;
        else
            narrow++;
        if (narrow && !is_mixed)
            return SCRIPT_NARROW;
    }
    /* A name or a term may stay in its own script: a word counts as a few characters. */
    if (wide * 4 > narrow)
        return SCRIPT_WIDE;
    return narrow ? SCRIPT_NARROW : SCRIPT_NONE;
}

static int add_line(struct stretches *all, uint32_t turn, struct slice line)
{
    struct stretch *last = all->count ? &all->at[all->count - 1] : NULL;
    enum script script = script_of(line);
    if (script == SCRIPT_NONE)
        return 0; /* it goes with what is before it */
    if (!last || last->turn != turn || last->script != script) {
        if (!array_reserve(&all->at, all->count, &all->cap, sizeof *all->at))
            return -ENOMEM;
        last = &all->at[all->count++];
        *last = (struct stretch){.turn = turn, .script = script};
    }
    last->bytes += (uint32_t)line.len;
    return 0;
}

static int find_stretches(const struct body *body, struct stretches *all)
{
    int err = 0;
    for (uint32_t i = 0; i < body->count && !err; i++) {
        struct slice rest = turn_words(body, &body->turns[i]), line;
        while (!err && slice_take(&rest, '\n', &line))
            err = add_line(all, i, line);
    }
    return err;
}

/* --- pairs ------------------------------------------------------------------------------------ */

/* Whether a pair may begin with number i; `body` is NULL where stretches are those of cues. */
static bool is_pair(const struct body *body, const struct stretches *all, size_t i,
                    enum script first)
{
    if (i + 1 >= all->count)
        return false;
    const struct stretch *one = &all->at[i], *other = one + 1;
    if (one->script != first || other->script == first)
        return false;
    return body ? other->turn - one->turn <= 1 &&
                      body->turns[one->turn].section == body->turns[other->turn].section
                : other->turn == one->turn;
}

static size_t mark_pairs(const struct body *body, struct stretches *all, enum script first)
{
    size_t pairs = 0;
    all->first = first;
    for (size_t i = 0; i < all->count; i++)
        all->at[i].is_first = false;
    for (size_t i = 0; i < all->count; i++) {
        if (!is_pair(body, all, i, first))
            continue;
        all->at[i++].is_first = true;
        pairs++;
    }
    return pairs;
}

/* In thousandths. */
static uint64_t ratio_of(const struct stretch *pair)
{
    const struct stretch *narrow = &pair[pair->script == SCRIPT_WIDE];
    const struct stretch *wide = &pair[pair->script != SCRIPT_WIDE];
    return (uint64_t)narrow->bytes * 1000 / wide->bytes;
}

static int compare_ratios(const void *one, const void *other)
{
    uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;
    return (a > b) - (a < b);
}

/* Whether the ratio of a pair is `median`, within a factor in quarters. */
static bool fits(const struct stretch *pair, uint64_t median, unsigned quarters)
{
    uint64_t ratio = ratio_of(pair);
    return (pair[0].bytes < SHORT && pair[1].bytes < SHORT) ||
           (ratio * quarters >= median * 4 && ratio * 4 <= median * quarters);
}

/* Sums over pairs: of the lengths, their squares and their product. */
struct sums {
    double n, x, y, xx, yy, xy;
};

static void add_pair(struct sums *sums, const struct stretch *pair)
{
    double x = pair[0].bytes, y = pair[1].bytes;
    sums->n++;
    sums->x += x;
    sums->y += y;
    sums->xx += x * x;
    sums->yy += y * y;
    sums->xy += x * y;
}

/* Compares the square of Pearson's r with a bound, which needs no root. */
static bool do_lengths_correlate(const struct sums *s)
{
    double both = s->n * s->xy - s->x * s->y;
    return both > 0 &&
           both * both >= 0.4 * (s->n * s->xx - s->x * s->x) * (s->n * s->yy - s->y * s->y);
}

/* Unmarks the pairs that do not fit. -ENOMEM, or whether nine in ten fit well. */
static int check_lengths(struct stretches *all, size_t pairs)
{
    cleanup_free uint64_t *ratios = malloc(pairs * sizeof *ratios);
    struct sums sums = {0};
    size_t count = 0;
    if (!ratios)
        return -ENOMEM;
    for (size_t i = 0; i < all->count; i++) {
        if (all->at[i].is_first)
            ratios[count++] = ratio_of(&all->at[i]);
    }
    qsort(ratios, count, sizeof *ratios, compare_ratios);
    uint64_t median = ratios[count / 2];
    for (size_t i = 0; i < all->count; i++) {
        struct stretch *pair = &all->at[i];
        if (pair->is_first && fits(pair, median, FITS_WELL))
            add_pair(&sums, pair);
        pair->is_first = pair->is_first && fits(pair, median, FITS);
    }
    return sums.n * 10 >= (double)pairs * 9 && do_lengths_correlate(&sums);
}

/* -ENOMEM, or whether the body is in two languages. */
static int find_pairs(const struct body *body, struct stretches *all)
{
    if (all->count < (size_t)LEAST_PAIRS * 2)
        return false;
    size_t narrow = mark_pairs(body, all, SCRIPT_NARROW);
    size_t pairs = mark_pairs(body, all, SCRIPT_WIDE);
    if (narrow > pairs)
        pairs = mark_pairs(body, all, SCRIPT_NARROW);
    if (pairs < LEAST_PAIRS || pairs * 2 * 5 < all->count * 4)
        return false;
    return check_lengths(all, pairs);
}

static enum script script_of_text(const struct yaml *front, enum script first)
{
    static const char *const keys[] = {"language", "lang", NULL};
    static const char *const wide[] = {"zh", "ja", "ko", NULL};
    cleanup_buf struct buf key = {0};
    for (const struct yaml *item = front ? front->first : NULL; item; item = item->next) {
        key.len = 0;
        key_fold(&key, item->key);
        if (!keys[key_place(buf_slice(&key), keys)] || item->text.len < 2)
            continue;
        bool is_code = item->text.len == 2 || item->text.data[2] == '-' ||
                       item->text.data[2] == '_';
        if (is_code)
            return slice_is_one_of(slice_head(item->text, 2), wide) ? SCRIPT_WIDE : SCRIPT_NARROW;
    }
    return other_script(first);
}

/* --- the new body ----------------------------------------------------------------------------- */

struct joining {
    const struct body *body;
    const struct stretches *all;
    struct body made;
    struct buf text, originals;
    uint32_t next_term;
    char language[4]; /* of the originals */
};

/* Appends the lines of a turn that are in a script behind others, which begin at `start`; those of
 * no script go with the ones before them. */
static void add_lines(struct buf *out, size_t start, struct slice words, enum script first,
                      enum script wanted)
{
    struct slice line;
    enum script script = first;
    bool is_paragraph = true;
    while (slice_take(&words, '\n', &line)) {
        enum script own = script_of(line);
        is_paragraph |= line.len == 0;
        if (own != SCRIPT_NONE)
            script = own;
        if (line.len == 0 || script != wanted)
            continue;
        if (out->len > start)
            buf_add_text(out, is_paragraph ? "\n\n" : "\n");
        buf_add_slice(out, line);
        is_paragraph = false;
    }
}

static void add_label(struct buf *out, struct slice speaker)
{
    buf_add_slice(out, speaker);
    buf_add_text(out, speaker.len ? ": " : "");
}

/* Moves the times of a turn whose words now begin at `start`. If the turn was split or is the
 * original, the words behind each time are unknown, and the times go behind all of them. */
static void add_times(struct joining *j, const struct turn *from, size_t start)
{
    const struct time_mark *marks = body_times(j->body, from);
    uint32_t count = body_count_times(j->body, from);
    for (uint32_t i = 0; i < count; i++) {
        size_t at = start == nowhere ? j->text.len : start + marks[i].at - from->text;
        j->made.times[j->made.time_count++] = (struct time_mark){(uint32_t)at, marks[i].time};
    }
}

/* Moves the terms to the turn that theirs became part of. */
static void move_terms(struct joining *j, uint32_t turn)
{
    for (; j->next_term < j->body->term_count && j->body->terms[j->next_term].turn <= turn;
         j->next_term++)
        j->made.terms[j->next_term].turn = j->made.count - 1;
}

static void keep_turn(struct joining *j, const struct turn *from)
{
    struct turn *turn = &j->made.turns[j->made.count++];
    *turn = *from;
    turn->text = (uint32_t)j->text.len;
    turn->times = j->made.time_count;
    turn->original.at = (uint32_t)j->originals.len;
    add_times(j, from, j->text.len);
    buf_add_slice(&j->text, turn_text(j->body, from));
}

/* Turns from `one` to `last`, which is itself or the next, and whose stretches from `at` are pairs,
 * become one. Where each is in one script, which is `are_apart`, they are a turn and its original,
 * whose labels may differ; else both are of one speaker. */
static void join_turns(struct joining *j, const struct turn *one, const struct turn *last,
                       const struct stretch *at, bool are_apart)
{
    enum script wanted = j->all->text;
    const struct turn *text = are_apart && at->script != wanted ? last : one;
    const struct turn *original = are_apart && text == one ? last : one;
    /* Without a label of its own the original takes the turn's. */
    const struct turn *label = original->speaker ? original : text;
    struct turn *turn = &j->made.turns[j->made.count++];

    *turn = *text;
    turn->text = (uint32_t)j->text.len;
    turn->times = j->made.time_count;
    turn->last_line = are_apart ? text->last_line : last->last_line;
    turn->start = text->start != NO_TIME ? text->start : original->start;
    turn->reached = original->reached > text->reached ? original->reached : text->reached;
    turn->original.at = (uint32_t)j->originals.len;
    turn->original_speaker = label->speaker;
    turn->original_first_line = original->first_line;
    turn->original_last_line = are_apart ? original->last_line : last->last_line;
    memcpy(turn->language, j->language, sizeof turn->language);

    add_label(&j->text, turn_speaker(j->body, text));
    add_label(&j->originals, turn_speaker(j->body, label));
    size_t start = j->text.len, original_start = j->originals.len;
    for (const struct turn *each = one; each <= last; each++) {
        struct slice words = turn_words(j->body, each);
        enum script first = each == one ? at->script : at[1].script;
        add_lines(&j->text, start, words, first, wanted);
        add_lines(&j->originals, original_start, words, first, other_script(wanted));
    }
    add_times(j, text, are_apart ? turn->text : nowhere);
    if (one < last)
        add_times(j, are_apart ? original : last, nowhere);
    buf_add_byte(&j->text, '\n');
    buf_add_byte(&j->originals, '\n');
    turn->len = (uint32_t)(j->text.len - turn->text);
    turn->original.len = (uint32_t)(j->originals.len - turn->original.at);
}

/* Joins turn number `i`, whose first stretch is `at`, with itself or the next; how many turns that
 * were. */
static uint32_t join_turn(struct joining *j, uint32_t i, size_t at)
{
    const struct stretches *all = j->all;
    const struct turn *turn = &j->body->turns[i];
    uint32_t last = i;
    bool are_pairs = at < all->count && all->at[at].turn == i, are_apart = false;

    for (size_t s = at; are_pairs && s < all->count && all->at[s].turn <= last; s += 2) {
        are_pairs = all->at[s].is_first;
        if (!are_pairs || all->at[s + 1].turn <= last)
            continue;
        are_apart = s == at && (s + 2 == all->count || all->at[s + 2].turn > i + 1);
        are_pairs = last == i && (are_apart || slice_equal(turn_speaker(j->body, turn),
                                                           turn_speaker(j->body, turn + 1)));
        last = i + 1;
    }
    if (are_pairs)
        join_turns(j, turn, &j->body->turns[last], &all->at[at], are_apart);
    else
        keep_turn(j, turn);
    return are_pairs ? last - i + 1 : 1;
}

/* The language of the originals, in a text that has both. The commonest word of English identifies
 * it; other languages in Latin letters stay unnamed. */
static void name_language(const struct stretches *all, struct slice rest, char language[4])
{
    size_t kana = 0, hangul = 0, len, pairs = all->count / 2;
    if (all->text == SCRIPT_WIDE) {
        size_t times = 0;
        const char *found;
        while ((found = memmem(rest.data, rest.len, " the ", 5))) {
            rest = slice_skip(rest, (size_t)(found - rest.data) + 5);
            times++;
        }
        if (times * 2 > pairs)
            memcpy(language, "en", 3);
        return;
    }
    for (; rest.len; rest = slice_skip(rest, len)) {
        int32_t code = utf8_decode(rest, &len);
        kana += code >= 0x3040 && code <= 0x30FF;
        hangul += code >= 0xAC00 && code <= 0xD7A3;
    }
    memcpy(language, kana > pairs * 4 ? "ja" : hangul > pairs * 4 ? "ko" : "zh", 3);
}

static int make_body(struct body *body, const struct stretches *all)
{
    struct joining j = {.body = body, .all = all, .made = *body};
    j.made.times = malloc((body->time_count + (size_t)1) * sizeof *j.made.times);
    j.made.turns = malloc((body->count + (size_t)1) * sizeof *j.made.turns);
    bool has_failed = !j.made.times || !j.made.turns;
    size_t at = 0;

    j.made.count = j.made.time_count = 0;
    name_language(all, (struct slice){body->text, body->len}, j.language);
    for (uint32_t i = 0; i < body->count && !has_failed;) {
        while (at < all->count && all->at[at].turn < i)
            at++;
        i += join_turn(&j, i, at);
        move_terms(&j, i - 1);
    }
    if (has_failed || j.text.failed || j.originals.failed) {
        free(j.made.times);
        free(j.made.turns);
        buf_free(&j.text);
        buf_free(&j.originals);
        return -ENOMEM;
    }
    free(body->text);
    free(body->originals);
    free(body->turns);
    free(body->times);
    *body = j.made;
    body->text = buf_take(&j.text, &body->len);
    body->originals = buf_take(&j.originals, &body->originals_len);
    return 0;
}

int bilingual_join(struct body *body, const struct yaml *front)
{
    struct stretches all = {0};
    if (body->originals_len)
        return 0;
    int err = find_stretches(body, &all);
    if (!err)
        err = find_pairs(body, &all);
    if (err > 0) {
        all.text = script_of_text(front, all.first);
        err = make_body(body, &all);
    }
    free(all.at);
    return err;
}

/* --- cues ------------------------------------------------------------------------------------- */

static int find_cue_stretches(const struct cues *cues, struct stretches *all)
{
    int64_t before = 0;
    int err = 0;
    for (size_t i = 0; i < cues->count && !err; i++) {
        struct slice rest = cue_text(cues, &cues->at[i]), line;
        if (cues->at[i].start < before)
            return 0; /* no time, or one that goes back: nothing could be put together again */
        before = cues->at[i].start;
        while (!err && slice_take(&rest, '\n', &line))
            err = add_line(all, (uint32_t)i, line);
    }
    return err;
}

/* The bytes of the lines at the front of a cue that are in its first script. */
static size_t first_script_bytes(struct slice text)
{
    struct slice rest = text, line;
    enum script first = SCRIPT_NONE;
    while (slice_take(&rest, '\n', &line)) {
        enum script own = script_of(line);
        if (first != SCRIPT_NONE && own != SCRIPT_NONE && own != first)
            return (size_t)(line.data - text.data);
        first = first == SCRIPT_NONE ? own : first;
    }
    return text.len;
}

/* Leaves in a cue what is text, and adds the rest to the originals. */
static int split_cue(struct cues *cues, struct cue *cue, bool is_first_text, struct cues *originals)
{
    struct slice text = cue_text(cues, cue);
    size_t bytes = first_script_bytes(text);
    struct slice first = slice_trim(slice_head(text, bytes)), rest = slice_skip(text, bytes);
    struct slice kept = is_first_text ? first : rest;
    int err = cues_add(originals, cue, cue_speaker(cues, cue), is_first_text ? rest : first);
    cue->text = (uint32_t)(kept.data - cues->text.data);
    cue->len = (uint32_t)kept.len;
    return err;
}

int bilingual_split_cues(struct cues *cues, const struct yaml *front, struct cues *originals,
                         char language[4])
{
    struct stretches all = {0};
    int err = find_cue_stretches(cues, &all);
    if (!err)
        err = find_pairs(NULL, &all);
    bool are_pairs = err > 0;
    if (are_pairs) {
        err = 0;
        all.text = script_of_text(front, all.first);
        name_language(&all, buf_slice(&cues->text), language);
    }
    for (size_t i = 0; are_pairs && i + 1 < all.count && !err; i++) {
        uint32_t cue = all.at[i].turn;
        bool has_more = (i && all.at[i - 1].turn == cue) ||
                        (i + 2 < all.count && all.at[i + 2].turn == cue);
        if (all.at[i].is_first && !has_more)
            err = split_cue(cues, &cues->at[cue], all.at[i].script == all.text, originals);
    }
    free(all.at);
    return err;
}

bool bilingual_may_be(struct slice head)
{
    enum { FEWEST = 8, MOST = 64, SHORT_SAMPLE = 60 };
    size_t lines = 0, changes = 0;
    enum script before = SCRIPT_NONE;
    struct slice line;
    while (lines < MOST && slice_take(&head, '\n', &line)) {
        enum script script = script_of(slice_head(line, SHORT_SAMPLE));
        if (script == SCRIPT_NONE)
            continue;
        changes += lines && script != before;
        before = script;
        lines++;
    }
    return lines >= FEWEST && changes * 10 >= lines * 7;
}
