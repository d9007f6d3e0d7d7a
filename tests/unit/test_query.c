/* The language of queries: canonical spellings, and mistakes with their columns. */
#include <errno.h>

#include "base/buf.h"
#include "query/parse.h"
#include "unit.h"

static bool find_view(const void *context, struct slice key, struct slice *view)
{
    (void)context;
    if (slice_equal(key, SLICE("tag")) || slice_equal(key, SLICE("tags")))
        *view = SLICE("by-tag");
    else if (slice_equal(key, SLICE("book")) || slice_equal(key, SLICE("media_books")))
        *view = SLICE("by-book");
    else
        return false;
    return true;
}

static const struct query_keys keys = {find_view, NULL};

static void one_spelling_for_all(void **state)
{
    static const struct {
        const char *query, *canonical;
    } cases[] = {
        {"tide", "tide"},
        {"  Tide  ", "tide"},
        {"b a", "a b"},
        {"b AND a b", "a b"},
        {"a b OR c", "(a b) OR c"},
        {"c OR (b a)", "(a b) OR c"},
        {"(c OR (b OR a))", "a OR b OR c"},
        {"a (b (c))", "a b c"},
        {"a and b", "a and b"},
        {"\"OR\" \"AND\"", "and or"},
        {"-a", "-a"},
        {"NOT a", "-a"},
        {"-(a OR b)", "-(a OR b)"},
        {"-(-a)", "a"},
        {"-a -b", "-a -b"},
        {"co-op", "co-op"},
        {"\".env\" \"Robots.txt\"", "\".env\" \"robots.txt\""},
        {"\"-a\"", "\"-a\""},
        {"tag:B OR tag:a", "tag:a,b"},
        {"TAGS:b,a,b", "tag:a,b"},
        {"tag:a OR x OR tag:b", "tag:a,b OR x"},
        {"tag:a tag:b", "tag:a tag:b"},
        {"tag:c:d", "tag:c:d"},
        {"tag:\"a, b\",c", "tag:\"a, b\",c"},
        {"tag:ai*", "tag:ai*"},
        {"tag:\"ai\"*", "tag:ai*"},
        {"tag:\"ai*\"", "tag:\"ai*\""},
        {"tag:*", "tag:*"},
        {"title:expo*", "title:expo"},
        {"word*", "word"},
        {"media-books:x", "book:x"},
        {"date:2024..2025-01", "date:2024..2025-01"},
        {"date:..2024-05-03,2025", "date:..2024-05-03,2025"},
        {"no:tag", "-has:tag"},
        {"has:original has:Tags", "has:original has:tag"},
        {"with:(voice:B voice:A)", "with:(voice:a voice:b)"},
        {"WITH:(a)", "with:(a)"},
        {"-with:(a OR b)", "-with:(a OR b)"},
        {"“two  words”", "\"two words\""},
        {"„two words“", "\"two words\""},
        {"＂two words＂", "\"two words\""},
        {"it's it’s", "it's"},
        {"10:30", "\"10:30\""},
        {"他说：不是", "\"他说:不是\""},
        {"tag：a", "tag:a"},
        {"100%25 %41 5%", "100%25 5%25 a"},
        {"\"a%22b\"", "a%22b"},
        {"a%2Fb", "a%2Fb"},
        {"ＡＢＣ", "abc"},
        {"folder:Podcast voice:Julian", "folder:podcast voice:julian"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct query query, again;
        struct query_mistake mistake;
        int err = query_parse(&arena, slice_of(cases[i].query), &keys, &query, &mistake);
        if (err)
            fail_msg("%s: column %u: %s", cases[i].query, (unsigned)mistake.column,
                     mistake.problem.data);
        assert_slice(query.canonical, cases[i].canonical);
        assert_int_equal(query_parse(&arena, query.canonical, &keys, &again, &mistake), 0);
        assert_slice(again.canonical, cases[i].canonical);
        arena_free(&arena);
    }
}

static void mistakes_have_a_column(void **state)
{
    static const struct {
        const char *query;
        uint32_t column;
        const char *says;
    } cases[] = {
        {"", 1, "missing"},
        {"  ", 3, "missing"},
        {"\"\"", 1, "nothing to look for"},
        {"tag:", 5, "a value is missing"},
        {"tag:a,", 7, "a value is missing"},
        {"tag: a", 5, "a value is missing"},
        {"tag:(a OR b)", 5, "a list as a,b"},
        {"f(x)", 2, "\"f…\""},
        {"a\"b\"", 2, "in quotes"},
        {"\"a\"b", 4, "a space"},
        {"(a", 1, "never closed"},
        {"ä (b", 3, "never closed"},
        {"a)", 2, "never opened"},
        {"a \"b", 3, "never closed"},
        {"foo:bar", 1, "no key foo"},
        {"a OR", 5, "missing"},
        {"OR a", 1, "on both sides"},
        {"a AND AND b", 7, "on both sides"},
        {"a OR OR b", 6, "on both sides"},
        {"-", 1, "directly precede"},
        {"- a", 1, "directly precede"},
        {"--a", 2, "one - is enough"},
        {"NOT NOT a", 5, "one NOT"},
        {"()", 2, "missing"},
        {"date:2024-13", 6, "a date is"},
        {"date:2025..2024", 6, "a date is"},
        {"date:2024*", 6, "a date is"},
        {"has:nonsense", 5, "has: and no:"},
        {"a %FF", 3, "no text"},
        {"%00", 1, "no text"},
        {"\xff", 1, "UTF-8"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct query query;
        struct query_mistake mistake;
        int err = query_parse(&arena, slice_of(cases[i].query), &keys, &query, &mistake);
        if (err != -EINVAL)
            fail_msg("\"%s\" is taken", cases[i].query);
        if (mistake.column != cases[i].column || !strstr(mistake.problem.data, cases[i].says))
            fail_msg("\"%s\": column %u: %s", cases[i].query, (unsigned)mistake.column,
                     mistake.problem.data);
        arena_free(&arena);
    }
}

/* *bytes: what it took. */
static int parse_text(const struct buf *text, size_t *bytes)
{
    struct arena arena = {0};
    struct query query;
    struct query_mistake mistake;
    int err = query_parse(&arena, buf_slice(text), &keys, &query, &mistake);
    *bytes = arena.total;
    arena_free(&arena);
    return err;
}

/* As many of a text as fit, or one more. */
static int parse_many(const char *one, size_t count, const char *last)
{
    cleanup_buf struct buf text = {0};
    size_t bytes;
    for (size_t i = 0; i < count; i++)
        buf_add_text(&text, one);
    buf_add_text(&text, last);
    return parse_text(&text, &bytes);
}

static void limits_hold(void **state)
{
    (void)state;
    assert_int_equal(parse_many("a ", QUERY_MAX_TERMS, ""), 0);
    assert_int_equal(parse_many("a ", QUERY_MAX_TERMS + 1, ""), -EINVAL);
    assert_int_equal(parse_many("x OR ", QUERY_MAX_TERMS - 1, "x"), 0);
    assert_int_equal(parse_many("(", 255, ""), -EINVAL);
    assert_int_equal(parse_many("(", QUERY_MAX_DEPTH + 1, "a"), -EINVAL);
    assert_int_equal(parse_many("OR ", 1000, ""), -EINVAL);
    assert_int_equal(parse_many("aaaaaaaaaaaaaaaa", QUERY_MAX_TEXT / 16, ""), 0);
    assert_int_equal(parse_many("aaaaaaaaaaaaaaaa", QUERY_MAX_TEXT / 16, "a"), -EINVAL);
}

/* Each value took a copy of all before it. */
static void many_values_take_no_megabytes(void **state)
{
    enum { MOST = 1024 * 1024 };
    (void)state;
    for (int is_list = 0; is_list < 2; is_list++) {
        cleanup_buf struct buf text = {0};
        size_t bytes;
        for (int i = 0; i < QUERY_MAX_TERMS; i++)
            buf_printf(&text, "%s%d", i == 0 ? "tag:" : is_list ? "," : " OR tag:", i);
        assert_int_equal(parse_text(&text, &bytes), 0);
        assert_in_range(bytes, 1, MOST);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_spelling_for_all),
        cmocka_unit_test(mistakes_have_a_column),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(many_values_take_no_megabytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
