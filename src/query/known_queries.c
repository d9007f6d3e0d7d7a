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
    uint32_t next;             /* the number that the next query gets here */
    uint64_t used;             /* as in struct known_query */
    struct query_moment since; /* when the result became what it is */
    uint64_t checked;          /* … and the last generation in which it is; 0: it is not known */
    bool is_shown, is_entered; /* clients may keep it, and what is in it */
    uint8_t *found;            /* a bit for each number of an episode; owned; NULL: not known */
    uint32_t found_cap;
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
    for (uint32_t i = 0; known->slots && i < QUERY_SLOTS; i++) {
        free(known->slots[i].text);
        free(known->slots[i].found);
    }
    free(known->slots);
    pthread_mutex_destroy(&known->lock);
}

/* --- with the lock held ----------------------------------------------------------------------- */

static struct slice text_of(const struct query_slot *slot)
{
    return (struct slice){slot->text, slot->len};
}

static struct query_slot *find_text(const struct known_queries *known, struct slice text,
                                    uint32_t hash)
{
    for (struct query_slot *slot = known->slots; slot < known->slots + QUERY_SLOTS; slot++) {
        if (slot->hash == hash && slot->text && slice_equal(text_of(slot), text))
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
    free(slot->found);
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

/* What is logged; the text of the query follows. */
struct record {
    uint64_t version, number;
};

/* An empty query: the number is given, and its query forgotten. */
static void note(struct known_queries *known, const struct query_slot *slot, struct slice text)
{
    const struct record head = {slot->since.generation, slot->number};
    char record[sizeof head + NAME_MAX];
    memcpy(record, &head, sizeof head);
    if (text.len)
        memcpy(record + sizeof head, text.data, text.len);
    journal_add(known->journal, HISTORY_SELECTION, slot->number % QUERY_SLOTS,
                (struct slice){record, sizeof head + text.len});
}

static void forget(struct known_queries *known, struct query_slot *slot)
{
    note(known, slot, SLICE(""));
    drop(known, slot);
}

/* … `must_be_free`: of those that clients keep nothing of, and whose slot has a number left. */
static struct query_slot *find_oldest(const struct known_queries *known, bool must_be_free)
{
    struct query_slot *oldest = NULL;
    for (struct query_slot *slot = known->slots; slot < known->slots + QUERY_SLOTS; slot++) {
        bool may_be = !must_be_free || (!slot->is_shown && slot->next < QUERY_NUMBERS);
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
    note(known, slot, text);
    return 0;
}

static void describe(const struct query_slot *slot, struct known_query *query)
{
    query->number = slot->number;
    query->version = slot->since.generation;
    query->used = slot->used;
    query->is_entered = slot->is_entered;
    query->len = slot->len;
    memcpy(query->text, slot->text, slot->len);
}

static void take(struct query_slot *slot, struct known_query *query)
{
    describe(slot, query);
    free(slot->found);
    slot->found = NULL;
    slot->since = (struct query_moment){0};
    slot->checked = 0;
    slot->is_shown = slot->is_entered = false;
}

/* Most slots are left to queries of which clients keep nothing: those can be forgotten at once. */
static bool may_be_kept(const struct known_queries *known, const struct query_slot *slot)
{
    enum { MANY = QUERY_SLOTS / 2 };
    return known->count <= MANY || slot->is_shown;
}

static bool is_known_in(const struct query_slot *slot, uint64_t generation)
{
    return slot->checked && slot->since.generation <= generation && generation <= slot->checked;
}

/* Whether clients may keep what they are about to see. What they do not have may begin now. */
static bool show(struct known_queries *known, struct query_slot *slot,
                 const struct query_moment *now)
{
    if (!may_be_kept(known, slot))
        return false;
    if (!slot->is_shown && now->generation > slot->checked) {
        free(slot->found);
        slot->found = NULL;
        slot->since = *now;
        slot->checked = now->generation;
        note(known, slot, text_of(slot));
    }
    bool may_keep = is_known_in(slot, now->generation);
    slot->is_shown |= may_keep;
    return may_keep;
}

/* --- any thread ------------------------------------------------------------------------------- */

int known_queries_enter(struct known_queries *known, struct slice canonical,
                        const struct query_moment *now, uint32_t *number, bool *may_keep)
{
    int err = 0;
    pthread_mutex_lock(&known->lock);
    struct query_slot *slot = find_text(known, canonical, (uint32_t)hash64(canonical, 0));
    if (!slot)
        err = add(known, canonical, &slot);
    if (!err) {
        slot->used = ++known->clock;
        *number = slot->number;
        *may_keep = now && show(known, slot, now);
    }
    bool are_too_many = known->count > QUERIES_KEPT;
    pthread_mutex_unlock(&known->lock);
    if (are_too_many && known->too_many)
        known->too_many(known->owner);
    return err;
}

bool known_queries_use(struct known_queries *known, uint32_t number, const struct query_moment *now,
                       bool *may_keep)
{
    pthread_mutex_lock(&known->lock);
    struct query_slot *slot = find_number(known, number);
    *may_keep = slot && show(known, slot, now);
    if (slot) {
        slot->used = ++known->clock;
        slot->is_entered |= *may_keep;
    }
    pthread_mutex_unlock(&known->lock);
    return slot != NULL;
}

struct query_moment known_queries_since(struct known_queries *known, uint32_t number,
                                        const struct query_moment *now)
{
    pthread_mutex_lock(&known->lock);
    const struct query_slot *slot = find_number(known, number);
    struct query_moment since = slot && is_known_in(slot, now->generation) ? slot->since : *now;
    pthread_mutex_unlock(&known->lock);
    return since;
}

void known_queries_note_found(struct known_queries *known, uint32_t number, uint64_t generation,
                              const bool *found, uint32_t cap)
{
    pthread_mutex_lock(&known->lock);
    struct query_slot *slot = find_number(known, number);
    if (slot && slot->is_shown && !slot->found && is_known_in(slot, generation)) {
        slot->found = calloc(cap / 8 + 1u, 1);
        slot->found_cap = slot->found ? cap : 0;
        for (uint32_t i = 0; i < slot->found_cap; i++)
            slot->found[i / 8] |= (uint8_t)(found[i] << i % 8);
    }
    pthread_mutex_unlock(&known->lock);
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
    bool is_shown = slot->is_shown;
    if (is_shown)
        take(slot, query);
    pthread_mutex_unlock(&known->lock);
    return is_shown;
}

static bool has_found_one(const struct query_slot *slot, const uint32_t *episodes, size_t count)
{
    bool has = false;
    for (size_t i = 0; i < count && !has; i++)
        has = episodes[i] < slot->found_cap &&
              (slot->found[episodes[i] / 8] >> episodes[i] % 8 & 1u);
    return has;
}

enum query_state known_queries_compare(struct known_queries *known, uint32_t slot_, uint64_t after,
                                       const uint32_t *changed, size_t count,
                                       struct known_query *query)
{
    const struct query_slot *slot = &known->slots[slot_];
    enum query_state state = QUERY_HAS_CHANGED;
    pthread_mutex_lock(&known->lock);
    if (!slot->is_shown || slot->checked >= after) {
        state = QUERY_IS_SAME;
    } else if (slot->checked + 1 == after && slot->found && !has_found_one(slot, changed, count)) {
        state = QUERY_MAY_BE_SAME;
        describe(slot, query);
    }
    pthread_mutex_unlock(&known->lock);
    return state;
}

void known_queries_confirm(struct known_queries *known, uint32_t number, uint64_t generation)
{
    pthread_mutex_lock(&known->lock);
    struct query_slot *slot = find_number(known, number);
    if (slot && slot->is_shown)
        slot->checked = generation;
    pthread_mutex_unlock(&known->lock);
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
    } else if (slot) { /* a client may have had the old one when it was notified of it */
        slot->since.generation = slot->is_shown ? slot->since.generation : query->version;
        slot->checked = 0;
        slot->is_shown = true;
        slot->is_entered |= query->is_entered;
    }
    pthread_mutex_unlock(&known->lock);
}

int known_queries_restore(struct known_queries *known, const struct journal_record *record)
{
    struct record head;
    if (record->bytes.len < sizeof head || record->bytes.len > sizeof head + NAME_MAX)
        return 0; /* a writer that crashed may have written anywhere */
    memcpy(&head, record->bytes.data, sizeof head);
    if (head.number >= QUERY_NUMBERS)
        return 0;
    struct slice text = slice_skip(record->bytes, sizeof head);
    if (!text.len) {
        drop(known, &known->slots[head.number % QUERY_SLOTS]);
        known->slots[head.number % QUERY_SLOTS].next = (uint32_t)head.number + QUERY_SLOTS;
        return 0;
    }
    struct query_slot *slot = fill(known, (uint32_t)head.number, text);
    if (!slot)
        return -ENOMEM;
    known->has_restored = true;
    slot->used = ++known->clock;
    slot->since.generation = head.version;
    slot->is_shown = slot->is_entered = true;
    return 0;
}
