#include "render/tables.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "corpus/naming.h"
#include "cues/source_form.h"
#include "render/episode_metadata.h"
#include "render/row_writer.h"
#include "render/tsv.h"

/* --- episodes.tsv, episodes.jsonl ------------------------------------------------------------- */

struct episode_row {
    const struct episode *episode;
    const struct episode_metadata *metadata;
    const struct yaml *map;
};

static struct value get_episode(const void *row, struct buf *scratch)
{
    (void)scratch;
    return value_text(((const struct episode_row *)row)->episode->name);
}

static struct value get_title(const void *row, struct buf *scratch)
{
    (void)scratch;
    return value_text(((const struct episode_row *)row)->episode->head.title);
}

static struct value get_date(const void *row, struct buf *scratch)
{
    (void)scratch;
    return value_text(((const struct episode_row *)row)->metadata->date);
}

static struct value get_language(const void *row, struct buf *scratch)
{
    (void)scratch;
    return value_text(((const struct episode_row *)row)->metadata->language);
}

static struct value get_url(const void *row, struct buf *scratch)
{
    (void)scratch;
    return value_text(((const struct episode_row *)row)->metadata->url);
}

static struct value get_path(const void *row, struct buf *scratch)
{
    buf_add_text(scratch, "episodes/");
    buf_add_slice(scratch, ((const struct episode_row *)row)->episode->name);
    return value_text(buf_slice(scratch));
}

static struct value get_source(const void *row, struct buf *scratch)
{
    utf8_repair(scratch, ((const struct episode_row *)row)->episode->path);
    return value_text(buf_slice(scratch));
}

static struct value get_date_from(const void *row, struct buf *scratch)
{
    static const char *const sources[] = {
        [DATE_NOWHERE] = "",     [DATE_IN_FRONT] = "front matter", [DATE_IN_NAME] = "name",
        [DATE_IN_PATH] = "path", [DATE_IN_BODY] = "body",
    };
    (void)scratch;
    return value_text(
        slice_of(sources[((const struct episode_row *)row)->episode->head.date_source]));
}

static struct value get_form(const void *row, struct buf *scratch)
{
    (void)scratch;
    return value_text(slice_of(
        source_form_name(source_form_of(((const struct episode_row *)row)->episode->path))));
}

static struct value get_meta(const void *row, struct buf *scratch)
{
    const struct yaml *map = ((const struct episode_row *)row)->map;
    (void)scratch;
    return (struct value){.kind = map ? VALUE_YAML : VALUE_ABSENT, .yaml = map};
}

static const struct field fields[] = {
    {"episode", get_episode}, {"title", get_title},
    {"date", get_date},       {"language", get_language},
    {"url", get_url},         {"path", get_path},
    {"source", get_source},   {"date_from", get_date_from},
    {"form", get_form},       {"meta", get_meta}, /* the last one, which TSV does not have */
};

enum { FIELDS = sizeof fields / sizeof *fields };

void tables_begin_episodes(struct buf *out)
{
    const struct row_writer writer = {fields, FIELDS - 1, {0}};
    row_writer_add_header(&writer, out);
}

int tables_add_episode(const struct material *material, bool is_json, struct buf *out)
{
    struct row_writer writer = {fields, is_json ? FIELDS : FIELDS - 1, {0}};
    struct episode_metadata metadata;
    int err = episode_metadata_read(material, &metadata);
    if (err)
        return err;
    const struct episode_row row = {material->episode, &metadata, material->front};
    (is_json ? row_writer_add_json : row_writer_add_tsv)(&writer, &row, out);
    buf_free(&writer.scratch);
    return 0;
}

/* --- glossary.tsv ----------------------------------------------------------------------------- */

void tables_begin_terms(struct buf *out)
{
    buf_add_text(out, "term\toriginal\tdefinition\tepisode\tturn\n");
}

void tables_add_terms(const struct material *material, struct buf *out)
{
    const struct body *body = material->body;
    for (uint32_t i = 0; i < body->term_count; i++) {
        if (!material_shows(material, body->terms[i].turn))
            continue;
        tsv_add(out, body_note(body, body->terms[i].term), '\t');
        tsv_add(out, body_note(body, body->terms[i].original), '\t');
        tsv_add(out, body_note(body, body->terms[i].definition), '\t');
        tsv_add(out, material->episode->name, '\t');
        tsv_add_number(out, body->terms[i].turn + 1, '\n');
    }
}

/* --- by-tag.tsv and its kin: count, value, path; the commonest first -------------------------- */

void tables_begin_counts(struct buf *out)
{
    buf_add_text(out, "count\tvalue\tpath\n");
}

struct facet_count {
    const struct facet *facet;
    uint32_t count;
};

static int by_count(const void *a, const void *b)
{
    const struct facet_count *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return slice_compare(x->facet->name, y->facet->name);
}

int tables_add_counts(const struct views *views, const struct view *view, const uint32_t *counts,
                      struct buf *out)
{
    cleanup_free struct facet_count *order = calloc(view->count + (size_t)1, sizeof *order);
    cleanup_buf struct buf path = {0};
    uint32_t count = 0;
    if (!order)
        return -ENOMEM;
    for (uint32_t i = 0; i < view->count; i++) {
        const struct facet *facet = views->facets[view->facets[i]];
        uint32_t episodes = counts ? counts[view->facets[i]] : facet->episode_count;
        if (episodes)
            order[count++] = (struct facet_count){facet, episodes};
    }
    qsort(order, count, sizeof *order, by_count);
    for (uint32_t i = 0; i < count; i++) {
        path.len = 0;
        buf_add_slice(&path, view->name);
        buf_add_byte(&path, '/');
        buf_add_slice(&path, order[i].facet->name);
        out->failed |= path.failed;
        tsv_add_number(out, order[i].count, '\t');
        tsv_add(out, order[i].facet->value, '\t');
        tsv_add(out, buf_slice(&path), '\n');
    }
    return 0;
}

/* --- by-date.tsv ------------------------------------------------------------------------------ */

struct day {
    uint32_t code;
    uint32_t count;
};

static int by_day_count(const void *a, const void *b)
{
    const struct day *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return (x->code > y->code) - (x->code < y->code);
}

/* The days of a selection are not nested in folders of years and months. */
static void add_day(const struct corpus *corpus, const struct day *day, bool is_flat,
                    struct buf *out)
{
    const struct date date = date_of_code(day->code);
    cleanup_buf struct buf value = {0}, path = {0};
    naming_date(&value, &date);
    buf_add_slice(&path, corpus->date_view);
    buf_add_byte(&path, '/');
    if (is_flat)
        buf_add_slice(&path, buf_slice(&value));
    else if (date.day)
        buf_printf(&path, "%04u/%02u/%02u", date.year, date.month, date.day);
    else
        buf_printf(&path, "%04u/%02u/XX", date.year, date.month);
    out->failed |= value.failed || path.failed;
    tsv_add_number(out, day->count, '\t');
    tsv_add(out, buf_slice(&value), '\t');
    tsv_add(out, buf_slice(&path), '\n');
}

int tables_add_days(const struct corpus *corpus, const bool *has, struct buf *out)
{
    cleanup_free struct day *days = calloc(corpus->dated_count + 1, sizeof *days);
    uint32_t count = 0;
    if (!days)
        return -ENOMEM;
    for (uint32_t i = 0; i < corpus->dated_count; i++) {
        uint32_t code = code_of_date(&corpus->episodes[corpus->dated[i]]->head.date);
        if (has && !has[corpus->dated[i]])
            continue;
        if (count == 0 || days[count - 1].code != code)
            days[count++].code = code;
        days[count - 1].count++;
    }
    qsort(days, count, sizeof *days, by_day_count);
    for (uint32_t i = 0; i < count; i++)
        add_day(corpus, &days[i], has != NULL, out);
    return 0;
}
