/* Plain text, a line a turn: transcript.txt, original.txt, quotes.txt. */
#include "model/about.h"
#include "model/format.h"

/* --- transcript.txt: line N is turn N --------------------------------------------------------- */

/*
 * The same bytes as the turns one behind the other, with a space in place of each newline inside a
 * turn: so a range of it is found without rendering the rest, and two spaces are a new paragraph.
 */
int transcript_read(struct scope *scope, uint64_t offset, size_t len, struct tree_text *text)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    if (err)
        return err;
    text->bytes = slice_range((struct slice){body->text, body->len}, offset, len);
    buf_add_slice(&text->own, text->bytes);
    if (text->own.failed || text->bytes.len == 0)
        return 0;
    text->bytes = buf_slice(&text->own);
    for (size_t i = 0; i < text->own.len; i++) {
        if (text->own.data[i] == '\n')
            text->own.data[i] = ' ';
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
        if (end >= text->own.len)
            break;
        text->own.data[end] = '\n';
    }
    return 0;
}

int transcript_size(struct scope *scope, uint64_t *size)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    *size = err ? 0 : body->len;
    return err;
}

/* Text on one line: the line ends in it become spaces, so two of them are a new paragraph. */
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

int original_txt_render(struct scope *scope, struct buf *out)
{
    const struct body *body;
    int err = scope_body(scope, &body);
    for (uint32_t i = 0; !err && i < body->count; i++) {
        struct slice original = turn_original(body, &body->turns[i]);
        if (original.len)
            add_line(out, slice_head(original, original.len - 1));
        buf_add_byte(out, '\n');
    }
    return err;
}

/* --- quotes.txt: words, speaker, title, date, link -------------------------------------------- */

int quotes_render(struct scope *scope, struct buf *out)
{
    const struct body *body;
    struct about about;
    int err = scope_body(scope, &body);
    if (!err)
        err = about_read(scope, &about);
    for (uint32_t i = 0; !err && i < body->count; i++) {
        const struct turn *turn = &body->turns[i];
        buf_add_text(out, "“");
        add_line(out, turn_words(body, turn));
        buf_add_text(out, "” — ");
        if (turn->speaker)
            buf_printf(out, "%.*s, ", (int)turn->speaker, body->text + turn->text);
        add_line(out, about.title);
        if (about.date.len) {
            buf_add_text(out, ", ");
            buf_add_slice(out, about.date);
        }
        if (about.url.len) {
            buf_add_text(out, ", ");
            about_add_link(&about, turn->start, out);
        }
        buf_add_byte(out, '\n');
    }
    return err;
}
