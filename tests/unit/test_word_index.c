/* The index of words: it leaves out nothing that has them, however coarse it gets. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "query/word_index.h"
#include "unit.h"

enum { EPISODES = 300, WORDS = 120 };

static uint32_t next_number(uint32_t *state)
{
    return *state = *state * 1664525 + 1013904223;
}

/* Words of four letters, of few syllables so that runs recur. */
static struct buf make(uint32_t episode)
{
    uint32_t state = episode * 7919 + 1;
    struct buf said = {0};
    for (int word = 0; word < WORDS; word++)
        buf_printf(&said, "%c%c%c%c ", 'a' + next_number(&state) / 65536 % 20,
                   'a' + next_number(&state) / 65536 % 20, 'a' + next_number(&state) / 65536 % 20,
                   'a' + next_number(&state) / 65536 % 20);
    return said;
}

static bool has(const struct buf *said, struct slice words)
{
    return memmem(said->data, said->len, words.data, words.len);
}

static void learn_all(struct word_index *index)
{
    for (uint32_t i = 0; i < EPISODES; i++) {
        cleanup_buf struct buf said = make(i);
        word_index_learn(index, i, 1, buf_slice(&said));
        assert_true(word_index_size(index) <= index->budget);
    }
}

/* Asks for parts of what some say; how many that have none of it are not left out. */
static uint32_t count_false(struct word_index *index)
{
    uint32_t wrong = 0;
    for (uint32_t asked = 0; asked < 20; asked++) {
        cleanup_buf struct buf of = make(asked * 3);
        struct slice words = slice_range(buf_slice(&of), asked * 27, 5 + asked % 9);
        for (uint32_t i = 0; i < EPISODES; i++) {
            cleanup_buf struct buf said = make(i);
            bool may = word_index_may_have(index, i, 1, words);
            assert_true(may || !has(&said, words));
            wrong += may && !has(&said, words);
        }
    }
    return wrong;
}

static void with_room_little_else_is_read(void **state)
{
    struct word_index index;
    (void)state;
    word_index_init(&index, 1 << 20);
    learn_all(&index);
    uint32_t wrong = count_false(&index);
    print_message("  of %u that lack the words %u are not left out\n", 20 * EPISODES, wrong);
    assert_true(wrong < 20 * EPISODES / 10);
    word_index_free(&index);
}

/* Coarser, and nobody who has the words is left out; of no room at all nothing is known. */
static void with_little_room_it_gets_coarser(void **state)
{
    (void)state;
    uint32_t before = 0;
    for (size_t budget = 1 << 20; budget >= 1 << 13; budget /= 4) {
        struct word_index index;
        word_index_init(&index, budget);
        learn_all(&index);
        uint32_t wrong = count_false(&index);
        assert_true(wrong >= before);
        before = wrong;
        word_index_free(&index);
    }
    struct word_index index;
    word_index_init(&index, 0);
    learn_all(&index);
    assert_true(word_index_may_have(&index, 0, 1, SLICE("nowhere at all")));
    assert_int_equal(word_index_size(&index), 0);
    word_index_free(&index);
}

static void another_version_is_another_text(void **state)
{
    struct word_index index;
    cleanup_buf struct buf said = make(1);
    (void)state;
    word_index_init(&index, 1 << 20);
    word_index_learn(&index, 1, 1, buf_slice(&said));
    assert_false(word_index_may_have(&index, 1, 1, SLICE("zyx yzx xyz zzy")));
    assert_true(word_index_may_have(&index, 1, 2, SLICE("zyx yzx xyz zzy")));
    buf_add_text(&said, "zyx yzx xyz zzy");
    word_index_learn(&index, 1, 2, buf_slice(&said));
    assert_true(word_index_may_have(&index, 1, 2, SLICE("zyx yzx xyz zzy")));
    assert_true(word_index_may_have(&index, 1, 1, SLICE("anything")));
    size_t size = word_index_size(&index);
    word_index_learn(&index, 1, 2, buf_slice(&said));
    assert_int_equal(word_index_size(&index), size);
    word_index_free(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_room_little_else_is_read),
        cmocka_unit_test(with_little_room_it_gets_coarser),
        cmocka_unit_test(another_version_is_another_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
