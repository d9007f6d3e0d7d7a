/* Dates: what is one in front matter, in prose, and in the path of a file. */
#include "unit.h"

#include "values/date.h"

static void dates_are_read(void **state)
{
    static const struct {
        const char *text;
        int year, month, day; /* year 0: no date */
    } dates[] = {
        {"2025-10-23", 2025, 10, 23},
        {"2025-10", 2025, 10, 0},
        {"2025/10/23", 2025, 10, 23},
        {"2025-10-23T14:05:00Z", 2025, 10, 23},
        {"2025-10-23 14:05", 2025, 10, 23},
        {" 2024-02-29 ", 2024, 2, 29},
        {"2025-02-29", 0, 0, 0},
        {"1900-02-29", 0, 0, 0},
        {"2000-02-29", 2000, 2, 29},
        {"2025-13-01", 0, 0, 0},
        {"2025-00-01", 0, 0, 0},
        {"2025-10-32", 0, 0, 0},
        {"2025-10-00", 0, 0, 0},
        {"2025", 0, 0, 0},
        {"soon", 0, 0, 0},
        {"", 0, 0, 0},
        {"2025-10-23x", 0, 0, 0},
        {"2025-1-2", 0, 0, 0},
        {"0000-01-01", 0, 0, 0},
        {"2025-10/23", 0, 0, 0},
        {"23.10.2025", 0, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        struct date date = {0};
        bool is_date = date_read(slice_of(dates[i].text), &date);
        if (is_date != (dates[i].year != 0) || date.year != dates[i].year ||
            date.month != dates[i].month || date.day != dates[i].day)
            fail_msg("\"%s\" gives %d-%d-%d", dates[i].text, date.year, date.month, date.day);
    }
}

struct expected {
    const char *text;
    int year, month, day; /* year 0: no date */
    enum date_source source;
};

static void check(const struct expected *expected, enum date_source source, const struct date *date)
{
    if (source != expected->source || date->year != expected->year ||
        date->month != expected->month || date->day != expected->day)
        fail_msg("\"%s\" gives %d-%d-%d of %d", expected->text, date->year, date->month, date->day,
                 (int)source);
}

static void dates_are_found_in_prose(void **state)
{
    static const struct expected cases[] = {
        {"May 27, 2022, 14:00 UTC", 2022, 5, 27, DATE_IN_BODY},
        {"Thursday 2021/06/03 at 14:00 GMT", 2021, 6, 3, DATE_IN_BODY},
        {"Mon, 04 Nov 2024 10:00:00 +0000", 2024, 11, 4, DATE_IN_BODY},
        {"the 3rd of March, 1999", 1999, 3, 3, DATE_IN_BODY},
        {"Sept. 5 2020", 2020, 9, 5, DATE_IN_BODY},
        {"October 2025", 2025, 10, 0, DATE_IN_BODY},
        {"2022-Nov.-24- 14:00 UTC", 2022, 11, 24, DATE_IN_BODY},
        {"2016 July 28-30 (Thursday-Saturday)", 2016, 7, 28, DATE_IN_BODY},
        {"13-15 January 2016", 2016, 1, 13, DATE_IN_BODY},
        {"October 5–7, 2019", 2019, 10, 5, DATE_IN_BODY},
        {"20241104", 2024, 11, 4, DATE_IN_BODY},
        {"2025-1-2", 2025, 1, 2, DATE_IN_BODY},
        {"2025-10", 2025, 10, 0, DATE_IN_BODY},
        {"23.10.2025", 2025, 10, 23, DATE_IN_BODY},
        {"30-03-2016", 2016, 3, 30, DATE_IN_BODY},
        {"2025年10月23日 下午", 2025, 10, 23, DATE_IN_BODY},
        {"2025年10月", 2025, 10, 0, DATE_IN_BODY},
        {"August 18, 14:00 UTC", 0, 0, 0, DATE_NOWHERE},
        {"03/04/2021", 0, 0, 0, DATE_NOWHERE},
        {"2025-02-30", 0, 0, 0, DATE_NOWHERE},
        {"2025-10-23x", 0, 0, 0, DATE_NOWHERE},
        {"we may 2 of us go", 0, 0, 0, DATE_NOWHERE},
        {"120241104", 0, 0, 0, DATE_NOWHERE},
        {"version 2025.10", 0, 0, 0, DATE_NOWHERE},
        {"in 2025", 0, 0, 0, DATE_NOWHERE},
        {"", 0, 0, 0, DATE_NOWHERE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct date date = {0};
        bool found = date_find(slice_of(cases[i].text), &date);
        check(&cases[i], found ? DATE_IN_BODY : DATE_NOWHERE, &date);
    }
}

static void paths_have_dates(void **state)
{
    static const struct expected cases[] = {
        {"2021-09-30-a-title.md", 2021, 9, 30, DATE_IN_NAME},
        {"talks/2025-11-18.md", 2025, 11, 18, DATE_IN_NAME},
        {"20241104_standup.md", 2024, 11, 4, DATE_IN_NAME},
        {"GMT20240124-202901_Recording.vtt", 2024, 1, 24, DATE_IN_NAME},
        {"GMT-5 on 2024.md", 0, 0, 0, DATE_NOWHERE},
        {"acde/2026-05-20_039/transcript.vtt", 2026, 5, 20, DATE_IN_PATH},
        {"2026-08-07 Episode 36.md", 2026, 8, 7, DATE_IN_NAME},
        {"2016/03-london/30-03-2016-minutes.md", 2016, 3, 30, DATE_IN_NAME},
        {"meetings/2025-11/november-18.md", 2025, 11, 18, DATE_IN_PATH},
        {"2019/telcons/11-05-minutes.md", 2019, 11, 5, DATE_IN_PATH},
        {"2025/11/18.md", 2025, 11, 18, DATE_IN_PATH},
        {"2025/november/18.md", 2025, 11, 18, DATE_IN_PATH},
        {"2025/11/a-title.md", 2025, 11, 0, DATE_IN_PATH},
        {"2025-11-18/transcript.md", 2025, 11, 18, DATE_IN_PATH},
        {"2025-11/call.md", 2025, 11, 0, DATE_IN_PATH},
        {"notes-2025-11.md", 2025, 11, 0, DATE_IN_NAME},
        {"2025/call.md", 0, 0, 0, DATE_NOWHERE},
        {"11-05-minutes.md", 0, 0, 0, DATE_NOWHERE},
        {"2019/13-05-minutes.md", 0, 0, 0, DATE_NOWHERE},
        {"course/11/05.md", 0, 0, 0, DATE_NOWHERE},
        {"call_142.md", 0, 0, 0, DATE_NOWHERE},
        {"dQw4w9WgXcQ.md", 0, 0, 0, DATE_NOWHERE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct date date = {0};
        check(&cases[i], date_of_path(slice_of(cases[i].text), &date), &date);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_read),
        cmocka_unit_test(dates_are_found_in_prose),
        cmocka_unit_test(paths_have_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
