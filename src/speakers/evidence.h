/*
 * Evidence other than the counts of labels: names in the front matter or in the text's list of
 * attendees, a list in which every item has a label, a name above a time.
 */
#ifndef SPEAKERS_EVIDENCE_H
#define SPEAKERS_EVIDENCE_H

#include "speakers/label_counts.h"
#include "values/yaml.h"

/* Counts one more use. 0 or -ENOMEM. */
int evidence_count(struct map *map, struct slice label);

/* The same in a kind of labels. */
int evidence_count_kind(struct label_kind *kind, struct slice label);

/* The uses of a label. */
uint32_t evidence_uses(const struct map *map, struct slice label);

/* Whether a label of a kind names a speaker: it recurs, or it has the form of a name, in a file in
 * which most of that kind recur. */
bool evidence_is_of_speakers(const struct label_kind *kind, struct slice label);

/* Likewise for a kind that agendas and tables have too: two labels have to recur. */
bool evidence_is_of_dialogue(const struct label_kind *kind, struct slice label);

/* `Ana Lima (Skerry)`, as a parliament writes it at a speaker's first turn: the name. */
struct slice evidence_without_aside(struct slice label);

/* Takes the names of the front matter, which may be NULL. 0 or -ENOMEM. */
int evidence_take_front(struct speaker_stats *stats, const struct yaml *front);

/* Whether the front matter has the name in a label, whole or up to a bracket: Ana Lima (AL). A part
 * of a name, or its initials, is weaker evidence: then the label has to recur. */
bool evidence_is_known(struct speaker_stats *stats, struct slice label);

/* Whether the text lists an attendee with this name or first name. */
bool evidence_is_listed(struct speaker_stats *stats, struct slice label);

/*
 * Whether an item of a list is a line of a chat that was copied in: `- Ana: words`, in a list of
 * four or more, of which four in five have labels, half of them of names that are labels, of
 * another kind, elsewhere in the file; a quarter, where half recur.
 */
bool evidence_is_chat_item(struct speaker_stats *stats, const struct line *line);

/* Whether a line is a name alone, and the text goes on below it. */
bool evidence_is_alone(const struct lines *lines, const struct line *line);

/* Whether a line is a name alone, above one that is nothing but a time: `Ana Lima` / `10:23`. */
bool evidence_is_above_time(const struct lines *lines, const struct line *line);

/* Whether a line is a name alone, between a time at the head of a paragraph and words. */
bool evidence_is_below_time(const struct lines *lines, const struct line *line);

#endif
