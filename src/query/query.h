/*
 * A query: a condition on a turn, such as
 *
 *     tag:ai-agent date:2025 "reinforcement learning" -voice:Julian
 *
 * It is a tree of terms. Some speak of the turn (words, voice:, original:, heading:), all others of
 * its episode.
 */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum query_kind {
    QUERY_ALL,  /* of its operands hold */
    QUERY_ANY,  /* … one holds */
    QUERY_NOT,  /* its operand does not hold */
    QUERY_WITH, /* its operand holds for a turn of the episode */
    QUERY_TERM
};

enum query_key {
    QUERY_WORDS,
    QUERY_TITLE,
    QUERY_HEADING,
    QUERY_ORIGINAL,
    QUERY_VOICE,
    QUERY_DATE,
    QUERY_FOLDER,
    QUERY_START, /* of has: alone */
    QUERY_VIEW,  /* tag:, person: … */
    QUERY_HAS,
};

/* One of the alternative values of a term. */
struct query_value {
    struct slice folded; /* utf8_fold(); of a date: as written */
    bool is_prefix;      /* it matches by prefix */
    uint32_t from, to;   /* of a date: the first and the last day, date_code() */
    enum query_key has;  /* of has: the key */
    struct slice view;   /* … if that is QUERY_VIEW */
    uint32_t number;     /* among all values of the query, from 0 */
};

struct query_node {
    enum query_kind kind;
    enum query_key key;         /* of a term */
    struct slice view;          /* … of QUERY_VIEW: "by-tag" */
    struct query_value *values; /* in the order of their spellings */
    uint32_t value_count;
    struct query_node *first, *next; /* operands, in the order of their canonical spellings */
    struct slice canonical;
    bool speaks_of_turns; /* itself or an operand, with: included */
};

struct query {
    struct query_node *root;
    struct slice canonical;
    uint32_t value_count; /* of all terms */
    bool speaks_of_turns; /* a match needs bodies */
};

#endif
