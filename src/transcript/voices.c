#include "transcript/voices.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/utf8.h"
#include "speakers/label_names.h"
#include "speakers/persons.h"

/* Hears the label of each turn; `labels` has their indexes. */
static void hear_labels(const struct body *body, struct persons *persons, uint32_t *labels)
{
    for (uint32_t i = 0; i < body->count && !persons->err; i++) {
        const struct turn *turn = &body->turns[i];
        labels[i] = turn->speaker ? persons_hear(persons, turn_speaker(body, turn)) : NO_VOICE;
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
                .is_anonymous = label_is_anonymous(name),
            };
            buf_add_slice(notes, name);
        }
        body->turns[i].voice = voices[person];
        add_turn(body, i);
    }
    return notes->failed ? -ENOMEM : 0;
}

int voices_gather(struct body *body, const struct lines *lines, const struct yaml *front,
                  struct slice aliases, struct buf *notes)
{
    struct persons persons = {0};
    uint32_t *labels = calloc(body->count + (size_t)1, sizeof *labels), *voices = NULL;
    int err = labels ? 0 : -ENOMEM;
    if (!err) {
        hear_labels(body, &persons, labels);
        err = persons.err ? persons.err
                          : persons_find(&persons, lines, front, aliases, labels, body->count);
    }
    if (!err && !(voices = malloc((persons.count + 1) * sizeof *voices)))
        err = -ENOMEM;
    if (!err) {
        memset(voices, 0xFF, (persons.count + 1) * sizeof *voices);
        err = add_voices(body, &persons, labels, voices, notes);
    }
    free(voices);
    free(labels);
    persons_free(&persons);
    return err;
}
