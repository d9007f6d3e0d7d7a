#include "values/date.h"

#include <ctype.h>
#include <strings.h>

#include "base/path.h"

enum { FIRST_YEAR = 1900, LAST_YEAR = 2099 /* of a date in a name or in prose */ };

static bool take_number(struct slice *text, size_t digits, unsigned *number)
{
    *number = 0;
    if (text->len < digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        char c = text->data[i];
        if (c < '0' || c > '9')
            return false;
        *number = *number * 10 + (unsigned)(c - '0');
    }
    *text = slice_skip(*text, digits);
    return true;
}

unsigned date_last_day(unsigned year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool make(unsigned year, unsigned month, unsigned day, struct date *date)
{
    if (year == 0 || month < 1 || month > 12 || day > date_last_day(year, month))
        return false;
    *date = (struct date){(uint16_t)year, (uint8_t)month, (uint8_t)day};
    return true;
}

bool date_read(struct slice text, struct date *date)
{
    unsigned year, month, day = 0;

    text = slice_trim(text);
    if (!take_number(&text, 4, &year) || !text.len || (text.data[0] != '-' && text.data[0] != '/'))
        return false;
    char separator = text.data[0];
    text = slice_skip(text, 1);
    if (!take_number(&text, 2, &month))
        return false;
    if (text.len) {
        if (text.data[0] != separator)
            return false;
        text = slice_skip(text, 1);
        if (!take_number(&text, 2, &day) || day < 1)
            return false;
        if (text.len && text.data[0] != 'T' && text.data[0] != 't' && text.data[0] != ' ')
            return false;
    }
    return make(year, month, day, date);
}

/* --- parts of a date in prose ----------------------------------------------------------------- */

static bool begins_digit(struct slice text)
{
    return text.len && isdigit((unsigned char)text.data[0]);
}

static bool take_text(struct slice *text, struct slice word)
{
    if (!slice_starts(*text, word))
        return false;
    *text = slice_skip(*text, word.len);
    return true;
}

/* A number of one or two digits. */
static bool take_short(struct slice *text, unsigned *number)
{
    struct slice rest = *text;
    if (!take_number(&rest, 2, number)) {
        rest = *text;
        if (!take_number(&rest, 1, number))
            return false;
    }
    if (begins_digit(rest))
        return false;
    *text = rest;
    return true;
}

static bool take_year(struct slice *text, unsigned *year)
{
    struct slice rest = *text;
    if (!take_number(&rest, 4, year) || *year < FIRST_YEAR || *year > LAST_YEAR ||
        begins_digit(rest))
        return false;
    *text = rest;
    return true;
}

static bool take_month_name(struct slice *text, unsigned *month)
{
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    size_t len = 0;
    while (len < text->len && isalpha((unsigned char)text->data[len]))
        len++;
    for (unsigned i = 0; i < 12; i++) {
        size_t whole = strlen(names[i]);
        bool is_short = len == 3 || (len == 4 && i == 8); /* Sep, Sept */
        if ((len == whole || is_short) && strncasecmp(text->data, names[i], len) == 0) {
            *month = i + 1;
            *text = slice_skip(*text, len);
            (void)(is_short && take_text(text, SLICE(".")));
            return true;
        }
    }
    return false;
}

/* White space, and a comma, dash or "of" that may stand between the parts. */
static void skip_between(struct slice *text)
{
    static const char *const words[] = {",", "of ", "-", "_"};
    for (size_t i = 0; i <= sizeof words / sizeof *words; i++) {
        while (text->len && byte_is_space(text->data[0]))
            *text = slice_skip(*text, 1);
        if (i < sizeof words / sizeof *words)
            (void)take_text(text, slice_of(words[i]));
    }
}

static bool take_day(struct slice *text, unsigned *day)
{
    static const char *const endings[] = {"st", "nd", "rd", "th", "."};
    if (!take_short(text, day) || *day < 1)
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (take_text(text, slice_of(endings[i])))
            break;
    }
    return true;
}

/* --- forms ------------------------------------------------------------------------------------ */

/* Ends the reading of a date behind which `rest` stands. */
static bool take(struct slice *whole, struct slice rest, unsigned year, unsigned month,
                 unsigned day, struct date *date)
{
    if (!make(year, month, day, date))
        return false;
    *whole = rest;
    return true;
}

/* 2025-10-23, 2025/10/23, 2025.10.23, 2025_10_23; 2025-10. */
static bool take_iso(struct slice *whole, struct date *date)
{
    struct slice text = *whole;
    unsigned year, month, day = 0;
    if (!take_year(&text, &year) || text.len < 2 || !memchr("-/._", text.data[0], 4))
        return false;
    struct slice sign = slice_head(text, 1);
    text = slice_skip(text, 1);
    if (!take_short(&text, &month))
        return false;
    struct slice rest = text;
    bool has_day = take_text(&rest, sign) && take_short(&rest, &day) && day > 0;
    if (!has_day && (sign.data[0] != '-' || begins_digit(slice_skip(text, text.len ? 1 : 0))))
        return false; /* 2025/10 and 2025.10 are other things */
    return take(whole, has_day ? rest : text, year, month, has_day ? day : 0, date);
}

static bool take_compact(struct slice *whole, struct date *date)
{
    struct slice text = *whole;
    unsigned year, month, day;
    return take_number(&text, 4, &year) && year >= FIRST_YEAR && year <= LAST_YEAR &&
           take_number(&text, 2, &month) && take_number(&text, 2, &day) && day > 0 &&
           !begins_digit(text) && take(whole, text, year, month, day, date);
}

/* Takes a day, and the last one where there are several: 23-25. */
static bool take_days(struct slice *text, unsigned *day)
{
    unsigned last;
    if (!take_day(text, day))
        return false;
    struct slice rest = *text;
    bool is_range = (take_text(&rest, SLICE("-")) || take_text(&rest, SLICE("–"))) &&
                    take_day(&rest, &last) && last > *day;
    if (is_range)
        *text = rest;
    return true;
}

/* 2025 October 23, 2025-Oct-23. */
static bool take_year_first(struct slice *whole, struct date *date)
{
    struct slice text = *whole;
    unsigned year, month, day;
    if (!take_year(&text, &year))
        return false;
    skip_between(&text);
    if (!take_month_name(&text, &month))
        return false;
    skip_between(&text);
    return take_days(&text, &day) && take(whole, text, year, month, day, date);
}

/* October 23rd, 2025; October 2025. */
static bool take_month_first(struct slice *whole, struct date *date)
{
    struct slice text = *whole;
    unsigned year, month, day = 0;
    if (!take_month_name(&text, &month))
        return false;
    skip_between(&text);
    struct slice rest = text;
    if (take_days(&rest, &day)) {
        skip_between(&rest);
        return take_year(&rest, &year) && take(whole, rest, year, month, day, date);
    }
    return take_year(&text, &year) && take(whole, text, year, month, 0, date);
}

/* 23 October 2025, 23rd of Oct, 2025; 23.10.2025, and 23-10-2025 where it can be nothing else. */
static bool take_day_first(struct slice *whole, struct date *date)
{
    struct slice text = *whole;
    unsigned year, month, day;
    struct slice rest = text;
    if (take_short(&rest, &day) && rest.len && memchr(".-/", rest.data[0], 3)) {
        struct slice sign = slice_head(rest, 1);
        rest = slice_skip(rest, 1);
        if (take_short(&rest, &month) && take_text(&rest, sign) && take_year(&rest, &year))
            return (sign.data[0] == '.' || day > 12) && day > 0 &&
                   take(whole, rest, year, month, day, date);
    }
    if (!take_days(&text, &day))
        return false;
    skip_between(&text);
    if (!take_month_name(&text, &month))
        return false;
    skip_between(&text);
    return take_year(&text, &year) && take(whole, text, year, month, day, date);
}

/* 2025年10月23日, 2025年10月. */
static bool take_chinese(struct slice *whole, struct date *date)
{
    struct slice text = *whole;
    unsigned year, month, day = 0;
    if (!take_year(&text, &year) || !take_text(&text, SLICE("年")) || !take_short(&text, &month) ||
        !take_text(&text, SLICE("月")))
        return false;
    struct slice rest = text;
    if (!take_short(&rest, &day) || !take_text(&rest, SLICE("日")))
        return take(whole, text, year, month, 0, date);
    return take(whole, rest, year, month, day, date);
}

/* Each takes a date from the front of *text. */
static bool take_any(struct slice *text, struct date *date)
{
    if (isdigit((unsigned char)text->data[0]))
        return take_iso(text, date) || take_compact(text, date) || take_chinese(text, date) ||
               take_year_first(text, date) || take_day_first(text, date);
    return take_month_first(text, date);
}

/* A date ends where a word does; but a time may stand behind its T. */
static bool is_end(struct slice rest)
{
    return rest.len == 0 || !isalnum((unsigned char)rest.data[0]) ||
           (rest.len > 1 && (rest.data[0] | 0x20) == 't' && isdigit((unsigned char)rest.data[1]));
}

bool date_take(struct slice *text, struct date *date)
{
    struct slice rest = *text;
    struct date found;
    if (!rest.len || !take_any(&rest, &found) || !is_end(rest))
        return false;
    *text = rest;
    *date = found;
    return true;
}

bool date_find(struct slice text, struct date *date)
{
    bool is_within = false; /* a word or a number */
    for (; text.len; text = slice_skip(text, 1)) {
        unsigned char c = (unsigned char)text.data[0];
        bool begins = !is_within && isalnum(c);
        is_within = isalnum(c);
        struct slice rest = text;
        if (begins && date_take(&rest, date))
            return true;
    }
    return false;
}

/* --- paths ------------------------------------------------------------------------------------ */

/* What a part of a path says alone; 0: nothing. */
struct parts {
    unsigned year, month, day;
};

/* `november-18`, `11-05-minutes`, `18-november`: a month and a day at the front of a name. */
static bool read_month_and_day(struct slice name, struct parts *parts)
{
    struct slice rest = name;
    if (take_month_name(&rest, &parts->month)) {
        skip_between(&rest);
        return take_day(&rest, &parts->day);
    }
    if (take_number(&rest, 2, &parts->month) && take_text(&rest, SLICE("-")) &&
        take_number(&rest, 2, &parts->day) && !begins_digit(rest))
        return true;
    rest = name;
    if (!take_day(&rest, &parts->day))
        return false;
    skip_between(&rest);
    return take_month_name(&rest, &parts->month);
}

/* A folder that is a year, a month of a year, or a month. */
static struct parts read_folder(struct slice name)
{
    struct parts parts = {0};
    struct slice rest = name;
    if (take_year(&rest, &parts.year)) {
        if (rest.len == 0)
            return parts;
        if (memchr("-_.", rest.data[0], 3) && rest.len == 3) {
            rest = slice_skip(rest, 1);
            if (take_number(&rest, 2, &parts.month))
                return parts;
        }
        return (struct parts){0};
    }
    parts.year = 0;
    rest = name;
    if (name.len == 2 && take_number(&rest, 2, &parts.month))
        return parts;
    rest = name;
    if (take_month_name(&rest, &parts.month) && rest.len == 0)
        return parts;
    return (struct parts){0};
}

static struct slice without_ending(struct slice name)
{
    const char *dot = name.len ? memrchr(name.data, '.', name.len) : NULL;
    return dot ? slice_head(name, (size_t)(dot - name.data)) : name;
}

enum date_source date_of_path(struct slice path, struct date *date)
{
    struct slice name = without_ending(path_base(path)), folder = path_parent(path), rest;
    struct parts found = {0};

    rest = name;
    if (take_text(&rest, SLICE("GMT")) && date_take(&rest, date)) /* a recorder of meetings */
        return DATE_IN_NAME;
    if (date_find(name, date) && date->day)
        return DATE_IN_NAME;
    if (!read_month_and_day(name, &found)) {
        found = (struct parts){0};
        rest = name;
        if (name.len > 2 || !take_short(&rest, &found.day))
            found.day = 0;
    }
    for (; folder.len; folder = path_parent(folder)) {
        struct slice base = path_base(folder);
        if (!found.month && !found.day && date_find(base, date) && date->day)
            return DATE_IN_PATH;
        struct parts parts = read_folder(base);
        if (parts.month && !found.month)
            found.month = parts.month;
        found.year = parts.year;
        if (found.year)
            break;
    }
    if (found.year && found.month && make(found.year, found.month, found.day, date))
        return DATE_IN_PATH;
    return date_find(name, date) ? DATE_IN_NAME : DATE_NOWHERE;
}
