/* Files that could not be read are tried again: soon, then rarely. */
#include "source/unread.h"
#include "unit.h"

static void count_try(void *count, struct slice path)
{
    (void)path;
    ++*(int *)count;
}

/* As if the time of all had come. */
static int begin_try(struct unread *unread)
{
    int tried = 0;
    for (size_t i = 0; i < unread->count; i++)
        unread->at[i].next = (struct timespec){0};
    unread_begin_try(unread, count_try, &tried);
    return tried;
}

static void test_waits_grow(void **state)
{
    (void)state;
    struct unread unread = {0};
    struct timespec next;
    unsigned before = 0;
    assert_false(unread_next(&unread, &next));
    for (int i = 0; i < 20; i++) {
        unread_add(&unread, SLICE("a.md"));
        assert_int_equal(unread.count, 1);
        unsigned wait = unread.at[0].wait;
        assert_int_equal(wait, i == 0                          ? UNREAD_FIRST_WAIT
                               : before * 2 < UNREAD_LAST_WAIT ? before * 2
                                                               : UNREAD_LAST_WAIT);
        before = wait;
        assert_true(unread_next(&unread, &next));
        assert_int_equal(begin_try(&unread), 1);
    }
    assert_int_equal(before, UNREAD_LAST_WAIT);
    unread_free(&unread);
}

static void test_one_met_by_other_looks_keeps_its_time(void **state)
{
    (void)state;
    struct unread unread = {0};
    unread_add(&unread, SLICE("a.md"));
    for (int i = 0; i < 20; i++)
        unread_add(&unread, SLICE("a.md"));
    assert_int_equal(unread.count, 1);
    assert_int_equal(unread.at[0].wait, UNREAD_FIRST_WAIT);
    unread_free(&unread);
}

static void test_what_is_read_is_forgotten(void **state)
{
    (void)state;
    struct unread unread = {0};
    int tried = 0;
    unread_add(&unread, SLICE("a.md"));
    unread_add(&unread, SLICE("b.md"));
    unread_begin_try(&unread, count_try, &tried);
    assert_int_equal(tried, 0); /* it is not time */
    unread_end_try(&unread);
    assert_int_equal(unread.count, 2);
    assert_int_equal(begin_try(&unread), 2);
    unread_add(&unread, SLICE("b.md"));
    unread_end_try(&unread);
    assert_int_equal(unread.count, 1);
    assert_slice(unread.at[0].path, "b.md");
    unread_free(&unread);
}

static void test_they_are_bounded(void **state)
{
    (void)state;
    struct unread unread = {0};
    char name[16];
    for (int i = 0; i < 2 * UNREAD_MOST; i++) {
        snprintf(name, sizeof name, "%d.md", i);
        unread_add(&unread, slice_of(name));
    }
    assert_int_equal(unread.count, UNREAD_MOST);
    unread_free(&unread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits_grow),
        cmocka_unit_test(test_one_met_by_other_looks_keeps_its_time),
        cmocka_unit_test(test_what_is_read_is_forgotten),
        cmocka_unit_test(test_they_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
