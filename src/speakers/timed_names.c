#include "speakers/timed_names.h"

#include "speakers/evidence.h"
#include "speakers/label.h"
#include "speakers/label_plain.h"
#include "speakers/label_signs.h"

enum {
    LEAST_NAMES = 3,
    LEAST_EXCHANGES = 3, /* A, B, A, where only a sign is between the name and the words */
};

/* The next line of a text. */
static struct slice take_line(struct slice *text)
{
    struct slice line = {0};
    (void)slice_take(text, '\n', &line);
    return slice_trim(line);
}

/* Whether a line has words, and no time before them. */
static bool is_words(struct slice line)
{
    int64_t time;
    return line.len && !label_take_time(&line, &time);
}

/* A name beside a time, and the words that follow it. */
struct beside {
    struct slice name, words;
    bool is_signed; /* a sign stands between the two */
    bool is_short;  /* … and few words behind it: no evidence */
};

/* What stands beside the time that was taken from the front of a line. */
static struct beside find_beside(struct slice line, struct slice below)
{
    struct label label;
    struct slice next = take_line(&below);
    if (line.len && label_read_signed(line, &label))
        return (struct beside){label.speaker, label.words, true, label.is_short};
    (void)label_take_sign(&line);
    return line.len ? (struct beside){line, next, false, false}
                    : (struct beside){next, take_line(&below), false, false};
}

int timed_names_find(struct slice text, bool *are_names)
{
    struct label_kind kind = {0};
    size_t times = 0, signs = 0, few_words = 0;
    int err = 0;
    while (text.len && !err) {
        struct slice line = take_line(&text);
        int64_t time;
        if (!label_take_time(&line, &time))
            continue;
        times++;
        struct beside beside = find_beside(line, text);
        if (!is_words(beside.words) || !label_is_lone_name(beside.name))
            continue;
        err = evidence_count_kind(&kind, beside.name);
        signs += beside.is_signed;
        few_words += beside.is_short;
    }
    bool are_signed = signs * 2 > kind.total;
    *are_names = kind.total >= LEAST_NAMES && (size_t)kind.total * 2 >= times &&
                 kind.again * 2 >= kind.total && kind.recurring >= 2 &&
                 (!are_signed || (kind.exchanges >= LEAST_EXCHANGES && few_words * 2 <= signs));
    map_free(&kind.uses);
    return err;
}
