#include "speakers/timed_names.h"

#include "speakers/evidence.h"
#include "speakers/label.h"
#include "speakers/label_plain.h"
#include "speakers/label_signs.h"

enum { LEAST_NAMES = 3 };

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

int timed_names_find(struct slice text, bool *are_names)
{
    struct map uses = {0};
    size_t times = 0, names = 0, again = 0, recurring = 0;
    int err = 0;
    while (text.len && !err) {
        struct slice line = take_line(&text), below = text, next = take_line(&below);
        int64_t time;
        if (!label_take_time(&line, &time))
            continue;
        times++;
        (void)label_take_sign(&line);
        struct slice name = line.len ? line : next;
        struct slice words = line.len ? next : take_line(&below);
        if (!is_words(words) || !label_is_lone_name(name))
            continue;
        err = evidence_count(&uses, name);
        uint32_t count = evidence_uses(&uses, name);
        names++;
        again += count == 2 ? 2 : count > 2;
        recurring += count == 2;
    }
    *are_names = names >= LEAST_NAMES && names * 2 >= times && again * 2 >= names && recurring >= 2;
    map_free(&uses);
    return err;
}
