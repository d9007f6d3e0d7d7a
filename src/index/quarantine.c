#include "index/quarantine.h"

#include <inttypes.h>
#include <sched.h>

#include "base/identity.h"

/* An identity: with a hash whose collisions can be computed, a file at which the parser dies could
 * have another one blamed. */
static uint64_t identity_of_part(enum guarded_part part, struct slice path,
                                 const struct file_id *id)
{
    struct identity identity;
    identity_begin(&identity, IDENTITY_PARSED);
    identity_add(&identity, path);
    identity_add_number(&identity, part);
    identity_add_number(&identity, id->device);
    identity_add_number(&identity, id->inode);
    identity_add_number(&identity, (uint64_t)id->size);
    identity_add_number(&identity, instant_bits(id->stamps.mtime));
    identity_add_number(&identity, instant_bits(id->stamps.ctime));
    uint64_t made = identity_end(&identity);
    return made ? made : 1;
}

static struct suspect *find(struct quarantine *quarantine, uint64_t file)
{
    for (int i = 0; i < QUARANTINE_SUSPECTS; i++) {
        if (quarantine->known[i].file == file)
            return &quarantine->known[i];
    }
    return NULL;
}

void quarantine_note_death(struct quarantine *quarantine, bool was_killed)
{
    quarantine->waiting = 0;
    for (int i = 0; i < QUARANTINE_READERS; i++) {
        uint64_t file = quarantine->reading[i];
        quarantine->reading[i] = 0;
        struct suspect *suspect = file ? find(quarantine, file) : NULL;
        if (file && !suspect) {
            suspect = find(quarantine, 0);
            if (suspect)
                *suspect = (struct suspect){.file = file};
        }
        if (!suspect)
            continue;
        suspect->deaths++;
        suspect->weight += was_killed ? WEIGHT_OF_KILL : WEIGHT_OF_CRASH;
    }
}

void quarantine_note_end(struct quarantine *quarantine)
{
    quarantine->waiting = 0;
    memset(quarantine->reading, 0, sizeof quarantine->reading);
}

/* --- reading -----------------------------------------------------------------------------------
 *
 * A thread takes a slot by writing the file into it. A thread that parses a suspect waits until all
 * others are done, and they wait for it. That is so rare and so short that they poll.
 */

static int take_slot(struct quarantine *quarantine, uint64_t file)
{
    for (int i = 0; i < QUARANTINE_READERS; i++) {
        uint64_t none = 0;
        if (__atomic_compare_exchange_n(&quarantine->reading[i], &none, file, false,
                                        __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
            return i;
    }
    return -1;
}

static void leave_slot(struct quarantine *quarantine, int slot)
{
    if (slot >= 0)
        __atomic_store_n(&quarantine->reading[slot], 0, __ATOMIC_SEQ_CST);
}

static uint64_t in_slot(const struct quarantine *quarantine, int slot)
{
    return __atomic_load_n(&quarantine->reading[slot], __ATOMIC_SEQ_CST);
}

/* A copy of the suspect; zeroed if the file is none. quarantine_note_death() writes the file last,
 * and nobody writes the rest after that. */
static struct suspect look_up(const struct quarantine *quarantine, uint64_t file)
{
    for (int i = 0; i < QUARANTINE_SUSPECTS; i++) {
        if (__atomic_load_n(&quarantine->known[i].file, __ATOMIC_SEQ_CST) == file)
            return quarantine->known[i];
    }
    return (struct suspect){0};
}

/* Whether another thread excludes this one: a suspect excludes all, any file a suspect. */
static bool must_wait(const struct quarantine *quarantine, int slot, bool is_suspect)
{
    for (int i = 0; i < QUARANTINE_READERS; i++) {
        uint64_t other = i == slot ? 0 : in_slot(quarantine, i);
        if (other && (is_suspect || look_up(quarantine, other).deaths))
            return true;
    }
    return false;
}

static void wait_for_turn(struct parse_guard *guard)
{
    struct quarantine *quarantine = guard->quarantine;
    for (;;) {
        bool is_after = !guard->is_alone &&
                        __atomic_load_n(&quarantine->waiting, __ATOMIC_SEQ_CST) > 0;
        guard->slot = is_after ? -1 : take_slot(quarantine, guard->file);
        if (!is_after && !must_wait(quarantine, guard->slot, guard->is_alone))
            return;
        leave_slot(quarantine, guard->slot);
        sched_yield();
    }
}

struct parse_guard parse_guard_begin(struct quarantine *quarantine, enum guarded_part part,
                                     struct slice path, const struct file_id *id)
{
    struct parse_guard guard = {.quarantine = quarantine, .slot = -1};
    if (!quarantine)
        return guard;
    guard.file = identity_of_part(part, path, id);
    const struct suspect known = look_up(quarantine, guard.file);
    guard.deaths = known.deaths;
    guard.is_quarantined = known.weight >= WEIGHT_THAT_PROVES;
    guard.is_alone = known.deaths > 0;
    if (guard.is_quarantined)
        return guard;
    if (guard.is_alone)
        __atomic_add_fetch(&quarantine->waiting, 1, __ATOMIC_SEQ_CST);
    wait_for_turn(&guard);
    if (guard.is_alone)
        __atomic_sub_fetch(&quarantine->waiting, 1, __ATOMIC_SEQ_CST);
    return guard;
}

void parse_guard_end(struct parse_guard *guard)
{
    if (!guard->quarantine || guard->is_quarantined)
        return;
    /* It was parsed to the end while no other file was, and the worker lives. */
    struct suspect *cleared = guard->is_alone && guard->has_passed
                                  ? find(guard->quarantine, guard->file)
                                  : NULL;
    if (cleared)
        __atomic_store_n(&cleared->file, 0, __ATOMIC_SEQ_CST);
    leave_slot(guard->quarantine, guard->slot);
}

uint32_t quarantine_guilt(const struct quarantine *quarantine, enum guarded_part part,
                          struct slice path, const struct file_id *id)
{
    bool is_any = false;
    for (int i = 0; quarantine && i < QUARANTINE_SUSPECTS; i++)
        is_any |= quarantine->known[i].weight >= WEIGHT_THAT_PROVES;
    if (!is_any)
        return 0;
    const struct suspect known = look_up(quarantine, identity_of_part(part, path, id));
    return known.weight >= WEIGHT_THAT_PROVES ? known.deaths : 0;
}

void parse_guard_report(const struct parse_guard *guard, struct diags *diags)
{
    diags_add(diags, 0, 0, "only the source is served until the file changes",
              "parsing crashed %" PRIu32 " times", guard->deaths);
}
