/* Layouts of tables: which are remembered, and who waits for whom; for texts likewise. */
#include <errno.h>
#include <stdlib.h>

#include "index/cache.h"
#include "index/whole_tables.h"
#include "unit.h"

static struct table_layout *make(struct whole_tables *tables, uint32_t query, uint32_t generation,
                                 uint32_t pieces)
{
    const struct table_key key = {query, 1};
    struct table_layout *layout;
    assert_int_equal(whole_tables_begin(tables, key, generation, NULL, &layout), 0);
    assert_null(layout);
    layout = calloc(1, sizeof *layout + pieces * sizeof *layout->pieces);
    assert_non_null(layout);
    layout->key = key;
    layout->generation = generation;
    layout->count = pieces;
    whole_tables_keep(tables, key, layout);
    return layout;
}

static bool is_remembered(struct whole_tables *tables, uint32_t query, uint32_t generation)
{
    struct table_layout *layout = whole_tables_get(tables, (struct table_key){query, 1},
                                                   generation);
    whole_tables_put(tables, layout);
    return layout;
}

static void test_the_least_recently_used_is_forgotten(void **state)
{
    struct whole_tables tables = {0};
    (void)state;
    whole_tables_init(&tables);
    for (uint32_t i = 0; i < LAYOUTS_REMEMBERED; i++)
        whole_tables_put(&tables, make(&tables, i, 1, 1));
    assert_true(is_remembered(&tables, 0, 1));
    whole_tables_put(&tables, make(&tables, LAYOUTS_REMEMBERED, 1, 1));
    assert_true(is_remembered(&tables, 0, 1));
    assert_false(is_remembered(&tables, 1, 1));
    assert_true(is_remembered(&tables, 2, 1));
    whole_tables_free(&tables);
}

static void test_pieces_are_bounded_and_the_newest_layout_stays(void **state)
{
    struct whole_tables tables = {0};
    (void)state;
    whole_tables_init(&tables);
    whole_tables_put(&tables, make(&tables, 1, 1, PIECES_REMEMBERED / 2));
    whole_tables_put(&tables, make(&tables, 2, 1, PIECES_REMEMBERED / 2));
    assert_true(is_remembered(&tables, 1, 1));
    whole_tables_put(&tables, make(&tables, 3, 1, PIECES_REMEMBERED + 1));
    assert_false(is_remembered(&tables, 1, 1));
    assert_false(is_remembered(&tables, 2, 1));
    assert_true(is_remembered(&tables, 3, 1));
    whole_tables_free(&tables);
}

static void test_a_layout_lives_as_long_as_its_user(void **state)
{
    struct whole_tables tables = {0};
    (void)state;
    whole_tables_init(&tables);
    struct table_layout *mine = make(&tables, 1, 1, 1);
    for (uint32_t i = 2; i < LAYOUTS_REMEMBERED + 3; i++)
        whole_tables_put(&tables, make(&tables, i, 1, 1));
    assert_false(is_remembered(&tables, 1, 1));
    mine->pieces[0].end = 7; /* what a sanitizer would see */
    whole_tables_put(&tables, mine);
    whole_tables_free(&tables);
}

static void test_the_newest_layout_is_of_the_last_generation(void **state)
{
    struct whole_tables tables = {0};
    (void)state;
    whole_tables_init(&tables);
    assert_null(whole_tables_newest(&tables, (struct table_key){1, 1}));
    for (uint32_t generation = 1; generation <= 3; generation++)
        whole_tables_put(&tables, make(&tables, 1, generation, 1));
    whole_tables_put(&tables, make(&tables, 2, 9, 1));
    assert_true(is_remembered(&tables, 1, 2)); /* the last that was used */
    struct table_layout *newest = whole_tables_newest(&tables, (struct table_key){1, 1});
    assert_int_equal(newest->generation, 3);
    whole_tables_put(&tables, newest);
    whole_tables_free(&tables);
}

static void *begin(void *tables)
{
    struct table_layout *layout;
    assert_int_equal(whole_tables_begin(tables, (struct table_key){1, 1}, 1, NULL, &layout), 0);
    return layout;
}

static void test_who_comes_later_gets_what_the_first_one_made(void **state)
{
    struct whole_tables tables = {0};
    const struct table_key key = {1, 1};
    pthread_t later;
    struct table_layout *layout;
    void *got;
    (void)state;
    whole_tables_init(&tables);
    assert_int_equal(whole_tables_begin(&tables, key, 1, NULL, &layout), 0);
    assert_null(layout);
    assert_int_equal(pthread_create(&later, NULL, begin, &tables), 0);
    layout = calloc(1, sizeof *layout);
    assert_non_null(layout);
    *layout = (struct table_layout){.key = key, .generation = 1};
    whole_tables_keep(&tables, key, layout);
    pthread_join(later, &got);
    assert_ptr_equal(got, layout);
    whole_tables_put(&tables, layout);
    whole_tables_put(&tables, got);
    whole_tables_free(&tables);
}

/* --- who gives up ----------------------------------------------------------------------------- */

static _Thread_local bool is_gone;

static bool has_left(void)
{
    return is_gone;
}

static void test_who_gives_up_does_not_wait_for_who_counts(void **state)
{
    struct whole_tables tables = {0};
    const struct table_key key = {1, 1};
    struct table_layout *layout;
    (void)state;
    whole_tables_init(&tables);
    assert_int_equal(whole_tables_begin(&tables, key, 1, has_left, &layout), 0);
    is_gone = true;
    assert_int_equal(whole_tables_begin(&tables, key, 1, has_left, &layout), -EINTR);
    is_gone = false;
    assert_null(layout);
    whole_tables_keep(&tables, key, NULL);
    assert_int_equal(whole_tables_begin(&tables, key, 1, has_left, &layout), 0);
    whole_tables_keep(&tables, key, NULL);
    whole_tables_free(&tables);
}

static const uint64_t id_of_text = 1 << 8 | 1;

static int render_words(void *cache, struct buf *out)
{
    (void)cache;
    buf_add_text(out, "words");
    return 0;
}

static void *get_and_leave(void *cache)
{
    struct cache_entry *entry;
    is_gone = true;
    return (void *)(intptr_t)cache_get_text(cache, id_of_text, render_words, NULL, &entry);
}

/* While it is rendered another thread asks for it, whose client gives up. */
static int render_while_asked(void *cache, struct buf *out)
{
    pthread_t other;
    void *err;
    assert_int_equal(pthread_create(&other, NULL, get_and_leave, cache), 0);
    pthread_join(other, &err);
    assert_int_equal((intptr_t)err, -EINTR);
    return render_words(NULL, out);
}

/* A cache whose clients leave when has_left() says so. */
static struct cache *new_cache(void)
{
    static const struct content content = {.has_client_left = has_left};
    static struct limits limits;
    limits = limits_default();
    struct cache *cache = cache_new(&content, 1 << 20, &limits);
    assert_non_null(cache);
    return cache;
}

static void test_who_gives_up_does_not_wait_for_who_renders(void **state)
{
    struct cache *cache = new_cache();
    struct cache_entry *entry;
    (void)state;
    assert_int_equal(cache_get_text(cache, id_of_text, render_while_asked, cache, &entry), 0);
    assert_slice(buf_slice(&entry->text), "words");
    cache_put(cache, entry);
    cache_free(cache);
}

enum { LONG = 2 * CACHE_SHORT_TEXT };

static void add_long(struct buf *out)
{
    for (size_t i = 0; i < LONG; i++)
        buf_add_byte(out, 'x');
}

static int render_long(void *context, struct buf *out)
{
    (void)context;
    add_long(out);
    return 0;
}

static void *get_other_and_leave(void *cache)
{
    struct cache_entry *entry;
    is_gone = true;
    return (void *)(intptr_t)cache_get_text(cache, id_of_text + (1 << 8), render_long, NULL,
                                            &entry);
}

static int render_long_while_asked(void *cache, struct buf *out)
{
    pthread_t other;
    void *err;
    add_long(out);
    assert_int_equal(pthread_create(&other, NULL, get_other_and_leave, cache), 0);
    pthread_join(other, &err);
    assert_int_equal((intptr_t)err, -EINTR);
    return 0;
}

/* One long text grows at a time. */
static void test_who_gives_up_does_not_wait_for_another_long_text(void **state)
{
    struct cache *cache = new_cache();
    struct cache_entry *entry;
    (void)state;
    assert_int_equal(cache_get_text(cache, id_of_text, render_long_while_asked, cache, &entry), 0);
    assert_int_equal(entry->text.len, LONG);
    cache_put(cache, entry);
    assert_int_equal(cache_get_text(cache, id_of_text + (1 << 8), render_long, NULL, &entry), 0);
    assert_int_equal(entry->text.len, LONG);
    cache_put(cache, entry);
    cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_least_recently_used_is_forgotten),
        cmocka_unit_test(test_pieces_are_bounded_and_the_newest_layout_stays),
        cmocka_unit_test(test_a_layout_lives_as_long_as_its_user),
        cmocka_unit_test(test_the_newest_layout_is_of_the_last_generation),
        cmocka_unit_test(test_who_comes_later_gets_what_the_first_one_made),
        cmocka_unit_test(test_who_gives_up_does_not_wait_for_who_counts),
        cmocka_unit_test(test_who_gives_up_does_not_wait_for_who_renders),
        cmocka_unit_test(test_who_gives_up_does_not_wait_for_another_long_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
