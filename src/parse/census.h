/*
 * The census: which labels of a file name who speaks. A wrong speaker is worse than none, so a
 * label counts only with evidence, and most of the evidence is how it is used throughout the file.
 *
 * Bold labels (`**Ana:** words`) are strong evidence and no proof: about one file in fifty with
 * bold labels is an article, and its lead-ins (`**The aim**: …`) name nobody. Who speaks, speaks
 * again: where three labels or more are in a file, and less than half of them stand there more than
 * once, they are lead-ins; and so are one or two, unless the text begins with one, as short talks
 * do.
 *
 * Plain labels (`Ana: words`) are what every other colon looks like. One of these has to hold:
 *   - a time stands beside it somewhere in the file (`Ana: 00:12:34`);
 *   - the front matter names it, whole or by one of its words (`people: [Ana Lima]`);
 *   - the same label stands in an original, or in bold as a speaker;
 *   - it recurs at the head of paragraphs, and the labels that do are the shape of the file:
 * together they head a good part of all paragraphs. `Note:` and `结论：` recur too; they do not
 * carry a file.
 */
#ifndef PARSE_CENSUS_H
#define PARSE_CENSUS_H

#include "base/map.h"
#include "parse/label.h"
#include "parse/lines.h"
#include "parse/yaml.h"

struct census {
    struct map bold;      /* label -> uses */
    struct map plain;     /* label -> uses at the head of a line */
    struct map timed;     /* label -> uses with a time */
    struct map originals; /* label -> uses at the head of an original */
    struct map known;     /* folded names, and words of names, in the front matter */
    struct arena arena;   /* of the keys that are not in the lines */
    bool is_article;      /* bold labels name nobody … */
    bool is_dialogue;     /* plain ones that recur name somebody */
};

/* Counts the labels of a file. Keys are borrowed from `lines` and `front`, which may be NULL. 0 or
 * -ENOMEM; the census is to be freed either way. */
int census_take(const struct lines *lines, const struct yaml *front, struct census *census);

void census_free(struct census *census);

/* Whether this label, of a line of the text or of an original, names who speaks. */
bool census_is_speaker(const struct census *census, const struct label *label);
bool census_is_original_speaker(const struct census *census, const struct label *label);

#endif
