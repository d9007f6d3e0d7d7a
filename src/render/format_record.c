/* One record a turn: turns.jsonl and turns.tsv. */
#include "base/utf8.h"
#include "render/about.h"
#include "render/record.h"
#include "render/renderers.h"
#include "syntax/timestamp.h"

enum { MOST_HEADING = 1000 /* bytes */ };

/* A turn, and what its fields are made of. */
struct row {
    const struct episode *episode;
    const struct about *about;
    const struct body *body;
    const struct turn *turn;
    uint32_t number; /* from 1 */
};

static struct value get_id(const void *row, struct buf *scratch)
{
    const struct row *r = row;
    buf_add_slice(scratch, r->episode->name);
    buf_printf(scratch, "#%u", (unsigned)r->number);
    return value_text(buf_slice(scratch));
}

static struct value get_episode(const void *row, struct buf *scratch)
{
    (void)scratch;
    return value_text(((const struct row *)row)->episode->name);
}

static struct value get_turn(const void *row, struct buf *scratch)
{
    (void)scratch;
    return value_number(((const struct row *)row)->number);
}

static struct value get_speaker(const void *row, struct buf *scratch)
{
    const struct row *r = row;
    (void)scratch;
    return value_text(turn_speaker(r->body, r->turn));
}

static struct value get_section(const void *row, struct buf *scratch)
{
    (void)scratch;
    return value_number(((const struct row *)row)->turn->section);
}

static struct value get_heading(const void *row, struct buf *scratch)
{
    const struct row *r = row;
    uint32_t section = r->turn->section;
    (void)scratch;
    /* It stands in each of its turns: one that is no heading but a mistake is cut. */
    return value_text(
        section ? utf8_cut(body_note(r->body, r->body->sections[section - 1].heading), MOST_HEADING)
                : SLICE(""));
}

static struct value get_text(const void *row, struct buf *scratch)
{
    const struct row *r = row;
    (void)scratch;
    return value_text(turn_words(r->body, r->turn));
}

static struct value get_original_speaker(const void *row, struct buf *scratch)
{
    const struct row *r = row;
    (void)scratch;
    return value_text(turn_original_speaker(r->body, r->turn));
}

static struct value get_original(const void *row, struct buf *scratch)
{
    const struct row *r = row;
    (void)scratch;
    return value_text(turn_original_words(r->body, r->turn));
}

static struct value get_original_language(const void *row, struct buf *scratch)
{
    (void)scratch;
    return value_text(slice_of(((const struct row *)row)->turn->language));
}

static struct value get_start(const void *row, struct buf *scratch)
{
    int64_t start = ((const struct row *)row)->turn->start;
    (void)scratch;
    return (struct value){.kind = start == NO_TIME ? VALUE_ABSENT : VALUE_SECONDS, .number = start};
}

static struct value get_url(const void *row, struct buf *scratch)
{
    const struct row *r = row;
    if (r->about->url.len)
        about_add_link(r->about, r->turn->start, scratch);
    return value_text(buf_slice(scratch));
}

static struct value get_source(const void *row, struct buf *scratch)
{
    const struct row *r = row;
    about_add_lines(r->episode, r->turn, scratch);
    return value_text(buf_slice(scratch));
}

static const struct field fields[] = {
    {"id", get_id},
    {"episode", get_episode},
    {"turn", get_turn},
    {"speaker", get_speaker},
    {"section", get_section},
    {"heading", get_heading},
    {"text", get_text},
    {"original_speaker", get_original_speaker},
    {"original", get_original},
    {"original_language", get_original_language},
    {"start", get_start},
    {"url", get_url},
    {"source", get_source},
};

static int render(const struct material *material, bool is_json, struct buf *out)
{
    struct record record = {fields, sizeof fields / sizeof *fields, {0}};
    const struct body *body = material->body;
    struct about about;
    int err = about_read(material, &about);
    if (err)
        return err;
    struct row row = {.episode = material->episode, .about = &about, .body = body};
    if (!is_json)
        record_add_header(&record, out);
    for (uint32_t i = 0; i < body->count && !out->failed; i++) {
        row.turn = &body->turns[i];
        row.number = i + 1;
        (is_json ? record_add_json : record_add_tsv)(&record, &row, out);
    }
    buf_free(&record.scratch);
    return 0;
}

int turns_jsonl_render(const struct material *material, struct buf *out)
{
    return render(material, true, out);
}

int turns_tsv_render(const struct material *material, struct buf *out)
{
    return render(material, false, out);
}
