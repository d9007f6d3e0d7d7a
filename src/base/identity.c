#include "base/identity.h"

#include <endian.h>

enum { CUT = sizeof(uint64_t) };

static void add(struct identity *identity, const void *bytes, size_t len)
{
    sha256_update(&identity->hash, len, bytes);
}

void identity_begin(struct identity *identity, enum identity_kind kind)
{
    const uint8_t first = (uint8_t)kind;
    sha256_init(&identity->hash);
    add(identity, &first, sizeof first);
}

/* With its length, so that bytes do not pass from one part to the next. */
void identity_add(struct identity *identity, struct slice bytes)
{
    const uint32_t len = htole32((uint32_t)bytes.len);
    add(identity, &len, sizeof len);
    if (bytes.len)
        add(identity, bytes.data, bytes.len);
}

void identity_add_number(struct identity *identity, uint64_t number)
{
    const uint64_t bytes = htole64(number);
    add(identity, &bytes, sizeof bytes);
}

uint64_t identity_end(struct identity *identity)
{
    uint8_t digest[CUT];
    uint64_t number;
    sha256_digest(&identity->hash, sizeof digest, digest);
    memcpy(&number, digest, sizeof number);
    return le64toh(number);
}

uint64_t identity_of(enum identity_kind kind, struct slice text)
{
    struct identity identity;
    identity_begin(&identity, kind);
    identity_add(&identity, text);
    return identity_end(&identity);
}
