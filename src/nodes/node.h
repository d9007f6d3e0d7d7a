/*
 * Nodes: the kinds of nodes, the layout of their ids, and the properties that all nodes of a kind
 * share. This is data only; nodes.h has the functions.
 *
 * A node id is (kind, i, j, version) packed in 64 bits, never a pointer. It names a path and a
 * version of the content; the tree checks it at each request. The root is 1.
 *
 * Inode numbers are hashes of the value of a kind: add a new kind at the end.
 */
#ifndef NODES_NODE_H
#define NODES_NODE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum kind {
    KIND_NONE,
    KIND_ROOT, /* 1, so that its id is 1 */
    KIND_README,
    KIND_IGNORE,
    KIND_FOLDER,
    KIND_EPISODE,
    KIND_TURNS,
    KIND_TURN,
    KIND_ORIGINAL,
    KIND_ORIGINAL_TURN,
    KIND_SECTIONS,
    KIND_SECTION,
    KIND_SECTION_TURN,
    KIND_VOICES,
    KIND_VOICE,
    KIND_VOICE_TURN,
    KIND_META,
    KIND_META_VALUE,
    KIND_FORMAT,
    KIND_TEXT_FOLDER,
    KIND_ORIGINAL_FOLDER,
    KIND_INDEX,
    KIND_INDEX_TABLE,
    KIND_VIEW,
    KIND_FACET,
    KIND_ENTRY,
    KIND_SPELLING,
    KIND_BY_VOICE,
    KIND_BY_VOICE_FACET,
    KIND_BY_VOICE_ENTRY,
    KIND_BY_VOICE_SPELLING,
    KIND_DATES,
    KIND_YEAR,
    KIND_MONTH,
    KIND_DAY,
    KIND_DATE_ENTRY,
    KIND_CONTROL,
    KIND_VERSION,
    KIND_STATUS,
    KIND_GENERATION,
    KIND_PROBLEMS,
    KIND_REFS,
    KIND_REF,
    KIND_ALL_REFS,
    KIND_REF_FOLDER,
    KIND_REF_ENTRY,
    KIND_WHOLE_TABLE,
    KIND_TABLE_PIECE,
    KIND_SEARCH,
    KIND_SEARCH_README,
    KIND_SELECTION,
    KIND_SELECTION_SPELLING,
    KIND_SELECTION_FILE,
    KIND_SELECTION_TURNS,
    KIND_SELECTION_TURN,
    KIND_SELECTION_EPISODES,
    KIND_SELECTION_EPISODE,
    KIND_SELECTION_INDEX,
    KIND_SELECTION_TABLE,
    KIND_SELECTION_VIEW,
    KIND_SELECTION_VALUE,
    KIND_SELECTION_VOICE,
    KIND_SELECTION_DATE,
    KIND_COMBINED,
    KIND_COUNT,
};

/* A node id, unpacked. node.c says what i and j number. */
struct node {
    enum kind kind;
    uint32_t i;
    uint32_t j;
    uint32_t version; /* of the episode's content, if the bytes depend on it */
};

struct layout {
    const char *path; /* its place in the tree */
    mode_t type;      /* S_IFDIR, S_IFREG or S_IFLNK */
    uint8_t i_bits;   /* the width of i in an id: 8 bits of kind come before it */
    uint8_t j_bits;
    bool has_version; /* the rest of the id holds a version */
    bool of_episode;  /* an episode's folder or a node below it; i is the number of the episode */
    bool of_query;    /* a selection or a node in it; i is the number of its query */
    bool of_folder;   /* a folder of the content; i is its number */
    bool no_entry_cache;      /* each look-up gets another version or content */
    bool accepts_old_version; /* an id of an older version still resolves, to the current folder */
    bool combines;            /* it has combined views: search_find_combined() */
    bool no_negative_cache;   /* of a folder: nothing invalidates a name that appears in it */
};

extern const struct layout layouts[KIND_COUNT];

uint64_t node_id(const struct node *node);

/* Unpacks an id. 0, or -ESTALE if no kind has such an id. The node may not exist: see its check. */
int node_of_id(uint64_t id, struct node *node);

/* The low bits of a version that fit in an id of this kind. */
uint32_t node_version(enum kind kind, uint64_t version);

/* The latest version up to `newest` with the low bits that the node has. */
uint32_t node_whole_version(const struct node *node, uint32_t newest);

#endif
