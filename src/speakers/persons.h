/*
 * Persons: which labels of a file are of one person, and what that person is called.
 *
 * A label is somebody's by one of these, the first that holds:
 *   - somebody says so: `voices` in the front matter of the file, then in the configuration;
 *   - the file lists who took part, and the label is the abbreviation there: `Ana Lima | AL`;
 *   - another label has it in brackets: `Ana Lima (AL)`;
 *   - it is the beginning or the last word of one whole name among labels and those who took part:
 *     Ana, Ana Lima; but not where the two answer each other.
 * What stands behind a name in brackets, and a degree, is no part of it: `Ana (she/her)`, `Ana
 * [Org]`, `Ana Lima, PhD`; but where two labels tell two of one name apart by it. Case and Unicode
 * form do not count. Where two fit, nobody does, and the label is its own person.
 */
#ifndef SPEAKERS_PERSONS_H
#define SPEAKERS_PERSONS_H

#include "base/arena.h"
#include "base/map.h"
#include "syntax/lines.h"
#include "values/yaml.h"

#define NO_PERSON UINT32_MAX

/* A label that is heard. */
struct heard_label {
    struct slice text; /* the spelling that is most like a name, without what shows nothing */
    uint32_t person;   /* its index in persons.all */
    uint32_t instead;  /* the person it is by itself, where a part of a name made it another's */
    bool is_answered;  /* … and the two answer each other */
};

struct person {
    struct slice name;
    bool is_here; /* a label is theirs, or the file lists them */
};

struct persons {
    struct heard_label *labels; /* owned */
    size_t label_count, label_cap;
    struct map spellings; /* label as it is written -> index */
    struct map folded;    /* label folded -> index */
    struct person *all;   /* owned */
    size_t count, cap;
    struct map people;  /* name folded -> person */
    struct map aliases; /* label folded -> person */
    struct map codes;   /* abbreviation folded -> person; SEVERAL where two have it */
    struct map bare;    /* name before brackets, folded -> its label; SEVERAL */
    struct map parts;   /* beginning or end of a name, folded -> person; SEVERAL */
    struct arena arena;
    int err;
};

/* The index of a label, which is not empty and lives as long as this; it may be new. 0 where
 * persons.err is set: memory ended. */
uint32_t persons_hear(struct persons *persons, struct slice label);

/*
 * Finds the person of each label that was heard. `front`, or NULL, is the front matter; `aliases`
 * are those of the configuration (config.h). `turns` are the labels of the turns in their order,
 * UINT32_MAX where there is none. 0 or -ENOMEM.
 */
int persons_find(struct persons *persons, const struct lines *lines, const struct yaml *front,
                 struct slice aliases, const uint32_t *turns, size_t count);

void persons_free(struct persons *persons);

#endif
