/* One record a turn: turns.jsonl and turns.tsv, of an episode and of all of them. */
#include "base/utf8.h"
#include "render/episode_metadata.h"
#include "render/renderers.h"
#include "render/row_writer.h"
#include "render/tables.h"
#include "transcript/refs.h"
#include "values/timestamp.h"

enum { MOST_HEADING = 1000 /* bytes */ };

/* A turn, and the sources of its fields. */
struct turn_row {
    const struct episode *episode;
    const struct episode_metadata *metadata;
    const struct body *body;
    const struct turn *turn;
    uint32_t number; /* from 1 */
};

static struct value get_id(const void *row, struct buf *scratch)
{
    const struct turn_row *r = row;
    buf_add_slice(scratch, r->episode->name);
    buf_add_byte(scratch, '#');
    buf_add_number(scratch, r->number);
    return value_text(buf_slice(scratch));
}

static struct value get_episode(const void *row, struct buf *scratch)
{
    (void)scratch;
    return value_text(((const struct turn_row *)row)->episode->name);
}

static struct value get_turn(const void *row, struct buf *scratch)
{
    (void)scratch;
    return value_number(((const struct turn_row *)row)->number);
}

static struct value get_speaker(const void *row, struct buf *scratch)
{
    const struct turn_row *r = row;
    (void)scratch;
    return value_text(turn_speaker(r->body, r->turn));
}

static struct value get_voice(const void *row, struct buf *scratch)
{
    const struct turn_row *r = row;
    (void)scratch;
    return value_text(turn_voice(r->body, r->turn));
}

static struct value get_section(const void *row, struct buf *scratch)
{
    (void)scratch;
    return value_number(((const struct turn_row *)row)->turn->section);
}

static struct value get_heading(const void *row, struct buf *scratch)
{
    const struct turn_row *r = row;
    uint32_t section = r->turn->section;
    (void)scratch;
    /* Each turn repeats it, so a heading that is a mistake must be cut. */
    return value_text(
        section ? utf8_cut(body_note(r->body, r->body->sections[section - 1].heading), MOST_HEADING)
                : SLICE(""));
}

static struct value get_text(const void *row, struct buf *scratch)
{
    const struct turn_row *r = row;
    (void)scratch;
    return value_text(turn_words(r->body, r->turn));
}

static struct value get_original_speaker(const void *row, struct buf *scratch)
{
    const struct turn_row *r = row;
    (void)scratch;
    return value_text(turn_original_speaker(r->body, r->turn));
}

static struct value get_original(const void *row, struct buf *scratch)
{
    const struct turn_row *r = row;
    (void)scratch;
    return value_text(turn_original_words(r->body, r->turn));
}

static struct value get_original_language(const void *row, struct buf *scratch)
{
    (void)scratch;
    return value_text(slice_of(((const struct turn_row *)row)->turn->language));
}

static struct value get_start(const void *row, struct buf *scratch)
{
    int64_t start = ((const struct turn_row *)row)->turn->start;
    (void)scratch;
    return (struct value){.kind = start == NO_TIME ? VALUE_ABSENT : VALUE_SECONDS, .number = start};
}

static struct value get_url(const void *row, struct buf *scratch)
{
    const struct turn_row *r = row;
    episode_metadata_add_turn_link(r->metadata, r->body, r->turn, scratch);
    return value_text(buf_slice(scratch));
}

static struct value get_source(const void *row, struct buf *scratch)
{
    const struct turn_row *r = row;
    episode_metadata_add_lines(r->episode, r->turn, scratch);
    return value_text(buf_slice(scratch));
}

/* [[offset in characters, seconds], …] */
static struct value get_times(const void *row, struct buf *scratch)
{
    const struct turn_row *r = row;
    const struct slice words = turn_words(r->body, r->turn);
    const struct time_mark *marks = body_times(r->body, r->turn);
    uint32_t count = body_count_times(r->body, r->turn), characters = 0;
    size_t counted = 0;

    for (uint32_t i = 0; i < count; i++) {
        /* A time before all words precedes the space behind the label. */
        size_t first = (size_t)(words.data - r->body->text);
        size_t before = marks[i].at > first ? marks[i].at - first : 0;
        characters += utf8_count(slice_head(slice_skip(words, counted), before - counted));
        counted = before;
        buf_printf(scratch, "%s[%u,%lld.%03d]", i ? "," : "[", (unsigned)characters,
                   (long long)(marks[i].time / 1000), (int)(marks[i].time % 1000));
    }
    if (count)
        buf_add_byte(scratch, ']');
    return (struct value){.kind = count ? VALUE_JSON : VALUE_ABSENT, .text = buf_slice(scratch)};
}

static struct value get_ref(const void *row, struct buf *scratch)
{
    ref_add(scratch, ((const struct turn_row *)row)->turn->ref);
    return value_text(buf_slice(scratch));
}

static struct value get_title(const void *row, struct buf *scratch)
{
    (void)scratch;
    return value_text(((const struct turn_row *)row)->metadata->title);
}

static struct value get_date(const void *row, struct buf *scratch)
{
    (void)scratch;
    return value_text(((const struct turn_row *)row)->metadata->date);
}

/* The tables over all episodes add the fields that the folder of an episode implies. */
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
    {"voice", get_voice},
    {"times", get_times},
    {"ref", get_ref},
    {"title", get_title},
    {"date", get_date},
};

enum { FIELDS = sizeof fields / sizeof *fields, OWN_FIELDS = FIELDS - 2 };

static int add_rows(const struct material *material, size_t count, bool is_json, struct buf *out)
{
    struct row_writer writer = {fields, count, {0}};
    const struct body *body = material->body;
    struct episode_metadata metadata;
    int err = episode_metadata_read(material, &metadata);
    if (err)
        return err;
    struct turn_row row = {.episode = material->episode, .metadata = &metadata, .body = body};
    for (uint32_t i = material->range.first; i < material_end(material) && !out->failed; i++) {
        if (!material_shows(material, i))
            continue;
        row.turn = &body->turns[i];
        row.number = i + 1;
        (is_json ? row_writer_add_json : row_writer_add_tsv)(&writer, &row, out);
    }
    buf_free(&writer.scratch);
    return 0;
}

static void add_header(size_t count, struct buf *out)
{
    const struct row_writer writer = {fields, count, {0}};
    row_writer_add_header(&writer, out);
}

int turns_jsonl_render(const struct material *material, struct buf *out)
{
    return add_rows(material, OWN_FIELDS, true, out);
}

int turns_tsv_render(const struct material *material, struct buf *out)
{
    if (material->range.first == 0)
        add_header(OWN_FIELDS, out);
    return add_rows(material, OWN_FIELDS, false, out);
}

void tables_begin_turns(struct buf *out)
{
    add_header(FIELDS, out);
}

int tables_add_turns_json(const struct material *material, struct buf *out)
{
    return add_rows(material, FIELDS, true, out);
}

int tables_add_turns_tsv(const struct material *material, struct buf *out)
{
    return add_rows(material, FIELDS, false, out);
}
