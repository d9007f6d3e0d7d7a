/*
 * A scope: an open node. It holds the generation of the node, and the parts of its episode that it
 * has loaded so far. Each function of tree.h opens one and closes it (answers.c).
 */
#ifndef NODES_SCOPE_H
#define NODES_SCOPE_H

#include <limits.h>

#include "index/generations.h"
#include "nodes/node.h"
#include "nodes/text.h"
#include "query/known_queries.h"
#include "render/material.h"

struct scope {
    struct tree *tree;
    struct generation *generation;
    bool is_held;                /* this scope puts the generation back; false: another one does */
    const struct corpus *corpus; /* of the generation */
    struct node node;
    struct cache_entry *entries[CACHE_KINDS];
    bool is_borrowed[CACHE_KINDS];   /* another scope puts it back */
    const struct selected *selected; /* the turns of its episode to show; NULL: all */
    bool is_unfollowed;              /* clients are not notified of it, and may keep nothing */
};

/* A child: its node and its name. */
struct child {
    struct node node;
    struct slice name;
    bool size_needs_render; /* its size is costly: a listing omits its attributes */
    bool no_entry_cache;    /* set by find(): the kernel may not cache its dentry */
    uint8_t
        list; /* 0: its index is the same in every generation; else the number of a sorted list */
    char text[NAME_MAX + 1]; /* storage for a name that nothing else holds */
};

enum { CHILD_GAP = 1 /* no child at this index, but more behind it */ };

/* The episode of a node whose i numbers one. */
static inline const struct episode *scope_episode(const struct scope *scope)
{
    return scope->corpus->episodes[scope->node.i];
}

/* The generation of the scope and the times of its content; and, for a node of a selection, those
 * in which the result of its query became what it is, for others the same. */
struct query_moment scope_now(const struct scope *scope);
struct query_moment scope_since(const struct scope *scope);

/* The newest version of a node with a version: that of its episode, or the generation of
 * scope_since(); and whether the node has it. */
uint64_t scope_newest_version(const struct scope *scope);
bool scope_is_newest(const struct scope *scope);

/* The front matter (NULL: there is none) or the body of the node's episode. The scope holds them
 * until it ends. 0 or an error. */
int scope_front(struct scope *scope, const struct yaml **map);
int scope_body(struct scope *scope, const struct body **body);

/* A range of the node's own text, by `render`, and its size, held likewise: .read and .size of a
 * file whose text the cache keeps. */
int scope_read_text(struct scope *scope, int (*render)(struct scope *scope, struct buf *out),
                    uint64_t offset, size_t len, struct tree_text *text);
int scope_size_text(struct scope *scope, int (*render)(struct scope *scope, struct buf *out),
                    uint64_t *size);

/* The material of a renderer, from the node's episode. 0 or an error; then the readable parts are
 * there. */
int scope_material(struct scope *scope, unsigned needs, struct material *material);
int scope_all_material(void *scope, struct material *material); /* of front matter and body */

/* Note, and tell, that the tree has made the text of a node from the scope's corpus. The tree
 * remembers the newest such corpus of each kind. */
void scope_note_made(const struct scope *scope);
bool scope_was_made(const struct scope *scope);

/* A scope of another node in the same generation, which the first scope still holds; and the end of
 * a scope. */
struct scope scope_at(const struct scope *scope, struct node node);
void scope_close(struct scope *scope);

/* For the members of node_ops: the check of a node of the whole corpus, whose version is the
 * generation; the root as the parent; a link count of 1, which for a folder means that its folders
 * are not counted; and no child, for a folder that lists nothing. */
int scope_check_generation(struct scope *scope);
struct node scope_root(const struct scope *scope);
uint32_t scope_links_uncounted(const struct scope *scope);
int scope_no_child(struct scope *scope, uint64_t index, struct child *child);

/* Copies a name, of at most NAME_MAX bytes, into the child, which then points into itself: do not
 * copy such a child. 0; -ENOMEM if the name is incomplete. */
static inline int child_set_name(struct child *child, const struct buf *name)
{
    if (name->failed || name->len > NAME_MAX)
        return -ENOMEM;
    memcpy(child->text, name->data, name->len);
    child->name = (struct slice){child->text, name->len};
    return 0;
}

/* Makes a child of this kind; 0. */
static inline int child_is(struct child *child, enum kind kind, uint32_t i, uint32_t version,
                           struct slice name)
{
    child->node = (struct node){.kind = kind, .i = i, .version = version};
    child->name = name;
    child->size_needs_render = false;
    child->no_entry_cache = false;
    child->list = 0;
    return 0;
}

/* The voice index of the scope's generation; see generations_voice_index(). */
int scope_voice_index(struct scope *scope, const struct voice_index **voice_index);

#endif
