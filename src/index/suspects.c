#include "index/suspects.h"

#include <inttypes.h>
#include <sched.h>

#include "base/map.h"

static uint64_t hash_of(enum trial_part part, struct slice path, const struct file_id *id)
{
    const uint64_t state[] = {id->device, id->inode, (uint64_t)id->size, (uint64_t)id->mtime,
                              (uint64_t)id->ctime};
    uint64_t hash = hash64(path, hash64((struct slice){(const char *)state, sizeof state}, part));
    return hash ? hash : 1;
}

static struct suspect *find(struct suspects *suspects, uint64_t file)
{
    for (int i = 0; i < SUSPECTS_KNOWN; i++) {
        if (suspects->known[i].file == file)
            return &suspects->known[i];
    }
    return NULL;
}

void suspects_blame(struct suspects *suspects, bool was_killed)
{
    suspects->waiting = 0;
    for (int i = 0; i < SUSPECTS_READING; i++) {
        uint64_t file = suspects->reading[i];
        suspects->reading[i] = 0;
        struct suspect *suspect = file ? find(suspects, file) : NULL;
        if (file && !suspect) {
            suspect = find(suspects, 0);
            if (suspect)
                *suspect = (struct suspect){.file = file};
        }
        if (!suspect)
            continue;
        suspect->deaths++;
        suspect->weight += was_killed ? WEIGHT_OF_KILL : WEIGHT_OF_CRASH;
    }
}

/* --- reading -----------------------------------------------------------------------------------
 *
 * A slot is taken by writing the file into it. Whoever reads a suspect waits until all others are
 * done, and they wait for him. That is so rare, and so short, that waiting is to look again.
 */

static int take_slot(struct suspects *suspects, uint64_t file)
{
    for (int i = 0; i < SUSPECTS_READING; i++) {
        uint64_t none = 0;
        if (__atomic_compare_exchange_n(&suspects->reading[i], &none, file, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_RELAXED))
            return i;
    }
    return -1;
}

static void leave_slot(struct suspects *suspects, int slot)
{
    if (slot >= 0)
        __atomic_store_n(&suspects->reading[slot], 0, __ATOMIC_SEQ_CST);
}

static uint64_t in_slot(const struct suspects *suspects, int slot)
{
    return __atomic_load_n(&suspects->reading[slot], __ATOMIC_SEQ_CST);
}

/* As it stands; nothing where it is none. What it says of a file is written before the file is
 * there, by suspects_blame(), and never after. */
static struct suspect look_up(const struct suspects *suspects, uint64_t file)
{
    for (int i = 0; i < SUSPECTS_KNOWN; i++) {
        if (__atomic_load_n(&suspects->known[i].file, __ATOMIC_SEQ_CST) == file)
            return suspects->known[i];
    }
    return (struct suspect){0};
}

/* Whether somebody reads who forbids it: a suspect all, others a suspect. */
static bool must_wait(const struct suspects *suspects, int slot, bool is_suspect)
{
    for (int i = 0; i < SUSPECTS_READING; i++) {
        uint64_t other = i == slot ? 0 : in_slot(suspects, i);
        if (other && (is_suspect || look_up(suspects, other).deaths))
            return true;
    }
    return false;
}

static void wait_for_turn(struct trial *trial)
{
    struct suspects *suspects = trial->suspects;
    for (;;) {
        bool is_after = !trial->is_alone &&
                        __atomic_load_n(&suspects->waiting, __ATOMIC_SEQ_CST) > 0;
        trial->slot = is_after ? -1 : take_slot(suspects, trial->file);
        if (!is_after && !must_wait(suspects, trial->slot, trial->is_alone))
            return;
        leave_slot(suspects, trial->slot);
        sched_yield();
    }
}

struct trial trial_begin(struct suspects *suspects, enum trial_part part, struct slice path,
                         const struct file_id *id)
{
    struct trial trial = {.suspects = suspects, .slot = -1};
    if (!suspects)
        return trial;
    trial.file = hash_of(part, path, id);
    const struct suspect known = look_up(suspects, trial.file);
    trial.deaths = known.deaths;
    trial.is_guilty = known.weight >= WEIGHT_THAT_PROVES;
    trial.is_alone = known.deaths > 0;
    if (trial.is_guilty)
        return trial;
    if (trial.is_alone)
        __atomic_add_fetch(&suspects->waiting, 1, __ATOMIC_SEQ_CST);
    wait_for_turn(&trial);
    if (trial.is_alone)
        __atomic_sub_fetch(&suspects->waiting, 1, __ATOMIC_SEQ_CST);
    return trial;
}

void trial_end(struct trial *trial)
{
    if (!trial->suspects || trial->is_guilty)
        return;
    /* It was read alone, all of it, and nobody died. */
    struct suspect *cleared = trial->is_alone && trial->has_passed
                                  ? find(trial->suspects, trial->file)
                                  : NULL;
    if (cleared)
        __atomic_store_n(&cleared->file, 0, __ATOMIC_SEQ_CST);
    leave_slot(trial->suspects, trial->slot);
}

void trial_report(const struct trial *trial, struct diags *diags)
{
    diags_add(diags, 0, 0, "only source.md is served, until it is another",
              "the program died of it %" PRIu32 " times", trial->deaths);
}
