/*
 * The types of labels.
 */
#ifndef SPEAKERS_LABEL_FORM_H
#define SPEAKERS_LABEL_FORM_H

#include "values/timestamp.h"

enum {
    LABEL_MAX_BYTES = 120,      /* of a bold one */
    LABEL_MAX_PLAIN_BYTES = 60, /* of one with only a colon */
};

enum label_form {
    LABEL_NONE,
    LABEL_BOLD,     /* **Name:** words, **Name**: words; with a time also without a colon */
    LABEL_ALONE,    /* **Name** alone on its line; [0:23] Name */
    LABEL_TIMED,    /* Name: 00:12:34 alone on its line */
    LABEL_PLAIN,    /* Name: words, [Name]: words, Q - words, <Name> words, | Name | 0:23 | words |,
                       0:23 | Name | words, and those of label_read_signed() */
    LABEL_CHEVRON,  /* >> words: another speaker, without a name */
    LABEL_BARE,     /* **Name** words, with nothing between the two */
    LABEL_CAPITALS, /* NAME alone on its line */
};

/* The parts at the head of a line, in this order, all optional but the name: chevrons; the bullet
 * of an item; a time and a dash; the name, bold or not, with a time in it or behind it, in brackets
 * or not; a colon or a dash. A label with a time needs no colon. */
struct label {
    enum label_form form;
    struct slice
        speaker; /* without colon, bold, brackets, time and white space; empty for a chevron */
    struct slice words;   /* what follows on the line; may be empty */
    struct slice written; /* the same before a time was taken from its front */
    int64_t start;        /* milliseconds; NO_TIME where the line has none at its head */
    bool has_chevron;     /* >> stood before it */
    bool is_loose;        /* a time without a colon before it: `Ana 00:12:34` */
    bool has_comma;       /* … `Ana, 00:12:34` */
    bool is_item;         /* the bullet of a list stood before it */
    bool is_row;          /* it is the first cell of a row of a table */
    bool is_short;        /* its words are few, as those of data are: no evidence */
    bool is_behind_time;  /* a time stood before it */
    bool has_no_colon;    /* only a time, or pointed brackets, mark it */
    bool is_dotted;       /* `Q. words`, as in a court; `Mr. PAIK. Words`, in a hearing */
    bool is_question;     /* the line is bold, with its words: `**Q: Who?**` */
    bool is_of_chat;      /* `From Name to Everyone: words`: nothing else has this form */
};

#endif
