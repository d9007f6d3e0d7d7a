/*
 * The facts that the beginning of a content file gives, before its body is read.
 */
#ifndef METADATA_HEAD_H
#define METADATA_HEAD_H

#include "values/date.h"
#include "metadata/front.h"

struct head {
    struct slice title;    /* empty: none */
    struct date date;      /* year 0: none */
    uint8_t date_source;   /* enum date_source */
    size_t body;           /* offset of the body, in the bytes of the file */
    uint32_t body_line;    /* the line on which it begins */
    bool has_front;        /* front matter with at least one key */
    bool has_values;       /* … and with a value in one */
    bool has_body;         /* something but white space behind the front matter */
    bool is_no_transcript; /* the file is no episode */
    bool has_originals;    /* its beginning has the mark of one */
};

/* One value of one key that makes a view. */
struct fact {
    struct fact *next;
    struct slice view;
    struct slice value;    /* trimmed, not empty, UTF-8 */
    uint32_t line, column; /* where it stands, 1-based */
};

#endif
