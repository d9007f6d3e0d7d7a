/* values/values, transcript/facts: the values of a key in the forms that people write, and what is
 * told of those that are none. */
#include "unit.h"

#include "base/buf.h"
#include "metadata/facts.h"
#include "values/values.h"

struct fixture {
    struct arena arena;
    struct diags diags;
    struct config config;
    struct head head;
    struct fact *facts;
};

static void read_front(struct fixture *f, const char *text)
{
    const struct limits limits = limits_default();
    struct yaml *map;
    *f = (struct fixture){0};
    f->diags.arena = &f->arena;
    assert_int_equal(config_defaults(&f->arena, &f->config), 0);
    assert_int_equal(yaml_read(&f->arena, slice_of(text), 1, &limits, &f->diags, &map), 0);
    assert_int_equal(
        facts_read(&f->arena, &f->config, &limits, map, &f->diags, &f->head, &f->facts), 0);
}

/* "by-tag=a by-tag=b", and each problem as " !line:column what; done". */
static void describe(const struct fixture *f, struct buf *out)
{
    for (const struct fact *fact = f->facts; fact; fact = fact->next) {
        buf_add_text(out, out->len ? " " : "");
        buf_add_slice(out, fact->view);
        buf_add_byte(out, '=');
        buf_add_slice(out, fact->value);
    }
    for (const struct diag *diag = f->diags.first; diag; diag = diag->next)
        buf_printf(out, "%s!%u:%u %s; %s", out->len ? " " : "", (unsigned)diag->line,
                   (unsigned)diag->column, diag->problem.data, diag->action.data);
}

#define NAMELESS "a mapping without a name, a title or a label; it is in meta.json only"
#define NESTED   "a list in a list; its values are taken one by one"
#define DEEP     "a list or a mapping that stands too deep for a value; it is in meta.json only"

/* front matter, what is taken of it and told */
static const char *const rows[][2] = {
    /* plain values */
    {"tags: [a, b]", "by-tag=a by-tag=b"},
    {"tags: [a, '', null, ' ', \"\\u200b\"]", "by-tag=a"},
    {"guest: \"\\u00a0Ana\\u200b\"", "by-guest=Ana"},
    {"tags: [\"\\u2764\\ufe0f\"]", "by-tag=❤\xEF\xB8\x8F"},
    {"status: 3", "by-status=3"},
    /* keys in any case */
    {"Tags: [a]", "by-tag=a"},
    {"TAGS: [a]\ntags: [b]", "by-tag=a by-tag=b"},
    {"Companies Orgs: [a]\ncompanies-orgs: [b]", "by-org=a by-org=b"},
    {"Series: S", "by-series=S"},
    {"Moods: [a]\nmoods: [b]", "by-moods=a by-moods=b"},
    {"Guest Name: [a]\nguest-name: [b]\nguest_name: [c]",
     "by-guest_name=a by-guest_name=b by-guest_name=c"},
    {"Темы: [a]", "by-темы=a"},
    {"a/b: [c]", "by-a%2Fb=c"},
    {"\"\\u200b\": [a]", ""},
    {"Summary: [a]\nCover-Image: [b]", ""},
    /* links of a vault */
    {"guests: [[Ana Maria]]", "by-guest=Ana Maria"},
    {"guests:\n  - [[Bob Smith]]\n  - Cy", "by-guest=Bob Smith by-guest=Cy"},
    {"guests: [[[Ana]], [[Bob]]]", "by-guest=Ana by-guest=Bob"},
    {"guests:\n  - \"[[Carl Jung]]\"", "by-guest=Carl Jung"},
    {"guests:\n  - \"[[Carl Jung|Jung]]\"", "by-guest=Carl Jung"},
    {"guests:\n  - \"[[Carl Jung\\\\|Jung]]\"", "by-guest=Carl Jung"},
    {"guests:\n  - \"[[People/Carl Jung|Jung]]\"", "by-guest=Carl Jung"},
    {"guests:\n  - \"[[Carl Jung#Life|Jung]]\"", "by-guest=Carl Jung"},
    {"guests:\n  - \"[[People/Carl Jung.md]]\"", "by-guest=Carl Jung"},
    {"guests:\n  - [[People/Carl Jung|Jung]]", "by-guest=Carl Jung"},
    {"guests: \"[[Ana]], [[Bob]]\"", "by-guest=Ana by-guest=Bob"},
    {"guests: |\n  [[Ana]]\n  [[Bob]]\n", "by-guest=Ana by-guest=Bob"},
    {"guest: \"[[Ana]]\"", "by-guest=Ana"},
    {"series: \"[[Night Trains]]\"", "by-series=Night Trains"},
    {"series: [[Night Trains]]", "by-series=Night Trains"},
    {"moods: [[Stoicism]]", "by-moods=Stoicism"},
    {"moods: [\"[[Stoicism]]\", x]", "by-moods=Stoicism by-moods=x"},
    {"tags: [\"[[C#]]\", \"[[#only]]\", \"[[|shown]]\"]", "by-tag=C# by-tag=#only by-tag=|shown"},
    {"tags: [\"[[Ana]] (host)\", \"[[Ana\", \"[[]]\"]",
     "by-tag=[[Ana]] (host) by-tag=[[Ana by-tag=[[]]"},
    {"tags: [[]]", ""},
    {"tags: [[null]]", ""},
    /* lists in lists */
    {"guests: [[Lima, Ana]]", "by-guest=Lima by-guest=Ana !1:10 guests: " NESTED},
    {"guests:\n  - [[Lima, Ana]]", "by-guest=Lima by-guest=Ana !2:5 guests: " NESTED},
    {"Guests:\n  - [Ana]\n  - Bob", "by-guest=Ana by-guest=Bob !2:5 Guests: " NESTED},
    {"guests: [[[[Ana]]]]", "!1:10 guests: " NESTED " !1:12 guests: " DEEP},
    {"guests: [[{name: A}, B]]", "by-guest=B !1:10 guests: " NESTED " !1:11 guests: " DEEP},
    {"matrix: [[1, 2], [3, 4]]", ""},
    /* mappings */
    {"speakers: [{name: Dora, role: host}]", "by-speaker=Dora"},
    {"speakers: [{label: L, title: T, Name: N}]", "by-speaker=N"},
    {"speakers: [{label: L, TITLE: T}]", "by-speaker=T"},
    {"speakers: [{label: L, name: ''}]", "by-speaker=L"},
    {"speakers: [{name: \"[[Dora]]\"}, {name: [[Eve]]}]", "by-speaker=Dora by-speaker=Eve"},
    {"authors: {name: X}", "by-author=X"},
    {"author: {Title: X, url: y}", "by-author=X"},
    {"speakers:\n  - role: host\n  - Bo", "by-speaker=Bo !2:5 speakers: " NAMELESS},
    {"speakers: [{name: [A, B]}]", "!1:12 speakers: " NAMELESS},
    {"authors: {first: Ana}", "!1:10 authors: " NAMELESS},
    {"authors: [{}, {name: null}]", ""},
    {"resources: [{title: T, url: u}]", ""},
    {"summary: {a: b}\naliases: [{a: b}]", ""},
    /* what a list is expected of */
    {"people: Ann", "by-person=Ann !1:9 people: a list is expected, and this is the string "
                    "\"Ann\"; it is taken as "
                    "one value"},
    {"people: Ann, PhD", "by-person=Ann, PhD !1:9 people: a list is expected, and this is the "
                         "string \"Ann, PhD\"; it is taken as one value"},
    {"tags: lamps, old rope ,, 'x'",
     "by-tag=lamps by-tag=old rope by-tag='x' !1:7 tags: a list is expected, and this is the "
     "string "
     "\"lamps, old rope ,, 'x'\"; its tags are taken one by one"},
    {"Keywords: \"[[Lamps, old]]\"", "by-tag=Lamps, old"},
    {"People: '[]'",
     "!1:9 People: a list is expected, and this is the string \"[]\"; it is read as an empty list"},
};

static void values_are_taken_and_the_rest_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture f;
        cleanup_buf struct buf said = {0};
        read_front(&f, rows[i][0]);
        buf_add_text(&said, "");
        describe(&f, &said);
        if (strcmp(said.data, rows[i][1]) != 0)
            fail_msg("%s\n  gives     %s\n  in place of %s", rows[i][0], said.data, rows[i][1]);
        arena_free(&f.arena);
    }
}

static void titles_and_dates_are_read_in_every_form(void **state)
{
    static const struct {
        const char *front, *title, *date, *problem;
    } cases[] = {
        {"Title: T\nDate: 2024-05-06", "T", "2024-05-06", NULL},
        {"title: \"[[People/Ana|A]]\"\ndate: \"[[2024-05-06]]\"", "Ana", "2024-05-06", NULL},
        {"title: [[Ana Maria]]\ndate: [[2024-05-06]]", "Ana Maria", "2024-05-06", NULL},
        {"title: \"\\u200b T\\u00a0\"\ndate: \"2024-05-06\\u00a0\"", "T", "2024-05-06", NULL},
        {"title: \"On [[Ana]]\"", "On [[Ana]]", "0000-00-00", NULL},
        {"title: \"[[Ana]], [[Bo]]\"", "[[Ana]], [[Bo]]", "0000-00-00", NULL},
        {"title: \"\\u200b\"\ndate: \"\\u200b\"", "", "0000-00-00", NULL},
        {"Title: One\ntitle: Two", "One", "0000-00-00",
         "title: it stands on line 1 too, as Title; the first one counts"},
        {"DATE: 2024-05-06\ndate: 2023-01", "", "2024-05-06",
         "date: it stands on line 1 too, as DATE; the first one counts"},
        {"Title: {a: b}\ntitle: Two", "Two", "0000-00-00",
         "Title: a mapping in place of a text; the episode has no title"},
        {"Title:\ntitle: Two", "Two", "0000-00-00", NULL},
        {"Date: soon\ndate: 2024-05", "", "2024-05-00",
         "Date: \"soon\" is no date such as 2025-10-23 or 2025-10; the episode stands under no "
         "date"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        char date[32];
        read_front(&f, cases[i].front);
        assert_slice(f.head.title, cases[i].title);
        snprintf(date, sizeof date, "%04u-%02u-%02u", f.head.date.year, f.head.date.month,
                 f.head.date.day);
        assert_string_equal(date, cases[i].date);
        assert_int_equal(f.diags.count, cases[i].problem != NULL);
        if (cases[i].problem) {
            cleanup_buf struct buf said = {0};
            buf_printf(&said, "%s; %s", f.diags.first->problem.data, f.diags.first->action.data);
            assert_string_equal(said.data, cases[i].problem);
        }
        arena_free(&f.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_taken_and_the_rest_is_told),
        cmocka_unit_test(titles_and_dates_are_read_in_every_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
