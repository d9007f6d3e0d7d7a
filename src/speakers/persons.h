/*
 * Persons: which labels of a file belong to one person, and the person's name.
 *
 * The first of these rules that holds gives a label its person:
 *   - it is an alias: `voices` in the front matter of the file, then in the configuration;
 *   - the file lists its attendees, and the label is an abbreviation there: `Ana Lima | AL`;
 *   - another label has it in brackets: `Ana Lima (AL)`;
 *   - it is the beginning or the last word of exactly one full name among labels and attendees:
 *     Ana, Ana Lima; but not if the two answer each other.
 * Brackets and a degree behind a name are no part of it: `Ana (she/her)`, `Ana [Org]`, `Ana Lima,
 * PhD`; unless they distinguish two labels of one name. Case and Unicode form do not count. If two
 * persons fit, neither does, and the label is its own person.
 */
#ifndef SPEAKERS_PERSONS_H
#define SPEAKERS_PERSONS_H

#include "base/arena.h"
#include "base/map.h"
#include "syntax/lines.h"
#include "values/yaml.h"

#define NO_PERSON UINT32_MAX

/* A label of a turn. */
struct heard_label {
    struct slice text; /* the spelling most like a name, without invisible characters */
    uint32_t person;   /* its index in persons.all */
    uint32_t instead;  /* its own person, if the rule on parts of names gave it another */
    bool is_answered;  /* … and the two answer each other */
};

struct person {
    struct slice name;
    bool is_here; /* has a label, or the file lists them */
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
    struct map codes;   /* abbreviation folded -> person; SEVERAL if ambiguous */
    struct map bare;    /* name before brackets, folded -> its label; SEVERAL */
    struct map parts;   /* beginning or end of a name, folded -> person; SEVERAL */
    struct arena arena;
    int err;
};

/* The index of a label, which is not empty and outlives `persons`; adds it if it is new. 0 if
 * memory runs out; persons.err is set then. */
uint32_t persons_add_label(struct persons *persons, struct slice label);

/*
 * Finds the person of each label. `front`, or NULL, is the front matter; `aliases` are those of the
 * configuration (config.h). `turns` are the labels of the turns in their order, UINT32_MAX where
 * there is none. 0 or -ENOMEM.
 */
int persons_find(struct persons *persons, const struct lines *lines, const struct yaml *front,
                 struct slice aliases, const uint32_t *turns, size_t count);

void persons_free(struct persons *persons);

#endif
