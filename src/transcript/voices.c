#include "transcript/voices.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/filename.h"
#include "base/identity.h"
#include "base/utf8.h"
#include "speakers/label_names.h"
#include "speakers/persons.h"

/* Adds the label of each turn; `labels` gets their indexes. */
static void add_labels(const struct body *body, struct persons *persons, uint32_t *labels)
{
    for (uint32_t i = 0; i < body->count && !persons->err; i++) {
        const struct turn *turn = &body->turns[i];
        labels[i] = turn->speaker ? persons_add_label(persons, turn_speaker(body, turn)) : NO_VOICE;
    }
}

static void add_turn(struct body *body, uint32_t i)
{
    const struct turn *turn = &body->turns[i];
    struct voice *voice = &body->voices[turn->voice];
    voice->turns++;
    voice->last = i;
    voice->characters += utf8_count(turn_words(body, turn));
    int64_t end = turn_end(body, turn);
    if (end == NO_TIME)
        return;
    voice->timed++;
    voice->time = (voice->time == NO_TIME ? 0 : voice->time) + end - turn->start;
}

/* Gives each turn its voice; `voices` are those of the persons, NO_VOICE before they are heard. */
static int add_voices(struct body *body, const struct persons *persons, const uint32_t *labels,
                      uint32_t *voices, struct buf *notes)
{
    size_t cap = 0;
    for (uint32_t i = 0; i < body->count; i++) {
        if (labels[i] == NO_VOICE)
            continue;
        uint32_t person = persons->labels[labels[i]].person;
        if (voices[person] == NO_VOICE) {
            struct slice name = persons->all[person].name;
            if (!array_reserve(&body->voices, body->voice_count, &cap, sizeof *body->voices))
                return -ENOMEM;
            voices[person] = body->voice_count;
            body->voices[body->voice_count++] = (struct voice){
                .name = {(uint32_t)notes->len, (uint32_t)name.len},
                .first = i,
                .time = NO_TIME,
                .is_anonymous = label_is_anonymous(name) || label_is_machine(name),
            };
            buf_add_slice(notes, name);
        }
        body->turns[i].voice = voices[person];
        add_turn(body, i);
    }
    return notes->failed ? -ENOMEM : 0;
}

static int by_identity(const void *a, const void *b)
{
    const struct voice_name *x = a, *y = b;
    return x->identity != y->identity ? (x->identity < y->identity ? -1 : 1)
                                      : (x->voice > y->voice) - (x->voice < y->voice);
}

/* Sorts by identities, which an author cannot choose: with many equal ones look-ups would be slow.
 */
static int index_names(struct body *body, const struct buf *notes)
{
    body->voice_names = calloc(body->voice_count + (size_t)1, sizeof *body->voice_names);
    if (!body->voice_names)
        return -ENOMEM;
    for (uint32_t i = 0; i < body->voice_count; i++) {
        cleanup_buf struct buf name = {0};
        filename_of_value(&name, run_part(notes->data, body->voices[i].name));
        if (name.failed)
            return -ENOMEM;
        body->voice_names[i] = (struct voice_name){identity_of(IDENTITY_NAME, buf_slice(&name)), i};
    }
    qsort(body->voice_names, body->voice_count, sizeof *body->voice_names, by_identity);
    return 0;
}

uint32_t body_find_voice(const struct body *body, struct slice name)
{
    uint64_t identity = identity_of(IDENTITY_NAME, name);
    uint32_t low = 0, high = body->voice_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (body->voice_names[middle].identity < identity)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_there = low < body->voice_count && body->voice_names[low].identity == identity;
    return is_there ? body->voice_names[low].voice : NO_VOICE;
}

int voices_gather(struct body *body, const struct lines *lines, const struct yaml *front,
                  struct slice aliases, struct buf *notes)
{
    struct persons persons = {0};
    uint32_t *labels = calloc(body->count + (size_t)1, sizeof *labels), *voices = NULL;
    int err = labels ? 0 : -ENOMEM;
    if (!err) {
        add_labels(body, &persons, labels);
        err = persons.err ? persons.err
                          : persons_find(&persons, lines, front, aliases, labels, body->count);
    }
    if (!err && !(voices = malloc((persons.count + 1) * sizeof *voices)))
        err = -ENOMEM;
    if (!err) {
        memset(voices, 0xFF, (persons.count + 1) * sizeof *voices);
        err = add_voices(body, &persons, labels, voices, notes);
    }
    if (!err)
        err = index_names(body, notes);
    free(voices);
    free(labels);
    persons_free(&persons);
    return err;
}
