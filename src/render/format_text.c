/* Plain text, a line a turn: transcript.txt, original.txt, quotes.txt. */
#include "render/episode_metadata.h"
#include "render/renderers.h"
#include "transcript/refs.h"

/* --- transcript.txt: line N is turn N --------------------------------------------------------- */

/*
 * The bytes of the turns one behind the other, with a space in place of each newline inside a turn.
 * So a range can be read without rendering the rest; two spaces are a new paragraph.
 */
void transcript_read(const struct material *material, uint64_t offset, size_t len, struct buf *out)
{
    const struct body *body = material->body;
    buf_add_slice(out, slice_range((struct slice){body->text, body->len}, offset, len));
    if (out->failed || out->len == 0)
        return;
    for (size_t i = 0; i < out->len; i++) {
        if (out->data[i] == '\n')
            out->data[i] = ' ';
    }
    uint32_t low = 0, high = body->count; /* the first turn that ends behind the offset */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (body->turns[middle].text + (uint64_t)body->turns[middle].len <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < body->count; low++) {
        uint64_t end = body->turns[low].text + (uint64_t)body->turns[low].len - 1 - offset;
        if (end >= out->len)
            break;
        out->data[end] = '\n';
    }
}

uint64_t transcript_size(const struct material *material)
{
    return material->body->len;
}

/* Appends text on one line: its line ends become spaces, so two spaces are a new paragraph. */
static void add_line(struct buf *out, struct slice text)
{
    size_t at = out->len;
    buf_add_slice(out, text);
    for (; at < out->len; at++) {
        if (out->data[at] == '\n' || out->data[at] == '\r')
            out->data[at] = ' ';
    }
}

/* --- original.txt: line N is the original of turn N ------------------------------------------- */

int original_txt_render(const struct material *material, struct buf *out)
{
    const struct body *body = material->body;
    for (uint32_t i = 0; i < body->count; i++) {
        struct slice original = turn_original(body, &body->turns[i]);
        if (original.len)
            add_line(out, slice_head(original, original.len - 1));
        buf_add_byte(out, '\n');
    }
    return 0;
}

/* --- quotes.txt: words, speaker, title, date, link, reference --------------------------------- */

int quotes_render(const struct material *material, struct buf *out)
{
    const struct body *body = material->body;
    struct episode_metadata metadata;
    int err = episode_metadata_read(material, &metadata);
    for (uint32_t i = material->range.first; !err && i < material_end(material); i++) {
        const struct turn *turn = &body->turns[i];
        if (!material_shows(material, i))
            continue;
        buf_add_text(out, "“");
        add_line(out, turn_words(body, turn));
        buf_add_text(out, "” — ");
        if (turn->speaker)
            buf_printf(out, "%.*s, ", (int)turn->speaker, body->text + turn->text);
        add_line(out, metadata.title);
        if (metadata.date.len) {
            buf_add_text(out, ", ");
            buf_add_slice(out, metadata.date);
        }
        if (episode_metadata_has_link(&metadata, turn)) {
            buf_add_text(out, ", ");
            episode_metadata_add_turn_link(&metadata, body, turn, out);
        }
        buf_add_text(out, ", ");
        ref_add(out, turn->ref);
        buf_add_byte(out, '\n');
    }
    return err;
}
