#include "transcript/refs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/map.h"
#include "base/utf8.h"
#include "values/key.h"

static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";

/* The last character has four bits, all others five. */
static void write_ref(char *text, uint64_t ref)
{
    for (int i = 0; i < REF_LEN - 1; i++)
        text[i] = letters[ref >> (59 - 5 * i) & 31];
    text[REF_LEN - 1] = letters[ref << 1 & 31];
}

void ref_add(struct buf *out, uint64_t ref)
{
    char text[REF_LEN];
    write_ref(text, ref);
    buf_add(out, text, REF_LEN);
}

bool ref_read(struct slice text, uint64_t *ref)
{
    *ref = 0;
    if (text.len != REF_LEN)
        return false;
    for (int i = 0; i < REF_LEN; i++) {
        const char *letter = text.data[i] ? strchr(letters, text.data[i]) : NULL;
        uint64_t bits = letter ? (uint64_t)(letter - letters) : 0;
        bool is_last = i == REF_LEN - 1;
        if (!letter || (is_last && bits & 1))
            return false;
        *ref = is_last ? *ref << 4 | bits >> 1 : *ref << 5 | bits;
    }
    return true;
}

uint32_t refs_find(const struct body *body, uint64_t ref)
{
    for (uint32_t i = 0; i < body->count; i++) {
        if (body->turns[i].ref == ref)
            return i;
    }
    for (uint32_t i = 0; i < body->old_ref_count; i++) {
        if (body->old_refs[i].ref == ref)
            return body->old_refs[i].turn;
    }
    return body->count;
}

uint32_t body_refs_find(const struct body_refs *refs, uint64_t ref)
{
    for (uint32_t i = 0; i < refs->turn_count; i++) {
        if (refs->turns[i] == ref)
            return i;
    }
    for (uint32_t i = 0; i < refs->old_count; i++) {
        if (refs->old[i].ref == ref)
            return refs->turn_count + i;
    }
    return body_refs_count(refs);
}

struct old_ref body_refs_at(const struct body_refs *refs, uint32_t place)
{
    return place < refs->turn_count ? (struct old_ref){refs->turns[place], place}
                                    : refs->old[place - refs->turn_count];
}

/* --- what a turn would have, if it did not recur ---------------------------------------------- */

static bool note_words(struct body *body)
{
    cleanup_buf struct buf text = {0};
    for (uint32_t i = 0; i < body->count; i++) {
        struct turn *turn = &body->turns[i];
        text.len = 0;
        utf8_squeeze(&text, turn_speaker(body, turn));
        buf_add_byte(&text, '\0');
        utf8_squeeze(&text, turn_words(body, turn));
        turn->ref = hash64(buf_slice(&text), 0);
    }
    return !text.failed;
}

/* --- turns that recur ------------------------------------------------------------------------- */

/* Turns of the same words and speaker. */
struct alike {
    uint64_t ref;
    uint32_t turns;  /* 0: the place is free */
    uint32_t behind; /* the turn that does not recur behind which the last of them was, from 1 */
    uint32_t count;  /* of them behind that */
};

struct alikes {
    struct alike *at;
    size_t mask;
    uint32_t recurring; /* turns that are not the first of their kind */
};

static struct alike *find(const struct alikes *alikes, uint64_t ref)
{
    size_t i = hash_seeded(ref) & alikes->mask;
    while (alikes->at[i].turns && alikes->at[i].ref != ref)
        i = (i + 1) & alikes->mask;
    return &alikes->at[i];
}

static void count(struct alikes *alikes, const struct body *body)
{
    for (uint32_t i = 0; i < body->count; i++) {
        struct alike *alike = find(alikes, body->turns[i].ref);
        alike->ref = body->turns[i].ref;
        alikes->recurring += alike->turns++ > 0;
    }
}

static uint64_t place_of(const struct alike *alike, const uint64_t *before)
{
    char own[REF_LEN + 1] = "", single[REF_LEN + 1] = "", text[2 * REF_LEN + 16];
    write_ref(own, alike->ref);
    if (before)
        write_ref(single, *before);
    int len = snprintf(text, sizeof text, "%s/%s/%u", own, single, (unsigned)alike->count);
    return hash64((struct slice){text, (size_t)len}, 0);
}

static void distinguish(const struct alikes *alikes, struct body *body)
{
    uint32_t single = 0; /* the last turn that does not recur, from 1; 0: none yet */
    for (uint32_t i = 0; i < body->count; i++) {
        struct turn *turn = &body->turns[i];
        struct alike *alike = find(alikes, turn->ref);
        if (alike->turns == 1) {
            single = i + 1;
            continue;
        }
        alike->count = alike->behind == single ? alike->count + 1 : 1;
        alike->behind = single;
        turn->ref = place_of(alike, single ? &body->turns[single - 1].ref : NULL);
    }
}

static int note_turns(struct body *body)
{
    struct alikes alikes = {.mask = 15};
    while (alikes.mask < body->count * (size_t)2)
        alikes.mask = alikes.mask * 2 + 1;
    alikes.at = calloc(alikes.mask + 1, sizeof *alikes.at);
    bool is_noted = alikes.at && note_words(body);
    if (is_noted)
        count(&alikes, body);
    if (alikes.recurring)
        distinguish(&alikes, body);
    free(alikes.at);
    return is_noted ? 0 : -ENOMEM;
}

/* --- words that were corrected ---------------------------------------------------------------- */

static int find_map(const struct yaml *front, const struct yaml **map)
{
    cleanup_buf struct buf key = {0};
    *map = NULL;
    for (const struct yaml *item = front ? front->first : NULL; item; item = item->next) {
        key.len = 0;
        key_fold(&key, item->key);
        if (item->kind == YAML_MAP && slice_equal(buf_slice(&key), SLICE("refs")))
            *map = item;
    }
    return key.failed ? -ENOMEM : 0;
}

/* By reference, then in the order of turns. */
static int compare(const void *a_, const void *b_)
{
    const struct old_ref *a = a_, *b = b_;
    return a->ref != b->ref ? (a->ref < b->ref ? -1 : 1)
                            : (a->turn > b->turn) - (a->turn < b->turn);
}

/* As refs_find(), where `sorted` has those of the turns. */
static uint32_t find_sorted(const struct body *body, const struct old_ref *sorted, uint64_t ref)
{
    uint32_t low = 0, high = body->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (sorted[middle].ref < ref)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < body->count && sorted[low].ref == ref)
        return sorted[low].turn;
    for (uint32_t i = 0; i < body->old_ref_count; i++) {
        if (body->old_refs[i].ref == ref)
            return body->old_refs[i].turn;
    }
    return body->count;
}

/* A corrected turn may be corrected again; the order in the file does not matter. */
static int note_corrected(struct body *body, const struct yaml *map)
{
    enum { MOST_STEPS = 16, MOST_ITEMS = 1000 /* each is compared with all others */ };
    cleanup_free struct old_ref *sorted = calloc(body->count + (size_t)1, sizeof *sorted);
    size_t cap = 0;
    uint32_t before = UINT32_MAX;
    if (!sorted)
        return -ENOMEM;
    for (uint32_t i = 0; i < body->count; i++)
        sorted[i] = (struct old_ref){body->turns[i].ref, i};
    qsort(sorted, body->count, sizeof *sorted, compare);
    for (int step = 0; step < MOST_STEPS && before != body->old_ref_count; step++) {
        before = body->old_ref_count;
        uint32_t items = 0;
        for (const struct yaml *item = map->first; item && items < MOST_ITEMS; item = item->next) {
            uint64_t old, now;
            items++;
            if (!yaml_is_scalar(item) || !ref_read(item->key, &old) ||
                !ref_read(item->text, &now) || find_sorted(body, sorted, old) < body->count)
                continue;
            uint32_t turn = find_sorted(body, sorted, now);
            if (turn == body->count)
                continue;
            if (!array_reserve(&body->old_refs, body->old_ref_count, &cap, sizeof *body->old_refs))
                return -ENOMEM;
            body->old_refs[body->old_ref_count++] = (struct old_ref){old, turn};
        }
    }
    return 0;
}

int refs_note(struct body *body, const struct yaml *front)
{
    const struct yaml *map = NULL;
    int err = note_turns(body);
    if (!err)
        err = find_map(front, &map);
    return err || !map ? err : note_corrected(body, map);
}
