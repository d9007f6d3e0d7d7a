#include "transcript/gloss.h"

#include <string.h>

enum {
    MOST_NESTED = 8, /* brackets in a gloss */
};

bool gloss_may_begin(struct slice behind)
{
    size_t at = 0;
    while (at < behind.len && byte_is_space(behind.data[at]))
        at++;
    return at < behind.len && (behind.data[at] == '(' || behind.data[at] == "（"[0]);
}

bool gloss_read(struct slice behind, struct slice *original, struct slice *definition)
{
    static const char *const brackets[][2] = {{"（", "）"}, {"(", ")"}};
    behind = slice_trim(behind);
    for (size_t i = 0; i < 2; i++) {
        struct slice open = slice_of(brackets[i][0]), close = slice_of(brackets[i][1]);
        if (!slice_starts(behind, open))
            continue;
        struct slice inside = slice_skip(behind, open.len);
        int depth = 1;
        for (size_t at = 0; at < inside.len; at++) {
            struct slice rest = slice_skip(inside, at);
            if (rest.data[0] != open.data[0] && rest.data[0] != close.data[0])
                continue;
            depth += slice_starts(rest, open) - slice_starts(rest, close);
            if (depth > MOST_NESTED)
                return false;
            if (depth == 0) {
                inside.len = at;
                break;
            }
        }
        const char *wide = memmem(inside.data, inside.len, "：", 3);
        const char *narrow = inside.len ? memchr(inside.data, ':', inside.len) : NULL;
        const char *colon = !wide || (narrow && narrow < wide) ? narrow : wide;
        if (depth || !colon)
            return false;
        size_t at = (size_t)(colon - inside.data);
        *original = slice_trim(slice_head(inside, at));
        *definition = slice_trim(slice_skip(inside, at + (colon == wide ? 3 : 1)));
        return original->len && definition->len;
    }
    return false;
}
