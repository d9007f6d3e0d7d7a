/*
 * Identities, the source of inode numbers. An author who chooses a name or a value must not be able
 * to choose its number with it, or his file could pass for another's. So an identity is SHA-256,
 * truncated to 64 bits, of all that identifies a thing in one input: with a hash of each part, an
 * attacker could choose parts that collide. The same on every machine. Only this file and
 * identity.c include Nettle.
 */
#ifndef BASE_IDENTITY_H
#define BASE_IDENTITY_H

#include <nettle/sha2.h>

#include "base/slice.h"

/* The kinds of things with an identity: the same bytes give each kind a different one. */
enum identity_kind {
    IDENTITY_PATH,    /* of an episode */
    IDENTITY_VERSION, /* … and the contents of its file */
    IDENTITY_FILES,   /* … and in those beside it */
    IDENTITY_FOLDER,  /* of the content */
    IDENTITY_VIEW,
    IDENTITY_VALUE, /* in a view */
    IDENTITY_QUERY,
    IDENTITY_REF,
    IDENTITY_NAME,   /* of a file */
    IDENTITY_PARSED, /* a part of a file in one state */
};

struct identity {
    struct sha256_ctx hash;
};

void identity_begin(struct identity *identity, enum identity_kind kind);
void identity_add(struct identity *identity, struct slice bytes);
void identity_add_number(struct identity *identity, uint64_t number);
uint64_t identity_end(struct identity *identity);

/* The identity of one text. */
uint64_t identity_of(enum identity_kind kind, struct slice text);

#endif
