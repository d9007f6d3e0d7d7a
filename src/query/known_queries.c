#include "query/known_queries.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "corpus/history.h"

struct query_slot {
    char *text; /* owned; NULL: the slot is free */
    uint32_t len;
    uint32_t hash;
    uint32_t number;
    uint32_t next;              /* the number that the next query gets here */
    uint64_t first, last, used; /* as in struct known_query, and below */
    bool is_entered;
};

int known_queries_init(struct known_queries *known)
{
    *known = (struct known_queries){.slots = calloc(QUERY_SLOTS, sizeof *known->slots)};
    pthread_mutex_init(&known->lock, NULL);
    for (uint32_t i = 0; known->slots && i < QUERY_SLOTS; i++)
        known->slots[i].next = i;
    return known->slots ? 0 : -ENOMEM;
}

void known_queries_free(struct known_queries *known)
{
    for (uint32_t i = 0; known->slots && i < QUERY_SLOTS; i++)
        free(known->slots[i].text);
    free(known->slots);
    pthread_mutex_destroy(&known->lock);
}

/* --- with the lock held ----------------------------------------------------------------------- */

static struct query_slot *find_text(const struct known_queries *known, struct slice text,
                                    uint32_t hash)
{
    for (struct query_slot *slot = known->slots; slot < known->slots + QUERY_SLOTS; slot++) {
        if (slot->hash == hash && slot->text &&
            slice_equal((struct slice){slot->text, slot->len}, text))
            return slot;
    }
    return NULL;
}

static struct query_slot *find_number(const struct known_queries *known, uint32_t number)
{
    struct query_slot *slot = &known->slots[number % QUERY_SLOTS];
    return slot->text && slot->number == number ? slot : NULL;
}

static void drop(struct known_queries *known, struct query_slot *slot)
{
    known->count -= slot->text != NULL;
    free(slot->text);
    *slot = (struct query_slot){.next = slot->next};
}

static struct query_slot *fill(struct known_queries *known, uint32_t number, struct slice text)
{
    struct query_slot *slot = &known->slots[number % QUERY_SLOTS];
    char *copy = strndup(text.data, text.len);
    if (!copy)
        return NULL;
    drop(known, slot);
    *slot = (struct query_slot){.text = copy,
                                .len = (uint32_t)text.len,
                                .hash = (uint32_t)hash64(text, 0),
                                .number = number,
                                .next = number + QUERY_SLOTS};
    known->count++;
    return slot;
}

/* An empty query: the number is given, and its query forgotten. */
static void note(struct known_queries *known, uint32_t number, struct slice text)
{
    char record[sizeof number + NAME_MAX];
    memcpy(record, &number, sizeof number);
    if (text.len)
        memcpy(record + sizeof number, text.data, text.len);
    journal_add(known->journal, HISTORY_SELECTION, number % QUERY_SLOTS,
                (struct slice){record, sizeof number + text.len});
}

static void forget(struct known_queries *known, struct query_slot *slot)
{
    note(known, slot->number, SLICE(""));
    drop(known, slot);
}

/* … `must_be_free`: of those that clients keep nothing of, and whose slot has a number left. */
static struct query_slot *find_oldest(const struct known_queries *known, bool must_be_free)
{
    struct query_slot *oldest = NULL;
    for (struct query_slot *slot = known->slots; slot < known->slots + QUERY_SLOTS; slot++) {
        bool may_be = !must_be_free || (!slot->last && slot->next < QUERY_NUMBERS);
        if (slot->text && may_be && (!oldest || slot->used < oldest->used))
            oldest = slot;
    }
    return oldest;
}

/* One after the other, so that each gives away as many numbers. */
static struct query_slot *find_free(struct known_queries *known)
{
    for (uint32_t i = 0; i < QUERY_SLOTS; i++) {
        struct query_slot *slot = &known->slots[known->next++ % QUERY_SLOTS];
        if (!slot->text && slot->next < QUERY_NUMBERS)
            return slot;
    }
    return NULL;
}

static int add(struct known_queries *known, struct slice text, struct query_slot **added)
{
    struct query_slot *slot = find_free(known);
    if (!slot) {
        slot = find_oldest(known, true);
        if (!slot)
            return known->count == QUERY_SLOTS ? -EBUSY : -ENOSPC;
        forget(known, slot);
    }
    *added = fill(known, slot->next, text);
    if (!*added)
        return -ENOMEM;
    note(known, slot->number, text);
    return 0;
}

static void take(struct query_slot *slot, struct known_query *query)
{
    query->number = slot->number;
    query->first = slot->first;
    query->last = slot->last;
    query->used = slot->used;
    query->is_entered = slot->is_entered;
    query->len = slot->len;
    memcpy(query->text, slot->text, slot->len);
    slot->first = slot->last = 0;
    slot->is_entered = false;
}

/* Most slots are left to queries of which clients keep nothing: those can be forgotten at once. */
static bool may_be_kept(const struct known_queries *known, const struct query_slot *slot)
{
    enum { MANY = QUERY_SLOTS / 2 };
    return known->count <= MANY || slot->last;
}

static void note_shown(struct query_slot *slot, uint64_t first, uint64_t last)
{
    if (first && (!slot->first || first < slot->first))
        slot->first = first;
    if (last > slot->last)
        slot->last = last;
}

/* --- any thread ------------------------------------------------------------------------------- */

int known_queries_enter(struct known_queries *known, struct slice canonical, uint64_t generation,
                        uint32_t *number, bool *may_keep)
{
    int err = 0;
    pthread_mutex_lock(&known->lock);
    struct query_slot *slot = find_text(known, canonical, (uint32_t)hash64(canonical, 0));
    if (!slot)
        err = add(known, canonical, &slot);
    if (!err) {
        slot->used = ++known->clock;
        *number = slot->number;
        *may_keep = may_be_kept(known, slot);
        if (*may_keep)
            note_shown(slot, generation, generation);
    }
    bool are_too_many = known->count > QUERIES_KEPT;
    pthread_mutex_unlock(&known->lock);
    if (are_too_many && known->too_many)
        known->too_many(known->owner);
    return err;
}

bool known_queries_use(struct known_queries *known, uint32_t number, uint64_t generation,
                       bool *may_keep)
{
    pthread_mutex_lock(&known->lock);
    struct query_slot *slot = find_number(known, number);
    *may_keep = slot && may_be_kept(known, slot);
    if (slot)
        slot->used = ++known->clock;
    if (*may_keep) {
        slot->is_entered = true;
        note_shown(slot, generation, generation);
    }
    pthread_mutex_unlock(&known->lock);
    return slot != NULL;
}

struct slice known_queries_text(struct known_queries *known, uint32_t number, char text[NAME_MAX])
{
    struct slice query = {0};
    pthread_mutex_lock(&known->lock);
    struct query_slot *slot = find_number(known, number);
    if (slot)
        query = (struct slice){memcpy(text, slot->text, slot->len), slot->len};
    pthread_mutex_unlock(&known->lock);
    return query;
}

uint32_t known_queries_count(struct known_queries *known)
{
    pthread_mutex_lock(&known->lock);
    uint32_t count = known->count;
    pthread_mutex_unlock(&known->lock);
    return count;
}

/* --- forgetting ------------------------------------------------------------------------------- */

bool known_queries_take_shown(struct known_queries *known, uint32_t slot_,
                              struct known_query *query)
{
    struct query_slot *slot = &known->slots[slot_];
    pthread_mutex_lock(&known->lock);
    bool is_shown = slot->last != 0;
    if (is_shown)
        take(slot, query);
    pthread_mutex_unlock(&known->lock);
    return is_shown;
}

bool known_queries_take_oldest(struct known_queries *known, struct known_query *query)
{
    pthread_mutex_lock(&known->lock);
    struct query_slot *oldest = known->count > QUERIES_KEPT ? find_oldest(known, false) : NULL;
    if (oldest)
        take(oldest, query);
    pthread_mutex_unlock(&known->lock);
    return oldest != NULL;
}

void known_queries_forget(struct known_queries *known, const struct known_query *query)
{
    pthread_mutex_lock(&known->lock);
    struct query_slot *slot = find_number(known, query->number);
    if (slot && slot->used == query->used) {
        forget(known, slot);
    } else if (slot) { /* clients may have it again */
        note_shown(slot, query->first, query->last);
        slot->is_entered |= query->is_entered;
    }
    pthread_mutex_unlock(&known->lock);
}

int known_queries_restore(struct known_queries *known, const struct journal_record *record,
                          uint64_t first, uint64_t last)
{
    uint32_t number;
    if (record->bytes.len < sizeof number || record->bytes.len > sizeof number + NAME_MAX)
        return 0; /* a writer that crashed may have written anywhere */
    memcpy(&number, record->bytes.data, sizeof number);
    if (number >= QUERY_NUMBERS)
        return 0;
    struct slice text = slice_skip(record->bytes, sizeof number);
    if (!text.len) {
        drop(known, &known->slots[number % QUERY_SLOTS]);
        known->slots[number % QUERY_SLOTS].next = number + QUERY_SLOTS;
        return 0;
    }
    struct query_slot *slot = fill(known, number, text);
    if (!slot)
        return -ENOMEM;
    slot->used = ++known->clock;
    slot->is_entered = true;
    note_shown(slot, first, last);
    return 0;
}
