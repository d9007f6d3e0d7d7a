/*
 * The values of a key of front matter, in all forms that people write:
 *
 *     guest: Ana Maria                    itself; numbers and dates likewise
 *     guests: [Ana Maria, Bob Smith]      each item
 *     guest: "[[People/Ana Maria|Ana]]"   a vault's link: the name of the page it leads to
 *     guests: "[[Ana Maria]], [[Bob]]"    several of them
 *     guests: [[Ana Maria]]               the same without quotes: to YAML a list in a list
 *     speakers: [{name: Dora, role: host}]   the name of a mapping, else its title, else its label
 *     tags: ["#lamps", ropes]             each item, without the sign
 *     tags: lamps, ropes                  each part; likewise behind semicolons or number signs
 *
 * A list in a list that is no link is flattened one level; deeper lists, and mappings without a
 * name, are problems and no values. Empty values are neither.
 */
#ifndef VALUES_VALUES_H
#define VALUES_VALUES_H

#include "values/yaml.h"

/* The callbacks of the caller. */
struct values_reader {
    void *context;
    /* Called for each value, which is not empty and has nothing invisible at its ends; `at` is its
     * node. 0, or an error that ends the reading. */
    int (*add)(void *context, const struct yaml *at, struct slice text);
    /* Called for each value that was not taken as written, with the problem and its treatment. May
     * be NULL. */
    void (*report)(void *context, const struct yaml *at, const char *problem, const char *action);
    /* Mappings, and lists in lists that are no links, are data and hold no values. */
    bool skips_data;
    bool are_tags; /* values_each() sets it, by the key */
};

/* Reads the values of a key; `value` may be NULL. 0; -ENOMEM; an error of `add`. Texts are borrowed
 * from `value`. */
int values_each(const struct yaml *value, const struct values_reader *reader);

/* Whether a string consists of links of a vault. */
bool values_are_links(struct slice text);

/* Whether a value is several tags in a string: `tags: lamps, ropes`. No tag has a comma in it, nor
 * a semicolon. */
bool values_are_tags(const struct yaml *value);

/* The one value of a key that takes one (a title, a date): a text or a link to one page. False if
 * it is anything else; *text is empty if the key has no value. */
bool values_single(const struct yaml *value, struct slice *text);

#endif
