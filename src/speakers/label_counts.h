/*
 * The counts of the labels of a file. speaker_stats.h fills them, and identifies speakers by them.
 */
#ifndef SPEAKERS_LABEL_COUNTS_H
#define SPEAKERS_LABEL_COUNTS_H

#include "base/map.h"
#include "speakers/label.h"
#include "syntax/lines.h"

/* Labels of one kind, and whether most of them recur in the file, as those of speakers do. */
struct label_kind {
    struct map uses;    /* label -> uses */
    uint32_t total;     /* all uses */
    uint32_t again;     /* those of labels that are used more than once */
    uint32_t recurring; /* the number of these labels */
    uint32_t exchanges; /* A, B, A: how often a label is that of two before, and not the last one */
    struct slice last, earlier;
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
    struct label_kind loose;     /* only a time or pointed brackets mark it */
    struct label_kind items;     /* behind the bullet of a list */
    struct label_kind headings;  /* #### Name [0:23] */
    struct label_kind names;     /* headings that are nothing but a name */
    struct label_kind toggles;   /* - **Name**, alone, with paragraphs below it in the item */
    struct label_kind capitals;  /* NAME, alone */
    struct label_kind bare;      /* **Name** words */
    struct label_kind above;     /* a name alone, above a time */
    struct label_kind lone;      /* a name alone at the head of a paragraph, above words */
    struct label_kind signs;     /* Name — words, [Name] words, > [!quote] Name */
    struct label_kind titled;    /* Mr. Paik. Words */
    struct label_kind questions; /* **Name: words**, all bold */
    struct label_kind openers;   /* the first labels of sections */
    struct map keys;             /* labels that are keys of a list: Added, Monday */
    struct map known;            /* folded names in the front matter */
    struct map name_parts;       /* the words of these names */
    struct map asked;            /* label -> whether it is one of these names, cached */
    struct map initials;         /* of these names */
    struct map listed;      /* attendees, and their first names; filled in on the first query */
    struct arena arena;     /* of the keys that are not in the lines */
    bool *failed;           /* set if memory runs out in a query; borrowed */
    bool is_speech;         /* headings stand within a speech */
    bool is_article;        /* bold labels name no speakers */
    bool is_dialogue;       /* plain ones that recur name speakers */
    bool are_on_lines;      /* … nearly each line begins with one */
    bool are_above;         /* … most stand alone, above the words */
    struct label_kind rows; /* | Name | words |, and no time */
    bool are_rows;          /* these are most of the text */
    bool are_names;         /* most headings are names, alone, that recur */
    bool are_lone;          /* names alone are all the labels there are, and head the turns */
    bool is_trial;          /* `Q. words`, `A. words` in turn, or `Mr. PAIK. Words` */
    bool are_capitals;      /* names in capitals, alone, are all the labels there are */
    bool are_signs;         /* names that only a sign marks are all the labels there are */
    bool are_bare;          /* most paragraphs begin with a bold name and no colon */
    bool are_listed;        /* `listed` was taken */
    size_t list_first, list_end; /* of the lines: the last list, cached … */
    bool is_chat;                /* … and whether its items are lines of a chat */
    bool are_items; /* most lines are items of a list with a label, and there is no other label */
};

#endif
