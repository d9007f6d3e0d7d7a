/* Which file is blamed when the parser dies. */
#include "index/quarantine.h"
#include "unit.h"

static struct file_id state_of(uint32_t nanoseconds)
{
    return (struct file_id){
        .device = 1, .inode = 2, .size = 3, .stamps = {.mtime = {0, nanoseconds}, .ctime = {0, 4}}};
}

static void die_at(struct quarantine *quarantine, struct slice path, const struct file_id *id)
{
    parse_guard_begin(quarantine, GUARDED_BODY, path, id);
    quarantine_note_death(quarantine, false);
}

static void a_file_that_crashes_twice_is_guilty(void **state)
{
    struct quarantine quarantine = {0};
    const struct file_id id = state_of(0), other = state_of(1);
    (void)state;
    die_at(&quarantine, SLICE("good1.md"), &id);
    assert_int_equal(quarantine_guilt(&quarantine, GUARDED_BODY, SLICE("good1.md"), &id), 0);
    die_at(&quarantine, SLICE("good1.md"), &id);
    assert_int_equal(quarantine_guilt(&quarantine, GUARDED_BODY, SLICE("good1.md"), &id), 2);
    assert_int_equal(quarantine_guilt(&quarantine, GUARDED_HEAD, SLICE("good1.md"), &id), 0);
    assert_int_equal(quarantine_guilt(&quarantine, GUARDED_BODY, SLICE("good1.md"), &other), 0);
    assert_int_equal(quarantine_guilt(&quarantine, GUARDED_BODY, SLICE("good2.md"), &id), 0);
}

/* XXH3 of these two, each with the hash of the state as its seed, is one number. */
static void a_chosen_name_has_nobody_else_blamed(void **state)
{
    struct quarantine quarantine = {0};
    const struct file_id id = state_of(0), chosen = state_of(22706920);
    const struct slice chosen_name = SLICE("\x81"
                                           "5\x14\xAA\x8E.md");
    (void)state;
    die_at(&quarantine, chosen_name, &chosen);
    die_at(&quarantine, chosen_name, &chosen);
    assert_int_equal(quarantine_guilt(&quarantine, GUARDED_BODY, chosen_name, &chosen), 2);
    assert_int_equal(quarantine_guilt(&quarantine, GUARDED_BODY, SLICE("good1.md"), &id), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_file_that_crashes_twice_is_guilty),
                                       cmocka_unit_test(a_chosen_name_has_nobody_else_blamed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
