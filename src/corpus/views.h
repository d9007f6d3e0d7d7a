/*
 * The views of one generation: by-tag, by-person … and their facets, by-tag/ai-safety. They are
 * immutable; the next generation shares those that did not change.
 *
 * The vocabulary numbers views and facets, and the arrays are by number; a view or facet without
 * episodes is NULL.
 */
#ifndef CORPUS_VIEWS_H
#define CORPUS_VIEWS_H

#include "corpus/txn.h"
#include "corpus/vocabulary.h"

struct episode;

/* One value of a view. */
struct facet {
    struct slice name;  /* the commonest spelling, as a file name */
    struct slice value; /* the same, unescaped */
    uint32_t view;
    uint32_t episode_count;
    const uint32_t *episodes; /* in the order of their entries */
    uint64_t identity;
    char text[]; /* of the name */
};

struct view {
    struct slice name; /* "by-tag" */
    uint32_t count;
    const uint32_t *facets; /* in the order of their names */
    bool is_disambiguated;  /* two facets had the same name, and one has a hash in it */
    uint64_t identity;
};

struct views {
    const struct view **views;
    uint32_t view_cap;
    const uint32_t *order; /* of the views, by name */
    uint32_t view_count;
    const struct facet **facets;
    uint32_t facet_cap;
    uint32_t facet_count;
    uint64_t entry_count; /* links in all of them */
    struct vocabulary *vocabulary;
};

/* The values of an episode, sorted by facet for binary search: a file may have very many. */
struct facet_refs {
    uint32_t count;
    struct spelling *spellings[];
};

void facet_refs_sort(struct facet_refs *facet_refs);

/* The first index of a facet; NO_INDEX if it is not there, or `facet_refs` is NULL. */
uint32_t facet_refs_find(const struct facet_refs *facet_refs, uint32_t facet);

/* Whether the i-th value is another spelling of the one before it. */
static inline bool facet_refs_repeat(const struct facet_refs *facet_refs, uint32_t i)
{
    return i && facet_refs->spellings[i - 1]->facet == facet_refs->spellings[i]->facet;
}

/* A changed episode, with its values before and after; NULL: none. */
struct views_change {
    uint32_t episode;
    const struct facet_refs *before, *after;
};

/* The input of views_next(). */
struct views_step {
    const struct views *old; /* or NULL */
    struct vocabulary *vocabulary;
    const struct episode *const *after; /* the episodes, for the order of their entries */
    uint32_t episode_cap;               /* numbers in `after` are below it */
    const struct views_change *changes;
    size_t count;
    struct txn *txn;
};

/* Builds the next views. 0, or -ENOMEM: then the vocabulary is as before, and the caller aborts the
 * txn. Either way the caller releases `next`. */
int views_next(const struct views_step *step, struct views *next);

/* Frees the arrays of one generation; the facets and views in them belong to the last one. */
void views_release(struct views *views);
void views_free_all(struct views *views);

/* The facet with exactly this name in a view, or NO_INDEX. */
uint32_t views_find(const struct views *views, uint32_t view, struct slice name);

/* The facet that a name spells in another way (utf8_fold), or NO_INDEX. */
uint32_t views_find_spelling(const struct views *views, uint32_t view, struct slice name);

/* The index of the first facet of a view, or of the first view, with a greater name. */
uint32_t views_facet_behind(const struct views *views, uint32_t view, struct slice name);
uint32_t views_order_behind(const struct views *views, struct slice name);

static inline const struct view *views_view(const struct views *views, uint32_t number)
{
    return number < views->view_cap ? views->views[number] : NULL;
}

static inline const struct facet *views_facet(const struct views *views, uint32_t number)
{
    return number < views->facet_cap ? views->facets[number] : NULL;
}

#endif
