/*
 * How often labels are used in a file: what speaker_stats.h fills, and says who speaks by.
 */
#ifndef SPEAKERS_LABEL_COUNTS_H
#define SPEAKERS_LABEL_COUNTS_H

#include "base/map.h"
#include "speakers/label.h"
#include "syntax/lines.h"

/* Labels of one kind, and whether most of them stand in the file again, as those of speakers do. */
struct label_kind {
    struct map uses;    /* label -> uses */
    uint32_t total;     /* all uses */
    uint32_t again;     /* those of labels that are used more than once */
    uint32_t recurring; /* how many labels that are */
};

struct speaker_stats {
    const struct lines *lines;   /* borrowed */
    struct map bold;             /* label -> uses */
    struct map plain;            /* label -> uses at the head of a line */
    struct map timed;            /* label -> uses with a time */
    struct map originals;        /* label -> uses at the head of an original */
    struct map chevrons;         /* label -> uses behind a chevron */
    struct map exchanges;        /* label -> uses in A, B, A */
    struct label_kind alone;     /* **Name** */
    struct label_kind loose;     /* only a time or pointed brackets say that it is a label */
    struct label_kind items;     /* behind the bullet of a list */
    struct label_kind headings;  /* #### Name [0:23] */
    struct label_kind names;     /* headings that are nothing but a name */
    struct label_kind toggles;   /* - **Name**, alone, with paragraphs below it in the item */
    struct label_kind capitals;  /* NAME, alone */
    struct label_kind bare;      /* **Name** words */
    struct label_kind above;     /* a name alone, above a time */
    struct label_kind openers;   /* the labels that sections begin with */
    struct map keys;             /* labels that are keys of a list: Added, Monday */
    struct map known;            /* folded names in the front matter */
    struct map name_parts;       /* the words of these names */
    struct map asked;            /* label -> whether it is one of these names, where it was asked */
    struct map initials;         /* of these names */
    struct map listed;           /* who took part, and their first names; taken when it is asked */
    struct arena arena;          /* of the keys that are not in the lines */
    bool *failed;                /* set where memory ends when it is asked; borrowed */
    bool is_speech;              /* headings stand in what somebody says */
    bool is_article;             /* bold labels name nobody … */
    bool is_dialogue;            /* plain ones that recur name somebody */
    struct label_kind rows;      /* | Name | words |, and no time */
    bool are_rows;               /* these are most of the text */
    bool is_trial;               /* `Q. words`, `A. words` in turn */
    bool are_capitals;           /* names in capitals, alone, are all the labels there are */
    bool are_bare;               /* most paragraphs begin with a bold name and no colon */
    bool are_listed;             /* `listed` was taken */
    size_t list_first, list_end; /* of the lines: the list that was looked at last … */
    bool is_chat;                /* … and whether its items are lines of a chat */
    bool are_items; /* most lines are items of a list with a label, and there is no other label */
};

#endif
