#include "render/search_readme.h"

#include <string.h>

static const struct facet *commonest(const struct corpus *corpus, const struct view *view)
{
    const struct facet *best = NULL;
    for (uint32_t i = 0; i < view->count; i++) {
        const struct facet *facet = views_facet(&corpus->views, view->facets[i]);
        if (!best || facet->episode_count > best->episode_count)
            best = facet;
    }
    return best;
}

static bool is_plain(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr(" \t,\"()*%/:'", text.data[i]))
            return false;
    }
    return text.len && text.data[0] != '-';
}

/* A term of each view, of its commonest value; those that would need more than quotes are left out.
 */
static void add_terms(const struct corpus *corpus, struct buf *out)
{
    for (uint32_t i = 0; i < corpus->views.view_count; i++) {
        const struct view *view = views_view(&corpus->views, corpus->views.order[i]);
        const struct facet *facet = commonest(corpus, view);
        if (!facet || memchr(facet->value.data, '"', facet->value.len) ||
            memchr(facet->value.data, '%', facet->value.len) ||
            memchr(facet->value.data, '/', facet->value.len))
            continue;
        const char *quote = is_plain(facet->value) ? "" : "\"";
        buf_printf(out, "    %.*s:%s%.*s%s\n", (int)(view->name.len - strlen("by-")),
                   view->name.data + strlen("by-"), quote, (int)facet->value.len, facet->value.data,
                   quote);
    }
    const struct episode *dated = corpus->dated_count
                                      ? corpus->episodes[corpus->dated[corpus->dated_count - 1]]
                                      : NULL;
    if (dated)
        buf_printf(out, "    date:%u\n", (unsigned)dated->head.date.year);
}

void search_readme_render(const struct corpus *corpus, struct buf *out)
{
    buf_add_text(
        out,
        "# Queries\n\n"
        "A query is a folder here, which is not listed: `ls 'search/tide lamp'`, `cat "
        "'search/voice:Ana "
        "tide/quotes.txt'`.\nIn it are\n\n"
        "- `query.txt`: how the query was understood, and how much it finds\n"
        "- `quotes.txt`, `turns.jsonl`, `turns.tsv`: the turns that it finds, as in the folder of "
        "an "
        "episode\n"
        "- `turns/`: links to their files; `episodes/`: links to their episodes\n"
        "- `by-tag/` and the other views: what is in those episodes; each value leads to the "
        "episodes that have it too\n"
        "- `index/`: the same, counted\n\n"
        "Where nothing is found there is only `query.txt`, which says what each term finds alone. "
        "A "
        "query that is a\nmistake is an invalid argument; `transcriptfs --query QUERY CONTENT` "
        "says "
        "what is wrong with it.\n\n"
        "Words are found in the words of a turn, as `grep -i` finds them; several have to stand in "
        "one "
        "turn.\n`\"a phrase\"`, `a OR b`, `-not`, `voice:NAME`, `original:WORDS`, `heading:WORDS`, "
        "`title:WORDS`, `date:2024-05..2025`,\n`folder:PATH`, `has:original`, `no:voice`; "
        "`with:(voice:A) "
        "with:(voice:B)` is where both speak. `transcriptfs-query(7)` has\nall of it. Here these "
        "find "
        "something:\n\n");
    add_terms(corpus, out);
}
